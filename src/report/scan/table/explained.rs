//! The explanations below the table: each diagnosis once, worst first, with its cause, its remedy and its
//! evidence.

use std::io::{self, Write};

use super::{MAX_ROWS_WITH_HEALTHY, PROSE, paragraph};
use crate::check::Rule;
use crate::quantity::{counted, repeat_mark};
use crate::report::findings::{Explanation, Findings, Phones, active_of_code};
use crate::report::shape::{Device, Diagnosis, Evidence, State};
use crate::report::text::elide::{Weight, elide};
use crate::report::text::folded;
use crate::report::text::paint::{Tone, severity_sign};
use crate::report::text::time::span;
use crate::report::text::visible::visible;
use crate::report::text::width::{cut, cut_path, width, wrap};
use crate::report::{Devices, Style, Verbosity};

/// The column where texts begin.
const INDENT: usize = 11;
/// Indent of the lines of a log.
const EVIDENCE_INDENT: usize = 13;

/// The lines of a screen. In a report of many phones, the explanations take at most two screens.
const SCREEN: usize = 40;

/// Writes the active codes, a block each, then the resolved ones, a line each. With many phones the blocks
/// are short, and after two screens each further code is only a line.
pub(super) fn write(
    findings: &Findings,
    devices: &dyn Devices,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let brief = devices.len() > MAX_ROWS_WITH_HEALTHY && style.verbosity < Verbosity::Verbose;
    let mut resolved = findings.of_state(State::Resolved).peekable();
    let mended_lines = findings.of_state(State::Resolved).count() + 2;
    let mut lines_left = if brief { (2 * SCREEN).saturating_sub(mended_lines) } else { usize::MAX };
    let mut codes_left = findings.of_state(State::Active).count();
    let mut was_block = true;
    for (code, phones) in findings.of_state(State::Active) {
        codes_left -= 1;
        let mut block = Vec::new();
        explain(code, phones, devices, brief, style, &mut block)?;
        let lines = block.iter().filter(|byte| **byte == b'\n').count() + 1;
        let is_block = lines + codes_left < lines_left;
        if !is_block {
            block.truncate(block.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        }
        if is_block || was_block {
            writeln!(out)?;
        }
        out.write_all(&block)?;
        lines_left = lines_left.saturating_sub(if is_block { lines } else { 1 });
        was_block = is_block;
    }
    if resolved.peek().is_some() {
        writeln!(out)?;
        paragraph("Mended since, as later lines of the logs show; nothing to do:", Tone::Strong, style, out)?;
    }
    for (code, phones) in resolved {
        mended(code, phones, style, out)?;
    }
    Ok(())
}

fn explain(
    code: &str,
    phones: &Phones,
    devices: &dyn Devices,
    brief: bool,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(rule) = Rule::find(code) else { return Ok(()) };
    heading(rule, phones, style, out)?;
    let shown_phones = if brief { 1 } else { phones.indexes.len() };
    let explanation = Explanation::of(rule, phones, shown_phones);
    if phones.number > shown_phones as u64 {
        labelled("Phones", &phones.named(style.width.min(PROSE).saturating_sub(INDENT)), style, out)?;
    }
    if !brief {
        labelled("Cause", &visible(&explanation.cause()), style, out)?;
    }
    labelled("Remedy", &visible(&explanation.remedy()), style, out)?;
    if !brief {
        labelled("Guide", &visible(rule.reference), style, out)?;
    }
    for (nth, index) in phones.indexes.iter().take(shown_phones).enumerate() {
        let device = devices.device(*index);
        let shown = if brief { 1 } else { usize::MAX };
        // The message is about the last line.
        let from = |lines: usize| lines.saturating_sub(shown);
        for (number, diagnosis) in active_of_code(&device, code).take(shown).enumerate() {
            let label = if nth == 0 && number == 0 { "Evidence" } else { "" };
            let (who, what) = phone_says(&device, diagnosis);
            labelled(label, &visible(&format!("{who}: {what}")), style, out)?;
            evidence_lines(&diagnosis.evidence[from(diagnosis.evidence.len())..], style, out)?;
            for line in diagnosis.related_lines().iter().take(shown) {
                labelled("Config", &visible(&line.to_string()), style, out)?;
            }
            for (label, text) in explanation.own(diagnosis) {
                labelled(label, &visible(text), style, out)?;
            }
        }
    }
    Ok(())
}

/// `✗ INS001 key-too-large  error, 3 phones`; the tail is left out if it does not fit.
fn heading(rule: &Rule, phones: &Phones, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (worst, _) = phones.severities.worst();
    let tone = Tone::of_severity(worst);
    let sign = format!("{} {}", severity_sign(worst), visible(rule.code));
    let tail = phones.severities.to_string();
    let room = style.width.saturating_sub(width(&sign) + 1);
    let name = visible(rule.name);
    let name = cut(&name, room);
    let sign = tone.paint(&sign, style.color);
    let strong = Tone::Strong.paint(&name, style.color);
    if room >= width(&name) + 2 + width(&tail) {
        let tail = Tone::Dim.paint(&tail, style.color);
        writeln!(out, "{sign} {strong}  {tail}")
    } else {
        writeln!(out, "{sign} {strong}")
    }
}

/// A label and its text, whose further lines are aligned below the text.
fn labelled(label: &str, text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let label = Tone::Dim.paint(&format!("  {label:<9}"), style.color);
    let blank = " ".repeat(INDENT);
    for (number, line) in wrap(text, style.width.min(PROSE).saturating_sub(INDENT)).iter().enumerate() {
        let before = if number == 0 { &label } else { &blank };
        writeln!(out, "{before}{line}")?;
    }
    Ok(())
}

/// What a phone's logs show: the phone, with the slot unless the message names it; and the message, with the number of
/// lines.
pub(in crate::report) fn phone_says(device: &Device, diagnosis: &Diagnosis) -> (String, String) {
    let slot = diagnosis.slot.filter(|slot| !diagnosis.message.contains(&*slot.name()));
    let slot = slot.map(|slot| format!(" {slot}")).unwrap_or_default();
    let often = diagnosis.how_often().map(|often| {
        let when = span(diagnosis).map(|when| format!(", {when}")).unwrap_or_default();
        format!(" ({often}{when})")
    });
    (format!("{}{slot}", device.name()), format!("{}{}", diagnosis.message, often.unwrap_or_default()))
}

/// Writes the evidence of a diagnosis: file and line, stamp, text. Without `--verbose`, equal lines in a row are written once,
/// and less important words of a text that does not fit are left out. If the rest still does not fit beside
/// file and line, the text goes on a line of its own.
fn evidence_lines(evidence: &[Evidence], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let whole = style.verbosity == Verbosity::Verbose;
    let room = style.width.saturating_sub(EVIDENCE_INDENT);
    let most = if whole { usize::MAX } else { room * 2 / 5 };
    let lines = if whole { evidence.iter().map(|line| (line, 1)).collect() } else { folded(evidence) };
    let location = |line: &Evidence| cut_path(&format!("{}:{}", visible(&line.file), line.line), most);
    let locations: Vec<String> = lines.iter().map(|(line, _)| location(line)).collect();
    let widest = locations.iter().map(|location| width(location)).max().unwrap_or(0);
    let indent = " ".repeat(EVIDENCE_INDENT);
    for ((line, number), location) in lines.into_iter().zip(locations) {
        let pad = " ".repeat(widest - width(&location));
        let stamp = line.stamp.as_deref().map(|stamp| format!("  {}", visible(stamp))).unwrap_or_default();
        let head = format!("{pad}{stamp}");
        let (text, times) = (visible(&line.text), repeat_mark(number));
        let beside = room.saturating_sub(width(&location) + width(&head) + 2 + width(&times));
        let fitted = if whole { Some(text.to_string()) } else { elide(&text, beside, Weight::BeforeValue) };
        let location = Tone::Info.paint(&location, style.color);
        match fitted {
            Some(text) => writeln!(out, "{indent}{location}{}", format!("{head}  {text}{times}").trim_end())?,
            None => {
                let below = room.saturating_sub(2 + width(&times));
                let fitted =
                    [Weight::BeforeValue, Weight::Value].iter().find_map(|keep| elide(&text, below, *keep));
                let text = fitted.unwrap_or_else(|| cut(&text, below).into_owned());
                writeln!(out, "{indent}{location}{}", cut(head.trim_end(), room.saturating_sub(widest)))?;
                writeln!(out, "{indent}  {}", format!("{text}{times}").trim_end())?;
            }
        }
    }
    Ok(())
}

fn mended(code: &str, phones: &Phones, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let name = Rule::find(code).map_or("", |rule| rule.name);
    let head = format!("✓ [{code}] {name}  {}: ", counted(phones.number, "phone"));
    let names = phones.named(style.width.saturating_sub(width(&head)));
    writeln!(out, "{}", Tone::Dim.paint(&cut(&format!("{head}{names}"), style.width), style.color))
}
