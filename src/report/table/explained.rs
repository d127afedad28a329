//! Under the table: each diagnosis once, worst first, with its cause, its remedy and its proof.

use std::io::{self, Write};

use super::{PROSE, paragraph};
use crate::report::findings::{Findings, Phones, of_code};
use crate::report::shape::{Device, Diagnosis, Evidence, State};
use crate::report::text::paint::{Tone, severity_sign};
use crate::report::text::quantity::{count, counted};
use crate::report::text::time::span;
use crate::report::text::visible::visible;
use crate::report::text::width::{cut, cut_path, width, wrap};
use crate::report::{Devices, Style, Verbosity, group};

/// The column where texts begin.
const INDENT: usize = 10;
/// How far the lines of a log stand in from the phone they belong to.
const PROOF_INDENT: usize = 12;

/// Writes the active codes, each a block, then the resolved ones, each a line.
pub(super) fn write(
    findings: &Findings,
    devices: &dyn Devices,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (code, phones) in findings.active() {
        writeln!(out)?;
        explain(code, phones, devices, style, out)?;
    }
    let mut resolved = findings.resolved().peekable();
    if resolved.peek().is_some() {
        writeln!(out)?;
        paragraph("Mended since, as later lines of the logs show; nothing to do:", Tone::Strong, style, out)?;
    }
    for (code, phones) in resolved {
        mended(code, phones, devices, style, out)?;
    }
    Ok(())
}

fn explain(
    code: &str,
    phones: &Phones,
    devices: &dyn Devices,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(first) = phones.places.first().map(|place| devices.device(*place)) else {
        return Ok(());
    };
    let Some(about) = of_code(&first, code, State::Active).next() else {
        return Ok(());
    };
    heading(about, phones, style, out)?;
    if phones.number > phones.places.len() as u64 {
        labelled("Phones", &phones.named((style.width.saturating_sub(INDENT)) * 2), style, out)?;
    }
    labelled("Cause", &visible(&about.cause), style, out)?;
    labelled("Remedy", &visible(&about.remedy), style, out)?;
    labelled("Guide", &visible(about.reference), style, out)?;
    for (index, place) in phones.places.iter().enumerate() {
        let device = devices.device(*place);
        for (number, diagnosis) in of_code(&device, code, State::Active).enumerate() {
            let label = if index == 0 && number == 0 { "Proof" } else { "" };
            labelled(label, &said(&device, diagnosis), style, out)?;
            proof(&diagnosis.evidence, style, out)?;
        }
    }
    Ok(())
}

/// `✗ INS001 key-too-large  error, 3 phones`; the tail is left out where it does not fit.
fn heading(about: &Diagnosis, phones: &Phones, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let tone = Tone::of_severity(about.severity);
    let sign = format!("{} {}", severity_sign(about.severity), visible(about.code));
    let tail = format!("{}, {}", about.severity.name(), counted(phones.number, "phone"));
    let room = style.width.saturating_sub(width(&sign) + 1);
    let name = visible(about.name);
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

/// A label and its text, which goes on in lines below itself.
fn labelled(label: &str, text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let label = Tone::Dim.paint(&format!("  {label:<8}"), style.color);
    let blank = " ".repeat(INDENT);
    for (number, line) in wrap(text, style.width.min(PROSE).saturating_sub(INDENT)).iter().enumerate() {
        let before = if number == 0 { &label } else { &blank };
        writeln!(out, "{before}{line}")?;
    }
    Ok(())
}

/// What a phone's logs show: the phone, the slot unless the message names it, and how often.
fn said(device: &Device, diagnosis: &Diagnosis) -> String {
    let phone = group::name(device);
    let mut said = visible(&phone).into_owned();
    if let Some(slot) = diagnosis.slot.as_deref().filter(|slot| !diagnosis.message.contains(slot)) {
        said.push_str(&format!(" {}", visible(slot)));
    }
    said.push_str(&format!(": {}", visible(&diagnosis.message)));
    if diagnosis.occurrences > 1 {
        let when = span(diagnosis).map(|when| format!(", {when}")).unwrap_or_default();
        said.push_str(&format!(" ({} times{when})", count(diagnosis.occurrences)));
    }
    said
}

/// The lines that prove a diagnosis: place, stamp, text; cut to the width unless all was asked for.
fn proof(evidence: &[Evidence], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let whole = style.verbosity == Verbosity::Verbose;
    let room = style.width.saturating_sub(PROOF_INDENT);
    let most = if whole { usize::MAX } else { room * 2 / 5 };
    let place = |line: &Evidence| {
        let place = format!("{}:{}", visible(&line.file), line.line);
        cut_path(&place, most)
    };
    let places: Vec<String> = evidence.iter().map(place).collect();
    let widest = places.iter().map(|place| width(place)).max().unwrap_or(0);
    for (line, place) in evidence.iter().zip(places) {
        let pad = " ".repeat(widest - width(&place));
        let stamp = line.stamp.as_deref().map(visible).unwrap_or_default();
        let text = visible(&line.text);
        let head = if stamp.is_empty() { format!("{pad}  ") } else { format!("{pad}  {stamp}  ") };
        let rest = format!("{head}{text}");
        let rest = if whole { rest.into() } else { cut(&rest, room.saturating_sub(width(&place))) };
        let place = Tone::Info.paint(&place, style.color);
        writeln!(out, "{}{place}{}", " ".repeat(PROOF_INDENT), rest.trim_end())?;
    }
    Ok(())
}

fn mended(
    code: &str,
    phones: &Phones,
    devices: &dyn Devices,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let first = phones.places.first().map(|place| devices.device(*place));
    let name = first.as_ref().and_then(|device| of_code(device, code, State::Resolved).next());
    let name = name.map(|diagnosis| visible(diagnosis.name)).unwrap_or_default();
    let head = format!("✓ [{}] {name}  {}: ", visible(code), counted(phones.number, "phone"));
    let names = phones.named(style.width.saturating_sub(width(&head)));
    writeln!(out, "{}", Tone::Dim.paint(&cut(&format!("{head}{names}"), style.width), style.color))
}
