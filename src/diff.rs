//! Compares two answers of `scan --format json`: new and ended diagnoses, and phones that were added or are
//! gone.
//!
//! A file that is not an answer, or has another `schema_version`, is an error, so that it never looks like
//! "nothing new".

mod answer;

use std::collections::HashMap;
use std::io::BufRead;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::model::{CertificateState, Mac, Severity, Status};
use crate::redact::is_pseudonym;
use crate::report::shape::{AnswerSelection, Device};
pub(crate) use answer::{AnswerDiagnosis, Ended, UnreadChange, UnreadConfiguration};

pub use answer::{AnswerPhone, NotAnAnswer};

/// What identifies a phone in both answers: its address, else the path of its first log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct PhoneName {
    /// 12 upper-case hex digits; null if neither the file's name nor the log contains it.
    #[schemars(with = "Option<String>")]
    #[serde(serialize_with = "mac_as_text")]
    pub mac: Option<Mac>,
    /// The phone's first log if the address is not known, else null.
    pub file: Option<Box<str>>,
}

impl PhoneName {
    fn of(mac: Option<Mac>, files: &[String]) -> Self {
        let file = if mac.is_some() { None } else { files.first().map(|file| file.as_str().into()) };
        Self { mac, file }
    }

    /// The name of this phone of a report.
    pub fn of_device(device: &Device) -> Self {
        Self::of(device.mac.as_deref().and_then(|mac| mac.parse().ok()), &device.files)
    }
}

fn mac_as_text<S: Serializer>(mac: &Option<Mac>, to: S) -> Result<S::Ok, S::Error> {
    mac.map(|mac| mac.to_string()).serialize(to)
}

/// Prints the address, or the path as it is in the answer.
impl std::fmt::Display for PhoneName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.mac, &self.file) {
            (Some(mac), _) => mac.fmt(f),
            (None, file) => f.write_str(file.as_deref().unwrap_or("(unnamed)")),
        }
    }
}

/// An answer of `scan --format json`.
#[derive(Debug)]
pub struct ScanAnswer {
    path: String,
    phones: HashMap<PhoneName, AnswerPhone>,
    unread: UnreadConfiguration,
    selection: Option<AnswerSelection>,
}

impl ScanAnswer {
    /// Reads an answer. `path` is its name in the comparison.
    ///
    /// # Errors
    /// It can't be read, or is not a complete answer of this `schema_version`.
    pub fn read(path: &str, input: &mut dyn BufRead) -> Result<Self, NotAnAnswer> {
        let answer::Parts { phones, unread, selection } = answer::read(input)?;
        Ok(Self { path: path.to_owned(), phones, unread, selection })
    }

    /// Its name in the comparison.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the options of its scan left out; None if nothing, as in answers of earlier versions.
    pub const fn selection(&self) -> Option<&AnswerSelection> {
        self.selection.as_ref()
    }

    /// Whether its phones have pseudonyms, since it was written with `--redact`. None if no phone has an address.
    pub fn is_redacted(&self) -> Option<bool> {
        let mut macs = self.phones.keys().filter_map(|name| name.mac).peekable();
        macs.peek()?;
        Some(macs.all(is_pseudonym))
    }

    /// Whether the diagnosis of this code and slot was active in this phone, and at least as severe.
    pub fn has(&self, phone: &PhoneName, code: &str, slot: Option<&str>, severity: Severity) -> bool {
        self.phones.get(phone).is_some_and(|phone| phone.has_as_severe(code, slot, severity))
    }
}

/// One of the two answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// The file, as it was named.
    pub path: String,
    /// How many phones it has.
    pub devices: u64,
}

/// An active diagnosis of a phone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Entry {
    /// How severe it is.
    pub severity: Severity,
    /// Stable code, `INS001`.
    pub code: String,
    /// Stable name, `key-too-large`.
    pub name: String,
    /// The phone.
    #[serde(flatten)]
    pub phone: PhoneName,
    /// The slot it is about, or null.
    pub slot: Option<String>,
    /// What the phone's logs show, from the new answer; for a mended diagnosis, from the old one.
    pub message: String,
    /// Local time of the first dated occurrence.
    pub first_seen: Option<String>,
    /// Local time of the last dated occurrence.
    pub last_seen: Option<String>,
}

/// A diagnosis that was active.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Mended {
    /// The diagnosis as it was.
    #[serde(flatten)]
    pub entry: Entry,
    /// Whether the new answer has it as resolved: later lines show that the cause is gone. If false, the new answer shows
    /// it by not having it: the phone's configuration files or its software have no such fault now, or the evidence that
    /// was missing is there.
    pub resolved: bool,
}

/// A phone that is in only one of the answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct UnmatchedPhone {
    /// Its status in that answer.
    pub status: Status,
    /// The phone.
    #[serde(flatten)]
    pub phone: PhoneName,
}

/// What an answer has of a slot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SlotContent {
    /// What is known of the slot's content.
    pub state: CertificateState,
    /// The certificate's common name.
    pub common_name: Option<Box<str>>,
    /// Upper-case hex pairs with colons.
    pub fingerprint: Option<Box<str>>,
}

