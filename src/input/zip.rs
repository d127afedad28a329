//! The logs of a zip archive.

use std::io::{self, Read};

use chrono::NaiveDateTime;
use rayon::prelude::*;
use zip::ZipReadOptions;
use zip::read::{Config, ZipFileEntry};
use zip::result::{ZipError, ZipResult};
use zip::unstable::read::ZipIterable;

use super::limits::Budget;
use super::member::{Place, base_name};
use super::random::Random;
use super::stream::Fault;
use super::{zip_end, zip_forward};
use crate::problem::{Problem, ProblemKind};

/// So many members are known at a time: the directory of an archive can be as large as it is.
const AT_ONCE: usize = 256;

/// The largest archive that is kept in a file of its own.
const LARGEST_KEPT: u64 = 8 << 30;

/// Whether something that does not begin like an archive is one all the same: a program that unpacks
/// itself, or an archive behind a mail's head.
pub(super) fn is_behind_something(random: &Random) -> bool {
    ZipIterable::try_new(random.reader(), Config::default()).is_ok_and(|archive| !archive.is_empty())
}

/// Reads the logs of a zip archive that comes as a stream, or stands in another archive.
pub(super) fn read_stream(place: &Place<'_>, stream: &mut dyn Read) -> Option<Fault> {
    match keep(stream) {
        Ok(random) => read(place, &random),
        Err(fault) => Some(fault),
    }
}

/// What comes as a stream, so that it can be read at any place.
pub(super) fn keep(stream: &mut dyn Read) -> Result<Random, Fault> {
    match Random::keep(stream, LARGEST_KEPT) {
        Ok(Some(random)) => Ok(random),
        Ok(None) => {
            let message = format!("a zip archive inside something has more than {LARGEST_KEPT} bytes");
            Err(Fault::limit(message))
        }
        Err(error) => Err(Fault { kind: ProblemKind::of(&error), message: error.to_string() }),
    }
}

/// Reads the logs of a zip archive, on all threads. Returns why not all of it was read.
pub(super) fn read(place: &Place<'_>, random: &Random) -> Option<Fault> {
    let mut archive = match ZipIterable::try_new(random.reader(), Config::default()) {
        Ok(archive) => archive,
        Err(error) => {
            let lost = lost_directory(&error);
            return match zip_forward::read(place, random, 0, 0) {
                Ok(_) => Some(lost),
                Err(fault) => Some(fault),
            };
        }
    };
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(error) => return Some(zip_fault(&error)),
    };
    let first = entries.next();
    let directory = match &first {
        Some(Ok(first)) => Some(first.central_header_start()),
        _ => None,
    };
    let before = before_directory(random, first);
    if before.is_other_archive {
        return match zip_forward::read(place, random, 0, 0) {
            Ok(zip_forward::End::Whole) => None,
            Ok(zip_forward::End::Open) => Some(without_end()),
            Err(fault) => Some(fault),
        };
    }
    match directory.map(|directory| zip_end::lists_more(random, directory, archive.len())) {
        Some(Ok(true)) => return wrong_count(place, random, before.skipped, archive.len()),
        Some(Err(error)) => return Some(Fault::of(&error)),
        Some(Ok(false)) | None => {}
    }
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(error) => return Some(zip_fault(&error)),
    };
    let mut entries = entries.enumerate();
    let mut promised = 0;
    let mut listed = Listed::default();
    loop {
        let mut fault = None;
        let mut some = Vec::new();
        while some.len() < AT_ONCE {
            match next_wanted(place, random, &mut entries, &mut promised, &mut listed) {
                Ok(Some(entry)) => some.push(entry),
                Ok(None) => break,
                Err(broken) => {
                    fault = Some(broken);
                    break;
                }
            }
        }
        let is_last = some.len() < AT_ONCE;
        let parts = parts(
            place.budget,
            some.iter().map(|Wanted { entry, .. }| (entry.compressed_size(), entry.size())),
        );
        some.into_par_iter().zip(&parts).for_each(|(wanted, part)| {
            member(&place.with_budget(part), random, wanted);
        });
        parts.iter().for_each(|part| place.budget.take(part));
        if is_last {
            return fault.or_else(|| around(place, random, &listed, before.skipped));
        }
    }
}

