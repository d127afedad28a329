//! The fields of events: each is redacted by what it is, in the event and in its line.

use std::collections::BTreeSet;

use super::{FINGERPRINT, Shown, redactor_of};
use crate::event;

static LOG_OF_ALL_MESSAGES: &str = include_str!("../../../testdata/messages/0004f2a1b2c3-app.log");

fn event_of(line: &str) -> event::Event {
    let text = line.splitn(5, '|').last().unwrap();
    event::read(text.as_bytes(), event::End::Whole).event().unwrap_or_else(|| panic!("{line}")).clone()
}

/// The fields of a line's event that are text.
fn text_fields(line: &str) -> Vec<(String, serde_json::Value)> {
    event_of(line).fields().into_iter().filter(|(_, value)| value.is_string()).collect()
}

#[test]
fn fields_of_events_that_are_text_are_listed() {
    let typed = ["algorithm", "fingerprint", "platform_mac", "version"];
    for line in LOG_OF_ALL_MESSAGES.lines() {
        let mut event = event_of(line);
        event.texts_mut().for_each(|text| *text = "concealed".into());
        for (field, value) in event.fields() {
            let is_free = value.is_string() && !typed.contains(&field.as_str());
            assert_eq!(is_free, value == "concealed", "{field} of {line}");
        }
    }
}

#[test]
fn fields_of_events_are_redacted_by_what_they_are() {
    let fields = [
        ("platform_mac", "0004F2A1B2C3", "020000000001"),
        ("common_name", "Jane Roe", "name-1"),
        ("fingerprint", FINGERPRINT, FINGERPRINT),
        ("reason", "no route to pbx.acme.example", "no route to host-1.example"),
        ("version", "3.3.5.247", "3.3.5.247"),
        ("uri", "pki.acme.example/janes", ""),
        ("model", "VVX 500", "VVX 500"),
        ("assembly", "3111-44500-001", "3111-44500-001"),
        ("assembly_revision", "A", "A"),
        ("algorithm", "md5", "md5"),
        ("label", "SIP", "SIP"),
    ];
    let known: BTreeSet<&str> = event::kinds().iter().flat_map(event::EventKind::fields).collect();
    for (field, _) in LOG_OF_ALL_MESSAGES.lines().flat_map(text_fields) {
        assert!(fields.iter().any(|(known, ..)| *known == field), "{field}: how is it redacted?");
    }
    let redactor = redactor_of(&["0004F2A1B2C3"], |redactor| {
        fields.iter().for_each(|(field, value, _)| drop(Shown::redacted(redactor).field(field, value)));
    });
    for (field, value, expected) in fields {
        assert!(known.contains(field), "{field}");
        assert_eq!(Shown::plain().field(field, value), value);
        let shown = Shown::redacted(&redactor).field(field, value);
        if field == "uri" {
            assert!(
                shown.contains("host-") && !shown.contains("acme") && !shown.contains("janes"),
                "{shown}"
            );
        } else {
            assert_eq!(shown, expected, "{field}");
        }
    }
}

/// What is hidden in an event is hidden in its line, too.
#[test]
fn names_in_fields_are_not_in_the_line() {
    const NAME: &str = "Jane Roe";
    let redactor = redactor_of(&[], |redactor| drop(Shown::redacted(redactor).name(NAME)));
    let shown = Shown::redacted(&redactor);
    let mut checked = BTreeSet::new();
    for line in LOG_OF_ALL_MESSAGES.lines() {
        for (field, value) in text_fields(line) {
            let named = line.replace(value.as_str().unwrap(), NAME);
            let text = named.splitn(5, '|').last().unwrap();
            let reading = event::read(text.as_bytes(), event::End::Whole);
            let read = reading.event().and_then(|event| event.fields().get(&field).cloned());
            if read.is_some_and(|value| value == NAME) && shown.field(&field, NAME) != NAME {
                assert!(!shown.line(text, true).contains(NAME), "{field} of {line}");
                checked.insert(field);
            }
        }
    }
    assert!(checked.len() > 1, "{checked:?}");
}
