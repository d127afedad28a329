//! Time stamps as phones write them, and their values by each of the three types.
//!
//! Type 0 is `HHMMSS.mmm` since boot, type 1 `YYMMDDhhmm`, type 2 `MMDDhhmmss`. Types 1 and 2 have the same
//! width; which of them a log uses is determined later from the whole log.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
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
    /// Its length in bytes, and [`UPTIME`] if it is of type 0.
    form: u8,
    /// Read once: the logs of a phone with a fault are compared in so many ways that a fleet of such phones takes 15 % more
    /// instructions if each comparison reads the bytes.
    value: Value,
}

/// What a stamp says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value {
    /// See [`Stamp::uptime`].
    Uptime(u64),
    /// See [`Stamp::yearless`].
    Date(Yearless),
    /// Neither of the two.
    Other,
}

/// The bit of a stamp's form that says that it is of type 0.
const UPTIME: u8 = 16;

impl Stamp {
    fn of(text: &[u8]) -> Self {
        let mut bytes = [0; WIDEST];
        bytes[..text.len()].copy_from_slice(text);
        // In type 0, the point is before the last three digits.
        let is_uptime = text.len().checked_sub(4).is_some_and(|point| text[point] == b'.');
        Self::new(bytes, text.len() as u8 | if is_uptime { UPTIME } else { 0 })
    }

    fn new(bytes: [u8; WIDEST], form: u8) -> Self {
        let stamp = Self { bytes, form, value: Value::Other };
        let uptime = stamp.read_uptime().map(Value::Uptime);
        let date = || Some(Value::Date(Yearless::new(pairs(stamp.digits()?))?));
        Self { value: uptime.or_else(date).unwrap_or(Value::Other), ..stamp }
    }

    /// The stamp in these ten columns, the width that all types have in common; None if it is not a stamp.
    pub(crate) fn in_columns(columns: &[u8; 10]) -> Option<Self> {
        let mut bytes = [0; WIDEST];
        *bytes.first_chunk_mut()? = *columns;
        let mut digits = *columns;
        let mut form = 10;
        if digits[6] == b'.' {
            digits[6] = b'0';
            form |= UPTIME;
        }
        // Unlike `all`, this fold has no branch for each digit.
        let is_stamp = digits.iter().fold(true, |all, byte| all & byte.is_ascii_digit());
        is_stamp.then(|| Self::new(bytes, form))
    }

    /// The bytes of the stamp in the log.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length()]
    }

    const fn length(&self) -> usize {
        (self.form & (UPTIME - 1)) as usize
    }

    /// The same bytes, padded with NUL to the greatest length.
    pub(crate) const fn padded(&self) -> &[u8; WIDEST] {
        &self.bytes
    }

    /// The stamp as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Whether it is of type 0, a time since boot.
    pub const fn is_uptime(&self) -> bool {
        self.form & UPTIME != 0
    }

    /// The ten digits of a stamp of type 1 or 2.
    pub fn digits(&self) -> Option<&[u8; 10]> {
        if self.is_uptime() { None } else { self.bytes.first_chunk() }
    }

    /// Milliseconds since boot, for type 0: `011511.006` is 1 h 15 min 11.006 s. None for the other
    /// types, and where minutes or seconds are above 59.
    pub const fn uptime(&self) -> Option<u64> {
        if let Value::Uptime(uptime) = self.value { Some(uptime) } else { None }
    }

    /// Whether a line with this stamp is of a later boot than the line before it, by its uptime: that is lower than
    /// before, or follows a date.
    pub fn restarts_after(self, before: Self) -> bool {
        self.uptime().is_some_and(|uptime| before.uptime().is_none_or(|before| uptime < before))
    }

    fn read_uptime(&self) -> Option<u64> {
        if !self.is_uptime() {
            return None;
        }
        let point = self.length() - 4;
        let digit = |index: usize| u64::from(self.bytes[index] & 15);
        let pair = |index| digit(index) * 10 + digit(index + 1);
        // Six digits before the point are what phones write for the first four days.
        let hours = match point {
            6 => pair(0),
            _ => (0..point - 4).fold(0, |hours, index| hours * 10 + digit(index)),
        };
        let (minutes, seconds) = (pair(point - 4), pair(point - 2));
        if minutes > 59 || seconds > 59 {
            return None;
        }
        let milliseconds = digit(point + 1) * 100 + pair(point + 2);
        Some((hours * 3_600 + minutes * 60 + seconds) * 1_000 + milliseconds)
    }

    /// The value as type 2, `MMDDhhmmss`. None if that is not a date in any year.
    pub const fn yearless(&self) -> Option<Yearless> {
        if let Value::Date(date) = self.value { Some(date) } else { None }
    }

    /// The value as type 1, `YYMMDDhhmm`, in the years 2000 to 2099. None if that is not a date.
    pub fn with_year(&self) -> Option<NaiveDateTime> {
        let [year, month, day, hour, minute] = pairs(self.digits()?);
        NaiveDate::from_ymd_opt(2000 + year as i32, month, day)?.and_hms_opt(hour, minute, 0)
    }

    /// Whether it is a valid date, as type 1 or type 2.
    pub fn is_date(&self) -> bool {
        self.yearless().is_some() || self.with_year().is_some()
    }

    /// Whether it is a valid time in any of the types, or that of a clock that is not set.
    pub fn is_time(&self) -> bool {
        self.uptime().is_some() || self.is_date() || self.is_unset()
    }

    /// Whether it is what old software writes before the clock is set: `0100000000`, with the day 00.
    pub fn is_unset(&self) -> bool {
        self.digits().is_some_and(|digits| digits[2..4] == *b"00" && self.with_year().is_none())
    }
}

