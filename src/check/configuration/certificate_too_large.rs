//! The certificates for a platform slot are longer than the slot takes.
//!
//! ## What it means
//! A platform slot takes a certificate of 8192 bytes, and so does the one custom certificate of 3.3.2 and
//! later (`device.sec.SSL.customDeviceCert`). A long chain does not fit; the phone then writes
//! "Cert is not proper" or "Could not store cert", and installs nothing.
//!
//! ## How certain it is
//! The bytes of all certificates in the value are counted. It is not known whether the phone counts the whole
//! chain or only the first certificate, so this is an error only if the log shows INS002.
//!
//! ## What to do
//! 1. Remove certificates that servers have anyway from the chain, the root first. If there is only one, have one issued
//!    with fewer names and extensions.
//! 2. Put the rest into the parameter as PKCS #7 again, and restart the phone.

use super::{ConfigurationCase, Finding, Rule, Severity, counted, rule_of_value, sentence};
use crate::check::join::may_be_same_slot;
use crate::reference::MAX_PLATFORM_CERTIFICATE;

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG014",
    name: "certificate-too-large",
    severity: Severity::Warning,
    cause: "The certificates have more bytes than a platform slot can store.",
    remedy: "Remove certificates from the chain, the root first.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule_of_value(include_str!("certificate_too_large.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    let found = case.known.iter().filter_map(|credential| {
        let (given, value) = credential.certificate.filter(|_| credential.store.is_device())?;
        let length = value.length();
        if length <= u64::from(MAX_PLATFORM_CERTIFICATE) {
            return None;
        }
        let slot = credential.store.slot();
        let mut refused = case.log.certificates_refused.iter();
        let is_refused = refused.any(|one| may_be_same_slot(one.slot, slot));
        let severity = if is_refused { Severity::Error } else { RULE.severity };
        let is_alone = value.list.len() == 1;
        let have = if is_alone { "has" } else { "have" };
        let remedy =
            is_alone.then(|| "Have a smaller certificate issued, with fewer names and extensions.".into());
        let message = sentence![
            format!("{} in ", counted(value.list.len() as u64, "certificate")),
            &given,
            format!(" {have} {} bytes; {} takes {}.", length, credential.store, MAX_PLATFORM_CERTIFICATE),
        ];
        let finding = Finding::of_files(slot, message, [given.in_short()]).with_severity(severity);
        Some(Finding { remedy, ..finding })
    });
    found.collect()
}
