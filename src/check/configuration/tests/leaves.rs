//! CFG017 to CFG019 of values with several certificates of the device, and of certificates that the log shows.

use super::*;
use crate::model::Fingerprint;

fn until(cn: &str, day: &str) -> Vec<u8> {
    certificate(cn, 1, "2029-01-01", day, 0)
}

fn expired() -> Vec<u8> {
    until("0004F2A1B2C3", "2030-06-14")
}

/// A log that shows this in platform slot 1.
fn showing(print: &Fingerprint) -> LogFacts {
    log_with(SLOT, SlotState::Filled, &[print])
}

/// What is found, apart from CFG010 and CFG007.
fn found(files: &[(&str, &str)], log: &LogFacts) -> Vec<(&'static str, Severity, Option<Slot>, String)> {
    let all = Site::new(files).findings(log, &[]).into_iter();
    let judged = all.filter(|(code, _)| !["CFG007", "CFG010"].contains(code));
    judged
        .map(|(code, found)| (code, found.severity.unwrap(), found.slot, found.message.to_string()))
        .collect()
}

/// The same by code and severity, for a healthy platform slot with this certificate.
fn of_value(value: &str, log: &LogFacts) -> Vec<(&'static str, Severity)> {
    let site = file(&platform(value, &key(1)));
    let found = found(&[("0004f2a1b2c3.cfg", &site)], log);
    found.into_iter().map(|(code, severity, ..)| (code, severity)).collect()
}

/// Two certificates in both orders and in both forms.
fn values(one: &[u8], other: &[u8]) -> Vec<String> {
    let orders = [[one, other], [other, one]];
    let forms = orders.map(|order| {
        let root = certificate("Example Issuing", 2, "2000-01-01", "2040-01-01", 0);
        let all = [&order[0].to_vec(), &order[1].to_vec(), &root].map(Clone::clone);
        [chain(&all), all.map(|der| pem("CERTIFICATE", &der)).join(" ")]
    });
    forms.into_iter().flatten().collect()
}

#[test]
fn the_one_that_the_log_shows_is_judged() {
    let (well, other) = (good(), Fingerprint::new(&[7; 16]).unwrap());
    for (bad, code, severity) in [
        (expired(), "CFG017", Error),
        (until("0004F2A1B2C3", "2030-06-16"), "CFG018", Warning),
        (until("0004F2A1B2C4", "2032-01-01"), "CFG019", Warning),
    ] {
        for value in values(&well, &bad) {
            for digest in 0..3 {
                let print = |der: &[u8]| fingerprints(der).unwrap()[digest].clone();
                assert_eq!(of_value(&value, &showing(&print(&well))), [], "{code}");
                assert_eq!(of_value(&value, &showing(&print(&bad))), [(code, severity)]);
            }
            for log in [log(), showing(&other), log_with(SLOT, SlotState::Empty, &[])] {
                assert_eq!(of_value(&value, &log), [(code, Warning)]);
            }
        }
        // Without a key in the files.
        for value in values(&well, &bad) {
            let of_web = file(&with(platform(&value, &key(1)), KEY, "-"));
            let files = [
                ("0004f2a1b2c3.cfg", &*master("http://192.0.2.1/key.cfg")),
                ("0004f2a1b2c3-web.cfg", &of_web),
            ];
            for (shown, severity) in [(&well, None), (&bad, Some(severity))] {
                let found = found(&files, &showing(&fingerprints(shown).unwrap()[1]));
                assert_eq!(found.first().map(|found| found.1), severity, "{found:?}");
            }
        }
    }
}

