//! Reading what was found. Small logs are opened some at a time, so that a disk can fetch several, and each
//! is read by one call into a buffer that is used again; large ones are read by position.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use super::archive::base_name;
use super::found::{Entry, Found, LogFile, join};
use super::kind::is_archive_name;
use super::limits::{Budget, Limits};
use super::log_name::{log_mac, mac_in_name, rotation};
use super::open::{Input, Item, Opener, SHORTER, WHOLE, read_fault};
use super::state::FileState;
use super::system::{OpenDirectory, Status, open_ahead, open_file, path_of, shown, will_need};
use super::walk::problem_of;
use super::{LogName, LogSink, Options};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};

/// A thread opens at most so many logs ahead.
const AHEAD: usize = 64;

/// What a thread uses again from log to log.
pub struct Buffers {
    /// Logs that are open and not read yet, in the order in which they will be.
    ahead: VecDeque<(LogFile, io::Result<File>)>,
    most_ahead: usize,
    /// The directory of the log that was opened last.
    directory: Option<(u32, OpenDirectory)>,
    path: Vec<u8>,
    spare: Vec<Box<[u8]>>,
}

impl Buffers {
    /// The buffers of one of so many threads that read at a time: they share the files that the system
    /// lets a program open.
    #[must_use]
    pub fn new(readers: usize) -> Self {
        let most_ahead = open_ahead(readers, AHEAD);
        let (ahead, path, spare) = (VecDeque::new(), Vec::new(), Vec::new());
        Self { ahead, most_ahead, directory: None, path, spare }
    }

    /// A buffer of `WHOLE` bytes.
    pub(super) fn take(&mut self) -> Box<[u8]> {
        self.spare.pop().unwrap_or_else(|| vec![0; WHOLE].into())
    }

    pub(super) fn give_back(&mut self, buffer: Box<[u8]>) {
        self.spare.push(buffer);
    }
}

impl Found {
    /// The phones in batches of about 64 logs, the work of one thread at a time; `open_ahead` takes all of
    /// a batch. Each phone is in one batch.
    pub fn batches(&self) -> impl Iterator<Item = Range<usize>> + Send + '_ {
        let mut begin = 0;
        std::iter::from_fn(move || {
            let mut end = begin;
            let mut logs = 0;
            while end < self.phones() && logs < AHEAD {
                logs += self.logs(end).len();
                end += 1;
            }
            let batch = begin..end;
            begin = end;
            (!batch.is_empty()).then_some(batch)
        })
    }

    /// Opens the logs of these phones, as many as may be open, and lets the system fetch them. They are
    /// to be read next, in this order.
    pub fn open_ahead(&self, phones: Range<usize>, buffers: &mut Buffers) {
        buffers.ahead.clear();
        for log in phones.flat_map(|phone| self.logs(phone)).take(buffers.most_ahead) {
            let opened = self.open(log, buffers);
            if let Ok(file) = &opened {
                will_need(file, WHOLE as u64);
            }
            buffers.ahead.push_back((log, opened));
        }
    }

    /// Reads a log, which may turn out to be an archive: then the logs in it, of any phone, reach the sink.
    pub fn read(&self, log: LogFile, buffers: &mut Buffers, sink: &mut dyn LogSink) {
        let is_next = buffers.ahead.front().is_some_and(|(next, _)| *next == log);
        let ahead = if is_next { buffers.ahead.pop_front().map(|(_, opened)| opened) } else { None };
        let opened = match ahead {
            Some(opened) => opened,
            None => self.open(log, buffers),
        };
        let entry = &self.logs[log.0 as usize];
        let path = self.path(log);
        let (is_log, rotation) = self.facts(entry);
        let mac = Some(Mac::new(entry.mac));
        let item = Item::named(&path, mac, rotation, (is_log || entry.named_by_user, is_log));
        read_file(item, opened, self.limits, self.wants_configs, buffers, sink);
    }

    /// What is known of a log without reading it.
    ///
    /// # Errors
    /// The problem that the log can't be opened.
    pub fn name(&self, log: LogFile, buffers: &mut Buffers) -> Result<LogName, Problem> {
        let entry = &self.logs[log.0 as usize];
        let path = self.path(log);
        let status = match self.open(log, buffers).and_then(|file| Status::of(&file)) {
            Ok(status) => status,
            Err(error) => return Err(problem_of(path, &error)),
        };
        let (is_log, rotation) = self.facts(entry);
        Ok(LogName {
            path: path.into(),
            mac: Some(Mac::new(entry.mac)),
            rotation,
            modified: status.modified,
            size: status.size,
            identity: status.identity,
            named_like_log: is_log,
        })
    }

    /// What tells whether a log changed; none if it is gone or can't be looked at.
    #[must_use]
    pub fn state(&self, log: LogFile) -> Option<FileState> {
        FileState::of(&path_of(&self.raw_path(&self.logs[log.0 as usize])))
    }

    /// The size of a log's file in bytes and when it was last changed, in seconds since 1970, UTC, without
    /// opening it.
    ///
    /// # Errors
    /// The problem that the file is gone or out of reach.
    pub fn status(&self, log: LogFile) -> Result<(u64, Option<i64>), Problem> {
        status_of(&self.raw_path(&self.logs[log.0 as usize]), &self.path(log))
    }

    /// Opens a log: relative to its directory where the one before was in that too.
    fn open(&self, log: LogFile, buffers: &mut Buffers) -> io::Result<File> {
        let &Entry { directory, name, .. } = &self.logs[log.0 as usize];
        let name = self.names.get(name);
        if let Some((number, opened)) = &buffers.directory
            && *number == directory
        {
            return opened.open_file(name);
        }
        buffers.path.clear();
        self.tree.path_into(directory, &mut buffers.path);
        let follows =
            |other: u32| self.logs.get(other as usize).is_some_and(|log| log.directory == directory);
        if follows(log.0 + 1) && !buffers.path.is_empty() {
            let opened = OpenDirectory::open(&path_of(&buffers.path))?;
            let file = opened.open_file(name);
            buffers.directory = Some((directory, opened));
            return file;
        }
        join(&mut buffers.path, name);
        open_file(&buffers.path)
    }
}

