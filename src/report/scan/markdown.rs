//! `markdown`: a table of the phones and a section per diagnosis, to paste into a ticket.

use std::io::{self, Write};

use super::table::SIGNS;
use super::table::closing::{began, readiness, status_counts, without_recent_line};
use super::table::explained::phone_says;
use super::table::row::{Column, TableRow};
use crate::check::Rule;
use crate::quantity::{bytes, count, counted};
use crate::report::findings::{Explanation, Findings, PhoneFindings, Phones, active_of_code};
use crate::report::group::Groups;
use crate::report::shape::{Device, State};
use crate::report::text::markdown::{escaped, evidence_lines};
use crate::report::{Devices, Overview, ScanFormat, ScanReport, ScanWriter, Style, Verbosity};

pub(super) const FORMAT: ScanFormat = ScanFormat::new(
    "markdown",
    &["md", "markdown"],
    "A table and the explanations, to paste into a ticket",
    ScanWriter { phones, groups, lists_problems: true },
);

fn phones(report: &ScanReport<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Device certificates of {}\n", counted(report.devices.len() as u64, "phone"))?;
    totals(report.overview, out)?;
    let mut findings = Findings::new(style.verbosity);
    let is_compared = !report.devices.is_empty() && report.devices.device(0).baseline.is_some();
    let is_shown = |column: &Column| is_compared || *column != Column::Baseline;
    let columns: Vec<Column> = Column::all().filter(is_shown).collect();
    if !report.devices.is_empty() {
        row(&mut *out, columns.iter().map(|column| column.title(usize::MAX).to_owned()))?;
        writeln!(out, "|{}", " --- |".repeat(columns.len()))?;
    }
    let lines = report.devices.par_map(|_, device| {
        (phone(device, &columns), !device.certificates.is_empty(), PhoneFindings::of(device))
    });
    let mut has_slots = false;
    for (line, has_slot, found) in lines {
        has_slots |= has_slot;
        findings.add(found);
        out.write_all(line.as_bytes())?;
    }
    let legend = has_slots.then(|| format!("Slots: {SIGNS}."));
    let notes = without_recent_line(findings.stale).into_iter().chain(findings.contradicted_note());
    for note in legend.into_iter().chain(notes) {
        writeln!(out, "\n{}", escaped(&note))?;
    }
    for (code, phones) in findings.of_state(State::Active) {
        explain(code, phones, report.devices, out)?;
    }
    resolved(&findings, out)?;
    problems(report.overview, style, out)
}

fn groups(groups: &Groups<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Phones by {}\n", groups.by.name())?;
    totals(groups.overview, out)?;
    let titles = [groups.by.name(), "phones", "failed", "attention", "unknown", "ok", "which"];
    row(&mut *out, titles.iter().map(|title| (*title).to_owned()))?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | --- |")?;
    for group in &groups.list {
        let named: Vec<_> = group.named().iter().map(|name| escaped(name)).collect();
        let more = match group.phones - named.len() as u64 {
            0 => String::new(),
            more => format!(" and {} more", count(more)),
        };
        let key = group.key.as_deref().unwrap_or(groups.by.absence());
        let counts = group.counts.all().map(|phones| phones.to_string());
        let cells = [escaped(key), group.phones.to_string()].into_iter().chain(counts);
        row(&mut *out, cells.chain([format!("{}{more}", named.join(", "))]))?;
    }
    groups.ok_note().map_or(Ok(()), |note| writeln!(out, "\n{}", escaped(note)))?;
    problems(groups.overview, style, out)
}

fn row(out: &mut (impl Write + ?Sized), cells: impl Iterator<Item = String>) -> io::Result<()> {
    out.write_all(b"|")?;
    for cell in cells {
        write!(out, " {cell} |")?;
    }
    out.write_all(b"\n")
}

fn phone(device: &Device, columns: &[Column]) -> String {
    let cells = TableRow::of(device);
    let mut line = Vec::new();
    // Writing to memory does not fail.
    let _ = row(&mut line, columns.iter().map(|column| escaped(&cells.cell(*column).painted(false))));
    String::from_utf8(line).unwrap_or_default()
}

