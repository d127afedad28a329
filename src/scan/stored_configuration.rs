//! Configuration files from records, and which of them each phone is given.
//!
//! A record has one file, or says that a private key exists. A phone is given only the files of streams that
//! contain the phone itself, since another stream may have files of another site under the same paths.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::collect::PendingLogs;
use super::payload::Sourced;
use super::store::{ByteRange, Store};
use crate::config::{ConfigTree, Stored, TreeBuilder, kind_and_phone};
use crate::input::shown_path;
use crate::model::Mac;
use crate::records::Fault;

/// The files of a stream by the hash of their path: the range in the store, and the hash of the content.
type Index = HashMap<u64, (ByteRange, u128)>;

/// The files that are found by their names, with their Unix permission bits.
type FilesByName = BTreeMap<Box<str>, Option<u32>>;

/// The configuration of some streams of records.
pub(super) struct StoredConfigs {
    store: Store,
    /// For each stream: the offset of its first log in the store of logs, and the index of its files in
    /// `files`, if it has any.
    streams: Vec<(u64, Option<u32>)>,
    reading: Files,
    /// The different sets of files. Many streams have the same.
    files: Vec<Files>,
    numbers: HashMap<u128, u32>,
}

/// The files of a stream.
#[derive(Default)]
struct Files {
    index: Index,
    named: FilesByName,
    /// The paths of the other files.
    listed: BTreeSet<Box<str>>,
}

impl StoredConfigs {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            store: Store::new()?,
            streams: Default::default(),
            reading: Default::default(),
            files: Default::default(),
            numbers: Default::default(),
        })
    }

    /// Begins a stream; `logs` is the length of the store of logs before it, in bytes.
    pub(super) fn begin(&mut self, logs: u64) {
        self.end();
        self.streams.push((logs, None));
    }

    fn end(&mut self) {
        let Some((_, number)) = self.streams.last_mut() else { return };
        let files = std::mem::take(&mut self.reading);
        if files.index.is_empty() {
            return;
        }
        let mut content: Vec<u128> = files.index.values().map(|(_, content)| *content).collect();
        content.sort_unstable();
        let content: Vec<u8> = content.into_iter().flat_map(u128::to_le_bytes).collect();
        let next = self.files.len() as u32;
        *number = Some(*self.numbers.entry(xxh3_128(&content)).or_insert(next));
        if *number == Some(next) {
            self.files.push(files);
        }
    }

    pub(super) fn add(&mut self, payload: &[u8]) -> Result<(), Fault> {
        let stored: Stored = Sourced::unpack(payload)?.value;
        let bytes = postcard::to_stdvec(&stored).map_err(|_| Fault::Content)?;
        let range = self.store.add(&bytes).map_err(Fault::TemporaryFile)?;
        let path = stored.path();
        if kind_and_phone(Path::new(path)).is_some() {
            self.reading.named.insert(path.into(), stored.mode());
        } else if matches!(stored, Stored::File(_)) {
            self.reading.listed.insert(path.into());
        }
        self.reading.index.insert(hash(path), (range, xxh3_128(&bytes)));
        Ok(())
    }

    /// The trees of all phones.
    pub(super) fn trees(mut self, pending: &PendingLogs) -> io::Result<ConfigTrees> {
        self.end();
        self.store.flush()?;
        let (store, files) = (Arc::new(self.store), self.files.into_iter().map(Arc::new));
        let files: Vec<Arc<Files>> = files.collect();
        // All streams have the same files, so phones need not be assigned to streams.
        if files.len() == 1 && self.streams.iter().all(|(_, number)| number.is_some()) {
            return Ok(tree(files, &store).into());
        }
        let mut own: BTreeMap<Mac, FileSets> = BTreeMap::new();
        for (mac, begins) in pending.offsets() {
            let stream = |begin| self.streams.partition_point(|(from, _)| *from <= begin).saturating_sub(1);
            let numbers = begins.map(|begin| self.streams.get(stream(begin)).and_then(|(_, number)| *number));
            own.entry(mac).or_default().of_logs.extend(numbers);
        }
        for (number, files) in (0..).zip(&files) {
            let phones = tree(vec![Arc::clone(files)], &store).phones().into_iter();
            phones.for_each(|mac| _ = own.entry(mac).or_default().of_files.insert(number));
        }
        let mut trees = ConfigTrees::default();
        let mut known: HashMap<BTreeSet<u32>, u32> = HashMap::new();
        let mut tree_of = |numbers: &BTreeSet<u32>, trees: &mut ConfigTrees| {
            *known.entry(numbers.clone()).or_insert_with(|| {
                let some = numbers.iter().map(|number| Arc::clone(&files[*number as usize]));
                trees.all.push(tree(some.collect(), &store));
                trees.all.len() as u32 - 1
            })
        };
        for (mac, FileSets { of_logs, of_files }) in own {
            let logs: BTreeSet<u32> = of_logs.iter().flatten().copied().collect();
            let all = logs.union(&of_files).copied().collect();
            let tree = tree_of(&all, &mut trees);
            if of_logs.len() > 1 {
                let each =
                    of_logs.iter().map(|number| tree_of(&number.iter().copied().collect(), &mut trees));
                let each = each.collect();
                trees.several.insert(mac, each);
            }
            trees.of_phone.insert(mac, tree);
        }
        Ok(trees)
    }
}

