//! From paths to the bytes of logs: directories, files, archives, pipes.
//!
//! One bad file never ends a run: it becomes a problem with its name, and what could be read of it counts.

mod again;
mod gzip;
mod holes;
mod limits;
mod member;
mod name;
mod plain;
mod random;
mod stream;
mod sum;
mod tar;
mod walk;
mod zip;
mod zip_end;
mod zip_forward;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use chrono::{DateTime, Local, NaiveDateTime};

pub use limits::Limits;
pub use name::{Named, Rotation};
pub use sum::PrefixHash;

pub(crate) use holes::Dense;
pub(crate) use sum::Sum;

use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use limits::Budget;
use member::Place;

/// Where a log comes from, and what its name tells.
#[derive(Clone, Debug)]
pub struct LogName {
    /// The path as reports show it; a member of an archive is `a.zip!/path/in/it`, standard input `-`.
    pub path: Box<str>,
    /// The phone, by the name.
    pub mac: Option<Mac>,
    /// Whether the name is a log's. A file that the user names is read whatever its name.
    pub named_like_log: bool,
    /// How old the log is by its name.
    pub rotation: Rotation,
    /// When the file was last changed, local time.
    pub modified: Option<NaiveDateTime>,
    /// What tells that two paths lead to the same file: device and inode.
    pub identity: Option<(u64, u64)>,
    /// How to find it again.
    pub origin: Origin,
}

/// How to find a log again: the file that the system knows, and the members on the way to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    file: Option<Arc<Path>>,
    members: Box<[u64]>,
}

impl Origin {
    fn of(file: &Path) -> Self {
        Self { file: Some(file.into()), members: Box::default() }
    }

    /// Something that can be read but once.
    fn passing() -> Self {
        Self { file: None, members: Box::default() }
    }

    /// The path of a file that is a log itself, where that is a text.
    pub(crate) fn plain_file(&self) -> Option<&str> {
        self.file.as_deref().filter(|_| self.members.is_empty())?.to_str()
    }

    /// Whether it can be read but once.
    pub(crate) const fn is_passing(&self) -> bool {
        self.file.is_none()
    }

    fn member(&self, number: u64) -> Self {
        Self { file: self.file.clone(), members: self.members.iter().copied().chain([number]).collect() }
    }
}

