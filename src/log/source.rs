//! What the lines of one sender show: whether its address was passed on from phone to phone, or several phones write
//! from it, such as those behind a customer's router.
//!
//! A server passes an address on when it was unused for some time. So it is shared if the next phone starts at it
//! less than a day after the last line, unless the phone before it is then at another address; if that phone is
//! named at it again; or if the dates of two clocks alternate. The same holds if the phone before it wrote no date
//! of a set clock since it started: nothing shows how long ago that was.

use serde::{Deserialize, Serialize};

use super::export::Rows;
use super::part_name::{PartKey, PartName};
use crate::model::Mac;
use crate::stamp::{MILLISECONDS_PER_DAY, MILLISECONDS_PER_MINUTE, MILLISECONDS_PER_YEAR, Stamp, Yearless};

/// A day, in milliseconds. Leases of addresses are usually as long or shorter.
const LEASE_MS: u64 = MILLISECONDS_PER_DAY;

/// Dates that go back by less than this, in milliseconds, are those of lines out of order.
const REORDERED_MS: u64 = MILLISECONDS_PER_MINUTE;

/// Half a year, in milliseconds, and negative: a date that is earlier by more than this is of the next year.
const HALF_A_YEAR_BACK: i64 = -MILLISECONDS_PER_YEAR / 2;

/// When a phone applies its time zone, its processes can write with two clocks for less than this, in milliseconds.
const TWO_CLOCKS: u64 = 600_000;

/// What a part of a file has of the lines of a sender. A file before it can name the phone of the sender's first lines,
/// and its last ones can name that of a file after it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SenderSpan {
    /// The sender.
    pub sender: Box<str>,
    /// The stamp of the sender's first line, if this part has it and it is not of the start of a phone.
    first: Option<Stamp>,
    /// The stamp of the sender's last line, if the phone of this part writes from there last.
    last: Option<Stamp>,
    /// A phone starts in the lines of this part that begin with `first`: it can be another one than before.
    pub has_boot: bool,
    /// These are lines of one start of a phone, and of nothing else.
    pub is_one_boot: bool,
}

impl SenderSpan {
    /// Whether there are lines that can be of the phone that writes last in the file before.
    pub const fn has_lines_before_boot(&self) -> bool {
        self.first.is_some()
    }

    /// Whether its phone writes last from the sender.
    pub const fn is_last(&self) -> bool {
        self.last.is_some()
    }

    /// Whether these lines end with a phone that writes the first ones of the next file too: its clock goes on.
    /// `silence` is the longest time between them, in milliseconds.
    pub fn goes_on_in(&self, behind: &Self, silence: u64) -> bool {
        let Some((last, first)) = self.ends_before(behind) else { return false };
        match (last.uptime(), first.uptime()) {
            (Some(last), Some(first)) => (last..last + silence).contains(&first),
            (None, None) => milliseconds(last, first).is_some_and(|between| {
                (between + REORDERED_MS as i64).rem_euclid(MILLISECONDS_PER_YEAR)
                    < (silence + REORDERED_MS) as i64
            }),
            _ => false,
        }
    }

    /// Whether these lines end while a phone starts, before its clock is set, and the next file begins when it is set.
    pub fn sets_clock_in(&self, behind: &Self) -> bool {
        let started = |last: Stamp| last.uptime().is_some_and(|uptime| uptime < TWO_CLOCKS);
        self.ends_before(behind).is_some_and(|(last, first)| started(last) && date(first).is_some())
    }

    /// Whether these lines end less than a day before or after the other ones begin.
    pub fn ends_near(&self, other: &Self) -> bool {
        let between = self.ends_before(other).and_then(|(last, first)| milliseconds(last, first));
        between.is_some_and(|between| {
            (between + LEASE_MS as i64).rem_euclid(MILLISECONDS_PER_YEAR) < 2 * LEASE_MS as i64
        })
    }

