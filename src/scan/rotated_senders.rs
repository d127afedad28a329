//! Finds the phones of senders that a file of a syslog server does not name, in the other files.
//!
//! Phones name themselves when they start, which is seldom, and syslog servers begin a new file every day. So the lines of
//! a sender are those of the phone that wrote from it last in the file before, if no phone starts in them, if the clock
//! goes on, and if the phone is not named at another sender. A start that is cut by the end of a file is that of the phone
//! that the next file names. Lines are also those of a phone that another file has from the sender, if one of them is in
//! both: exports overlap.
//!
//! If another phone starts at the sender, the lines before that can be of either phone: it may have been named only later.
//! All other lines without a phone can be of any phone that wrote from their sender.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::origin::split_gone;
use super::phone_logs::ReadLog;
use super::sender_names::SenderNames;
use crate::digest::LogEntry;
use crate::input::{Rotation, directory_of, is_directly_before, server_chain};
use crate::log::SenderSpan;
use crate::model::Mac;
use crate::stamp::{MILLISECONDS_PER_DAY, MILLISECONDS_PER_MINUTE};

/// The number for minutes and seconds after the hour in a file's name is below this.
const HOUR_OF_NAME: u64 = 10_000;

/// A week, in milliseconds. A phone writes more often, and an address that is unused for longer is passed on.
const WEEK: u64 = 7 * MILLISECONDS_PER_DAY;

/// The lines of a sender in one log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SenderLog {
    /// The path of the file, without the sender.
    pub(super) file: Box<str>,
    /// The number of the log, a part of the file.
    number: u32,
    /// Its chain of rotated files.
    chain: Box<str>,
    age: Option<Age>,
    pub(super) span: SenderSpan,
    pub(super) mac: Option<Mac>,
    pub(super) is_mixed: bool,
    /// The numbers of its first line in the file, if a phone starts there, and of its last one, if a phone ends there.
    start: Option<u64>,
    end: Option<u64>,
}

/// The age of a file in its chain, oldest first. None for files whose names tell minutes, because it is not known whether
/// one between them is missing, and for copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Age {
    Number(Reverse<u32>),
    /// A day, and its hour if the files are of an hour each.
    Time(NaiveDate, Option<u64>),
    Newest,
}

impl SenderLog {
    /// The senders of a log.
    pub(super) fn all(mac: Option<Mac>, log: &ReadLog) -> impl Iterator<Item = Self> + '_ {
        let file = path_of_file(log);
        let is_gone = log.rotation == Rotation::Gone;
        let (chain, rotation) = server_chain(if is_gone { split_gone(&file).0 } else { &file });
        let age = match rotation {
            // Another file has its number or its name since.
            Rotation::Number(_) | Rotation::Newest if is_gone => None,
            Rotation::Number(number) => Some(Age::Number(Reverse(number))),
            Rotation::Dated { date, time: 0 } => Some(Age::Time(date, None)),
            Rotation::Dated { date, time } if time % HOUR_OF_NAME == 0 => Some(Age::Time(date, Some(time))),
            Rotation::Newest => Some(Age::Newest),
            Rotation::Dated { .. } | Rotation::Piece | Rotation::Copy | Rotation::Gone => None,
        };
        let entries = &log.digest.entries;
        let start = entries.first().filter(|entry| entry.line == 1 && entry.is_banner());
        let is_end = |entry: &&LogEntry| entry.line == log.digest.counts.lines && entry.is_log_end();
        let [start, end] =
            [start, entries.last().filter(is_end)].map(|entry| entry.map(|entry| entry.line + entry.skipped));
        log.spans.iter().map(move |span| Self {
            file: file.as_ref().into(),
            number: log.number,
            chain: chain.as_str().into(),
            age,
            span: span.clone(),
            mac,
            is_mixed: log.is_mixed,
            start,
            end,
        })
    }

    /// Whether the start of its phone goes on in `later`.
    fn starts_in(&self, later: &Self) -> bool {
        self.goes_on_in(later) && self.span.goes_on_in(&later.span, MILLISECONDS_PER_MINUTE)
    }

    /// Whether its phone writes the lines of `later`, in a file after its own.
    fn goes_on_in(&self, later: &Self) -> bool {
        let goes_on = |silence| self.span.goes_on_in(&later.span, silence);
        // The numbers of files alone show that one is directly after the other. If a file between others is missing,
        // their lines are a day apart at least, or an hour.
        let is_next = match (self.age, later.age) {
            (Some(Age::Number(older)), Some(Age::Number(newer))) => {
                is_directly_before(older.0, Some(newer.0))
            }
            (Some(Age::Number(older)), Some(Age::Newest)) => is_directly_before(older.0, None),
            _ if self.file == later.file => true,
            (Some(Age::Time(_, None)), Some(Age::Time(_, None) | Age::Newest)) => {
                return goes_on(MILLISECONDS_PER_DAY);
            }
            (Some(Age::Time(..)), Some(Age::Time(..) | Age::Newest)) => {
                return goes_on(60 * MILLISECONDS_PER_MINUTE);
            }
            _ => false,
        };
        is_next && (goes_on(WEEK) || self.span.sets_clock_in(&later.span))
    }
}

