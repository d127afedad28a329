//! One large log on all threads, with the answer that one thread would give.
//!
//! The file is cut where a line with a header begins: such a line ends any message before it. Each
//! piece is read on its own; what it notes is then told in order, as if it had been read in one go.

use std::io;

use memchr::memchr;
use rayon::prelude::*;

use crate::digest::{Digest, Fold};
use crate::event::Event;
use crate::input::Dense;
use crate::line::{Header, Level, Line, line};
use crate::reader::{Counts, LONGEST_LINE, Note, Notes, Reader};
use crate::stamp::Stamp;

/// Where the file is cut, more or less.
const PIECE: u64 = 2 * 1024 * 1024;

/// A piece is read in buffers of this size.
const BUFFER: usize = 256 * 1024;

/// What this file amounts to, of the size that it had when it was opened.
pub(super) fn digest_of(file: &Dense<'_>, fold: Fold, every_stamp: bool) -> (Digest, io::Result<()>) {
    Cut { file, size: file.size(), piece: PIECE }.digest(fold, every_stamp)
}

/// A file that is cut into pieces.
#[derive(Clone, Copy)]
struct Cut<'f> {
    file: &'f Dense<'f>,
    size: u64,
    /// About how long a piece is.
    piece: u64,
}

impl Cut<'_> {
    fn digest(self, mut fold: Fold, every_stamp: bool) -> (Digest, io::Result<()>) {
        let at_once = 2 * rayon::current_num_threads() as u64;
        let mut counts = Counts::default();
        let mut begin = 0;
        while begin < self.size {
            let bounds = match self.bounds(begin, at_once) {
                Ok(bounds) => bounds,
                Err(error) => return (fold.finish(counts), Err(error)),
            };
            let pieces: Vec<_> = bounds
                .par_windows(2)
                .map(|bounds| read_piece(self.file, bounds[0], bounds[1], every_stamp))
                .collect();
            begin = bounds.last().copied().unwrap_or(self.size);
            for (told, piece, result) in pieces {
                told.retell(&mut fold, counts.lines);
                counts.add(&piece);
                if result.is_err() {
                    return (fold.finish(counts), result);
                }
            }
        }
        counts.bytes += self.file.left_out();
        (fold.finish(counts), self.file.is_whole())
    }

    /// Where the next pieces begin and the last one of them ends: two bounds or more, in order.
    fn bounds(self, begin: u64, at_once: u64) -> io::Result<Vec<u64>> {
        let cuts: Vec<_> = (1..=at_once)
            .map(|piece| begin + piece * self.piece)
            .take_while(|cut| *cut < self.size)
            .collect();
        let is_last = (cuts.len() as u64) < at_once;
        let starts = cuts.par_iter().map(|&cut| self.line_start(cut)).collect::<io::Result<Vec<_>>>()?;
        let mut bounds = vec![begin];
        bounds.extend(starts.into_iter().flatten());
        if is_last {
            bounds.push(self.size);
        } else if bounds.len() == 1 {
            // No line begins in all of this: let one reader go on until one does.
            bounds.push(self.next_line_start(begin + (at_once + 1) * self.piece)?);
        }
        Ok(bounds)
    }

    /// The next bound from a place on, for a log whose lines are longer than pieces.
    fn next_line_start(self, from: u64) -> io::Result<u64> {
        let mut cut = from;
        while cut < self.size {
            if let Some(start) = self.line_start(cut)? {
                return Ok(start);
            }
            cut += self.piece;
        }
        Ok(self.size)
    }

    /// The first line with a header that begins between `cut` and a piece behind it.
    fn line_start(self, cut: u64) -> io::Result<Option<u64>> {
        let end = self.size.min(cut + self.piece);
        // A line begins at the cut itself if the byte before it ends one.
        let mut lines =
            Lines { file: self.file, size: self.size, buffer: Vec::new(), place: cut - 1, read: 0 };
        while let Some(start) = lines.next_start(end)? {
            if matches!(line(lines.begin()?), Line::Message { .. }) {
                return Ok(Some(start));
            }
        }
        Ok(None)
    }
}

