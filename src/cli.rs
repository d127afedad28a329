//! The command line: what can be asked for, and its help.

mod man;
mod moment;
mod values;

use std::collections::HashSet;
use std::ffi::OsString;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand};

use phonecert::model::Mac;
use phonecert::report::group::GroupBy;
use phonecert::report::shape::Status;
use phonecert::report::text::visible::visible;
use phonecert::report::{EventFormat, Format, Verbosity};

pub(crate) use man::man_page;
pub(crate) use moment::{Moment, Since, Until};
pub(crate) use values::{CodePrefix, DeviceFormat, ExplainFormat, FailOn, LookupFormat, Output};

const EXIT_STATUSES: &str = "\
Exit status:
  0  all was read, and no active diagnosis is as severe as --fail-on
  1  an active diagnosis is as severe as --fail-on
  2  wrong usage, or the run itself failed
  3  nothing to read: no log was found (lookup: nothing was found)
  4  would be 0, but something could not be read";

const EXAMPLES: &str = "\
Examples:
  phonecert scan /srv/provisioning          every phone's certificates, and what is wrong with them
  phonecert scan ticket.zip --format json   the same of a ticket's logs, for a program
  phonecert explain INS001                  what a diagnosis means and what to do about it
  phonecert device 0004f2a1b2c3 logs/       one phone's whole story, to paste into a ticket
  phonecert lookup \"VVX 500\"                which revisions left the factory with a certificate";

const SCAN_EXAMPLES: &str = "\
Examples:
  phonecert scan                                      logs in and below this directory
  phonecert scan logs/ ticket.zip 0004f2a1b2c3-app.log.2.gz
  phonecert scan logs/ --status failed --since 7d     phones that failed in the last seven days
  phonecert scan logs/ --select INS --ignore INS004   diagnoses of installations, one kind left out
  phonecert scan logs/ --output fleet.csv --output fleet.json
  phonecert scan logs/ --group-by model               how many phones of each model have trouble
  find /srv -name '*-app.log' -print | phonecert scan --files-from -
  ssh server cat phone-app.log | phonecert scan -     one log from standard input";

const EVENTS_EXAMPLES: &str = "\
Examples:
  phonecert events logs/ --device 00:04:f2:a1:b2:c3   what one phone logged of its certificates
  phonecert events logs/ --format jsonl | jq 'select(.kind == \"key_too_large\")'
  phonecert events logs/ --since 2026-01-01 --output events.csv";

const DEVICE_EXAMPLES: &str = "\
Examples:
  phonecert device 0004f2a1b2c3 logs/
  phonecert device 00:04:F2:A1:B2:C3 ticket.zip --format markdown --redact";

const LOOKUP_EXAMPLES: &str = "\
Examples:
  phonecert lookup VVX 500
  phonecert lookup 2201-12360-001 --revision C        whether that phone has a factory certificate
  phonecert lookup \"Device Certificate: Self-signed\"  what the phone's menu means by it";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  phonecert explain            all diagnoses in a list
  phonecert explain INS001     one of them in full";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  phonecert completions bash > /etc/bash_completion.d/phonecert
  phonecert completions zsh > ~/.zfunc/_phonecert
  phonecert completions fish > ~/.config/fish/completions/phonecert.fish";

