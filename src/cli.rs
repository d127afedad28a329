//! Defines the command line and its help.

mod arguments;
mod examples;
mod man;
mod records;
mod time_bound;
mod values;

use std::collections::HashSet;
use std::ffi::OsString;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

use phonecert::model::Mac;
use phonecert::report::config::ConfigWriter;
use phonecert::report::diff::DiffWriter;
use phonecert::report::explain::ExplainWriter;
use phonecert::report::group::GroupBy;
use phonecert::report::lookup::LookupWriter;
use phonecert::report::schema::{AnswerSchema, SCHEMAS};
use phonecert::report::shape::Status;
use phonecert::report::story::StoryWriter;
use phonecert::report::text::visible::visible;
use phonecert::report::watch::WatchWriter;
use phonecert::report::{EventsWriter, Format, ScanWriter, Style};

use crate::terminal;

pub(crate) use arguments::{
    CodeArgs, PathArgs, PhoneArgs, ReadArgs, RunArgs, StaleArgs, WindowArgs, WriteArgs,
};
use arguments::{READING, RUNNING, SHOWING, WRITING};
use examples::{
    COMPLETIONS_EXAMPLES, CONFIG_EXAMPLES, DEVICE_EXAMPLES, DIFF_EXAMPLES, DIGEST_EXAMPLES, EVENTS_EXAMPLES,
    EXAMPLES, EXIT_STATUSES, EXPLAIN_EXAMPLES, LIST_EXAMPLES, LOOKUP_EXAMPLES, SCAN_EXAMPLES, WATCH_EXAMPLES,
};
pub(crate) use man::man_page;
pub(crate) use records::{DigestArgs, ListArgs};
pub(crate) use time_bound::TimeBound;
pub(crate) use values::{FailOn, Formats};

/// What these options mean for events, which are not diagnoses.
const EVENTS_SELECT: &str =
    "With --status: compute it from the diagnoses whose code begins with this alone; may be repeated";
const EVENTS_IGNORE: &str =
    "With --status: compute it without the diagnoses whose code begins with this; may be repeated";

/// Reads the application logs of Polycom/Poly phones and reports what is wrong with their device
/// certificates, why, and what to do.
///
/// The logs are those that phones upload to their provisioning server (0004f2a1b2c3-app.log), in
/// directories, archives and compressed files. For each phone, phonecert shows which certificates it
/// has, which installations it refused, and which of its TLS connections failed.
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
    /// Show what is wrong with the phones' certificates, one row per phone
    ///
    /// Each row shows a phone's certificates, status and diagnoses. Below the table, each diagnosis is
    /// explained, with the log lines that are its evidence.
    #[command(after_help = SCAN_EXAMPLES, after_long_help = format!("{SCAN_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Scan(Box<ScanArgs>),
    /// List the certificate events found in the logs, each with its line
    #[command(after_help = EVENTS_EXAMPLES, after_long_help = format!("{EVENTS_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    #[command(mut_arg("select", |arg| arg.help(EVENTS_SELECT).long_help(EVENTS_SELECT)))]
    #[command(mut_arg("ignore", |arg| arg.help(EVENTS_IGNORE).long_help(EVENTS_IGNORE)))]
    Events(Box<EventsArgs>),
    /// Show the whole history of one phone, for a ticket
    #[command(after_help = DEVICE_EXAMPLES, after_long_help = format!("{DEVICE_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Device(Box<DeviceArgs>),
    /// Explain a diagnosis: what it means, its cause, its remedy
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Look up a model or part number in the guide's tables
    ///
    /// Shows since which revision and date phones have a factory certificate, and which software
    /// zero-touch provisioning (ZTP) requires.
    #[command(after_help = LOOKUP_EXAMPLES)]
    Lookup(LookupArgs),
    /// Compare two answers of `scan --format json`: what broke, what was mended
    ///
    /// Diagnoses are matched by phone, code and slot; one that became more severe broke. Make both answers
    /// with the same options, and without --redact, because pseudonyms differ from run to run.
    #[command(after_help = DIFF_EXAMPLES, after_long_help = format!("{DIFF_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Diff(DiffArgs),
    /// List the certificate parameters that the configuration files set for each phone
    ///
    /// For each phone, in the order of the files that it reads: each parameter with its shortened value,
    /// the file and line that set it, and the lines that it overrides. Keys are never shown.
    #[command(after_help = CONFIG_EXAMPLES)]
    Config(Box<ConfigArgs>),
    /// Keep the table of `scan` up to date while logs change
    ///
    /// Only phones whose logs changed are read again. On a terminal the table is redrawn in place, until `q`
    /// or Ctrl-C is pressed. Elsewhere each change of a phone is written as one line with the time.
    #[command(after_help = WATCH_EXAMPLES)]
    Watch(Box<WatchArgs>),
    /// List the logs that `scan` would read, without reading them
    ///
    /// One JSON object per line: each log with its phone's MAC address, path, size and modification time
    /// (UTC), each configuration file, each archive, and each path that could not be searched.
    #[command(after_help = LIST_EXAMPLES)]
    List(ListArgs),
    /// Make records of logs, which `scan --records` reads instead of the logs
    ///
    /// Each site or machine can read its own logs, and one scan reads the records of all. All logs of a
    /// phone must go through the same run of `digest`. The record of a log contains its certificate
    /// messages and a few other lines, the first and the last among them; that of a configuration file
    /// contains the parameters about certificates. No record contains private keys or passwords.
    #[command(after_help = DIGEST_EXAMPLES, after_long_help = format!("{DIGEST_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Digest(Box<DigestArgs>),
    /// Print the JSON Schema of a command's answer
    Schema {
        /// The command whose answer is described
        #[arg(value_name = "COMMAND", default_value = SCHEMAS[0].command, value_parser = values::schema())]
        of: &'static AnswerSchema,
    },
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  phonecert man | man -l -")]
    Man,
}

