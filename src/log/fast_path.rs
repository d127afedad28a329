//! Recognizes lines that need not be parsed: lines in the phone's own columns whose header has nothing new
//! and whose text does not begin like a known message. Without the fast path, logs of 120 KB take 1.7 to 3.4
//! times the CPU time.
//!
//! ```text
//! 0531131822|sip  |4|03|text
//! 000005.930|tls  |3|00|text
//! 0         1     1 1  2
//! 0         0     6 8  2
//! ```

use crate::digest::Digits;
use crate::event::{START, may_start};
use crate::line::{COLUMNS, Header, TextBounds, bounds_of_text, has_odd_bytes};
use crate::stamp::stamp;
use crate::window::Window;

/// Number of slots for pairs of component and level. About 30 components write at a few levels each.
const COLUMN_SLOTS: usize = 256;

/// Initial value: a line feed never occurs inside a line, so nothing matches yet.
const NOTHING: u8 = b'\n';

/// The state of the lines so far with which the next line is compared.
pub(super) struct FastPath {
    /// `MMDDhhmm` of the last date, `HHMMSS.m` of the last uptime.
    minute: [u8; 8],
    /// The first six digits of the last date: month, day and hour of type 2; year, month and day of type 1.
    hour: [u8; 6],
    /// The last uptime stamp.
    uptime: [u8; 10],
    /// Components with their levels, `|sip  |4`, that the grammar has accepted in this log. The table is per
    /// log, because the digest keeps less of a line that passes, and it must not depend on other logs.
    columns: Box<[u64; COLUMN_SLOTS]>,
    /// The count of missed events with its separators, `|03|`.
    missed: [u8; 4],
    #[cfg(test)]
    is_off: bool,
}

impl Default for FastPath {
    fn default() -> Self {
        Self {
            minute: [NOTHING; 8],
            hour: [NOTHING; 6],
            uptime: [NOTHING; 10],
            columns: Box::new([u64::from_le_bytes([NOTHING; 8]); COLUMN_SLOTS]),
            missed: [NOTHING; 4],
            #[cfg(test)]
            is_off: false,
        }
    }
}

impl FastPath {
    /// The length of the line at the beginning of `rest`, without its line feed, if the line is valid and has
    /// nothing new. None for any other line, and if `rest` has no line feed. `may_be_odd` says whether the line can
    /// have odd bytes.
    #[inline]
    pub(super) fn match_line(&mut self, rest: &[u8], may_be_odd: bool, digits: &mut Digits) -> Option<usize> {
        #[cfg(test)]
        if self.is_off {
            return None;
        }
        let head = rest.first_chunk::<{ COLUMNS + START }>()?;
        let columns = u64::from_le_bytes(*chunk(head, 10));
        if chunk::<4>(head, 18) != &self.missed || self.columns[slot_of(columns)] != columns {
            return None;
        }
        // These columns have no line feed.
        let TextBounds { length, may_be_glued } = bounds_of_text(&rest[COLUMNS..])?;
        let text = &rest[COLUMNS..COLUMNS + length];
        let may_be_news = !(START..=super::MAX_LINE_LENGTH - COLUMNS).contains(&length)
            || (may_be_odd && has_odd_bytes(text))
            || (!text[0].is_ascii_graphic() && begins_blank(text))
            || (may_start(*chunk(head, COLUMNS)) && begins_message(text))
            || (may_be_glued && is_glued(text));
        let is_stamp = match head[6] {
            _ if may_be_news => false,
            b'.' => self.passes_uptime(chunk(head, 0)),
            _ => self.passes_date(chunk(head, 0), digits),
        };
        is_stamp.then_some(COLUMNS + length)
    }

    #[inline]
    fn passes_date(&mut self, stamp: &[u8; 10], digits: &mut Digits) -> bool {
        let (tens, ones) = (stamp[8].wrapping_sub(b'0'), stamp[9].wrapping_sub(b'0'));
        if tens > 5 || ones > 9 {
            return false;
        }
        if *chunk::<8>(stamp, 0) != self.minute {
            let is_same_hour = self.hour == *chunk::<6>(stamp, 0);
            let are_digits = stamp[6].is_ascii_digit() && stamp[7].is_ascii_digit();
            let is_back = *chunk::<8>(stamp, 0) < self.minute;
            if !is_same_hour || is_back || !are_digits || !digits.add(stamp) {
                return false;
            }
            self.minute = *chunk(stamp, 0);
        }
        true
    }

    /// Whether the stamp is a valid uptime that is not earlier than the last one.
    #[inline]
    fn passes_uptime(&mut self, stamp: &[u8; 10]) -> bool {
        let is_later = self.uptime[6] == b'.' && *stamp >= self.uptime;
        let is_valid = stamp[2] <= b'5'
            && stamp[4] <= b'5'
            && stamp.iter().enumerate().all(|(at, byte)| at == 6 || byte.is_ascii_digit());
        if is_later && is_valid {
            self.uptime = *stamp;
        }
        is_later && is_valid
    }

    /// Makes no line pass.
    #[cfg(test)]
    pub(super) fn switch_off(&mut self) {
        self.is_off = true;
    }

    /// Makes no line pass until [`Self::learn`] is called again.
    pub(super) fn reset(&mut self) {
        self.missed = [NOTHING; 4];
    }

