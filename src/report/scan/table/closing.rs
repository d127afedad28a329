//! The end of the table: problems and totals.

use std::io::{self, Write};

use super::paragraph;
use crate::quantity::{bytes, count, counted, rate, seconds};
use crate::report::selection::{NONE_SELECTED_PHONES, NONE_SELECTED_SIGN};
use crate::report::shape::{FleetDay, Status, ZtpReadiness};
use crate::report::text::paint::{Tone, status_sign};
use crate::report::text::time::day;
use crate::report::text::visible::visible;
use crate::report::text::width::{cut_front, width, wrap};
use crate::report::{Overview, ScanReport, Style, Verbosity};

/// How many problems are shown.
const MAX_SHOWN: usize = 10;

/// Writes problems and totals.
pub(super) fn write(report: &ScanReport<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    problems(report.overview, style, out)?;
    let overview = report.overview;
    if !report.devices.is_empty() || !overview.problems.is_empty() || !overview.fleet.is_empty() {
        writeln!(out)?;
    }
    for day in &report.overview.fleet {
        paragraph(&format!("! {}", began(day)), Tone::Warning, style, out)?;
    }
    statuses(report.overview, style, out)?;
    for sentence in report.overview.left_out() {
        paragraph(&sentence, Tone::Warning, style, out)?;
    }
    paragraph(&read(report.overview), Tone::Plain, style, out)?;
    if !report.devices.is_empty() {
        paragraph(&readiness(overview.ztp), Tone::Plain, style, out)?;
    }
    if style.timing {
        let elapsed = report.overview.elapsed;
        let rate = rate(report.overview.scanned.bytes, elapsed);
        let rate = rate.map(|rate| format!(", {rate}")).unwrap_or_default();
        paragraph(&format!("It took {}{rate}.", seconds(elapsed)), Tone::Dim, style, out)?;
    }
    if style.verbosity == Verbosity::Normal && !report.overview.summary.by_code.is_empty() {
        let hint = "More: phonecert explain CODE, phonecert device MAC; scan -v shows all evidence.";
        paragraph(hint, Tone::Dim, style, out)?;
    }
    Ok(())
}

/// How many phones are ready for zero-touch provisioning.
pub(in crate::report) fn readiness(ztp: ZtpReadiness) -> String {
    let [ready, not_ready, unknown] = [ztp.ready, ztp.not_ready, ztp.unknown].map(count);
    format!("Zero-touch provisioning: {ready} ready, {not_ready} not ready, {unknown} not known.")
}

/// A sentence on the phones without a recent line; None if there are none.
pub(in crate::report) fn without_recent_line(phones: u64) -> Option<String> {
    let verb = if phones == 1 { "has" } else { "have" };
    (phones > 0).then(|| format!("{} {verb} no recent line (--stale).", counted(phones, "phone")))
}

/// `TLS001 began within a day of 2021-09-30 in 41 of the 52 phones that have it and whose logs begin earlier: look at the
/// server, not at the phones.`
pub(in crate::report) fn began(day: &FleetDay) -> String {
    format!(
        "{} began within a day of {} in {} of the {} that have it and whose logs begin earlier: look at the server, not at \
         the phones.",
        visible(&day.code),
        visible(&day.day),
        count(day.phones),
        counted(day.of, "phone"),
    )
}

/// What could not be read.
pub(super) fn problems(overview: &Overview, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let number = overview.problems.len();
    if number == 0 || style.verbosity == Verbosity::Quiet {
        return Ok(());
    }
    let whole = style.verbosity == Verbosity::Verbose;
    writeln!(out)?;
    let title = format!("Not read, or not in full ({}):", count(number as u64));
    paragraph(&title, Tone::Strong, style, out)?;
    let shown = if whole { number } else { number.min(MAX_SHOWN) };
    for problem in &overview.problems[..shown] {
        let path = visible(&problem.path);
        let what = format!("{} ({})", visible(&problem.message.to_string()), problem.kind.name());
        let sign = Tone::Warning.paint("!", style.color);
        let room = style.width.saturating_sub(2);
        if whole || width(&path) + 2 + width(&what) <= room {
            writeln!(out, "{sign} {}: {what}", Tone::Info.paint(&path, style.color))?;
            continue;
        }
        let path = cut_front(&path, room.saturating_sub(1));
        writeln!(out, "{sign} {}:", Tone::Info.paint(&path, style.color))?;
        for line in wrap(&what, room) {
            writeln!(out, "  {line}")?;
        }
    }
    if shown < number {
        let more = format!("and {} more; -v shows them all.", count((number - shown) as u64));
        paragraph(&more, Tone::Dim, style, out)?;
    }
    Ok(())
}

/// `12 phones: ✗ 4 failed  ! 3 attention  ? 1 unknown  ✓ 4 ok`, in several lines if it does not fit into one.
fn statuses(overview: &Overview, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let parts = status_counts(overview);
    let mut line = format!("{}:", counted(parts.iter().map(|(number, ..)| number).sum(), "phone"));
    let mut used = width(&line);
    line = Tone::Strong.paint(&line, style.color);
    for (number, part, tone) in parts {
        let tone = if number == 0 { Tone::Dim } else { tone };
        if used + 2 + width(&part) > style.width {
            writeln!(out, "{line}")?;
            line = String::new();
            used = 0;
        }
        line.push_str("  ");
        used += 2 + width(&part);
        line.push_str(&tone.paint(&part, style.color));
    }
    writeln!(out, "{line}")
}

/// `✗ 4 failed` for each status, with its number and its tone.
pub(in crate::report) fn status_counts(overview: &Overview) -> Vec<(u64, String, Tone)> {
    let others = overview.ok_with_others();
    let part = |number, sign, name, tone| (number, format!("{sign} {} {name}", count(number)), tone);
    let of_status = |(status, number): (Status, u64)| {
        let number = if status == Status::Ok { number.saturating_sub(others) } else { number };
        part(number, status_sign(status), status.name(), Tone::of_status(status))
    };
    let mut parts: Vec<_> = overview.summary.statuses().into_iter().map(of_status).collect();
    if others > 0 {
        parts.push(part(others, NONE_SELECTED_SIGN, NONE_SELECTED_PHONES, Tone::Plain));
    }
    parts
}

/// What was read: `13 logs, 1.27 MiB, 15,233 lines (3 not recognized), 143 events, from … to ….`
fn read(overview: &Overview) -> String {
    let scanned = &overview.scanned;
    let unrecognized = match scanned.unrecognized_lines {
        0 => String::new(),
        number => format!(" ({} not recognized)", count(number)),
    };
    let day = |time: &Option<String>| time.as_deref().map(day);
    let span = match (day(&scanned.first_time), day(&scanned.last_time)) {
        (Some(first), Some(last)) if first != last => format!(", {first} to {last}"),
        (Some(day), _) | (None, Some(day)) => format!(", {day}"),
        (None, None) => String::new(),
    };
    // One file can have several problems; they are sorted by path.
    let missing = match overview.problems.chunk_by(|a, b| a.path == b.path).count() {
        0 => String::new(),
        number => format!(" {} not read, or not in full.", counted(number as u64, "file")),
    };
    format!(
        "Read: {}, {}, {}{unrecognized}, {}{span}.{missing}",
        counted(scanned.files, "log"),
        bytes(scanned.bytes),
        counted(scanned.lines, "line"),
        counted(scanned.events, "event"),
    )
}