    /// Whether these lines end more than a minute after the other ones begin, in the same year.
    pub fn ends_after_begin_of(&self, other: &Self) -> bool {
        let between = self.ends_before(other).and_then(|(last, first)| milliseconds(last, first));
        between.is_some_and(|between| (HALF_A_YEAR_BACK..-(REORDERED_MS as i64)).contains(&between))
    }

    fn ends_before(&self, behind: &Self) -> Option<(Stamp, Stamp)> {
        self.last.zip(behind.first)
    }
}

/// A phone's address, sender or file that is named before lines, with the lines that it has.
#[derive(Default)]
pub(super) struct LineSource {
    pub(super) key: PartKey,
    /// The part that its next line belongs to.
    pub(super) part: usize,
    /// All parts that have lines of it.
    pub(super) parts: Vec<usize>,
    /// Nothing shows which of its lines are of which phone.
    pub(super) is_shared: bool,
    /// The hosts that rows of an export name where the sender is not known for sure.
    pub(super) rows: Option<Rows>,
    /// The stamps of its first and last line.
    span: Option<(Stamp, Stamp)>,
    /// A phone starts in its lines, and there are others before that.
    has_boot: bool,
    has_lines_before_boot: bool,
    /// A phone starts in them more than once.
    has_boots: bool,
    /// A phone had started before the last banner.
    had_boot: bool,
    /// The same for the first part, if another one follows.
    first_has_boot: bool,
    /// The last date, and whether it is after the last banner.
    last: Option<Stamp>,
    is_dated: bool,
    /// The last date of the boot before the current one, if it has any.
    before_boot: Option<Stamp>,
    /// The phone that was named before the current one, and the last date of its boot, until the next date.
    left: Option<(Mac, Option<Stamp>)>,
    /// The date to which the clock last went back.
    went_back: Option<Yearless>,
}

impl LineSource {
    pub(super) fn new(key: PartKey, part: usize) -> Self {
        Self { key, part, parts: vec![part], ..Self::default() }
    }

    /// Takes the stamp of any line, in whose order an uptime shows that a phone started before it.
    pub(super) fn note(&mut self, stamp: Stamp) {
        self.has_lines_before_boot |= self.span.is_some() && !self.has_boot;
        let (_, last) = self.span.get_or_insert((stamp, stamp));
        let starts = stamp.restarts_after(*last);
        *last = stamp;
        self.has_boots |= self.has_boot && starts;
        self.has_boot |= starts;
    }

    /// What a part has of these lines. `is_last`: the phone of the part wrote the last one.
    pub(super) fn span(&self, part: usize, is_last: bool) -> Option<SenderSpan> {
        let (None, Some(PartName::Sender(sender))) = &self.key else { return None };
        let (first, last) = self.span?;
        let has_boot = if self.parts.len() == 1 { self.has_boot } else { self.first_has_boot };
        let is_first = self.parts[0] == part && (self.has_lines_before_boot || !self.has_boot);
        let is_one_boot =
            self.parts.len() == 1 && self.has_boot && !self.has_lines_before_boot && !self.has_boots;
        let first = Some(first).filter(|_| is_first && !self.is_shared);
        let last = Some(last).filter(|_| is_last && !self.is_shared);
        Some(SenderSpan { sender: sender.clone(), first, last, has_boot, is_one_boot })
    }

    /// Takes the banner of a boot, before its stamp.
    pub(super) fn boot(&mut self) {
        self.has_lines_before_boot |= self.span.is_some() && !self.has_boot;
        self.had_boot = self.has_boot;
        self.has_boots |= self.has_boot;
        self.has_boot = true;
        self.before_boot = self.last.filter(|_| self.is_dated);
        self.is_dated = false;
    }

    /// Gives the lines from the last banner on to another part: `left` is the phone that was named before.
    pub(super) fn hand_over(&mut self, part: usize, left: Option<Mac>) {
        self.part = part;
        if self.parts.len() == 1 {
            self.first_has_boot = self.had_boot;
        }
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
        self.left = left.map(|phone| (phone, self.before_boot));
        self.went_back = None;
    }

