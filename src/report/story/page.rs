//! The blocks of the report about one phone, independent of the format.

use crate::report::shape::Evidence;
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;

/// A block of the report.
#[derive(Clone, Debug)]
pub(super) enum Block {
    /// The title: a sign and the words after it.
    Title(&'static str, Tone, Prose),
    /// The heading of a part.
    Part(&'static str),
    /// The heading of an item in a part: a sign and the words after it.
    Item(&'static str, Tone, Prose),
    /// A paragraph.
    Paragraph(Prose),
    /// A paragraph that belongs to the item before it.
    ItemParagraph(Prose),
    /// Labels with their values.
    Facts(Vec<(&'static str, Prose)>),
    /// What to do, one after the other.
    Steps(Vec<Prose>),
    /// What happened.
    Happened(Vec<StoryLine>),
    /// Lines of logs.
    Evidence(Vec<Evidence>),
}

/// A line of what happened.
#[derive(Clone, Debug)]
pub(super) enum StoryLine {
    /// The heading of a boot, or a note in place of several lines.
    Head(Prose),
    /// An event in a boot: its time, its tone, and the description.
    Within(String, Tone, Prose),
}
