//! Diagnoses of what the configuration lets the phone log and upload.

use super::*;

#[test]
fn cfg050_lines_hidden() {
    let found = |name: &'static str, value: &str, log: &LogFacts| codes(&plain(&[(name, value)]), log);
    // A log with lines of a lower level, or with a refusal, was not written at that level.
    for (lowest, hidden) in [(Some(2), false), (Some(3), false), (Some(4), true), (None, true)] {
        let log = LogFacts { lowest_level: lowest, ..log() };
        assert_eq!(found("log.render.level", "4", &log) == ["CFG050"], hidden, "{lowest:?}");
        assert_eq!(found("log.level.change.tls", "4", &log), ["CFG050"], "{lowest:?}");
        let log = LogFacts { lowest_tls_level: lowest, ..log };
        assert_eq!(found("log.level.change.tls", "4", &log) == ["CFG050"], hidden, "{lowest:?}");
    }
    let refused = LogFacts { has_refusal_by_hw: true, ..log() };
    assert_eq!(found("log.level.change.hw", "5", &refused), [""; 0]);
    for (name, hidden, seen) in [
        ("log.level.change.tls", "4", "3"),
        ("log.render.level", "4", "3"),
        ("log.level.change.hw", "5", "4"),
    ] {
        assert_eq!(found(name, hidden, &log()), ["CFG050"], "{name}");
        assert_eq!(found(name, seen, &log()), [""; 0], "{name}");
        assert_eq!(found(name, hidden, &log_with(Slot::BuiltIn, SlotState::Filled, &[])), [""; 0]);
        assert_eq!(found(name, hidden, &LogFacts::default()), [""; 0]);
    }
    // The remedy is about the level that hides the lines.
    for (levels, remedy) in [
        (&[("log.level.change.hw", "5")][..], "log.level.change.hw to 4"),
        (&[("log.level.change.hw", "5"), ("log.level.change.tls", "3")], "log.level.change.hw to 4"),
        (
            &[("log.level.change.hw", "5"), ("log.level.change.tls", "4")],
            "log.level.change.tls to 3 and log.level.change.hw to 4",
        ),
        (&[("log.render.level", "5")], "log.render.level to 3"),
    ] {
        let site = Site::new(&[("0004f2a1b2c3.cfg", &file(&plain(levels)))]);
        let found = site.findings(&log(), &[])[0].1.remedy.as_ref().unwrap().to_string();
        assert_eq!(found, format!("Set {remedy}, and restart the phone."));
    }
}

#[test]
fn cfg051_not_uploaded() {
    let found = |name: &'static str, value: &str| codes(&plain(&[(name, value)]), &log());
    assert_eq!(found("log.render.file", "0"), ["CFG051"]);
    assert_eq!(found("log.render.file", "1"), [""; 0]);
    let directory = |directory: &str| {
        let text = element(&[("LOG_FILE_DIRECTORY", directory), ("CONFIG_FILES", "")]);
        severities(&[("000000000000.cfg", &text)], &log())
    };
    for nowhere in [
        "http://0.0.0.0",
        "https://0.0.0.0:8443/logs",
        "ftp://user:secret@0.0.0.0/logs",
        "ftp://user:se@cret@127.0.0.1:21",
        "http://LocalHost/logs",
        "http://[::1]/",
        "http://[::]:8080/logs",
        "http://[::ffff:127.0.0.1]/logs",
    ] {
        assert_eq!(directory(nowhere), [("CFG051", Info)], "{nowhere}");
    }
    for other in [
        "http://192.0.2.1/logs",
        "logs",
        "",
        "http://0.0.0.0.example.com",
        "http://127.example.com",
        "ftp://0.0.0.0:secret@192.0.2.1/logs",
        "http://[2001:db8::1]/logs",
        "http://192.0.2.1/@0.0.0.0/",
        "http://",
    ] {
        assert_eq!(directory(other), [], "{other}");
    }
    // It is an attribute of masters, and has no effect elsewhere.
    assert_eq!(found("LOG_FILE_DIRECTORY", "http://0.0.0.0"), [""; 0]);
}