    /// Takes the stamp of a line. Returns the phone before the current one if it may still write.
    pub(super) fn date(&mut self, stamp: Stamp) -> Option<Mac> {
        stamp.digits()?;
        let last = self.last.replace(stamp);
        let is_in_boot = std::mem::replace(&mut self.is_dated, true);
        if self.parts.len() == 1 {
            return None;
        }
        if let Some((before, date)) = last.and_then(date).zip(date(stamp))
            && date < before
            && apart(date, before) >= REORDERED_MS
            // A boot can begin with the default dates of a clock.
            && (is_in_boot || apart(date, before) < LEASE_MS)
        {
            let went_back = self.went_back.replace(date);
            self.is_shared |=
                went_back.is_some_and(|went| (TWO_CLOCKS..LEASE_MS).contains(&apart(went, date)));
        }
        let date = date(stamp)?;
        let (phone, left) = self.left?;
        let left = left.and_then(self::date).filter(|left| !left.is_january_1());
        let is_gone = left.is_some_and(|left| apart(left, date) >= LEASE_MS);
        if !is_gone || !date.is_january_1() {
            self.left = None;
        }
        (!is_gone).then_some(phone)
    }
}

/// The date of a stamp, without its year.
fn date(stamp: Stamp) -> Option<Yearless> {
    stamp.yearless().or_else(|| stamp.with_year().and_then(Yearless::from_time))
}

/// The time between two stamps with dates, in any year.
fn milliseconds(earlier: Stamp, later: Stamp) -> Option<i64> {
    Some(date(earlier)?.milliseconds_until(date(later)?))
}

fn apart(one: Yearless, other: Yearless) -> u64 {
    one.milliseconds_until(other).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(first: &str, last: &str) -> SenderSpan {
        let stamp = |text: &str| crate::stamp::stamp(text.as_bytes()).ok().map(|(_, stamp)| stamp);
        let (first, last) = (stamp(first), stamp(last));
        SenderSpan { sender: "192.0.2.7".into(), first, last, has_boot: false, is_one_boot: false }
    }

    #[test]
    fn a_phone_goes_on_in_the_file_behind() {
        for (last, first, goes_on) in [
            ("1125230000", "1125230000", true),
            ("1125230000", "1125225900", true),
            ("1125230000", "1125225859", false),
            ("1125230000", "1126225959", true),
            ("1125230000", "1126230000", false),
            ("1231230000", "0101010000", true),
            ("1231230000", "0102230000", false),
            ("000100.000", "000100.000", true),
            ("000100.000", "000099.999", false),
            ("000100.000", "086500.000", false),
            ("000100.000", "1125230000", false),
            ("1125230000", "000100.000", false),
        ] {
            assert_eq!(span(last, last).goes_on_in(&span(first, first), LEASE_MS), goes_on, "{last} {first}");
        }
        let starts = SenderSpan { first: None, ..span("1125230000", "1125230001") };
        assert!(!span("1125230000", "1125230000").goes_on_in(&starts, LEASE_MS));
    }

    #[test]
    fn a_clock_is_set_soon_after_the_start() {
        for (last, first, is_set) in [
            ("000016.103", "1125230000", true),
            ("000959.999", "1125230000", true),
            ("001000.000", "1125230000", false),
            ("000016.103", "000017.000", false),
            ("1125230000", "1125230001", false),
        ] {
            assert_eq!(span(last, last).sets_clock_in(&span(first, first)), is_set, "{last} {first}");
        }
    }

    #[test]
    fn lines_end_near_others() {
        for (last, first, is_near) in [
            ("1125230000", "1126225959", true),
            ("1125230000", "1126230000", false),
            ("1125230000", "1124230000", true),
            ("1125230000", "1124225959", false),
            ("1231230000", "0101010000", true),
            ("000016.103", "1125230000", false),
        ] {
            assert_eq!(span(last, last).ends_near(&span(first, first)), is_near, "{last} {first}");
        }
    }
}
