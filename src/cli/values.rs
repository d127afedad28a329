//! Types and parsers of option values that are more than texts and numbers.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::{PathBufValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};

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

/// The formats of a command.
pub(crate) trait Formats: fmt::Debug + 'static {
    /// The function that writes an answer.
    type Writer: Copy + fmt::Debug + Send + Sync;
    /// The formats, the default first.
    const TABLE: &'static [Format<Self::Writer>];
}

macro_rules! formats {
    ($($command:ident: $writer:ty = $table:expr;)*) => {$(
        #[derive(Debug)]
        pub(crate) enum $command {}

        impl Formats for $command {
            type Writer = $writer;
            const TABLE: &'static [Format<$writer>] = &$table;
        }
    )*};
}

formats! {
    ScanFormats: ScanWriter = FORMATS;
    EventFormats: EventsWriter = EVENT_FORMATS;
    DeviceFormats: StoryWriter = STORY_FORMATS;
    ExplainFormats: ExplainWriter = EXPLAIN_FORMATS;
    LookupFormats: LookupWriter = LOOKUP_FORMATS;
    DiffFormats: DiffWriter = DIFF_FORMATS;
    ConfigFormats: ConfigWriter = CONFIG_FORMATS;
    WatchFormats: WatchWriter = WATCH_FORMATS;
}

/// The severity from which an active diagnosis gives exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors only
    Error,
    /// Errors and warnings
    Warning,
    /// Nothing does
    Never,
}

/// The code of a diagnosis or a prefix of it, in upper case: up to three letters, then up to three digits.
/// Whether such a code exists is not checked here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodePrefix(String);

impl CodePrefix {
    /// Whether `code` begins with this.
    pub(crate) fn matches(&self, code: &str) -> bool {
        code.starts_with(&self.0)
    }
}

impl fmt::Display for CodePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CodePrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const LETTERS: usize = 3;
        const LENGTH: usize = 6;
        let code = text.trim().to_ascii_uppercase();
        let well_formed = (1..=LENGTH).contains(&code.len())
            && code.bytes().enumerate().all(|(at, byte)| match at {
                0..LETTERS => byte.is_ascii_uppercase(),
                _ => byte.is_ascii_digit(),
            });
        if well_formed {
            return Ok(Self(code));
        }
        Err("a code such as INS001 is expected, or its beginning, such as INS".to_owned())
    }
}

/// A parser of a format's name.
pub(super) fn format<F: Formats>() -> impl TypedValueParser<Value = &'static Format<F::Writer>> {
    let values: Vec<_> =
        F::TABLE.iter().map(|format| PossibleValue::new(format.name).help(format.about)).collect();
    PossibleValuesParser::new(values).try_map(|name| Format::named(F::TABLE, &name).ok_or("no such format"))
}

/// A parser of a path whose ending is that of a format.
pub(super) fn output<F: Formats>() -> impl TypedValueParser<Value = Output<F::Writer>> {
    PathBufValueParser::new().try_map(|path| match Format::of_path(F::TABLE, &path) {
        Some(format) => Ok(Output { path, format }),
        None => {
            let name = path.to_string_lossy();
            Err(format!("the ending of '{}' names no format; known are {}", visible(&name), endings::<F>()))
        }
    })
}

pub(super) fn output_help<F: Formats>() -> String {
    format!(
        "Write to this file, in the format of its ending; may be repeated\n\nEndings: {}. The file is written \
         whole or not at all. Prefer it to `>`, which re-encodes the answer in some shells of Windows.",
        endings::<F>()
    )
}

fn endings<F: Formats>() -> String {
    let endings = F::TABLE.iter().flat_map(|format| format.endings);
    endings.map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ")
}

pub(super) fn status() -> impl TypedValueParser<Value = Status> {
    let about = |status: &Status| match status {
        Status::Failed => "An error holds",
        Status::Attention => "A warning holds",
        Status::Unknown => "The logs say too little",
        Status::Ok => "Nothing is wrong",
    };
    let values: Vec<_> =
        Status::ALL.iter().map(|status| PossibleValue::new(status.name()).help(about(status))).collect();
    PossibleValuesParser::new(values)
        .try_map(|name| Status::ALL.into_iter().find(|status| status.name() == name).ok_or("no such status"))
}

/// A parser of a command whose answer has a schema.
pub(super) fn schema() -> impl TypedValueParser<Value = &'static AnswerSchema> {
    let values = SCHEMAS.each_ref().map(|schema| PossibleValue::new(schema.command).help(schema.title));
    PossibleValuesParser::new(values).try_map(|command| AnswerSchema::of(&command).ok_or("no such schema"))
}

pub(super) fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    PossibleValuesParser::new(GroupBy::ALL.map(GroupBy::name))
        .try_map(|name| GroupBy::ALL.into_iter().find(|by| by.name() == name).ok_or("no such grouping"))
}
