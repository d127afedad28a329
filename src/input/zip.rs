//! Lists the members of a zip archive, which needs random access.

use std::io::{self, Read, Seek, SeekFrom};

use chrono::{Local, NaiveDateTime};
use zip::ZipReadOptions;
use zip::read::{Config, ZipFileEntry, read_zipfile_from_stream};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::archive::{Member, MemberKind, Visitor};
use super::limits::{Fault, Guarded};
use crate::message::{Part, said};
use crate::problem::ProblemKind;

/// Visits the members of a zip archive. Returns the fault that stopped it, if any.
pub(super) fn visit(reader: &mut (impl Read + Seek), visitor: &mut dyn Visitor) -> Option<Fault> {
    // `ZipIterable` reads the directory entry by entry, so memory does not grow with its length.
    let mut archive = match ZipIterable::try_new(&mut *reader, Config::default()) {
        Ok(archive) => archive,
        Err(error @ ZipError::UnsupportedArchive(_)) => return Some(fault_of(&error)),
        Err(_) => return without_directory(reader, visitor),
    };
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(error) => return Some(fault_of(&error)),
    };
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Some(fault_of(&error)),
        };
        let member = member_of(&entry);
        match visitor.wants(&member) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(fault) => return Some(fault),
        }
        if entry.encrypted() {
            visitor.fault(&member, Fault::new(ProblemKind::Unreadable, ENCRYPTED));
            continue;
        }
        // Without this, the library returns nothing of a member that is longer than declared.
        let options = ZipReadOptions::default().override_uncompressed_size(u64::MAX);
        match entry.with_reader(entries.reader_mut(), options) {
            Ok(mut file) => visitor.visit(&member, &mut ExactLength::new(&mut file, member.size)),
            Err(error) => visitor.fault(&member, fault_of(&error)),
        }
        if visitor.is_exhausted() {
            return None;
        }
    }
    None
}

/// Visits the members from the beginning of an archive whose directory, at its end, is missing, as in a cut
/// archive.
fn without_directory(reader: &mut (impl Read + Seek), visitor: &mut dyn Visitor) -> Option<Fault> {
    if let Err(error) = reader.seek(SeekFrom::Start(0)) {
        return Some(Fault::of(&error));
    }
    let mut members = 0;
    let mut stream = Guarded::new(reader, None);
    let message = loop {
        let mut file = match read_zipfile_from_stream(&mut stream) {
            Ok(Some(file)) => file,
            Ok(None) => break said!["the archive's end is missing or damaged"],
            Err(ZipError::Io(_)) => break said!["the archive ends too early"],
            Err(error) if members > 0 => {
                break said!["the archive ends too early: ", Part::LogText(error.to_string().into())];
            }
            Err(error) => return Some(fault_of(&error)),
        };
        members += 1;
        let member = Member {
            name: file.name_raw().to_vec(),
            kind: if file.is_dir() { MemberKind::Directory } else { MemberKind::File },
            size: file.size(),
            modified: file.last_modified().and_then(|time| utc(NaiveDateTime::try_from(time).ok()?)),
            mode: None,
            is_decompressed: true,
        };
        match visitor.wants(&member) {
            Ok(true) => visitor.visit(&member, &mut file),
            Ok(false) => {}
            Err(fault) => return Some(fault),
        }
        if visitor.is_exhausted() {
            return None;
        }
    };
    Some(Fault::new(ProblemKind::TruncatedArchive, message.and(said!["; the members before that were read"])))
}

const ENCRYPTED: &str = "is encrypted, and needs a password";

fn member_of(entry: &ZipFileEntry<'_>) -> Member {
    let mut name = entry.name_raw().to_vec();
    // Some Windows programs write `\` as the separator.
    name.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    let kind = match () {
        () if entry.is_symlink() => MemberKind::Link,
        () if name.ends_with(b"/") => MemberKind::Directory,
        () => MemberKind::File,
    };
    let modified = entry.last_modified().and_then(|time| utc(NaiveDateTime::try_from(time).ok()?));
    Member { name, kind, size: entry.size(), modified, mode: entry.unix_mode(), is_decompressed: true }
}

/// A zip archive has times in the local time zone of the machine that made it. That zone is not stored, so
/// this machine's is used.
fn utc(local: NaiveDateTime) -> Option<i64> {
    Some(local.and_local_timezone(Local).earliest()?.timestamp())
}

/// Content that must have the length that the archive's directory declares; any other length is an error.
struct ExactLength<R> {
    inner: R,
    declared: u64,
    left: u64,
}

impl<R> ExactLength<R> {
    const fn new(inner: R, declared: u64) -> Self {
        Self { inner, declared, left: declared }
    }
}

impl<R: Read> Read for ExactLength<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wrong = |what| {
            let message =
                format!("has {what} the {} bytes that the archive's directory declares", self.declared);
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        };
        if self.left == 0 && !buffer.is_empty() {
            return if self.inner.read(&mut [0])? == 0 { Ok(0) } else { wrong("more than") };
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let length = self.inner.read(&mut buffer[..room])?;
        if length == 0 && room > 0 {
            return wrong("less than");
        }
        self.left -= length as u64;
        Ok(length)
    }
}

fn fault_of(error: &ZipError) -> Fault {
    let words = Part::LogText(error.to_string().into());
    match error {
        ZipError::Io(error) => Fault::of(error),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Fault::new(
            ProblemKind::UnsupportedCompression,
            said!["is compressed in a way that can't be read; unpack it first: ", words],
        ),
        _ => Fault::new(ProblemKind::CorruptArchive, said!["the archive is damaged: ", words]),
    }
}
