//! The configuration files of the searched places. A file that no phone reads is not opened, a file that many
//! phones share is read once. A link may lead anywhere, but a path outside of the searched places is never read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::fmt;
use std::io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rayon::prelude::*;
use smallvec::SmallVec;
use zeroize::Zeroizing;

use super::file::{File, ReadOutcome};
use super::own_files::{OwnFile, OwnFiles};
use super::path::{directory, is_within, kind_and_phone, local_name, normal};
use super::phone_kind::placeholders;
use super::stored::{KeyFile, Stored, TOO_LARGE};
use crate::input::{
    ConfigContent, ConfigKind, ConfigMember, FileState, MAX_CONFIG_BYTES, log_mac, open_regular, or_here,
    problem_of, shown_path,
};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};

/// The result of opening a file.
#[derive(Clone, Debug)]
pub(super) enum Opened {
    File(Arc<File>),
    /// There is no such file.
    Missing,
    /// There is something outside of the searched places.
    NotSearched,
}

impl Opened {
    /// Whether it is a configuration file of the vendor's phones.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::File(file) if file.is_ours)
    }

    /// The content of a record for the file at this path; None if there is no file.
    pub(super) fn stored(self, path: &Path) -> Option<Stored> {
        match self {
            Self::File(file) => Some(Stored::File(Arc::unwrap_or_clone(file))),
            Self::NotSearched => Some(Stored::NotSearched(shown_path(path).into())),
            Self::Missing => None,
        }
    }
}

/// Collects the files that a search finds.
#[derive(Debug, Default)]
pub struct TreeBuilder(ConfigTree);

impl TreeBuilder {
    /// A builder for files below these paths, as the user named them.
    pub fn new(roots: &[PathBuf]) -> Self {
        Self(ConfigTree { roots: roots.iter().map(|root| normal(root)).collect(), ..ConfigTree::default() })
    }

    /// Adds a file of a directory if its name has a [kind](kind_and_phone); it is opened when a phone needs it. `mode`
    /// is used only for private keys.
    pub fn file(&mut self, path: &Path, mode: Option<u32>) {
        let Some((kind, mac)) = kind_and_phone(path) else { return };
        let files = self.0.named.entry(mac).or_insert_with(|| Vec::with_capacity(2));
        files.push(OwnFile { kind, path: normal(path), mode });
    }

    /// Adds a member of an archive, `a.zip!/path/in/it`, with its bytes.
    pub fn member(&mut self, path: &str, bytes: &[u8], mode: Option<u32>) {
        self.stored(Stored::of_member(&ConfigMember {
            path,
            content: ConfigContent::Bytes(bytes),
            mode,
            damage: None,
        }));
    }

    /// Adds a member of an archive that was read.
    pub fn stored(&mut self, stored: Stored) {
        let path = PathBuf::from(stored.path());
        self.note_listed(&path);
        self.file(&path, stored.mode());
        if let Stored::File(file) = stored {
            self.0.members.insert(path, Arc::new(file));
        }
    }

    /// Adds a file of a record that has no [kind](kind_and_phone).
    pub fn listed(&mut self, path: &Path) {
        self.note_listed(path);
        self.0.listed.insert(normal(path));
    }

    /// Notes that there is a file of one phone that has no [kind](kind_and_phone).
    pub fn has_listed(&mut self, has_listed: bool) {
        self.0.has_listed |= has_listed;
    }

    fn note_listed(&mut self, path: &Path) {
        let name = path.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default();
        self.has_listed(ConfigKind::is_listed(name));
    }

    /// The tree of the files that were added. `find` returns the content of all of them; nothing is read from the
    /// disk.
    pub fn build_of_stored(mut self, find: FindStored) -> ConfigTree {
        self.0.find = Some(find);
        self.build()
    }

    /// Lets the tree report whether a file that was opened [changed](ConfigTree::is_unchanged).
    pub fn watched(mut self) -> Self {
        self.0.opened = Some(Mutex::default());
        self
    }

    /// The tree. It can be shared among threads.
    pub fn build(mut self) -> ConfigTree {
        for files in self.0.named.values_mut() {
            // Lower case after upper case in ASCII: the name that the phone asks for comes first.
            files.sort_by(|a, b| (a.kind, a.directory(), &b.path).cmp(&(b.kind, b.directory(), &a.path)));
            files.dedup_by(|a, b| a.path == b.path);
        }
        self.0
    }
}

/// Finds the content of a record for the file at a path.
pub type FindStored = Box<dyn Fn(&Path) -> Option<Stored> + Send + Sync>;

/// The masters for all phones that lead to a file of a phone, or send logs to a directory: the first two, because if
/// there are several it is not known which one counts. Numbers are indexes of [`Sites::masters`].
pub(super) type Masters = SmallVec<[u32; 2]>;

