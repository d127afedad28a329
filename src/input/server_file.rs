//! Parses the path of a syslog server's file: its rotation chain, and its age in it.
//!
//! ```text
//! polycom.log.1     polycom.log-20261124     polycom-2026-11-23.log        polycom.1.log
//! messages.1        messages-20261124        SyslogCatchAll-2026-11-23.txt
//! messages-2026112410      messages-2026-11-24_10-00-00      polycom-20261124T1000.log
//! 192.0.2.7/2026-11-23.log                   2026/11/23/192.0.2.7.log
//! ```
//!
//! Only the senders of such files are found by this. The order of a phone's own logs is not: people write the day of
//! an export, or its first day, into a name.

use std::net::Ipv4Addr;
use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use super::log_name::{Rotation, chain, dated, general_decorations, join_dates, rotation, split_path};
use crate::secrets::pattern;

/// The chain and the age of a syslog server's file.
pub fn server_chain(path: &str) -> (String, Rotation) {
    let (directory, name) = split_path(path);
    let (name_of_chain, age) = chain_of_name(name);
    let chain = name_of_chain.map_or_else(|| chain(path), |name| format!("{directory}{name}"));
    match without_day(directory) {
        Some((outer, day)) if age == Rotation::Newest => {
            (format!("{outer}{}", &chain[directory.len()..]), Rotation::Dated { date: day, time: 0 })
        }
        _ => (chain, age),
    }
}

/// The chain of a name, if it is not that of a log (see [`chain`]), and the age.
fn chain_of_name(name: &str) -> (Option<String>, Rotation) {
    let known = rotation(name.as_bytes());
    if matches!(known, Rotation::Number(_) | Rotation::Dated { .. }) {
        return (None, known);
    }
    let packed = super::compressions().find_map(|ending| name.strip_suffix(ending)?.strip_suffix('.'));
    let name = packed.unwrap_or(name);
    let ending = [".log", ".txt"].into_iter().find(|ending| name.ends_with(ending)).unwrap_or_default();
    let stem = &name[..name.len() - ending.len()];
    if let Some((rest, date, time)) = without_date(stem) {
        return (Some(format!("{rest}{ending}")), Rotation::Dated { date, time });
    }
    if ending != ".txt"
        && let Some((rest, number)) = without_number(stem)
    {
        return (Some(format!("{rest}{ending}")), Rotation::Number(number));
    }
    // In `SyslogCatchAll`, what follows `log` is not from copying.
    let is_within_word = general_decorations(name.as_bytes()).first().is_some_and(u8::is_ascii_alphabetic);
    if is_within_word { (Some(name.to_owned()), Rotation::Newest) } else { (None, known) }
}

/// A date at the end of a name, perhaps with a time of day: `-20261124`, `-2026112410`, `.2026-11-24T10:00`.
static DATE_AT_END: LazyLock<Regex> = LazyLock::new(|| {
    let date = r"(?<date>\d{4}-\d{2}-\d{2}|\d{8})";
    let time =
        r"(?:[-_T.]?(?<hour>[01]\d|2[0-3])(?:[-_:]?(?<minute>[0-5]\d))?(?:[-_:]?(?<second>[0-5]\d))?)?";
    pattern(&format!(r"^(?:(?<rest>.*)[-_.])?{date}{time}$"))
});

/// A name without the date at its end or beginning, the date, and the time of day as a number of six digits.
fn without_date(stem: &str) -> Option<(&str, NaiveDate, u64)> {
    let at_end = DATE_AT_END.captures(stem).and_then(|found| {
        let text = |name| found.name(name).map_or("", |part| part.as_str());
        let number = |name| text(name).parse::<u64>().unwrap_or(0);
        let time = number("hour") * 10_000 + number("minute") * 100 + number("second");
        Some((text("rest"), day(text("date"))?, time))
    });
    at_end.or_else(|| {
        [10, 8].into_iter().find_map(|length| {
            let (date, rest) = stem.split_at_checked(length)?;
            Some((rest.strip_prefix(['-', '_', '.'])?, day(date)?, 0))
        })
    })
}

/// A name without the number at its end. In an address and in the version of a program, it is not an age.
fn without_number(stem: &str) -> Option<(&str, u32)> {
    let (rest, digits) = stem.rsplit_once('.')?;
    let is_age = digits == "0" || (1..=3).contains(&digits.len()) && !digits.starts_with('0');
    let is_number = is_age && digits.bytes().all(|byte| byte.is_ascii_digit());
    let ends_with_number = rest.ends_with(|last: char| last.is_ascii_digit());
    let is_host = rest.parse::<Ipv4Addr>().is_ok();
    (is_number && !rest.is_empty() && (is_host || !ends_with_number)).then_some((rest, digits.parse().ok()?))
}