fn totals(overview: &Overview, out: &mut dyn Write) -> io::Result<()> {
    let texts: Vec<_> = status_counts(overview).into_iter().map(|(_, text, _)| text).collect();
    let scanned = &overview.scanned;
    writeln!(
        out,
        "{}. Read: {}, {}, {}.\n",
        texts.join(", "),
        counted(scanned.files, "log"),
        bytes(scanned.bytes),
        counted(scanned.lines, "line"),
    )?;
    if scanned.devices > 0 {
        writeln!(out, "{}\n", escaped(&readiness(overview.ztp)))?;
    }
    for sentence in overview.left_out() {
        writeln!(out, "**{}**\n", escaped(&sentence))?;
    }
    for sentence in &overview.not_judged {
        writeln!(out, "**Not judged:** {}\n", escaped(sentence))?;
    }
    for sentence in &overview.passed_over {
        writeln!(out, "{}.\n", escaped(sentence))?;
    }
    overview.fleet.iter().try_for_each(|day| writeln!(out, "**{}**\n", escaped(&began(day))))
}

fn explain(code: &str, phones: &Phones, devices: &dyn Devices, out: &mut dyn Write) -> io::Result<()> {
    let Some(rule) = Rule::find(code) else { return Ok(()) };
    let explanation = Explanation::of(rule, phones, phones.indexes.len());
    writeln!(out, "\n## {} {} ({})\n", escaped(rule.code), escaped(rule.name), phones.severities)?;
    writeln!(out, "- **Phones:** {}", escaped(&phones.named(usize::MAX)))?;
    writeln!(out, "- **Cause:** {}", escaped(&explanation.cause()))?;
    writeln!(out, "- **Remedy:** {}", escaped(&explanation.remedy()))?;
    writeln!(out, "- **Guide:** {}", escaped(rule.reference))?;
    for index in &phones.indexes {
        let device = devices.device(*index);
        for diagnosis in active_of_code(&device, code) {
            let (who, what) = phone_says(&device, diagnosis);
            writeln!(out, "\n**{}:** {}", escaped(&who), escaped(&what))?;
            if !diagnosis.evidence.is_empty() {
                write!(out, "\n{}", evidence_lines(&diagnosis.evidence))?;
            }
            let lines = diagnosis.related_lines().iter().map(|line| ("Config", line.to_string()));
            let own = explanation.own(diagnosis).map(|(label, text)| (label, text.to_owned()));
            let more: Vec<_> = lines.chain(own).collect();
            if !more.is_empty() {
                writeln!(out)?;
            }
            for (label, text) in more {
                writeln!(out, "- **{label}:** {}", escaped(&text))?;
            }
        }
    }
    Ok(())
}

fn resolved(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let mut resolved = findings.of_state(State::Resolved).peekable();
    if resolved.peek().is_some() {
        writeln!(out, "\n## Mended since: nothing to do\n")?;
    }
    for (code, phones) in resolved {
        let name = Rule::find(code).map(|rule| format!(" {}", escaped(rule.name))).unwrap_or_default();
        let named = escaped(&phones.named(usize::MAX));
        writeln!(out, "- {}{name}, {}: {named}", escaped(code), counted(phones.number, "phone"))?;
    }
    Ok(())
}

fn problems(overview: &Overview, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    const MAX_SHOWN: usize = 10;
    let number = overview.problems.len();
    if number == 0 {
        return Ok(());
    }
    writeln!(out, "\n## Not read, or not in full ({})\n", count(number as u64))?;
    let shown = if style.verbosity == Verbosity::Verbose { number } else { number.min(MAX_SHOWN) };
    for problem in &overview.problems[..shown] {
        writeln!(
            out,
            "- {}: {} ({})",
            escaped(&problem.path),
            escaped(&problem.message.to_string()),
            problem.kind.name()
        )?;
    }
    if shown < number {
        writeln!(out, "- and {} more", count((number - shown) as u64))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{GroupBy, fixture};

    #[test]
    fn tables_and_sections() {
        insta::assert_snapshot!(fixture::written(&FORMAT, &Style::default()));
    }

    #[test]
    fn groups_by_model() {
        let style = Style { group_by: Some(GroupBy::Model), ..Style::default() };
        insta::assert_snapshot!(fixture::written(&FORMAT, &style));
    }

    #[test]
    fn every_row_has_as_many_cells_as_the_title() {
        let text = fixture::written(&FORMAT, &Style::default());
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), fixture::fleet().devices.len() + 2);
        for row in rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), Column::TITLES.len(), "{row}");
        }
    }
}
