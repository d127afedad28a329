//! Time stamps as phones write them, and their values by each of the three types.
//!
//! Type 0 is `HHMMSS.mmm` since boot, type 1 `YYMMDDhhmm`, type 2 `MMDDhhmmss`. Types 1 and 2 have the same
//! width; which of them a log uses is determined later from the whole log.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use nom::branch::alt;
use nom::bytes::complete::take_while_m_n;
use nom::character::complete::char;
use nom::combinator::{recognize, verify};
use nom::{IResult, Parser};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const WIDEST: usize = 13;

/// A time stamp, byte for byte as in the log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    bytes: [u8; WIDEST],
    length: u8,
}

impl Stamp {
    fn of(text: &[u8]) -> Self {
        let mut bytes = [0; WIDEST];
        bytes[..text.len()].copy_from_slice(text);
        Self { bytes, length: text.len() as u8 }
    }

    /// The stamp in these ten columns, the width that all types have in common; None if it is not a stamp.
    pub(crate) fn in_columns(columns: &[u8; 10]) -> Option<Self> {
        let mut bytes = [0; WIDEST];
        *bytes.first_chunk_mut()? = *columns;
        let mut digits = *columns;
        if digits[6] == b'.' {
            digits[6] = b'0';
        }
        // A fold without branches takes fewer instructions than `all`.
        let is_stamp = digits.iter().fold(true, |all, byte| all & byte.is_ascii_digit());
        is_stamp.then_some(Self { bytes, length: 10 })
    }

    /// The bytes of the stamp in the log.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// The same bytes, padded with NUL to the greatest length.
    pub(crate) const fn padded(&self) -> &[u8; WIDEST] {
        &self.bytes
    }

    /// The stamp as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }

    /// Whether it is of type 0, a time since boot.
    #[must_use]
    pub fn is_uptime(&self) -> bool {
        // In type 0, the point is before the last three digits.
        self.bytes[usize::from(self.length) - 4] == b'.'
    }

    /// The ten digits of a stamp of type 1 or 2.
    #[must_use]
    pub fn digits(&self) -> Option<&[u8; 10]> {
        if self.is_uptime() { None } else { self.bytes.first_chunk() }
    }

    /// Milliseconds since boot, for type 0: `011511.006` is 1 h 15 min 11.006 s. None for the other
    /// types, and where minutes or seconds are above 59.
    #[must_use]
    pub fn uptime(&self) -> Option<u64> {
        let point = usize::from(self.length) - 4;
        if self.bytes[point] != b'.' {
            return None;
        }
        let digit = |place: usize| u64::from(self.bytes[place] & 15);
        let pair = |place| digit(place) * 10 + digit(place + 1);
        // Six digits before the point are what phones write for the first four days.
        let hours = match point {
            6 => pair(0),
            _ => (0..point - 4).fold(0, |hours, place| hours * 10 + digit(place)),
        };
        let (minutes, seconds) = (pair(point - 4), pair(point - 2));
        if minutes > 59 || seconds > 59 {
            return None;
        }
        let milliseconds = digit(point + 1) * 100 + pair(point + 2);
        Some((hours * 3_600 + minutes * 60 + seconds) * 1_000 + milliseconds)
    }

    /// The value as type 2, `MMDDhhmmss`. None if that is not a date in any year.
    #[must_use]
    pub fn yearless(&self) -> Option<Yearless> {
        let [month, day, hour, minute, second] = pairs(self.digits()?);
        // 2000 was a leap year, so February 29 is accepted.
        let possible = NaiveDate::from_ymd_opt(2000, month, day)?.and_hms_opt(hour, minute, second)?;
        Some(Yearless(possible))
    }

    /// The value as type 1, `YYMMDDhhmm`, in the years 2000 to 2099. None if that is not a date.
    #[must_use]
    pub fn with_year(&self) -> Option<NaiveDateTime> {
        let [year, month, day, hour, minute] = pairs(self.digits()?);
        NaiveDate::from_ymd_opt(2000 + year as i32, month, day)?.and_hms_opt(hour, minute, 0)
    }

    /// Whether it is what old software writes before the clock is set: `0100000000`, with the day 00.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.digits().is_some_and(|digits| digits[2..4] == *b"00" && self.with_year().is_none())
    }
}

/// Packed: how many bytes the stamp has, with 16 more if it is of type 0, and its digits as a number.
impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.bytes[..usize::from(self.length)].iter().filter(|byte| **byte != b'.');
        let number = digits.fold(0, |number, digit| number * 10 + u64::from(digit & 15));
        let form = self.length | u8::from(self.is_uptime()) << 4;
        (form, number).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (form, mut number) = <(u8, u64)>::deserialize(deserializer)?;
        let mut unpacked = Self { bytes: [0; WIDEST], length: form & 15 };
        let is_uptime = form & 16 != 0;
        let text = unpacked.bytes.get_mut(..usize::from(unpacked.length)).unwrap_or_default();
        for (after, byte) in text.iter_mut().rev().enumerate() {
            if is_uptime && after == 3 {
                *byte = b'.';
            } else {
                *byte = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
        match stamp(text) {
            Ok(([], stamp)) if number == 0 => Ok(stamp),
            _ => Err(serde::de::Error::custom("no time stamp")),
        }
    }
}

