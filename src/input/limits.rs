//! Limits against decompression bombs.

use std::cell::Cell;
use std::io::{self, Read};

use super::system::uninterrupted;
use crate::problem::{Problem, ProblemKind};
use crate::sentence::{Sentence, sentence};

/// How far an archive or a compressed log may decompress. The defaults are far above what phones write: their
/// largest logs have 40 MB and a compression ratio of about 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Decompressed bytes of one log.
    pub log_bytes: u64,
    /// Decompressed bytes of everything in one archive or one compressed log.
    pub archive_bytes: u64,
    /// Decompressed bytes per byte of the file.
    pub ratio: u64,
    /// `ratio` applies only after this many decompressed bytes.
    pub ratio_from: u64,
    /// Members of one archive, logs or not, including the members of nested archives.
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

/// The largest configuration file that is read, in bytes; the largest real one has 197 KB.
pub const MAX_CONFIG_BYTES: u64 = 4 << 20;

/// The most bytes of configuration files that are kept of one archive: enough for 250,000 files of 2 KB.
const ALL_CONFIG_BYTES: u64 = 512 << 20;

/// Maximum nesting: an archive in an archive is read, and a compressed file in a compressed file, but nothing
/// deeper.
pub(super) const MAX_NESTING: u8 = 2;

/// Why reading stopped before the end of the input.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: ProblemKind,
    pub(super) message: Sentence,
}

const TOO_MUCH_MEMORY: &str = "needs too much memory to be decompressed";

impl Fault {
    pub(super) fn new(kind: ProblemKind, message: impl Into<Sentence>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The problem of the file at this path.
    pub(super) fn at(self, path: &str) -> Problem {
        Problem::new(path, self.kind, self.message)
    }

    /// The fault that an error of decompression means.
    pub(super) fn of(error: io::Error) -> Self {
        use io::ErrorKind::{InvalidData, InvalidInput, Other, OutOfMemory, UnexpectedEof, Unsupported};
        match error.kind() {
            // `zstd` has no kind of its own for this.
            Other if error.to_string().contains("too much memory") => {
                Self::new(ProblemKind::LimitExceeded, TOO_MUCH_MEMORY)
            }
            UnexpectedEof => Self::new(ProblemKind::TruncatedArchive, "the compressed data ends too early"),
            Unsupported => Self::new(
                ProblemKind::UnsupportedCompression,
                sentence!["is compressed in a way that can't be read; unpack it first: ", &error],
            ),
            InvalidData | InvalidInput | Other => {
                Self::new(ProblemKind::CorruptArchive, sentence!["the compressed data is damaged: ", &error])
            }
            OutOfMemory => Self::new(ProblemKind::LimitExceeded, TOO_MUCH_MEMORY),
            _ => Self::new(ProblemKind::from_error(&error), &error),
        }
    }
}

/// What was decompressed of one file and everything nested in it, compared with the limits.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    /// The most decompressed bytes in total.
    most: u64,
    counted: Cell<u64>,
    members: Cell<u64>,
    config_bytes: Cell<u64>,
}

impl Budget {
    /// The budget of a file of this size. A pipe has no size, so its ratio is not limited.
    pub(super) fn new(limits: Limits, file_bytes: Option<u64>) -> Self {
        let by_ratio =
            file_bytes.map_or(u64::MAX, |bytes| bytes.saturating_mul(limits.ratio).max(limits.ratio_from));
        let most = by_ratio.min(limits.archive_bytes);
        Self { limits, most, counted: Cell::new(0), members: Cell::new(0), config_bytes: Cell::new(0) }
    }

    /// The most decompressed bytes of one log.
    pub(super) const fn log_bytes(&self) -> u64 {
        self.limits.log_bytes
    }

    /// Whether the limit of bytes or of members is exceeded. If so, nothing more of the file is read.
    pub(super) fn is_exhausted(&self) -> bool {
        self.counted.get() > self.most || self.members.get() > self.limits.members
    }

    /// Counts a member. The fault names the exceeded limit.
    pub(super) fn count_member(&self) -> Result<(), Fault> {
        self.members.set(self.members.get().saturating_add(1));
        if self.members.get() <= self.limits.members {
            return Ok(());
        }
        let message = format!("more than {} members; the rest was not read", self.limits.members);
        Err(Fault::new(ProblemKind::LimitExceeded, message))
    }

    /// Counts a configuration file; false if that exceeds the limit.
    pub(super) fn take_config(&self, bytes: u64) -> bool {
        self.config_bytes.set(self.config_bytes.get().saturating_add(bytes));
        self.config_bytes.get() <= ALL_CONFIG_BYTES
    }

    /// Counts decompressed bytes. The fault names the exceeded limit.
    fn count_bytes(&self, bytes: u64) -> Result<(), Fault> {
        self.counted.set(self.counted.get().saturating_add(bytes));
        if self.counted.get() <= self.most {
            return Ok(());
        }
        let message = if self.most < self.limits.archive_bytes {
            format!("decompresses to more than {} times its size", self.limits.ratio)
        } else {
            format!("one file decompresses to more than {} bytes", self.limits.archive_bytes)
        };
        Err(Fault::new(ProblemKind::LimitExceeded, message))
    }
}

/// A stream that ends at an error or at a limit and keeps the reason in `fault`, so that what came before is
/// used.
pub(super) struct LimitedStream<'b, R> {
    inner: R,
    /// Counts what is read; None if the stream is not decompressed.
    budget: Option<&'b Budget>,
    has_ended: bool,
    pub(super) fault: Option<Fault>,
}

impl<'b, R: Read> LimitedStream<'b, R> {
    pub(super) const fn new(inner: R, budget: Option<&'b Budget>) -> Self {
        Self { inner, budget, has_ended: false, fault: None }
    }

    fn end(&mut self, fault: Option<Fault>) -> usize {
        self.has_ended = true;
        self.fault = fault;
        0
    }
}

impl<R: Read> Read for LimitedStream<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_ended || buffer.is_empty() {
            return Ok(0);
        }
        if self.budget.is_some_and(Budget::is_exhausted) {
            // Another stream of the same file exceeded the limit and reported it.
            return Ok(self.end(None));
        }
        let read = uninterrupted(|| self.inner.read(buffer)).map_err(Fault::of);
        let counted = read.and_then(|length| {
            self.budget.map_or(Ok(()), |budget| budget.count_bytes(length as u64)).map(|()| length)
        });
        Ok(counted.unwrap_or_else(|fault| self.end(Some(fault))))
    }
}

/// The fault of a log with more bytes than these.
pub(super) fn too_long(most: u64) -> Fault {
    Fault::new(
        ProblemKind::LimitExceeded,
        format!("the log has more than {most} bytes; the rest was not read"),
    )
}

/// Reads until the buffer is full or the stream ends.
pub(super) fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let (length, fault) = fill_up_to_fault(stream, buffer);
    fault.map_or(Ok(length), Err)
}

/// The same up to an error of the stream: the number of bytes before it, and the error.
pub(super) fn fill_up_to_fault(stream: &mut dyn Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut length = 0;
    while length < buffer.len() {
        match uninterrupted(|| stream.read(&mut buffer[length..])) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) => return (length, Some(error)),
        }
    }
    (length, None)
}
