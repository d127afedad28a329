//! Searches directories in parallel, by names alone: no file is opened, and metadata is read only for links.
//! Ignore files such as `.gitignore` have no effect.
//!
//! Links to directories are followed last, after all directories that the user named, and only if the target
//! has not been searched yet. So no directory is searched twice, links can't form an endless loop, and the
//! reported paths do not depend on the order in which threads run.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use super::Options;
use super::archive::is_piece_name;
use super::found::{DirectoryTree, FoundFiles, PartialFiles, join};
use super::kind::{has_ending, is_archive_name, unsupported_name};
use super::log_name::{is_apple_double, log_mac, mac_in_name};
use super::other_files::{ConfigKind, SkipReason};
use super::source::{Source, SourceKind};
use super::system::{
    DirectoryId, EntryKind, OpenDirectory, bytes_of, directory_id, or_here, path_of, problem_of, shown,
    special,
};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use crate::sentence::{self, sentence};

/// Looks for logs under these paths. Runs in the current rayon pool.
pub fn find(paths: &[PathBuf], options: &Options) -> FoundFiles {
    let mut walk = Walk {
        options,
        named: HashMap::new(),
        tree: Mutex::default(),
        searched: Mutex::default(),
        links: Mutex::default(),
        parts: Mutex::default(),
    };
    let mut part = PartialFiles::default();
    let (mut files, mut directories) = (Vec::new(), Vec::new());
    for path in paths {
        if path == Path::new("-") {
            part.streams.push(Source::new(b"-", SourceKind::StandardInput, true, options));
            continue;
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => directories.push(path),
            Ok(metadata) => files.push((path, metadata.file_type())),
            Err(error) => part.problems.push(problem_of(shown(&root_of(path)), &error)),
        }
    }
    for (path, _) in files.iter().filter(|_| !directories.is_empty()) {
        let parent = directory_id(or_here(path.parent().unwrap_or(Path::new(""))));
        if let (Ok(parent), Some(name)) = (parent, path.file_name()) {
            walk.named.entry(parent).or_default().push(name.as_encoded_bytes().to_vec());
        }
    }
    for path in directories {
        let root = walk.add_root(path);
        rayon::scope(|scope| walk.search(scope, vec![root]));
    }
    walk.follow_links(&mut part);
    let mut parents = HashMap::new();
    for (path, kind) in files {
        walk.named_file(path, kind, &mut parents, &mut part);
    }
    walk.parts.lock().push(part);
    FoundFiles::new(walk.tree.into_inner(), walk.parts.into_inner(), options)
}

/// The bytes of a path that the user named, without separators at the end; empty for `.`.
fn root_of(path: &Path) -> Vec<u8> {
    let bytes = bytes_of(path);
    let mut end = bytes.iter().rposition(|&byte| byte != b'/').map_or(1, |last| last + 1);
    // Keep the separator of `C:/`: without it, the path means another directory.
    end += usize::from(cfg!(windows) && bytes[..end.min(bytes.len())].ends_with(b":"));
    let bytes = &bytes[..end.min(bytes.len())];
    if bytes == b"." { Vec::new() } else { bytes.to_vec() }
}

struct Walk<'o> {
    options: &'o Options,
    /// The names of the files that the user named, by their directories.
    named: HashMap<DirectoryId, Vec<Vec<u8>>>,
    tree: Mutex<DirectoryTree>,
    /// The directories that were searched, with their numbers in `tree`.
    searched: Mutex<HashMap<DirectoryId, u32>>,
    /// The paths of links to directories.
    links: Mutex<BTreeSet<Vec<u8>>>,
    /// What each thread found.
    parts: Mutex<Vec<PartialFiles>>,
}

/// How many directories one task searches.
const DIRECTORIES: usize = 64;

