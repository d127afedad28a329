//! The report about one phone as Markdown, to paste into a ticket.

use super::page::{Block, StoryLine};
use crate::report::text::markdown::evidence_lines;

/// A block as Markdown.
pub(super) fn block(block: &Block) -> String {
    match block {
        Block::Title(sign, _, title) => format!("# {sign} {}\n", title.markdown()),
        Block::Part(title) => format!("\n## {title}\n"),
        Block::Item(sign, _, title) => format!("\n### {sign} {}\n", title.markdown()),
        Block::Paragraph(text) | Block::ItemParagraph(text) => format!("\n{}\n", text.markdown()),
        Block::Facts(facts) => {
            let lines = facts.iter().map(|(label, text)| match *label {
                "" => format!("  - {}\n", text.markdown()),
                label => format!("- **{label}:** {}\n", text.markdown()),
            });
            format!("\n{}", lines.collect::<String>())
        }
        Block::Steps(steps) => {
            let lines =
                steps.iter().zip(1..).map(|(step, number)| format!("{number}. {}\n", step.markdown()));
            format!("\n{}", lines.collect::<String>())
        }
        Block::Happened(lines) => format!("\n{}", lines.iter().map(event_line).collect::<String>()),
        Block::Evidence(lines) => format!("\n{}", evidence_lines(lines)),
    }
}

fn event_line(line: &StoryLine) -> String {
    match line {
        StoryLine::Head(text) => format!("- **{}**\n", text.markdown()),
        StoryLine::Within(when, _, text) if when.is_empty() => format!("  - {}\n", text.markdown()),
        StoryLine::Within(when, _, text) => format!("  - {when}: {}\n", text.markdown()),
    }
}
