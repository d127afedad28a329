//! One phone: from its digests to its diagnoses, and to its row of the report.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::collect::StoredLog;
use super::fleet::Shared;
use crate::check::{CATALOGUE, Case, Finding, Rule, SharedCertificate};
use crate::device::{Fingerprint, Mac, Slot};
use crate::inventory::InventoryRow;
use crate::reference::{Readiness, ztp_readiness};
use crate::report::shape::{
    Certificate, CertificateState, Device, Diagnosis, Evidence, Severity, State, Status,
};
use crate::timeline::{Clock, Content, Place, Timeline};

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
    /// The gist of a phone, without what only the whole fleet tells.
    pub(super) fn gist(&self, mac: Option<Mac>, logs: &[StoredLog]) -> Gist {
        let timeline = self.timeline(mac, logs);
        let findings = self.findings(&timeline, &[]);
        let mut codes: Vec<_> = active(&findings.selected).map(|rule| rule.code).collect();
        codes.dedup();
        let installed =
            timeline.slots.latest.iter().filter(|(_, content)| content.state == CertificateState::Installed);
        Gist {
            status: findings.status(),
            codes,
            ztp: if authenticates(&findings.selected) { readiness(&timeline) } else { Some(false) },
            times: timeline.times,
            certificates: installed
                .filter_map(|(slot, content)| Some((*slot, content.fingerprint.clone()?)))
                .collect(),
        }
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

    /// The phone's row.
    pub(super) fn device(&self, mac: Option<Mac>, logs: &[StoredLog]) -> Device {
        let timeline = self.timeline(mac, logs);
        let shared = mac.map(|mac| self.shared.certificates(mac)).unwrap_or_default();
        let findings = self.findings(&timeline, &shared);
        let listed = mac.and_then(|mac| self.inventory.get(&mac));
        Device {
            mac: timeline.mac.map(|mac| mac.to_string()),
            model: timeline.model.as_deref().map(str::to_owned),
            assembly: timeline.assembly.as_deref().map(str::to_owned),
            assembly_revision: timeline.assembly_revision.as_deref().map(str::to_owned),
            software: timeline.software().next_back().map(|(_, version, _)| version.to_string()),
            status: findings.status(),
            files: timeline.files.iter().map(ToString::to_string).collect(),
            boots: timeline.boot_count(),
            first_time: timeline.times.map(|(first, _)| shown_time(first)),
            last_time: timeline.times.map(|(_, last)| shown_time(last)),
            certificates: timeline
                .slots
                .latest
                .iter()
                .map(|(slot, content)| certificate(*slot, content))
                .collect(),
            diagnoses: findings
                .selected
                .into_iter()
                .map(|(rule, finding)| diagnosis(rule, finding, &timeline.files))
                .collect(),
        }
        .with_listed_model(listed)
    }

    fn timeline(&self, mac: Option<Mac>, logs: &[StoredLog]) -> Timeline {
        let records = logs.iter().enumerate().map(|(number, log)| log.record(number));
        Timeline::new(mac, records.collect(), &self.clock)
    }

    fn findings(&self, timeline: &Timeline, shared: &[SharedCertificate]) -> Findings {
        let listed = timeline.mac.and_then(|mac| self.inventory.get(&mac));
        let case = Case { timeline, listed, shared };
        let mut findings = Findings { selected: Vec::new(), is_unknown: false };
        for rule in CATALOGUE.iter().copied() {
            let found = rule.run(&case);
            findings.is_unknown |= says_unknown(rule) && !found.is_empty();
            if self.selection.picks(rule) {
                findings.selected.extend(found.into_iter().map(|finding| (rule, finding)));
            }
        }
        findings.selected.sort_by_key(|(rule, finding)| (rule.severity, rule.code, finding.slot));
        findings
    }
}

/// What the rules find in one phone.
struct Findings {
    /// By severity, then code, then slot.
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
fn readiness(timeline: &Timeline) -> Option<bool> {
    let (_, version, _) = timeline.software().next_back()?;
    match ztp_readiness(timeline.model.as_deref()?, version) {
        Readiness::Ready => Some(true),
        Readiness::TooOld { .. } => Some(false),
        Readiness::LetterUnclear { .. } | Readiness::NotListed => None,
    }
}

fn certificate(slot: Slot, content: &Content) -> Certificate {
    Certificate {
        slot: slot.to_string(),
        state: content.state,
        common_name: content.common_name.as_deref().map(str::to_owned),
        fingerprint: content.fingerprint.as_ref().map(ToString::to_string),
        fingerprint_algorithm: content
            .fingerprint
            .as_ref()
            .map(|digest| digest.algorithm().name().to_owned()),
        certificate_length: content.certificate_length,
        key_length: content.key_length,
    }
}

fn diagnosis(rule: &Rule, finding: Finding, files: &[Box<str>]) -> Diagnosis {
    let times = || finding.seen.places().iter().filter_map(|place| place.time);
    let text = |own: &Option<String>, usual: &'static str| -> String {
        own.as_deref().map_or(Cow::Borrowed(usual), Cow::Borrowed).into_owned()
    };
    Diagnosis {
        code: rule.code.to_owned(),
        name: rule.name.to_owned(),
        severity: rule.severity,
        state: finding.state,
        slot: finding.slot.map(|slot| slot.to_string()),
        cause: text(&finding.cause, rule.cause),
        remedy: text(&finding.remedy, rule.remedy),
        reference: rule.reference.to_owned(),
        occurrences: finding.seen.count,
        first_seen: times().min().map(shown_time),
        last_seen: times().max().map(shown_time),
        evidence: finding.seen.places().iter().map(|place| evidence(place, files)).collect(),
        message: finding.message,
    }
}

fn evidence(place: &Place, files: &[Box<str>]) -> Evidence {
    Evidence {
        file: files.get(place.file).map(ToString::to_string).unwrap_or_default(),
        line: place.line,
        stamp: place.stamp.map(|stamp| stamp.to_string()),
        time: place.time.map(shown_time),
        uptime: place.stamp.and_then(|stamp| stamp.uptime()).map(|uptime| uptime as f64 / 1000.0),
        text: place.text.to_string(),
    }
}

/// Local time of the phone, `2013-05-31T13:18:22`.
pub(super) fn shown_time(time: NaiveDateTime) -> String {
    use chrono::{Datelike, Timelike};
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}
