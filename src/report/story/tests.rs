use serde_json::json;

use super::*;
use crate::report::fixture;
use crate::report::text::prose::WIDEST;
use crate::report::text::visible::is_hidden;
use crate::report::text::width::width;

fn written(device: &Device, events: &[EventRow], format: &str, style: &Style) -> String {
    let mut out = Vec::new();
    let format = Format::named(&STORY_FORMATS, format).unwrap();
    let story = Story { device, events, problems: &[], not_judged: &[] };
    (format.write)(&story, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn phone(place: usize) -> Device {
    fixture::fleet().devices.swap_remove(place)
}

/// The events of one log, one on each line.
struct Log {
    file: String,
    events: Vec<EventRow>,
    boots: usize,
}

impl Log {
    fn of(device: &Device) -> Self {
        Self { file: device.files[0].clone(), events: Vec::new(), boots: 0 }
    }

    fn add(&mut self, stamp: &str, kind: &'static str, slot: Option<&str>, fields: serde_json::Value) {
        let uptime = stamp.contains('.').then(|| stamp[4..].parse::<f64>().unwrap());
        let time = uptime.is_none().then(|| {
            let part = |at: usize| &stamp[at..at + 2];
            format!("2026-{}-{}T{}:{}:{}", part(0), part(2), part(4), part(6), part(8))
        });
        self.events.push(EventRow {
            mac: None,
            file: self.file.clone(),
            line: self.events.len() as u64 * 3 + 1,
            stamp: Some(stamp.to_owned()),
            time,
            uptime,
            component: Some(if kind == "log_start" { "log" } else { "tls" }.to_owned()),
            level: Some("3".to_owned()),
            missed: Some(0),
            kind,
            slot: slot.map(str::to_owned),
            boot: self.boots,
            fields: fields.as_object().cloned().unwrap_or_default(),
        });
    }

    fn boot(&mut self, platform_1: bool) {
        self.boots += 1;
        let fingerprint = |seed: u8| [seed; 16].map(|byte| format!("{byte:02X}")).join(":");
        self.add("000004.100", "certificate_length", Some("built-in"), json!({"length": 802}));
        self.add(
            "000004.110",
            "certificate_fingerprint",
            Some("built-in"),
            json!({"fingerprint": fingerprint(1), "algorithm": "md5"}),
        );
        self.add(
            "000004.120",
            "certificate_common_name",
            Some("built-in"),
            json!({"common_name": "0004F2A1B201"}),
        );
        self.add("000004.130", "key_length", Some("built-in"), json!({"length": 636}));
        if platform_1 {
            self.add("000004.140", "certificate_length", Some("platform-1"), json!({"length": 2021}));
            self.add(
                "000004.150",
                "certificate_common_name",
                Some("platform-1"),
                json!({"common_name": "Custom-0004F2A1B201"}),
            );
            self.add("000004.160", "key_length", Some("platform-1"), json!({"length": 2374}));
        } else {
            self.add("000004.140", "certificate_unavailable", Some("platform-1"), json!({}));
        }
        self.add("000004.170", "certificate_unavailable", Some("platform-2"), json!({}));
        self.add("000015.871", "log_start", None, json!({"log_level": null}));
        self.add(
            "000015.872",
            "platform",
            None,
            json!({"model": "VVX 500", "assembly": "3111-44500-001", "assembly_revision": "A", "mac": "0004F2A1B201"}),
        );
        self.add("000015.875", "software", None, json!({"label": "SIP", "version": "5.5.2.11338"}));
    }
}

/// A phone that rejected a key many times, booted often, and got its certificate in the end.
fn long_history(device: &Device) -> Vec<EventRow> {
    let mut log = Log::of(device);
    log.boot(false);
    log.add("0111080011", "key_too_large", Some("platform-1"), json!({"length": 4677, "maximum": 4096}));
    log.add("0111081011", "key_too_large", Some("platform-1"), json!({"length": 4677, "maximum": 4096}));
    log.add("0111082011", "server_certificate_untrusted", None, json!({"reason": "Untrusted Certificate"}));
    log.add("0111082011", "tls_connection_failed", None, json!({"error": 1}));
    log.add("0111082511", "server_certificate_untrusted", None, json!({"reason": "Untrusted Certificate"}));
    log.add("0111082511", "tls_connection_failed", None, json!({"error": 1}));
    for day in 12..=27 {
        log.boot(false);
        log.add(&format!("01{day}080000"), "clock_failed", None, json!({}));
    }
    log.boot(false);
    log.add("0201090000", "certificate_saving", Some("platform-1"), json!({}));
    let fingerprint = [10_u8; 16].map(|byte| format!("{byte:02X}")).join(":");
    log.add(
        "0201090000",
        "new_certificate",
        None,
        json!({"common_name": "Custom-`0004F2A1B201`<b>", "fingerprint": fingerprint}),
    );
    log.add("0201090000", "no_previous_certificate", None, json!({}));
    log.add("0201090130", "log_end", None, json!({}));
    log.boot(true);
    log.events
}

#[test]
fn a_failed_phone_at_80_and_100_columns() {
    let device =
        Device { assembly: Some("3111-44500-001".into()), assembly_revision: Some("A".into()), ..phone(0) };
    let events = long_history(&device);
    for columns in [80, 100] {
        let style = Style { width: columns, ..Style::default() };
        insta::assert_snapshot!(format!("failed_{columns}"), written(&device, &events, "text", &style));
    }
}

#[test]
fn a_failed_phone_in_markdown() {
    let device = phone(0);
    let events = long_history(&device);
    insta::assert_snapshot!(written(&device, &events, "markdown", &Style::default()));
}

#[test]
fn many_diagnoses_and_slots() {
    insta::assert_snapshot!(written(&phone(2), &[], "text", &Style::default()));
}

#[test]
fn a_phone_with_texts_made_to_harm() {
    let device = phone(5);
    let events = fixture::events();
    insta::assert_snapshot!("harmful_text", written(&device, &events, "text", &Style::default()));
    insta::assert_snapshot!("harmful_markdown", written(&device, &events, "markdown", &Style::default()));
}

#[test]
fn unknown_ok_and_mended_are_told_honestly() {
    let style = Style { width: 90, ..Style::default() };
    insta::assert_snapshot!("unknown", written(&phone(6), &[], "text", &style));
    insta::assert_snapshot!("mended", written(&phone(7), &[], "text", &style));
    let silent = Device { certificates: Vec::new(), diagnoses: Vec::new(), ..phone(6) };
    let text = written(&silent, &[], "text", &style);
    assert!(text.contains("evidence may be too little"), "{text}");
    assert!(!text.contains("What to do next"), "{text}");
}

/// The text on installing for a phone with this software and a diagnosis of this code and slot.
fn installing(software: Option<&str>, code: &'static str, slot: Option<&'static str>) -> String {
    let mut device = phone(0);
    device.software = software.map(str::to_owned);
    device.diagnoses.truncate(1);
    device.diagnoses[0].code = code;
    device.diagnoses[0].slot = slot.map(Into::into);
    let text = written(&device, &[], "text", &Style::default());
    let (_, next) = text.split_once("What to do next").unwrap();
    let (_, arrows) = next.split_once("→").unwrap();
    let (installing, _) = arrows.split_once("→ If that does not help").unwrap_or_default();
    format!("{code} {slot:?} {software:?}\n  →{installing}\n")
}

#[test]
fn installing_depends_on_slot_and_software() {
    let texts = [
        installing(Some("5.5.2.11338"), "INS004", Some("application-3")),
        installing(Some("3.3.5.0247"), "INS001", Some("platform-1")),
        installing(None, "INS003", None),
        installing(Some("4.0.8.1608"), "INV001", Some("built-in")),
        installing(Some("4.0.8.1608"), "TLS002", None),
    ];
    insta::assert_snapshot!(texts.concat());
}

#[test]
fn logs_are_numbered_and_boots_go_on_from_one_to_the_next() {
    let mut device = phone(0);
    device.files = (1..=15).rev().map(|age| format!("fleet/0004f2a1b201-app.log.{age}")).collect();
    let mut log = Log::of(&device);
    log.add("0111080011", "upload_failed", None, json!({}));
    log.file.clone_from(&device.files[1]);
    log.add("0111090011", "upload_failed", None, json!({}));
    log.boots += 1;
    log.add("000004.100", "certificate_unavailable", Some("built-in"), json!({}));
    log.add(
        "0111100011",
        "credential_invalid",
        None,
        json!({"reason": "Cert is not proper in the certificate"}),
    );
    let text = written(&device, &log.events, "text", &Style::default());
    let (_, story) = text.split_once("What happened").unwrap();
    let (story, _) = story.split_once("Diagnoses").unwrap();
    insta::assert_snapshot!(story);
    assert!(text.contains("and 3 more, newer ones"), "{text}");
}

/// As of an event that is added.
#[test]
fn a_kind_without_words_is_told_by_its_fields() {
    let device = phone(0);
    let mut log = Log::of(&device);
    let fields = json!({"server_name": "a.example.com", "error": 5, "length": null});
    log.add("0111080011", "chain_broken", Some("platform-1"), fields);
    let text = written(&device, &log.events, "text", &Style::default());
    assert!(text.contains("chain broken for platform slot 1: server name a.example.com, error 5"), "{text}");
}

#[test]
fn a_phone_without_any_log() {
    let device = Device { files: Vec::new(), boots: 0, ..phone(6) };
    let text = written(&device, &[], "text", &Style::default());
    assert!(text.contains("none was found") && text.contains("No log of this phone was found."), "{text}");
}

#[test]
fn the_document_for_programs() {
    let device = phone(0);
    let text = written(&device, &long_history(&device)[..14], "json", &Style::default());
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["device"], serde_json::to_value(&device).unwrap());
    assert_eq!(value["events"].as_array().unwrap().len(), 14);
    insta::assert_snapshot!(text);
    let none = written(&device, &[], "json", &Style::default());
    assert_eq!(serde_json::from_str::<serde_json::Value>(&none).unwrap()["events"], json!([]));
}

#[test]
fn no_line_is_wider_than_the_terminal_and_none_acts_on_it() {
    for columns in [40, 60, 80, 120, 200] {
        let style = Style { width: columns, ..Style::default() };
        for device in fixture::fleet().devices {
            let mut events = long_history(&device);
            events.extend(fixture::events());
            let text = written(&device, &events, "text", &style);
            for line in text.lines() {
                assert!(width(line) <= columns.min(WIDEST), "{columns}: {line}");
                assert!(!line.contains(is_hidden), "{line:?}");
                assert_eq!(line, line.trim_end());
            }
            assert!(!text.contains("\n\n\n"), "{text}");
            let markdown = written(&device, &events, "markdown", &style);
            assert!(!markdown.replace('\n', "").contains(is_hidden), "{markdown}");
        }
    }
}

#[test]
fn colour_changes_no_word() {
    let device = phone(0);
    let events = long_history(&device);
    let plain = written(&device, &events, "text", &Style::default());
    let painted = written(&device, &events, "text", &Style { color: true, ..Style::default() });
    assert!(painted.contains('\u{1b}'));
    let stripped = anstream::adapter::strip_str(&painted).to_string();
    assert_eq!(stripped.replace('`', ""), plain.replace('`', ""));
}

#[test]
fn a_long_history_stays_readable() {
    let device = phone(0);
    let mut log = Log::of(&device);
    for number in 0..2_000_u64 {
        log.boot(number % 2 == 0);
        log.add(
            "0111080011",
            "key_too_large",
            Some("platform-1"),
            json!({"length": 4097 + number, "maximum": 4096}),
        );
    }
    let text = written(&device, &log.events, "text", &Style::default());
    assert!(text.lines().count() < 500, "{}", text.lines().count());
    assert!(text.contains("5,800 lines left out"), "{text}");
}
