//! Reads one large log on all threads. It is split at lines with a header, each chunk is read separately, and
//! the digests of the chunks are appended in order.

use std::fs::File;
use std::io;

use memchr::memchr;
use rayon::prelude::*;

use super::each_piece;
use super::frames::Frames;
use super::part_name::may_have_parts;
use super::reader::Reader;
use crate::digest::LogDigest;
use crate::input::{FilePart, read_at};
use crate::line::{Line, line};
use crate::window::Window;

/// Approximate length of a chunk, in bytes.
const CHUNK: u64 = 2 * 1024 * 1024;

/// How many chunks per thread are read before their digests are appended. The threads wait for the last of them:
/// with 2 instead of 16, two logs of 100 MB take 15 % longer.
const CHUNKS_PER_THREAD: usize = 16;

/// How many bytes are searched at a time for the next line with a header.
const SEARCHED: usize = 32 * 1024;

/// The digest of a file; `size` is its size in bytes when it was opened. None if it may have lines of several
/// phones, since these have to be assigned in order.
pub(super) fn digest_of(file: &File, size: u64, window: &Window) -> Option<(LogDigest, io::Result<()>)> {
    let at_once = CHUNKS_PER_THREAD * rayon::current_num_threads();
    let mut digest = LogDigest::default();
    let mut begin = 0;
    while begin < size {
        let mut bounds = vec![begin];
        while bounds.len() <= at_once && begin < size {
            begin = line_start(file, size, begin + CHUNK);
            bounds.push(begin);
        }
        let read = bounds.par_windows(2).map(|bounds| read_chunk(file, bounds[0], bounds[1], window));
        for (chunk, result) in read.collect::<Vec<_>>() {
            match chunk {
                Some(chunk) => digest.append(chunk, window),
                None => return None,
            }
            if result.is_err() {
                return Some((digest, result));
            }
        }
    }
    Some((digest, Ok(())))
}

/// The offset of the first line with a header that begins at `from` or later; the end of the file if there is
/// none.
fn line_start(file: &File, size: u64, from: u64) -> u64 {
    let mut begin = from.min(size);
    let mut buffer = vec![0; SEARCHED];
    while begin < size {
        let length = read_at(file, &mut buffer, begin - 1).unwrap_or(0);
        let searched = &buffer[..length];
        let mut at = 0;
        while let Some(feed) = memchr(b'\n', &searched[at..]) {
            at += feed + 1;
            let rest = &searched[at..];
            let Some(end) = memchr(b'\n', rest) else { break };
            if matches!(line(&rest[..end]), Line::Message { header, .. } if header.stamp.is_some()) {
                return begin - 1 + at as u64;
            }
        }
        if length == 0 {
            return size;
        }
        begin += (length as u64 / 2).max(1);
    }
    size
}

fn read_chunk(file: &File, begin: u64, end: u64, window: &Window) -> (Option<LogDigest>, io::Result<()>) {
    let mut reader = Reader::new(*window, false);
    let (mut is_first, mut is_split) = (true, false);
    let result = each_piece(&mut FilePart::new(file, begin..end), |piece| {
        is_split = std::mem::take(&mut is_first) && (may_have_parts(piece) || Frames::of(piece).is_some());
        if !is_split {
            reader.feed(piece);
        }
        !is_split
    });
    ((!is_split).then(|| reader.finish()), result)
}
