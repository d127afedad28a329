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

/// What one file may still grow to, whatever is nested in it; shared by all that read it.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    file_bytes: u64,
    spent: AtomicU64,
    members: AtomicU64,
}

impl Budget {
    /// The budget of a file of this size; a stream has none, so the ratio does not count for it.
    pub(super) const fn new(limits: Limits, file_bytes: Option<u64>) -> Self {
        let file_bytes = match file_bytes {
            Some(bytes) => bytes,
            None => u64::MAX,
        };
        Self { limits, file_bytes, spent: AtomicU64::new(0), members: AtomicU64::new(0) }
    }

    /// Takes account of a member. An error names the limit that it meets.
    pub(super) fn member(&self) -> Result<(), String> {
        if self.members.fetch_add(1, Ordering::Relaxed) >= self.limits.members {
            return Err(format!("more than {} members; the rest was not read", self.limits.members));
        }
        Ok(())
    }

    /// Whether what the members of an archive promise to hold, so many bytes in all, is within limits.
    pub(super) fn promise(&self, bytes: u64) -> Result<(), String> {
        self.within(bytes).map_err(|limit| format!("{limit}; the rest was not read"))
    }

    /// Takes account of decompressed bytes, `log_bytes` of them of one log so far.
    pub(super) fn spend(&self, bytes: u64, log_bytes: u64) -> Result<(), String> {
        let spent = self.spent.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let limits = &self.limits;
        if log_bytes > limits.log_bytes {
            return Err(format!("more than {} bytes decompressed of one log", limits.log_bytes));
        }
        self.within(spent)
    }

    fn within(&self, bytes: u64) -> Result<(), String> {
        let limits = &self.limits;
        if bytes > limits.archive_bytes {
            return Err(format!("more than {} bytes decompressed of one file", limits.archive_bytes));
        }
        if bytes > limits.ratio_from && bytes > self.file_bytes.saturating_mul(limits.ratio) {
            return Err(format!("decompresses to more than {} times its size", limits.ratio));
        }
        Ok(())
    }
}
