//! The phone could not decode the certificate chain that its configuration holds.
//!
//! ## What it means
//! A configuration parameter such as `device.sec.TLS.customDeviceCert1.publicCert` holds a certificate
//! that the phone cannot read. The vendor knows one reason: the lines that begin and end a PKCS #7
//! certificate are missing around it. Nothing was installed from that parameter.
//!
//! ## How sure it is
//! Certain that decoding failed; that the begin and end lines are missing is the vendor's explanation,
//! the log does not show the text itself. The message names no slot, so it counts as resolved when any
//! platform or application slot is filled later.
//!
//! ## What to do
//! 1. Open the phone's configuration file and find the certificate parameter.
//! 2. Check that the value begins with the line `-----BEGIN PKCS7-----` and ends with
//!    `-----END PKCS7-----`, and that an editor has not changed or dropped line breaks and dashes.
//! 3. Let the phone read its configuration again and look for `Saving new …` in the log.

use super::failures::{by_slot, state_of_installation};
use super::{Case, Finding, Rule};
use crate::event::Event;
use crate::report::shape::Severity;

pub(super) const RULE: Rule = Rule {
    code: "INS003",
    name: "chain-not-decodable",
    severity: Severity::Error,
    cause: "The certificate stands in the configuration file without its PKCS #7 begin and end lines, so the phone cannot tell where it begins.",
    remedy: "Put the PKCS #7 begin and end lines around the certificate in the configuration file, and let the phone read its configuration again.",
    reference: "Feature Profile 37148, \"Troubleshooting\"",
    source: include_str!("chain_not_decodable.rs"),
    run,
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let failed = by_slot(case.timeline, |event| matches!(event, Event::ChainNotDecodable { .. }));
    let findings = failed.into_iter().map(|(slot, failed)| {
        let message = "The phone could not decode a certificate chain from its configuration.".to_owned();
        let state = state_of_installation(case.timeline, slot, failed.last);
        Finding::new(state, message, failed.seen)
    });
    findings.collect()
}
