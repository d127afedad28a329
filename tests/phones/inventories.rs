//! Inventories of one slot that are cut, have missing lines, or are written again in one boot; and failures without a
//! slot, which inventories resolve.

use super::sample::{
    CHAIN_REFUSED, EMPTY_1, EMPTY_2, File, KEY_REFUSED, SAVED, SAVING, UNTRUSTED, boot, diagnoses, found,
    lines, ordinary, phone_within, told, told_of,
};
use super::slots::{INVALID, KEPT, KEY, OTHER, expect, shows, slot, then};
use phonecert::redact::Shown;
use phonecert::window::Window;

const LENGTH: &str = "Custom platform device certificate 1 length 2021";
const NAME: &str = "Custom platform device certificate 1 common name \"d.example.com\"";

/// These lines of the inventory again, later in the same boot.
fn again(slot: &[&str]) -> String {
    slot.iter().map(|line| format!("000500.000|tls  |3|00|{line}\n")).collect()
}

/// The row of slot 1.
fn row(log: &str) -> serde_json::Value {
    let told = told_of(log);
    let rows = told["certificates"].as_array().unwrap();
    rows.iter().find(|row| row["slot"] == "platform-1").unwrap().clone()
}

#[test]
fn the_next_inventory_is_that_of_a_later_boot() {
    let saved = shows(&[EMPTY_1]) + &then(&[SAVING, SAVED]);
    let other = SAVED.replace("9A:2E", "58:4F");
    // A newer save takes the place of the older one.
    let twice = shows(&[EMPTY_1]) + &then(&[SAVING, &other]) + &then(&[SAVING, SAVED]);
    expect(&(twice + &shows(&[KEPT, KEY])), "INS004", "");
    // A refusal in between shows nothing of the slot.
    expect(&(saved.clone() + &boot(&[]) + &then(&[KEY_REFUSED]) + &shows(&[EMPTY_1])), "INS004", "active");
    // One line shows that there is no certificate, also if the log is cut after it.
    let cut = saved + &boot(&[]) + &format!("000016.200|tls  |3|00|{EMPTY_1}\n");
    expect(&cut, "INS004", "active");
    expect(&(cut + &format!("000016.201|tls  |3|00|{KEY}\n")), "INS004", "active");
}

#[test]
fn a_cut_line_follows_an_inventory_if_it_is_about_something_else() {
    let log =
        boot(&[]) + &[LENGTH, KEPT, NAME].map(|line| format!("000016.200|tls  |3|00|{line}\n")).concat();
    for (cut, state) in [
        ("000016.201|utilm|3|00|thread 4 sta", "active"),
        ("000016.201|tls  |3|00|Connection c", "active"),
        // The line of the key may have been the next one.
        ("000016.201|tls  |3|00|Custom platform device ke", ""),
        ("000016.201|tls  |3|00|C", ""),
        ("000016.201|tls  |3|00|", ""),
        ("000016.201|tls  |3|0", ""),
        ("000016", ""),
        ("", ""),
    ] {
        expect(&(log.clone() + cut), "INS005", state);
    }
}

#[test]
fn a_later_inventory_of_the_boot_that_says_the_contrary_is_another_one() {
    let emptied = shows(&[KEPT, KEY]) + &again(&[EMPTY_1]);
    for log in [emptied.clone(), emptied + &ordinary("000501.000")] {
        assert_eq!(slot(&log).as_deref(), Some("not-available"));
        expect(&log, "INS005", "");
    }
    let filled = shows(&[EMPTY_1]) + &again(&[KEPT, KEY]) + &ordinary("000501.000");
    assert_eq!(slot(&filled).as_deref(), Some("installed"));
    let key_alone = shows(&[KEPT, KEY]) + &again(&[EMPTY_1, KEY]) + &ordinary("000501.000");
    expect(&key_alone, "INS005", "active");
}

