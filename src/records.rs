//! The format of records on disk and in pipes: each digest of a log is in a frame of its own.
//!
//! A stream of records is
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `PCREC`, two NUL, the format of the frames: 1 |
//! | … | frames: a header, records in any order, an end |
//!
//! and a frame is
//!
//! | bytes | content |
//! |---|---|
//! | 1 | its kind, see [`FrameKind`] |
//! | 1 | 1 if it has an address, else 0 |
//! | 6 | the address of the phone; zeros where there is none |
//! | 4 | the length of the payload, little-endian |
//! | … | the payload |
//! | 8 | the first bytes of the BLAKE3 hash of all of this frame before them |
//!
//! The payload of an end is the number of the frames before it (8 bytes, little-endian) and the first 8 bytes
//! of the BLAKE3 hash of the stream before it. Streams may be concatenated, and a file of them may be
//! compressed. All times are UTC except those of `--since` and `--until`, which are the phones' local time.

mod reader;
mod writer;

use std::io;

use serde::{Deserialize, Serialize};

use crate::model::Mac;
use crate::window::Window;

pub use reader::{Item, Reader};
pub use writer::{Writer, append_frame};

/// The magic bytes of a stream; the last one is the version of the frame format.
pub const MAGIC: [u8; 8] = *b"PCREC\0\0\x01";

/// The version of the content of records. It must be raised with every change of the types in a log's record,
/// or of the grammar of lines and messages. A test compares the records of the samples with
/// `testdata/records`.
pub const DIGEST_VERSION: u32 = 23;

/// The longest payload, in bytes. Digests have bounded size, and this bounds the memory of a reader.
const MAX_PAYLOAD_BYTES: u32 = 128 << 20;

/// Length of a frame's head, before the payload, in bytes.
const HEAD: usize = 12;

/// Length of a checksum in bytes.
const CHECKSUM: usize = 8;

/// The kind of a frame's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FrameKind {
    /// The last one of a stream.
    End = 0,
    /// The first one of a stream: a [`Header`].
    Header = 1,
    /// The digest of one log.
    Log = 2,
    /// What a configuration file gives to the phones that read it, without secrets.
    Configuration = 3,
    /// Something that could not be read.
    Problem = 4,
    /// Counts of files that were not read: unopened archives and others.
    SkippedFiles = 5,
}

impl FrameKind {
    fn of(byte: u8) -> Option<Self> {
        let all =
            [Self::End, Self::Header, Self::Log, Self::Configuration, Self::Problem, Self::SkippedFiles];
        all.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// One frame between header and end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The kind of its content.
    pub kind: FrameKind,
    /// The phone it is about, if known.
    pub mac: Option<Mac>,
    /// The packed content.
    pub payload: Vec<u8>,
}

/// The header of a stream: what all its records have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The program's version.
    pub tool: String,
    /// The window that the records were made with, in whole seconds.
    pub window: Window,
    /// When the run began: seconds since 1970, UTC.
    pub made_at: i64,
    /// Configuration files were read too.
    pub has_configuration: bool,
}

impl Header {
    /// The header of records of this version. `made_at`: when the run began, in seconds since 1970, UTC.
    pub fn new(window: &Window, made_at: i64, has_configuration: bool) -> Self {
        let tool = env!("CARGO_PKG_VERSION").to_owned();
        Self { tool, window: window.in_seconds(), made_at, has_configuration }
    }

    /// The digest version comes first, in a form that is the same in all versions.
    fn pack(&self) -> io::Result<Vec<u8>> {
        postcard::to_extend(self, DIGEST_VERSION.to_le_bytes().to_vec()).map_err(io::Error::other)
    }

    fn unpack(payload: &[u8]) -> Result<Self, Fault> {
        let (version, rest) = payload.split_first_chunk().ok_or(Fault::Content)?;
        let version = u32::from_le_bytes(*version);
        if version != DIGEST_VERSION {
            let tool =
                postcard::take_from_bytes::<String>(rest).map_or_else(|_| "?".to_owned(), |(tool, _)| tool);
            return Err(Fault::Version { tool, version });
        }
        postcard::from_bytes(rest).map_err(|_| Fault::Content)
    }
}

/// What to do about damaged records.
const MAKE_AGAIN: &str = "make it again with `phonecert digest`, without it as `--cache`";

/// Why a file of records is rejected. It is rejected as a whole, since the answer could not say what is
/// missing from a part of it.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It could not be read.
    #[error(transparent)]
    Io(io::Error),
    /// It could not be decompressed.
    #[error("is damaged: {0}; {MAKE_AGAIN}")]
    Compression(io::Error),
    /// The temporary file for its records failed.
    #[error("its records could not be kept in a temporary file: {0}")]
    TemporaryFile(io::Error),
    /// It is empty.
    #[error("is empty; a file of records that `phonecert digest` wrote is expected")]
    Empty,
    /// It does not begin with the magic bytes.
    #[error("is not a file of records; `phonecert digest` makes records of logs")]
    Foreign,
    /// Something else follows the end.
    #[error(
        "is damaged: something other than a record follows the end (files of records that are joined must have the \
         same compression)"
    )]
    Behind,
    /// Its frame format is of a later version.
    #[error("has frames of format {0}, which this version of phonecert does not know")]
    Format(u8),
    /// It is cut off: the end frame is missing.
    #[error("is cut off: its end is missing; {MAKE_AGAIN}")]
    Cut,
    /// A checksum or a count is wrong.
    #[error("is damaged: the checksum or count of frame {0} is wrong; {MAKE_AGAIN}")]
    Damaged(u64),
    /// The frames are intact, but the content of one is invalid.
    #[error("is damaged: the content of a frame is not valid; {MAKE_AGAIN}")]
    Content,
    /// Its digests are of another version.
    #[error(
        "has records of version {version}, made by phonecert {tool}; this one (phonecert {}) reads version \
         {DIGEST_VERSION}: run `phonecert digest` again",
        env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// The program that made them.
        tool: String,
        /// Their version.
        version: u32,
    },
    /// It was made with another window than the other records or the options.
    #[error("was made with {made}, but {other}; the time window must be the same")]
    Window {
        /// The window of this file, as options.
        made: String,
        /// The window that it was compared with.
        other: String,
    },
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            _ if error.kind() == io::ErrorKind::UnexpectedEof => Self::Cut,
            Some(_) => Self::Io(error),
            // Only decoders return errors that are not of the operating system.
            None => Self::Compression(error),
        }
    }
}

fn checksum(hasher: &blake3::Hasher) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    hasher.finalize_xof().fill(&mut sum);
    sum
}

#[cfg(test)]
mod tests;
