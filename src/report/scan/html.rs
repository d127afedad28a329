//! `html`: one file that opens in a browser, to search, sort, print and forward.
//!
//! The page needs no network and works without its script, which adds search, filters, sorting and copying.
//! The head has counts over the whole fleet, so all phones are visited twice; memory holds only counts.
//!
//! Its Content-Security-Policy allows only the one style sheet and the one script, by their hashes. So the
//! templates have no `style` attributes and no inline event handlers; the sizes of bars are attributes of SVG
//! elements.

mod charts;
mod phone;
mod totals;

use std::borrow::Borrow;
use std::fmt;
use std::io::{self, Write};

use askama::Template;
use askama::filters::{Escaper, Html};
use chrono::NaiveDate;

use crate::problem::Problem;
use crate::quantity;
use crate::report::group::{Counts, Groups};
use crate::report::selection::NONE_SELECTED;
use crate::report::shape::{AnswerSelection, Device, Severity, State, Status};
use crate::report::text::capitalized;
use crate::report::text::time::minute;
use crate::report::text::visible::visible;
use crate::report::{Overview, ScanFormat, ScanReport, ScanWriter, Style};
use charts::History;
use phone::PhoneCard;
use totals::{DiagnosisTotal, FleetTotals};

pub(super) const FORMAT: ScanFormat = ScanFormat::new(
    "html",
    &["html", "htm"],
    "One file for a browser, to search, sort, print and forward",
    ScanWriter { phones, groups, lists_problems: true },
);

/// The largest fleet whose healthy phones are listed without `--all`. In a larger one they are only counted.
const MAX_PHONES_LISTED: usize = 5_000;

/// How many problems are listed without `--all`.
const MAX_PROBLEMS_LISTED: usize = 1_000;

/// The first sentence names the day on which most phones began to fail if these are at least this many and a
/// tenth of the failed phones.
const MIN_PHONES_OF_DAY: u64 = 5;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");
/// The hashes of both for the Content-Security-Policy. A test prints the right ones if these are wrong.
const STYLE_HASH: &str = "sha256-IBSHLzGbX8HbP/+xpk6UUccfv2nWQto04UKY/+Reqhw=";
const SCRIPT_HASH: &str = "sha256-JyFMR264CMvtIdnWwyZ7mF0o0XNgETbB3gyBHH3W1xc=";

/// Escapes a text for HTML and makes hidden characters visible. All `{{ }}` expressions of the templates use
/// it.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct VisibleText;

impl Escaper for VisibleText {
    fn write_escaped_str<W: fmt::Write>(&self, out: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(out, &visible(text))
    }
}

/// The page before the list of phones.
#[derive(Template)]
#[template(path = "head.html")]
struct Head<'a> {
    overview: &'a Overview,
    totals: &'a FleetTotals,
    history: Option<History>,
    /// Number of healthy phones that are not listed.
    unlisted: u64,
}

/// The page after the list of phones.
#[derive(Template)]
#[template(path = "foot.html")]
struct Foot<'a> {
    overview: &'a Overview,
    totals: &'a FleetTotals,
    /// The problems that are listed.
    problems: &'a [Problem],
}

/// The page of `--group-by`.
#[derive(Template)]
#[template(path = "groups.html")]
struct GroupsPage<'a> {
    groups: &'a Groups<'a>,
    /// The problems that are listed.
    problems: &'a [Problem],
}

fn phones(report: &ScanReport<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let ScanReport { overview, devices } = *report;
    let totals = FleetTotals::of(devices);
    let lists_healthy = style.all || devices.len() <= MAX_PHONES_LISTED;
    let unlisted = if lists_healthy { 0 } else { totals.statuses.ok };
    let history = History::of(&totals, overview);
    Head { overview, totals: &totals, history, unlisted }.write_into(out)?;
    let is_listed = |status| lists_healthy || status != Status::Ok;
    let render = |index: usize, device: &Device, bytes: &mut Vec<u8>| {
        // Writing to memory does not fail.
        let _ = PhoneCard { index, device }.write_into(bytes);
    };
    devices.render(is_listed, render, out)?;
    Foot { overview, totals: &totals, problems: listed_problems(overview, style) }.write_into(out)
}

