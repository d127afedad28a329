//! The types of the JSON output of `scan` and `events`, frozen by `schema_version`. Their doc comments are
//! the descriptions in `phonecert schema`.
//!
//! These types are for output only. Texts in them are raw: JSON has its own escapes, and every other format
//! makes control characters visible itself.

mod event_row;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Not;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

pub use self::event_row::EventRow;
use crate::check::{Facts, Family, Rule, is_masked};
pub use crate::model::{CertificateState, Severity, State, Status};
use crate::model::{Mac, Slot};
use crate::problem;
use crate::quantity::count;

/// The version of the JSON output's shape. A change of any type here changes it.
pub const SCHEMA_VERSION: u32 = 2;

/// The program that made a report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tool {
    /// Always `phonecert`.
    pub name: &'static str,
    /// The program's version.
    pub version: &'static str,
}

/// The program, as reports name it.
pub(super) const TOOL: Tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Scanned {
    /// Logs that were used. Repeats and earlier uploads of the same log are not counted.
    pub files: u64,
    /// Bytes of these logs, decompressed.
    pub bytes: u64,
    /// All lines of these logs.
    pub lines: u64,
    /// Lines that have no valid header and do not continue a message.
    pub unrecognized_lines: u64,
    /// Certificate events and related events in all these lines, also outside of `--since` and `--until`.
    pub events: u64,
    /// Phones, with or without a MAC address; also those that `--new` leaves out.
    pub devices: u64,
    /// The earliest dated line, local time of the phones, `2013-05-31T13:18:22`.
    pub first_time: Option<String>,
    /// The latest dated line.
    pub last_time: Option<String>,
}

/// Phones by status, and active diagnoses by code: how many phones have each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Phones with an active error.
    pub failed: u64,
    /// Phones with an active warning and no active error.
    pub attention: u64,
    /// Phones whose logs contain too little information.
    pub unknown: u64,
    /// Phones whose logs show that nothing is wrong.
    pub ok: u64,
    /// For each code that is active in a phone, the number of phones.
    pub by_code: BTreeMap<String, u64>,
}

impl Summary {
    /// The number of phones with each status.
    #[must_use]
    pub const fn statuses(&self) -> [(Status, u64); 4] {
        [
            (Status::Failed, self.failed),
            (Status::Attention, self.attention),
            (Status::Unknown, self.unknown),
            (Status::Ok, self.ok),
        ]
    }
}

/// The latest known state of one slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Certificate {
    /// `built-in`, `platform-1`, `application-1`, …
    #[serde(serialize_with = "name_of_slot")]
    #[schemars(with = "String")]
    pub slot: Slot,
    /// What is known of the slot's content.
    pub state: CertificateState,
    /// The certificate's common name.
    pub common_name: Option<String>,
    /// Upper-case hex pairs with colons.
    pub fingerprint: Option<String>,
    /// `md5`, `sha1` or `sha256`.
    pub fingerprint_algorithm: Option<&'static str>,
    /// Bytes, as the phone logs it.
    pub certificate_length: Option<u64>,
    /// Bytes, as the phone logs it.
    pub key_length: Option<u64>,
    /// An active error is about this slot, whatever diagnoses were selected: half a pair, for instance, is no installed
    /// certificate. For the sign of the slot.
    #[serde(skip)]
    pub is_faulty: bool,
    /// The log that shows it names another phone's address, and not this one's: its common name is not compared with this
    /// phone's address.
    #[serde(skip)]
    pub is_of_another_phone: bool,
    /// The configuration files give the slot another certificate than the log shows, or the slot is empty. For
    /// the note below the phones.
    #[serde(skip)]
    pub is_contradicted: bool,
    /// The lines of configuration files that an installed certificate comes from, or that contradict the log; and
    /// the line of the log that says that the configuration was not applied. Left out if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration: Vec<ConfigurationLine>,
}

impl Certificate {
    /// Whether the slot has a private key and no certificate.
    #[must_use]
    pub fn is_key_alone(&self) -> bool {
        self.state == CertificateState::NotAvailable && self.key_length.is_some()
    }

    /// Whether the slot has a custom certificate and no private key for it.
    pub(super) fn lacks_key(&self) -> bool {
        self.state == CertificateState::Installed
            && self.is_faulty
            && self.key_length.is_none()
            && self.slot != Slot::BuiltIn
    }

