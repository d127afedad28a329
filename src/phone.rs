//! The result for one phone, in the compact form that is kept until the report is written. Every format
//! renders from it.

mod device;
mod healthy;
mod selection;

use std::sync::Arc;

pub(crate) use device::shown_line;
pub use selection::Selection;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike};
use serde::{Deserialize, Serialize};

use crate::check::{self, CATALOGUE, Case, RuleFinding, SharedCertificate, Ztp};
use crate::config::{ConfigurationLine, ConfiguredKey};
use crate::input::directory_of;
use crate::inventory::InventoryRow;
use crate::model::{CertificateDetails, CertificateState, Fingerprint, Mac, Severity, Slot, Status};
use crate::reference::Readiness;
use crate::timeline::{Content, Occurrences, SourceLine, Timeline};

/// What the logs and the configuration of one phone show.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Phone {
    /// Its address, if a file name or a log has it.
    pub mac: Option<Mac>,
    /// Its status.
    pub status: Status,
    /// As the log names it, else as the inventory does, else by the part number in the inventory.
    pub model: Option<Box<str>>,
    /// The assembly number.
    pub assembly: Option<Box<str>>,
    /// The assembly's revision.
    pub assembly_revision: Option<Box<str>>,
    /// Version of the phone's application.
    pub software: Option<Box<str>>,
    /// The paths of the logs, without repeats and earlier uploads, in time order.
    pub files: Vec<Box<str>>,
    /// Other directories that have a log of the phone which is not used, because its lines are in others.
    pub other_directories: Vec<OtherDirectory>,
    /// What was counted in these logs.
    pub counts: Tally,
    /// How many boots these logs show.
    pub boots: u64,
    /// The first and the last dated line, in seconds since 1970 of the phone's local time.
    pub times: Option<(i64, i64)>,
    /// Whether it is ready for zero-touch provisioning; None if unknown.
    pub ztp: Option<bool>,
    /// The latest known content of every slot that the logs mention, `built-in` first.
    pub certificates: Vec<SlotContent>,
    /// What was found, by severity, then code, then slot.
    findings: Vec<RuleFinding>,
    /// There is no evidence of health, whatever diagnoses were selected: ignoring a diagnosis must not make a
    /// phone `ok`.
    is_unknown: bool,
    /// The highest severity of its active findings that were not selected.
    left_out: Option<Severity>,
    /// Its master configuration file was read.
    pub is_configured: bool,
    /// Not all of its configuration was read.
    pub is_configuration_incomplete: bool,
    /// The private keys that its configuration sets, to find keys that several phones share.
    keys: Vec<ConfiguredKey>,
    /// Findings and keys from configuration files that other phones have too. Not packed with the phone,
    /// since many phones share one.
    #[serde(skip)]
    pub common: Option<Arc<Common>>,
    /// A hash of its configuration, to find changes; 0 if there is none.
    #[serde(skip)]
    pub configuration: u64,
    /// Its configuration has an error, whatever diagnoses were selected.
    #[serde(skip)]
    pub is_misconfigured: bool,
}

/// A directory of logs, as reports show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherDirectory {
    /// Its path.
    pub path: Box<str>,
    /// A log in it has the same lines as one that is used.
    pub has_copy: bool,
}

fn other_directories(timeline: &Timeline<'_>) -> Vec<OtherDirectory> {
    let mut others: Vec<OtherDirectory> = Vec::new();
    for log in timeline.left_out {
        let path = directory_of(&log.path);
        if timeline.logs.iter().any(|used| directory_of(used.path) == path) {
            continue;
        }
        match others.iter_mut().find(|known| &*known.path == path) {
            Some(known) => known.has_copy |= log.is_equal,
            None => others.push(OtherDirectory { path: path.into(), has_copy: log.is_equal }),
        }
    }
    others.sort_by(|a, b| a.path.cmp(&b.path));
    others
}

/// Findings and keys that several phones have from the same configuration files.
#[derive(Debug)]
pub struct Common {
    findings: Vec<RuleFinding>,
    keys: Vec<ConfiguredKey>,
}

