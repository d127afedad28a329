//! `phonecert schema`.

use phonecert::report::schema;

use crate::cli::SchemaOf;
use crate::{Failure, output};

/// Prints the JSON Schema of a command's answer.
pub(crate) fn run(command: SchemaOf) -> Result<u8, Failure> {
    output::to_standard(|out| match command {
        SchemaOf::Scan => schema::of_scan(out),
        SchemaOf::Events => schema::of_events(out),
        SchemaOf::List => schema::of_list(out),
        SchemaOf::Diff => schema::of_diff(out),
        SchemaOf::Config => schema::of_config(out),
        SchemaOf::Watch => schema::of_watch(out),
    })?;
    Ok(0)
}