/// A directory without the day that its last names are, `2026/11/23/` or `2026-11-23/`, and that day.
fn without_day(directory: &str) -> Option<(&str, NaiveDate)> {
    let inner = directory.strip_suffix('/')?;
    [10, 8].into_iter().find_map(|length| {
        let (outer, date) = inner.split_at_checked(inner.len().checked_sub(length)?)?;
        (outer.is_empty() || outer.ends_with('/')).then_some((outer, day(&date.replace('/', "-"))?))
    })
}

/// `20261123`, `2026-11-23`.
fn day(text: &str) -> Option<NaiveDate> {
    match dated(std::str::from_utf8(&join_dates(text.as_bytes())).ok()?)? {
        (date, 0) if text.len() == 8 || text.len() == 10 => Some(date),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(day: u32) -> Rotation {
        at(day, 0)
    }

    fn at(day: u32, time: u64) -> Rotation {
        Rotation::Dated { date: NaiveDate::from_ymd_opt(2026, 11, day).unwrap_or_default(), time }
    }

    #[test]
    fn files_of_syslog_servers() {
        for (path, of, age) in [
            ("l/polycom.log", "l/polycom.log", Rotation::Newest),
            ("l/polycom.log.1", "l/polycom.log", Rotation::Number(1)),
            ("l/polycom.log.2.gz", "l/polycom.log", Rotation::Number(2)),
            ("l/polycom.log-20261124", "l/polycom.log", date(24)),
            ("l/polycom-20261124.log.gz", "l/polycom.log", date(24)),
            ("l/polycom-2026-11-23.log", "l/polycom.log", date(23)),
            ("l/polycom.2026-11-23.log", "l/polycom.log", date(23)),
            ("2026-11-23_polycom.log", "polycom.log", date(23)),
            ("polycom.1.log", "polycom.log", Rotation::Number(1)),
            ("polycom.log (1)", "polycom.log", Rotation::Copy),
            ("polycom.log.bak", "polycom.log", Rotation::Copy),
            ("messages", "messages", Rotation::Newest),
            ("messages-20261124", "messages", date(24)),
            ("messages-2026112410", "messages", at(24, 100_000)),
            ("messages-202611241005", "messages", at(24, 100_500)),
            ("messages-2026-11-24_10-05-07", "messages", at(24, 100_507)),
            ("messages.2026-11-24T10:05", "messages", at(24, 100_500)),
            ("polycom-20261124T1005.log.gz", "polycom.log", at(24, 100_500)),
            ("messages.1", "messages", Rotation::Number(1)),
            ("messages.12.xz", "messages", Rotation::Number(12)),
            ("syslog.1", "syslog", Rotation::Number(1)),
            ("l/SyslogCatchAll.txt", "l/SyslogCatchAll.txt", Rotation::Newest),
            ("l/SyslogCatchAll-2026-11-23.txt", "l/SyslogCatchAll.txt", date(23)),
            ("l/10.20.0.14/2026-11-23.log", "l/10.20.0.14/.log", date(23)),
            ("l/10.20.0.14/20261123.log", "l/10.20.0.14/.log", date(23)),
            ("l/2026/11/23/10.20.0.14.log", "l/10.20.0.14.log", date(23)),
            ("2026-11-23/10.20.0.14.log", "10.20.0.14.log", date(23)),
            ("20261123/polycom.log.1", "20261123/polycom.log", Rotation::Number(1)),
            ("10.20.0.14.1.log", "10.20.0.14.log", Rotation::Number(1)),
            ("10.20.0.14.log.1", "10.20.0.14.log", Rotation::Number(1)),
            // No age.
            ("10.20.0.14.log", "10.20.0.14.log", Rotation::Newest),
            ("10.20.0.14", "10.20.0.14", Rotation::Newest),
            ("5.9.5.log", "5.9.5.log", Rotation::Newest),
            ("phone-14.log", "phone-14.log", Rotation::Newest),
            ("part.001", "part.001", Rotation::Newest),
            ("part.1.txt", "part.1.txt", Rotation::Newest),
            ("ticket-20261399.log", "ticket-20261399.log", Rotation::Newest),
            ("messages-2026112425", "messages-2026112425", Rotation::Newest),
            ("ticket-2026112410123", "ticket-2026112410123", Rotation::Newest),
            ("ticket20261123.log", "ticket20261123.log", Rotation::Newest),
            ("2026/11/10.20.0.14.log", "2026/11/10.20.0.14.log", Rotation::Newest),
            ("", "", Rotation::Newest),
            ("é", "é", Rotation::Newest),
        ] {
            assert_eq!(server_chain(path), (of.to_owned(), age), "{path}");
        }
    }
}
