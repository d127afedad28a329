//! Joins one phone's logs into one timeline: its lines in order, each once, with boots, times and the meaning that
//! a message has among the others. Only this module interprets stamps.

mod boots;
mod calendar;
mod clock;
mod context;
mod covered;
mod dates;
mod disorder;
mod event_dates;
mod excerpts;
mod join;
mod mended;
mod occurrences;
mod order;
mod overlaps;
mod passed;
mod pasted;
mod repeats;
mod runs;
mod slots;
mod span;
#[cfg(test)]
mod tests;
mod unset;

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::NaiveDateTime;

pub use calendar::Calendar;
pub use event_dates::{DatedEvent, EventDates};
pub use join::{Joined, LeftOut};
pub use occurrences::{Occurrences, SourceLine};
pub use order::calendar_of;
pub use slots::{Content, NotKept, SlotHistory, SlotView, SlotViewSource};

use self::excerpts::Excerpts;
use self::order::chain_of_content;
use crate::digest::{LogDigest, LogEntry};
use crate::event::{self, Event};
use crate::input::{Rotation, is_directly_before};
use crate::model::{Mac, Slot, SoftwareVersion};
use crate::window::Window;

/// One log of a phone, as it was read.
#[derive(Clone, Debug)]
pub struct Log {
    /// Distinguishes it from the phone's other logs.
    pub number: usize,
    /// The log's path, as reports show it.
    pub path: Box<str>,
    /// The path in a file that has the lines of several logs, such as `all.txt!/0004f2a1b2c3-app.log.1`.
    pub path_within: Option<Box<str>>,
    /// Its age among the other logs, by its name.
    pub rotation: Rotation,
    /// When the file was last changed, UTC.
    pub modified: Option<NaiveDateTime>,
    /// The digest of its content.
    pub digest: LogDigest,
}

impl Log {
    /// The path whose name and directory show the log's rotation chain.
    fn chain_path(&self) -> &str {
        self.path_within.as_ref().unwrap_or(&self.path)
    }

    /// When the file was last changed, if that time can be right.
    fn file_time(&self) -> Option<NaiveDateTime> {
        self.modified.filter(dates::is_plausible)
    }

    /// Whether no log of their chain is missing between this one and a later one, by their numbers.
    fn is_directly_before(&self, later: &Self) -> bool {
        match (self.rotation, later.rotation) {
            (Rotation::Number(older), Rotation::Number(newer)) => is_directly_before(older, Some(newer)),
            (Rotation::Number(older), Rotation::Newest) => is_directly_before(older, None),
            _ => true,
        }
    }
}

/// The options of the user that concern times.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// `--since` and `--until`.
    pub window: Window,
    /// `--year`.
    pub year: Option<i32>,
    /// The time of the run.
    pub now: NaiveDateTime,
}

/// Puts the logs of one phone in order and joins them.
pub fn join(mut logs: Vec<Log>, clock: &Clock) -> Joined {
    for log in logs.iter_mut().filter(|log| !log.digest.is_folded()) {
        let modified = log.file_time();
        excerpts::drop_excerpts(&mut log.digest, Excerpts::WithGaps);
        let is_newest = matches!(log.rotation, Rotation::Newest | Rotation::Copy | Rotation::Gone);
        runs::drop_repeats(&mut log.digest, is_newest, modified);
        excerpts::drop_excerpts(&mut log.digest, Excerpts::All);
        pasted::put_in_order(&mut log.digest.entries, modified);
    }
    Joined::new(order::in_order(logs, clock))
}

