//! The message and the evidence of each diagnosis.

use phonecert::check::Case;
use phonecert::phone::Phone;
use phonecert::redact::Shown;
use phonecert::timeline::Timeline;
use serde_json::Value;

use super::sample::{
    CHAIN_REFUSED, CONNECTION, EMPTY_1, EMPTY_2, KEY_REFUSED, SAVED, SAVING, boot, found, lines, message,
    ordinary, times, told_of,
};

const NOT_APPLIED: &str =
    "cfg  |4|00|Prov|Not setting device parameters since configuration was not updated.";
const NOT_APPLIED_SAID: &str =
    " In that boot the phone did not apply its configuration: nothing in the files was installed.";
const CERTIFICATE: &str =
    "Custom platform device certificate 1 MD5 fingerprint: 58:4F:3E:AB:AF:D4:C6:50:C5:8A:B6:FD:58:C0:61:0D";
const KEY: &str = "Custom platform device key 1 length 2374";

/// The message of this diagnosis, and the lines of its evidence.
fn said(log: &str, code: &str) -> (String, Vec<u64>) {
    let told = told_of(log);
    let found = found(&told, code).unwrap_or_else(|| panic!("no {code}"));
    let evidence = found["evidence"].as_array().unwrap().iter();
    (
        found["message"].as_str().unwrap().to_owned(),
        evidence.map(|line| line["line"].as_u64().unwrap()).collect(),
    )
}

/// A built-in certificate with another fingerprint.
fn other_built_in(log: &str) -> String {
    log.replace("D3:2F:07:C2", "AA:AA:AA:AA")
}

#[test]
fn a_configuration_that_was_not_applied_is_told_beside_what_failed_in_that_boot() {
    let failed = "The phone could not decode a certificate chain from its configuration.";
    let beside = boot(&[]) + &lines(&[("000017.000", NOT_APPLIED), ("000018.000", CHAIN_REFUSED)]);
    assert_eq!(message(&beside, "INS003"), format!("{failed}{NOT_APPLIED_SAID}"));
    let before = boot(&[])
        + &lines(&[("000017.000", NOT_APPLIED)])
        + &boot(&[])
        + &lines(&[("000018.000", CHAIN_REFUSED)]);
    assert_eq!(message(&before, "INS003"), failed);
    // If a certificate was not kept, the boot that shows this counts.
    let saved = boot(&[EMPTY_1, EMPTY_2]) + &lines(&[("000100.000", SAVING), ("000100.000", SAVED)]);
    let lost = "A certificate was saved to platform slot 1, and the next inventory shows that slot empty.";
    let in_next = saved.clone() + &boot(&[EMPTY_1, EMPTY_2]) + &lines(&[("000017.000", NOT_APPLIED)]);
    assert_eq!(message(&in_next, "INS004"), format!("{lost}{NOT_APPLIED_SAID}"));
    let in_first = saved + &lines(&[("000101.000", NOT_APPLIED)]) + &boot(&[EMPTY_1, EMPTY_2]);
    assert_eq!(message(&in_first, "INS004"), lost);
}

#[test]
fn what_is_not_kept_is_told_empty_or_another() {
    let saved = boot(&[EMPTY_1, EMPTY_2]) + &lines(&[("000100.000", SAVING), ("000100.000", SAVED)]);
    let another = saved.clone() + &boot(&[CERTIFICATE, KEY, EMPTY_2]);
    let expected = "A certificate was saved to platform slot 1, and the next inventory shows another one there, 58:4F:3E:AB:AF:D4:C6:50:C5:8A:B6:FD:58:C0:61:0D.";
    assert_eq!(said(&another, "INS004"), (expected.to_owned(), vec![13, 22]));
    // The message is of the last one, the evidence of all.
    let both =
        another + &lines(&[("000100.000", SAVING), ("000100.000", SAVED)]) + &boot(&[EMPTY_1, EMPTY_2]);
    let expected =
        "A certificate was saved to platform slot 1, and the next inventory shows that slot empty.";
    assert_eq!(said(&both, "INS004"), (expected.to_owned(), vec![13, 22, 27, 36]));
    assert_eq!(times(&both, "INS004"), 2);
}

