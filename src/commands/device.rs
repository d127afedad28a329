//! `phonecert device`.

use phonecert::quantity;
use phonecert::redact::Shown;
use phonecert::report::shape::EventRow;
use phonecert::report::story::Story;
use phonecert::report::{Devices, Redacted};
use phonecert::scan;

use super::scan::status;
use super::setup::{self, AnswerOutput, Setup};
use super::{FOUND_NOTHING, notices};
use crate::Failure;
use crate::cli::{DeviceArgs, FailOn, PhoneArgs};

/// The most memory that the events that are shown may take, in bytes.
const MAX_EVENT_BYTES: usize = 32 << 20;

/// Reports everything about one phone.
pub(crate) fn run(args: DeviceArgs) -> Result<u8, Failure> {
    let answer = AnswerOutput::prepare(&args.write)?;
    let phones = PhoneArgs { device: vec![args.mac], status: Vec::new() };
    let mut setup = Setup::new(&args.read, &args.run, &phones, &args.codes, None)?;
    setup.options.stale = args.stale.stale;
    let mut scan =
        setup.scan(&args.read, &args.run, scan::scan_events).map_err(setup::temporary_file_failed)?;
    let mut overview = std::mem::take(&mut scan.overview);
    // Before redaction: the problems are found by their paths.
    let problems = if scan.is_empty() { Vec::new() } else { scan.problems_of(0, &overview.problems) };
    let redactor = setup::redact(&args.run, &scan, &mut overview, None, |redactor| {
        Redacted::new(&scan, redactor).visit();
        _ = redactor.mac(args.mac);
        scan.events(Shown::redacted(redactor), |_| Ok(()))
    })?;
    let shown = Shown::by(redactor.as_ref());
    notices::problems(&overview.problems, args.run.verbosity());
    notices::undecided(&scan, shown, args.run.verbosity());
    if scan.is_empty() {
        notices::no_log(args.mac, shown);
        notices::skipped_files(&scan.skipped, shown, args.run.verbosity());
        return Ok(FOUND_NOTHING);
    }
    let device = scan.shown(0, shown);
    let mut events = Vec::new();
    let (mut room, mut left_out) = (MAX_EVENT_BYTES, 0_u64);
    scan.events(shown, |event| {
        room = room.saturating_sub(estimated_size(&event));
        if room > 0 {
            events.push(event);
        } else {
            left_out += 1;
        }
        Ok(())
    })
    .map_err(setup::temporary_file_failed)?;
    if left_out > 0 {
        notices::write_line(&format!(
            "the last {} events are left out; `phonecert events` lists all",
            quantity::count(left_out)
        ));
    }
    let style = args.write.style_with(args.run.verbosity());
    let problems: Vec<_> = problems.iter().map(|problem| shown.problem(problem)).collect();
    let not_judged = scan.undecided.in_words(shown);
    let selection = overview.selection.as_ref();
    let story =
        Story { device: &device, events: &events, problems: &problems, not_judged: &not_judged, selection };
    answer.write(style, |format, style, out| (format.write)(&story, style, out))?;
    Ok(status(&scan, &overview, FailOn::Error))
}

/// The memory that an event takes, in bytes, estimated.
fn estimated_size(event: &EventRow) -> usize {
    let texts = event.fields.values().filter_map(|value| value.as_str()).map(str::len);
    512 + event.file.len() + texts.sum::<usize>()
}
