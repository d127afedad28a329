//! The diagnoses of configuration files: one file per diagnosis, each registered once.
//!
//! A check is a pure function: it takes a phone's configuration and the facts of its log, and returns findings with
//! their lines. The header of a check's file is its manual.

pub(super) mod ca_expired;
pub(super) mod ca_not_decodable;
pub(super) mod ca_too_large;
pub(super) mod certificate_expired;
pub(super) mod certificate_expires_soon;
pub(super) mod certificate_lines_hidden;
pub(super) mod certificate_not_decodable;
pub(super) mod certificate_not_used;
pub(super) mod certificate_too_large;
pub(super) mod config_encrypted;
pub(super) mod config_file_missing;
pub(super) mod config_not_well_formed;
pub(super) mod device_set_missing;
pub(super) mod half_missing;
pub(super) mod key_mismatch;
pub(super) mod key_not_readable;
pub(super) mod key_shared;
pub(super) mod key_too_large;
mod leaf;
pub(super) mod log_not_uploaded;
pub(super) mod name_of_another_phone;
pub(super) mod not_pkcs7;
pub(super) mod parameter_misspelt;
pub(super) mod parameter_set_missing;
pub(super) mod parameters_of_other_software;
mod possible;
pub(super) mod private_key_on_server;
pub(super) mod profile_not_for_platform_use;
pub(super) mod profile_value_not_permitted;
pub(super) mod set_without_value;
pub(super) mod slot_empty;
pub(super) mod value_overridden;

#[cfg(test)]
mod tests;

use super::join::closed_gates;
use super::{Facts, Family, Finding, Rule, Run, rule_of};
use crate::config::{
    Certificate, Certificates, ConfigurationLine, ConfiguredKey, Credential, Doubt, Effective, Fault, Form,
    Gate, Given, LogFacts, NotFound, OtherCase, OtherList, ParameterKind, PhoneConfig, ReadOutcome,
    SlotFacts, SlotState, SourceRole, Value, selected_slot,
};
use crate::model::{Mac, Severity, Slot};
use crate::quantity::{count, counted};
use crate::sentence::{Part, Sentence, sentence};
pub(super) use leaf::{Judge, judged};
use leaf::{Judgement, Leaf};
pub use possible::findings;

/// The common fields of all diagnoses of configuration files; each diagnosis sets the others. Tests fail if one is
/// forgotten.
const fn rule(source: &'static str, run: fn(&ConfigurationCase<'_>) -> Vec<Finding>) -> Rule {
    rule_of(Family::Configuration, source, Run::Configuration(run))
}

/// The same of a diagnosis of a value: if the phone ignores the value because a gate is closed, it is only information.
const fn rule_of_value(source: &'static str, run: fn(&ConfigurationCase<'_>) -> Vec<Finding>) -> Rule {
    rule_of(Family::Configuration, source, Run::Value(run))
}

/// The same of a diagnosis of a device's own certificate.
const fn rule_of_certificate(source: &'static str, judge: Judge) -> Rule {
    Rule {
        facts: Facts { needs_log: true, ..Facts::of(Family::Configuration) },
        ..rule_of(Family::Configuration, source, Run::Certificate(judge))
    }
}

/// What is known about one phone: the input of the checks.
#[derive(Clone, Debug)]
pub struct ConfigurationCase<'a> {
    /// Its address: the configuration can be that of another phone with the same files.
    pub mac: Mac,
    /// What its configuration files set.
    pub config: &'a PhoneConfig,
    /// What its log shows.
    pub log: &'a LogFacts,
    /// The private keys that other phones have too.
    pub shared: &'a [SharedKey],
    /// The certificates and keys whose parameters the phone's software knows, whether their gates are open or not.
    known: Vec<Credential<'a>>,
    /// Those of them that the phone reads now, as far as is known, or has installed.
    used: Vec<Credential<'a>>,
    /// The devices' own certificates in those known, and in other lines if the log shows them in a slot.
    leaves: Vec<Leaf<'a>>,
}

