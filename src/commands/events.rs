//! `phonecert events`.

use phonecert::redact::Shown;
use phonecert::scan;

use super::scan::{no_log_was_found, status};
use super::setup::{self, AnswerOutput, Setup};
use super::{FOUND_NOTHING, notices};
use crate::Failure;
use crate::cli::{CodeArgs, EventsArgs, FailOn};

/// Lists the events of all logs.
pub(crate) fn run(args: EventsArgs) -> Result<u8, Failure> {
    let mut answer = AnswerOutput::prepare(&args.write)?;
    let mut setup = Setup::new(&args.read, &args.run, &args.phones, &args.codes, None)?;
    let CodeArgs { select, ignore } = &args.codes;
    if args.phones.status.is_empty() && !(select.is_empty() && ignore.is_empty()) {
        notices::say(
            "--select and --ignore are about diagnoses: without --status, they change nothing in the list of events",
            args.run.verbosity(),
        );
    }
    // A status can come from the configuration; without --status, no status is needed.
    setup.options.roots = setup.options.roots.filter(|_| !args.phones.status.is_empty());
    let mut scan =
        setup.scan(&args.read, &args.run, scan::scan_events).map_err(setup::temporary_file_failed)?;
    let mut overview = std::mem::take(&mut scan.overview);
    let redactor = setup::redact(&args.run, &scan, &mut overview, None, |redactor| {
        args.phones.device.iter().for_each(|mac| _ = redactor.mac(*mac));
        scan.events(Shown::redacted(redactor), |_| Ok(()))
    })?;
    let shown = Shown::by(redactor.as_ref());
    let style = args.write.style_with(args.run.verbosity());
    if !scan.found_any {
        answer.leave_files(shown, args.run.verbosity());
    }
    answer.write(style, |format, style, out| {
        (format.write)(&mut |each| scan.events(shown, each), style, out)
    })?;
    notices::left_out(&scan, &overview, shown, args.run.verbosity());
    notices::problems(&overview.problems, args.run.verbosity());
    if no_log_was_found(&args.phones, &scan, shown) {
        return Ok(FOUND_NOTHING);
    }
    Ok(status(&scan, &overview, FailOn::Never))
}
