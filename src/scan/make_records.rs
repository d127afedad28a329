//! Writes records. Each log is read and digested, or its record is copied from an earlier file of records if
//! the log's file is unchanged. Records of logs that are gone can be kept.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::ReportProgress;
use super::cache::{Cache, CachedRecord};
use super::collect::{PendingLogs, PhoneSink};
use super::origin::{ContentHashes, FileVersion, path_of_gone};
use super::payload::Sourced;
use super::phone_logs::{PhoneLogs, ReadLog};
use super::write_configuration::ConfigurationWriter;
use crate::config::{Stored, kind_and_phone};
use crate::input::{Buffers, FoundFiles, Rotation, SkippedFiles};
use crate::model::Mac;
use crate::problem::{self, Problem, ProblemKind};
use crate::records::{FrameKind, Header, Writer, append_frame};
use crate::report::list::list_time;
use crate::window::Window;

/// How many batches of phones each thread reads before their records are written.
const BATCHES_PER_THREAD: usize = 8;

/// The records of an earlier run, to use them again.
#[derive(Clone, Copy)]
pub struct CacheUse<'c> {
    /// The records.
    pub cache: &'c Cache,
    /// Records of logs that are gone are kept if the log was last changed at this time or later, in seconds since 1970,
    /// UTC; None to keep none.
    pub keep_since: Option<i64>,
}

fn was_changed_since(log: &ReadLog, since: i64) -> bool {
    log.modified.is_some_and(|time| time.and_utc().timestamp() >= since)
}

/// The result of a run.
#[derive(Clone, Debug, Default)]
pub struct DigestSummary {
    /// Records of logs that were written.
    pub logs: u64,
    /// How many of these were copied from the cache.
    pub from_cache: u64,
    /// How many of these are from logs that are gone.
    pub gone: u64,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Files that look like logs or archives but were not read.
    pub skipped: SkippedFiles,
}

/// Writes a stream of records: one for each log and, if the searched paths are given as `roots`, one for each
/// configuration file that a phone may read. Runs in the current rayon pool.
pub fn digest(
    found: &FoundFiles,
    roots: Option<&[PathBuf]>,
    window: &Window,
    made_at: i64,
    cache: Option<CacheUse<'_>>,
    progress: &dyn ReportProgress,
    out: &mut dyn Write,
) -> io::Result<DigestSummary> {
    let window = &window.in_seconds();
    let lengths = cache.filter(|used| used.keep_since.is_some()).map(|used| used.cache.lengths.clone());
    let hashes = ContentHashes::new(lengths.unwrap_or_default());
    let (pending, configs) = (PendingLogs::default(), None);
    let mut run = DigestRun { found, window, cache, hashes: &hashes, progress, pending, configs };
    let mut all = ReadFiles::default();
    all.problems
        .extend(found.problems.iter().map(|problem| Sourced { value: problem.clone(), source: None }));
    // The number of other files is not recorded: the records themselves may be among them, and must not
    // depend on it.
    let skipped = SkippedFiles { files: 0, ..found.skipped.clone() };
    all.skipped.push(Sourced { value: skipped, source: None });
    let streams: Vec<ReadFiles> = found.streams.par_iter().map(|source| run.stream(source)).collect();
    streams.into_iter().for_each(|read| all.append(read));
    run.pending = std::mem::take(&mut all.others);
    let mut members = std::mem::take(&mut all.members);
    members.extend(run.members_of_gone());
    run.configs = roots.map(|roots| ConfigurationWriter::new(found, members, roots));
    let mut writer = Writer::new(out, &Header::new(window, made_at, roots.is_some()))?;
    run.write_named(&mut all, &mut writer)?;
    let ReadFiles { logs, others: of_others, mut problems, skipped, from_cache, .. } = all;
    let mut digested = DigestSummary { logs, from_cache, ..DigestSummary::default() };
    let others: BTreeSet<Mac> = run.pending.macs().filter(|mac| found.phone_of(*mac).is_none()).collect();
    let further: BTreeSet<Mac> = of_others.macs().collect();
    let nameless = run.pending.without_address().chain(of_others.without_address()).map(|log| (None, log));
    let of_phones = others.iter().map(|mac| (Some(*mac), run.pending.of(*mac)));
    let of_phones = of_phones.chain(further.iter().map(|mac| (Some(*mac), of_others.of(*mac))));
    for (mac, phone_logs) in of_phones.chain(nameless) {
        let logs = run.ready(mac, phone_logs);
        digested.logs += logs.len() as u64;
        run.write(mac, &logs, &mut writer)?;
    }
    digested.gone = run.write_gone(&mut writer)?;
    digested.logs += digested.gone;
    if let Some(configs) = &run.configs {
        let has_log = |mac| found.phone_of(mac).is_some() || others.contains(&mac) || further.contains(&mac);
        configs.finish(has_log, &mut writer)?;
        // A file that the user named because phones read it as configuration is not reported as a log that
        // can't be read.
        problems.retain(|one| one.value.kind != ProblemKind::NotALog || !configs.has(&one.value.path));
        digested.problems = configs.tree.problems();
    }
    write_notices(problems, skipped, &mut writer, &mut digested)?;
    writer.finish()?;
    problem::sort(&mut digested.problems);
    Ok(digested)
}

