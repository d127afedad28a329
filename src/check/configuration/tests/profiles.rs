//! The selections of TLS profiles, with near misses.

use super::*;

#[test]
fn cfg021_profile_value() {
    const PROFILE: &str = "device.sec.TLS.profile.deviceCert2";
    let with_value =
        |value: &str| changed(&[(PROFILE, value), ("device.sec.TLS.profile.deviceCert2.set", "1")], &log());
    assert_eq!(with_value("Application1"), [("CFG021", Error)]);
    assert_eq!(with_value("Custom"), [("CFG021", Error)]);
    for value in ["BUILTIN", "BuiltIn", "builtin", "platform2", "PLATFORM1", "Platform 1"] {
        assert_eq!(with_value(value), [("CFG021", Error)], "{value}");
    }
    for value in ["Builtin", "Platform1", "0", "1", "2"] {
        assert_eq!(with_value(value), [], "{value}");
    }
    assert_eq!(changed(&[("sec.TLS.profile.1.deviceCert", "Anything")], &log()), []);
    // The phone ignores a value while a gate is closed, by a line or because no file has it.
    const SELECTS: &str = "device.sec.TLS.profile.deviceCert1";
    const SELECTS_SET: &str = "device.sec.TLS.profile.deviceCert1.set";
    const FOR_DOT1X: &str = "device.sec.TLS.profileSelection.dot1x";
    for (changes, code, says) in [
        (&[(SELECTS, "Custom"), (SELECTS_SET, "-")][..], "CFG021", "missing: "),
        (&[(SELECTS, "Custom"), (SELECTS_SET, "0")], "CFG021", "not 1, so"),
        (&[(SELECTS, "Platform2"), (SELECTS_SET, "-")], "CFG023", "missing: "),
        (&[(SELECTS, "Platform2"), (SELECTS_SET, "0")], "CFG023", "not 1, so"),
        (&[(FOR_DOT1X, "ApplicationProfile1")], "CFG022", "missing: "),
    ] {
        let all = changes
            .iter()
            .fold(platform(&chain(&[good()]), &key(1)), |all, (name, value)| with(all, name, value));
        let site = Site::new(&[("000000000000.cfg", &master("site.cfg")), ("site.cfg", &file(&all))]);
        let found = site.findings(&log(), &[]);
        let (_, finding) = found.iter().find(|(found, _)| *found == code).unwrap();
        assert_eq!(finding.severity, Some(Info), "{finding:?}");
        let last = finding.configuration.last().unwrap();
        assert!(last.says.to_string().starts_with(says), "{finding:?}");
        assert_ne!(last.parameter.as_deref(), Some(changes[0].0), "{finding:?}");
    }
    // A value that is not permitted is not also reported as an empty slot.
    assert_eq!(with_value("Platform3"), [("CFG021", Error)]);
}

#[test]
fn cfg022_profile_selection() {
    for name in ["dot1x", "provisioning", "syslog"] {
        let name: &'static str =
            Box::leak(format!("device.sec.TLS.profileSelection.{name}").into_boxed_str());
        let set: &'static str = Box::leak(format!("{name}.set").into_boxed_str());
        assert_eq!(changed(&[(name, "ApplicationProfile1"), (set, "1")], &log()), [("CFG022", Error)]);
        assert_eq!(changed(&[(name, "PlatformProfile2"), (set, "1")], &log()), []);
    }
    assert_eq!(changed(&[("sec.TLS.profileSelection.SIP", "ApplicationProfile1")], &log()), []);
}

#[test]
fn cfg023_slot_empty() {
    let none = [(CERTIFICATE, "-"), (KEY, "-"), (SET, "-")];
    assert_eq!(changed(&none, &log()), [("CFG023", Warning)]);
    assert_eq!(changed(&none, &log_with(SLOT, SlotState::Empty, &[])), [("CFG023", Warning)]);
    assert_eq!(changed(&none, &log_with(SLOT, SlotState::Filled, &[])), []);
    let of_application = [("sec.TLS.profile.1.deviceCert", "Application2")];
    assert_eq!(changed(&of_application, &log()), [("CFG023", Warning)]);
    // An earlier inventory shows it filled: that counts for the memory of application slots alone.
    let was_filled = |slot| {
        let mut earlier = log_with(slot, SlotState::Empty, &[]);
        earlier.slots.entry(slot).or_default().was_filled = true;
        earlier
    };
    assert_eq!(changed(&of_application, &was_filled(Slot::Application(2))), []);
    assert_eq!(changed(&none, &was_filled(SLOT)), [("CFG023", Warning)]);
    let by_scep: Vec<_> = none.into_iter().chain([("SCEP.enable", "1")]).collect();
    assert_eq!(changed(&by_scep, &log()), []);
    let by_number: Vec<_> = none.into_iter().chain([("device.sec.TLS.profile.deviceCert1", "1")]).collect();
    assert_eq!(changed(&by_number, &log()), []);
}