/// Reads an archive whose end counts fewer members than its directory lists. Which of the two is right,
/// only the members themselves tell.
fn wrong_count(place: &Place<'_>, random: &Random, from: u64, counted: usize) -> Option<Fault> {
    let message = format!(
        "the archive's end counts {counted} members, but its directory lists more; the members were read \
         one after the other"
    );
    let fault = Fault { kind: ProblemKind::CorruptArchive, message };
    match zip_forward::read(place, random, from, 0) {
        Ok(_) => Some(fault),
        Err(further) => {
            place.problem(fault);
            Some(further)
        }
    }
}

/// However small a member is, so much may be in it.
const LEAST_PART: u64 = 8 * 1024 * 1024;

/// What each of these members may come to: as much as it promises, and of what is left for all that is
/// nested in them, a part that goes by its compressed size.
fn parts(budget: &Budget, sizes: impl Iterator<Item = (u64, u64)> + Clone) -> Vec<Budget> {
    let promised = sizes.clone().fold(0_u64, |sum, (_, size)| sum.saturating_add(size));
    let compressed = sizes.clone().map(|(compressed, _)| u128::from(compressed)).sum::<u128>().max(1);
    let left = u128::from(budget.left().saturating_sub(promised));
    sizes
        .map(|(size, promised)| {
            let part = u64::try_from(left * u128::from(size) / compressed).unwrap_or(u64::MAX);
            budget.part(promised.saturating_add(part.max(LEAST_PART)))
        })
        .collect()
}

/// What of an archive its directory has told.
#[derive(Default)]
struct Listed {
    members: u64,
    /// Where the directory's last entry begins.
    last: Option<u64>,
    /// Where the directory begins.
    directory: Option<u64>,
    /// Where the hindmost member begins, and how many compressed bytes it has.
    hindmost: (u64, u64),
}

/// What stands before the first thing that a directory knows of.
#[derive(Default)]
struct Before {
    /// So many bytes are nothing of this archive.
    skipped: u64,
    /// Members stand there: the directory is that of another archive, one that stands in this one or
    /// behind it.
    is_other_archive: bool,
}

/// Looks at what a directory leaves out, by its first entry; an empty one has none.
fn before_directory(random: &Random, first: Option<ZipResult<ZipFileEntry<'static>>>) -> Before {
    let begins_with_member = zip_end::begins_member(random, 0);
    let Some(first) = first else {
        return Before { skipped: 0, is_other_archive: begins_with_member };
    };
    // What is damaged is told where it is read.
    let Ok(first) = first else { return Before::default() };
    if !begins_with_member {
        return Before { skipped: first.header_start(), is_other_archive: false };
    }
    // Without what stands before it, the archive would begin here.
    let shift = zip_end::shift(random, first.central_header_start(), first.header_start());
    Before { skipped: 0, is_other_archive: shift.is_some_and(|shift| shift > 0) }
}

