//! Where boots begin, and how much time passes in them.

use super::*;

/// How long the last boot lasted, in seconds.
fn elapsed(modified: &str, lines: &[&str]) -> u64 {
    look(vec![log(0, NAME, modified, lines)], |timeline| {
        timeline.records.last().unwrap().elapsed_at_last / 1_000
    })
}

#[test]
fn a_jump_within_an_hour_after_the_start_is_a_clock_that_was_set() {
    let with_dates_at =
        |second: &str| boots(&["000010.000", "0501080000", second, "0511080000", "010500.000", "010501.000"]);
    assert_eq!(with_dates_at("0501085959"), 1);
    assert_eq!(with_dates_at("0501090000"), 2);
}

#[test]
fn a_clock_that_was_not_set_counts_from_the_start() {
    let lasts = |lines: &[&str]| elapsed(NOVEMBER, lines);
    assert_eq!(lasts(&["000010.000", "0100000000", "0101015640"]), 7_000);
    assert_eq!(lasts(&["000010.000", "0101000030"]), 20);
    assert_eq!(lasts(&["000010.000", "000100.000", "0101000030"]), 50);
    assert_eq!(lasts(&["000010.000", "0101000030", "0103000030"]), 2 * 86_400 + 20);
    assert_eq!(lasts(&["0101000030", "0101000100"]), 30, "the start was not read");
}

#[test]
fn the_time_until_the_first_date_of_a_boot_is_not_known() {
    let at_most = |lines: &[&str]| {
        look(vec![log(0, NAME, NOVEMBER, lines)], |timeline| {
            timeline.records.last().unwrap().elapsed_at_most() / 1_000
        })
    };
    let banner = format!("000010.000 {BANNER}");
    assert_eq!(at_most(&["0610080000", &banner, "000030.000", "0610090000"]), 3_600);
    assert_eq!(
        at_most(&["0610080000", &banner, "0610090000", "0610090010"]),
        10,
        "the first date is the start"
    );
    assert_eq!(at_most(&["0610080000", "0610090000"]), 3_600, "the start was not read");
    assert!(at_most(&[&banner, "0610090000"]) > 1_000_000, "no boot before bounds it");
}

#[test]
fn a_clock_that_was_put_forward_shows_no_time_that_has_passed() {
    let at_least = |lines: &[&str]| {
        look(vec![log(0, NAME, NOVEMBER, lines)], |timeline| {
            let seconds = |record: &super::super::Record<'_>| record.elapsed_at_least / 1_000;
            timeline.records.iter().map(seconds).collect::<Vec<_>>()
        })
    };
    let with = |start, uptime, last| at_least(&[start, "0610120000", "0610130000", uptime, last]);
    assert_eq!(with("000010.000", "000110.000", "0610130100"), [0, 0, 60, 60, 120]);
    // 10 s and an hour, less the disorder of 2 s and the drift of 3.
    assert_eq!(with("000010.000", "010004.390", "0610130100"), [0, 0, 3_600, 3_600, 3_660]);
    assert_eq!(with("000010.000", "010004.389", "0610130100"), [0, 0, 3_594, 3_594, 3_654]);
    // A lower uptime than before is another process's, and a higher one shows that all of it passed.
    assert_eq!(with("000010.000", "000009.000", "0610130100"), [0, 0, 3_600, 3_600, 3_660]);
    assert_eq!(with("000010.000", "000110.000", "010110.000"), [0, 0, 60, 60, 3_600]);
    // Without an uptime before the dates, an uptime below them shows that some of it did not pass.
    assert_eq!(at_least(&["0610120000", "0610130000", "005900.000", "0610130100"]), [0, 0, 0, 60]);
    assert_eq!(at_least(&["0610120000", "0610130000", "010000.000", "0610130100"]), [0, 3_600, 3_600, 3_660]);
}

#[test]
fn an_inventory_behind_dates_that_begins_as_the_one_before_begins_a_boot() {
    let slot = |number| format!("000016.000 Custom platform device certificate {number} is not available");
    let (one, two) = (slot(1), slot(2));
    assert_eq!(boots(&[&one, &two, "0501080000", &one, &two]), 2);
    assert_eq!(boots(&[&one, &two, &one, &two]), 1, "no date is between them");
    assert_eq!(boots(&[&one, "0501080000", &two, &slot(3)]), 1, "the rest of the inventory");
    assert_eq!(boots(&[&one, &two, "0501080000", &one, "0501080001"]), 1, "a single line");
}

