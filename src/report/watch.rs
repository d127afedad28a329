//! The formats of `watch`: each change of a phone's status or diagnoses is written when it is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::shape::{AnswerSelection, Device, Severity, Status};
use super::text::visible::visible;
use super::{Format, safe_json};
use crate::diff::{AnswerDiagnosis, AnswerPhone, Ended, PhoneName, UnreadChange, UnreadConfiguration};
use crate::model::Mac;

/// Writes one change. None for the table, which shows all phones.
pub type WatchWriter = Option<fn(&Change, &mut dyn Write) -> io::Result<()>>;

/// The formats of `watch`.
pub const WATCH_FORMATS: [Format<WatchWriter>; 3] = [
    Format::new("table", &[], "The table of `scan`, kept up to date on a terminal", None),
    Format::new(
        "text",
        &[],
        "One line per change, for people",
        Some(|change, out| writeln!(out, "{change}")),
    ),
    Format::new(
        "jsonl",
        &[],
        "One JSON object per change and line; `phonecert schema watch` describes it",
        Some(|change, out| safe_json::write_line(change, out)),
    ),
];

/// A phone whose status or active diagnoses changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// When the change was seen, local time: `2026-11-25T10:00:01`.
    pub time: String,
    /// The phone.
    #[serde(flatten)]
    pub phone: PhoneName,
    /// The status before; null for a new phone, and for one without a log whose configuration had no error.
    pub before: Option<Status>,
    /// The status now; null for a phone that is gone, and for one without a log whose configuration has no error any more.
    pub after: Option<Status>,
    /// Diagnoses that are active now and were not before.
    pub came: Vec<ActiveDiagnosis>,
    /// Diagnoses that were active and are not now.
    pub went: Vec<ClearedDiagnosis>,
    /// It has no log, and has configuration files before and now: where a status is missing, the phone is neither new nor
    /// gone.
    #[serde(skip)]
    is_configured: bool,
}

/// An active diagnosis of a phone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct ActiveDiagnosis {
    /// Stable code, `INS001`.
    pub code: String,
    /// The slot it is about, or null.
    pub slot: Option<String>,
    /// Stable name, `key-too-large`.
    pub name: String,
    /// How severe it is.
    pub severity: Severity,
}

/// A diagnosis that is no longer active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClearedDiagnosis {
    /// The diagnosis as it was.
    #[serde(flatten)]
    pub diagnosis: ActiveDiagnosis,
    /// Whether later lines show that the cause is gone.
    pub resolved: bool,
    /// Whether it is shown that the cause is gone: by later lines, by the phone's configuration files or its software, or by
    /// evidence that was missing. If false, it is only no longer found.
    pub mended: bool,
}

impl ActiveDiagnosis {
    fn of(known: &AnswerDiagnosis) -> Self {
        let AnswerDiagnosis { code, slot, name, severity, .. } = known.clone();
        Self { code, slot, name, severity }
    }

    /// `INS001@platform-1`.
    fn short(&self) -> String {
        self.slot.as_ref().map_or_else(|| self.code.clone(), |slot| format!("{}@{slot}", self.code))
    }
}

/// The status and the diagnoses of all phones of a scan.
#[derive(Debug, Default)]
pub struct Statuses {
    phones: BTreeMap<PhoneName, AnswerPhone>,
    /// The phones with configuration files, listed or not.
    configured: BTreeSet<Mac>,
    unread: UnreadConfiguration,
}

impl Statuses {
    /// Collects them from what [`Self::known_of`] returned. `configured` are the phones with configuration files, and
    /// `problems` the paths of what could not be read. `selection`: what the options leave out.
    pub fn of<'a>(
        phones: Vec<(PhoneName, AnswerPhone)>,
        configured: &[Mac],
        problems: impl Iterator<Item = &'a str>,
        selection: Option<&AnswerSelection>,
    ) -> Self {
        let configured = configured.iter().copied().collect();
        Self {
            phones: phones.into_iter().collect(),
            configured,
            unread: UnreadConfiguration::of(problems, selection),
        }
    }

    /// What is kept of one phone.
    pub fn known_of(device: &Device) -> (PhoneName, AnswerPhone) {
        (PhoneName::of_device(device), AnswerPhone::of_device(device))
    }

    /// The changes from `before` to these, sorted by phone.
    pub fn changes_since(&self, before: &Self, time: &str) -> Vec<Change> {
        let unread = self.unread.since(&before.unread);
        let phones: BTreeSet<&PhoneName> = before.phones.keys().chain(self.phones.keys()).collect();
        let change = |phone: &PhoneName| {
            let both = [before, self];
            let change = Change::of(phone, both.map(|one| one.phones.get(phone)), unread, time)?;
            let is_in_files =
                phone.mac.is_some_and(|mac| both.iter().all(|one| one.configured.contains(&mac)));
            let has_log = both.iter().filter_map(|one| one.phones.get(phone)).any(AnswerPhone::has_logs);
            Some(Change { is_configured: is_in_files && !has_log, ..change })
        };
        phones.into_iter().filter_map(change).collect()
    }
}

