//! The buffers of a thread, used again from log to log.

use std::collections::VecDeque;
use std::fs::File;
use std::io;

use super::system::{OpenDirectory, open_ahead};

/// Logs up to this size are handed on in one piece, in bytes.
pub(super) const WHOLE: usize = 256 * 1024;

/// A log that was found, by its number among all. Numbers go phone by phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogFile(pub(super) u32);

/// A thread opens at most this many logs before it reads them.
pub(super) const AHEAD: usize = 64;

/// What a thread uses again from log to log.
pub struct Buffers {
    /// Logs that are open and not read yet, in the order in which they will be.
    pub(super) ahead: VecDeque<(LogFile, io::Result<File>)>,
    pub(super) most_ahead: usize,
    /// The directory of the log that was opened last.
    pub(super) directory: Option<(u32, OpenDirectory)>,
    pub(super) path: Vec<u8>,
    spare: Vec<Box<[u8]>>,
}

impl Buffers {
    /// The buffers of one of `readers` threads: together they open no more files than the system allows a
    /// program.
    #[must_use]
    pub fn new(readers: usize) -> Self {
        let most_ahead = open_ahead(readers, AHEAD);
        let (ahead, path, spare) = (VecDeque::new(), Vec::new(), Vec::new());
        Self { ahead, most_ahead, directory: None, path, spare }
    }

    /// A buffer of `WHOLE` bytes.
    pub(super) fn take(&mut self) -> Box<[u8]> {
        self.spare.pop().unwrap_or_else(|| vec![0; WHOLE].into())
    }

    pub(super) fn give_back(&mut self, buffer: Box<[u8]>) {
        self.spare.push(buffer);
    }
}