/// What the masters for all phones say about phones and directories.
#[derive(Debug, Default)]
pub(super) struct Sites {
    /// Their paths, sorted by directory.
    pub(super) masters: Vec<PathBuf>,
    /// By phone: the masters whose lists lead to a file of its own.
    pub(super) of_phones: HashMap<Mac, Masters>,
    /// By directory, which can have a placeholder: the masters that send logs there.
    pub(super) of_logs: HashMap<PathBuf, Masters>,
}

impl Sites {
    pub(super) fn paths<'s>(&'s self, masters: &'s Masters) -> impl Iterator<Item = &'s Path> {
        masters.iter().map(|number| &*self.masters[*number as usize])
    }
}

/// The configuration files of the searched places.
#[derive(Default)]
pub struct ConfigTree {
    /// The paths that the user named: as many as there are files, if a list names them.
    roots: HashSet<PathBuf>,
    named: HashMap<Mac, Vec<OwnFile>>,
    members: HashMap<PathBuf, Arc<File>>,
    /// Where the files are, if not on the disk.
    find: Option<FindStored>,
    cache: Mutex<HashMap<PathBuf, Arc<OnceLock<Opened>>>>,
    /// The names in directories that had to be listed, sorted.
    listings: Mutex<HashMap<PathBuf, Arc<[String]>>>,
    problems: Mutex<BTreeSet<Problem>>,
    is_one_site: bool,
    /// Computed when needed.
    pub(super) sites: OnceLock<Sites>,
    /// Paths of configuration files of records that have no [kind](kind_and_phone).
    listed: BTreeSet<PathBuf>,
    /// There is a file of one phone that has no [kind](kind_and_phone).
    has_listed: bool,
    /// If the files are not on the disk: the names in their directories, sorted; computed when needed.
    children: OnceLock<HashMap<PathBuf, BTreeSet<String>>>,
    /// The state of each path before it was opened, if changes are watched.
    opened: Option<Mutex<HashMap<PathBuf, Option<FileState>>>>,
}

/// Names in masters are shown only by [`PhoneConfig::missing`](super::PhoneConfig::missing).
impl fmt::Debug for ConfigTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigTree")
            .field("roots", &self.roots)
            .field("phones", &self.named.len())
            .finish_non_exhaustive()
    }
}

