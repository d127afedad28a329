//! The report about one phone for a terminal.

use super::page::{Block, StoryLine};
use crate::quantity::repeat_mark;
use crate::report::Style;
use crate::report::shape::Evidence;
use crate::report::text::folded;
use crate::report::text::paint::Tone;
use crate::report::text::prose::{ParagraphLayout, Prose};
use crate::report::text::width::width;

/// Indent of the content of a part.
const INDENT: usize = 2;
/// Indent of the content of an item.
const WITHIN: usize = 4;
/// Width of a time, `2013-05-31 13:18:22`.
const TIME: usize = 19;
/// On a narrower terminal, descriptions are not aligned in a column beside the times.
const NARROW: usize = 60;

/// A block as lines.
pub(super) fn block(block: &Block, style: &Style) -> String {
    let plain = ParagraphLayout::plain(style);
    match block {
        Block::Title(sign, tone, title) => {
            let first = format!("{sign} ");
            title.lines(&ParagraphLayout {
                first: &first,
                first_tone: *tone,
                hang: INDENT,
                tone: Tone::Strong,
                ..plain
            })
        }
        Block::Part(title) => {
            let title = Prose::own(*title).lines(&ParagraphLayout { tone: Tone::Strong, ..plain });
            format!("\n{title}")
        }
        Block::Item(sign, tone, title) => {
            let first = format!("  {sign}");
            let lines =
                title.lines(&ParagraphLayout { first: &first, first_tone: *tone, hang: WITHIN, ..plain });
            format!("\n{lines}")
        }
        Block::ItemParagraph(text) => text.lines(&ParagraphLayout { hang: WITHIN, ..plain }),
        Block::Paragraph(text) => {
            format!("\n{}", text.lines(&ParagraphLayout { hang: INDENT, ..plain }))
        }
        Block::Facts(facts) => facts_lines(facts, &plain),
        Block::Steps(steps) => {
            let lines = steps.iter().zip(1..).map(|(step, number)| {
                let first = format!("{number:>6}.");
                step.lines(&ParagraphLayout { first: &first, hang: 2 * WITHIN, ..plain })
            });
            lines.collect()
        }
        Block::Happened(lines) => {
            let lines: String = lines.iter().map(|line| event_line(line, &plain)).collect();
            format!("\n{lines}")
        }
        Block::Evidence(lines) => {
            folded(lines).into_iter().map(|(line, number)| evidence_line(line, number, &plain)).collect()
        }
    }
}

fn facts_lines(facts: &[(&str, Prose)], plain: &ParagraphLayout<'_>) -> String {
    let widest = facts.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
    let lines = facts.iter().map(|(label, text)| {
        let first = format!("    {label}");
        text.lines(&ParagraphLayout {
            first: &first,
            first_tone: Tone::Dim,
            hang: WITHIN + widest + 2,
            ..*plain
        })
    });
    lines.collect()
}

fn event_line(line: &StoryLine, plain: &ParagraphLayout<'_>) -> String {
    match line {
        StoryLine::Head(text) => text.lines(&ParagraphLayout { hang: INDENT, tone: Tone::Strong, ..*plain }),
        StoryLine::Within(when, tone, text) if plain.columns < NARROW => {
            let text = Prose::own(format!("{when}  ")).join(text.clone());
            text.lines(&ParagraphLayout { hang: WITHIN, tone: *tone, ..*plain })
        }
        StoryLine::Within(when, tone, text) => {
            let first = format!("    {when}  ");
            let hang = WITHIN + TIME + 2;
            text.lines(&ParagraphLayout { first: &first, first_tone: Tone::Dim, hang, tone: *tone, ..*plain })
        }
    }
}

/// `file:line  stamp  text`, not cut, and how many lines have this text.
fn evidence_line(line: &Evidence, number: usize, plain: &ParagraphLayout<'_>) -> String {
    let mut prose = Prose::foreign(&line.file).and(format!(":{}  ", line.line));
    if let Some(stamp) = &line.stamp {
        prose = prose.and_foreign(stamp).and("  ");
    }
    prose = prose.and_foreign(&line.text).and(repeat_mark(number));
    prose.lines(&ParagraphLayout { first: "    -", first_tone: Tone::Dim, hang: 6, ..*plain })
}
