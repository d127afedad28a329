//! Explanations as Markdown.

use std::io::{self, Write};

use crate::check::{Family, Rule};
use crate::report::text::manual::blocks;

/// Writes a diagnosis in full.
pub(super) fn rule(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {} {} ({})", rule.code, rule.name, rule.severity.name())?;
    for block in blocks(&rule.manual()) {
        write!(out, "\n{}", block.markdown())?;
    }
    writeln!(out, "\n## In short\n")?;
    writeln!(out, "- **Cause:** {}", rule.cause)?;
    writeln!(out, "- **Remedy:** {}", rule.remedy)?;
    writeln!(out, "- **Guide:** {}", rule.reference)
}

/// Writes all diagnoses, one table per family.
pub(super) fn catalogue(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Diagnoses")?;
    for family in Family::ALL {
        writeln!(
            out,
            "\n## {}\n\n| Code | Name | Severity | What it is |\n| --- | --- | --- | --- |",
            family.title()
        )?;
        for rule in super::family(family) {
            let Rule { code, name, severity, .. } = rule;
            writeln!(out, "| {code} | {name} | {} | {} |", severity.name(), rule.summary())?;
        }
    }
    Ok(())
}
