//! How often something was seen, and where: all lines if there are few, else the first and the last ones.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::Record;
use crate::digest::shown_text;
use crate::model::widened;
use crate::stamp::Stamp;

/// How many first and how many last lines are kept.
const LINES_KEPT: usize = 3;

/// How often something was seen, with its first three and last three lines in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrences {
    /// How often.
    pub count: u64,
    lines: SmallVec<[SourceLine; 1]>,
    /// The first and the last date of all of them, shown or not, in seconds since 1970.
    times: Option<(i64, i64)>,
}

/// A line of a log that is evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// The index of the log among the phone's logs.
    pub file: u32,
    /// 1-based number of the message's header line.
    pub line: u64,
    /// The line's stamp.
    pub stamp: Option<Stamp>,
    /// Local time of the phone, in whole seconds.
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    pub time: Option<NaiveDateTime>,
    /// The message, without its header. Secrets are concealed when it is shown.
    pub text: Box<str>,
    /// It is a known message; any other line can contain anything.
    pub is_message: bool,
}

impl Occurrences {
    /// Seen once, without a line that shows it.
    pub fn without_lines() -> Self {
        Self { count: 1, ..Self::default() }
    }

    /// Seen this many times; these records show it. A record that comes twice in a row is one piece of evidence.
    pub fn shown_by<'r, 'a: 'r>(count: u64, records: impl IntoIterator<Item = &'r Record<'a>>) -> Self {
        let mut seen = Self::default();
        let mut last = None;
        for record in records {
            let location = (record.file, record.line);
            if last.replace(location) != Some(location) {
                seen.add(record);
            }
        }
        seen.count = count;
        seen
    }

    /// Seen once, in this line.
    pub fn of_line(line: SourceLine) -> Self {
        let times = line.time.map(|time| (seconds(time), seconds(time)));
        Self { count: 1, lines: smallvec::smallvec![line], times }
    }

    /// Adds a later record, with all of its repeats.
    pub fn add(&mut self, record: &Record<'_>) {
        self.count += record.entry.count();
        let times = record.time.or(record.last_time).zip(record.last_time.or(record.time));
        self.times = widened(self.times, times.map(|(first, last)| (seconds(first), seconds(last))));
        self.keep(SourceLine::new(record));
        let repeats = record.entry.repeats.iter().flat_map(|repeats| &repeats.shown);
        for repeat in repeats {
            let is_last = repeat.line == record.entry.last_line().0;
            self.keep(SourceLine {
                file: record.file as u32,
                line: repeat.line,
                stamp: repeat.stamp,
                // All folded repeats are of one month; only the times of the first and the last one are kept.
                time: if is_last { record.last_time } else { record.time_of(repeat.stamp) },
                text: repeat.text.clone(),
                is_message: true,
            });
        }
    }

    /// The lines in order: all of them up to six, else the first three and the last three.
    pub fn lines(&self) -> &[SourceLine] {
        &self.lines
    }

    /// Adds later occurrences.
    pub fn append(&mut self, later: Self) {
        self.count += later.count;
        self.times = widened(self.times, later.times);
        later.lines.into_iter().for_each(|line| self.keep(line));
    }

    /// The first and the last date on which it was seen, in seconds since 1970 of the phone's local time.
    pub const fn times(&self) -> Option<(i64, i64)> {
        self.times
    }

    fn keep(&mut self, line: SourceLine) {
        if self.lines.len() == 2 * LINES_KEPT {
            self.lines.remove(LINES_KEPT);
        }
        self.lines.push(line);
    }
}

fn seconds(time: NaiveDateTime) -> i64 {
    time.and_utc().timestamp()
}

impl SourceLine {
    /// The first line of this record.
    pub fn new(record: &Record<'_>) -> Self {
        Self { text: shown_text(record.text()), ..Self::without_text(record) }
    }

    /// The first line of this record, without its text.
    pub(crate) fn without_text(record: &Record<'_>) -> Self {
        Self {
            file: record.file as u32,
            line: record.line_in_file(),
            stamp: record.entry.stamp,
            time: record.time,
            text: Box::default(),
            is_message: record.entry.event.is_some(),
        }
    }
}

impl Record<'_> {
    /// The time of one of this record's repeats, which are of the same month.
    fn time_of(&self, stamp: Option<Stamp>) -> Option<NaiveDateTime> {
        use chrono::Datelike;
        let time = self.time?;
        stamp?.yearless()?.in_year(time.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(range: std::ops::Range<u64>) -> Occurrences {
        let mut all = Occurrences::default();
        for line in range {
            all.count += 1;
            all.keep(SourceLine {
                file: 0,
                line,
                stamp: None,
                time: None,
                text: "".into(),
                is_message: true,
            });
        }
        all
    }

    #[test]
    fn the_first_and_the_last_are_kept() {
        let lines = |range| seen(range).lines().iter().map(|line| line.line).collect::<Vec<_>>();
        assert_eq!(lines(0..6), [0, 1, 2, 3, 4, 5]);
        assert_eq!(lines(0..7), [0, 1, 2, 4, 5, 6]);
        assert_eq!(lines(0..100), [0, 1, 2, 97, 98, 99]);
    }

    #[test]
    fn parts_append_to_the_whole() {
        for split in 0..20 {
            let mut parts = seen(0..split);
            parts.append(seen(split..20));
            assert_eq!(parts, seen(0..20), "split at {split}");
        }
    }
}
