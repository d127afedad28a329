//! Collects the diagnoses of a whole report by code: in how many phones each is, the names of the first ones,
//! and the indexes of the phones whose evidence is shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::Verbosity;
use super::shape::{Device, Diagnosis, Severity, State};
use super::text::visible::visible;
use super::text::width::width;
use crate::check::Rule;
use crate::quantity::{count, counted};

/// How many phones' evidence is shown.
const MAX_PHONES_WITH_EVIDENCE: usize = 3;
/// How many phones are named.
const MAX_NAMED: usize = 3;

/// What a whole report collects of a phone.
pub(super) struct PhoneFindings {
    name: String,
    pub(super) codes: Vec<PhoneCode>,
    is_stale: bool,
    /// Its configuration files give a slot another certificate than the log shows.
    is_contradicted: bool,
}

impl PhoneFindings {
    pub(super) fn of(device: &Device) -> Self {
        Self {
            name: device.name().to_owned(),
            codes: codes(device),
            is_stale: device.stale.is_some(),
            is_contradicted: device.certificates.iter().any(|certificate| certificate.is_contradicted),
        }
    }
}

/// A code that a phone has in a state.
pub(super) struct PhoneCode {
    pub(super) code: &'static str,
    pub(super) severity: Severity,
    pub(super) state: State,
    cause: Shared,
    remedy: Shared,
}

/// The codes of a phone, each once in a state: the active ones, worst first, then the resolved ones. A code is in both
/// states if it is active in one slot and resolved in another.
pub(super) fn codes(device: &Device) -> Vec<PhoneCode> {
    let mut codes: Vec<PhoneCode> = Vec::new();
    for state in [State::Active, State::Resolved] {
        for diagnosis in device.diagnoses.iter().filter(|diagnosis| diagnosis.state == state) {
            let Diagnosis { code, severity, .. } = *diagnosis;
            let [cause, remedy] =
                [&diagnosis.cause, &diagnosis.remedy].map(|text| Shared::Same(text.clone()));
            match codes.iter_mut().find(|known| (known.code, known.state) == (code, state)) {
                Some(known) => {
                    known.cause.add(cause);
                    known.remedy.add(remedy);
                }
                None => codes.push(PhoneCode { code, severity, state, cause, remedy }),
            }
        }
    }
    codes
}

/// How many phones have a code with each severity.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Severities([u64; 3]);

impl Severities {
    const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

    pub(super) const fn add(&mut self, severity: Severity) {
        self.0[severity as usize] += 1;
    }

    /// The highest severity, and how many phones have it.
    pub(super) fn worst(self) -> (Severity, u64) {
        let mut all = Self::ALL.into_iter().zip(self.0);
        all.find(|(_, phones)| *phones > 0).unwrap_or((Severity::Info, 0))
    }

    pub(super) fn are_several(self) -> bool {
        self.0.iter().filter(|phones| **phones > 0).count() > 1
    }
}

/// `error, 1 phone; warning, 28 phones`.
impl fmt::Display for Severities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = Self::ALL.into_iter().zip(self.0).filter(|(_, phones)| *phones > 0);
        let parts =
            all.map(|(severity, phones)| format!("{}, {}", severity.name(), counted(phones, "phone")));
        f.write_str(&parts.collect::<Vec<_>>().join("; "))
    }
}

/// The phones with a code.
#[derive(Default)]
pub(super) struct Phones {
    /// How many.
    pub(super) number: u64,
    pub(super) severities: Severities,
    cause: Shared,
    remedy: Shared,
    names: Vec<String>,
    /// The indexes in the report of the phones whose evidence is shown.
    pub(super) indexes: Vec<usize>,
}

impl Phones {
    fn add(&mut self, severity: Severity, name: &str, index: usize, max_indexes: usize) {
        self.number += 1;
        self.severities.add(severity);
        if self.names.len() < MAX_NAMED {
            self.names.push(name.to_owned());
        }
        if self.indexes.len() < max_indexes {
            self.indexes.push(index);
        }
    }

    /// `A, B and 3 more`, in at most `columns` if possible; at least one name is shown.
    pub(super) fn named(&self, columns: usize) -> String {
        fitting(&self.names, self.number, columns, and_more)
    }
}

fn and_more(phones: u64) -> String {
    format!(" and {} more", count(phones))
}

