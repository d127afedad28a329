//! Paragraphs of this program's own words, in which backticks mark code, and of foreign words (from logs,
//! files, certificates). They are wrapped and coloured for a terminal, or written as Markdown.

use super::markdown;
use super::paint::Tone;
use super::visible::visible;
use super::width::{width, wrap};
use crate::report::Style;

/// The widest prose, in columns; wider prose is hard to read.
pub const WIDEST: usize = 100;

/// The mark-up of code in this program's words.
const CODE: char = '`';

/// Replaces a backtick in foreign words while lines are wrapped. It takes one column and can't occur in these
/// words, since it is a hidden character.
const BACKTICK: char = '\u{600}';

/// Replaces a blank in code that should not be wrapped, in the same way.
const BLANK: char = '\u{601}';

/// Code longer than this may be wrapped at its blanks.
const UNBROKEN: usize = 32;

/// A paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose(Vec<Span>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Span {
    Own(String),
    Foreign(String),
}

/// How a paragraph is laid out on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct ParagraphLayout<'a> {
    /// Prefix of the first line: a number, a label or blanks.
    pub first: &'a str,
    /// The tone of the prefix.
    pub first_tone: Tone,
    /// Number of blanks before the other lines.
    pub hang: usize,
    /// Width of the terminal in columns.
    pub columns: usize,
    /// The tone of the words.
    pub tone: Tone,
    /// Whether escape sequences for colour may be written.
    pub color: bool,
}

impl ParagraphLayout<'_> {
    /// Without prefix, indent and colour of its own.
    pub const fn plain(style: &Style) -> Self {
        let Style { width: columns, color, .. } = *style;
        Self { first: "", first_tone: Tone::Plain, hang: 0, columns, tone: Tone::Plain, color }
    }
}

impl Prose {
    /// Words of this program: backticks in them are mark-up of code.
    pub fn own(text: impl Into<String>) -> Self {
        Self::default().and(text)
    }

    /// Words from a log, a file's name or a certificate.
    pub fn foreign(text: &str) -> Self {
        Self::default().and_foreign(text)
    }

    /// This, with words of this program after it.
    pub fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Own(text.into()));
        self
    }

    /// This, with foreign words after it.
    pub fn and_foreign(mut self, text: &str) -> Self {
        self.0.push(Span::Foreign(visible(text).into_owned()));
        self
    }

    /// This, and all of `more` after it.
    pub fn join(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|span| matches!(span, Span::Own(text) | Span::Foreign(text) if text.is_empty()))
    }

    /// Lines for a terminal, each with its line feed. With colour, code is coloured instead of being in
    /// backticks.
    pub fn lines(&self, layout: &ParagraphLayout<'_>) -> String {
        let marked: String = self
            .0
            .iter()
            .map(|span| match span {
                Span::Own(text) => unbroken_code(text),
                Span::Foreign(text) => text.replace(CODE, BACKTICK.encode_utf8(&mut [0; 4])),
            })
            .collect();
        let room = layout.columns.min(WIDEST).saturating_sub(layout.hang);
        let mut in_code = false;
        let mut lines = String::new();
        for (number, line) in wrap(&marked, room).iter().enumerate() {
            if number == 0 {
                lines.push_str(&layout.first_tone.paint(layout.first, layout.color));
                let gap = layout.hang.saturating_sub(width(layout.first));
                lines.push_str(&" ".repeat(gap));
            } else {
                lines.push_str(&" ".repeat(layout.hang));
            }
            push_tinted(&mut lines, line, &mut in_code, layout);
            lines.truncate(lines.trim_end_matches([' ', '\n']).len());
            lines.push('\n');
        }
        lines
    }

    /// One line of Markdown.
    pub fn markdown(&self) -> String {
        let spans = self.0.iter().map(|span| match span {
            Span::Own(text) => text.clone(),
            Span::Foreign(text) => markdown::escaped(text),
        });
        spans.collect()
    }
}

/// Replaces the blanks in short code by [`BLANK`], so that it is not wrapped.
fn unbroken_code(text: &str) -> String {
    let pieces = text.split(CODE).enumerate().map(|(index, piece)| match index % 2 {
        1 if width(piece) <= UNBROKEN => piece.replace(' ', BLANK.encode_utf8(&mut [0; 4])),
        _ => piece.to_owned(),
    });
    pieces.collect::<Vec<_>>().join(CODE.encode_utf8(&mut [0; 4]))
}

fn push_tinted(lines: &mut String, line: &str, in_code: &mut bool, layout: &ParagraphLayout<'_>) {
    for (index, piece) in line.split(CODE).enumerate() {
        if index > 0 {
            *in_code = !*in_code;
            if !layout.color {
                lines.push(CODE);
            }
        }
        let tone = if *in_code { Tone::Info } else { layout.tone };
        let piece = piece.replace(BACKTICK, CODE.encode_utf8(&mut [0; 4])).replace(BLANK, " ");
        lines.push_str(&tone.paint(&piece, layout.color));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(color: bool) -> ParagraphLayout<'static> {
        ParagraphLayout { first: "1.", first_tone: Tone::Bad, hang: 3, columns: 24, tone: Tone::Plain, color }
    }

    #[test]
    fn wrapped_with_a_hanging_indent() {
        let prose = Prose::own("Set `sec.TLS.x` and look at ").and_foreign("`CN`\u{7}");
        assert_eq!(prose.lines(&layout(false)), "1. Set `sec.TLS.x` and\n   look at `CN`\\u{7}\n");
        let tinted = prose.lines(&layout(true));
        assert!(tinted.contains("\u{1b}[36msec.TLS.x\u{1b}[0m and"), "{tinted:?}");
        assert!(tinted.contains("`CN`"), "{tinted:?}");
        assert!(tinted.starts_with("\u{1b}[1m\u{1b}[31m1.\u{1b}[0m Set"), "{tinted:?}");
    }

    #[test]
    fn foreign_words_are_not_mark_up() {
        let prose = Prose::own("See `code` in ").and_foreign("<b>`x`|");
        assert_eq!(prose.markdown(), "See `code` in \\<b\\>\\`x\\`\\|");
    }
}
