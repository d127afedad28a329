//! `phonecert device`.

use phonecert::redact::{Redactor, Shown};
use phonecert::report::Devices;
use phonecert::report::shape::EventRow;
use phonecert::scan;

use super::events::{events_file_failed, redact_events};
use super::scan::status;
use super::setup::{self, Answer};
use super::{FOUND_NOTHING, notices};
use crate::Failure;
use crate::cli::{DeviceArgs, FailOn, PhoneArgs};

/// The most events that are shown, …
const MOST_EVENTS: usize = 100_000;
/// … and the most memory that they may take, in bytes.
const MOST_BYTES: usize = 32 << 20;

/// Reports everything about one phone.
pub(crate) fn run(args: DeviceArgs) -> Result<u8, Failure> {
    let answer = Answer::prepare(&args.write)?;
    let phones = PhoneArgs { device: vec![args.mac], status: Vec::new() };
    let mut options = setup::options(&args.read, &phones, &args.codes, None)?;
    let paths = setup::paths(&args.read, &args.run)?;
    options.roots = (!args.read.no_config).then(|| paths.clone());
    let pool = setup::pool(&args.run)?;
    let scan = pool.install(|| {
        setup::scan(&paths, &args.read, &args.run, |found, progress| {
            scan::scan_events(found, &options, progress)
        })
    });
    let scan = scan.map_err(events_file_failed)?;
    let mut overview = scan.overview.clone();
    let redactor = setup::redactor(&args.run, || {
        Redactor::of(scan.all_macs(), |redactor| {
            (0..scan.len()).for_each(|place| drop(scan.shown(place, Shown::redacted(redactor))));
            redact_events(&scan, redactor)
        })
    })?;
    let shown = Shown::by(redactor.as_ref());
    if let Some(redactor) = &redactor {
        redactor.overview(&mut overview);
    }
    notices::problems(&overview.problems, args.run.verbosity());
    if scan.is_empty() {
        notices::write_line(&format!("no log of {} was found", args.mac));
        return Ok(FOUND_NOTHING);
    }
    let device = scan.shown(0, shown);
    let mut events = Vec::new();
    let (mut room, mut left_out) = (MOST_BYTES, 0_u64);
    scan.events(shown, |event| {
        room = room.saturating_sub(room_for(&event));
        if events.len() < MOST_EVENTS && room > 0 {
            events.push(event);
        } else {
            left_out += 1;
        }
        Ok(())
    })
    .map_err(events_file_failed)?;
    if left_out > 0 {
        notices::write_line(&format!(
            "the story leaves out the last {left_out} events; `phonecert events` lists them all"
        ));
    }
    let style = args.write.style_with(args.run.verbosity());
    answer.write(style, |format, style, out| (format.write)(&device, &events, style, out))?;
    Ok(status(&scan, &overview, FailOn::Error))
}

/// Estimates the memory that an event takes, in bytes.
fn room_for(event: &EventRow) -> usize {
    let texts = event.fields.values().filter_map(|value| value.as_str()).map(str::len);
    512 + event.file.len() + texts.sum::<usize>()
}