#[test]
fn uptime_starts_over_beyond_disorder_and_drift() {
    assert_eq!(boots(&["000100.000", "000058.000", "000058.100"]), 1);
    assert_eq!(boots(&["000100.000", "000057.999", "000057.999"]), 2);
    // After 13,600 seconds, 10,000 of them by dates, they drift apart by 13.6 at most, beside the disorder of 2.
    let after_dates =
        |uptime, next| boots(&["010000.000", "0501080000", "0501093000", "0501104640", uptime, next]);
    assert_eq!(after_dates("034624.400", "034624.500"), 1);
    assert_eq!(after_dates("034624.398", "034624.399"), 2);
    // One line alone is another process's.
    assert_eq!(boots(&["010000.000", "0501080000", "0501104640", "000020.000", "0501104641"]), 1);
}

#[test]
fn lines_that_are_written_late_begin_no_boot() {
    let ordinary = |stamps: &[&str]| {
        let lines: Vec<String> = stamps.iter().map(|stamp| format!("{stamp} goes on")).collect();
        boots(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let late = |known, first, second, next| ordinary(&[known, first, second, next, "000800.000"]);
    assert_eq!(late("000320.000", "000235.000", "000235.100", "000321.000"), 1);
    // Up to 10 s it is a start; up to 60 s too, but for lines that are late by up to 5 s.
    assert_eq!(late("000014.000", "000010.000", "000010.100", "000014.100"), 1);
    assert_eq!(late("000014.000", "000009.999", "000010.100", "000014.100"), 2);
    assert_eq!(late("000104.999", "000059.999", "000100.000", "000105.100"), 1);
    assert_eq!(late("000105.000", "000059.999", "000100.000", "000105.100"), 2);
    assert_eq!(late("000106.000", "000100.000", "000100.100", "000106.100"), 1);
    // The boot goes on sooner after the line before than it would from the late ones.
    assert_eq!(late("000320.000", "000235.000", "000235.000", "000405.000"), 1);
    assert_eq!(late("000320.000", "000235.000", "000235.000", "000405.001"), 2);
    // A boot that goes on from these lines until it is as old as the one before.
    assert_eq!(ordinary(&["000320.000", "000235.000", "000235.100", "000238.000", "000321.000"]), 2);
    // A failure is not taken for a line that is only late.
    assert_eq!(boots(&["000320.000", "000235.000", "000235.100", "000321.000"]), 2);
    // Between two dates, less has passed than a start takes.
    let dated = |next| {
        let one = "000016.000 Custom platform device certificate 1 is not available";
        let two = "000016.000 Custom platform device certificate 2 is not available";
        boots(&[one, two, "0501080000", "0501080100", one, two, next])
    };
    assert_eq!([dated("0501080113"), dated("0501080114")], [1, 2]);
}

#[test]
fn a_jump_of_the_dates_soon_after_the_start_can_be_a_time_zone() {
    let after = |start, date, uptime, next| boots(&[start, "0501110036", date, uptime, next]);
    // Two hours and a minute: the uptime goes on from 76 s, less the disorder of 2, if two hours are the time zone.
    assert_eq!(after("000016.000", "0501130136", "000114.000", "000114.100"), 1);
    assert_eq!(after("000016.000", "0501130136", "000113.900", "000113.901"), 2);
    // No zone is smaller than a quarter of an hour, or larger than 14 hours.
    assert_eq!(after("000016.000", "0501111535", "000114.000", "000114.100"), 2);
    assert_eq!(after("000016.000", "0502010136", "000114.000", "000114.100"), 1);
    assert_eq!(after("000016.000", "0502011636", "000114.000", "000114.100"), 2);
    // An hour after the start, the phone has its time zone.
    assert_eq!(after("005959.000", "0501130136", "010113.000", "010113.100"), 1);
    assert_eq!(after("010000.000", "0501130136", "010113.000", "010113.100"), 2);
}

#[test]
fn time_that_uptime_tells_between_dates_passes_once() {
    let goes_on = |uptime, next| {
        let lines = ["000011.000", "0717165503", "001104.000", "0717170611", uptime, next];
        (boots(&lines), elapsed(NOVEMBER, &lines))
    };
    assert_eq!(goes_on("001132.200", "001142.600"), (1, 668));
    // Between the two dates 668 s passed, of which uptime shows 653: 15 s more from 00:11:04.
    assert_eq!(goes_on("001117.000", "001117.100"), (1, 668));
    assert_eq!(goes_on("001116.000", "001116.100"), (2, 0));
    // From a date before the first line with uptime, no time is counted.
    assert_eq!(boots(&["0717165503", "001104.000", "0717170611", "001132.200", "001142.600"]), 1);
}

#[test]
fn failures_that_were_folded_begin_no_boot() {
    let banner = format!("000005.000 {BANNER}");
    let failed = |at: &str| format!("{at} MakeTlsConnection: SSL_connect error 1");
    let [first, second] = ["000015.001", "000040.001"].map(failed);
    let lines = |boots: usize| -> Vec<&str> {
        let boot = [&*banner, "000015.000", &first, "000040.000", &second];
        std::iter::repeat_n(boot, boots).flatten().collect()
    };
    // Of 8,195 lines, older ones of one boot are folded.
    for number in [1638, 1639] {
        let is_folded =
            |timeline: &Timeline<'_>| timeline.records.iter().any(|record| record.entry.repeats.is_some());
        let seen = look(vec![log(0, NAME, NOVEMBER, &lines(number))], |timeline| {
            (
                is_folded(timeline),
                timeline.boots,
                timeline.records.iter().all(|record| match record.event() {
                    Some(crate::event::Event::TlsConnectionFailed { .. }) => record.is_explained,
                    _ => true,
                }),
            )
        });
        assert_eq!(seen, (number == 1639, number, true));
    }
}

#[test]
fn a_february_29_counts_in_its_years() {
    let in_year = |modified, first, second, last| {
        boots_in(modified, &["000010.000", first, second, last, "040010.000", "040011.000"])
    };
    let over = |first, second, last| in_year(NOVEMBER, first, second, last);
    assert_eq!(over("0228210000", "0228230000", "0301010000"), 1);
    assert_eq!(over("0227210000", "0227230000", "0228010000"), 1);
    assert_eq!(over("0527210000", "0527230000", "0529010000"), 2);
    assert_eq!(in_year("2024-03-02T12:00:00", "0228210000", "0228230000", "0301010000"), 2);
}

#[test]
fn what_passes_in_a_boot_is_told_by_the_calendar() {
    let hours = |modified, first, last| elapsed(modified, &["000010.000", first, last]) / 3_600;
    assert_eq!(hours("2023-03-01T12:00:00", "0228230000", "0301010000"), 2);
    assert_eq!(hours("2024-03-01T12:00:00", "0228230000", "0301010000"), 26);
    let over_new_year = ["000010.000", "1119110000", "1119121000", "0418121000"];
    assert_eq!(elapsed("2023-04-19T12:00:00", &over_new_year), 150 * 86_400 + 4_200);
    // Soon after a start, a date that goes back is a correction.
    assert_eq!(
        elapsed("2023-04-19T12:00:00", &["000010.000", "1119110000", "1119115959", "0418121000"]),
        3_599
    );
    assert_eq!(
        elapsed("2023-04-19T12:00:00", &["000010.000", "1119110000", "1119120000", "0418120000"]),
        150 * 86_400 + 3_600
    );
    // From December to January, it goes forward.
    let days = |first| elapsed("2026-01-10T12:00:00", &["000010.000", first, "0110080000"]) / 86_400;
    assert_eq!(days("1201080000"), 40);
    assert_eq!(days("1130080000"), 0);
}

#[test]
fn silence_over_new_year_counts_in_a_boot_that_goes_on_from_the_one_before() {
    let banner = format!("000010.000 {BANNER}");
    let days = |first| {
        let lines = ["0830080000", &banner, first, "0831090000", "0203100000"];
        elapsed("2023-02-04T12:00:00", &lines) / 86_400
    };
    assert_eq!(days("0831080000"), 156);
    assert_eq!(days("0831080001"), 0);
}

#[test]
fn dates_with_their_year_show_what_passes() {
    // Three minutes after its start, a phone that wrote two hours before has started again.
    let boots_with = |start, date| boots(&[start, "2405310800", date, "000300.000", "000301.000"]);
    assert_eq!(boots_with("010000.000", "2405311000"), 2);
    assert_eq!(boots_with("000010.000", "2405311000"), 1, "two hours can be the time zone");
    assert_eq!(boots_with("000010.000", "2405310812"), 2);
    assert_eq!(boots_with("000010.000", "2405310802"), 1);
    assert_eq!(boots_with("000010.000", "2506010800"), 1, "the clock was set");
}

#[test]
fn a_boot_of_an_earlier_year_has_the_february_of_that_year() {
    // The first boot takes 202 days and 3 hours in 2023, a day more in 2024.
    let (banner, end) = (format!("000010.000 {BANNER}"), "0824190000 ---------- Final log entry ----------");
    let boots_with = |uptime, modified, last| {
        boots_in(modified, &[&banner, "0203160000", "0203180000", end, uptime, "000007.799", &banner, last])
    };
    let [in_2023, in_2024] = [("2024-05-31T12:00:00", "0522110000"), ("2024-08-31T12:00:00", "0830110000")];
    assert_eq!(boots_with("48510010.000", in_2023.0, in_2023.1), 2);
    assert_eq!(boots_with("48270010.000", in_2023.0, in_2023.1), 3);
    assert_eq!(boots_with("48750010.000", in_2024.0, in_2024.1), 2);
    assert_eq!(boots_with("48510010.000", in_2024.0, in_2024.1), 3);
}

#[test]
fn a_default_date_behind_the_end_of_a_log_begins_a_boot() {
    const END: &str = "---------- Final log entry ----------";
    let behind = |end: &str, date| boots(&["000010.000", "0501080000", &format!("{end} {END}"), date]);
    assert_eq!(behind("0501090000", "0101005959"), 2);
    assert_eq!(behind("0501090000", "0101010000"), 1);
    assert_eq!(behind("0501090000", "0100000000"), 2);
    assert_eq!(behind("1231000500", "0101000459"), 1);
    assert_eq!(behind("1230235959", "0101000459"), 2);
    assert_eq!(boots(&["000010.000", "0501080000", "0501090000", "0101005959"]), 1);
    // The default date is before the banner too.
    let banner = format!("0101000005 {BANNER}");
    let end = format!("0501090000 {END}");
    assert_eq!(boots(&["000010.000", "0501080000", &end, "0101000004", &banner, "0101000006"]), 2);
    assert_eq!(boots(&["0101000004", &banner, "0101000006"]), 1);
}

#[test]
fn lower_uptime_between_dates_is_no_start_if_less_time_has_passed() {
    let between = |uptime: [&str; 2], next| {
        boots(&["010000.000", "0501080000", "0501090000", uptime[0], uptime[1], next, "0501120000"])
    };
    assert_eq!(between(["000040.000", "000042.000"], "0501090040"), 2);
    assert_eq!(between(["000040.000", "000042.001"], "0501090040"), 1);
    assert_eq!(between(["000040.000", "000041.000"], "0501090000"), 1);
    // The clock went back, or was reset: nothing shows how much time has passed.
    assert_eq!(between(["000040.000", "000041.000"], "0501085959"), 2);
    assert_eq!(between(["000040.000", "000041.000"], "0101000041"), 2);
    // A phone writes lines about itself only when it starts.
    let platform = ["000040.000", "000041.000 Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A"];
    assert_eq!(between(platform, "0501090010"), 2);
    // Dates with their year have no seconds.
    let with_year =
        |last| boots(&["010000.000", "2405310800", "2405310900", "000200.000", last, "2405310901"]);
    assert_eq!(with_year("000202.000"), 2);
    assert_eq!(with_year("000202.001"), 1);
    // A clock that was set shows no time that has passed.
    assert_eq!(
        boots(&["000010.000", "0101000012", "001200.000", "000040.000", "000041.000", "0103080000"]),
        2
    );
}

#[test]
fn a_banner_after_the_first_lines_of_its_boot_begins_no_other() {
    let with_banner = |before: &[&str], after: &str| {
        let platform =
            before.iter().enumerate().map(|(at, stamp)| format!("{stamp} Platform: Model=VVX 50{at}"));
        let lines: Vec<String> = platform.chain([format!("000015.800 {BANNER}"), after.to_owned()]).collect();
        boots(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(with_banner(&["000015.850"], "000015.851"), 1);
    assert_eq!(with_banner(&["000015.850"], "000015.850"), 1);
    assert_eq!(with_banner(&["000017.800"], "000018.000"), 1);
    assert_eq!(with_banner(&["000017.801"], "000018.000"), 2);
    assert_eq!(with_banner(&["000005.930", "000012.000"], "000016.000"), 1);
    let again = |stamp| format!("{stamp} Platform: Model=VVX 500");
    assert_eq!(with_banner(&["000005.930", "000012.000"], &again("000016.000")), 2);
    assert_eq!(with_banner(&["000005.930"], &again("0501080000")), 2);
    let later = |stamp| {
        let banner = format!("000015.800 {BANNER}");
        boots(&[&again("000005.930"), &banner, "0501080000", &again(stamp)])
    };
    assert_eq!(later("0501080200"), 2);
    assert_eq!(later("0501080201"), 1, "written again");
    assert_eq!(with_banner(&["0501080000"], "000015.851"), 2);
}

#[test]
fn lines_of_a_start_in_any_order_are_of_one_boot() {
    let banner = format!("000015.600 {BANNER}");
    let of_start = |last: &str, stamp: &str| {
        let last = format!("{stamp} {last}");
        boots(&[
            "000015.700 Platform: Model=VVX 500",
            "000015.900 Polycom device key length 636",
            "000015.800 Polycom device certificate length 802",
            &banner,
            &last,
        ])
    };
    assert_eq!(of_start("Platform: Interface eth0 MAC=0004f2000001", "000015.750"), 1);
    assert_eq!(of_start("Polycom device key length 636", "000015.850"), 2, "each boot has its own inventory");
}

#[test]
fn default_dates_before_the_banner_are_of_its_boot() {
    let banner = |stamp: &str| format!("{stamp} {BANNER}");
    let times = |before, stamp| {
        let banner = banner(stamp);
        let lines = ["000010.000", "0909190002", "0909191000", before, &banner, "0101000100"];
        (boots(&lines), super::times(NOVEMBER, &lines).join(" "))
    };
    let unset = (2, "2026-09-09 19:00:02 2026-09-09 19:10:00 - - -".to_owned());
    assert_eq!(times("0101000001", "0101000001"), unset);
    assert_eq!(times("0101000001", "0101000004"), unset);
    // A time that goes back shows a start of its own.
    assert_ne!(times("0101000005", "0101000001"), unset);
}

#[test]
fn a_clock_that_is_set_back_soon_after_the_start_goes_on_from_there() {
    let passed = |lines: &[&str]| elapsed(NOVEMBER, &[&["000010.000"], lines].concat());
    assert_eq!(passed(&["0501160000", "0501080010", "0501090010"]), 3_600);
    assert_eq!(passed(&["0501160000", "0501155859", "0501160100"]), 121);
    assert_eq!(passed(&["0501160000", "0501155900", "0501160100"]), 60, "lines out of order");
    assert_eq!(passed(&["0501150001", "0501160000", "0501080010", "0501090010"]), 3_599 + 3_600);
    assert_eq!(passed(&["0501150000", "0501160000", "0501080010", "0501090010"]), 3_600, "too late");
}

#[test]
fn a_default_date_without_a_banner_goes_back_by_more_than_two_seconds() {
    let in_start = |first, next| boots(&["0101000010", first, next, "0501080000"]);
    assert_eq!(in_start("0101000008", "0101000008"), 1);
    assert_eq!(in_start("0101000007", "0101000007"), 2);
    // One line is out of order, also if it has the day 00.
    assert_eq!(in_start("0101000007", "0101000008"), 1);
    assert_eq!(in_start("0100000000", "0101000011"), 1);
    assert_eq!(in_start("0100000000", "0100000000"), 2);
}

#[test]
fn a_copied_beginning_has_four_lines_long_after_its_starts() {
    let boots_of = |later: usize| {
        let banner = format!("0101000005 {BANNER}");
        let hours: Vec<_> = (0..later).map(|hour| format!("0101{:02}1733", hour + 1)).collect();
        let mut lines = vec![&*banner];
        lines.extend(hours.iter().map(String::as_str));
        lines.extend([&*banner, "0101000007"]);
        let copy = log(0, "0004f2000001-app.log.1", NOVEMBER, &lines);
        lines.push("0101000009");
        look(vec![copy, log(1, NAME, NOVEMBER, &lines)], |timeline| timeline.boots)
    };
    assert_eq!(boots_of(3), 4);
    assert_eq!(boots_of(4), 2);
}

#[test]
fn a_start_pasted_again_has_eight_different_lines() {
    let boots_of = |length: u32| {
        let text = |line| format!("0101000005 Polycom device certificate length {}", 800 + line);
        let start: Vec<_> = (0..length).map(text).collect();
        let mut lines: Vec<&str> = start.iter().map(String::as_str).collect();
        lines.push("0501080000");
        lines.extend(start.iter().map(String::as_str));
        boots(&lines)
    };
    assert_eq!(boots_of(7), 2);
    assert_eq!(boots_of(8), 1);
}
