//! `phonecert watch`.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::Local;
use phonecert::input::shown_path;
use phonecert::problem::Problem;
use phonecert::quantity::counted;
use phonecert::redact::{self, Redactor};
use phonecert::report::text::visible::visible;
use phonecert::report::watch::{Change, Statuses, WATCH_FORMATS, WatchWriter};
use phonecert::report::{Devices, FORMATS, Overview, Redacted, ScanReport};
use phonecert::scan::{LiveScan, NoProgress, Scan};

use super::notices;
use super::setup::{self, Setup};
use crate::cli::WatchArgs;
use crate::watch::{COMPARE_LINKS, Key, Notifier, Screen, Wake};
use crate::{Failure, interrupt, output};

/// After the first notification of a change, the program waits this long before it looks at the files, since
/// changes come in groups.
const DEBOUNCE: Duration = Duration::from_millis(150);

const TIME: &str = "%Y-%m-%dT%H:%M:%S";

/// Shows the phones and their changes until the user ends it.
pub(crate) fn run(args: WatchArgs) -> Result<u8, Failure> {
    let mut setup = Setup::new(&args.read, &args.run, &args.phones, &args.codes, args.inventory.as_deref())?;
    setup.options.stale = args.stale.stale;
    setup.paths.iter().try_for_each(|path| refuse_pipe(path))?;
    let is_terminal = io::stdout().is_terminal();
    let [table, text, _] = &WATCH_FORMATS;
    let format = args.format.unwrap_or(if is_terminal { table } else { text });
    if format.write.is_none() && !is_terminal {
        return Err(Failure::Setup("--format table needs a terminal; text and jsonl do not".to_owned()));
    }
    let (wake, wakes) = mpsc::channel();
    // Watching begins before the first scan, so that changes during the scan are not missed.
    let poll = args.poll.map(|seconds| Duration::from_secs(u64::from(seconds.get())));
    let mut notifier = Notifier::new(&setup.paths, poll, wake.clone());
    let mut live = LiveScan::default();
    let scan = setup.scan(&args.read, &args.run, |found, options, progress| {
        notifier.follow(&found.links);
        live.rescan(found, options, progress)
    });
    let write = format.write;
    let (shown, table, last, screen) = (None, String::new(), None, None);
    let mut watch = Watch { args, write, setup, live, notifier, shown, table, last, screen };
    if let Some(scan) = scan {
        watch.take(scan, true)?;
    }
    watch.report_polling();
    let signals = wake.clone();
    interrupt::listen(move |signal| _ = signals.send(Wake::Signal(signal)));
    if write.is_none() {
        let screen = Screen::open(wake).map_err(|error| Failure::Setup(format!("the terminal: {error}")))?;
        watch.screen = Some(screen);
    } else {
        let phones = watch.shown.as_ref().map_or(0, |shown| shown.scan.len() as u64);
        let text = format!("watching {}; Ctrl-C ends", counted(phones, "phone"));
        notices::say(&text, watch.args.run.verbosity());
    }
    watch.follow(&wakes)
}

/// Refuses pipes, which can be read only once and so can't be watched.
fn refuse_pipe(path: &Path) -> Result<(), Failure> {
    let is_special = std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if path != Path::new("-") && !is_special {
        return Ok(());
    }
    Err(Failure::Input {
        path: shown_path(path),
        message: "can be read only once, so it can't be watched".to_owned(),
    })
}

struct Watch {
    args: WatchArgs,
    /// Writes a change; None if a table is drawn, so that nothing else may be written to the terminal.
    write: WatchWriter,
    setup: Setup,
    live: LiveScan,
    notifier: Notifier,
    shown: Option<LastAnswer>,
    /// The text on the screen. No line is wider than the terminal.
    table: String,
    /// The last change.
    last: Option<String>,
    screen: Option<Screen>,
}

/// The answer after the last change.
struct LastAnswer {
    scan: Scan,
    overview: Overview,
    statuses: Statuses,
    problems: Vec<Problem>,
    redactor: Option<Redactor>,
}

