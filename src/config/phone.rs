//! The configuration of one phone: which value of each parameter counts, its line, and the lines that it overrides.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use super::certificate::PublicKey;
use super::facts::SlotFacts;
use super::file::{File, ReadOutcome, Setting};
use super::given::Given;
use super::key::Key;
use super::line::ConfigurationLine;
use super::parameter::{LOG_DIRECTORY, Parameter, ParameterKind, Store};
use super::phone_kind::PhoneKind;
use super::precedence::{Order, SourceRole};
use super::stored::KeyFile;
use super::value::{Certificates, Value};
use crate::model::{Mac, Slot};
use crate::sentence::{Part, Sentence, sentence};

/// The most lines of one parameter that are kept; the first one counts.
const MAX_PLACES: usize = 64;

/// A file that the phone reads.
#[derive(Clone, Debug)]
pub struct ConfigSource {
    /// The file.
    pub file: Arc<File>,
    /// Why it is read.
    pub role: SourceRole,
    /// By its name, no other phone reads it.
    pub is_own: bool,
}

/// A name in `CONFIG_FILES` that leads to no file.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// The name, with what is known of the phone inserted.
    pub name: String,
    /// Why it leads to none.
    pub why: NotFound,
    /// The master, and the line of the list.
    pub master: Arc<File>,
    /// 1-based.
    pub line: u64,
}

/// Why a name in `CONFIG_FILES` leads to no file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NotFound {
    /// There is none.
    NoFile {
        /// The path that the name leads to.
        leads_to: String,
    },
    /// The name has this placeholder, whose value is not known.
    Placeholder(String),
}

/// A file that the phone does not read, because another one has the same name in lower case.
#[derive(Clone, Debug)]
pub struct OtherCase {
    /// The file.
    pub file: Arc<File>,
    /// The one that the phone reads.
    pub read: Arc<File>,
}

/// A file that the phone is told to read and that was not read here. What it sets wins over the files after it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Unread {
    /// Which file it is, in words.
    pub(super) name: Sentence,
    /// It is not among the searched files, so it sets nothing. Otherwise it exists, and what it sets is not known.
    pub(super) is_missing: bool,
    /// It is at an address, which is never fetched.
    pub(super) is_address: bool,
    pub(super) role: SourceRole,
    /// How many of the sources are before it.
    pub(super) before: usize,
}

/// Two lists of a master of which it is not known which one counts.
#[derive(Clone, Debug)]
pub struct OtherList {
    /// The master.
    pub master: Arc<File>,
    /// The attribute: `CONFIG_FILES`, or that of a model.
    pub name: String,
    /// The 1-based lines of the first list and of the first one with other names.
    pub lines: [u64; 2],
}

/// The state of a gate: `device.set`, or a parameter's own `.set`.
#[derive(Clone, Copy, Debug)]
pub enum Gate<'a> {
    /// It is 1.
    Open,
    /// It is not 1, or it is absent and no other file can have it.
    Closed(Option<Given<'a>>),
    /// No file that was read has it, and another one may have it.
    Unread,
    /// Two files disagree, and it is not known which one wins.
    Unknown,
}

impl<'a> Gate<'a> {
    /// Whether it is closed according to the files that were read, and the line that says so.
    pub const fn closed(self) -> Option<Option<Given<'a>>> {
        match self {
            Self::Closed(line) => Some(line),
            Self::Unread => Some(None),
            Self::Open | Self::Unknown => None,
        }
    }
}

/// Files of a master of which it is not known which they are, in words.
pub(super) fn listed_by(master: &str) -> Sentence {
    sentence!["a file that ", Part::Path(master.into()), " lists"]
}

/// `device.set`, and the parameter's own `.set`; none outside `device.*`.
pub(super) fn gates(parameter: &Parameter) -> impl Iterator<Item = &str> {
    let is_device = parameter.name.starts_with("device.");
    let all = std::iter::once("device.set").chain(parameter.set_name.as_deref());
    all.filter(move |_| is_device)
}

