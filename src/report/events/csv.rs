//! `csv`: one line per event, with a column for each field that any kind of event has.

use std::io::{self, Write};

use serde_json::Value;

use super::{EventWriter, MakeEventWriter};
use crate::event;
use crate::report::Format;
use crate::report::csv::append;
use crate::report::shape::EventRow;

pub(super) const FORMAT: Format<MakeEventWriter> = Format {
    name: "csv",
    endings: &["csv"],
    about: "A line an event, for spreadsheets; no cell can act as a formula",
    write: |_| Box::new(Lines { own: own() }),
};

/// The columns that every event has.
const COMMON: [&str; 11] =
    ["mac", "file", "line", "stamp", "time", "uptime", "component", "level", "missed", "kind", "slot"];

/// The fields that only some kinds of event have, in the documented order.
fn own() -> Vec<&'static str> {
    let mut names = Vec::new();
    for name in event::kinds().iter().flat_map(event::Kind::fields) {
        if !names.contains(&name) && !COMMON.contains(&name) {
            names.push(name);
        }
    }
    names
}

struct Lines {
    own: Vec<&'static str>,
}

impl EventWriter for Lines {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let titles: Vec<String> = COMMON.iter().chain(&self.own).map(|title| (*title).to_owned()).collect();
        line(&titles, out)
    }

    fn row(&mut self, event: EventRow, out: &mut dyn Write) -> io::Result<()> {
        let own: Vec<String> =
            self.own.iter().map(|name| event.fields.get(*name).map(plain).unwrap_or_default()).collect();
        let mut cells = vec![
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
            event.slot.unwrap_or_default(),
        ];
        cells.extend(own);
        line(&cells, out)
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn line(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    append(cells, &mut bytes);
    out.write_all(&bytes)
}

/// A field's value without the quotes of JSON; nothing for null.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
