//! Archives: the logs in them, and the archives in those.

use std::io::{self, Cursor, Read, Seek};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Local, NaiveDateTime};
use rayon::prelude::*;
use zip::ZipArchive;
use zip::read::{ZipFile, read_zipfile_from_stream};
use zip::result::ZipError;

use super::member::{Place, WHOLE, base_name, is_archive_name};
use super::name::Named;
use super::random::Random;
use super::stream::Fault;
use crate::problem::{Problem, ProblemKind};

/// How many logs of a tar archive wait for a thread at most.
const WAITING: usize = 16;

/// Whether a member is read at all.
fn is_wanted(place: &Place<'_>, base: &[u8]) -> bool {
    match Named::parse(base) {
        Some(named) => place.sink.wants(Some(named.mac)),
        None => is_archive_name(base),
    }
}

fn shown(place: &Place<'_>, name: &[u8]) -> String {
    format!("{}!/{}", place.path, super::shown_bytes(name).trim_start_matches('/'))
}

fn limit(place: &Place<'_>, message: String) {
    place.problem(Fault { kind: ProblemKind::LimitExceeded, message });
}

/// Reads the logs of a tar archive. One thread goes through the archive, which may have to be
/// decompressed on the way; small logs are handed to the others.
pub(super) fn tar(place: &Place<'_>, stream: &mut dyn Read) {
    let mut archive = tar::Archive::new(stream);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return place.problem(Fault::of(&error)),
    };
    let waiting = AtomicUsize::new(0);
    rayon::in_place_scope(|scope| {
        for (number, entry) in entries.enumerate() {
            if let Err(message) = place.budget.member() {
                return limit(place, message);
            }
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => return place.problem(broken_tar(&error)),
            };
            let name = entry.path_bytes().into_owned();
            let path = shown(place, &name);
            let base = base_name(&path).to_vec();
            let kind = entry.header().entry_type();
            if kind.is_dir() || !is_wanted(place, &base) {
                continue;
            }
            if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
                place.sink.problem(Problem::new(
                    path,
                    ProblemKind::Unreadable,
                    "is a link or a device, not a file",
                ));
                continue;
            }
            let modified = entry.header().mtime().ok().and_then(local_time);
            let origin = place.origin.member(number as u64);
            let size = entry.size();
            if size as usize > WHOLE || is_archive_name(&base) {
                let inner = Place {
                    path: &path,
                    origin: &origin,
                    modified,
                    depth: place.depth + 1,
                    named_by_user: false,
                    ..*place
                };
                inner.read(&mut entry);
                continue;
            }
            let mut content = vec![0; size as usize];
            let length = super::stream::fill(&mut entry, &mut content).unwrap_or(0);
            let is_whole = length == content.len();
            content.truncate(length);
            while waiting.load(Ordering::Acquire) >= WAITING {
                if rayon::yield_now().is_none_or(|done| done == rayon::Yield::Idle) {
                    std::thread::yield_now();
                }
            }
            waiting.fetch_add(1, Ordering::AcqRel);
            let (place, waiting) = (*place, &waiting);
            scope.spawn(move |_| {
                let inner = Place {
                    path: &path,
                    origin: &origin,
                    modified,
                    depth: place.depth + 1,
                    named_by_user: false,
                    ..place
                };
                inner.read(&mut Cursor::new(&content));
                waiting.fetch_sub(1, Ordering::AcqRel);
            });
            if !is_whole {
                return place.problem(Fault {
                    kind: ProblemKind::TruncatedArchive,
                    message: "the archive ends within a member".to_owned(),
                });
            }
        }
    });
}

fn broken_tar(error: &io::Error) -> Fault {
    // The crate tells a cut header in words.
    let is_cut = error.kind() == io::ErrorKind::UnexpectedEof || error.to_string().contains("unexpected EOF");
    let kind = if is_cut { ProblemKind::TruncatedArchive } else { ProblemKind::CorruptArchive };
    Fault { kind, message: format!("the archive is damaged: {error}") }
}

fn local_time(seconds: u64) -> Option<NaiveDateTime> {
    let time = DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)?;
    Some(time.with_timezone(&Local).naive_local())
}

/// Reads the logs of a zip archive that comes as a stream, or stands in another archive.
pub(super) fn zip_in_stream(place: &Place<'_>, stream: &mut dyn Read) {
    match Random::keep(stream, LARGEST_KEPT) {
        Ok(Some(random)) => zip(place, &random),
        Ok(None) => {
            limit(place, format!("a zip archive of more than {LARGEST_KEPT} bytes inside something else"))
        }
        Err(error) => place.problem(Fault { kind: ProblemKind::of(&error), message: error.to_string() }),
    }
}

/// The largest archive that is kept in a file of its own.
const LARGEST_KEPT: u64 = 8 << 30;

