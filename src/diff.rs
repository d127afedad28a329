//! Compares two answers of `scan --format json`: new and ended diagnoses, and phones that were added or are
//! gone.
//!
//! An answer is read phone by phone, and only what is compared is kept of each. A file that is not an answer,
//! or has another `schema_version`, is an error, so that it never looks like "nothing new".

mod answer;

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{CertificateState, Mac, Severity, State, Status};
use crate::report::shape::Device;
use answer::{Content, Known, Phone};

pub use answer::NotAnAnswer;

/// What identifies a phone in both answers: its address, else the path of its first log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct PhoneName {
    /// 12 upper-case hex digits; null where the answer has none.
    #[schemars(with = "Option<String>")]
    #[serde(serialize_with = "answer::mac_as_text")]
    pub mac: Option<Mac>,
    /// The phone's first log, where the address is not known, else null.
    pub file: Option<Box<str>>,
}

impl PhoneName {
    fn of(mac: Option<Mac>, files: &[String]) -> Self {
        let file = if mac.is_some() { None } else { files.first().map(|file| file.as_str().into()) };
        Self { mac, file }
    }
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

/// An earlier answer, to compare with.
#[derive(Debug)]
pub struct Baseline {
    path: String,
    phones: HashMap<PhoneName, Phone>,
}

impl Baseline {
    /// Reads an answer of `scan --format json`. `path` is its name in the comparison.
    ///
    /// # Errors
    /// It can't be read, or is not a complete answer of this `schema_version`.
    pub fn read(path: &str, input: &mut dyn BufRead) -> Result<Self, NotAnAnswer> {
        let mut phones = HashMap::new();
        answer::read(input, |name, phone| phones.insert(name, phone).is_none())?;
        Ok(Self { path: path.to_owned(), phones })
    }

    /// Whether the diagnosis of this code and slot was active in this phone.
    #[must_use]
    pub fn has(&self, device: &Device, code: &str, slot: Option<&str>) -> bool {
        let mac = device.mac.as_deref().and_then(|mac| mac.parse().ok());
        let phone = self.phones.get(&PhoneName::of(mac, &device.files));
        phone.is_some_and(|phone| phone.has(State::Active, code, slot))
    }
}

/// One of the two answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// The file, as it was named.
    pub path: String,
    /// How many phones it has.
    pub devices: u64,
}

/// An active diagnosis of a phone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Entry {
    /// How much it weighs.
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
    /// What the phone's logs show: in the new answer; of what was mended, in the old one.
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
    /// Whether the new answer has it as resolved: later lines show the cause gone. If false, the new
    /// answer merely does not have it, for instance because the logs that showed it are gone.
    pub resolved: bool,
}

/// A phone that stands in one answer alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Lone {
    /// Its status in that answer.
    pub status: Status,
    /// The phone.
    #[serde(flatten)]
    pub phone: PhoneName,
}

/// What an answer has of a slot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct SlotContent {
    /// What is known of the slot's content.
    pub state: CertificateState,
    /// The certificate's common name.
    pub common_name: Option<Box<str>>,
    /// Upper-case hex pairs with colons.
    pub fingerprint: Option<Box<str>>,
}

/// A slot whose content is not what it was.
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

/// Two answers compared. Diagnoses are matched by phone, code and slot, and stand by severity, code and
/// phone; phones by status and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diff {
    /// The earlier answer.
    pub old: Side,
    /// The later answer.
    pub new: Side,
    /// Active now and not before; those of new phones too.
    pub broke: Vec<Entry>,
    /// Active before and not now, in phones that stand in both answers.
    pub mended: Vec<Mended>,
    /// Active before and now.
    pub still: Vec<Entry>,
    /// Phones that the old answer does not have.
    pub phones_new: Vec<Lone>,
    /// Phones that the new answer does not have.
    pub phones_gone: Vec<Lone>,
    /// Slots of which both answers tell, and not the same.
    pub certificates_changed: Vec<ChangedCertificate>,
}

impl Diff {
    /// Compares an earlier answer with the one read here.
    ///
    /// # Errors
    /// Those of [`Baseline::read`].
    pub fn read(old: Baseline, path: &str, input: &mut dyn BufRead) -> Result<Self, NotAnAnswer> {
        let Baseline { path: old_path, mut phones } = old;
        let side = |path: &str, devices: usize| Side { path: path.to_owned(), devices: devices as u64 };
        let mut diff = Self {
            old: side(&old_path, phones.len()),
            new: side(path, 0),
            broke: Vec::new(),
            mended: Vec::new(),
            still: Vec::new(),
            phones_new: Vec::new(),
            phones_gone: Vec::new(),
            certificates_changed: Vec::new(),
        };
        let mut seen = HashSet::new();
        answer::read(input, |name, phone| {
            diff.add(&name, phones.remove(&name), phone);
            seen.insert(name)
        })?;
        diff.new.devices = seen.len() as u64;
        diff.phones_gone.extend(phones.into_iter().map(|(phone, was)| Lone { status: was.status, phone }));
        diff.broke.sort_unstable();
        diff.mended.sort_unstable();
        diff.still.sort_unstable();
        diff.phones_new.sort_unstable();
        diff.phones_gone.sort_unstable();
        diff.certificates_changed.sort_unstable();
        Ok(diff)
    }

    fn add(&mut self, name: &PhoneName, old: Option<Phone>, new: Phone) {
        let Some(old) = old else {
            self.phones_new.push(Lone { status: new.status, phone: name.clone() });
            self.broke.extend(new.into_active().map(|known| entry(name, known)));
            return;
        };
        for (slot, was) in &old.certificates {
            let is = new.certificates.iter().find(|(other, _)| other == slot);
            if let Some((_, is)) = is.filter(|(_, is)| was.differs(is)) {
                self.certificates_changed.push(ChangedCertificate {
                    phone: name.clone(),
                    slot: slot.clone(),
                    old: was.clone().into(),
                    new: is.clone().into(),
                });
            }
        }
        for known in old.active().filter(|known| !new.has(State::Active, &known.code, known.slot.as_deref()))
        {
            let resolved = new.has(State::Resolved, &known.code, known.slot.as_deref());
            self.mended.push(Mended { entry: entry(name, known.clone()), resolved });
        }
        for known in new.into_active() {
            let was = old.has(State::Active, &known.code, known.slot.as_deref());
            let list = if was { &mut self.still } else { &mut self.broke };
            list.push(entry(name, known));
        }
    }
}

fn entry(phone: &PhoneName, known: Known) -> Entry {
    let Known { code, name, severity, state: _, slot, message, first_seen, last_seen } = known;
    Entry { severity, code, name, phone: phone.clone(), slot, message, first_seen, last_seen }
}

impl From<Content> for SlotContent {
    fn from(content: Content) -> Self {
        let Content { state, common_name, fingerprint } = content;
        Self { state, common_name, fingerprint }
    }
}

#[cfg(test)]
mod tests;
