//! Records of an earlier run, indexed by the files they were made from. The records are in a temporary file;
//! memory holds only their offsets.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::BufRead;

use xxhash_rust::xxh3::xxh3_64;

use super::origin::FileVersion;
use super::payload::{Sourced, log_of};
use super::phone_logs::ReadLog;
use super::store::{ByteRange, Store};
use crate::config::Stored;
use crate::input::{SkippedFiles, decompressed};
use crate::model::Mac;
use crate::problem::Problem;
use crate::records::{Fault, FrameKind, Item, Reader};
use crate::window::Window;

/// A file that was changed less than this many seconds before it was read may have been changed again since,
/// without a difference in size and modification time.
const RACY_SECONDS: i64 = 2;

/// Records of an earlier run.
pub struct Cache {
    store: Store,
    /// The latest state of each file, by the hash of its path.
    sources: HashMap<u64, CachedState>,
    /// The records of logs, plain or in archives, sorted by the hash of the file's state; equal ones in the
    /// order of the records.
    logs: Vec<(u64, CachedRecord)>,
    configs: Vec<(u64, ByteRange)>,
    /// Members of archives that were not read, by the hash of the archive's state.
    skipped: HashMap<u64, SkippedFiles>,
    /// Records of logs whose files were already gone in the earlier run.
    gone: Vec<CachedRecord>,
    /// The decompressed lengths of all logs, in bytes.
    pub(super) lengths: BTreeSet<u64>,
}

/// The phone of a log, and the range of its record in the store.
pub(super) type CachedRecord = (Option<Mac>, ByteRange);

/// The state of a file when it was read.
struct CachedState {
    hash: u64,
    made_at: i64,
    /// Not all of the file could be read. It is read again, since that may succeed now although the file did
    /// not change.
    has_problems: bool,
}

/// The records of one file.
pub(super) struct Cached {
    pub(super) logs: Vec<(Option<Mac>, ReadLog)>,
    pub(super) configs: Vec<Stored>,
    /// If it is an archive: its members that were not read.
    pub(super) skipped: SkippedFiles,
}

