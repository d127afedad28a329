//! The phone refused a private key because it is too long for its slot.
//!
//! ## What it means
//! An installation was tried and the phone wrote that it could not store the key: the key's length in
//! bytes is above the slot's maximum. A platform slot takes a key of 4096 bytes and a certificate of
//! 8192 bytes. Without its key the new certificate is of no use, so whatever the phone should do with
//! it (802.1X, provisioning, SIP over TLS) goes on with the old certificate or fails.
//!
//! ## How sure it is
//! Certain: the phone names the slot, the length and the maximum in one message. It counts as
//! resolved when later in the logs a certificate is saved to that slot, or an inventory shows one in it.
//!
//! ## What to do
//! 1. Read the length in the message. What counts is the PEM text of the key, not the number of bits.
//! 2. Make a key with fewer bits, have the certificate signed again and install the pair.
//! 3. If the key must stay as it is, put the pair into an application slot (`sec.TLS.customDeviceCert.x`
//!    and `sec.TLS.customDeviceKey.x`): these have no limit, but can't serve 802.1X, syslog or provisioning.

use super::failures::{by_slot, in_words, state_of_installation};
use super::{Case, Finding, Rule};
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "INS001",
    name: "key-too-large",
    severity: Severity::Error,
    cause: "The private key is longer than what the slot takes: 4096 bytes for a platform key.",
    remedy: "Issue the certificate again with a smaller key and install both, or use an application slot, which has no limit (UC Software 4.0.0 and later).",
    reference: "Feature Profile 37148, \"Platform Certificates\" and \"Troubleshooting\"",
    source: include_str!("key_too_large.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let refused = by_slot(case.timeline, |event| matches!(event, Event::KeyTooLarge { .. }));
    let findings = refused.into_iter().filter_map(|(slot, refused)| {
        let Event::KeyTooLarge { length, maximum, .. } = refused.event else { return None };
        let slot = slot?;
        let message = format!(
            "The phone refused a private key of {length} bytes for {}, which takes {maximum}.",
            in_words(slot)
        );
        let state = state_of_installation(case.timeline, Some(slot), refused.last);
        Some(Finding::new(state, message, refused.seen).of_slot(slot))
    });
    findings.collect()
}
