//! One phone: from its digests to its diagnoses, and to its row of the report.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::fleet::Shared;
use super::row::Row;
use crate::check::{CATALOGUE, Case, FLEET_RULES, Finding, Rule};
use crate::inventory::InventoryRow;
use crate::model::{Fingerprint, Mac, Slot};
use crate::reference::Readiness;
use crate::report::shape::{
    Certificate, CertificateState, Device, Diagnosis, Evidence, Severity, State, Status,
};
use crate::timeline::{Clock, Content, Place, Record, Timeline};

/// Which diagnoses count.
pub struct Selection(Box<dyn Fn(&str) -> bool + Send + Sync>);

impl Selection {
    /// Those whose code the function picks.
    pub fn new(picks: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Box::new(picks))
    }

    fn picks(&self, rule: &Rule) -> bool {
        (self.0)(rule.code)
    }
}

impl Default for Selection {
    fn default() -> Self {
        Self::new(|_| true)
    }
}

impl std::fmt::Debug for Selection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Selection")
    }
}

/// What all phones have in common: enough to make any phone's row.
#[derive(Debug)]
pub(super) struct Maker {
    pub(super) clock: Clock,
    pub(super) selection: Selection,
    pub(super) inventory: BTreeMap<Mac, InventoryRow>,
    pub(super) shared: Shared,
}

/// The little that the rest of the report needs to know of a phone.
#[derive(Clone, Debug)]
pub(super) struct Gist {
    pub(super) status: Status,
    pub(super) codes: Vec<&'static str>,
    pub(super) ztp: Option<bool>,
    pub(super) times: Option<(NaiveDateTime, NaiveDateTime)>,
    pub(super) certificates: Vec<(Slot, Fingerprint)>,
}

impl Maker {
    /// What the logs tell of a phone, without what only the whole fleet tells: the little that the
    /// report's head and its order need, and the rest, packed.
    pub(super) fn phone(&self, mac: Option<Mac>, logs: Vec<Record>) -> (Gist, Row) {
        let timeline = Timeline::new(mac, logs, &self.clock);
        let listed = timeline.mac.and_then(|mac| self.inventory.get(&mac));
        let case = Case::new(&timeline, listed, &[]);
        let findings = self.findings(&case, CATALOGUE);
        let mut codes: Vec<_> = active(&findings.selected).map(|rule| rule.code).collect();
        codes.dedup();
        let installed =
            timeline.slots.latest.iter().filter(|(_, content)| content.state == CertificateState::Installed);
        let gist = Gist {
            status: findings.status(),
            codes,
            ztp: if authenticates(&findings.selected) { is_ready(case.readiness) } else { Some(false) },
            times: timeline.times,
            certificates: installed
                .filter_map(|(slot, content)| Some((*slot, content.fingerprint.clone()?)))
                .collect(),
        };
        (gist, Row::pack(timeline, findings.selected))
    }

    /// The gist with what the whole fleet tells.
    pub(super) fn with_fleet(&self, mac: Option<Mac>, mut gist: Gist) -> Gist {
        for (slot, _) in mac.map(|mac| self.shared.of(mac)).unwrap_or_default() {
            let code = if *slot == Slot::BuiltIn { "FLT001" } else { "FLT002" };
            let Some(rule) = Rule::find(code).filter(|rule| self.selection.picks(rule)) else { continue };
            if !gist.codes.contains(&code) {
                gist.codes.push(code);
            }
            if *slot == Slot::BuiltIn {
                gist.ztp = gist.ztp.filter(|ready| !ready);
            }
            gist.status = gist.status.min(status(std::iter::once(rule)));
        }
        gist
    }

    /// The phone as reports show it.
    pub(super) fn device(&self, mac: Option<Mac>, status: Status, row: &Row) -> Device {
        let mut told = row.unpack();
        let shared = mac.map(|mac| self.shared.certificates(mac)).unwrap_or_default();
        if !shared.is_empty() {
            let timeline = told.slots_alone();
            told.findings.extend(self.findings(&Case::new(&timeline, None, &shared), FLEET_RULES).selected);
            sort(&mut told.findings);
        }
        let listed = mac.and_then(|mac| self.inventory.get(&mac));
        Device {
            mac: told.mac.map(|mac| mac.to_string()),
            model: told.model.map(String::from),
            assembly: told.assembly.map(String::from),
            assembly_revision: told.assembly_revision.map(String::from),
            software: told.software.map(|version| version.to_string()),
            status,
            boots: told.boots,
            first_time: told.first_time.map(shown_time),
            last_time: told.last_time.map(shown_time),
            stale: None,
            baseline: None,
            certificates: told
                .certificates
                .into_iter()
                .map(|(slot, content)| certificate(slot, content))
                .collect(),
            diagnoses: told
                .findings
                .into_iter()
                .map(|(rule, finding)| diagnosis(rule, finding, &told.files))
                .collect(),
            files: told.files.into_iter().map(String::from).collect(),
        }
        .with_listed_model(listed)
    }

    fn findings(&self, case: &Case<'_>, rules: &[&'static Rule]) -> Findings {
        let mut findings = Findings { selected: Vec::new(), is_unknown: false };
        for rule in rules.iter().copied() {
            let found = rule.run(case);
            if found.is_empty() {
                continue;
            }
            findings.is_unknown |= says_unknown(rule);
            if self.selection.picks(rule) {
                findings.selected.extend(found.into_iter().map(|finding| (rule, finding)));
            }
        }
        sort(&mut findings.selected);
        findings
    }
}

