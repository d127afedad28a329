//! The commands that read logs: from arguments to an answer and an exit status.

mod notices;
mod setup;

use std::io::{self, Write};
use std::time::Instant;

use phonecert::check::CATALOGUE;
use phonecert::redact::{Names, Redacted, Redactor};
use phonecert::report::shape::{EventRow, Severity, Status};
use phonecert::report::story::{StoryFormat, write_story};
use phonecert::report::{Devices, EVENT_FORMATS, EventFormat, FORMATS, Overview, Report, Style};
use phonecert::scan::{self, Scan};

use crate::cli::{DeviceArgs, DeviceFormat, EventsArgs, FailOn, PhoneArgs, ScanArgs};
use crate::{Failure, output, terminal};

const FOUND_TROUBLE: u8 = 1;
const FOUND_NOTHING: u8 = 3;
const NOT_ALL_READ: u8 = 4;

/// `phonecert scan`.
pub(crate) fn scan(args: ScanArgs) -> Result<u8, Failure> {
    let began = Instant::now();
    let files = setup::files(&args.output, args.force)?;
    let inventory = args.inventory.as_deref().map(setup::inventory).transpose()?;
    let options = setup::options(&args.read, &args.phones, &args.codes, inventory)?;
    let inputs = setup::inputs(&args.read)?;
    let pool = setup::pool(&args.run)?;
    let mut scan =
        pool.install(|| setup::watched(&inputs, &args.run, |watch| scan::scan(&inputs, options, watch)));
    scan.overview.elapsed = began.elapsed();
    // Who asks for the healthy ones wants to see them.
    let all = args.all || args.phones.status.contains(&Status::Ok);
    let style = |style| Style { all, verbosity: args.run.verbosity(), group_by: args.group_by, ..style };
    let mut overview = std::mem::take(&mut scan.overview);
    let redactor = setup::redactor(&args.run, || {
        pool.install(|| Redactor::of(&Report { overview: &overview, devices: &scan }))
    })?;
    if let Some(redactor) = &redactor {
        redactor.overview(&mut overview);
    }
    let redacted = redactor.as_ref().map(|redactor| Redacted { devices: &scan, redactor });
    let devices: &dyn Devices = redacted.as_ref().map_or(&scan, |redacted| redacted);
    let report = Report { overview: &overview, devices };
    pool.install(|| -> Result<(), Failure> {
        for (file, format) in files {
            file.write(|out| format.write(&report, &style(terminal::file_style()), out))?;
        }
        if args.output.is_empty() || args.format.is_some() {
            let format = args.format.unwrap_or(&FORMATS[0]);
            let style = style(terminal::style(args.run.color));
            output::to_standard(|out| format.write(&report, &style, out))?;
        }
        Ok(())
    })?;
    let is_told = args.group_by.is_none()
        && (args.output.is_empty() || args.format.is_some())
        && args.format.is_none_or(|format| format.tells_problems());
    if !is_told {
        notices::problems(&overview.problems, args.run.verbosity());
    }
    notices::left_out(&scan, &overview, args.run.verbosity());
    Ok(status(&scan, &overview, args.fail_on))
}

/// `phonecert events`.
pub(crate) fn events(args: EventsArgs) -> Result<u8, Failure> {
    let files = setup::files(&args.output, args.force)?;
    let options = setup::options(&args.read, &args.phones, &args.codes, None)?;
    let inputs = setup::inputs(&args.read)?;
    let pool = setup::pool(&args.run)?;
    let scan = pool
        .install(|| setup::watched(&inputs, &args.run, |watch| scan::scan_events(&inputs, options, watch)))
        .map_err(waiting_room)?;
    let redactor = setup::redactor(&args.run, || names_of_events(&scan).map(Redactor::new))?;
    let write = |format: &EventFormat, style: Style, out: &mut dyn Write| {
        let mut writer = (format.writer)(&style);
        writer.begin(out)?;
        scan.events(|mut event| {
            if let Some(redactor) = &redactor {
                redactor.event(&mut event);
            }
            writer.row(event, out)
        })?;
        writer.end(out)
    };
    for (file, format) in files {
        file.write(|out| write(format, terminal::file_style(), out))?;
    }
    if args.output.is_empty() || args.format.is_some() {
        let format = args.format.unwrap_or(&EVENT_FORMATS[0]);
        let style = Style { verbosity: args.run.verbosity(), ..terminal::style(args.run.color) };
        output::to_standard(|out| write(format, style, out))?;
    }
    let mut overview = scan.overview.clone();
    if let Some(redactor) = &redactor {
        redactor.overview(&mut overview);
    }
    notices::left_out(&scan, &overview, args.run.verbosity());
    notices::problems(&overview.problems, args.run.verbosity());
    Ok(status(&scan, &overview, FailOn::Never))
}

