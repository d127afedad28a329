//! The logs of a tar archive.

use std::cell::Cell;
use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::limits::Budget;
use super::member::{Place, WHOLE, base_name, is_archive_name};
use super::stream::{Fault, Kind, SNIFFED, fill, is_tar_header};
use crate::problem::{Problem, ProblemKind};

/// How many logs of a tar archive wait for a thread at most.
const WAITING: usize = 16;

/// Reads the logs of a tar archive. Where a header is damaged, the first one too, reading goes on with
/// the next one that is whole. Returns why not all of it was read.
pub(super) fn read(place: &Place<'_>, stream: &mut dyn Read) -> Option<Fault> {
    let most = Cell::new(u64::MAX);
    let mut blocks = Blocks::new(stream, &most, place.budget.archive_bytes());
    let mut number = 0;
    let mut damage = Damage::default();
    match blocks.next_header() {
        Found::Header if blocks.place == 0 => {}
        Found::Header => damage.add(0, "no member begins there".to_owned(), blocks.place),
        Found::Nothing => return None,
        Found::Garbage(_) => {
            let message = "there is no member in it whose header is whole".to_owned();
            return Some(Fault { kind: ProblemKind::CorruptArchive, message });
        }
        Found::Endless => return Some(endless()),
    }
    loop {
        most.set(blocks.place.saturating_add(LONGEST_HEAD));
        let fault = members(place, &mut blocks, &most, &mut number);
        let damaged = match fault {
            None => None,
            Some(Fault { kind: ProblemKind::CorruptArchive, message }) => Some((blocks.last(), message)),
            Some(fault) => return damage.and(Some(fault), place),
        };
        most.set(u64::MAX);
        let found = blocks.next_header();
        match (damaged, found) {
            (Some((at, message)), found) => {
                damage.add(at, message, blocks.place);
                match found {
                    Found::Header => {}
                    Found::Endless => return damage.and(Some(endless()), place),
                    Found::Nothing | Found::Garbage(_) => return damage.and(None, place),
                }
            }
            // The members of an archive that was put behind this one.
            (None, Found::Header) => {}
            (None, Found::Nothing) => return damage.and(None, place),
            (None, Found::Endless) => return damage.and(Some(endless()), place),
            (None, Found::Garbage(at)) => {
                let message = format!("something that is no member follows the archive's end, at byte {at}");
                let fault = Fault { kind: ProblemKind::CorruptArchive, message };
                return damage.and(Some(fault), place);
            }
        }
    }
}

fn endless() -> Fault {
    Fault::limit(format!("more than {MOST_ZEROS} zeros follow one another; the rest was not looked at"))
}

/// The damaged headers of an archive.
#[derive(Default)]
struct Damage {
    /// Where the first one is, what is wrong with it, and where reading went on.
    first: Option<(u64, String, u64)>,
    further: u64,
}

impl Damage {
    fn add(&mut self, at: u64, message: String, next: u64) {
        match self.first {
            Some(_) => self.further += 1,
            None => self.first = Some((at, message, next)),
        }
    }

    /// What there is to tell at the end: the damage, and what ended the reading.
    fn and(self, fault: Option<Fault>, place: &Place<'_>) -> Option<Fault> {
        let Some((at, message, next)) = self.first else { return fault };
        let further = match self.further {
            0 => String::new(),
            1 => "; so is one more place".to_owned(),
            more => format!("; so are {more} more places"),
        };
        let message = format!(
            "the archive is damaged at byte {at} ({message}); {} bytes were skipped{further}",
            next.saturating_sub(at)
        );
        let damage = Fault { kind: ProblemKind::CorruptArchive, message };
        match fault {
            Some(fault) => {
                place.problem(damage);
                Some(fault)
            }
            None => Some(damage),
        }
    }
}

