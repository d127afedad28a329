//! Whether a file changed since it was last looked at.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// File systems keep times in steps of up to two seconds (FAT); within one step, a file can change twice and
/// have the same time and size.
const STEP: Duration = Duration::from_secs(2);

/// What the file system tells of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    size: u64,
    modified: Option<SystemTime>,
    /// When its content, name or permissions last changed: seconds and nanoseconds since 1970.
    changed: (i64, i64),
    /// Device and inode: another file can take the name.
    identity: (u64, u64),
    /// It changed so recently that another change could leave all of this as it is.
    is_fresh: bool,
}

impl FileState {
    /// How the file at `path` stands now; none where there is no file, or none may be looked at.
    #[must_use]
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

    /// Whether the file is surely what it was at the time of `before`.
    #[must_use]
    pub fn is_unchanged_since(&self, before: &Self) -> bool {
        !before.is_fresh && Self { is_fresh: false, ..*self } == *before
    }

    /// Whether what was `before` is surely `now` too: an unchanged file, or none.
    #[must_use]
    pub fn is_same(before: Option<&Self>, now: Option<&Self>) -> bool {
        match (before, now) {
            (Some(before), Some(now)) => now.is_unchanged_since(before),
            (before, now) => before.is_none() && now.is_none(),
        }
    }
}