fn groups(groups: &Groups<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    GroupsPage { groups, problems: listed_problems(groups.overview, style) }.write_into(out)
}

fn listed_problems<'o>(overview: &'o Overview, style: &Style) -> &'o [Problem] {
    let all = &overview.problems;
    if style.all { all } else { &all[..all.len().min(MAX_PROBLEMS_LISTED)] }
}

impl Head<'_> {
    /// The title of the browser's window.
    fn title(&self) -> String {
        let Counts { failed, unknown, .. } = self.totals.statuses;
        let phones = counted(self.totals.statuses.total(), "phone");
        let day =
            self.overview.began.get(.."2026-11-24".len()).map(|day| format!(", {day}")).unwrap_or_default();
        let selected = if self.leaves_out_diagnoses() { ", by some diagnoses" } else { "" };
        // A fleet of which nothing is known must not look healthy.
        let unknown = if unknown > 0 { format!(", {} unknown", count(unknown)) } else { String::new() };
        format!("{} of {phones} failed{unknown}{selected} – device certificates{day}", count(failed))
    }

    /// Whether diagnoses are left out: then the page must not say that a phone has none.
    fn leaves_out_diagnoses(&self) -> bool {
        self.overview.selection.as_ref().is_some_and(AnswerSelection::leaves_out_diagnoses)
    }

    /// A sentence that no phone has failed, as far as phones and diagnoses are counted.
    fn none_failed(&self) -> &'static str {
        match &self.overview.selection {
            _ if self.leaves_out_diagnoses() => "No phone has failed by the diagnoses that are counted.",
            Some(selection) if selection.phones_left_out > 0 => "None of these phones has failed.",
            _ => "No phone has failed.",
        }
    }

    /// A sentence that no such diagnosis is active.
    fn none_active(&self, what: &str) -> String {
        let counted = if self.leaves_out_diagnoses() { " that is counted" } else { "" };
        format!("No {what}{counted} is active.")
    }

    /// What a status means, in a few words.
    fn meaning(&self, status: Status) -> &'static str {
        match status {
            Status::Attention if self.leaves_out_diagnoses() => {
                "at least one counted warning, no counted error"
            }
            Status::Failed => "at least one active error",
            Status::Attention => "at least one active warning, no error",
            Status::Unknown => "the logs say too little",
            Status::Ok => "evidence that nothing is wrong",
        }
    }

    /// Each status with its number of phones and its meaning; phones that are `ok` only because active errors or warnings
    /// are left out have a row of their own, if there are any.
    fn legend(&self) -> Vec<(&'static str, u64, &'static str)> {
        let counts = Status::ALL.into_iter().zip(self.totals.statuses.all_certain());
        let mut legend: Vec<_> =
            counts.map(|(status, phones)| (status.name(), phones, self.meaning(status))).collect();
        let others = self.totals.statuses.ok_with_others;
        if others > 0 {
            legend.push((NONE_SELECTED, others, "only errors or warnings that are not counted"));
        }
        legend
    }

    /// The day since which phones have failed. Also, if it is another day and they are many, the day on which
    /// most began to fail, with their number.
    fn since(&self) -> Option<(String, Option<String>)> {
        let (first, worst, most) = self.totals.errors_began()?;
        let are_many = most >= MIN_PHONES_OF_DAY && most * 10 >= self.totals.statuses.failed;
        let peak = format!("{}: {}", long_day(worst), counted(most, "phone"));
        Some((long_day(first), (are_many && worst != first).then_some(peak)))
    }

    /// The phones that have not failed, in words.
    fn others(&self) -> String {
        let Counts { attention, unknown, ok, ok_with_others: others, .. } = self.totals.statuses;
        let ok = ok - others;
        let parts = [
            (
                attention,
                format!("{} {} attention", count(attention), if attention == 1 { "needs" } else { "need" }),
            ),
            (unknown, format!("the logs of {} say too little", count(unknown))),
            (ok, format!("{} {} well", count(ok), if ok == 1 { "is" } else { "are" })),
            (
                others,
                format!(
                    "{} {} only errors or warnings that are not counted",
                    count(others),
                    if others == 1 { "has" } else { "have" }
                ),
            ),
        ];
        let parts = parts.into_iter().filter(|(phones, _)| *phones > 0).map(|(_, text)| text);
        let mut sentence = parts.collect::<Vec<_>>().join("; ");
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        sentence
    }

    /// The diagnosis to begin with: the most frequent of the worst severity.
    fn first_to_do(&self) -> Option<&DiagnosisTotal> {
        let mut all = self.totals.diagnoses.iter();
        all.find(|diagnosis| diagnosis.active > 0 && diagnosis.severity() != Severity::Info)
    }

    /// The active diagnoses by severity, without empty lists.
    fn to_do(&self) -> Vec<ToDo<'_>> {
        let with = |severity| -> Vec<_> {
            let all = self.totals.diagnoses.iter();
            all.filter(|diagnosis| diagnosis.active > 0 && diagnosis.severity() == severity).collect()
        };
        [("Errors", Severity::Error), ("Warnings", Severity::Warning), ("Notes", Severity::Info)]
            .map(|(title, severity)| ToDo { title, severity, diagnoses: with(severity) })
            .into_iter()
            .filter(|to_do| !to_do.diagnoses.is_empty())
            .collect()
    }
}

