//! Where the logs' digests come together.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDateTime;
use rayon::slice::ParallelSliceMut;

use super::Watch;
use super::log::{self, Head, Manner};
use super::phone::{Gist, Maker};
use super::row::Row;
use super::spool::{Chunks, Gatherer, Spool};
use crate::digest::{Digest, Fold};
use crate::input::{Content, LogName, LogSink, Origin, PrefixHash, Rotation};
use crate::model::Mac;
use crate::packed::Packed;
use crate::problem::{Problem, ProblemKind};
use crate::reader::{Counts, LONGEST_LINE};
use crate::timeline::Record;

/// A log that was read, in little room.
#[derive(Clone, Debug)]
pub(super) struct StoredLog {
    pub(super) mac: Option<Mac>,
    /// As reports show it, if that is not how the system knows the file.
    shown: Option<Box<str>>,
    pub(super) rotation: Rotation,
    pub(super) modified: Option<NaiveDateTime>,
    pub(super) identity: Option<(u64, u64)>,
    pub(super) origin: Origin,
    pub(super) head: Head,
    /// What its content comes to, if it cannot be read again.
    pub(super) sum: Option<Box<PrefixHash>>,
    pub(super) counts: Tally,
    pub(super) packed: Packed,
    /// Where its events wait, if all of them are wanted.
    pub(super) events: Chunks,
    /// What was found of the phone, if this is its only log.
    pub(super) alone: Option<Box<(Gist, Row)>>,
}

/// What is counted over all logs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    pub(super) bytes: u64,
    pub(super) lines: u64,
    pub(super) unrecognized: u64,
    pub(super) events: u64,
}

impl Tally {
    const fn of(counts: &Counts) -> Self {
        let Counts { bytes, lines, unrecognized, events, .. } = *counts;
        Self { bytes, lines, unrecognized, events }
    }
}

/// Pointers are what is sorted, and what moves when more logs come.
pub(super) type StoredLogs = Vec<Box<StoredLog>>;

impl StoredLog {
    /// Whether both are of one phone. A log without an address is a phone of its own.
    pub(super) fn is_of_same_phone(&self, other: &Self) -> bool {
        self.mac.is_some() && self.mac == other.mac
    }

    /// The path as reports show it.
    pub(super) fn path(&self) -> &str {
        self.shown.as_deref().or_else(|| self.origin.plain_file()).unwrap_or_default()
    }

    /// The log as a timeline takes it; `number` tells it from the phone's others.
    pub(super) fn record(&self, number: usize) -> Record {
        Record {
            number,
            path: self.path().into(),
            rotation: self.rotation.clone(),
            modified: self.modified,
            // What was packed in this process can be unpacked in it.
            digest: self.packed.unpack().unwrap_or_default(),
        }
    }

    /// Gives back what it takes, but for what is counted of it.
    pub(super) fn give_back(&mut self) {
        self.packed = Packed::default();
        self.shown = None;
        self.origin = Origin::default();
    }
}

/// In so many bytes a phone's digest and its row are both kept. They stay below the 2 KiB that a healthy
/// phone may take, with all else that is known of its log.
const LITTLE: usize = 1_400;

/// Takes logs from all threads.
pub(super) struct Collector<'a> {
    watch: &'a dyn Watch,
    logs: Mutex<StoredLogs>,
    problems: Mutex<Vec<Problem>>,
    unopened: Mutex<Vec<String>>,
    spool: Option<Arc<Spool>>,
    maker: &'a Maker,
}

impl<'a> Collector<'a> {
    pub(super) fn new(maker: &'a Maker, watch: &'a dyn Watch, spool: Option<Arc<Spool>>) -> Self {
        Self {
            maker,
            watch,
            logs: Mutex::default(),
            problems: Mutex::default(),
            unopened: Mutex::default(),
            spool,
        }
    }

    /// All logs, phone by phone; the problems; the archives that were not opened.
    pub(super) fn finish(self) -> (StoredLogs, Vec<Problem>, Vec<String>) {
        let logs = self.logs.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Most addresses differ: then a log itself need not be looked at.
        let mut logs: Vec<_> = logs.into_iter().map(|log| ((log.mac.is_none(), log.mac), log)).collect();
        logs.par_sort_unstable_by(|(mac_a, a), (mac_b, b)| {
            // Members of an archive can have the same name.
            mac_a.cmp(mac_b).then_with(|| (a.path(), &a.origin).cmp(&(b.path(), &b.origin)))
        });
        let logs = logs.into_iter().map(|(_, log)| log).collect();
        let problems = self.problems.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut unopened = self.unopened.into_inner().unwrap_or_else(PoisonError::into_inner);
        unopened.sort_unstable();
        (logs, problems, unopened)
    }

