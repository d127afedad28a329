//! From one log's content to its digest, in memory that does not grow with the log.

use std::cell::RefCell;
use std::io::{self, Read};

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

    /// Whether a log that begins like this may go on as one that begins like `longer`.
    pub(super) fn may_begin(&self, longer: &Self) -> bool {
        longer.bytes[..usize::from(longer.length)].starts_with(&self.bytes[..usize::from(self.length)])
    }
}

/// What a whole log in memory amounts to.
#[must_use]
pub fn digest_of(log: &[u8], window: Window) -> Digest {
    let mut reader = Reader::new(Fold::new(window), !window.is_open());
    reader.feed(log);
    let (fold, counts) = reader.finish();
    fold.finish(counts)
}

/// Reads a log of any kind into this fold. What was read before a fault counts: it comes with the fault.
pub(super) fn read(content: Content<'_>, fold: Fold, every_stamp: bool) -> (Digest, Head, io::Result<()>) {
    let mut head = Head::empty();
    match content {
        Content::Whole(bytes) => {
            head.take(bytes);
            let mut reader = Reader::new(fold, every_stamp);
            reader.feed(bytes);
            let (fold, counts) = reader.finish();
            (fold.finish(counts), head, Ok(()))
        }
        Content::File(file, size) => {
            let mut begin = [0; Head::LENGTH];
            if let Ok(length) = pieces::read_at(file, &mut begin, 0) {
                head.take(&begin[..length]);
            }
            let (digest, result) = pieces::digest_of(file, size, fold, every_stamp);
            (digest, head, result)
        }
        Content::Stream(stream) => {
            let mut reader = Reader::new(fold, every_stamp);
            let result = feed(stream, |piece| {
                head.take(piece);
                reader.feed(piece);
            });
            let (fold, counts) = reader.finish();
            (fold.finish(counts), head, result)
        }
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
