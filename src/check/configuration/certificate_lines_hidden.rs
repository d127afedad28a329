//! A level in the configuration keeps certificate lines out of the log.
//!
//! ## What it means
//! The inventory of certificates is written at level 3, refusals at level 4. A file sets the level of `tls`
//! or of the whole log above 3, or that of `hw` above 4, and the log has no inventory.
//!
//! ## How certain it is
//! It is certain that the files set this and that the log has no inventory. Other files that could not be read
//! may set something else.
//!
//! ## What to do
//! 1. Set `log.level.change.tls="3"`, `log.render.level` to 3 or lower, and `log.level.change.hw` to 4 or lower.
//! 2. Restart the phone, and wait until it has uploaded its log.
//! 3. Set the levels back, because the log's size is limited.

use super::{ConfigurationCase, Facts, Family, Finding, Rule, Severity, rule, sentence};
use crate::check::join::hiding_levels;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG050",
    name: "certificate-lines-hidden",
    severity: Severity::Info,
    cause: "A file sets a logging level above the level of these lines.",
    remedy: "Set log.level.change.tls and log.render.level to 3, log.level.change.hw to 4, and restart the phone.",
    reference: "Feature Profile 37148, \"Troubleshooting\"",
    facts: Facts { needs_log: true, ..Facts::of(Family::Configuration) },
    ..rule(include_str!("certificate_lines_hidden.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    if !case.log.has_log || case.log.has_inventory {
        return Vec::new();
    }
    let levels = hiding_levels(case.config, case.log);
    let Some((given, hidden, _)) = levels.first() else { return Vec::new() };
    let message =
        sentence![given, " is ", given.value.in_short(), format!(", which keeps {hidden} out of the log.")];
    let lines = levels
        .iter()
        .map(|(given, hidden, _)| given.says_of_value(format!(": keeps {hidden} out of the log")));
    let changes: Vec<_> =
        levels.iter().map(|(given, _, wanted)| format!("{} to {wanted}", given.name())).collect();
    let remedy = format!("Set {}, and restart the phone.", changes.join(" and "));
    vec![Finding { remedy: Some(remedy.into()), ..Finding::of_files(None, message, lines) }]
}
