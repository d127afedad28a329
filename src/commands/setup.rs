//! Prepares what commands need from their arguments.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Local, NaiveDateTime, TimeDelta};
use phonecert::input::{self, FoundFiles, decoded, files_from, shown_path};
use phonecert::inventory::Inventory;
use phonecert::model::Mac;
use phonecert::phone::Selection;
use phonecert::problem::ProblemKind;
use phonecert::redact::{Redactor, Shown};
use phonecert::report::{Format, Overview, Style, Verbosity};
use phonecert::scan::{Options, Records, ReportProgress, Scan};
use phonecert::timeline::Clock;
use phonecert::window::Window;
use rayon::ThreadPool;

use super::notices;
use crate::Failure;
use crate::cli::{CodeArgs, Formats, PathArgs, PhoneArgs, ReadArgs, RunArgs, WindowArgs, WriteArgs};
use crate::output::{self, FileOutput};
use crate::progress::Progress;

/// Where an answer goes: files, standard output, or both.
pub(super) struct AnswerOutput<W: 'static> {
    files: Vec<(FileOutput, &'static Format<W>)>,
    /// The format of standard output; None if only files were asked for.
    pub(super) standard: Option<&'static Format<W>>,
}

impl<W: Formats> AnswerOutput<W> {
    /// Prepares the files before the work is done, so that a file that can't be written is reported early.
    pub(super) fn prepare(args: &WriteArgs<W>) -> Result<Self, Failure> {
        let files = args.output.iter().map(|output| {
            let file = FileOutput::create(&output.path, args.force)?;
            Ok((file, output.format))
        });
        let files = files.collect::<Result<_, Failure>>()?;
        let default = if args.output.is_empty() { W::TABLE.first() } else { None };
        Ok(Self { files, standard: args.format.or(default) })
    }

    /// Keeps the existing files that this would replace. If no log was found, for instance because a share is not mounted,
    /// the last answer is worth more than an empty one.
    pub(super) fn leave_files(&mut self, shown: Shown<'_>, verbosity: Verbosity) {
        self.files.retain(|(file, _)| {
            let replaced = file.replaced();
            replaced.into_iter().for_each(|path| notices::left_as_it_was(path, shown, verbosity));
            replaced.is_none()
        });
    }

    /// Writes the answer to all outputs. `style` is that of standard output.
    pub(super) fn write(
        self,
        style: Style,
        write: impl Fn(&Format<W>, &Style, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let of_file = Style { color: false, timing: false, ..style };
        for (file, format) in self.files {
            file.write(|out| write(format, &of_file, out))?;
        }
        if let Some(format) = self.standard {
            output::to_standard(|out| write(format, &style, out))?;
        }
        Ok(())
    }
}

/// Reads a file that the run needs, or standard input for `-`; UTF-16 is decoded into UTF-8.
pub(super) fn read_input<T, E: std::fmt::Display>(
    path: &Path,
    read: impl FnOnce(&str, &mut dyn BufRead) -> Result<T, E>,
) -> Result<T, Failure> {
    let name = shown_path(path);
    let failed =
        |error: &dyn std::fmt::Display| Failure::Input { path: name.clone(), message: error.to_string() };
    let input: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path).map_err(|error| failed(&error))?),
    };
    read(&name, &mut BufReader::new(decoded(input))).map_err(|error| failed(&error))
}

/// What a scan needs.
pub(super) struct Setup {
    /// The paths of the command line and of `--files-from`.
    pub(super) paths: Vec<PathBuf>,
    pub(super) options: Options,
    pub(super) pool: ThreadPool,
}

impl Setup {
    pub(super) fn new(
        read: &ReadArgs,
        run: &RunArgs,
        phones: &PhoneArgs,
        codes: &CodeArgs,
        inventory: Option<&Path>,
    ) -> Result<Self, Failure> {
        let inventory = inventory.map(|path| read_input(path, |name, file| Inventory::read(name, file)));
        let inventory = inventory.transpose()?;
        let paths = paths(&read.paths, run)?;
        let options = Options {
            clock: clock(read),
            devices: phones.device.clone(),
            statuses: phones.status.clone(),
            selection: Selection { select: codes.select.clone(), ignore: codes.ignore.clone() },
            inventory,
            roots: (!read.paths.no_config).then(|| paths.clone()),
            // Only some commands mark phones without a recent line, and set this.
            stale: TimeDelta::MAX,
            names_of_all: run.redact,
        };
        Ok(Self { paths, options, pool: pool(run)? })
    }

    /// Looks for logs, and runs `scan` of them with a progress bar.
    pub(super) fn scan<T: Send>(
        &self,
        read: &ReadArgs,
        run: &RunArgs,
        scan: impl FnOnce(&FoundFiles, &Options, &dyn ReportProgress) -> T + Send,
    ) -> T {
        self.pool.install(|| {
            let found = find(&self.paths, &read.paths);
            scan(&found, &self.options, &progress(&found, run))
        })
    }
}

/// The options about times, relative to the start of the run.
pub(super) fn clock(read: &ReadArgs) -> Clock {
    let now = now().naive_local();
    Clock { window: window(&read.window, now), year: read.year, now }
}

