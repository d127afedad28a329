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

pub(crate) use arguments::{CodeArgs, PathArgs, PhoneArgs, ReadArgs, RunArgs, WindowArgs, WriteArgs};
use arguments::{READING, RUNNING, SHOWING, WRITING};
use examples::{
    COMPLETIONS_EXAMPLES, CONFIG_EXAMPLES, DEVICE_EXAMPLES, DIFF_EXAMPLES, DIGEST_EXAMPLES, EVENTS_EXAMPLES,
    EXAMPLES, EXIT_STATUSES, EXPLAIN_EXAMPLES, LIST_EXAMPLES, LOOKUP_EXAMPLES, SCAN_EXAMPLES, WATCH_EXAMPLES,
};
pub(crate) use man::man_page;
pub(crate) use records::{DigestArgs, ListArgs};
pub(crate) use time_bound::TimeBound;
pub(crate) use values::{FailOn, Formats};

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
    /// Compare two answers of `scan --format json`: what broke, what was mended
    ///
    /// Diagnoses are matched by phone, code and slot. Both answers are to be made with the same options,
    /// and without --redact: pseudonyms differ from run to run.
    #[command(after_help = DIFF_EXAMPLES, after_long_help = format!("{DIFF_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Diff(DiffArgs),
    /// List what the configuration files give each phone that bears on certificates
    ///
    /// For each phone, by the files that it reads in their order: each parameter with its value in short,
    /// the file and line that give it, and what it overrides. Keys are never shown.
    #[command(after_help = CONFIG_EXAMPLES)]
    Config(Box<ConfigArgs>),
    /// Keep the table of `scan` up to date while logs change
    ///
    /// Only phones whose logs changed are read again. On a terminal the table is drawn in place, until `q` or
    /// Ctrl-C; elsewhere each change of a phone is a line with its time.
    #[command(after_help = WATCH_EXAMPLES)]
    Watch(Box<WatchArgs>),
    /// List the logs that `scan` would read, without reading them
    ///
    /// A JSON object a line: logs with their phone's MAC, path, size and modification time (UTC), archives,
    /// and what could not be searched.
    #[command(after_help = LIST_EXAMPLES)]
    List(ListArgs),
    /// Make records of logs: all that `scan --records` needs to know of them
    ///
    /// One record a log, so that sites or machines can read their own logs and one answer be made of all.
    /// All logs of a phone must go through one digest. A record has the certificate messages of a log, and its
    /// first and last line as they stand there; or what a configuration file says that bears on certificates,
    /// without keys and passwords.
    #[command(after_help = DIGEST_EXAMPLES, after_long_help = format!("{DIGEST_EXAMPLES}\n\n{EXIT_STATUSES}"))]
    Digest(Box<DigestArgs>),
    /// Print the JSON Schema of a command's answer
    Schema {
        /// Whose answer
        #[arg(value_name = "COMMAND", default_value = SCHEMAS[0].command, value_parser = values::schema())]
        of: &'static AnswerSchema,
    },
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
    /// Read no logs, but records that `digest` made of them; `-` for standard input
    ///
    /// Any number of files, in any order, compressed or not. --since and --until are those of the records.
    #[arg(long, value_name = "FILE.pcr", num_args = 1.., help_heading = READING)]
    #[arg(conflicts_with_all = ["named", "files_from", "no_archives"])]
    pub(crate) records: Vec<PathBuf>,
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

    #[command(flatten)]
    pub(crate) write: WriteArgs<ScanWriter>,
    /// Tell what is new since this earlier answer of `scan --format json`
    ///
    /// Each phone is marked `new` if it has a diagnosis that the earlier answer does not have (by phone,
    /// code and slot), else `still`. --fail-on then counts the new alone.
    #[arg(long, value_name = "OLD.json", help_heading = SHOWING)]
    pub(crate) baseline: Option<PathBuf>,
    /// Show only what is new: phones with new diagnoses, and these diagnoses alone
    #[arg(long, requires = "baseline", help_heading = SHOWING)]
    pub(crate) new: bool,
    /// Count phones by what they have in common instead of listing them
    #[arg(long, value_name = "WHAT", value_parser = values::group_by(), help_heading = SHOWING)]
    pub(crate) group_by: Option<GroupBy>,
    /// Show healthy phones too where there are more than 50 (table) or 5,000 phones (html)
    #[arg(long, help_heading = SHOWING)]
    pub(crate) all: bool,
    /// How severe an active diagnosis must be for exit status 1
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
    pub(crate) phones: PhoneArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    /// Add the part numbers and revisions of the phones' labels from this CSV, as `scan` does
    #[arg(long, value_name = "FILE.csv", help_heading = READING)]
    pub(crate) inventory: Option<PathBuf>,
    /// Look at all files every so many seconds; do not wait for the file system to tell of changes
    ///
    /// Network file systems, and those that tell of no changes, are looked at every second without this.
    #[arg(long, value_name = "SECONDS", help_heading = READING)]
    pub(crate) poll: Option<NonZeroU16>,
    /// How changes are shown [default: table on a terminal, else text]
    #[arg(long, short, value_name = "FORMAT", value_parser = values::format::<WatchWriter>(), help_heading = WRITING)]
    pub(crate) format: Option<&'static Format<WatchWriter>>,
    /// When to use colour; NO_COLOR is heeded
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = WRITING)]
    color: ColorChoice,
    /// Show healthy phones too where there are more than 50
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
    #[arg(value_name = "MAC")]
    pub(crate) mac: Mac,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) codes: CodeArgs,

    #[command(flatten)]
    pub(crate) write: WriteArgs<StoryWriter>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The diagnosis, such as INS001; without it, all of them in a list
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
    #[command(flatten)]
    pub(crate) write: WriteArgs<ExplainWriter>,
}

#[derive(Debug, Args)]
pub(crate) struct LookupArgs {
    /// A model, a part number of a console or box label, or a text of the phone's menu
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,
    /// The revision on the label: tells whether to expect a factory certificate in that phone
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
    /// More: all phones, however many
    #[arg(long, short, help_heading = SHOWING)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) phones: PhoneArgs,
    #[command(flatten)]
    pub(crate) write: WriteArgs<ConfigWriter>,
    /// Phones without any such parameter too
    #[arg(long, help_heading = SHOWING)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

impl LookupArgs {
    /// The query: the words with a blank between them.
    pub(crate) fn query(&self) -> String {
        self.words.join(" ")
    }
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
    let bound = |id: &str| match of_command.try_get_one::<TimeBound>(id) {
        Ok(Some(TimeBound::At(time))) => Some(*time),
        _ => None,
    };
    let conflict = |message: String| Err(Cli::command().error(ErrorKind::ArgumentConflict, message));
    let mut outputs = HashSet::new();
    if let Some(twice) = values("output").find(|path| !outputs.insert(std::path::absolute(path).ok())) {
        return conflict(format!("--output names '{}' twice", visible(&twice.to_string_lossy())));
    }
    if INPUTS.iter().flat_map(|id| values(id)).filter(|path| *path == "-").count() > 1 {
        return conflict("standard input ('-') can be named once only".to_owned());
    }
    match (bound("since"), bound("until")) {
        (Some(since), Some(until)) if since > until => {
            conflict(format!("--since {since} is after --until {until}"))
        }
        _ => Ok(()),
    }
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
        format!("'{word}' is no command; to find out what is wrong with its phones: phonecert scan {quote}{word}{quote}"),
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
