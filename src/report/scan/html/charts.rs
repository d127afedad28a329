//! Computes the SVG charts: rings, bars, and the days on which errors and warnings began.

use std::borrow::Borrow;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::totals::FleetTotals;
use super::{date, long_day};
use crate::quantity::{count, counted};
use crate::report::Overview;
use crate::report::group::Counts;
use crate::report::shape::Status;

/// An arc of a ring; the whole circumference is 100.
pub(super) struct RingSegment {
    pub(super) status: Status,
    pub(super) phones: u64,
    pub(super) length: String,
    pub(super) offset: String,
}

/// The ring of a fleet: an arc per status, with a gap between two, and none for phones that are `ok` only because something
/// is left out.
pub(super) fn ring(counts: &Counts) -> Vec<RingSegment> {
    const GAP: f64 = 0.5;
    const LEAST: f64 = 0.4;
    let arcs = || Status::ALL.into_iter().zip(counts.all_certain()).filter(|(_, phones)| *phones > 0);
    let gap = if arcs().count() > 1 { GAP } else { 0.0 };
    let mut before = 0.0;
    let arc = |(status, phones)| {
        let (length, offset) = (100.0 * phones as f64 / counts.total() as f64, -before);
        before += length;
        let length = format!("{:.2}", (length - gap).max(LEAST));
        RingSegment { status, phones, length, offset: format!("{offset:.2}") }
    };
    arcs().map(arc).collect()
}

/// A segment of a bar.
pub(super) struct BarSegment {
    pub(super) status: Status,
    pub(super) x: String,
    pub(super) width: String,
}

/// A bar of this width in parts, one per status. Each status with phones gets at least a visible width.
pub(super) fn bar(counts: &Counts, width: f64) -> Vec<BarSegment> {
    const LEAST: f64 = 1.5;
    const GAP: f64 = 0.6;
    let whole = counts.total().max(1) as f64;
    let widths = counts
        .all_certain()
        .map(|count| if count == 0 { 0.0 } else { (width * count as f64 / whole).max(LEAST) });
    // The width that was added to small parts is taken from the others.
    let scale = width / widths.iter().sum::<f64>().max(width);
    let mut x = 0.0;
    let mut parts = Vec::new();
    for (status, width) in Status::ALL.into_iter().zip(widths) {
        if width > 0.0 {
            let width = width * scale;
            parts.push(BarSegment {
                status,
                x: format!("{x:.1}"),
                width: format!("{:.1}", (width - GAP).max(1.0)),
            });
            x += width;
        }
    }
    parts
}

/// The width of a bar that shows a number in proportion to the largest one.
pub(super) fn length(phones: impl Borrow<u64>, most: u64, width: f64) -> String {
    format!("{:.1}", (width * *phones.borrow() as f64 / most.max(1) as f64).max(3.0))
}

/// The chart of the days on which the active errors and warnings began.
pub(super) struct History {
    /// What the chart shows, in words.
    pub(super) text: String,
    /// What it leaves out, and why; empty if nothing.
    pub(super) omitted: String,
    /// Days with phones.
    pub(super) days: Vec<DayBar>,
    /// Horizontal lines: positions of the line and of its label, and the labelled number.
    pub(super) grid: Vec<(String, String, u64)>,
    /// Labels under the chart: position and day.
    pub(super) ticks: Vec<(String, String)>,
}

/// A day of the chart.
pub(super) struct DayBar {
    pub(super) date: NaiveDate,
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) x: String,
    /// Position and height of the bar of errors.
    pub(super) error_bar: (String, String),
    pub(super) warning_bar: (String, String),
}

impl History {
    pub(super) const WIDTH: f64 = 640.0;
    pub(super) const HEIGHT: f64 = 200.0;
    pub(super) const LEFT: f64 = 36.0;
    pub(super) const BAR: f64 = (Self::WIDTH - Self::LEFT) / Self::SPAN as f64;
    /// The width of a bar, without the gap beside it.
    pub(super) fn bar_width() -> String {
        format!("{:.1}", Self::BAR - 2.0)
    }

    const TOP: f64 = 8.0;
    const BOTTOM: f64 = 26.0;
    /// The number of days that are shown.
    const SPAN: u64 = 42;

