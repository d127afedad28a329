//! Both sides of each limit by which stamps are understood. Every line is a known message, so that all are kept.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod boots;
mod pasted;
mod unset;

use super::{Clock, Log, Timeline, join};
use crate::input::{Rotation, rotation};
use crate::log::digest_of;
use crate::window::Window;

const NAME: &str = "0004f2000001-app.log";
const NOVEMBER: &str = "2026-11-20T12:00:00";
const BANNER: &str = "---------- Initial log entry ----------";

/// A log of lines: each a stamp, and perhaps a blank and a text.
fn log(number: usize, name: &str, modified: &str, lines: &[&str]) -> Log {
    let lines = lines.iter().map(|line| {
        let (stamp, text) = line.split_once(' ').unwrap_or((line, "Server certificate verification failed"));
        format!("{stamp}|so   |4|00|{text}\n")
    });
    Log {
        number,
        path: name.into(),
        path_within: None,
        rotation: rotation(name.as_bytes()),
        modified: Some(modified.parse().unwrap()),
        digest: digest_of(lines.collect::<String>().as_bytes(), &Window::default()),
    }
}

fn look<T>(logs: Vec<Log>, look: impl Fn(&Timeline<'_>) -> T) -> T {
    let clock = Clock { window: Window::default(), year: None, now: NOVEMBER.parse().unwrap() };
    look(&Timeline::new(None, &join(logs, &clock), &clock))
}

fn boots(lines: &[&str]) -> usize {
    boots_in(NOVEMBER, lines)
}

fn boots_in(modified: &str, lines: &[&str]) -> usize {
    look(vec![log(0, NAME, modified, lines)], |timeline| timeline.boots)
}

/// The times of the dated lines; `-` for a default date, `?` for a wrong one.
fn times(modified: &str, lines: &[&str]) -> Vec<String> {
    times_of(vec![log(0, NAME, modified, lines)])
}

fn times_of(logs: Vec<Log>) -> Vec<String> {
    look(logs, |timeline| {
        let dated = timeline.records.iter().filter(|record| record.entry.is_dated());
        let shown = dated.map(|record| match record.time {
            Some(time) => time.to_string(),
            None if record.is_unset => "-".to_owned(),
            None if record.is_wrong => "?".to_owned(),
            None => String::new(),
        });
        shown.collect()
    })
}

fn years(times: &[String]) -> Vec<&str> {
    times.iter().map(|time| time.get(..4).unwrap_or(time)).collect()
}

#[test]
fn a_log_is_of_a_year_with_its_february_29() {
    let leap = ["0229080000", "0301080000"];
    assert_eq!(times(NOVEMBER, &leap), ["2024-02-29 08:00:00", "2024-03-01 08:00:00"]);
    assert_eq!(years(&times(NOVEMBER, &["0229080000", "0105080000"])), ["2024", "2025"]);
    assert_eq!(years(&times(NOVEMBER, &["0228080000", "0301080000"])), ["2026"; 2]);
    // A file that was changed about then is of its own year.
    assert_eq!(years(&times("2026-03-03T08:00:00", &leap)), ["2024", "2026"]);
    assert_eq!(years(&times("2026-03-03T08:00:01", &leap)), ["2024", "2024"]);
    // Where a newer log of the chain puts it back, by as many years as it takes.
    let chain = |newest| {
        let older = log(0, "0004f2000001-app.log.1", NOVEMBER, &leap);
        times_of(vec![older, log(1, NAME, newest, &["0201080000", "0201090000"])])
    };
    assert_eq!(years(&chain(NOVEMBER)), ["2024", "2024", "2026", "2026"]);
    assert_eq!(years(&chain("2024-02-02T08:00:00")), ["2020", "2020", "2024", "2024"]);
}

#[test]
fn a_wrong_date_is_put_right_within_an_hour() {
    let put_right = |after: &str, right: &str| times(NOVEMBER, &["000010.000", "0510080000", after, right]);
    assert_eq!(put_right("0510090000", "0501090000")[..2], ["?", "?"]);
    assert_eq!(years(&put_right("0510090001", "0501090000")), ["2026"; 3]);
    // By a day at least.
    assert_eq!(put_right("0510080100", "0509080100")[..2], ["?", "?"]);
    assert_eq!(years(&put_right("0510080100", "0509080101")), ["2026"; 3]);
    // By more, a year turns.
    assert_eq!(put_right("0510080100", "0410080100")[..2], ["?", "?"]);
    assert_eq!(years(&put_right("0510080100", "0409080100")), ["2026"; 3]);
    assert_eq!(years(&put_right("0510080100", "0408080100")), ["2025", "2025", "2026"]);
}

#[test]
fn a_boot_goes_on_from_the_one_before_within_two_days() {
    let banner = format!("000010.000 {BANNER}");
    let first_date = |wrong, right| times(NOVEMBER, &["0501080000", &banner, wrong, right])[1].clone();
    assert_eq!(first_date("0930080000", "0504075959"), "?");
    assert_eq!(first_date("0930080000", "0504080000")[..4], *"2025");
    // No boot begins before the end of the one before.
    assert_eq!(first_date("0430080000", "0520080000"), "?");
    assert_eq!(first_date("0501080001", "0520080000")[..4], *"2026");
    assert_eq!(first_date("0401080000", "0520080000"), "?");
    // Nothing is wrong with a date between the end of the boot before and the next date.
    assert_eq!(first_date("0502080000", "0503080000"), "2026-05-02 08:00:00");
}

#[test]
fn a_log_without_dates_is_placed_by_the_phones_clock() {
    let first = |of_dated: &str, of_undated: &str| {
        let dated = log(0, &format!("a/{NAME}"), of_dated, &["0710080000", "0710090000"]);
        let undated = log(1, &format!("b/{NAME}"), of_undated, &["000010.000"]);
        look(vec![dated, undated], |timeline| timeline.logs[0].path[..1].to_owned())
    };
    assert_eq!(first("2026-07-11T11:00:00", "2026-07-11T10:59:59"), "b");
    assert_eq!(first("2026-07-11T11:00:00", "2026-07-11T11:00:01"), "a");
    // Beyond 26 hours, the file's time is that of a copy; another one was copied with it within 12 hours.
    assert_eq!(first("2026-07-11T11:00:01", "2026-07-11T10:59:59"), "b");
    assert_eq!(first("2026-07-11T11:00:01", "2026-07-11T11:00:02"), "a");
    assert_eq!(first("2026-08-11T11:00:00", "2026-08-10T23:00:00"), "b");
    assert_eq!(first("2026-08-11T11:00:00", "2026-08-10T22:59:59"), "a");
}

#[test]
fn stamps_have_years_where_twelve_third_pairs_are_days() {
    let days = |last| -> Vec<String> { (1..=last).map(|day| format!("0501{day:02}0317")).collect() };
    for (last, first) in [(11, "2026-05-01 01:03:17"), (12, "2005-01-01 03:17:00")] {
        let days = days(last);
        let lines: Vec<&str> = days.iter().map(String::as_str).collect();
        assert_eq!(times(NOVEMBER, &lines)[0], first);
    }
}

#[test]
fn stamps_have_years_where_the_newest_is_of_the_files_days() {
    let newest = |modified| times(modified, &["0503190317", "0503191308"])[1].clone();
    assert_eq!(newest("2005-03-21T13:08:00"), "2005-03-19 13:08:00");
    assert_eq!(newest("2005-03-21T13:08:01")[..4], *"2004");
    assert_eq!(newest("2005-03-18T13:08:00"), "2005-03-19 13:08:00");
    assert_eq!(newest("2005-03-18T13:07:59")[..4], *"2004");
}

#[test]
fn the_newest_line_is_at_most_a_day_newer_than_its_file() {
    assert_eq!(years(&times("2026-05-01T08:00:00", &["0502080000"])), ["2026"]);
    assert_eq!(years(&times("2026-05-01T07:59:59", &["0502080000"])), ["2025"]);
    // A modification time before the first phones is ignored.
    assert_eq!(years(&times("2000-01-01T00:00:00", &["0502080000"])), ["1999"]);
    assert_eq!(years(&times("1999-12-31T23:59:59", &["0502080000"])), ["2026"]);
}

#[test]
fn dates_that_go_back_by_more_than_a_month_are_of_the_next_year() {
    assert_eq!(years(&times(NOVEMBER, &["0601080000", "0501080000"])), ["2026", "2026"]);
    assert_eq!(years(&times(NOVEMBER, &["0602080000", "0501080000"])), ["2025", "2026"]);
    // Lines of several processes at midnight of New Year.
    let at_midnight = ["1225000000", "0101000001", "1231235959", "0101000002"];
    assert_eq!(years(&times(NOVEMBER, &at_midnight)), ["2025", "2026", "2025", "2026"]);
}

#[test]
fn a_single_date_far_from_those_around_it_is_of_no_year() {
    let dates = |first, odd, last| {
        years(&times(NOVEMBER, &["000010.000", "0501060000", first, odd, last]))[1..].join(" ")
    };
    assert_eq!(dates("0501080100", "0101000005", "0501080200"), "2026 ? 2026");
    assert_eq!(dates("0501080100", "0601000005", "0501080200"), "2026 2026 2026");
    assert_eq!(dates("0501080100", "0602090000", "0501080200"), "2026 ? 2026");
    assert_eq!(dates("0501080100", "0330000005", "0501080200"), "2026 ? 2026");
    // Two days can be a clock that was set; two such lines are another start.
    assert_eq!(dates("0501080100", "0101000005", "0502080200"), "2025 2026 2026");
    let two = ["000010.000", "0501080100", "0101000005", "0101000006", "0501080200"];
    assert_eq!(years(&times(NOVEMBER, &two))[..], ["2026", "-", "-", "2026"][..]);
    let banner = format!("0101000005 {BANNER}");
    assert_eq!(dates("0501080100", &banner, "0501080200"), "2026 - 2026");
}

#[test]
fn a_newer_log_of_the_chain_puts_the_older_one_a_year_back() {
    let chain = |older: &[&str], newer: &[&str]| {
        let older = log(0, "0004f2000001-app.log.1", NOVEMBER, older);
        years(&times_of(vec![older, log(1, NAME, NOVEMBER, newer)])).concat()
    };
    // A clock that is corrected goes back by less than 26 hours.
    assert_eq!(chain(&["0502090000"], &["0501070000", "0601000000"]), "202620262026");
    assert_eq!(chain(&["0502090001"], &["0501070000", "0601000000"]), "202520262026");
    assert_eq!(chain(&["0401000000", "0502100000"], &["0501070000", "0501080000"]), "2026202620262026");
    assert_eq!(chain(&["0401000000", "0502100001"], &["0501070000", "0501080000"]), "2025202520262026");
    // The end of the older log is before the begin of the newer one, or within two days of lines that both have.
    let newer = ["0501070000", "0501070001", "0601000000"];
    assert_eq!(chain(&["0301000000", "0503070000"], &newer), "20262026202620262026");
    assert_eq!(chain(&["0301000000", "0503070001"], &newer), "20252025202620262026");
    // Or both hold the same line.
    assert_eq!(
        chain(&["0301000000", "0501070000", "0510000000"], &["0501070000", "0501080000", "0601000000"]),
        "202620262026202620262026"
    );
}

#[test]
fn a_wrong_first_date_puts_no_older_log_a_year_back() {
    let older = log(0, "0004f2000001-app.log.1", NOVEMBER, &["0401080000", "0501080000"]);
    let newer = ["000010.000 ".to_owned() + BANNER, "0930000020".to_owned(), "0501090000".to_owned()];
    let newer: Vec<&str> = newer.iter().map(String::as_str).collect();
    let times = times_of(vec![older, log(1, NAME, NOVEMBER, &newer)]);
    assert_eq!(years(&times), ["2026", "2026", "?", "2026"]);
}

#[test]
fn wrong_dates_within_an_hour_after_a_start_put_no_older_log_a_year_back() {
    let banner = format!("000010.000 {BANNER}");
    let chain = |older: &[&str], newer: &[&str]| {
        let older = log(0, "0004f2000001-app.log.1", NOVEMBER, older);
        years(&times_of(vec![older, log(1, NAME, NOVEMBER, newer)])).concat()
    };
    let with_second = |second: &str| {
        chain(&["0915101300"], &["0915101748", "0917221257", &banner, "0722101143", second, "0920101500"])
    };
    assert_eq!(with_second("0722111142"), "202620262026??2026");
    assert_eq!(with_second("0722111143"), "202520252025202620262026");
    // Also if the boot before is only in the older log.
    let at_begin = |right: &str| {
        chain(&["0915101300", "0917221257"], &[&banner, "0722101143", "0722101153", right, "0930080000"])
    };
    assert_eq!(at_begin("0920221256"), "20262026??20262026");
    assert_eq!(at_begin("0920221257"), "202520252026202620262026");
}

#[test]
fn a_log_behind_a_dated_name_goes_on_within_a_week() {
    let year = |modified: &str, first: &str| {
        let older = log(0, "0004f2000001-app.log-20220310", NOVEMBER, &["0301080000"]);
        years(&times_of(vec![older, log(1, NAME, modified, &[first, "0401080000"])])).concat()
    };
    assert_eq!(year(NOVEMBER, "0317235959"), "202220222022");
    assert_eq!(year(NOVEMBER, "0318000000"), "202220262026");
    assert_eq!(year(NOVEMBER, "0303000000"), "202220222022");
    assert_eq!(year(NOVEMBER, "0302235959"), "202220262026");
    // But not where the file is of that day.
    assert_eq!(year("2026-04-03T08:00:00", "0317235959"), "202220262026");
    assert_eq!(year("2026-04-03T08:00:01", "0317235959"), "202220222022");
}

#[test]
fn a_failure_soon_behind_dropped_lines_is_explained() {
    let explained = |dropped, second: &str| {
        let first = "0501080000 MakeTlsConnection: SSL_connect error 1";
        let second = format!("{second} MakeTlsConnection: SSL_connect error 1");
        let mut log = log(0, NAME, NOVEMBER, &[first, &second]);
        log.digest.dropped = dropped;
        look(vec![log], |timeline| {
            timeline.records.iter().map(|record| record.is_explained).collect::<Vec<_>>()
        })
    };
    assert_eq!(explained(0, "0501080003"), [false, false]);
    assert_eq!(explained(1, "0501080003"), [true, true]);
    assert_eq!(explained(1, "0501080004"), [true, false]);
}

#[test]
fn a_failure_directly_below_a_refusal_is_explained_where_stamps_have_no_seconds() {
    let explained_by = |refusal: &str, lines: &[&str]| {
        let refusal = format!("{refusal} Server certificate verification failed");
        let failed = |line: &&str| match line.len() {
            10 => format!("{line} MakeTlsConnection: SSL_connect error 1"),
            _ => (*line).to_owned(),
        };
        let lines: Vec<String> = lines.iter().map(failed).collect();
        let lines: Vec<&str> =
            [refusal.as_str()].into_iter().chain(lines.iter().map(String::as_str)).collect();
        look(vec![log(0, NAME, NOVEMBER, &lines)], |timeline| {
            let failures = timeline.records.iter().skip(1).filter(|record| record.event().is_some());
            failures.map(|record| record.is_explained).collect::<Vec<_>>()
        })
    };
    let explained = |lines: &[&str]| explained_by("2607281843", lines);
    assert_eq!(explained(&["2607281844", "2607281844"]), [true, true]);
    assert_eq!(explained(&["2607281843", "2607281844", "2607281844"]), [true, true, false]);
    assert_eq!(explained(&["2607281845"]), [false]);
    assert_eq!(explained(&["2607281844 another line", "2607281844"]), [false]);
    // These have seconds.
    assert_eq!(explained_by("0728184400", &["0728184403", "0728184404"]), [true, false]);
}

#[test]
fn a_message_goes_on_through_eight_logs() {
    let text = b"0501080000|hw   |4|00|Could not decode cert chain, results 0\n";
    let found = |pieces: usize| {
        let (first, rest) = text.split_at(30);
        let length = rest.len().div_ceil(pieces - 1);
        let pieces = [first].into_iter().chain(rest.chunks(length)).enumerate();
        let logs = pieces.map(|(number, piece)| {
            let name = format!("0004f2000001-app.log.{}", 20 - number);
            Log { digest: digest_of(piece, &Window::default()), ..log(number, &name, NOVEMBER, &[]) }
        });
        look(logs.collect(), |timeline| timeline.events().count())
    };
    assert_eq!((2..=8).map(found).collect::<Vec<_>>(), [1; 7]);
}

/// More logs than are compared each with each other one.
#[test]
fn earlier_uploads_are_left_out_of_many() {
    let stamps: Vec<String> = (0..40).map(|minute| format!("05010800{minute:02}")).collect();
    for text in [" Server certificate verification failed, Untrusted Certificate", " goes on"] {
        let lines: Vec<String> = stamps.iter().map(|stamp| format!("{stamp}{text}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let read = |logs: Vec<Log>| {
            let clock = Clock { window: Window::default(), year: None, now: NOVEMBER.parse().unwrap() };
            join(logs, &clock).logs.iter().map(|log| log.log.path.to_string()).collect::<Vec<_>>()
        };
        // A directory that is named like the log has each upload. The newest one contains those before it.
        let uploads = |newest: &[&str]| {
            let earlier = (2..40).map(|length| (length, &lines[..length]));
            let uploads = earlier.chain([(40, newest)]);
            let name = |number: usize| format!("{NAME}/{number:02}.log");
            let piece = |(number, lines): (usize, &[&str])| Log {
                rotation: Rotation::Piece,
                ..log(number, &name(number), NOVEMBER, lines)
            };
            uploads.map(piece).collect::<Vec<_>>()
        };
        assert_eq!(read(uploads(&lines)), [format!("{NAME}/40.log")], "{text}");
        let other = lines[38].replace("0501", "0502");
        assert_eq!(read(uploads(&[&other])), [format!("{NAME}/39.log"), format!("{NAME}/40.log")], "{text}");
        // Excerpts in other directories.
        let excerpt =
            |number: usize| log(number, &format!("{number:02}/{NAME}"), NOVEMBER, &lines[number..number + 2]);
        let mut logs: Vec<Log> = (0..38).map(excerpt).collect();
        logs.push(log(38, NAME, NOVEMBER, &lines));
        assert_eq!(read(logs), [NAME], "{text}");
    }
}