impl ConfigTree {
    /// Whether there are no files: then no phone has a configuration.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && !self.has_listed
    }

    /// The phones that have files of their own by the names of these, in any order.
    pub(super) fn macs(&self) -> impl Iterator<Item = Mac> {
        self.named.keys().copied().filter(|mac| *mac != Mac::EVERYONE)
    }

    /// The directory with a master for all phones, if there is just one.
    pub fn only_master_directory(&self) -> Option<&Path> {
        self.files_of(Mac::EVERYONE).only(ConfigKind::Master)?.parent()
    }

    /// The directory of each file that is a phone's own by its name, and whether that is a master's.
    pub fn own_directories(&self) -> impl Iterator<Item = (Mac, &Path, bool)> {
        let own = self.named.iter().filter(|(mac, _)| **mac != Mac::EVERYONE);
        own.flat_map(|(mac, files)| {
            files.iter().map(|file| (*mac, Path::new(file.directory()), file.kind == ConfigKind::Master))
        })
    }

    /// Sets whether it [is one site](Self::is_one_site). Returns whether that changed.
    pub fn set_one_site(&mut self, is_one_site: bool) -> bool {
        std::mem::replace(&mut self.is_one_site, is_one_site) != is_one_site
    }

    /// Whether the search has the configuration of one site in one directory, and all logs in another one. If so, the
    /// only master for all phones is that of each of them.
    pub const fn is_one_site(&self) -> bool {
        self.is_one_site
    }

    /// What could not be read so far, sorted.
    pub fn problems(&self) -> Vec<Problem> {
        self.problems.lock().iter().cloned().collect()
    }

    /// Whether each path that was opened so far certainly has the same content, or still does not exist. Only for a
    /// [watched](TreeBuilder::watched) tree. Members of archives are ignored.
    pub fn is_unchanged(&self) -> bool {
        let Some(opened) = &self.opened else { return false };
        if !self.has_same_names() {
            return false;
        }
        let opened = opened.lock();
        opened
            .par_iter()
            .all(|(path, before)| FileState::is_same(before.as_ref(), FileState::of(path).as_ref()))
    }

    /// Whether each directory that was listed so far has the same names. Logs come and go, so they are ignored.
    pub(super) fn has_same_names(&self) -> bool {
        let listings = self.listings.lock();
        let is_other = |name: &&String| log_mac(name.as_bytes()).is_none();
        listings.iter().all(|(directory, names)| {
            self.list(directory).iter().filter(is_other).eq(names.iter().filter(is_other))
        })
    }

    /// The files of a phone.
    pub(super) fn files_of(&self, mac: Mac) -> OwnFiles<'_> {
        OwnFiles(self.named.get(&mac).map(Vec::as_slice).unwrap_or_default())
    }

    /// The private keys of a phone among the files.
    pub(super) fn key_files(&self, mac: Mac) -> Vec<KeyFile> {
        let files = self.named.get(&mac).into_iter().flatten();
        let keys = files.filter(|file| file.kind == ConfigKind::PrivateKey);
        let mut keys: Vec<_> =
            keys.map(|file| KeyFile { path: shown_path(&file.path).into(), mode: file.mode }).collect();
        keys.sort_by(|a, b| a.path.cmp(&b.path));
        keys
    }

    /// Opens the file at this path, which is [`normal`], for a phone that reads it. `is_shared` files are read once and
    /// kept. A file that could not be read is reported as a problem.
    pub(super) fn open(&self, path: &Path, is_shared: bool) -> Opened {
        let opened = self.look_at(path, is_shared);
        if let Opened::File(file) = &opened {
            self.report_unread(file);
        }
        opened
    }

    /// The same for a file that perhaps no phone reads: nothing is reported.
    pub(super) fn look_at(&self, path: &Path, is_shared: bool) -> Opened {
        // A member above the path is a link to a directory.
        if !self.members.is_empty()
            && let Some(member) = path.ancestors().find_map(|path| self.members.get(path))
        {
            return Opened::File(Arc::clone(member));
        }
        if self.find.is_none() && is_in_archive(path) {
            return Opened::Missing;
        }
        if !is_shared {
            return self.read(path);
        }
        let cell = {
            let mut cache = self.cache.lock();
            Arc::clone(cache.entry(path.to_owned()).or_default())
        };
        cell.get_or_init(|| self.read(path)).clone()
    }

    /// The content of a record for the file at this path; None if there is no file.
    pub fn find_stored(&self, path: &Path) -> Option<Stored> {
        self.open(path, true).stored(path)
    }

    /// Whether something outside of the searched places has this path.
    pub fn is_not_searched(&self, path: &Path) -> bool {
        matches!(self.open(path, true), Opened::NotSearched)
    }

    /// The content of a record for a file. A name in a list that may contain a secret is kept only if a file of
    /// that name exists.
    pub fn without_secrets(&self, stored: Stored) -> Stored {
        let Stored::File(file) = stored else { return stored };
        let base = directory(Path::new(&*file.path));
        let is_there = |name: &str| {
            let path = normal(&base.join(local_name(name)));
            path.is_dir() || !matches!(self.open(&path, true), Opened::Missing)
        };
        Stored::File(file.without_secrets(&is_there))
    }

    /// Whether it is a member of an archive.
    pub(super) fn is_member(&self, path: &Path) -> bool {
        self.members.contains_key(path) || is_in_archive(path)
    }

    /// The paths that a path can mean if the placeholders in it stand for words.
    pub(super) fn of_any_kind(&self, path: &Path) -> Vec<PathBuf> {
        let mut paths = vec![PathBuf::new()];
        for part in path.components() {
            let name = part.as_os_str().to_str().unwrap_or_default();
            let mut words = placeholders(name);
            match words.next() {
                None => paths.iter_mut().for_each(|path| path.push(part)),
                Some(first) => {
                    let last = words.last().unwrap_or(first);
                    let before = name.split(first).next().unwrap_or_default();
                    let after = name.rsplit(last).next().unwrap_or_default();
                    paths = paths.iter().flat_map(|path| self.names_in(path, before, after)).collect();
                }
            }
        }
        paths
    }

    /// The paths in this directory whose names begin with `before` and end with `after`.
    pub(super) fn names_in(&self, directory: &Path, before: &str, after: &str) -> Vec<PathBuf> {
        let mut listings = self.listings.lock();
        let names = listings.entry(directory.to_owned()).or_insert_with(|| self.list(directory));
        let from = names.partition_point(|name| &**name < before);
        let begin_so = names[from..].iter().take_while(|name| name.starts_with(before));
        let is_meant = |name: &&String| name.len() >= before.len() + after.len() && name.ends_with(after);
        begin_so.filter(is_meant).map(|name| directory.join(name)).collect()
    }

    /// The names in a directory, sorted.
    fn list(&self, directory: &Path) -> Arc<[String]> {
        if self.find.is_some() || is_in_archive(directory) {
            return self.children().get(directory).into_iter().flatten().cloned().collect();
        }
        let is_searched =
            is_below(directory, &self.roots) || self.roots.iter().any(|root| root.starts_with(directory));
        let entries = is_searched.then(|| std::fs::read_dir(or_here(directory)));
        let entries = entries.into_iter().flatten().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names.into()
    }

    /// The names in the directories of files that are not on the disk.
    fn children(&self) -> &HashMap<PathBuf, BTreeSet<String>> {
        self.children.get_or_init(|| {
            let mut children: HashMap<PathBuf, BTreeSet<String>> = HashMap::new();
            let named = self.named.values().flatten().map(|file| &file.path);
            for path in self.members.keys().chain(&self.listed).chain(named) {
                for (path, directory) in path.ancestors().zip(path.ancestors().skip(1)) {
                    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
                    if !children.entry(directory.to_owned()).or_default().insert(name.to_owned()) {
                        break;
                    }
                }
            }
            children
        })
    }

    /// Whether there is a file at this path that may be read.
    pub(super) fn has_file(&self, path: &Path) -> bool {
        if self.find.is_some() || is_in_archive(path) {
            return self.members.contains_key(path) || self.children_have(path);
        }
        is_below(path, &self.roots) && path.is_file()
    }

    fn children_have(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let names = path.parent().and_then(|directory| self.children().get(directory));
        names.is_some_and(|names| names.contains(name)) && !self.children().contains_key(path)
    }

    fn read(&self, path: &Path) -> Opened {
        if let Some(find) = &self.find {
            return match path.ancestors().find_map(find) {
                Some(Stored::File(file)) => Opened::File(Arc::new(file)),
                Some(Stored::NotSearched(_)) => Opened::NotSearched,
                Some(Stored::PrivateKey(_)) | None => Opened::Missing,
            };
        }
        if !is_below(path, &self.roots) {
            return match std::fs::symlink_metadata(path) {
                Err(error) if is_missing(&error) => Opened::Missing,
                _ => Opened::NotSearched,
            };
        }
        if let Some(opened) = &self.opened {
            // The oldest state is kept, because the content that was read then may still be in use.
            let state = FileState::of(path);
            opened.lock().entry(path.to_owned()).or_insert(state);
        }
        let opened = match open_regular(path) {
            Ok(Some(opened)) => Ok(opened),
            Err(error) if is_missing(&error) => Err(Opened::Missing),
            Ok(None) | Err(_) => open_other(path),
        };
        let shown = shown_path(path);
        match opened {
            Err(opened) => opened,
            Ok((_, size)) if size > MAX_CONFIG_BYTES => {
                Opened::File(Arc::new(File::unread(&shown, ProblemKind::LimitExceeded, TOO_LARGE)))
            }
            Ok((file, size)) => match read_whole(file, size) {
                Ok(bytes) => Opened::File(Arc::new(File::parse(&shown, &bytes))),
                Err(error) => unreadable(path, &error),
            },
        }
    }

    /// Reports a file that a phone reads but that was not read here as a problem.
    fn report_unread(&self, file: &File) {
        if let (Some(kind), ReadOutcome::Unread(why)) = (file.unread, &file.outcome) {
            self.add_problem(Problem::new(file.path.to_string(), kind, why.to_string()));
        }
    }

    pub(super) fn add_problem(&self, problem: Problem) {
        self.problems.lock().insert(problem);
    }
}

