//! `phonecert explain`.

use phonecert::check::Rule;
use phonecert::report::explain::nearest;
use phonecert::report::text::visible::visible;

use super::setup::AnswerOutput;
use crate::Failure;
use crate::cli::ExplainArgs;

/// Explains the diagnoses of a code or name, or lists all.
pub(crate) fn run(args: &ExplainArgs) -> Result<u8, Failure> {
    let rules = args.code.as_deref().map(rules).transpose()?;
    AnswerOutput::prepare(&args.write)?
        .write(args.write.style(), |format, style, out| (format.write)(rules.as_deref(), style, out))?;
    Ok(0)
}

fn rules(code_or_name: &str) -> Result<Vec<&'static Rule>, Failure> {
    let rules = Rule::named(code_or_name);
    if !rules.is_empty() {
        return Ok(rules);
    }
    let nearest = nearest(code_or_name);
    let hint = match nearest.is_empty() {
        true => "`phonecert explain` lists them all".to_owned(),
        false => format!("did you mean {}?", nearest.join(", ")),
    };
    Err(Failure::Setup(format!("there is no diagnosis '{}'; {hint}", visible(code_or_name))))
}