/// The lines of a file from a place on. Each byte is read once, however short the lines are.
struct Lines<'f> {
    file: &'f Dense<'f>,
    size: u64,
    buffer: Vec<u8>,
    /// Where in the file the lines go on.
    place: u64,
    /// How much of the buffer is before that place.
    read: usize,
}

impl Lines<'_> {
    /// Goes to where the next line begins, if that is before `end`.
    fn next_start(&mut self, end: u64) -> io::Result<Option<u64>> {
        while self.place < end {
            let ahead = &self.buffer[self.read..];
            let length = memchr(b'\n', ahead).map_or(ahead.len(), |feed| feed + 1);
            let is_end = length > 0 && ahead[length - 1] == b'\n';
            self.read += length;
            self.place += length as u64;
            if is_end {
                return Ok((self.place < end).then_some(self.place));
            }
            if !self.fill()? {
                break;
            }
        }
        Ok(None)
    }

    /// The line that begins here, as far as it is looked at, without its line feed.
    fn begin(&mut self) -> io::Result<&[u8]> {
        while self.buffer.len() - self.read < LONGEST_LINE
            && memchr(b'\n', &self.buffer[self.read..]).is_none()
            && self.fill()?
        {}
        let ahead = &self.buffer[self.read..];
        let end = memchr(b'\n', ahead).unwrap_or(ahead.len());
        Ok(&ahead[..end.min(LONGEST_LINE)])
    }

    /// Reads on; false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.read);
        self.read = 0;
        let kept = self.buffer.len();
        let next = self.place + kept as u64;
        let wanted =
            LONGEST_LINE.min(usize::try_from(self.size - next.min(self.size)).unwrap_or(LONGEST_LINE));
        self.buffer.resize(kept + wanted, 0);
        let length = self.file.read_at(&mut self.buffer[kept..], next)?;
        self.buffer.truncate(kept + length);
        Ok(length > 0)
    }
}

