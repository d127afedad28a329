//! Files with holes: places that were never written, take no room on the disk, and read as zeros. A file
//! of a few bytes can have as many of them as there are numbers, so long ones are not gone through.

use std::fs::File;
use std::io::{self, Read};

use super::random::read_at;
use crate::reader::LONGEST_LINE;

/// Of a hole only so much is read: more than the longest line in any encoding, so that it ends or cuts
/// a line just as the whole hole would.
const KEPT: u64 = 4 * LONGEST_LINE as u64;

/// A file that has more long holes than this is read only so far.
const MOST_HOLES: usize = 65_536;

/// A file of which long holes seem to be short.
#[derive(Debug)]
pub(crate) struct Dense<'f> {
    file: &'f File,
    size: u64,
    /// Where something is left out, and how many bytes were left out there and before.
    gaps: Vec<(u64, u64)>,
    is_cut: bool,
}

impl<'f> Dense<'f> {
    /// The first `size` bytes of a file.
    pub(crate) fn of(file: &'f File, size: u64) -> Self {
        let mut dense = Self { file, size, gaps: Vec::new(), is_cut: false };
        let mut place = 0;
        if !is_sparse(file, size) {
            return dense;
        }
        while let Some((begin, end)) = next_hole(file, place, size) {
            if end - begin > KEPT {
                if dense.gaps.len() == MOST_HOLES {
                    dense.is_cut = true;
                    dense.size = begin - dense.left_out();
                    return dense;
                }
                // An even number, so that pairs of bytes stay pairs.
                let left_out = (end - begin - KEPT) & !1;
                dense.gaps.push((begin + KEPT - dense.left_out(), dense.left_out() + left_out));
            }
            place = end;
        }
        dense.size -= dense.left_out();
        dense
    }

    /// How many bytes there seem to be.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// How many bytes are left out, all of them zeros.
    pub(crate) fn left_out(&self) -> u64 {
        self.gaps.last().map_or(0, |(_, left_out)| *left_out)
    }

    /// An error if not all of the file is looked at.
    ///
    /// # Errors
    /// It has too many long holes.
    pub(crate) fn is_whole(&self) -> io::Result<()> {
        if !self.is_cut {
            return Ok(());
        }
        let message = format!("has more than {MOST_HOLES} long holes; what is behind them was not looked at");
        Err(io::Error::new(io::ErrorKind::FileTooLarge, message))
    }

    /// Reads at a place until the buffer is full or the file ends.
    ///
    /// # Errors
    /// Faults of reading.
    pub(crate) fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<usize> {
        let mut length = 0;
        while length < buffer.len() {
            let at = place + length as u64;
            let before = self.gaps.partition_point(|(gap, _)| *gap <= at);
            let left_out = before.checked_sub(1).map_or(0, |last| self.gaps[last].1);
            let until = self.gaps.get(before).map_or(u64::MAX, |(gap, _)| *gap - at);
            let room = usize::try_from(until).unwrap_or(usize::MAX).min(buffer.len() - length);
            match read_at(self.file, &mut buffer[length..length + room], at + left_out) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(length)
    }

    /// A reader of all of it. It breaks where the file has become shorter.
    pub(crate) const fn reader(&self) -> DenseReader<'_> {
        DenseReader { of: self, place: 0, next_gap: 0, zeros: 0 }
    }
}

/// Reads a file from its beginning.
#[derive(Debug)]
pub(crate) struct DenseReader<'d> {
    of: &'d Dense<'d>,
    place: u64,
    next_gap: usize,
    /// So many zeros are left out here, and were not told of.
    zeros: u64,
}

/// What comes next of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many bytes, which are in the buffer now; none at the end.
    Bytes(usize),
    /// So many zeros, which are left out.
    Zeros(u64),
}

