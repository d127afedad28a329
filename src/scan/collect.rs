//! Collects logs as they are read: those of the phone that is being read, and those kept until their own
//! phone is complete.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::ReportProgress;
use super::events::{Chunks, FileRecorder, Spool};
use super::origin::{ContentHash, ContentHasher, ContentHashes, FileVersion, LogOrigin};
use super::phone_logs::{PhoneLogs, ReadLog};
use super::rotated_senders::SenderLog;
use super::store::{ByteRange, Store};
use crate::config::{LogLocation, Stored};
use crate::input::{
    Buffers, Bytes, ConfigMember, FoundFiles, LogName, LogSink, SkipReason, SkippedFiles, directory_of,
};
use crate::log::{self, HealthyLog, LogPart, MAX_PARTS, PartName};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use crate::quantity::counted;
use crate::window::Window;

/// Logs that are kept, packed, until all logs of their phone have been read.
#[derive(Default)]
pub(super) struct PendingLogs {
    pub(super) by_mac: HashMap<Mac, Vec<Packed>>,
    pub(super) without_address: Vec<Vec<u8>>,
    /// The senders in files of syslog servers whose phones are known.
    pub(super) senders: Vec<SenderLog>,
    /// The phones that can have written lines of a mixture, or of a log without an address.
    pub(super) may_lack_lines: HashSet<Mac>,
    pub(super) problems: Vec<Problem>,
    location: LogLocation,
    /// Configuration files from archives.
    pub(super) members: Vec<Stored>,
    /// Files that were not read: in archives, or in the directories of the logs of records.
    pub(super) skipped: SkippedFiles,
    /// The temporary file for the logs of records. There can be many, and memory should grow only with the
    /// number of phones.
    file: Option<Store>,
}

/// Where a packed log is kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Packed {
    InMemory(Vec<u8>),
    InFile(ByteRange),
}

impl PendingLogs {
    /// An empty collection that keeps its logs in a temporary file.
    pub(super) fn in_file() -> io::Result<Self> {
        Ok(Self { file: Some(Store::new()?), ..Self::default() })
    }

    /// Adds a packed log. It goes into the temporary file if there is one and the log's phone is known.
    pub(super) fn add_to_file(&mut self, mac: Option<Mac>, log: &ReadLog, packed: Vec<u8>) -> io::Result<()> {
        self.note(mac, log);
        let (Some(mac), Some(file)) = (mac, &mut self.file) else {
            self.add_packed(mac, packed);
            return Ok(());
        };
        let packed = Packed::InFile(file.add(&packed)?);
        self.by_mac.entry(mac).or_default().push(packed);
        Ok(())
    }

