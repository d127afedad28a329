//! Formats times for people: `2013-05-31 13:18`.

use super::visible::visible;
use crate::report::shape::Diagnosis;

/// The day of a time of the reports: `2013-05-31`.
pub fn day(time: &str) -> String {
    visible(time.split('T').next().unwrap_or(time)).into_owned()
}

/// A time of the reports, `2013-05-31T13:18:22`, to the minute.
pub fn minute(time: &str) -> String {
    const TO_THE_MINUTE: usize = "2013-05-31T13:18".len();
    second(time.get(..TO_THE_MINUTE).unwrap_or(time))
}

/// A time of the reports, `2013-05-31T13:18:22`, to the second.
pub fn second(time: &str) -> String {
    visible(time).replacen('T', " ", 1)
}

/// The first and the last time of a diagnosis, to the minute; None without any date.
pub fn span(diagnosis: &Diagnosis) -> Option<String> {
    match (&diagnosis.first_seen, &diagnosis.last_seen) {
        (Some(first), Some(last)) if minute(first) != minute(last) => {
            Some(format!("{} to {}", minute(first), minute(last)))
        }
        (Some(time), _) | (None, Some(time)) => Some(minute(time)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        assert_eq!(minute("2013-05-31T13:18:22"), "2013-05-31 13:18");
        assert_eq!(second("2013-05-31T13:18:22"), "2013-05-31 13:18:22");
        assert_eq!(minute("odd\u{7}"), "odd\\u{7}");
    }
}
