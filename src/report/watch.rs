//! The formats of `watch`: each change of a phone's status or diagnoses is written when it is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::shape::{Device, Diagnosis, Severity, State, Status};
use super::text::visible::visible;
use super::{Devices, Format, safe_json};
use crate::diff::PhoneName;

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
    /// The status before; null for a new phone.
    pub before: Option<Status>,
    /// The status now; null for a phone that is gone.
    pub after: Option<Status>,
    /// Diagnoses that are active now and were not before.
    pub came: Vec<ActiveDiagnosis>,
    /// Diagnoses that were active and are not now.
    pub went: Vec<ClearedDiagnosis>,
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
    /// Whether later lines show that the cause is gone. If false, the logs only no longer show the diagnosis.
    pub resolved: bool,
}

impl ActiveDiagnosis {
    fn of(diagnosis: &Diagnosis) -> Self {
        Self {
            code: diagnosis.code.to_owned(),
            slot: diagnosis.slot.as_deref().map(str::to_owned),
            name: diagnosis.name.to_owned(),
            severity: diagnosis.severity,
        }
    }

    /// `INS001@platform-1`.
    fn short(&self) -> String {
        self.slot.as_ref().map_or_else(|| self.code.clone(), |slot| format!("{}@{slot}", self.code))
    }
}

/// A phone's status, with its diagnoses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PhoneStatus {
    /// None for a phone that is not there.
    status: Option<Status>,
    active: BTreeSet<ActiveDiagnosis>,
    resolved: BTreeSet<ActiveDiagnosis>,
}

/// The status and the diagnoses of all phones that are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statuses(BTreeMap<PhoneName, PhoneStatus>);

impl Statuses {
    /// Collects them from these phones.
    pub fn of(devices: &dyn Devices) -> Self {
        let known = |_: usize, device: &Device| {
            let with = |state| {
                let found = device.diagnoses.iter().filter(move |diagnosis| diagnosis.state == state);
                found.map(ActiveDiagnosis::of).collect()
            };
            let (active, resolved) = (with(State::Active), with(State::Resolved));
            (PhoneName::of_device(device), PhoneStatus { status: Some(device.status), active, resolved })
        };
        Self(devices.par_map(known).collect())
    }

    /// The changes from `before` to these, sorted by phone.
    pub fn changes_since(&self, before: &Self, time: &str) -> Vec<Change> {
        let absent = PhoneStatus::default();
        let phones: BTreeSet<&PhoneName> = before.0.keys().chain(self.0.keys()).collect();
        let changes = phones.into_iter().filter_map(|phone| {
            let [old, new] = [before, self].map(|statuses| statuses.0.get(phone).unwrap_or(&absent));
            let came: Vec<_> = new.active.difference(&old.active).cloned().collect();
            // A diagnosis that is only of another severity now has come and not gone.
            let is_active = |was: &&ActiveDiagnosis| {
                new.active.iter().any(|is| (&is.code, &is.slot) == (&was.code, &was.slot))
            };
            let went =
                old.active.iter().filter(|was| !is_active(was)).cloned().map(|diagnosis| ClearedDiagnosis {
                    resolved: new
                        .resolved
                        .iter()
                        .any(|is| (&is.code, &is.slot) == (&diagnosis.code, &diagnosis.slot)),
                    diagnosis,
                });
            let went: Vec<_> = went.collect();
            let (before, after) = (old.status, new.status);
            let is_change = before != after || !came.is_empty() || !went.is_empty();
            let (time, phone) = (time.to_owned(), phone.clone());
            is_change.then_some(Change { time, phone, before, after, came, went })
        });
        changes.collect()
    }
}

/// `2026-11-25T10:00:01 0004F2A1B202 ok -> failed INS001@platform-1`.
impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let before = self.before.map_or("new", Status::name);
        let after = self.after.map_or("gone", Status::name);
        write!(f, "{} {} {before} -> {after}", self.time, visible(&self.phone.to_string()))?;
        for came in &self.came {
            write!(f, " {}", came.short())?;
        }
        // The diagnoses of a phone that is gone are not listed as ended.
        let went = self.went.iter().filter(|_| self.after.is_some());
        // If too little is known of the phone, nothing shows that they are mended.
        let (mended, lost): (Vec<_>, Vec<_>) =
            went.partition(|went| went.resolved || self.after != Some(Status::Unknown));
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
    use super::*;

    fn of(status: Status, severity: Option<Severity>, resolved: Option<Severity>) -> Statuses {
        let diagnosis = |severity| ActiveDiagnosis {
            code: "CFG004".to_owned(),
            slot: Some("platform-1".to_owned()),
            name: "a-name".to_owned(),
            severity,
        };
        let set = |severity: Option<Severity>| severity.map(diagnosis).into_iter().collect();
        let status = PhoneStatus { status: Some(status), active: set(severity), resolved: set(resolved) };
        Statuses([(PhoneName { mac: None, file: Some("x.log".into()) }, status)].into())
    }

    #[test]
    fn what_came_and_what_went() {
        use Severity::{Error, Warning};
        let failed = || of(Status::Failed, Some(Error), None);
        for (old, new, expected) in [
            (failed(), of(Status::Ok, None, None), "failed -> ok, mended CFG004@platform-1"),
            (failed(), of(Status::Unknown, None, Some(Error)), "failed -> unknown, mended CFG004@platform-1"),
            (
                failed(),
                of(Status::Unknown, None, None),
                "failed -> unknown, no longer found CFG004@platform-1",
            ),
            (of(Status::Attention, Some(Warning), None), failed(), "attention -> failed CFG004@platform-1"),
            (failed(), of(Status::Attention, Some(Warning), None), "failed -> attention CFG004@platform-1"),
        ] {
            let changes = new.changes_since(&old, "now");
            assert_eq!(changes[0].to_string(), format!("now x.log {expected}"));
        }
        assert_eq!(failed().changes_since(&failed(), "now"), []);
    }
}