    /// Whether it is a built-in certificate that was made for another phone than the one of this address, by its common
    /// name.
    pub(super) fn is_issued_for_another(&self, mac: Option<&str>) -> bool {
        let name_and_mac = self.common_name.as_deref().zip(mac);
        self.slot == Slot::BuiltIn
            && !self.is_of_another_phone
            && name_and_mac.is_some_and(|(name, mac)| !names(name, mac))
    }

    /// The word for a slot without a certificate: each phone should have the built-in one.
    pub(super) fn absence(&self) -> &'static str {
        if self.slot == Slot::BuiltIn { "missing" } else { "empty" }
    }
}

/// Whether a common name is this address, in any notation, or was masked.
fn names(common_name: &str, mac: &str) -> bool {
    common_name.eq_ignore_ascii_case(mac)
        || is_masked(common_name, mac)
        || matches!((common_name.parse::<Mac>(), mac.parse::<Mac>()), (Ok(name), Ok(mac)) if name == mac)
}

/// A line of a log that proves a diagnosis.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Evidence {
    /// The log's path; a member of an archive is `a.zip!/path/in/it`.
    pub file: String,
    /// 1-based number of the message's header line.
    pub line: u64,
    /// The time stamp as it is in the log, or null.
    pub stamp: Option<String>,
    /// Local time of the phone, or null.
    pub time: Option<String>,
    /// Seconds since boot, or null.
    pub uptime: Option<f64>,
    /// The message without its header. If it is wrapped over several lines, these are joined with a blank.
    pub text: String,
}

/// A line of a configuration file that causes, explains or contradicts what the log shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConfigurationLine {
    /// The file's path; a member of an archive is `a.zip!/path/in/it`.
    pub file: String,
    /// 1-based line of the parameter, or null if the whole file is meant.
    pub line: Option<u64>,
    /// The parameter's name, or null if no parameter is meant.
    pub parameter: Option<String>,
    /// One sentence: what the file says there. Never the value of a key or a password.
    pub says: String,
}

/// File and line, parameter, and what it says: `site.cfg:3 log.level.change.tls: …`.
impl fmt::Display for ConfigurationLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(parameter) = &self.parameter {
            write!(f, " {parameter}")?;
        }
        write!(f, ": {}", self.says)
    }
}

/// Whether a phone's active diagnoses were in the answer given with `--baseline`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Baseline {
    /// At least one of them was not.
    New,
    /// All of them were.
    Still,
}

impl Baseline {
    /// `new` or `still`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Still => "still",
        }
    }
}

/// How many phones can pass the zero-touch provisioning (ZTP) servers after their change to SHA-2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ZtpReadiness {
    /// Software as new as required.
    pub ready: u64,
    /// Older software (ZTP001), or no factory certificate of its own (INV001, INV002, INV004, FLT001).
    pub not_ready: u64,
    /// Model or software is unknown or not in the tables, the letter of the release is unknown (ZTP002), or it is
    /// not known whose certificate the logs show (INV003, LOG006).
    pub unknown: u64,
}

/// A day on which many phones began to show one diagnosis: look at the server, not at the phones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FleetDay {
    /// The diagnosis, `TLS001`.
    pub code: String,
    /// The day, local time of the phones, `2021-09-30`.
    pub day: String,
    /// Phones whose active diagnosis of this code began within a day of it.
    pub phones: u64,
    /// Phones with an active diagnosis of this code whose logs begin at least a day before the diagnosis did.
    pub of: u64,
}

/// What is wrong with a phone, why, and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// Stable code, `INS001`.
    pub code: &'static str,
    /// Stable name, `key-too-large`.
    pub name: &'static str,
    /// How severe it is.
    pub severity: Severity,
    /// Whether it is still active.
    pub state: State,
    /// The slot it is about, or null.
    #[serde(serialize_with = "name_of_slot")]
    #[schemars(with = "Option<String>")]
    pub slot: Option<Slot>,
    /// What this phone's logs show, with its figures.
    pub message: String,
    /// Why that happens.
    pub cause: Cow<'static, str>,
    /// What to do.
    pub remedy: Cow<'static, str>,
    /// The vendor's document, and the section in it.
    pub reference: &'static str,
    /// How many times it was seen.
    pub occurrences: u64,
    /// Local time of the first dated occurrence.
    pub first_seen: Option<String>,
    /// Local time of the last dated occurrence.
    pub last_seen: Option<String>,
    /// At most six lines: the first three and the last three.
    pub evidence: Vec<Evidence>,
    /// Lines of configuration files that are related to it; empty if there are none.
    pub configuration: Vec<ConfigurationLine>,
}

