//! The phone's software is too old for zero-touch provisioning (ZTP) since its change to SHA-2.
//!
//! ## What it means
//! The vendor planned to change ZTP to SHA-2 certificates by 20 June 2016, and names for each model the
//! software that this requires. This phone runs older software. It can't authenticate with ZTP and gets no
//! redirection, even if its MAC address is registered there. Nothing else on the phone is affected.
//!
//! ## How certain it is
//! It is certain according to the vendor's table, for the model and for the newest version of the phone's
//! application in the log; versions of the boot program and the updater are ignored. There is no diagnosis for
//! a model that is not in the table.
//!
//! ## What to do
//! 1. If the phone is not provisioned by ZTP, there is nothing to do.
//! 2. Otherwise update it to the release in the message, or to a later one, by hand or from your own
//!    provisioning server.
//! 3. If a phone runs the required software and still can't authenticate with ZTP, contact the vendor.

use super::ztp::software_for_ztp;
use super::{Case, Facts, Family, Finding, Readiness, Rule, Severity, rule};

pub(super) const RULE: Rule = Rule {
    code: "ZTP001",
    name: "software-too-old",
    severity: Severity::Warning,
    cause: "Zero-touch provisioning moved to SHA-2 certificates (planned for 20 June 2016), and this software is older than the release that this model requires for that.",
    remedy: "Update the phone's software by hand or from your own provisioning server before you use zero-touch provisioning.",
    reference: "Technical Notification 117101, shipping configuration tables, \"Potential Impacts\" and \"ZTP Cutover Date for SHA 1 Deprecation\"",
    facts: Facts::of(Family::Provisioning),
    ..rule(include_str!("software_too_old.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(Readiness::TooOld { required }) = case.readiness else { return Vec::new() };
    software_for_ztp(case, required, " or later.").into_iter().collect()
}
