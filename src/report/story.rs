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
pub(super) mod json;
mod markdown;
mod next;
mod page;
mod terminal;

use std::io::{self, Write};

use page::Block;

use super::shape::{AnswerSelection, Device, EventRow};
use super::{Format, Style};
use crate::problem::Problem;

/// What the report says about a phone.
#[derive(Clone, Copy, Debug)]
pub struct Story<'a> {
    /// The phone.
    pub device: &'a Device,
    /// Its own events, in log order.
    pub events: &'a [EventRow],
    /// What could not be read of its logs and configuration files.
    pub problems: &'a [Problem],
    /// Sentences on what was found and could be read, but not judged.
    pub not_judged: &'a [String],
    /// What the options leave out; None if nothing.
    pub selection: Option<&'a AnswerSelection>,
}

impl Story<'_> {
    /// Whether all that was found of the phone was read and judged.
    const fn is_whole(&self) -> bool {
        self.problems.is_empty() && self.not_judged.is_empty()
    }
}

/// Writes a phone's story.
pub type StoryWriter = fn(&Story<'_>, &Style, &mut dyn Write) -> io::Result<()>;

/// The formats of `device`, the default first.
pub const STORY_FORMATS: [Format<StoryWriter>; 3] = [
    Format::new("text", &["txt"], "Text for people", |story, style, out| {
        blocks(story, |block| terminal::block(block, style), out)
    }),
    Format::new("markdown", &["md", "markdown"], "Markdown, to paste into a ticket", |story, _, out| {
        blocks(story, markdown::block, out)
    }),
    Format::new(
        "json",
        &["json"],
        "The phone's object of `scan --format json`, its events, and what could not be read; `phonecert schema device` \
         describes it",
        |story, _, out| json::write(story, out),
    ),
];

fn blocks(story: &Story<'_>, render: impl Fn(&Block) -> String, out: &mut dyn Write) -> io::Result<()> {
    let device = story.device;
    let parts = [
        identity::blocks(story),
        certificates::blocks(device),
        history::blocks(device, story.events),
        diagnoses::blocks(story),
        next::blocks(device),
    ];
    parts.iter().flatten().try_for_each(|block| out.write_all(render(block).as_bytes()))
}

#[cfg(test)]
mod tests;