/// As many of these names as fit in `columns`, at least one, and the number of further phones.
pub(super) fn fitting(
    names: &[String],
    phones: u64,
    columns: usize,
    further: impl Fn(u64) -> String,
) -> String {
    let text = |shown: usize| {
        let names: Vec<_> = names[..shown].iter().map(|name| visible(name)).collect();
        let more = phones - shown as u64;
        names.join(", ") + &if more > 0 { further(more) } else { String::new() }
    };
    (2..=names.len())
        .rev()
        .map(text)
        .find(|text| width(text) <= columns)
        .unwrap_or_else(|| text(names.len().min(1)))
}

/// All codes of a report. Memory holds a few names and indexes per code; with `--verbose`, the indexes of all
/// phones.
#[derive(Default)]
pub(super) struct Findings {
    /// How many phones' indexes are kept of a code.
    max_indexes: usize,
    next_index: usize,
    /// By code: the phones in which it is active, and those in which it is resolved, as in [`State`].
    codes: BTreeMap<&'static str, [Phones; 2]>,
    /// Phones without a recent line.
    pub(super) stale: u64,
    /// Phones whose configuration files give a slot another certificate than the log shows, and the names of the first.
    contradicted: (u64, Vec<String>),
}

impl Findings {
    /// An empty collection; its default keeps no indexes.
    pub(super) fn new(verbosity: Verbosity) -> Self {
        let max_indexes =
            if matches!(verbosity, Verbosity::Verbose) { usize::MAX } else { MAX_PHONES_WITH_EVIDENCE };
        Self { max_indexes, ..Self::default() }
    }

    /// Adds the next phone of the report.
    pub(super) fn add(&mut self, phone: PhoneFindings) {
        let PhoneFindings { name, codes, is_stale, is_contradicted } = phone;
        for PhoneCode { code, severity, state, cause, remedy } in codes {
            let phones = &mut self.codes.entry(code).or_default()[state as usize];
            phones.add(severity, &name, self.next_index, self.max_indexes);
            phones.cause.add(cause);
            phones.remedy.add(remedy);
        }
        self.next_index += 1;
        self.stale += u64::from(is_stale);
        if is_contradicted {
            let (phones, named) = &mut self.contradicted;
            *phones += 1;
            named.extend((named.len() < MAX_NAMED).then_some(name));
        }
    }

    /// A sentence on the phones whose configuration files give a slot another certificate than the log shows; None if there
    /// are none.
    pub(super) fn contradicted_note(&self) -> Option<String> {
        let (phones, named) = &self.contradicted;
        (*phones > 0).then(|| {
            format!(
                "In {} ({}), a slot is empty or has another certificate than the configuration files set: \
                 were the files changed since then, or not applied? `phonecert device` shows the lines.",
                counted(*phones, "phone"),
                fitting(named, *phones, usize::MAX, and_more),
            )
        })
    }

    /// The codes, each with the phones in which it is active, and those in which it is resolved.
    pub(super) fn by_code(&self) -> impl Iterator<Item = (&'static str, &[Phones; 2])> {
        self.codes.iter().map(|(code, phones)| (*code, phones))
    }

    /// The codes that are in this state in some phone, worst first, each with its phones.
    pub(super) fn of_state(&self, state: State) -> impl Iterator<Item = (&'static str, &Phones)> {
        let all = self.by_code().map(|(code, phones)| (code, &phones[state as usize]));
        let mut all: Vec<_> = all.filter(|(_, phones)| phones.number > 0).collect();
        all.sort_by_key(|(_, phones)| phones.severities.worst().0);
        all.into_iter()
    }
}

/// A text of diagnoses, if all of them have the same.
#[derive(Clone, Debug, Default)]
pub(super) enum Shared {
    /// There was no diagnosis yet.
    #[default]
    Unknown,
    Same(Cow<'static, str>),
    Different,
}

impl Shared {
    /// Adds the text of further diagnoses.
    fn add(&mut self, more: Self) {
        *self = match (std::mem::take(self), more) {
            (Self::Unknown, other) | (other, Self::Unknown) => other,
            (Self::Same(text), Self::Same(other)) if text == other => Self::Same(text),
            _ => Self::Different,
        }
    }

    /// The common text, else the general one.
    fn or<'t>(&'t self, general: &'t str) -> &'t str {
        if let Self::Same(text) = self { text } else { general }
    }
}

/// What is said once of a diagnosis that several phones have.
pub(super) struct Explanation<'p> {
    cause: &'p str,
    remedy: &'p str,
    /// Some of the phones that are not shown have another cause.
    has_other_causes: bool,
    /// Some of them need something else.
    has_other_remedies: bool,
}