    /// The chart of a fleet; None if no error or warning has a date.
    pub(super) fn of(totals: &FleetTotals, overview: &Overview) -> Option<Self> {
        let last = last_day(totals, overview)?;
        let first = last - Days::new(Self::SPAN - 1);
        let shown: Vec<_> = totals.days.range(first..=last).map(|(date, counts)| (*date, *counts)).collect();
        let sum = |counts: &[u64; 2]| counts[0] + counts[1];
        let (peak, most) = shown
            .iter()
            .map(|(date, counts)| (*date, sum(counts)))
            .reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        let step = step(most);
        let top = most.div_ceil(step) * step;
        let height = Self::HEIGHT - Self::BOTTOM - Self::TOP;
        let y = |phones: u64| Self::TOP + height * (1.0 - phones as f64 / top.max(1) as f64);
        // Position and height of the bar for `phones` on top of a bar for `below`.
        let bar = |below: u64, phones: u64| {
            let top = y(below + phones);
            (format!("{top:.1}"), format!("{:.1}", y(below) - top))
        };
        let column = |date: NaiveDate| Self::LEFT + (date - first).num_days() as f64 * Self::BAR;
        let outside = |dates: &dyn Fn(NaiveDate) -> bool| -> u64 {
            totals.days.iter().filter(|(date, _)| dates(**date)).map(|(_, counts)| sum(counts)).sum()
        };
        let omitted = [
            (outside(&|date| date < first), format!("before {}", long_day(first))),
            (
                outside(&|date| date > last),
                format!("after {}, because their clocks are wrong", long_day(last)),
            ),
            (totals.undated, "without a date".to_owned()),
        ];
        let omitted = omitted.iter().filter(|(phones, _)| *phones > 0);
        let omitted: Vec<_> =
            omitted.map(|(phones, why)| format!("{} {why}", counted(*phones, "phone"))).collect();
        Some(Self {
            text: format!(
                "Phones by the day on which their active diagnoses were first seen, from {} to {}. Most on {}: {}.",
                long_day(first),
                long_day(last),
                long_day(peak),
                counted(most, "phone")
            ),
            omitted: omitted.join("; "),
            days: shown
                .iter()
                .map(|&(date, [errors, warnings])| DayBar {
                    date,
                    errors,
                    warnings,
                    x: format!("{:.1}", column(date) + 1.0),
                    error_bar: bar(0, errors),
                    warning_bar: bar(errors, warnings),
                })
                .collect(),
            grid: (0..=top)
                .step_by(usize::try_from(step).unwrap_or(usize::MAX))
                .map(|phones| (format!("{:.1}", y(phones)), format!("{:.1}", y(phones) + 4.0), phones))
                .collect(),
            ticks: first
                .iter_days()
                .take_while(|date| *date <= last)
                .filter(|date| date.weekday() == Weekday::Mon)
                .map(|date| {
                    (
                        format!("{:.1}", (column(date) + Self::BAR / 2.0).min(Self::WIDTH - 20.0)),
                        date.format("%-d %b").to_string(),
                    )
                })
                .collect(),
        })
    }
}

/// The last day that is shown: that of the newest line, but not after the run. If nothing began in the weeks
/// before that day, the last day on which something began.
fn last_day(totals: &FleetTotals, overview: &Overview) -> Option<NaiveDate> {
    let newest = overview.scanned.last_time.as_deref().and_then(date);
    let last = newest.into_iter().chain(date(&overview.began)).min();
    let begins: Vec<NaiveDate> =
        totals.days.keys().copied().filter(|day| last.is_none_or(|last| *day <= last)).collect();
    let latest = begins.last().copied().or_else(|| totals.days.keys().next().copied())?;
    let is_near = |last: NaiveDate| (last - latest).num_days().unsigned_abs() < History::SPAN;
    Some(last.filter(|last| *last >= latest && is_near(*last)).unwrap_or(latest))
}

/// The distance of grid lines, so that there are at most five.
fn step(most: u64) -> u64 {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    steps.take(50).find(|step| most.div_ceil(*step) <= 4).unwrap_or(most)
}

impl DayBar {
    /// The bar in words.
    pub(super) fn text(&self) -> String {
        format!(
            "{}: {} with an error, {} with a warning",
            long_day(self.date),
            counted(self.errors, "phone"),
            count(self.warnings)
        )
    }
}
