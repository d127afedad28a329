//! The options of `list` and `digest`.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;

use super::arguments::{PathArgs, READING, RunArgs, WRITING, WindowArgs};
use super::time_bound;

#[derive(Debug, Args)]
#[command(mut_arg("redact", |arg| arg.hide(true)))]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) paths: PathArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
#[command(mut_arg("redact", |arg| arg.hide(true)))]
pub(crate) struct DigestArgs {
    #[command(flatten)]
    pub(crate) paths: PathArgs,
    #[command(flatten)]
    pub(crate) window: WindowArgs,
    /// Take over the records of logs whose path, size and modification time are as in this earlier file
    ///
    /// A file that is not there yet, or was made by another version, with another window or without configuration
    /// files, is not used: all logs are read. It can be the file that --output names.
    #[arg(long, value_name = "OLD.pcr", help_heading = READING)]
    pub(crate) cache: Option<PathBuf>,
    /// Keep the cache's records of logs that are gone, or were begun anew, and were changed within this age: 90d
    ///
    /// In reports such a log is named with `(gone, TIME)` behind its path, the time of its last change.
    #[arg(long, value_name = "AGE", value_parser = time_bound::age, requires = "cache", help_heading = READING)]
    pub(crate) keep: Option<TimeDelta>,
    /// Write the records to this file; with the ending .zst they are compressed [default: standard output]
    ///
    /// The file is written whole or not at all.
    #[arg(long, short, value_name = "FILE.pcr", help_heading = WRITING)]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite a file that exists
    #[arg(long, requires = "output", help_heading = WRITING)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}
