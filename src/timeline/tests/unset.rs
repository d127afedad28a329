//! Dates of a clock that was not set, and real ones that look like them.

use super::{BANNER, NAME, NOVEMBER, log, look, times, times_of, years};

#[test]
fn a_default_date_with_its_year_is_not_real() {
    let banner = format!("000010.000 {BANNER}");
    let of = |modified, lines: &[&str]| times(modified, &[&[&*banner][..], lines].concat());
    // Without years, 24 would be a month.
    let [real, next] = ["2024-05-31 08:00:00", "2024-05-31 08:30:00"];
    assert_eq!(of("2024-05-31T09:00:00", &["0001010005", "0001010010", "2405310800"]), ["-", "-", real]);
    assert_eq!(of("2024-05-31T09:00:00", &["0001010005", "0001080005", "2405310800"]), ["-", "-", real]);
    assert_eq!(
        of("2024-05-31T09:00:00", &["0001010005", "0001080006", "2405310800"]),
        ["-", "2000-01-08 00:06:00", real]
    );
    assert_eq!(
        of("2024-05-31T09:00:00", &["0001010100", "2405310800"]),
        ["2000-01-01 01:00:00", real],
        "no default date, an hour after midnight"
    );
    assert_eq!(of("2024-05-31T09:00:00", &["2405310800", "2405310830"]), [real, next]);
    // The file is of that day.
    assert_eq!(of("2024-01-01T09:00:00", &["2401010005", "2401310800"])[0], "2024-01-01 00:05:00");
    assert_eq!(of("2024-01-04T00:05:00", &["2401010005", "2401310800"])[0], "-");
    // The boot before was still writing less than a day earlier.
    let over_new_year =
        |last| of("2024-05-31T09:00:00", &[last, &banner, "2401010005", "2405310800"])[1].clone();
    assert_eq!(over_new_year("2312310006"), "2024-01-01 00:05:00");
    assert_eq!(over_new_year("2312310005"), "-");
}

#[test]
fn a_date_goes_on_from_the_boot_before_within_a_day() {
    let date = |date| {
        let lines = ["0127080000", &format!("000010.000 {BANNER}"), "0101000002", date, "0630080000"];
        times(NOVEMBER, &lines)[2].clone()
    };
    assert_eq!(date("0128075959"), "2026-01-28 07:59:59");
    assert_eq!(date("0128080000"), "-");
    // Without a jump of a day, it is the clock that was not set.
    let near = ["0102080000", &format!("000010.000 {BANNER}"), "0101120000", "0102090000"];
    assert_eq!(times(NOVEMBER, &near)[2], "2026-01-02 09:00:00");
}

#[test]
fn january_1_is_the_default_within_an_hour_after_midnight() {
    let date = |stamp, modified| times(modified, &["000010.000", stamp])[0].clone();
    assert_eq!(date("0101005959", NOVEMBER), "-");
    assert_eq!(date("0101010000", NOVEMBER), "2026-01-01 01:00:00");
    assert_eq!(date("0102000010", NOVEMBER), "2026-01-02 00:00:10");
    // But not where the file is of that day.
    assert_eq!(date("0101000010", "2026-01-03T00:00:10"), "2026-01-01 00:00:10");
    assert_eq!(date("0101000010", "2026-01-03T00:00:11"), "-");
    assert_eq!(date("0101000010", "2025-12-31T10:00:10")[5..], *"01-01 00:00:10");
    assert_eq!(date("0101000010", "2025-12-31T10:00:09"), "-");
}

#[test]
fn january_1_is_real_where_the_boot_before_wrote_that_evening() {
    let after = |last| {
        let banner = format!("000010.000 {BANNER}");
        let lines = ["000010.000", "1225080000", last, &banner, "0101000010"];
        times(NOVEMBER, &lines).pop().unwrap()
    };
    assert_eq!(after("1231000010"), "2026-01-01 00:00:10");
    assert_eq!(after("1231000009"), "-");
}

#[test]
fn january_1_is_the_default_where_the_log_says_within_an_hour_that_the_clock_failed() {
    let banner = format!("000010.000 {BANNER}");
    let dates = |at: &str, last: &str| {
        let failed = format!("{at} Could not load time from time.example.com(time.example.com).");
        let lines = ["000010.000", "1231230000", &banner, "0101000010", &failed, last];
        times("2026-01-02T08:00:00", &lines)
    };
    assert_eq!(dates("0101005959", "0101100000"), ["2025-12-31 23:00:00", "-", "-", "-"]);
    assert_eq!(years(&dates("0101010000", "0101100000")), ["2025", "2026", "2026", "2026"]);
    // A later boot's failure shows nothing about this one.
    let before = ["000010.000", "1231230000", &banner, "0101000010", &banner];
    let failed = "000016.000 Could not load time from time.example.com(time.example.com).";
    let lines = [&before[..], &[failed, "0101100000"]].concat();
    assert_eq!(years(&times("2026-01-02T08:00:00", &lines)), ["2025", "2026", "2026"]);
}