impl Command {
    /// Whether the answer is redacted.
    pub(crate) const fn is_redacted(&self) -> bool {
        match self {
            Self::Scan(args) => args.run.redact,
            Self::Events(args) => args.run.redact,
            Self::Device(args) => args.run.redact,
            Self::Config(args) => args.run.redact,
            Self::Watch(args) => args.run.redact,
            _ => false,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) stale: StaleArgs,
    /// Read records that `digest` made instead of logs; `-` for standard input
    ///
    /// Any number of files, in any order, compressed or not. The --since and --until with which the
    /// records were made apply.
    #[arg(long, value_name = "FILE.pcr", num_args = 1.., help_heading = READING)]
    #[arg(conflicts_with_all = ["named", "files_from", "no_archives"])]
    pub(crate) records: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) phones: PhoneArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    /// Add the part numbers and revisions of the phones' labels from this CSV file
    ///
    /// Its header row names the columns mac, model, part_number and revision, in any order; other columns
    /// are ignored. A phone in the inventory gets a row even if it has no log.
    #[arg(long, value_name = "FILE.csv", help_heading = READING)]
    pub(crate) inventory: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) write: WriteArgs<ScanWriter>,
    /// Mark what is new since this earlier answer of `scan --format json`
    ///
    /// Each phone is marked `new` if it has a diagnosis that the earlier answer does not have (by phone,
    /// code and slot), else `still`. --fail-on then counts only new diagnoses.
    #[arg(long, value_name = "OLD.json", help_heading = SHOWING)]
    pub(crate) baseline: Option<PathBuf>,
    /// Show only phones with new diagnoses, and of these phones only the new diagnoses
    #[arg(long, requires = "baseline", help_heading = SHOWING)]
    pub(crate) new: bool,
    /// Count the phones by this property instead of listing them
    #[arg(long, value_name = "WHAT", value_parser = values::group_by(), help_heading = SHOWING)]
    pub(crate) group_by: Option<GroupBy>,
    /// List healthy phones too if there are more than 50 phones (table) or 5,000 phones (html)
    #[arg(long, help_heading = SHOWING)]
    pub(crate) all: bool,
    /// The least severity of an active diagnosis that gives exit status 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", help_heading = RUNNING)]
    pub(crate) fail_on: FailOn,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) stale: StaleArgs,
    #[command(flatten)]
    pub(crate) phones: PhoneArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    /// Add the part numbers and revisions of the phones' labels from this CSV file, as `scan` does
    #[arg(long, value_name = "FILE.csv", help_heading = READING)]
    pub(crate) inventory: Option<PathBuf>,
    /// Check all files every so many seconds instead of waiting for the file system to report changes
    ///
    /// File systems that report no changes, such as network file systems, are checked every second by default.
    #[arg(long, value_name = "SECONDS", help_heading = READING)]
    pub(crate) poll: Option<NonZeroU16>,
    /// How changes are shown [default: table on a terminal, else text]
    #[arg(long, short, value_name = "FORMAT", value_parser = values::format::<WatchWriter>(), help_heading = WRITING)]
    pub(crate) format: Option<&'static Format<WatchWriter>>,
    /// When to use colour; the variable NO_COLOR turns it off
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = WRITING)]
    color: ColorChoice,
    /// List healthy phones too if there are more than 50 phones
    #[arg(long, help_heading = SHOWING)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