    /// The length of the temporary file, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.file.as_ref().map_or(0, Store::length)
    }

    /// The offsets in the temporary file of each phone's logs, unsorted.
    pub(super) fn offsets(&self) -> impl Iterator<Item = (Mac, impl Iterator<Item = u64>)> {
        let begin = |packed: &Packed| match packed {
            Packed::InMemory(_) => None,
            Packed::InFile(range) => Some(range.begin),
        };
        self.by_mac.iter().map(move |(mac, logs)| (*mac, logs.iter().filter_map(begin)))
    }

    /// Makes all added logs readable.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Store::flush)
    }

    pub(super) fn unpack(&self, packed: &Packed) -> Option<ReadLog> {
        match packed {
            Packed::InMemory(bytes) => postcard::from_bytes(bytes).ok(),
            Packed::InFile(range) => postcard::from_bytes(&self.file.as_ref()?.read(*range).ok()?).ok(),
        }
    }

    pub(super) fn add(&mut self, mac: Option<Mac>, log: &ReadLog) {
        // Writing to memory does not fail.
        let Ok(packed) = postcard::to_stdvec(log) else { return };
        self.note(mac, log);
        self.add_packed(mac, packed);
    }

    /// Notes where the log is, its senders if the phone is known, and the phones that it names if it is a mixture.
    fn note(&mut self, mac: Option<Mac>, log: &ReadLog) {
        self.location.add(Path::new(directory_of(&log.path)));
        if mac.is_some() && !log.spans.is_empty() {
            self.senders.extend(SenderLog::all(mac, log));
        }
        self.note_mixture(mac, log);
    }

    fn note_mixture(&mut self, mac: Option<Mac>, log: &ReadLog) {
        let named = log.digest.macs_beside.iter().filter(|named| log.is_mixed && mac != Some(**named));
        self.may_lack_lines.extend(named);
    }

    /// Adds a packed log, in memory.
    pub(super) fn add_packed(&mut self, mac: Option<Mac>, packed: Vec<u8>) {
        match mac {
            Some(mac) => self.by_mac.entry(mac).or_default().push(Packed::InMemory(packed)),
            None => self.without_address.push(packed),
        }
    }

    /// Where all logs are, these and those that were found by their names.
    pub(super) fn log_location(&self, found: &FoundFiles) -> LogLocation {
        let mut location = self.location.clone();
        found.log_directories().for_each(|directory| location.add(&directory));
        location
    }

    pub(super) fn append(&mut self, other: Self) {
        for (mac, logs) in other.by_mac {
            self.by_mac.entry(mac).or_default().extend(logs);
        }
        self.without_address.extend(other.without_address);
        self.senders.extend(other.senders);
        self.may_lack_lines.extend(other.may_lack_lines);
        self.problems.extend(other.problems);
        self.members.extend(other.members);
        self.skipped.merge(other.skipped);
        self.location.append(other.location);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_mac.is_empty()
            && self.without_address.is_empty()
            && self.problems.is_empty()
            && self.may_lack_lines.is_empty()
    }

    /// Whether both have the same logs of this phone, in any order.
    pub(super) fn holds_same(&self, other: &Self, mac: Mac) -> bool {
        let logs = |pending: &Self| {
            pending.by_mac.get(&mac).map(|logs| logs.iter().cloned().collect::<BTreeSet<_>>())
        };
        logs(self) == logs(other) && self.may_lack_lines.contains(&mac) == other.may_lack_lines.contains(&mac)
    }

    /// Sorts the logs without an address and drops duplicates, so that the order in which they were read does
    /// not matter.
    pub(super) fn sort_without_address(&mut self) {
        self.without_address.sort_unstable();
        self.without_address.dedup();
    }

    /// Whether it has a log of this phone.
    pub(super) fn has(&self, mac: Mac) -> bool {
        self.by_mac.contains_key(&mac)
    }

    /// Whether it has a log of this phone, or lines that can be of it.
    pub(super) fn concerns(&self, mac: Mac) -> bool {
        self.has(mac) || self.may_lack_lines.contains(&mac)
    }

    /// The phones for which [`Self::concerns`] holds, some twice, unsorted.
    pub(super) fn concerned(&self) -> impl Iterator<Item = Mac> + '_ {
        self.macs().chain(self.may_lack_lines.iter().copied())
    }

    /// The phones that have logs here, unsorted.
    pub(super) fn macs(&self) -> impl Iterator<Item = Mac> + '_ {
        self.by_mac.keys().copied()
    }

    /// The logs of this phone, unpacked.
    pub(super) fn of(&self, mac: Mac) -> PhoneLogs {
        let packed = || self.by_mac.get(&mac).into_iter().flatten();
        let logs: Vec<ReadLog> = packed().filter_map(|log| self.unpack(log)).collect();
        // Unpacking fails only if the temporary file can't be read: this process packed or checked the logs itself.
        let is_lost = logs.len() < packed().count();
        PhoneLogs { logs, may_lack_lines: is_lost || self.may_lack_lines.contains(&mac) }
    }

    /// The logs without a known address, each taken for a phone of its own.
    pub(super) fn without_address(&self) -> impl Iterator<Item = PhoneLogs> + '_ {
        self.without_address.iter().filter_map(|log| {
            Some(PhoneLogs { logs: vec![postcard::from_bytes(log).ok()?], ..PhoneLogs::default() })
        })
    }
}

/// A log in which nothing is wrong.
pub(super) struct HealthyFile {
    pub(super) name: LogName,
    pub(super) log: HealthyLog,
    /// Its bytes, to read it the general way if another log of the phone needs that.
    bytes: Vec<u8>,
}

/// The most logs of a phone that are read so, each of which is kept in memory until the last one is read.
const MAX_HEALTHY_LOGS: usize = 16;

/// Takes the logs of one phone, and the lines of other phones in them.
pub(super) struct PhoneSink<'s> {
    mac: Option<Mac>,
    window: &'s Window,
    progress: &'s dyn ReportProgress,
    /// The spool for events, if they are wanted.
    spool: Option<&'s Spool>,
    pub(super) phone_logs: PhoneLogs,
    pub(super) others: PendingLogs,
    pub(super) problems: Vec<Problem>,
    next_number: u32,
    /// The phone's logs so far, if nothing is wrong in any of them. None if logs are to be read the general way.
    pub(super) healthy: Option<Vec<HealthyFile>>,
    /// If records are made: the file that is being read, and the contents read so far.
    source: Option<(FileVersion, &'s ContentHashes)>,
}