/// The bytes of a log.
pub enum Content<'a> {
    /// All of them.
    Whole(&'a [u8]),
    /// A large plain file of this size, to be read by position from several threads.
    File(&'a File, u64),
    /// A large log that comes as a stream. A fault ends it; the problem is told elsewhere.
    Stream(&'a mut dyn Read),
}

/// Takes logs, from many threads at once.
pub trait LogSink: Sync {
    /// Whether a log of this phone is wanted; none if its name does not tell the phone.
    fn wants(&self, mac: Option<Mac>) -> bool;

    /// Takes one log.
    ///
    /// # Errors
    /// A fault that the sink met in reading a [`Content::File`]; it becomes a problem of that file.
    fn log(&self, name: &LogName, content: Content<'_>) -> io::Result<()>;

    /// Takes what could not be read.
    fn problem(&self, problem: Problem);

    /// Takes the path of an archive in a searched directory: those are not opened.
    fn unopened_archive(&self, path: &str);

    /// Takes note that so many logs more, of so many bytes as they stand in their files, are read.
    fn advance(&self, files: u64, bytes: u64);
}

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Directories, logs, archives, and `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// What archives and compressed logs may grow to.
    pub limits: Limits,
}

impl Inputs {
    /// These paths, with the usual limits.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths, limits: Limits::default() }
    }

    /// Reads all logs. Runs in the current rayon pool, and walks directories with as many threads.
    pub fn read(&self, sink: &dyn LogSink) {
        let mut seen = HashSet::new();
        let mut large = Vec::new();
        for path in self.paths.iter().filter(|path| seen.insert(path.as_path())) {
            if path == Path::new("-") {
                self.standard_input(sink);
                continue;
            }
            match fs::metadata(path) {
                Ok(metadata) if metadata.is_dir() => large.extend(walk::directory(path, sink, &self.limits)),
                Ok(_) => self.named_file(path, sink),
                Err(error) => sink.problem(problem_of(&shown(path), &error)),
            }
        }
        plain::read_large(large, sink, &self.limits);
    }

    /// How many logs there are and of how many bytes, for an estimate: a walk that opens nothing.
    #[must_use]
    pub fn measure(&self) -> (u64, u64) {
        let sizes = self.paths.iter().map(|path| match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk::measure(path),
            Ok(metadata) => (1, metadata.len()),
            Err(_) => (0, 0),
        });
        sizes.fold((0, 0), |(logs, bytes), (more_logs, more_bytes)| (logs + more_logs, bytes + more_bytes))
    }

    fn standard_input(&self, sink: &dyn LogSink) {
        self.pipe("-", &mut io::stdin().lock(), sink);
    }

    /// What can be read but once, and changes as it is read.
    fn pipe(&self, path: &str, stream: &mut dyn Read, sink: &dyn LogSink) {
        let budget = Budget::new(self.limits, None);
        let origin = Origin::passing();
        let modified = Some(Local::now().naive_local());
        let place =
            Place { sink, budget: &budget, path, origin: &origin, modified, depth: 0, named_by_user: true };
        place.read(stream, None);
        sink.advance(1, 0);
    }

    /// A file that the user named: read whatever its name, a pipe too.
    fn named_file(&self, path: &Path, sink: &dyn LogSink) {
        let name = shown(path);
        // What may never end is not even opened: that alone can do something to a device.
        if let Some(kind) = fs::metadata(path).ok().and_then(|metadata| endless(metadata.file_type())) {
            let message = format!("is {kind}, not a file or a pipe");
            return sink.problem(Problem::new(name, ProblemKind::Unreadable, message));
        }
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = match opened {
            Ok(opened) => opened,
            Err(error) => return sink.problem(problem_of(&name, &error)),
        };
        if metadata.is_file() {
            let found = plain::Found { path: path.to_owned(), shown: name.into(), named_by_user: true };
            return plain::read(&found, file, sink, &self.limits);
        }
        self.pipe(&name, &mut &file, sink);
    }
}

/// What is neither a file nor a pipe, and may never end.
fn endless(kind: fs::FileType) -> Option<&'static str> {
    special(kind).filter(|name| *name != PIPE)
}

const PIPE: &str = "a named pipe";

/// What a file that is none is called.
#[cfg(unix)]
fn special(kind: fs::FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    match () {
        () if kind.is_fifo() => Some(PIPE),
        () if kind.is_block_device() => Some("a block device"),
        () if kind.is_char_device() => Some("a character device"),
        () if kind.is_socket() => Some("a socket"),
        () => None,
    }
}

#[cfg(not(unix))]
fn special(_: fs::FileType) -> Option<&'static str> {
    None
}

/// No list of paths is longer, in bytes: some ten million names.
const LONGEST_LIST: u64 = 1 << 30;

/// The paths that a list names: one a line, or each ended by a NUL byte. Blank lines are nothing, nor is
/// the byte order mark that an editor puts before the first one.
///
/// # Errors
/// What `list` returns; a list of more than 1 GiB, which is none.
pub fn files_from(list: &mut dyn BufRead) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    if list.take(LONGEST_LIST + 1).read_to_end(&mut all)? as u64 > LONGEST_LIST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "is too long to be a list of paths"));
    }
    let all = all.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&all);
    let by_nul = all.contains(&0);
    let names = all.split(|&byte| byte == if by_nul { 0 } else { b'\n' });
    let names = names.map(|name| if by_nul { name } else { name.strip_suffix(b"\r").unwrap_or(name) });
    Ok(names.filter(|name| !name.is_empty()).map(|name| path_of(name.to_vec())).collect())
}

#[cfg(unix)]
fn path_of(name: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(name).into()
}

#[cfg(not(unix))]
fn path_of(name: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&name).into_owned().into()
}

/// A path as reports show it. What is not UTF-8 shows as `\xNN`, so that different names stay different.
fn shown(path: &Path) -> String {
    shown_bytes(path.as_os_str().as_encoded_bytes()).into_owned()
}

fn shown_bytes(name: &[u8]) -> Cow<'_, str> {
    if let Ok(name) = std::str::from_utf8(name) {
        return Cow::Borrowed(name);
    }
    let mut shown = String::new();
    for chunk in name.utf8_chunks() {
        shown.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| shown.push_str(&format!("\\x{byte:02X}")));
    }
    Cow::Owned(shown)
}

fn base_name(path: &Path) -> &[u8] {
    path.file_name().map_or(&[], OsStr::as_encoded_bytes)
}

/// The problem that an error with a file amounts to.
fn problem_of(path: &str, error: &io::Error) -> Problem {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::ELOOP) {
        return Problem::new(path, ProblemKind::SymlinkLoop, "links that lead in a circle");
    }
    Problem::new(path, ProblemKind::of(error), error)
}

fn local_time(metadata: &fs::Metadata) -> Option<NaiveDateTime> {
    let since_epoch = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    local_time_of(since_epoch.as_secs())
}

/// Seconds since 1970 as local time. A file can claim times that no calendar has.
fn local_time_of(seconds: u64) -> Option<NaiveDateTime> {
    const END_OF_9000: u64 = 221_876_841_599;
    let seconds = i64::try_from(seconds.min(END_OF_9000)).ok()?;
    Some(DateTime::from_timestamp(seconds, 0)?.with_timezone(&Local).naive_local())
}
