//! `phonecert lookup`: finds the rows of the guide's tables about a word on the command line.

mod nearest;

use std::fmt::Write;

use serde::Serialize;

pub(crate) use nearest::{MAX_NAMES, most_similar};

use crate::reference::{
    Expectation, Label, MenuText, ModelName, PartNumber, PartRow, Revision, ZtpRow,
    factory_certificate_expected, menu_texts, part_rows, rows_with_label, ztp_rows,
};

/// What the guide's tables say of one model, part number or menu text. The fields that serialize are
/// the shape of `lookup --format json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LookupAnswer {
    /// The word as it was given.
    pub query: String,
    /// The revisions since which a factory certificate is installed: console labels, then boxes.
    pub factory_certificate: Vec<&'static PartRow>,
    /// The software that ZTP requires.
    pub ztp: Vec<&'static ZtpRow>,
    /// Whether the phone with this part number and revision should have a factory certificate; null if no
    /// revision was given, or the tables do not show it.
    pub expected: Option<bool>,
    /// The meaning of a text of the phone's menu, if one was looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub menu: Option<&'static MenuText>,
    /// The part number and revision that `expected` is about.
    #[serde(skip)]
    pub label: Option<(PartNumber, Revision)>,
    /// The tables that the rows come from, for a reader.
    #[serde(skip)]
    pub(crate) sources: Vec<&'static str>,
}

/// Nothing in the tables has the name that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct NotFound {
    /// The word as it was given, raw: the message shows control characters as escapes.
    pub query: String,
    /// Names of the tables that are most like it, the nearest first; at most five.
    pub nearest: Vec<String>,
    /// Whether it is a well-formed part number, so perhaps one of another kind.
    pub is_part_number: bool,
}

/// Looks up a model in any usual spelling, a label's part number with or without a revision after it, or a
/// text of the phone's menu.
///
/// `revision` takes precedence over a revision in the query.
///
/// # Errors
/// [`NotFound`] with the nearest names.
///
/// ```
/// use phonecert::lookup::lookup;
/// let answer = lookup("2201-12360-001", "A".parse().ok()).unwrap();
/// assert_eq!(answer.expected, Some(false));
/// assert_eq!(answer.ztp[0].product, "SoundPoint IP 321/331");
/// ```
pub fn lookup(query: &str, revision: Option<Revision>) -> Result<LookupAnswer, NotFound> {
    if let Some(text) = menu_texts().iter().find(|text| text.matches(query)) {
        return Ok(LookupAnswer { menu: Some(text), ..answer(query, vec![], vec![]) });
    }
    if let Ok(label) = query.parse::<Label>() {
        return by_label(query, label, revision.or(label.revision));
    }
    // The guide's text has a name of its table of boxes as `V VX 500`.
    let without_blanks = || query.split_whitespace().collect::<String>();
    let name = query.parse::<ModelName>().or_else(|_| without_blanks().parse());
    let name = name.map_err(|_| not_found(query, false))?;
    let parts: Vec<_> = part_rows().iter().filter(|row| name.names(row.model)).collect();
    let ztp: Vec<_> = ztp_rows().iter().filter(|row| row.models().any(|model| name.names(model))).collect();
    if parts.is_empty() && ztp.is_empty() {
        return Err(not_found(query, false));
    }
    Ok(answer(query, parts, ztp))
}

/// The most characters of a query that are shown in a message.
const MAX_QUERY_SHOWN: usize = 80;

impl NotFound {
    /// The sentence of the error, without control characters.
    fn sentence(&self) -> String {
        let mut query: String = self.query.trim().chars().take(MAX_QUERY_SHOWN).collect();
        if query.len() < self.query.trim().len() {
            query.push('…');
        }
        let mut text = format!("nothing in the guide's tables is called \"{}\"", query.escape_debug());
        if self.is_part_number {
            text.push_str(
                "; they have the numbers of console and box labels only, not a log's assembly numbers (3111-…, 2345-…)",
            );
        }
        if !self.nearest.is_empty() {
            let _ = write!(text, "; similar names: {}", self.nearest.join(", "));
        }
        text
    }
}

fn by_label(query: &str, label: Label, revision: Option<Revision>) -> Result<LookupAnswer, NotFound> {
    let parts: Vec<_> = rows_with_label(label.part_number).collect();
    if parts.is_empty() {
        return Err(not_found(query, true));
    }
    let is_covered = |model| parts.iter().any(|part| part.model == model);
    let ztp = ztp_rows().iter().filter(|row| row.models().any(is_covered)).collect();
    let label = revision.map(|revision| (label.part_number, revision));
    let expectation = label.map(|(part, revision)| factory_certificate_expected(part, revision));
    let expected = match expectation {
        Some(Expectation::Yes) => Some(true),
        Some(Expectation::No { .. }) => Some(false),
        Some(Expectation::Unknown) | None => None,
    };
    Ok(LookupAnswer { expected, label, ..answer(query, parts, ztp) })
}

fn answer(query: &str, parts: Vec<&'static PartRow>, ztp: Vec<&'static ZtpRow>) -> LookupAnswer {
    let tables = parts.iter().map(|row| row.source.as_str()).chain(ztp.iter().map(|row| row.source.as_str()));
    let mut sources: Vec<&'static str> = tables.collect();
    sources.dedup();
    LookupAnswer {
        query: query.to_owned(),
        factory_certificate: parts,
        ztp,
        expected: None,
        menu: None,
        label: None,
        sources,
    }
}

fn not_found(query: &str, is_part_number: bool) -> NotFound {
    NotFound { query: query.to_owned(), nearest: nearest::names(query), is_part_number }
}

#[cfg(test)]
mod tests;
