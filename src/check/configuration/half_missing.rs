//! A slot gets a certificate without its private key, or a key without its certificate.
//!
//! ## What it means
//! The phone can't authenticate with only one of the two.
//!
//! ## How certain it is
//! It is certain that no file that was read has the other half. If a file that `CONFIG_FILES` names is not here or
//! could not be read, or its content is not known (it is encrypted, at a URL, or listed by a master that was not
//! found), it may have the other half: then this is a warning at most, and the message names that file. It is not
//! reported if files disagree whether the phone reads the slot's values (`device.set` and their own `.set`), or if the
//! log shows this certificate and a key in the slot.
//!
//! ## What to do
//! 1. Set both parameters of the slot.
//! 2. Restart the phone.

use super::{
    ConfigurationCase, Credential, Finding, Gate, Rule, Severity, SlotState, rule_of_value, sentence,
};

pub(in crate::check) const RULE: Rule = Rule {
    code: "CFG016",
    name: "half-missing",
    severity: Severity::Error,
    cause: "Certificate and private key of a slot belong together, and one of them is missing.",
    remedy: "Set both parameters of the slot, certificate and key.",
    reference: "Feature Profile 37148, \"Platform Certificates\"",
    ..rule_of_value(include_str!("half_missing.rs"), run)
};

fn run(case: &ConfigurationCase<'_>) -> Vec<Finding> {
    case.known.iter().filter_map(|credential| finding(case, credential)).collect()
}

fn finding(case: &ConfigurationCase<'_>, credential: &Credential<'_>) -> Option<Finding> {
    let [certificate, key] = credential.store.names();
    let (missing, what) = match (credential.certificate, credential.key) {
        (Some(_), None) => (key, "private key"),
        (None, Some(_)) => (certificate, "certificate"),
        _ => return None,
    };
    let given = credential.given()?;
    let is_unknown = |gate| matches!(gate, Gate::Unknown);
    if case.config.may_count(given.parameter) && case.config.gates_of(given.parameter).any(is_unknown) {
        return None;
    }
    // An empty value says for certain that it is not there; a value that is not sure says nothing.
    let empty = case.config.effective().find(|one| *one.given.name() == *missing);
    if empty.as_ref().is_some_and(|empty| !empty.is_sure) || is_installed(case, credential) {
        return None;
    }
    let message = sentence![&given, format!(" is given, and its {what}, {missing}, is not.")];
    let second = match empty {
        Some(empty) => empty.given.says("empty"),
        None => given.file.says(None, Some(&missing), format!("missing: the {what} of the slot")),
    };
    let lines = vec![given.in_short(), second];
    Some(Finding::of_files(credential.store.slot(), message, lines))
}

/// Whether the log shows this certificate and a key in the slot. Of a key it shows only the length, which many keys
/// have.
fn is_installed(case: &ConfigurationCase<'_>, credential: &Credential<'_>) -> bool {
    case.slot_of(credential).is_some_and(|(facts, value)| {
        facts.state == SlotState::Filled
            && facts.key_length.is_some()
            && facts.fingerprints.iter().any(|fingerprint| value.has(fingerprint))
    })
}