impl Walk<'_> {
    fn add_root(&self, path: &Path) -> u32 {
        let log_of = log_mac(path.file_name().map_or(&[], |name| name.as_encoded_bytes()));
        self.tree.lock().add(None, &root_of(path), log_of)
    }

    /// Searches these directories and, in tasks of their own, all directories in them.
    fn search<'s>(&'s self, scope: &rayon::Scope<'s>, directories: Vec<u32>) {
        let mut part = self.parts.lock().pop().unwrap_or_default();
        let mut listing = Vec::new();
        for number in directories {
            let inner = self.list(number, &mut listing, &mut part);
            for some in inner.chunks(DIRECTORIES) {
                let some = some.to_vec();
                scope.spawn(move |scope| self.search(scope, some));
            }
        }
        self.parts.lock().push(part);
    }

    /// Takes the files of one directory. Returns the numbers of the directories in it.
    fn list(&self, number: u32, listing: &mut Vec<u8>, part: &mut PartialFiles) -> Vec<u32> {
        let mut here = ListedDirectory { number, path: Vec::new(), log_of: None, named: &[] };
        {
            let tree = self.tree.lock();
            tree.path_into(number, &mut here.path);
            here.log_of = tree.log_of(number);
        }
        let path = if here.path.is_empty() { b"." } else { &here.path[..] };
        let opened = OpenDirectory::open(&path_of(path)).and_then(|opened| Ok((opened.id()?, opened)));
        let (id, opened) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                // The directory may have been removed since its parent was listed; that is not a problem.
                if error.kind() != io::ErrorKind::NotFound {
                    part.problems.push(problem_of(shown(path), &error));
                }
                return Vec::new();
            }
        };
        here.named = self.named.get(&id).map_or(&[], Vec::as_slice);
        match self.searched.lock().entry(id) {
            std::collections::hash_map::Entry::Occupied(_) => return Vec::new(),
            std::collections::hash_map::Entry::Vacant(free) => _ = free.insert(number),
        }
        let mut directories = Vec::new();
        let result = opened.list(listing, &mut |name, kind| match kind {
            EntryKind::File => self.file(&here, name, part),
            EntryKind::Directory => directories.push(self.directory(&here, name, part)),
            EntryKind::Other => directories.extend(self.link_or_other(&here, name, part)),
        });
        if let Err(error) = result {
            part.problems.push(problem_of(shown(path), &error));
        }
        directories
    }

    /// Adds a directory that was found. One that is named like a configuration file hides that file.
    fn directory(&self, here: &ListedDirectory<'_>, name: &[u8], part: &mut PartialFiles) -> u32 {
        if self.is_config(name) {
            let path = shown(&here.join(name));
            part.problems.push(Problem::new(path, ProblemKind::Unreadable, "is a directory, not a file"));
        }
        // All files in a directory that is named like a log, at any depth, belong to that log.
        self.tree.lock().add(Some(here.number), name, log_mac(name).or(here.log_of))
    }

    /// Whether a file of this name would be read: as a log, an archive or a configuration file.
    fn is_read(&self, here: &ListedDirectory<'_>, name: &[u8]) -> bool {
        let is_log = || here.mac_of_log(name).is_some();
        is_log() || self.options.archives && is_archive_name(name) || self.is_config(name)
    }

    /// Private keys are not read.
    fn is_config(&self, name: &[u8]) -> bool {
        let kind = || ConfigKind::of(name).is_some_and(|(kind, _)| kind != ConfigKind::PrivateKey);
        self.options.configs && kind()
    }

    /// Takes an entry that is a link or of another or unknown kind. Returns its number if it is a directory
    /// to search now.
    fn link_or_other(&self, here: &ListedDirectory<'_>, name: &[u8], part: &mut PartialFiles) -> Option<u32> {
        let path = here.join(name);
        let is_link = match fs::symlink_metadata(path_of(&path)) {
            Ok(metadata) => metadata.is_symlink(),
            // Removed since the directory was listed.
            Err(_) => return None,
        };
        let target = fs::metadata(path_of(&path));
        let is_read = self.is_read(here, name);
        if is_link && (is_read || has_ending(name, "cfg") || target.as_ref().is_ok_and(fs::Metadata::is_dir))
        {
            part.links.push(path_of(&path).into_owned());
        }
        match target {
            Ok(target) if target.is_dir() && is_link => _ = self.links.lock().insert(path),
            // A directory whose kind the file system did not report in the listing.
            Ok(target) if target.is_dir() => return Some(self.directory(here, name, part)),
            Ok(target) if target.is_file() => self.file(here, name, part),
            Ok(target) if is_read => {
                let message = format!("is {}, not a file", special(target.file_type()).0);
                part.problems.push(Problem::new(shown(&path), ProblemKind::Unreadable, message));
            }
            Ok(_) => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                part.problems.push(problem_of(shown(&path), &error));
            }
            // A broken link is reported only if it is named like a file that is read.
            Err(_) if is_link && is_read => {
                let message = "is a link to a file that does not exist";
                part.problems.push(Problem::new(shown(&path), ProblemKind::NotFound, message));
            }
            Err(_) => {}
        }
        None
    }

    fn file(&self, here: &ListedDirectory<'_>, name: &[u8], part: &mut PartialFiles) {
        part.skipped.files += 1;
        if is_apple_double(name) {
            return;
        }
        // Nearly all files of a large server are named so. Without this check, 200,000 small logs take 2 % longer.
        if let Some((mac, rest)) = Mac::prefix(name)
            && let Some(number) = rest.strip_prefix(b"-app.log")
            && number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        {
            return part.add((mac, None), false, here.number, name);
        }
        let path = || shown(&here.join(name));
        if is_archive_name(name) {
            if self.options.archives {
                let source = Source::new(&here.join(name), SourceKind::File, false, self.options);
                part.streams.push(source.of_log(here.log_of));
            } else {
                part.skipped.add(SkipReason::Archive, path);
            }
        } else if let Some(kind) = SkipReason::of(name) {
            part.skipped.add(kind, path);
        } else if let Some((kind, mac)) = ConfigKind::of(name) {
            if self.options.configs {
                part.add((mac, Some(kind)), false, here.number, name);
            }
        } else if let Some(mac) = here.mac_of_log(name) {
            part.add((mac, None), false, here.number, name);
        } else if ConfigKind::is_listed(name) {
            part.has_listed |= self.options.configs;
        } else if let Some(kind) = SkipReason::of_unnamed(name)
            && !here.named.iter().any(|named| *named == name)
        {
            part.skipped.add(kind, path);
        }
    }

    /// Searches the targets of links to directories, in path order, unless they have been searched already.
    fn follow_links(&self, part: &mut PartialFiles) {
        loop {
            let links = std::mem::take(&mut *self.links.lock());
            if links.is_empty() {
                return;
            }
            for link in links {
                let path = path_of(&link);
                let above = path.parent().map(|above| fs::canonicalize(or_here(above)));
                let (Ok(target), Some(Ok(above))) = (fs::canonicalize(&path), above) else { continue };
                if above.starts_with(&target) {
                    let back = shown(&bytes_of(back_to(&path, &target)));
                    let back = if back.is_empty() { ".".to_owned() } else { back };
                    let message = sentence![
                        "leads back to ",
                        sentence::Part::Path(back.into()),
                        ", and was not followed"
                    ];
                    part.problems.push(Problem::new(shown(&link), ProblemKind::SymlinkLoop, message));
                    continue;
                }
                if directory_id(&path).is_ok_and(|id| self.searched.lock().contains_key(&id)) {
                    continue;
                }
                let root = self.add_root(&path);
                rayon::scope(|scope| self.search(scope, vec![root]));
            }
        }
    }

    /// Takes a file that the user named. It is read whatever its name is; so is a pipe.
    fn named_file(
        &self,
        path: &Path,
        kind: fs::FileType,
        parents: &mut HashMap<PathBuf, u32>,
        part: &mut PartialFiles,
    ) {
        let bytes = bytes_of(path);
        if path.is_symlink() {
            part.links.push(path.to_owned());
        }
        if !kind.is_file() {
            return match special(kind) {
                (_, true) => part.streams.push(Source::new(&bytes, SourceKind::Pipe, true, self.options)),
                // A device is not opened: opening alone can have an effect on it, and reading may never end.
                (what, false) => {
                    let message = format!("is {what}, not a file or a pipe");
                    part.problems.push(Problem::new(shown(&bytes), ProblemKind::Unreadable, message));
                }
            };
        }
        let name = path.file_name().map(|name| bytes_of(Path::new(name))).unwrap_or_default();
        let config = match ConfigKind::of(&name) {
            Some((kind, mac)) => Some((mac, Some(kind))),
            None => has_ending(&name, "cfg").then_some((Mac::EVERYONE, Some(ConfigKind::Named))),
        };
        let mac = mac_in_name(&name).filter(|_| !is_archive_name(&name) && unsupported_name(&name).is_none());
        // A file in a directory that is named like a log is a piece of that log, even if the user named the
        // file itself.
        let mac = mac.or_else(|| path.parent().and_then(log_of).filter(|_| is_piece_name(&name)));
        let file = config.filter(|_| self.options.configs).or_else(|| Some((mac?, None)));
        let directory = self.parent_of(path, parents);
        if let Some(file) = file {
            return part.add(file, true, directory, &name);
        }
        let mut whole = Vec::new();
        self.tree.lock().path_into(directory, &mut whole);
        join(&mut whole, &name);
        let source = Source::new(&whole, SourceKind::File, true, self.options);
        part.streams.push(source.of_log(path.parent().and_then(log_of)));
    }

    /// The number of the directory of a file that the user named. A directory that was searched keeps its
    /// number.
    fn parent_of(&self, path: &Path, parents: &mut HashMap<PathBuf, u32>) -> u32 {
        let parent = or_here(path.parent().unwrap_or(Path::new("")));
        if let Some(&number) = parents.get(parent) {
            return number;
        }
        let id = directory_id(parent);
        let searched = id.as_ref().ok().and_then(|id| self.searched.lock().get(id).copied());
        let number = searched.unwrap_or_else(|| self.tree.lock().add(None, &root_of(parent), log_of(parent)));
        if let Ok(id) = id {
            self.searched.lock().insert(id, number);
        }
        parents.insert(parent.to_owned(), number);
        number
    }
}

