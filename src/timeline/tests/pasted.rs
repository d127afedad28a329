//! Files to which several logs of one phone were joined.

use super::*;

/// The dates in their order, without the year.
fn order_in(modified: &str, lines: &[&str]) -> Vec<String> {
    times(modified, lines).iter().map(|time| time.get(5..16).unwrap_or(time).to_owned()).collect()
}

fn order(lines: &[&str]) -> Vec<String> {
    order_in(NOVEMBER, lines)
}

#[test]
fn the_newest_log_can_be_first() {
    let banner = format!("000010.000 {BANNER}");
    let boots = |modified, first, last| {
        order_in(modified, &[&banner, "0610080000", "0610080100", &banner, first, last])[0].clone()
    };
    // The file's time shows which line is the newest.
    let sure = "2026-06-10T09:00:00";
    assert_eq!(boots(sure, "0501080000", "0510075959"), "05-01 08:00");
    assert_eq!(boots(sure, "0501080000", "0509080000"), "06-10 08:00");
    // Else a boot with a wrong clock looks the same, and a year can have turned.
    assert_eq!(boots(NOVEMBER, "0510080000", "0608080001"), "05-10 08:00");
    assert_eq!(boots(NOVEMBER, "0510080000", "0608080000"), "06-10 08:00");
    assert_eq!(boots(NOVEMBER, "0509080000", "0608080001"), "06-10 08:00");
    // The older log begins within a boot.
    let within = |last, older| order(&["0610080000", last, older, "0609080000"])[0].clone();
    assert_eq!(within("0610090001", "0601080000"), "06-01 08:00");
    assert_eq!(within("0610090000", "0601080000"), "06-10 08:00", "the clock was put right");
    // It ends before the newer one begins.
    assert_eq!(order(&["0610080000", "0610100000", "0601080000", "0610080000"])[0], "06-01 08:00");
    assert_eq!(order(&["0610080000", "0610100000", "0601080000", "0610080001"])[0], "06-10 08:00");
    // A clock that is set to its time zone goes back by 14 hours at most. Then the two logs must meet within ten minutes,
    // or within a sixteenth of the time that they cover.
    assert_eq!(order(&["0610200000", "0610210000", "0610070000", "0610190730"])[0], "06-10 07:00");
    assert_eq!(order(&["0610200000", "0610210000", "0610070000", "0610190729"])[0], "06-10 20:00");
    // That happens within an hour after a start.
    assert_eq!(order(&["0610200000", "0610210001", "0610070000", "0610190729"])[0], "06-10 07:00");
    assert_eq!(order(&["0610200000", "0610203000", "0610193000", "0610195000"])[0], "06-10 19:30");
    assert_eq!(order(&["0610200000", "0610203000", "0610193000", "0610194959"])[0], "06-10 20:00");
}

#[test]
fn the_newest_line_can_be_first() {
    let export = ["0611080000", "0610090000", "0610080000", "000010.200", "000010.100", "000010.000"];
    assert_eq!(order(&export), ["06-10 08:00", "06-10 09:00", "06-11 08:00"]);
    assert_eq!(order(&export[..5])[0], "06-11 08:00", "only three lines go back");
    // One line in five can be later than the one before.
    assert_eq!(order(&[&export[..], &["000011.000"]].concat())[0], "06-10 08:00");
    assert_eq!(order(&[&export[..], &["000011.000", "000012.000"]].concat())[0], "06-11 08:00");
    // Lines of one second can be in order.
    assert_eq!(order(&[&export[..], &["000010.050", "000010.060"]].concat())[0], "06-10 08:00");
    // Starts without dates show nothing.
    assert_eq!(boots(&["000010.500", "000010.400", "000010.300", "000010.200", "000010.100"]), 1);
    assert_eq!(
        order(&["0102080000", "0101090000", "1231080000", "1230080000", "1229080000"])[0],
        "12-29 08:00"
    );
}

#[test]
fn three_logs_with_the_newest_first() {
    let lines = ["0610080000", "0612080000", "0603080000", "0609080000", "0520080000", "0602080000"];
    let expected = ["05-20", "06-02", "06-03", "06-09", "06-10", "06-12"].map(|day| format!("{day} 08:00"));
    assert_eq!(order(&lines), expected);
}