/// Finds out from Polycom/Poly phones' application logs what is wrong with their device
/// certificates, why, and what to do.
///
/// It reads the logs that phones upload to their provisioning server (0004f2a1b2c3-app.log), in
/// directories, archives and compressed files, and tells for each phone which certificates it has,
/// which installations it refused, and which TLS connections failed for it.
#[derive(Debug, Parser)]
#[command(name = "phonecert", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_STATUSES}"))]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell what is wrong with phones' certificates: a row a phone
    ///
    /// One row a phone, with its certificates, its status and its diagnoses; under the table each
    /// diagnosis explained, with the log lines that prove it.
    #[command(after_help = SCAN_EXAMPLES, after_long_help = format!("{SCAN_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Scan(Box<ScanArgs>),
    /// List the certificate events found in the logs, each with its line
    #[command(after_help = EVENTS_EXAMPLES, after_long_help = format!("{EVENTS_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Events(Box<EventsArgs>),
    /// Tell one phone's whole story, for a ticket
    #[command(after_help = DEVICE_EXAMPLES, after_long_help = format!("{DEVICE_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Device(Box<DeviceArgs>),
    /// Explain a diagnosis: what it means, its cause, its remedy
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Look up a model or part number in the guide's tables
    ///
    /// Tells since which revision and date a factory certificate is installed, and which software
    /// zero-touch provisioning (ZTP) requires.
    #[command(after_help = LOOKUP_EXAMPLES)]
    Lookup(LookupArgs),
    /// Print the JSON Schema of `scan --format json`
    Schema,
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  phonecert man | man -l -")]
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) phones: PhoneArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    /// Add the part numbers and revisions of the phones' labels from this CSV
    ///
    /// A header row names the columns mac, model, part_number and revision, in any order; others
    /// are ignored. A phone of the inventory without a log gets a row too.
    #[arg(long, value_name = "FILE.csv", help_heading = READING)]
    pub(crate) inventory: Option<PathBuf>,

    /// How the answer is written [default: table]
    #[arg(long, short, value_name = "FORMAT", value_parser = values::scan_format(), help_heading = WRITING)]
    pub(crate) format: Option<&'static Format>,
    /// Write to this file, in the format of its ending; may be repeated
    ///
    /// Endings: .txt, .json, .jsonl, .csv, .md. The file is written whole or not at all.
    #[arg(long, short, value_name = "FILE", value_parser = values::scan_output(), help_heading = WRITING)]
    pub(crate) output: Vec<Output<&'static Format>>,
    /// Overwrite files that exist
    #[arg(long, requires = "output", help_heading = WRITING)]
    pub(crate) force: bool,
    /// Count phones by what they have in common instead of listing them
    #[arg(long, value_name = "WHAT", value_parser = values::group_by(), help_heading = SHOWING)]
    pub(crate) group_by: Option<GroupBy>,
    /// Show healthy phones too where there are more than 50
    #[arg(long, help_heading = SHOWING)]
    pub(crate) all: bool,
    /// How severe an active diagnosis must be for exit status 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", help_heading = RUNNING)]
    pub(crate) fail_on: FailOn,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) phones: PhoneArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    /// How the answer is written [default: table]
    #[arg(long, short, value_name = "FORMAT", value_parser = values::event_format(), help_heading = WRITING)]
    pub(crate) format: Option<&'static EventFormat>,
    /// Write to this file, in the format of its ending; may be repeated
    ///
    /// Endings: .txt, .jsonl, .csv. The file is written whole or not at all.
    #[arg(long, short, value_name = "FILE", value_parser = values::event_output(), help_heading = WRITING)]
    pub(crate) output: Vec<Output<&'static EventFormat>>,
    /// Overwrite files that exist
    #[arg(long, requires = "output", help_heading = WRITING)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DeviceArgs {
    /// The phone's MAC address, in any notation
    #[arg(value_name = "MAC")]
    pub(crate) mac: Mac,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    /// How the answer is written [default: text]
    #[arg(long, short, value_name = "FORMAT", help_heading = WRITING)]
    pub(crate) format: Option<DeviceFormat>,
    /// Write to this file, in the format of its ending; may be repeated
    ///
    /// Endings: .txt, .md, .json. The file is written whole or not at all.
    #[arg(long, short, value_name = "FILE", value_parser = values::device_output(), help_heading = WRITING)]
    pub(crate) output: Vec<Output<DeviceFormat>>,
    /// Overwrite files that exist
    #[arg(long, requires = "output", help_heading = WRITING)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The diagnosis, such as INS001; without it, all of them in a list
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// How the answer is written
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ExplainFormat,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Args)]
pub(crate) struct LookupArgs {
    /// A model, a part number of a console or box label, or a text of the phone's menu
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,
    /// The revision on the label: tells whether to expect a factory certificate in that phone
    #[arg(long, value_name = "R")]
    pub(crate) revision: Option<String>,
    /// How the answer is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: LookupFormat,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
}

impl LookupArgs {
    /// What is looked up: the words with a blank between them.
    pub(crate) fn query(&self) -> String {
        self.words.join(" ")
    }
}

const READING: &str = "What to read";
const SHOWING: &str = "What to show";
const WRITING: &str = "How to answer";
const RUNNING: &str = "How to run";

#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// Directories, logs, archives (.zip, .tar, .tar.gz, .tar.zst), or `-` for standard input
    /// [default: the current directory]
    ///
    /// A directory is searched for files named <MAC>-app.log, with rotation and compression
    /// endings; a file named here is read whatever its name.
    #[arg(value_name = "PATH")]
    named: Vec<PathBuf>,
    /// Read the paths that this file names, one a line; `-` for standard input
    #[arg(long, value_name = "FILE", help_heading = READING)]
    pub(crate) files_from: Option<PathBuf>,
    /// Leave out what was logged before: 2026-01-31, 2026-01-31T08:00, or an age: 7d, 12h, 30m, 2w
    #[arg(long, value_name = "WHEN", help_heading = READING)]
    pub(crate) since: Option<Since>,
    /// Leave out what was logged after; a date includes its whole day
    #[arg(long, value_name = "WHEN", help_heading = READING)]
    pub(crate) until: Option<Until>,
    /// The year of each log's newest line, which the log does not tell [default: from the file's time]
    #[arg(long, value_name = "YYYY", value_parser = clap::value_parser!(i32).range(1970..=9999), help_heading = READING)]
    pub(crate) year: Option<i32>,
}

