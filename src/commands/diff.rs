//! `phonecert diff`.

use phonecert::diff::{self, Diff};
use phonecert::report::Verbosity;

use super::setup::{AnswerOutput, read_input};
use super::{FOUND_TROUBLE, notices};
use crate::Failure;
use crate::cli::DiffArgs;

/// Compares two answers of `scan --format json`.
pub(crate) fn run(args: &DiffArgs) -> Result<u8, Failure> {
    let answer = AnswerOutput::prepare(&args.write)?;
    let old = read_input(&args.old, diff::ScanAnswer::read)?;
    let new = read_input(&args.new, diff::ScanAnswer::read)?;
    if let (Some(old), Some(new)) = (old.is_redacted(), new.is_redacted())
        && old != new
    {
        return Err(Failure::Setup(
            "one of the answers was written with --redact, the other was not: their phones can't be matched"
                .to_owned(),
        ));
    }
    if old.is_redacted() == Some(true) {
        notices::write_line(
            "both answers were written with --redact: pseudonyms are numbered by the phones of an answer, so one pseudonym can mean two phones; compare answers without --redact",
        );
    }
    notices::other_selection([&old, &new].map(|answer| (answer.path(), answer.selection())));
    let diff = Diff::new(&old, &new);
    let verbosity = if args.verbose { Verbosity::Verbose } else { Verbosity::Normal };
    answer.write(args.write.style_with(verbosity), |format, style, out| (format.write)(&diff, style, out))?;
    Ok(if diff.broke.is_empty() { 0 } else { FOUND_TROUBLE })
}