impl DenseReader<'_> {
    /// Goes on by `most` bytes or fewer.
    ///
    /// # Errors
    /// Faults of reading; the file has become shorter.
    pub(crate) fn step(&mut self, buffer: &mut [u8], most: u64) -> io::Result<Step> {
        if self.zeros > 0 {
            let zeros = self.zeros.min(most);
            self.zeros -= zeros;
            return Ok(Step::Zeros(zeros));
        }
        let gap = self.of.gaps.get(self.next_gap).copied();
        let until = gap.map_or(self.of.size, |(place, _)| place.min(self.of.size));
        let room = usize::try_from((until - self.place).min(most)).unwrap_or(usize::MAX).min(buffer.len());
        let length = self.of.read_at(&mut buffer[..room], self.place)?;
        if length == 0 && room > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.place += length as u64;
        if let Some((place, left_out)) = gap
            && place == self.place
        {
            let before = self.next_gap.checked_sub(1).map_or(0, |last| self.of.gaps[last].1);
            self.zeros = left_out - before;
            self.next_gap += 1;
        }
        Ok(Step::Bytes(length))
    }
}

impl Read for DenseReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.step(buffer, u64::MAX)? {
                Step::Bytes(length) => return Ok(length),
                Step::Zeros(_) => {}
            }
        }
    }
}

/// Whether the file takes less room than it has bytes.
#[cfg(unix)]
fn is_sparse(file: &File, size: u64) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|metadata| metadata.blocks().saturating_mul(512) < size)
}

#[cfg(not(unix))]
const fn is_sparse(_: &File, _: u64) -> bool {
    false
}

/// The next hole from a place on, and its end. None where there is none, or the system cannot tell.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn next_hole(file: &File, from: u64, size: u64) -> Option<(u64, u64)> {
    use rustix::fs::{SeekFrom, seek};
    let begin = seek(file, SeekFrom::Hole(from)).ok().filter(|begin| *begin < size)?;
    // Behind the last hole there is nothing.
    let end = seek(file, SeekFrom::Data(begin)).unwrap_or(size).min(size);
    (end > begin).then_some((begin, end))
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const fn next_hole(_: &File, _: u64, _: u64) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom, Write};

    use super::*;

    /// A file of these bytes at these places, which has a hole wherever there is nothing.
    fn file(parts: &[(u64, &[u8])], size: u64) -> File {
        let mut file = tempfile::tempfile().unwrap();
        for (place, bytes) in parts {
            file.seek(SeekFrom::Start(*place)).unwrap();
            file.write_all(bytes).unwrap();
        }
        file.set_len(size).unwrap();
        file
    }

    #[test]
    fn a_file_without_holes_is_as_it_is() {
        let text = b"0531131822|so   |4|00|x\n".repeat(50_000);
        let file = file(&[(0, &text)], text.len() as u64);
        let dense = Dense::of(&file, text.len() as u64);
        assert_eq!((dense.size(), dense.left_out()), (text.len() as u64, 0));
        let mut read = Vec::new();
        dense.reader().read_to_end(&mut read).unwrap();
        assert!(read == text);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn long_holes_are_left_out_and_told() {
        const SIZE: u64 = 200 << 30;
        let file = file(&[(0, b"begin"), (100 << 30, b"middle")], SIZE);
        let dense = Dense::of(&file, SIZE);
        assert_eq!(dense.size() + dense.left_out(), SIZE);
        assert!(dense.size() < 1 << 20, "{}", dense.size());
        let (mut told, mut zeros, mut reader) = (0, 0, dense.reader());
        let mut buffer = vec![1; 100_000];
        loop {
            match reader.step(&mut buffer, 70 << 30).unwrap() {
                Step::Bytes(0) => break,
                Step::Bytes(length) => {
                    if let Some(at) = memchr::memmem::find(&buffer[..length], b"middle") {
                        assert_eq!(told + zeros + at as u64, 100 << 30);
                    }
                    told += length as u64;
                }
                Step::Zeros(length) => zeros += length,
            }
        }
        assert_eq!((told, zeros), (dense.size(), dense.left_out()));
        let mut some = [1; 10];
        let at = dense.size() - 10;
        assert_eq!((dense.read_at(&mut some, at).unwrap(), some), (10, [0; 10]));
    }
}
