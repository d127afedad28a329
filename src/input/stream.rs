//! Decompression: what a stream is, by its magic bytes, and what it gives. A fault ends the stream;
//! what was read before it counts.

use std::io::{self, BufRead, BufReader, Read};

use super::gzip::Gzip;
use super::limits::Budget;
use super::member::is_tar_name;
use crate::problem::ProblemKind;

/// Decompression reads in pieces of this size.
pub(super) const BUFFER: usize = 256 * 1024;

/// How many bytes tell what a file is.
pub(super) const SNIFFED: usize = 512;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Gzip,
    Zstd,
    Zip,
    Tar,
}

impl Kind {
    pub(super) fn of(begin: &[u8]) -> Self {
        match begin {
            [0x1F, 0x8B, 8, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Self::Zstd,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, b'P', b'K', 3, 4, ..] => {
                Self::Zip
            }
            _ if is_tar_header(begin) || has_tar_mark(begin) => Self::Tar,
            _ => Self::Plain,
        }
    }

    /// The same of something of this base name. A name that promises a tar archive is believed: there a
    /// damaged beginning must not make one log of all its members.
    pub(super) fn of_named(begin: &[u8], base: &[u8]) -> Self {
        match Self::of(begin) {
            Self::Plain if !begin.is_empty() && is_tar_name(base) => Self::Tar,
            kind => kind,
        }
    }
}

/// A tar header has its sum in itself, the old form too.
pub(super) fn is_tar_header(begin: &[u8]) -> bool {
    let Some(header) = begin.first_chunk::<SNIFFED>() else { return false };
    let field = header[148..156].iter().map(|&byte| char::from(byte)).collect::<String>();
    let Ok(told) = u64::from_str_radix(field.trim_matches([' ', '\0']), 8) else { return false };
    let sum: u64 = header[..148].iter().chain(&header[156..]).map(|&byte| u64::from(byte)).sum();
    // A writer may leave the name of what belongs to the next member empty.
    told == sum + 8 * u64::from(b' ') && (header[0] != 0 || has_tar_mark(begin))
}

/// The mark of a tar header's newer forms, which stands there even if the header is damaged elsewhere.
/// With a NUL in it, it is no part of a text.
fn has_tar_mark(begin: &[u8]) -> bool {
    begin.get(257..265).is_some_and(|mark| mark.starts_with(b"ustar\0") || mark == b"ustar  \0")
}

/// Why a stream ended before its end.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: ProblemKind,
    pub(super) message: String,
}

impl Fault {
    /// A limit was met.
    pub(super) const fn limit(message: String) -> Self {
        Self { kind: ProblemKind::LimitExceeded, message }
    }

    /// What an error of decompression means.
    pub(super) fn of(error: &io::Error) -> Self {
        let (kind, message) = match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                (ProblemKind::TruncatedArchive, "the compressed data ends too early".to_owned())
            }
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                (ProblemKind::CorruptArchive, format!("the compressed data is damaged: {error}"))
            }
            _ => (ProblemKind::of(error), error.to_string()),
        };
        Self { kind, message }
    }
}

/// A stream that ends where it breaks, and remembers why. It heeds the limits.
pub(super) struct Guarded<'b, R> {
    inner: R,
    budget: Option<&'b Budget>,
    pub(super) fault: Option<Fault>,
}

impl<'b, R: Read> Guarded<'b, R> {
    /// Without a budget nothing is decompressed, so there is no limit.
    pub(super) const fn new(inner: R, budget: Option<&'b Budget>) -> Self {
        Self { inner, budget, fault: None }
    }
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_some() {
            return Ok(0);
        }
        loop {
            match self.inner.read(buffer) {
                Ok(length) => {
                    if let Some(Err(message)) = self.budget.map(|budget| budget.spend(length as u64)) {
                        self.fault = Some(Fault { kind: ProblemKind::LimitExceeded, message });
                        return Ok(0);
                    }
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.fault = Some(Fault::of(&error));
                    return Ok(0);
                }
            }
        }
    }
}

/// A log that ends where it is longer than a log may be, and remembers it.
pub(super) struct OneLog<R> {
    inner: R,
    most: u64,
    left: u64,
    pub(super) fault: Option<Fault>,
}

impl<R: Read> OneLog<R> {
    pub(super) const fn new(inner: R, most: u64) -> Self {
        Self { inner, most, left: most, fault: None }
    }
}

impl<R: Read> Read for OneLog<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_some() || buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            if self.inner.read(&mut [0])? > 0 {
                self.fault =
                    Some(Fault::limit(format!("more than {} bytes decompressed of one log", self.most)));
            }
            return Ok(0);
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let length = self.inner.read(&mut buffer[..room])?;
        self.left -= length as u64;
        Ok(length)
    }
}

/// All members of a gzip stream, or frames of a zstd stream, one after the other. Zeros behind the
/// last one are padding.
struct Members<R: BufRead> {
    member: Option<Member<R>>,
}

enum Member<R: BufRead> {
    Gzip(Box<Gzip<R>>),
    Zstd(zstd::Decoder<'static, R>),
}

impl<R: BufRead> Member<R> {
    fn of(kind: Kind, compressed: R) -> io::Result<Self> {
        Ok(match kind {
            Kind::Zstd => Self::Zstd(zstd::Decoder::with_buffer(compressed)?.single_frame()),
            _ => Self::Gzip(Box::new(Gzip::new(compressed))),
        })
    }

    /// What this was, and what follows it.
    fn ended(self) -> (Kind, R) {
        match self {
            Self::Gzip(member) => (Kind::Gzip, member.into_inner()),
            Self::Zstd(decoder) => (Kind::Zstd, decoder.finish()),
        }
    }
}

impl<R: BufRead> Read for Member<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(member) => member.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let length = member.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            let Some(ended) = self.member.take() else { break };
            let (kind, mut rest) = ended.ended();
            match (kind, rest.fill_buf()?) {
                (_, []) => break,
                (Kind::Gzip, [0x1F, ..]) | (Kind::Zstd, [0x28 | 0x50..=0x5F, ..]) => {
                    self.member = Some(Member::of(kind, rest)?);
                }
                _ => return only_zeros(rest).map(|()| 0),
            }
        }
        Ok(0)
    }
}

/// More zeros than this are no padding, but perhaps a hole without end.
const MOST_PADDING: u64 = 256 * 1024 * 1024;

fn only_zeros(rest: impl BufRead) -> io::Result<()> {
    let mut rest = rest.take(MOST_PADDING);
    loop {
        let buffer = rest.fill_buf()?;
        if buffer.is_empty() {
            let is_end = rest.limit() > 0 || rest.into_inner().fill_buf()?.is_empty();
            let wrong = "more zeros follow it than were looked at";
            return if is_end { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidData, wrong)) };
        }
        if buffer.iter().any(|&byte| byte != 0) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "something else follows it"));
        }
        let length = buffer.len();
        rest.consume(length);
    }
}

/// The decompressed content of a gzip or zstd stream; any other as it is.
pub(super) fn decompressed<'r>(kind: Kind, compressed: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let buffered = BufReader::with_capacity(BUFFER, compressed);
    Ok(match kind {
        Kind::Gzip | Kind::Zstd => Box::new(Members { member: Some(Member::of(kind, buffered)?) }),
        _ => Box::new(buffered),
    })
}

/// Reads until the buffer is full or the stream ends.
pub(super) fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match stream.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
