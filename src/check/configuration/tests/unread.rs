//! A file that was not read and comes before a line: it may set the parameter too.

use super::*;

const ENCRYPTED: &str = "\u{1}\u{2}\u{3}binary\0";

/// The finding of this code where a master lists these files; `site.cfg` is one of them.
fn found(list: &str, site: &str, log: &LogFacts, code: &str) -> Option<(Severity, String)> {
    let files = [
        ("0004f2a1b2c3.cfg", &*master(list)),
        ("site.cfg", site),
        ("enc.cfg", ENCRYPTED),
        ("bad.cfg", "<a"),
        ("good.cfg", "<a/>"),
    ];
    let found = Site::new(&files).findings(log, &[]).into_iter().find(|(found, _)| *found == code);
    found.map(|(_, finding)| (finding.severity.unwrap(), finding.message.to_string()))
}

#[test]
fn what_comes_after_it_is_not_certain() {
    let expired = file(&healthy());
    let log = LogFacts { now: time("2033-01-01"), ..log() };
    for (list, name) in [
        ("enc.cfg, site.cfg", "enc.cfg, which was not read"),
        ("gone.cfg, site.cfg", ": gone.cfg, which was not read"),
        ("good.cfg, https://phones:hunter2@192.0.2.1/x.cfg, site.cfg", "a file in CONFIG_FILES (line 2)"),
        ("[PHONE_MODEL].cfg, site.cfg", "a file in CONFIG_FILES (line 2)"),
        ("../[PHONE_MAC_ADDRESS].cfg, site.cfg", ": ../0004f2a1b2c3.cfg, which was not read"),
    ] {
        let (severity, message) = found(list, &expired, &log, "CFG017").unwrap();
        assert_eq!(severity, Warning, "{list}");
        assert!(message.contains(" expired on 2032-01-01. It may not count: "), "{message}");
        assert!(message.contains(name) && message.ends_with(" comes before it."), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    // It comes after the line, sets nothing, or can't be read by the phone either.
    for list in [
        "site.cfg, enc.cfg",
        "good.cfg, site.cfg",
        "[PHONE_MAC_ADDRESS]-x.cfg, site.cfg",
        "bad.cfg, site.cfg",
    ] {
        let (severity, message) = found(list, &expired, &log, "CFG017").unwrap();
        assert_eq!(severity, Error, "{list}");
        assert!(message.ends_with("expired on 2032-01-01."), "{message}");
    }
}

#[test]
fn another_certificate_in_the_slot_is_probably_that_of_the_file() {
    let [ours, other] = [good(), b"another".to_vec()].map(|bytes| fingerprints(&bytes).unwrap()[0].clone());
    // Of a value that can't be read no fingerprint is known.
    let cut = file(&with(healthy(), CERTIFICATE, "-----BEGIN PKCS7----- MIIB"));
    for (shown, severity) in [(&ours, Error), (&other, Info)] {
        let log = log_with(SLOT, SlotState::Filled, &[shown]);
        let unread = found("enc.cfg, site.cfg", &cut, &log, "CFG011");
        assert_eq!(unread.map(|(severity, _)| severity), Some(Warning));
        let log = LogFacts { now: time("2033-01-01"), ..log_with(SLOT, SlotState::Filled, &[shown]) };
        let found = found("enc.cfg, site.cfg", &file(&healthy()), &log, "CFG017");
        assert_eq!(found.map(|(severity, _)| severity), Some(severity));
    }
}

#[test]
fn a_gate_after_it_is_not_certain() {
    let empty = log_with(SLOT, SlotState::Empty, &[]);
    let closed = file(&with(healthy(), "device.set", "0"));
    for (list, severity) in [("enc.cfg, site.cfg", Warning), ("site.cfg, enc.cfg", Error)] {
        let found = found(list, &closed, &empty, "CFG004");
        assert_eq!(found.map(|(severity, _)| severity), Some(severity), "{list}");
    }
    // Certificate and key are before the file, and what opens their gates is after it.
    let key = with(healthy(), KEY, "hunter2");
    let (values, gates): (Vec<_>, Vec<_>) = key.into_iter().partition(|(name, _)| !name.ends_with("set"));
    for (list, severity) in [("enc.cfg, site.cfg", Warning), ("site.cfg", Error)] {
        let files = [
            ("0004f2a1b2c3.cfg", &*master(list)),
            ("0004f2a1b2c3-phone.cfg", &file(&values)),
            ("site.cfg", &file(&gates)),
            ("enc.cfg", ENCRYPTED),
        ];
        assert!(severities(&files, &log()).contains(&("CFG012", severity)), "{list}");
    }
}