/// Writes what could not be read, and what was passed over.
fn write_notices(
    mut problems: Vec<Sourced<Problem>>,
    skipped: Vec<Sourced<SkippedFiles>>,
    writer: &mut Writer<'_>,
    digested: &mut DigestSummary,
) -> io::Result<()> {
    problems.sort_by(|a, b| a.value.cmp(&b.value));
    problems.dedup_by(|later, kept| later.value == kept.value);
    for problem in problems {
        writer.frame(FrameKind::Problem, None, &problem.pack()?)?;
        digested.problems.push(problem.value);
    }
    for skipped in skipped {
        writer.frame(FrameKind::SkippedFiles, None, &skipped.pack()?)?;
        digested.skipped.merge(skipped.value);
    }
    Ok(())
}

/// The state that all threads share.
struct DigestRun<'r> {
    found: &'r FoundFiles,
    window: &'r Window,
    cache: Option<CacheUse<'r>>,
    hashes: &'r ContentHashes,
    progress: &'r dyn ReportProgress,
    /// Logs from archives and pipes.
    pending: PendingLogs,
    configs: Option<ConfigurationWriter>,
}

/// What was read from some files.
#[derive(Default)]
struct ReadFiles {
    /// The number of logs with records.
    logs: u64,
    others: PendingLogs,
    /// Configuration files in archives.
    members: Vec<(Stored, FileVersion)>,
    problems: Vec<Sourced<Problem>>,
    skipped: Vec<Sourced<SkippedFiles>>,
    from_cache: u64,
}

impl ReadFiles {
    fn append(&mut self, other: Self) {
        self.logs += other.logs;
        self.others.append(other.others);
        self.members.extend(other.members);
        self.problems.extend(other.problems);
        self.skipped.extend(other.skipped);
        self.from_cache += other.from_cache;
    }
}

