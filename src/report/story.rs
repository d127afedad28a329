//! `device`: one phone's whole story for a ticket: what it is, its certificates slot by slot, what
//! happened to it in time order, what is wrong, and what to do next.
//!
//! The parts of the story are made once, as blocks; a format only renders them.

mod certificates;
mod diagnoses;
mod entry;
mod history;
mod identity;
mod inventory;
mod json;
mod markdown;
mod next;
mod page;
mod terminal;

use std::io::{self, Write};

use super::Style;
use super::shape::{Device, EventRow};

/// How a story is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryFormat {
    /// For a person at a terminal.
    Text,
    /// To paste into a ticket.
    Markdown,
    /// For programs: `{"schema_version": 1, "device": {…}, "events": […]}`, the phone as in
    /// `scan --format json`, its events as in `events --format jsonl`.
    Json,
}

/// Writes a phone's story. `events` are the phone's own, in log order.
///
/// # Errors
/// What `out` returns.
pub fn write_story(
    device: &Device,
    events: &[EventRow],
    format: StoryFormat,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let render = match format {
        StoryFormat::Json => return json::write(device, events, out),
        StoryFormat::Text => terminal::block,
        StoryFormat::Markdown => markdown::block,
    };
    let parts = [
        identity::blocks(device),
        certificates::blocks(device),
        history::blocks(device, events),
        diagnoses::blocks(device),
        next::blocks(device),
    ];
    for block in parts.iter().flatten() {
        out.write_all(render(block, style).as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