/// What one phone's logs show.
#[derive(Debug, Default)]
pub struct Timeline<'a> {
    /// The phone's address, from its logs' names or else from the logs.
    pub mac: Option<Mac>,
    /// The logs that are used, in time order.
    pub logs: Vec<LogSummary<'a>>,
    /// The logs that are not used, because their lines are in others.
    pub left_out: &'a [LeftOut],
    /// The lines that were kept and are within the window, in order.
    pub records: Vec<Record<'a>>,
    /// How many boots they show.
    pub boots: usize,
    /// How many known messages the logs have; one that is in several logs counts once.
    pub event_count: u64,
    /// The first and the last real date.
    pub times: Option<(NaiveDateTime, NaiveDateTime)>,
    /// Lines outside the window have an inventory, or an installation of which more than the first line was read.
    pub has_evidence_outside: bool,
    /// The model, from the newest line that names it, within the window or not. The same holds of the assembly.
    pub model: Option<&'a str>,
    /// The assembly number.
    pub assembly: Option<&'a str>,
    /// The assembly's revision.
    pub assembly_revision: Option<&'a str>,
    /// The certificate slots over time.
    pub slots: SlotHistory,
}

/// What is known of a log as a whole.
#[derive(Clone, Copy, Debug)]
pub struct LogSummary<'a> {
    /// Its path, as reports show it.
    pub path: &'a str,
    /// What was counted in it, the addresses it names, what was dropped.
    pub digest: &'a LogDigest,
    /// It names only addresses of other phones, or none and goes on with such a log of its rotation chain.
    pub is_of_another_phone: bool,
    /// It continues where the log before it ended.
    continues_previous: bool,
    /// The number of its last line if the rest of that line was not read.
    cut_line: Option<u64>,
}

/// One line of a phone's logs with its log and date.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The line as it was kept.
    pub entry: &'a LogEntry,
    digest: &'a LogDigest,
    /// The index of its log in the timeline.
    pub file: usize,
    /// 1-based number of the line among those of its log.
    pub line: u64,
    /// How many lines of other logs are before it in the file.
    skipped: u64,
    /// The boot, from 0.
    pub boot: usize,
    /// Local time of the phone; None without a date, or if the clock was not set.
    pub time: Option<NaiveDateTime>,
    /// The time of the last of its repeats.
    pub last_time: Option<NaiveDateTime>,
    /// Its date is a default date of a clock that was never set.
    pub is_unset: bool,
    /// Its date was wrong, and was corrected soon after.
    pub is_wrong: bool,
    /// Its uptime is ahead of the lines on both sides, as another process's is: it shows nothing of the boot.
    has_odd_uptime: bool,
    /// Milliseconds from the boot's banner to this line, or from the boot's first line if the banner was not read.
    pub elapsed: u64,
    /// Milliseconds from there to the last of its repeats, as the dates show it: a clock that is put forward counts as
    /// time.
    pub elapsed_at_last: u64,
    /// The same without what uptime shows to be a clock that was put forward.
    pub elapsed_at_least: u64,
    /// How many milliseconds more can have passed since the banner, where the first date does not tell.
    unmeasured: u64,
    /// The slot that the message is about: its own, or that of the installation it belongs to.
    pub slot: Option<Slot>,
    /// A failed connection that an untrusted certificate explains.
    pub is_explained: bool,
}

impl<'a> Record<'a> {
    /// Milliseconds since the phone started, if the stamp contains that.
    fn uptime(&self) -> Option<u64> {
        self.entry.uptime()
    }

    fn new(line: join::JoinedLine<'a>) -> Self {
        Self {
            entry: line.entry,
            digest: line.digest,
            file: line.file,
            line: line.line,
            skipped: line.skipped,
            boot: 0,
            time: None,
            last_time: None,
            is_unset: false,
            is_wrong: false,
            has_odd_uptime: false,
            elapsed: 0,
            elapsed_at_last: 0,
            elapsed_at_least: 0,
            unmeasured: 0,
            slot: line.entry.event.as_ref().and_then(Event::slot),
            is_explained: false,
        }
    }

