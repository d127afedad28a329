//! Found logs, grouped by phone before any of them is read.
//!
//! There can be a million logs, so each takes only about 40 bytes: an [`Entry`] of 16 bytes and its name in
//! [`Names`]. A directory is stored once, as its own name and the number of its parent directory.

use std::cmp::Ordering;
use std::path::PathBuf;

use rayon::slice::ParallelSliceMut;

use super::{LogName, Options};
use super::buffers::LogFile;
use super::file_kind::{ConfigKind, PassedOver};
use super::limits::Limits;
use super::log_name::{Rotation, log_mac, natural_order, rotation};
use super::source::Source;
use super::system::{path_of, shown};
use crate::model::Mac;
use crate::problem::Problem;

/// What was found under the paths that the user named.
pub struct Found {
    /// Sources that must be read to know whose logs they hold: archives, pipes, standard input, and files
    /// without a MAC in their name that the user named.
    pub streams: Vec<Source>,
    /// Directories and files that could not be searched, sorted by path.
    pub problems: Vec<Problem>,
    /// Files that look like logs or archives but are not read, and the number of all files.
    pub passed_over: PassedOver,
    pub(super) tree: Tree,
    pub(super) names: Names,
    /// By phone, then by path.
    pub(super) logs: Vec<Entry>,
    /// Index in `logs` of each phone's first log.
    phones: Vec<u32>,
    /// By phone, then by path.
    configs: Vec<Entry>,
    pub(super) limits: Limits,
    pub(super) wants_configs: bool,
}

/// A file whose name is that of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    /// The phone; `000000000000` for the master file of all phones.
    pub mac: Mac,
    /// The kind of file, by its name.
    pub kind: ConfigKind,
    /// The file.
    pub path: PathBuf,
}

/// A log or a configuration file: 16 bytes.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) mac: [u8; 6],
    /// None for a log.
    pub(super) config: Option<ConfigKind>,
    pub(super) named_by_user: bool,
    pub(super) directory: u32,
    pub(super) name: Name,
}

impl Found {
    pub(super) fn new(
        tree: Tree,
        names: Names,
        mut logs: Vec<Entry>,
        mut configs: Vec<Entry>,
        options: &Options,
    ) -> Self {
        let (limits, wants_configs) = (options.limits, options.configs);
        for entries in [&mut logs, &mut configs] {
            entries.par_sort_unstable_by(|a, b| {
                a.mac.cmp(&b.mac).then_with(|| compare_paths(&tree, &names, a, b))
            });
            // A file that the user named may be in a directory that was searched too.
            entries.dedup_by(|later, kept| {
                let is_same = kept.mac == later.mac
                    && kept.directory == later.directory
                    && names.get(kept.name) == names.get(later.name);
                kept.named_by_user |= is_same && later.named_by_user;
                is_same
            });
        }
        let mut phones = Vec::new();
        for (number, log) in logs.iter().enumerate() {
            if number == 0 || logs[number - 1].mac != log.mac {
                phones.push(number as u32);
            }
        }
        phones.shrink_to_fit();
        let (streams, problems, passed_over) = (Vec::new(), Vec::new(), PassedOver::default());
        Self { streams, problems, passed_over, tree, names, logs, phones, configs, limits, wants_configs }
    }

    /// How many phones have logs, by the names of their files.
    #[must_use]
    pub fn phones(&self) -> usize {
        self.phones.len()
    }

    /// How many logs were found, not counting `streams`.
    #[must_use]
    pub fn log_count(&self) -> usize {
        self.logs.len()
    }

    /// The address of this phone. Phones are sorted by address.
    ///
    /// # Panics
    /// If `phone` is not less than [`Self::phones`].
    #[must_use]
    pub fn mac(&self, phone: usize) -> Mac {
        Mac::new(self.logs[self.phones[phone] as usize].mac)
    }