/// Packed: how many bytes the stamp has, with 16 more if it is of type 0, and its digits as a number.
impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.as_bytes().iter().filter(|byte| **byte != b'.');
        let number = digits.fold(0, |number, digit| number * 10 + u64::from(digit & 15));
        (self.form, number).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (form, mut number) = <(u8, u64)>::deserialize(deserializer)?;
        let mut bytes = [0; WIDEST];
        let is_uptime = form & UPTIME != 0;
        let text = bytes.get_mut(..usize::from(form & (UPTIME - 1))).unwrap_or_default();
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
    let pair = |index: usize| u32::from(digits[index] & 15) * 10 + u32::from(digits[index + 1] & 15);
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
pub struct Yearless {
    /// Seconds since the beginning of a leap year.
    seconds: u32,
    month: u8,
    day: u8,
}

const SECONDS_PER_DAY: u32 = 86_400;

/// A minute, in milliseconds.
pub const MILLISECONDS_PER_MINUTE: u64 = 60_000;

/// An hour, in milliseconds.
pub const MILLISECONDS_PER_HOUR: u64 = 60 * MILLISECONDS_PER_MINUTE;

/// A day, in milliseconds.
pub const MILLISECONDS_PER_DAY: u64 = SECONDS_PER_DAY as u64 * 1_000;

/// From a date to the same date of the next year, as differences between dates without a year count it.
pub const MILLISECONDS_PER_YEAR: i64 = 366 * MILLISECONDS_PER_DAY as i64;

/// How many days of a leap year are before each month.
const DAYS_BEFORE: [u16; 13] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366];

impl Yearless {
    /// Whether it is the day on which a clock that was never set begins.
    pub fn is_january_1(self) -> bool {
        self.month() == 1 && self.day() == 1
    }

    /// None if that is not a date in any year, or no time.
    fn new([month, day, hour, minute, second]: [u32; 5]) -> Option<Self> {
        let before = u32::from(*DAYS_BEFORE.get(month.checked_sub(1)? as usize)?);
        let next = u32::from(*DAYS_BEFORE.get(month as usize)?);
        let is_valid = (1..=next - before).contains(&day) && hour < 24 && minute < 60 && second < 60;
        let seconds = (before + day.checked_sub(1)?) * SECONDS_PER_DAY + hour * 3_600 + minute * 60 + second;
        is_valid.then_some(Self { seconds, month: month as u8, day: day as u8 })
    }

    /// The beginning of a year.
    pub const fn new_year() -> Self {
        Self { seconds: 0, month: 1, day: 1 }
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.month.into()
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u32 {
        self.day.into()
    }

    /// Seconds since midnight.
    pub const fn seconds_of_day(self) -> u32 {
        self.seconds % SECONDS_PER_DAY
    }

    /// The same month, day and time in `year`. None for a February 29 that this year does not have.
    pub fn in_year(self, year: i32) -> Option<NaiveDateTime> {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(self.seconds_of_day(), 0)?;
        Some(NaiveDate::from_ymd_opt(year, self.month(), self.day())?.and_time(time))
    }

    /// Whole days from this to `later`, in a leap year.
    pub fn days_until(self, later: Self) -> i64 {
        self.seconds_until(later) / i64::from(SECONDS_PER_DAY)
    }

    /// Milliseconds from this to `later`, in one year.
    pub fn milliseconds_until(self, later: Self) -> i64 {
        self.seconds_until(later) * 1_000
    }

    fn seconds_until(self, later: Self) -> i64 {
        i64::from(later.seconds) - i64::from(self.seconds)
    }

    /// A time without its year.
    pub fn from_time(time: NaiveDateTime) -> Option<Self> {
        Self::new([time.month(), time.day(), time.hour(), time.minute(), time.second()])
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

    proptest::proptest! {
        #[test]
        fn dates_without_years_are_those_of_a_leap_year(one in "[01][0-9]{9}", other in "[01][0-9][0-3][0-9]{7}") {
            let leap_year = |stamp: &Stamp| {
                let [month, day, hour, minute, second] = pairs(stamp.digits().unwrap());
                NaiveDate::from_ymd_opt(2000, month, day)?.and_hms_opt(hour, minute, second)
            };
            let (one, other) = (parse(&one), parse(&other));
            let dates = one.yearless().zip(other.yearless());
            proptest::prop_assert_eq!(one.yearless().and_then(|date| date.in_year(2000)), leap_year(&one));
            if let (Some((one, other)), Some(from), Some(to)) = (dates, leap_year(&one), leap_year(&other)) {
                proptest::prop_assert_eq!(one.days_until(other), (to - from).num_days());
                proptest::prop_assert_eq!(one.milliseconds_until(other), (to - from).num_milliseconds());
                proptest::prop_assert_eq!((one < other, one.month(), one.day()), (from < to, from.month(), from.day()));
                proptest::prop_assert_eq!(Yearless::from_time(to), Some(other));
                proptest::prop_assert_eq!(one.seconds_of_day(), from.num_seconds_from_midnight());
            }
        }
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
