//! From one log's content to its digest, in memory that does not grow with the log.

use std::cell::RefCell;
use std::io;

use super::encoding::{self, Utf8};
use super::pieces;
use crate::digest::{Digest, Fold};
use crate::input::{Content, Dense, PrefixHash, Sum};
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

    /// The whole of a log of so many bytes, if it is no longer than what is kept of it.
    pub(super) fn all_of(&self, length: u64) -> Option<&[u8]> {
        (u64::from(self.length) == length && self.whole().is_none())
            .then_some(&self.bytes[..usize::from(self.length)])
    }

    /// What is kept of the beginning.
    pub(super) fn kept(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// The beginning, if the log is at least as long as what is kept of it.
    pub(super) fn whole(&self) -> Option<[u8; Self::LENGTH]> {
        (usize::from(self.length) == Self::LENGTH).then_some(self.bytes)
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

/// What was read of a log.
pub(super) struct Read {
    pub(super) digest: Digest,
    pub(super) head: Head,
    /// The sum of all of it, if that was asked for.
    pub(super) sum: Option<PrefixHash>,
    /// What was read before a fault counts: it comes with the fault.
    pub(super) result: io::Result<()>,
}

/// How a log is read.
pub(super) struct Manner {
    /// Each line whose stamp differs from the line's before matters.
    pub(super) every_stamp: bool,
    /// The log cannot be read again, so its sum is made at once.
    pub(super) with_sum: bool,
}

/// Reads a log of any kind into this fold.
pub(super) fn read(content: Content<'_>, fold: Fold, manner: &Manner) -> Read {
    let every_stamp = manner.every_stamp;
    match content {
        Content::Whole(bytes) if !encoding::is_utf_16(bytes) => {
            let mut head = Head::empty();
            head.take(bytes);
            let mut sum = manner.sum();
            sum.iter_mut().for_each(|sum| sum.feed(bytes));
            let sum = sum.map(|sum| sum.finish());
            Read { digest: whole(bytes, fold, every_stamp), head, sum, result: Ok(()) }
        }
        Content::Whole(mut bytes) => read_stream(&mut bytes, fold, manner),
        Content::File(file, size) => {
            let dense = Dense::of(file, size);
            let mut begin = [0; Head::LENGTH];
            let length = dense.read_at(&mut begin, 0).unwrap_or(0);
            if encoding::is_utf_16(&begin[..length]) {
                let mut read = read_stream(&mut dense.reader(), fold, manner);
                if read.result.is_ok() {
                    read.digest.counts.bytes += dense.left_out();
                    read.result = dense.is_whole();
                }
                return read;
            }
            let mut head = Head::empty();
            head.take(&begin[..length]);
            let (digest, result) = pieces::digest_of(&dense, fold, every_stamp);
            Read { digest, head, sum: None, result }
        }
        Content::Stream(stream) => read_stream(stream, fold, manner),
    }
}

impl Manner {
    fn sum(&self) -> Option<Sum> {
        self.with_sum.then(Sum::default)
    }
}

fn read_stream(stream: &mut dyn io::Read, fold: Fold, manner: &Manner) -> Read {
    let mut head = Head::empty();
    let mut sum = manner.sum();
    let mut bytes = 0;
    let mut text = Utf8::default();
    let mut reader = Reader::new(fold, manner.every_stamp);
    let result = feed(stream, |piece| {
        head.take(piece);
        sum.iter_mut().for_each(|sum| sum.feed(piece));
        bytes += piece.len() as u64;
        text.feed(piece, &mut |piece| reader.feed(piece));
    });
    text.finish(&mut |piece| reader.feed(piece));
    let (fold, mut counts) = reader.finish();
    // As many as are in the file, not as it takes in another encoding.
    counts.bytes = bytes;
    Read { digest: fold.finish(counts), head, sum: sum.map(|sum| sum.finish()), result }
}

fn feed(stream: &mut dyn io::Read, mut each: impl FnMut(&[u8])) -> io::Result<()> {
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