#[test]
fn a_refusal_is_told_with_its_lengths_and_slot() {
    let log = |text: &str| lines(&[("000100.000", text)]);
    assert_eq!(
        said(&log(KEY_REFUSED), "INS001"),
        (
            "The phone refused a private key of 4677 bytes for platform slot 1, whose limit is 4096 bytes."
                .to_owned(),
            vec![1]
        )
    );
    let certificate = "hw   |4|00|hwDescSecurityDeviceCredentialsStore: Could not store cert for custom device cert1, length 9001 is bigger than maximum 8192";
    assert_eq!(
        message(&log(certificate), "INS002"),
        "The phone refused a certificate of 9001 bytes for platform slot 1, whose limit is 8192 bytes."
    );
    let invalid = "tls  |4|00|Device credential invalid: Cert is not proper";
    let told = message(&log(invalid), "INS002");
    assert!(told.starts_with("The phone refused a credential as invalid: "), "{told}");
    assert!(told.ends_with("Cert is not proper."), "{told}");
}

#[test]
fn a_changed_built_in_certificate_is_told_with_both_lines() {
    let log = boot(&[]) + &other_built_in(&boot(&[]));
    let expected = "The built-in certificate's fingerprint changed from D3:2F:07:C2:B1:97:E3:DB:10:53:E9:06:FC:FF:D5:AE to AA:AA:AA:AA:B1:97:E3:DB:10:53:E9:06:FC:FF:D5:AE.";
    assert_eq!(said(&log, "INV003"), (expected.to_owned(), vec![6, 15]));
    let twice = log + &boot(&[]);
    assert_eq!(times(&twice, "INV003"), 2);
    assert_eq!(said(&twice, "INV003").1, [6, 15, 24], "each line once");
    // Within one boot, it is not another factory certificate.
    let fingerprint = "000016.300|tls  |3|00|Polycom device certificate MD5 fingerprint: AA:AA:AA:AA:B1:97:E3:DB:10:53:E9:06:FC:FF:D5:AE\n";
    assert_eq!(times(&(boot(&[]) + fingerprint), "INV003"), 0);
}

#[test]
fn one_half_without_the_other_is_told_with_the_lines_of_its_inventory() {
    let certificate_alone = boot(&[CERTIFICATE, EMPTY_2]);
    let expected = "The inventory shows a certificate in platform slot 1, but no private key for it.";
    assert_eq!(said(&certificate_alone, "INS005"), (expected.to_owned(), vec![9]));
    let key_alone = boot(&[EMPTY_1, KEY, EMPTY_2]);
    let expected = "The inventory shows a private key in platform slot 1, but no certificate.";
    assert_eq!(said(&key_alone, "INS005"), (expected.to_owned(), vec![9, 10]));
    // The message names the last one; both are evidence.
    assert_eq!(
        said(&(certificate_alone.clone() + &key_alone), "INS005"),
        (expected.to_owned(), vec![9, 20, 21])
    );
    assert_eq!(times(&(certificate_alone + &key_alone), "INS005"), 2);
}

/// Lines between those of a slot, and those of another slot, are not its evidence.
#[test]
fn only_lines_of_the_slot_prove_that_a_half_is_missing() {
    let saving = "000016.101|tls  |*|00|Saving new Custom platform device certificate 1\n";
    let second = "000016.101|tls  |3|00|Custom platform device certificate 1 common name \"d.example.com\"\n";
    let log = boot(&[CERTIFICATE])
        .replace("000016.199", &format!("{saving}000016.101|tls  |3|00|{EMPTY_2}\n{second}000016.199"));
    assert_eq!(said(&log, "INS005").1, [9, 12]);
}

