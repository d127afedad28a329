//! The phone refused a certificate: it is too large, or not a valid certificate.
//!
//! ## What it means
//! Either the certificate is longer than its slot takes (8192 bytes in a platform slot), or the phone called
//! the credential invalid (`Cert is not proper`). According to the vendor, the second message also appears for
//! a certificate that is too big; the phone's screen then shows `Failed to save certificate`. Nothing was
//! installed.
//!
//! ## How certain it is
//! It is certain that the phone refused it. The size is certain as the reason only if the message contains the
//! lengths; `Cert is not proper` can have another reason. The diagnosis is resolved when a certificate is saved
//! to that slot more than a minute later, or when a later inventory shows a certificate with its key that
//! the slot did not have before. `Cert is not proper` names no slot: there a save to any slot resolves it, or a
//! custom certificate in a later inventory that no line showed up to a minute after the refusal.
//!
//! ## What to do
//! 1. Compare the size of what was installed, its chain included, with the limit of 8192 bytes.
//! 2. If it is too large, leave out certificates of the chain that the server has anyway, such as the root.
//! 3. Check the form. A configuration file takes a PKCS #7 certificate. The phone's menu takes the address
//!    of a PEM file in PKCS #7 form. The Web Configuration Utility takes the address of one file with the
//!    certificate or chain, and the private key after it.
//! 4. Check that the file is complete: each `-----BEGIN …-----` has its `-----END …-----`.
//! 5. Install again and look for `Saving new …` and `New Certificate …` in the log.

use super::failures::{by_slot, refused, state_of_refusal};
use super::join::Question;
use super::{Case, Event, Facts, Family, Finding, Part, Rule, Severity, rule, sentence};

pub(super) const RULE: Rule = Rule {
    code: "INS002",
    name: "certificate-rejected",
    severity: Severity::Error,
    cause: "The certificate has more bytes than its slot takes (8192 for a platform certificate), or it is not in the form that the phone expects.",
    remedy: "Bring the certificate and its chain below the limit, check that it is complete and in the form that this way of installing requires, and install it again.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    facts: Facts {
        about_installing: true,
        asks: Some(Question::CertificateRejected),
        ..Facts::of(Family::Installation)
    },
    ..rule(include_str!("certificate_rejected.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let is_one =
        |event: &Event| matches!(event, Event::CertificateTooLarge { .. } | Event::CredentialInvalid { .. });
    let all = by_slot(case.timeline, |event, _| is_one(event));
    let findings = all.into_iter().map(|(slot, failures)| {
        let message = match failures.event {
            Event::CertificateTooLarge { length, maximum, .. } => {
                refused("a certificate", slot, *length, *maximum)
            }
            Event::CredentialInvalid { reason: Some(reason) } => {
                sentence!["The phone refused a credential as invalid: ", Part::Reason(reason.clone()), "."]
            }
            _ => sentence!["The phone refused a credential as invalid."],
        };
        let state = state_of_refusal(case.timeline, slot, failures.last, false);
        Finding::new(state, message, failures.seen).of_slot(slot)
    });
    findings.collect()
}