#[test]
fn the_newest_whole_inventory_of_a_boot_decides() {
    for (first, second, state) in [
        // It shows less than the first one, which stays.
        (&[LENGTH, KEPT, NAME, KEY][..], &[KEPT][..], ""),
        (&[KEPT, KEY], &[LENGTH, KEY], ""),
        (&[LENGTH, KEPT], &[KEPT, KEY], ""),
        // It shows as much, or all of a certificate.
        (&[LENGTH, KEPT, NAME, KEY], &[LENGTH, KEPT, NAME], "active"),
        (&[KEPT, KEY], &[KEPT], "active"),
        (&[KEPT, KEY], &[KEPT, LENGTH, NAME], "active"),
    ] {
        let log = shows(first) + &again(second) + &ordinary("000501.000");
        expect(&log, "INS005", state);
    }
    // An inventory that was written twice is one.
    let log = shows(&[KEPT]) + &again(&[KEPT]) + &ordinary("000501.000");
    assert_eq!(diagnoses(&told_of(&log)), ["INS005@platform-1 active x1"]);
    // A second, complete one shows what the first one leaves open.
    let holed = boot(&[]) + "000016.300|tls  |3|00|" + KEPT + "\n" + "000016.400|dns  |3|01|asked\n";
    let whole =
        format!("000500.000|dns  |3|01|asked\n000500.000|tls  |3|01|{KEPT}\n000500.000|dns  |3|01|asked\n");
    expect(&holed, "INS005", "");
    expect(&(holed + &whole), "INS005", "active");
    // Cut at the log's end, the second one takes nothing from the first.
    let cut = shows(&[KEPT]) + &again(&[KEPT]);
    expect(&cut, "INS005", "active");
    let cut = shows(&[KEPT, KEY]) + &again(&[KEPT]);
    assert_eq!(row(&cut)["key_length"], 2374);
}

#[test]
fn inventories_of_a_boot_complete_each_other_as_far_as_they_agree() {
    let all = [LENGTH, KEPT, NAME, KEY];
    let whole = row(&shows(&all));
    for part in
        [&[LENGTH, KEPT, KEY][..], &[LENGTH, NAME, KEY], &[KEPT, NAME, KEY], &[KEPT, KEY], &[LENGTH, KEY]]
    {
        assert_eq!(row(&(shows(part) + &again(&all) + &ordinary("000501.000"))), whole, "{part:?}");
        assert_eq!(row(&(shows(&all) + &again(part) + &ordinary("000501.000"))), whole, "{part:?}");
    }
    let log = shows(&[LENGTH, KEPT]) + &again(&[KEPT, KEY]) + &ordinary("000501.000");
    assert_eq!(row(&log)["key_length"], 2374);
    // If it differs, the later one is right.
    let changed = [
        LENGTH.replace("2021", "2022"),
        OTHER.to_owned(),
        NAME.replace("d.", "e."),
        KEY.replace("2374", "2375"),
    ];
    for (index, text) in changed.iter().enumerate() {
        let mut second = all;
        second[index] = text;
        let log = shows(&all) + &again(&second) + &ordinary("000501.000");
        assert_eq!(row(&log), row(&shows(&second)), "{text}");
    }
}

#[test]
fn without_stamps_a_line_that_does_not_follow_itself_is_another_inventory() {
    let log =
        |lines: &[&str]| -> String { lines.iter().map(|line| format!("tls  |3|00|{line}\n")).collect() };
    expect(&log(&[KEPT, KEY, EMPTY_2, KEPT, EMPTY_2]), "INS005", "active");
    expect(&log(&[KEPT, KEPT, KEY, KEY, EMPTY_2, EMPTY_2]), "INS005", "");
}

