//! One member of a gzip stream: `flate2` reads its header, `fdeflate` inflates it.
//!
//! A member is its header, a deflate stream, and a trailer of eight bytes: the sum and the length of
//! what comes out (RFC 1952).

use std::io::{self, BufRead, Read};

use fdeflate::{DecompressionError, Decompressor};
use flate2::bufread::GzDecoder;

/// Nothing refers to what is further back in a deflate stream, in bytes.
const WINDOW: usize = 32 * 1024;

/// So many bytes are inflated at a time.
const STEP: usize = 32 * 1024;

/// How many steps there are room for, until the window has to be moved.
const STEPS: usize = 4;

/// What stands where nothing came out yet: no byte of a text. How much came out before a fault is not told,
/// so it is seen by this.
const NOTHING: u8 = 0xFF;

/// Behind what came out there can be so many bytes more that are none of it: the inflater copies some at a
/// time. It is fewer than 16; these are all that a fault costs.
const OVERSHOOT: usize = 64;

/// A deflate stream is taken for a zlib stream of this header, whose sum, another one, is not looked at.
const ZLIB_HEADER: [u8; 2] = [0x78, 0x01];

const TRAILER: usize = 8;

/// The most bytes of the trailer that are not taken before the stream is known to be done: its other four
/// stand where a zlib stream's sum would.
const TRAILER_LEFT: usize = 4;

/// The content of one member.
pub(super) struct Gzip<R> {
    compressed: R,
    inflater: Decompressor,
    /// The window and what came out behind it.
    room: Box<[u8]>,
    /// What came out and was not read yet.
    ready: std::ops::Range<usize>,
    sum: crc32fast::Hasher,
    length: u32,
    /// The last bytes that were taken.
    last: [u8; TRAILER],
    stage: Stage,
    /// What is wrong with the header, or with what follows what is ready.
    fault: Option<io::Error>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Body,
    Trailer,
    End,
}

impl<R: BufRead> Gzip<R> {
    /// Reads the header. What is wrong with it is told when the content is read.
    pub(super) fn new(compressed: R) -> Self {
        let mut header = GzDecoder::new(compressed);
        let fault = match header.header() {
            Some(_) => None,
            None => header.read_exact(&mut [0]).err(),
        };
        let mut inflater = Decompressor::new();
        inflater.ignore_adler32();
        let mut room = vec![NOTHING; WINDOW + STEPS * STEP + OVERSHOOT].into_boxed_slice();
        let begun = inflater.read(&ZLIB_HEADER, &mut room, 0, false).map_err(damaged);
        let fault = fault.or(begun.err());
        Self {
            compressed: header.into_inner(),
            inflater,
            room,
            ready: 0..0,
            sum: crc32fast::Hasher::new(),
            length: 0,
            last: [0; TRAILER],
            stage: if fault.is_some() { Stage::End } else { Stage::Body },
            fault,
        }
    }

    /// What follows the member, once all of it was read.
    pub(super) fn into_inner(self) -> R {
        self.compressed
    }

    /// Makes more ready, unless the deflate stream is at its end.
    fn inflate(&mut self) -> io::Result<()> {
        while self.stage == Stage::Body && self.ready.is_empty() {
            if self.ready.end + STEP + OVERSHOOT > self.room.len() {
                self.room.copy_within(self.ready.end - WINDOW..self.ready.end, 0);
                self.room[WINDOW..].fill(NOTHING);
                self.ready = WINDOW..WINDOW;
            }
            let begin = self.ready.end;
            let input = self.compressed.fill_buf()?;
            let output = &mut self.room[..begin + STEP];
            let (taken, given) = match self.inflater.read(input, output, begin, false) {
                Ok(done) => done,
                Err(error) => {
                    let came_out = output[begin..].iter().rposition(|&byte| byte != NOTHING);
                    self.ready =
                        begin..begin + came_out.map_or(0, |last| (last + 1).saturating_sub(OVERSHOOT));
                    self.fault = Some(damaged(error));
                    self.stage = Stage::End;
                    return Ok(());
                }
            };
            if self.inflater.is_done() {
                self.stage = Stage::Trailer;
            } else if (taken, given) == (0, 0) {
                let is_end = input.is_empty();
                return Err(if is_end {
                    io::ErrorKind::UnexpectedEof.into()
                } else {
                    corrupt("it goes no further")
                });
            }
            for &byte in &input[taken.saturating_sub(TRAILER)..taken] {
                push(&mut self.last, byte);
            }
            self.compressed.consume(taken);
            self.ready = begin..begin + given;
            self.room[begin + given..][..OVERSHOOT].fill(NOTHING);
            self.sum.update(&self.room[self.ready.clone()]);
            self.length = self.length.wrapping_add(given as u32);
        }
        Ok(())
    }

    /// Reads the rest of the trailer. How much of it was taken is not told, so it is known by what it
    /// should be. That may be zeros with more zeros behind them: then the last place counts.
    fn trailer(&mut self) -> io::Result<()> {
        let sum = u64::from(self.sum.clone().finalize());
        let expected = (sum | u64::from(self.length) << 32).to_le_bytes();
        for _ in 0..TRAILER_LEFT {
            let is_whole = self.last == expected;
            let Some(&byte) = self.compressed.fill_buf()?.first() else { break };
            push(&mut self.last, byte);
            if is_whole && self.last != expected {
                return Ok(());
            }
            self.compressed.consume(1);
        }
        let is_cut =
            || (TRAILER - TRAILER_LEFT..TRAILER).any(|length| self.last.ends_with(&expected[..length]));
        match self.last == expected {
            true => Ok(()),
            false if is_cut() => Err(io::ErrorKind::UnexpectedEof.into()),
            false => Err(corrupt("its sum is not that of what came out")),
        }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready.is_empty() && !buffer.is_empty() {
            self.inflate()?;
            if let Some(fault) = self.fault.take_if(|_| self.ready.is_empty()) {
                return Err(fault);
            }
            if self.ready.is_empty() && self.stage == Stage::Trailer {
                self.trailer()?;
                self.stage = Stage::End;
            }
        }
        let length = (&self.room[self.ready.clone()]).read(buffer)?;
        self.ready.start += length;
        Ok(length)
    }
}

