//! Arguments in, exit code out.

mod asking;
mod cli;
mod interrupt;
mod output;
mod progress;
mod scanning;
mod terminal;

use std::io::{self, Write};
use std::process::ExitCode;

use cli::{Cli, Command};
use output::OutputError;
use phonecert::report::text::visible::visible;

/// Logs of many phones are many small texts, from several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Wrong usage, or the run itself failed.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::of(std::env::args_os()) {
        Ok(cli) => cli,
        Err(told) => return answer_usage(&told),
    };
    // Where the system tells of no signals, they end the run as they always do.
    let _ = interrupt::watch();
    match run(cli.command) {
        Ok(status) => ExitCode::from(status),
        Err(error) => fail(&error),
    }
}

/// Answers the command; returns the exit status.
fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Scan(args) => return scanning::scan(*args),
        Command::Events(args) => return scanning::events(*args),
        Command::Device(args) => return scanning::device(*args),
        Command::Explain(args) => return asking::explain(&args),
        Command::Lookup(args) => return asking::lookup(&args),
        Command::Schema => output::to_standard(|out| phonecert::report::schema(out))?,
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
    /// A file that the run needs and that is not a log.
    #[error("{}: {message}", visible(path))]
    Input { path: String, message: String },
    /// The run could not begin.
    #[error("{0}")]
    Setup(String),
}

/// Prints help or the version to standard output, or what is wrong with the usage to standard error.
fn answer_usage(told: &clap::Error) -> ExitCode {
    if told.use_stderr() {
        // Where standard error is gone, the exit status tells.
        let _ = told.print();
        return ExitCode::from(FAILED);
    }
    match told.print() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(&OutputError::Standard(error).into()),
        _ => ExitCode::SUCCESS,
    }
}

fn fail(failure: &Failure) -> ExitCode {
    if matches!(failure, Failure::Output(OutputError::ClosedPipe)) {
        return ExitCode::SUCCESS;
    }
    // Where standard error is gone, the exit status tells.
    let _ = writeln!(io::stderr(), "phonecert: {failure}");
    ExitCode::from(FAILED)
}
