//! Reads an answer of `scan --format json`.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::{PhoneName, SlotContent};
use crate::check::{CATALOGUE, Facts, Family, Rule};
use crate::input::log_mac;
use crate::model::{CertificateState, Severity, State, Status};
use crate::report::shape::{AnswerSelection, Device, Diagnosis, SCHEMA_VERSION};

/// Why a file can't be compared: it can't be read, or is damaged, cut off, or not an answer.
#[derive(Debug, thiserror::Error)]
#[error(
    "can't be compared: it must be one whole answer of `phonecert scan --format json` (not `jsonl`): {0}"
)]
pub struct NotAnAnswer(#[from] serde_json::Error);

/// What is compared of a phone.
#[derive(Debug, Deserialize)]
pub struct AnswerPhone {
    mac: Option<String>,
    files: Vec<String>,
    #[serde(default)]
    model: Option<String>,
    software: Option<String>,
    /// Its master configuration file was read.
    #[serde(default)]
    configured: bool,
    /// Not all of its configuration was read.
    #[serde(default)]
    configuration_incomplete: bool,
    /// The slots that its logs show, as bits of [`slot_bit`].
    #[serde(skip)]
    slots: u64,
    #[serde(skip)]
    has_logs: bool,
    /// What its diagnoses say of files of its configuration that were not read.
    #[serde(skip)]
    unread: Vec<String>,
    pub(crate) status: Status,
    diagnoses: Vec<AnswerDiagnosis>,
    pub(super) certificates: Box<[AnswerCertificate]>,
}

/// What is compared of a diagnosis.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AnswerDiagnosis {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) severity: Severity,
    state: State,
    pub(crate) slot: Option<String>,
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

/// How an active diagnosis has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The newer answer has it as resolved: later lines show that the cause is gone.
    Resolved,
    /// The newer answer shows by what it has of the phone that the cause is gone.
    ShownGone,
    /// The newer answer does not have it, and does not show that the cause is gone.
    NoLongerFound,
}

impl AnswerPhone {
    /// Whether a log of it was found, even if it could not be read. Only of a phone that was just scanned.
    pub(crate) const fn has_logs(&self) -> bool {
        self.has_logs
    }

    /// The same of a phone that was just scanned, without its certificates: only diagnoses are compared of it.
    pub(crate) fn of_device(device: &Device) -> Self {
        let mut phone = Self {
            mac: device.mac.clone(),
            files: Vec::new(),
            model: device.model.clone(),
            software: device.software.clone(),
            configured: device.configured,
            configuration_incomplete: device.configuration_incomplete,
            slots: slots_of(device.certificates.iter().map(|known| (known.slot.name(), known.state))),
            has_logs: !device.files.is_empty(),
            unread: Vec::new(),
            status: device.status,
            diagnoses: device.diagnoses.iter().map(AnswerDiagnosis::of).collect(),
            certificates: Box::default(),
        };
        phone.take_diagnoses();
        phone
    }

    /// Prepares what was read of the diagnoses.
    fn take_diagnoses(&mut self) {
        self.take_unread();
        self.keep_first();
    }

    /// If there are several diagnoses of one code and slot, keeps only the first: an active one if there is one, the most
    /// severe of them.
    fn keep_first(&mut self) {
        self.diagnoses.sort_by_key(|known| (known.state, known.severity));
        let mut seen = HashSet::new();
        self.diagnoses.retain(|known| seen.insert((known.code.clone(), known.slot.clone())));
    }

    fn find(&self, state: State, code: &str, slot: Option<&str>) -> Option<&AnswerDiagnosis> {
        self.diagnoses
            .iter()
            .find(|known| known.state == state && known.code == code && known.slot.as_deref() == slot)
    }

    /// Whether the diagnosis of this code and slot is active, and at least as severe.
    pub(super) fn has_as_severe(&self, code: &str, slot: Option<&str>, severity: Severity) -> bool {
        let mut active = self.active().filter(|known| known.code == code && known.slot.as_deref() == slot);
        active.any(|known| known.severity <= severity)
    }

