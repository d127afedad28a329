//! A private key for a platform slot is longer than the slot takes.
//!
//! ## What it means
//! A platform slot takes a key of 4096 bytes, and so does the one custom certificate of 3.3.2 and later
//! (`device.sec.SSL.customDeviceCert`). The phone counts the bytes of the key in DER (PKCS #8), not its text:
//! RSA 4096 has about 2370 bytes, RSA 6144 about 3530, RSA 8192 about 4680.
//!
//! ## How certain it is
//! It is certain: the length is that of the key in the file. Application slots have no limit.
//!
//! ## What to do
//! 1. Make a key of at most 4096 bits (RSA) or an elliptic-curve key, and have a certificate issued for it.
//! 2. Give both to the phone and restart it.

use super::{ConfigurationCase, Finding, Rule, Severity, rule_of_value, sentence};
use crate::reference::MAX_PLATFORM_KEY;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG013",
    name: "key-too-large",
    severity: Severity::Error,
    cause: "The key has more bytes than a platform slot can store.",
    remedy: "Use a shorter key with a certificate for it, or an application slot where its use allows that.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule_of_value(include_str!("key_too_large.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.known.iter().filter_map(|credential| {
        let (given, value) = credential.key.filter(|_| credential.store.is_device())?;
        let length = u64::from(value.ok()?.length);
        if length <= u64::from(MAX_PLATFORM_KEY) {
            return None;
        }
        let message = sentence![
            "The private key in ",
            &given,
            format!(" has {} bytes; {} takes {}.", length, credential.store, MAX_PLATFORM_KEY),
        ];
        Some(Finding::of_files(credential.store.slot(), message, [given.in_short()]))
    });
    found.collect()
}