/// Reads a file of which `item` holds what its name tells.
fn read_file(
    item: Item<'_>,
    opened: io::Result<File>,
    limits: Limits,
    configs: bool,
    buffers: &mut Buffers,
    sink: &mut dyn LogSink,
) {
    let (file, status) = match opened.and_then(|file| Status::of(&file).map(|status| (file, status))) {
        Ok(opened) => opened,
        Err(error) => return sink.problem(problem_of(item.path.to_owned(), &error)),
    };
    if !status.is_file {
        let message = "was a file when it was found, and is none any more";
        return sink.problem(Problem::new(item.path, ProblemKind::ChangedWhileRead, message));
    }
    let size = status.size;
    let item = Item { modified: status.modified, size, identity: status.identity, ..item };
    let budget = Budget::new(limits, Some(size));
    if size > WHOLE as u64 {
        Opener { budget: &budget, configs, buffers, sink }.read(&item, Input::File(&file, size));
    } else if size == 0 {
        // Some files of the system have content and no size.
        let mut stream = &file;
        Opener { budget: &budget, configs, buffers, sink }.read(&item, Input::Stream(&mut stream));
    } else {
        let mut buffer = buffers.take();
        match read_whole(&file, &mut buffer[..size as usize]) {
            Ok(length) => {
                Opener { budget: &budget, configs, buffers, sink }
                    .read(&item, Input::Whole(&buffer[..length]));
                if (length as u64) < size {
                    sink.problem(Problem::new(item.path, ProblemKind::ChangedWhileRead, SHORTER));
                }
            }
            Err(error) => {
                let fault = read_fault(&error);
                sink.problem(Problem::new(item.path, fault.kind, fault.message));
            }
        }
        buffers.give_back(buffer);
    }
    sink.advance(1, size);
}

/// Reads until the buffer is full: one call, unless the file became shorter meanwhile.
fn read_whole(mut file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    super::limits::fill(&mut file, buffer)
}

