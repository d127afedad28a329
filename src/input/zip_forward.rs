//! A zip archive that has lost its directory, which stands at its end: member after member, by the
//! header before each, as far as that goes.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use chrono::{NaiveDate, NaiveDateTime};
use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::member::{Place, base_name};
use super::random::Random;
use super::stream::{BUFFER, Fault, Guarded};
use super::zip::{Declared, ENCRYPTED};
use super::zip_end::{self, HEADER, LENGTHS_FOLLOW};
use crate::problem::{Problem, ProblemKind};

const IS_ENCRYPTED: u16 = 1;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// What stands in a header where the true length is in the 64-bit field behind the name.
const IN_LARGE_FIELD: u64 = 0xFFFF_FFFF;

/// How far the archive went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Its own end was there, and nothing behind it.
    Whole,
    /// It just ended.
    Open,
}

/// Reads the logs of the archive from this place on, and those of any that follow it; the first of them
/// is number `first`. What follows the last member but is no end of an archive is not looked at.
pub(super) fn read(place: &Place<'_>, random: &Random, from: u64, first: u64) -> Result<End, Fault> {
    let mut stream = Counted { inner: BufReader::with_capacity(BUFFER, random.reader()), place: 0 };
    stream.skip_to(from)?;
    // An archive that was written in parts begins with a mark.
    if matches!(stream.peek(4), Ok([b'P', b'K', 7, 8])) {
        stream.consume(4);
    }
    let mut number = first;
    let mut end = End::Open;
    loop {
        match next(place, &mut stream, number, end)? {
            Next::Member => {
                number += 1;
                end = End::Open;
            }
            Next::Directory => end = End::Open,
            Next::End => end = End::Whole,
            Next::Nothing if end == End::Whole => return ended(random, stream.place),
            Next::Nothing => return Ok(end),
        }
    }
}

/// The archive's end was there; whether something else stands behind it.
fn ended(random: &Random, at: u64) -> Result<End, Fault> {
    match zip_end::is_padding(random, at) {
        Ok(true) => Ok(End::Whole),
        Ok(false) => {
            let behind = random.length().saturating_sub(at);
            let message = format!("{behind} bytes behind the archive's end were not looked at");
            Err(Fault { kind: ProblemKind::CorruptArchive, message })
        }
        Err(error) => Err(Fault::of(&error)),
    }
}

/// What came next.
enum Next {
    Member,
    /// A part of the directory.
    Directory,
    /// The archive's end.
    End,
    Nothing,
}

/// Reads the next member, or goes past what stands between two archives.
fn next(place: &Place<'_>, stream: &mut Counted, number: u64, end: End) -> Result<Next, Fault> {
    let at = stream.place;
    let mut fixed = [0; HEADER];
    let length = stream.fill(&mut fixed)?;
    if length < HEADER || !fixed.starts_with(b"PK\x03\x04") {
        stream.skip_to(at)?;
        return match &fixed[..length] {
            [b'P', b'K', 1, 2, ..] | [b'P', b'K', 5..=6, 5..=7, ..] => directory(stream),
            // What follows the last member is the directory, whole or not.
            [] | [b'P', b'K', ..] | [0, ..] => Ok(Next::Nothing),
            _ if end == End::Whole => Ok(Next::Nothing),
            _ => Err(Fault {
                kind: ProblemKind::CorruptArchive,
                message: format!("the archive is damaged at byte {at}; the members before it were read"),
            }),
        };
    }
    place.budget.member().map_err(Fault::limit)?;
    let mut name = vec![0; usize::from(short(&fixed, 26))];
    let mut extra = vec![0; usize::from(short(&fixed, 28))];
    if stream.fill(&mut name)? < name.len() || stream.fill(&mut extra)? < extra.len() {
        return Ok(Next::Nothing);
    }
    let header = Header::of(&fixed, &extra);
    let path = place.member_path(&name);
    let is_wanted = !name.ends_with(b"/") && place.wants_member(base_name(&path));
    let tell = |fault: Fault| {
        if is_wanted {
            place.sink.problem(Problem::new(path.clone(), fault.kind, fault.message));
        }
    };
    let Some(length) = header.compressed else {
        return unknown_length(place, stream, &header, is_wanted.then_some(&*path), number)
            .map(|()| Next::Member);
    };
    let end = stream.place.saturating_add(length);
    if header.is_encrypted {
        tell(Fault { kind: ProblemKind::Unreadable, message: ENCRYPTED.to_owned() });
    } else if is_wanted {
        let compressed = Read::take(&mut *stream, length);
        let content: Box<dyn Read + '_> = match header.method {
            STORED => Box::new(compressed),
            DEFLATED => Box::new(DeflateDecoder::new(BufReader::new(compressed))),
            other => {
                let message = format!("cannot be unpacked: compression method {other} is not known");
                tell(Fault { kind: ProblemKind::Unreadable, message });
                Box::new(io::empty())
            }
        };
        if matches!(header.method, STORED | DEFLATED) {
            log(place, &path, number, &header, content);
        }
    }
    stream.skip_to(end)?;
    if header.lengths_follow {
        stream.skip_descriptor()?;
    }
    Ok(Next::Member)
}

