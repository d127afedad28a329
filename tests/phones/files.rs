//! Runs the program on one large log, on many threads or as a stream, and on phones that fail on one day.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::sample::{CONNECTION, EMPTY_1, EMPTY_2, KEY_REFUSED, UNTRUSTED, boot};
use super::tree;

/// A log of several chunks: boots, failures, wrapped messages, and many irrelevant lines.
fn large() -> String {
    let mut log = String::new();
    let mut second = 0_u64;
    while log.len() < 5 << 20 {
        let day = second / 86_400;
        let stamp = |second: u64| {
            let (month, day, second) = (1 + day / 28, 1 + day % 28, second % 86_400);
            format!("{month:02}{day:02}{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
        };
        if second.is_multiple_of(9_973) {
            log += &boot(&[EMPTY_1, EMPTY_2]);
        }
        match second % 1_009 {
            17 => log += &format!("{}|{KEY_REFUSED}\n", stamp(second)),
            313 => log += &format!("{0}|{UNTRUSTED}\n{0}|{CONNECTION}\n", stamp(second)),
            800 => {
                let cut = "tls  |4|00|Device credential invalid: Cert is not proper in the\ncertificate";
                log += &format!("{}|{cut}\n", stamp(second));
            }
            _ => log += &format!("{}|sip  |3|{:02}|stream {second} ended\n", stamp(second), second / 40_000),
        }
        second += 1;
    }
    log
}

#[test]
fn a_large_log_is_told_alike_on_any_threads_and_as_a_stream() {
    let log = large();
    let folder = tempfile::tempdir().unwrap();
    let name = "0004f2a1b2c3-app.log";
    tree::write(folder.path(), &format!("plain/{name}"), log.as_bytes(), tree::TIME);
    tree::write(folder.path(), &format!("packed/{name}.gz"), &tree::gzip(log.as_bytes()), tree::TIME);
    let answer = |path: &str, threads: &str| {
        let answer = tree::json(folder.path(), &["scan", path, "--format", "json", "--threads", threads]);
        (tree::devices(&answer), answer["scanned"].clone())
    };
    let one = answer("plain", "1");
    assert_eq!(one.1["lines"], log.lines().count());
    assert!(one.0[0]["boots"].as_u64() > Some(5));
    assert_eq!(answer("plain", "2"), one);
    assert_eq!(answer("plain", "5"), one);
    assert_eq!(answer("packed", "2"), one);
}

#[test]
fn two_copies_under_one_path_of_an_archive_both_count() {
    let members = [(10, ""), (11, ".txt"), (12, ".txt")].map(|(hour, ending)| {
        let log = format!("0531{hour}0000|sip  |3|00|x\n0531{hour}0100|{UNTRUSTED}\n");
        (format!("0004f2a1b2c3-app.log{ending}"), log)
    });
    let folder = tempfile::tempdir().unwrap();
    tree::write(folder.path(), "logs.tar", &tree::tar(&members), tree::TIME);
    assert_eq!(tree::scanned(folder.path(), &[])["scanned"]["events"], 3);
}

/// The result for a fleet in which phones began to distrust a server at these times, in hours. The log of each begins
/// this number of seconds before.
fn began_together(hours: &[(i64, i64)]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let begin: NaiveDateTime = "2016-02-01T00:00:00".parse().unwrap();
    for (number, (hour, before)) in hours.iter().enumerate() {
        let failure = begin + TimeDelta::hours(*hour);
        let stamp = |time: NaiveDateTime| time.format("%m%d%H%M%S").to_string();
        let log = format!(
            "{}|sip  |3|00|x\n{}|{UNTRUSTED}\n",
            stamp(failure - TimeDelta::seconds(*before)),
            stamp(failure)
        );
        tree::write(folder.path(), &format!("0004f2a0{number:04x}-app.log"), log.as_bytes(), tree::TIME);
    }
    tree::scanned(folder.path(), &[])["fleet"].clone()
}

const DAY: i64 = 86_400;

#[test]
fn a_third_of_the_phones_and_five_at_least_began_on_one_day() {
    let together = |count: usize| vec![(0, DAY); count];
    // Two days apart from each other.
    let apart = |count: i64| (1..=count).map(|number| (48 * number, DAY)).collect::<Vec<_>>();
    let told =
        |phones: u64, of: u64| json!([{"code": "TLS001", "day": "2016-02-01", "phones": phones, "of": of}]);
    assert_eq!(began_together(&together(4)), json!([]));
    assert_eq!(began_together(&together(5)), told(5, 5));
    assert_eq!(began_together(&[together(5), apart(10)].concat()), told(5, 15));
    assert_eq!(began_together(&[together(5), apart(11)].concat()), json!([]));
}

#[test]
fn a_log_that_begins_less_than_a_day_before_does_not_tell_when_it_began() {
    let mut phones = vec![(0, DAY); 5];
    phones[2].1 = DAY - 1;
    assert_eq!(began_together(&phones), json!([]));
}

#[test]
fn a_day_has_twenty_four_hours() {
    let mut phones = vec![(0, DAY); 5];
    phones[4].0 = 24;
    assert_eq!(began_together(&phones)[0]["phones"], 5);
    phones[4].0 = 25;
    assert_eq!(began_together(&phones), json!([]));
}
