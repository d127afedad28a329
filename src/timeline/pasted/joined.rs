//! Whether the parts of a file are joined logs, and in which order they were written. A clock that was put right, or set
//! to its time zone, makes such parts, too.

use chrono::NaiveDateTime;

use super::super::dates::is_over_new_year;
use super::super::unset::{YEAR_TURNS, has_set_date, is_after_file_time, is_file_day};
use super::parts::{Dates, PastedPart};
use super::starts::continues_start;
use crate::digest::LogEntry;
use crate::stamp::Yearless;

/// The end of a rotated log and the beginning of the next one are at most this many days apart, if the time of the file
/// shows that the first part is the newest. Else a boot with a wrong clock looks the same.
const MAX_DAYS_BETWEEN: i64 = 31;

/// The same if it does not: a phone writes each day.
const MAX_DAYS_IF_UNSURE: i64 = 1;

/// Where a clock that was set could explain that the dates go back, the end of the older part and the beginning of the
/// newer one are at most this far apart, in milliseconds, or one in this many parts of the time that the file covers.
const NEAR_MS: i64 = 600_000;
const PARTS_PER_GAP: i64 = 16;

/// Dates without a year go back by this at New Year.
const DAYS_OF_YEAR: i64 = 365;

/// The logs that were joined to one file in another order than that of time.
pub(super) struct ConcatenatedLogs {
    /// The first entry of each.
    pub(super) begins: Vec<usize>,
    /// Their order of time.
    pub(super) order: Vec<usize>,
}

impl ConcatenatedLogs {
    /// `modified` is when the file was last changed. The dates go back by more than `step` milliseconds from one part to the
    /// next.
    pub(super) fn find(entries: &[LogEntry], step: i64, modified: Option<NaiveDateTime>) -> Option<Self> {
        let dates = Dates::of(entries);
        let parts = dates.split(entries, step).filter(|parts| parts.len() > 1)?;
        let parts = dates.split_at_gaps(entries, parts)?;
        let parts = Parts::of(&dates, parts, modified)?;
        let are_logs = !parts.order.is_sorted()
            && !parts.begin_with_wrong_clock()
            && parts.seams().all(|seam| parts.can_be_between_logs(seam))
            && parts.moved().all(|pair| parts.meet(pair));
        are_logs
            .then(|| Self { begins: parts.parts.iter().map(|part| part.begin).collect(), order: parts.order })
    }
}

/// The parts of a file, and what their dates and the time of the file show of them all.
struct Parts<'a> {
    dates: &'a Dates,
    parts: Vec<PastedPart<'a>>,
    /// Their order of time.
    order: Vec<usize>,
    /// When the file was last changed.
    modified: Option<NaiveDateTime>,
    first: Yearless,
    last: Yearless,
    /// Any other order is less certain.
    are_newest_first: bool,
    /// Between two of them, or between all, the dates can go back because the clock was set to its time zone.
    can_be_zone: bool,
    can_all_be_zones: bool,
    /// No clock that was set explains the order.
    are_certain: bool,
}

/// Two parts that follow each other in the file, of which the second one has the earlier dates.
type Seam<'s, 'a> = [&'s PastedPart<'a>; 2];

