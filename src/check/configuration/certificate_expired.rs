//! A device certificate in the configuration has expired.
//!
//! ## What it means
//! Servers refuse the certificate for every use: 802.1X, provisioning or SIP over TLS.
//!
//! ## How sure it is
//! It is certain at the time of the run: the date is in the certificate.
//!
//! ## What to do
//! 1. Have a new certificate issued.
//! 2. Give it to the phone with its key, and restart the phone.

use super::{ConfigurationCase, Finding, Rule, Severity, day, leaves, name_of, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG017",
    name: "certificate-expired",
    severity: Severity::Error,
    cause: "The certificate has expired, and servers refuse it.",
    remedy: "Give the phone a new certificate.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule(include_str!("certificate_expired.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let expired = leaves(case).filter(|(.., certificate)| certificate.not_after < case.log.now);
    let found = expired.map(|(slot, given, certificate)| {
        let message =
            sentence!["The certificate in ", &given, format!(" expired on {}.", day(certificate.not_after))];
        let says = sentence!["CN ", name_of(certificate), format!(", ended {}", day(certificate.not_after))];
        Finding::of_files(slot, message, vec![given.says(says)])
    });
    found.collect()
}
