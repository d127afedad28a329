//! One large log on all threads, with the answer that one thread would give.
//!
//! The file is cut where a line with a header begins: such a line ends any message before it. Each
//! piece is read on its own; what it notes is then told in order, as if it had been read in one go.

use std::fs::File;
use std::io;

use memchr::memchr;
use rayon::prelude::*;

use crate::digest::{Digest, Fold};
use crate::event::Event;
use crate::line::{Header, Level, Line, line};
use crate::reader::{Counts, LONGEST_LINE, Note, Notes, Reader};
use crate::stamp::Stamp;

/// Where the file is cut, more or less.
const PIECE: u64 = 2 * 1024 * 1024;

/// A piece is read in buffers of this size.
const BUFFER: usize = 256 * 1024;

/// What this file amounts to, of the size that it had when it was opened.
pub(super) fn digest_of(
    file: &File,
    size: u64,
    mut fold: Fold,
    every_stamp: bool,
) -> (Digest, io::Result<()>) {
    let at_once = 2 * rayon::current_num_threads() as u64;
    let mut counts = Counts::default();
    let mut begin = 0;
    while begin < size {
        let cuts: Vec<_> =
            (1..=at_once).map(|piece| begin + piece * PIECE).take_while(|cut| *cut < size).collect();
        let is_last = (cuts.len() as u64) < at_once;
        let mut bounds = vec![begin];
        match cuts.par_iter().map(|&cut| line_start(file, cut)).collect::<io::Result<Vec<_>>>() {
            Ok(starts) => bounds.extend(starts.into_iter().flatten()),
            Err(error) => return (fold.finish(counts), Err(error)),
        }
        if is_last {
            bounds.push(size);
        } else if bounds.len() == 1 {
            // No line begins in all of this: let one reader go on until one does.
            match next_line_start(file, begin + at_once * PIECE, size) {
                Ok(bound) => bounds.push(bound),
                Err(error) => return (fold.finish(counts), Err(error)),
            }
        }
        let pieces: Vec<_> =
            bounds.par_windows(2).map(|bounds| read_piece(file, bounds[0], bounds[1], every_stamp)).collect();
        begin = bounds.last().copied().unwrap_or(size);
        for (told, piece, result) in pieces {
            told.retell(&mut fold, counts.lines);
            counts.add(&piece);
            if result.is_err() {
                return (fold.finish(counts), result);
            }
        }
    }
    (fold.finish(counts), Ok(()))
}

/// The next bound from a place on, for a log whose lines are longer than pieces.
fn next_line_start(file: &File, from: u64, size: u64) -> io::Result<u64> {
    let mut cut = from;
    while cut < size {
        if let Some(start) = line_start(file, cut)? {
            return Ok(start);
        }
        cut += PIECE;
    }
    Ok(size)
}

/// The first line with a header that begins between `cut` and `cut` + [`PIECE`].
fn line_start(file: &File, cut: u64) -> io::Result<Option<u64>> {
    let mut buffer = vec![0; LONGEST_LINE];
    // A line begins at the cut itself if the byte before it ends one.
    let mut at = cut - 1;
    loop {
        let length = read_at(file, &mut buffer, at)?;
        let Some(feed) = memchr(b'\n', &buffer[..length]) else {
            at += length as u64;
            if length == 0 || at >= cut + PIECE {
                return Ok(None);
            }
            continue;
        };
        let start = at + feed as u64 + 1;
        if start >= cut + PIECE {
            return Ok(None);
        }
        let length = read_at(file, &mut buffer, start)?;
        if length == 0 {
            return Ok(None);
        }
        let whole = memchr(b'\n', &buffer[..length]).unwrap_or(length);
        if matches!(line(&buffer[..whole]), Line::Message { .. }) {
            return Ok(Some(start));
        }
        at = start;
    }
}

fn read_piece(file: &File, begin: u64, end: u64, every_stamp: bool) -> (Told, Counts, io::Result<()>) {
    let mut reader = Reader::new(Told::default(), every_stamp);
    let mut buffer = vec![0; BUFFER];
    let mut at = begin;
    let mut result = Ok(());
    while at < end {
        let wanted = usize::try_from(end - at).unwrap_or(BUFFER).min(BUFFER);
        match read_at(file, &mut buffer[..wanted], at) {
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

/// Reads at a place until the buffer is full or the file ends.
pub(super) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match read_some_at(file, &mut buffer[length..], place + length as u64) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(unix)]
fn read_some_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

#[cfg(windows)]
fn read_some_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
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

    use super::*;
    use crate::window::Window;

    fn same_in_pieces_and_whole(log: &[u8]) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(log).unwrap();
        let (digest, result) = digest_of(&file, log.len() as u64, Fold::new(Window::default()), false);
        result.unwrap();
        let whole = super::super::digest_of(log, Window::default());
        assert!(digest == whole, "{:?}\n{:?}", digest.counts, whole.counts);
    }

    #[test]
    fn a_large_log_gives_the_same_in_pieces() {
        let mut log = Vec::new();
        let mut second = 0;
        while (log.len() as u64) < 9 * PIECE {
            second += 1;
            let clock = format!("{:02}{:02}{:02}", second / 3600 % 24, second / 60 % 60, second % 60);
            let text = match second % 1000 {
                1 => "tls  |*|00|Saving new Custom platform device certificate 1",
                2 => {
                    "tls  |*|00|New Certificate Common Name 'x'\nFingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'"
                }
                3 => "so   |4|00|text that goes on\nand on\nand on",
                _ => "sip  |4|00|nothing of interest, as nearly always in such a log, but of a usual length",
            };
            log.extend_from_slice(format!("0531{clock}|{text}\n").as_bytes());
        }
        same_in_pieces_and_whole(&log);
    }

    #[test]
    fn lines_longer_than_pieces_and_no_lines_at_all() {
        let mut log = b"0531130928|sip  |4|03|".to_vec();
        log.resize(11 * PIECE as usize, b'x');
        same_in_pieces_and_whole(&log);
        log.extend_from_slice(b"\n0531130928|tls  |*|03|Saving new Custom platform device certificate 1\n");
        same_in_pieces_and_whole(&log);
        same_in_pieces_and_whole(&vec![b'\n'; 3 * PIECE as usize]);
        same_in_pieces_and_whole(&vec![0; 3 * PIECE as usize]);
    }

    #[test]
    fn a_file_that_shrinks_gives_what_was_left_and_says_so() {
        let mut file = tempfile::tempfile().unwrap();
        let log = b"0531130928|tls  |*|03|Saving new Custom platform device certificate 1\n".repeat(50_000);
        file.write_all(&log).unwrap();
        let (digest, result) = digest_of(&file, 2 * log.len() as u64, Fold::new(Window::default()), false);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(digest.counts.events, 50_000);
    }
}