impl<'a> ConfigurationCase<'a> {
    /// The input for a phone.
    pub fn new(config: &'a PhoneConfig, log: &'a LogFacts, shared: &'a [SharedKey]) -> Self {
        let (mut known, mut used, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
        for credential in config.credentials() {
            let Some(given) = credential.given() else { continue };
            let leaf = Leaf::of(&credential, log);
            let is_shown = leaf.as_ref().is_some_and(Leaf::is_shown);
            let is_known = log.knows(given.parameter);
            leaves.extend(leaf.filter(|_| is_known || is_shown));
            used.extend(
                Some(credential).filter(|_| is_known && (is_shown || config.may_count(given.parameter))),
            );
            known.extend(Some(credential).filter(|_| is_known));
        }
        leaf::add_shown(&mut leaves, config, log);
        Self { mac: config.mac, config, log, shared, known, used, leaves }
    }

    /// What the log shows of the slot of a certificate in the files, and that certificate.
    fn slot_of(&self, credential: &Credential<'a>) -> Option<(&'a SlotFacts, &'a Certificates)> {
        let (_, certificate) = credential.certificate?;
        Some((self.log.slots.get(&credential.store.slot()?)?, certificate))
    }

    /// The same input for another phone with the same files.
    pub fn of_phone(self, mac: Mac) -> Self {
        Self { mac, ..self }
    }
}

/// A finding of a rule of this severity, as far as it is certain: if a file that was not read may override one of its
/// lines, or may have a parameter that it misses, the message says so, and the finding is a warning at most.
pub(super) fn in_doubt(case: &ConfigurationCase<'_>, severity: Severity, finding: Finding) -> Finding {
    let doubts = finding.configuration.iter().filter_map(|line| case.config.doubt(line));
    let why = match doubts.min() {
        None => return finding,
        Some(Doubt::MayHave(file)) => {
            sentence![" This holds unless ", file, ", which was not read, sets it."]
        }
        Some(Doubt::NotHere(files)) => sentence![" ", files, "."],
        Some(Doubt::ComesBefore(file)) => {
            sentence![" It may not count: ", file, ", which was not read, comes before it."]
        }
    };
    uncertain(case, severity, finding, why)
}

/// The finding with the reason why it may not hold. It is a warning at most, and only information if the log shows that
/// the slot has another certificate.
fn uncertain(case: &ConfigurationCase<'_>, severity: Severity, finding: Finding, why: Sentence) -> Finding {
    let is_other = |slot: Slot| {
        let credentials = case.config.credentials();
        let of_slot = credentials.iter().filter(|one| one.store.slot() == Some(slot));
        let values: Vec<_> = of_slot.filter_map(|one| one.certificate).collect();
        let mut shown = case.log.fingerprints(slot).peekable();
        shown.peek().is_some()
            && values.iter().all(|(_, value)| value.has_fingerprint())
            && shown.all(|fingerprint| !values.iter().any(|(_, value)| value.has(fingerprint)))
    };
    let worst = if finding.slot.is_some_and(is_other) { Severity::Info } else { Severity::Warning };
    let severity = finding.severity.unwrap_or(severity).max(worst);
    Finding { severity: Some(severity), message: finding.message.clone().and(why), ..finding }
}

/// A finding of a rule of this severity about a value: [in doubt](in_doubt), also if only a file that was not read can
/// have one of its gates, and only information if the phone ignores the value now because a gate is closed. It gets the
/// value as soon as somebody opens the gate, so it is reported.
pub(super) fn of_value(case: &ConfigurationCase<'_>, severity: Severity, finding: Finding) -> Finding {
    let config = case.config;
    let parameter = finding.configuration.first().and_then(|line| line.parameter.as_deref());
    let given = parameter.and_then(|name| config.get(name));
    if let Some((gate, doubt)) = given.and_then(|given| config.doubt_of_gate(given.parameter)) {
        let why = match doubt {
            Doubt::NotHere(files) => {
                let none = format!(" No file has {gate}, without which it does not count; ");
                sentence![none, files, "."]
            }
            Doubt::MayHave(file) | Doubt::ComesBefore(file) => {
                let sets = format!(", which was not read, sets {gate}.");
                sentence![" The phone ignores this value unless ", file, sets]
            }
        };
        return uncertain(case, severity, finding, why);
    }
    let finding = in_doubt(case, severity, finding);
    let Some(given) = given else { return finding };
    let Some(closed) = closed_gates(config, &given) else { return finding };
    let lines = config.closed_gates(given.parameter).map(|name| match config.get(name) {
        Some(gate) => gate.says("not 1, so the value does not count"),
        None => {
            let missing = format!("missing: the value counts only with {name}=\"1\"");
            given.file.says(None, Some(name), missing)
        }
    });
    let message = finding.message.clone().and(format!(" The phone ignores this value now: {closed}.").into());
    Finding { message, ..finding.with_lines(lines).with_severity(Severity::Info) }
}

/// A private key that several phones have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedKey {
    /// The key, and the line that sets it for this phone.
    pub key: ConfiguredKey,
    /// How many phones have it, this one included.
    pub phones: u64,
    /// The first few of the others, by name.
    pub others: Vec<Mac>,
}

/// The severity of a closed gate, by the state of its slot: flash memory keeps what was installed while the gate was
/// open.
const fn severity_of_closed_gate(state: SlotState) -> Severity {
    match state {
        SlotState::Empty => Severity::Error,
        SlotState::Filled => Severity::Info,
        SlotState::Unknown => Severity::Warning,
    }
}

/// The finding of a rule of this severity. An error or warning about parameters says if the phone did not apply its
/// configuration, as its log says: then the right value alone does not help.
pub(super) fn not_applied(case: &ConfigurationCase<'_>, severity: Severity, finding: Finding) -> Finding {
    const SAYS: &str = " In the newest boot of its log, the phone did not apply its configuration: nothing in the \
                        files has an effect until it does.";
    let is_concerned = case.log.not_applied
        && finding.severity.unwrap_or(severity) != Severity::Info
        && finding.configuration.iter().any(|line| line.parameter.is_some());
    if !is_concerned {
        return finding;
    }
    Finding { message: finding.message.clone().and(SAYS.into()), ..finding }
}

