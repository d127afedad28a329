//! The content of a certificate slot at the end of the logs, and whether a failure there is resolved.

use super::sample::{
    CHAIN_REFUSED, EMPTY_1, EMPTY_2, KEY_REFUSED, SAVED, SAVING, boot, diagnoses, lines, ordinary, told_of,
};

/// The certificate of `SAVED` in an inventory.
pub(super) const KEPT: &str =
    "Custom platform device certificate 1 MD5 fingerprint: 9A:2E:0C:8B:32:7F:73:2F:38:18:28:EB:B3:5A:35:1C";
pub(super) const OTHER: &str =
    "Custom platform device certificate 1 MD5 fingerprint: 58:4F:3E:AB:AF:D4:C6:50:C5:8A:B6:FD:58:C0:61:0D";
const THIRD: &str =
    "Custom platform device certificate 1 MD5 fingerprint: 77:4F:3E:AB:AF:D4:C6:50:C5:8A:B6:FD:58:C0:61:0D";
pub(super) const KEY: &str = "Custom platform device key 1 length 2374";
pub(super) const INVALID: &str = "tls  |4|00|Device credential invalid: Cert is not proper";
const PREVIOUS: &str = "tls  |*|00|No previous certificate stored";
const SAVED_OTHER: &str = "tls  |*|00|New Certificate Common Name 'x.example.com' Fingerprint '58:4F:3E:AB:AF:D4:C6:50:C5:8A:B6:FD:58:C0:61:0D'";

/// A boot with these lines of slot 1; slot 2 is empty.
pub(super) fn shows(slot: &[&str]) -> String {
    boot(&[slot, &[EMPTY_2]].concat())
}

/// These lines, a while after the start.
pub(super) fn then(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("000300.000|{text}\n")).collect::<String>() + &ordinary("000400.000")
}

/// The state of slot 1; None if the logs do not show it.
pub(super) fn slot(log: &str) -> Option<String> {
    let told = told_of(log);
    let certificates = told["certificates"].as_array().unwrap().clone();
    let found = certificates.into_iter().find(|certificate| certificate["slot"] == "platform-1")?;
    Some(found["state"].as_str().unwrap().to_owned())
}

/// The state of this diagnosis of slot 1.
pub(super) fn is(log: &str, code: &str) -> Option<String> {
    let wanted = format!("{code}@platform-1 ");
    let all = diagnoses(&told_of(log));
    all.iter().find_map(|found| found.strip_prefix(&wanted)?.split(' ').next().map(str::to_owned))
}

#[track_caller]
pub(super) fn expect(log: &str, code: &str, state: &str) {
    assert_eq!(is(log, code).as_deref(), Some(state).filter(|state| !state.is_empty()), "{log}");
}

#[test]
fn a_refusal_without_a_slot_is_of_the_one_that_is_being_saved_to() {
    let state = |texts: &[&str]| slot(&(boot(&[]) + &then(texts)));
    let (rejected, installed) = (Some("rejected".to_owned()), Some("installed".to_owned()));
    assert_eq!(state(&[KEY_REFUSED]), rejected);
    for refused in [INVALID, CHAIN_REFUSED] {
        assert_eq!(state(&[SAVING, refused]), rejected);
        assert_eq!(state(&[refused]), None);
        // What was saved before is installed, and what ends after a refusal is none.
        assert_eq!(state(&[SAVING, SAVED, refused]), installed);
        assert_eq!(state(&[SAVING, PREVIOUS, refused]), installed);
        assert_eq!(state(&[SAVING, refused, PREVIOUS]), rejected);
        // A save that one boot began does not continue in the next one.
        assert_eq!(slot(&(boot(&[]) + &then(&[SAVING]) + &boot(&[]) + &then(&[refused]))), None);
        assert_eq!(slot(&(boot(&[]) + &then(&[SAVING]) + &boot(&[]) + &then(&[PREVIOUS]))), None);
        // A refused key ends what was being saved to any slot.
        let second = "tls  |*|00|Saving new Custom platform device certificate 2";
        let told = told_of(&(boot(&[]) + &then(&[second, KEY_REFUSED, refused])));
        let slots = told["certificates"].as_array().unwrap().iter().map(|found| &found["slot"]);
        assert_eq!(slots.collect::<Vec<_>>(), ["built-in", "platform-1"]);
    }
}

#[test]
fn an_installation_ends_with_the_new_certificate_or_the_previous_one() {
    for end in [&[SAVING, SAVED][..], &[SAVING, PREVIOUS], &[SAVING, SAVED, PREVIOUS]] {
        let log = shows(&[EMPTY_1]) + &then(end);
        assert_eq!(slot(&log).as_deref(), Some("installed"), "{end:?}");
        expect(&(log.clone() + &shows(&[EMPTY_1])), "INS004", "active");
        expect(&(log + &shows(&[KEPT, KEY])), "INS004", "");
    }
    assert_eq!(slot(&(shows(&[EMPTY_1]) + &then(&[PREVIOUS]))).as_deref(), Some("not-available"));
}

