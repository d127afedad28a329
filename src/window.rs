//! The time window of `--since` and `--until`.
//!
//! The year of a line, and even the type of its stamp, is known only after the whole log has been read. Known
//! at once is on which side of each bound its month, day and time are. This and the year, once it is known,
//! determine whether the line is in the window.

use std::fmt;

use chrono::{NaiveDateTime, Timelike};
use serde::{Deserialize, Serialize};

use crate::stamp::{Stamp, Yearless};

/// A time window; both bounds are included. Local time of the phones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The beginning of the window; None if it is open. Records have it in whole seconds.
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    pub since: Option<NaiveDateTime>,
    /// The end of the window; None if it is open.
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    pub until: Option<NaiveDateTime>,
}

impl Window {
    /// Whether there are no bounds.
    pub const fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// The same bounds in whole seconds, as records have them.
    pub fn in_seconds(&self) -> Self {
        let whole = |time: Option<NaiveDateTime>| time.map(|time| time.with_nanosecond(0).unwrap_or(time));
        Self { since: whole(self.since), until: whole(self.until) }
    }

    /// Whether this time is in the window.
    pub fn contains(&self, time: NaiveDateTime) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time <= until)
    }

    /// Bits for the sides of the bounds on which this stamp is, read as either type. Stamps of one year with
    /// equal bits are all in the window or all outside.
    pub(crate) fn bound_bits(&self, stamp: &Stamp) -> u8 {
        if self.is_open() {
            return 0;
        }
        let yearless = stamp.yearless();
        let dated = stamp.with_year();
        let side = |bound: Option<NaiveDateTime>, is_upper: bool| {
            let Some(bound) = bound else { return 0 };
            let as_2 = yearless
                .zip(Yearless::from_time(bound))
                .is_some_and(|(date, bound)| if is_upper { date > bound } else { date >= bound });
            let as_1 = dated.is_some_and(|date| if is_upper { date > bound } else { date >= bound });
            u8::from(as_2) | u8::from(as_1) << 1
        };
        side(self.since, false) | side(self.until, true) << 2
    }
}

/// Formats the window as command line options.
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
