//! The times and boots of all known messages, including those that are folded into one entry.

use phonecert::digest::MAX_ENTRIES;
use phonecert::stamp::stamp;
use phonecert::timeline::EventDates;
use phonecert::window::Window;

use super::overlaps::failed;
use super::sample::{File, UNTRUSTED, found, joined, state, told};

const START: &str = "000010.000|log  |*|00|---------- Initial log entry ----------\n";

/// More failures than are kept as entries of their own.
const MANY: u32 = MAX_ENTRIES as u32 + 76;

/// This number of refusals, from this second of this day on.
fn refusals(day: &str, from: u32, count: u32) -> String {
    let at = |second: u32| format!("{day}{:02}{:02}{:02}", second / 3_600, second / 60 % 60, second % 60);
    (from..from + count).map(|second| format!("{}|{UNTRUSTED}\n", at(second))).collect()
}

/// The time and the boot that `events` shows for a message, kept or folded.
fn dated(files: &[File], window: Window, file: usize, line: usize) -> Option<(String, usize)> {
    let (joined, clock) = joined(files, window);
    let dates = EventDates::new(&joined, &clock);
    let number = line as u64;
    let kept = dates.of_file(file).find(|event| event.line == number).map(|event| (event.time, event.boot));
    let text = String::from_utf8(files[joined.number(file)].bytes.clone()).unwrap();
    let stamp =
        text.lines().nth(line - 1).and_then(|line| stamp(line.as_bytes()).ok()).map(|(_, stamp)| stamp);
    let (time, boot) = kept.or_else(|| dates.of_folded(&joined, file, number, stamp))?;
    Some((time.map(|time| time.to_string()).unwrap_or_default(), boot))
}

fn dated_in(log: &str, line: usize) -> Option<(String, usize)> {
    dated(&[File::new("", log.as_bytes())], Window::default(), 0, line)
}

fn at(time: &str, boot: usize) -> Option<(String, usize)> {
    Some((time.to_owned(), boot))
}

#[test]
fn a_message_that_was_folded_has_its_time_and_its_boot() {
    let log = START.to_owned() + &refusals("0501", 0, MANY) + START + &refusals("0502", 0, MANY);
    let second = MANY as usize + 2;
    assert_eq!(dated_in(&log, 1), at("", 0));
    assert_eq!(dated_in(&log, 2), at("2016-05-01 00:00:00", 0));
    assert_eq!(dated_in(&log, 502), at("2016-05-01 00:08:20", 0));
    assert_eq!(dated_in(&log, second - 1), at("2016-05-01 02:17:47", 0));
    assert_eq!(dated_in(&log, second + 501), at("2016-05-02 00:08:20", 1));
    // Without a date, with an unset clock, and with a default date.
    let uptime: String = (0..MANY).map(|n| format!("{:06}.000|{UNTRUSTED}\n", 100 + n % 60)).collect();
    assert_eq!(dated_in(&(START.to_owned() + &uptime), 502), at("", 0));
    let unset = START.to_owned() + &refusals("0101", 0, MANY) + &failed("0501080000", 1);
    assert_eq!(dated_in(&unset, 502), at("", 0));
    assert_eq!(dated_in(&unset, MANY as usize + 2), at("2016-05-01 08:00:00", 0));
}

/// Of messages that are folded, only the first and the last have their year kept.
#[test]
fn the_year_turns_within_folded_messages() {
    let log = refusals("1231", 86_400 - 700, 700) + &refusals("0101", 0, 700) + &failed("0102080000", 1);
    assert_eq!(dated_in(&log, 1), at("2015-12-31 23:48:20", 0));
    assert_eq!(dated_in(&log, 500), at("2015-12-31 23:56:39", 0));
    assert_eq!(dated_in(&log, 1_000), at("2016-01-01 00:04:59", 0));
    let told = told(&[File::new("", log.as_bytes())]);
    let evidence = found(&told, "TLS001").unwrap()["evidence"].as_array().unwrap();
    let times: Vec<&str> = evidence.iter().map(|line| line["time"].as_str().unwrap()).collect();
    assert_eq!(
        times,
        [
            "2015-12-31T23:48:20",
            "2015-12-31T23:48:21",
            "2015-12-31T23:48:22",
            "2016-01-01T00:11:37",
            "2016-01-01T00:11:38",
            "2016-01-01T00:11:39"
        ]
    );
}