impl Common {
    /// Made from the findings, and the private keys that the files set.
    pub fn new(found: Vec<RuleFinding>, keys: Vec<ConfiguredKey>) -> Self {
        Self { findings: sorted(&[], found), keys }
    }

    /// A copy with further findings.
    pub fn and(&self, more: Vec<RuleFinding>) -> Self {
        Self { findings: sorted(&self.findings, more), keys: self.keys.clone() }
    }

    /// Whether these findings together with a phone's own ones equal `found`.
    pub fn makes_with(&self, own: &[RuleFinding], found: Vec<RuleFinding>) -> bool {
        sorted(&self.findings, own.to_vec()) == sorted(&[], found)
    }
}

/// Known findings and more, in the order of findings.
fn sorted(known: &[RuleFinding], more: Vec<RuleFinding>) -> Vec<RuleFinding> {
    let mut findings = [known.to_vec(), more].concat();
    findings.sort_by_key(RuleFinding::order);
    findings
}

/// What is counted over all logs of a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Logs, without repeats and earlier uploads.
    pub files: u64,
    /// Their bytes, decompressed.
    pub bytes: u64,
    /// Their lines.
    pub lines: u64,
    /// Lines without a header before the first message.
    pub unrecognized: u64,
    /// Known messages.
    pub events: u64,
}

/// The latest known content of a slot, and the line that shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SlotContent {
    /// The slot.
    pub slot: Slot,
    /// Whether there is a certificate.
    pub state: CertificateState,
    /// What is known of the certificate and its key.
    pub details: CertificateDetails,
    /// The certificate is compared with those of other phones, since the log is certainly this phone's own.
    pub is_compared: bool,
    /// An active error is about this slot, whatever diagnoses were selected: half a pair, for instance, is no installed
    /// certificate.
    pub is_faulty: bool,
    /// The configuration files give the slot another certificate than the log shows, or the slot is empty.
    pub is_contradicted: bool,
    /// The configuration lines that the certificate comes from, or that contradict the log; and the line of the log
    /// that says that the configuration was not applied.
    pub configuration: Vec<ConfigurationLine>,
    /// The log line that shows the fingerprint, if there is one.
    line: Option<ShownLine>,
}

/// A line that shows a fingerprint. Its text is not stored if it can be built from the slot and the
/// fingerprint, see [`plain_text`].
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ShownLine {
    line: SourceLine,
    is_plain: bool,
}

impl Phone {
    /// Runs all checks on a phone; [`select`](Self::select) then keeps the selected findings.
    pub fn new(case: &Case<'_>) -> Self {
        let timeline = case.timeline;
        let mut findings = Vec::new();
        let mut is_unknown = timeline.logs.is_empty();
        for rule in CATALOGUE.iter().filter(|rule| rule.is_of_logs()) {
            let found = rule.run(case);
            if found.is_empty() {
                continue;
            }
            is_unknown |= rule.facts.means_unknown;
            findings.extend(found);
        }
        let mut phone = Self {
            mac: timeline.mac,
            model: timeline.model.map(Box::from),
            assembly: timeline.assembly.map(Box::from),
            assembly_revision: timeline.assembly_revision.map(Box::from),
            software: timeline.software().next_back().map(|(version, _)| version.to_string().into()),
            files: timeline.logs.iter().map(|log| log.path.into()).collect(),
            other_directories: other_directories(timeline),
            counts: Tally::of(timeline),
            boots: timeline.boots as u64,
            times: timeline
                .times
                .map(|(first, last)| (first.and_utc().timestamp(), last.and_utc().timestamp())),
            certificates: timeline
                .slots
                .latest()
                .map(|(slot, content)| slot_content(timeline, slot, content))
                .collect(),
            findings,
            is_unknown,
            ..Self::default()
        };
        if phone.model.is_none() {
            // What no log names is taken from the inventory.
            phone.model = case.listed.and_then(InventoryRow::model_by_label);
        }
        phone.derive_status(is_ready(case.readiness));
        phone
    }

    /// A phone of which only the address is known.
    pub fn unreadable(mac: Option<Mac>) -> Self {
        let mut phone = Self::new(&Case::new(Timeline::nothing(), None));
        (phone.mac, phone.status, phone.is_unknown) = (mac, Status::Unknown, true);
        phone
    }

