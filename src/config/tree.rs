//! The configuration files of the searched places. A file that no phone is told to read is not opened,
//! a file that many phones share is read once, and a file outside the searched places never.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fmt;
use std::io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use zeroize::Zeroizing;

use rayon::prelude::*;

use super::file::{Condition, FILE_MAX, File};
use crate::input::{ConfigContent, ConfigMember, FileState, shown_path};
use crate::message::Message;
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};

/// What a file is by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `<mac>.cfg`; `000000000000.cfg` is that of every phone without its own.
    Master,
    /// `<mac>-phone.cfg`: what was set at the phone.
    PhoneOverrides,
    /// `<mac>-web.cfg`: what was set by the phone's web server.
    WebOverrides,
    /// `<mac>-private.key` or `.pem`. Never opened.
    PrivateKey,
}

/// Phone and role by a file's name, in any case of letters; `None` for all other names.
#[must_use]
pub fn role(name: &OsStr) -> Option<(Mac, Role)> {
    let name = name.as_encoded_bytes();
    let (digits, ending) = name.split_at_checked(12)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let (mac, _) = Mac::prefix(digits)?;
    let role = match ending.to_ascii_lowercase().as_slice() {
        b".cfg" => Role::Master,
        b"-phone.cfg" => Role::PhoneOverrides,
        b"-web.cfg" => Role::WebOverrides,
        b"-private.key" | b"-private.pem" => Role::PrivateKey,
        _ => return None,
    };
    Some((mac, role))
}

/// A private key that lies among the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// Its path as reports show it.
    pub path: Box<str>,
    /// The permission bits, where the system has them: 0o644.
    pub mode: Option<u32>,
}

/// What opening a name came to.
#[derive(Clone, Debug)]
pub(super) enum Opened {
    File(Arc<File>),
    /// No such file.
    Missing,
    /// It leads to this path, outside of the searched places.
    Outside(Box<str>),
}

/// A member of an archive, read: of its bytes nothing is kept but what [`File::parse`] keeps.
#[derive(Clone, Debug)]
pub struct Member {
    path: PathBuf,
    /// None of a private key.
    file: Option<Arc<File>>,
    mode: Option<u32>,
}

impl Member {
    /// Reads a member. A private key's bytes are not looked at.
    #[must_use]
    pub fn read(member: &ConfigMember<'_>) -> Self {
        let path = normal(Path::new(member.path));
        let is_key = matches!(path.file_name().and_then(role), Some((_, Role::PrivateKey)));
        let file = match member.content {
            ConfigContent::Bytes(bytes) if !is_key => Some(File::parse(&shown_path(&path), bytes)),
            ConfigContent::TooLarge => {
                Some(File::unread(&shown_path(&path), ProblemKind::LimitExceeded, TOO_LARGE))
            }
            ConfigContent::Bytes(_) | ConfigContent::PrivateKey => None,
        };
        Self { path, file: file.map(Arc::new), mode: member.mode }
    }
}

/// Collects what a walk finds.
#[derive(Debug, Default)]
pub struct TreeBuilder {
    roots: Vec<PathBuf>,
    named: HashMap<Mac, Vec<(Role, PathBuf, Option<u32>)>>,
    members: HashMap<PathBuf, Arc<File>>,
    is_watched: bool,
}

impl TreeBuilder {
    /// A builder for what is found below these paths, as the user named them.
    #[must_use]
    pub fn new(roots: &[PathBuf]) -> Self {
        Self { roots: roots.iter().map(|root| normal(root)).collect(), ..Self::default() }
    }

    /// Adds a file of a directory if its name has a [`role`]; it is opened when a phone needs it.
    /// `mode` counts for private keys only. Returns whether it was added.
    pub fn file(&mut self, path: &Path, mode: Option<u32>) -> bool {
        let Some((mac, role)) = path.file_name().and_then(role) else { return false };
        self.named.entry(mac).or_default().push((role, normal(path), mode));
        true
    }

    /// Adds a member of an archive, `a.zip!/path/in/it`, with its bytes.
    pub fn member(&mut self, path: &str, bytes: &[u8], mode: Option<u32>) {
        self.add(Member::read(&ConfigMember { path, content: ConfigContent::Bytes(bytes), mode }));
    }

