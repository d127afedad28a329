//! Relates the configuration to what the log shows: finds the file and line that caused it.
//!
//! Nothing is guessed. A value that is equal to what the log shows is named as the cause, values that are possible
//! causes are named as such, and contradictions between files and log are reported.

mod log_levels;
mod origins;

use super::configuration::{day, may_count, not_pkcs7};
use crate::config::{
    Certificates, ConfigurationLine, Effective, Given, LogFacts, ParameterKind, PhoneConfig, Refused,
    SlotFacts, Store, Value,
};
use crate::model::{Fingerprint, Slot};
use crate::reference::MAX_PLATFORM_CERTIFICATE;
use crate::sentence::{Sentence, sentence};
pub(super) use log_levels::hiding_levels;
use log_levels::no_evidence;
use origins::other_key;
pub use origins::{SlotOrigin, origins};

/// The most lines that are added to one diagnosis.
const MAX_LINES: usize = 12;

/// The question of a diagnosis of the log about the configuration: a fact of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// INS001: whose key has the refused length?
    KeyTooLarge,
    /// INS002: which certificate can be the refused one?
    CertificateRejected,
    /// INS003: which value can't be decoded?
    ChainNotDecodable,
    /// INS004: which file has the certificate that was saved, and which the one that is there instead?
    NotKept,
    /// INS005: which file has the certificate that the log shows in the slot?
    Installed,
    /// TLS001: what affects the trust in servers?
    Trust,
    /// LOG001: what keeps the inventory out of the log?
    NoEvidence,
}

/// What the configuration adds to a diagnosis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The related lines, at most twelve; empty if there are none.
    pub lines: Vec<ConfigurationLine>,
    /// A remedy that names file, line and parameter, in place of the diagnosis's own.
    pub remedy: Option<Sentence>,
}

/// The answer of the configuration to the question of a diagnosis, for this slot if it is about one.
pub fn join(config: &PhoneConfig, log: &LogFacts, question: Question, slot: Option<Slot>) -> Answer {
    if config.sources.is_empty() {
        return Answer::default();
    }
    let mut answer = Answer::default();
    answer.lines = match question {
        Question::KeyTooLarge => keys(config, log, slot),
        Question::CertificateRejected => certificates(config, log, slot),
        Question::ChainNotDecodable => chains(config, log),
        Question::NotKept => slot.map(|slot| not_kept(config, log, slot)).unwrap_or_default(),
        Question::Installed => {
            let lines = |slot| {
                let facts = log.slots.get(&slot).cloned().unwrap_or_default();
                installed_lines(config, &facts, slot).into_iter().chain(closed_line(config, slot))
            };
            slot.map(|slot| lines(slot).collect()).unwrap_or_default()
        }
        Question::Trust => trust(config, log),
        Question::NoEvidence => {
            let (remedy, lines) = no_evidence(config, log);
            answer.remedy = remedy;
            lines
        }
    };
    answer.lines.truncate(MAX_LINES);
    answer
}

/// The lines of parameters of this kind, those that count first, each with whether it counts.
fn all_lines(config: &PhoneConfig, is_kind: fn(ParameterKind) -> bool) -> Vec<(Given<'_>, Precedence)> {
    let all = config.effective().filter(|one| is_kind(one.given.parameter.kind));
    let mut lines: Vec<_> = all
        .flat_map(|one| {
            let first = if one.is_sure { Precedence::Counts } else { Precedence::Unsure };
            let rivals = one.rivals.into_iter().map(|given| (given, Precedence::Unsure));
            let overridden = one.overridden.into_iter().map(|given| (given, Precedence::Overridden));
            std::iter::once((one.given, first)).chain(rivals).chain(overridden)
        })
        .collect();
    lines.sort_by_key(|(_, precedence)| *precedence);
    lines
}

/// Whether a line counts before the other lines of its parameter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Counts,
    Unsure,
    Overridden,
}