    /// Takes what its diagnoses say of files that were not read.
    fn take_unread(&mut self) {
        let mac = self.mac.as_deref().map(str::to_ascii_lowercase);
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

    /// The diagnoses that were active in an older answer and are not now, and how each has ended. `unread` is
    /// [`UnreadConfiguration::since`] of both answers. A resolved one whose last occurrence is earlier is of an earlier failure:
    /// the logs of the later one can be gone.
    pub(crate) fn ended<'a>(
        &self,
        old: &'a Self,
        unread: UnreadChange,
    ) -> impl Iterator<Item = (&'a AnswerDiagnosis, Ended)> {
        old.active().filter_map(move |known| {
            let now = |state| self.find(state, &known.code, known.slot.as_deref());
            let how = match () {
                () if now(State::Active).is_some() => return None,
                () if now(State::Resolved).is_some_and(|now| now.last_seen >= known.last_seen) => {
                    Ended::Resolved
                }
                () if self.shows_gone(known, old, unread) => Ended::ShownGone,
                () => Ended::NoLongerFound,
            };
            Some((known, how))
        })
    }

    /// Whether it shows that a diagnosis in an older answer is gone, by not having it: all of its files were judged, or its
    /// model and its newest software are known, and evidence that was missing is there. The absence of a failure from logs
    /// shows nothing: the lines that showed it can be gone. Nor do files that were not read for the older answer either,
    /// nor an answer that read no configuration of the phone where the older one did.
    fn shows_gone(&self, known: &AnswerDiagnosis, old: &Self, unread: UnreadChange) -> bool {
        let facts = Rule::find(&known.code).map(|rule| rule.facts);
        let is_known = self.status != Status::Unknown;
        let Some(facts) = facts.filter(|facts| !facts.needs_software || self.software.is_some()) else {
            return false;
        };
        match facts.family {
            Family::Configuration => {
                let is_read = (self.configured || !old.configured)
                    && (!self.configuration_incomplete
                        || old.configuration_incomplete && !unread.may_have_new_files);
                let has_same_files = || self.unread.iter().all(|file| old.unread.contains(file));
                let is_shown = !facts.needs_log || self.shows_as_much_as(old, known.slot.as_deref());
                self.is_explained() && is_read && is_shown && !unread.has_new_paths && has_same_files()
            }
            Family::Provisioning => is_known && self.model.is_some(),
            _ => is_known && facts.means_unknown && self.has_logs,
        }
    }

    /// What is missing in the logs of this phone, so that it is unknown if nothing else is wrong.
    fn missing(&self) -> impl Iterator<Item = &AnswerDiagnosis> {
        let means_unknown =
            |known: &&AnswerDiagnosis| Rule::find(&known.code).is_some_and(|rule| rule.facts.means_unknown);
        self.active().filter(means_unknown)
    }

    /// Whether it is said why the phone is unknown, if it is.
    fn is_explained(&self) -> bool {
        self.status != Status::Unknown || self.missing().next().is_some()
    }

    /// Whether the logs show all that they showed in the older answer, and this slot if they showed it then.
    fn shows_as_much_as(&self, old: &Self, slot: Option<&str>) -> bool {
        let was_missing =
            |known: &AnswerDiagnosis| old.find(State::Active, &known.code, known.slot.as_deref()).is_some();
        let slot = slot.map_or(0, slot_bit);
        self.has_logs && self.missing().all(was_missing) && (old.slots & slot == 0 || self.slots & slot != 0)
    }

    pub(crate) fn active(&self) -> impl Iterator<Item = &AnswerDiagnosis> {
        self.diagnoses.iter().filter(|known| known.state == State::Active)
    }
}

/// The bit of a slot of this name.
fn slot_bit(name: &str) -> u64 {
    let number = |rest: &str| rest.parse().unwrap_or(31_u32).min(31);
    let bit = match (name.strip_prefix("platform-"), name.strip_prefix("application-")) {
        (Some(rest), _) => number(rest),
        (_, Some(rest)) => 32 + number(rest),
        _ => 0,
    };
    1 << bit
}

/// The slots of which the logs show what is in them. A refusal does not.
fn slots_of(slots: impl Iterator<Item = (impl AsRef<str>, CertificateState)>) -> u64 {
    let shown = slots.filter(|(_, state)| *state != CertificateState::Rejected);
    shown.fold(0, |slots, (name, _)| slots | slot_bit(name.as_ref()))
}

impl AnswerDiagnosis {
    fn of(diagnosis: &Diagnosis) -> Self {
        Self {
            code: diagnosis.code.to_owned(),
            name: diagnosis.name.to_owned(),
            severity: diagnosis.severity,
            state: diagnosis.state,
            slot: diagnosis.slot.map(|slot| slot.to_string()),
            message: diagnosis.message.clone(),
            first_seen: diagnosis.first_seen.clone(),
            last_seen: diagnosis.last_seen.clone(),
            configuration: diagnosis
                .configuration
                .iter()
                .map(|line| AnswerLine { says: line.says.clone() })
                .collect(),
        }
    }
}

