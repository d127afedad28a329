//! The program: from arguments to an exit status.

mod cli;
mod commands;
mod interrupt;
mod output;
mod progress;
mod terminal;
mod watch;

use std::convert::Infallible;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use cli::{Cli, Command};
use output::OutputError;
use phonecert::redact::Redactor;
use phonecert::report::text::visible::visible;

/// mimalloc, since logs of many phones mean many small allocations from several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit status: wrong usage, or the run itself failed.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::of(arguments()) {
        Ok(cli) => cli,
        Err(error) => return answer_usage(&error),
    };
    // If signals can't be handled, they end the run immediately, as by default.
    let _ = interrupt::watch();
    let is_redacted = cli.command.is_redacted();
    match run(cli.command) {
        Ok(status) => ExitCode::from(status),
        Err(error) if is_redacted => fail(&error.redacted()),
        Err(error) => fail(&error),
    }
}

/// The command line, with wildcards expanded as a Unix shell does. A pattern without matches is kept.
#[cfg(windows)]
fn arguments() -> impl Iterator<Item = OsString> {
    wild::args_os()
}

/// The command line, in which the shell has already expanded wildcards.
#[cfg(not(windows))]
fn arguments() -> impl Iterator<Item = OsString> {
    std::env::args_os()
}

/// Runs the command; returns the exit status.
fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Scan(args) => return commands::scan::run(*args),
        Command::Events(args) => return commands::events::run(*args),
        Command::Device(args) => return commands::device::run(*args),
        Command::Explain(args) => return commands::explain::run(&args),
        Command::Lookup(args) => return commands::lookup::run(&args),
        Command::Config(args) => return commands::config::run(*args),
        Command::Diff(args) => return commands::diff::run(&args),
        Command::Watch(args) => return commands::watch::run(*args),
        Command::List(args) => return commands::list::run(&args),
        Command::Digest(args) => return commands::digest::run(&args),
        Command::Schema { of } => output::to_standard(|out| of.write(out))?,
        Command::Completions { shell } => output::to_standard(|out| out.write_all(&cli::completions(shell)))?,
        Command::Man => output::to_standard(|out| out.write_all(&cli::man_page()?))?,
    }
    Ok(0)
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A needed file that is not a log can't be read.
    #[error("{}: {}", visible(path), visible(message))]
    Input { path: String, message: String },
    /// The run could not begin.
    #[error("{0}")]
    Setup(String),
}

impl Failure {
    /// The same with pseudonyms for the names of files.
    fn redacted(self) -> Self {
        match self {
            Self::Input { path, message } => {
                let redactor = redactor_of(&path);
                Self::Input { path: redactor.path(&path), message: with_commands(&message, &redactor) }
            }
            Self::Output(error) => Self::Output(error.with_path(|path| {
                let path = path.to_string_lossy();
                redactor_of(&path).path(&path).into()
            })),
            Self::Setup(_) => self,
        }
    }
}

/// The message with pseudonyms, but for the commands and the column that it names itself in backquotes.
fn with_commands(message: &str, redactor: &Redactor) -> String {
    let is_command = |part: &str| part == "mac" || part.starts_with("phonecert ");
    let shown = |part: &str| if is_command(part) { part.to_owned() } else { redactor.text(part) };
    message.split('`').map(shown).collect::<Vec<_>>().join("`")
}

/// A redactor for this path alone.
fn redactor_of(path: &str) -> Redactor {
    let first_pass = |redactor: &Redactor| {
        redactor.path(path);
        Ok::<_, Infallible>(())
    };
    let Ok(redactor) = Redactor::of([], first_pass);
    redactor
}

/// Prints help or the version to standard output, or a usage error to standard error.
fn answer_usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        // If standard error is closed, only the exit status reports it.
        let _ = error.print();
        return ExitCode::from(FAILED);
    }
    match error.print() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(&OutputError::Standard(error).into()),
        _ => ExitCode::SUCCESS,
    }
}

fn fail(failure: &Failure) -> ExitCode {
    if matches!(failure, Failure::Output(OutputError::ClosedPipe)) {
        return ExitCode::SUCCESS;
    }
    // If standard error is closed, only the exit status reports it.
    let _ = writeln!(io::stderr(), "phonecert: {failure}");
    ExitCode::from(FAILED)
}
