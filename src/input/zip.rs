//! Lists the members of a zip archive, which needs random access.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use chrono::{Local, NaiveDateTime};
use flate2::bufread::DeflateDecoder;
use zip::read::{Config, ZipFileEntry, read_zipfile_from_stream_with_options};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{DateTime, ZipReadOptions};

use super::archive::{Member, MemberKind, Visitor, target_of};
use super::limits::{Fault, LimitedStream, fill};
use crate::problem::ProblemKind;
use crate::sentence::{Part, sentence};

/// The first bytes of a member.
const LOCAL_HEADER: &[u8] = b"PK\x03\x04";

/// The first bytes of a member's entry in the directory, which is at the archive's end.
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// The longest path of a link's target on Linux, in bytes.
const MAX_TARGET: u64 = 4096;

/// Visits the members of a zip archive, until the end or a fault.
pub(super) fn visit(reader: &mut (impl Read + Seek), visitor: &mut dyn Visitor) -> Result<(), Fault> {
    let is_piece = is_last_piece(reader).map_err(Fault::of)?;
    let fault_of = |error| if is_piece { piece() } else { fault_of(error) };
    // `ZipIterable` reads the directory entry by entry, so memory does not grow with its length.
    let mut archive = match ZipIterable::try_new(&mut *reader, Config::default()) {
        Ok(archive) => archive,
        Err(error @ ZipError::UnsupportedArchive(_)) => return Err(fault_of(error)),
        Err(_) => {
            return without_directory(reader, visitor)
                .map_err(|fault| if is_piece { piece() } else { fault });
        }
    };
    let entries = archive.files().map_err(fault_of)?;
    // Where another member would be, and what would be there.
    let mut behind = (0, LOCAL_HEADER);
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(fault_of)?;
        if entries.is_empty() {
            behind = (entries.reader_mut().stream_position().map_err(Fault::of)?, DIRECTORY_ENTRY);
        }
        let mut member = member_of(&entry);
        if member.kind == MemberKind::Other {
            member.link = entry
                .with_reader(entries.reader_mut(), ZipReadOptions::default())
                .ok()
                .and_then(|content| target_in(content, &member.name));
            visitor.select(&member)?;
            continue;
        }
        let Some(wanted) = visitor.select(&member)? else { continue };
        let goes_on = if entry.encrypted() {
            let fault = Fault::new(ProblemKind::Unreadable, "is encrypted, and needs a password");
            visitor.visit(&member, wanted, Err(fault))
        } else {
            match entry.with_reader(entries.reader_mut(), ZipReadOptions::default()) {
                Ok(mut file) => visitor.visit(&member, wanted, Ok(&mut file)),
                Err(error) => visitor.visit(&member, wanted, Err(fault_of(error))),
            }
        };
        if !goes_on {
            return Ok(());
        }
    }
    // The number of members at the archive's end has 16 bits. Some programs write its lower bits if there are more.
    match has(reader, behind).map_err(Fault::of)? {
        true => without_directory(reader, visitor),
        false => Ok(()),
    }
}

/// Whether these bytes are at this offset.
fn has(reader: &mut (impl Read + Seek), (at, mark): (u64, &[u8])) -> io::Result<bool> {
    let mut begin = [0; LOCAL_HEADER.len()];
    reader.seek(SeekFrom::Start(at))?;
    fill(reader, &mut begin)?;
    Ok(begin == mark)
}

/// Whether this is the last piece of a split archive: the end names the number of its own piece.
fn is_last_piece(reader: &mut (impl Read + Seek)) -> io::Result<bool> {
    const END: [u8; 4] = *b"PK\x05\x06";
    let mut end = [0; 22];
    let length = reader.seek(SeekFrom::End(0))?;
    if length < end.len() as u64 {
        return Ok(false);
    }
    reader.seek(SeekFrom::End(-(end.len() as i64)))?;
    reader.read_exact(&mut end)?;
    reader.seek(SeekFrom::Start(0))?;
    // Zip64 has the number at another place.
    let number = u16::from_le_bytes([end[4], end[5]]);
    Ok(end.starts_with(&END) && !matches!(number, 0 | u16::MAX))
}

fn piece() -> Fault {
    Fault::new(
        ProblemKind::UnsupportedCompression,
        "is the last piece of a split archive, which can't be read; join its pieces first",
    )
}

