//! Reading files: a small one by one system call into a reused buffer, a large one by position. Also the
//! sources that must be read to know whose logs they hold: archives, pipes, files without a phone's address
//! in their names.

use std::fs::File;
use std::io::{self, Read};

use super::archive::base_name;
use super::buffers::{Buffers, WHOLE};
use super::kind::is_archive_name;
use super::limits::{Budget, Fault, fill};
use super::log_name::{log_mac, mac_in_name, rotation};
use super::open::{Item, Opener, SHORTER, read_fault};
use super::other_files::{ConfigKind, SkipReason};
use super::state::FileState;
use super::system::{FileStatus, open_file, path_of, problem_of, shown};
use super::{Bytes, LogName, LogSink, Options};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};

/// Reads a file. `item` has what is known from its name.
pub(super) fn read_file(
    item: Item,
    opened: io::Result<File>,
    options: &Options,
    buffers: &mut Buffers,
    sink: &mut dyn LogSink,
) {
    let (file, status) = match opened.and_then(|file| FileStatus::of(&file).map(|status| (file, status))) {
        Ok(opened) => opened,
        Err(error) => return sink.problem(problem_of(item.log.path.into(), &error)),
    };
    if !status.is_file {
        let message = "was a file when it was found, but no longer is";
        return sink.problem(Problem::new(item.log.path, ProblemKind::ChangedWhileRead, message));
    }
    let size = status.size;
    let log = LogName { modified: status.modified, size, identity: status.identity, ..item.log };
    let item = Item { log, ..item };
    let budget = Budget::new(options.limits, Some(size));
    let mut opener = Opener { budget: &budget, configs: options.configs, buffers, sink, has_log: false };
    if size > WHOLE as u64 {
        opener.read(&item, Bytes::File(&file, size));
    } else if size == 0 {
        // Some files of the system, such as those in `/proc`, have content but report no size.
        opener.read(&item, Bytes::Stream(&mut &file));
    } else {
        let mut buffer = opener.buffers.take();
        // This takes one call, unless the file became shorter meanwhile.
        match fill(&mut &file, &mut buffer[..size as usize]) {
            Ok(length) => {
                opener.read(&item, Bytes::Whole(&buffer[..length]));
                if (length as u64) < size {
                    let fault = Fault::new(ProblemKind::ChangedWhileRead, SHORTER);
                    opener.sink.problem(fault.at(&item.log.path));
                }
            }
            Err(error) => opener.sink.problem(read_fault(error).at(&item.log.path)),
        }
        opener.buffers.return_buffer(buffer);
    }
    sink.advance(1, size);
}

pub(super) fn status_of(path: &[u8], shown: &str) -> Result<(u64, Option<i64>), Problem> {
    let status = FileStatus::of_path(&path_of(path)).map_err(|error| problem_of(shown.to_owned(), &error))?;
    Ok((status.size, status.modified))
}

/// The phone of a log that could not be read, by its path as problems name it. An address elsewhere in a file's name
/// counts only if the user named the file, and only then it is read: archives and configuration files aside.
pub(crate) fn mac_of_unread_log(path: &str) -> Option<Mac> {
    let mut names = path.rsplit(['/', '\\']).map(str::as_bytes);
    let of_other_name = || {
        let name = base_name(path.as_bytes());
        let is_other =
            is_archive_name(name) || ConfigKind::of(name).is_some() || SkipReason::of(name).is_some();
        mac_in_name(name).filter(|_| name.contains(&b'.') && !is_other)
    };
    // A directory named like a log is one log.
    names.find_map(log_mac).or_else(of_other_name)
}

/// A file or stream that must be read to know whose logs it holds.
#[derive(Clone, Debug)]
pub struct Source {
    /// `-` for standard input.
    file: Vec<u8>,
    shown: Box<str>,
    kind: SourceKind,
    named_by_user: bool,
    /// The phone in whose log directory it is.
    log_of: Option<Mac>,
    options: Options,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceKind {
    StandardInput,
    Pipe,
    File,
}

impl Source {
    pub(super) fn new(path: &[u8], kind: SourceKind, named_by_user: bool, options: &Options) -> Self {
        let shown = shown(path).into();
        Self { file: path.to_vec(), shown, kind, named_by_user, log_of: None, options: *options }
    }