/// The certificate and the key that the files set for one slot. At least one of the two exists.
#[derive(Clone, Copy, Debug)]
pub struct Credential<'a> {
    /// Where it goes.
    pub store: Store,
    /// The certificate's line and value.
    pub certificate: Option<(Given<'a>, &'a Certificates)>,
    /// The key's line and value.
    pub key: Option<(Given<'a>, &'a Key)>,
}

impl<'a> Credential<'a> {
    /// The line to name: the certificate's, else the key's.
    pub fn given(&self) -> Option<Given<'a>> {
        self.certificate.map(|(given, _)| given).or(self.key.map(|(given, _)| given))
    }
}

/// Why it is not known which files a phone reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// It may read this master, or another one.
    Master(Box<str>),
    /// What this master lists depends on the model, which is not known.
    List(Box<str>),
}

/// The configuration of one phone.
#[derive(Clone, Debug)]
pub struct PhoneConfig {
    /// The phone.
    pub mac: Mac,
    /// Its model and part number.
    pub(super) kind: PhoneKind,
    /// The files that it reads, by precedence: the first one wins.
    pub sources: Vec<ConfigSource>,
    /// Names in `CONFIG_FILES` that lead to no file.
    pub missing: Vec<Unresolved>,
    /// Files that differ from those that it reads in content, and in their names only in case.
    pub other_case: Vec<OtherCase>,
    /// Overrides beside the master that it does not read, because the master names another directory.
    pub old_overrides: Vec<Box<str>>,
    /// All files that it reads were read: a parameter that was not found does not exist.
    pub is_complete: bool,
    /// Files that were not read and may win over some of the sources.
    pub(super) unread: Vec<Unread>,
    /// Files, in words, of which it is not even known which they are; they win over none of the sources.
    pub(super) unknown: Option<Sentence>,
    /// It is known which of the master's lists applies to this phone.
    pub(super) list_is_sure: bool,
    /// The master's list names more files than are followed.
    pub list_is_cut: bool,
    /// The master has several lists for this phone, with different names.
    pub other_list: Option<OtherList>,
    /// What is not known of the files that it reads.
    pub undecided: Option<Undecided>,
    /// The slots that the phone's log shows; empty until they are set.
    pub slots: BTreeMap<Slot, SlotFacts>,
    /// Private keys among the files.
    pub key_files: Vec<KeyFile>,
    /// What is assumed where no source states which value counts; None: nothing.
    pub(super) order: Option<Order>,
    /// The settings of all files in their order, by name; computed when needed.
    settings: OnceLock<Settings>,
}

/// The places of the settings of each name: the index of the file, and the index in it.
pub(super) type Settings = BTreeMap<&'static str, Vec<(usize, usize)>>;

impl PhoneConfig {
    pub(crate) const fn new(mac: Mac, key_files: Vec<KeyFile>) -> Self {
        Self {
            mac,
            kind: PhoneKind::UNKNOWN,
            sources: Vec::new(),
            missing: Vec::new(),
            other_case: Vec::new(),
            old_overrides: Vec::new(),
            is_complete: true,
            unread: Vec::new(),
            unknown: None,
            list_is_sure: true,
            list_is_cut: false,
            other_list: None,
            undecided: None,
            slots: BTreeMap::new(),
            key_files,
            order: None,
            settings: OnceLock::new(),
        }
    }

    /// The configuration of a phone of which it is not known which of several masters it reads.
    pub fn undecided_between_masters(self) -> Self {
        let master = self.sources.iter().find(|source| source.role == SourceRole::Master);
        let undecided = master.map(|master| Undecided::Master(master.file.path.clone()));
        Self { is_complete: false, undecided, ..Self::new(self.mac, self.key_files) }
    }

    pub(crate) fn has(&self, file: &Arc<File>) -> bool {
        self.sources.iter().any(|source| source.file.path == file.path)
    }