/// Visits the members from the beginning of an archive whose directory, at its end, is missing, as in a cut
/// archive.
fn without_directory(reader: &mut (impl Read + Seek), visitor: &mut dyn Visitor) -> Result<(), Fault> {
    reader.seek(SeekFrom::Start(0)).map_err(Fault::of)?;
    let mut members = 0;
    let message = loop {
        let (options, next) = measure(reader).map_err(Fault::of)?.unwrap_or_default();
        let mut stream = LimitedStream::new(&mut *reader, None);
        let mut file = match read_zipfile_from_stream_with_options(&mut stream, options) {
            Ok(Some(file)) => file,
            Ok(None) => break sentence!["the archive's end is missing or damaged"],
            Err(ZipError::Io(_)) => break sentence!["the archive ends too early"],
            Err(error) if members > 0 || matches!(error, ZipError::UnsupportedArchive(_)) => {
                break sentence!["the archive ends too early: ", Part::LogText(error.to_string().into())];
            }
            Err(error) => return Err(fault_of(error)),
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
        if let Some(wanted) = visitor.select(&member)?
            && !visitor.visit(&member, wanted, Ok(&mut file))
        {
            return Ok(());
        }
        drop(file);
        if let Some(next) = next {
            reader.seek(SeekFrom::Start(next)).map_err(Fault::of)?;
        }
    };
    Err(Fault::new(
        ProblemKind::TruncatedArchive,
        message.and(sentence!["; the members before that were read"]),
    ))
}

/// Finds out the length of the deflated member at the current offset, if it is written after the member, as macOS and programs
/// that write to a pipe do it: deflated data have an end of their own. Returns how to read the member, and where the next
/// header is. None for other members.
fn measure(reader: &mut (impl Read + Seek)) -> io::Result<Option<(ZipReadOptions<'static>, Option<u64>)>> {
    let at = reader.stream_position()?;
    let mut header = [0; 30];
    fill(reader, &mut header)?;
    let number = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    // Bit 3: the lengths are after the member. Bit 0: it is encrypted. Method 8: deflated.
    let is_measured = header.starts_with(LOCAL_HEADER) && number(6) & 0b1001 == 0b1000 && number(8) == 8;
    let mut measured = None;
    if is_measured {
        let begin = at + header.len() as u64 + u64::from(number(26)) + u64::from(number(28));
        reader.seek(SeekFrom::Start(begin))?;
        let mut content = DeflateDecoder::new(BufReader::new(&mut *reader));
        let length = io::copy(&mut content, &mut io::sink());
        let end = begin + content.total_in();
        let options = ZipReadOptions::default();
        measured = Some(match length {
            Ok(length) => {
                reader.seek(SeekFrom::Start(end))?;
                let (crc, next) = behind_member(reader)?;
                let options = match crc {
                    Some(crc) => options.override_crc(crc),
                    None => options.ignore_crc32(true),
                };
                let options = options.override_compressed_size(end - begin);
                (options.override_uncompressed_size(length), Some(end + next))
            }
            // It is cut or damaged. Nothing is known of what follows.
            Err(_) => {
                let end = reader.seek(SeekFrom::End(0))?;
                (options.override_compressed_size(end.saturating_sub(begin)).ignore_crc32(true), Some(end))
            }
        });
    }
    reader.seek(SeekFrom::Start(at))?;
    Ok(measured)
}

/// The checksum after a member, and how far from here the next header is. Whether the checksum has a mark before it,
/// and how long the lengths after it are, depends on the program that wrote the archive.
fn behind_member(reader: &mut impl Read) -> io::Result<(Option<u32>, u64)> {
    let mut behind = [0; 28];
    let length = fill(reader, &mut behind)?;
    let behind = &behind[..length];
    let sum = behind.strip_prefix(b"PK\x07\x08").unwrap_or(behind).first_chunk();
    let headers = [LOCAL_HEADER, DIRECTORY_ENTRY];
    let next = headers.into_iter().filter_map(|header| memchr::memmem::find(behind, header)).min();
    Ok((sum.map(|sum| u32::from_le_bytes(*sum)), next.unwrap_or(length) as u64))
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

fn fault_of(error: ZipError) -> Fault {
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