/// The path of its file, without the sender. The mark of a file that is gone comes after the sender, and is kept.
pub(super) fn path_of_file(log: &ReadLog) -> Cow<'_, str> {
    let is_gone = log.rotation == Rotation::Gone;
    let (path, gone) = if is_gone { split_gone(&log.path) } else { (&*log.path, "") };
    let mut spans = log.spans.iter();
    match spans.find_map(|span| path.strip_suffix(&*span.sender)?.strip_suffix('#')) {
        Some(file) if gone.is_empty() => file.into(),
        Some(file) => format!("{file}{gone}").into(),
        None => (&*log.path).into(),
    }
}

/// What other files show about the senders of one.
#[derive(Default)]
pub(super) struct KnownSenders<'s> {
    /// The phones of logs that do not name them.
    pub(super) named: BTreeMap<SenderLog, Mac>,
    /// The logs of which another phone can have written the first lines, with that phone.
    pub(super) mixed: BTreeMap<SenderLog, Mac>,
    /// The logs whose first lines go on from the file before in their chain.
    going_on: BTreeSet<&'s SenderLog>,
    /// The logs whose order the names of their files show.
    ordered: BTreeSet<&'s SenderLog>,
}

impl<'s> KnownSenders<'s> {
    /// Finds the phones of the logs of one sender in one chain of rotated files.
    fn in_chain(&mut self, logs: &[&'s SenderLog], phones: &PhonesOfFiles<'_>) {
        let mut logs: Vec<&SenderLog> = logs.iter().copied().filter(|log| log.age.is_some()).collect();
        logs.sort_by_key(|log| (log.age, *log));
        let files: Vec<_> = logs.chunk_by(|one, other| one.age == other.age).collect();
        // Two files of one age are copies, or not of this chain, and files of several days that begin before the end of
        // the one before are exports, or copies of a file that grows.
        let is_of_two = files.iter().any(|logs| logs.iter().any(|log| log.file != logs[0].file));
        if is_of_two || files.windows(2).any(|files| days_overlap(files[0], files[1])) {
            return;
        }
        self.ordered.extend(&logs);
        let files = files.into_iter().flat_map(by_name);
        // Who wrote last in the file before, and the last phone that any file before names.
        let mut before: Option<(&SenderLog, Mac)> = None;
        let mut last_named = None;
        // The first lines of a start that goes on in the next file, where the phone names itself.
        let mut begun: Option<&SenderLog> = None;
        let mut last_before: Option<&SenderLog> = None;
        for logs in files {
            let first = only(&logs, |log| log.span.has_lines_before_boot());
            let last = only(&logs, |log| log.span.is_last());
            let is_mixed = logs.iter().any(|log| log.is_mixed);
            if let (Some(log), false) = (first, is_mixed) {
                if last_before.is_some_and(|before| before.goes_on_in(log)) {
                    self.going_on.insert(log);
                }
                let begun = begun.filter(|begun| begun.starts_in(log));
                match (log.mac, before, last_named) {
                    (Some(mac), ..) if begun.is_some() => {
                        self.named.extend(begun.map(|begun| (begun.clone(), mac)));
                    }
                    (Some(mac), _, Some(other)) if mac != other => {
                        self.mixed.insert(log.clone(), other);
                    }
                    (None, Some((before, mac)), _)
                        if !log.span.has_boot
                            && before.goes_on_in(log)
                            && !is_elsewhere(phones, before, log, mac) =>
                    {
                        self.named.insert(log.clone(), mac);
                    }
                    _ => {}
                }
            }
            last_before = last;
            let phone = last.and_then(|log| log.mac.or_else(|| self.named.get(log).copied()));
            last_named = phone.or(last_named);
            begun = last.filter(|log| phone.is_none() && !is_mixed && log.span.is_one_boot);
            before = last.zip(phone).filter(|(log, _)| !is_mixed && !self.mixed.contains_key(*log));
        }
    }

    /// Finds the phones of the logs of one sender in files whose order only their dates show, such as the exports of a log
    /// collector. `is_ordered` tells which two files are in one chain.
    fn without_order(&mut self, logs: &[&SenderLog], is_ordered: impl Fn(&SenderLog, &SenderLog) -> bool) {
        for log in logs.iter().filter(|log| !log.is_mixed && log.mac.is_some()) {
            let is_other = |other: &SenderLog| {
                other.mac != log.mac && other.file != log.file && other.span.ends_near(&log.span)
            };
            // A copy of the same file shows nothing.
            let is_copy = |other: &SenderLog| {
                let mut others = logs.iter().filter(|copy| copy.file == other.file);
                others.any(|copy| (copy.mac, &copy.span) == (log.mac, &log.span))
            };
            let mut others =
                logs.iter().filter(|other| is_other(other) && !is_copy(other) && !is_ordered(log, other));
            if let Some(other) = others.find_map(|other| other.mac) {
                self.mixed.insert((*log).clone(), other);
            }
        }
    }
}

/// The senders at which a file names a phone.
type PhonesOfFiles<'s> = HashMap<(&'s str, Mac), Vec<&'s SenderLog>>;