#[test]
fn the_clock_is_told_unset_once_a_boot() {
    let failed = "so   |4|00|Could not load time from ntp.example.com";
    let unset = |lines_of: &[(&str, &str)]| boot(&[]) + &lines(lines_of);
    let default =
        unset(&[("0101000020", "so   |4|00|one"), ("0101000030", CONNECTION), ("0101000040", CONNECTION)]);
    let expected = "The phone started once without the time, and its clock was not set after that.";
    assert_eq!(said(&default, "LOG003"), (expected.to_owned(), vec![10]));
    // Equal milliseconds in so many lines would be of the same boot.
    let twice = default.clone() + &default.replace("000015.", "000014.");
    assert_eq!(
        message(&twice, "LOG003"),
        "The phone started twice without the time, and its clock was not set after that."
    );
    let later = twice + &boot(&[]) + &ordinary("0527080000");
    assert_eq!(
        message(&later, "LOG003"),
        "The phone started twice without the time; its clock was set later."
    );
    // Once the clock is set, a time server that does not answer changes nothing.
    let log = unset(&[("000020.000", failed), ("0527080000", "so   |4|00|x"), ("0527090000", failed)]);
    assert_eq!(times(&log, "LOG003"), 1);
    assert_eq!(message(&log, "LOG003"), "The phone started once without the time; its clock was set later.");
}

#[test]
fn lost_events_are_told_with_when_they_were_lost() {
    let log = |counts: &[u64]| -> String {
        let line = |(at, count): (usize, &u64)| format!("0001{:02}.000|so   |4|{count:02}|text {at}\n", at);
        counts.iter().enumerate().map(line).collect()
    };
    for (counts, expected, evidence) in [
        (&[1, 1][..], "1 event was lost before the first line that was read.", &[1][..]),
        (&[2, 2], "2 events were lost before the first line that was read.", &[1]),
        (&[0, 3, 3], "3 events were lost: the phone's counter of them went up once.", &[2]),
        (&[0, 3, 2, 5], "5 events were lost: the phone's counter of them went up twice.", &[2, 4]),
        (
            &[2, 5],
            "5 events were lost, 2 of them before the first line that was read; the phone's counter of them went up once.",
            &[1, 2],
        ),
    ] {
        assert_eq!(said(&log(counts), "LOG002"), (expected.to_owned(), evidence.to_vec()), "{counts:?}");
    }
    // Each boot is counted separately.
    assert_eq!(times(&(boot(&[]) + &log(&[0, 1])).repeat(2), "LOG002"), 2);
}

#[test]
fn nothing_is_told_where_nothing_is_known() {
    let level =
        |level: u64| format!("000016.000|tls  |*|00|Initial log entry. Current logging level {level}\n");
    let of_sip = "000016.100|sip  |*|00|Initial log entry. Current logging level 4\n";
    let told = |log: &str| {
        let told = told_of(log);
        assert_eq!(told["status"], "unknown", "{log}");
        let found = found(&told, "LOG001").unwrap().clone();
        (
            found["message"].as_str().unwrap().to_owned(),
            found["remedy"].as_str().unwrap().to_owned(),
            found["evidence"].as_array().unwrap().len(),
        )
    };
    let hidden = |level: u64| {
        format!(
            "The logs contain neither an inventory nor an installation: TLS logging is at level {level}, at which the phone does not write the inventory."
        )
    };
    let shown =
        "The logs contain neither an inventory nor an installation, although TLS logging is at level 3.";
    assert_eq!((told(&level(4)).0, told(&level(4)).2), (hidden(4), 1));
    assert_eq!((told(&level(3)).0.as_str(), told(&level(3)).2), (shown, 1));
    assert!(told(&level(3)).1.contains("log.render.level"));
    // The newest level of the TLS component counts, and no other component's.
    assert_eq!(told(&(level(4) + &level(3) + of_sip)).0, shown);
    assert_eq!(told(&(level(3) + &level(4))).0, hidden(4));
    assert_eq!(
        told(of_sip),
        ("The logs contain neither an inventory nor an installation.".to_owned(), told(of_sip).1, 0)
    );
    assert_eq!(told("").0, "The log is empty or could not be read, so nothing is known.");
    assert!(told("").1.starts_with("See the problems of this scan; if there are none, restart"));
    assert_eq!(told("no line of a log\n").0, "No line of a log could be read, so nothing is known.");
    assert!(told("no line of a log\n").1.starts_with("Check that the file is this phone's"));
}

