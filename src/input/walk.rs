//! The search of a directory. No ignore file hides a log, links are followed, circles are told.
//!
//! A link to a directory is followed once the directory that it stands in is searched, and only where
//! that has not come through its target anyway. So it does not matter how links are woven: nothing is
//! searched twice, and the paths that are shown do not depend on which thread came first.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkParallel, WalkState};

use super::limits::Limits;
use super::member::is_archive_name;
use super::plain::{Found, Outcome, open};
use super::{LogSink, Named, base_name, shown, special};
use crate::problem::{Problem, ProblemKind};

/// Reads the small logs of a directory, on all threads; returns the large files among them.
pub(super) fn directory(root: &Path, sink: &dyn LogSink, limits: &Limits) -> Vec<Found> {
    let mut large = Vec::new();
    let mut searched = HashSet::new();
    let mut waiting = VecDeque::from([root.to_owned()]);
    while let Some(directory) = waiting.pop_front() {
        let Ok(real) = fs::canonicalize(&directory) else { continue };
        if directory != root {
            if let Some(above) = ancestor(&directory, &real) {
                let message = format!("leads back to {}, and was not followed", shown(above));
                let path = shown_below(root, &directory);
                sink.problem(Problem::new(path, ProblemKind::SymlinkLoop, message));
                continue;
            }
            if real.ancestors().any(|above| searched.contains(above)) {
                continue;
            }
        }
        searched.insert(real);
        let search = Search { root, sink, limits, large: Mutex::default(), links: Mutex::default() };
        search.below(&directory);
        large.extend(search.large.into_inner().unwrap_or_else(PoisonError::into_inner));
        waiting.extend(search.links.into_inner().unwrap_or_else(PoisonError::into_inner));
    }
    large
}

/// The directory above this link that is its target, or that stands in its target.
fn ancestor<'l>(link: &'l Path, target: &Path) -> Option<&'l Path> {
    let above = link.parent()?;
    let real = fs::canonicalize(above).ok()?;
    if !real.starts_with(target) {
        return None;
    }
    let is_target = |above: &&Path| fs::canonicalize(above).is_ok_and(|real| real == target);
    Some(above.ancestors().find(is_target).unwrap_or(above))
}

/// The search of one directory and those in it, links to directories left aside.
struct Search<'a> {
    root: &'a Path,
    sink: &'a dyn LogSink,
    limits: &'a Limits,
    large: Mutex<Vec<Found>>,
    links: Mutex<BTreeSet<PathBuf>>,
}

impl Search<'_> {
    fn below(&self, directory: &Path) {
        walker(directory).run(|| {
            Box::new(|entry| {
                match entry {
                    Ok(entry) => self.entry(entry),
                    Err(error) => complain(&error, None, self.root, self.sink),
                }
                WalkState::Continue
            })
        });
    }

    fn entry(&self, entry: DirEntry) {
        let Some(kind) = entry.file_type() else { return };
        if !kind.is_symlink() {
            return self.file(entry.into_path(), kind);
        }
        let path = entry.into_path();
        match fs::metadata(&path) {
            Ok(target) if target.is_dir() => {
                self.links.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
            }
            Ok(target) => self.file(path, target.file_type()),
            Err(error) => complain_of_io(&error, &path, self.root, self.sink),
        }
    }

    fn file(&self, path: PathBuf, kind: FileType) {
        let base = base_name(&path);
        let Some(named) = Named::parse(base) else {
            if kind.is_file() && is_archive_name(base) {
                self.sink.unopened_archive(&shown_below(self.root, &path));
            }
            return;
        };
        // A directory of that name is searched like any other.
        if kind.is_dir() || !self.sink.wants(Some(named.mac)) {
            return;
        }
        let shown = shown_below(self.root, &path);
        if !kind.is_file() {
            let message = format!("is {}, not a file", special(kind).unwrap_or("something else"));
            return self.sink.problem(Problem::new(shown, ProblemKind::Unreadable, message));
        }
        let found = Found { shown: shown.into(), path, named_by_user: false };
        if matches!(open(&found, self.sink, self.limits), Outcome::Large) {
            self.large.lock().unwrap_or_else(PoisonError::into_inner).push(found);
        }
    }
}

/// How many logs there are, and their bytes.
pub(super) fn measure(root: &Path) -> (u64, u64) {
    let (logs, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    walker(root).run(|| {
        Box::new(|entry| {
            if let Ok(entry) = entry
                && Named::parse(entry.file_name().as_encoded_bytes()).is_some()
                && let Ok(metadata) = entry.metadata()
            {
                logs.fetch_add(1, Ordering::Relaxed);
                bytes.fetch_add(metadata.len(), Ordering::Relaxed);
            }
            WalkState::Continue
        })
    });
    (logs.into_inner(), bytes.into_inner())
}

fn walker(directory: &Path) -> WalkParallel {
    WalkBuilder::new(directory)
        .standard_filters(false)
        .follow_links(false)
        .threads(rayon::current_num_threads())
        .build_parallel()
}

/// `./` before everything tells a reader nothing.
fn shown_below(root: &Path, path: &Path) -> String {
    if root == Path::new(".") {
        return shown(path.strip_prefix(root).unwrap_or(path));
    }
    shown(path)
}

fn complain(error: &ignore::Error, path: Option<&Path>, root: &Path, sink: &dyn LogSink) {
    match error {
        ignore::Error::WithPath { path, err } => complain(err, Some(path), root, sink),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            complain(err, path, root, sink);
        }
        ignore::Error::Partial(errors) => {
            errors.iter().for_each(|error| complain(error, path, root, sink));
        }
        ignore::Error::Io(error) => complain_of_io(error, path.unwrap_or(root), root, sink),
        other => {
            let path = shown_below(root, path.unwrap_or(root));
            sink.problem(Problem::new(path, ProblemKind::Unreadable, other));
        }
    }
}

fn complain_of_io(error: &io::Error, path: &Path, root: &Path, sink: &dyn LogSink) {
    // A link to nowhere matters if it is named like a log; what went while it was searched does not.
    if error.kind() == io::ErrorKind::NotFound && Named::parse(base_name(path)).is_none() {
        return;
    }
    let shown = shown_below(root, path);
    let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    if error.kind() == io::ErrorKind::NotFound && is_link {
        let message = "is a link to a file that does not exist";
        return sink.problem(Problem::new(shown, ProblemKind::NotFound, message));
    }
    sink.problem(super::problem_of(&shown, error));
}
