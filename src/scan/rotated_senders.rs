//! Finds the phones of senders that a file of a syslog server does not name, in the other files.
//!
//! Phones name themselves when they start, which is seldom, and syslog servers begin a new file every day. So the lines of
//! a sender are those of the phone that wrote from it last in the file before, if no phone starts in them, if the clock
//! goes on, and if the phone is not named at another sender. They are also those of a phone that another file has from
//! this sender, if one of the lines is in both: exports overlap.
//!
//! If another phone starts at the sender, the lines before that can be of either phone: it may have been named only later.
//! All other lines without a phone can be of any phone that wrote from their sender.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use super::collect::{Packed, PendingLogs};
use super::phone_logs::ReadLog;
use crate::input::{Rotation, chain, directory_of};
use crate::log::SenderSpan;
use crate::model::Mac;

/// A day, in milliseconds.
const DAY: u64 = 86_400_000;

/// A week, in milliseconds. A phone writes more often, and an address that is unused for longer is passed on.
const WEEK: u64 = 7 * DAY;

/// The lines of a sender in one log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SenderLog {
    /// The path of the file, without the sender.
    file: Box<str>,
    /// The number of the log, a part of the file.
    number: u32,
    age: Option<Age>,
    span: SenderSpan,
    mac: Option<Mac>,
    is_mixed: bool,
}

/// The age of a file in its chain, oldest first. None for files whose names tell the time of the day, because it is not
/// known whether one between them is missing, and for copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Age {
    Number(Reverse<u32>),
    Day(NaiveDate),
    Newest,
}

impl SenderLog {
    /// Those of a log.
    pub(super) fn all(mac: Option<Mac>, log: &ReadLog) -> impl Iterator<Item = Self> + '_ {
        let age = match log.rotation {
            Rotation::Number(number) => Some(Age::Number(Reverse(number))),
            Rotation::Dated { date, time: 0 } => Some(Age::Day(date)),
            Rotation::Newest => Some(Age::Newest),
            Rotation::Dated { .. } | Rotation::Piece | Rotation::Copy => None,
        };
        let file = path_of_file(log);
        log.spans.iter().map(move |span| Self {
            file: file.into(),
            number: log.number,
            age,
            span: span.clone(),
            mac,
            is_mixed: log.is_mixed,
        })
    }

    /// Whether its phone writes the lines of `later`, in a file behind its own.
    fn goes_on_in(&self, later: &Self) -> bool {
        let goes_on = |silence| self.span.goes_on_in(&later.span, silence);
        // The numbers of files alone show that one is directly behind the other. If a file between others is missing,
        // their lines are a day apart at least.
        match (self.age, later.age) {
            (Some(Age::Number(older)), Some(Age::Number(newer))) if older.0 == newer.0 + 1 => {
                goes_on(WEEK) || self.span.sets_clock_in(&later.span)
            }
            (Some(Age::Number(older)), Some(Age::Newest)) if older.0 <= 1 => {
                goes_on(WEEK) || self.span.sets_clock_in(&later.span)
            }
            (Some(Age::Day(_)), Some(Age::Day(_) | Age::Newest)) => goes_on(DAY),
            _ => false,
        }
    }
}

fn path_of_file(log: &ReadLog) -> &str {
    let mut spans = log.spans.iter();
    let without_sender = spans.find_map(|span| log.path.strip_suffix(&*span.sender)?.strip_suffix('#'));
    without_sender.unwrap_or(&log.path)
}

/// What other files show about the senders of one.
#[derive(Default)]
struct Found {
    /// The phones of logs that do not name them.
    named: BTreeMap<SenderLog, Mac>,
    /// The logs of which another phone can have written the first lines, with that phone.
    mixed: BTreeMap<SenderLog, Mac>,
}

impl Found {
    /// Finds them for the logs of one sender in one chain of rotated files.
    fn in_chain(&mut self, logs: &[&SenderLog], phones: &HashSet<(&str, Mac)>) {
        let mut logs: Vec<&SenderLog> = logs.iter().copied().filter(|log| log.age.is_some()).collect();
        logs.sort_by_key(|log| (log.age, *log));
        let files: Vec<_> = logs.chunk_by(|one, other| one.age == other.age).collect();
        // Two files of one age are copies, or not of this chain.
        if files.iter().any(|logs| logs.iter().any(|log| log.file != logs[0].file)) {
            return;
        }
        // Who wrote last in the file before, and the last phone that any file before names.
        let mut before: Option<(&SenderLog, Mac)> = None;
        let mut last_named = None;
        for logs in files {
            let first = only(logs, |log| log.span.has_lines_before_boot());
            let last = only(logs, |log| log.span.is_last());
            let is_mixed = logs.iter().any(|log| log.is_mixed);
            if let (Some(log), false) = (first, is_mixed) {
                match (log.mac, before, last_named) {
                    (Some(mac), _, Some(other)) if mac != other => {
                        self.mixed.insert(log.clone(), other);
                    }
                    (None, Some((before, mac)), _)
                        if !log.span.has_boot()
                            && before.goes_on_in(log)
                            && !phones.contains(&(&*log.file, mac)) =>
                    {
                        self.named.insert(log.clone(), mac);
                    }
                    _ => {}
                }
            }
            let phone = last.and_then(|log| log.mac.or_else(|| self.named.get(log).copied()));
            last_named = phone.or(last_named);
            before = last.zip(phone).filter(|(log, _)| !is_mixed && !self.mixed.contains_key(*log));
        }
    }