    /// The known message.
    pub const fn event(&self) -> Option<&'a Event> {
        self.entry.event.as_ref()
    }

    /// The message as in the log, without its header.
    pub fn text(&self) -> &'a [u8] {
        self.digest.text(self.entry)
    }

    /// 1-based number of the line in the file.
    pub const fn line_in_file(&self) -> u64 {
        self.line + self.skipped
    }

    /// The most that `elapsed` can be, in milliseconds: the time until a boot's first date is known only where the boot
    /// before ended with a date.
    pub const fn elapsed_at_most(&self) -> u64 {
        self.elapsed.saturating_add(self.unmeasured)
    }
}

/// All messages of these logs, with their boots and times.
fn dated_records(joined: &Joined) -> Vec<Record<'_>> {
    let entries = joined.logs.iter().map(|joined| joined.log.digest.entries.len()).sum();
    let mut records = Vec::with_capacity(entries);
    records.extend(joined.lines().map(Record::new));
    boots::number(&mut records, joined);
    clock::date(&mut records, joined);
    records
}

impl<'a> Timeline<'a> {
    /// The timeline of the phone `mac`, or else of the phone whose address the logs contain.
    pub fn new(mac: Option<Mac>, joined: &'a Joined, clock: &Clock) -> Self {
        let mut records = dated_records(joined);
        let event_count = joined.count_events(records.iter().map(|record| record.entry));
        boots::measure(&mut records);
        let mac =
            mac.or_else(|| joined.logs.iter().find_map(|joined| joined.log.digest.macs.first().copied()));
        let mut timeline = Self {
            mac,
            logs: log_summaries(joined, mac),
            left_out: &joined.left_out,
            event_count,
            records,
            ..Self::default()
        };
        // Before lines are left out: a phone has the same hardware within the window and outside of it, and by the model
        // it chooses its configuration files.
        (timeline.model, (timeline.assembly, timeline.assembly_revision)) = timeline.platform();
        if !clock.window.is_open() {
            let mut are_within = clock::are_within(&timeline.records, &clock.window).into_iter();
            let outside = timeline.records.extract_if(.., |_| are_within.next() == Some(false));
            // All lines outside must be taken out, not only those up to the first event.
            timeline.has_evidence_outside =
                outside.filter(|record| record.event().is_some_and(Event::shows_certificate)).count() > 0;
        }
        context::resolve(&mut timeline.records);
        timeline.boots = timeline.records.chunk_by(|a, b| a.boot == b.boot).count();
        timeline.times = times(&timeline.records);
        timeline.slots = SlotHistory::of(&timeline);
        timeline
    }

    /// A phone of which nothing was read.
    pub fn nothing() -> &'static Timeline<'static> {
        static NOTHING: LazyLock<Timeline<'static>> = LazyLock::new(Timeline::default);
        &NOTHING
    }