impl Diagnosis {
    /// The facts about this diagnosis in the catalogue, beside its texts.
    pub(crate) fn facts(&self) -> Option<&'static Facts> {
        Rule::find(self.code).map(|rule| &rule.facts)
    }

    /// How often it was seen, if more than once: `14 lines`, or `2 times` if several lines show it together.
    pub(super) fn how_often(&self) -> Option<String> {
        let unit = if self.facts().is_none_or(|facts| facts.counts_lines) { "lines" } else { "times" };
        (self.occurrences > 1).then(|| format!("{} {unit}", count(self.occurrences)))
    }

    /// Whether it is from configuration files; then their lines are its evidence.
    pub(crate) fn is_of_configuration(&self) -> bool {
        self.facts().is_some_and(|facts| facts.family == Family::Configuration)
    }

    /// The lines of configuration files that are not its evidence.
    pub(super) fn related_lines(&self) -> &[ConfigurationLine] {
        if self.is_of_configuration() { &[] } else { &self.configuration }
    }
}

/// One phone.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Device {
    /// 12 upper-case hex digits; null if neither the file's name nor the log contains it.
    pub mac: Option<String>,
    /// As the log names it, `VVX 500`.
    pub model: Option<String>,
    /// The assembly number. It is not a label's part number.
    pub assembly: Option<String>,
    /// The assembly's revision. It is not a label's revision.
    pub assembly_revision: Option<String>,
    /// Version of the phone's application, `5.5.2.11338`.
    pub software: Option<String>,
    /// Its status, from its active diagnoses.
    pub status: Status,
    /// The logs that were used, in time order.
    pub files: Vec<String>,
    /// Boots that the logs show, completely or in part.
    pub boots: u64,
    /// The first dated line.
    pub first_time: Option<String>,
    /// The last dated line.
    pub last_time: Option<String>,
    /// Days since the newest dated line, if that is more than `--stale`.
    pub stale: Option<u64>,
    /// Whether this is new since `--baseline`; null without that option.
    pub baseline: Option<Baseline>,
    /// Whether its master configuration file was read; absent if not.
    #[serde(skip_serializing_if = "Not::not")]
    #[schemars(default)]
    pub configured: bool,
    /// Whether not all of its configuration was read: a file is missing, unreadable or at a URL, or it is not known
    /// which files its master names; absent if all was, or no master was read.
    #[serde(skip_serializing_if = "Not::not")]
    #[schemars(default)]
    pub configuration_incomplete: bool,
    /// The highest severity of its active diagnoses that are left out because others were selected.
    #[serde(skip)]
    pub left_out: Option<Severity>,
    /// The latest known state of every slot that the logs mention, `built-in` first.
    pub certificates: Vec<Certificate>,
    /// By severity, then code.
    pub diagnoses: Vec<Diagnosis>,
}

impl Device {
    /// The MAC address, else the first file.
    #[must_use]
    pub fn name(&self) -> &str {
        self.mac.as_deref().or(self.files.first().map(String::as_str)).unwrap_or("(unnamed)")
    }

    /// Whether an active error or warning is left out because others were selected.
    #[must_use]
    pub fn has_others(&self) -> bool {
        self.left_out.is_some_and(|severity| severity < Severity::Info)
    }

    /// Whether it is `ok` only because an active error or warning is left out: then nothing shows that it is well.
    #[must_use]
    pub fn is_ok_of_selected(&self) -> bool {
        self.status == Status::Ok && self.has_others()
    }

    /// The active diagnoses.
    pub fn active(&self) -> impl Iterator<Item = &Diagnosis> {
        self.diagnoses.iter().filter(|diagnosis| diagnosis.state == State::Active)
    }
}

/// A file that could not be read, or not completely.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// `not-found`, `permission-denied`, `mixed-phones`, `digested-apart`, `unsupported-compression`,
    /// `unreadable`, `corrupt-archive`, `truncated-archive`, `limit-exceeded`, `symlink-loop`, `not-a-log`
    /// or `changed-while-read`.
    pub kind: String,
    /// One sentence.
    pub message: String,
}

