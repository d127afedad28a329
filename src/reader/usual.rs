//! Which lines need no second look: those that look like the lines before them, in the phone's own columns.
//!
//! ```text
//! 0531131822|sip  |4|03|text
//! 0         1     1 1  2
//! 0         0     6 8  2
//! ```

use super::counts::Digits;
use crate::event::MESSAGES;
use crate::line::Header;
use crate::stamp::Stamp;

/// Where the text begins.
const TEXT: usize = 22;

/// How many bytes of a text tell whether it may be a known message.
const START: usize = 4;

/// How many pairs of component and level are remembered at most: some 30 components write at a few levels.
const COLUMN_PLACES: usize = 256;

/// A byte that no line has in it: what is not known yet is like no line.
const NOWHERE: u8 = b'\n';

/// What the lines so far have in common.
pub(super) struct Usual {
    /// `MMDDhhmm` of the last stamp.
    minute: [u8; 8],
    /// The last stamp's first six digits: a day and hour of type 2, a day of type 1.
    noted: [u8; 6],
    /// Components with their levels, `|sip  |4`, that the grammar has accepted.
    columns: [[u8; 8]; COLUMN_PLACES],
    /// The count of missed events with its separators, `|03|`.
    missed_columns: [u8; 4],
    missed: Option<u64>,
    /// The last stamp's uptime, if it is one.
    uptime: Option<Option<u64>>,
    passed_line: u64,
    passed_stamp: [u8; 10],
}

impl Default for Usual {
    fn default() -> Self {
        Self {
            minute: [NOWHERE; 8],
            noted: [NOWHERE; 6],
            columns: [[NOWHERE; 8]; COLUMN_PLACES],
            missed_columns: [NOWHERE; 4],
            missed: None,
            uptime: None,
            passed_line: 0,
            passed_stamp: [0; 10],
        }
    }
}

impl Usual {
    /// Whether the line, given without its line feed, is a valid one that tells nothing new.
    #[inline]
    pub(super) fn passes(&mut self, line: &[u8], digits: &mut Digits) -> bool {
        let Some(head) = line.first_chunk::<{ TEXT + START }>() else { return false };
        let columns: &[u8; 8] = chunk(head, 10);
        let start: &[u8; START] = chunk(head, TEXT);
        if chunk::<4>(head, 18) != &self.missed_columns
            || &self.columns[column_place(*columns)] != columns
            || head[TEXT].is_ascii_whitespace()
            || head[TEXT] == 0
            || (STARTS.may_begin(*start) && may_begin(&line[TEXT..]))
            || line.len() > super::LONGEST_LINE
        {
            return false;
        }
        let (tens, ones) = (head[8].wrapping_sub(b'0'), head[9].wrapping_sub(b'0'));
        if tens > 5 || ones > 9 {
            return false;
        }
        let minute: &[u8; 8] = chunk(head, 0);
        if *minute != self.minute {
            let is_noted = self.noted == *chunk::<6>(head, 0);
            if !is_noted || !head[6].is_ascii_digit() || !head[7].is_ascii_digit() {
                return false;
            }
            self.minute = *minute;
            digits.see(chunk(head, 0));
        }
        true
    }

    /// Remembers a line that passed.
    #[inline]
    pub(super) fn passed(&mut self, line: &[u8], number: u64) {
        self.passed_line = number;
        if let Some(stamp) = line.first_chunk() {
            self.passed_stamp = *stamp;
        }
    }

    /// The last line that passed since this was asked before.
    pub(super) fn take_passed(&mut self) -> Option<(u64, Stamp)> {
        match std::mem::take(&mut self.passed_line) {
            0 => None,
            number => Some((number, Stamp::in_columns(&self.passed_stamp)?)),
        }
    }

