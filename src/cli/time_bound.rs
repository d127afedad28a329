//! `--since` and `--until`: a date, a date and time, or an age.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// A point in time: in the phones' local time, or as an age before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeBound {
    /// Local time of the phones.
    At(NaiveDateTime),
    /// This long before the run.
    Age(TimeDelta),
}

impl TimeBound {
    /// The point in time for a run at `now`; the earliest representable time for an age beyond it.
    pub(crate) fn before(self, now: NaiveDateTime) -> NaiveDateTime {
        match self {
            Self::At(time) => time,
            Self::Age(age) => now.checked_sub_signed(age).unwrap_or(NaiveDateTime::MIN),
        }
    }
}

/// The first included second; a date means its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) TimeBound);

/// The last included second; a date means its whole day, a minute all its seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Until(pub(crate) TimeBound);

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        time_bound(text, Edge::First).map(Self)
    }
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        time_bound(text, Edge::Last).map(Self)
    }
}

/// An age: `14d`, `48h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Age(pub(crate) TimeDelta);

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        age(text.trim()).map(Self)
    }
}

/// Which second of a day or a minute is meant.
#[derive(Clone, Copy)]
enum Edge {
    First,
    Last,
}

fn time_bound(text: &str, edge: Edge) -> Result<TimeBound, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("empty; a date such as 2026-01-31 or an age such as 7d is expected".to_owned());
    }
    if text.contains('-') { time(text, edge).map(TimeBound::At) } else { age(text).map(TimeBound::Age) }
}

fn time(text: &str, edge: Edge) -> Result<NaiveDateTime, String> {
    let (date, clock) = match text.split_once(['T', 't', ' ']) {
        Some((date, clock)) => (date, Some(clock.trim_start())),
        None => (text, None),
    };
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|_| date.len() == "2026-01-31".len());
    let date = date.ok_or_else(|| "no such date; year, month and day are expected: 2026-01-31".to_owned())?;
    let last = matches!(edge, Edge::Last);
    let Some(clock) = clock else {
        let clock = if last { NaiveTime::from_hms_opt(23, 59, 59) } else { Some(NaiveTime::MIN) };
        return Ok(date.and_time(clock.unwrap_or(NaiveTime::MIN)));
    };
    if let Ok(clock) = NaiveTime::parse_from_str(clock, "%H:%M:%S") {
        return Ok(date.and_time(clock));
    }
    let minute = NaiveTime::parse_from_str(clock, "%H:%M").map_err(|_| {
        "no such time of day; hours and minutes are expected, and no time zone, as the logs are in the phones' \
         local time: 2026-01-31T08:00 or 2026-01-31T08:00:59"
            .to_owned()
    })?;
    let seconds = if last { 59 } else { 0 };
    Ok(date.and_time(minute + TimeDelta::seconds(seconds)))
}

/// An age: numbers with their units, `7d`, `12h`, `1d12h`.
fn age(text: &str) -> Result<TimeDelta, String> {
    let expected =
        || "a date such as 2026-01-31 is expected, or an age such as 7d, 12h, 30m or 2w".to_owned();
    let mut total = TimeDelta::zero();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        let (number, unit_and_more) = rest.split_at(digits);
        let Some(unit) = unit_and_more.chars().next() else {
            return Err(if number.is_empty() { expected() } else { no_unit(number) });
        };
        if number.is_empty() {
            return Err(expected());
        }
        let seconds: i64 = match unit.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            'w' => 7 * 24 * 60 * 60,
            _ => return Err(expected()),
        };
        let part = number.parse::<i64>().ok().and_then(|number| number.checked_mul(seconds));
        let part = part.and_then(TimeDelta::try_seconds).and_then(|part| total.checked_add(&part));
        total = part.ok_or_else(|| "so long ago was nothing".to_owned())?;
        rest = &unit_and_more[unit.len_utf8()..];
    }
    Ok(total)
}

fn no_unit(number: &str) -> String {
    format!(
        "{number} of what? An age needs a unit: {number}d for days, {number}h for hours, m minutes, w weeks"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> TimeBound {
        TimeBound::At(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap())
    }

    #[test]
    fn dates_and_times() {
        let since = |text: &str| text.parse::<Since>().unwrap().0;
        let until = |text: &str| text.parse::<Until>().unwrap().0;
        assert_eq!(since("2013-05-31"), at("2013-05-31 00:00:00"));
        assert_eq!(until("2013-05-31"), at("2013-05-31 23:59:59"));
        assert_eq!(since("2013-05-31T13:18"), at("2013-05-31 13:18:00"));
        assert_eq!(until("2013-05-31 13:18"), at("2013-05-31 13:18:59"));
        assert_eq!(until("2013-05-31T13:18:22"), at("2013-05-31 13:18:22"));
        assert_eq!(since("2024-02-29"), at("2024-02-29 00:00:00"));
    }

    #[test]
    fn ages() {
        let now = NaiveDateTime::parse_from_str("2026-03-02 12:00:00", "%Y-%m-%d %H:%M:%S").unwrap();
        for (age, time) in [
            ("7d", "2026-02-23 12:00:00"),
            ("12h", "2026-03-02 00:00:00"),
            ("30m", "2026-03-02 11:30:00"),
            ("2W", "2026-02-16 12:00:00"),
            ("1d12h", "2026-03-01 00:00:00"),
            ("0d", "2026-03-02 12:00:00"),
        ] {
            assert_eq!(TimeBound::At(age.parse::<Since>().unwrap().0.before(now)), at(time), "{age}");
        }
        let long = "99999999999d".parse::<Since>().unwrap().0;
        assert_eq!(long.before(now), NaiveDateTime::MIN);
    }

    #[test]
    fn wrong_times_are_refused_with_a_reason() {
        for (text, told) in [
            ("", "expected"),
            ("7", "of what?"),
            ("d", "7d"),
            ("7x", "7d"),
            ("7d3", "of what?"),
            ("yesterday", "an age such as"),
            ("2013-02-30", "no such date"),
            ("13-05-31", "no such date"),
            ("2013-5-31", "no such date"),
            ("2013-05-31T25:00", "no such time"),
            ("2013-05-31T10:00Z", "no time zone"),
            ("2013-05-31T10:00:00+02:00", "no time zone"),
            ("99999999999999999999d", "so long ago"),
            ("9223372036854775807w", "so long ago"),
            ("7é", "7d"),
            ("-7d", "no such date"),
        ] {
            let error = text.parse::<Since>().unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
            assert!(text.parse::<Until>().is_err(), "{text}");
        }
    }
}