impl SlotContent {
    /// Whether the certificate differs from that in `other`, or is missing in one of them. Fingerprints by
    /// different hash algorithms can't be compared; then the names are.
    fn differs(&self, other: &Self) -> bool {
        let differ =
            |a: &Option<Box<str>>, b: &Option<Box<str>>| matches!((a, b), (Some(a), Some(b)) if a != b);
        let length = |content: &Self| content.fingerprint.as_deref().map(str::len);
        self.state != other.state
            || match (length(self), length(other)) {
                (Some(this), Some(that)) if this == that => differ(&self.fingerprint, &other.fingerprint),
                _ => differ(&self.common_name, &other.common_name),
            }
    }
}

/// A slot whose content changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct ChangedCertificate {
    /// The phone.
    #[serde(flatten)]
    pub phone: PhoneName,
    /// `built-in`, `platform-1`, `application-1`, …
    pub slot: Box<str>,
    /// What the old answer has.
    pub old: SlotContent,
    /// What the new answer has.
    pub new: SlotContent,
}

/// Two answers compared. Diagnoses are matched by phone, code and slot, and sorted by severity, code and
/// phone. Phones are sorted by status and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diff {
    /// The earlier answer.
    pub old: Side,
    /// The later answer.
    pub new: Side,
    /// Active now and not before, or less severe before, including those of new phones.
    pub broke: Vec<Entry>,
    /// Active before, and shown to be gone now, in phones that are in both answers.
    pub mended: Vec<Mended>,
    /// Active before and not in the new answer, which does not show that they are gone: the logs that showed them can be
    /// gone, or a configuration file is missing or could not be read that was read for the old answer.
    pub no_longer_found: Vec<Entry>,
    /// Active before and now, and not more severe than before.
    pub still: Vec<Entry>,
    /// Phones that the old answer does not have.
    pub phones_new: Vec<UnmatchedPhone>,
    /// Phones that the new answer does not have.
    pub phones_gone: Vec<UnmatchedPhone>,
    /// Slots that both answers have with different content.
    pub certificates_changed: Vec<ChangedCertificate>,
}

impl Diff {
    /// Compares two answers.
    pub fn new(old: &ScanAnswer, new: &ScanAnswer) -> Self {
        let side =
            |answer: &ScanAnswer| Side { path: answer.path.clone(), devices: answer.phones.len() as u64 };
        let missing_in = |answer: &ScanAnswer, (name, phone): (&PhoneName, &AnswerPhone)| {
            let is_missing = !answer.phones.contains_key(name);
            is_missing.then(|| UnmatchedPhone { status: phone.status, phone: name.clone() })
        };
        let mut diff = Self {
            old: side(old),
            new: side(new),
            phones_new: new.phones.iter().filter_map(|phone| missing_in(old, phone)).collect(),
            phones_gone: old.phones.iter().filter_map(|phone| missing_in(new, phone)).collect(),
            ..Self::default()
        };
        let unread = new.unread.since(&old.unread);
        let leaves_out =
            |code: &str| new.selection.as_ref().is_some_and(|selection| selection.leaves_out(code));
        for (name, phone) in &new.phones {
            diff.add(name, old.phones.get(name), phone, unread, leaves_out);
        }
        diff.broke.sort_unstable();
        diff.mended.sort_unstable();
        diff.no_longer_found.sort_unstable();
        diff.still.sort_unstable();
        diff.phones_new.sort_unstable();
        diff.phones_gone.sort_unstable();
        diff.certificates_changed.sort_unstable();
        diff
    }

    /// `leaves_out`: whether the new answer can lack an active diagnosis of a code.
    fn add(
        &mut self,
        name: &PhoneName,
        old: Option<&AnswerPhone>,
        new: &AnswerPhone,
        unread: UnreadChange,
        leaves_out: impl Fn(&str) -> bool,
    ) {
        for known in new.active() {
            let was =
                old.is_some_and(|old| old.has_as_severe(&known.code, known.slot.as_deref(), known.severity));
            let list = if was { &mut self.still } else { &mut self.broke };
            list.push(entry(name, known));
        }
        let Some(old) = old else { return };
        for was in &old.certificates {
            let is = new.certificates.iter().find(|is| is.slot == was.slot);
            if let Some(is) = is.filter(|is| was.content.differs(&is.content)) {
                self.certificates_changed.push(ChangedCertificate {
                    phone: name.clone(),
                    slot: was.slot.clone(),
                    old: was.content.clone(),
                    new: is.content.clone(),
                });
            }
        }
        for (known, how) in new.ended(old, unread) {
            let entry = entry(name, known);
            match how {
                Ended::Resolved => self.mended.push(Mended { entry, resolved: true }),
                Ended::ShownGone if !leaves_out(&known.code) => {
                    self.mended.push(Mended { entry, resolved: false });
                }
                _ => self.no_longer_found.push(entry),
            }
        }
    }
}

fn entry(phone: &PhoneName, known: &AnswerDiagnosis) -> Entry {
    let AnswerDiagnosis { code, name, severity, slot, message, first_seen, last_seen, .. } = known.clone();
    Entry { severity, code, name, phone: phone.clone(), slot, message, first_seen, last_seen }
}

#[cfg(test)]
mod tests;
