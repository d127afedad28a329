//! The devices' own certificates, which the rules about dates and names judge one by one.

use super::{
    Certificate, Certificates, ConfigurationCase, Credential, Finding, Given, LogFacts, PhoneConfig,
    Sentence, Severity, Slot, day, of_value, sentence,
};
use crate::check::join::line_with;
use crate::model::Fingerprint;

/// What a rule finds in a certificate; None if nothing is wrong with it.
pub(in crate::check) type Judge = fn(&ConfigurationCase<'_>, &Certificate) -> Option<Judgement>;

/// What is wrong with a certificate.
pub(in crate::check) struct Judgement {
    /// The end of a sentence about it.
    pub(super) state: Sentence,
    /// What its line says.
    pub(super) says: Sentence,
    /// The remedy, if it differs from that of the rule.
    pub(super) remedy: Option<&'static str>,
}

/// The device's own certificate of a slot.
#[derive(Clone, Debug)]
pub(super) struct Leaf<'a> {
    slot: Option<Slot>,
    given: Given<'a>,
    /// If the value has several, and the log shows none of them, which one the phone takes is not known.
    certificates: Vec<&'a Certificate>,
    /// The fingerprint by which the log shows it in a slot.
    shown: Option<&'a Fingerprint>,
    /// A clause about the slot and the line; it may be empty.
    but: String,
}

impl<'a> Leaf<'a> {
    /// The leaf of the certificate and key that the files set for a slot.
    pub(super) fn of(credential: &Credential<'a>, log: &'a LogFacts) -> Option<Self> {
        let (given, value) = credential.certificate?;
        let key = credential.key.and_then(|(_, value)| value.ok());
        let of_slot = credential.store.slot();
        // It is not known in which slot the certificate of 3.3.2 is.
        let mut slots = installed(log).filter(|(slot, _)| of_slot.is_none_or(|of_slot| of_slot == *slot));
        let shown = slots.find_map(|(slot, fingerprint)| {
            Self::shown(slot, given, value.leaves_with(fingerprint, key.as_ref()), fingerprint, "")
        });
        let not_shown = || Self {
            slot: of_slot,
            given,
            certificates: value.leaves(key.as_ref()),
            shown: None,
            but: String::new(),
        };
        Some(shown.unwrap_or_else(not_shown))
    }

    /// The leaf of a value whose fingerprint the log shows in a slot; `certificates` are those with this fingerprint.
    fn shown(
        slot: Slot,
        given: Given<'a>,
        certificates: Vec<&'a Certificate>,
        fingerprint: &'a Fingerprint,
        but: &str,
    ) -> Option<Self> {
        let but = format!("; the log shows it in {slot}{but}");
        let is_there = !certificates.is_empty();
        is_there.then_some(Self { slot: Some(slot), given, certificates, shown: Some(fingerprint), but })
    }

    /// Whether the log shows it in a slot.
    pub(super) const fn is_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// Whether this certificate is judged for certain.
    fn is_sure_of(&self, config: &PhoneConfig, fingerprint: &Fingerprint) -> bool {
        let is_read = config.may_count(self.given.parameter) && !config.has_unread_before(&self.given);
        let is_it = matches!(&self.certificates[..], [one] if one.fingerprints.contains(fingerprint));
        self.shown == Some(fingerprint) || (self.is_shown() || is_read) && is_it
    }

    fn finding(&self, case: &ConfigurationCase<'_>, severity: Severity, judge: Judge) -> Option<Finding> {
        let found: Vec<_> = self.certificates.iter().filter_map(|one| judge(case, one)).collect();
        let Judgement { state, remedy, .. } = found.first()?;
        let (number, is_of_all) = (self.certificates.len(), found.len() == self.certificates.len());
        let (what, several) = match (number, is_of_all) {
            (1, _) => ("The certificate in ", String::new()),
            (_, false) => ("A certificate in ", format!("; it is one of {number} that the phone may take")),
            (_, true) => (
                "A certificate in ",
                format!("; it is one of {number} that the phone may take, and all of them have this fault"),
            ),
        };
        let message = sentence![what, &self.given, state.clone(), format!("{}{several}.", self.but)];
        let remedy = remedy.map(Sentence::from);
        let lines = found.into_iter().map(|one| self.given.says(one.says));
        let mut finding = Finding { remedy, ..Finding::of_files(self.slot, message, lines) };
        if !is_of_all {
            finding = finding.with_severity(severity.max(Severity::Warning));
        }
        // What is in the phone is judged whatever a file that was not read sets.
        Some(if self.is_shown() { finding } else { of_value(case, severity, finding) })
    }
}

/// The fingerprints of the certificates that are in the slots, except the factory certificate.
pub(super) fn installed(log: &LogFacts) -> impl Iterator<Item = (Slot, &Fingerprint)> {
    let custom = log.slots.iter().filter(|(slot, _)| **slot != Slot::BuiltIn);
    custom.filter_map(|(slot, facts)| Some((*slot, facts.installed()?)))
}

/// Adds certificates that the log shows in a slot, and that are not judged for certain yet: their lines are overridden,
/// or for another slot.
pub(super) fn add_shown<'a>(leaves: &mut Vec<Leaf<'a>>, config: &'a PhoneConfig, log: &'a LogFacts) {
    for (slot, fingerprint) in installed(log) {
        if leaves.iter().any(|leaf| leaf.is_sure_of(config, fingerprint)) {
            continue;
        }
        let line = line_with(config, slot, fingerprint);
        leaves.extend(line.and_then(|(given, value, but): (_, &Certificates, _)| {
            Leaf::shown(slot, given, value.leaves_with(fingerprint, None), fingerprint, &but)
        }));
    }
}

/// What a rule of this severity finds in the devices' own certificates.
pub(in crate::check) fn judged(
    case: &ConfigurationCase<'_>,
    severity: Severity,
    judge: Judge,
) -> Vec<Finding> {
    case.leaves.iter().filter_map(|leaf| leaf.finding(case, severity, judge)).collect()
}

/// What is wrong with a certificate that has expired.
pub(super) fn expired(case: &ConfigurationCase<'_>, certificate: &Certificate) -> Option<Judgement> {
    if certificate.not_after >= case.log.now {
        return None;
    }
    let ended = day(certificate.not_after);
    let says = sentence!["CN ", certificate.name(), format!(", ended {ended}")];
    Some(Judgement { state: format!(" expired on {ended}").into(), says, remedy: None })
}
