//! Found logs, grouped by phone before any of them is read.
//!
//! There can be a million logs, so each takes only about 40 bytes: a [`FileEntry`] of 16 bytes and its name. A
//! directory is stored once, as its own name and the number of its parent directory.

use std::cmp::Ordering;
use std::path::PathBuf;

use rayon::slice::ParallelSliceMut;

use super::buffers::LogFile;
use super::log_name::{Rotation, log_mac, natural_order, rotation};
use super::other_files::{ConfigKind, SkippedFiles};
use super::source::Source;
use super::system::{path_of, shown};
use super::{LogName, Options};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};

/// Most paths of logs are shorter, in bytes.
const TYPICAL_PATH: usize = 128;

/// What was found under the paths that the user named.
#[derive(Default)]
pub struct FoundFiles {
    /// Sources that must be read to know whose logs they hold: archives, pipes, standard input, and files
    /// without a MAC in their name that the user named.
    pub streams: Vec<Source>,
    /// Directories and files that could not be searched, sorted by path.
    pub problems: Vec<Problem>,
    /// Files that look like logs or archives but are not read, and the number of all files.
    pub skipped: SkippedFiles,
    /// Symbolic links to directories, and those named like files that are read, sorted. Their targets can be replaced
    /// without a change of the directory that they are in.
    pub links: Vec<PathBuf>,
    pub(super) tree: DirectoryTree,
    /// The names of all logs and configuration files, each with a NUL byte after it.
    names: Vec<u8>,
    /// By phone, then by path.
    pub(super) logs: Vec<FileEntry>,
    /// Index in `logs` of each phone's first log.
    phones: Vec<u32>,
    /// By phone, then by path.
    configs: Vec<FileEntry>,
    /// There is a file of one phone that a master may list: `<mac>-….cfg`.
    pub(crate) has_listed: bool,
    pub(super) options: Options,
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
pub(super) struct FileEntry {
    pub(super) mac: Mac,
    /// None for a log.
    pub(super) config: Option<ConfigKind>,
    pub(super) named_by_user: bool,
    pub(super) directory: u32,
    /// Where its name begins.
    name: u32,
}

/// What one thread found.
#[derive(Default)]
pub(super) struct PartialFiles {
    logs: Vec<FileEntry>,
    configs: Vec<FileEntry>,
    pub(super) has_listed: bool,
    names: Vec<u8>,
    pub(super) streams: Vec<Source>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: SkippedFiles,
    pub(super) links: Vec<PathBuf>,
}

impl PartialFiles {
    /// Adds a log, or a configuration file of this kind, in the directory of this number.
    pub(super) fn add(
        &mut self,
        (mac, config): (Mac, Option<ConfigKind>),
        named_by_user: bool,
        directory: u32,
        name: &[u8],
    ) {
        let entries = if config.is_none() { &mut self.logs } else { &mut self.configs };
        let at = self.names.len() as u32;
        entries.push(FileEntry { mac, config, named_by_user, directory, name: at });
        self.names.extend_from_slice(name);
        self.names.push(0);
    }
}

impl FoundFiles {
    pub(super) fn new(tree: DirectoryTree, parts: Vec<PartialFiles>, options: &Options) -> Self {
        let mut found = Self { tree, options: *options, ..Self::default() };
        parts.into_iter().for_each(|part| found.add(part));
        found.sort();
        found
    }

    fn add(&mut self, mut part: PartialFiles) {
        self.streams.append(&mut part.streams);
        self.problems.append(&mut part.problems);
        self.links.append(&mut part.links);
        self.skipped.merge(part.skipped);
        self.has_listed |= part.has_listed;
        let begin = self.names.len();
        if begin + part.names.len() > u32::MAX as usize {
            let message = "more than 4 GiB of names; some of the files were not read";
            return self.problems.push(Problem::new(".", ProblemKind::LimitExceeded, message));
        }
        self.names.append(&mut part.names);
        let moved = |entry: FileEntry| FileEntry { name: entry.name + begin as u32, ..entry };
        self.logs.extend(part.logs.into_iter().map(moved));
        self.configs.extend(part.configs.into_iter().map(moved));
    }

