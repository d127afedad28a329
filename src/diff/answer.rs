//! Reads an answer of `scan --format json`.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::{PhoneName, SlotContent};
use crate::check::{Facts, Family, Rule};
use crate::model::{Severity, State, Status};
use crate::report::shape::SCHEMA_VERSION;

/// Why a file can't be compared: it can't be read, or is damaged, cut off, or not an answer.
#[derive(Debug, thiserror::Error)]
#[error("is not a complete answer of `phonecert scan --format json`: {0}")]
pub struct NotAnAnswer(#[from] serde_json::Error);

/// What is compared of a phone.
#[derive(Debug, Deserialize)]
pub(super) struct AnswerPhone {
    mac: Option<String>,
    files: Vec<String>,
    software: Option<String>,
    #[serde(skip)]
    has_logs: bool,
    /// What its diagnoses say of files of its configuration that were not read.
    #[serde(skip)]
    unread: Vec<String>,
    pub(super) status: Status,
    diagnoses: Vec<AnswerDiagnosis>,
    pub(super) certificates: Box<[AnswerCertificate]>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct AnswerDiagnosis {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) severity: Severity,
    pub(super) state: State,
    pub(super) slot: Option<String>,
    pub(super) message: String,
    pub(super) first_seen: Option<String>,
    pub(super) last_seen: Option<String>,
    configuration: Vec<AnswerLine>,
}

/// A line of a configuration file.
#[derive(Clone, Debug, Deserialize)]
struct AnswerLine {
    says: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct AnswerCertificate {
    pub(super) slot: Box<str>,
    #[serde(flatten)]
    pub(super) content: SlotContent,
}

impl AnswerPhone {
    /// If there are several diagnoses of one code and slot, keeps only the first: an active one if there is one, the most
    /// severe of them.
    fn keep_first(&mut self) {
        self.diagnoses.sort_by_key(|known| (known.state, known.severity));
        let mut seen = HashSet::new();
        self.diagnoses.retain(|known| seen.insert((known.code.clone(), known.slot.clone())));
    }

    pub(super) fn has(&self, state: State, code: &str, slot: Option<&str>) -> bool {
        self.diagnoses
            .iter()
            .any(|known| known.state == state && known.code == code && known.slot.as_deref() == slot)
    }

    /// Whether the diagnosis of this code and slot is active, and at least as severe.
    pub(super) fn has_as_severe(&self, code: &str, slot: Option<&str>, severity: Severity) -> bool {
        let mut active = self.active().filter(|known| known.code == code && known.slot.as_deref() == slot);
        active.any(|known| known.severity <= severity)
    }

    /// Takes what its diagnoses say of files that were not read. `mac` is the phone's address.
    fn take_unread(&mut self, mac: Option<&str>) {
        let mac = mac.map(str::to_ascii_lowercase);
        let is_of_phone =
            |says: &str| mac.as_ref().is_some_and(|mac| says.to_ascii_lowercase().contains(mac.as_str()));
        for known in &mut self.diagnoses {
            let lines = std::mem::take(&mut known.configuration).into_iter().map(|line| line.says);
            match Rule::find(&known.code).map(|rule| rule.facts) {
                _ if known.state != State::Active => {}
                Some(Facts { leaves_file_unread: true, .. }) => self.unread.push(known.message.clone()),
                Some(Facts { names_missing_file: true, .. }) => {
                    self.unread.extend(lines.filter(|says| !is_of_phone(says)));
                }
                _ => {}
            }
        }
    }

    /// Whether it shows that a diagnosis of this code in an older answer is gone, by not having it: all of its files and
    /// the newest software were judged, and evidence that was missing is there. The absence of a failure from logs shows
    /// nothing: the lines that showed it can be gone. Nor do files that were not read for the older answer either.
    pub(super) fn shows_gone(&self, code: &str, old: &Self) -> bool {
        let facts = Rule::find(code).map(|rule| rule.facts);
        self.status != Status::Unknown
            && facts.is_some_and(|facts| match facts.family {
                Family::Configuration => self.unread.iter().all(|file| old.unread.contains(file)),
                Family::Provisioning => self.software.is_some(),
                _ => facts.means_unknown && self.has_logs,
            })
    }

    pub(super) fn active(&self) -> impl Iterator<Item = &AnswerDiagnosis> {
        self.diagnoses.iter().filter(|known| known.state == State::Active)
    }
}

/// The whole answer, with only the members that are compared.
#[derive(Deserialize)]
struct Document {
    #[serde(default, deserialize_with = "this_version")]
    schema_version: Option<u32>,
    tool: Option<Tool>,
    devices: Option<Vec<AnswerPhone>>,
}

#[derive(Deserialize)]
struct Tool {
    name: String,
}

/// The version comes first in an answer, so another one is an error before anything else of that shape is.
fn this_version<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        SCHEMA_VERSION => Ok(Some(SCHEMA_VERSION)),
        other => Err(D::Error::custom(format_args!(
            "it has schema_version {other}, and this program compares {SCHEMA_VERSION}; scan again with this \
             version"
        ))),
    }
}

/// The phones of an answer.
pub(super) fn read(input: &mut dyn BufRead) -> Result<HashMap<PhoneName, AnswerPhone>, NotAnAnswer> {
    let document: Document = serde_json::from_reader(input)?;
    let is_ours = document.tool.is_some_and(|tool| tool.name == env!("CARGO_PKG_NAME"));
    if !is_ours || document.schema_version.is_none() {
        return Err(no_answer("it does not say that phonecert made it, with its schema_version"));
    }
    let Some(devices) = document.devices else {
        return Err(no_answer("it has no `devices`; a scan with --group-by can't be compared"));
    };
    let mut phones = HashMap::with_capacity(devices.len());
    for mut phone in devices {
        let mac = phone.mac.take();
        phone.take_unread(mac.as_deref());
        let mac = mac.map(|mac| mac.parse()).transpose().map_err(no_answer)?;
        phone.has_logs = !phone.files.is_empty();
        let name = PhoneName::of(mac, &std::mem::take(&mut phone.files));
        phone.keep_first();
        if phones.insert(name.clone(), phone).is_some() {
            return Err(no_answer(format_args!("it contains the phone {name} twice")));
        }
    }
    Ok(phones)
}

fn no_answer(why: impl std::fmt::Display) -> NotAnAnswer {
    NotAnAnswer(serde_json::Error::custom(why))
}
