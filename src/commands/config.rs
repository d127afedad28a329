//! `phonecert config`.

use phonecert::redact::Shown;
use phonecert::report::config::{ConfigAnswer, ConfigPhone};
use phonecert::scan;

use super::setup::{self, AnswerOutput, Setup};
use super::{FOUND_NOTHING, notices, status_of};
use crate::Failure;
use crate::cli::{CodeArgs, ConfigArgs, PhoneArgs};

/// Lists what the configuration files give each phone.
pub(crate) fn run(args: ConfigArgs) -> Result<u8, Failure> {
    let answer = AnswerOutput::prepare(&args.write)?;
    // Which files a phone reads depends on its model, which the logs name.
    let phones = PhoneArgs { device: args.device.clone(), status: Vec::new() };
    let setup = Setup::new(&args.read, &args.run, &phones, &CodeArgs::default(), None)?;
    let mut scan = setup.scan(&args.read, &args.run, scan::scan);
    let mut overview = std::mem::take(&mut scan.overview);
    let configs = scan.configs();
    let all =
        |shown: Shown<'_>| configs.iter().map(|config| ConfigPhone::new(config, shown)).collect::<Vec<_>>();
    let redactor = setup::redact(&args.run, &scan, &mut overview, None, |redactor| {
        drop(all(Shown::redacted(redactor)));
        Ok(())
    })?;
    let mut all = all(Shown::by(redactor.as_ref()));
    all.sort_by(|one, other| one.mac.cmp(&other.mac));
    let whole = all.len();
    let has_told = |phone: &ConfigPhone| !phone.parameters.is_empty() || !phone.not_read.is_empty();
    let is_shown = |phone: &ConfigPhone| args.all || has_told(phone);
    let phones: Vec<_> = all.into_iter().filter(is_shown).collect();
    let problems = &overview.problems;
    notices::problems(problems, args.run.verbosity());
    notices::undecided(&scan, Shown::by(redactor.as_ref()), args.run.verbosity());
    if whole == 0 {
        // Of an undecided phone, a file was found, and the notice names it.
        if scan.undecided.is_empty() {
            notices::write_line("no configuration file of a phone was found");
        }
        return Ok(FOUND_NOTHING);
    }
    let found = ConfigAnswer { phones: &phones, left_out: whole - phones.len(), problems };
    let style = args.write.style_with(args.run.verbosity());
    answer.write(style, |format, style, out| (format.write)(&found, style, out))?;
    Ok(status_of(true, problems))
}