    /// What the phone amounts to if it has no other log, which is usual: made while the digest is at hand.
    /// A log that is old by its name has newer ones beside it; and where the digest is long, the row is too.
    fn alone(
        &self,
        mac: Option<Mac>,
        name: &LogName,
        digest: Digest,
        packed: &Packed,
    ) -> Option<Box<(Gist, Row)>> {
        if name.rotation != Rotation::Current || self.spool.is_some() || packed.is_compressed() {
            return None;
        }
        let record = Record {
            number: 0,
            path: name.path.clone(),
            rotation: Rotation::Current,
            modified: name.modified,
            digest,
        };
        let (gist, row) = self.maker.phone(mac, vec![record]);
        (packed.len() + row.len() <= LITTLE).then(|| Box::new((gist, row)))
    }

    /// What is wrong with the content itself.
    fn complain(&self, name: &LogName, digest: &Digest) {
        let complain = |kind, message: String| {
            self.problem(Problem::new(name.path.to_string(), kind, message));
        };
        let counts = &digest.counts;
        if counts.messages == 0 {
            let message = match (counts.bytes, counts.lines) {
                (0, _) => "the file is empty".to_owned(),
                (_, 1) => "its one line is not a line of a phone's log".to_owned(),
                (_, lines) => format!("none of its {lines} lines is a line of a phone's log"),
            };
            complain(ProblemKind::NotALog, message);
        }
        if counts.foreign > 0 {
            let message = format!(
                "{} in another encoding than the first, UTF-16 as it seems, and not understood",
                lines_are(counts.foreign)
            );
            complain(ProblemKind::Unreadable, message);
        }
        if counts.cut > 0 {
            let message = format!(
                "{} longer than {LONGEST_LINE} bytes; what is beyond that was not looked at",
                lines_are(counts.cut)
            );
            complain(ProblemKind::LimitExceeded, message);
        }
        if digest.dropped > 0 {
            let message = format!(
                "more distinct findings than are kept of one log; {} findings were dropped",
                digest.dropped
            );
            complain(ProblemKind::LimitExceeded, message);
        }
    }
}

/// `1 line is`, `7 lines are`.
fn lines_are(count: u64) -> String {
    if count == 1 { "1 line is".to_owned() } else { format!("{count} lines are") }
}

impl LogSink for Collector<'_> {
    fn wants(&self, _: Option<Mac>) -> bool {
        // What one phone shares with others only the others' logs tell.
        true
    }

    fn log(&self, name: &LogName, content: Content<'_>) -> io::Result<()> {
        let window = self.maker.clock.window;
        let gatherer = self.spool.clone().map(Gatherer::new);
        let fold = match &gatherer {
            Some(gatherer) => Fold::recording(window, Box::new(gatherer.clone())),
            None => Fold::new(window),
        };
        let manner = Manner { every_stamp: !window.is_open(), with_sum: name.origin.is_passing() };
        let log::Read { digest, head, sum, result } = log::read(content, fold, &manner);
        let mac = name.mac.or(digest.mac);
        self.complain(name, &digest);
        // A file that the user named, which is no log of any phone, is only a problem.
        if digest.counts.messages == 0 && mac.is_none() {
            return result;
        }
        let packed = Packed::of(&digest).map_err(io::Error::other)?;
        let counts = Tally::of(&digest.counts);
        let alone = self.alone(mac, name, digest, &packed);
        let stored = StoredLog {
            mac,
            shown: (name.origin.plain_file() != Some(&*name.path)).then(|| name.path.clone()),
            rotation: name.rotation.clone(),
            modified: name.modified,
            identity: name.identity,
            origin: name.origin.clone(),
            head,
            sum: sum.map(Box::new),
            counts,
            packed,
            alone,
            events: gatherer.map(|gatherer| gatherer.finish()).transpose()?.unwrap_or_default(),
        };
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(stored));
        result
    }

    fn problem(&self, problem: Problem) {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
    }

    fn unopened_archive(&self, path: &str) {
        self.unopened.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
    }

    fn advance(&self, files: u64, bytes: u64) {
        self.watch.advanced(files, bytes);
    }
}
