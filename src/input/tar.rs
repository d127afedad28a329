//! The logs of a tar archive.

use std::cell::Cell;
use std::io::{self, Cursor, Read};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::member::{Place, WHOLE, base_name, is_archive_name};
use super::stream::Fault;
use crate::problem::{Problem, ProblemKind};

/// How many logs of a tar archive wait for a thread at most.
const WAITING: usize = 16;

/// Reads the logs of a tar archive. One thread goes through the archive, which may have to be
/// decompressed on the way; small logs are handed to the others. Returns why it ended early.
pub(super) fn read(place: &Place<'_>, stream: &mut dyn Read) -> Option<Fault> {
    let most = Cell::new(LONGEST_HEAD);
    let mut archive = tar::Archive::new(Heads { inner: stream, place: 0, most: &most });
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return Some(broken_tar(&error)),
    };
    let waiting = AtomicUsize::new(0);
    rayon::in_place_scope(|scope| {
        for (number, entry) in entries.enumerate() {
            if let Err(message) = place.budget.member() {
                return Some(Fault::limit(message));
            }
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Some(broken_tar(&error)),
            };
            let kind = entry.header().entry_type();
            let is_sparse = kind.is_gnu_sparse();
            let size = entry.size();
            let stored = if is_sparse { entry.header().entry_size().unwrap_or(0) } else { size };
            let next_head = entry.raw_file_position().saturating_add(stored);
            most.set(u64::MAX);
            let path = place.member_path(&entry.path_bytes());
            let base = base_name(&path).to_vec();
            if kind.is_dir() || !place.wants_member(&base) {
                most.set(next_head.saturating_add(LONGEST_HEAD));
                continue;
            }
            if !(kind.is_file() || kind.is_contiguous() || is_sparse) {
                let message = "is a link or a device, not a file";
                place.sink.problem(Problem::new(path, ProblemKind::Unreadable, message));
                most.set(next_head.saturating_add(LONGEST_HEAD));
                continue;
            }
            let modified = entry.header().mtime().ok().and_then(super::local_time_of);
            let origin = place.origin.member(number as u64);
            if size > WHOLE as u64 || is_archive_name(&base) {
                let inner = place.inside(&path, &origin, modified);
                // The holes of a sparse file come out of nothing.
                inner.read(&mut entry, is_sparse.then_some(place.budget));
                most.set(next_head.saturating_add(LONGEST_HEAD));
                continue;
            }
            let mut content = vec![0; size as usize];
            let length = super::stream::fill(&mut entry, &mut content).unwrap_or(0);
            let is_whole = length == content.len();
            content.truncate(length);
            while waiting.load(Ordering::Acquire) >= WAITING {
                if rayon::yield_now().is_none_or(|done| done == rayon::Yield::Idle) {
                    std::thread::yield_now();
                }
            }
            waiting.fetch_add(1, Ordering::AcqRel);
            let (place, waiting) = (*place, &waiting);
            scope.spawn(move |_| {
                place.inside(&path, &origin, modified).read(&mut Cursor::new(&content), None);
                waiting.fetch_sub(1, Ordering::AcqRel);
            });
            if !is_whole {
                let message = "the archive ends within a member".to_owned();
                return Some(Fault { kind: ProblemKind::TruncatedArchive, message });
            }
            most.set(next_head.saturating_add(LONGEST_HEAD));
        }
        None
    })
}

/// What stands between two members: headers, long names, lists of holes.
const LONGEST_HEAD: u64 = 1024 * 1024;

/// The stream of an archive. It breaks where more stands between two members than names and times
/// take: all of that is kept in memory.
struct Heads<'r> {
    inner: &'r mut dyn Read,
    place: u64,
    most: &'r Cell<u64>,
}

impl Read for Heads<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.most.get().saturating_sub(self.place);
        if left == 0 {
            let message = format!("a member's header has more than {LONGEST_HEAD} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let length = self.inner.read(&mut buffer[..room])?;
        self.place += length as u64;
        Ok(length)
    }
}

fn broken_tar(error: &io::Error) -> Fault {
    if error.kind() == io::ErrorKind::FileTooLarge {
        return Fault::limit(error.to_string());
    }
    // The crate tells a cut header in words.
    let words = error.to_string();
    let is_cut = error.kind() == io::ErrorKind::UnexpectedEof
        || ["unexpected EOF", "failed to read entire block"].iter().any(|cut| words.contains(cut));
    if is_cut {
        let message = "the archive ends too early".to_owned();
        return Fault { kind: ProblemKind::TruncatedArchive, message };
    }
    Fault { kind: ProblemKind::CorruptArchive, message: format!("the archive is damaged: {error}") }
}