    /// The phone of this address.
    #[must_use]
    pub fn phone_of(&self, mac: Mac) -> Option<usize> {
        let mac_of = |first: &u32| self.logs[*first as usize].mac;
        self.phones.binary_search_by_key(&mac.bytes(), mac_of).ok()
    }

    /// All phones, by address.
    #[must_use]
    pub fn by_address(&self) -> Vec<u32> {
        (0..self.phones.len() as u32).collect()
    }

    /// All phones, by the directory of their first log: files of one directory are close to each other for the
    /// system, too. Which directory comes first depends on the threads that searched them.
    #[must_use]
    pub fn by_directory(&self) -> Vec<u32> {
        let mut phones = self.by_address();
        phones.par_sort_by_key(|phone| self.logs[self.phones[*phone as usize] as usize].directory);
        phones
    }

    /// The logs of this phone, sorted by path in natural order (`2` before `10`).
    ///
    /// # Panics
    /// If `phone` is not less than [`Self::phones`].
    pub fn logs(&self, phone: usize) -> impl ExactSizeIterator<Item = LogFile> + Clone + use<> {
        let end = self.phones.get(phone + 1).map_or(self.logs.len() as u32, |end| *end);
        (self.phones[phone]..end).map(LogFile)
    }

    /// The path of a log as reports show it.
    #[must_use]
    pub fn path(&self, log: LogFile) -> String {
        shown(&self.raw_path(&self.logs[log.0 as usize]))
    }

    /// The files named like configuration files, sorted by phone, then by path.
    pub fn config_files(&self) -> impl ExactSizeIterator<Item = ConfigFile> + '_ {
        self.configs.iter().map(|entry| {
            let path = self.raw_path(entry);
            ConfigFile {
                mac: Mac::new(entry.mac),
                kind: entry.config.unwrap_or(ConfigKind::Named),
                path: path_of(&path).into_owned(),
            }
        })
    }

    pub(super) fn raw_path(&self, entry: &Entry) -> Vec<u8> {
        let mut path = Vec::new();
        self.tree.path_into(entry.directory, &mut path);
        join(&mut path, self.names.get(entry.name));
        path
    }

    /// What the names of a log and of its directory say.
    pub(super) fn log_name(&self, entry: &Entry) -> LogName {
        let name = self.names.get(entry.name);
        let is_named = log_mac(name).is_some();
        let is_piece = !is_named && self.tree.log_of(entry.directory).is_some();
        let rotation = if is_piece { Rotation::Piece } else { rotation(name) };
        let path = shown(&self.raw_path(entry));
        LogName::new(path, Some(Mac::new(entry.mac)), rotation, is_named || is_piece)
    }

    /// The memory that logs and their names take, in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let entries = (self.logs.capacity() + self.configs.capacity()) * size_of::<Entry>();
        let directories =
            self.tree.directories.capacity() * size_of::<Directory>() + self.tree.names.capacity();
        entries + directories + self.phones.capacity() * size_of::<u32>() + self.names.heap_bytes()
    }
}

/// Compares by directory, then by name. The path of a directory is built only if two logs of a phone are in
/// different directories.
fn compare_paths(tree: &Tree, names: &Names, a: &Entry, b: &Entry) -> Ordering {
    let by_directory = || {
        let [mut mine, mut others] = [Vec::new(), Vec::new()];
        tree.path_into(a.directory, &mut mine);
        tree.path_into(b.directory, &mut others);
        natural_order(&mine, &others)
    };
    let order = if a.directory == b.directory { Ordering::Equal } else { by_directory() };
    order.then_with(|| natural_order(names.get(a.name), names.get(b.name)))
}

/// Appends a name to a path.
pub(super) fn join(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}

/// The directories that were searched.
#[derive(Default)]
pub(super) struct Tree {
    directories: Vec<Directory>,
    /// The names of all directories, concatenated.
    names: Vec<u8>,
}

struct Directory {
    /// The number of the parent directory, or `ROOT`.
    parent: u32,
    /// Offset in `names` where its name ends; it begins where the name of the directory before it ends.
    name_end: u32,
    /// If the directory is named like a log: the phone of that log.
    log_of: Option<Mac>,
}