/// By severity, then code, then slot.
fn sort(findings: &mut [(&'static Rule, Finding)]) {
    findings.sort_by_key(|(rule, finding)| (rule.severity, rule.code, finding.slot));
}

/// What the rules find in one phone.
struct Findings {
    /// In the report's order.
    selected: Vec<(&'static Rule, Finding)>,
    /// There is no evidence, selected or not: leaving out a diagnosis makes no phone healthy.
    is_unknown: bool,
}

impl Findings {
    fn status(&self) -> Status {
        let worst = status(active(&self.selected));
        if self.is_unknown { worst.min(Status::Unknown) } else { worst }
    }
}

fn active<'f>(findings: &'f [(&'static Rule, Finding)]) -> impl Iterator<Item = &'static Rule> + use<'f> {
    findings.iter().filter(|(_, finding)| finding.state == State::Active).map(|(rule, _)| *rule)
}

/// Whether the rule says that nothing is known of the phone.
fn says_unknown(rule: &Rule) -> bool {
    matches!(rule.code, "LOG001" | "LOG005")
}

impl Device {
    /// A phone without a log is at least of the model that the inventory names.
    fn with_listed_model(mut self, listed: Option<&InventoryRow>) -> Self {
        if self.files.is_empty() {
            self.model = listed.and_then(|listed| listed.model.as_deref()).map(str::to_owned);
        }
        self
    }
}

/// A phone's status by its active diagnoses.
fn status<'r>(active: impl Iterator<Item = &'r Rule>) -> Status {
    let statuses = active.map(|rule| match rule.severity {
        Severity::Error => Status::Failed,
        Severity::Warning => Status::Attention,
        Severity::Info if says_unknown(rule) => Status::Unknown,
        Severity::Info => Status::Ok,
    });
    statuses.min().unwrap_or(Status::Ok)
}

/// Whether nothing says that the servers of zero-touch provisioning would not know this phone: they
/// go by its factory certificate (Technical Notification 117101, "Potential Impacts").
fn authenticates(findings: &[(&'static Rule, Finding)]) -> bool {
    !active(findings).any(|rule| matches!(rule.code, "INV001" | "INV002" | "INV004"))
}

/// Whether the phone is ready for zero-touch provisioning; none where that is not known.
const fn is_ready(readiness: Option<Readiness>) -> Option<bool> {
    match readiness {
        Some(Readiness::Ready) => Some(true),
        Some(Readiness::TooOld { .. }) => Some(false),
        Some(Readiness::LetterUnclear { .. } | Readiness::NotListed) | None => None,
    }
}

fn certificate(slot: Slot, content: Content) -> Certificate {
    Certificate {
        slot: slot.name(),
        state: content.state,
        common_name: content.common_name.map(String::from),
        fingerprint: content.fingerprint.as_ref().map(ToString::to_string),
        fingerprint_algorithm: content.fingerprint.as_ref().map(|digest| digest.algorithm().name()),
        certificate_length: content.certificate_length,
        key_length: content.key_length,
    }
}

fn diagnosis(rule: &Rule, finding: Finding, files: &[Box<str>]) -> Diagnosis {
    let times = || finding.seen.places().iter().filter_map(|place| place.time);
    Diagnosis {
        code: rule.code,
        name: rule.name,
        severity: rule.severity,
        state: finding.state,
        slot: finding.slot.map(Slot::name),
        cause: finding.cause.map_or(Cow::Borrowed(rule.cause), Cow::Owned),
        remedy: finding.remedy.map_or(Cow::Borrowed(rule.remedy), Cow::Owned),
        reference: rule.reference,
        occurrences: finding.seen.count,
        first_seen: times().min().map(shown_time),
        last_seen: times().max().map(shown_time),
        evidence: finding.seen.places().iter().map(|place| evidence(place, files)).collect(),
        configuration: Vec::new(),
        message: finding.message,
    }
}

fn evidence(place: &Place, files: &[Box<str>]) -> Evidence {
    Evidence {
        file: files.get(place.file).map(ToString::to_string).unwrap_or_default(),
        line: place.line,
        stamp: place.stamp.map(|stamp| stamp.as_str().to_owned()),
        time: place.time.map(shown_time),
        uptime: place.stamp.and_then(|stamp| stamp.uptime()).map(|uptime| uptime as f64 / 1000.0),
        text: place.text.to_string(),
    }
}

/// Local time of the phone, `2013-05-31T13:18:22`.
pub(super) fn shown_time(time: NaiveDateTime) -> String {
    let (Ok(year @ ..=9999), 0) = (u32::try_from(time.year()), time.nanosecond()) else {
        // chrono's debug form is this form of ISO 8601, and slow.
        return format!("{time:?}");
    };
    let mut shown = *b"0000-00-00T00:00:00";
    for (at, number) in [
        (0, year / 100),
        (2, year % 100),
        (5, time.month()),
        (8, time.day()),
        (11, time.hour()),
        (14, time.minute()),
        (17, time.second()),
    ] {
        shown[at] += (number / 10) as u8;
        shown[at + 1] += (number % 10) as u8;
    }
    std::str::from_utf8(&shown).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn is_as_chrono_shows_it(seconds: i64, nanoseconds: u32) -> Result<(), TestCaseError> {
        let time = DateTime::from_timestamp(seconds, nanoseconds);
        let time = time.ok_or_else(|| TestCaseError::reject("no time"))?.naive_utc();
        prop_assert_eq!(shown_time(time), format!("{:?}", time));
        Ok(())
    }

    proptest! {
        #[test]
        fn times_are_shown_as_chrono_shows_them(
            // Years -1000 to 11000.
            seconds in -93_000_000_000_i64..285_000_000_000,
            fraction in 1..2_000_000_000_u32,
        ) {
            is_as_chrono_shows_it(seconds, 0)?;
            is_as_chrono_shows_it(seconds - seconds.rem_euclid(60) + 59, fraction)?;
        }
    }
}