    /// Stores the columns of a line that the grammar accepted, if they are the phone's own. Lines of an hour with a
    /// bound of the window don't pass: the last line before a bound is kept.
    pub(super) fn learn(&mut self, line: &[u8], header: &Header, window: &Window) {
        (self.hour, self.minute, self.uptime) = ([NOTHING; 6], [NOTHING; 8], [NOTHING; 10]);
        self.missed = [NOTHING; 4];
        let (Some(head), Some(stamp)) = (line.first_chunk::<COLUMNS>(), &header.stamp) else { return };
        let columns = u64::from_le_bytes(*chunk(head, 10));
        if !head.starts_with(stamp.as_bytes()) || !is_in_columns(head, header) {
            return;
        }
        self.columns[slot_of(columns)] = columns;
        self.missed = *chunk(head, 18);
        if stamp.uptime().is_some() {
            self.uptime = *chunk(head, 0);
        } else if stamp.is_date() && !has_bound(chunk(head, 0), window) {
            self.hour = *chunk(head, 0);
            self.minute = *chunk(head, 0);
        }
    }
}

/// Whether a bound of the window can be in the hour with these first six digits.
fn has_bound(hour: &[u8; 6], window: &Window) -> bool {
    let side = |end: &[u8]| stamp(&[hour, end].concat()).ok().map(|(_, stamp)| window.bound_bits(&stamp));
    !window.is_open() && (side(b"0000") != side(b"2359") || side(b"0000") != side(b"5959"))
}

/// Whether a header is in the phone's own columns.
fn is_in_columns(head: &[u8; COLUMNS], header: &Header) -> bool {
    let padded = header.component.map(|byte| if byte == 0 { b' ' } else { byte });
    [10, 16, 18, 21].iter().all(|&at| head[at] == b'|')
        && head[11..16] == padded
        && head[19].is_ascii_digit()
        && head[20].is_ascii_digit()
}

#[inline]
fn chunk<const N: usize>(bytes: &[u8], at: usize) -> &[u8; N] {
    const { assert!(N <= 10) };
    bytes[at..].first_chunk().unwrap_or(&[0; N])
}

#[inline]
fn slot_of(columns: u64) -> usize {
    (columns.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % COLUMN_SLOTS
}

/// Whether another line follows in the text.
#[cold]
fn is_glued(text: &[u8]) -> bool {
    crate::line::glued_line(text).is_some()
}

/// Whether the text begins with a blank.
#[cold]
fn begins_blank(text: &[u8]) -> bool {
    crate::line::blank_length(text) > 0
}

/// Whether the text begins like a known message. A text shorter than that beginning may be wrapped within it,
/// so it is compared as far as it goes.
#[cold]
fn begins_message(text: &[u8]) -> bool {
    crate::event::may_begin(crate::line::trim(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::{Line, line};

    #[test]
    fn no_line_passes_in_the_hour_of_a_bound() {
        let passes = |hour: &str, window: &Window| {
            let line = |minute: u32| format!("{hour}{minute:02}00|sip  |4|03|a text of a line\n");
            let (first, next) = (line(10), line(11));
            let Line::Message { header, .. } = crate::line::line(first.as_bytes()) else { panic!("{first}") };
            let mut fast_path = FastPath::default();
            fast_path.learn(first.as_bytes(), &header, window);
            fast_path.match_line(next.as_bytes(), false, &mut Digits::default()).is_some()
        };
        let bound = |time: &str| Some(time.parse().unwrap());
        for window in [
            Window { since: bound("2013-05-31T13:20:00"), ..Window::default() },
            Window { until: bound("2013-05-31T13:59:58"), ..Window::default() },
        ] {
            assert!(!passes("053113", &window), "{window}");
            assert!(passes("053112", &window) && passes("053114", &window), "{window}");
        }
        assert!(passes("053113", &Window::default()));
    }

    #[test]
    fn a_line_passes_only_after_one_like_it() {
        for (first, next, passes) in [
            ("0531130928|sip  |4|03|text", "0531130929|sip  |4|03|text", true),
            ("0531130928|sip  |4|03|text", "0531131529|sip  |4|03|text", true),
            ("0531130928|sip  |4|03|text", "0531139529|sip  |4|03|text", false),
            ("0531130928|sip  |4|03|text", "0531130900|sip  |4|03|text", true),
            ("0531130928|sip  |4|03|text", "0531130859|sip  |4|03|text", false),
            ("0531130928|sip  |4|03|text", "0531140928|sip  |4|03|text", false),
            ("0531130928|sip  |4|03|text", "05311309x9|sip  |4|03|text", false),
            ("0531130928|sip  |4|03|text", "0531130999|sip  |4|03|text", false),
            ("0531130928|sip  |4|03|text", "0531130928|sip  |9|03|text", false),
            ("0531130928|sip  |4|03|text", "0531130928|si|  |4|03|text", false),
            ("0531130928|sip  |4|03|text", "0531130928|sip  |4|04|text", false),
            ("0531130928|sip  |4|03|text", "0531130929|sip  |4|03|Saving new Cust", false),
            ("0531130928|sip  |4|03|text", "000005.930|sip  |4|03|text", false),
            ("000005.930|sip  |4|03|text", "000005.931|sip  |4|03|text", true),
            ("000005.930|sip  |4|03|text", "000005.929|sip  |4|03|text", false),
            ("000005.930|sip  |4|03|text", "000075.931|sip  |4|03|text", false),
            ("000005.930|sip  |4|03|text", "0531130929|sip  |4|03|text", false),
        ] {
            let mut fast_path = FastPath::default();
            let mut length = |line: &str| {
                fast_path.match_line(format!("{line}\n").as_bytes(), true, &mut Digits::default())
            };
            assert_eq!(length(first), None);
            let Line::Message { header, .. } = line(first.as_bytes()) else { panic!("{first}") };
            fast_path.learn(first.as_bytes(), &header, &Window::default());
            let mut length = |line: &str| {
                fast_path.match_line(format!("{line}\n").as_bytes(), true, &mut Digits::default())
            };
            assert_eq!(length(next), passes.then_some(next.len()), "{first} {next}");
        }
    }
}
