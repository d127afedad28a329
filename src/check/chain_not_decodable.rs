//! The phone could not decode the certificate chain in its configuration.
//!
//! ## What it means
//! A parameter of the phone's configuration, such as `device.sec.TLS.customDeviceCertX.publicCert`, contains a
//! certificate that the phone can't read. The vendor names one reason: the begin and end lines of the PKCS #7
//! certificate are missing. Nothing was installed from that parameter.
//!
//! ## How certain it is
//! It is certain that decoding failed. Missing begin and end lines are the vendor's explanation: the log shows
//! neither the text nor the parameter. Because the message names no slot, the diagnosis is resolved when a
//! certificate is saved to any slot more than a minute later, or when a later inventory shows a custom
//! certificate that no line showed up to a minute after the failure: what was saved to another slot in the same
//! pass over the configuration says nothing of this certificate.
//!
//! ## What to do
//! 1. Find the certificate's parameter in the phone's configuration:
//!    `device.sec.TLS.customDeviceCertX.publicCert` (X is 1 or 2), `sec.TLS.customDeviceCert.x`, or before
//!    UC Software 4.0.0 `device.sec.SSL.customDeviceCert.publicCert`.
//! 2. Check that its value begins with `-----BEGIN PKCS7-----` and ends with `-----END PKCS7-----` (the
//!    guide prints them `----- Begin PKCS7 -----` and `----- End PKCS7 -----`).
//! 3. Check that no editor changed the dashes or the line breaks between them.
//! 4. Let the phone read its configuration again, and look for `Saving new …` in the log.

use super::failures::{by_slot, resolved_if};
use super::join::Question;
use super::{Case, Event, Facts, Family, Finding, Rule, Severity, configuration_not_applied, rule, sentence};

pub(super) const RULE: Rule = Rule {
    code: "INS003",
    name: "chain-not-decodable",
    severity: Severity::Error,
    cause: "The certificate in the configuration has no PKCS #7 begin and end lines, or is damaged, so the phone can't decode it.",
    remedy: "Put the PKCS #7 begin and end lines around the certificate in the configuration file, and let the phone read its configuration again.",
    reference: "Feature Profile 37148, \"Troubleshooting\"",
    facts: Facts {
        about_installing: true,
        asks: Some(Question::ChainNotDecodable),
        ..Facts::of(Family::Installation)
    },
    ..rule(include_str!("chain_not_decodable.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let failed = by_slot(case.timeline, |event, _| matches!(event, Event::ChainNotDecodable { .. }));
    let findings = failed.into_values().map(|failed| {
        let message = sentence!["The phone could not decode a certificate chain from its configuration."];
        let message = message.and(configuration_not_applied(case.timeline, failed.last));
        let is_mended = case.timeline.is_failure_without_slot_mended(failed.last);
        Finding::new(resolved_if(is_mended), message, failed.seen)
    });
    findings.collect()
}