#[test]
fn the_age_of_joined_logs_is_certain_where_no_clock_can_explain_their_order() {
    // After the end of a log comes a start, or an older log.
    let ended = |end: &str| order(&["0610080000", end, "0608080000", "0609080000"])[0].clone();
    assert_eq!(ended("0610083000 ---------- Final log entry ----------"), "06-08 08:00");
    assert_eq!(ended("0610083000"), "06-10 08:00");
    // The file's time shows which one is the newest.
    let changed =
        |modified| order_in(modified, &["0610080000", "0610083000", "0607080000", "0607090000"])[0].clone();
    assert_eq!(changed("2026-06-10T09:00:00"), "06-07 08:00");
    assert_eq!(changed("2026-06-13T09:00:00"), "06-10 08:00");
    // A joined file is changed after its newest line, whose time can be 14 hours ahead.
    let settled = |modified| {
        let lines = ["0612080000", "0612100001", "0610080000", "0611080000"];
        order_in(modified, &lines)[0].clone()
    };
    assert_eq!(settled("2026-06-11T20:00:01"), "06-10 08:00");
    assert_eq!(settled("2026-06-11T20:00:00"), "06-12 08:00");
    // A time zone that was set twice looks the same.
    let twice = |last: [&str; 2]| {
        let lines = ["0610140000", "0610141000", "0610090000", "0610091000"];
        order(&[&lines[..], &last].concat())[0].clone()
    };
    assert_eq!(twice(["0610060000", "0610061000"]), "06-10 14:00");
    assert_eq!(twice(["0609180000", "0609181000"]), "06-09 18:00");
    // Two logs in a row are each older than the one before.
    let banner = format!("000010.000 {BANNER}");
    let three = |last: &str| {
        let starts = [
            &banner,
            "0610080000",
            "0610083000",
            &banner,
            "0608080000",
            "0608083000",
            &banner,
            "0606080000",
            last,
        ];
        order(&starts)[0].clone()
    };
    assert_eq!(three("0606083000"), "06-06 08:00");
    assert_eq!(three("0606080000"), "06-10 08:00", "a single date");
}

fn index_of_banner(lines: &[&str]) -> Option<usize> {
    look(vec![log(0, NAME, NOVEMBER, lines)], |timeline| {
        timeline.records.iter().position(|record| record.entry.is_banner())
    })
}

#[test]
fn a_start_is_joined_although_it_was_cut_between_logs() {
    for [begin, end] in [["000010.000", "000010.500"], ["0100000000", "0101000010"]] {
        let (banner, rest) = (format!("{begin} {BANNER}"), format!("{end} text"));
        let lines = [
            &rest,
            "0612080000",
            "0612120000",
            "0610080000",
            "0611080000",
            &banner,
            "0608080000",
            "0609080000",
        ];
        assert_eq!(index_of_banner(&lines), Some(4), "{begin}: before the newest log");
        // The oldest log has only the beginning of the start.
        let lines = |rest| ["0612080000", "0612120000", rest, "0610080000", "0611080000", &banner];
        assert_eq!(index_of_banner(&lines(&rest)), Some(0), "{begin}");
        let much_later = "000030.000 text";
        assert_eq!(index_of_banner(&lines(much_later)), Some(3), "{begin}");
    }
}

#[test]
fn default_dates_of_starts_hide_no_order() {
    let banner = format!("0101000010 {BANNER}");
    let first = |modified, [oldest, older, newest]: [&str; 3]| {
        let lines = [&banner, newest, "@", &banner, oldest, older].map(str::to_owned);
        let later = newest.replace("080000", "100000");
        let lines: Vec<&str> = lines.iter().map(|line| if line == "@" { &*later } else { line }).collect();
        order_in(modified, &lines)[1].clone()
    };
    assert_eq!(first("2026-02-25T08:00:00", ["0218080000", "0219080000", "0220080000"]), "02-18 08:00");
    assert_eq!(first("2026-01-25T08:00:00", ["0118080000", "0119080000", "0120080000"]), "01-18 08:00");
    assert_eq!(first("2026-12-30T08:00:00", ["1222080000", "1223080000", "1224080000"]), "12-22 08:00");
    assert_eq!(first("2026-12-31T18:00:00", ["1229080000", "1230080000", "1231080000"]), "12-29 08:00");
    let over_new_year = ["0102080000", "0103080000", "1217080000", "1218080000"];
    assert_eq!(order_in("2026-01-03T09:00:00", &over_new_year)[0], "12-17 08:00");
    // A clock that was never set can have shown these.
    assert_eq!(first("2026-01-14T08:00:00", ["0107080000", "0108080000", "0109080000"]), "01-09 08:00");
}