impl<'s> PhoneSink<'s> {
    pub(super) fn new(
        mac: Option<Mac>,
        window: &'s Window,
        progress: &'s dyn ReportProgress,
        spool: Option<&'s Spool>,
    ) -> Self {
        Self {
            mac,
            window,
            progress,
            spool,
            phone_logs: PhoneLogs::default(),
            others: PendingLogs::default(),
            problems: Vec::new(),
            next_number: 0,
            healthy: None,
            source: None,
        }
    }

    /// Begins a file of which records are made.
    pub(super) fn begin(&mut self, source: FileVersion, hashes: &'s ContentHashes) {
        self.next_number = 0;
        self.source = Some((source, hashes));
    }

    pub(super) fn finish(self, problems: &mut Vec<Problem>) -> (PhoneLogs, PendingLogs) {
        problems.extend(self.problems);
        (self.phone_logs, self.others)
    }

    pub(super) fn add(&mut self, mac: Option<Mac>, log: ReadLog) {
        if mac.is_some() && mac == self.mac {
            self.others.note_mixture(mac, &log);
            self.phone_logs.logs.push(log);
        } else {
            self.others.add(mac, &log);
        }
    }

    /// Reads the logs in which nothing is wrong, and all that follow, the general way.
    pub(super) fn read_healthy_generally(&mut self) {
        for HealthyFile { name, bytes, .. } in self.healthy.take().into_iter().flatten() {
            // Reading from memory does not fail.
            let _ = self.read_generally(name, Bytes::Whole(&bytes));
        }
    }

    fn read_generally(&mut self, name: LogName, content: Bytes<'_>) -> io::Result<()> {
        let mut recorder = self.spool.map(FileRecorder::new);
        let mut record = recorder.as_mut().map(|recorder| |part, recorded| recorder.record(part, recorded));
        let record = record.as_mut().map(|record| record as log::EventRecorder<'_>);
        let mut hasher = self.source.as_ref().map(|(_, hashes)| hashes.hasher());
        let read = match (content, &mut hasher) {
            (Bytes::Stream(stream), Some(hasher)) => {
                log::read(Bytes::Stream(&mut hasher.hash_stream(stream)), self.window, record)
            }
            (content, hasher) => {
                hasher.iter_mut().for_each(|hasher| hasher.hash(&content));
                log::read(content, self.window, record)
            }
        };
        let content = hasher.map(ContentHasher::finish);
        let mut events = recorder.map_or_else(|| Ok(Vec::new()), FileRecorder::finish)?;
        if read.not_read > 0 {
            let message = format!(
                "it has lines of more than {MAX_PARTS} phones or senders; {} of further ones were not read",
                counted(read.not_read, "line")
            );
            self.problems.push(Problem::new(name.path.to_string(), ProblemKind::LimitExceeded, message));
        }
        let mut files: BTreeMap<_, Vec<LogPart>> = BTreeMap::new();
        for part in read.parts {
            files.entry(part.file.clone()).or_default().push(part);
        }
        for (file, mut parts) in files {
            let name = file.as_ref().map_or_else(|| name.clone(), |file| name.of_heading(file));
            // Neither the file's name nor anything before a line tells the phones apart.
            if name.mac.is_none() {
                let without_name = parts.iter_mut().filter(|part| part.name.is_none());
                without_name.for_each(|part| part.digest.note_phones_of_inventories());
            }
            let is_alone = parts.len() == 1;
            // If the file's name has an address and its lines name no other phone, all lines belong to that
            // phone.
            let is_of_named = |part: &LogPart| {
                let of_part = match part.name {
                    Some(PartName::Mac(mac)) => Some(mac),
                    _ => None,
                };
                of_part.iter().chain(&part.digest.macs).all(|mac| name.mac == Some(*mac))
            };
            let is_one = is_alone || (name.mac.is_some() && parts.iter().all(is_of_named));
            let is_nobodys = |part: &&LogPart| part.is_mixed && part.name.is_none();
            let unassigned: u64 = parts.iter().filter(is_nobodys).map(|part| part.digest.counts.events).sum();
            for mut part in parts {
                if part.name.is_some() {
                    part.digest.counts.unassigned = unassigned;
                }
                let events = events.get_mut(part.number).map(std::mem::take).unwrap_or_default();
                if let Some((mac, log)) = assign(&name, part, is_alone, is_one) {
                    self.add_part(&name, mac, ReadLog { events, ..log }, content);
                }
            }
        }
        read.result
    }

    /// Adds the log of one part of a file; `content` identifies that of the whole file if records are made.
    fn add_part(&mut self, name: &LogName, mac: Option<Mac>, mut log: ReadLog, content: Option<ContentHash>) {
        log.number = self.next_number;
        self.next_number += 1;
        let source = self.source.as_ref().zip(content);
        log.origin = source.map(|((source, _), content)| {
            Box::new(LogOrigin { source: source.clone(), content, group: 0, is_gone: false })
        });
        // A file that is not a phone's log, which was read because the user named it, is only reported as a
        // problem.
        if log.digest.is_empty() && !log.is_mixed && (mac.is_none() || !name.named_like_log) {
            log.report_problems(false, &mut self.problems);
        } else {
            self.add(mac, log);
        }
    }
}

impl LogSink for PhoneSink<'_> {
    fn log(&mut self, name: LogName, content: Bytes<'_>) -> io::Result<()> {
        if let (Some(healthy), Bytes::Whole(bytes)) = (&mut self.healthy, &content)
            && name.mac == self.mac
            && healthy.len() < MAX_HEALTHY_LOGS
            // An archive can hold more logs of the phone.
            && !name.path.contains("!/")
            && let Some(log) = log::read_healthy(bytes)
        {
            healthy.push(HealthyFile { name, log, bytes: bytes.to_vec() });
            return Ok(());
        }
        self.read_healthy_generally();
        self.read_generally(name, content)
    }

