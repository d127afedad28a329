//! Detects whether a file changed since an earlier look.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The coarsest resolution of file times, that of FAT. Within it, a file can change twice without a
/// difference in time and size.
const STEP: Duration = Duration::from_secs(2);

/// The metadata of a file that change with its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    size: u64,
    modified: Option<SystemTime>,
    /// When its content, name or permissions last changed: seconds and nanoseconds since 1970.
    changed: (i64, i64),
    /// Device and inode: a different file may have been given the same name.
    identity: (u64, u64),
    /// The last change is so recent that a further change may leave all other fields equal.
    is_fresh: bool,
}

impl FileState {
    /// The present state of the file at `path`; None if its metadata can't be read.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let modified = metadata.modified().ok();
        #[cfg(unix)]
        let (changed, identity) = {
            use std::os::unix::fs::MetadataExt;
            ((metadata.ctime(), metadata.ctime_nsec()), (metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let (changed, identity): ((i64, i64), (u64, u64)) = Default::default();
        let now = SystemTime::now();
        let age = |time: SystemTime| now.duration_since(time).unwrap_or_else(|ahead| ahead.duration());
        let of_change = u64::try_from(changed.0)
            .ok()
            .map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let is_fresh = modified.into_iter().chain(of_change).any(|time| age(time) <= STEP);
        Some(Self { size: metadata.len(), modified, changed, identity, is_fresh })
    }

    /// Whether certainly nothing changed: the file is unchanged, or missing both times.
    pub fn is_same(before: Option<&Self>, now: Option<&Self>) -> bool {
        match (before, now) {
            (Some(before), Some(now)) => !before.is_fresh && Self { is_fresh: false, ..*now } == *before,
            (before, now) => before.is_none() && now.is_none(),
        }
    }
}
