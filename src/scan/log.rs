//! From one log's content to its digest, in memory that does not grow with the log.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};

use super::encoding::{self, Utf8};
use super::pieces;
use crate::digest::{Digest, Fold};
use crate::input::Content;
use crate::reader::Reader;
use crate::window::Window;

/// A stream is read in pieces of this size.
const PIECE: usize = 256 * 1024;

/// How the content of a log begins, which is enough to tell that two logs are not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    bytes: [u8; Self::LENGTH],
    length: u8,
}

impl Head {
    const LENGTH: usize = 48;

    const fn empty() -> Self {
        Self { bytes: [0; Self::LENGTH], length: 0 }
    }

    fn take(&mut self, piece: &[u8]) {
        let at = usize::from(self.length);
        let more = piece.len().min(Self::LENGTH - at);
        self.bytes[at..at + more].copy_from_slice(&piece[..more]);
        self.length += more as u8;
    }

    /// The beginning, if the log is at least as long as what is kept of it.
    pub(super) fn whole(&self) -> Option<[u8; Self::LENGTH]> {
        (usize::from(self.length) == Self::LENGTH).then_some(self.bytes)
    }

    /// Whether a log that begins like this may go on as one that begins like `longer`.
    pub(super) fn may_begin(&self, longer: &Self) -> bool {
        longer.bytes[..usize::from(longer.length)].starts_with(&self.bytes[..usize::from(self.length)])
    }
}

/// What a whole log in memory amounts to.
#[must_use]
pub fn digest_of(log: &[u8], window: Window) -> Digest {
    whole(log, Fold::new(window), !window.is_open())
}

fn whole(log: &[u8], fold: Fold, every_stamp: bool) -> Digest {
    let mut reader = Reader::new(fold, every_stamp);
    reader.feed(log);
    let (fold, counts) = reader.finish();
    fold.finish(counts)
}

/// Reads a log of any kind into this fold. What was read before a fault counts: it comes with the fault.
pub(super) fn read(content: Content<'_>, fold: Fold, every_stamp: bool) -> (Digest, Head, io::Result<()>) {
    match content {
        Content::Whole(bytes) if !encoding::is_utf_16(bytes) => {
            let mut head = Head::empty();
            head.take(bytes);
            (whole(bytes, fold, every_stamp), head, Ok(()))
        }
        Content::Whole(mut bytes) => read_stream(&mut bytes, fold, every_stamp),
        Content::File(file, size) => {
            let mut begin = [0; Head::LENGTH];
            let length = pieces::read_at(file, &mut begin, 0).unwrap_or(0);
            if encoding::is_utf_16(&begin[..length]) {
                return read_stream(&mut Part { file, place: 0, end: size }, fold, every_stamp);
            }
            let mut head = Head::empty();
            head.take(&begin[..length]);
            let (digest, result) = pieces::digest_of(file, size, fold, every_stamp);
            (digest, head, result)
        }
        Content::Stream(stream) => read_stream(stream, fold, every_stamp),
    }
}

fn read_stream(stream: &mut dyn Read, fold: Fold, every_stamp: bool) -> (Digest, Head, io::Result<()>) {
    let mut head = Head::empty();
    let mut bytes = 0;
    let mut text = Utf8::default();
    let mut reader = Reader::new(fold, every_stamp);
    let result = feed(stream, |piece| {
        head.take(piece);
        bytes += piece.len() as u64;
        text.feed(piece, &mut |piece| reader.feed(piece));
    });
    text.finish(&mut |piece| reader.feed(piece));
    let (fold, mut counts) = reader.finish();
    // As many as are in the file, not as it takes in another encoding.
    counts.bytes = bytes;
    (fold.finish(counts), head, result)
}

/// A file up to the size that it had when it was opened.
struct Part<'f> {
    file: &'f File,
    place: u64,
    end: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.place).unwrap_or(usize::MAX).min(buffer.len());
        let length = pieces::read_at(self.file, &mut buffer[..left], self.place)?;
        if length == 0 && left > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.place += length as u64;
        Ok(length)
    }
}

fn feed(stream: &mut dyn Read, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    thread_local! {
        static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; PIECE]);
    }
    // A stream may itself be read by what reads another one: then a buffer of its own serves.
    let mut buffer = BUFFER.take();
    buffer.resize(PIECE, 0);
    let result = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break Ok(()),
            Ok(length) => each(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    BUFFER.set(buffer);
    result
}
