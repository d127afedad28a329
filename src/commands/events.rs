//! `phonecert events`.

use std::io;

use phonecert::redact::{Redactor, Shown};
use phonecert::scan::{self, Scan};

use super::setup::{self, Answer};
use super::{notices, scan::status};
use crate::Failure;
use crate::cli::{EventsArgs, FailOn};

/// Lists the events of all logs.
pub(crate) fn run(args: EventsArgs) -> Result<u8, Failure> {
    let answer = Answer::prepare(&args.write)?;
    let options = setup::options(&args.read, &args.phones, &args.codes, None)?;
    let paths = setup::paths(&args.read, &args.run)?;
    let pool = setup::pool(&args.run)?;
    let scan = pool.install(|| {
        setup::scan(&paths, &args.read, &args.run, |found, progress| {
            scan::scan_events(found, &options, progress)
        })
    });
    let scan = scan.map_err(events_file_failed)?;
    let redactor = setup::redactor(&args.run, || {
        Redactor::of(scan.all_macs(), |redactor| redact_events(&scan, redactor))
    })?;
    let shown = Shown::by(redactor.as_ref());
    let style = args.write.style_with(args.run.verbosity());
    answer.write(style, |format, style, out| {
        (format.write)(&mut |each| scan.events(shown, each), style, out)
    })?;
    let mut overview = scan.overview.clone();
    if let Some(redactor) = &redactor {
        redactor.overview(&mut overview);
    }
    notices::left_out(&scan, &overview, shown, args.run.verbosity());
    notices::problems(&overview.problems, args.run.verbosity());
    Ok(status(&scan, &overview, FailOn::Never))
}

/// The first pass over events and problems.
pub(super) fn redact_events(scan: &Scan, redactor: &Redactor) -> io::Result<()> {
    redactor.overview(&mut scan.overview.clone());
    scan.events(Shown::redacted(redactor), |_| Ok(()))
}

pub(super) fn events_file_failed(error: io::Error) -> Failure {
    Failure::Setup(format!("events wait in a temporary file, and that failed: {error}"))
}
