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

/// A gate, a certificate or a key that is in no file that was read.
#[test]
fn what_a_file_that_was_not_read_may_have() {
    let empty = log_with(SLOT, SlotState::Empty, &[]);
    for (name, code) in [("device.set", "CFG004"), (SET, "CFG005"), (KEY, "CFG016")] {
        let lacks = file(&with(healthy(), name, "-"));
        for (list, severity, says) in [
            ("site.cfg", Error, None),
            ("site.cfg, gone.cfg", Warning, Some(" gone.cfg was not found: what it sets is not known.")),
            ("gone.cfg, site.cfg", Warning, Some(" gone.cfg was not found: what it sets is not known.")),
            // The phone can't read it either, and CFG001 names it.
            ("bad.cfg, site.cfg", Error, None),
            ("site.cfg, bad.cfg", Error, None),
            // Such a file is often missing, and CFG002 names it.
            ("site.cfg, [PHONE_MAC_ADDRESS]-x.cfg", Error, None),
            ("site.cfg, enc.cfg", Warning, Some(" This holds unless enc.cfg, which was not read, sets it.")),
            ("enc.cfg, site.cfg", Warning, Some(" This holds unless enc.cfg, which was not read, sets it.")),
            (
                "gone.cfg, site.cfg, enc.cfg",
                Warning,
                Some(" This holds unless enc.cfg, which was not read, sets it."),
            ),
            (
                "site.cfg, http://phones:hunter2@192.0.2.1/x.cfg",
                Warning,
                Some(" This holds unless a file in CONFIG_FILES (line 2), which was not read, sets it."),
            ),
            (
                "site.cfg, [PHONE_SERIAL_NUMBER].cfg",
                Warning,
                Some(" This holds unless a file in CONFIG_FILES (line 2), which was not read, sets it."),
            ),
        ] {
            let (found, message) = found(list, &lacks, &empty, code).unwrap();
            assert_eq!(found, severity, "{code} {list}");
            let end = message.rsplit_once(". ").map_or("", |(_, end)| end);
            // A file that exists is named with its path.
            let said = end.split(' ').map(|word| word.rsplit('/').next().unwrap_or(word)).collect::<Vec<_>>();
            assert_eq!(said.join(" "), says.unwrap_or_default().trim_start(), "{code} {list}: {message}");
        }
    }
    // What is given is complete.
    for list in ["site.cfg, gone.cfg", "site.cfg, enc.cfg"] {
        for code in ["CFG004", "CFG005", "CFG016"] {
            assert_eq!(found(list, &file(&healthy()), &empty, code), None, "{list}");
        }
    }
}

/// Faults of a value whose gate is in no file that was read.
#[test]
fn faults_behind_a_gate_that_a_file_may_have() {
    let faulty = with(healthy(), KEY, "a passphrase");
    let log = log_with(SLOT, SlotState::Unknown, &[]);
    for gate in ["device.set", SET] {
        let without = file(&with(faulty.clone(), gate, "-"));
        let absent = format!(
            " No file has {gate}, without which it does not count; gone.cfg was not found: what it sets is not known."
        );
        let unknown =
            format!(" The phone ignores this value unless enc.cfg, which was not read, sets {gate}.");
        for (list, severity, says) in [
            ("site.cfg", Info, format!(" The phone ignores this value now: {gate} is not 1.")),
            ("site.cfg, gone.cfg", Warning, absent.clone()),
            ("gone.cfg, site.cfg", Warning, absent),
            ("site.cfg, enc.cfg", Warning, unknown.clone()),
            ("enc.cfg, site.cfg", Warning, unknown),
        ] {
            let (found, message) = found(list, &without, &log, "CFG012").unwrap();
            assert_eq!(found, severity, "{gate} {list}");
            let said =
                message.split(' ').map(|word| word.rsplit('/').next().unwrap_or(word)).collect::<Vec<_>>();
            assert!(said.join(" ").ends_with(&says), "{gate} {list}: {message}");
        }
    }
    assert_eq!(found("site.cfg, gone.cfg", &file(&faulty), &log, "CFG012").unwrap().0, Error);
    // Another gate is closed.
    let closed = with(faulty, "device.set", "0");
    let (severity, _) = found("site.cfg, gone.cfg", &file(&with(closed, SET, "-")), &log, "CFG012").unwrap();
    assert_eq!(severity, Info);
}

/// Overrides whose master is not among the files.
#[test]
fn what_a_master_that_was_not_found_may_have() {
    const SAYS: &str =
        " This holds unless the master file or a file that it lists, which was not read, sets it.";
    let empty = log_with(SLOT, SlotState::Empty, &[]);
    for (name, code) in [("device.set", "CFG004"), (SET, "CFG005"), (KEY, "CFG016")] {
        let lacks = file(&with(healthy(), name, "-"));
        for overrides in ["0004f2a1b2c3-phone.cfg", "0004f2a1b2c3-web.cfg"] {
            let found = Site::new(&[(overrides, &lacks)]).findings(&empty, &[]);
            let (_, found) = found.iter().find(|(found, _)| *found == code).unwrap();
            assert_eq!(found.severity, Some(Warning), "{code}");
            assert!(found.message.to_string().ends_with(SAYS), "{}", found.message);
            let with_master = [(overrides, &*lacks), ("0004f2a1b2c3.cfg", &master(""))];
            assert!(severities(&with_master, &empty).contains(&(code, Error)), "{code}");
            // The phone can't read this master, so it is not known what it lists.
            let broken = [(overrides, &*lacks), ("0004f2a1b2c3.cfg", "<a CONFIG_FILES=\"x.cfg\"")];
            assert!(severities(&broken, &empty).contains(&(code, Warning)), "{code}");
        }
    }
}
