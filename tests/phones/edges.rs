//! Both sides of each threshold of the timeline and the checks.

use super::sample::{
    CHAIN_REFUSED, CONNECTION, EMPTY_1, EMPTY_2, File, KEY_REFUSED, SAVED, SAVING, UNTRUSTED, boot,
    diagnoses, is, lines, ordinary, state, told, told_of,
};

/// `HHMMSS.mmm`, this number of milliseconds after the start.
fn uptime(milliseconds: u64) -> String {
    let second = milliseconds / 1_000;
    format!("{:02}{:02}{:02}.{:03}", second / 3600, second / 60 % 60, second % 60, milliseconds % 1_000)
}

/// A date this number of seconds after the beginning of May 27.
fn date(second: u64) -> String {
    format!("05{:02}{:02}{:02}{:02}", 27 + second / 86_400, second / 3600 % 24, second / 60 % 60, second % 60)
}

fn boots(log: &str) -> u64 {
    told_of(log)["boots"].as_u64().unwrap()
}

#[test]
fn an_untrusted_certificate_explains_failures_for_three_seconds() {
    for (later, is_told) in [(0, false), (3_000, false), (3_001, true)] {
        let log = lines(&[(&uptime(30_000), UNTRUSTED), (&uptime(30_000 + later), CONNECTION)]);
        assert_eq!(is(&log, "TLS002").is_some(), is_told, "{later} ms later");
    }
    // In another boot nothing is explained.
    let log = lines(&[(&uptime(30_000), UNTRUSTED)]) + &boot(&[]) + &lines(&[(&uptime(16_300), CONNECTION)]);
    assert_eq!(is(&log, "TLS002").as_deref(), Some("active"));
}

/// The second boot continues for this number of seconds after its first line.
fn later_boot(failure_after: u64, goes_on: u64) -> Option<String> {
    // A jump of more than a day right after a start would be a clock that was set.
    let failing = boot(&[])
        + &ordinary(&date(16))
        + &ordinary(&date(16 + failure_after / 2))
        + &lines(&[(&date(16 + failure_after), UNTRUSTED)]);
    let begin = 200_000;
    is(&(failing + &boot(&[]) + &ordinary(&date(begin)) + &ordinary(&date(begin + goes_on))), "TLS001")
}

#[test]
fn a_later_boot_shows_as_much_as_the_failure_took() {
    let (active, resolved) = (Some("active".to_owned()), Some("resolved".to_owned()));
    for (failure_after, goes_on, right) in [
        (1, 119, &active),
        (1, 120, &resolved),
        (600, 599, &active),
        (600, 600, &resolved),
        (100_000, 86_399, &active),
        (100_000, 86_400, &resolved),
    ] {
        assert_eq!(&later_boot(failure_after, goes_on), right, "{failure_after} s, {goes_on} s");
    }
}

/// The longest time from a boot's start to its first failure counts.
#[test]
fn the_longest_wait_of_all_boots_counts() {
    let failing = |day: u64, waits: &[u64]| {
        let begin = day * 86_400;
        let failures = waits.iter().map(|wait| format!("{}|{UNTRUSTED}\n", date(begin + wait)));
        boot(&[]) + &ordinary(&date(begin)) + &failures.collect::<String>()
    };
    let last = |goes_on: u64| boot(&[]) + &ordinary(&date(300_000)) + &ordinary(&date(300_000 + goes_on));
    let log = failing(0, &[900, 5_000]) + &failing(1, &[60, 7_000]);
    assert_eq!(is(&(log.clone() + &last(899)), "TLS001").as_deref(), Some("active"));
    assert_eq!(is(&(log + &last(900)), "TLS001").as_deref(), Some("resolved"));
}

#[test]
fn a_save_within_a_minute_is_the_same_pass() {
    for (later, state) in [(0, "active"), (60_000, "active"), (60_001, "resolved")] {
        let saved = lines(&[(&uptime(100_000 + later), SAVING), (&uptime(100_000 + later), SAVED)]);
        for (refused, code) in [(KEY_REFUSED, "INS001"), (CHAIN_REFUSED, "INS003")] {
            let log = lines(&[(&uptime(100_000), refused)]) + &saved;
            assert_eq!(is(&log, code).as_deref(), Some(state), "{code}, {later} ms later");
        }
    }
    for (later, state) in [(60, "active"), (61, "resolved")] {
        let log =
            lines(&[(&date(100), KEY_REFUSED), (&date(100 + later), SAVING), (&date(100 + later), SAVED)]);
        assert_eq!(is(&log, "INS001").as_deref(), Some(state), "{later} s later");
    }
}

