use serde_json::json;

use super::*;
use crate::report::fixture::{self, Fixture};
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

fn phone(place: usize) -> Device {
    fixture::fleet().devices.swap_remove(place)
}

/// A phone of the fleet with its events.
fn story(place: usize, format: &str, style: &Style) -> String {
    let device = phone(place);
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
        let shown = |event: &&EventRow| number % 2 == 0 || event.slot.as_deref() != Some("platform-2");
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