    /// Adds a member of an archive.
    pub fn add(&mut self, member: Member) {
        let Member { path, file, mode } = member;
        if let Some((mac, role)) = path.file_name().and_then(role) {
            self.named.entry(mac).or_default().push((role, path.clone(), mode));
        }
        if let Some(file) = file {
            self.members.insert(path, file);
        }
    }

    /// The tree is to tell whether a file that was opened [changed](Tree::is_unchanged).
    #[must_use]
    pub fn watched(mut self) -> Self {
        self.is_watched = true;
        self
    }

    /// The tree. It can be shared among threads.
    #[must_use]
    pub fn build(mut self) -> Tree {
        for files in self.named.values_mut() {
            files.sort_by(|a, b| (a.0, a.1.parent(), &a.1).cmp(&(b.0, b.1.parent(), &b.1)));
            files.dedup_by(|a, b| a.1 == b.1);
        }
        let real_roots =
            self.roots.iter().filter_map(|root| std::fs::canonicalize(or_here(root)).ok()).collect();
        Tree {
            roots: self.roots,
            real_roots,
            named: self.named,
            members: self.members,
            cache: Mutex::default(),
            problems: Mutex::default(),
            opened: self.is_watched.then(Mutex::default),
        }
    }
}

/// The configuration files of the searched places.
pub struct Tree {
    roots: Vec<PathBuf>,
    real_roots: Vec<PathBuf>,
    named: HashMap<Mac, Vec<(Role, PathBuf, Option<u32>)>>,
    members: HashMap<PathBuf, Arc<File>>,
    cache: Mutex<HashMap<PathBuf, Arc<OnceLock<Opened>>>>,
    problems: Mutex<BTreeSet<Problem>>,
    /// How each path stood before it was opened, if that is to be known.
    opened: Option<Mutex<HashMap<PathBuf, Option<FileState>>>>,
}

/// Names that masters have are shown by nobody but [`PhoneConfig::missing`](super::PhoneConfig::missing).
impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree")
            .field("roots", &self.roots)
            .field("phones", &self.named.len())
            .finish_non_exhaustive()
    }
}

const TOO_LARGE: &str = "is larger than 4 MiB, and was not read as a configuration";

impl Tree {
    /// Whether there is anything: without files, no phone has a configuration.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// The phones that have files of their own, in order.
    #[must_use]
    pub fn phones(&self) -> Vec<Mac> {
        let mut phones: Vec<Mac> =
            self.named.keys().copied().filter(|mac| *mac != Mac::new([0; 6])).collect();
        phones.sort_unstable();
        phones
    }