/// Two kinds of failures in turn, each a line every hour: the log is of one year.
#[test]
fn messages_of_months_are_folded_and_keep_their_year() {
    let day = |day: u32| format!("{:02}{:02}", 3 + day / 28, 1 + day % 28);
    let hour = |hour: u32| format!("{}{:02}", day(hour / 24), hour % 24);
    let pair = |n: u32| format!("{}0000|{UNTRUSTED}\n", hour(n)) + &failed(&format!("{}0010", hour(n)), 1);
    let log: String = (0..100 * 24).map(pair).collect();
    let told = told(&[File::new("", log.as_bytes())]);
    assert_eq!(state(&told, "TLS001"), Some(("active".to_owned(), 2_400)));
    assert_eq!(found(&told, "TLS001").unwrap()["first_seen"], "2016-03-01T00:00:00");
    assert_eq!(found(&told, "TLS002").unwrap()["last_seen"], "2016-06-16T23:00:10");
    assert_eq!(
        dated_in(&log, 4_001),
        at("2016-05-28T08:00:00", 0).map(|(time, boot)| (time.replace('T', " "), boot))
    );
}

#[test]
fn what_is_folded_counts_where_it_stands_in_no_other_log_and_in_the_window() {
    let older = refusals("0501", 0, 100);
    let newer = refusals("0501", 50, MANY);
    let files = [File::new(".1", older.as_bytes()), File::new("", newer.as_bytes())];
    assert_eq!(dated(&files, Window::default(), 0, 60), at("2016-05-01 00:00:59", 0));
    assert_eq!(dated(&files, Window::default(), 1, 500), at("2016-05-01 00:09:09", 0));
    // A log that was not folded has no other messages than those that were kept.
    let (joined, clock) = joined(&files[..1], Window::default());
    let dates = EventDates::new(&joined, &clock);
    assert_eq!(dates.of_folded(&joined, 0, 200, None), None);
    let time = |text: &str| text.parse().ok();
    let log = refusals("0501", 0, MANY) + &refusals("0502", 0, MANY);
    let within = |since: Option<&str>, until: Option<&str>, line: usize| {
        let window = Window { since: since.and_then(time), until: until.and_then(time) };
        dated(&[File::new("", log.as_bytes())], window, 0, line).is_some()
    };
    assert!(within(Some("2016-05-01T00:08:20"), None, 501));
    assert!(!within(Some("2016-05-01T00:08:21"), None, 501));
    assert!(within(None, Some("2016-05-01T00:08:20"), 501));
    assert!(!within(None, Some("2016-05-01T00:08:19"), 501));
}

/// A February 29 that is folded shows the year, too.
#[test]
fn a_leap_day_among_folded_messages_tells_the_year() {
    for log in [
        refusals("0228", 0, 700) + &refusals("0229", 0, 700) + &failed("0301080000", 1),
        refusals("0229", 0, MANY) + &failed("0301080000", 1),
    ] {
        let file = File { modified: "2015-06-01T12:00:00".parse().unwrap(), ..File::new("", log.as_bytes()) };
        assert_eq!(found(&told(&[file]), "TLS002").unwrap()["last_seen"], "2012-03-01T08:00:00");
    }
}

/// Dropped messages are listed too, in the first known boot.
#[test]
fn a_message_that_was_dropped_has_its_time() {
    let starts = |day: &str, count: usize| -> String {
        let at = |n: usize| format!("{day}{:02}{:02}{:02}", n / 3_600, n / 60 % 60, n % 60);
        (0..count).map(|n| START.replace("000010.000", &at(n))).collect()
    };
    let log = starts("1231", 150) + &starts("0102", MAX_ENTRIES);
    assert_eq!(dated_in(&log, 151), at("2016-01-02 00:00:00", 0));
    assert_eq!(dated_in(&log, 152), at("2016-01-02 00:00:01", 1));
    assert_eq!(dated_in(&log, 150), at("2015-12-31 00:02:29", 0));
    assert_eq!(dated_in(&log, 1), at("2015-12-31 00:00:00", 0));
    // Except for the rest of a message of the log before.
    let log = "led error -1\n".to_owned() + &log;
    let cut = "0430080000|sip  |4|00|MakeTlsConnection: connection fai";
    let files = [File::new(".1", cut.as_bytes()), File::new("", log.as_bytes())];
    assert_eq!(dated(&files, Window::default(), 1, 1), None);
    assert!(dated(&files, Window::default(), 1, 2).is_some());
}
