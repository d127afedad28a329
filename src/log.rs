//! Reads a log into its digest. Memory does not grow with the length of the log.
//!
//! `healthy` reads logs in which nothing is wrong; `reader` reads the lines of one log; `fast_path` skips the many
//! lines that need not be kept; `parts` splits a file of several phones, and `source` finds those that share an address;
//! `chunks` reads one large file on all threads; `frames` gives counted messages of syslog their own lines.

mod chunks;
mod export;
mod fast_path;
mod frames;
mod healthy;
mod mail;
mod part_name;
mod parts;
mod reader;
mod source;
#[cfg(test)]
mod tests;

use std::io;

pub use healthy::{HealthyLog, HealthySlot, MissedRise, read_healthy};
pub use part_name::PartName;
pub use parts::LogPart;
pub(crate) use parts::MAX_PARTS;
pub use reader::MAX_LINE_LENGTH;
pub use source::SenderSpan;

use crate::digest::LogDigest;
use crate::event::Event;
use crate::input::{Bytes, FilePart, uninterrupted};
use crate::line::Header;
use crate::window::Window;
use frames::Frames;
use parts::PartsReader;
use reader::Reader;

/// A stream is read in pieces of this size in bytes.
const PIECE: usize = 256 * 1024;

/// The result of reading one file: its log, or one log for each phone whose lines it has.
pub struct Read {
    /// At least one.
    pub parts: Vec<LogPart>,
    /// How many lines were not read, because the file has lines of too many phones or senders.
    pub not_read: u64,
    /// The error that ended reading, if any. What was read before it is in `parts`.
    pub result: io::Result<()>,
}

/// A known message, as `events` lists it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// 1-based number of its header line among those of its log.
    pub line: u64,
    /// How many lines of other logs are before that line in the file.
    pub skipped: u64,
    /// Its header, if it has one.
    pub header: Option<Header>,
    /// The parsed message.
    pub event: Event,
}

/// Takes the known messages of a file, in the order of the lines of each part, with the part's number: see
/// [`LogPart::number`].
pub type EventRecorder<'r> = &'r mut dyn FnMut(usize, Recorded);

/// Reads a log of any kind. `record` gets every known message.
pub fn read(content: Bytes<'_>, window: &Window, record: Option<EventRecorder<'_>>) -> Read {
    let mail = match &content {
        Bytes::Whole(bytes) => mail::with_one_alternative(bytes),
        Bytes::File(file, size) => mail::read(file, *size),
        Bytes::Stream(_) => None,
    };
    if let Some(mail) = mail {
        return read_in_memory(&mail, window, record);
    }
    match content {
        Bytes::Whole(mut bytes) if Frames::of(bytes).is_some() => read_stream(&mut bytes, window, record),
        Bytes::Whole(bytes) => read_in_memory(bytes, window, record),
        Bytes::File(file, size) if record.is_none() => match chunks::digest_of(file, size, window) {
            Some((digest, result)) => Read { parts: vec![LogPart::whole(digest)], not_read: 0, result },
            None => read_stream(&mut FilePart::new(file, 0..size), window, None),
        },
        Bytes::File(file, size) => read_stream(&mut FilePart::new(file, 0..size), window, record),
        Bytes::Stream(stream) => read_stream(stream, window, record),
    }
}

fn read_in_memory(bytes: &[u8], window: &Window, record: Option<EventRecorder<'_>>) -> Read {
    let part = if record.is_none() { read_whole(bytes, window) } else { None };
    let (parts, not_read) = part.map(|part| (vec![part], 0)).unwrap_or_else(|| {
        let mut reader = PartsReader::new(*window, record);
        reader.feed(bytes);
        reader.finish()
    });
    Read { parts, not_read, result: Ok(()) }
}

/// Reads a log in memory on the assumption that it is one phone's, as nearly all are. None if one of its
/// first lines names its phone or sender. Checking these lines first would take 5 % of the time for a small
/// log.
fn read_whole(log: &[u8], window: &Window) -> Option<LogPart> {
    let mut reader = Reader::new(*window, false);
    reader.feed(log);
    // The reader keeps a line without a line feed until the log ends.
    let last = &log[memchr::memrchr(b'\n', log).map_or(0, |feed| feed + 1)..];
    let names_parts = reader.names_parts || (part_name::part_of(last).is_some_and(|found| found.is_named()));
    (!names_parts).then(|| LogPart::whole(reader.finish()))
}

/// The digest of a log in memory that is one phone's.
pub fn digest_of(log: &[u8], window: &Window) -> LogDigest {
    let mut reader = Reader::new(*window, false);
    reader.feed(log);
    reader.finish()
}

/// The digest of the end of a log joined to the beginning of the next log, and the header of each known message by its
/// line.
pub(crate) fn read_split(message: &[u8]) -> (LogDigest, Vec<(u64, Header)>) {
    let mut reader = Reader::new(Window::default(), true);
    reader.feed(message);
    let digest = reader.finish();
    let headers = reader.take_recorded().filter_map(|recorded| Some((recorded.line, recorded.header?)));
    (digest, headers.collect())
}

fn read_stream(stream: &mut dyn io::Read, window: &Window, record: Option<EventRecorder<'_>>) -> Read {
    let mut reader = PartsReader::new(*window, record);
    let mut frames: Option<Option<Frames>> = None;
    let result = each_piece(stream, |piece| {
        match frames.get_or_insert_with(|| Frames::of(piece)) {
            Some(frames) => reader.feed(&frames.lines(piece)),
            None => reader.feed(piece),
        }
        true
    });
    if let Some(frames) = frames.flatten() {
        reader.feed(&frames.rest());
    }
    let (parts, not_read) = reader.finish();
    Read { parts, not_read, result }
}

/// Reads a stream in pieces until it ends or `take` returns false.
fn each_piece(stream: &mut dyn io::Read, mut take: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        let length = uninterrupted(|| stream.read(&mut buffer))?;
        if length == 0 || !take(&buffer[..length]) {
            return Ok(());
        }
    }
}