#[test]
fn uptime_that_goes_back_by_two_seconds_is_out_of_order() {
    for (back, boots_are) in [(1, 1), (2_000, 1), (2_001, 2)] {
        let log = ordinary(&uptime(100_000))
            + &ordinary(&uptime(100_000 - back))
            + &ordinary(&uptime(100_000 - back));
        assert_eq!(boots(&log), boots_are, "{back} ms back");
    }
    // One odd line alone begins no boot.
    assert_eq!(boots(&(ordinary(&uptime(100_000)) + &ordinary(&uptime(1)) + &ordinary(&uptime(100_001)))), 1);
}

/// After an hour by uptime and three by the clock, uptime may lag by two seconds and a thousandth of that.
#[test]
fn uptime_drifts_by_a_thousandth_of_the_time_by_the_clock() {
    let (start, passed) = (3_600_000, 3 * 3_600_000);
    let slack = 2_000 + (start + passed) / 1_000;
    for (behind, boots_are) in [(0, 1), (slack, 1), (slack + 1, 2)] {
        let log = ordinary(&uptime(start)) + &ordinary(&date(0)) + &ordinary(&date(passed / 1_000));
        let last = ordinary(&uptime(start + passed - behind));
        assert_eq!(boots(&(log + &last + &last)), boots_are, "{behind} ms behind");
    }
}

#[test]
fn lines_of_restarted_uptime_before_the_banner_belong_to_its_boot() {
    let before = ordinary("010000.000");
    let early = lines(&[("000010.000", UNTRUSTED)]);
    let log = before.clone() + &early + &boot(&[]) + &ordinary("000300.000");
    assert_eq!(boots(&log), 2);
    // The failure is in the boot that has just begun, so the boot shows nothing yet.
    assert_eq!(is(&log, "TLS001").as_deref(), Some("active"));
    // With a date, it is in the boot before.
    let failure = ordinary(&date(0)) + &lines(&[(&date(10), UNTRUSTED)]);
    let log = before + &failure + &boot(&[]) + &ordinary("002000.000");
    assert_eq!(is(&log, "TLS001").as_deref(), Some("resolved"));
}

#[test]
fn eight_different_lines_in_a_row_that_stand_twice_are_one_each() {
    let twice = |count: u64| -> String {
        let line = |number| format!("{}|{UNTRUSTED}\n", date(number * 10)).repeat(2);
        (0..count).map(line).collect()
    };
    assert_eq!(state(&told_of(&twice(7)), "TLS001").unwrap().1, 14);
    assert_eq!(state(&told_of(&twice(8)), "TLS001").unwrap().1, 8);
}

#[test]
fn dates_that_go_back_by_more_than_a_month_are_of_the_next_year() {
    for (first, then, first_time) in [
        ("0315120000", "0213120000", "2016-02-13T12:00:00"),
        ("0315120000", "0212120000", "2015-03-15T12:00:00"),
        ("1231235959", "0101000001", "2015-12-31T23:59:59"),
    ] {
        let told = told_of(&(ordinary(first) + &ordinary(then)));
        assert_eq!(told["first_time"], first_time, "{first} {then}");
    }
    // Out of order at midnight.
    let told = told_of(&(ordinary("0101000001") + &ordinary("1231235959") + &ordinary("0101000002")));
    assert_eq!(
        (&told["first_time"], &told["last_time"]),
        (&"2015-12-31T23:59:59".into(), &"2016-01-01T00:00:02".into())
    );
}

#[test]
fn the_newest_line_is_at_most_a_day_after_the_files_time() {
    let file = |modified: &str| File {
        modified: modified.parse().unwrap(),
        ..File::new("", ordinary("0601120000").as_bytes())
    };
    for (modified, time) in [
        ("2016-06-01T12:00:00", "2016-06-01T12:00:00"),
        ("2016-05-31T12:00:00", "2016-06-01T12:00:00"),
        ("2016-05-31T11:59:59", "2015-06-01T12:00:00"),
        // No file of a phone is this old, so the time of the run is used.
        ("1999-12-31T23:59:59", "2016-06-01T12:00:00"),
        ("2000-01-01T00:00:00", "1999-06-01T12:00:00"),
    ] {
        assert_eq!(told(&[file(modified)])["last_time"], time, "{modified}");
    }
}

