//! `csv`: one line per event, with a column for each field that any kind of event has.

use std::io::{self, Write};

use serde_json::Value;

use super::{EachEvent, EventsWriter};
use crate::event;
use crate::report::{Format, Style, safe_csv};

pub(super) const FORMAT: Format<EventsWriter> =
    Format::new("csv", &["csv"], "One line per event, for spreadsheets; no cell can act as a formula", write);

/// The columns that every event has.
const COMMON: [&str; 11] =
    ["mac", "file", "line", "stamp", "time", "uptime", "component", "level", "missed", "kind", "slot"];

/// The fields that only some kinds of event have, in the documented order.
fn own() -> Vec<&'static str> {
    let mut names = Vec::new();
    for name in event::kinds().iter().flat_map(event::EventKind::fields) {
        if !names.contains(&name) && !COMMON.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn write(each: &mut EachEvent<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let own = own();
    safe_csv::write(&[&COMMON[..], &own].concat(), out)?;
    each(&mut |event| {
        let own = own.iter().map(|name| event.fields.get(*name).map(plain).unwrap_or_default());
        let own: Vec<String> = own.collect();
        let common = [
            event.mac.unwrap_or_default(),
            event.file,
            event.line.to_string(),
            event.stamp.unwrap_or_default(),
            event.time.unwrap_or_default(),
            event.uptime.map(|seconds| seconds.to_string()).unwrap_or_default(),
            event.component.unwrap_or_default(),
            event.level.unwrap_or_default(),
            event.missed.map(|missed| missed.to_string()).unwrap_or_default(),
            event.kind.to_owned(),
            event.slot.map(|slot| slot.to_string()).unwrap_or_default(),
        ];
        safe_csv::write(&[&common[..], &own].concat(), out)
    })
}

/// A field's value without the quotes of JSON; nothing for null.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
