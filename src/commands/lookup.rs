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
    AnswerOutput::prepare(&args.write)?
        .write(args.write.style(), |format, style, out| (format.write)(&answer, style, out))?;
    Ok(0)
}