    fn config(&mut self, member: ConfigMember<'_>) {
        self.others.members.push(Stored::of_member(&member));
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn skipped(&mut self, kind: SkipReason, path: &str) {
        self.others.skipped.add(kind, || path.to_owned());
    }

    fn advance(&mut self, files: u64, bytes: u64) {
        self.progress.advanced(files, bytes);
    }
}

/// Assigns a part of a file to a phone: by the address before its lines; else by the file's name, if the
/// whole file is one log; else by the only address in its messages. None for an empty part before the first
/// phone's lines of a file of several phones.
fn assign(name: &LogName, part: LogPart, is_alone: bool, is_one: bool) -> Option<(Option<Mac>, ReadLog)> {
    let LogPart { file, name: part, is_mixed, spans, mut digest, .. } = part;
    if part.is_none() && !is_alone && digest.is_empty() {
        return None;
    }
    let own = match digest.macs[..] {
        [mac] if !is_mixed => Some(mac),
        _ => None,
    };
    let of_name = match &part {
        Some(PartName::Mac(mac)) => Some(*mac),
        _ if is_one => name.mac,
        _ => None,
    };
    // A mail with excerpts of several logs names their phones beside them.
    let is_mail_of_several = of_name.is_none() && part.is_none() && digest.counts.events > 0 && {
        let macs: BTreeSet<&Mac> = digest.macs.iter().chain(&digest.macs_beside).collect();
        macs.len() > 1
    };
    let is_mixed =
        is_mixed || is_mail_of_several || digest.macs.len() > 1 && !matches!(part, Some(PartName::Mac(_)));
    let mac = of_name.or(own);
    let path = match &part {
        Some(PartName::Sender(sender)) if mac.is_none() && !is_alone => {
            format!("{}#{sender}", name.path).into()
        }
        _ => match file.as_ref().filter(|_| mac.is_none()) {
            Some(file) => format!("{}#{file}", name.path).into(),
            None => name.path.clone(),
        },
    };
    let is_within = file.is_some();
    if is_mixed {
        // Other machines in a syslog server's file, such as a DHCP server, name phones that wrote nothing there.
        if part.is_some() {
            digest.macs_beside.clear();
        }
        digest = digest.of_several_phones();
    }
    let log = ReadLog {
        path,
        path_within: file.map(|file| format!("{}!/{file}", name.path).into()),
        number: 0,
        rotation: name.rotation,
        modified: name.modified_time(),
        identity: name.identity.filter(|_| is_alone && !is_within),
        digest,
        is_mixed,
        spans: if name.mac.is_none() { spans } else { Vec::new() },
        events: Chunks::new(),
        origin: None,
    };
    Some((mac, log))
}

/// Reads the sources that must be read to know whose logs they hold.
pub(super) fn read_streams(
    found: &FoundFiles,
    window: &Window,
    progress: &dyn ReportProgress,
    spool: Option<&Spool>,
) -> PendingLogs {
    let threads = rayon::current_num_threads();
    let parts = found.streams.par_iter().map(|source| {
        let mut sink = PhoneSink::new(None, window, progress, spool);
        let mut buffers = Buffers::new(threads);
        source.read(&mut buffers, &mut sink);
        let PhoneSink { mut others, problems, .. } = sink;
        others.problems.extend(problems);
        others
    });
    let mut pending = PendingLogs::default();
    for part in parts.collect::<Vec<_>>() {
        pending.append(part);
    }
    pending.name_senders();
    pending
}