impl<'p> Explanation<'p> {
    /// What holds for all of these phones, of which so many are shown: their own cause and remedy if these are the same in
    /// all, else those of the rule.
    pub(super) fn of(rule: &'static Rule, phones: &'p Phones, shown: usize) -> Self {
        let has_hidden = phones.number > shown as u64;
        Self {
            cause: phones.cause.or(rule.cause),
            remedy: phones.remedy.or(rule.remedy),
            has_other_causes: has_hidden && matches!(phones.cause, Shared::Different),
            has_other_remedies: has_hidden && matches!(phones.remedy, Shared::Different),
        }
    }

    pub(super) fn cause(&self) -> String {
        let others = if self.has_other_causes {
            " Some phones have another cause; see `phonecert device MAC`."
        } else {
            ""
        };
        format!("{}{others}", self.cause)
    }

    pub(super) fn remedy(&self) -> String {
        let others = if self.has_other_remedies {
            " Some phones need something else; see `phonecert device MAC`."
        } else {
            ""
        };
        format!("{}{others}", self.remedy)
    }

    /// What is different for this diagnosis of a phone, with its label.
    pub(super) fn own<'d>(&self, diagnosis: &'d Diagnosis) -> impl Iterator<Item = (&'static str, &'d str)> {
        let cause = (diagnosis.cause != self.cause).then_some(("Cause", &*diagnosis.cause));
        let remedy = (diagnosis.remedy != self.remedy).then_some(("Remedy", &*diagnosis.remedy));
        cause.into_iter().chain(remedy)
    }
}

/// The active diagnoses of a phone with this code: one per slot.
pub(super) fn active_of_code<'a>(device: &'a Device, code: &'a str) -> impl Iterator<Item = &'a Diagnosis> {
    device.active().filter(move |diagnosis| diagnosis.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_remedy_of_one_phone_is_not_told_as_that_of_all() {
        let fleet = fixture::fleet();
        let device = fleet.devices.iter().find(|device| device.active().count() > 0).unwrap();
        let first = device.active().next().unwrap();
        let (code, rule) = (first.code, Rule::find(first.code).unwrap());
        let head = |remedies: &[&str], shown: usize| {
            let mut findings = Findings::new(Verbosity::Verbose);
            for remedy in remedies {
                let diagnosis = Diagnosis { remedy: (*remedy).to_owned().into(), ..first.clone() };
                let phone = Device { diagnoses: vec![diagnosis], ..device.clone() };
                findings.add(PhoneFindings::of(&phone));
            }
            let (_, phones) = findings.of_state(State::Active).find(|(known, _)| *known == code).unwrap();
            Explanation::of(rule, phones, shown).remedy()
        };
        assert_eq!(head(&["Change a.cfg."], 1), "Change a.cfg.");
        assert_eq!(head(&["Change a.cfg.", "Change a.cfg."], 1), "Change a.cfg.");
        assert_eq!(head(&["Change a.cfg.", "Change b.cfg."], 2), rule.remedy);
        assert!(head(&["Change a.cfg.", "Change b.cfg."], 1).starts_with(rule.remedy));
        assert!(head(&["Change a.cfg.", "Change b.cfg."], 1).contains("Some phones need something else"));
        let phones = Phones { remedy: Shared::Different, ..Phones::default() };
        let own = Diagnosis { remedy: "Change a.cfg.".into(), cause: rule.cause.into(), ..first.clone() };
        let told: Vec<_> = Explanation::of(rule, &phones, 1).own(&own).collect();
        assert_eq!(told, [("Remedy", "Change a.cfg.")]);
    }

    #[test]
    fn a_code_that_is_mended_in_one_slot_and_active_in_another_is_in_both_states() {
        let fleet = fixture::fleet();
        let mut device = fleet.devices.iter().find(|device| device.active().count() > 0).unwrap().clone();
        let active = device.active().next().unwrap().clone();
        let mended = Diagnosis { state: State::Resolved, ..active.clone() };
        device.diagnoses = vec![mended.clone(), active, mended];
        let states: Vec<State> = codes(&device).into_iter().map(|code| code.state).collect();
        assert_eq!(states, [State::Active, State::Resolved]);
        let mut findings = Findings::new(Verbosity::Normal);
        findings.add(PhoneFindings::of(&device));
        assert_eq!(findings.of_state(State::Resolved).next().map(|(_, phones)| phones.number), Some(1));
    }
}
