//! From arguments to what a scan needs.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use chrono::Local;
use phonecert::check::CATALOGUE;
use phonecert::input::{Inputs, files_from};
use phonecert::inventory::Inventory;
use phonecert::redact::Redactor;
use phonecert::scan::{Options, Selection, Watch};
use phonecert::timeline::Clock;
use phonecert::window::Window;
use rayon::ThreadPool;

use crate::Failure;
use crate::cli::{CodeArgs, CodePrefix, Output, PhoneArgs, ReadArgs, RunArgs};
use crate::output::FileOutput;
use crate::progress::Progress;

/// Prepares the files before the work is done, so that what stands in their way is known early.
pub(super) fn files<F: Copy>(outputs: &[Output<F>], force: bool) -> Result<Vec<(FileOutput, F)>, Failure> {
    outputs.iter().map(|output| Ok((FileOutput::create(&output.path, force)?, output.format))).collect()
}

/// Reads `--inventory`.
pub(super) fn inventory(path: &Path) -> Result<Inventory, Failure> {
    let name = path.to_string_lossy().into_owned();
    let failed =
        |error: &dyn std::fmt::Display| Failure::Input { path: name.clone(), message: error.to_string() };
    let file = File::open(path).map_err(|error| failed(&error))?;
    Inventory::read(&name, file).map_err(|error| failed(&error))
}

pub(super) fn options(
    read: &ReadArgs,
    phones: &PhoneArgs,
    codes: &CodeArgs,
    inventory: Option<Inventory>,
) -> Result<Options, Failure> {
    let now = Local::now().naive_local();
    let window = Window {
        since: read.since.as_ref().map(|since| since.0.before(now)),
        until: read.until.as_ref().map(|until| until.0.before(now)),
    };
    Ok(Options {
        clock: Clock { window, year: read.year, now },
        devices: phones.device.clone(),
        statuses: phones.status.clone(),
        selection: selection(codes)?,
        inventory,
    })
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

/// The paths of the command line and of `--files-from`.
pub(super) fn inputs(args: &ReadArgs) -> Result<Inputs, Failure> {
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

/// More threads than this only wait for each other.
const MOST_THREADS: usize = 256;

pub(super) fn pool(args: &RunArgs) -> Result<ThreadPool, Failure> {
    let threads = args.threads.map_or(0, |threads| usize::from(threads.get()).min(MOST_THREADS));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Failure::Setup(format!("threads cannot be started: {error}")))
}

/// What `--redact` asks for.
pub(super) fn redactor(
    args: &RunArgs,
    make: impl FnOnce() -> io::Result<Redactor>,
) -> Result<Option<Redactor>, Failure> {
    let failed = |error| Failure::Setup(format!("--redact failed: {error}"));
    args.redact.then(make).transpose().map_err(failed)
}

/// Runs a scan with a progress bar, where a person looks at it.
pub(super) fn watched<T>(inputs: &Inputs, args: &RunArgs, scan: impl FnOnce(&dyn Watch) -> T) -> T {
    let watch = Shown(Progress::new(!args.no_progress && !args.quiet));
    if !watch.0.is_shown() {
        return scan(&watch);
    }
    std::thread::scope(|scope| {
        // The estimate needs the whole, which a walk of its own finds out.
        scope.spawn(|| {
            let (logs, bytes) = inputs.measure();
            watch.0.found(logs, bytes);
        });
        scan(&watch)
    })
}

/// Shows on standard error how far the scan is.
struct Shown(Progress);

impl Watch for Shown {
    fn advanced(&self, logs: u64, bytes: u64) {
        (0..logs).for_each(|_| self.0.finished_log());
        self.0.advanced(bytes);
    }
}
