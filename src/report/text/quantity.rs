//! Formats numbers for people.

use std::time::Duration;

use indicatif::HumanBytes;

pub use crate::quantity::{count, counted};
use crate::report::shape::Evidence;

/// The lines of evidence with different texts, each with the number of lines that have it.
pub fn distinct(evidence: &[Evidence]) -> Vec<(&Evidence, usize)> {
    let mut lines: Vec<(&Evidence, usize)> = Vec::new();
    for line in evidence {
        match lines.iter_mut().find(|(known, _)| known.text == line.text) {
            Some((_, number)) => *number += 1,
            None => lines.push((line, 1)),
        }
    }
    lines
}

/// The suffix of a line that was found several times: ` ×6`.
pub fn times(number: usize) -> String {
    if number > 1 { format!(" ×{number}") } else { String::new() }
}

/// Bytes in the largest fitting binary unit: `1.30 MiB`.
pub fn bytes(number: u64) -> String {
    HumanBytes(number).to_string()
}

/// A duration in seconds, `0.08 s`, or in minutes and seconds, `2 min 5 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..=9 => format!("{:.2} s", duration.as_secs_f64()),
        10..=59 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// Bytes per second: `210.00 MiB/s`; None if the duration is zero.
pub fn rate(number: u64, duration: Duration) -> Option<String> {
    let nanoseconds = duration.as_nanos();
    if nanoseconds == 0 {
        return None;
    }
    let a_second = u128::from(number) * 1_000_000_000 / nanoseconds;
    Some(format!("{}/s", bytes(u64::try_from(a_second).unwrap_or(u64::MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_are_one() {
        let line = |text: &str| Evidence {
            file: "a".to_owned(),
            line: 1,
            stamp: None,
            time: None,
            uptime: None,
            text: text.to_owned(),
        };
        let evidence = ["x", "y", "x", "x"].map(line);
        let lines: Vec<_> =
            distinct(&evidence).iter().map(|(line, n)| (line.text.clone(), times(*n))).collect();
        assert_eq!(lines, [("x".to_owned(), " ×3".to_owned()), ("y".to_owned(), String::new())]);
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(counted(1, "phone"), "1 phone");
        assert_eq!(counted(0, "log"), "0 logs");
        assert_eq!(counted(12_345, "line"), "12,345 lines");
        assert_eq!(counted(2, "diagnosis"), "2 diagnoses");
        assert_eq!(bytes(1301), "1.27 KiB");
        assert_eq!(seconds(Duration::from_millis(82)), "0.08 s");
        assert_eq!(seconds(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(rate(1 << 20, Duration::from_millis(500)).as_deref(), Some("2.00 MiB/s"));
        assert_eq!(rate(1, Duration::ZERO), None);
    }
}
