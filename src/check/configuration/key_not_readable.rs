//! A private key in the configuration is encrypted, can't be decoded, or is not a key.
//!
//! ## What it means
//! The phone can't use the key, nor the certificate without it. There is no parameter for a passphrase.
//!
//! ## How sure it is
//! It is certain that the text is not a private key that can be read without a passphrase.
//!
//! ## What to do
//! 1. Remove the passphrase: `openssl pkey -in key.pem -out plain.pem`.
//! 2. Put the whole text into the parameter, with its begin and end lines.
//! 3. Make sure that only the phones can read the file.

use super::{ConfigurationCase, Finding, Rule, Severity, rule, sentence};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG012",
    name: "key-not-readable",
    severity: Severity::Error,
    cause: "The value is not a private key in PEM form without a passphrase.",
    remedy: "Put the complete key into the parameter, in PEM form and without a passphrase.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule(include_str!("key_not_readable.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.read.iter().filter_map(|credential| {
        let (given, value) = credential.key?;
        let fault = value.err()?;
        let message = sentence!["No private key can be read from ", &given, format!(": {fault}.")];
        Some(Finding::of_files(credential.store.slot(), message, [given.in_short()]))
    });
    found.collect()
}
