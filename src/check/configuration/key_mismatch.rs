//! The private key of a slot belongs to none of its certificates.
//!
//! ## What it means
//! Certificate and key do not belong together. Even if the phone stores both, TLS with them fails.
//!
//! ## How certain it is
//! It is certain: none of the certificates has the public half of the key. A key that does not contain its
//! public half is not checked.
//!
//! ## What to do
//! 1. Find the key that the certificate was requested with, or have a certificate issued for this key.
//! 2. Compare: `openssl x509 -noout -pubkey -in cert.pem` and `openssl pkey -pubout -in key.pem` give the
//!    same text.

use super::{ConfigurationCase, Finding, Rule, Severity, rule_of_value, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG015",
    name: "key-mismatch",
    severity: Severity::Error,
    cause: "The certificate was issued for another key.",
    remedy: "Set a certificate and a key that belong together.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule_of_value(include_str!("key_mismatch.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.known.iter().filter_map(|credential| {
        let ((certificate, value), (given, key)) = (credential.certificate?, credential.key?);
        let key = key.ok()?;
        let is_none = value.certificate_fault().is_none()
            && !value.list.is_empty()
            && value.list.iter().all(|certificate| certificate.key.matches(&key.public) == Some(false));
        if !is_none {
            return None;
        }
        let message = sentence!["The key in ", &given, " belongs to no certificate in ", &certificate, "."];
        let lines = [certificate, given].map(|given| given.in_short());
        Some(Finding::of_files(credential.store.slot(), message, lines))
    });
    found.collect()
}
