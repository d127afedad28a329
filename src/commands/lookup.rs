//! `phonecert lookup`.

use phonecert::lookup::lookup;
use phonecert::reference::Revision;
use phonecert::report::text::visible::visible;

use super::setup::AnswerOutput;
use super::{FOUND_NOTHING, notices};
use crate::Failure;
use crate::cli::LookupArgs;

/// Looks up a word in the guide's tables.
pub(crate) fn run(args: &LookupArgs) -> Result<u8, Failure> {
    let revision = args.revision.as_deref().map(|given| {
        let failed = |error| Failure::Setup(format!("--revision '{}': {error}", visible(given)));
        given.parse::<Revision>().map_err(failed)
    });
    let answer = match lookup(&args.words.join(" "), revision.transpose()?) {
        Ok(answer) => answer,
        Err(not_found) => {
            notices::write_line(&not_found.to_string());
            return Ok(FOUND_NOTHING);
        }
    };
    if args.revision.is_some() && answer.label.is_none() {
        notices::write_line(
            "--revision needs the part number of the label, because a model has several of them",
        );
    }
    AnswerOutput::prepare(&args.write)?
        .write(args.write.style(), |format, style, out| (format.write)(&answer, style, out))?;
    Ok(0)
}
