//! Records on disk and in pipes: the digest of one log, in a frame of its own.
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
//! | 1 | its kind, see [`Kind`] |
//! | 1 | 1 if it has an address, else 0 |
//! | 6 | the address of the phone; zeros where there is none |
//! | 4 | the length of the payload, little-endian |
//! | … | the payload |
//! | 8 | the first bytes of the BLAKE3 hash of all of this frame before them |
//!
//! The payload of an end is the number of the frames before it (8 bytes, little-endian) and the first 8 bytes
//! of the BLAKE3 hash of the stream before it. Streams can stand one behind the other, and a file of them
//! can be compressed. All times are UTC but those of `--since` and `--until`, which are the phones' own.

mod reader;
mod writer;

use std::io;

use chrono::{DateTime, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::model::Mac;
use crate::window::Window;

pub use reader::{Item, Reader};
pub use writer::{Writer, append_frame};

/// What every stream begins with; the last byte is the format of the frames.
pub const MAGIC: [u8; 8] = *b"PCREC\0\0\x01";

/// Raised with every change of what a log's record holds: of the types, or of the grammar of lines and
/// messages. A test compares the records of the samples with `testdata/records`.
pub const DIGEST_VERSION: u32 = 2;

/// No payload is longer, in bytes: a digest is bounded, and so is what a reader takes into memory.
const LONGEST_PAYLOAD: u32 = 128 << 20;

/// Bytes of a frame before its payload.
const HEAD: usize = 12;

/// Bytes of a checksum.
const CHECKSUM: usize = 8;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The last one of a stream.
    End = 0,
    /// The first one of a stream: a [`Header`].
    Header = 1,
    /// The digest of one log.
    Log = 2,
    /// What a configuration file gives the phones that read it, without secrets.
    Configuration = 3,
    /// Something that could not be read.
    Problem = 4,
    /// Files that were passed over: archives that were left closed, and others.
    PassedOver = 5,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        let all = [Self::End, Self::Header, Self::Log, Self::Configuration, Self::Problem, Self::PassedOver];
        all.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// One frame between header and end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it holds.
    pub kind: Kind,
    /// The phone that it is about.
    pub mac: Option<Mac>,
    /// The content, packed.
    pub payload: Vec<u8>,
}

/// What all records of a stream have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The program's version.
    pub tool: String,
    /// Seconds since 1970 in the phones' local time.
    since: Option<i64>,
    /// The same of the window's end.
    until: Option<i64>,
    /// When the run began: seconds since 1970, UTC.
    pub made_at: i64,
    /// Configuration files were read too.
    pub has_configuration: bool,
}

impl Header {
    /// The header of records that are made now, with this window.
    #[must_use]
    pub fn new(window: &Window, made_at: i64, has_configuration: bool) -> Self {
        let seconds = |time: Option<NaiveDateTime>| time.map(|time| time.and_utc().timestamp());
        let tool = env!("CARGO_PKG_VERSION").to_owned();
        Self { tool, since: seconds(window.since), until: seconds(window.until), made_at, has_configuration }
    }

    /// The window that the records were made with. In whole seconds.
    #[must_use]
    pub fn window(&self) -> Window {
        let time = |seconds: Option<i64>| Some(DateTime::from_timestamp(seconds?, 0)?.naive_utc());
        Window { since: time(self.since), until: time(self.until) }
    }

    /// The digest version comes first, in a form that no version changes.
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

/// Why a file of records is not used. Never a part of it: the answer could not say what is missing.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It could not be read, or not be decompressed.
    #[error(transparent)]
    Io(io::Error),
    /// Its records wait in a temporary file, and that failed.
    #[error("its records wait in a temporary file, and that failed: {0}")]
    Waiting(io::Error),
    /// Nothing is in it.
    #[error("is empty; a file of records that `phonecert digest` wrote is expected")]
    Empty,
    /// It begins with something else.
    #[error("is no file of records: `phonecert digest` writes them, of logs")]
    Foreign,
    /// Something else follows the end.
    #[error(
        "is damaged: something that is no record follows the end (records that are joined to one file must be \
         compressed alike)"
    )]
    Behind,
    /// A later form of frames.
    #[error("has frames of format {0}, which this version of phonecert does not know")]
    Format(u8),
    /// It is cut off: the end frame is missing.
    #[error("is cut off: its end is missing")]
    Cut,
    /// A checksum or a count does not fit.
    #[error("is damaged: frame {0} is not what was written")]
    Damaged(u64),
    /// The frames are whole, but what one holds is not understood.
    #[error("is damaged: a frame is whole, but its content is not understood")]
    Content,
    /// Digests of another version.
    #[error(
        "has records of version {version}, made by phonecert {tool}; this one (phonecert {}) reads version \
         {DIGEST_VERSION}: digest the logs anew",
        env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// The program that made them.
        tool: String,
        /// Their version.
        version: u32,
    },
    /// Records made with different windows do not fit together.
    #[error("was made with {made}, but {other}: records of different windows are different records")]
    Window {
        /// The window of this file, as options.
        made: String,
        /// The window that it was compared with.
        other: String,
    },
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Cut } else { Self::Io(error) }
    }
}

fn checksum(hasher: &blake3::Hasher) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    hasher.finalize_xof().fill(&mut sum);
    sum
}

#[cfg(test)]
mod tests;