#[test]
fn an_inventory_in_the_boot_of_a_save_mends_by_itself() {
    let log = shows(&[EMPTY_1]) + &then(&[KEY_REFUSED, SAVING, SAVED]);
    expect(&log, "INS001", "active");
    expect(&(log + &again(&[KEPT, KEY]) + &ordinary("000501.000")), "INS001", "resolved");
    // With any number of refusals before.
    let log = shows(&[OTHER, KEY]) + &then(&[KEY_REFUSED]) + &then(&[KEY_REFUSED]) + &shows(&[KEPT, KEY]);
    expect(&log, "INS001", "resolved");
}

#[test]
fn a_slot_is_judged_when_a_line_of_something_else_follows() {
    let begin = boot(&[]) + &format!("000016.200|tls  |3|00|{KEPT}");
    for (rest, state) in [
        ("\n", ""),
        ("\n000016.201|dns  |3|00|answered", "active"),
        ("\n000016.201|dns  |3|00|answered\n", "active"),
        ("\n000016.201|dns  |3|00|answered\n000016.202|dns  |3|00|answ", "active"),
        ("\n000016.201|tls  |3|00|Custom platform device certificate 2 is not available\n", "active"),
        // The line feed between them was lost.
        ("000016.201|tls  |3|00|Custom platform device certificate 2 is not available\n", "active"),
    ] {
        expect(&(begin.clone() + rest), "INS005", state);
    }
    // Lines outside of the time window follow too.
    let log = boot(&[KEPT]).replace("000016.199", "0527080000");
    let window = Window { until: Some("2016-05-26T00:00:00".parse().unwrap()), ..Window::default() };
    let phone = phone_within(&[File::new("", log.as_bytes())], window);
    let device = serde_json::to_value(phone.device(Shown::plain())).unwrap();
    assert!(found(&device, "INS005").is_some());
}

#[test]
fn a_line_lost_behind_a_certificate_leaves_its_key_open() {
    let log = |counts: [u64; 5]| {
        let [before, certificate, first, second, third] = counts;
        format!(
            "000016.000|dns  |3|{before:02}|asked\n000016.101|tls  |3|{certificate:02}|{KEPT}\n\
             000016.102|dns  |3|{first:02}|asked\n000016.103|dns  |3|{second:02}|asked\n\
             000016.104|dns  |3|{third:02}|asked\n"
        )
    };
    for (counts, state) in [
        ([0, 0, 0, 0, 0], "active"),
        ([2, 2, 2, 2, 2], "active"),
        // Before the certificate, no key was lost.
        ([0, 1, 1, 1, 1], "active"),
        ([0, 0, 1, 1, 1], ""),
        ([0, 0, 0, 0, 1], "active"),
    ] {
        expect(&(boot(&[]).replace("000016.199", "000015.999") + &log(counts)), "INS005", state);
    }
    // Another boot's count is another one.
    let later = boot(&[]).replace("|*|00|-----", "|*|03|-----");
    let ends = boot(&[]) + &format!("000200.000|tls  |3|00|{KEPT}\n");
    expect(&(ends + &later), "INS005", "active");
}

#[test]
fn an_inventory_goes_on_in_the_next_log_of_its_chain() {
    let state = |logs: &[(&str, &str)]| {
        let files: Vec<File> = logs.iter().map(|(suffix, log)| File::new(suffix, log.as_bytes())).collect();
        found(&told(&files), "INS005").is_some()
    };
    let begin = boot(&[]) + &format!("000016.200|tls  |3|00|{KEPT}\n");
    let rest = ordinary("000016.300") + &ordinary("000017.000");
    assert!(state(&[(".1", &begin), ("", &rest)]));
    assert!(!state(&[(".1", &begin), ("", &boot(&[]))]), "another boot");
    assert!(!state(&[(".2", &begin), ("", &rest)]), "a log is missing");
    // A key whose certificate's lines can have been in a log that is missing.
    let key = lines(&[("000016.300", "tls  |3|00|Custom platform device key 1 length 2374")]) + &rest;
    assert!(state(&[(".1", &boot(&[])), ("", &key)]));
    assert!(!state(&[(".2", &boot(&[])), ("", &key)]));
    assert!(!state(&[("", &key)]));
    // A cut first line, without a stamp, is no line before it.
    let key = key.replace("000016.300", "000116.300");
    assert!(!state(&[("", &format!("{UNTRUSTED}\n{key}"))]));
    assert!(state(&[("", &(format!("000100.000|{UNTRUSTED}\n{key}")))]));
    let without_stamps = [
        UNTRUSTED,
        "tls  |3|00|Custom platform device key 1 length 2374",
        "tls  |3|00|Custom platform device certificate 2 is not available",
    ];
    assert!(state(&[("", &(without_stamps.join("\n") + "\n"))]));
}