#[test]
fn tls_logging_is_the_cause_only_where_the_logs_were_read() {
    let cause = |log: &str| {
        let told = told_of(log);
        let found = found(&told, "LOG001").map(|found| found["cause"].as_str().unwrap().to_owned());
        found.map(|cause| cause.contains("TLS logging"))
    };
    let hidden = "the phone wrote: 0501080000|sip  |4|00|text\n";
    assert_eq!(cause("0501080000|sip  |4|00|text\n"), Some(true));
    assert_eq!(cause(""), Some(false));
    assert_eq!(cause("no line of a log\n"), Some(false));
    assert_eq!(cause(&(boot(&[]) + &hidden.repeat(7))), None);
    assert_eq!(cause(&(boot(&[]) + &hidden.repeat(8))), Some(false));
}

/// Message and state of LOG001 for a phone without evidence in its logs; None if there is no LOG001.
fn nothing_read(change: impl Fn(&mut Case<'_>)) -> Option<(String, String)> {
    let mut case = Case::new(Timeline::nothing(), None);
    change(&mut case);
    let device = serde_json::to_value(Phone::new(&case).device(Shown::plain())).unwrap();
    let found = found(&device, "LOG001")?;
    let text = |field: &str| -> String { Value::as_str(&found[field]).unwrap().to_owned() };
    Some((text("message"), text("remedy")))
}

#[test]
fn a_log_that_was_left_out_is_told() {
    assert_eq!(nothing_read(|_| {}), None);
    let (message, remedy) = nothing_read(|case| case.is_mixed = true).unwrap();
    assert_eq!(
        message,
        "Some lines are from this phone or from another one, and nothing shows from which, so failures may be missing."
    );
    assert_eq!(remedy, "Read each phone's log from its own file.");
    let (message, remedy) = nothing_read(|case| case.is_unread = true).unwrap();
    assert_eq!(message, "The phone's log could not be read, so nothing is known.");
    assert_eq!(remedy, "See the problems of this scan, make the phone's log readable, and scan again.");
}

#[test]
fn the_newest_software_is_told() {
    let with = |version: &str| boot(&[]).replace("5.9.5.0614", version);
    let told = message(&(with("4.0.1.0001") + &with("4.0.2.0002")), "ZTP001");
    assert!(told.starts_with("The VVX 500 runs 4.0.2.0002; zero-touch provisioning requires "), "{told}");
}

/// The earliest and the latest date, for any order of the lines.
#[test]
fn a_diagnosis_has_its_first_and_last_date() {
    let seen = |log: &str, code: &str| {
        let told = told_of(log);
        let found = found(&told, code).unwrap();
        ["first_seen", "last_seen"].map(|field| found[field].as_str().unwrap().to_owned())
    };
    let expected = ["2016-05-01T08:00:00", "2016-05-01T10:00:00"];
    for hours in [["08", "09", "10"], ["09", "08", "10"], ["10", "09", "08"], ["09", "10", "08"]] {
        let line =
            |(count, hour): (usize, &str)| format!("0501{hour}0000|sip  |4|{:02}|text {count}\n", count + 1);
        let lost: String = hours.into_iter().enumerate().map(line).collect();
        assert_eq!(seen(&lost, "LOG002"), expected, "{hours:?}");
        let failed: String = hours.iter().map(|hour| format!("0501{hour}0000|{CONNECTION}\n")).collect();
        assert_eq!(seen(&failed, "TLS002"), expected, "{hours:?}");
    }
}