/// The whole answer, with only the members that are compared.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Document {
    #[serde(default, deserialize_with = "this_version")]
    schema_version: Option<u32>,
    tool: Option<Tool>,
    devices: Option<Vec<AnswerPhone>>,
    selection: Option<AnswerSelection>,
    #[serde(default)]
    problems: Vec<AnswerProblem>,
}

#[derive(Deserialize)]
struct AnswerProblem {
    path: String,
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
            "to compare it, scan again with this program: its schema_version is {other}, not {SCHEMA_VERSION}"
        ))),
    }
}

/// What an answer says of configuration that could not be read.
#[derive(Debug, Default)]
pub(crate) struct UnreadConfiguration {
    /// The paths of what can have configuration: files of it, and archives.
    paths: HashSet<String>,
    /// The answer leaves out diagnoses that name such files of a phone.
    leaves_out: bool,
}

/// How [`UnreadConfiguration`] differs from that of an older answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnreadChange {
    /// There are new paths: then the absence of a diagnosis of configuration shows nothing.
    has_new_paths: bool,
    /// A phone's file may not have been read that was read for the older answer, and its diagnosis is left out.
    may_have_new_files: bool,
}

impl UnreadConfiguration {
    /// What the paths of an answer's problems say, and what its scan left out.
    pub(crate) fn of<'a>(
        problems: impl Iterator<Item = &'a str>,
        selection: Option<&AnswerSelection>,
    ) -> Self {
        let is_log = |path: &&str| log_mac(path.rsplit('/').next().unwrap_or(path).as_bytes()).is_some();
        let mut naming =
            CATALOGUE.iter().filter(|rule| rule.facts.leaves_file_unread || rule.facts.names_missing_file);
        Self {
            paths: problems.filter(|path| !is_log(path)).map(str::to_owned).collect(),
            leaves_out: selection.is_some_and(|selection| naming.any(|rule| selection.leaves_out(rule.code))),
        }
    }

    /// How this differs from the older answer's. What the older scan left out does not matter: its files were not used.
    pub(crate) fn since(&self, old: &Self) -> UnreadChange {
        UnreadChange { has_new_paths: !self.paths.is_subset(&old.paths), may_have_new_files: self.leaves_out }
    }
}

/// What is used of an answer.
pub(super) struct Parts {
    pub(super) phones: HashMap<PhoneName, AnswerPhone>,
    /// What could not be read.
    pub(super) unread: UnreadConfiguration,
    pub(super) selection: Option<AnswerSelection>,
}

/// Reads an answer.
pub(super) fn read(input: &mut dyn BufRead) -> Result<Parts, NotAnAnswer> {
    let document: Document = serde_json::from_reader(input)?;
    let is_ours = document.tool.is_some_and(|tool| tool.name == env!("CARGO_PKG_NAME"));
    if !is_ours || document.schema_version.is_none() {
        return Err(no_answer("it does not say that phonecert made it, with its schema_version"));
    }
    let Some(devices) = document.devices else {
        return Err(no_answer(
            "it has no `devices`: neither a scan with --group-by nor a diff can be compared",
        ));
    };
    let mut phones = HashMap::with_capacity(devices.len());
    for mut phone in devices {
        phone.has_logs = !phone.files.is_empty();
        phone.slots = slots_of(phone.certificates.iter().map(|known| (&known.slot, known.content.state)));
        phone.take_diagnoses();
        let mac = phone.mac.take().map(|mac| mac.parse()).transpose().map_err(no_answer)?;
        let name = PhoneName::of(mac, &std::mem::take(&mut phone.files));
        if phones.insert(name.clone(), phone).is_some() {
            return Err(no_answer(format_args!("it contains the phone {name} twice")));
        }
    }
    let paths = document.problems.iter().map(|problem| &*problem.path);
    let unread = UnreadConfiguration::of(paths, document.selection.as_ref());
    Ok(Parts { phones, unread, selection: document.selection })
}

fn no_answer(why: impl std::fmt::Display) -> NotAnAnswer {
    NotAnAnswer(serde_json::Error::custom(why))
}
