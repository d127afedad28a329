//! From paths to the bytes of logs: directories, files, archives, pipes.
//!
//! [`find`] looks for logs by their names alone and groups them by phone; [`FoundFiles::read`] reads one of them,
//! and [`Source::read`] reads what must be opened to know whose logs it holds. One bad file never ends a run:
//! it becomes a problem with its path, and the part that could be read is used.
//!
//! ```no_run
//! use phonecert::input::{Buffers, LogSink, Options, find};
//! # fn example(sink: &mut dyn LogSink) {
//! let found = find(&["logs".into()], &Options::default());
//! let mut buffers = Buffers::new(1);
//! for batch in found.batches(&found.by_directory()) {
//!     found.open_ahead(batch, &mut buffers);
//!     for phone in batch {
//!         found.logs(*phone as usize).for_each(|log| found.read(log, &mut buffers, sink));
//!     }
//! }
//! # }
//! ```

mod archive;
mod buffers;
mod decompress;
mod file;
mod found;
mod kind;
mod limits;
mod list;
mod log_name;
mod open;
mod other_files;
mod server_file;
mod source;
mod state;
mod system;
mod tar;
mod utf16;
mod walk;
mod zip;

use std::fs::File;
use std::io::{self, Read};

use chrono::{DateTime, NaiveDateTime};

pub(crate) use archive::is_only_configuration;
pub use buffers::{Buffers, LogFile};
pub use decompress::decompressed;
pub use found::{ConfigFile, FoundFiles};
pub use kind::compressions;
pub(crate) use kind::{compression_of, packed_endings};
pub use limits::{Limits, MAX_CONFIG_BYTES};
pub use list::files_from;
pub use log_name::{
    Rotation, chain, is_backup, is_directly_before, log_mac, mac_in_name, natural_order, rotation,
};
pub use other_files::{ConfigKind, SkipReason, SkippedFiles};
pub use server_file::server_chain;
pub use source::Source;
pub(crate) use source::mac_of_unread_log;
pub use state::FileState;
pub(crate) use system::{FilePart, file_name, problem_of, uninterrupted};
pub use system::{directory_of, open_regular, or_here, read_at, shown_path};
pub use utf16::decoded;
pub use walk::find;

use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use archive::MemberUse;

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether archives in searched directories are opened. Archives that the user names are always opened.
    pub archives: bool,
    /// Whether configuration files are wanted, found by name in directories and read in archives.
    pub configs: bool,
    /// The largest size to which archives and compressed logs may decompress.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self { archives: true, configs: true, limits: Limits::default() }
    }
}

/// Where a log comes from, and what its name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogName {
    /// The path as reports show it, with `/` between names on every system; a member of an archive is
    /// `a.zip!/path/in/it`, standard input `-`. Control characters are left in it.
    pub path: Box<str>,
    /// The phone's address, from the name: the one before `-app`. In the name of a file that the user named, it
    /// may be anywhere if it is the only one.
    pub mac: Option<Mac>,
    /// How old the log is by its name.
    pub rotation: Rotation,
    /// When the file, or the member of an archive, was last changed: seconds since 1970, UTC. A pipe's is now.
    pub modified: Option<i64>,
    /// Size in bytes on the disk (not decompressed), or as the archive declares it; 0 for a pipe.
    pub size: u64,
    /// Device and inode, equal for two paths of the same file. None in archives, and on systems without them.
    pub identity: Option<(u64, u64)>,
    /// Whether the name is a log's. A file that the user names is read whatever its name.
    pub named_like_log: bool,
}

impl LogName {
    /// What a name says; what the file's metadata say is unknown yet.
    fn new(path: impl Into<Box<str>>, mac: Option<Mac>, rotation: Rotation, named_like_log: bool) -> Self {
        let (modified, size, identity) = (None, 0, None);
        Self { path: path.into(), mac, rotation, modified, size, identity, named_like_log }
    }

    /// The same for a file whose lines are in this one, after `==> name <==`: what its name says. An address that is
    /// not in its name is the one in the name of this file.
    pub(crate) fn of_heading(&self, name: &str) -> Self {
        let (mac, rotation, named_like_log) = match MemberUse::of(name.as_bytes(), None, false) {
            Some(MemberUse::Log(mac, rotation)) => (Some(mac), rotation, true),
            _ => (mac_in_name(name.as_bytes()), rotation(archive::base_name(name.as_bytes())), false),
        };
        Self { mac: mac.or(self.mac), rotation, named_like_log, ..self.clone() }
    }

    /// When it was last changed, UTC.
    pub(crate) fn modified_time(&self) -> Option<NaiveDateTime> {
        Some(DateTime::from_timestamp(self.modified?, 0)?.naive_utc())
    }
}

/// The bytes of a log, or of a file or a member whose kind is not known yet.
pub enum Bytes<'a> {
    /// All of them, at most 256 KiB.
    Whole(&'a [u8]),
    /// A large plain file and the number of bytes to read of it. Several threads may read it by position
    /// ([`read_at`]). The sink returns an error of the kind `UnexpectedEof` if the file ends earlier.
    File(&'a File, u64),
    /// A large log that comes as a stream. A fault looks like the end of the file here; the problem is reported
    /// afterwards.
    Stream(&'a mut dyn Read),
}

/// A member of an archive that may be a configuration file.
#[derive(Clone, Copy, Debug)]
pub struct ConfigMember<'a> {
    /// The path as reports show it: `a.zip!/path/in/it`.
    pub path: &'a str,
    /// What was read of the member.
    pub content: ConfigContent<'a>,
    /// Unix permission bits.
    pub mode: Option<u32>,
    /// The archive is cut off or damaged within the member, so the content is not whole.
    pub damage: Option<(ProblemKind, &'a str)>,
}

/// What is read of a member that may be a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigContent<'a> {
    /// The whole content; or only its beginning, if that shows that it is not text.
    Bytes(&'a [u8]),
    /// Nothing: it is larger than [`MAX_CONFIG_BYTES`].
    TooLarge,
    /// Nothing: a private key (`<mac>-private.key`) is never read.
    PrivateKey,
    /// Nothing: it is [no plain file](NOT_PLAIN).
    NotPlain,
}

/// Why a link in an archive is not read. Links in directories are followed.
pub const NOT_PLAIN: &str =
    "is a link, a device or a sparse file, not a plain file; unpack the archive to have it read";

/// Receives what one thread reads.
pub trait LogSink {
    /// Takes one log. An empty file is an empty log.
    ///
    /// # Errors
    /// A fault in reading a [`Bytes::File`]; the caller reports it as a problem of that file.
    fn log(&mut self, name: LogName, content: Bytes<'_>) -> io::Result<()>;

    /// Takes a configuration file from an archive.
    fn config(&mut self, member: ConfigMember<'_>);

    /// Takes a problem: something that could not be read.
    fn problem(&mut self, problem: Problem);

    /// Counts a member of an archive that is not read.
    fn skipped(&mut self, kind: SkipReason, path: &str);

    /// Reports progress: this many more files were read, of this size in bytes on the disk (not decompressed).
    fn advance(&mut self, files: u64, bytes: u64);
}
