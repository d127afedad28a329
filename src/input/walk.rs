//! The search of a directory. No ignore file hides a log, links are followed, circles are told.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkParallel, WalkState};

use super::limits::Limits;
use super::member::is_archive_name;
use super::plain::{Found, Outcome, open};
use super::{LogSink, Named, shown};
use crate::problem::{Problem, ProblemKind};

/// Reads the small logs of a directory, on all threads; returns the large files among them.
pub(super) fn directory(root: &Path, sink: &dyn LogSink, limits: &Limits) -> Vec<Found> {
    let large = Mutex::new(Vec::new());
    walker(root).run(|| {
        Box::new(|entry| {
            let path = match entry {
                Ok(entry) => match file_of(&entry, sink) {
                    Some(()) => entry.into_path(),
                    None => return WalkState::Continue,
                },
                Err(error) => {
                    complain(&error, None, sink);
                    return WalkState::Continue;
                }
            };
            let found = Found { shown: shown_below(root, &path).into(), path, named_by_user: false };
            if matches!(open(&found, sink, limits), Outcome::Large) {
                large.lock().unwrap_or_else(PoisonError::into_inner).push(found);
            }
            WalkState::Continue
        })
    });
    large.into_inner().unwrap_or_else(PoisonError::into_inner)
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

fn walker(root: &Path) -> WalkParallel {
    WalkBuilder::new(root)
        .standard_filters(false)
        .follow_links(true)
        .threads(rayon::current_num_threads())
        .build_parallel()
}

/// Whether this is a file that is named like a log.
fn file_of(entry: &DirEntry, sink: &dyn LogSink) -> Option<()> {
    let kind = entry.file_type()?;
    if !kind.is_file() {
        return None;
    }
    let base = entry.file_name().as_encoded_bytes();
    if let Some(named) = Named::parse(base) {
        return sink.wants(Some(named.mac)).then_some(());
    }
    if is_archive_name(base) {
        sink.unopened_archive(&shown(entry.path()));
    }
    None
}

/// `./` before everything tells a reader nothing.
fn shown_below(root: &Path, path: &Path) -> String {
    if root == Path::new(".") {
        return shown(path.strip_prefix(root).unwrap_or(path));
    }
    shown(path)
}

fn complain(error: &ignore::Error, path: Option<&Path>, sink: &dyn LogSink) {
    match error {
        ignore::Error::WithPath { path, err } => complain(err, Some(path), sink),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            complain(err, path, sink);
        }
        ignore::Error::Partial(errors) => errors.iter().for_each(|error| complain(error, path, sink)),
        ignore::Error::Loop { ancestor, child } => {
            let message = format!("leads back to {}, and was not followed", shown(ancestor));
            sink.problem(Problem::new(shown(child), ProblemKind::SymlinkLoop, message));
        }
        ignore::Error::Io(error) => complain_of_io(error, path.unwrap_or(Path::new("")), sink),
        other => {
            let path = path.map(shown).unwrap_or_default();
            sink.problem(Problem::new(path, ProblemKind::Unreadable, other));
        }
    }
}

fn complain_of_io(error: &io::Error, path: &Path, sink: &dyn LogSink) {
    let is_log = Named::parse(super::base_name(path)).is_some();
    let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    // A link to nowhere matters if it is named like a log.
    if error.kind() == io::ErrorKind::NotFound && !is_log {
        return;
    }
    if error.kind() == io::ErrorKind::NotFound && is_link {
        let message = "is a link to a file that does not exist";
        return sink.problem(Problem::new(shown(path), ProblemKind::NotFound, message));
    }
    sink.problem(super::problem_of(&shown(path), error));
}