    /// What could not be read so far, sorted.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Whether each path that was opened so far surely leads to the same content as then, or to none as then.
    /// Only a [watched](TreeBuilder::watched) tree knows. Members of archives do not count.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        let Some(opened) = &self.opened else { return false };
        let opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened
            .par_iter()
            .all(|(path, before)| FileState::is_same(before.as_ref(), FileState::of(path).as_ref()))
    }

    /// The files of a phone in this role, by directory.
    pub(super) fn named(&self, mac: Mac, role: Role) -> impl ExactSizeIterator<Item = &Path> {
        self.in_role(mac, role).iter().map(|(_, path, _)| path.as_path())
    }

    /// The file of a phone in this role in this directory. A server can have 100,000 directories.
    pub(super) fn in_directory(&self, mac: Mac, role: Role, directory: &Path) -> Option<&Path> {
        let files = self.in_role(mac, role);
        let at = files.partition_point(|(_, path, _)| path.parent() < Some(directory));
        files.get(at).map(|(_, path, _)| path.as_path()).filter(|path| path.parent() == Some(directory))
    }

    fn in_role(&self, mac: Mac, role: Role) -> &[(Role, PathBuf, Option<u32>)] {
        let files = self.named.get(&mac).map(Vec::as_slice).unwrap_or_default();
        let start = files.partition_point(|(of, ..)| *of < role);
        let end = files.partition_point(|(of, ..)| *of <= role);
        &files[start..end]
    }

    /// The private keys of a phone that lie among the files.
    pub(super) fn key_files(&self, mac: Mac) -> Vec<KeyFile> {
        let files = self.named.get(&mac).into_iter().flatten();
        files
            .filter(|(role, ..)| *role == Role::PrivateKey)
            .map(|(_, path, mode)| KeyFile { path: shown_path(path).into(), mode: *mode })
            .collect()
    }

    /// Opens the file at this path, which is [`normal`]. `is_shared` files are read once and kept.
    pub(super) fn open(&self, path: &Path, is_shared: bool) -> Opened {
        if let Some(member) = self.members.get(path) {
            self.tell(member);
            return Opened::File(Arc::clone(member));
        }
        if path.components().any(|part| part.as_os_str().as_encoded_bytes().ends_with(b"!")) && !path.exists()
        {
            return Opened::Missing;
        }
        if !is_shared {
            return self.read(path);
        }
        let cell = {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cache.entry(path.to_owned()).or_default())
        };
        cell.get_or_init(|| self.read(path)).clone()
    }

    fn read(&self, path: &Path) -> Opened {
        if !self.roots.iter().any(|root| is_below(path, root)) {
            return Opened::Outside(shown_path(path).into());
        }
        if let Some(opened) = &self.opened {
            // The oldest state counts: what was opened then may be in use still.
            let state = FileState::of(path);
            opened.lock().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_insert(state);
        }
        let shown = shown_path(path);
        let failed = |error: &std::io::Error| {
            self.opened(File::unread(&shown, ProblemKind::of(error), &Message::from(error).to_string()))
        };
        let metadata = match std::fs::symlink_metadata(path) {
            Err(error) if matches!(error.kind(), NotFound | NotADirectory | InvalidFilename) => {
                return Opened::Missing;
            }
            Err(error) => return failed(&error),
            Ok(metadata) if metadata.is_symlink() => {
                match (std::fs::canonicalize(path), std::fs::metadata(path)) {
                    (Ok(real), _) if !self.real_roots.iter().any(|root| real.starts_with(root)) => {
                        return Opened::Outside(shown_path(&real).into());
                    }
                    (Ok(_), Ok(metadata)) => metadata,
                    _ => return Opened::Missing,
                }
            }
            Ok(metadata) => metadata,
        };
        if !metadata.is_file() {
            return Opened::Missing;
        }
        // One byte more than the limit tells that there is more; the bytes hold keys, so they are wiped.
        let mut bytes = Zeroizing::new(Vec::with_capacity(metadata.len().min(FILE_MAX) as usize + 1));
        let read = std::fs::File::open(path).and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut bytes));
        match read {
            Err(error) => failed(&error),
            Ok(_) if bytes.len() as u64 > FILE_MAX => {
                self.opened(File::unread(&shown, ProblemKind::LimitExceeded, TOO_LARGE))
            }
            Ok(_) => self.opened(File::parse(&shown, &bytes)),
        }
    }

    fn opened(&self, file: File) -> Opened {
        self.tell(&file);
        Opened::File(Arc::new(file))
    }

    /// A file that a phone is to read and that was not read is a problem.
    fn tell(&self, file: &File) {
        if let (Some(kind), Condition::Unread(why)) = (file.unread, &file.condition) {
            let problem = Problem::new(file.path.to_string(), kind, why.to_string());
            self.problems.lock().unwrap_or_else(PoisonError::into_inner).insert(problem);
        }
    }
}

/// The path without `.`, and without `..` where a directory stands before it. Nothing leads out of an archive.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(parts.components().next_back(), Some(Component::Normal(_)))
                    && !is_archive(&parts) =>
            {
                parts.pop();
            }
            // Nothing is above the root.
            Component::ParentDir if parts.has_root() => {}
            part => parts.push(part),
        }
    }
    parts
}

/// Whether this is the path of an archive as its members have it: `a.zip!`, and no directory of that name.
fn is_archive(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"!") && !path.is_dir()
}

/// Whether `path` is `root` or below it; both are [`normal`], and an empty root is the current directory.
fn is_below(path: &Path, root: &Path) -> bool {
    let Ok(rest) = path.strip_prefix(root) else { return false };
    rest.components().all(|part| matches!(part, Component::Normal(_)))
}

fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