impl Change {
    /// Whether a phone changed that has one of these statuses now or had it before; an empty list means all statuses.
    pub fn concerns(&self, statuses: &[Status]) -> bool {
        let mut own = self.before.iter().chain(&self.after);
        statuses.is_empty() || own.any(|status| statuses.contains(status))
    }

    /// The change of a phone. None if there is none.
    fn of(
        phone: &PhoneName,
        [old, new]: [Option<&AnswerPhone>; 2],
        unread: UnreadChange,
        time: &str,
    ) -> Option<Self> {
        let active = |phone: Option<&AnswerPhone>| -> BTreeSet<ActiveDiagnosis> {
            phone.iter().flat_map(|phone| phone.active()).map(ActiveDiagnosis::of).collect()
        };
        // A diagnosis that is only of another severity now has come and not gone.
        let came: Vec<_> = active(new).difference(&active(old)).cloned().collect();
        let mut went: Vec<_> = match (old, new) {
            (Some(old), Some(new)) => new.ended(old, unread).map(ClearedDiagnosis::of).collect(),
            (Some(old), None) => {
                old.active().map(|known| ClearedDiagnosis::of((known, Ended::NoLongerFound))).collect()
            }
            (None, _) => Vec::new(),
        };
        went.sort_by(|a, b| a.diagnosis.cmp(&b.diagnosis));
        let (before, after) = (old.map(|old| old.status), new.map(|new| new.status));
        let is_change = before != after || !came.is_empty() || !went.is_empty();
        let (time, phone) = (time.to_owned(), phone.clone());
        is_change.then_some(Self { time, phone, before, after, came, went, is_configured: false })
    }
}

impl ClearedDiagnosis {
    fn of((known, how): (&AnswerDiagnosis, Ended)) -> Self {
        Self {
            diagnosis: ActiveDiagnosis::of(known),
            resolved: how == Ended::Resolved,
            mended: how != Ended::NoLongerFound,
        }
    }
}

/// `2026-11-25T10:00:01 0004F2A1B202 ok -> failed INS001@platform-1`.
impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let missing = |word| if self.is_configured { "not listed" } else { word };
        let before = self.before.map_or(missing("new"), Status::name);
        let after = self.after.map_or(missing("gone"), Status::name);
        write!(f, "{} {} {before} -> {after}", self.time, visible(&self.phone.to_string()))?;
        for came in &self.came {
            write!(f, " {}", came.short())?;
        }
        // The diagnoses of a phone that is gone are not listed as ended.
        let went = self.went.iter().filter(|_| self.after.is_some() || self.is_configured);
        let (mended, lost): (Vec<_>, Vec<_>) = went.partition(|went| went.mended);
        for (went, how) in [(mended, "mended"), (lost, "no longer found")] {
            if !went.is_empty() {
                let codes: Vec<String> = went.iter().map(|went| went.diagnosis.short()).collect();
                write!(f, ", {how} {}", codes.join(" "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A phone with one diagnosis, or none.
    fn of(status: &str, known: Option<(&str, &str, &str)>, fingerprint: &str) -> Statuses {
        let diagnosis = |(code, severity, state)| {
            json!({"code": code, "name": "a-name", "severity": severity, "state": state, "slot": "platform-1",
                "message": "", "configuration": []})
        };
        let diagnoses: Vec<Value> = known.map(diagnosis).into_iter().collect();
        let phone = json!({"files": ["x.log"], "software": null, "status": status, "diagnoses": diagnoses,
            "certificates": [{"slot": "platform-1", "state": "installed", "fingerprint": fingerprint}]});
        let name = PhoneName { mac: None, file: Some("x.log".into()) };
        Statuses { phones: [(name, serde_json::from_value(phone).unwrap())].into(), ..Statuses::default() }
    }

    #[test]
    fn what_came_and_what_went() {
        let failed = |code| of("failed", Some((code, "error", "active")), "AA");
        for (old, new, expected) in [
            (failed("CFG004"), of("ok", None, "AA"), "failed -> ok, mended CFG004@platform-1"),
            (failed("INS001"), of("ok", None, "AA"), "failed -> ok, no longer found INS001@platform-1"),
            (
                failed("INS001"),
                of("unknown", Some(("INS001", "error", "resolved")), "AA"),
                "failed -> unknown, mended INS001@platform-1",
            ),
            (
                failed("CFG004"),
                of("unknown", None, "AA"),
                "failed -> unknown, no longer found CFG004@platform-1",
            ),
            (
                of("attention", Some(("CFG004", "warning", "active")), "AA"),
                failed("CFG004"),
                "attention -> failed CFG004@platform-1",
            ),
            (
                failed("CFG004"),
                of("attention", Some(("CFG004", "warning", "active")), "AA"),
                "failed -> attention CFG004@platform-1",
            ),
        ] {
            let changes = new.changes_since(&old, "now");
            assert_eq!(changes[0].to_string(), format!("now x.log {expected}"));
        }
        assert_eq!(failed("INS001").changes_since(&failed("INS001"), "now"), []);
        let gone = Statuses::default().changes_since(&failed("INS001"), "now");
        assert_eq!(gone[0].to_string(), "now x.log failed -> gone");
        assert_eq!(gone[0].went.iter().map(|went| went.mended).collect::<Vec<_>>(), [false]);
    }
}