    fn sort(&mut self) {
        self.streams
            .sort_by(|a, b| a.path().cmp(b.path()).then(b.is_named_by_user().cmp(&a.is_named_by_user())));
        self.streams.dedup_by(|later, earlier| later.path() == earlier.path());
        self.problems.sort();
        self.problems.dedup();
        self.links.sort();
        self.links.dedup();
        let (tree, names) = (&self.tree, &self.names);
        for entries in [&mut self.logs, &mut self.configs] {
            entries.par_sort_unstable_by(|a, b| {
                a.mac.cmp(&b.mac).then_with(|| compare_paths(tree, names, a, b))
            });
            // A file that the user named may be in a directory that was searched too.
            entries.dedup_by(|later, kept| {
                let is_same = kept.mac == later.mac
                    && kept.directory == later.directory
                    && name_at(names, kept) == name_at(names, later);
                kept.named_by_user |= is_same && later.named_by_user;
                is_same
            });
            entries.shrink_to_fit();
        }
        let is_first = |number: &u32| {
            let number = *number as usize;
            number == 0 || self.logs[number - 1].mac != self.logs[number].mac
        };
        self.phones = (0..self.logs.len() as u32).filter(is_first).collect();
        self.phones.shrink_to_fit();
        self.names.shrink_to_fit();
    }

    /// How many phones have logs, by the names of their files.
    pub fn phones(&self) -> usize {
        self.phones.len()
    }

    /// How many logs were found, not counting `streams`.
    pub fn log_count(&self) -> usize {
        self.logs.len()
    }

    /// The address of this phone. Phones are sorted by address.
    ///
    /// # Panics
    /// If `phone` is not less than [`Self::phones`].
    pub fn mac(&self, phone: usize) -> Mac {
        self.logs[self.phones[phone] as usize].mac
    }

    /// The phone of this address.
    pub fn phone_of(&self, mac: Mac) -> Option<usize> {
        let mac_of = |first: &u32| self.logs[*first as usize].mac;
        self.phones.binary_search_by_key(&mac, mac_of).ok()
    }

    /// The directory of each log; once for logs of one directory in a row.
    pub fn log_directories(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let rows = self.logs.chunk_by(|one, next| one.directory == next.directory);
        rows.map(|row| {
            let mut path = Vec::new();
            self.tree.path_into(row[0].directory, &mut path);
            path_of(&path).into_owned()
        })
    }

    /// All phones, by address.
    pub fn by_address(&self) -> Vec<u32> {
        (0..self.phones.len() as u32).collect()
    }

    /// All phones, by the directory of their first log: files of one directory are close to each other for the
    /// system, too. Which directory comes first depends on the threads that searched them.
    pub fn by_directory(&self) -> Vec<u32> {
        let directory = |first: &u32| self.logs[*first as usize].directory;
        let mut phones: Vec<(u32, u32)> = self.phones.iter().map(directory).zip(0..).collect();
        phones.par_sort_unstable();
        phones.into_iter().map(|(_, phone)| phone).collect()
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
    pub fn path(&self, log: LogFile) -> String {
        shown(&self.raw_path(&self.logs[log.0 as usize]))
    }

    /// The files named like configuration files, sorted by phone, then by path.
    pub fn config_files(&self) -> impl ExactSizeIterator<Item = ConfigFile> + '_ {
        self.configs.iter().map(|entry| {
            let path = self.raw_path(entry);
            ConfigFile {
                mac: entry.mac,
                kind: entry.config.unwrap_or(ConfigKind::Named),
                path: path_of(&path).into_owned(),
            }
        })
    }

    pub(super) fn raw_path(&self, entry: &FileEntry) -> Vec<u8> {
        let mut path = Vec::with_capacity(TYPICAL_PATH);
        self.tree.path_into(entry.directory, &mut path);
        join(&mut path, self.file_name(entry));
        path
    }