fn pairs(digits: &[u8; 10]) -> [u32; 5] {
    let pair = |place: usize| u32::from(digits[place] & 15) * 10 + u32::from(digits[place + 1] & 15);
    [pair(0), pair(2), pair(4), pair(6), pair(8)]
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A month, day and time of day without a year, in calendar order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Yearless(NaiveDateTime);

impl Yearless {
    /// The beginning of a year.
    #[must_use]
    pub fn new_year() -> Option<Self> {
        NaiveDate::from_ymd_opt(2000, 1, 1)?.and_hms_opt(0, 0, 0).map(Self)
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// Seconds since midnight.
    #[must_use]
    pub fn seconds_of_day(self) -> u32 {
        self.0.num_seconds_from_midnight()
    }

    /// The same month, day and time in `year`. None for a February 29 that this year does not have.
    #[must_use]
    pub fn in_year(self, year: i32) -> Option<NaiveDateTime> {
        self.0.with_year(year)
    }

    /// Whole days from this to `later`, in a leap year.
    #[must_use]
    pub fn days_until(self, later: Self) -> i64 {
        (later.0 - self.0).num_days()
    }

    /// Milliseconds from this to `later`, in one year.
    #[must_use]
    pub fn milliseconds_until(self, later: Self) -> i64 {
        (later.0 - self.0).num_milliseconds()
    }

    /// A time without its year.
    #[must_use]
    pub fn of(time: NaiveDateTime) -> Option<Self> {
        time.with_nanosecond(0)?.with_year(2000).map(Self)
    }
}

/// The grammar of a stamp of any type: six to nine digits, a point and three digits; or ten digits.
pub fn stamp(input: &[u8]) -> IResult<&[u8], Stamp> {
    let digit = |byte: u8| byte.is_ascii_digit();
    let uptime = recognize((take_while_m_n(6, 9, digit), char('.'), take_while_m_n(3, 3, digit)));
    let date = verify(take_while_m_n(10, 11, digit), |digits: &[u8]| digits.len() == 10);
    alt((uptime, date)).map(Stamp::of).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Stamp {
        let (rest, stamp) = stamp(text.as_bytes()).unwrap();
        assert!(rest.is_empty(), "{text}");
        stamp
    }

    #[test]
    fn packed_it_is_the_same() {
        for text in ["011511.006", "000005.930", "123456789.999", "0531131822", "0000000000", "000000.000"] {
            let packed = postcard::to_stdvec(&parse(text)).unwrap();
            assert_eq!(postcard::from_bytes(&packed), Ok(parse(text)));
        }
        for no_stamp in [(11_u8, 5_u64), (9, 5), (0, 0), (16, 0), (31, 0), (10, 99_999_999_999)] {
            let packed = postcard::to_stdvec(&no_stamp).unwrap();
            assert!(postcard::from_bytes::<Stamp>(&packed).is_err(), "{no_stamp:?}");
        }
    }

    #[test]
    fn type_0_is_hours_minutes_seconds() {
        assert_eq!(parse("011511.006").uptime(), Some(4_511_006));
        assert_eq!(parse("000005.930").uptime(), Some(5_930));
        assert_eq!(parse("1234559.999").uptime(), Some(((123 * 60 + 45) * 60 + 59) * 1000 + 999));
        assert_eq!(parse("000075.000").uptime(), None, "75 seconds are no part of a clock");
        assert_eq!(parse("0531131822").uptime(), None);
        assert_eq!(parse("000005.930").digits(), None);
    }

    #[test]
    fn ten_digits_have_two_readings() {
        let ambiguous = parse("1012101112");
        assert_eq!(ambiguous.with_year().unwrap().to_string(), "2010-12-10 11:12:00");
        assert_eq!(ambiguous.yearless().unwrap().in_year(2013).unwrap().to_string(), "2013-10-12 10:11:12");
        assert_eq!(parse("0210281716").yearless(), None, "hour 28");
        assert_eq!(parse("0531131822").with_year(), None, "month 31");
    }

    #[test]
    fn a_leap_day_needs_its_year() {
        let leap = parse("0229120000").yearless().unwrap();
        assert_eq!(leap.in_year(2013), None);
        assert!(leap.in_year(2012).is_some());
    }

    #[test]
    fn day_00_is_no_date() {
        assert!(parse("0100000000").is_unset());
        assert!(parse("0100000000").yearless().is_none());
        assert!(!parse("0101000002").is_unset());
        assert!(!parse("1300010203").is_unset() || parse("1300010203").with_year().is_none());
    }

    #[test]
    fn other_widths_are_no_stamps() {
        for text in ["", "00005.930", "000005.93", "000005930", "05311318222", "0531a31822"] {
            assert!(
                stamp(text.as_bytes()).is_err() || !stamp(text.as_bytes()).unwrap().0.is_empty(),
                "{text}"
            );
        }
    }
}
