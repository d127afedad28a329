//! The buffers of one thread, reused from log to log.

use std::collections::VecDeque;
use std::fs::File;
use std::io;

use super::system::{OpenDirectory, open_ahead};

/// Logs smaller than this, in bytes, are passed to the sink in one piece.
pub(super) const WHOLE: usize = 256 * 1024;

/// The index of a log among all that were found, which are sorted by phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogFile(pub(super) u32);

/// A thread opens at most this many logs before it reads them.
pub(super) const MAX_OPEN_AHEAD: usize = 64;

/// Buffers and open files that a thread keeps from log to log.
pub struct Buffers {
    /// Logs that are open and not read yet, in reading order.
    pub(super) ahead: VecDeque<(LogFile, io::Result<File>)>,
    pub(super) most_ahead: usize,
    /// The directory of the log that was opened last.
    pub(super) directory: Option<(u32, OpenDirectory)>,
    pub(super) path: Vec<u8>,
    spare: Vec<Box<[u8]>>,
}

impl Buffers {
    /// The buffers of one of `readers` threads. All of them together open no more files than the process may.
    pub fn new(readers: usize) -> Self {
        let most_ahead = open_ahead(readers, MAX_OPEN_AHEAD);
        let (ahead, path, spare) = (VecDeque::new(), Vec::new(), Vec::new());
        Self { ahead, most_ahead, directory: None, path, spare }
    }

    /// A buffer of `WHOLE` bytes.
    pub(super) fn take(&mut self) -> Box<[u8]> {
        self.spare.pop().unwrap_or_else(|| vec![0; WHOLE].into())
    }

    pub(super) fn return_buffer(&mut self, buffer: Box<[u8]>) {
        self.spare.push(buffer);
    }
}