/// Reads members up to the archive's end, or to where it is damaged. One thread goes through the archive,
/// which may have to be decompressed on the way; small logs are handed to the others. Returns why it
/// ended early.
fn members(place: &Place<'_>, blocks: &mut Blocks<'_>, most: &Cell<u64>, number: &mut u64) -> Option<Fault> {
    let begin = blocks.place;
    let mut archive = tar::Archive::new(blocks);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return Some(broken_tar(&error)),
    };
    let waiting = AtomicUsize::new(0);
    // Buffers that can be filled again: no more than can wait, and one.
    let spare = Mutex::new(Vec::<Vec<u8>>::new());
    let mut parts = Vec::new();
    let fault = rayon::in_place_scope(|scope| {
        for entry in entries {
            if let Err(message) = place.budget.member() {
                return Some(Fault::limit(message));
            }
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Some(broken_tar(&error)),
            };
            let member = *number;
            *number += 1;
            let kind = entry.header().entry_type();
            let is_sparse = kind.is_gnu_sparse();
            let size = entry.size();
            let stored = if is_sparse { entry.header().entry_size().unwrap_or(0) } else { size };
            let next_head = begin.saturating_add(entry.raw_file_position()).saturating_add(stored);
            most.set(u64::MAX);
            let holes = holes_told_before(&mut entry);
            let path = place.member_path(holes.as_deref().unwrap_or(&entry.path_bytes()));
            let base = base_name(&path).to_vec();
            if kind.is_dir() || !place.wants_member(&base) {
                most.set(next_head.saturating_add(LONGEST_HEAD));
                continue;
            }
            if !(kind.is_file() || kind.is_contiguous() || is_sparse) {
                let message = "is a link or a device, not a file";
                place.sink.problem(Problem::new(path, ProblemKind::Unreadable, message));
                most.set(next_head.saturating_add(LONGEST_HEAD));
                continue;
            }
            if holes.is_some() {
                let message = "is stored with holes in a form that is not read";
                place.sink.problem(Problem::new(path, ProblemKind::Unreadable, message));
                most.set(next_head.saturating_add(LONGEST_HEAD));
                continue;
            }
            let modified = entry.header().mtime().ok().and_then(super::local_time_of);
            let origin = place.origin.member(member);
            if size > WHOLE as u64 || is_archive_name(&base) {
                let part = place.budget.part(place.budget.left());
                let inner = place.inside(&path, &origin, modified).with_budget(&part);
                // The holes of a sparse file come out of nothing.
                inner.read(&mut entry, is_sparse.then_some(&part));
                place.budget.take(&part);
                most.set(next_head.saturating_add(LONGEST_HEAD));
                continue;
            }
            let mut buffer = spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            if buffer.len() < size as usize {
                buffer.resize(size as usize, 0);
            }
            let length = fill(&mut entry, &mut buffer[..size as usize]).unwrap_or(0);
            let is_whole = length as u64 == size;
            let is_nested = Kind::of(&buffer[..length.min(SNIFFED)]) != Kind::Plain;
            if is_nested && parts.len() == NESTED {
                wait(&waiting, 0);
                parts.drain(..).for_each(|part: Arc<Budget>| place.budget.take(&part));
            }
            let part = is_nested.then(|| Arc::new(part_of(place.budget, size)));
            parts.extend(part.clone());
            wait(&waiting, WAITING - 1);
            waiting.fetch_add(1, Ordering::AcqRel);
            let (place, waiting, spare) = (*place, &waiting, &spare);
            scope.spawn(move |_| {
                let inner = place.inside(&path, &origin, modified);
                let budget = part.as_deref().unwrap_or(place.budget);
                inner.with_budget(budget).read_whole(&buffer[..length]);
                spare.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
                waiting.fetch_sub(1, Ordering::AcqRel);
            });
            if !is_whole {
                let message = "the archive ends within a member".to_owned();
                return Some(Fault { kind: ProblemKind::TruncatedArchive, message });
            }
            most.set(next_head.saturating_add(LONGEST_HEAD));
        }
        None
    });
    parts.iter().for_each(|part| place.budget.take(part));
    fault
}

/// The true name of a member whose holes are told before its header, in a form of their own: what it
/// holds is not what the file held. None if it is not stored so.
fn holes_told_before(entry: &mut tar::Entry<'_, impl Read>) -> Option<Vec<u8>> {
    let mut name = None;
    let mut has_holes = false;
    for field in entry.pax_extensions().ok()??.flatten() {
        has_holes |= field.key_bytes().starts_with(b"GNU.sparse.");
        if field.key_bytes() == b"GNU.sparse.name" {
            name = Some(field.value_bytes().to_vec());
        }
    }
    has_holes.then(|| name.unwrap_or_else(|| entry.path_bytes().into_owned()))
}

