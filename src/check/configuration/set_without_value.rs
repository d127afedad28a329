//! A `.set` is 1, but the value that it enables is empty or absent.
//!
//! ## What it means
//! The phone is configured to use a value that does not exist; while `device.set` is not 1, it will be as soon as
//! `device.set` is 1. Usually a placeholder was left empty, or the certificate was lost when the file was made.
//!
//! ## How certain it is
//! It is certain that the files set this. If a file that `CONFIG_FILES` names is not here, it may have an absent value, and
//! the message names that file. If the content of a file is not known (it is encrypted, at a URL, or could not be read), an
//! absent value is not reported.
//!
//! ## What to do
//! 1. Add the value, or remove the `.set`.
//! 2. If the slot should be emptied, leave it as it is.

use super::{ConfigurationCase, Finding, Gate, Given, ParameterKind, Rule, Severity, rule, sentence};
use crate::config::DEVICE_SET;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG006",
    name: "set-without-value",
    severity: Severity::Warning,
    cause: "A .set is 1, but its value is missing.",
    remedy: "Add the value, or remove the .set.",
    reference: "UC Software Administrators' Guide, \"<device/>\"",
    ..rule(include_str!("set_without_value.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let sets = case.config.of_kind(|kind| kind == ParameterKind::Set);
    let open = sets.filter(|set| set.value.as_text() == Some("1") && case.log.knows(set.parameter));
    open.filter_map(|set| finding(case, set)).collect()
}

fn finding(case: &ConfigurationCase<'_>, set: Given<'_>) -> Option<Finding> {
    let values = set.parameter.gated_values();
    let given: Vec<_> = case.config.effective().filter(|one| values.contains(&one.given.parameter)).collect();
    let empty: Vec<_> = given.iter().filter(|one| one.is_sure && one.given.value.is_empty()).collect();
    let mut evidence = vec![set.says(match case.config.gate(DEVICE_SET) {
        Gate::Open => "1, so its value counts",
        Gate::Closed(_) => "1, so its value would count if device.set were 1 too",
        Gate::Unread | Gate::Unknown => "1, so its value counts if device.set is 1 too",
    })];
    let message = match empty[..] {
        [first, ..] => {
            evidence.extend(empty.iter().map(|one| one.given.says("empty")));
            let names: Vec<&str> = empty.iter().map(|one| one.given.name()).collect();
            let are = if first.given.name() == names.join("") { "is" } else { "are" };
            sentence![
                set.name(),
                " is 1 (",
                set.place(),
                "), and ",
                names.join(" and "),
                format!(" {are} empty.")
            ]
        }
        [] if !values.is_empty() && given.is_empty() && case.config.may_have().is_none() => {
            evidence.extend(
                values.iter().map(|value| set.file.says(None, Some(&value.name), "missing: the value")),
            );
            let names: Vec<&str> = values.iter().map(|value| &*value.name).collect();
            let none = format!("), and no file has {}.", names.join(" or "));
            sentence![set.name(), " is 1 (", set.place(), none]
        }
        [] => return None,
    };
    Some(Finding::of_files(set.parameter.slot(), message, evidence))
}