/// The state of a failure that names no slot.
#[track_caller]
fn expect_of_chain(log: &str, state: &str) {
    for (refused, code) in [(CHAIN_REFUSED, "INS003"), (INVALID, "INS002")] {
        let told = told_of(&log.replace(CHAIN_REFUSED, refused));
        assert_eq!(found(&told, code).unwrap()["state"], state, "{code}: {log}");
    }
}

#[test]
fn a_failure_without_a_slot_is_mended_by_a_later_save() {
    let failed = then(&[CHAIN_REFUSED]);
    let saved = then(&[SAVING, SAVED]);
    expect_of_chain(&(shows(&[EMPTY_1]) + &failed), "active");
    expect_of_chain(&(shows(&[EMPTY_1]) + &failed + &shows(&[EMPTY_1]) + &saved), "resolved");
    expect_of_chain(&(shows(&[EMPTY_1]) + &saved + &shows(&[EMPTY_1]) + &failed), "active");
}

#[test]
fn a_failure_without_a_slot_is_mended_by_a_certificate_that_is_new() {
    let failed = then(&[CHAIN_REFUSED]);
    for (before, after, state) in [
        (&[EMPTY_1, EMPTY_2][..], &[KEPT, KEY, EMPTY_2][..], "resolved"),
        (&[EMPTY_1, EMPTY_2], &[EMPTY_1, EMPTY_2], "active"),
        (&[EMPTY_1, EMPTY_2], &[LENGTH, KEY, EMPTY_2], "active"),
        (&[], &[LENGTH, KEY], "active"),
        (&[], &[KEPT, KEY], "resolved"),
        (&[OTHER, KEY], &[KEPT, KEY], "resolved"),
        (&[OTHER, KEY], &[LENGTH, KEY], "active"),
        (&[KEPT, KEY], &[KEPT, KEY], "active"),
        // It is not known which certificate was there.
        (&[LENGTH, KEY], &[KEPT, KEY], "active"),
        // Another slot had it, or has one that is not known.
        (&[EMPTY_1, &KEPT.replace("e 1", "e 2")], &[KEPT, KEY, &KEPT.replace("e 1", "e 2")], "active"),
        (&[EMPTY_1, &LENGTH.replace("e 1", "e 2")], &[KEPT, KEY, &LENGTH.replace("e 1", "e 2")], "resolved"),
    ] {
        expect_of_chain(&(boot(before) + &failed + &boot(after)), state);
    }
    // The newest of the slot's inventories before counts.
    expect_of_chain(&(shows(&[EMPTY_1]) + &shows(&[LENGTH, KEY]) + &failed + &shows(&[KEPT, KEY])), "active");
    // There must be an inventory before.
    expect_of_chain(&(failed.clone() + &boot(&[KEPT, KEY])), "active");
    expect_of_chain(&(then(&[SAVING, &SAVED.replace("9A", "9B")]) + &failed + &boot(&[KEPT, KEY])), "active");
    // A refusal shows no certificate.
    let refused = then(&[SAVING, CHAIN_REFUSED]);
    expect_of_chain(&(shows(&[EMPTY_1]) + &refused + &shows(&[KEPT, KEY])), "resolved");
    expect_of_chain(&(shows(&[EMPTY_1]) + &refused.repeat(2) + &shows(&[KEPT, KEY])), "resolved");
}
