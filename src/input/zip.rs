//! Lists the members of a zip archive, which needs random access.

use std::io::{Read, Seek, SeekFrom};

use chrono::{Local, NaiveDateTime};
use zip::read::{Config, ZipFileEntry, read_zipfile_from_stream};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{DateTime, ZipReadOptions};

use super::archive::{Member, MemberKind, Visitor, target_of};
use super::limits::{Fault, LimitedStream};
use crate::problem::ProblemKind;
use crate::sentence::{Part, sentence};

/// The longest path of a link's target on Linux, in bytes.
const MAX_TARGET: u64 = 4096;

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
        let mut member = member_of(&entry);
        if member.kind == MemberKind::Other {
            member.link = entry
                .with_reader(entries.reader_mut(), ZipReadOptions::default())
                .ok()
                .and_then(|content| target_in(content, &member.name));
            match visitor.select(&member) {
                Ok(_) => continue,
                Err(fault) => return Some(fault),
            }
        }
        let wanted = match visitor.select(&member) {
            Ok(Some(wanted)) => wanted,
            Ok(None) => continue,
            Err(fault) => return Some(fault),
        };
        let goes_on = if entry.encrypted() {
            let fault = Fault::new(ProblemKind::Unreadable, "is encrypted, and needs a password");
            visitor.visit(&member, wanted, Err(fault))
        } else {
            match entry.with_reader(entries.reader_mut(), ZipReadOptions::default()) {
                Ok(mut file) => visitor.visit(&member, wanted, Ok(&mut file)),
                Err(error) => visitor.visit(&member, wanted, Err(fault_of(&error))),
            }
        };
        if !goes_on {
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
    let mut stream = LimitedStream::new(reader, None);
    let message = loop {
        let mut file = match read_zipfile_from_stream(&mut stream) {
            Ok(Some(file)) => file,
            Ok(None) => break sentence!["the archive's end is missing or damaged"],
            Err(ZipError::Io(_)) => break sentence!["the archive ends too early"],
            Err(error) if members > 0 => {
                break sentence!["the archive ends too early: ", Part::LogText(error.to_string().into())];
            }
            Err(error) => return Some(fault_of(&error)),
        };
        members += 1;
        let member = Member {
            name: name_of(file.name_raw()),
            kind: if file.is_dir() { MemberKind::Directory } else { MemberKind::File },
            size: file.size(),
            modified: file.last_modified().and_then(utc),
            mode: None,
            link: None,
            is_decompressed: true,
        };
        match visitor.select(&member) {
            Ok(Some(wanted)) if !visitor.visit(&member, wanted, Ok(&mut file)) => return None,
            Ok(_) => {}
            Err(fault) => return Some(fault),
        }
    };
    Some(Fault::new(
        ProblemKind::TruncatedArchive,
        message.and(sentence!["; the members before that were read"]),
    ))
}

/// Where a link leads: the content of its member.
fn target_in(content: impl Read, link: &[u8]) -> Option<Vec<u8>> {
    let mut target = Vec::new();
    content.take(MAX_TARGET).read_to_end(&mut target).ok()?;
    target_of(link, &target)
}

fn member_of(entry: &ZipFileEntry<'_>) -> Member {
    let name = name_of(entry.name_raw());
    let kind = match () {
        () if entry.is_symlink() => MemberKind::Other,
        () if name.ends_with(b"/") => MemberKind::Directory,
        () => MemberKind::File,
    };
    let modified = entry.last_modified().and_then(utc);
    let (size, mode) = (entry.size(), entry.unix_mode());
    Member { name, kind, size, modified, mode, link: None, is_decompressed: true }
}

/// The path of a member, with `/` as the separator: some Windows programs write `\`.
fn name_of(raw: &[u8]) -> Vec<u8> {
    raw.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect()
}

/// A zip archive has times in the local time zone of the machine that made it. That zone is not stored, so
/// this machine's is used.
fn utc(time: DateTime) -> Option<i64> {
    let local = NaiveDateTime::try_from(time).ok()?;
    Some(local.and_local_timezone(Local).earliest()?.timestamp())
}

fn fault_of(error: &ZipError) -> Fault {
    let words = Part::LogText(error.to_string().into());
    match error {
        ZipError::Io(error) => Fault::of(error),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Fault::new(
            ProblemKind::UnsupportedCompression,
            sentence!["is compressed in a way that can't be read; unpack it first: ", words],
        ),
        _ => Fault::new(ProblemKind::CorruptArchive, sentence!["the archive is damaged: ", words]),
    }
}