    /// Keeps only the selected findings from its logs. Other findings and the readiness for ZTP can depend on all
    /// of them, so this comes after everything that is found in this phone alone.
    pub fn select(&mut self, selection: &Selection) {
        self.mark_faulty(&error_slots(self.findings()));
        self.leave_out(selection.worst_left_out(self.findings()));
        self.findings.retain(|found| selection.has(found.rule().code));
        self.derive_status(self.ztp);
    }

    /// Adds findings from the configuration or the whole fleet.
    pub fn add(&mut self, found: Vec<RuleFinding>) {
        self.findings.extend(found);
        self.derive_status(self.ztp);
    }

    /// Adds findings and keys from configuration files: the phone's own ones, and those it has in common with
    /// others.
    pub fn add_configured(
        &mut self,
        own: Vec<RuleFinding>,
        keys: Vec<ConfiguredKey>,
        common: Option<Arc<Common>>,
    ) {
        (self.keys, self.common) = (keys, common);
        self.add(own);
    }

    /// What it has in common with others, if it has no keys of its own.
    pub fn common_keys(&self) -> Option<&Arc<Common>> {
        self.common.as_ref().filter(|_| self.keys.is_empty())
    }

    /// The private keys that its configuration sets, to find keys that several phones share.
    pub fn keys(&self) -> impl Iterator<Item = &ConfiguredKey> {
        self.keys.iter().chain(self.common.iter().flat_map(|common| &common.keys))
    }

    /// The phone's own findings, to add to them.
    pub fn findings_mut(&mut self) -> impl Iterator<Item = &mut RuleFinding> {
        self.findings.iter_mut()
    }

    /// Adds the certificates that other phones show too.
    pub fn add_shared(&mut self, shared: &[SharedCertificate], selection: &Selection) {
        // Only the shared certificates are known here.
        let case = Case { shared, ..Case::new(Timeline::nothing(), None) };
        let rules = CATALOGUE.iter().filter(|rule| rule.facts.from_fleet);
        let mut found: Vec<_> = rules.flat_map(|rule| rule.run(&case)).collect();
        // Whether it is ready depends on all findings, as in `select`.
        if found.iter().any(|one| one.rule().facts.ztp == Ztp::Blocked) {
            self.ztp = Some(false);
        }
        self.mark_faulty(&error_slots(&found));
        self.leave_out(selection.worst_left_out(&found));
        found.retain(|one| selection.has(one.rule().code));
        self.add(found);
    }

    /// Marks the slots that errors are about.
    pub fn mark_faulty(&mut self, errors: &[Option<Slot>]) {
        for content in &mut self.certificates {
            content.is_faulty |= errors.contains(&Some(content.slot));
        }
    }

    /// Sorts the findings and derives the status and the readiness for ZTP from them.
    fn derive_status(&mut self, ready: Option<bool>) {
        self.findings.sort_by_key(RuleFinding::order);
        let worst = check::status(self.active());
        self.status = if self.is_unknown { worst.min(Status::Unknown) } else { worst };
        let has = |ztp| self.active().any(|found| found.rule().facts.ztp == ztp);
        self.ztp = match ready {
            _ if has(Ztp::Blocked) => Some(false),
            Some(true) if has(Ztp::Uncertain) => None,
            ready => ready,
        };
    }

    /// What was found.
    pub fn findings(&self) -> impl Iterator<Item = &RuleFinding> {
        let common = self.common.iter().flat_map(|common| &common.findings);
        let mut all: Vec<&RuleFinding> = self.findings.iter().chain(common).collect();
        if self.common.is_some() {
            all.sort_by_key(|found| found.order());
        }
        all.into_iter()
    }

    /// The active diagnoses, one bit each: bit N is the rule at index N of the catalogue.
    pub fn active_rules(&self) -> u64 {
        const { assert!(CATALOGUE.len() <= u64::BITS as usize, "each rule needs a bit") };
        let common = self.common.iter().flat_map(|common| &common.findings);
        let all = self.findings.iter().chain(common);
        all.filter(|found| found.is_active()).fold(0, |all, found| all | 1 << found.index())
    }

