//! What a story is made of, whatever the format.

use crate::report::shape::Evidence;
use crate::report::text::paint::Tone;
use crate::report::text::prose::Prose;

/// A piece of a story.
#[derive(Clone, Debug)]
pub(super) enum Block {
    /// The story's title: a sign and the words behind it.
    Title(&'static str, Tone, Prose),
    /// A part of the story begins.
    Part(String),
    /// Something within a part begins: a sign and the words behind it.
    Item(&'static str, Tone, Prose),
    /// A paragraph; `true` where it belongs to the item before.
    Paragraph(bool, Prose),
    /// A label, and what stands under it, in one line or more.
    Facts(Vec<(&'static str, Prose)>),
    /// What to do, one after the other.
    Steps(Vec<Prose>),
    /// What happened.
    Happened(Vec<Line>),
    /// Lines of logs.
    Proof(Vec<Evidence>),
}

/// A line of what happened.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// A boot, or what stands for several lines.
    Head(Prose),
    /// Something within a boot: when, the sign of what it is, and what.
    Within(String, Tone, Prose),
}

/// A label of [`Block::Facts`] with words of anyone, where there are any.
pub(super) fn fact(label: &'static str, text: Option<&str>) -> Option<(&'static str, Prose)> {
    text.map(|text| (label, Prose::theirs(text)))
}
