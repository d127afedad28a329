//! The formats of `explain`: what a diagnosis means, how certain it is and what to do; or a list of all
//! diagnoses.

mod markdown;
mod nearest;
mod terminal;

use std::io::{self, Write};

use serde::Serialize;

use super::shape::Severity;
use super::{Format, Style};
use crate::check::{CATALOGUE, Family, Rule};

pub use nearest::nearest;

/// The two functions that write explanations.
#[derive(Clone, Copy, Debug)]
pub struct ExplainWriter {
    /// Writes some diagnoses in full, one after the other.
    pub some: fn(&[&'static Rule], &Style, &mut dyn Write) -> io::Result<()>,
    /// Writes all diagnoses, family by family: code, name, severity and a sentence about each. JSON has them
    /// in full.
    pub all: fn(&Style, &mut dyn Write) -> io::Result<()>,
}

/// The formats of `explain`, the default first.
pub const EXPLAIN_FORMATS: [Format<ExplainWriter>; 3] = [
    Format {
        name: "text",
        endings: &["txt"],
        about: "Text for people",
        write: ExplainWriter { some: terminal::rules, all: terminal::catalogue },
    },
    Format {
        name: "markdown",
        endings: &["md", "markdown"],
        about: "Markdown, for a wiki or a ticket",
        write: ExplainWriter {
            some: |rules, _, out| markdown::rules(rules, out),
            all: |_, out| markdown::catalogue(out),
        },
    },
    Format {
        name: "json",
        endings: &["json"],
        about: "An object a diagnosis, in a list where there can be several",
        write: ExplainWriter {
            some: |rules, _, out| match rules {
                [rule] => json(&Explanation::of(rule), out),
                rules => json(&rules.iter().map(|rule| Explanation::of(rule)).collect::<Vec<_>>(), out),
            },
            all: |_, out| json(&of_families(Explanation::of), out),
        },
    },
];

fn family(family: Family) -> impl Iterator<Item = &'static Rule> {
    CATALOGUE.iter().copied().filter(move |rule| rule.facts.family == family)
}

/// All rules, family by family.
fn of_families<T>(each: impl Fn(&'static Rule) -> T) -> Vec<T> {
    Family::ALL.into_iter().flat_map(family).map(each).collect()
}

#[derive(Serialize)]
struct Explanation {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    summary: String,
    cause: &'static str,
    remedy: &'static str,
    reference: &'static str,
    manual: String,
}

impl Explanation {
    fn of(rule: &Rule) -> Self {
        let Rule { code, name, severity, cause, remedy, reference, .. } = *rule;
        Self {
            code,
            name,
            severity,
            summary: rule.summary(),
            cause,
            remedy,
            reference,
            manual: rule.manual(),
        }
    }
}

fn json<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests;
