//! `jsonl`: one JSON object per event, each on a line.

use std::io::{self, Write};

use super::EventsWriter;
use crate::report::Format;
use crate::report::safe_json;
use crate::report::shape::EventRow;

pub(super) const FORMAT: Format<EventsWriter> = Format::new(
    "jsonl",
    &["jsonl", "ndjson"],
    "One JSON object per event and line, for jq and log stores",
    |each, _, out| {
        each(&mut |event| {
            object(&event, out)?;
            out.write_all(b"\n")
        })
    },
);

/// Writes an event as one JSON object.
pub(in crate::report) fn object(event: &EventRow, out: &mut dyn Write) -> io::Result<()> {
    safe_json::write(event, out)
}
