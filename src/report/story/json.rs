//! The report about one phone as JSON: the phone, its events, one event per line, and what was not read or not judged.

use std::io::{self, Write};

use schemars::JsonSchema;

use super::Story;
use crate::report::safe_json::{list, member};
use crate::report::shape::{AnswerSelection, Device, EventRow, Problem, SCHEMA_VERSION};

/// The whole answer of `device --format json`, for its schema: it is written member by member.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::report) struct Document {
    /// The version of this shape and that of `scan --format json`.
    schema_version: u32,
    /// The phone, as in `scan --format json`.
    device: Device,
    /// Its own events, in log order, as in `events --format jsonl`.
    events: Vec<EventRow>,
    /// What could not be read of its logs and configuration files.
    problems: Vec<Problem>,
    /// Sentences on what was found and could be read, but not judged.
    not_judged: Vec<String>,
    /// What the options leave out, as in `scan --format json`; null if they leave nothing out.
    selection: Option<AnswerSelection>,
}

pub(super) fn write(story: &Story<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"schema_version\": {SCHEMA_VERSION}")?;
    member(out, "device", story.device)?;
    list(out, "events", story.events)?;
    member(out, "problems", &story.problems.iter().map(Problem::from).collect::<Vec<_>>())?;
    member(out, "not_judged", story.not_judged)?;
    member(out, "selection", &story.selection)?;
    out.write_all(b"\n}\n")
}