/// The directory that is being listed.
struct ListedDirectory<'w> {
    number: u32,
    path: Vec<u8>,
    log_of: Option<Mac>,
    /// The files in it that the user named, too.
    named: &'w [Vec<u8>],
}

impl ListedDirectory<'_> {
    /// The path of an entry of this directory.
    fn join(&self, name: &[u8]) -> Vec<u8> {
        let mut path = self.path.clone();
        join(&mut path, name);
        path
    }

    /// The phone of a log in this directory; None for other files.
    fn mac_of_log(&self, name: &[u8]) -> Option<Mac> {
        log_mac(name).or(self.log_of.filter(|_| is_piece_name(name)))
    }
}

/// The phone in the name of this directory or of one above it, if one is named like a log.
fn log_of(directory: &Path) -> Option<Mac> {
    directory.ancestors().find_map(|above| log_mac(above.file_name()?.as_encoded_bytes()))
}

/// The directory above this link that is the link's target; if none is, the directory that has the link.
fn back_to<'l>(link: &'l Path, target: &Path) -> &'l Path {
    let above = link.parent().unwrap_or(link);
    let is_target = |above: &&Path| fs::canonicalize(or_here(above)).is_ok_and(|real| real == target);
    above.ancestors().find(is_target).unwrap_or(above)
}
