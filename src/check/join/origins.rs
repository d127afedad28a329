//! For the slots that the log shows: the lines that their certificates come from, or that contradict the log.

use super::{CHANGED, installed_lines, question};
use crate::config::{
    ConfigurationLine, Credential, PhoneConfig, PrivateKey, PublicKey, SlotFacts, SlotState,
};
use crate::model::Slot;

/// What the configuration says about a slot that the log shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOrigin {
    /// The slot.
    pub slot: Slot,
    /// The line that its certificate comes from, or that contradicts the log.
    pub line: ConfigurationLine,
    /// The files give the platform slot a certificate and a key that count and can be read, and the log shows it empty or
    /// with another certificate.
    pub is_contradicted: bool,
}

/// For each slot of the log, the lines that its certificate comes from, or that contradict the log. None for the
/// built-in certificate.
pub fn origins(config: &PhoneConfig) -> Vec<SlotOrigin> {
    if config.sources.is_empty() {
        return Vec::new();
    }
    let credentials = config.credentials();
    let custom = config.slots.iter().filter(|(slot, _)| **slot != Slot::BuiltIn);
    let lines = custom.flat_map(|(slot, facts)| {
        let of_slot = credentials.iter().find(|one| one.store.slot() == Some(*slot));
        let lines: Vec<_> = match facts.state {
            SlotState::Filled if facts.installed().is_some() => {
                let first = installed_lines(config, facts, *slot).into_iter().next();
                first.into_iter().chain(of_slot.and_then(|one| other_key(config, one, facts))).collect()
            }
            SlotState::Empty => of_slot.and_then(|one| not_there(config, one, *slot)).into_iter().collect(),
            _ => Vec::new(),
        };
        // A healthy phone can write its inventory before it has read its files: these give it application certificates
        // anew after each start.
        let is_application = matches!(slot, Slot::Application(_));
        let is_contradicted =
            !is_application && of_slot.is_some_and(|one| is_contradicted(config, one, facts));
        lines.into_iter().map(move |line| SlotOrigin { slot: *slot, line, is_contradicted })
    });
    lines.collect()
}

/// Whether the certificate and the key that the files set for a slot count for certain and can be read. What is wrong with
/// a value is reported on its own.
fn is_sound(config: &PhoneConfig, credential: &Credential<'_>) -> bool {
    let has_key = credential.key.and_then(|(_, key)| key.ok()).is_some_and(|key| key.refused.is_none());
    has_key
        && credential.certificate.is_some_and(|(given, value)| {
            value.certificate_fault().is_none()
                && config.counts(given.parameter) == Some(true)
                && !config.has_unread_before(&given)
        })
}

/// Whether the log shows the slot empty, or with another certificate than the files set for it.
fn is_contradicted(config: &PhoneConfig, credential: &Credential<'_>, facts: &SlotFacts) -> bool {
    let Some((_, value)) = credential.certificate.filter(|_| is_sound(config, credential)) else {
        return false;
    };
    let is_other = || value.has_fingerprint() && facts.installed().is_some_and(|shown| !value.has(shown));
    !facts.is_of_another_phone && (facts.state == SlotState::Empty || is_other()) && !config.has_scep()
}

/// The line that gives a certificate to a slot that the log shows empty. Application slots are in RAM: after a start they
/// are empty until the phone has read its configuration.
fn not_there(config: &PhoneConfig, credential: &Credential<'_>, slot: Slot) -> Option<ConfigurationLine> {
    let (given, value) = credential.certificate.filter(|_| is_sound(config, credential))?;
    let mut others =
        config.slots.iter().filter(|(_, facts)| facts.installed().is_some_and(|one| value.has(one)));
    Some(given.says_of_value(match (others.next(), slot) {
        (Some((other, _)), _) => format!("; the log shows it in {other}, and {slot} empty: {CHANGED}"),
        (None, Slot::Application(_)) => {
            format!("; the log shows {slot} empty: changed since, or not applied yet?")
        }
        (None, _) => format!("; the log shows {slot} empty: changed since, or not applied?"),
    }))
}

/// The line of the key beside the installed certificate, if the log shows an RSA key of another length. The length of
/// other keys depends on how the phone writes them, so it proves nothing.
pub(super) fn other_key(
    config: &PhoneConfig,
    credential: &Credential<'_>,
    facts: &SlotFacts,
) -> Option<ConfigurationLine> {
    let ((_, value), (given, key)) = (credential.certificate?, credential.key?);
    let Ok(PrivateKey { length, public: PublicKey::Rsa(..), .. }) = key else { return None };
    let is_installed = facts.installed().is_some_and(|fingerprint| value.has(fingerprint));
    let shown = facts.key_length.filter(|shown| is_installed && *shown != u64::from(*length))?;
    let question = question(config, &given);
    Some(given.says_of_value(format!("; the log shows a key of {shown} bytes: {question}")))
}