impl DigestRun<'_> {
    /// Reads the logs that have a phone's address in their names, and writes their records.
    fn write_named(&self, all: &mut ReadFiles, writer: &mut Writer<'_>) -> io::Result<()> {
        let phones = self.found.by_address();
        let mut batches = self.found.batches(&phones);
        loop {
            let round: Vec<_> =
                batches.by_ref().take(BATCHES_PER_THREAD * rayon::current_num_threads()).collect();
            if round.is_empty() {
                return Ok(());
            }
            let made =
                round.into_par_iter().map(|batch| self.batch(batch)).collect::<io::Result<Vec<_>>>()?;
            for (frames, count, read) in made {
                writer.frames(&frames, count)?;
                all.append(read);
            }
        }
    }

    fn sink(&self, mac: Option<Mac>) -> PhoneSink<'_> {
        PhoneSink::new(mac, self.window, self.progress, None)
    }

    /// Reads one file with `open`, or copies its records from the cache.
    fn source<'s>(
        &'s self,
        source: FileVersion,
        sink: &mut PhoneSink<'s>,
        read: &mut ReadFiles,
        open: impl FnOnce(&mut PhoneSink<'s>),
    ) {
        match self.cache.and_then(|used| used.cache.unchanged(&source)) {
            Some(cached) => {
                read.from_cache += cached.logs.len() as u64;
                for (mac, log) in cached.logs {
                    self.hashes.add(log.origin.as_ref().map(|origin| origin.content));
                    sink.add(mac, log);
                }
                sink.others.skipped.merge(cached.skipped);
                read.members.extend(cached.configs.into_iter().map(|stored| (stored, source.clone())));
                self.progress.advanced(1, source.size);
            }
            None => {
                sink.begin(source.clone(), self.hashes);
                open(sink);
            }
        }
        let members = std::mem::take(&mut sink.others.members).into_iter();
        read.members.extend(members.map(|stored| (stored, source.clone())));
        let skipped = std::mem::take(&mut sink.others.skipped);
        if skipped != SkippedFiles::default() {
            read.skipped.push(Sourced { value: skipped, source: Some(source.clone()) });
        }
        let problems = std::mem::take(&mut sink.problems).into_iter();
        read.problems.extend(problems.map(|value| Sourced { value, source: Some(source.clone()) }));
    }

    fn stream(&self, stream: &crate::input::Source) -> ReadFiles {
        let mut read = ReadFiles::default();
        let mut sink = self.sink(None);
        let source = match stream.status() {
            Ok(status) => {
                let (size, modified) = status.unwrap_or((0, None));
                FileVersion { path: stream.path().into(), size, modified }
            }
            Err(problem) => {
                read.problems.push(Sourced { value: problem, source: None });
                return read;
            }
        };
        self.source(source, &mut sink, &mut read, |sink| {
            stream.read(&mut Buffers::new(rayon::current_num_threads()), sink);
        });
        read.others = sink.others;
        read
    }

    /// The frames of some phones, concatenated, and their number.
    fn batch(&self, phones: &[u32]) -> io::Result<(Vec<u8>, u64, ReadFiles)> {
        let mut buffers = Buffers::new(rayon::current_num_threads());
        if self.cache.is_none() {
            self.found.open_ahead(phones, &mut buffers);
        }
        let (mut frames, mut count, mut read) = (Vec::new(), 0, ReadFiles::default());
        for phone in phones.iter().map(|phone| *phone as usize) {
            let mac = self.found.mac(phone);
            let mut sink = self.sink(Some(mac));
            for log in self.found.logs(phone) {
                match self.found.status(log) {
                    Ok((size, modified)) => {
                        let source = FileVersion { path: self.found.path(log).into(), size, modified };
                        self.source(source, &mut sink, &mut read, |sink| {
                            self.found.read(log, &mut buffers, sink)
                        });
                    }
                    Err(problem) => read.problems.push(Sourced { value: problem, source: None }),
                }
            }
            let mut phone_logs = std::mem::take(&mut sink.phone_logs);
            phone_logs.append(self.pending.of(mac));
            read.others.append(sink.others);
            let logs = self.ready(Some(mac), phone_logs);
            read.logs += logs.len() as u64;
            count += self.append(Some(mac), &logs, &mut frames)?;
        }
        Ok((frames, count, read))
    }

    /// Appends the frames of these logs of a phone, and of the configuration files that only this phone reads; returns
    /// their number.
    fn append(&self, mac: Option<Mac>, logs: &[ReadLog], frames: &mut Vec<u8>) -> io::Result<u64> {
        for log in logs {
            let payload = postcard::to_stdvec(log).map_err(io::Error::other)?;
            append_frame(FrameKind::Log, mac, &payload, frames)?;
        }
        let configs = match mac.zip(self.configs.as_ref()) {
            Some((mac, configs)) => configs.append_own(mac, logs, frames)?,
            None => 0,
        };
        Ok(logs.len() as u64 + configs)
    }

    fn write(&self, mac: Option<Mac>, logs: &[ReadLog], writer: &mut Writer<'_>) -> io::Result<()> {
        let mut frames = Vec::new();
        let count = self.append(mac, logs, &mut frames)?;
        writer.frames(&frames, count)
    }

    /// The logs of a phone in the form in which records store them.
    fn ready(&self, mac: Option<Mac>, mut phone_logs: PhoneLogs) -> Vec<ReadLog> {
        phone_logs.drop_repeated_files();
        let group = mac.map_or(0, |mac| self.group(mac));
        for log in &mut phone_logs.logs {
            // Device and inode have no meaning on other machines.
            log.identity = None;
            log.digest.conceal_secrets();
            if let Some(origin) = &mut log.origin {
                origin.group = group;
            }
        }
        phone_logs.logs
    }

    /// A hash of the paths of all logs of a phone that go through this digest.
    fn group(&self, mac: Mac) -> u64 {
        let named = self.found.phone_of(mac).into_iter().flat_map(|phone| self.found.logs(phone));
        let named = named.map(|log| self.found.path(log));
        let pending = self.pending.of(mac).logs.into_iter().map(|log| log.path.into_string());
        let mut paths: Vec<String> = named.chain(pending).collect();
        paths.sort();
        xxhash_rust::xxh3::xxh3_64(paths.join("\0").as_bytes())
    }

    /// The configuration files from archives that are gone, which are needed to diagnose phones whose logs
    /// are kept. Archives that have been replaced by another of the same name are not included.
    fn members_of_gone(&self) -> Vec<(Stored, FileVersion)> {
        let Some(CacheUse { cache, keep_since: Some(since) }) = self.cache else { return Vec::new() };
        let asked: HashSet<&str> = self.found.streams.iter().map(crate::input::Source::path).collect();
        let mut gone: HashMap<Box<str>, BTreeSet<Mac>> = HashMap::new();
        let mut members = cache.members();
        members.retain(|(_, FileVersion { path, .. })| {
            let is_gone = gone.contains_key(path) || !asked.contains(&**path) && !Path::new(&**path).exists();
            if is_gone {
                gone.entry(path.clone()).or_default();
            }
            is_gone
        });
        if members.is_empty() {
            return members;
        }
        for log in cache.all().filter_map(|(record, _)| Some((record.0?, cache.log(record)?))) {
            let (mac, log) = log;
            let macs = log.origin.as_ref().and_then(|origin| gone.get_mut(&origin.source.path));
            if let Some(macs) = macs.filter(|_| was_changed_since(&log, since)) {
                macs.insert(mac);
            }
        }
        members.retain(|(stored, source)| {
            let of_phone = kind_and_phone(Path::new(stored.path())).map(|(_, mac)| mac);
            let of_phone = of_phone.filter(|mac| *mac != Mac::EVERYONE);
            let macs = &gone[&source.path];
            of_phone.map_or(!macs.is_empty(), |mac| macs.contains(&mac))
        });
        members
    }

    /// Writes the cached records of logs whose content no file has any more: the file is gone or was begun
    /// anew. Returns their number.
    fn write_gone(&self, writer: &mut Writer<'_>) -> io::Result<u64> {
        let Some(CacheUse { cache, keep_since: Some(since) }) = self.cache else { return Ok(0) };
        let found = self.found;
        let named = (0..found.phones()).flat_map(|phone| found.logs(phone)).map(|log| found.path(log));
        let streams = found.streams.iter().map(|stream| stream.path().to_owned());
        let asked: HashSet<u64> = named.chain(streams).map(|path| xxh3_64(path.as_bytes())).collect();
        // A file that exists but is outside the searched paths is not gone.
        let is_outside_search =
            |path: &str| !asked.contains(&xxh3_64(path.as_bytes())) && Path::new(path).exists();
        let log_of = |(record, was_gone): (CachedRecord, bool)| {
            let mut log = cache.log(record)?;
            if was_gone {
                return Some(log);
            }
            let source = &log.origin.as_ref()?.source;
            if !cache.is_latest(source) || is_outside_search(&source.path) {
                return None;
            }
            log.path = path_of_gone(&log.path, &list_time(log.modified?.and_utc().timestamp())?);
            log.rotation = Rotation::Gone;
            log.origin.as_mut()?.is_gone = true;
            Some(log)
        };
        let is_kept = |log: &ReadLog| {
            let content = log.origin.as_ref().map(|origin| &origin.content);
            was_changed_since(log, since)
                && content.is_some_and(|content| !self.hashes.has_log_beginning_with(content))
        };
        let kept = cache.all().filter_map(|one| {
            let log = log_of(one).filter(is_kept)?;
            Some((one.0.0, log.path, log.number, one))
        });
        let mut kept: Vec<_> = kept.collect();
        kept.sort_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
        for (mac, .., one) in &kept {
            let Some(log) = log_of(*one) else { continue };
            self.write(*mac, &[log], writer)?;
        }
        Ok(kept.len() as u64)
    }
}
