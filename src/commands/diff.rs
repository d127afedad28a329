//! `phonecert diff`.

use phonecert::diff::{self, Diff};
use phonecert::report::Verbosity;

use super::FOUND_TROUBLE;
use super::setup::{AnswerOutput, read_input};
use crate::Failure;
use crate::cli::DiffArgs;

/// Compares two answers of `scan --format json`.
pub(crate) fn run(args: &DiffArgs) -> Result<u8, Failure> {
    let answer = AnswerOutput::prepare(&args.write)?;
    let old = read_input(&args.old, diff::ScanAnswer::read)?;
    let diff = Diff::of(&old, &read_input(&args.new, diff::ScanAnswer::read)?);
    let verbosity = if args.verbose { Verbosity::Verbose } else { Verbosity::Normal };
    answer.write(args.write.style_with(verbosity), |format, style, out| (format.write)(&diff, style, out))?;
    Ok(if diff.broke.is_empty() { 0 } else { FOUND_TROUBLE })
}
