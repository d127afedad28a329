//! The phone stands in the inventory, and no log of it was found.
//!
//! ## What it means
//! You gave an inventory, and this phone is in it; of all files that were read, none is its log. Nothing
//! is known of it, so its status is `unknown`.
//!
//! ## How sure it is
//! Certain for the files that were read. A log that could not be read is listed among the problems.
//!
//! ## What to do
//! 1. Check that all directories with logs were scanned (`LOG_FILE_DIRECTORY` can be another one).
//! 2. Check that the phone is switched on and provisioned from this server.
//! 3. Check that it may write to the server.

use super::{Case, Finding, Rule};
use crate::digest::Sightings;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "LOG005",
    name: "no-log",
    severity: Severity::Info,
    cause: "No log of this phone was among the files that were read: it never uploaded one, uploads elsewhere, or is not in use.",
    remedy: "Check that the phone is in use, reads its configuration from this provisioning server, and may upload its log.",
    reference: "Feature Profile 37148, \"Troubleshooting\"; the inventory that was given",
    source: include_str!("no_log.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(listed) = case.listed.filter(|_| case.timeline.files.is_empty()) else { return Vec::new() };
    let message =
        format!("No log of this phone was found; it stands in line {} of the inventory.", listed.line);
    vec![Finding::active(message, Sightings::at(1, Vec::new()))]
}
