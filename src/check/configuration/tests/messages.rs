//! The content of messages, and what they must not contain.

use super::*;

/// Certificates, files, values and paths in lists can name people: `--redact` shows none of them.
#[test]
fn no_name_and_no_password_is_shown() {
    let with_names = changed_names();
    let files = [
        ("0004f2a1b2c3.cfg", master("alice-house/bob-desk.cfg, gone-carol.cfg, phone:47 11@192.0.2.9/x.cfg")),
        ("alice-house/bob-desk.cfg", with_names.clone()),
        ("0004f2a1b2c3-phone.cfg", file(&plain(&[("device.sec.TLS.profile.deviceCert2", "Erin Stone")]))),
    ];
    let site = Site::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let log = LogFacts { now: time("2033-01-01"), ..log() };
    let found = site.findings(&log, &[]);
    for code in ["CFG002", "CFG007", "CFG017", "CFG021"] {
        assert!(found.iter().any(|(found, _)| *found == code), "{code}: {found:?}");
    }
    let answer = |shown: crate::redact::Shown<'_>| {
        let all = found.iter().flat_map(|(_, finding)| {
            let lines = finding.configuration.iter().map(move |line| shown.message(&line.says));
            std::iter::once(shown.message(&finding.message)).chain(lines).collect::<Vec<_>>()
        });
        all.collect::<Vec<_>>().join("\n").to_lowercase()
    };
    let plain = answer(crate::redact::Shown::plain());
    assert!(plain.contains("dave smith") && plain.contains("gone-carol.cfg"), "{plain}");
    assert!(!plain.contains("47 11"), "{plain}");
    let redactor = crate::redact::Redactor::of([mac()], |redactor| {
        answer(crate::redact::Shown::redacted(redactor));
        Ok::<_, ()>(())
    });
    let hidden = answer(crate::redact::Shown::redacted(&redactor.unwrap()));
    for name in ["alice", "bob", "carol", "dave", "smith", "erin", "stone", "frank", "192.0.2.", "0004f2"] {
        assert!(!hidden.contains(name), "{name}: {hidden}");
    }
    assert!(hidden.contains("platform1"), "{hidden}");
}

fn changed_names() -> String {
    let of_dave = certificate("Dave Smith", 1, "2029-01-01", "2032-01-01", 0);
    let all = with(healthy(), CERTIFICATE, &chain(&[of_dave]));
    let all = with(all, "device.sec.TLS.profile.deviceCert2", "Frank");
    let all = with(all, "device.sec.TLS.profile.deviceCert2.set", "1");
    file(&all)
}

#[test]
fn cfg011_says_what_was_read() {
    let p7 = chain(&[good()]);
    let found = |value: &str| {
        let all = with(healthy(), CERTIFICATE, value);
        let site = Site::new(&[("000000000000.cfg", &master("site.cfg")), ("site.cfg", &file(&all))]);
        let found = site.findings(&log(), &[]).into_iter().find(|(code, _)| *code == "CFG011");
        found.map(|(_, finding)| (finding.severity.unwrap(), finding.message.to_string())).unwrap()
    };
    let beside = "1 certificate was read from device.sec.TLS.customDeviceCert1.publicCert (";
    let cut = pem("PKCS7", &pkcs7(&[good()])[..200]);
    for more in
        [pem("PKCS7", b"garbage"), pem("PKCS7X", b"garbage"), cut.clone(), format!("{} {cut}", key(1))]
    {
        let (severity, message) = found(&format!("{p7} {more}"));
        assert!(severity == Error && message.starts_with(beside), "{message}");
    }
    let (severity, message) = found(&pem("PKCS7", &good()));
    assert!(
        severity == Error && message.contains("it contains an X.509 certificate, and no PKCS #7"),
        "{message}"
    );
    let (severity, message) = found(&pem("PKCS7", b"garbage"));
    assert!(severity == Error && message.starts_with("No certificate can be read from "), "{message}");
}

#[test]
fn cfg015_knows_rsa_pss() {
    let pss = |seed| {
        // The same length, so that all lengths around it stay: the last byte of the algorithm.
        let mut made = certificate("0004F2A1B2C3", seed, "2029-01-01", "2032-01-01", 0);
        let rsa = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
        for at in 0..made.len() - rsa.len() {
            if made[at..].starts_with(rsa) {
                made[at + rsa.len() - 1] = 0x0a;
            }
        }
        made
    };
    assert_eq!(of_certificate(&[pss(1)], &log()), []);
    assert_eq!(of_certificate(&[pss(2)], &log()), [("CFG015", Error)]);
}

#[test]
fn cfg050_does_not_contradict_the_log() {
    let hidden =
        |level, tls_level| changed(&[("log.level.change.tls", level)], &LogFacts { tls_level, ..log() });
    assert_eq!(hidden("4", Some(3)), []);
    assert_eq!(hidden("4", Some(4)), [("CFG050", Info)]);
    assert_eq!(hidden("4", None), [("CFG050", Info)]);
}