    /// The same in a directory that is named like the log of this phone.
    pub(super) fn of_log(self, log_of: Option<Mac>) -> Self {
        Self { log_of, ..self }
    }

    /// The path as reports show it; `-` for standard input.
    pub const fn path(&self) -> &str {
        &self.shown
    }

    /// Whether the user named it. If not, it is an archive in a searched directory.
    pub const fn is_named_by_user(&self) -> bool {
        self.named_by_user
    }

    /// The size of the file in bytes and when it was last changed, in seconds since 1970, UTC; None for a
    /// pipe, which can be read only once.
    ///
    /// # Errors
    /// The problem that the file is gone or can't be accessed.
    pub fn status(&self) -> Result<Option<(u64, Option<i64>)>, Problem> {
        if self.is_pipe() { Ok(None) } else { status_of(&self.file, &self.shown).map(Some) }
    }

    /// Whether its name has the ending of a supported archive.
    pub fn is_archive(&self) -> bool {
        is_archive_name(base_name(&self.file))
    }

    /// Whether it can be read only once: a pipe, or standard input.
    pub fn is_pipe(&self) -> bool {
        self.kind != SourceKind::File
    }

    /// The state of the file, to tell later whether it changed; None for a pipe or a file that is gone.
    pub fn state(&self) -> Option<FileState> {
        if self.is_pipe() { None } else { FileState::of(&path_of(&self.file)) }
    }

    /// Reads all of it on this thread; only decompression may run ahead on another thread.
    pub fn read(&self, buffers: &mut Buffers, sink: &mut dyn LogSink) {
        let base = base_name(self.shown.as_bytes());
        let named_like_log = log_mac(base).is_some();
        let is_log = self.named_by_user || named_like_log;
        let mac = mac_in_name(base).filter(|_| is_log);
        let log = LogName::new(&*self.shown, mac, rotation(base), named_like_log);
        let item = Item { log, is_log, depth: 0, log_of: self.log_of };
        match self.kind {
            SourceKind::StandardInput => self.pass(item, &mut io::stdin().lock(), buffers, sink),
            SourceKind::Pipe => match File::open(path_of(&self.file)) {
                Ok(mut file) => self.pass(item, &mut file, buffers, sink),
                Err(error) => sink.problem(problem_of(self.shown.to_string(), &error)),
            },
            SourceKind::File => read_file(item, open_file(&self.file), &self.options, buffers, sink),
        }
    }

    /// Reads a pipe or standard input.
    fn pass(&self, mut item: Item, stream: &mut dyn Read, buffers: &mut Buffers, sink: &mut dyn LogSink) {
        item.log.modified = Some(chrono::Utc::now().timestamp());
        let Options { limits, configs, .. } = self.options;
        let budget = Budget::new(limits, None);
        Opener { budget: &budget, configs, buffers, sink, has_log: false }.read(&item, Bytes::Stream(stream));
        sink.advance(1, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_of_a_log_that_could_not_be_read() {
        for path in [
            "in/0004f2a1b202-app.log",
            "a.zip!/x/0004F2-A1B202-app.log.1.gz",
            "0004f2a1b202-app.log/2",
            "x/log of 0004f2a1b202.txt",
        ] {
            assert_eq!(mac_of_unread_log(path), Some("0004F2A1B202".parse().unwrap()), "{path}");
        }
        for path in [
            "0004f2a1b202.cfg",
            "0004f2a1b202-private.key",
            "0004f2a1b202-boot.log",
            "0004f2a1b202",
            "0004f2a1b202/x.log",
            "0004f2a1b202.zip",
            "0004F2A1B202.7z",
            "0004f2a1b202 0004f2a1b203.log",
            "",
        ] {
            assert_eq!(mac_of_unread_log(path), None, "{path}");
        }
    }
}
