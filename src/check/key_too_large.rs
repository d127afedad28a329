//! The phone refused a private key because it is too long for its slot.
//!
//! ## What it means
//! An installation was tried, and the phone could not store the key: it has more bytes than the slot takes. A
//! platform slot takes a key of at most 4096 bytes and a certificate of at most 8192. A certificate can't be
//! used without its key, so the operations that need it (802.1X, provisioning, SIP over TLS) continue with the
//! old certificate, or fail.
//!
//! ## How certain it is
//! It is certain: one message of the phone names the key's length, the maximum and usually the slot. The diagnosis
//! is resolved when a certificate is saved to that slot more than a minute later, or when a later inventory shows
//! a certificate with its key that the slot did not have before. If an inventory then shows it without its
//! key, the diagnosis is active again. If the message names no slot, a save to any slot resolves it, or a custom
//! certificate in a later inventory that no line before showed.
//!
//! ## What to do
//! 1. Read the length in the message. The limit is 4096 bytes, not bits.
//! 2. Make a shorter key, have a certificate issued for it, and install the two together.
//! 3. If the key must stay as it is, install the pair in an application slot (`sec.TLS.customDeviceCert.x`
//!    and `sec.TLS.customDeviceKey.x`, UC Software 4.0.0 or later). There is no limit there, but such a
//!    certificate can't serve 802.1X, syslog or provisioning.
//! 4. Look for `Saving new …` and `New Certificate …` in the log: they show that it is installed.

use super::failures::{by_slot, refused, state_of_refusal};
use super::join::Question;
use super::{Case, Event, Facts, Family, Finding, Rule, Severity, rule};

pub(super) const RULE: Rule = Rule {
    code: "INS001",
    name: "key-too-large",
    severity: Severity::Error,
    cause: "The private key has more bytes than its slot takes: 4096 for a platform key.",
    remedy: "Have the certificate issued again for a shorter key and install both; or use an application slot, which has no limit (UC Software 4.0.0 or later) but can't be used for 802.1X, syslog or provisioning.",
    reference: "Feature Profile 37148, \"Platform Certificates\", \"Application Certificates\" and \"Troubleshooting\"",
    facts: Facts {
        about_installing: true,
        asks: Some(Question::KeyTooLarge),
        ..Facts::of(Family::Installation)
    },
    ..rule(include_str!("key_too_large.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let all = by_slot(case.timeline, |event, _| matches!(event, Event::KeyTooLarge { .. }));
    let findings = all.into_iter().filter_map(|(slot, failures)| {
        let Event::KeyTooLarge { length, maximum, .. } = failures.event else { return None };
        let message = refused("a private key", slot, *length, *maximum);
        let state = state_of_refusal(case.timeline, slot, failures.last, true);
        Some(Finding::new(state, message, failures.seen).of_slot(slot))
    });
    findings.collect()
}
