//! The report about one phone as JSON: the phone, its events, one event per line, and what was not read or not judged.

use std::io::{self, Write};

use super::Story;
use crate::report::events::jsonl;
use crate::report::scan::json::{member, separator};
use crate::report::shape::{Problem, SCHEMA_VERSION};

pub(super) fn write(story: &Story<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"schema_version\": {SCHEMA_VERSION}")?;
    member(out, "device", story.device)?;
    out.write_all(b",\n  \"events\": [")?;
    for (place, event) in story.events.iter().enumerate() {
        out.write_all(separator(place))?;
        jsonl::object(event.clone(), out)?;
    }
    out.write_all(if story.events.is_empty() { b"]" } else { b"\n  ]" })?;
    member(out, "problems", &story.problems.iter().map(Problem::from).collect::<Vec<_>>())?;
    member(out, "not_judged", story.not_judged)?;
    out.write_all(b"\n}\n")
}
