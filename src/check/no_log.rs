//! The phone is in the inventory, but no log of it was found.
//!
//! ## What it means
//! This phone is in the inventory that you gave, but none of the files that were read is its log. Nothing is
//! known about it, so its status is `unknown`.
//!
//! ## How certain it is
//! It is certain for the files that were read. If a log of the phone was found but could not be read, it is
//! listed in the problems of the scan, and this diagnosis is not made.
//!
//! ## What to do
//! 1. Check that all directories with logs were scanned: `LOG_FILE_DIRECTORY` may name another one.
//! 2. Check the MAC address in the inventory against the phone's label: a typing error there has the same
//!    effect.
//! 3. Check that the phone is switched on, and provisioned from this server.
//! 4. Check that it may write to the server's log directory.

use super::{Case, Facts, Family, Finding, Occurrences, Rule, Severity, rule, sentence};

pub(super) const RULE: Rule = Rule {
    code: "LOG005",
    name: "no-log",
    severity: Severity::Info,
    cause: "No log of this phone was among the files that were read: it never uploaded one, uploads to another server, or is not in use.",
    remedy: "Check that the phone is in use, reads its configuration from this provisioning server, and may upload its log.",
    reference: "The inventory that was given; UC Software log files on a provisioning server",
    facts: Facts { means_unknown: true, ..Facts::of(Family::Log) },
    ..rule(include_str!("no_log.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let is_without_log = case.timeline.logs.is_empty() && !case.is_unread;
    let Some(listed) = case.listed.filter(|_| is_without_log) else { return Vec::new() };
    let message =
        sentence!["No log of this phone was found; it is in line ", listed.line, " of the inventory."];
    vec![Finding::active(message, Occurrences::without_lines())]
}