    /// The active findings.
    pub fn active(&self) -> impl Iterator<Item = &RuleFinding> {
        self.findings().filter(|found| found.is_active())
    }

    /// The line that shows the fingerprint of a slot's certificate.
    pub fn seen(&self, content: &SlotContent) -> Occurrences {
        let (Some(shown), Some(fingerprint)) = (&content.line, &content.details.fingerprint) else {
            return Occurrences::without_lines();
        };
        let mut line = shown.line.clone();
        if shown.is_plain {
            line.text = plain_text(content.slot, fingerprint).into();
        }
        Occurrences::of_line(line)
    }
}

/// The slots that active errors are about; None for an error that is about no slot.
pub fn error_slots<'f>(found: impl IntoIterator<Item = &'f RuleFinding>) -> Vec<Option<Slot>> {
    let is_error = |found: &&RuleFinding| found.is_active() && found.severity() == Severity::Error;
    found.into_iter().filter(is_error).map(|found| found.finding.slot).collect()
}

impl Tally {
    fn of(timeline: &Timeline<'_>) -> Self {
        let mut tally = Self::default();
        for log in &timeline.logs {
            let counts = &log.digest.counts;
            tally.add(&Self {
                files: 1,
                bytes: counts.bytes,
                lines: counts.lines,
                unrecognized: counts.unrecognized,
                events: 0,
            });
        }
        tally.events = timeline.event_count;
        tally
    }

    /// Adds another tally.
    pub const fn add(&mut self, more: &Self) {
        self.files += more.files;
        self.bytes = self.bytes.saturating_add(more.bytes);
        self.lines += more.lines;
        self.unrecognized += more.unrecognized;
        self.events += more.events;
    }
}

/// Whether the phone's software is ready for zero-touch provisioning; None if unknown.
const fn is_ready(readiness: Option<Readiness>) -> Option<bool> {
    match readiness {
        Some(Readiness::Ready) => Some(true),
        Some(Readiness::TooOld { .. }) => Some(false),
        Some(Readiness::LetterUnclear { .. } | Readiness::NotListed) | None => None,
    }
}

fn slot_content(timeline: &Timeline<'_>, slot: Slot, content: &Content) -> SlotContent {
    let record = &timeline.records[content.record];
    let line = content.details.fingerprint.as_ref().map(|fingerprint| {
        let is_plain = *record.text() == *plain_text(slot, fingerprint).as_bytes();
        let line = if is_plain { SourceLine::without_text(record) } else { SourceLine::new(record) };
        ShownLine { line, is_plain }
    });
    SlotContent {
        slot,
        state: content.state,
        details: content.details.clone(),
        is_faulty: false,
        is_contradicted: false,
        is_compared: !timeline.is_of_another_phone(record),
        configuration: Vec::new(),
        line,
    }
}

/// The text of the inventory line with this fingerprint, as phones write it.
fn plain_text(slot: Slot, fingerprint: &Fingerprint) -> String {
    let digest = fingerprint.algorithm().name().to_ascii_uppercase();
    let holder = match slot {
        Slot::BuiltIn => "Polycom device certificate".to_owned(),
        Slot::Platform(number) => format!("Custom platform device certificate {number}"),
        Slot::Application(number) => format!("Custom application device certificate {number}"),
    };
    [&holder, " ", &digest, " fingerprint: ", &fingerprint.to_string()].concat()
}

/// Local time of the phone, `2013-05-31T13:18:22`.
pub(crate) fn shown_time(time: NaiveDateTime) -> String {
    let (Ok(year @ ..=9999), 0) = (u32::try_from(time.year()), time.nanosecond()) else {
        // chrono's `Debug` gives this form of ISO 8601 for any time. With it alone, 200,000 small logs take 3 % longer.
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

/// The same of a time in seconds since 1970.
pub(crate) fn shown_seconds(seconds: i64) -> Option<String> {
    DateTime::from_timestamp(seconds, 0).map(|time| shown_time(time.naive_utc()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_are_shown_as_chrono_shows_them(seconds in -93_000_000_000_i64..285_000_000_000) {
            let time = DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            prop_assert_eq!(shown_time(time), format!("{:?}", time));
        }
    }
}