#[test]
fn january_1_is_the_default_all_day_where_the_log_says_before_it_that_the_clock_failed() {
    let failed = |at| format!("{at} Could not load time from time.example.com(time.example.com).");
    let dates = |modified, lines: &[&str]| {
        let failed = failed("000017.000");
        let lines = [&["000010.000", failed.as_str()], lines].concat();
        times(modified, &lines)[0].clone()
    };
    assert_eq!(dates(NOVEMBER, &["0101010000"]), "-");
    assert_eq!(dates(NOVEMBER, &["0101235959"]), "-");
    assert_eq!(dates(NOVEMBER, &["0102000000"]), "2026-01-02 00:00:00");
    // A real date of January would be months later than the boot before.
    let after_a_boot = |date| {
        let (banner, failed) = (format!("000010.000 {BANNER}"), failed("000017.000"));
        times(NOVEMBER, &["000010.000", "0610080000", &banner, &failed, date])[1].clone()
    };
    assert_eq!(after_a_boot("0108235959"), "-");
    assert_eq!(after_a_boot("0109000000"), "2026-01-09 00:00:00");
    let at_the_date = [failed("0101050000"), "0101060000".to_owned()];
    assert_eq!(times(NOVEMBER, &["000010.000", &at_the_date[0], &at_the_date[1]]), ["-", "-"]);
    assert_eq!(years(&times(NOVEMBER, &["000010.000", "0101040000", &at_the_date[0]])), ["2026", "2026"]);
    // The uptime of a later line shows how much time can have passed.
    assert_eq!(dates(NOVEMBER, &["0101010000", "005958.000", "0101020000"]), "-");
    assert_eq!(dates(NOVEMBER, &["0101010000", "005957.999", "0101020000"]), "2026-01-01 01:00:00");
    // The dates go on to the day of the file.
    let reaches = |modified, next| dates(modified, &["0101010000", next]);
    assert_eq!(reaches("2026-01-08T10:00:00", "0108010000"), "2026-01-01 01:00:00");
    assert_eq!(reaches("2026-01-09T10:00:00", "0109010000"), "-");
    assert_eq!(reaches("2026-01-10T01:00:00", "0108010000"), "2026-01-01 01:00:00");
    assert_eq!(reaches("2026-01-10T01:00:01", "0108010000"), "-");
}

#[test]
fn a_clock_that_fails_in_one_log_is_not_set_in_the_next() {
    let failed = "000017.000 Could not load time from time.example.com(time.example.com).";
    let older = log(0, "0004f2000001-app.log.1", NOVEMBER, &["000010.000", failed]);
    assert_eq!(times_of(vec![older, log(1, NAME, NOVEMBER, &["0101010000", "0101020000"])]), ["-", "-"]);
}

#[test]
fn a_date_that_is_real_by_its_file_is_of_the_files_year() {
    let banner = format!("000010.000 {BANNER}");
    let dates = |modified, first, next| {
        years(&times(modified, &["000010.000", "1223080000", &banner, first, next])).join(" ")
    };
    assert_eq!(dates("2026-01-26T11:00:00", "0101000010", "0126080000"), "2025 - 2026");
    assert_eq!(dates("2026-01-01T11:00:00", "0101000010", "0101080000"), "2025 2026 2026");
    // The file can be a copy.
    assert_eq!(dates("2026-02-26T08:00:00", "0101000010", "0126080000"), "2025 - 2026");
    assert_eq!(dates("2026-02-26T08:00:01", "0101000010", "0126080000"), "2025 - -");
    // But not where the log says that the clock failed, and the phone can have written nothing for a week.
    let failed = "0101000010 Could not load time from time.example.com(time.example.com).";
    assert_eq!(dates("2026-02-26T08:00:00", failed, "0126080000"), "2025 - 2026");
    assert_eq!(dates("2026-02-26T08:00:01", failed, "0126080000"), "2025 - -");
    assert_eq!(dates("2026-02-09T00:00:10", failed, "0109000010"), "2025 - 2026");
    assert_eq!(dates("2026-02-09T00:00:09", failed, "0109000009"), "2025 - -");
    assert_eq!(dates("2026-01-11T00:00:09", failed, "0109000009"), "2025 - 2026");
}

