//! The report about one phone as JSON: the phone and its events, one event per line.

use std::io::{self, Write};

use crate::report::events::jsonl;
use crate::report::safe_json;
use crate::report::shape::{Device, EventRow, SCHEMA_VERSION};

pub(super) fn write(device: &Device, events: &[EventRow], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"schema_version\": {SCHEMA_VERSION},\n  \"device\": ")?;
    safe_json::write(device, out)?;
    out.write_all(b",\n  \"events\": [")?;
    for (place, event) in events.iter().enumerate() {
        out.write_all(if place == 0 { b"\n    " } else { b",\n    " })?;
        jsonl::object(event.clone(), out)?;
    }
    out.write_all(if events.is_empty() { b"]\n}\n" } else { b"\n  ]\n}\n" })
}
