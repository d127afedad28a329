//! Types and parsers of option values that are more than texts and numbers.

use std::fmt;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::{PathBufValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};

use phonecert::check::CATALOGUE;
use phonecert::report::config::{CONFIG_FORMATS, ConfigWriter};
use phonecert::report::diff::{DIFF_FORMATS, DiffWriter};
use phonecert::report::explain::{EXPLAIN_FORMATS, ExplainWriter};
use phonecert::report::group::GroupBy;
use phonecert::report::lookup::{LOOKUP_FORMATS, LookupWriter};
use phonecert::report::schema::{AnswerSchema, SCHEMAS};
use phonecert::report::shape::Status;
use phonecert::report::story::{STORY_FORMATS, StoryWriter};
use phonecert::report::text::visible::visible;
use phonecert::report::watch::{WATCH_FORMATS, WatchWriter};
use phonecert::report::{EVENT_FORMATS, EventsWriter, FORMATS, Format, ScanWriter};

/// A file to write, and the format that its ending asks for.
#[derive(Clone, Debug)]
pub(crate) struct Output<W: 'static> {
    /// The file.
    pub(crate) path: PathBuf,
    /// How it is written.
    pub(crate) format: &'static Format<W>,
}

/// The function that writes an answer of a command, of which there is one for each format.
pub(crate) trait Formats: Copy + fmt::Debug + Send + Sync + 'static {
    /// The formats of the command, the default first.
    const TABLE: &'static [Format<Self>];
}

macro_rules! formats {
    ($($writer:ty: $table:expr;)*) => {
        $(impl Formats for $writer {
            const TABLE: &'static [Format<Self>] = $table;
        })*
    };
}

formats! {
    ScanWriter: FORMATS;
    EventsWriter: &EVENT_FORMATS;
    StoryWriter: &STORY_FORMATS;
    ExplainWriter: &EXPLAIN_FORMATS;
    LookupWriter: &LOOKUP_FORMATS;
    DiffWriter: &DIFF_FORMATS;
    ConfigWriter: &CONFIG_FORMATS;
    WatchWriter: &WATCH_FORMATS;
}

/// The severity from which an active diagnosis gives exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors only
    Error,
    /// Errors and warnings
    Warning,
    /// No severity
    Never,
}

/// Parses a code of a diagnosis or the beginning of one, in any case.
pub(super) fn code_prefix(text: &str) -> Result<String, String> {
    let prefix = text.trim().to_ascii_uppercase();
    if prefix.is_empty() || !CATALOGUE.iter().any(|rule| rule.code.starts_with(&prefix)) {
        // It would silently select nothing.
        return Err(
            "no code of a diagnosis begins with this, as INS001 begins with INS; `phonecert explain` lists all codes".to_owned()
        );
    }
    Ok(prefix)
}

/// A parser of the name of one of these values.
fn one_of<T: Copy + Send + Sync + 'static>(
    values: impl IntoIterator<Item = (PossibleValue, T)>,
) -> impl TypedValueParser<Value = T> {
    let values: Vec<_> = values.into_iter().collect();
    let names: Vec<_> = values.iter().map(|(name, _)| name.clone()).collect();
    PossibleValuesParser::new(names).try_map(move |given| {
        values
            .iter()
            .find(|(name, _)| name.get_name() == given)
            .map(|(_, value)| *value)
            .ok_or("no such value")
    })
}

/// A parser of a format's name.
pub(super) fn format<W: Formats>() -> impl TypedValueParser<Value = &'static Format<W>> {
    one_of(W::TABLE.iter().map(|format| (PossibleValue::new(format.name).help(format.about), format)))
}

/// A parser of a path whose ending is that of a format.
pub(super) fn output<W: Formats>() -> impl TypedValueParser<Value = Output<W>> {
    PathBufValueParser::new().try_map(|path| match Format::of_path(W::TABLE, &path) {
        Some(format) => Ok(Output { path, format }),
        None => {
            let name = path.to_string_lossy();
            Err(format!(
                "the extension of '{}' is not that of a format; known extensions: {}",
                visible(&name),
                endings::<W>()
            ))
        }
    })
}

pub(super) fn output_help<W: Formats>() -> String {
    format!(
        "Write to this file, in the format that its extension names; may be repeated\n\nExtensions: {}. The file \
         is written completely or not at all. On Windows, prefer this to `>`, because some shells re-encode the \
         output.",
        endings::<W>()
    )
}

fn endings<W: Formats>() -> String {
    let endings = W::TABLE.iter().flat_map(|format| format.endings);
    endings.map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ")
}

pub(super) fn status() -> impl TypedValueParser<Value = Status> {
    let about = |status: Status| match status {
        Status::Failed => "At least one active error",
        Status::Attention => "At least one active warning, and no error",
        Status::Unknown => "The logs contain too little information",
        Status::Ok => "The logs show that nothing is wrong",
    };
    one_of(Status::ALL.map(|status| (PossibleValue::new(status.name()).help(about(status)), status)))
}

/// A parser of a command whose answer has a schema.
pub(super) fn schema() -> impl TypedValueParser<Value = &'static AnswerSchema> {
    one_of(SCHEMAS.iter().map(|schema| (PossibleValue::new(schema.command).help(schema.title), schema)))
}

pub(super) fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    one_of(GroupBy::ALL.map(|by| (PossibleValue::new(by.name()), by)))
}