    /// Every known message, in order, with its index among the records.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = (usize, &'a Event, &Record<'a>)> {
        self.records.iter().enumerate().filter_map(|(at, record)| Some((at, record.event()?, record)))
    }

    /// The same, without the logs that name only addresses of other phones, unless all logs are such: they show nothing
    /// of this phone's certificates.
    pub fn own_events(&self) -> impl DoubleEndedIterator<Item = (usize, &'a Event, &Record<'a>)> {
        let has_own = self.logs.iter().any(|log| !log.is_of_another_phone);
        self.events().filter(move |(_, _, record)| !has_own || !self.is_of_another_phone(record))
    }

    /// Whether the record's log names only addresses of other phones.
    pub fn is_of_another_phone(&self, record: &Record<'_>) -> bool {
        self.logs[record.file].is_of_another_phone
    }

    /// Whether the rest of the record's line was not read, and what was read can be the beginning of a known message.
    pub fn is_cut_message(&self, record: &Record<'_>) -> bool {
        let is_cut = self.logs[record.file].cut_line == Some(record.line);
        is_cut && record.event().is_none() && event::may_begin(record.text())
    }

    /// Whether two records are of this phone's own logs, or both of logs of another phone: only then a later one can show
    /// that the cause of an earlier one is gone.
    pub fn are_of_same_phone(&self, one: &Record<'_>, other: &Record<'_>) -> bool {
        self.is_of_another_phone(one) == self.is_of_another_phone(other)
    }

    /// Whether the record `later` was not written before `earlier`, by their stamps: dated lines of one boot can be
    /// out of order.
    pub fn is_in_order(&self, earlier: usize, later: usize) -> bool {
        let (earlier, later) = (&self.records[earlier], &self.records[later]);
        let stamps = earlier.time.zip(later.time);
        earlier.boot != later.boot || stamps.is_none_or(|(earlier, later)| earlier <= later)
    }

    /// The versions of the phone's application that the logs name, in order. Those of the boot program and the
    /// updater are left out.
    pub fn software(&self) -> impl DoubleEndedIterator<Item = (&'a SoftwareVersion, &Record<'a>)> {
        self.own_events().filter_map(|(_, event, record)| match event {
            Event::Software { label, version: Some(version) } if is_application(label.as_deref()) => {
                Some((version, record))
            }
            _ => None,
        })
    }

    /// The newest model, and the newest assembly with its revision.
    fn platform(&self) -> (Option<&'a str>, (Option<&'a str>, Option<&'a str>)) {
        let (mut newest, mut newest_assembly) = (None, (None, None));
        for (_, event, _) in self.own_events() {
            let Event::Platform { model, assembly, assembly_revision, .. } = event else { continue };
            newest = model.as_deref().or(newest);
            if assembly.is_some() {
                newest_assembly = (assembly.as_deref(), assembly_revision.as_deref());
            }
        }
        (newest, newest_assembly)
    }

    /// Lines of these logs with a header, known messages or not.
    pub fn messages(&self) -> u64 {
        self.logs.iter().map(|log| log.digest.counts.messages).sum()
    }
}

fn log_summaries(joined: &Joined, mac: Option<Mac>) -> Vec<LogSummary<'_>> {
    // The rotation chains whose last log that names an address names only those of other phones, and these: the log after it
    // can go on with its boot.
    let mut of_others: HashMap<String, &[Mac]> = HashMap::new();
    let summary = |file: usize| {
        let log = &joined.logs[file].log;
        let macs = joined.macs(file);
        let before = if of_others.is_empty() { None } else { of_others.remove(&chain_of_content(log)) };
        let writers = match before {
            Some(before) if macs.is_empty() && can_continue(&log.digest, before) => before,
            _ => macs,
        };
        let is_of_another_phone = mac.is_some_and(|mac| !writers.is_empty() && !writers.contains(&mac));
        if is_of_another_phone {
            of_others.insert(chain_of_content(log), writers);
        }
        LogSummary {
            path: &log.path,
            digest: &log.digest,
            is_of_another_phone,
            continues_previous: joined.continues_previous(file),
            cut_line: joined.cut_line(file),
        }
    };
    joined.files().map(summary).collect()
}

/// Whether a log that names no address can go on with the boot of one of these phones: it has no start, and no built-in
/// certificate of another one.
fn can_continue(digest: &LogDigest, phones: &[Mac]) -> bool {
    digest.entries.iter().all(|entry| match &entry.event {
        Some(Event::CertificateCommonName { slot: Slot::BuiltIn, common_name: Some(name) }) => {
            name.parse().is_ok_and(|mac| phones.contains(&mac))
        }
        _ => !entry.is_banner(),
    })
}

fn times(records: &[Record<'_>]) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let times = || records.iter().flat_map(|record| [record.time, record.last_time]).flatten();
    Some((times().min()?, times().max()?))
}

/// Whether this label of `Application, main` is the phone's application. A cut line names no version.
fn is_application(label: Option<&str>) -> bool {
    label.is_some_and(|label| {
        !["boot", "bootrom", "updater"].iter().any(|other| label.eq_ignore_ascii_case(other))
    })
}