const ROOT: u32 = u32::MAX;

impl Tree {
    /// Adds a directory: a child by its name, or a root by its whole path, which is empty for the current
    /// directory.
    pub(super) fn add(&mut self, parent: Option<u32>, name: &[u8], log_of: Option<Mac>) -> u32 {
        self.names.extend_from_slice(name);
        self.directories.push(Directory {
            parent: parent.unwrap_or(ROOT),
            name_end: self.names.len() as u32,
            log_of,
        });
        self.directories.len() as u32 - 1
    }

    pub(super) fn log_of(&self, directory: u32) -> Option<Mac> {
        self.directories[directory as usize].log_of
    }

    /// Whether the limit of 4 GiB of directory names is reached.
    pub(super) fn is_full(&self) -> bool {
        self.names.len() > (u32::MAX - 65_536) as usize
    }

    /// Appends the path of a directory; appends nothing for the current directory.
    pub(super) fn path_into(&self, number: u32, path: &mut Vec<u8>) {
        let directory = &self.directories[number as usize];
        if directory.parent != ROOT {
            self.path_into(directory.parent, path);
        }
        let begin = number.checked_sub(1).map_or(0, |before| self.directories[before as usize].name_end);
        join(path, &self.names[begin as usize..directory.name_end as usize]);
    }

    pub(super) fn shrink(&mut self) {
        self.directories.shrink_to_fit();
        self.names.shrink_to_fit();
    }
}

/// The position of a name: the number of its chunk and the offset in it.
#[derive(Clone, Copy)]
pub(super) struct Name(u32);

/// The names of files, each after its length, in chunks that are never reallocated.
#[derive(Default)]
pub(super) struct Names {
    chunks: Vec<Box<[u8]>>,
}

const CHUNK: usize = 1 << 16;

impl Names {
    pub(super) fn get(&self, Name(at): Name) -> &[u8] {
        let chunk = &self.chunks[at as usize / CHUNK][at as usize % CHUNK..];
        let Some((length, rest)) = chunk.split_first_chunk() else { return &[] };
        &rest[..usize::from(u16::from_le_bytes(*length))]
    }

    /// Reserves the number of a chunk for a thread to fill.
    pub(super) fn reserve(&mut self) -> Option<u16> {
        let number = u16::try_from(self.chunks.len()).ok()?;
        self.chunks.push(Box::default());
        Some(number)
    }

    /// Stores a finished chunk under its number.
    pub(super) fn fill(&mut self, number: u16, chunk: Vec<u8>) {
        self.chunks[usize::from(number)] = chunk.into();
    }

    fn heap_bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len() + size_of::<Box<[u8]>>()).sum()
    }
}

/// Appends names to a chunk that one thread owns.
#[derive(Default)]
pub(super) struct NameWriter {
    number: Option<u16>,
    chunk: Vec<u8>,
}

impl NameWriter {
    /// Stores a name. None if the limit of 4 GiB of names is reached.
    pub(super) fn store(
        &mut self,
        name: &[u8],
        names: impl Fn(Option<(u16, Vec<u8>)>) -> Option<u16>,
    ) -> Option<Name> {
        let length = u16::try_from(name.len()).ok().filter(|&length| usize::from(length) + 2 <= CHUNK)?;
        if self.number.is_none() || self.chunk.len() + 2 + name.len() > CHUNK {
            let full = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
            self.number = names(self.number.map(|number| (number, full)));
        }
        let at = u32::from(self.number?) * CHUNK as u32 + self.chunk.len() as u32;
        self.chunk.extend_from_slice(&length.to_le_bytes());
        self.chunk.extend_from_slice(name);
        Some(Name(at))
    }

    /// The last chunk, with its number.
    pub(super) fn finish(self) -> Option<(u16, Vec<u8>)> {
        Some((self.number?, self.chunk))
    }
}