/// Whether the file of `log` names the phone that wrote `before`, and not where the sender has the name that it had there,
/// nor where it starts after the end of `log`: it has another address since then.
fn is_elsewhere(phones: &PhonesOfFiles<'_>, before: &SenderLog, log: &SenderLog, mac: Mac) -> bool {
    let is_renamed = before.span.sender != log.span.sender;
    let is_other = |other: &&SenderLog| {
        let is_after = log.end.zip(other.start).is_some_and(|(end, start)| end < start);
        !is_after && (!is_renamed || other.span.sender != before.span.sender)
    };
    phones.get(&(&*log.file, mac)).is_some_and(|others| others.iter().any(is_other))
}

/// The logs of one sender in one file, by the names of the sender in the order in which they occur first.
fn by_name<'s>(logs: &[&'s SenderLog]) -> Vec<Vec<&'s SenderLog>> {
    let mut names: BTreeMap<&str, Vec<&SenderLog>> = BTreeMap::new();
    logs.iter().for_each(|log| names.entry(&log.span.sender).or_default().push(log));
    let mut names: Vec<_> = names.into_values().collect();
    names.sort_by_key(|logs| logs.iter().map(|log| log.number).min());
    names
}

/// Whether the lines of two files that follow each other by the days in their names overlap.
fn days_overlap(older: &[&SenderLog], newer: &[&SenderLog]) -> bool {
    let overlaps = |one: &SenderLog, other: &SenderLog| {
        matches!((one.age, other.age), (Some(Age::Time(..)), Some(_)))
            && one.span.ends_after_begin_of(&other.span)
    };
    older.iter().any(|one| newer.iter().any(|other| overlaps(one, other)))
}

/// The only one of these logs for which this holds.
fn only<'l>(logs: &[&'l SenderLog], holds: impl Fn(&SenderLog) -> bool) -> Option<&'l SenderLog> {
    let mut found = logs.iter().filter(|log| holds(log));
    found.next().copied().filter(|_| found.next().is_none())
}

pub(super) fn find<'s>(senders: &'s BTreeSet<SenderLog>, names: &SenderNames<'_>) -> KnownSenders<'s> {
    let mut phones = PhonesOfFiles::new();
    for (log, mac) in senders.iter().filter_map(|log| Some((log, log.mac?))) {
        phones.entry((&log.file, mac)).or_default().push(log);
    }
    let mut chains: BTreeMap<_, Vec<&SenderLog>> = BTreeMap::new();
    let mut directories: BTreeMap<_, Vec<&SenderLog>> = BTreeMap::new();
    let mut files: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for log in senders {
        let sender = names.common(&log.span.sender);
        files.entry(&log.chain).or_default().insert(&log.file);
        chains.entry((&log.chain, sender)).or_default().push(log);
        directories.entry((directory_of(&log.file), sender)).or_default().push(log);
    }
    let mut found = KnownSenders::default();
    chains.values().for_each(|logs| found.in_chain(logs, &phones));
    let (ordered, going_on) = (std::mem::take(&mut found.ordered), std::mem::take(&mut found.going_on));
    // Two chains in one directory are those of two servers, and each shows what is before its files.
    let is_of_other_server = |one: &SenderLog, other: &SenderLog| {
        going_on.contains(one) && files.get(&*other.chain).is_some_and(|files| files.len() > 1)
    };
    let is_ordered = |one: &SenderLog, other: &SenderLog| {
        ordered.contains(one)
            && ordered.contains(other)
            && (one.chain == other.chain || is_of_other_server(one, other))
    };
    directories.values().for_each(|logs| found.without_order(logs, is_ordered));
    found
}
