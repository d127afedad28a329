//! From paths to the bytes of logs: directories, files, archives, pipes.
//!
//! [`find`] looks for logs by their names alone and groups them by phone; [`Found::read`] reads one of them,
//! and [`Source::read`] what must be read to know whose logs it holds. One bad file never ends a run: it
//! becomes a problem with its name, and what could be read of it counts.
//!
//! ```no_run
//! use phonecert::input::{Buffers, LogSink, Options, find};
//! # fn example(sink: &mut dyn LogSink) {
//! let found = find(&["logs".into()], &Options::default());
//! let mut buffers = Buffers::new(1);
//! for batch in found.batches() {
//!     found.open_ahead(batch.clone(), &mut buffers);
//!     for phone in batch {
//!         found.logs(phone).for_each(|log| found.read(log, &mut buffers, sink));
//!     }
//! }
//! # }
//! ```

mod archive;
mod buffers;
mod decompress;
mod file;
mod file_kind;
mod found;
mod kind;
mod limits;
mod list;
mod log_name;
mod open;
mod source;
mod state;
mod system;
mod tar;
mod utf16;
mod walk;
mod zip;

use std::fs::File;
use std::io::{self, Read};

pub use buffers::{Buffers, LogFile};
pub use decompress::decompressed;
pub use file_kind::{ConfigKind, PassedOver, PassedOverKind};
pub use found::{ConfigFile, Found};
pub use limits::{CONFIG_BYTES, Limits};
pub use list::files_from;
pub use log_name::{Rotation, chain, compare_age, log_mac, mac_in_name, natural_order, rotation};
pub use source::Source;
pub use state::FileState;
pub use system::{open_regular, read_at, shown_path};
pub use utf16::decoded;
pub use walk::find;

use crate::model::Mac;
use crate::problem::Problem;

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether archives in searched directories are opened. Those that the user names are in any case.
    pub archives: bool,
    /// Whether configuration files are wanted, found by name in directories and read in archives.
    pub configs: bool,
    /// What archives and compressed logs may grow to.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self { archives: true, configs: true, limits: Limits::default() }
    }
}

/// Where a log comes from, and what its name tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogName {
    /// The path as reports show it, with `/` between names on every system; a member of an archive is
    /// `a.zip!/path/in/it`, standard input `-`. Control characters are left in it.
    pub path: Box<str>,
    /// The phone, by the name: the address before `-app`; of a file that the user named, else the only
    /// address in its name.
    pub mac: Option<Mac>,
    /// How old the log is by its name.
    pub rotation: Rotation,
    /// When the file, or the member of an archive, was last changed: seconds since 1970, UTC. A pipe's is now.
    pub modified: Option<i64>,
    /// Its bytes as it stands on the disk, or as the archive declares them; 0 for a pipe.
    pub size: u64,
    /// What tells that two paths lead to the same file: device and inode. None in archives, and where the
    /// system does not tell.
    pub identity: Option<(u64, u64)>,
    /// Whether the name is a log's. A file that the user names is read whatever its name.
    pub named_like_log: bool,
}

/// The bytes of a log.
pub enum Content<'a> {
    /// All of them, at most 256 KiB.
    Whole(&'a [u8]),
    /// A large plain file, with the number of bytes to read, by position ([`read_at`]), from several threads
    /// if there are. If it ends earlier, that is to be returned as an error of the kind `UnexpectedEof`.
    File(&'a File, u64),
    /// A large log that comes as a stream. A fault ends it like the end of the file; the problem is reported
    /// afterwards.
    Stream(&'a mut dyn Read),
}

/// A member of an archive that may be a configuration file.
#[derive(Clone, Copy, Debug)]
pub struct ConfigMember<'a> {
    /// As reports show it: `a.zip!/path/in/it`.
    pub path: &'a str,
    /// What was read of it.
    pub content: ConfigContent<'a>,
    /// Its permissions, as Unix has them.
    pub mode: Option<u32>,
}

/// What is read of a member that may be a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigContent<'a> {
    /// All of it, or the beginning, which tells that it is no text.
    Bytes(&'a [u8]),
    /// Nothing: it is larger than [`CONFIG_BYTES`].
    TooLarge,
    /// Nothing: a private key (`<mac>-private.key`) is never read.
    PrivateKey,
}

/// Takes what one thread reads.
pub trait LogSink {
    /// Takes one log. An empty file is an empty log.
    ///
    /// # Errors
    /// A fault that the sink met in reading a [`Content::File`]; it becomes a problem of that file.
    fn log(&mut self, name: LogName, content: Content<'_>) -> io::Result<()>;

    /// Takes a configuration file that stands in an archive.
    fn config(&mut self, member: ConfigMember<'_>);

    /// Takes what could not be read.
    fn problem(&mut self, problem: Problem);

    /// Takes a member of an archive that was passed over.
    fn passed_over(&mut self, kind: PassedOverKind, path: &str);

    /// Takes note that this many more files were read, of this many bytes as they stand on the disk.
    fn advance(&mut self, files: u64, bytes: u64);
}