    pub(super) fn file_name(&self, entry: &FileEntry) -> &[u8] {
        name_at(&self.names, entry)
    }

    /// What the names of a log and of its directory say.
    pub(super) fn log_name(&self, entry: &FileEntry) -> LogName {
        let name = self.file_name(entry);
        let is_named = log_mac(name).is_some();
        let is_piece = !is_named && self.tree.log_of(entry.directory).is_some();
        let rotation = if is_piece { Rotation::Piece } else { rotation(name) };
        let path = shown(&self.raw_path(entry));
        LogName::new(path, Some(entry.mac), rotation, is_named || is_piece)
    }
}

fn name_at<'n>(names: &'n [u8], entry: &FileEntry) -> &'n [u8] {
    let name = &names[entry.name as usize..];
    &name[..memchr::memchr(0, name).unwrap_or(name.len())]
}

/// Compares by directory, then by name. The path of a directory is built only if two logs of a phone are in
/// different directories.
fn compare_paths(tree: &DirectoryTree, names: &[u8], a: &FileEntry, b: &FileEntry) -> Ordering {
    let by_directory = || {
        let [mut mine, mut others] = [Vec::new(), Vec::new()];
        tree.path_into(a.directory, &mut mine);
        tree.path_into(b.directory, &mut others);
        natural_order(&mine, &others)
    };
    let order = if a.directory == b.directory { Ordering::Equal } else { by_directory() };
    order.then_with(|| natural_order(name_at(names, a), name_at(names, b)))
}

/// Appends a name to a path.
pub(super) fn join(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}

/// The directories that were searched, by their numbers.
#[derive(Default)]
pub(super) struct DirectoryTree(Vec<Directory>);

struct Directory {
    /// The number of the parent directory.
    parent: Option<u32>,
    /// The name in the parent directory; without one, the whole path, which is empty for the current directory.
    name: Box<[u8]>,
    /// If the directory is named like a log: the phone of that log.
    log_of: Option<Mac>,
}

impl DirectoryTree {
    pub(super) fn add(&mut self, parent: Option<u32>, name: &[u8], log_of: Option<Mac>) -> u32 {
        self.0.push(Directory { parent, name: name.into(), log_of });
        self.0.len() as u32 - 1
    }

    pub(super) fn log_of(&self, directory: u32) -> Option<Mac> {
        self.0[directory as usize].log_of
    }

    /// Appends the path of a directory; appends nothing for the current directory.
    pub(super) fn path_into(&self, number: u32, path: &mut Vec<u8>) {
        let directory = &self.0[number as usize];
        if let Some(parent) = directory.parent {
            self.path_into(parent, path);
        }
        join(path, &directory.name);
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    /// The memory that logs and their names take, in bytes.
    fn heap_bytes(found: &FoundFiles) -> usize {
        let entries = (found.logs.capacity() + found.configs.capacity()) * size_of::<FileEntry>();
        let names: usize = found.tree.0.iter().map(|directory| directory.name.len()).sum();
        let directories = found.tree.0.capacity() * size_of::<Directory>() + names;
        entries + directories + found.phones.capacity() * size_of::<u32>() + found.names.capacity()
    }

    /// A million logs must fit: at most 48 bytes a log, where many are in one directory, and 64 more for each
    /// directory.
    #[test]
    fn bytes_of_a_found_log() {
        const LOGS: usize = 4_000;
        for directories in [1, 200, LOGS] {
            let tree = tempfile::tempdir().unwrap();
            for number in 0..LOGS {
                let directory = tree.path().join(format!("site-{:05}", number % directories));
                std::fs::create_dir_all(&directory).unwrap();
                std::fs::File::create(directory.join(format!("0004f2{number:06x}-app.log"))).unwrap();
            }
            let found = find(&[tree.path().to_owned()], &Options::default());
            assert_eq!((found.phones(), found.log_count()), (LOGS, LOGS));
            let bytes = heap_bytes(&found);
            assert!(bytes <= LOGS * 48 + directories * 64 + 10_000, "{bytes} bytes");
        }
    }
}
