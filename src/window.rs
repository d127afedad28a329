//! The bounds of `--since` and `--until`, and which lines are within them.
//!
//! A line's year, and even the type of its stamp, is known only when its whole log is read. What is
//! known at once is on which side of each bound its month, day and time are; that, and the year when
//! it is known, tell whether it is within.

use std::fmt;

use chrono::{NaiveDateTime, Timelike};

use crate::stamp::{Stamp, Yearless};

/// Bounds of time, both included. Local time of the phones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Nothing before this counts.
    pub since: Option<NaiveDateTime>,
    /// Nothing after this counts.
    pub until: Option<NaiveDateTime>,
}

impl Window {
    /// Whether everything is within.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// The same bounds in whole seconds, as records have them.
    #[must_use]
    pub fn in_seconds(&self) -> Self {
        let whole = |time: Option<NaiveDateTime>| time.map(|time| time.with_nanosecond(0).unwrap_or(time));
        Self { since: whole(self.since), until: whole(self.until) }
    }

    /// Whether this time is within.
    #[must_use]
    pub fn contains(&self, time: NaiveDateTime) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time <= until)
    }

    /// On which sides of the bounds this stamp is, read as either type: stamps with equal sides, of
    /// one year, are all within or all without.
    #[must_use]
    pub(crate) fn sides(&self, stamp: &Stamp) -> u8 {
        if self.is_open() {
            return 0;
        }
        let yearless = stamp.yearless();
        let dated = stamp.with_year();
        let side = |bound: Option<NaiveDateTime>, is_upper: bool| {
            let Some(bound) = bound else { return 0 };
            let as_2 = yearless
                .zip(Yearless::of(bound))
                .is_some_and(|(date, bound)| if is_upper { date > bound } else { date >= bound });
            let as_1 = dated.is_some_and(|date| if is_upper { date > bound } else { date >= bound });
            u8::from(as_2) | u8::from(as_1) << 1
        };
        side(self.since, false) | side(self.until, true) << 2
    }
}

/// As the options that ask for it.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: NaiveDateTime| time.format("%Y-%m-%dT%H:%M:%S").to_string();
        match (self.since.map(time), self.until.map(time)) {
            (None, None) => f.write_str("neither --since nor --until"),
            (Some(since), None) => write!(f, "--since {since}"),
            (None, Some(until)) => write!(f, "--until {until}"),
            (Some(since), Some(until)) => write!(f, "--since {since} --until {until}"),
        }
    }
}