#[test]
fn logs_of_months_with_the_newest_first() {
    let lines = ["0501080000", "0530080000", "0401080000", "0430080000", "0301080000", "0331080000"];
    assert_eq!(order_in("2026-05-30T09:00:00", &lines)[0], "03-01 08:00");
    // Each can be of another year if the file's time does not tell.
    assert_eq!(order(&lines)[0], "05-01 08:00");
}

#[test]
fn the_newest_log_can_be_of_the_next_year() {
    let newest_first = ["0102070000", "0110080000", "1220080000", "1231080000"];
    assert_eq!(order_in("2026-01-10T12:00:00", &newest_first)[0], "12-20 08:00");
    // The older log goes on into January.
    let over_new_year = ["0103080000", "0110080000", "1220080000", "1231080000", "0101080000", "0102080000"];
    assert_eq!(order_in("2026-01-10T12:00:00", &over_new_year)[0], "12-20 08:00");
    assert_eq!(order_in("2026-01-10T12:00:00", &over_new_year).pop().unwrap(), "01-10 08:00");
    // The years of the lines go on as they are written.
    assert_eq!(order(&["1220080000", "1231080000", "0103080000", "0110080000"])[0], "12-20 08:00");
}

#[test]
fn dates_of_a_clock_that_was_never_set_show_no_order() {
    let banner = format!("000010.000 {BANNER}");
    let lines =
        |first| [&*banner, "0104080000", "0104100000", &banner, first, "0103080000"].map(str::to_owned);
    let last = |first| {
        let lines = lines(first);
        order(&lines.iter().map(String::as_str).collect::<Vec<_>>()).pop().unwrap()
    };
    assert_eq!(last("0101000012"), "-");
    assert_eq!(last("0102000012"), "01-04 10:00");
}

#[test]
fn a_boot_with_a_wrong_clock_is_before_the_one_on_whose_day_the_file_was_changed() {
    let banner = format!("000010.000 {BANNER}");
    let lines = [&*banner, "0610080000", "0610080100", &banner, "0601080000", "0601090000"];
    assert_eq!(order_in("2026-06-01T09:00:00", &lines).last().unwrap(), "06-01 09:00");
    assert_eq!(order_in("2026-06-10T09:00:00", &lines).last().unwrap(), "06-10 08:01");
    let lines = [&*banner, "0610080000", "0610080100", &banner, "0601080000", "0609090000"];
    assert_eq!(order_in("2026-06-09T09:00:00", &lines).last().unwrap(), "06-09 09:00");
    assert_eq!(order(&lines).last().unwrap(), "06-10 08:01");
}

#[test]
fn an_earlier_upload_in_the_same_file_is_left_out() {
    let upload = ["000010.000", "000011.000", "0501080000", "0501090000"];
    let more = ["0502080000", "0503080000"];
    let number = |parts: &[&[&str]]| {
        look(vec![log(0, NAME, NOVEMBER, &parts.concat())], |timeline| timeline.records.len())
    };
    assert_eq!(number(&[&upload, &upload, &more]), 6);
    assert_eq!(number(&[&upload, &more, &upload]), 6);
    assert_eq!(number(&[&upload, &upload, &more[..1], &upload, &more]), 6);
    // Two boots can begin with equal lines.
    let boots = [upload, ["000010.000", "000011.000", "0502080000", "0502090000"]].concat();
    assert_eq!(number(&[&boots, &boots]), 8);
    assert_eq!(number(&[&boots, &boots, &boots]), 8);
    assert_eq!(number(&[&boots]), 8);
    assert_eq!(number(&[&upload, &boots]), 8);
    // Lines after it that the other one does not have are kept.
    assert_eq!(number(&[&upload, &["0501100000"], &upload, &more]), 7);
    assert_eq!(number(&[&upload, &["0501100000", "0501110000"], &upload, &more]), 8);
    assert_eq!(number(&[&upload[1..], &upload[1..], &more]), 5);
    // Lines without a date can be from another boot.
    let undated = ["000010.000", "000011.000", "000012.000", "000013.000", "000014.000"];
    assert_eq!(number(&[&undated, &undated, &more]), 12);
}
