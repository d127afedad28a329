//! The private key of a slot belongs to none of its certificates.
//!
//! ## What it means
//! Certificate and key are of different pairs. Even where the phone stores both, TLS with them fails.
//!
//! ## How sure it is
//! Certain: the public half of the key is in none of the certificates. A key that does not tell its public
//! half is not judged.
//!
//! ## What to do
//! 1. Find the key that the certificate was requested with, or have a certificate issued for this key.
//! 2. Compare: `openssl x509 -noout -pubkey -in cert.pem` and `openssl pkey -pubout -in key.pem` give the
//!    same text.

use super::{Case, Finding, Rule, Severity, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG015",
    name: "key-mismatch",
    severity: Severity::Error,
    cause: "The certificate was issued for another key.",
    remedy: "Give the certificate and the key that belong together.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule(include_str!("key_mismatch.rs"), run)
};

fn run(case: &Case<'_>) -> Vec<Finding> {
    let found = case.read.iter().filter_map(|credential| {
        let ((certificate, value), (given, key)) = (credential.certificate?, credential.key?);
        let key = key.ok()?;
        let is_none = value.fault.is_none()
            && !value.list.is_empty()
            && value.list.iter().all(|certificate| certificate.key.matches(&key.public) == Some(false));
        if !is_none {
            return None;
        }
        let message = sentence!["The key in ", &given, " belongs to no certificate in ", &certificate, "."];
        let lines = [certificate, given].map(|given| given.in_short());
        Some(Finding::of_files(credential.store.slot(), message, lines.into()))
    });
    found.collect()
}