/// Tells of the bytes before and behind the archive that nobody has looked at. Members that follow it
/// are read.
fn around(place: &Place<'_>, random: &Random, listed: &Listed, skipped: u64) -> Option<Fault> {
    let corrupt = |message| Some(Fault { kind: ProblemKind::CorruptArchive, message });
    let (member, compressed) = listed.hindmost;
    let unlisted =
        listed.directory.and_then(|directory| zip_end::unlisted(random, member, compressed, directory));
    if let Some(bytes @ 1..) = unlisted {
        let message = format!("{bytes} bytes between its last member and its directory were not looked at");
        place.problem(Fault { kind: ProblemKind::CorruptArchive, message });
    }
    let end = match zip_end::end(random, listed.last) {
        Ok(Some(end)) => end,
        Ok(None) => return corrupt("its directory and its end do not fit together".to_owned()),
        Err(error) => return Some(Fault::of(&error)),
    };
    if zip_end::begins_member(random, end) {
        return match zip_forward::read(place, random, end, listed.members) {
            Ok(zip_forward::End::Whole) => None,
            Ok(zip_forward::End::Open) => Some(without_end()),
            Err(fault) => Some(fault),
        };
    }
    let behind = match zip_end::is_padding(random, end) {
        Ok(true) => 0,
        Ok(false) => random.length() - end,
        Err(error) => return Some(Fault::of(&error)),
    };
    match (skipped, behind) {
        (0, 0) => None,
        (before, 0) => corrupt(format!("{before} bytes before the archive's beginning were not looked at")),
        (0, behind) => corrupt(format!("{behind} bytes behind the archive's end were not looked at")),
        (before, behind) => corrupt(format!(
            "{before} bytes before the archive's beginning and {behind} behind its end were not looked at"
        )),
    }
}

/// A member that is read.
struct Wanted {
    number: u64,
    path: String,
    entry: ZipFileEntry<'static>,
}

/// How a member is shown, if it is read. Its name stands in the directory and before the member itself;
/// where the two differ, that is told, and it is read if either is the name of a log.
fn wanted_path(place: &Place<'_>, random: &Random, entry: &ZipFileEntry<'static>) -> Option<String> {
    let wanted = |name: &[u8]| {
        // A directory's name ends with a separator, so its base name is empty.
        place.wants_member(base_name(&super::shown_bytes(name))).then(|| place.member_path(name))
    };
    let listed = entry.name_raw();
    let path = wanted(listed);
    let own = zip_end::name_at(random, entry.header_start());
    match own {
        // The library gives the name in Unicode that may stand beside the old one, which is compared.
        Some(own)
            if own != listed
                && zip_end::name_at(random, entry.central_header_start()).as_ref() != Some(&own) =>
        {
            let message = format!(
                "the archive's directory names it {}, and the header before it {}",
                super::shown_bytes(listed),
                super::shown_bytes(&own)
            );
            let path = path.or_else(|| wanted(&own));
            let shown = path.clone().unwrap_or_else(|| place.member_path(listed));
            place.sink.problem(Problem::new(shown, ProblemKind::CorruptArchive, message));
            path
        }
        _ => path,
    }
}

/// The next member of the directory that is read at all. What the members promise to hold is added up
/// in the directory's order, so that the limits are met at the same member however many threads read.
fn next_wanted(
    place: &Place<'_>,
    random: &Random,
    entries: &mut impl Iterator<Item = (usize, ZipResult<ZipFileEntry<'static>>)>,
    promised: &mut u64,
    listed: &mut Listed,
) -> Result<Option<Wanted>, Fault> {
    for (number, entry) in entries {
        place.budget.member().map_err(Fault::limit)?;
        let entry = entry.map_err(|error| {
            let message = format!("the archive's directory is damaged after {number} members: {error}");
            Fault { kind: ProblemKind::CorruptArchive, message }
        })?;
        let at = entry.central_header_start();
        *listed = Listed {
            members: number as u64 + 1,
            last: Some(at),
            directory: listed.directory.or(Some(at)),
            hindmost: listed.hindmost.max((entry.header_start(), entry.compressed_size())),
        };
        let Some(path) = wanted_path(place, random, &entry) else { continue };
        *promised = promised.saturating_add(entry.size());
        place.budget.promise(*promised).map_err(Fault::limit)?;
        return Ok(Some(Wanted { number: number as u64, path, entry }));
    }
    Ok(None)
}

fn member(place: &Place<'_>, random: &Random, Wanted { number, path, entry }: Wanted) {
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
        _ => without_end(),
    }
}

fn without_end() -> Fault {
    let message = "the archive's end is missing or damaged; the members before it were read".to_owned();
    Fault { kind: ProblemKind::TruncatedArchive, message }
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
