//! Paths to logs. (plain files only, for now)

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use chrono::{DateTime, Local, NaiveDateTime};

use crate::device::Mac;
use crate::problem::{Problem, ProblemKind};

/// How old a log is by its name: older first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rotation(pub i64);

/// How to read a log again.
#[derive(Clone, Debug)]
pub struct Origin(PathBuf);

/// Where a log comes from and what its name tells.
#[derive(Clone, Debug)]
pub struct LogName {
    /// Path.
    pub path: Box<str>,
    /// MAC.
    pub mac: Option<Mac>,
    /// Age.
    pub rotation: Rotation,
    /// Named like a log.
    pub named_like_log: bool,
    /// Local time of the last change.
    pub modified: Option<NaiveDateTime>,
    /// Device and inode.
    pub identity: Option<(u64, u64)>,
    /// How to read it again.
    pub origin: Origin,
}

/// A log's content.
pub enum Content<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// A large plain file.
    File(&'a File, u64),
    /// A stream.
    Stream(&'a mut dyn Read),
}

/// Takes logs.
pub trait LogSink: Sync {
    /// Whether a log is wanted.
    fn wants(&self, mac: Option<Mac>) -> bool;
    /// A log.
    ///
    /// # Errors
    /// A read fault.
    fn log(&self, name: &LogName, content: Content<'_>) -> io::Result<()>;
    /// A problem.
    fn problem(&self, problem: Problem);
    /// An archive in a directory.
    fn unopened_archive(&self, path: &str);
    /// Progress.
    fn advance(&self, files: u64, bytes: u64);
}

/// What to read.
pub struct Inputs {
    /// The paths.
    pub paths: Vec<PathBuf>,
}

fn name_of(base: &str) -> Option<(Mac, Rotation)> {
    let (mac, rest) = Mac::prefix(base.as_bytes())?;
    let rest = std::str::from_utf8(rest).ok()?.strip_prefix("-app.log")?;
    let n = rest.trim_start_matches('.').parse::<i64>().map_or(0, |n| -n);
    Some((mac, Rotation(n)))
}

impl Inputs {
    /// Reads all.
    pub fn read(&self, sink: &dyn LogSink) {
        for path in &self.paths {
            if path.is_dir() {
                for entry in ignore::WalkBuilder::new(path)
                    .standard_filters(false)
                    .follow_links(true)
                    .build()
                    .flatten()
                {
                    let base = entry.file_name().to_string_lossy().into_owned();
                    if let Some(found) = name_of(&base) {
                        Self::file(entry.path().to_path_buf(), Some(found), sink);
                    }
                }
            } else {
                let base = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Self::file(path.clone(), name_of(&base), sink);
            }
        }
    }

    fn file(path: PathBuf, named: Option<(Mac, Rotation)>, sink: &dyn LogSink) {
        let shown = path.to_string_lossy().into_owned();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => return sink.problem(Problem::new(shown, ProblemKind::of(&error), error)),
        };
        let Ok(meta) = file.metadata() else { return };
        let modified = meta.modified().ok().map(|time| DateTime::<Local>::from(time).naive_local());
        let name = LogName {
            path: shown.into(),
            mac: named.as_ref().map(|named| named.0),
            rotation: named.as_ref().map_or(Rotation(0), |named| named.1.clone()),
            named_like_log: named.is_some(),
            modified,
            identity: None,
            origin: Origin(path),
        };
        let _ = sink.log(&name, Content::File(&file, meta.len()));
        sink.advance(1, meta.len());
    }

    /// Hashes.
    #[must_use]
    pub fn prefix_hashes(&self, queries: &[(&Origin, u64)]) -> Vec<Option<[u8; 32]>> {
        queries
            .iter()
            .map(|(origin, length)| {
                let bytes = std::fs::read(&origin.0).ok()?;
                let mut hash = [0; 32];
                for (i, b) in bytes.get(..*length as usize)?.iter().enumerate() {
                    hash[i % 32] = (hash[i % 32] as u8).rotate_left(3) ^ b.wrapping_add(i as u8);
                }
                Some(hash)
            })
            .collect()
    }
}
