//! A private key in the configuration is encrypted, can't be decoded, is not a key, or is not in PEM form.
//!
//! ## What it means
//! The phone can't use the key, nor the certificate without it. There is no parameter for a passphrase.
//!
//! ## How certain it is
//! If no key can be read, it is certain that the text is not a private key that can be read without a passphrase.
//! If only the form is wrong (no begin and end lines, lines that are not written exactly, or no `=` at the end), it
//! is certain that OpenSSL does not read it, but some phones may. So this is an error only if an inventory shows
//! the platform slot empty, else a warning. It is not reported if the log shows this certificate in the slot, with a
//! key of this length.
//!
//! ## What to do
//! 1. Remove the passphrase: `openssl pkey -in key.pem -out plain.pem`.
//! 2. Put the whole text into the parameter, with its begin and end lines.
//! 3. Make sure that only the phones can read the file.

use super::{ConfigurationCase, Credential, Finding, Rule, Severity, SlotState, rule_of_value, sentence};
use crate::config::PrivateKey;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG012",
    name: "key-not-readable",
    severity: Severity::Error,
    cause: "The value is not a private key in PEM form without a passphrase.",
    remedy: "Put the complete key into the parameter, in PEM form and without a passphrase.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule_of_value(include_str!("key_not_readable.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.known.iter().filter_map(|credential| {
        let (given, value) = credential.key?;
        let (message, severity) = match value {
            Err(fault) => {
                (sentence!["No private key can be read from ", &given, format!(": {fault}.")], RULE.severity)
            }
            Ok(key) => {
                let fault = key.refused.filter(|_| !is_accepted(case, credential, key))?;
                let message =
                    sentence!["OpenSSL can't read the private key in ", &given, format!(": {fault}.")];
                let is_empty = case.log.state(credential.store.slot()) == SlotState::Empty;
                let is_lacking = is_empty && credential.store.is_device();
                (message, if is_lacking { Severity::Error } else { Severity::Warning })
            }
        };
        let lines = [given.in_short()];
        Some(Finding::of_files(credential.store.slot(), message, lines).with_severity(severity))
    });
    found.collect()
}

/// Whether the log shows this certificate in the slot, with a key of this length.
fn is_accepted(case: &ConfigurationCase<'_>, credential: &Credential<'_>, key: &PrivateKey) -> bool {
    case.slot_of(credential).is_some_and(|(facts, value)| {
        facts.key_length == Some(u64::from(key.length))
            && facts.installed().is_some_and(|fingerprint| value.has(fingerprint))
    })
}