fn status_of(path: &[u8], shown: &str) -> Result<(u64, Option<i64>), Problem> {
    let status = std::fs::metadata(super::system::path_of(path)).map(|metadata| Status::from(&metadata));
    let status = status.map_err(|error| problem_of(shown.to_owned(), &error))?;
    Ok((status.size, status.modified))
}

/// Something that must be read to know whose logs it holds.
#[derive(Clone, Debug)]
pub struct Source {
    /// Empty for standard input.
    file: Vec<u8>,
    shown: Box<str>,
    kind: SourceKind,
    named_by_user: bool,
    limits: Limits,
    configs: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SourceKind {
    StandardInput,
    Pipe,
    File,
}

impl Source {
    pub(super) fn standard_input(options: &Options) -> Self {
        Self { shown: "-".into(), ..Self::new(&[], SourceKind::StandardInput, true, options) }
    }

    pub(super) fn pipe(path: &[u8], options: &Options) -> Self {
        Self::new(path, SourceKind::Pipe, true, options)
    }

    pub(super) fn file(path: &[u8], named_by_user: bool, options: &Options) -> Self {
        Self::new(path, SourceKind::File, named_by_user, options)
    }

    fn new(path: &[u8], kind: SourceKind, named_by_user: bool, options: &Options) -> Self {
        let (limits, configs) = (options.limits, options.configs);
        Self { file: path.to_vec(), shown: shown(path).into(), kind, named_by_user, limits, configs }
    }

    /// As reports show it; `-` for standard input.
    #[must_use]
    pub const fn path(&self) -> &str {
        &self.shown
    }

    /// Whether the user named it; else it is an archive in a searched directory.
    #[must_use]
    pub const fn is_named_by_user(&self) -> bool {
        self.named_by_user
    }

    /// The size of the file in bytes and when it was last changed, in seconds since 1970, UTC; none of
    /// what can be read but once.
    ///
    /// # Errors
    /// The problem that the file is gone or out of reach.
    pub fn status(&self) -> Result<Option<(u64, Option<i64>)>, Problem> {
        if self.is_pipe() { Ok(None) } else { status_of(&self.file, &self.shown).map(Some) }
    }

    /// Whether its name promises an archive.
    #[must_use]
    pub fn is_archive(&self) -> bool {
        is_archive_name(base_name(&self.file))
    }

    /// Whether it can be read but once: a pipe, or standard input.
    #[must_use]
    pub fn is_pipe(&self) -> bool {
        self.kind != SourceKind::File
    }

    /// What tells whether it changed; none of what can be read but once, and of what is gone.
    #[must_use]
    pub fn state(&self) -> Option<FileState> {
        if self.is_pipe() { None } else { FileState::of(&path_of(&self.file)) }
    }

    /// Reads all that it holds. Runs on this thread, but for decompression ahead.
    pub fn read(&self, buffers: &mut Buffers, sink: &mut dyn LogSink) {
        let base = base_name(self.shown.as_bytes());
        let is_named_like_log = log_mac(base).is_some();
        let mac = mac_in_name(base).filter(|_| self.named_by_user || is_named_like_log);
        let is_log = self.named_by_user || is_named_like_log;
        let item = Item::named(&self.shown, mac, rotation(base), (is_log, is_named_like_log));
        match self.kind {
            SourceKind::StandardInput => self.pass(item, &mut io::stdin().lock(), buffers, sink),
            SourceKind::Pipe => match File::open(path_of(&self.file)) {
                Ok(mut file) => self.pass(item, &mut file, buffers, sink),
                Err(error) => sink.problem(problem_of(self.shown.to_string(), &error)),
            },
            SourceKind::File => {
                read_file(item, open_file(&self.file), self.limits, self.configs, buffers, sink);
            }
        }
    }

    /// Reads what can be read but once.
    fn pass(&self, item: Item<'_>, stream: &mut dyn Read, buffers: &mut Buffers, sink: &mut dyn LogSink) {
        let item = Item { modified: Some(chrono::Utc::now().timestamp()), ..item };
        let budget = Budget::new(self.limits, None);
        Opener { budget: &budget, configs: self.configs, buffers, sink }.read(&item, Input::Stream(stream));
        sink.advance(1, 0);
    }
}