/// The words that `device.*` parameters of this kind have as values.
fn device_words<'a>(
    case: &ConfigurationCase<'a>,
    is_kind: fn(ParameterKind) -> bool,
) -> impl Iterator<Item = (Given<'a>, &'a str)> {
    let config = case.config;
    let given = config.of_kind(is_kind).filter(|given| given.name().starts_with("device."));
    given
        .filter(|given| case.log.knows(given.parameter))
        .filter_map(|given| Some((given, given.value.as_text()?)))
}

/// The state of the slot of a value; not known from the log of another phone. It is not known in which slot the
/// certificate of 3.3.2 is: it is there if the log shows that very certificate in one.
fn slot_state(log: &LogFacts, slot: Option<Slot>, given: &Given<'_>) -> SlotState {
    match given.value {
        Value::Certificates(value) if slot.is_none() => {
            let is_there = leaf::installed(log).any(|(_, fingerprint)| value.has(fingerprint));
            if is_there { SlotState::Filled } else { SlotState::Unknown }
        }
        _ if slot.and_then(|slot| log.slots.get(&slot)).is_some_and(|facts| facts.is_of_another_phone) => {
            SlotState::Unknown
        }
        _ => log.state(slot),
    }
}

/// A sentence that the log shows another certificate in the slot than this value, which does not count; empty if not.
fn other_in_slot(log: &LogFacts, slot: Option<Slot>, given: &Given<'_>) -> String {
    let installed = slot.and_then(|slot| Some((slot, log.slots.get(&slot)?.installed()?)));
    match (given.value, installed) {
        (Value::Certificates(value), Some((slot, shown))) if value.has_fingerprint() && !value.has(shown) => {
            format!(" The log shows a certificate with another fingerprint in {slot}.")
        }
        _ => String::new(),
    }
}

/// The finding that a value does not count because a gate is closed: not 1, which the second line says with `why`, or
/// not there. `between` is evidence between the two lines.
fn of_closed_gate(
    case: &ConfigurationCase<'_>,
    (slot, given): (Option<Slot>, Given<'_>),
    (name, gate): (&str, Option<Given<'_>>),
    why: &'static str,
    between: Vec<ConfigurationLine>,
) -> Finding {
    let (state, last) = match gate {
        Some(gate) => (sentence![format!("{name} is not 1 ("), gate.place(), ")"], gate.says(why)),
        None => {
            let add = format!("missing: add {name}=\"1\" to this file");
            (format!("no file has {name}").into(), given.file.says(None, Some(name), add))
        }
    };
    let other = other_in_slot(case.log, slot, &given);
    let message = sentence![&given, " does not count: ", state, ".", other];
    let lines = std::iter::once(given.in_short()).chain(between).chain([last]);
    Finding::of_files(slot, message, lines)
        .with_severity(severity_of_closed_gate(slot_state(case.log, slot, &given)))
}

/// Whether the phone may use this value: its software knows the parameter, and no gate is closed.
pub(super) fn may_count(config: &PhoneConfig, log: &LogFacts, given: &Given<'_>) -> bool {
    config.may_count(given.parameter) && log.knows(given.parameter)
}

/// The certificates and keys that have gates, one line per slot, without those that the software ignores.
fn gated<'a>(case: &ConfigurationCase<'a>) -> Vec<(Option<Slot>, Given<'a>)> {
    let config = case.config;
    let devices = config.credentials().into_iter().filter(|credential| credential.store.is_device());
    let devices = devices.filter_map(|credential| Some((credential.store.slot(), credential.given()?)));
    let of_ca = config.of_kind(|kind| matches!(kind, ParameterKind::Ca(Some(_)))).map(|given| (None, given));
    devices.chain(of_ca).filter(|(_, given)| case.log.knows(given.parameter)).collect()
}

/// The CA certificates whose parameters the phone's software knows.
fn authorities<'a>(case: &ConfigurationCase<'a>) -> impl Iterator<Item = (Given<'a>, &'a Certificates)> {
    let config = case.config;
    let given = config.of_kind(|kind| matches!(kind, ParameterKind::Ca(_)));
    given.filter(|given| case.log.knows(given.parameter)).filter_map(|given| match &given.value {
        Value::Certificates(value) => Some((given, value)),
        _ => None,
    })
}

/// The message that this many certificates were read from a value, and another part of it has this fault.
fn another_part(given: &Given<'_>, number: usize, fault: Fault) -> Sentence {
    let was_read = if number == 1 { "certificate was" } else { "certificates were" };
    let start = format!("{} {was_read} read from ", count(number as u64));
    sentence![start, given, format!(", but another part of it is not a certificate: {fault}.")]
}

/// A date as messages have it.
pub(super) fn day(time: chrono::NaiveDateTime) -> String {
    time.format("%Y-%m-%d").to_string()
}
