//! Stores packed values in a temporary file, so that memory does not grow with them.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use crate::input::FilePart;

/// The file. It has no name, and the system removes it when the program ends.
pub(super) struct Store {
    file: BufWriter<File>,
    length: u64,
}

/// Offset and length of a value in the file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct ByteRange {
    pub(super) begin: u64,
    length: u32,
}

impl Store {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), length: 0 })
    }

    /// Appends bytes. They can be read after the next [`flush`](Self::flush).
    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<ByteRange> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        // On Windows, reading a value has moved the file's position.
        if self.file.buffer().is_empty() {
            self.file.get_ref().seek(SeekFrom::Start(self.length))?;
        }
        self.file.write_all(bytes)?;
        let begin = self.length;
        self.length += u64::from(length);
        Ok(ByteRange { begin, length })
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// The length of the file, in bytes.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Reads a value's bytes.
    pub(super) fn read(&self, range: ByteRange) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; range.length as usize];
        let end = range.begin + u64::from(range.length);
        FilePart::new(self.file.get_ref(), range.begin..end).read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
