//! `--since` and `--until`: a date, a date and time, or an age.

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

/// Parses `--since`. A date means its first second, and so does a minute.
pub(super) fn since(text: &str) -> Result<TimeBound, String> {
    time_bound(text, "00:00:00")
}

/// Parses `--until`. A date means its last second, and so does a minute.
pub(super) fn until(text: &str) -> Result<TimeBound, String> {
    time_bound(text, "23:59:59")
}

/// `left_out` replaces the time of day, or the end of it, if the text has none.
fn time_bound(text: &str, left_out: &str) -> Result<TimeBound, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("empty; a date such as 2026-01-31 or an age such as 7d is expected".to_owned());
    }
    if text.contains('-') {
        return time(text, left_out).map(TimeBound::At);
    }
    let expected = "a date such as 2026-01-31 is expected, or an age such as 7d, 12h, 30m or 2w";
    age_or(text, expected).map(TimeBound::Age)
}

fn time(text: &str, left_out: &str) -> Result<NaiveDateTime, String> {
    let (date, clock) = text.split_once(['T', 't', ' ']).unwrap_or((text, left_out));
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|_| date.len() == "2026-01-31".len());
    let date = date.ok_or_else(|| "not a valid date; give year, month and day: 2026-01-31".to_owned())?;
    let clock = clock.trim_start();
    let seconds = if clock.matches(':').count() == 1 { &left_out["00:00".len()..] } else { "" };
    let clock = NaiveTime::parse_from_str(&format!("{clock}{seconds}"), "%H:%M:%S").map_err(|_| {
        "not a valid time; give hours and minutes, and no time zone, because the logs are in the phones' local \
         time: 2026-01-31T08:00 or 2026-01-31T08:00:59"
            .to_owned()
    })?;
    Ok(date.and_time(clock))
}

/// Parses an age, a number with its unit: `14d`, `48h`.
pub(super) fn age(text: &str) -> Result<TimeDelta, String> {
    age_or(text, "an age such as 7d, 12h, 30m or 2w is expected")
}

/// Parses an age; the error for another text is `expected`.
fn age_or(text: &str, expected: &str) -> Result<TimeDelta, String> {
    const UNITS: [(&str, i64); 5] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("w", 7 * 86_400)];
    let text = text.trim();
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if !number.is_empty() && unit.is_empty() {
        return Err(format!(
            "an age needs a unit: {number}d for days, {number}h for hours, m for minutes, w for weeks"
        ));
    }
    let unit = UNITS.iter().find(|(name, _)| !number.is_empty() && unit.eq_ignore_ascii_case(name));
    let (_, seconds) = unit.ok_or(expected)?;
    let age = number.parse::<i64>().ok().and_then(|number| number.checked_mul(*seconds));
    age.and_then(TimeDelta::try_seconds).ok_or_else(|| "the age is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> TimeBound {
        TimeBound::At(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap())
    }

    #[test]
    fn dates_and_times() {
        let since = |text: &str| super::since(text).unwrap();
        let until = |text: &str| super::until(text).unwrap();
        assert_eq!(since("2013-05-31"), at("2013-05-31 00:00:00"));
        assert_eq!(until("2013-05-31"), at("2013-05-31 23:59:59"));
        assert_eq!(since("2013-05-31T13:18"), at("2013-05-31 13:18:00"));
        assert_eq!(until("2013-05-31 13:18"), at("2013-05-31 13:18:59"));
        assert_eq!(until("2013-05-31T13:18:22"), at("2013-05-31 13:18:22"));
        assert_eq!(since("2024-02-29"), at("2024-02-29 00:00:00"));
    }

    #[test]
    fn errors_name_what_is_expected() {
        assert_eq!(age("2026-01-31").unwrap_err(), "an age such as 7d, 12h, 30m or 2w is expected");
        assert!(since("x").unwrap_err().starts_with("a date such as 2026-01-31 is expected, or an age"));
    }

    #[test]
    fn ages() {
        let now = NaiveDateTime::parse_from_str("2026-03-02 12:00:00", "%Y-%m-%d %H:%M:%S").unwrap();
        for (age, time) in [
            ("7d", "2026-02-23 12:00:00"),
            ("12h", "2026-03-02 00:00:00"),
            ("30m", "2026-03-02 11:30:00"),
            ("2W", "2026-02-16 12:00:00"),
            ("0d", "2026-03-02 12:00:00"),
        ] {
            assert_eq!(TimeBound::At(since(age).unwrap().before(now)), at(time), "{age}");
        }
        let long = since("99999999999d").unwrap();
        assert_eq!(long.before(now), NaiveDateTime::MIN);
    }

    #[test]
    fn wrong_times_are_refused_with_a_reason() {
        for (text, told) in [
            ("", "expected"),
            ("7", "needs a unit"),
            ("d", "7d"),
            ("7x", "7d"),
            ("7d3", "an age such as"),
            ("yesterday", "an age such as"),
            ("2013-02-30", "not a valid date"),
            ("13-05-31", "not a valid date"),
            ("2013-5-31", "not a valid date"),
            ("2013-05-31T25:00", "not a valid time"),
            ("2013-05-31T10:00Z", "no time zone"),
            ("2013-05-31T10:00:00+02:00", "no time zone"),
            ("99999999999999999999d", "too long"),
            ("9223372036854775807w", "too long"),
            ("7é", "7d"),
            ("-7d", "not a valid date"),
        ] {
            let error = since(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
            assert!(until(text).is_err(), "{text}");
        }
    }
}
