//! Which dates are default dates of a clock that was not set, and which were wrong until they were corrected.

use super::order::{NAME, NOVEMBER, look};

const BANNER: &str = "log  |*|00|---------- Initial log entry ----------";
const FAILED: &str = "so   |4|00|Could not load time from ntp.example.com";

/// The times of the dated lines; `-` for a default date, `?` for a wrong one.
fn times(modified: &str, all: &[&str]) -> Vec<String> {
    look(&[(NAME, modified, all)], |timeline| {
        let dated = timeline.records.iter().filter(|record| record.entry.is_dated());
        let shown = dated.map(|record| match record.time {
            Some(time) => time.format("%m-%d %H:%M").to_string(),
            None if record.is_unset => "-".to_owned(),
            None if record.is_wrong => "?".to_owned(),
            None => String::new(),
        });
        shown.collect()
    })
}

fn banner(stamp: &str) -> String {
    format!("{stamp} {BANNER}")
}

/// The log's own messages have precedence over the file's time.
#[test]
fn a_time_server_that_failed_makes_a_default_date_of_the_files_own() {
    let own = "2016-01-02T08:00:00";
    let failed = format!("000010.000 {FAILED}");
    assert_eq!(times(own, &["000010.000", "000011.000", "0101000010"]), ["01-01 00:00"]);
    assert_eq!(times(own, &[&failed, "000011.000", "0101000010"]), ["-"]);
    // The boot continues for a day; then the file's day counts.
    assert_eq!(times(own, &[&failed, "0101000010", "0101000110"]), ["-", "-"]);
    assert_eq!(times(own, &[&failed, "0101000010", "0102000009"]), ["-", "-"]);
    assert_eq!(times(own, &[&failed, "0101000010", "0102000010"]), ["-", "01-02 00:00"]);
    assert_eq!(times(NOVEMBER, &["000010.000", "0101000010", "0102000010"]), ["-", "-"]);
}

#[test]
fn a_boot_begins_with_uptime_or_with_its_banner() {
    let dated = banner("0101000010");
    assert_eq!(times(NOVEMBER, &["0501080000", &dated, "0101000020"]), ["05-01 08:00", "-", "-"]);
    let restarted = ["000010.000", "0501080000", "010000.000", "000005.000", "000005.100", "0101000010"];
    assert_eq!(times(NOVEMBER, &restarted), ["05-01 08:00", "-"]);
    // Within a boot, January 1 is a date.
    assert_eq!(
        times("2016-01-20T12:00:00", &["000010.000", "1231230000", "0101000010"]),
        ["12-31 23:00", "01-01 00:00"]
    );
}

/// An earlier boot than the one before counts too, also if it does not end with a date.
#[test]
fn a_boot_after_one_that_wrote_on_new_years_eve_has_the_date() {
    let start = banner("000010.000");
    for between in [&[][..], &["040010.000"], &["040010.000", &start, "000020.000"]] {
        let lines = [&["000010.000", "1225080000", "1231200000"], between, &[&start, "0101000010"]].concat();
        assert_eq!(times(NOVEMBER, &lines)[2], "01-01 00:00", "{between:?}");
    }
    let lines = ["000010.000", "1225080000", "1229200000", &start, "0101000010"];
    assert_eq!(times(NOVEMBER, &lines)[2], "-");
}

#[test]
fn day_0_is_no_date_and_what_goes_on_from_it_is_made_up() {
    assert_eq!(
        times(NOVEMBER, &["000010.000", "0100000000", "0102030405", "0501080000"]),
        ["-", "-", "05-01 08:00"]
    );
    assert_eq!(
        times(NOVEMBER, &["000010.000", "0501080000", "0100000000", "0102030405"]),
        ["05-01 08:00", "-", "-"]
    );
}

/// An hour counts from the first date, not from the start.
#[test]
fn a_wrong_date_is_put_right_within_an_hour_of_the_first() {
    let wrong = |last: &str| times(NOVEMBER, &["000010.000", "005010.000", "0510080000", last, "0501100000"]);
    assert_eq!(wrong("0510083000"), ["?", "?", "05-01 10:00"]);
    assert_eq!(wrong("0510090001")[..2], ["05-10 08:00", "05-10 09:00"]);
}