#[test]
fn january_1_right_after_a_start_is_the_phones_default() {
    for (stamp, is_told) in
        [("0101000002", true), ("0101005959", true), ("0101010000", false), ("0102000002", false)]
    {
        let log = boot(&[EMPTY_1]) + &ordinary(stamp);
        assert_eq!(is(&log, "LOG003").is_some(), is_told, "{stamp}");
    }
    // The file is of that day: two days, and more.
    for (modified, is_told) in [("2016-01-03T00:00:02", false), ("2016-01-03T00:00:03", true)] {
        let log = boot(&[EMPTY_1]) + &ordinary("0101000002");
        let file = File { modified: modified.parse().unwrap(), ..File::new("", log.as_bytes()) };
        assert_eq!(state(&told(&[file]), "LOG003").is_some(), is_told, "{modified}");
    }
}

#[test]
fn a_clock_that_was_not_set_goes_on_through_january_and_a_week_more() {
    let unset = boot(&[EMPTY_1]) + &ordinary("0101000002");
    for (then, state) in [("0131235959", "active"), ("0201000000", "resolved")] {
        assert_eq!(is(&(unset.clone() + &ordinary(then)), "LOG003").as_deref(), Some(state), "{then}");
    }
    for (then, state) in [("0204120000", "active"), ("0205120000", "resolved")] {
        let log = unset.clone() + &ordinary("0128120000") + &ordinary(then);
        assert_eq!(is(&log, "LOG003").as_deref(), Some(state), "{then}");
    }
}

#[test]
fn a_boot_that_was_still_writing_the_evening_before_goes_on() {
    let next = boot(&[EMPTY_1]) + &ordinary("0101000002") + &ordinary("0101000102");
    for (before, is_told) in [("1231230000", false), ("1230230000", true)] {
        let log = boot(&[EMPTY_1]) + &ordinary(before) + &next;
        assert_eq!(is(&log, "LOG003").is_some(), is_told, "{before}");
    }
}

/// Uptime that continues from the line before shows no restart.
#[test]
fn a_boot_that_ends_soon_keeps_its_last_lines() {
    let log = boot(&[]) + &lines(&[("000016.300", UNTRUSTED)]) + &boot(&[]) + &ordinary("000300.000");
    assert_eq!((boots(&log), is(&log, "TLS001").as_deref()), (2, Some("resolved")));
}

/// A CA certificate that is another at each boot.
#[test]
fn three_boots_show_that_a_ca_certificate_is_not_kept() {
    let boots = |fingerprints: &[u8]| -> String {
        let one = |byte: &u8| {
            let fingerprint = [*byte; 16].map(|byte| format!("{byte:02X}")).join(":");
            let line = format!("000016.300|so   |4|00|Custom certificate MD5 fingerprint: {fingerprint}\n");
            boot(&[]) + &line + &ordinary("000300.000")
        };
        fingerprints.iter().map(one).collect()
    };
    assert_eq!(is(&boots(&[1, 2]), "INV006"), None);
    assert_eq!(is(&boots(&[1, 2, 3]), "INV006").as_deref(), Some("active"));
    assert_eq!(is(&boots(&[1, 2, 2]), "INV006"), None);
}

/// One digit or letter more or less in the values by which a slot is judged.
#[test]
fn a_certificate_and_its_key() {
    let certificate = "Custom platform device certificate 1 MD5 fingerprint: 9A:2E:0C:8B:32:7F:73:2F:38:18:28:EB:B3:5A:35:1C";
    let key = "Custom platform device key 1 length 2374";
    let saved = boot(&[EMPTY_1, EMPTY_2]) + &lines(&[(&date(0), SAVING), (&date(0), SAVED)]);
    for (slots, right) in [
        (&[certificate, key, EMPTY_2][..], &[][..]),
        (&[certificate, EMPTY_2], &["INS005@platform-1 active x1"]),
        (&[EMPTY_1, key, EMPTY_2], &["INS005@platform-1 active x1", "INS004@platform-1 active x1"]),
        (&[EMPTY_1, EMPTY_2], &["INS004@platform-1 active x1"]),
        (&[EMPTY_2], &[]),
    ] {
        let told = told_of(&(saved.clone() + &boot(slots)));
        assert_eq!(diagnoses(&told), right, "{slots:?}");
    }
}