impl ReadArgs {
    /// The paths to read: the current directory where nothing is named.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        if self.named.is_empty() && self.files_from.is_none() {
            return vec![PathBuf::from(".")];
        }
        self.named.clone()
    }

    /// Whether standard input is asked for as two things.
    fn reads_standard_input_twice(&self) -> bool {
        let dash = Path::new("-");
        let named = self.named.iter().filter(|path| *path == dash).count();
        named + usize::from(self.files_from.as_deref() == Some(dash)) > 1
    }
}

#[derive(Debug, Args)]
pub(crate) struct PhoneArgs {
    /// Only this phone, by its MAC address in any notation; may be repeated
    #[arg(long, value_name = "MAC", help_heading = SHOWING)]
    pub(crate) device: Vec<Mac>,
    /// Only phones of this status; may be repeated
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = values::status(), help_heading = SHOWING)]
    pub(crate) status: Vec<Status>,
}

#[derive(Debug, Args)]
pub(crate) struct CodeArgs {
    /// Only diagnoses whose code begins so: INS001, or INS for all of them; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = SHOWING)]
    pub(crate) select: Vec<CodePrefix>,
    /// No diagnoses whose code begins so; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',', help_heading = SHOWING)]
    pub(crate) ignore: Vec<CodePrefix>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Replace MAC and IP addresses, names and serial numbers by stable pseudonyms
    #[arg(long, help_heading = SHOWING)]
    pub(crate) redact: bool,
    /// Less: no explanations, warnings or progress
    #[arg(long, short, conflicts_with = "verbose", help_heading = SHOWING)]
    pub(crate) quiet: bool,
    /// More: all proving lines, whole, and all problems
    #[arg(long, short, help_heading = SHOWING)]
    pub(crate) verbose: bool,
    /// When to use colour; NO_COLOR is heeded
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = WRITING)]
    pub(crate) color: ColorChoice,
    /// How many threads to use [default: one a processor]
    #[arg(long, value_name = "N", help_heading = RUNNING)]
    pub(crate) threads: Option<NonZeroU16>,
    /// Show no progress bar
    #[arg(long, help_heading = RUNNING)]
    pub(crate) no_progress: bool,
}

impl RunArgs {
    /// How much is told.
    pub(crate) const fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

impl Cli {
    /// Reads a command line. An error is also a wish for help or the version; it knows how to be
    /// printed and its exit status.
    pub(crate) fn of(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        match Self::try_parse_from(&arguments) {
            Ok(cli) => cli.checked(),
            // The message repeats arguments, and a shell's `*` may have put a file's name among them.
            Err(error) => Err(Self::try_parse_from(arguments.iter().map(shown)).err().unwrap_or(error)),
        }
    }

    /// What no single option can tell.
    fn checked(self) -> Result<Self, clap::Error> {
        let (read, outputs): (&ReadArgs, Vec<&Path>) = match &self.command {
            Command::Scan(args) => {
                (&args.read, args.output.iter().map(|output| output.path.as_path()).collect())
            }
            Command::Events(args) => {
                (&args.read, args.output.iter().map(|output| output.path.as_path()).collect())
            }
            Command::Device(args) => {
                (&args.read, args.output.iter().map(|output| output.path.as_path()).collect())
            }
            _ => return Ok(self),
        };
        let conflict = |message: String| Self::command().error(ErrorKind::ArgumentConflict, message);
        if read.reads_standard_input_twice() {
            return Err(conflict("standard input ('-') can be named once only".to_owned()));
        }
        let mut seen = HashSet::new();
        if let Some(path) = outputs.into_iter().find(|path| !seen.insert(std::path::absolute(path).ok())) {
            let path = path.to_string_lossy();
            return Err(conflict(format!("--output names '{}' twice", visible(&path))));
        }
        if let (Some(Since(Moment::At(since))), Some(Until(Moment::At(until)))) = (&read.since, &read.until)
            && since > until
        {
            return Err(conflict(format!("--since {since} is after --until {until}")));
        }
        Ok(self)
    }
}

fn shown(argument: &OsString) -> OsString {
    argument.to_str().map_or_else(|| argument.clone(), |text| visible(text).into_owned().into())
}

/// The completion script of `shell`.
pub(crate) fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
    script
}

#[cfg(test)]
mod tests;
