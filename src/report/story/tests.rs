use serde_json::json;

use super::*;
use crate::event::Upload;
use crate::model::Slot;
use crate::report::fixture::{self, Fixture};
use crate::report::shape::{Certificate, CertificateState};
use crate::report::text::prose::WIDEST;
use crate::report::text::visible::is_hidden;
use crate::report::text::width::width;

fn written(device: &Device, events: &[EventRow], format: &str, style: &Style) -> String {
    let mut out = Vec::new();
    let format = Format::named(&STORY_FORMATS, format).unwrap();
    let story = Story { device, events, problems: &[], not_judged: &[], selection: None };
    (format.write)(&story, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn phone(index: usize) -> Device {
    fixture::fleet().devices.swap_remove(index)
}

/// A phone of the fleet with its events.
fn story(index: usize, format: &str, style: &Style) -> String {
    let device = phone(index);
    written(&device, &events_of(&device), format, style)
}

fn events_of(device: &Device) -> Vec<EventRow> {
    let events = fixture::fleet().events.into_iter();
    events.filter(|event| device.files.contains(&event.file)).collect()
}

#[test]
fn a_failed_phone_at_80_and_100_columns() {
    for columns in [80, 100] {
        let style = Style { width: columns, ..Style::default() };
        insta::assert_snapshot!(format!("failed_{columns}"), story(0, "text", &style));
    }
}

#[test]
fn a_failed_phone_in_markdown() {
    insta::assert_snapshot!(story(0, "markdown", &Style::default()));
}

#[test]
fn many_diagnoses_and_slots() {
    insta::assert_snapshot!(story(2, "text", &Style::default()));
}

#[test]
fn a_phone_with_texts_made_to_harm() {
    insta::assert_snapshot!("harmful_text", story(5, "text", &Style::default()));
    insta::assert_snapshot!("harmful_markdown", story(5, "markdown", &Style::default()));
}

#[test]
fn unknown_ok_and_mended_are_told_honestly() {
    let style = Style { width: 90, ..Style::default() };
    insta::assert_snapshot!("unknown", story(6, "text", &style));
    insta::assert_snapshot!("mended", story(7, "text", &style));
    let silent = Device { certificates: Vec::new(), diagnoses: Vec::new(), ..phone(6) };
    let text = written(&silent, &[], "text", &style);
    assert!(text.contains("evidence may be too little"), "{text}");
    assert!(!text.contains("What to do next"), "{text}");
}

/// The text on installing for a phone with this software and a diagnosis of this code and slot.
fn installing(software: Option<&str>, code: &'static str, slot: Option<Slot>) -> String {
    let mut device = phone(0);
    device.software = software.map(str::to_owned);
    device.diagnoses.truncate(1);
    device.diagnoses[0].code = code;
    device.diagnoses[0].slot = slot;
    let text = written(&device, &[], "text", &Style::default());
    let (_, next) = text.split_once("What to do next").unwrap();
    let (_, arrows) = next.split_once("→").unwrap();
    let (installing, _) = arrows.split_once("→ If that does not help").unwrap_or_default();
    let slot = slot.map(Slot::name);
    format!("{code} {slot:?} {software:?}\n  →{installing}\n")
}

#[test]
fn installing_depends_on_slot_and_software() {
    let texts = [
        installing(Some("5.5.2.11338"), "INS004", Some(Slot::Application(3))),
        installing(Some("3.3.5.0247"), "INS001", Some(Slot::Platform(1))),
        installing(None, "INS003", None),
        installing(Some("4.0.8.1608"), "INV001", Some(Slot::BuiltIn)),
        installing(Some("4.0.8.1608"), "TLS002", None),
        installing(Some("3.2.6.0314"), "INS001", Some(Slot::Platform(1))),
        installing(Some("3.3.2.0413"), "INS003", None),
    ];
    insta::assert_snapshot!(texts.concat());
}

#[test]
fn logs_are_numbered_and_boots_go_on_from_one_to_the_next() {
    let text = story(2, "text", &Style::default());
    let of_both = "could not upload its log (log 1, line 9; 2 times, until 2026-01-13\n";
    assert!(text.contains(of_both) && text.contains("(log 2, line 6)"), "{text}");
    let files = (1..=15).rev().map(|age| format!("fleet/0004f2a1b201-app.log.{age}")).collect();
    let text = written(&Device { files, ..phone(0) }, &[], "text", &Style::default());
    assert!(text.contains("and 3 more, newer ones"), "{text}");
}

/// As of an event that is added.
#[test]
fn a_kind_without_words_is_told_by_its_fields() {
    let device = phone(0);
    let mut events = events_of(&device);
    let fields = json!({"server_name": "a.example.com", "error": 5, "length": null});
    let refused = events.iter_mut().find(|event| event.kind == "key_too_large").unwrap();
    (refused.kind, refused.fields) = ("chain_broken", fields.as_object().cloned().unwrap());
    let text = written(&device, &events, "text", &Style::default());
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
    let text = written(&device, &events_of(&device)[..14], "json", &Style::default());
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
        let Fixture { devices, events, .. } = fixture::fleet();
        for device in devices {
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
    let plain = story(0, "text", &Style::default());
    let painted = story(0, "text", &Style { color: true, ..Style::default() });
    assert!(painted.contains('\u{1b}'));
    let stripped = anstream::adapter::strip_str(&painted).to_string();
    assert_eq!(stripped.replace('`', ""), plain.replace('`', ""));
}

#[test]
fn a_long_history_stays_readable() {
    let device = phone(0);
    let all = events_of(&device);
    let last = all.last().unwrap().boot;
    let boot = all.iter().filter(|event| event.boot == last && event.kind != "upload_failed");
    let mut events = Vec::new();
    for number in 0..2_000 {
        // Every second boot lists another certificate, and each refuses a key of another length.
        let shown = |event: &&EventRow| number % 2 == 0 || event.slot != Some(Slot::Platform(2));
        events.extend(boot.clone().filter(shown).cloned().map(|mut event| {
            event.boot = number;
            if event.kind == "key_too_large" {
                event.fields["length"] = json!(4097 + number);
            }
            event
        }));
    }
    let text = written(&device, &events, "text", &Style::default());
    assert!(text.lines().count() < 500, "{}", text.lines().count());
    assert!(text.contains("5,800 lines left out"), "{text}");
}

/// An event without stamp, in the first boot.
fn event(kind: &'static str, slot: Option<&str>, fields: serde_json::Value) -> EventRow {
    let device = phone(0);
    let first = events_of(&device).swap_remove(0);
    let fields = fields.as_object().cloned().unwrap_or_default();
    let (stamp, time, boot_time, slot) = (None, None, None, slot.map(|slot| slot.parse().unwrap()));
    EventRow { kind, slot, fields, stamp, time, boot_time, uptime: None, line: 7, ..first }
}

fn in_boot(boot: usize, event: EventRow) -> EventRow {
    EventRow { boot, ..event }
}

/// The part "What happened" about these events, each wrapped text in one line.
fn happened(events: &[EventRow]) -> String {
    let text = written(&phone(0), events, "text", &Style { width: 200, ..Style::default() });
    let (_, happened) = text.split_once("What happened\n").unwrap();
    let (happened, _) = happened.split_once("\nDiagnoses\n").unwrap();
    happened.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn slots_are_named_again_after_an_installation() {
    let empty = || event("certificate_unavailable", Some("platform-1"), json!({}));
    let saving = event("certificate_saving", Some("platform-1"), json!({}));
    let refused = event("key_too_large", Some("platform-1"), json!({"length": 4677, "maximum": 4096}));
    let told = happened(&[
        empty(),
        saving.clone(),
        in_boot(1, empty()),
        in_boot(1, refused),
        in_boot(2, empty()),
        in_boot(2, event("clock_failed", None, json!({}))),
        in_boot(3, empty()),
    ]);
    assert_eq!(told.matches("platform slot 1 empty").count(), 3, "{told}");
    assert_eq!(told.matches("the same certificates as before").count(), 1, "{told}");
    let listed = event("certificate_common_name", Some("platform-1"), json!({"common_name": "x"}));
    let told = happened(&[empty(), saving, listed]);
    let order = ["platform slot 1 empty", "saved a certificate", "platform slot 1 \"x\""];
    let offsets: Vec<_> = order.iter().map(|part| told.find(part).unwrap()).collect();
    assert!(offsets.is_sorted(), "{told}");
}

#[test]
fn a_key_alone_is_not_an_empty_slot() {
    let told = happened(&[
        event("certificate_unavailable", Some("platform-2"), json!({})),
        event("key_length", Some("platform-2"), json!({"length": 1192})),
        event("certificate_unavailable", Some("built-in"), json!({})),
    ]);
    assert!(told.contains("built-in missing; platform slot 2 a key without a certificate"), "{told}");
}

#[test]
fn events_that_diagnoses_rest_on_are_told() {
    let ca =
        |boot, fingerprint| in_boot(boot, event("ca_fingerprint", None, json!({"fingerprint": fingerprint})));
    let sign_in = |fields| event("sign_in_certificate", None, fields);
    let told = happened(&[
        event("platform", None, json!({"platform_mac": "0004F2000099"})),
        event("platform", None, json!({"platform_mac": "0004F2A1B201"})),
        sign_in(json!({"valid_until": 0})),
        sign_in(json!({"exists": false})),
        sign_in(json!({"expired": true})),
        sign_in(json!({"error": 4})),
        sign_in(json!({"exists": true})),
        sign_in(json!({"expired": true})),
        event("provisioning_uri_invalid", None, json!({"uri": "http://x|y"})),
        event("configuration_not_applied", None, json!({})),
        event("upload_size_unknown", None, json!({})),
        event("no_previous_certificate", None, json!({})),
        ca(0, "01:02"),
        ca(1, "01:03"),
        ca(2, "01:03"),
    ]);
    for part in [
        "names another address as its own: 0004F2000099 (line 7)",
        "has no certificate for its Lync or Skype sign-in, error 4 (line 7)",
        "has a certificate for its Lync or Skype sign-in, which has expired (line 7)",
        "certificate service is invalid (STS-URI): http://x|y (line 7)",
        "did not apply its configuration (line 7)",
        "did not report the size of its copy of the log (line 7)",
        "no certificate was there before (line 7)",
        "loaded a CA certificate 01:02 (line 7)",
        "loaded a CA certificate 01:03 (line 7) … 1 boot alike",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("0004F2A1B201"), "its own address: {told}");
}

#[test]
fn a_skipped_upload_belongs_to_the_error_of_its_second() {
    let failed = |stamp: &str, upload| EventRow {
        stamp: Some(stamp.to_owned()),
        upload: Some(upload),
        ..event("upload_failed", None, json!({}))
    };
    let pair = |stamp| [failed(stamp, Upload::Tried), failed(stamp, Upload::Skipped)];
    let told = happened(&pair("0120090000"));
    assert!(told.contains("could not upload its log (line 7)"), "{told}");
    let told = happened(&[pair("0120090000"), pair("0120090001")].concat());
    assert!(told.contains("(line 7; 2 times"), "{told}");
    assert!(happened(&[failed("0120090000", Upload::BootLog)]).contains("could not upload its boot log"));
}

#[test]
fn a_boot_has_the_date_of_its_first_dated_line() {
    let boot_time = Some("2026-01-20T08:00:00".to_owned());
    let undated = EventRow { boot_time, ..event("clock_failed", None, json!({})) };
    assert!(happened(&[undated]).contains("from 2026-01-20 08:00"));
}

#[test]
fn slots_that_the_software_does_not_have_take_nothing() {
    let part = |software: &str| {
        let mut device = phone(0);
        device.software = Some(software.to_owned());
        let slots = [Slot::BuiltIn, Slot::Platform(1), Slot::Platform(2), Slot::Application(1)];
        let state = CertificateState::NotAvailable;
        let empty = |slot| Certificate { slot, state, key_length: None, ..device.certificates[1].clone() };
        device.certificates = slots.map(empty).into();
        let text = written(&device, &[], "text", &Style::default());
        let (slots, _) = text.split_once("What happened").unwrap();
        (slots.matches("Limits").count(), slots.matches("May serve").count())
    };
    assert_eq!((part("3.2.6.0314"), part("3.3.2.0413"), part("4.0.0")), ((0, 0), (1, 1), (3, 3)));
}
