//! The meaning of the ten digits of stamps, and their year.

use super::order::{NAME, NOVEMBER, START, look, order, years, years_of};

/// The times of the lines that have one.
fn times(modified: &str, lines: &[&str]) -> Vec<String> {
    look(&[(NAME, modified, lines)], |timeline| {
        let times = timeline.records.iter().map(|record| record.time);
        times.map(|time| time.map(|time| time.to_string()).unwrap_or_default()).collect()
    })
}

#[test]
fn digits_that_are_dates_of_one_type_alone_tell_it() {
    // With any modification time.
    for modified in [NOVEMBER, "2016-05-14T12:00:00", "2003-01-01T12:00:00"] {
        assert_eq!(times(modified, &["1605130800", "000010.000"]), ["2016-05-13 08:00:00", ""], "{modified}");
        assert_eq!(times(modified, &["1205130800", "1605130800"])[0], "2012-05-13 08:00:00", "{modified}");
    }
    assert_eq!(times(NOVEMBER, &["0501083059"]), ["2016-05-01 08:30:59"]);
    // Where both are in one log, the stamps have no year.
    assert_eq!(times(NOVEMBER, &["1605130800", "0501083059"]), ["", "2016-05-01 08:30:59"]);
    assert_eq!(times(NOVEMBER, &["0501083059", "1605130800"]), ["2016-05-01 08:30:59", ""]);
}

/// May 3 without a year, or March 19 of 2005; April 4 of 2004 by both meanings.
#[test]
fn digits_that_are_dates_of_both_types_have_years_where_these_are_the_files() {
    assert_eq!(times("2005-03-20T12:00:00", &["0503191308"]), ["2005-03-19 13:08:00"]);
    assert_eq!(times("2005-05-04T12:00:00", &["0503191308"]), ["2005-05-03 19:13:08"]);
    assert_eq!(times("2004-04-05T12:00:00", &["0404040404"]), ["2004-04-04 04:04:04"]);
    assert_eq!(times("2005-04-05T12:00:00", &["0404040404"]), ["2005-04-04 04:04:04"]);
}

#[test]
fn the_newest_line_can_be_of_the_year_after_the_files() {
    assert_eq!(years_of("2015-12-31T12:00:00", &["1231080000", "0101080000"]), [2015, 2016]);
    assert_eq!(years_of("2015-12-31T07:59:59", &["1231070000", "0101080000"]), [2014, 2015]);
}

#[test]
fn a_february_29_behind_the_turn_of_a_year_is_of_a_year_that_has_one() {
    let june = "2017-06-01T12:00:00";
    assert_eq!(years_of(june, &["1201080000", "0229080000", "0301080000"]), [2015, 2016, 2016]);
    assert_eq!(years_of(june, &["0229080000", "1201080000", "0301080000"]), [2016, 2016, 2017]);
    assert_eq!(
        years_of("2018-06-01T12:00:00", &["0229080000", "1201080000", "0301080000"]),
        [2016, 2016, 2017]
    );
}

/// From January 1 on, a clock that was not set shows dates of January.
#[test]
fn a_log_of_january_dates_alone_goes_by_its_files_time() {
    let other = format!("b/{NAME}");
    let name = format!("a/{NAME}");
    let is_first = |modified: &str, lines: &[&str]| {
        order(&[(&name, modified, lines), (&other, NOVEMBER, &["1001080000"])]) == ["a/", "b/"]
    };
    // Without a start, dates from January 1 on are real.
    assert!(is_first(NOVEMBER, &["0101080000", "0103080000"]));
    assert!(is_first(NOVEMBER, &["0101080000", "0104075959"]));
    assert!(!is_first("2016-11-20T12:00:01", &["000010.000", "0101000010", "0131080000"]));
    assert!(is_first(NOVEMBER, &["0101080000", "0104080000"]));
    // Dates of the file's own days are real.
    assert!(is_first("2016-01-04T12:00:00", &["0101080000", "0103080000"]));
    // Other dates are real too.
    for lines in [
        ["0102080000", "0103080000"],
        ["0115080000", "0116080000"],
        ["0101080000", "0201080000"],
        ["0201080000", "0131080000"],
        ["0301080000", "0316080000"],
    ] {
        assert!(is_first(NOVEMBER, &lines), "{lines:?}");
    }
    assert!(is_first(NOVEMBER, &["0101080000", "0601080000", "0105080000"]));
}

/// The boot before was writing at that time of New Year's Day, or later.
#[test]
fn january_1_is_real_where_it_goes_on_from_the_boot_before() {
    let last = |before: &str| {
        let lines = ["000010.000", "1225080000", "1231230000", before, START, "0101000010"];
        times(NOVEMBER, &lines).pop().unwrap()
    };
    assert_eq!(last("0101000009"), "2016-01-01 00:00:10");
    assert_eq!(last("0101000010"), "2016-01-01 00:00:10");
    assert_eq!(last("0101000011"), "");
}

#[test]
fn a_log_of_an_older_year_stands_before_what_is_newer_in_its_chain() {
    let older = format!("{NAME}.1");
    // A clock that is corrected goes back by less than 26 hours.
    let chain = |older_last: &str, newer: &[&str]| {
        years(&[(&older, NOVEMBER, &["0501070000", older_last]), (NAME, NOVEMBER, newer)])
    };
    assert_eq!(chain("0502100000", &["0501080000"]), [2016, 2016, 2016]);
    assert_eq!(chain("0502100001", &["0501080000"]), [2015, 2015, 2016]);
}