impl Cache {
    /// Reads a cache. None if its records can't be used because they were made by another version, with
    /// another window, or without the wanted configuration: then all logs have to be read.
    ///
    /// # Errors
    /// The input is not a file of records, or is damaged; or a temporary file can't be created.
    pub fn read<'r>(
        input: Box<dyn BufRead + 'r>,
        window: &Window,
        configs: bool,
    ) -> Result<Option<Self>, Fault> {
        let mut reader = Reader::new(decompressed(input)?);
        let store = Store::new().map_err(Fault::TemporaryFile)?;
        let mut cache = Self {
            store,
            sources: Default::default(),
            logs: Default::default(),
            configs: Default::default(),
            skipped: Default::default(),
            gone: Default::default(),
            lengths: Default::default(),
        };
        let mut made_at = 0;
        loop {
            match reader.next_item() {
                Err(Fault::Version { .. }) => return Ok(None),
                Err(fault) => return Err(fault),
                Ok(None) => break,
                Ok(Some(Item::Header(header)))
                    if header.window != window.in_seconds() || configs && !header.has_configuration =>
                {
                    return Ok(None);
                }
                Ok(Some(Item::Header(header))) => made_at = header.made_at,
                Ok(Some(Item::Frame(frame))) => cache.add(frame.kind, frame.mac, &frame.payload, made_at)?,
            }
        }
        cache.logs.sort_by_key(|(state, _)| *state);
        cache.configs.sort_by_key(|(state, _)| *state);
        cache.store.flush().map_err(Fault::TemporaryFile)?;
        Ok(Some(cache))
    }

    fn add(&mut self, kind: FrameKind, mac: Option<Mac>, payload: &[u8], made_at: i64) -> Result<(), Fault> {
        match kind {
            FrameKind::Log => {
                let log = log_of(payload)?;
                let Some(origin) = log.origin else { return Err(Fault::Content) };
                self.lengths.insert(origin.content.length);
                let record = (mac, self.store.add(payload).map_err(Fault::TemporaryFile)?);
                if origin.is_gone {
                    self.gone.push(record);
                } else {
                    let state = self.state(&origin.source, made_at).hash;
                    self.logs.push((state, record));
                }
            }
            FrameKind::Configuration => {
                if let Some(source) = Sourced::<Stored>::unpack(payload)?.source {
                    let range = self.store.add(payload).map_err(Fault::TemporaryFile)?;
                    let state = self.state(&source, made_at).hash;
                    self.configs.push((state, range));
                }
            }
            FrameKind::Problem => {
                if let Some(source) = Sourced::<Problem>::unpack(payload)?.source {
                    self.state(&source, made_at).has_problems = true;
                }
            }
            FrameKind::SkippedFiles => {
                let record = Sourced::unpack(payload)?;
                if let Some(source) = record.source {
                    let state = self.state(&source, made_at).hash;
                    self.skipped.insert(state, record.value);
                }
            }
            FrameKind::Header | FrameKind::End => {}
        }
        Ok(())
    }

    /// The state of a record's file. If the cache has two states of one file, the later one replaces the
    /// earlier.
    fn state(&mut self, source: &FileVersion, made_at: i64) -> &mut CachedState {
        let hash = hash(source);
        let state = self.sources.entry(xxh3_64(source.path.as_bytes())).or_insert_with(|| CachedState {
            hash,
            made_at,
            has_problems: false,
        });
        if state.hash != hash {
            *state = CachedState { hash, made_at, has_problems: false };
        }
        state
    }

    /// The records of a file that has not changed since.
    pub(super) fn unchanged(&self, source: &FileVersion) -> Option<Cached> {
        let state = self.sources.get(&xxh3_64(source.path.as_bytes()))?;
        let is_settled = source.modified.is_some_and(|modified| modified + RACY_SECONDS <= state.made_at);
        if state.hash != hash(source) || !is_settled || state.has_problems {
            return None;
        }
        let (mut logs, mut seen) = (Vec::new(), HashSet::new());
        for record in of_state(&self.logs, state.hash) {
            let log = self.log(*record)?;
            // The file may contain the same records twice.
            if seen.insert((log.path.clone(), log.number)) {
                logs.push((record.0, log));
            }
        }
        let configs = of_state(&self.configs, state.hash).map(|range| Some(self.config(*range)?.value));
        let configs = configs.collect::<Option<Vec<Stored>>>()?;
        let skipped = self.skipped.get(&state.hash).cloned().unwrap_or_default();
        Some(Cached { logs, configs, skipped })
    }

    /// The log of a record.
    pub(super) fn log(&self, (_, range): CachedRecord) -> Option<ReadLog> {
        log_of(&self.store.read(range).ok()?).ok()
    }

    fn config(&self, range: ByteRange) -> Option<Sourced<Stored>> {
        Sourced::unpack(&self.store.read(range).ok()?).ok()
    }

    /// The configuration files from archives, each in its latest state.
    pub(super) fn members(&self) -> Vec<(Stored, FileVersion)> {
        let records = self.configs.iter().filter_map(|(_, range)| {
            let Sourced { value, source } = self.config(*range)?;
            Some((value, source.filter(|source| self.is_latest(source))?))
        });
        let mut seen = HashSet::new();
        records.filter(|(stored, _)| seen.insert(stored.path().to_owned())).collect()
    }

    /// All records of logs; the flag says whether the log's file was already gone in the earlier run.
    pub(super) fn all(&self) -> impl Iterator<Item = (CachedRecord, bool)> {
        let logs = self.logs.iter().map(|(_, record)| (*record, false));
        logs.chain(self.gone.iter().map(|record| (*record, true)))
    }

    /// Whether this is the latest known state of the file.
    pub(super) fn is_latest(&self, source: &FileVersion) -> bool {
        self.sources.get(&xxh3_64(source.path.as_bytes())).is_some_and(|state| state.hash == hash(source))
    }
}

/// The entries of this state; `all` is sorted by state.
fn of_state<T>(all: &[(u64, T)], state: u64) -> impl Iterator<Item = &T> {
    let from = all.partition_point(|(of, _)| *of < state);
    all[from..].iter().take_while(move |(of, _)| *of == state).map(|(_, one)| one)
}

fn hash(source: &FileVersion) -> u64 {
    // Writing to memory does not fail.
    xxh3_64(&postcard::to_stdvec(source).unwrap_or_default())
}