#[test]
fn lines_of_a_slot_count_in_any_order() {
    for (lines, state, halves) in [
        (&[KEPT, KEY][..], "installed", ""),
        (&[KEY, KEPT], "installed", ""),
        (&[KEY, EMPTY_1], "not-available", "active"),
        (&[EMPTY_1, KEY], "not-available", "active"),
        (&[KEY], "not-available", "active"),
    ] {
        assert_eq!(slot(&shows(lines)).as_deref(), Some(state), "{lines:?}");
        expect(&shows(lines), "INS005", halves);
    }
}

/// The line of the key shows that there is a built-in certificate, unless another line says that there is none.
#[test]
fn the_key_of_the_built_in_certificate_shows_that_it_is_there() {
    let state = |first: &str, second: &str| {
        let log = lines(&[
            ("000015.871", "log  |*|00|---------- Initial log entry ----------"),
            ("000015.925", first),
            ("000015.974", second),
            ("000016.199", "dns  |3|00|answered from cache"),
        ]);
        told_of(&log)["certificates"][0]["state"].as_str().unwrap().to_owned()
    };
    let key = "tls  |3|00|Polycom device key length 636";
    let missing = "tls  |3|00|Polycom device certificate is not available";
    assert_eq!(state(key, "dns  |3|00|asked"), "installed");
    assert_eq!(state(key, missing), "not-available");
    assert_eq!(state(missing, key), "not-available");
}

#[test]
fn a_certificate_that_was_not_kept_is_mended_by_an_inventory_that_shows_it() {
    let lost = shows(&[EMPTY_1]) + &then(&[SAVING, SAVED]) + &shows(&[EMPTY_1]);
    expect(&lost, "INS004", "active");
    expect(&(lost.clone() + &shows(&[KEPT, KEY])), "INS004", "resolved");
    expect(&(lost.clone() + &shows(&[OTHER, KEY])), "INS004", "active");
    expect(&(lost.clone() + &shows(&[EMPTY_1]) + &shows(&[OTHER, KEY])), "INS004", "active");
    // It was there before, which shows nothing; nor does a save that no inventory has shown yet.
    expect(&(shows(&[KEPT, KEY]) + &then(&[SAVING, SAVED]) + &shows(&[EMPTY_1])), "INS004", "active");
    expect(&(lost + &then(&[SAVING, SAVED])), "INS004", "active");
    // Where it is not known which one was saved, any certificate will do.
    let unknown = shows(&[EMPTY_1]) + &then(&[SAVING, PREVIOUS]) + &shows(&[EMPTY_1]);
    expect(&unknown, "INS004", "active");
    expect(&(unknown.clone() + &shows(&[OTHER, KEY])), "INS004", "resolved");
    expect(&(unknown + &shows(&[EMPTY_1])), "INS004", "active");
}

#[test]
fn a_certificate_that_was_not_kept_is_mended_by_a_save_that_is() {
    let lost = shows(&[EMPTY_1]) + &then(&[SAVING, SAVED]) + &shows(&[EMPTY_1]);
    for saved in [SAVED_OTHER, PREVIOUS] {
        expect(&(lost.clone() + &then(&[SAVING, saved]) + &shows(&[OTHER, KEY])), "INS004", "resolved");
    }
    // Not by one that was kept before.
    let kept = shows(&[EMPTY_1]) + &then(&[SAVING, SAVED]) + &shows(&[KEPT, KEY]);
    let log = kept + &then(&[SAVING, SAVED_OTHER]) + &shows(&[EMPTY_1]);
    expect(&log, "INS004", "active");
    // A fingerprint of another digest does not tell whether it is the same.
    let sha1 = "Custom platform device certificate 1 SHA1 fingerprint: 58:4F:3E:AB:AF:D4:C6:50:C5:8A:B6:FD:58:C0:61:0D:01:02:03:04";
    expect(&(lost + &then(&[SAVING, SAVED_OTHER]) + &shows(&[sha1, KEY])), "INS004", "active");
}

/// An inventory of the same boot after a save is not that of the next boot.
#[test]
fn an_inventory_after_a_save_in_its_boot_changes_nothing_of_what_was_saved() {
    let log = shows(&[EMPTY_1]) + &then(&[SAVING, SAVED]);
    let log = log + &format!("000401.000|tls  |3|00|{EMPTY_1}\n") + &ordinary("000402.000");
    expect(&(log.clone() + &shows(&[OTHER, KEY])), "INS004", "active");
    expect(&(log + &shows(&[KEPT, KEY])), "INS004", "");
}

