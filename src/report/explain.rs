//! `explain`: what a diagnosis means, how sure it is, what to do; or all diagnoses in a list.

mod markdown;
mod nearest;
mod terminal;

use std::io::{self, Write};

use serde::Serialize;

use super::Style;
use super::shape::Severity;
use crate::check::{CATALOGUE, Rule};

pub use nearest::nearest;

/// How an explanation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplainFormat {
    /// For a person at a terminal.
    Text,
    /// To keep in a wiki or paste into a ticket.
    Markdown,
    /// For programs: an object a diagnosis, in a list where all are asked for.
    Json,
}

/// Writes one diagnosis in full.
///
/// # Errors
/// What `out` returns.
pub fn write_rule(rule: &Rule, format: ExplainFormat, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ExplainFormat::Text => terminal::rule(rule, style, out),
        ExplainFormat::Markdown => markdown::rule(rule, out),
        ExplainFormat::Json => json(&Explanation::of(rule), out),
    }
}

/// Writes all diagnoses, family by family: code, name, severity and what each is in a sentence. JSON
/// has them in full.
///
/// # Errors
/// What `out` returns.
pub fn write_catalogue(format: ExplainFormat, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ExplainFormat::Text => terminal::catalogue(style, out),
        ExplainFormat::Markdown => markdown::catalogue(out),
        ExplainFormat::Json => json(&of_families(Explanation::of), out),
    }
}

/// The families of codes, in the order of a phone's life, and what their diagnoses are about.
const FAMILIES: [(&str, &str); 6] = [
    ("INS", "Installing custom certificates"),
    ("INV", "The built-in certificate"),
    ("TLS", "TLS connections"),
    ("ZTP", "Zero-touch provisioning"),
    ("LOG", "What the logs can and cannot tell"),
    ("FLT", "Phones compared with each other"),
];

fn family(letters: &str) -> impl Iterator<Item = &'static Rule> {
    CATALOGUE.iter().copied().filter(move |rule| rule.code.starts_with(letters))
}

fn of_families<T>(each: impl Fn(&'static Rule) -> T) -> Vec<T> {
    FAMILIES.iter().flat_map(|(letters, _)| family(letters)).map(each).collect()
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
