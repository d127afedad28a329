//! The JSON Schemas of the answers: `phonecert schema COMMAND`.

use std::io::{self, Write};

use schemars::{Schema, schema_for};

use super::config::ConfigDocument;
use super::diff;
use super::group::GroupsDocument;
use super::list::ListLine;
use super::safe_json;
use super::shape::{Document, EventRow};
use super::story;
use super::watch::Change;

/// An answer that has a schema.
#[derive(Clone, Copy, Debug)]
pub struct AnswerSchema {
    /// The command that gives the answer; `groups` for `scan --group-by`.
    pub command: &'static str,
    /// The schema's title.
    pub title: &'static str,
    make: fn() -> Schema,
}

/// All answers that have a schema, the default first.
pub static SCHEMAS: [AnswerSchema; 8] = [
    AnswerSchema::new("scan", "Output of `phonecert scan --format json`", || schema_for!(Document)),
    AnswerSchema::new("groups", "Output of `phonecert scan --group-by … --format json`", || {
        schema_for!(GroupsDocument<'_>)
    }),
    AnswerSchema::new("events", "One line of `phonecert events --format jsonl`", || schema_for!(EventRow)),
    AnswerSchema::new("device", "Output of `phonecert device --format json`", || {
        schema_for!(story::json::Document)
    }),
    AnswerSchema::new("list", "One line of `phonecert list`", || schema_for!(ListLine)),
    AnswerSchema::new("diff", "Output of `phonecert diff --format json`", || schema_for!(diff::Document<'_>)),
    AnswerSchema::new("config", "Output of `phonecert config --format json`", || schema_for!(ConfigDocument)),
    AnswerSchema::new("watch", "One line of `phonecert watch --format jsonl`", || schema_for!(Change)),
];

impl AnswerSchema {
    const fn new(command: &'static str, title: &'static str, make: fn() -> Schema) -> Self {
        Self { command, title, make }
    }

    /// Writes the schema.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut schema = (self.make)();
        schema.insert("title".to_owned(), self.title.into());
        safe_json::write_pretty(&schema, out)
    }
}