/// Goes past one piece of what follows an archive's members.
fn directory(stream: &mut Counted) -> Result<Next, Fault> {
    let at = stream.place;
    let mut begin = [0; zip_end::ENTRY];
    let length = stream.fill(&mut begin)?;
    let Some(piece) = zip_end::Piece::of(&begin[..length]) else { return Ok(Next::Nothing) };
    stream.skip_to(at.saturating_add(piece.length))?;
    Ok(if piece.is_end { Next::End } else { Next::Directory })
}

/// A member whose compressed length is not known: only its content tells where it ends.
fn unknown_length(
    place: &Place<'_>,
    stream: &mut Counted,
    header: &Header,
    path: Option<&str>,
    number: u64,
) -> Result<(), Fault> {
    if header.is_encrypted || header.method != DEFLATED {
        let message = "the archive has lost its directory, and a member does not tell its length".to_owned();
        return Err(Fault { kind: ProblemKind::TruncatedArchive, message });
    }
    let mut content = DeflateDecoder::new(&mut *stream);
    if let Some(path) = path {
        log(place, path, number, header, &mut content);
    }
    let mut rest = Guarded::new(&mut content, Some(place.budget));
    let _ = io::copy(&mut rest, &mut io::sink());
    if let Some(fault) = rest.fault {
        // The member's own problem was told already, and nothing says where the next one begins.
        return Err(Fault { kind: fault.kind, message: "the archive ends within a member".to_owned() });
    }
    stream.skip_descriptor()
}

fn log(place: &Place<'_>, path: &str, number: u64, header: &Header, content: impl Read) {
    let origin = place.origin.member(number);
    let inner = place.inside(path, &origin, header.modified);
    let checked = Checked { inner: content, sum: Crc::new(), expected: header.sum };
    let budget = Some(place.budget);
    match header.length {
        Some(length) => inner.read(&mut Declared::new(checked, length), budget),
        None => inner.read(&mut { checked }, budget),
    }
}

/// What stands before a member.
struct Header {
    method: u16,
    is_encrypted: bool,
    lengths_follow: bool,
    modified: Option<NaiveDateTime>,
    sum: Option<u32>,
    compressed: Option<u64>,
    length: Option<u64>,
}

