//! Limits against bombs: archives and compressed logs that grow beyond all measure.

use std::sync::atomic::{AtomicU64, Ordering};

/// What an archive or a compressed log may grow to. The defaults are far above what phones write:
/// their largest logs have 40 MB, and compress some twenty times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Decompressed bytes of one log.
    pub log_bytes: u64,
    /// Decompressed bytes of all that is in one archive, or in one compressed log.
    pub archive_bytes: u64,
    /// Decompressed bytes for each byte of the file.
    pub ratio: u64,
    /// The ratio counts when this many bytes are decompressed.
    pub ratio_from: u64,
    /// Members of one archive, logs or not.
    pub members: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            log_bytes: 8 << 30,
            archive_bytes: 256 << 30,
            ratio: 1_000,
            ratio_from: 256 << 20,
            members: 500_000,
        }
    }
}

/// What one file may still grow to, whatever is nested in it.
///
/// What many threads read at once gets a part of it each, so that it does not matter which of them comes
/// first: where a limit is met, it is met at the same place in every run.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    /// Decompressed bytes of all.
    most: u64,
    /// Whether the ratio says so.
    by_ratio: bool,
    spent: AtomicU64,
    members: AtomicU64,
    /// How many members were counted before this part began.
    members_before: u64,
}

impl Budget {
    /// The budget of a file of this size; a stream has none, so the ratio does not count for it.
    pub(super) fn new(limits: Limits, file_bytes: Option<u64>) -> Self {
        let by_ratio =
            file_bytes.map_or(u64::MAX, |bytes| bytes.saturating_mul(limits.ratio).max(limits.ratio_from));
        Self {
            limits,
            most: by_ratio.min(limits.archive_bytes),
            by_ratio: by_ratio < limits.archive_bytes,
            spent: AtomicU64::new(0),
            members: AtomicU64::new(0),
            members_before: 0,
        }
    }

    /// A part for something nested, which may come to so many bytes.
    pub(super) fn part(&self, most: u64) -> Self {
        let members_before = self.members.load(Ordering::Relaxed);
        Self {
            limits: self.limits,
            most,
            by_ratio: self.by_ratio,
            spent: AtomicU64::new(0),
            members: AtomicU64::new(members_before),
            members_before,
        }
    }

    /// Takes account of what was spent of a part.
    pub(super) fn take(&self, part: &Self) {
        self.spent.fetch_add(part.spent.load(Ordering::Relaxed), Ordering::Relaxed);
        let members = part.members.load(Ordering::Relaxed).saturating_sub(part.members_before);
        self.members.fetch_add(members, Ordering::Relaxed);
    }

    /// How many bytes more are within limits.
    pub(super) fn left(&self) -> u64 {
        self.most.saturating_sub(self.spent.load(Ordering::Relaxed))
    }

    /// Decompressed bytes of one log.
    pub(super) const fn log_bytes(&self) -> u64 {
        self.limits.log_bytes
    }

    /// Bytes of one archive, decompressed or not.
    pub(super) const fn archive_bytes(&self) -> u64 {
        self.limits.archive_bytes
    }

    /// Takes account of a member. An error names the limit that it meets.
    pub(super) fn member(&self) -> Result<(), String> {
        if self.members.fetch_add(1, Ordering::Relaxed) >= self.limits.members {
            return Err(format!("more than {} members; the rest was not read", self.limits.members));
        }
        Ok(())
    }

    /// Whether what the members of an archive promise to hold, so many bytes in all, is within limits,
    /// and all that was spent before.
    pub(super) fn promise(&self, bytes: u64) -> Result<(), String> {
        let spent = self.spent.load(Ordering::Relaxed);
        self.within(bytes.max(spent)).map_err(|limit| format!("{limit}; the rest was not read"))
    }

    /// Takes account of decompressed bytes.
    pub(super) fn spend(&self, bytes: u64) -> Result<(), String> {
        self.within(self.spent.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes))
    }

    fn within(&self, bytes: u64) -> Result<(), String> {
        if bytes <= self.most {
            return Ok(());
        }
        Err(if self.by_ratio {
            format!("decompresses to more than {} times its size", self.limits.ratio)
        } else {
            format!("more than {} bytes decompressed of one file", self.limits.archive_bytes)
        })
    }
}