fn read_piece(file: &Dense<'_>, begin: u64, end: u64, every_stamp: bool) -> (Told, Counts, io::Result<()>) {
    let mut reader = Reader::new(Told::default(), every_stamp);
    let longest = usize::try_from(end - begin).unwrap_or(BUFFER).min(BUFFER);
    let mut buffer = vec![0; longest];
    let mut at = begin;
    let mut result = Ok(());
    while at < end {
        let wanted = usize::try_from(end - at).unwrap_or(longest).min(longest);
        match file.read_at(&mut buffer[..wanted], at) {
            Ok(0) => {
                result = Err(io::ErrorKind::UnexpectedEof.into());
                break;
            }
            Ok(length) => {
                reader.feed(&buffer[..length]);
                at += length as u64;
            }
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    let (told, counts) = reader.finish();
    (told, counts, result)
}

/// What one piece told, to be told again in its turn.
#[derive(Default)]
struct Told(Vec<Item>);

enum Item {
    Note { line: u64, header: Option<OwnedHeader>, text: Box<[u8]>, event: Option<Event> },
    Seen { line: u64, stamp: Stamp },
}

struct OwnedHeader {
    stamp: Stamp,
    component: Box<[u8]>,
    level: Level,
    missed: u64,
}

impl Told {
    /// Tells it all, after so many lines before.
    fn retell(self, notes: &mut impl Notes, before: u64) {
        for item in self.0 {
            match item {
                Item::Seen { line, stamp } => notes.seen(before + line, stamp),
                Item::Note { line, header, text, event } => {
                    let header = header.as_ref().map(|header| Header {
                        stamp: header.stamp,
                        component: &header.component,
                        level: header.level,
                        missed: header.missed,
                    });
                    notes.note(Note { line: before + line, header, text: &text, event });
                }
            }
        }
    }
}

impl Notes for Told {
    fn note(&mut self, note: Note<'_>) {
        let header = note.header.map(|header| OwnedHeader {
            stamp: header.stamp,
            component: header.component.into(),
            level: header.level,
            missed: header.missed,
        });
        self.0.push(Item::Note { line: note.line, header, text: note.text.into(), event: note.event });
    }

    fn seen(&mut self, line: u64, stamp: Stamp) {
        self.0.push(Item::Seen { line, stamp });
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::window::Window;

    /// Small enough that a short log has many of them.
    const SMALL: u64 = 500;

    fn in_pieces(log: &[u8], piece: u64) -> Digest {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(log).unwrap();
        let dense = Dense::of(&file, log.len() as u64);
        let cut = Cut { file: &dense, size: dense.size(), piece };
        let (digest, result) = cut.digest(Fold::new(Window::default()), false);
        result.unwrap();
        digest
    }

    fn same_in_pieces_and_whole(log: &[u8], piece: u64) {
        let (digest, whole) = (in_pieces(log, piece), super::super::digest_of(log, Window::default()));
        assert!(digest == whole, "pieces of {piece}: {:?}\n{:?}", digest.counts, whole.counts);
    }

    #[test]
    fn a_large_log_gives_the_same_in_pieces() {
        let mut log = Vec::new();
        let mut second = 0;
        while (log.len() as u64) < 90 * SMALL {
            second += 1;
            let clock = format!("{:02}{:02}{:02}", second / 3600 % 24, second / 60 % 60, second % 60);
            let text = match second % 20 {
                1 => "tls  |*|00|Saving new Custom platform device certificate 1",
                2 => {
                    "tls  |*|00|New Certificate Common Name 'x'\nFingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'"
                }
                3 => "so   |4|00|text that goes on\nand on\nand on",
                _ => "sip  |4|00|nothing of interest, as nearly always in such a log, but of a usual length",
            };
            log.extend_from_slice(format!("0531{clock}|{text}\n").as_bytes());
        }
        same_in_pieces_and_whole(&log, SMALL);
    }

    #[test]
    fn lines_longer_than_pieces_and_no_lines_at_all() {
        let mut log = b"0531130928|sip  |4|03|".to_vec();
        log.resize(110 * SMALL as usize, b'x');
        same_in_pieces_and_whole(&log, SMALL);
        log.extend_from_slice(b"\n0531130928|tls  |*|03|Saving new Custom platform device certificate 1\n");
        same_in_pieces_and_whole(&log, SMALL);
        same_in_pieces_and_whole(&[b'\n'; 30 * SMALL as usize], SMALL);
        same_in_pieces_and_whole(&[0; 30 * SMALL as usize], SMALL);
    }

    #[test]
    fn a_file_of_the_usual_pieces() {
        let line = b"0531130928|sip  |4|03|nothing of interest, as nearly always in such a log\n";
        same_in_pieces_and_whole(&line.repeat(PIECE as usize / 16), PIECE);
    }

    /// Lines of all sorts, so that a cut falls into each of them somewhere.
    fn line_of_a_log() -> impl Strategy<Value = &'static str> {
        prop_oneof![
            Just("000005.930|log  |*|00|---------- Initial log entry ----------\n"),
            Just("0531130928|sip  |4|03|nothing of interest here\n"),
            Just("0531131030|sip  |4|04|one more was missed\r\n"),
            Just("0531130928|tls  |*|03|Saving new Custom platform device certificate 1\n"),
            Just("0531130928|tls  |*|03|New Certificate Common Name 'x'\n"),
            Just("Fingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'\n"),
            Just("000005.932|tls  |3|00|Polycom device certificate is not available\n"),
            Just("000005.932|tls  |3|04|Polycom device certificate MD5 finger\n"),
            Just("print: 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17\n"),
            Just(
                "hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, length 4677 is bigger than maximum 4096\n"
            ),
            Just("Device credential invalid: Cert is not proper in the\n"),
            Just("certificate\n"),
            Just("y |4|00|tail of a cut line\n"),
            Just("\n"),
            Just("\u{feff}0531130928|so   |4|03|x\n"),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// A cut may fall at every byte.
        #[test]
        fn cuts_at_every_place_give_the_same(
            lines in proptest::collection::vec(line_of_a_log(), 1..12),
            last in "[ -~]{0,30}",
        ) {
            let log = lines.concat() + &last;
            let whole = super::super::digest_of(log.as_bytes(), Window::default());
            for piece in 1..=log.len() as u64 {
                prop_assert_eq!(&in_pieces(log.as_bytes(), piece), &whole, "pieces of {}", piece);
            }
        }
    }

    /// A hole that is not gone through gives what its zeros would.
    #[test]
    #[cfg(target_os = "linux")]
    fn holes_give_the_same_as_zeros() {
        use std::io::{Seek, SeekFrom};
        const HOLE: u64 = 1 << 20;
        let line = "0531130928|tls  |*|03|Saving new Custom platform device certificate 1";
        let cut = "0531130928|tls  |*|03|Device credential invalid: Cert is not proper in the";
        for (before, after) in [
            ("", "\n"),
            ("", line),
            (line, line),
            (&format!("{line}\n"), line),
            (&format!("{line}\n"), &format!("\n{line}\n")),
            (&format!("{line}\n{cut}\n"), "certificate\n"),
            (cut, &format!("\ncertificate\n{line}\n")),
        ] {
            for tail in [0, HOLE] {
                let mut file = tempfile::tempfile().unwrap();
                let mut zeros = Vec::new();
                for part in [before, after] {
                    file.write_all(part.as_bytes()).unwrap();
                    zeros.extend_from_slice(part.as_bytes());
                    if part == before || tail > 0 {
                        file.seek(SeekFrom::Current(HOLE as i64)).unwrap();
                        zeros.resize(zeros.len() + HOLE as usize, 0);
                    }
                }
                file.set_len(zeros.len() as u64).unwrap();
                let dense = Dense::of(&file, zeros.len() as u64);
                assert!(dense.left_out() > HOLE / 2, "this file system has no holes");
                for piece in [SMALL, 100_000, PIECE] {
                    let cut = Cut { file: &dense, size: dense.size(), piece };
                    let (digest, result) = cut.digest(Fold::new(Window::default()), false);
                    result.unwrap();
                    let whole = super::super::digest_of(&zeros, Window::default());
                    assert!(digest == whole, "{before:?} {after:?}: {:?} {:?}", digest.counts, whole.counts);
                }
            }
        }
    }

    /// To find where to cut is no more work where lines are short: each byte is read once.
    #[test]
    fn short_lines_are_read_once() {
        let log = vec![b'\n'; 4 * LONGEST_LINE];
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&log).unwrap();
        let size = log.len() as u64;
        let file = Dense::of(&file, size);
        let mut lines = Lines { file: &file, size, buffer: Vec::new(), place: 0, read: 0 };
        let mut fills = 0;
        let mut last = usize::MAX;
        while lines.next_start(size).unwrap().is_some() {
            assert!(lines.begin().unwrap().is_empty());
            let ahead = lines.buffer.len() - lines.read;
            fills += usize::from(ahead > last);
            last = ahead;
        }
        assert!(fills <= 4, "{fills}");
    }

    #[test]
    fn a_file_that_shrinks_gives_what_was_left_and_says_so() {
        let mut file = tempfile::tempfile().unwrap();
        let log = b"0531130928|tls  |*|03|Saving new Custom platform device certificate 1\n".repeat(50_000);
        file.write_all(&log).unwrap();
        let (digest, result) =
            digest_of(&Dense::of(&file, 2 * log.len() as u64), Fold::new(Window::default()), false);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(digest.counts.events, 50_000);
    }
}
