//! The commands that read logs: from arguments to an answer and an exit status.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::Local;
use phonecert::check::CATALOGUE;
use phonecert::input::{Inputs, files_from};
use phonecert::inventory::Inventory;
use phonecert::report::shape::Severity;
use phonecert::report::text::visible::visible;
use phonecert::report::{FORMATS, Format, Report, Style, Verbosity};
use phonecert::scan::{self, Options, Scan, Selection, Watch};
use phonecert::timeline::Clock;
use phonecert::window::Window;

use crate::cli::{CodeArgs, CodePrefix, FailOn, ReadArgs, RunArgs, ScanArgs};
use crate::output::{self, FileOutput};
use crate::progress::Progress;
use crate::{Failure, terminal};

const FOUND_TROUBLE: u8 = 1;
const FOUND_NOTHING: u8 = 3;
const NOT_ALL_READ: u8 = 4;

/// `phonecert scan`.
pub(crate) fn scan(args: ScanArgs) -> Result<u8, Failure> {
    let began = Instant::now();
    let files = files(&args.output, args.force)?;
    let inventory = args.inventory.as_deref().map(read_inventory).transpose()?;
    let options = Options {
        clock: clock(&args.read),
        devices: args.phones.device.clone(),
        statuses: args.phones.status.clone(),
        selection: selection(&args.codes)?,
        inventory,
    };
    let inputs = inputs(&args.read)?;
    let mut scan = in_pool(&args.run, || read(&inputs, options, &args.run))?;
    scan.overview.elapsed = began.elapsed();
    let told = Style {
        all: args.all,
        verbosity: args.run.verbosity(),
        group_by: args.group_by,
        ..terminal::style(args.run.color)
    };
    let report = Report { overview: &scan.overview, devices: &scan };
    in_pool(&args.run, || {
        for (file, format) in files {
            let style = Style {
                all: args.all,
                verbosity: told.verbosity,
                group_by: args.group_by,
                ..terminal::file_style()
            };
            file.write(|out| format.write(&report, &style, out))?;
        }
        if args.output.is_empty() || args.format.is_some() {
            let format = args.format.unwrap_or(&FORMATS[0]);
            output::to_standard(|out| format.write(&report, &told, out))?;
        }
        Ok::<(), Failure>(())
    })??;
    warn(&scan, &args.run);
    Ok(status(&scan, args.fail_on))
}

fn files(
    outputs: &[crate::cli::Output<&'static Format>],
    force: bool,
) -> Result<Vec<(FileOutput, &'static Format)>, Failure> {
    outputs.iter().map(|output| Ok((FileOutput::create(&output.path, force)?, output.format))).collect()
}

fn read_inventory(path: &Path) -> Result<Inventory, Failure> {
    let name = path.to_string_lossy().into_owned();
    let failed =
        |error: &dyn std::fmt::Display| Failure::Input { path: name.clone(), message: error.to_string() };
    let file = File::open(path).map_err(|error| failed(&error))?;
    Inventory::read(&name, file).map_err(|error| failed(&error))
}

fn clock(args: &ReadArgs) -> Clock {
    let now = Local::now().naive_local();
    let window = Window {
        since: args.since.as_ref().map(|since| since.0.before(now)),
        until: args.until.as_ref().map(|until| until.0.before(now)),
    };
    Clock { window, year: args.year, now }
}

/// Refuses a code that no diagnosis begins with: it would silently select nothing.
fn selection(args: &CodeArgs) -> Result<Selection, Failure> {
    for prefix in args.select.iter().chain(&args.ignore) {
        if !CATALOGUE.iter().any(|rule| prefix.matches(rule.code)) {
            return Err(Failure::Setup(format!(
                "no diagnosis has a code that begins with '{prefix}'; `phonecert explain` lists them all"
            )));
        }
    }
    let (select, ignore) = (args.select.clone(), args.ignore.clone());
    Ok(Selection::new(move |code| {
        let any = |prefixes: &[CodePrefix]| prefixes.iter().any(|prefix| prefix.matches(code));
        (select.is_empty() || any(&select)) && !any(&ignore)
    }))
}

fn inputs(args: &ReadArgs) -> Result<Inputs, Failure> {
    let mut paths: Vec<PathBuf> = args.paths();
    if let Some(list) = &args.files_from {
        let failed = |error: io::Error| Failure::Input {
            path: list.to_string_lossy().into_owned(),
            message: error.to_string(),
        };
        let listed = if list == Path::new("-") {
            files_from(&mut io::stdin().lock())
        } else {
            File::open(list).and_then(|file| files_from(&mut BufReader::new(file)))
        };
        paths.extend(listed.map_err(failed)?);
    }
    Ok(Inputs::new(paths))
}

fn in_pool<T: Send>(args: &RunArgs, run: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let threads = args.threads.map_or(0, |threads| usize::from(threads.get()));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Failure::Setup(format!("threads cannot be started: {error}")))?;
    Ok(pool.install(run))
}

fn read(inputs: &Inputs, options: Options, args: &RunArgs) -> Scan {
    let watch = Shown(Progress::new(!args.no_progress && !args.quiet));
    scan::scan(inputs, options, &watch)
}

/// Shows on standard error how far the scan is.
struct Shown(Progress);

impl Watch for Shown {
    fn advanced(&self, logs: u64, bytes: u64) {
        (0..logs).for_each(|_| self.0.finished_log());
        self.0.advanced(bytes);
    }
}

/// What a person should know who does not read the answer's foot: what was left out.
fn warn(scan: &Scan, args: &RunArgs) {
    if args.verbosity() == Verbosity::Quiet {
        return;
    }
    let mut told = String::new();
    if let Some(first) = scan.unopened_archives.first() {
        let count = scan.unopened_archives.len();
        told += &format!(
            "phonecert: {count} archives in searched directories were not opened, such as {}; name them to read them\n",
            visible(first)
        );
    }
    if !scan.found_any {
        told += "phonecert: no log was found: logs are named like 0004f2a1b2c3-app.log; a file of another name is read when you name it\n";
    }
    // Where standard error is gone, nobody is warned.
    let _ = io::stderr().write_all(told.as_bytes());
}

fn status(scan: &Scan, fail_on: FailOn) -> u8 {
    let is_severe = |severity: Severity| match fail_on {
        FailOn::Error => severity == Severity::Error,
        FailOn::Warning => severity <= Severity::Warning,
        FailOn::Never => false,
    };
    let by_code = &scan.overview.summary.by_code;
    let failed = CATALOGUE.iter().any(|rule| is_severe(rule.severity) && by_code.contains_key(rule.code));
    match (failed, scan.found_any, scan.overview.problems.is_empty()) {
        (true, ..) => FOUND_TROUBLE,
        (_, false, _) => FOUND_NOTHING,
        (_, _, false) => NOT_ALL_READ,
        _ => 0,
    }
}
