//! Parameters that the phone's software does not know.

use super::*;

#[test]
fn cfg025_other_software() {
    let of = |software: &str, changes: &[(&'static str, &str)]| {
        let mut log = log();
        log.software = Some(software.parse().unwrap());
        changed(changes, &log)
    };
    assert_eq!(of("3.3.5.0247", &[]), [("CFG025", Warning)]);
    assert_eq!(of("4.0.0", &[]), []);
    let both = [
        ("device.sec.SSL.customDeviceCert.set", "1"),
        ("device.sec.SSL.customDeviceCert.publicCert", &*chain(&[good()])),
        ("device.sec.SSL.customDeviceCert.privateKey", &*key(1)),
    ];
    assert_eq!(of("3.3.5.0247", &both), [("CFG025", Info)]);
    assert_eq!(of("3.3.1", &both), [("CFG025", Warning)]);
    let scep = [&both[..], &[("SCEP.enable", "1")]].concat();
    assert_eq!(of("3.3.5.0247", &scep), [("CFG025", Info)]);
    assert_eq!(of("4.0.0", &scep), [("CFG025", Warning)]);
    // Each parameter with its own first version, also those of CA certificates and profiles.
    let known_to = |log: LogFacts, name: &'static str, value: &str| {
        let site = Site::new(&[("0004f2a1b2c3.cfg", &file(&plain(&[("device.set", "1"), (name, value)])))]);
        let found = site.findings(&log, &[]).into_iter().find(|(code, _)| *code == "CFG025");
        found.map(|(_, finding)| finding.message.to_string().rsplit_once("known from ").unwrap().1.to_owned())
    };
    let known_from = |software: &str, name: &'static str, value: &str| {
        known_to(LogFacts { software: Some(software.parse().unwrap()), ..log() }, name, value)
    };
    for (name, value) in [
        ("sec.TLS.customDeviceCert.3", "abc"),
        ("sec.TLS.customCaCert.1", "abc"),
        ("device.sec.TLS.customCaCert1", "abc"),
        ("device.sec.TLS.profile.deviceCert1", "Platform1"),
        ("sec.TLS.profileSelection.SIP", "PlatformProfile1"),
    ] {
        for software in ["3.2.6.0314", "3.3.1.0314", "3.3.5.0247"] {
            assert_eq!(known_from(software, name, value).as_deref(), Some("4.0.0 on."), "{software} {name}");
        }
        assert_eq!(known_from("4.0.0.1000", name, value), None, "{name}");
    }
    let ssl = "device.sec.SSL.customDeviceCert.publicCert";
    assert_eq!(known_from("3.3.1.0314", ssl, "abc").as_deref(), Some("3.3.2 on."));
    assert_eq!(known_from("3.3.2.0001", ssl, "abc"), None);
    assert_eq!(known_from("3.2.6.0314", "log.level.change.tls", "3"), None);
    let list = "device.sec.TLS.profile.caCertList1";
    assert_eq!(known_from("3.3.5.0247", list, "All").as_deref(), Some("4.0.0 on."));
    assert_eq!(known_from("4.0.0.1000", list, "All"), None);
    for name in ["SCEP.enable", "sec.TLS.protocol.sip"] {
        for (model, before, since, first) in [
            ("VVX 500", "5.8.9.1000", "5.9.0.1000", "5.9.0 on."),
            ("Trio 8800", "5.7.1.1000", "5.7.2.1000", "5.7.2 on."),
        ] {
            let facts = |software| LogFacts { model: Some(model.into()), software, ..log() };
            assert_eq!(
                known_to(facts(Some(before.parse().unwrap())), name, "1").as_deref(),
                Some(first),
                "{model} {name}"
            );
            assert_eq!(known_to(facts(Some(since.parse().unwrap())), name, "1"), None, "{model} {name}");
        }
    }
}

#[test]
fn values_that_the_software_ignores_have_no_faults() {
    let ended = chain(&[certificate("0004F2000009", 1, "2029-01-01", "2030-01-01", 0)]);
    let ca = pem("CERTIFICATE", &certificate("Example CA", 3, "2029-01-01", "2030-01-01", 0));
    let faults: &[(&str, &[(&'static str, &str)])] = &[
        ("CFG004", &[("device.set", "0")]),
        ("CFG005", &[(SET, "0")]),
        ("CFG006", &[("device.sec.TLS.customDeviceCert2.set", "1")]),
        ("CFG011", &[(CERTIFICATE, "-----BEGIN PKCS7----- MIIB")]),
        ("CFG015", &[(KEY, &key(2))]),
        ("CFG016", &[(KEY, "-")]),
        ("CFG017", &[(CERTIFICATE, &ended)]),
        ("CFG021", &[("device.sec.TLS.profile.deviceCert1", "Application1")]),
        (
            "CFG022",
            &[
                ("device.sec.TLS.profileSelection.dot1x", "ApplicationProfile1"),
                ("device.sec.TLS.profileSelection.dot1x.set", "1"),
            ],
        ),
        ("CFG023", &[("sec.TLS.profile.1.deviceCert", "Application1")]),
        ("CFG024", &[("device.sec.TLS.profile.deviceCert1", "Builtin")]),
        ("CFG030", &[("sec.TLS.customCaCert.1", "abc")]),
        ("CFG031", &[("sec.TLS.customCaCert.1", &ca)]),
    ];
    let mut log = LogFacts { server_untrusted: true, ..log_with(SLOT, SlotState::Empty, &[]) };
    for (code, changes) in faults {
        for (software, is_known) in [(None, true), (Some("4.0.0.1000"), true), (Some("3.3.5.0247"), false)] {
            log.software = software.map(|text| text.parse().unwrap());
            let found = changed(changes, &log);
            let has = |code| found.iter().any(|(other, _)| *other == code);
            assert_eq!((has(*code), has("CFG025")), (is_known, !is_known), "{code} {software:?}: {found:?}");
            assert!(is_known || found == [("CFG025", Warning)], "{code}: {found:?}");
        }
    }
    // The certificate is in flash memory: newer software stored it there.
    let print =
        fingerprints(&certificate("0004F2000009", 1, "2029-01-01", "2030-01-01", 0)).unwrap()[0].clone();
    let installed = LogFacts { software: log.software, ..log_with(SLOT, SlotState::Filled, &[&print]) };
    let found = changed(&[(CERTIFICATE, &ended)], &installed);
    assert_eq!(found, [("CFG017", Error), ("CFG019", Warning), ("CFG025", Warning)]);
}