impl Precedence {
    /// A clause that is added to the sentence about the line.
    const fn clause(self) -> &'static str {
        match self {
            Self::Counts => "",
            Self::Unsure => "; whether this line counts is not known",
            Self::Overridden => "; another line counts before it now",
        }
    }
}

/// The closed gates because of which a line does not count now, `device.set is not 1`; None if there are none.
pub(super) fn closed_gates(config: &PhoneConfig, given: &Given<'_>) -> Option<String> {
    let closed: Vec<&str> = config.closed_gates(given.parameter).collect();
    let are = if closed.len() == 1 { "is" } else { "are" };
    (!closed.is_empty()).then(|| format!("{} {are} not 1", closed.join(" and ")))
}

/// The same as a clause that is added to the sentence about the line.
fn gates_clause(config: &PhoneConfig, given: &Given<'_>) -> String {
    let closed = closed_gates(config, given);
    closed.map_or_else(String::new, |gates| format!("; the phone does not read it now, because {gates}"))
}

/// The line whose certificate has this fingerprint, which the log shows in this slot, and a clause about the line that
/// may be empty. Lines for this slot come before those for others, and then those that count.
pub(super) fn line_with<'a>(
    config: &'a PhoneConfig,
    slot: Slot,
    fingerprint: &Fingerprint,
) -> Option<(Given<'a>, &'a Certificates, String)> {
    let lines = all_lines(config, |kind| matches!(kind, ParameterKind::Certificate(_)));
    let found = lines.into_iter().filter_map(|(given, precedence)| match given.value {
        Value::Certificates(value) if value.has(fingerprint) => Some((given, value, precedence)),
        _ => None,
    });
    let other_slot = |given: &Given<'_>| given.parameter.slot().filter(|of| *of != slot);
    let (given, value, precedence) = found.min_by_key(|(given, ..)| other_slot(given).is_some())?;
    let other = other_slot(&given).map(|of| format!("; this is the certificate of {of}"));
    Some((given, value, format!("{}{}", precedence.clause(), other.unwrap_or_default())))
}

/// The line whose certificate has this fingerprint, which the log shows, or which `was_saved`.
fn line_of(
    config: &PhoneConfig,
    slot: Slot,
    fingerprint: &Fingerprint,
    was_saved: bool,
) -> Option<ConfigurationLine> {
    let (given, _, but) = line_with(config, slot, fingerprint)?;
    let digest = fingerprint.algorithm().name().to_ascii_uppercase();
    let what = if was_saved { "was saved" } else { "the log shows" };
    Some(given.says(format!("its certificate has the {digest} fingerprint that {what}{but}")))
}

/// A sentence about the files as a whole.
fn of_all(config: &PhoneConfig, says: String) -> ConfigurationLine {
    let file = config.master().or_else(|| config.sources.first().map(|source| &source.file));
    ConfigurationLine::of_file(file.map_or("", |file| &file.path), says)
}

const CHANGED: &str = "were the files changed since then, or was it installed in another way?";