/// The active diagnoses of one severity, most frequent first.
struct ToDo<'a> {
    title: &'static str,
    severity: Severity,
    diagnoses: Vec<&'a DiagnosisTotal>,
}

impl ToDo<'_> {
    /// The status that these diagnoses give a phone; it determines the colour of their bars.
    const fn status(&self) -> Status {
        Status::from_severity(self.severity, true)
    }

    /// The number of phones of the most frequent one.
    fn most(&self) -> u64 {
        self.diagnoses.iter().map(|diagnosis| diagnosis.active).max().unwrap_or(0)
    }
}

// Templates give some numbers by value and some by reference.

fn count(number: impl Borrow<u64>) -> String {
    quantity::count(*number.borrow())
}

fn counted(number: impl Borrow<u64>, noun: &str) -> String {
    quantity::counted(*number.borrow(), noun)
}

fn bytes(number: impl Borrow<u64>) -> String {
    quantity::bytes(*number.borrow())
}

/// Formats a date, or the date of a time, as `9 Nov 2026`.
fn day(text: &str) -> String {
    date(text).map_or_else(|| text.to_owned(), long_day)
}

fn date(text: &str) -> Option<NaiveDate> {
    text.get(.."2026-11-09".len())?.parse().ok()
}

fn long_day(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// A percentage, `4.8 %`. It is `0 %` only for no phone, and `100 %` only for all phones.
fn percent(part: impl Borrow<u64>, whole: impl Borrow<u64>) -> String {
    let (part, whole) = (*part.borrow(), *whole.borrow());
    let share = 100.0 * part as f64 / whole.max(1) as f64;
    // `\u{a0}` is a no-break space.
    match share {
        _ if part == 0 => "0\u{a0}%".to_owned(),
        _ if share < 0.1 => "<\u{a0}0.1\u{a0}%".to_owned(),
        _ if share < 9.95 => format!("{share:.1}\u{a0}%"),
        _ if part < whole && share > 99.0 => ">\u{a0}99\u{a0}%".to_owned(),
        _ => format!("{share:.0}\u{a0}%"),
    }
}

#[cfg(test)]
mod tests;
