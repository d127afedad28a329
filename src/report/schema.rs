//! The JSON Schemas of the answers: `phonecert schema COMMAND`.

use std::io::{self, Write};

use schemars::JsonSchema;

use super::config::ConfigDocument;
use super::diff;
use super::list::ListLine;
use super::shape::{Document, EventRow};
use super::watch::Change;

/// Writes the schema of `scan --format json`.
///
/// # Errors
/// What `out` returns.
pub fn of_scan(out: &mut dyn Write) -> io::Result<()> {
    write::<Document>("Output of `phonecert scan --format json`", out)
}

/// Writes the schema of a line of `events --format jsonl`.
///
/// # Errors
/// What `out` returns.
pub fn of_events(out: &mut dyn Write) -> io::Result<()> {
    write::<EventRow>("A line of `phonecert events --format jsonl`", out)
}

/// Writes the schema of a line of `list`.
///
/// # Errors
/// What `out` returns.
pub fn of_list(out: &mut dyn Write) -> io::Result<()> {
    write::<ListLine>("A line of `phonecert list`", out)
}

/// Writes the schema of `diff --format json`.
///
/// # Errors
/// What `out` returns.
pub fn of_diff(out: &mut dyn Write) -> io::Result<()> {
    write::<diff::Document<'_>>("Output of `phonecert diff --format json`", out)
}

/// Writes the schema of `config --format json`.
///
/// # Errors
/// What `out` returns.
pub fn of_config(out: &mut dyn Write) -> io::Result<()> {
    write::<ConfigDocument>("Output of `phonecert config --format json`", out)
}

/// Writes the schema of a line of `watch --format jsonl`.
///
/// # Errors
/// What `out` returns.
pub fn of_watch(out: &mut dyn Write) -> io::Result<()> {
    write::<Change>("A line of `phonecert watch --format jsonl`", out)
}

fn write<T: JsonSchema>(title: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut schema = schemars::schema_for!(T);
    schema.insert("title".to_owned(), title.into());
    serde_json::to_writer_pretty(&mut *out, &schema)?;
    out.write_all(b"\n")
}
