//! The formats of `explain`: what a diagnosis means, how certain it is and what to do; or a list of all
//! diagnoses.

mod markdown;
mod nearest;
mod terminal;

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Format, Style, safe_json};
use crate::check::{CATALOGUE, Family, Rule};

pub use nearest::nearest;

/// Writes some diagnoses in full, one after the other; or all, family by family: code, name, severity and a
/// sentence about each. JSON has all in full.
pub type ExplainWriter = fn(Option<&[&'static Rule]>, &Style, &mut dyn Write) -> io::Result<()>;

/// The formats of `explain`, the default first.
pub const EXPLAIN_FORMATS: [Format<ExplainWriter>; 3] = [
    Format::new("text", &["txt"], "Text for people", |rules, style, out| match rules {
        Some(rules) => separated(rules, out, |rule, out| terminal::rule(rule, style, out)),
        None => terminal::catalogue(style, out),
    }),
    Format::new("markdown", &["md", "markdown"], "Markdown, for a wiki or a ticket", |rules, _, out| {
        match rules {
            Some(rules) => separated(rules, out, markdown::rule),
            None => markdown::catalogue(out),
        }
    }),
    Format::new(
        "json",
        &["json"],
        "One object per diagnosis, in a list if there can be several",
        |rules, _, out| match rules {
            Some([rule]) => safe_json::write_pretty(&explanation(rule), out),
            Some(rules) => {
                safe_json::write_pretty(&rules.iter().map(|rule| explanation(rule)).collect::<Vec<_>>(), out)
            }
            None => safe_json::write_pretty(&of_families(explanation), out),
        },
    ),
];

/// Writes each diagnosis, with a blank line between.
fn separated(
    rules: &[&Rule],
    out: &mut dyn Write,
    write: impl Fn(&Rule, &mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    rules.iter().enumerate().try_for_each(|(index, rule)| {
        if index > 0 {
            writeln!(out)?;
        }
        write(rule, out)
    })
}

fn family(family: Family) -> impl Iterator<Item = &'static Rule> {
    CATALOGUE.iter().copied().filter(move |rule| rule.facts.family == family)
}

/// All rules, family by family.
fn of_families<T>(each: impl Fn(&'static Rule) -> T) -> Vec<T> {
    Family::ALL.into_iter().flat_map(family).map(each).collect()
}

fn explanation(rule: &Rule) -> Value {
    json!({
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "summary": rule.summary(),
        "cause": rule.cause,
        "remedy": rule.remedy,
        "reference": rule.reference,
        "manual": rule.manual(),
    })
}

#[cfg(test)]
mod tests;
