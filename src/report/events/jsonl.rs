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
            object(event, out)?;
            out.write_all(b"\n")
        })
    },
);

/// Writes an event as one JSON object.
pub(in crate::report) fn object(mut event: EventRow, out: &mut dyn Write) -> io::Result<()> {
    // A `platform` event has an address of its own. An object can have only one `mac`, and the phone's takes
    // precedence.
    if let Some(told) = event.fields.shift_remove("mac")
        && event.mac.is_none()
    {
        event.mac = told.as_str().map(str::to_owned);
    }
    safe_json::write(&event, out)
}