#[test]
fn which_one_the_phone_takes_is_not_known() {
    let message = |value: &str, log: &LogFacts| {
        let site = file(&platform(value, &key(1)));
        let (_, severity, _, message) = found(&[("0004f2a1b2c3.cfg", &site)], log).remove(0);
        (severity, message)
    };
    for value in values(&good(), &expired()) {
        let (severity, message) = message(&value, &log());
        assert_eq!(severity, Warning);
        assert!(message.starts_with("A certificate in ") && message.ends_with(" may take."), "{message}");
        assert!(
            message.contains(" expired on 2030-06-14; it is one of 2 that the phone may take"),
            "{message}"
        );
    }
    // Where the fingerprint is that of the whole value too.
    let value = [good(), expired()];
    let whole = showing(&fingerprints(&pkcs7(&value)).unwrap()[0]);
    let (severity, message) = message(&chain(&value), &whole);
    assert_eq!(severity, Warning);
    assert!(message.contains("; the log shows it in platform-1; it is one of 2 that "), "{message}");
    // One certificate twice, and two that have both expired.
    for value in values(&expired(), &expired()) {
        assert_eq!(of_value(&value, &log()), [("CFG017", Error)]);
    }
    for value in values(&expired(), &until("0004F2A1B2C3", "2030-01-01")) {
        assert_eq!(of_value(&value, &log()), [("CFG017", Error)]);
    }
    // The other one is not of this key, or issued this one.
    let other_key = certificate("0004F2A1B2C3", 2, "2029-01-01", "2032-01-01", 0);
    for value in values(&expired(), &other_key) {
        assert_eq!(of_value(&value, &log()), [("CFG017", Error)]);
        let shown = showing(&fingerprints(&other_key).unwrap()[0]);
        assert_eq!(of_value(&value, &shown), []);
    }
}

#[test]
fn each_slot_is_judged_by_what_it_has() {
    let [new, old] = [good(), expired()].map(|der| fingerprints(&der).unwrap()[0].clone());
    let two = Slot::Platform(2);
    for value in values(&good(), &expired()) {
        let site = file(&platform(&value, &key(1)));
        let mut log = showing(&new);
        log.slots.extend(log_with(two, SlotState::Filled, &[&old]).slots);
        let found = found(&[("0004f2a1b2c3.cfg", &site)], &log);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].0, found[0].1, found[0].2), ("CFG017", Error, Some(two)));
        let end = "; the log shows it in platform-2; this is the certificate of platform-1.";
        assert!(found[0].3.ends_with(end), "{found:?}");
    }
    // The one custom certificate of 3.3.2 may be in any slot.
    for value in values(&good(), &expired()) {
        let site = file(&plain(&[
            ("device.set", "1"),
            ("device.sec.SSL.customDeviceCert.set", "1"),
            ("device.sec.SSL.customDeviceCert.publicCert", &value),
            ("device.sec.SSL.customDeviceCert.privateKey", &key(1)),
        ]));
        for (shown, expected) in [(&new, None), (&old, Some(("CFG017", Error, Some(two))))] {
            let found = found(&[("0004f2a1b2c3.cfg", &site)], &log_with(two, SlotState::Filled, &[shown]));
            assert_eq!(found.first().map(|found| (found.0, found.1, found.2)), expected, "{found:?}");
        }
    }
}

/// Whatever stands in a file that was not read, the certificate is in the phone.
#[test]
fn a_file_that_was_not_read_does_not_make_it_less_certain() {
    let list = master("gone.cfg, site.cfg");
    for (bad, code, severity) in [
        (expired(), "CFG017", Error),
        (until("0004F2A1B2C3", "2030-06-16"), "CFG018", Warning),
        (until("0004F2A1B2C4", "2032-01-01"), "CFG019", Warning),
    ] {
        let print = fingerprints(&bad).unwrap()[0].clone();
        for (gate, slot) in [("1", SLOT), ("0", SLOT), ("1", Slot::Platform(2))] {
            let site = file(&with(platform(&chain(std::slice::from_ref(&bad)), &key(1)), "device.set", gate));
            let files = [("0004f2a1b2c3.cfg", &*list), ("site.cfg", &*site)];
            let found = found(&files, &log_with(slot, SlotState::Filled, &[&print]));
            let judged = found.iter().find(|found| found.0 == code && found.2 == Some(slot)).unwrap();
            assert_eq!(judged.1, severity);
            assert!(judged.3.contains(&format!("; the log shows it in {slot}")), "{judged:?}");
            assert!(!judged.3.contains("may not count"), "{judged:?}");
        }
    }
    // An issuer's certificate, which other values have too, does not show that this value is in the phone.
    let issuer = certificate("Example Issuing", 2, "2000-01-01", "2040-01-01", 0);
    let site = file(&platform(&chain(&[expired(), issuer.clone()]), &key(1)));
    let log = showing(&fingerprints(&issuer).unwrap()[0]);
    let found = found(&[("0004f2a1b2c3.cfg", &list), ("site.cfg", &site)], &log);
    let judged = found.iter().find(|found| found.0 == "CFG017").unwrap();
    assert_eq!(judged.1, Warning);
    assert!(judged.3.contains("It may not count: "), "{judged:?}");
}
