//! Explanations for a person at a terminal.

use std::io::{self, Write};

use crate::check::{Family, Rule};
use crate::report::Style;
use crate::report::text::manual::{ManualBlock, blocks};
use crate::report::text::paint::Tone;
use crate::report::text::prose::{ParagraphLayout, Prose};
use crate::report::text::width::width;

/// The column where the closing texts begin.
const TEXT_COLUMN: usize = 8;
/// From this width on, the sentence about a diagnosis is on the line of its name.
const WIDE: usize = 90;

/// Writes a diagnosis in full.
pub(super) fn rule(rule: &Rule, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let code = Tone::of_severity(rule.severity).paint(rule.code, style.color);
    let name = Tone::Strong.paint(rule.name, style.color);
    let severity = Tone::of_severity(rule.severity).paint(rule.severity.name(), style.color);
    writeln!(out, "{code} {name}  {severity}\n")?;
    for block in &blocks(&rule.manual()) {
        match block {
            ManualBlock::Heading(text) => {
                write!(
                    out,
                    "\n{}",
                    Prose::own(text.as_str())
                        .lines(&ParagraphLayout { tone: Tone::Strong, ..ParagraphLayout::plain(style) })
                )?;
            }
            ManualBlock::Paragraph(text) => {
                out.write_all(Prose::own(text.as_str()).lines(&ParagraphLayout::plain(style)).as_bytes())?;
            }
            ManualBlock::Steps(steps) => write_steps(steps, style, out)?,
        }
    }
    writeln!(out)?;
    for (label, text) in [("Cause", rule.cause), ("Remedy", rule.remedy), ("Guide", rule.reference)] {
        let layout = ParagraphLayout {
            first: label,
            first_tone: Tone::Dim,
            hang: TEXT_COLUMN,
            ..ParagraphLayout::plain(style)
        };
        out.write_all(Prose::own(text).lines(&layout).as_bytes())?;
    }
    Ok(())
}

/// Writes all diagnoses, in one or two lines each.
pub(super) fn catalogue(style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let widest = super::of_families(|rule| width(rule.name)).into_iter().max().unwrap_or(0);
    for (index, family) in Family::ALL.into_iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        writeln!(out, "{gap}{}", Tone::Strong.paint(family.title(), style.color))?;
        for rule in super::family(family) {
            let code = Tone::of_severity(rule.severity).paint(rule.code, style.color);
            let severity = rule.severity.name();
            let line = format!("  {code}  {:<widest$}  {severity:<7}", rule.name);
            let plain = format!("  {}  {:<widest$}  {severity:<7}", rule.code, rule.name);
            let summary = Prose::own(rule.summary());
            let hang = if style.width >= WIDE { width(&plain) + 2 } else { 10 };
            let text = summary.lines(&ParagraphLayout { hang, ..ParagraphLayout::plain(style) });
            if style.width >= WIDE {
                write!(out, "{line}{}", text.get(width(&plain)..).unwrap_or_default())?;
            } else {
                write!(out, "{}\n{text}", line.trim_end())?;
            }
        }
    }
    let how = Prose::own(
        "`phonecert explain CODE` tells what one of them means, how certain it is and what to do.",
    );
    write!(out, "\n{}", how.lines(&ParagraphLayout::plain(style)))
}

fn write_steps(steps: &[String], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for (step, number) in steps.iter().zip(1..) {
        let first = format!("{number:>2}.");
        let layout = ParagraphLayout { first: &first, hang: 4, ..ParagraphLayout::plain(style) };
        out.write_all(Prose::own(step.as_str()).lines(&layout).as_bytes())?;
    }
    Ok(())
}
