//! The options that several commands have.

use std::num::NonZeroU16;
use std::path::PathBuf;

use chrono::TimeDelta;
use clap::{Args, ColorChoice};

use phonecert::model::Mac;
use phonecert::report::shape::Status;
use phonecert::report::{Format, Style, Verbosity};

use super::time_bound::{self, TimeBound};
use super::values::{self, Formats, Output};
use crate::terminal;

pub(super) const READING: &str = "What to read";
pub(super) const SHOWING: &str = "What to show";
pub(super) const WRITING: &str = "Output";
pub(super) const RUNNING: &str = "How to run";

/// The options for writing the answer of a command with these formats.
#[derive(Debug, Args)]
pub(crate) struct WriteArgs<W: Formats> {
    #[arg(long, short, value_name = "FORMAT", value_parser = values::format::<W>(), help_heading = WRITING)]
    #[arg(help = format!("Format of the output [default: {}]", W::TABLE[0].name))]
    pub(crate) format: Option<&'static Format<W>>,
    #[arg(long, short, value_name = "FILE", value_parser = values::output::<W>(), help_heading = WRITING)]
    #[arg(help = "Write to this file, in the format that its extension names; may be repeated")]
    #[arg(long_help = values::output_help::<W>())]
    pub(crate) output: Vec<Output<W>>,
    /// Overwrite files that exist
    #[arg(long, requires = "output", help_heading = WRITING)]
    pub(crate) force: bool,
    /// When to use colour; the variable NO_COLOR turns it off
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = WRITING)]
    color: ColorChoice,
}

impl<W: Formats> WriteArgs<W> {
    /// The style of an answer to standard output.
    pub(crate) fn style(&self) -> Style {
        terminal::style(self.color)
    }

    /// The style of an answer to standard output with this much detail.
    pub(crate) fn style_with(&self, verbosity: Verbosity) -> Style {
        Style { verbosity, ..self.style() }
    }
}

#[derive(Debug, Args)]
pub(crate) struct PathArgs {
    /// Directories, logs, archives (.zip, .tar, .tar.gz, .tar.xz, …), or `-` for standard input
    /// [default: the current directory]
    ///
    /// A directory is searched for files named <MAC>-app.log, also with extensions of rotation and
    /// compression. A file that is named here is read whatever its name is.
    #[arg(value_name = "PATH")]
    pub(super) named: Vec<PathBuf>,
    /// Read the paths listed in this file, one per line; `-` for standard input
    #[arg(long, value_name = "FILE", help_heading = READING)]
    pub(crate) files_from: Option<PathBuf>,
    /// Do not open archives in searched directories
    #[arg(long, help_heading = READING)]
    pub(crate) no_archives: bool,
    /// Do not read configuration files
    #[arg(long, help_heading = READING)]
    pub(crate) no_config: bool,
}

impl PathArgs {
    /// The paths to read; the current directory if none is named.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        if self.named.is_empty() && self.files_from.is_none() {
            return vec![PathBuf::from(".")];
        }
        self.named.clone()
    }
}

#[derive(Debug, Args)]
pub(crate) struct WindowArgs {
    /// Ignore lines logged before this time: 2026-01-31, 2026-01-31T08:00, or an age: 7d, 12h, 30m, 2w
    #[arg(long, value_name = "WHEN", value_parser = time_bound::since, help_heading = READING)]
    pub(crate) since: Option<TimeBound>,
    /// Ignore lines logged after this time; a date includes its whole day
    #[arg(long, value_name = "WHEN", value_parser = time_bound::until, help_heading = READING)]
    pub(crate) until: Option<TimeBound>,
}

#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) paths: PathArgs,
    #[command(flatten)]
    pub(crate) window: WindowArgs,
    /// The year of each log's newest line, which most logs do not contain [default: from the file's time]
    #[arg(long, value_name = "YYYY", value_parser = clap::value_parser!(i32).range(1970..=9999), help_heading = READING)]
    pub(crate) year: Option<i32>,
}

/// Only of commands whose answer has that mark.
#[derive(Debug, Args)]
pub(crate) struct StaleArgs {
    /// Mark phones whose newest line is older than this: 14d, 48h
    #[arg(long, value_name = "AGE", value_parser = time_bound::age, default_value = "14d", help_heading = READING)]
    pub(crate) stale: TimeDelta,
}

#[derive(Debug, Args)]
pub(crate) struct PhoneArgs {
    /// Only this phone, by its MAC address in any notation; may be repeated
    #[arg(long, value_name = "MAC", value_parser = Mac::in_any_notation, help_heading = SHOWING)]
    pub(crate) device: Vec<Mac>,
    /// Only phones of this status; may be repeated
    ///
    /// Phones of another status are neither shown nor counted. The exit status depends only on the phones shown.
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = values::status(), help_heading = SHOWING)]
    pub(crate) status: Vec<Status>,
}

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CodeArgs {
    /// Only diagnoses whose code begins with this: INS001, or INS for all INS codes; may be repeated
    ///
    /// A phone's status, all counts and the exit status are computed from these diagnoses alone. Phones
    /// without any of them stay in the answer. A phone of which nothing is known stays unknown.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = values::code_prefix, help_heading = SHOWING)]
    pub(crate) select: Vec<String>,
    /// Ignore diagnoses whose code begins with this; may be repeated
    ///
    /// They affect neither a phone's status nor the exit status. A phone of which nothing is known stays unknown.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = values::code_prefix, help_heading = SHOWING)]
    pub(crate) ignore: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Replace MAC and IP addresses, names and serial numbers by stable pseudonyms
    ///
    /// Phones, directories of logs and names in certificates have the same pseudonym in every command over the same
    /// paths; other names, such as hosts and users, only within one answer.
    #[arg(long, help_heading = SHOWING)]
    pub(crate) redact: bool,
    /// Print no explanations, warnings or progress
    #[arg(long, short, conflicts_with = "verbose", help_heading = SHOWING)]
    pub(crate) quiet: bool,
    /// Print the whole evidence of each diagnosis, and all problems
    #[arg(long, short, help_heading = SHOWING)]
    pub(crate) verbose: bool,
    /// The number of threads [default: one per processor]
    #[arg(long, value_name = "N", help_heading = RUNNING)]
    pub(crate) threads: Option<NonZeroU16>,
    /// Show no progress bar
    #[arg(long, help_heading = RUNNING)]
    pub(crate) no_progress: bool,
}

impl RunArgs {
    /// How much detail the answer has.
    pub(crate) const fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}
