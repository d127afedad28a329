//! The commands that answer from what the program knows: `explain` and `lookup`.

use std::io::{self, Write};

use phonecert::check::Rule;
use phonecert::lookup;
use phonecert::reference::Revision;
use phonecert::report::explain::{self, ExplainFormat};
use phonecert::report::text::visible::visible;

use crate::cli::{self, ExplainArgs, LookupArgs, LookupFormat};
use crate::output;
use crate::{Failure, terminal};

/// Nothing was found.
const FOUND_NOTHING: u8 = 3;

impl From<cli::ExplainFormat> for ExplainFormat {
    fn from(format: cli::ExplainFormat) -> Self {
        match format {
            cli::ExplainFormat::Text => Self::Text,
            cli::ExplainFormat::Markdown => Self::Markdown,
            cli::ExplainFormat::Json => Self::Json,
        }
    }
}

/// `phonecert explain`.
pub(crate) fn explain(args: &ExplainArgs) -> Result<u8, Failure> {
    let format = args.format.into();
    let style = terminal::style(args.color);
    let Some(code) = &args.code else {
        output::to_standard(|out| explain::write_catalogue(format, &style, out))?;
        return Ok(0);
    };
    let Some(rule) = Rule::find(code) else {
        let nearest = explain::nearest(code);
        let hint = if nearest.is_empty() {
            "`phonecert explain` lists them all".to_owned()
        } else {
            format!("did you mean {}?", nearest.join(", "))
        };
        return Err(Failure::Setup(format!("there is no diagnosis '{}'; {hint}", visible(code))));
    };
    output::to_standard(|out| explain::write_rule(rule, format, &style, out))?;
    Ok(0)
}

/// `phonecert lookup`.
pub(crate) fn lookup(args: &LookupArgs) -> Result<u8, Failure> {
    let revision = args.revision.as_deref().map(str::parse::<Revision>).transpose().map_err(|error| {
        let given = args.revision.as_deref().unwrap_or_default();
        Failure::Setup(format!("--revision '{}': {error}", visible(given)))
    })?;
    let answer = match lookup::lookup(&args.query(), revision) {
        Ok(answer) => answer,
        Err(not_found) => {
            // Where standard error is gone, the exit status tells.
            let _ = writeln!(io::stderr(), "phonecert: {not_found}");
            return Ok(FOUND_NOTHING);
        }
    };
    let width = u16::try_from(terminal::style(args.color).width).unwrap_or(u16::MAX);
    output::to_standard(|out| match args.format {
        LookupFormat::Table => lookup::write_table(&answer, width, out),
        LookupFormat::Json => answer.write_json(out),
    })?;
    Ok(0)
}
