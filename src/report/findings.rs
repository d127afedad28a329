//! Collects the diagnoses of a whole report by code: in how many phones each is, the names of the first ones,
//! and the places of the phones whose evidence is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::shape::{Device, Diagnosis, Severity, State};
use super::text::quantity::count;
use super::text::visible::visible;
use super::text::width::width;
use super::{Verbosity, group};

/// How many phones' evidence is shown.
const PROVEN: usize = 3;
/// How many phones are named.
const NAMED: usize = 3;

/// A code that a phone has.
#[derive(Serialize, Deserialize)]
pub(super) struct CodeInPhone {
    severity: u8,
    code: String,
    active: bool,
    phone: String,
}

impl CodeInPhone {
    /// The codes of a phone, each once. A code is active if any diagnosis with it is.
    pub(super) fn all(device: &Device) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for diagnosis in &device.diagnoses {
            let active = diagnosis.state == State::Active;
            match all.iter_mut().find(|seen| seen.code == diagnosis.code) {
                Some(seen) => seen.active |= active,
                None => all.push(Self {
                    severity: diagnosis.severity as u8,
                    code: diagnosis.code.to_owned(),
                    active,
                    phone: group::name(device),
                }),
            }
        }
        all
    }
}

/// The phones with a code.
#[derive(Default)]
pub(super) struct Phones {
    /// How many.
    pub(super) number: u64,
    names: Vec<String>,
    /// The places in the report of the phones whose evidence is shown.
    pub(super) places: Vec<usize>,
}

impl Phones {
    fn add(&mut self, name: String, place: usize, proven: usize) {
        self.number += 1;
        if self.names.len() < NAMED {
            self.names.push(name);
        }
        if self.places.len() < proven {
            self.places.push(place);
        }
    }

    /// `A, B and 3 more`, in at most `columns` if possible; at least one name is shown.
    pub(super) fn named(&self, columns: usize) -> String {
        let mut shown = self.names.len();
        loop {
            let names: Vec<_> = self.names[..shown].iter().map(|name| visible(name)).collect();
            let more = self.number - shown as u64;
            let text = match more {
                0 => names.join(", "),
                _ => format!("{} and {} more", names.join(", "), count(more)),
            };
            if shown <= 1 || width(&text) <= columns {
                return text;
            }
            shown -= 1;
        }
    }
}

/// All codes of a report. Memory holds a few names and places per code; with `--verbose`, the places of all
/// phones.
pub(super) struct Findings {
    proven: usize,
    next_place: usize,
    /// By severity and code: the phones in which the code is active, and those in which it is resolved.
    codes: BTreeMap<(u8, String), [Phones; 2]>,
}

impl Findings {
    /// An empty collection.
    pub(super) const fn new(verbosity: Verbosity) -> Self {
        let proven = if matches!(verbosity, Verbosity::Verbose) { usize::MAX } else { PROVEN };
        Self { proven, next_place: 0, codes: BTreeMap::new() }
    }

    /// Adds the codes of the next phone of the report.
    pub(super) fn add(&mut self, codes: Vec<CodeInPhone>) {
        for code in codes {
            let key = (code.severity, code.code);
            let [active, resolved] = self.codes.entry(key).or_default();
            let phones = if code.active { active } else { resolved };
            phones.add(code.phone, self.next_place, self.proven);
        }
        self.next_place += 1;
    }

    /// The codes that are active in some phone, worst first, each with its phones.
    pub(super) fn active(&self) -> impl Iterator<Item = (&str, &Phones)> {
        self.codes
            .iter()
            .map(|((_, code), [active, _])| (code.as_str(), active))
            .filter(|(_, phones)| phones.number > 0)
    }

    /// The codes that are resolved in some phone, worst first, each with its phones.
    pub(super) fn resolved(&self) -> impl Iterator<Item = (&str, &Phones)> {
        self.codes
            .iter()
            .map(|((_, code), [_, resolved])| (code.as_str(), resolved))
            .filter(|(_, phones)| phones.number > 0)
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

const _: () = assert!((Severity::Error as u8) < (Severity::Info as u8), "worst first is the order of codes");
