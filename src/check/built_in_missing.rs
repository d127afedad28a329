//! The phone says that it has no built-in certificate.
//!
//! ## What it means
//! In its newest inventory the phone reports that its own device certificate is not available. By default
//! everything uses the built-in certificate: mutual TLS, for example with a provisioning server or with
//! zero-touch provisioning (ZTP), and the phone's own web server over HTTPS. These can't work, unless the
//! phone is set to use a custom certificate.
//!
//! ## How certain it is
//! It is certain for the time of that boot: the phone says so itself. It is resolved when a later inventory
//! shows a built-in certificate.
//!
//! ## What to do
//! 1. Look at the phone: `Menu > Status > Platform > Phone`, at the bottom, `Device Certificate: …`.
//! 2. Find out whether it should have one: `phonecert lookup PART-NUMBER --revision R`, both from the console
//!    label on its back or the label of its box. Older phones never had a factory certificate.
//! 3. If not, and it runs software before UC Software 4.0.0, update it to 4.0.0 or later: the phone then
//!    creates a self-signed certificate. This is enough for its web server, but ZTP requires a factory
//!    certificate.
//! 4. Or install a custom certificate in a platform slot. With UC Software 4.0.0 or later, choose it for the
//!    connections that need one (`device.sec.TLS.profile.deviceCert1` and `…deviceCert2` take Builtin,
//!    Platform1 or Platform2); before that there are no profiles to choose from.
//! 5. If the phone should have a factory certificate and has none, contact the vendor.

use super::failures::shown_until_gone;
use super::{Case, Event, Facts, Family, Finding, Rule, Severity, Slot, Ztp, rule, sentence};
use crate::model::State;
use crate::quantity::often;

pub(super) const RULE: Rule = Rule {
    code: "INV001",
    name: "built-in-missing",
    severity: Severity::Error,
    cause: "No factory certificate was installed when the phone was made, and its software has not created a self-signed one; or the certificate was lost.",
    remedy: "Check by the label's part number and revision whether the phone should have one (phonecert lookup). If it should, contact the vendor; if not, install a custom certificate; or update software older than UC Software 4.0.0, which creates no self-signed one.",
    reference: "Feature Profile 37148, \"Built-In Device Certificates\" and \"Determining Type of Device Certificates on Polycom Phones\"",
    facts: Facts { ztp: Ztp::Blocked, about_installing: true, ..Facts::of(Family::Inventory) },
    ..rule(include_str!("built_in_missing.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let shown = shown_until_gone(case.timeline, |event, _| match event {
        Event::CertificateUnavailable { slot: Slot::BuiltIn } => Some(State::Active),
        Event::CertificateLength { slot: Slot::BuiltIn, .. }
        | Event::CertificateFingerprint { slot: Slot::BuiltIn, .. }
        | Event::CertificateCommonName { slot: Slot::BuiltIn, .. } => Some(State::Resolved),
        _ => None,
    });
    let found = shown.map(|(seen, state)| {
        let message =
            sentence!["The phone reported ", often(seen.count), " that it has no built-in certificate."];
        Finding::new(state, message, seen).of_slot(Some(Slot::BuiltIn))
    });
    found.into_iter().collect()
}