/// The sets of files of the streams that contain a phone, as indexes of `files`: streams with its logs, and
/// streams with files named for it.
#[derive(Default)]
struct FileSets {
    of_logs: BTreeSet<Option<u32>>,
    of_files: BTreeSet<u32>,
}

fn hash(path: &str) -> u64 {
    xxh3_64(path.as_bytes())
}

/// Builds the tree of the files of some streams.
fn tree(files: Vec<Arc<Files>>, store: &Arc<Store>) -> ConfigTree {
    let mut builder = TreeBuilder::default();
    for (path, mode) in files.iter().flat_map(|files| &files.named) {
        builder.file(Path::new(&**path), *mode);
    }
    files.iter().flat_map(|files| &files.listed).for_each(|path| builder.listed(Path::new(&**path)));
    let store = Arc::clone(store);
    builder.build_of_stored(Box::new(move |path| {
        let path = &*shown_path(path);
        // If streams have different states of a file, choose one deterministically; the phone is reported as
        // digested apart anyway.
        let ranges = files.iter().filter_map(|files| files.index.get(&hash(path)));
        let (range, _) = ranges.max_by_key(|(_, content)| *content)?;
        let stored: Stored = postcard::from_bytes(&store.read(*range).ok()?).ok()?;
        (stored.path() == path).then_some(stored)
    }))
}

/// The configuration files of each phone. From records there can be several trees; what a search found is one.
#[derive(Default)]
pub(super) struct ConfigTrees {
    pub(super) all: Vec<ConfigTree>,
    of_everyone: Option<u32>,
    of_phone: HashMap<Mac, u32>,
    /// For phones whose logs are in streams with different files: the tree of each of these streams.
    several: HashMap<Mac, Vec<u32>>,
}

impl From<ConfigTree> for ConfigTrees {
    fn from(of_everyone: ConfigTree) -> Self {
        Self { all: vec![of_everyone], of_everyone: Some(0), ..Self::default() }
    }
}

impl ConfigTrees {
    pub(super) fn of(&self, mac: Mac) -> Option<&ConfigTree> {
        let number = self.of_everyone.or_else(|| self.of_phone.get(&mac).copied())?;
        self.all.get(number as usize)
    }

    /// If the phone's logs are in streams with different files: the tree of each of these streams; else
    /// nothing.
    pub(super) fn several(&self, mac: Mac) -> impl Iterator<Item = &ConfigTree> {
        self.several.get(&mac).into_iter().flatten().filter_map(|number| self.all.get(*number as usize))
    }

    /// The phones that have files of their own, sorted.
    pub(super) fn phones(&self) -> Vec<Mac> {
        let phones: BTreeSet<Mac> = self.all.iter().flat_map(ConfigTree::phones).collect();
        phones.into_iter().collect()
    }
}