/// The remedy of a fault in the files needs a phone that reads them.
#[test]
fn cfg006_says_whether_the_value_counts() {
    let said = |list: &str, device_set: &str| {
        let all = with(plain(&[(SET, "1"), (CERTIFICATE, "")]), "device.set", device_set);
        let site = Site::new(&[("0004f2a1b2c3.cfg", &master(list)), ("site.cfg", &file(&all))]);
        let mut found = site.findings(&log(), &[]).into_iter().filter(|(code, _)| *code == "CFG006");
        let (_, found) = found.next().unwrap();
        assert_eq!((found.severity, found.configuration.len()), (Some(Severity::Warning), 2));
        found.configuration[0].says.to_string()
    };
    assert_eq!(said("site.cfg", "1"), "1, so its value counts");
    for closed in ["0", "", "-"] {
        assert_eq!(
            said("site.cfg", closed),
            "1, so its value would count if device.set were 1 too",
            "{closed}"
        );
    }
    assert_eq!(said("site.cfg, x.cfg", "-"), "1, so its value counts if device.set is 1 too");
}

#[test]
fn a_configuration_that_was_not_applied_is_said_beside_faults() {
    let said = |changes: &[(&'static str, &str)], log: &LogFacts| {
        let all = changes.iter().fold(healthy(), |all, (name, value)| with(all, name, value));
        let site = Site::new(&[("0004f2a1b2c3.cfg", &file(&all)), ("0004f2a1b2c3-private.key", "secret")]);
        let found = site.findings(log, &[]).into_iter();
        let says = |finding: Finding| finding.message.to_string().contains("did not apply its configuration");
        found.map(|(code, finding)| (code, says(finding))).collect::<Vec<_>>()
    };
    let not_applied = LogFacts { not_applied: true, ..log_with(SLOT, SlotState::Empty, &[]) };
    let key_on_server = ("CFG040", false);
    for (changes, code) in [
        (("device.set", "0"), "CFG004"),
        ((SET, "-"), "CFG005"),
        ((CERTIFICATE, "-----BEGIN PKCS7-----"), "CFG011"),
        ((KEY, "x"), "CFG012"),
    ] {
        assert_eq!(said(&[changes], &not_applied), [(code, true), key_on_server]);
        assert_eq!(said(&[changes], &log_with(SLOT, SlotState::Empty, &[])), [(code, false), key_on_server]);
    }
    // What is only information needs no remedy.
    let filled = LogFacts { not_applied: true, ..log_with(SLOT, SlotState::Filled, &[]) };
    assert_eq!(said(&[("device.set", "0")], &filled), [("CFG004", false), key_on_server]);
}

#[test]
fn remedies_suit_what_was_found() {
    let remedy = |pairs: &[(&'static str, &str)], code: &str| {
        let site = Site::new(&[("0004f2a1b2c3.cfg", &master("s.cfg")), ("s.cfg", &file(&plain(pairs)))]);
        let found = site.findings(&log(), &[]).into_iter().find(|(known, _)| *known == code).unwrap().1;
        (found.remedy.map(|remedy| remedy.to_string()).unwrap_or_default(), found.message.to_string())
    };
    let device = |list: &[Vec<u8>], code| {
        let all = [("device.set", "1"), (SET, "1"), (CERTIFICATE, &*chain(list)), (KEY, &*key(1))];
        remedy(&all, code).0
    };
    let dated = |from, to| [certificate("0004F2A1B2C3", 1, from, to, 0)];
    assert_eq!(device(&dated("2029-01-01", "2030-06-30"), "CFG018"), "");
    assert!(device(&dated("2030-06-16", "2033-01-01"), "CFG018").contains("wait until the day"));
    assert!(device(&[certificate_of(9000)], "CFG014").starts_with("Have a smaller certificate issued"));
    assert_eq!(device(&[good(), certificate_of(8000)], "CFG014"), "");
    let ca = |slot: usize, lengths: &[usize]| {
        let name = ["device.sec.TLS.customCaCert1", "device.sec.TLS.customCaCert2"][slot - 1];
        let set = ["device.sec.TLS.customCaCert1.set", "device.sec.TLS.customCaCert2.set"][slot - 1];
        let all: Vec<_> = lengths.iter().map(|length| pem("CERTIFICATE", &certificate_of(*length))).collect();
        remedy(&[("device.set", "1"), (set, "1"), (name, &all.join(" "))], "CFG032")
    };
    assert_eq!(ca(1, &[2000]).0, "");
    for (slot, length) in [(1, 5000), (2, 5000)] {
        assert!(ca(slot, &[length]).0.starts_with("Put the certificate into an application CA slot"));
    }
    let (remedy, message) = ca(1, &[1000, 900]);
    assert!(remedy.contains("a CA slot of its own"), "{remedy}");
    assert!(
        message.starts_with("2 CA certificates in ") && message.contains(" together have 19"),
        "{message}"
    );
}
