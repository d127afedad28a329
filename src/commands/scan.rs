//! `phonecert scan`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use phonecert::diff;
use phonecert::problem::Problem;
use phonecert::redact::Shown;
use phonecert::report::baseline::Compared;
use phonecert::report::shape::{AnswerSelection, Status};
use phonecert::report::{Devices, Overview, Redacted, ScanReport, Style};
use phonecert::scan::{self, Scan};

use super::setup::{self, AnswerOutput, Setup, read_input};
use super::{FOUND_NOTHING, FOUND_TROUBLE, notices, status_of};
use crate::Failure;
use crate::cli::{FailOn, PhoneArgs, ScanArgs};

/// Diagnoses the phones and writes the report.
pub(crate) fn run(args: ScanArgs) -> Result<u8, Failure> {
    let began = Instant::now();
    let mut answer = AnswerOutput::prepare(&args.write)?;
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    let mut setup = Setup::new(&args.read, &args.run, &args.phones, &args.codes, args.inventory.as_deref())?;
    setup.options.stale = args.stale.stale;
    let (mut scan, gone) = if args.records.is_empty() {
        (setup.scan(&args.read, &args.run, scan::scan), (0, None))
    } else {
        scan_records(&mut setup, &args.records)?
    };
    let Setup { paths, pool, .. } = &setup;
    let mut overview = std::mem::take(&mut scan.overview);
    overview.elapsed = began.elapsed();
    overview.began = setup::now().format("%Y-%m-%d %H:%M %:z").to_string();
    overview.command = setup::command_line();
    let of_named = notices::of_named_paths(&overview.problems, paths);
    let compare = |old| pool.install(|| Compared::new(&scan, old, args.new, &mut overview));
    let compared = baseline.as_ref().map(compare);
    if let Some(only) = compared.as_ref().and_then(Compared::only) {
        overview.ztp = pool.install(|| scan.ztp_of(only));
    }
    let devices: &dyn Devices = compared.as_ref().map_or(&scan, |compared| compared);
    let redactor = pool.install(|| {
        setup::redact(&args.run, &scan, &mut overview, None, |redactor| {
            Redacted::new(devices, redactor).visit();
            args.phones.device.iter().for_each(|mac| _ = redactor.mac(*mac));
            Ok(())
        })
    })?;
    let shown = Shown::by(redactor.as_ref());
    overview.not_judged = scan.undecided.in_words(shown);
    overview.passed_over = notices::passed_over(&scan.skipped, shown);
    let of_named: Vec<Problem> = of_named.iter().map(|problem| shown.problem(problem)).collect();
    let redacted = redactor.as_ref().map(|redactor| Redacted::new(devices, redactor));
    let devices: &dyn Devices = redacted.as_ref().map_or(devices, |redacted| redacted);
    let report = ScanReport { overview: &overview, devices };
    let style = Style {
        // With `--status ok` the user asks for the healthy phones, so they are listed.
        all: args.all || args.phones.status.contains(&Status::Ok),
        group_by: args.group_by,
        ..args.write.style_with(args.run.verbosity())
    };
    let answer_lists_problems = answer.standard.is_some_and(|format| format.write.lists_problems);
    let verbosity = args.run.verbosity();
    if !scan.found_any {
        answer.leave_files(shown, verbosity);
    }
    pool.install(|| answer.write(style, |format, style, out| format.write(&report, style, out)))?;
    // If the answer lists the problems, only those of named paths are written here too.
    let to_write = if answer_lists_problems { &of_named } else { &overview.problems };
    notices::problems(to_write, verbosity);
    // A format that does not list problems does not say this either.
    if !answer_lists_problems {
        notices::selection(overview.selection.as_ref(), verbosity);
    }
    if let Some(old) = &baseline {
        compare_selections(old, overview.selection.as_ref());
    }
    notices::gone(&gone, shown, verbosity);
    notices::left_out(&scan, &overview, shown, verbosity);
    if args.new && scan.found_any && overview.summary.by_code.is_empty() {
        notices::say("no phone has a new diagnosis", verbosity);
    }
    if no_log_was_found(&args.phones, &scan, shown) {
        return Ok(FOUND_NOTHING);
    }
    // With a baseline, only new diagnoses determine the exit status.
    if let Some(compared) = compared {
        (overview.summary.failed, overview.summary.attention) = compared.newly;
    }
    Ok(status(&scan, &overview, args.fail_on))
}

/// How many of the logs are gone, and the first of them.
type Gone = (u64, Option<Box<str>>);

/// Reads the answer of `--baseline`.
fn read_baseline(path: &Path) -> Result<diff::ScanAnswer, Failure> {
    let baseline = read_input(path, diff::ScanAnswer::read)?;
    if baseline.is_redacted() == Some(true) {
        let message =
            "the baseline was written with --redact, so its phones can't be matched; write it without";
        return Err(Failure::Setup(message.to_owned()));
    }
    Ok(baseline)
}

/// Diagnoses the phones of `--records`. Returns also which logs of them are gone.
fn scan_records(setup: &mut Setup, files: &[PathBuf]) -> Result<(Scan, Gone), Failure> {
    setup.paths.clear();
    setup.options.roots.iter_mut().for_each(Vec::clear);
    let records = setup::records(files, &mut setup.options)?;
    let gone = records.gone.clone();
    let scan = setup.pool.install(|| scan::scan_records(records, &setup.options));
    Ok((scan.map_err(setup::temporary_file_failed)?, gone))
}

/// Says if the baseline has other diagnoses or phones than were asked for now.
fn compare_selections(old: &diff::ScanAnswer, selection: Option<&AnswerSelection>) {
    // What `--new` leaves out was compared.
    let compared = selection.map(|selection| AnswerSelection { new: false, ..selection.clone() });
    if old.selection().is_some() {
        notices::other_selection([(old.path(), old.selection()), ("this answer", compared.as_ref())]);
    }
}

/// Names the phones of `--device` without a log. Returns whether none of them has one.
pub(super) fn no_log_was_found(phones: &PhoneArgs, scan: &Scan, shown: Shown<'_>) -> bool {
    if !phones.status.is_empty() {
        return false;
    }
    let missing = phones.device.iter().filter(|mac| scan.macs().all(|known| known != **mac));
    missing.for_each(|mac| notices::no_log(*mac, shown));
    !phones.device.is_empty() && scan.is_empty()
}

/// The exit status of a run that answered.
pub(super) fn status(scan: &Scan, overview: &Overview, fail_on: FailOn) -> u8 {
    // A phone's status is that of its most severe active diagnosis.
    let summary = &overview.summary;
    let failed = match fail_on {
        FailOn::Error => summary.failed,
        FailOn::Warning => summary.failed + summary.attention,
        FailOn::Never => 0,
    };
    if failed > 0 { FOUND_TROUBLE } else { status_of(scan.found_any, &overview.problems) }
}
