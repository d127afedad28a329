//! One parameter has different values in two files of the phone.
//!
//! ## What it means
//! The phone reads its files in an order, and the first value that it finds counts: overrides of the phone
//! and of its web server first, then the files that the master names, from left to right. What stands in a
//! later file does nothing for this phone.
//!
//! ## How sure it is
//! Certain where it says which value counts. No source tells whether the phone's or the web server's
//! override wins, whether a master's own values win over those of its files, or which of two values in one
//! file counts; then it says so, and nothing else is concluded from the value.
//!
//! ## What to do
//! 1. Decide which value is right.
//! 2. Take the other one away. An override is taken away at the phone, or by deleting its file on the
//!    server.

use super::{Case, Effective, Finding, Rule, Severity, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG007",
    name: "value-overridden",
    severity: Severity::Info,
    cause: "The first file that has a parameter wins; the others do nothing for it.",
    remedy: "Take the value away that is not meant to count.",
    reference: "UC Software Administrators' Guide, \"Master configuration file\"",
    ..rule(include_str!("value_overridden.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let all = case.config.effective();
    all.filter_map(finding).collect()
}

fn finding(one: Effective<'_>) -> Option<Finding> {
    let value = &one.given.value;
    let other = one.overridden.iter().find(|other| !other.value.is_same_as(value))?;
    let (name, first, second) = (one.given.name(), one.given.place(), other.place());
    let message = if one.is_sure {
        sentence![name, " has different values: ", first, " counts, ", second, " does not."]
    } else {
        sentence![
            name,
            " has different values in ",
            first,
            " and ",
            second,
            "; which of them counts is not known."
        ]
    };
    let role = if one.is_sure { ["counts", "does not count"] } else { ["may count"; 2] };
    let mut evidence = vec![one.given.says(sentence![role[0], ": ", value.in_short()])];
    evidence.extend(
        one.overridden.iter().map(|other| other.says(sentence![role[1], ": ", other.value.in_short()])),
    );
    Some(Finding::of_files(None, message, evidence))
}