/// A file that is not here may set the certificate. One whose content is not known is named only if the slot is empty.
#[test]
fn cfg023_of_files_that_were_not_read() {
    let empty = log_with(SLOT, SlotState::Empty, &[]);
    let none = [CERTIFICATE, KEY, SET].into_iter().fold(healthy(), |all, name| with(all, name, "-"));
    for (other, text, is_told_of_unknown, doubt) in [
        ("x.cfg", None, true, "x.cfg was not found: what it sets is not known."),
        ("http://192.0.2.9/x.cfg", None, false, "This holds unless a file in CONFIG_FILES"),
        ("x.cfg", Some("<a b=\"&\"/>"), true, "no file sets a certificate for it."),
    ] {
        let mut files =
            vec![("000000000000.cfg", master(&format!("site.cfg, {other}"))), ("site.cfg", file(&none))];
        files.extend(text.map(|text| ("x.cfg", text.to_owned())));
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
        for (log, is_told) in [(&log(), is_told_of_unknown), (&empty, true)] {
            let found = Site::new(&files).findings(log, &[]);
            let slot_empty = found.iter().find(|(code, _)| *code == "CFG023");
            let message = slot_empty.map(|(_, finding)| finding.message.to_string());
            assert_eq!(message.is_some(), is_told, "{other}: {message:?}");
            assert!(message.is_none_or(|message| message.contains(doubt)), "{other}");
        }
    }
}

#[test]
fn cfg024_not_used() {
    const PROFILE: &str = "device.sec.TLS.profile.deviceCert1";
    const PROFILE_SET: &str = "device.sec.TLS.profile.deviceCert1.set";
    assert_eq!(changed(&[(PROFILE, "-"), (PROFILE_SET, "-")], &log()), [("CFG024", Info)]);
    assert_eq!(changed(&[(PROFILE, "Builtin")], &log()), [("CFG024", Info)]);
    assert_eq!(changed(&[(PROFILE, "1")], &log()), []);
    assert_eq!(changed(&[(PROFILE, "Builtin"), ("sec.TLS.profile.3.deviceCert", "Platform1")], &log()), []);
}

#[test]
fn cfg024_a_value_without_a_certificate_fills_no_slot() {
    const NAME: &str = "sec.TLS.customDeviceCert.1";
    let whole = chain(&[good()]);
    for (text, code) in [
        (pem("PKCS7", b"x"), Some("CFG011")),
        (pem("PKCS7", &good()), Some("CFG011")),
        (format!("{whole} {}", pem("PKCS7", &good()[..300])), Some("CFG011")),
        ("abc".to_owned(), Some("CFG010")),
        (whole.clone(), None),
        (format!("{whole} {}", key(1)), None),
    ] {
        let found = codes(&plain(&[(NAME, &text), ("sec.TLS.customDeviceKey.1", &key(1))]), &log());
        assert_eq!(found, [code.unwrap_or("CFG024")], "{text:.40}");
    }
}

#[test]
fn cfg024_only_the_value_that_counts_selects() {
    const PROFILE: &str = "device.sec.TLS.profile.deviceCert1";
    const LISTED: [&str; 2] = ["a.cfg", "b.cfg"];
    let is_unused = |first: &str, second: &str, names: [&str; 2]| {
        let first = file(&with(healthy(), PROFILE, first));
        let second = element(&[(PROFILE, second)]);
        let list = if names == LISTED { "a.cfg,b.cfg" } else { "" };
        let files = [("0004f2a1b2c3.cfg", &*master(list)), (names[0], &*first), (names[1], &*second)];
        severities(&files, &log()).contains(&("CFG024", Info))
    };
    for overridden in ["Platform1", "1", "Custom", ""] {
        assert!(is_unused("Builtin", overridden, LISTED), "{overridden}");
        assert!(!is_unused("Platform1", overridden, LISTED), "{overridden}");
    }
    // It is not known which of the two overrides counts, so either may select the slot.
    let overrides = ["0004f2a1b2c3-phone.cfg", "0004f2a1b2c3-web.cfg"];
    assert!(!is_unused("Builtin", "Platform1", overrides));
    assert!(!is_unused("Builtin", "1", overrides));
    assert!(is_unused("Builtin", "Builtin", overrides));
}

/// A profile whose own `.set` no file has, while `device.set` is 1.
#[test]
fn cfg024_a_profile_that_does_not_count() {
    const PROFILE: &str = "device.sec.TLS.profile.deviceCert1";
    const PROFILE_SET: &str = "device.sec.TLS.profile.deviceCert1.set";
    assert_eq!(changed(&[(PROFILE_SET, "-")], &log()), [("CFG024", Info)]);
    assert_eq!(changed(&[(PROFILE_SET, "-"), (PROFILE, "1")], &log()), [("CFG024", Info)]);
    let site = Site::new(&[("0004f2a1b2c3.cfg", &file(&with(healthy(), PROFILE_SET, "-")))]);
    let finding = site.findings(&log(), &[]).remove(0).1;
    assert!(
        finding
            .message
            .to_string()
            .ends_with("does not count, because no file has device.sec.TLS.profile.deviceCert1.set.")
    );
    let names: Vec<_> = finding.configuration.iter().map(|line| line.parameter.as_deref().unwrap()).collect();
    assert_eq!(names, [CERTIFICATE, PROFILE, PROFILE_SET]);
    // The phone may have stored the value, another profile counts, or a file that can't be read may have the gate.
    assert_eq!(changed(&[(PROFILE_SET, "0")], &log()), []);
    assert_eq!(changed(&[(PROFILE_SET, "-"), ("sec.TLS.profile.1.deviceCert", "Platform1")], &log()), []);
    let print = crate::config::fingerprints(&good()).unwrap()[0].clone();
    let installed = log_with(SLOT, SlotState::Filled, &[&print]);
    assert_eq!(changed(&[(PROFILE_SET, "-"), ("device.set", "-")], &installed), [("CFG004", Info)]);
    let half = file(&with(healthy(), PROFILE_SET, "-"));
    let hidden = [("0004f2a1b2c3.cfg", &*master("site.cfg, http://192.0.2.1/more.cfg")), ("site.cfg", &half)];
    assert_eq!(severities(&hidden, &log()), []);
}