    /// Finds them for the logs of one sender in the files of one directory, which can be exports of a log collector:
    /// nothing but their dates shows their order.
    fn in_directory(&mut self, logs: &[&SenderLog]) {
        for log in logs.iter().filter(|log| !log.is_mixed && log.mac.is_some()) {
            let is_other = |other: &SenderLog| {
                other.mac != log.mac && other.file != log.file && other.span.ends_near(&log.span)
            };
            // A copy of the same file shows nothing.
            let is_copy = |other: &SenderLog| {
                let mut others = logs.iter().filter(|copy| copy.file == other.file);
                others.any(|copy| (copy.mac, &copy.span) == (log.mac, &log.span))
            };
            let mut others = logs.iter().filter(|other| is_other(other) && !is_copy(other));
            if let Some(other) = others.find_map(|other| other.mac) {
                self.mixed.insert((*log).clone(), other);
            }
        }
    }
}

/// The only one of these logs for which this holds.
fn only<'l>(logs: &[&'l SenderLog], holds: impl Fn(&SenderLog) -> bool) -> Option<&'l SenderLog> {
    let mut found = logs.iter().filter(|log| holds(log));
    found.next().copied().filter(|_| found.next().is_none())
}

fn find(senders: &BTreeSet<SenderLog>) -> Found {
    let phones: HashSet<(&str, Mac)> =
        senders.iter().filter_map(|log| Some((&*log.file, log.mac?))).collect();
    let mut chains: BTreeMap<_, Vec<&SenderLog>> = BTreeMap::new();
    let mut directories: BTreeMap<_, Vec<&SenderLog>> = BTreeMap::new();
    for log in senders {
        chains.entry((chain(&log.file), &log.span.sender)).or_default().push(log);
        directories.entry((directory_of(&log.file), &log.span.sender)).or_default().push(log);
    }
    let mut found = Found::default();
    chains.values().for_each(|logs| found.in_chain(logs, &phones));
    directories.values().for_each(|logs| found.in_directory(logs));
    found
}

impl PendingLogs {
    /// Gives the logs of senders that their file does not name to the phones that other files name, and finds the phones
    /// that can have written other lines without a phone.
    pub(super) fn name_senders(&mut self) {
        let unpacked = self.without_address.iter().enumerate();
        let unpacked = unpacked.filter_map(|(at, packed)| Some((at, postcard::from_bytes(packed).ok()?)));
        let mut unnamed: Vec<(usize, ReadLog)> = unpacked.collect();
        unnamed.retain(|(_, log)| !log.spans.is_empty());
        let known = std::mem::take(&mut self.senders).into_iter();
        let senders: BTreeSet<SenderLog> =
            known.chain(unnamed.iter().flat_map(|(_, log)| SenderLog::all(None, log))).collect();
        let Found { named, mixed } = find(&senders);
        let mut phones_of: HashMap<&str, BTreeSet<Mac>> = HashMap::new();
        for log in &senders {
            phones_of.entry(&log.span.sender).or_default().extend(log.mac);
        }
        let at_sender = |span: &SenderSpan| phones_of.get(&*span.sender).into_iter().flatten().copied();
        for (at, mut log) in unnamed.into_iter().rev() {
            let phones: BTreeSet<Mac> = log.spans.iter().flat_map(at_sender).collect();
            let mac = SenderLog::all(None, &log).find_map(|sender| named.get(&sender).copied());
            if let Some(mac) = mac.or_else(|| self.phone_with_line_of(&log, &phones)) {
                self.without_address.remove(at);
                log.path = path_of_file(&log).into();
                self.add(Some(mac), &log);
            } else if log.digest.is_about_certificates() {
                self.may_lack_lines.extend(phones);
            }
        }
        let mixtures = senders.iter().filter(|log| log.is_mixed);
        self.may_lack_lines.extend(mixtures.flat_map(|log| at_sender(&log.span)));
        mixed.into_iter().for_each(|(sender, other)| self.mix(&sender, other));
    }

    /// The one of these phones that has a line of a log without a start, in another file, from the same sender.
    fn phone_with_line_of(&self, log: &ReadLog, phones: &BTreeSet<Mac>) -> Option<Mac> {
        let [span] = &log.spans[..] else { return None };
        let lines: HashSet<u64> = log.digest.dated_events().collect();
        if log.is_mixed || span.has_boot() || lines.is_empty() {
            return None;
        }
        let has_line = |other: &ReadLog| {
            !other.is_mixed
                && path_of_file(other) != path_of_file(log)
                && other.spans.iter().any(|of| of.sender == span.sender)
                && other.digest.dated_events().any(|line| lines.contains(&line))
        };
        let mut found = phones.iter().copied().filter(|mac| self.of(*mac).logs.iter().any(has_line));
        found.next().filter(|_| found.next().is_none())
    }

    /// Marks the lines of a sender as those of its phone and of another one.
    fn mix(&mut self, sender: &SenderLog, other: Mac) {
        let Some(mut logs) = sender.mac.and_then(|mac| self.by_mac.remove(&mac)) else { return };
        for packed in &mut logs {
            let Some(mut log) = self.unpack(packed) else { continue };
            if SenderLog::all(sender.mac, &log).any(|one| one == *sender) {
                log.mix();
                log.path = format!("{}#{}", sender.file, sender.span.sender).into();
                if let Ok(mixed) = postcard::to_stdvec(&log) {
                    *packed = Packed::InMemory(mixed);
                }
            }
        }
        self.by_mac.extend(sender.mac.map(|mac| (mac, logs)));
        self.may_lack_lines.insert(other);
    }
}
