//! `device`: the report about one phone, for a ticket: its identity, its certificates slot by slot, what
//! happened in time order, what is wrong, and what to do next.
//!
//! The report is built once, as blocks; a format only renders them.

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

use page::Block;

use super::shape::{Device, EventRow};
use super::{Format, Style};

/// Writes a phone's story. The events are the phone's own, in log order.
pub type StoryWriter = fn(&Device, &[EventRow], &Style, &mut dyn Write) -> io::Result<()>;

/// The formats of `device`, the default first.
pub const STORY_FORMATS: [Format<StoryWriter>; 3] = [
    Format::new("text", &["txt"], "Text for people", |device, events, style, out| {
        blocks(device, events, |block| terminal::block(block, style), out)
    }),
    Format::new(
        "markdown",
        &["md", "markdown"],
        "Markdown, to paste into a ticket",
        |device, events, _, out| blocks(device, events, markdown::block, out),
    ),
    Format::new(
        "json",
        &["json"],
        "The phone's object of `scan --format json`, and its events",
        |device, events, _, out| json::write(device, events, out),
    ),
];

fn blocks(
    device: &Device,
    events: &[EventRow],
    render: impl Fn(&Block) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let parts = [
        identity::blocks(device),
        certificates::blocks(device),
        history::blocks(device, events),
        diagnoses::blocks(device),
        next::blocks(device),
    ];
    parts.iter().flatten().try_for_each(|block| out.write_all(render(block).as_bytes()))
}

#[cfg(test)]
mod tests;