/// Opens a path that is not a regular file, or can't be opened: a link may lead to a file.
fn open_other(path: &Path) -> Result<(std::fs::File, u64), Opened> {
    let metadata = std::fs::metadata(path).map_err(|error| match is_missing(&error) {
        true => Opened::Missing,
        false => unreadable(path, &error),
    })?;
    if !metadata.is_file() {
        return Err(Opened::Missing);
    }
    let opened = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok((opened, metadata.len()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Opened {
    let Problem { path, kind, message } = problem_of(shown_path(path), error);
    Opened::File(Arc::new(File::unread(&path, kind, &message.to_string())))
}

fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename)
}

/// The bytes of a file of this size. They may contain keys, so they are wiped. The buffer has its final size from
/// the beginning, because a growing buffer would leave copies. Bytes written meanwhile are not read.
fn read_whole(file: std::fs::File, size: u64) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(size as usize));
    file.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether `path` is one of `roots` or below one; all are [`normal`], and an empty root is the current directory.
fn is_below(path: &Path, roots: &HashSet<PathBuf>) -> bool {
    path.ancestors().any(|above| roots.contains(above) && is_within(path, above))
}

/// Whether the path leads into an archive.
fn is_in_archive(path: &Path) -> bool {
    memchr::memchr(b'!', path.as_os_str().as_encoded_bytes()).is_some()
        && path.components().any(|part| part.as_os_str().as_encoded_bytes().ends_with(b"!"))
        && !path.exists()
}