    /// Takes a header as usual from now on. Whether it tells something new: another hour, a lower
    /// uptime, a change between the types of stamps, another count of missed events.
    pub(super) fn learn(&mut self, header: &Header<'_>) -> bool {
        let missed_is_new = self.missed.replace(header.missed) != Some(header.missed);
        let stamp_is_new = if let Some(digits) = header.stamp.digits() {
            let noted: &[u8; 6] = chunk(digits, 0);
            let is_new = self.uptime.take().is_some() || self.noted != *noted;
            self.noted = *noted;
            self.minute = if is_minute(digits) { *chunk(digits, 0) } else { [NOWHERE; 8] };
            is_new || header.stamp.is_unset()
        } else {
            let uptime = header.stamp.uptime();
            let before = self.uptime.replace(uptime);
            self.noted = [NOWHERE; 6];
            self.minute = [NOWHERE; 8];
            before.is_none_or(|before| uptime < before)
        };
        missed_is_new || stamp_is_new
    }

    /// Takes the columns of a line that the grammar accepted as usual, if it has the phone's own.
    pub(super) fn learn_columns(&mut self, line: &[u8], header: &Header<'_>) {
        if self.missed != Some(header.missed) {
            // Another count, perhaps in columns of its own: the one before is usual no more.
            self.missed_columns = [NOWHERE; 4];
        }
        let (Some(head), Some(digits)) = (line.first_chunk::<TEXT>(), header.stamp.digits()) else { return };
        let separated = [10, 16, 18, 21].iter().all(|&place| head[place] == b'|');
        let padded = &head[11..11 + header.component.len()] == header.component
            && head[11 + header.component.len()..16].iter().all(|&byte| byte == b' ');
        let counted = head[19].is_ascii_digit() && head[20].is_ascii_digit();
        if separated && padded && counted && head.starts_with(digits) {
            let columns = *chunk(head, 10);
            self.columns[column_place(columns)] = columns;
            self.missed_columns = *chunk(head, 18);
        }
    }
}

/// A stamp whose last pair is below 60, so that the others of its minute need not be looked at again.
fn is_minute(digits: &[u8; 10]) -> bool {
    digits[8] <= b'5'
}

#[inline]
fn chunk<const N: usize>(bytes: &[u8], at: usize) -> &[u8; N] {
    const { assert!(N <= 10) };
    bytes[at..].first_chunk().unwrap_or(&[0; N])
}

#[inline]
fn column_place(columns: [u8; 8]) -> usize {
    (u64::from_le_bytes(columns).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % COLUMN_PLACES
}

/// Whether the text begins like a known message as far as both go: it can be wrapped there.
#[cold]
fn may_begin(text: &[u8]) -> bool {
    let text = crate::line::trim(text);
    MESSAGES.iter().any(|known| text.iter().zip(known.begins.as_bytes()).all(|(said, begins)| said == begins))
}

/// The first four bytes of all known messages, in a table where each has a place of its own.
struct Starts {
    multiplier: u32,
    table: [u32; 64],
}

impl Starts {
    #[inline]
    fn may_begin(&self, start: [u8; START]) -> bool {
        let start = u32::from_le_bytes(start);
        self.table[place(start, self.multiplier)] == start
    }
}

#[inline]
const fn place(start: u32, multiplier: u32) -> usize {
    (start.wrapping_mul(multiplier) >> 26) as usize
}

static STARTS: Starts = find_places();

/// Tries multipliers until no two starts meet in one place.
const fn find_places() -> Starts {
    let mut multiplier = 0x9E37_79B1_u32;
    'multipliers: loop {
        let mut table = [0_u32; 64];
        let mut index = 0;
        while index < MESSAGES.len() {
            let begins = MESSAGES[index].begins.as_bytes();
            let start = u32::from_le_bytes([begins[0], begins[1], begins[2], begins[3]]);
            let place = place(start, multiplier);
            if table[place] != 0 && table[place] != start {
                multiplier = multiplier.wrapping_add(2);
                continue 'multipliers;
            }
            table[place] = start;
            index += 1;
        }
        return Starts { multiplier, table };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_message_is_looked_at() {
        for message in MESSAGES {
            let start = message.begins.as_bytes().first_chunk().unwrap();
            assert!(STARTS.may_begin(*start), "{}", message.begins);
        }
        assert!(!STARTS.may_begin(*b"Regi"));
    }
}