impl WatchArgs {
    /// The style of the table for the terminal's present width.
    pub(crate) fn style(&self) -> Style {
        let all = self.all || self.phones.status.contains(&Status::Ok);
        Style { all, timing: false, verbosity: self.run.verbosity(), ..terminal::style(self.color) }
    }
}

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) phones: PhoneArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    #[command(flatten)]
    pub(crate) write: WriteArgs<EventsWriter>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DeviceArgs {
    /// The phone's MAC address, in any notation
    #[arg(value_name = "MAC", value_parser = Mac::in_any_notation)]
    pub(crate) mac: Mac,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) stale: StaleArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    #[command(flatten)]
    pub(crate) write: WriteArgs<StoryWriter>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The diagnosis, such as INS001 [default: a list of all]
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
    #[command(flatten)]
    pub(crate) write: WriteArgs<ExplainWriter>,
}

#[derive(Debug, Args)]
pub(crate) struct LookupArgs {
    /// A model, a part number from a console or box label, or a text from the phone's menu
    #[arg(value_name = "WORD", required = true)]
    pub(crate) words: Vec<String>,
    /// The revision on the label; shows whether a phone of this revision should have a factory certificate
    #[arg(long, value_name = "R")]
    pub(crate) revision: Option<String>,
    #[command(flatten)]
    pub(crate) write: WriteArgs<LookupWriter>,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The earlier answer; `-` for standard input
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The later answer; `-` for standard input
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) write: WriteArgs<DiffWriter>,
    /// List all phones, however many there are
    #[arg(long, short, help_heading = SHOWING)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    /// Only this phone, by its MAC address in any notation; may be repeated
    #[arg(long, value_name = "MAC", value_parser = Mac::in_any_notation, help_heading = SHOWING)]
    pub(crate) device: Vec<Mac>,
    #[command(flatten)]
    pub(crate) write: WriteArgs<ConfigWriter>,
    /// List phones without certificate parameters too
    #[arg(long, help_heading = SHOWING)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

impl Cli {
    /// Parses a command line. `--help` and `--version` are returned as errors too: clap prints them and gives
    /// their exit status.
    pub(crate) fn of(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let matches = match Self::command().try_get_matches_from(&arguments).map_err(hint_for_path) {
            Ok(matches) => matches,
            Err(error) if error.kind() == ErrorKind::InvalidSubcommand => return Err(error),
            // The message repeats arguments, which may be file names from a shell's `*`, so hidden characters
            // are made visible.
            Err(error) => {
                return Err(Self::try_parse_from(arguments.iter().map(shown)).err().unwrap_or(error));
            }
        };
        check(&matches)?;
        Self::from_arg_matches(&matches)
    }
}

/// Checks combinations of options: files named twice, standard input read twice, a window that ends before it
/// begins.
fn check(matches: &ArgMatches) -> Result<(), clap::Error> {
    /// The arguments that name files to read.
    const INPUTS: [&str; 7] = ["named", "files_from", "records", "inventory", "baseline", "old", "new"];
    let Some((_, of_command)) = matches.subcommand() else { return Ok(()) };
    let values = |id: &str| of_command.try_get_raw(id).ok().flatten().into_iter().flatten();
    let bound = |id: &str| of_command.try_get_one::<TimeBound>(id).ok().flatten();
    let conflict = |message: String| Err(Cli::command().error(ErrorKind::ArgumentConflict, message));
    let mut outputs = HashSet::new();
    if let Some(twice) = values("output").find(|path| !outputs.insert(std::path::absolute(path).ok())) {
        return conflict(format!("--output names '{}' twice", visible(&twice.to_string_lossy())));
    }
    if INPUTS.iter().flat_map(|id| values(id)).filter(|path| *path == "-").count() > 1 {
        return conflict("standard input ('-') can be given only once".to_owned());
    }
    let is_empty = match (bound("since"), bound("until")) {
        (Some(TimeBound::At(since)), Some(TimeBound::At(until))) => since > until,
        (Some(TimeBound::Age(since)), Some(TimeBound::Age(until))) => since < until,
        _ => false,
    };
    if is_empty {
        let text = |id| values(id).map(|value| value.to_string_lossy()).collect::<String>();
        return conflict(format!("--since {} is after --until {}", text("since"), text("until")));
    }
    Ok(())
}

/// If a directory or file is given in place of a command, the user probably wanted to scan it.
fn hint_for_path(error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    if error.kind() != ErrorKind::InvalidSubcommand || !Path::new(word).exists() {
        return error;
    }
    let word = visible(word);
    let quote = if word.contains(char::is_whitespace) { "\"" } else { "" };
    Cli::command().error(
        ErrorKind::InvalidSubcommand,
        format!("'{word}' is not a command; to scan it: phonecert scan {quote}{word}{quote}"),
    )
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
