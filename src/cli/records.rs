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
    /// Copy from this earlier file the records of logs whose path, size and modification time are unchanged
    ///
    /// All logs are read if the file does not exist yet, or was made by another version, with another time
    /// window or without configuration files. It can be the same file as that of --output.
    #[arg(long, value_name = "OLD.pcr", help_heading = READING)]
    pub(crate) cache: Option<PathBuf>,
    /// Keep the cache's records of logs that were deleted or started anew, if changed within this age: 90d
    ///
    /// Reports show such a log as `PATH (gone, TIME)`, with the time of its last change.
    #[arg(long, value_name = "AGE", value_parser = time_bound::age, requires = "cache", help_heading = READING)]
    pub(crate) keep: Option<TimeDelta>,
    /// Write the records to this file, compressed if its extension is .zst [default: standard output]
    ///
    /// The file is written completely or not at all.
    #[arg(long, short, value_name = "FILE.pcr", help_heading = WRITING)]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite a file that exists
    #[arg(long, requires = "output", help_heading = WRITING)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}
