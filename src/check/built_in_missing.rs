//! The phone says that it has no built-in certificate.
//!
//! ## What it means
//! In its newest inventory the phone reports that its own device certificate is not available. By
//! default every TLS connection with a client certificate uses the built-in one, so mutual TLS,
//! zero-touch provisioning and the phone's own web server over HTTPS are affected.
//!
//! ## How sure it is
//! Certain for the time of that boot: the phone says so itself. It counts as resolved when a later
//! inventory shows a built-in certificate.
//!
//! ## What to do
//! 1. Look up the part number and revision of the phone's label with `phonecert lookup`: phones made
//!    before the guide's dates never had a factory certificate.
//! 2. With UC Software 4.0.0 and later such a phone makes itself a self-signed certificate: upgrade.
//! 3. A phone that should have a factory certificate and has none is a case for the vendor.
//! 4. Until then, install a custom certificate and point the TLS profiles to it.

use super::failures::{resolved_if, times};
use super::{Case, Finding, Rule};
use crate::device::Slot;
use crate::digest::Sightings;
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "INV001",
    name: "built-in-missing",
    severity: Severity::Error,
    cause: "No factory certificate was installed when the phone was made, and its software has not made a self-signed one; or the phone lost it.",
    remedy: "Check by part number and revision whether this phone should have one (phonecert lookup); if it should, have the phone replaced, else install a custom certificate or upgrade to UC Software 4.0.0 or later.",
    reference: "Feature Profile 37148, \"Built-In Device Certificates\" and \"Troubleshooting\"",
    source: include_str!("built_in_missing.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut seen = Sightings::default();
    let mut is_there = false;
    for (_, event, moment) in case.timeline.events() {
        match event {
            Event::CertificateUnavailable { slot: Slot::BuiltIn } => {
                seen.join(moment.seen.clone());
                is_there = false;
            }
            Event::CertificateLength { slot: Slot::BuiltIn, .. }
            | Event::CertificateFingerprint { slot: Slot::BuiltIn, .. }
            | Event::CertificateCommonName { slot: Slot::BuiltIn, .. } => is_there = true,
            _ => {}
        }
    }
    if seen.count == 0 {
        return Vec::new();
    }
    let message = format!("The phone reported {} that it has no built-in certificate.", times(seen.count));
    vec![Finding::new(resolved_if(is_there), message, seen).of_slot(Slot::BuiltIn)]
}
