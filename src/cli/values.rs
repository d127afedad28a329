//! The values of options that are more than texts and numbers.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::{PathBufValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};

use phonecert::report::group::GroupBy;
use phonecert::report::shape::Status;
use phonecert::report::text::visible::visible;
use phonecert::report::{EVENT_FORMATS, EventFormat, FORMATS, Format};

/// A file to write, and the format that its ending asks for.
#[derive(Clone, Debug)]
pub(crate) struct Output<F> {
    /// The file.
    pub(crate) path: PathBuf,
    /// How it is written.
    pub(crate) format: F,
}

/// From which severity on an active diagnosis gives exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors only
    Error,
    /// Errors and warnings
    Warning,
    /// Nothing does
    Never,
}

/// The formats of `device`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeviceFormat {
    /// Text for people
    Text,
    /// Markdown, to paste into a ticket
    Markdown,
    /// The phone's object of `scan --format json`
    Json,
}

/// The formats of `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// Text for people
    Text,
    /// Markdown
    Markdown,
    /// JSON
    Json,
}

/// The formats of `lookup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LookupFormat {
    /// Tables for people
    Table,
    /// JSON
    Json,
}

/// A diagnosis' code or how it begins, upper-case: three letters and three digits, or fewer.
/// Whether there is such a code is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodePrefix(String);

impl CodePrefix {
    /// Whether `code` begins so.
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

pub(super) fn scan_format() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values).try_map(|name| Format::named(&name).ok_or("no such format"))
}

pub(super) fn event_format() -> impl TypedValueParser<Value = &'static EventFormat> {
    let values = EVENT_FORMATS.map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values).try_map(|name| EventFormat::named(&name).ok_or("no such format"))
}

pub(super) fn scan_output() -> impl TypedValueParser<Value = Output<&'static Format>> {
    output(Format::of_path, FORMATS.iter().flat_map(|format| format.endings).copied().collect())
}

pub(super) fn event_output() -> impl TypedValueParser<Value = Output<&'static EventFormat>> {
    output(EventFormat::of_path, EVENT_FORMATS.iter().flat_map(|format| format.endings).copied().collect())
}

pub(super) fn device_output() -> impl TypedValueParser<Value = Output<DeviceFormat>> {
    let of_path = |path: &Path| match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "txt" => Some(DeviceFormat::Text),
        "md" | "markdown" => Some(DeviceFormat::Markdown),
        "json" => Some(DeviceFormat::Json),
        _ => None,
    };
    output(of_path, vec!["txt", "md", "markdown", "json"])
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

pub(super) fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    PossibleValuesParser::new(GroupBy::ALL.map(GroupBy::name))
        .try_map(|name| GroupBy::ALL.into_iter().find(|by| by.name() == name).ok_or("no such grouping"))
}

/// A parser of a path whose ending `of_path` knows.
fn output<F: Clone + Send + Sync + 'static>(
    of_path: impl Fn(&Path) -> Option<F> + Clone + Send + Sync + 'static,
    endings: Vec<&'static str>,
) -> impl TypedValueParser<Value = Output<F>> {
    PathBufValueParser::new().try_map(move |path| match of_path(&path) {
        Some(format) => Ok(Output { path, format }),
        None => {
            let endings: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
            let name = path.to_string_lossy();
            Err(format!(
                "the ending of '{}' names no format; known are {}",
                visible(&name),
                endings.join(", ")
            ))
        }
    })
}