#[test]
fn a_log_from_january_1_on_without_a_start_has_real_dates() {
    let last = |january: &[&str]| {
        let february = log(0, &format!("b/{NAME}"), NOVEMBER, &["0201080000", "0205080000"]);
        let january = log(1, &format!("c/{NAME}"), NOVEMBER, january);
        look(vec![february, january], |timeline| timeline.logs.last().unwrap().path[..1].to_owned())
    };
    assert_eq!(last(&["0101080000", "0104080000"]), "b");
    assert_eq!(last(&["0101080000", "0101090000"]), "b");
    assert_eq!(last(&["000010.000", "0101000010", "0104080000"]), "c");
}

#[test]
fn a_clock_that_is_not_set_goes_on_for_a_week() {
    let dates = |later: &[&str]| times(NOVEMBER, &[&["000010.000", "0101000010"], later].concat());
    assert_eq!(dates(&["0108000000", "0115000000", "0122000000", "0129000000", "0205000000"]), ["-"; 6]);
    assert_eq!(dates(&["0101000020", "0109000019"]), ["-"; 3]);
    assert_eq!(dates(&["0101000020", "0109000020"])[2], "2026-01-09 00:00:20");
    assert_eq!(dates(&["0131000000", "0208000000"])[2], "2026-02-08 00:00:00");
    // One date does not show how often the phone writes, but in January only.
    assert_eq!(dates(&["0131000000"]), ["-"; 2]);
    assert_eq!(dates(&["0201000000"])[1], "2026-02-01 00:00:00");
}

#[test]
fn a_copy_of_a_failed_clocks_log_can_have_real_dates_after_two_default_dates() {
    let failed = "000017.000 Could not load time from time.example.com(time.example.com).";
    let banner = format!("000010.000 {BANNER}");
    let last = |modified, before: &[&str], second| {
        let boot = [&banner[..], failed, "0101000010", second, "0104080000"];
        times(modified, &[before, &boot].concat()).pop()
    };
    let real = Some("2026-01-04 08:00:00".to_owned());
    let unset = Some("-".to_owned());
    // A phone that had the time before its restart gets it again.
    let dates = |modified, second| last(modified, &["000010.000", "1120080000"], second);
    assert_eq!(dates("2026-02-04T08:00:00", "0101005959"), real);
    assert_eq!(dates("2026-02-04T08:00:01", "0101005959"), unset);
    assert_eq!(dates("2026-02-04T08:00:00", "0101010000"), unset);
    assert_eq!(dates("2026-02-04T08:00:00", "0101000010"), unset);
    // Of another one, the file must be of that week.
    let dates = |modified, second| last(modified, &[], second);
    assert_eq!(dates("2026-01-11T08:00:00", "0101005959"), real);
    assert_eq!(dates("2026-01-11T08:00:01", "0101005959"), unset);
}

#[test]
fn a_clock_is_set_where_the_boot_before_ended_between_its_dates_and_the_file_is_of_that_day() {
    let dates = |modified, end, last| {
        let banner = format!("000010.000 {BANNER}");
        let failed = "000017.000 Could not load time from time.example.com(time.example.com).";
        times(modified, &["000010.000", end, &banner, failed, "0101000014", last])[2].clone()
    };
    assert_eq!(dates("2026-01-01T11:35:05", "0101055839", "0101113405"), "2026-01-01 11:34:05");
    assert_eq!(dates("2026-01-01T11:35:05", "0101113406", "0101113405"), "-");
    assert_eq!(dates("2026-01-03T11:34:05", "0101055839", "0101113405"), "2026-01-01 11:34:05");
    assert_eq!(dates("2026-01-03T11:34:06", "0101055839", "0101113405"), "-");
    // Both dates can be real where the boot before ended in December.
    assert_eq!(dates("2026-01-01T11:35:05", "1231235839", "0101113405"), "-");
}

#[test]
fn dates_of_january_that_december_follows_are_not_real() {
    let banner = format!("000010.000 {BANNER}");
    let failed = "000017.000 Could not load time from time.example.com(time.example.com).";
    let dates = |lines: &[&str]| {
        let lines = [&["000010.000", "1231094415", &banner], lines].concat();
        years(&times("2020-12-31T23:59:59", &lines)).join(" ")
    };
    assert_eq!(dates(&[failed, "0101013812", "0101065420", "1231164009"]), "2020 - - 2020");
    assert_eq!(dates(&[failed, "0101013812", "0101065420", "0101164009"]), "2020 2021 2021 2021");
    // Lines of several processes can be out of order at midnight: such a date is not a default date.
    assert_eq!(dates(&["0101000010", "1231230009"]), "2020 - 2020");
    assert_eq!(dates(&["0101000010", "1231230010", "0101000020"]), "2020 ? 2020 2021");
}

#[test]
fn the_first_days_of_january_are_of_the_year_after_december_only_where_a_zone_explains_it() {
    let dates = |january, december| {
        years(&times("2020-12-31T23:59:59", &[january, december, "1231235959"])).join(" ")
    };
    assert_eq!(dates("0101020010", "1231120010"), "2021 2020 2020");
    assert_eq!(dates("0101020010", "1231120009"), "2020 2020 2020");
    assert_eq!(dates("0108235959", "1231120009"), "2020 2020 2020");
    assert_eq!(dates("0109000000", "1231120009"), "2021 2020 2020");
}

