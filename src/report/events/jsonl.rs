//! `jsonl`: one JSON object per event, each on a line.

use super::EventsWriter;
use crate::report::Format;
use crate::report::safe_json;

pub(super) const FORMAT: Format<EventsWriter> = Format::new(
    "jsonl",
    &["jsonl", "ndjson"],
    "One JSON object per event and line, for jq and log stores",
    |each, _, out| each(&mut |event| safe_json::write_line(&event, out)),
);