/// The window that is asked for.
pub(super) fn window(args: &WindowArgs, now: NaiveDateTime) -> Window {
    Window {
        since: args.since.as_ref().map(|since| since.before(now)),
        until: args.until.as_ref().map(|until| until.before(now)),
    }
}

/// Reads the files of records.
pub(super) fn records(paths: &[PathBuf], options: &mut Options) -> Result<Records, Failure> {
    let mut records = Records::new().map_err(temporary_file_failed)?;
    for path in paths {
        read_input(path, |_, file| {
            records.read(Box::new(file))?;
            records.check_window(&options.clock.window)
        })?;
    }
    options.clock.window = records.window();
    Ok(records)
}

/// The failure of the temporary file in which records or events wait.
pub(super) fn temporary_file_failed(error: io::Error) -> Failure {
    Failure::Setup(format!("the temporary file of the scan: {error}"))
}

/// The start of the run, local time; or the time in `SOURCE_DATE_EPOCH` (seconds since 1970), if that is set.
pub(super) fn now() -> DateTime<Local> {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let fixed = fixed.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    fixed.map_or_else(Local::now, |time| time.with_timezone(&Local))
}

/// The command line, quoted so that a shell accepts it.
pub(super) fn command_line() -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_=+./:,@%".contains(character);
    let arguments = std::env::args_os().skip(1).map(|argument| {
        let argument = argument.to_string_lossy();
        match !argument.is_empty() && argument.chars().all(is_plain) {
            true => argument.into_owned(),
            false => format!("'{}'", argument.replace('\'', r"'\''")),
        }
    });
    std::iter::once("phonecert".to_owned()).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// The paths of the command line and of `--files-from`.
pub(super) fn paths(args: &PathArgs, run: &RunArgs) -> Result<Vec<PathBuf>, Failure> {
    let mut paths: Vec<PathBuf> = args.paths();
    if !run.quiet {
        print_hints(args, &paths, run.redact);
    }
    if let Some(list) = &args.files_from {
        let listed = read_input(list, |_, mut file| files_from(&mut file))?;
        paths.extend(listed);
    }
    Ok(paths)
}

/// Warns of arguments that were probably meant in another way.
fn print_hints(args: &PathArgs, paths: &[PathBuf], redact: bool) {
    let reads = paths.iter().chain(&args.files_from).any(|path| path == Path::new("-"));
    if reads && io::stdin().is_terminal() {
        let what = if args.files_from.is_some() { "paths, one per line," } else { "a log" };
        notices::write_line(&format!("reading {what} from the keyboard; Ctrl-D ends it, Ctrl-C gives up"));
    }
    for path in paths.iter().filter(|path| !path.exists()) {
        if let Some(mac) = path.to_str().and_then(|text| text.parse::<Mac>().ok()) {
            let hint = match redact {
                true => "an address is no file; `--device MAC` selects a phone".to_owned(),
                false => format!("{mac} is not a file; `--device {mac}` selects that phone"),
            };
            notices::write_line(&hint);
        }
    }
}

/// The most threads; more would only wait for each other.
const MAX_THREADS: usize = 256;

pub(super) fn pool(args: &RunArgs) -> Result<ThreadPool, Failure> {
    let threads = args.threads.map_or(0, |threads| usize::from(threads.get()).min(MAX_THREADS));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| Failure::Setup(format!("threads cannot be started: {error}")))
}

/// Redacts `overview` if `--redact` asks for it, and returns the redactor for the answer. `first_pass` must redact this
/// once. What every answer about these logs can name is numbered before the rest, whatever this one shows. Pseudonyms of
/// a `previous` answer stay the same.
pub(super) fn redact(
    args: &RunArgs,
    scan: &Scan,
    overview: &mut Overview,
    previous: Option<&Redactor>,
    first_pass: impl FnOnce(&Redactor) -> io::Result<()>,
) -> Result<Option<Redactor>, Failure> {
    if !args.redact {
        return Ok(None);
    }
    let of_all = Redactor::after(previous, scan.all_macs(), |redactor| {
        scan.name_all(redactor);
        let is_of_archive =
            |kind| matches!(kind, ProblemKind::CorruptArchive | ProblemKind::TruncatedArchive);
        let archives = overview.problems.iter().filter(|problem| is_of_archive(problem.kind));
        archives.for_each(|problem| _ = redactor.path(&problem.path));
        Ok::<_, Failure>(())
    })?;
    let redactor = Redactor::after(Some(&of_all), [], |redactor| {
        redactor.overview(&mut overview.clone());
        first_pass(redactor)
    });
    let redactor = redactor.map_err(|error| Failure::Setup(format!("--redact failed: {error}")))?;
    redactor.overview(overview);
    Ok(Some(redactor))
}

/// Looks for logs, and for configuration files if they are wanted.
pub(super) fn find(paths: &[PathBuf], read: &PathArgs) -> FoundFiles {
    let (archives, configs) = (!read.no_archives, !read.no_config);
    input::find(paths, &input::Options { archives, configs, ..input::Options::default() })
}

/// The progress bar for reading what was found.
pub(super) fn progress(found: &FoundFiles, run: &RunArgs) -> Progress {
    Progress::new(!run.no_progress && !run.quiet, found.log_count() as u64)
}