/// Reads the logs of a zip archive, on all threads.
pub(super) fn zip(place: &Place<'_>, random: &Random) {
    if ends_with_more_members(random, place.budget.most_members()) {
        limit(place, format!("more than {} members; only the first were read", place.budget.most_members()));
        return forward(place, random);
    }
    let archive = match ZipArchive::new(random.reader()) {
        Ok(archive) => archive,
        Err(error) => {
            place.problem(zip_fault(&error, true));
            return forward(place, random);
        }
    };
    if archive.has_duplicate_names() {
        // The directory is read as a map of names: only the members themselves tell all of them.
        return forward(place, random);
    }
    let members: Vec<usize> = (0..archive.len())
        .filter(|&number| {
            archive
                .by_index_data(number)
                .is_ok_and(|entry| is_wanted(place, base_name(&super::shown_bytes(entry.name_raw()))))
        })
        .collect();
    members.par_iter().for_each_init(
        || archive.clone(),
        |archive, &number| {
            if let Err(message) = place.budget.member() {
                return limit(place, message);
            }
            read_member(place, archive, number);
        },
    );
}

fn read_member<R: Read + Seek>(place: &Place<'_>, archive: &mut ZipArchive<R>, number: usize) {
    let Ok(entry) = archive.by_index_data(number) else { return };
    let (path, is_encrypted) = (shown(place, entry.name_raw()), entry.encrypted());
    let problem = |fault: Fault| place.sink.problem(Problem::new(path.clone(), fault.kind, fault.message));
    if is_encrypted {
        return problem(encrypted());
    }
    match archive.by_index(number) {
        Ok(mut file) => member(place, &mut file, number as u64),
        Err(error) => problem(zip_fault(&error, false)),
    }
}

fn encrypted() -> Fault {
    Fault { kind: ProblemKind::Unreadable, message: "is encrypted, and needs a password".to_owned() }
}

/// Reads an archive that has lost its end, or whose names repeat: member after member, as far as
/// that goes.
fn forward(place: &Place<'_>, random: &Random) {
    let mut reader = random.reader();
    let mut number = 0;
    loop {
        if place.budget.member().is_err() {
            return;
        }
        match read_zipfile_from_stream(&mut reader) {
            Ok(Some(mut file)) => {
                if is_wanted(place, base_name(&super::shown_bytes(file.name_raw()))) {
                    member(place, &mut file, number);
                }
                // The rest of the member has to be read to come to the next one.
                if io::copy(&mut file, &mut io::sink()).is_err() {
                    return;
                }
            }
            Ok(None) | Err(_) => return,
        }
        number += 1;
    }
}

fn member<R: Read>(place: &Place<'_>, file: &mut ZipFile<'_, R>, number: u64) {
    let path = shown(place, file.name_raw());
    if file.is_dir() {
        return;
    }
    if file.is_symlink() {
        place.sink.problem(Problem::new(path, ProblemKind::Unreadable, "is a link, not a file"));
        return;
    }
    let modified = file.last_modified().and_then(|time| NaiveDateTime::try_from(time).ok());
    let origin = place.origin.member(number);
    let inner = Place {
        path: &path,
        origin: &origin,
        modified,
        depth: place.depth + 1,
        named_by_user: false,
        ..*place
    };
    let declared = file.size();
    let mut counted =
        Counted { inner: super::stream::Guarded::new(&mut *file, Some(place.budget)), length: 0 };
    inner.read(&mut counted);
    let (length, fault) = (counted.length, counted.inner.fault.take());
    if let Some(fault) = fault {
        inner.problem(fault);
    } else if length < declared && declared > 0 {
        let message = format!("has {length} bytes, and its header says {declared}");
        inner.problem(Fault { kind: ProblemKind::CorruptArchive, message });
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    length: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.length += length as u64;
        Ok(length)
    }
}

/// What an error of the archive means. An archive that lacks its end was cut.
fn zip_fault(error: &ZipError, of_archive: bool) -> Fault {
    let (kind, message) = match error {
        ZipError::Io(error) => {
            let fault = Fault::of(error);
            (fault.kind, fault.message)
        }
        ZipError::InvalidArchive(_) if of_archive => (
            ProblemKind::TruncatedArchive,
            format!("the archive's end is missing or damaged ({error}); what is before it was read"),
        ),
        ZipError::UnsupportedArchive(_)
        | ZipError::CompressionMethodNotSupported(_)
        | ZipError::InvalidPassword => (ProblemKind::Unreadable, error.to_string()),
        _ => (ProblemKind::CorruptArchive, error.to_string()),
    };
    Fault { kind, message }
}

/// Whether the archive's end announces more members than are read: their directory alone could fill
/// the memory.
fn ends_with_more_members(random: &Random, most: u64) -> bool {
    const RECORD: usize = 22;
    const LONGEST_COMMENT: u64 = 65_535;
    let length = random.length();
    let tail = length.min(RECORD as u64 + LONGEST_COMMENT);
    let mut reader = random.reader();
    let mut end = vec![0; tail as usize];
    if reader.seek(io::SeekFrom::Start(length - tail)).is_err() || reader.read_exact(&mut end).is_err() {
        return false;
    }
    let Some(record) = memchr::memmem::rfind(&end, b"PK\x05\x06") else { return false };
    let count =
        end.get(record + 10..record + 12).map_or(0, |count| u64::from(count[0]) | u64::from(count[1]) << 8);
    // A large archive has its true count in another record just before.
    let large = memchr::memmem::rfind(&end[..record], b"PK\x06\x06")
        .and_then(|large| end.get(large + 32..large + 40)?.first_chunk().copied())
        .map_or(0, u64::from_le_bytes);
    count.max(large) > most
}
