//! Collects the diagnoses of a whole report by code: in how many phones each is, the names of the first ones,
//! and the places of the phones whose evidence is shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::Verbosity;
use super::shape::{Device, Diagnosis, Severity, State};
use super::text::visible::visible;
use super::text::width::width;
use crate::quantity::{count, counted};

/// How many phones' evidence is shown.
const MAX_PHONES_WITH_EVIDENCE: usize = 3;
/// How many phones are named.
const MAX_NAMED: usize = 3;

/// A code that a phone has in a state.
pub(super) struct PhoneCode {
    pub(super) code: &'static str,
    pub(super) severity: Severity,
    pub(super) state: State,
}

/// The codes of a phone, each once in a state: the active ones, worst first, then the resolved ones. A code is in both
/// states if it is active in one slot and resolved in another.
pub(super) fn codes(device: &Device) -> Vec<PhoneCode> {
    let mut codes: Vec<PhoneCode> = Vec::new();
    for state in [State::Active, State::Resolved] {
        for diagnosis in device.diagnoses.iter().filter(|diagnosis| diagnosis.state == state) {
            let Diagnosis { code, severity, .. } = *diagnosis;
            if codes.iter().all(|known| (known.code, known.state) != (code, state)) {
                codes.push(PhoneCode { code, severity, state });
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
    names: Vec<String>,
    /// The places in the report of the phones whose evidence is shown.
    pub(super) places: Vec<usize>,
}

impl Phones {
    fn add(&mut self, severity: Severity, name: &str, place: usize, max_places: usize) {
        self.number += 1;
        self.severities.add(severity);
        if self.names.len() < MAX_NAMED {
            self.names.push(name.to_owned());
        }
        if self.places.len() < max_places {
            self.places.push(place);
        }
    }

    /// `A, B and 3 more`, in at most `columns` if possible; at least one name is shown.
    pub(super) fn named(&self, columns: usize) -> String {
        fitting(&self.names, self.number, columns, |more| format!(" and {} more", count(more)))
    }
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

/// All codes of a report. Memory holds a few names and places per code; with `--verbose`, the places of all
/// phones.
pub(super) struct Findings {
    max_places: usize,
    next_place: usize,
    /// By code: the phones in which it is active, and those in which it is resolved, as in [`State`].
    codes: BTreeMap<&'static str, [Phones; 2]>,
}

impl Findings {
    /// An empty collection.
    pub(super) const fn new(verbosity: Verbosity) -> Self {
        let max_places =
            if matches!(verbosity, Verbosity::Verbose) { usize::MAX } else { MAX_PHONES_WITH_EVIDENCE };
        Self { max_places, next_place: 0, codes: BTreeMap::new() }
    }

    /// Adds the codes of the next phone of the report.
    pub(super) fn add(&mut self, name: &str, codes: Vec<PhoneCode>) {
        for PhoneCode { code, severity, state } in codes {
            let phones = self.codes.entry(code).or_default();
            phones[state as usize].add(severity, name, self.next_place, self.max_places);
        }
        self.next_place += 1;
    }

    /// The codes that are in this state in some phone, worst first, each with its phones.
    pub(super) fn of_state(&self, state: State) -> impl Iterator<Item = (&'static str, &Phones)> {
        let all = self.codes.iter().map(|(code, phones)| (*code, &phones[state as usize]));
        let mut all: Vec<_> = all.filter(|(_, phones)| phones.number > 0).collect();
        all.sort_by_key(|(_, phones)| phones.severities.worst().0);
        all.into_iter()
    }
}

/// The cause and the remedy of the diagnosis shown last, which those of other phones with the same code need not repeat.
pub(super) struct Explanation {
    cause: Cow<'static, str>,
    remedy: Cow<'static, str>,
}

impl Explanation {
    pub(super) fn of(diagnosis: &Diagnosis) -> Self {
        Self { cause: diagnosis.cause.clone(), remedy: diagnosis.remedy.clone() }
    }

    /// Takes the next diagnosis. Returns what is different now, with its label.
    pub(super) fn update(&mut self, diagnosis: &Diagnosis) -> impl Iterator<Item = (&'static str, &str)> {
        let before = std::mem::replace(self, Self::of(diagnosis));
        let cause = (self.cause != before.cause).then_some(("Cause", &*self.cause));
        let remedy = (self.remedy != before.remedy).then_some(("Remedy", &*self.remedy));
        cause.into_iter().chain(remedy)
    }
}

/// The diagnoses of a phone with this code and state: one per slot.
pub(super) fn of_code<'a>(
    device: &'a Device,
    code: &'a str,
    state: State,
) -> impl Iterator<Item = &'a Diagnosis> {
    device.diagnoses.iter().filter(move |diagnosis| diagnosis.code == code && diagnosis.state == state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_code_that_is_mended_in_one_slot_and_active_in_another_is_in_both_states() {
        let fleet = fixture::fleet();
        let mut device = fleet.devices.iter().find(|device| device.active().count() > 0).unwrap().clone();
        let mut mended = device.active().next().unwrap().clone();
        mended.state = State::Resolved;
        device.diagnoses = vec![mended.clone(), device.active().next().unwrap().clone(), mended];
        let states: Vec<State> = codes(&device).into_iter().map(|code| code.state).collect();
        assert_eq!(states, [State::Active, State::Resolved]);
        let mut findings = Findings::new(Verbosity::Normal);
        findings.add(device.name(), codes(&device));
        assert_eq!(findings.of_state(State::Resolved).next().map(|(_, phones)| phones.number), Some(1));
    }
}