    pub(crate) fn add(&mut self, source: ConfigSource) {
        self.is_complete &= source.file.outcome == ReadOutcome::Read;
        // A file that is not well-formed sets nothing: the phone can't read it either.
        match (&source.file.outcome, source.role) {
            (ReadOutcome::Binary | ReadOutcome::Unread(_), role) => {
                self.add_unread(Part::Path(source.file.path.clone()), role, false);
            }
            (ReadOutcome::Malformed(_), SourceRole::Master) => {
                self.unknown = Some(listed_by(&source.file.path));
            }
            _ => {}
        }
        self.sources.push(source);
    }

    pub(super) fn settings(&self) -> &Settings {
        self.settings.get_or_init(|| self.collect())
    }

    fn collect(&self) -> Settings {
        let mut settings = Settings::new();
        for (file, source) in self.sources.iter().enumerate() {
            let of_logs = source.file.log_directories(&self.kind);
            // The attributes of a master have no effect in other files.
            let has_effect = |setting: &Setting| {
                *setting.parameter.name != *LOG_DIRECTORY
                    || source.role == SourceRole::Master
                        && of_logs.is_sure()
                        && of_logs.found.iter().any(|one| std::ptr::eq(*one, setting))
            };
            let settings_of_file = source.file.settings.iter().enumerate();
            for (place, setting) in settings_of_file.filter(|(_, setting)| has_effect(setting)) {
                let places = settings.entry(&setting.parameter.name).or_default();
                if places.len() < MAX_PLACES {
                    places.push((file, place));
                }
            }
        }
        settings
    }