impl<'a> Parts<'a> {
    fn of(dates: &'a Dates, parts: Vec<PastedPart<'a>>, modified: Option<NaiveDateTime>) -> Option<Self> {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|part| dates.key(parts[*part].first()));
        let [oldest, newest] = [&parts[*order.first()?], &parts[*order.last()?]];
        let (first, last) = (oldest.first(), newest.last());
        let (can_be_zone, can_all_be_zones) = {
            let is_zone = |[newer, older]: Seam<'_, '_>| newer.can_be_zone_before(older);
            (seams(dates, &parts).any(is_zone), seams(dates, &parts).all(is_zone))
        };
        let are_newest_first = order.iter().rev().is_sorted();
        let are_certain = false;
        let mut all = Self {
            dates,
            parts,
            order,
            modified,
            first,
            last,
            are_newest_first,
            can_be_zone,
            can_all_be_zones,
            are_certain,
        };
        all.are_certain = are_newest_first && all.no_clock_explains_order();
        Some(all)
    }

    fn seams(&self) -> impl Iterator<Item = Seam<'_, 'a>> {
        seams(self.dates, &self.parts)
    }

    /// The indexes of a part and of the next older one, where these do not follow each other in the file.
    fn moved(&self) -> impl Iterator<Item = [usize; 2]> {
        self.order.windows(2).filter(|pair| pair[1] != pair[0] + 1).map(|pair| [pair[1], pair[0]])
    }

    /// Whether the file was changed on the day of this date.
    fn is_file_day(&self, date: Yearless) -> bool {
        self.modified.is_some_and(|modified| is_file_day(modified, date))
    }

    /// Whether the file was changed on the day of the newest line.
    fn are_dates_sure(&self) -> bool {
        self.is_file_day(self.last)
    }

    /// Whether the file was changed on the day of its last line, but not of its newest one.
    fn begin_with_wrong_clock(&self) -> bool {
        self.ends_on_file_day() && !self.are_dates_sure()
    }

    fn ends_on_file_day(&self) -> bool {
        self.parts.last().is_some_and(|part| self.is_file_day(part.last()))
    }

    fn no_clock_explains_order(&self) -> bool {
        // A joined file is changed after its newest line.
        let is_ahead = self.modified.is_some_and(|modified| is_after_file_time(modified, self.last));
        !is_ahead && (self.are_several_logs() || self.seams().any(|seam| self.is_certainly_older(seam)))
    }

    /// A clock is corrected only once, and a single line does not show that time passed.
    fn are_several_logs(&self) -> bool {
        let has_two_dates = |part: &PastedPart<'_>| part.first() != part.last();
        self.seams().count() > 1 && !self.can_all_be_zones && self.parts.iter().all(has_two_dates)
    }

    /// Whether the second part begins within a boot, or with the rest of a start, and the clock of the one in front was
    /// right, by the time of the file or since it was set long before.
    fn is_certainly_older(&self, [newer, older]: Seam<'_, '_>) -> bool {
        let is_newer_right = self.are_dates_sure() && !self.ends_on_file_day() || newer.is_settled();
        is_newer_right && (older.begins_within_boot() || continues_start(older.entries, newer.entries))
    }

    fn can_be_between_logs(&self, [newer, older]: Seam<'_, '_>) -> bool {
        let may_be_next_year = newer.last().days_until(older.first()) < -YEAR_TURNS;
        // A clock that is put right soon after the start goes back, too.
        let are_parts = self.are_certain || older.is_boot() || newer.is_long();
        newer.can_be_zone_before(older) || are_parts && (self.are_dates_sure() || !may_be_next_year)
    }

    /// Whether the newer part can begin where the older one ends.
    fn meet(&self, [at_newer, at_older]: [usize; 2]) -> bool {
        let [newer, older] = [&self.parts[at_newer], &self.parts[at_older]];
        let can_be_zone = match at_newer + 1 == at_older {
            true => newer.can_be_zone_before(older),
            false => self.can_be_zone,
        };
        let is_close =
            self.is_close(older.last(), newer.first()) || !can_be_zone && self.can_overlap(older, newer);
        let needs_no_fit = !can_be_zone || self.are_certain && !self.can_all_be_zones;
        is_close && (needs_no_fit || self.is_near(older.last(), newer.first()) && fits(newer, older))
    }

    fn is_close(&self, end: Yearless, begin: Yearless) -> bool {
        let most = match self.are_newest_first && self.are_dates_sure() {
            true => MAX_DAYS_BETWEEN,
            false => MAX_DAYS_IF_UNSURE,
        };
        let days = end.days_until(begin);
        end <= begin && days <= most || is_over_new_year(end, begin) && days <= most - DAYS_OF_YEAR
    }

    fn is_near(&self, end: Yearless, begin: Yearless) -> bool {
        let gap = end.milliseconds_until(begin);
        gap <= NEAR_MS || gap * PARTS_PER_GAP <= self.first.milliseconds_until(self.last)
    }

    /// Whether the end of one part and the beginning of another can be the same ordinary lines, which are not kept: events
    /// would be in both.
    fn can_overlap(&self, older: &PastedPart<'_>, newer: &PastedPart<'_>) -> bool {
        let [begin, end] = [older.first(), older.last()].map(|date| self.dates.key(date));
        let [first, last] = [newer.first(), newer.last()].map(|date| self.dates.key(date));
        let is_common = |entry: &&LogEntry| {
            self.dates.of_entry(entry).is_some_and(|date| (first..=end).contains(&self.dates.key(date)))
        };
        let mut common = older.entries.iter().chain(newer.entries).filter(is_common);
        begin < first && first < end && end < last && common.all(|entry| entry.event.is_none())
    }
}

fn seams<'s, 'a>(dates: &Dates, parts: &'s [PastedPart<'a>]) -> impl Iterator<Item = Seam<'s, 'a>> {
    let goes_back = |[newer, older]: &Seam<'_, '_>| dates.key(older.first()) < dates.key(newer.first());
    parts.windows(2).map(|pair| [&pair[0], &pair[1]]).filter(goes_back)
}

/// Whether one part can be the rest of a log that begins with another, by the lines where they meet, and no clock that
/// was set explains that the dates go back between them.
fn fits(newer: &PastedPart<'_>, older: &PastedPart<'_>) -> bool {
    let (Some(end), Some(begin)) = (older.entries.last(), newer.entries.first()) else { return false };
    let has_ended = end.is_log_end();
    let is_sure = match (newer.is_boot(), has_set_date(begin)) {
        (true, _) => has_ended,
        (false, true) if has_ended => return false,
        (false, true) => false,
        (false, false) if !continues_start(older.entries, newer.entries) => return false,
        (false, false) => true,
    };
    // Uptime does not begin again without a banner.
    let begins_in_start = older.entries.first().is_some_and(|entry| !entry.is_dated());
    is_sure || begins_in_start || !newer.ends_after_start()
}
