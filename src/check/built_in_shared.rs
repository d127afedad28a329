//! Two or more phones show the same built-in certificate.
//!
//! ## What it means
//! A built-in certificate is made for one phone and its MAC address, whether it is factory installed or
//! self-signed. Here the inventories of different phones have the same fingerprint. A server that identifies
//! phones by their certificates can't tell them apart.
//!
//! ## How certain it is
//! It is certain that the newest inventories have the same fingerprint. A log that was copied or renamed to
//! another phone's name looks the same; the `Platform: … MAC=` line in it shows whose log it is.
//!
//! ## What to do
//! 1. Check that each log is from the phone whose name it has: compare the file's name with the `MAC=` in it.
//! 2. See which phone's MAC address is the common name of the certificate: the other phone has the wrong
//!    certificate.
//! 3. If the logs are right, don't let servers identify these phones by this certificate, and contact the
//!    vendor.

use super::shared::shared_certificates;
use super::{Case, Facts, Family, Finding, Rule, Severity, Slot, Ztp, rule};

pub(super) const RULE: Rule = Rule {
    code: "FLT001",
    name: "built-in-shared",
    severity: Severity::Error,
    cause: "A built-in certificate is made for one phone. If two show the same one, a certificate was copied, or one phone's log has two names.",
    remedy: "Compare the MAC addresses in the logs with the phones' labels. If two phones really have the same certificate, contact the vendor, and let no server rely on it.",
    reference: "Feature Profile 37148, \"Factory Installed Certificates\" and \"Self-Signed Certificates\"",
    facts: Facts { ztp: Ztp::Blocked, from_fleet: true, ..Facts::of(Family::Fleet) },
    ..rule(include_str!("built_in_shared.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    shared_certificates(case, "built-in", |slot| slot == Slot::BuiltIn)
}
