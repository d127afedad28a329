//! The logs say nothing about the phone's certificates.
//!
//! ## What it means
//! No log of this phone has an inventory of its certificates, or an installation, tried or done. All may be
//! well, or not: nothing here can tell. That is why its status is `unknown`, and not `ok`.
//!
//! ## How sure it is
//! Certain that the logs that were read have no such line. The inventory is written only at boot, and only
//! with TLS logging at level 3 or below; where the log names the level, the evidence shows it. The logs may
//! also begin after the last boot.
//!
//! ## What to do
//! 1. Set the logging level of TLS to 3.
//! 2. Restart the phone.
//! 3. Wait until it has uploaded its log (`<MAC>-app.log`), and scan again.
//! 4. Set the level back, for the log's size is limited (512 KB by default).

use super::{Case, Finding, Rule};
use crate::digest::{Observation, Sightings};
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "LOG001",
    name: "no-certificate-evidence",
    severity: Severity::Info,
    cause: "The phone writes its certificate inventory only when TLS logging is at level 3 or below, and only at boot; these logs hold neither an inventory nor an installation.",
    remedy: "Set the logging level of TLS to 3, restart the phone, and read its log again.",
    reference: "Feature Profile 37148, \"Troubleshooting\", note on certificate information in the log",
    source: include_str!("no_certificate_evidence.rs"),
    run,
};

/// The inventory is written at this level.
const INVENTORY_LEVEL: u8 = 3;

fn run(case: &Case<'_>) -> Vec<Finding> {
    let timeline = case.timeline;
    let is_evidence = timeline.events().any(|(_, event, _)| event.is_inventory() || event.is_installation());
    if is_evidence || timeline.files.is_empty() {
        return Vec::new();
    }
    let level = timeline.moments().rev().find_map(|(_, moment)| match moment.what {
        Observation::TlsLogLevel(level) => Some((level, moment)),
        _ => None,
    });
    let message = match level {
        _ if timeline.messages == 0 => "No line of a log could be read, so nothing is known.".to_owned(),
        Some((level, _)) if level > INVENTORY_LEVEL => format!(
            "No inventory and no installation is in the logs: TLS logging stands at level {level}, which leaves the inventory out."
        ),
        Some((level, _)) => format!(
            "No inventory and no installation is in the logs, although TLS logging stands at level {level}."
        ),
        None => "No inventory and no installation is in the logs.".to_owned(),
    };
    let seen = level.map_or_else(|| Sightings::at(1, Vec::new()), |(_, moment)| moment.seen.clone());
    vec![Finding::active(message, seen)]
}
