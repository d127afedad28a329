//! `phonecert schema`.

use phonecert::report::schema::AnswerSchema;

use crate::{Failure, output};

/// Prints the JSON Schema of a command's answer.
pub(crate) fn run(schema: &AnswerSchema) -> Result<u8, Failure> {
    output::to_standard(|out| schema.write(out))?;
    Ok(0)
}