    /// Whether the phone has no file.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.key_files.is_empty()
    }

    /// A hash of everything that the files set: if it is equal, nothing changed for the phone. 0 without files.
    pub fn content(&self) -> u64 {
        if self.is_empty() {
            return 0;
        }
        let mut hasher = Xxh3Default::new();
        for ConfigSource { file, role, .. } in &self.sources {
            (role, &file.path, file.content).hash(&mut hasher);
        }
        for OtherCase { file, .. } in &self.other_case {
            (&file.path, file.content).hash(&mut hasher);
        }
        for missing in &self.missing {
            (&missing.name, &missing.why, missing.line).hash(&mut hasher);
        }
        for key in &self.key_files {
            (&key.path, key.mode).hash(&mut hasher);
        }
        (self.sources.len(), self.is_complete, self.list_is_sure).hash(&mut hasher);
        hasher.finish()
    }

    /// The master, if one was found.
    pub fn master(&self) -> Option<&Arc<File>> {
        self.sources.iter().find(|source| source.role == SourceRole::Master).map(|source| &source.file)
    }

    pub(super) fn at(&self, (source, setting): (usize, usize)) -> Given<'_> {
        let file = &*self.sources[source].file;
        let Setting { parameter, suffix, value, text, line } = &file.settings[setting];
        Given { file, parameter, suffix: suffix.as_deref(), value, text: *text, source, line: *line }
    }

    /// Whether no file that was read has this parameter.
    pub fn is_absent(&self, name: &str) -> bool {
        !self.settings().contains_key(name)
    }

    /// The lines of these kinds that count and have a value, by name.
    pub fn of_kind(&self, is_wanted: fn(ParameterKind) -> bool) -> impl Iterator<Item = Given<'_>> {
        let sure = self.effective().filter(|one| one.is_sure).map(|one| one.given);
        sure.filter(move |given| is_wanted(given.parameter.kind) && !given.value.is_empty())
    }

    /// Whether files disagree about this slot's certificate, and it is not known which counts.
    pub fn is_unsure_of(&self, slot: Slot) -> bool {
        self.effective().any(|one| !one.is_sure && one.given.parameter.slot() == Some(slot))
    }

    /// The state of the gate of this name.
    pub fn gate(&self, name: &str) -> Gate<'_> {
        match (self.get(name), !self.is_absent(name)) {
            (Some(given), _) if given.value.as_text() == Some("1") => Gate::Open,
            (Some(given), _) => Gate::Closed(Some(given)),
            (None, false) if self.unread.is_empty() && self.unknown.is_none() => Gate::Closed(None),
            (None, false) => Gate::Unread,
            (None, true) => Gate::Unknown,
        }
    }

    /// The state of each gate of this parameter.
    pub fn gates_of<'p>(&self, parameter: &'p Parameter) -> impl Iterator<Item = Gate<'_>> + use<'p, '_> {
        gates(parameter).map(|gate| self.gate(gate))
    }

    /// The gates of this parameter that are known to be closed.
    pub fn closed_gates<'p>(&self, parameter: &'p Parameter) -> impl Iterator<Item = &'p str> {
        gates(parameter).filter(|gate| matches!(self.gate(gate), Gate::Closed(_)))
    }

    /// Whether the phone uses this parameter: false if one of its gates is closed, and for a `.set` in the wrong
    /// place, which has no effect; None if the state of a gate is not known, or a file that was not read may change it.
    pub fn counts(&self, parameter: &Parameter) -> Option<bool> {
        match parameter.kind {
            ParameterKind::Set => return Some(true),
            ParameterKind::MisplacedSet(_) => return Some(false),
            _ => {}
        }
        let is_sure = |gate: &str| self.get(gate).is_none_or(|given| !self.has_unread_before(&given));
        if self.closed_gates(parameter).any(is_sure) {
            return Some(false);
        }
        (self.is_open(parameter) && gates(parameter).all(is_sure)).then_some(true)
    }

    /// Whether all gates of this parameter are open, according to the files that were read.
    pub fn is_open(&self, parameter: &Parameter) -> bool {
        self.gates_of(parameter).all(|gate| matches!(gate, Gate::Open))
    }

    /// Whether the phone may use this parameter: according to the files that were read, no gate of it is closed.
    pub fn may_count(&self, parameter: &Parameter) -> bool {
        !matches!(parameter.kind, ParameterKind::MisplacedSet(_))
            && self.closed_gates(parameter).next().is_none()
    }

    /// The certificate and key that the files set for each slot, whether their gates are open or not.
    pub fn credentials(&self) -> Vec<Credential<'_>> {
        let mut by_store: BTreeMap<Store, Credential<'_>> = BTreeMap::new();
        for given in
            self.of_kind(|kind| matches!(kind, ParameterKind::Certificate(_) | ParameterKind::Key(_)))
        {
            let (ParameterKind::Certificate(store) | ParameterKind::Key(store)) = given.parameter.kind else {
                continue;
            };
            let credential =
                by_store.entry(store).or_insert(Credential { store, certificate: None, key: None });
            match &given.value {
                Value::Certificates(value) => credential.certificate = Some((given, value)),
                Value::Key(value) => credential.key = Some((given, value)),
                Value::Text(_) => {}
            }
        }
        by_store.into_values().collect()
    }

    /// The same for one slot.
    pub fn credential_of(&self, slot: Slot) -> Option<Credential<'_>> {
        self.credentials().into_iter().find(|credential| credential.store.slot() == Some(slot))
    }

    /// Whether a file lets the phone get certificates by SCEP.
    pub fn has_scep(&self) -> bool {
        let mut given = self.of_kind(|kind| kind == ParameterKind::Enrolment);
        given.any(|given| given.value.as_text() == Some("1"))
    }

    /// The private keys that the files set, to count the phones of each key. Keys with closed gates are included,
    /// because they are shared too.
    pub fn configured_keys(&self) -> Vec<ConfiguredKey> {
        let keys = self.credentials().into_iter().filter_map(|credential| credential.key);
        let read = keys.filter_map(|(given, value)| Some((given, value.ok()?.public)));
        let known = read.filter(|(_, public)| *public != PublicKey::Other);
        known
            .map(|(given, public)| ConfiguredKey {
                public,
                slot: given.parameter.slot(),
                line: given.in_short(),
            })
            .collect()
    }
}

/// A private key that the files set for a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredKey {
    /// Its public half.
    pub public: PublicKey,
    /// Where it goes.
    pub slot: Option<Slot>,
    /// Its line, with the shortened key.
    pub line: ConfigurationLine,
}