#[test]
fn a_half_is_mended_by_both_or_neither() {
    let half = shows(&[KEPT]);
    expect(&half, "INS005", "active");
    expect(&(half.clone() + &shows(&[KEPT, KEY])), "INS005", "resolved");
    expect(&(half.clone() + &shows(&[EMPTY_1])), "INS005", "resolved");
    expect(&(half.clone() + &shows(&[EMPTY_1, KEY])), "INS005", "active");
    expect(&(shows(&[EMPTY_1, KEY]) + &half), "INS005", "active");
    expect(&(shows(&[KEPT, KEY]) + &half), "INS005", "active");
    expect(&(half.clone() + &then(&[SAVING, SAVED_OTHER])), "INS005", "active");
    // An inventory that the log's end cuts does not show what is not there.
    for cut in [KEPT, EMPTY_1] {
        let log = half.clone() + &boot(&[]) + &format!("000016.200|tls  |3|00|{cut}\n");
        expect(&log, "INS005", "active");
    }
}

/// Lines of one boot can be out of order: an earlier line shows nothing about a later time.
#[test]
fn a_half_is_not_mended_by_what_was_there_before() {
    for (second, state) in [("09", "active"), ("10", "resolved"), ("11", "resolved")] {
        let line = |stamp: &str, text: &str| format!("{stamp}|tls  |3|00|{text}\n");
        let log = boot(&[]) + &ordinary("0527080000") + &line("0527080010", KEPT) + &ordinary("0527080010");
        let stamp = format!("05270800{second}");
        expect(&(log + &line(&stamp, OTHER) + &line(&stamp, KEY) + &ordinary("0527080012")), "INS005", state);
    }
    // The clock of another boot can be behind.
    let dated = |log: String, stamp: &str| log.replace("000016.101", stamp).replace("000016.199", stamp);
    let log = dated(shows(&[KEPT]), "0527080010") + &dated(shows(&[KEPT, KEY]), "0527070000");
    expect(&log, "INS005", "resolved");
}

#[test]
fn a_refused_key_is_mended_by_another_certificate_with_its_key() {
    let refused = then(&[KEY_REFUSED]);
    for (before, after, state) in [
        (&[EMPTY_1][..], &[KEPT, KEY][..], "resolved"),
        (&[EMPTY_1], &[KEPT], "active"),
        (&[EMPTY_1], &[EMPTY_1, KEY], "active"),
        (&[OTHER, KEY], &[KEPT, KEY], "resolved"),
        (&[KEPT, KEY], &[KEPT, KEY], "active"),
        // The slot was not empty before: one half was there.
        (&[KEPT], &[KEPT, KEY], "active"),
        (&[EMPTY_1, KEY], &[KEPT, KEY], "active"),
        // The earlier content is not known.
        (&[], &[KEPT, KEY], "active"),
    ] {
        expect(&(shows(before) + &refused + &shows(after)), "INS001", state);
    }
    // The last inventory before the refusal counts, and the last refusal.
    let mended = shows(&[EMPTY_1]) + &refused + &shows(&[KEPT, KEY]);
    expect(&(mended.clone() + &refused), "INS001", "active");
    expect(&(mended.clone() + &refused + &shows(&[KEPT, KEY])), "INS001", "active");
    expect(&(mended.clone() + &refused + &shows(&[OTHER, KEY])), "INS001", "resolved");
    // An inventory that then shows the certificate without a key makes it active again; an open one does not.
    expect(&(mended.clone() + &shows(&[KEPT])), "INS001", "active");
    expect(&(mended.clone() + &shows(&[KEPT]) + &shows(&[THIRD, KEY])), "INS001", "resolved");
    expect(&(mended.clone() + &shows(&[EMPTY_1])), "INS001", "resolved");
    expect(&(mended + &boot(&[]) + &format!("000016.200|tls  |3|00|{KEPT}\n")), "INS001", "resolved");
}

/// A refused certificate is resolved by a certificate with its key, and stays resolved if the key is missing later.
#[test]
fn a_refused_certificate_is_mended_without_regard_to_its_key_later() {
    let refused = then(&[
        "hw   |4|00|hwDescSecurityDeviceCredentialsStore: Could not store cert for custom device cert1, length 9001 is bigger than maximum 8192",
    ]);
    let mended = shows(&[EMPTY_1]) + &refused + &shows(&[KEPT, KEY]);
    expect(&mended, "INS002", "resolved");
    expect(&(mended + &shows(&[KEPT])), "INS002", "resolved");
    expect(&(shows(&[EMPTY_1]) + &refused + &shows(&[KEPT])), "INS002", "active");
}
