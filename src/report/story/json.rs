//! The report about one phone as JSON: the phone, its events, one event per line, and what was not read or not judged.

use std::io::{self, Write};

use super::Story;
use crate::report::events::jsonl;
use crate::report::safe_json;
use crate::report::shape::{Problem, SCHEMA_VERSION};

pub(super) fn write(story: &Story<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"schema_version\": {SCHEMA_VERSION},\n  \"device\": ")?;
    safe_json::write(story.device, out)?;
    out.write_all(b",\n  \"events\": [")?;
    for (place, event) in story.events.iter().enumerate() {
        out.write_all(if place == 0 { b"\n    " } else { b",\n    " })?;
        jsonl::object(event.clone(), out)?;
    }
    out.write_all(if story.events.is_empty() { b"]" } else { b"\n  ]" })?;
    out.write_all(b",\n  \"problems\": ")?;
    safe_json::write(&story.problems.iter().map(Problem::from).collect::<Vec<_>>(), out)?;
    out.write_all(b",\n  \"not_judged\": ")?;
    safe_json::write(story.not_judged, out)?;
    out.write_all(b"\n}\n")
}