#[test]
fn a_clock_that_failed_puts_no_part_of_a_file_before_another() {
    let banner = format!("000010.000 {BANNER}");
    let failed = "0101000010 Could not load time from time.example.com(time.example.com).";
    let first = |start, last| {
        let lines = ["0102070637", &banner, "1229160942", last, &banner, start, "0101005642"];
        times(NOVEMBER, &lines)[0][5..].to_owned()
    };
    assert_eq!(first(failed, "1231160942"), "01-02 07:06:37");
    assert_eq!(first("0101000010", "1230160942"), "01-02 07:06:37");
    assert_eq!(first("0101000010", "1231160942"), "12-29 16:09:42");
}

#[test]
fn a_file_is_not_joined_newest_first_because_a_failed_clock_shows_january_2() {
    let banner = format!("000010.000 {BANNER}");
    let failed = "000017.000 Could not load time from time.example.com(time.example.com).";
    let last = |between| {
        let lines = ["000010.000", "0115080000", "0115100000", &banner, between, "0102010000", "0102015000"];
        times("2025-01-16T12:50:00", &lines).pop().unwrap()
    };
    assert_eq!(last(failed), "-");
    assert_eq!(last("000017.000"), "2025-01-15 10:00:00");
}

#[test]
fn a_clock_that_failed_in_silence_moves_no_older_log_of_the_chain() {
    let older = log(0, "0004f2000001-app.log.1", "2026-07-07T10:58:08", &["0707090023", "0707105708"]);
    let failed = "000026.702 Could not load time from time.example.com(time.example.com).";
    let (first, next) = (format!("000018.769 {BANNER}"), format!("000015.728 {BANNER}"));
    let lines = [
        "0707113128",
        &first,
        failed,
        "0101010500",
        "0101015500",
        "000015.727",
        &next,
        "0707140403",
        "0707142903",
    ];
    let times = times_of(vec![older, log(1, NAME, "2026-07-07T14:30:03", &lines)]);
    assert_eq!(years(&times).join(" "), "2026 2026 2026 - - 2026 2026");
}

#[test]
fn a_log_goes_on_from_an_unset_clock_of_another_directory_by_its_files_time() {
    let last = |changed: &str, first: &str| {
        let logs = [
            ("a/", "2026-07-10T09:00:00", ["0710080000", "0710090000"]),
            ("b/", "2026-09-10T04:00:00", ["000010.000", "0101000010"]),
            ("c/", changed, [first, "0102000010"]),
        ];
        let logs = logs.iter().enumerate();
        let logs = logs.map(|(number, (directory, time, lines))| {
            log(number, &format!("{directory}{NAME}"), time, lines)
        });
        look(logs.collect(), |timeline| timeline.logs.last().unwrap().path[..1].to_owned())
    };
    assert_eq!(last("2026-09-13T04:00:00", "0102000000"), "c");
    assert_eq!(last("2026-09-13T04:00:01", "0102000000"), "b");
    // Dates of December can't go on from it.
    assert_eq!(last("2026-09-11T04:00:00", "1231000000"), "b");
}

#[test]
fn uptime_that_goes_on_sets_no_clock() {
    let banner = format!("000010.000 {BANNER}");
    let dates = |uptime, next| {
        let lines = ["0909080000", &banner, "0101000012", "001200.000", uptime, next, "0103080000"];
        times(NOVEMBER, &lines)
    };
    assert_eq!(dates("001158.000", "001158.000"), ["2026-09-09 08:00:00", "-", "-"]);
    assert_eq!(dates("001157.000", "001157.000")[2], "2026-01-03 08:00:00");
    // The lines that a phone writes only when it starts show a start.
    let platform = "000012.001 Platform: Model=VVX 500";
    let start =
        ["000010.000", "0909080000", "0909090000", "000012.000", platform, "0101000012", "0103080000"];
    assert_eq!(times(NOVEMBER, &start), ["2026-09-09 08:00:00", "2026-09-09 09:00:00", "-", "-"]);
}

#[test]
fn a_clock_stays_unset_in_the_next_log_of_the_chain() {
    let end = format!("000010.000 {BANNER}");
    let older = log(0, "0004f2000001-app.log.1", NOVEMBER, &["0525080000", &end, "0101000010", "0101010030"]);
    let newer = log(1, NAME, NOVEMBER, &["0101011230", "0101031230", &end, "0526080000"]);
    assert_eq!(times_of(vec![older, newer])[..5], ["2026-05-25 08:00:00", "-", "-", "-", "-"]);
}
