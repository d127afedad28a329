//! Formats numbers for people.

use std::time::Duration;

use indicatif::{HumanBytes, HumanCount};

/// A number in groups of three: `12,345`.
pub fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

/// A number with its noun, `1 phone` or `2 phones`; nouns whose plural takes no `s` are given whole.
pub fn counted(number: u64, noun: &str) -> String {
    let noun = match (number, noun) {
        (1, noun) => noun.to_owned(),
        (_, "diagnosis") => "diagnoses".to_owned(),
        (_, noun) => format!("{noun}s"),
    };
    format!("{} {noun}", count(number))
}

/// `once`, `twice`, `7 times`.
pub fn often(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// The suffix of a line that was found several times: ` ×6`.
pub fn repeat_mark(number: usize) -> String {
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