impl Watch {
    /// Looks for changes and takes keys until the user ends it; returns the exit status.
    fn follow(&mut self, wakes: &Receiver<Wake>) -> Result<u8, Failure> {
        self.draw()?;
        let mut next = Instant::now() + DEBOUNCE;
        // The next scan waits at least as long as the last one took, so that scans take at most half of the time.
        let mut earliest = next;
        loop {
            let until_next = next.saturating_duration_since(Instant::now());
            match wakes.recv_timeout(until_next.min(COMPARE_LINKS)) {
                Err(RecvTimeoutError::Timeout) if until_next > COMPARE_LINKS => {
                    if self.notifier.has_new_target() {
                        next = next.min(earliest.max(Instant::now() + DEBOUNCE));
                    }
                }
                Ok(Wake::Changed) => next = next.min(earliest.max(Instant::now() + DEBOUNCE)),
                Ok(Wake::Signal(interrupt::INTERRUPT) | Wake::Key(Key::Quit)) => return Ok(0),
                Ok(Wake::Signal(signal)) => return Ok(u8::try_from(128 + signal).unwrap_or(crate::FAILED)),
                Ok(Wake::Key(key)) => {
                    self.screen.iter_mut().for_each(|screen| screen.scroll(key));
                    self.draw()?;
                }
                Ok(Wake::Resized) => {
                    self.render()?;
                    self.draw()?;
                }
                Err(RecvTimeoutError::Timeout) => {
                    let began = Instant::now();
                    if self.notifier.renew() && self.write.is_some() {
                        self.report_polling();
                    }
                    let changes = self.look()?;
                    if let Some(write) = self.write {
                        output::to_standard(|out| changes.iter().try_for_each(|change| write(change, out)))?;
                    }
                    self.draw()?;
                    let took = began.elapsed();
                    earliest = Instant::now() + took;
                    next = Instant::now() + self.notifier.wait_timeout().max(took);
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }

    /// Reads what changed. On each new day everything is read again, since "now" and `--since 7d` mean other
    /// times then.
    fn look(&mut self) -> Result<Vec<Change>, Failure> {
        let clock = setup::clock(&self.args.read);
        let Setup { paths, options, pool } = &mut self.setup;
        if clock.now.date() != options.clock.now.date() {
            self.live.reset();
            options.clock = clock;
        }
        options.clock.now = clock.now;
        let found = setup::find(paths, &self.args.read.paths);
        self.notifier.follow(&found.links);
        match pool.install(|| self.live.rescan(&found, options, &NoProgress)) {
            Some(scan) => self.take(scan, false),
            None => Ok(Vec::new()),
        }
    }

    /// Replaces the last answer by a new one; returns the changes.
    fn take(&mut self, mut scan: Scan, is_first: bool) -> Result<Vec<Change>, Failure> {
        let verbosity = self.args.run.verbosity();
        let mut overview = std::mem::take(&mut scan.overview);
        let problems = overview.problems.clone();
        let (statuses, redactor) = self.setup.pool.install(|| {
            let previous = self.shown.as_ref().and_then(|old| old.redactor.as_ref());
            let redactor = setup::redact(&self.args.run, &scan, &mut overview, previous, |redactor| {
                Redacted::new(&scan, redactor).visit();
                Ok(())
            })?;
            let paths = problems.iter().map(|problem| &*problem.path);
            // Of all phones: one that leaves the wanted statuses is not gone, and one that takes them on is not new.
            let phones = scan.map_of_any_status(Statuses::known_of);
            let statuses = Statuses::of(phones, scan.configured(), paths, overview.selection.as_ref());
            Ok::<_, Failure>((statuses, redactor))
        })?;
        let new = LastAnswer { scan, overview, statuses, problems, redactor };
        let old = self.shown.as_ref();
        let is_new = |problem: &&Problem| old.is_none_or(|old| !old.problems.contains(problem));
        let shown = redact::Shown::by(new.redactor.as_ref());
        let problems = new.problems.iter().filter(is_new).map(|problem| shown.problem(problem));
        let problems: Vec<Problem> = problems.collect();
        if is_first {
            notices::left_out(&new.scan, &new.overview, shown, verbosity);
        }
        // The table on a terminal lists problems in its closing lines.
        if is_first || self.write.is_some() {
            notices::problems(&problems, verbosity);
        }
        let time = Local::now().format(TIME).to_string();
        let mut changes = match old {
            Some(old) => new.statuses.changes_since(&old.statuses, &time),
            None => Vec::new(),
        };
        changes.retain(|change| change.concerns(&self.args.phones.status));
        for change in &mut changes {
            if let Some(redactor) = &new.redactor {
                change.phone.mac = change.phone.mac.map(|mac| redactor.mac(mac));
                change.phone.file = change.phone.file.take().map(|file| redactor.path(&file).into());
            }
        }
        self.last = changes.last().map(ToString::to_string).or(self.last.take());
        self.shown = Some(new);
        self.render()?;
        Ok(changes)
    }

    /// Renders the table to the terminal's width.
    fn render(&mut self) -> Result<(), Failure> {
        let Some(shown) = self.shown.as_ref().filter(|_| self.write.is_none()) else { return Ok(()) };
        let redacted = shown.redactor.as_ref().map(|redactor| Redacted::new(&shown.scan, redactor));
        let devices: &dyn Devices = redacted.as_ref().map_or(&shown.scan, |redacted| redacted);
        let report = ScanReport { overview: &shown.overview, devices };
        let mut bytes = Vec::new();
        let style = self.args.style();
        let written = self.setup.pool.install(|| FORMATS[0].write(&report, &style, &mut bytes));
        written.map_err(|error| Failure::Setup(format!("the table: {error}")))?;
        self.table = String::from_utf8_lossy(&bytes).into_owned();
        Ok(())
    }

    /// If all files are polled, says why.
    fn report_polling(&self) {
        if let Some(why) = &self.notifier.why_polling {
            let text = "checking all files every second, because changes are not reported";
            notices::say(&format!("{text}: {}", visible(why)), self.args.run.verbosity());
        }
    }

    fn draw(&mut self) -> Result<(), Failure> {
        let Some(screen) = &mut self.screen else { return Ok(()) };
        let now = Local::now();
        // A change of today is shown without its date.
        let today = now.format("%Y-%m-%dT").to_string();
        let last = self.last.as_deref().map(|last| last.strip_prefix(&today).unwrap_or(last));
        let clock = now.format("%H:%M:%S").to_string();
        let polling = self.notifier.why_polling.is_some().then_some("checking every second");
        let others: Vec<&str> = polling.into_iter().chain([clock.as_str(), "q ends"]).collect();
        screen.draw(&self.table, last, &others).map_err(|error| output::OutputError::Standard(error).into())
    }
}
