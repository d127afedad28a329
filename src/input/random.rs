//! Random access to an archive, from several threads at once.
//!
//! An archive on disk is read by position, not mapped: whoever truncates a mapped file ends the run
//! that reads it with SIGBUS. An archive that comes through a pipe, or stands in another archive, is
//! first written to a file without a name; nobody else can reach that one, so it is mapped.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use memmap2::Mmap;

use super::stream::BUFFER;

/// An archive that can be read at any place.
#[derive(Clone, Debug)]
pub(super) enum Random {
    OnDisk(Arc<File>, u64),
    Own(Arc<Mmap>),
}

impl Random {
    pub(super) fn on_disk(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self::OnDisk(Arc::new(file), length))
    }

    /// Keeps what a stream gives, up to `most` bytes. None if there is more.
    pub(super) fn keep(stream: &mut dyn Read, most: u64) -> io::Result<Option<Self>> {
        let mut file = tempfile::tempfile()?;
        let mut buffer = vec![0; BUFFER];
        let mut kept = 0;
        loop {
            let length = super::stream::fill(stream, &mut buffer)?;
            kept += length as u64;
            if kept > most {
                return Ok(None);
            }
            file.write_all(&buffer[..length])?;
            if length < buffer.len() {
                break;
            }
        }
        map(&file).map(|map| Some(Self::Own(Arc::new(map))))
    }

    pub(super) fn length(&self) -> u64 {
        match self {
            Self::OnDisk(_, length) => *length,
            Self::Own(map) => map.len() as u64,
        }
    }

    /// A reader of its own place.
    pub(super) fn reader(&self) -> Reader {
        Reader { of: self.clone(), place: 0 }
    }
}

#[expect(unsafe_code, reason = "a map of a file without a name, which this process alone can reach")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the file was made by `tempfile()`: it has no name, its handle is dropped by `keep` after
    // this, and nothing writes to it any more. So nobody can change or truncate what is mapped.
    unsafe { Mmap::map(file) }
}

/// Reads from one place on.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    of: Random,
    place: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match &self.of {
            Random::OnDisk(file, _) => read_at(file, buffer, self.place)?,
            Random::Own(map) => {
                let from = usize::try_from(self.place).unwrap_or(usize::MAX).min(map.len());
                (&map[from..]).read(buffer)?
            }
        };
        self.place += length as u64;
        Ok(length)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
            SeekFrom::End(by) => self.of.length().checked_add_signed(by),
        };
        self.place = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.place)
    }
}

/// Reads at a place, once.
#[cfg(unix)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

/// Reads at a place, once.
#[cfg(windows)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
}