impl From<&problem::Problem> for Problem {
    fn from(problem: &problem::Problem) -> Self {
        Self {
            path: problem.path.clone(),
            kind: problem.kind.name().to_owned(),
            message: problem.message.to_string(),
        }
    }
}

/// What the options of a scan leave out. It is not recorded where they leave nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerSelection {
    /// Only diagnoses whose codes begin with one of these are shown and counted (`--select`); all if empty.
    pub select: Vec<String>,
    /// Diagnoses whose codes begin with one of these are neither shown nor counted (`--ignore`).
    pub ignore: Vec<String>,
    /// Only phones of these statuses are shown and counted (`--status`); all if empty.
    pub status: Vec<Status>,
    /// Whether only diagnoses that an earlier answer does not have are shown and counted, and only their phones (`--new`).
    pub new: bool,
    /// Lines before this time are ignored (`--since`); local time of the phones, `2013-05-31T00:00:00`.
    pub since: Option<String>,
    /// Lines after this time are ignored (`--until`).
    pub until: Option<String>,
    /// How many phones are left out because of `status` or `new`.
    pub phones_left_out: u64,
    /// How many of the phones in the answer have active errors or warnings that are left out because of `select`, `ignore`
    /// or `new`.
    pub phones_with_others: u64,
    /// How many of these are counted as `ok`.
    #[serde(skip)]
    pub ok_with_others: u64,
}

impl AnswerSelection {
    /// Whether the answer can lack an active diagnosis of this code in a phone that it has.
    pub fn leaves_out(&self, code: &str) -> bool {
        self.new || !is_counted(code, &self.select, &self.ignore)
    }
}

/// Whether the diagnosis of a code is shown and counted with these values of `--select` and `--ignore`.
pub fn is_counted(code: &str, select: &[String], ignore: &[String]) -> bool {
    let any = |prefixes: &[String]| prefixes.iter().any(|prefix| code.starts_with(prefix));
    (select.is_empty() || any(select)) && !any(ignore)
}

/// The whole answer of `scan --format json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Document {
    /// The version of this shape: a field never changes its meaning within one version.
    pub schema_version: u32,
    /// The program.
    pub tool: Tool,
    /// What was read.
    pub scanned: Scanned,
    /// Phones by status and code.
    pub summary: Summary,
    /// Phones by readiness for zero-touch provisioning.
    pub ztp: ZtpReadiness,
    /// Days on which many phones began to show one diagnosis.
    pub fleet: Vec<FleetDay>,
    /// What the options of the scan leave out; null if they leave nothing out.
    pub selection: Option<AnswerSelection>,
    /// Worst status first, then by MAC.
    pub devices: Vec<Device>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Sentences on configuration that was found, could be read, and was not judged: it is not known whose it is.
    pub not_judged: Vec<String>,
}

/// Writes a slot, or an optional one, by its name.
pub(super) fn name_of_slot<S: Serializer>(
    slot: &(impl Copy + Into<Option<Slot>>),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    (*slot).into().map(Slot::name).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occurrences_are_lines_or_times() {
        let mut diagnosis = crate::report::fixture::fleet().devices[0].diagnoses[0].clone();
        let told = |diagnosis: &mut Diagnosis, code, occurrences| {
            (diagnosis.code, diagnosis.occurrences) = (code, occurrences);
            diagnosis.how_often()
        };
        assert_eq!(told(&mut diagnosis, "TLS002", 1), None);
        assert_eq!(told(&mut diagnosis, "TLS002", 1400).as_deref(), Some("1,400 lines"));
        for code in ["INS004", "INS005", "INV003", "INV005"] {
            assert_eq!(told(&mut diagnosis, code, 2).as_deref(), Some("2 times"), "{code}");
        }
    }

    #[test]
    fn a_name_is_the_phones_own_in_any_notation_or_masked() {
        for name in ["0004F2A1B2C3", "00:04:f2:a1:b2:c3", "0004F2XXXXXX", "[redacted]"] {
            assert!(names(name, "0004F2A1B2C3"), "{name}");
        }
        assert!(!["0004F2A1B2C4", "phone"].iter().any(|name| names(name, "0004F2A1B2C3")));
    }
}
