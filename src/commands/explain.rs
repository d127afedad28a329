//! `phonecert explain`.

use phonecert::check::Rule;
use phonecert::report::explain::nearest;
use phonecert::report::text::visible::visible;

use super::setup::Answer;
use crate::Failure;
use crate::cli::ExplainArgs;

/// Explains one diagnosis, or lists all.
pub(crate) fn run(args: &ExplainArgs) -> Result<u8, Failure> {
    let rule = args.code.as_deref().map(rule).transpose()?;
    Answer::prepare(&args.write)?.write(args.write.style(), |format, style, out| match rule {
        Some(rule) => (format.write.one)(rule, style, out),
        None => (format.write.all)(style, out),
    })?;
    Ok(0)
}

fn rule(code: &str) -> Result<&'static Rule, Failure> {
    Rule::find(code).ok_or_else(|| {
        let nearest = nearest(code);
        let hint = match nearest.is_empty() {
            true => "`phonecert explain` lists them all".to_owned(),
            false => format!("did you mean {}?", nearest.join(", ")),
        };
        Failure::Setup(format!("there is no diagnosis '{}'; {hint}", visible(code)))
    })
}
