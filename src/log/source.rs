//! What the lines of one sender show: whether its address was passed on from phone to phone, or several phones write
//! from it, such as those behind a customer's router.
//!
//! A server passes an address on when it was unused for some time. So it is shared if the next phone starts at it less
//! than a day after the last line, unless the phone before it is named at another address next; if that phone is named
//! at it again; or if the dates of two clocks alternate.

use super::part_name::PartKey;
use crate::model::Mac;
use crate::stamp::{Stamp, Yearless};

/// A day, in milliseconds. Leases of addresses are usually as long or shorter.
const DAY: u64 = 86_400_000;

/// Dates that go back by less than this, in milliseconds, are those of lines out of order.
const DISORDER: u64 = 60_000;

/// When a phone applies its time zone, its processes can write with two clocks for less than this, in milliseconds.
const TWO_CLOCKS: u64 = 600_000;

/// A phone's address, sender or file that is named before lines, with the lines that it has.
pub(super) struct Source {
    pub(super) key: PartKey,
    /// The part that its next line belongs to.
    pub(super) part: usize,
    /// All parts that have lines of it.
    pub(super) parts: Vec<usize>,
    /// Nothing tells which line is of which of its phones.
    pub(super) is_shared: bool,
    /// The last date, and the one before the last banner.
    last: Option<Stamp>,
    before_boot: Option<Stamp>,
    /// The phone that was named before the current one, and its last date, until the next date.
    left: Option<(Mac, Stamp)>,
    /// The date to which the clock last went back.
    went_back: Option<Yearless>,
}

impl Source {
    pub(super) fn new(key: PartKey, part: usize) -> Self {
        let parts = vec![part];
        Self {
            key,
            part,
            parts,
            is_shared: false,
            last: None,
            before_boot: None,
            left: None,
            went_back: None,
        }
    }

    /// Takes the banner of a boot.
    pub(super) fn boot(&mut self) {
        self.before_boot = self.last;
    }

    /// Gives the lines from the last banner on to another part: `left` is the phone that was named before.
    pub(super) fn hand_over(&mut self, part: usize, left: Option<Mac>) {
        self.part = part;
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
        self.left = left.zip(self.before_boot);
        self.went_back = None;
    }

    /// Takes the stamp of a line. Returns the phone before the current one if it may still write.
    pub(super) fn date(&mut self, stamp: Stamp) -> Option<Mac> {
        stamp.digits()?;
        let last = self.last.replace(stamp);
        if self.parts.len() == 1 {
            return None;
        }
        if let Some((before, date)) = last.and_then(date).zip(date(stamp))
            && (DISORDER..DAY).contains(&apart(date, before))
            && date < before
        {
            let went_back = self.went_back.replace(date);
            self.is_shared |= went_back.is_some_and(|went| (TWO_CLOCKS..DAY).contains(&apart(went, date)));
        }
        let (phone, left) = self.left.take()?;
        let (left, date) = date(left).zip(date(stamp))?;
        (apart(left, date) < DAY).then_some(phone)
    }
}

/// The date of a stamp, without its year.
fn date(stamp: Stamp) -> Option<Yearless> {
    stamp.yearless().or_else(|| stamp.with_year().and_then(Yearless::of))
}

fn apart(one: Yearless, other: Yearless) -> u64 {
    one.milliseconds_until(other).unsigned_abs()
}