/// The question that a contradiction between this line and the log raises.
fn question(config: &PhoneConfig, given: &Given<'_>) -> &'static str {
    match config.has_unread_before(given) {
        true => {
            "is it from a file before it that was not read, were the files changed since then, or was it installed in another way?"
        }
        false => CHANGED,
    }
}

/// Whether both can be the same slot; None is one that is not known, as that of the certificate of 3.3.2.
pub(super) fn may_be_same_slot(one: Option<Slot>, other: Option<Slot>) -> bool {
    one.is_none() || other.is_none() || one == other
}

fn refused_lengths(all: &[Refused], slot: Option<Slot>) -> impl Iterator<Item = u64> {
    let of_slot = all.iter().filter(move |one| may_be_same_slot(one.slot, slot));
    of_slot.filter_map(|one| one.length)
}

fn keys(config: &PhoneConfig, log: &LogFacts, slot: Option<Slot>) -> Vec<ConfigurationLine> {
    let lengths: Vec<u64> = refused_lengths(&log.keys_refused, slot).collect();
    let Some(logged) = lengths.last() else { return Vec::new() };
    let all = all_lines(config, |kind| matches!(kind, ParameterKind::Key(_)));
    let length = |given: &Given<'_>| match given.value {
        Value::Key(Ok(key)) => Some(u64::from(key.length)),
        _ => None,
    };
    let is_of_slot = |given: &Given<'_>| may_be_same_slot(given.parameter.slot(), slot);
    let mut found = all.clone();
    found.retain(|(given, _)| length(given).is_some_and(|length| lengths.contains(&length)));
    if found.iter().any(|(given, _)| is_of_slot(given)) {
        found.retain(|(given, _)| is_of_slot(given));
    }
    if !found.is_empty() {
        let lines = found.iter().map(|(given, precedence)| {
            let but = format!("{}{}", precedence.clause(), gates_clause(config, given));
            let other = slot.zip(given.parameter.slot()).filter(|(refused, of)| refused != of);
            let other =
                other.map(|(refused, of)| format!("; this is the key of {of}, and {refused} refused one"));
            let other = other.unwrap_or_default();
            given.says_of_value(format!(": the length that the phone refused{but}{other}"))
        });
        return lines.collect();
    }
    let counting = all.iter().filter(|(given, precedence)| {
        *precedence == Precedence::Counts && is_of_slot(given) && !given.value.is_empty()
    });
    let lines = counting.map(|(given, _)| {
        let but = gates_clause(config, given);
        given.says_of_value(match length(given) {
            Some(_) => {
                let question = question(config, given);
                format!(", and the phone refused one of {logged} bytes{but}: {question}")
            }
            None => format!(", so its length can't be compared{but}"),
        })
    });
    let mut lines: Vec<_> = lines.collect();
    if lines.is_empty() && config.is_complete {
        let none = format!("no key of {logged} bytes is in the files of this phone: {CHANGED}");
        lines.push(of_all(config, none));
    }
    lines
}

/// A certificate's value, where it goes, and its line.
type Candidate<'a> = (Store, Given<'a>, &'a Certificates);

/// The certificates of a slot, or of all slots; only those that the phone may use, if there are any.
fn candidates<'a>(config: &'a PhoneConfig, log: &LogFacts, slot: Option<Slot>) -> Vec<Candidate<'a>> {
    let all = config.credentials().into_iter().filter_map(|one| {
        let (given, value) = one.certificate?;
        Some((one.store, given, value))
    });
    let mut all: Vec<_> = all.filter(|(store, ..)| may_be_same_slot(store.slot(), slot)).collect();
    let counts = |(_, given, _): &Candidate<'_>| may_count(config, log, given);
    if all.iter().any(counts) {
        all.retain(counts);
    }
    all
}

/// What is wrong with a value that can't be read, or not completely.
fn unreadable(value: &Certificates) -> Option<String> {
    let what = if value.list.is_empty() { "can't be read" } else { "has a part that can't be read" };
    value.fault.map(|fault| format!("{what}: {fault}"))
}

/// Whether it is certain that this line counts: all files were read, and none disagree about a certificate or a
/// gate.
fn is_sure(config: &PhoneConfig, given: &Given<'_>) -> bool {
    let is_open = config.counts(given.parameter) == Some(true);
    let disagree = |one: &Effective<'_>| {
        !one.is_sure && matches!(one.given.parameter.kind, ParameterKind::Certificate(_) | ParameterKind::Set)
    };
    is_open && config.is_complete && !config.effective().any(|one| disagree(&one))
}