fn push(last: &mut [u8; TRAILER], byte: u8) {
    last.rotate_left(1);
    last[TRAILER - 1] = byte;
}

fn damaged(error: DecompressionError) -> io::Error {
    corrupt(&format!("corrupt deflate stream, {error:?}"))
}

fn corrupt(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn compress(content: &[u8], level: u32) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    /// What comes out, what follows the member, and how it ended. The stream comes in pieces of so many bytes.
    fn read(stream: &[u8], piece: usize) -> (Vec<u8>, Vec<u8>, io::Result<()>) {
        let mut member = Gzip::new(BufReader::with_capacity(piece, Cursor::new(stream)));
        let mut content = Vec::new();
        let ended = io::copy(&mut member, &mut content).map(|_| ());
        let mut rest = Vec::new();
        member.into_inner().read_to_end(&mut rest).unwrap();
        (content, rest, ended)
    }

    fn text(length: usize) -> Vec<u8> {
        let mut number = 1_u32;
        std::iter::repeat_with(|| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"0123456789|abcde"[(number >> 28) as usize]
        })
        .take(length)
        .collect()
    }

    #[test]
    fn a_member_ends_where_the_next_one_begins() {
        for length in [0, 1, 7, 100, STEP - 1, STEP, STEP + 1, WINDOW + STEPS * STEP, 500_000] {
            for level in [0, 1, 9] {
                let content = text(length);
                let member = compress(&content, level);
                for (piece, rest) in
                    [(1, &b""[..]), (3, b"\x1f\x8b"), (9, b"\x1f"), (4096, &member), (70_000, b"rest")]
                {
                    let stream = [&member[..], rest].concat();
                    let (came_out, follows, ended) = read(&stream, piece);
                    ended.unwrap();
                    assert!(came_out == content && follows == rest, "{length} bytes, level {level}, {piece}");
                }
            }
        }
    }

    #[test]
    fn zeros_behind_an_empty_member_are_its_own_or_follow_it() {
        let stream = [compress(b"", 6), vec![0; 600]].concat();
        let (content, rest, ended) = read(&stream, 4096);
        ended.unwrap();
        assert!(content.is_empty() && rest.len() <= 600 && rest.iter().all(|&byte| byte == 0));
    }

    #[test]
    fn a_cut_member_gives_what_is_there() {
        let content = text(200_000);
        let member = compress(&content, 6);
        for cut in
            [0, 5, 9, 10, 11, 1000, member.len() / 2, member.len() - 9, member.len() - 8, member.len() - 1]
        {
            let (came_out, _, ended) = read(&member[..cut], 4096);
            assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{cut}");
            assert!(content.starts_with(&came_out), "{cut}");
            assert!(cut < member.len() - 9 || came_out.len() == content.len(), "{cut}");
        }
    }

    #[test]
    fn another_sum_or_length_is_a_fault() {
        let mut member = compress(b"text of a log", 6);
        for back in 1..=TRAILER {
            let place = member.len() - back;
            member[place] ^= 1;
            let (content, _, ended) = read(&member, 4096);
            assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::InvalidData, "{back}");
            assert_eq!(content, b"text of a log");
            member[place] ^= 1;
        }
    }

    #[test]
    fn what_is_no_header_is_a_fault() {
        for stream in [&b"\x1f\x8b\x09\0\0\0\0\0\0\x03"[..], b"no gzip at all"] {
            assert_eq!(read(stream, 4096).2.unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
    }

    /// What zlib makes of the deflate stream in a member without names: all of what comes before a fault.
    fn through_zlib(member: &[u8]) -> Vec<u8> {
        let mut content = Vec::with_capacity(1 << 20);
        let mut zlib = flate2::Decompress::new(false);
        let _ = zlib.decompress_vec(&member[10..], &mut content, flate2::FlushDecompress::Finish);
        content.truncate(zlib.total_out() as usize);
        content
    }

    proptest! {
        #[test]
        fn what_comes_before_damage_counts(
            place in 10_usize..20_000,
            damage in proptest::collection::vec(any::<u8>(), 1..400),
            size in 0_usize..60_000,
            level in 0_u32..10,
            piece in 1_usize..5000,
        ) {
            let content = text(size);
            let mut member = compress(&content, level);
            let place = 10 + (place - 10) % (member.len() - 10);
            let end = (place + damage.len()).min(member.len());
            member[place..end].copy_from_slice(&damage[..end - place]);
            let (came_out, _, ended) = read(&member, piece);
            prop_assert!(ended.is_err() || came_out == content);
            // zlib takes some tables of codes for damaged that the other goes by.
            let expected = through_zlib(&member);
            let is_like = expected.starts_with(&came_out) || came_out.starts_with(&expected);
            prop_assert!(is_like, "{} of {}", came_out.len(), expected.len());
            prop_assert!(came_out.len() + 2 * OVERSHOOT > expected.len(), "{} of {}", came_out.len(), expected.len());
        }
    }
}
