//! The phone refused a certificate: it is too large, or not a proper certificate.
//!
//! ## What it means
//! Either the phone could not store a certificate because it is longer than its slot takes (8192 bytes
//! in a platform slot), or it called the credential invalid (`Cert is not proper`). The vendor describes
//! the second message for certificates that are too big, too: the phone's screen then says that saving
//! failed. Nothing was installed.
//!
//! ## How sure it is
//! Certain that the phone refused it. Why is certain only where the message has the lengths. The message
//! about an invalid credential names no slot: it counts as resolved when any platform or application
//! slot is filled later.
//!
//! ## What to do
//! 1. Compare the size of the certificate, with all of its chain, with the limit.
//! 2. Leave out what the server does not need: the root, and other certificates that it knows.
//! 3. Check the file: PEM, whole, begin and end lines in place, one certificate or one PKCS #7 chain.
//! 4. Install again and look for `Saving new …` and `New Certificate …` in the log.

use super::failures::{by_slot, in_words, state_of_installation};
use super::{Case, Finding, Rule};
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "INS002",
    name: "certificate-rejected",
    severity: Severity::Error,
    cause: "The certificate is larger than what the slot takes (8192 bytes for a platform certificate), or it is not in the form that the phone expects.",
    remedy: "Shorten the chain or the certificate to the limit, check that it is a complete PEM or PKCS #7 certificate, and install it again.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    source: include_str!("certificate_rejected.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let is_one =
        |event: &Event| matches!(event, Event::CertificateTooLarge { .. } | Event::CredentialInvalid { .. });
    let refused = by_slot(case.timeline, is_one);
    let findings = refused.into_iter().map(|(slot, refused)| {
        let message = match refused.event {
            Event::CertificateTooLarge { length, maximum, .. } => format!(
                "The phone refused a certificate of {length} bytes for {}, which takes {maximum}.",
                slot.map_or_else(|| "a slot".to_owned(), in_words)
            ),
            Event::CredentialInvalid { reason } => {
                format!("The phone refused a credential as invalid: {reason}.")
            }
            _ => String::new(),
        };
        let state = state_of_installation(case.timeline, slot, refused.last);
        let finding = Finding::new(state, message, refused.seen);
        match slot {
            Some(slot) => finding.of_slot(slot),
            None => finding,
        }
    });
    findings.collect()
}