/// Waits until no more than so many members wait for a thread; helps meanwhile.
fn wait(waiting: &AtomicUsize, most: usize) {
    while waiting.load(Ordering::Acquire) > most {
        if rayon::yield_now().is_none_or(|done| done == rayon::Yield::Idle) {
            std::thread::yield_now();
        }
    }
}

/// So many compressed members are read before it is counted what came out of them.
const NESTED: usize = 16;

/// However small a compressed member is, so much may be in it.
const LEAST_PART: u64 = 8 * 1024 * 1024;

/// A member that comes to so many times its size still need not share what is left with others.
const USUAL_RATIO: u64 = 300;

/// What a compressed member of this size may come to.
fn part_of(budget: &Budget, size: u64) -> Budget {
    let left = budget.left();
    let usual = size.saturating_mul(USUAL_RATIO).min(left);
    budget.part(usual.max(left / NESTED as u64).max(LEAST_PART))
}

/// What stands between two members: headers, long names, lists of holes.
const LONGEST_HEAD: u64 = 1024 * 1024;

/// Where more zeros follow one another outside of a member, nobody looks for a further one.
const MOST_ZEROS: u64 = 256 * 1024 * 1024;

/// The stream of an archive. It breaks where more stands between two members than names and times
/// take: all of that is kept in memory.
struct Blocks<'r> {
    inner: &'r mut dyn Read,
    place: u64,
    /// The most bytes of an archive.
    longest: u64,
    most: &'r Cell<u64>,
    /// A header that was read ahead, and how much of it is left.
    header: [u8; SNIFFED],
    left: usize,
}

/// What follows a damaged header, or an archive's end.
enum Found {
    /// A header, which is read next.
    Header,
    /// Zeros at most.
    Nothing,
    /// Something else, which begins about here.
    Garbage(u64),
    Endless,
}

impl<'r> Blocks<'r> {
    fn new(inner: &'r mut dyn Read, most: &'r Cell<u64>, longest: u64) -> Self {
        Self { inner, place: 0, longest, most, header: [0; SNIFFED], left: 0 }
    }

    /// Where the block begins that was read last.
    const fn last(&self) -> u64 {
        self.place.saturating_sub(1) / SNIFFED as u64 * SNIFFED as u64
    }

    /// Looks for the next block that is a header.
    fn next_header(&mut self) -> Found {
        let mut garbage = None;
        let mut zeros = 0;
        let length = (self.place.next_multiple_of(SNIFFED as u64) - self.place) as usize;
        if fill(self, &mut [0; SNIFFED][..length]).is_ok_and(|filled| filled < length) {
            return Found::Nothing;
        }
        loop {
            let at = self.place;
            let mut block = [0; SNIFFED];
            // What breaks the stream is told where it is made.
            let length = fill(self, &mut block).unwrap_or(0);
            if length == SNIFFED && is_tar_header(&block) {
                (self.header, self.left, self.place) = (block, SNIFFED, at);
                return Found::Header;
            }
            if block.iter().any(|&byte| byte != 0) {
                garbage = garbage.or(Some(at));
                zeros = 0;
            }
            zeros += length as u64;
            if length < SNIFFED {
                return garbage.map_or(Found::Nothing, Found::Garbage);
            }
            if zeros > MOST_ZEROS {
                return Found::Endless;
            }
        }
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.place > self.longest {
            let message = format!("more than {} bytes of one archive", self.longest);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let left = self.most.get().saturating_sub(self.place);
        if left == 0 {
            let message = format!("a member's header has more than {LONGEST_HEAD} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let length = match self.left {
            0 => self.inner.read(&mut buffer[..room])?,
            left => (&self.header[SNIFFED - left..]).read(&mut buffer[..room])?,
        };
        self.left = self.left.saturating_sub(length);
        self.place += length as u64;
        Ok(length)
    }
}

fn broken_tar(error: &io::Error) -> Fault {
    if error.kind() == io::ErrorKind::FileTooLarge {
        return Fault::limit(error.to_string());
    }
    // The crate tells a cut header in words.
    let words = error.to_string();
    let is_cut = error.kind() == io::ErrorKind::UnexpectedEof
        || ["unexpected EOF", "failed to read entire block"].iter().any(|cut| words.contains(cut));
    if is_cut {
        let message = "the archive ends too early".to_owned();
        return Fault { kind: ProblemKind::TruncatedArchive, message };
    }
    Fault { kind: ProblemKind::CorruptArchive, message: error.to_string() }
}