/// Whatever the events and the problems name.
fn names_of_events(scan: &Scan) -> io::Result<Names> {
    let mut names = Names::of_phones(scan.macs());
    scan.events(|event| {
        names.event(&event);
        Ok(())
    })?;
    scan.overview.problems.iter().for_each(|problem| names.problem(problem));
    Ok(names)
}

/// More events than this make no story, …
const MOST_EVENTS: usize = 100_000;
/// … nor do more bytes of them.
const MOST_BYTES: usize = 32 << 20;

/// About how many bytes it takes to keep this event.
fn room_for(event: &EventRow) -> usize {
    let texts = event.fields.values().filter_map(|value| value.as_str()).map(str::len);
    512 + event.file.len() + texts.sum::<usize>()
}

/// `phonecert device`.
pub(crate) fn device(args: DeviceArgs) -> Result<u8, Failure> {
    let files = setup::files(&args.output, args.force)?;
    let phones = PhoneArgs { device: vec![args.mac], status: Vec::new() };
    let options = setup::options(&args.read, &phones, &args.codes, None)?;
    let inputs = setup::inputs(&args.read)?;
    let pool = setup::pool(&args.run)?;
    let scan = pool
        .install(|| setup::watched(&inputs, &args.run, |watch| scan::scan_events(&inputs, options, watch)))
        .map_err(waiting_room)?;
    let mut overview = scan.overview.clone();
    let redactor = setup::redactor(&args.run, || {
        let mut names = names_of_events(&scan)?;
        (0..scan.len()).for_each(|place| names.device(&scan.device(place)));
        Ok(Redactor::new(names))
    })?;
    if let Some(redactor) = &redactor {
        redactor.overview(&mut overview);
    }
    notices::problems(&overview.problems, args.run.verbosity());
    if scan.is_empty() {
        notices::tell(&format!("no log of {} was found", args.mac));
        return Ok(FOUND_NOTHING);
    }
    let mut device = scan.device(0);
    let mut events = Vec::new();
    let (mut room, mut left_out) = (MOST_BYTES, 0_u64);
    scan.events(|event| {
        room = room.saturating_sub(room_for(&event));
        if events.len() < MOST_EVENTS && room > 0 {
            events.push(event);
        } else {
            left_out += 1;
        }
        Ok(())
    })
    .map_err(waiting_room)?;
    if let Some(redactor) = &redactor {
        redactor.device(&mut device);
        events.iter_mut().for_each(|event| redactor.event(event));
    }
    if left_out > 0 {
        notices::tell(&format!(
            "the story leaves out the last {left_out} events; `phonecert events` lists them all"
        ));
    }
    for (file, format) in files {
        file.write(|out| write_story(&device, &events, format.into(), &terminal::file_style(), out))?;
    }
    if args.output.is_empty() || args.format.is_some() {
        let format = args.format.unwrap_or(DeviceFormat::Text).into();
        let style = Style { verbosity: args.run.verbosity(), ..terminal::style(args.run.color) };
        output::to_standard(|out| write_story(&device, &events, format, &style, out))?;
    }
    Ok(status(&scan, &overview, FailOn::Error))
}

impl From<DeviceFormat> for StoryFormat {
    fn from(format: DeviceFormat) -> Self {
        match format {
            DeviceFormat::Text => Self::Text,
            DeviceFormat::Markdown => Self::Markdown,
            DeviceFormat::Json => Self::Json,
        }
    }
}

fn waiting_room(error: io::Error) -> Failure {
    Failure::Setup(format!("events wait in a temporary file, and that failed: {error}"))
}

fn status(scan: &Scan, overview: &Overview, fail_on: FailOn) -> u8 {
    let is_severe = |severity: Severity| match fail_on {
        FailOn::Error => severity == Severity::Error,
        FailOn::Warning => severity <= Severity::Warning,
        FailOn::Never => false,
    };
    let by_code = &overview.summary.by_code;
    let failed = CATALOGUE.iter().any(|rule| is_severe(rule.severity) && by_code.contains_key(rule.code));
    match (failed, scan.found_any, overview.problems.is_empty()) {
        (true, ..) => FOUND_TROUBLE,
        (_, false, _) => FOUND_NOTHING,
        (_, _, false) => NOT_ALL_READ,
        _ => 0,
    }
}