/// Names the candidates with a fault, and says so if it is exactly one; else all candidates, as contradicting the
/// log. `fault` returns what is wrong with a value, and whether that is exactly what the log shows.
fn name_candidates(
    config: &PhoneConfig,
    candidates: &[Candidate<'_>],
    fault: impl Fn(Store, &Certificates) -> Option<(String, bool)>,
    hint: &str,
) -> Vec<ConfigurationLine> {
    let found: Vec<_> = candidates
        .iter()
        .filter_map(|(store, given, value)| Some((given, gates_clause(config, given), fault(*store, value)?)))
        .collect();
    match &found[..] {
        [] if candidates.is_empty() && config.is_complete => {
            let lines = all_lines(config, |kind| matches!(kind, ParameterKind::Certificate(_)));
            let unsure = lines.iter().filter(|(_, precedence)| *precedence == Precedence::Unsure);
            let mut lines: Vec<_> =
                unsure.map(|(given, precedence)| given.says_of_value(precedence.clause())).collect();
            if lines.is_empty() {
                let none = format!("no file of this phone has a certificate for it: {CHANGED}");
                lines.push(of_all(config, none));
            }
            lines
        }
        [] => {
            let all = candidates.iter().map(|(_, given, _)| {
                let but = format!("){}{hint}: {}", gates_clause(config, given), question(config, given));
                let short = given.value.in_short();
                given.says(sentence![
                    "neither the form nor the length of its present value explains this (",
                    short,
                    but
                ])
            });
            all.collect()
        }
        [(given, closed, (why, is_proof))] if *is_proof || is_sure(config, given) => {
            vec![given.says(format!("this one: it {why}{closed}"))]
        }
        several => {
            let lines = several.iter().map(|(given, closed, (why, _))| {
                given.says(match closed.is_empty() {
                    true => format!("may be the cause: it {why}"),
                    false => format!("may have been the cause: it {why}{closed}: {CHANGED}"),
                })
            });
            lines.collect()
        }
    }
}

fn certificates(config: &PhoneConfig, log: &LogFacts, slot: Option<Slot>) -> Vec<ConfigurationLine> {
    let lengths: Vec<u64> = refused_lengths(&log.certificates_refused, slot).collect();
    let fault = |store: Store, value: &Certificates| {
        if let Some(length) = lengths.iter().find(|length| value.has_length(**length)) {
            return Some((format!("has {length} bytes, the length that the phone refused"), true));
        }
        let (total, limit) = (value.length(), u64::from(MAX_PLATFORM_CERTIFICATE));
        let why = if store.is_device() && total > limit {
            Some(format!("has {total} bytes of certificates, more than {limit}"))
        } else if !lengths.is_empty() {
            // A refusal that names a length is about the length.
            None
        } else {
            unreadable(value).or_else(|| not_pkcs7::fault_of(value).map(str::to_owned))
        };
        why.map(|why| (why, false))
    };
    name_candidates(config, &candidates(config, log, slot), fault, "")
}

fn chains(config: &PhoneConfig, log: &LogFacts) -> Vec<ConfigurationLine> {
    let candidates = candidates(config, log, None);
    let has_breaks = candidates.iter().any(|(_, _, value)| value.has_line_breaks);
    let hint = if has_breaks { "; line breaks in it can be written &#10;" } else { "" };
    let fault = |_, value: &Certificates| {
        let why = not_pkcs7::fault_of(value).map(str::to_owned).or_else(|| unreadable(value));
        why.map(|why| (why, false))
    };
    name_candidates(config, &candidates, fault, hint)
}

/// The line that was saved to the slot, the line that is there instead, and a value that may have emptied it.
fn not_kept(config: &PhoneConfig, log: &LogFacts, slot: Slot) -> Vec<ConfigurationLine> {
    let facts = log.slots.get(&slot).cloned().unwrap_or_default();
    let saved = facts.not_kept.as_ref();
    let mut lines: Vec<_> = saved.and_then(|saved| line_of(config, slot, saved, true)).into_iter().collect();
    for line in installed_lines(config, &facts, slot) {
        if !lines.iter().any(|other| (&other.file, other.line) == (&line.file, line.line)) {
            lines.push(line);
        }
    }
    lines.extend(closed_line(config, slot));
    let emptied = config.effective().filter(|one| one.is_sure).map(|one| one.given).filter(|given| {
        matches!(given.parameter.kind, ParameterKind::Certificate(_))
            && given.parameter.slot() == Some(slot)
            && given.value.is_empty()
            && config.counts(given.parameter) == Some(true)
    });
    lines.extend(emptied.map(|given| given.says("may be the cause: it is empty, and it counts")));
    lines
}

fn installed_lines(config: &PhoneConfig, facts: &SlotFacts, slot: Slot) -> Vec<ConfigurationLine> {
    let mut lines: Vec<ConfigurationLine> = Vec::new();
    for line in facts.fingerprints.iter().filter_map(|print| line_of(config, slot, print, false)) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let Some(credential) = config.credential_of(slot) else {
        // Files that disagree set something, and it is not known in which slot the certificate of 3.3.2 is.
        let may_have =
            config.is_unsure_of(slot) || config.credentials().iter().any(|one| one.store.slot().is_none());
        if lines.is_empty() && config.is_complete && !may_have {
            lines.push(of_all(config, format!("no file of this phone sets anything for {slot}: {CHANGED}")));
        }
        return lines;
    };
    if let Some((given, value)) = credential.certificate.filter(|_| lines.is_empty()) {
        let length = facts.certificate_length.filter(|length| value.has_length(*length));
        let why = question(config, &given);
        let is_known = value.has_fingerprint();
        let is_other = is_known && !facts.fingerprints.is_empty();
        // A certificate that was renewed usually has the same length.
        let clause = match length {
            Some(length) if is_other => {
                format!("; it has the {length} bytes that the log shows, but not its fingerprint: {why}")
            }
            Some(length) => format!("; it has the {length} bytes that the log shows"),
            None if is_other => format!("; the log shows another fingerprint: {why}"),
            None if is_known && facts.not_kept.is_some() => format!("; another one was saved: {why}"),
            None => String::new(),
        };
        lines.push(given.says_of_value(clause));
    }
    if let Some((given, _)) = credential.key {
        lines.push(other_key(config, &credential, facts).unwrap_or_else(|| given.in_short()));
    }
    lines
}

/// A line that the phone does not read the values for this slot now.
fn closed_line(config: &PhoneConfig, slot: Slot) -> Option<ConfigurationLine> {
    let given = config.credential_of(slot)?.given()?;
    Some(given.says(format!("does not count now: {}", closed_gates(config, &given)?)))
}

fn trust(config: &PhoneConfig, log: &LogFacts) -> Vec<ConfigurationLine> {
    let mut lines = Vec::new();
    for given in config.of_kind(|kind| matches!(kind, ParameterKind::Ca(_))) {
        let (mut state, mut refused) = (String::new(), None);
        if let Value::Certificates(value) = &given.value {
            let not_begun =
                || value.list.iter().map(|one| one.not_before).filter(|begin| *begin > log.now).max();
            state = match value.list.iter().any(|one| one.not_after < log.now) {
                true => ", which has expired".to_owned(),
                false => {
                    not_begun().map_or_else(String::new, |begin| format!(", not valid before {}", day(begin)))
                }
            };
            refused = value.refused.filter(|_| !value.list.is_empty());
        }
        let form = refused.map(|fault| format!("; not in PEM form: {fault}")).unwrap_or_default();
        let gates = gates_clause(config, &given);
        let short = given.value.in_short();
        lines.push(given.says(sentence!["may affect trust: ", short, format!("{state}{form}{gates}")]));
    }
    for given in config.of_kind(|kind| matches!(kind, ParameterKind::Trust | ParameterKind::ProfileSelection))
    {
        let value = given.value.as_text().unwrap_or_default();
        let what = if given.name().ends_with("strictCertCommonNameValidation") && value == "1" {
            "1: the server's certificate must have exactly the name that the phone asked for".into()
        } else {
            given.value.in_short()
        };
        let gates = gates_clause(config, &given);
        lines.push(given.says(sentence!["may affect trust: ", what, gates]));
    }
    lines
}

#[cfg(test)]
mod tests;
