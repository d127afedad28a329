//! `phonecert config`.

use phonecert::redact::{Redactor, Shown};
use phonecert::report::config::{Answer as Found, ConfigPhone};
use phonecert::scan;

use super::setup::{self, Answer};
use super::{FOUND_NOTHING, NOT_ALL_READ, notices};
use crate::Failure;
use crate::cli::{CodeArgs, ConfigArgs};

/// Lists what the configuration files give each phone.
pub(crate) fn run(args: ConfigArgs) -> Result<u8, Failure> {
    let answer = Answer::prepare(&args.write)?;
    let mut options = setup::options(&args.read, &args.phones, &CodeArgs::default(), None)?;
    let paths = setup::paths(&args.read, &args.run)?;
    options.roots = Some(paths.clone());
    let pool = setup::pool(&args.run)?;
    // Which files a phone reads depends on its model, which the logs name.
    let scan = pool.install(|| {
        setup::scan(&paths, &args.read, &args.run, |found, progress| scan::scan(found, &options, progress))
    });
    let configs = scan.configs();
    let all =
        |shown: Shown<'_>| configs.iter().map(|config| ConfigPhone::of(config, shown)).collect::<Vec<_>>();
    let mut overview = scan.overview.clone();
    let redactor = setup::redactor(&args.run, || {
        Redactor::of(configs.iter().map(|config| config.mac), |redactor| {
            redactor.overview(&mut overview.clone());
            drop(all(Shown::redacted(redactor)));
            Ok(())
        })
    })?;
    if let Some(redactor) = &redactor {
        redactor.overview(&mut overview);
    }
    let all = all(Shown::by(redactor.as_ref()));
    let whole = all.len();
    let is_shown = |phone: &ConfigPhone| args.all || !phone.parameters.is_empty();
    let phones: Vec<_> = all.into_iter().filter(is_shown).collect();
    let problems = &overview.problems;
    notices::problems(problems, args.run.verbosity());
    if whole == 0 {
        notices::write_line("no configuration file of a phone was found");
        return Ok(FOUND_NOTHING);
    }
    let found = Found { phones: &phones, left_out: whole - phones.len(), problems };
    let style = args.write.style_with(args.run.verbosity());
    answer.write(style, |format, style, out| (format.write)(&found, style, out))?;
    Ok(if problems.is_empty() { 0 } else { NOT_ALL_READ })
}
