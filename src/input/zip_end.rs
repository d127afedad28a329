//! Where a zip archive begins and ends in its file. The directory stands at the end, and knows only its
//! own members: what is before and behind them, nobody has looked at.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::random::Random;
use super::stream::fill;

/// Length of a directory's entry, without the name and what follows it.
pub(super) const ENTRY: usize = 46;

/// Length of a member's header, without the name and what follows it.
pub(super) const HEADER: usize = 30;

/// A flag of a member: its lengths stand behind it, since they were not known before it.
pub(super) const LENGTHS_FOLLOW: u16 = 1 << 3;

/// Behind the end only so much is looked at for padding.
const LONGEST_PADDING: u64 = 1024 * 1024;

/// Whether a member begins at this place.
pub(super) fn begins_member(random: &Random, place: u64) -> bool {
    let mut begin = [0; 8];
    let length = read_at(random, place, &mut begin).unwrap_or(0);
    matches!(begin[..length], [b'P', b'K', 3, 4, ..] | [b'P', b'K', 7, 8, b'P', b'K', 3, 4])
}

/// How much farther behind a member stands than the entry at `entry` says. None where it does not tell.
pub(super) fn shift(random: &Random, entry: u64, member: u64) -> Option<u64> {
    let mut told = [0; 4];
    (read_at(random, entry + 42, &mut told).ok()? == told.len()).then_some(())?;
    // A place in the newer form is nowhere near where a shift would matter.
    let told = u32::from_le_bytes(told);
    if told == u32::MAX { None } else { member.checked_sub(told.into()) }
}

/// A piece of what stands behind an archive's members.
pub(super) struct Piece {
    pub(super) length: u64,
    /// Whether it is the last one, the archive's end.
    pub(super) is_end: bool,
}

impl Piece {
    /// The piece that begins like this; none if it is none, or is cut.
    pub(super) fn of(begin: &[u8]) -> Option<Self> {
        let short = |at: usize| {
            let bytes = begin.get(at..at + 2)?;
            Some(u64::from(bytes[0]) | u64::from(bytes[1]) << 8)
        };
        let length = match begin {
            [b'P', b'K', 1, 2, ..] => ENTRY as u64 + short(28)? + short(30)? + short(32)?,
            // A signature.
            [b'P', b'K', 5, 5, ..] => 6 + short(4)?,
            [b'P', b'K', 5, 6, ..] => 22 + short(20)?,
            // The newer form's end, and what points to it.
            [b'P', b'K', 6, 6, ..] => u64::from_le_bytes(*begin.get(4..)?.first_chunk()?).checked_add(12)?,
            [b'P', b'K', 6, 7, ..] => 20,
            _ => return None,
        };
        Some(Self { length, is_end: begin[2..4] == [5, 6] })
    }
}

/// Whether the directory that begins at `directory` lists more members than `counted`. The count stands
/// at the archive's end, on its own, and has no room for more than 65,535 in its older form.
///
/// # Errors
/// Faults of reading.
pub(super) fn lists_more(random: &Random, directory: u64, counted: usize) -> io::Result<bool> {
    let mut reader = BufReader::new(random.reader());
    reader.seek(SeekFrom::Start(directory))?;
    for _ in 0..=counted {
        let mut begin = [0; ENTRY];
        if fill(&mut reader, &mut begin)? < ENTRY || !begin.starts_with(b"PK\x01\x02") {
            return Ok(false);
        }
        let Some(piece) = Piece::of(&begin) else { return Ok(false) };
        // What follows the name is never longer than three fields of 16 bits tell.
        reader.seek_relative(piece.length as i64 - ENTRY as i64)?;
    }
    Ok(true)
}

/// The name that stands in a header of a member at this place: in the one before the member, or in the
/// directory's entry. None where no header is: that is told where it is read.
pub(super) fn name_at(random: &Random, place: u64) -> Option<Vec<u8>> {
    let mut fixed = [0; HEADER];
    (read_at(random, place, &mut fixed).ok()? == HEADER).then_some(())?;
    let (at, length) = match fixed {
        [b'P', b'K', 3, 4, ..] => (HEADER, [fixed[26], fixed[27]]),
        [b'P', b'K', 1, 2, ..] => (ENTRY, [fixed[28], fixed[29]]),
        _ => return None,
    };
    let mut name = vec![0; usize::from(u16::from_le_bytes(length))];
    (read_at(random, place.checked_add(at as u64)?, &mut name).ok()? == name.len()).then_some(name)
}

/// How many bytes stand between the end of the member whose header is at `member`, which has so many
/// compressed bytes, and the directory. Lengths that follow the member belong to it, and zeros are
/// padding. None where the member does not tell.
pub(super) fn unlisted(random: &Random, member: u64, compressed: u64, directory: u64) -> Option<u64> {
    let mut fixed = [0; HEADER];
    let length = read_at(random, member, &mut fixed).ok()?;
    if length < HEADER || !fixed.starts_with(b"PK\x03\x04") {
        return None;
    }
    let short = |at: usize| u64::from(u16::from_le_bytes([fixed[at], fixed[at + 1]]));
    let head = HEADER as u64 + short(26) + short(28);
    let end = member.checked_add(head)?.checked_add(compressed)?;
    let between = directory.checked_sub(end)?;
    let mut begin = vec![0; usize::try_from(between.min(LONGEST_PADDING)).ok()?];
    let length = read_at(random, end, &mut begin).ok()?;
    let begin = &begin[..length];
    let marked = begin.starts_with(b"PK\x07\x08");
    let own: &[u64] = match u64::from(LENGTHS_FOLLOW) & short(6) {
        0 => &[0],
        _ if marked => &[16, 24],
        _ => &[12, 20],
    };
    let is_padding = |&own: &u64| {
        let rest = begin.get(own as usize..);
        between <= LONGEST_PADDING && rest.is_some_and(|rest| rest.iter().all(|&byte| byte == 0))
    };
    let least = own.first().copied().unwrap_or_default();
    Some(if own.iter().any(is_padding) { 0 } else { between.saturating_sub(least) })
}

/// Where the archive ends whose directory's last entry is at `last`, or that has no member. None where
/// no end follows the directory.
///
/// # Errors
/// Faults of reading.
pub(super) fn end(random: &Random, last: Option<u64>) -> io::Result<Option<u64>> {
    let mut place = last.unwrap_or(0);
    loop {
        let mut begin = [0; ENTRY];
        let length = read_at(random, place, &mut begin)?;
        let Some(piece) = Piece::of(&begin[..length]) else { return Ok(None) };
        place = match place.checked_add(piece.length) {
            Some(next) if next <= random.length() => next,
            _ => return Ok(None),
        };
        if piece.is_end {
            return Ok(Some(place));
        }
    }
}

/// Whether only zeros stand from here to the end of the file, and not very many.
///
/// # Errors
/// Faults of reading.
pub(super) fn is_padding(random: &Random, from: u64) -> io::Result<bool> {
    let left = random.length().saturating_sub(from);
    if left > LONGEST_PADDING {
        return Ok(false);
    }
    let mut reader = random.reader();
    reader.seek(SeekFrom::Start(from))?;
    let mut padding = Vec::new();
    reader.take(left).read_to_end(&mut padding)?;
    Ok(padding.iter().all(|&byte| byte == 0))
}

fn read_at(random: &Random, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut reader = random.reader();
    reader.seek(SeekFrom::Start(place))?;
    fill(&mut reader, buffer)
}
