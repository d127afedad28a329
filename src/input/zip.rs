//! The logs of a zip archive.

use std::io::{self, Read};

use chrono::NaiveDateTime;
use rayon::prelude::*;
use zip::ZipReadOptions;
use zip::read::{Config, ZipFileEntry};
use zip::result::{ZipError, ZipResult};
use zip::unstable::read::ZipIterable;

use super::member::{Place, base_name};
use super::random::Random;
use super::stream::Fault;
use super::zip_forward;
use crate::problem::{Problem, ProblemKind};

/// So many members are known at a time: the directory of an archive can be as large as it is.
const AT_ONCE: usize = 256;

/// The largest archive that is kept in a file of its own.
const LARGEST_KEPT: u64 = 8 << 30;

/// Reads the logs of a zip archive that comes as a stream, or stands in another archive.
pub(super) fn read_stream(place: &Place<'_>, stream: &mut dyn Read) -> Option<Fault> {
    match Random::keep(stream, LARGEST_KEPT) {
        Ok(Some(random)) => read(place, &random),
        Ok(None) => {
            Some(Fault::limit(format!("a zip archive inside something has more than {LARGEST_KEPT} bytes")))
        }
        Err(error) => Some(Fault { kind: ProblemKind::of(&error), message: error.to_string() }),
    }
}

/// Reads the logs of a zip archive, on all threads. Returns why not all of it was read.
pub(super) fn read(place: &Place<'_>, random: &Random) -> Option<Fault> {
    let mut archive = match ZipIterable::try_new(random.reader(), Config::default()) {
        Ok(archive) => archive,
        Err(error) => {
            let lost = lost_directory(&error);
            return Some(zip_forward::read(place, random).unwrap_or(lost));
        }
    };
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(error) => return Some(zip_fault(&error)),
    };
    let mut entries = entries.enumerate();
    let mut promised = 0;
    loop {
        let mut fault = None;
        let mut some = Vec::new();
        while some.len() < AT_ONCE {
            match next_wanted(place, &mut entries, &mut promised) {
                Ok(Some(entry)) => some.push(entry),
                Ok(None) => break,
                Err(broken) => {
                    fault = Some(broken);
                    break;
                }
            }
        }
        let is_last = some.len() < AT_ONCE;
        some.into_par_iter().for_each(|(number, entry)| member(place, random, entry, number));
        if is_last {
            return fault;
        }
    }
}

/// The next member of the directory that is read at all. What the members promise to hold is added up
/// in the directory's order, so that the limits are met at the same member however many threads read.
fn next_wanted(
    place: &Place<'_>,
    entries: &mut impl Iterator<Item = (usize, ZipResult<ZipFileEntry<'static>>)>,
    promised: &mut u64,
) -> Result<Option<(u64, ZipFileEntry<'static>)>, Fault> {
    for (number, entry) in entries {
        place.budget.member().map_err(Fault::limit)?;
        let entry = entry.map_err(|error| {
            let message = format!("the archive's directory is damaged after {number} members: {error}");
            Fault { kind: ProblemKind::CorruptArchive, message }
        })?;
        if entry.is_dir() || !place.wants_member(base_name(&super::shown_bytes(entry.name_raw()))) {
            continue;
        }
        *promised = promised.saturating_add(entry.size());
        place.budget.promise(*promised).map_err(Fault::limit)?;
        return Ok(Some((number as u64, entry)));
    }
    Ok(None)
}

fn member(place: &Place<'_>, random: &Random, entry: ZipFileEntry<'static>, number: u64) {
    let path = place.member_path(entry.name_raw());
    let problem = |kind, message: String| place.sink.problem(Problem::new(path.clone(), kind, message));
    if entry.encrypted() {
        return problem(ProblemKind::Unreadable, ENCRYPTED.to_owned());
    }
    if entry.is_symlink() {
        return problem(ProblemKind::Unreadable, "is a link, not a file".to_owned());
    }
    let modified = entry.last_modified().and_then(|time| NaiveDateTime::try_from(time).ok());
    let declared = entry.size();
    let mut reader = random.reader();
    // The library gives nothing at all of what is longer than declared.
    let options = ZipReadOptions::default().override_uncompressed_size(u64::MAX);
    let mut file = match entry.with_reader(&mut reader, options) {
        Ok(file) => file,
        Err(error) => {
            let fault = zip_fault(&error);
            return problem(fault.kind, fault.message);
        }
    };
    let origin = place.origin.member(number);
    let inner = place.inside(&path, &origin, modified);
    inner.read(&mut Declared::new(&mut file, declared), Some(place.budget));
}

pub(super) const ENCRYPTED: &str = "is encrypted, and needs a password";

/// Content of the length that a header declares: it breaks where it has another.
pub(super) struct Declared<R> {
    inner: R,
    declared: u64,
    left: u64,
}

impl<R> Declared<R> {
    pub(super) const fn new(inner: R, declared: u64) -> Self {
        Self { inner, declared, left: declared }
    }
}

impl<R: Read> Read for Declared<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wrong = |what| {
            let message = format!("has {what} the {} bytes that its header declares", self.declared);
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

fn lost_directory(error: &ZipError) -> Fault {
    match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            Fault { kind: ProblemKind::of(error), message: error.to_string() }
        }
        _ => Fault {
            kind: ProblemKind::TruncatedArchive,
            message: "the archive's end is missing or damaged; the members before it were read".to_owned(),
        },
    }
}

fn zip_fault(error: &ZipError) -> Fault {
    match error {
        ZipError::Io(error) => Fault::of(error),
        ZipError::UnsupportedArchive(_)
        | ZipError::CompressionMethodNotSupported(_)
        | ZipError::InvalidPassword => {
            Fault { kind: ProblemKind::Unreadable, message: format!("cannot be unpacked: {error}") }
        }
        _ => Fault { kind: ProblemKind::CorruptArchive, message: error.to_string() },
    }
}
