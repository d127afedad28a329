//! A `.set` is 1, and the value that it lets count is empty or absent.
//!
//! ## What it means
//! The phone is told to take a value that is not there. Mostly a placeholder was left empty, or the
//! certificate was lost on the way into the file.
//!
//! ## How sure it is
//! Certain that the files say so. An absent value is not told where a file that could not be read may have
//! it.
//!
//! ## What to do
//! 1. Give the value, or take the `.set` away.
//! 2. Where the slot is meant to be emptied, leave it as it is.

use super::{Case, Finding, Given, Kind, Rule, Severity, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG006",
    name: "set-without-value",
    severity: Severity::Warning,
    cause: "A .set is 1, and no value stands beside it.",
    remedy: "Give the value, or take the .set away.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule(include_str!("set_without_value.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let sets = case.config.of_kind(|kind| kind == Kind::Set);
    sets.filter(|set| set.value.as_text() == Some("1")).filter_map(|set| finding(case, set)).collect()
}

fn finding(case: &Case<'_>, set: Given<'_>) -> Option<Finding> {
    let values = set.parameter.gated_values();
    let given: Vec<_> = case.config.effective().filter(|one| values.contains(&one.given.parameter)).collect();
    let empty = given.iter().find(|one| one.is_sure && one.given.value.is_empty());
    let mut evidence = vec![set.says("1, so the value beside it counts")];
    let message = match empty {
        Some(empty) => {
            evidence.push(empty.given.says("empty"));
            sentence![set.name(), " is 1 (", set.place(), "), and ", empty.given.name(), " is empty."]
        }
        None if !values.is_empty() && given.is_empty() && case.config.is_complete => {
            let names: Vec<&str> = values.iter().map(|value| &*value.name).collect();
            let none = format!("), and no file has {}.", names.join(" or "));
            sentence![set.name(), " is 1 (", set.place(), none]
        }
        None => return None,
    };
    Some(Finding::of_files(set.parameter.slot(), message, evidence))
}