impl Header {
    fn of(fixed: &[u8; HEADER], extra: &[u8]) -> Self {
        let flags = short(fixed, 6);
        let lengths_follow = flags & LENGTHS_FOLLOW != 0;
        let mut large = large_field(extra).unwrap_or_default();
        let mut length = |at: usize| {
            let length = u64::from(long(fixed, at));
            if length < IN_LARGE_FIELD {
                return length;
            }
            let Some((first, rest)) = large.split_first_chunk::<8>() else { return length };
            large = rest;
            u64::from_le_bytes(*first)
        };
        // In this order they stand behind the name.
        let (length, compressed) = (length(22), length(18));
        let is_known = !lengths_follow || compressed > 0;
        Self {
            method: short(fixed, 8),
            is_encrypted: flags & IS_ENCRYPTED != 0,
            lengths_follow,
            modified: modified(short(fixed, 12), short(fixed, 10)),
            sum: (!lengths_follow).then(|| long(fixed, 14)),
            compressed: is_known.then_some(compressed),
            length: is_known.then_some(length),
        }
    }
}

/// The 64-bit lengths among what stands behind the name.
fn large_field(mut extra: &[u8]) -> Option<&[u8]> {
    loop {
        let (&[id, id_high, length, length_high], rest) = extra.split_first_chunk()?;
        let (field, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([length, length_high])))?;
        if u16::from_le_bytes([id, id_high]) == 1 {
            return Some(field);
        }
        extra = rest;
    }
}

fn modified(date: u16, time: u16) -> Option<NaiveDateTime> {
    let day = NaiveDate::from_ymd_opt(
        1980 + i32::from(date >> 9),
        u32::from(date >> 5 & 15),
        u32::from(date & 31),
    )?;
    day.and_hms_opt(u32::from(time >> 11), u32::from(time >> 5 & 63), 2 * u32::from(time & 31))
}

fn short(bytes: &[u8; HEADER], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8; HEADER], at: usize) -> u32 {
    u32::from(short(bytes, at)) | u32::from(short(bytes, at + 2)) << 16
}

/// Content that breaks at its end where its checksum is another.
struct Checked<R> {
    inner: R,
    sum: Crc,
    expected: Option<u32>,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.sum.update(&buffer[..length]);
        if length == 0 && !buffer.is_empty() && self.expected.is_some_and(|sum| sum != self.sum.sum()) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong"));
        }
        Ok(length)
    }
}

/// The archive's bytes, and how far they were read.
struct Counted {
    inner: BufReader<super::random::Reader>,
    place: u64,
}

impl Counted {
    /// Fills the buffer as far as the archive goes; how far is returned.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        super::stream::fill(self, buffer).map_err(|error| Fault::of(&error))
    }

    fn peek(&mut self, length: usize) -> io::Result<&[u8]> {
        let buffer = self.inner.fill_buf()?;
        Ok(&buffer[..length.min(buffer.len())])
    }

    fn skip_to(&mut self, place: u64) -> Result<(), Fault> {
        let skipped = match i64::try_from(i128::from(place) - i128::from(self.place)) {
            Ok(distance) => self.inner.seek_relative(distance),
            Err(_) => self.inner.seek(SeekFrom::Start(place)).map(drop),
        };
        self.place = place;
        skipped.map_err(|error| Fault::of(&error))
    }

    /// Goes past the checksum and lengths that stand behind a member: 12 bytes, or 20 with 64-bit
    /// lengths, with a mark of 4 bytes before them or none. What follows tells which.
    fn skip_descriptor(&mut self) -> Result<(), Fault> {
        let at = self.place;
        let mut behind = [0; 28];
        let length = super::stream::fill(self, &mut behind).map_err(|error| Fault::of(&error))?;
        let behind = &behind[..length];
        let is_next = |skipped: &usize| {
            let next = behind.get(*skipped..).unwrap_or_default();
            next.is_empty() || matches!(next, [b'P', b'K', 1..=7, 1..=8, ..])
        };
        let marked = behind.starts_with(b"PK\x07\x08");
        let lengths: &[usize] = if marked { &[16, 24, 12, 20] } else { &[12, 20] };
        let skipped = lengths.iter().copied().find(is_next).unwrap_or(length);
        self.skip_to(at + skipped as u64)
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.place += length as u64;
        Ok(length)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.place += amount as u64;
        self.inner.consume(amount);
    }
}
