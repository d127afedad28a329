//! The order of a phone's logs, and the years of their lines.

use chrono::Datelike;
use phonecert::input::rotation;
use phonecert::log::digest_of;
use phonecert::timeline::{Clock, Log, Timeline, join};
use phonecert::window::Window;

use super::sample::CONNECTION;

pub(super) const NAME: &str = "0004f2a1b2c3-app.log";
pub(super) const NOVEMBER: &str = "2016-11-20T12:00:00";
pub(super) const START: &str = "000010.000 log  |*|00|---------- Initial log entry ----------";

/// A log's path in the folder, its modification time, and its lines: each a stamp, and perhaps a text.
pub(super) type Given<'a> = (&'a str, &'a str, &'a [&'a str]);

pub(super) fn look<T>(logs: &[Given<'_>], read: impl Fn(&Timeline<'_>) -> T) -> T {
    let line = |line: &&str| match line.split_once(' ') {
        Some((stamp, text)) => format!("{stamp}|{text}\n"),
        None => format!("{line}|{CONNECTION}\n"),
    };
    let logs = logs.iter().enumerate().map(|(number, (path, modified, lines))| Log {
        number,
        path: (*path).into(),
        path_within: None,
        rotation: rotation(path.rsplit('/').next().unwrap().as_bytes()),
        modified: Some(modified.parse().unwrap()),
        digest: digest_of(lines.iter().map(line).collect::<String>().as_bytes(), &Window::default()),
    });
    let clock = Clock { window: Window::default(), year: None, now: "2018-12-01T12:00:00".parse().unwrap() };
    let joined = join(logs.collect(), &clock);
    read(&Timeline::new(None, &joined, &clock))
}

/// The years of the dated lines, in order; 0 where a date is not real.
pub(super) fn years(logs: &[Given<'_>]) -> Vec<i32> {
    look(logs, |timeline| {
        let dated = timeline.records.iter().filter(|record| record.entry.is_dated());
        dated.map(|record| record.time.map_or(0, |time| time.year())).collect()
    })
}

pub(super) fn years_of(modified: &str, lines: &[&str]) -> Vec<i32> {
    years(&[(NAME, modified, lines)])
}

/// The logs from the oldest to the newest.
pub(super) fn order(logs: &[Given<'_>]) -> Vec<String> {
    look(logs, |timeline| timeline.logs.iter().map(|log| log.path.replace(NAME, "")).collect())
}

#[test]
fn a_february_29_is_of_a_year_that_has_one() {
    assert_eq!(years_of("2017-03-02T12:00:00", &["0229080000", "0301080000"]), [2016, 2017]);
    assert_eq!(years_of("2015-07-01T12:00:00", &["0228080000", "0229080000"]), [2012, 2012]);
    assert_eq!(years_of("2016-02-27T12:00:00", &["0229080000"]), [2012]);
    assert_eq!(years_of("2016-02-28T12:00:00", &["0229080000"]), [2016]);
}

#[test]
fn december_behind_january_is_of_the_year_before() {
    let end = "2016-12-31T12:00:00";
    assert_eq!(
        years_of("2016-01-02T12:00:00", &["0101000001", "1231235959", "0101000002"]),
        [2016, 2015, 2016]
    );
    assert_eq!(years_of(end, &["0110000000", "1119000000"]), [2016, 2016]);
    assert_eq!(years_of(end, &["0201000000", "1231000000"]), [2016, 2016]);
}

/// A default date shows nothing about the year of the dates before it.
#[test]
fn dates_of_a_clock_that_was_not_set_tell_no_year() {
    let may = "2016-05-20T12:00:00";
    for start in [&[START][..], &["000005.000", "000005.100"]] {
        let lines =
            [&["000010.000", "0501080000", "010000.000"], start, &["0101000010", "0104000010"]].concat();
        assert_eq!(years_of(may, &lines), [2016, 0, 0], "{start:?}");
    }
    assert_eq!(years_of(may, &["000010.000", "0501080000", "0100000000", "0102000010"]), [2016, 0, 0]);
    // One line of another process is no start, so January 1 is a real date.
    let lines = ["000010.000", "0501080000", "000005.000", "0101000010", "0104000010"];
    assert_eq!(years_of(may, &lines), [2015, 2016, 2016]);
    let lines = ["000010.000", "0501080000", "0601080000", START, "0101000010", "0301080000"];
    assert_eq!(years_of("2016-06-20T12:00:00", &lines), [2015, 2015, 0, 2016]);
}

/// The only date of a boot counts, as nothing shows it to be wrong.
#[test]
fn the_only_date_of_a_boot_tells_the_year() {
    let september = "2016-09-10T12:00:00";
    let lines = ["000010.000", "0801080000", START, "0930080000", START, "000020.000"];
    assert_eq!(years_of(september, &lines), [2015, 2015]);
    let lines = ["000010.000", "0801080000", START, "0930080000"];
    assert_eq!(years_of(september, &lines), [2015, 2015]);
    // The next one shows that it was wrong.
    let lines = ["000010.000", "0801080000", START, "0930080000", "0802080000"];
    assert_eq!(years_of(september, &lines), [2016, 0, 2016]);
}

#[test]
fn an_older_log_of_the_chain_is_not_newer_than_any_behind_it() {
    let (oldest, middle) = (format!("{NAME}.2"), format!("{NAME}.1"));
    let years = |between: &[&str]| {
        years(&[
            (&oldest, NOVEMBER, &["0601080000", "0602080000"]),
            (&middle, NOVEMBER, between),
            (NAME, NOVEMBER, &["0501080000", "0502080000"]),
        ])
    };
    assert_eq!(years(&["000010.000"]), [2015, 2015, 2016, 2016]);
    assert_eq!(years(&["0401080000"]), [2015, 2015, 2016, 2016, 2016]);
}

#[test]
fn a_date_in_the_name_bounds_the_year() {
    let name = format!("{NAME}-20130531");
    let of = |modified: &str, line: &str| years(&[(&name, modified, &[line])]);
    assert_eq!(of(NOVEMBER, "0531080000"), [2013]);
    assert_eq!(of(NOVEMBER, "0601235959"), [2013]);
    assert_eq!(of(NOVEMBER, "0602000000"), [2012]);
    assert_eq!(of("2012-06-10T12:00:00", "0531080000"), [2012]);
}

/// A log without dates is placed next to its neighbour in the chain; alone, by its file's time.
#[test]
fn a_log_without_dates_finds_its_place() {
    let (chain, older, oldest) = (format!("a/{NAME}"), format!("a/{NAME}.1"), format!("a/{NAME}.2"));
    let other = format!("b/{NAME}");
    let undated = &["000020.000", "000021.000"];
    let (april, may) = ("2016-04-01T12:00:00", &["0505080000"]);
    assert_eq!(
        order(&[(&older, april, undated), (&chain, NOVEMBER, &["0510080000"]), (&other, NOVEMBER, may)]),
        ["b/", "a/.1", "a/"]
    );
    assert_eq!(
        order(&[
            (&oldest, NOVEMBER, &["0501080000"]),
            (&older, NOVEMBER, undated),
            (&chain, NOVEMBER, &["0510080000"]),
            (&other, NOVEMBER, may)
        ]),
        ["a/.2", "a/.1", "b/", "a/"]
    );
    assert_eq!(order(&[(&chain, april, undated), (&other, NOVEMBER, may)]), ["a/", "b/"]);
    assert_eq!(order(&[(&chain, "2016-11-20T12:00:01", undated), (&other, NOVEMBER, may)]), ["b/", "a/"]);
    // Of files that were copied at one time, the names decide.
    assert_eq!(order(&[(&chain, NOVEMBER, undated), (&other, NOVEMBER, may)]), ["a/", "b/"]);
    assert_eq!(order(&[(&chain, NOVEMBER, may), (&other, NOVEMBER, undated)]), ["a/", "b/"]);
    let (one, last) = (format!("aa/{NAME}"), format!("c/{NAME}"));
    let copied =
        [(&*chain, NOVEMBER, may as &[&str]), (&one, NOVEMBER, &["0510080000"]), (&last, NOVEMBER, undated)];
    assert_eq!(order(&copied), ["a/", "aa/", "c/"]);
}
