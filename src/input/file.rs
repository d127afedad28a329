//! Reading the logs that were found. A thread opens many small logs before it reads them, so that the disk can
//! fetch several at once.

use std::fs::File;
use std::io;

use super::LogSink;
use super::archive::log_directory;
use super::buffers::{Buffers, LogFile, MAX_OPEN_AHEAD, WHOLE};
use super::found::{FoundFiles, join};
use super::open::Item;
use super::source::{read_file, status_of};
use super::state::FileState;
use super::system::{OpenDirectory, open_file, path_of, will_need};
use crate::problem::Problem;

impl FoundFiles {
    /// Splits phones into batches of about 64 logs, each the unit of work of one thread and small enough for
    /// `open_ahead`. A phone is never split over two batches.
    pub fn batches<'f>(&'f self, phones: &'f [u32]) -> impl Iterator<Item = &'f [u32]> + Send {
        let mut rest = phones;
        std::iter::from_fn(move || {
            let mut logs = 0;
            let fits = |phone: &u32| {
                let has_room = logs < MAX_OPEN_AHEAD;
                logs += self.logs(*phone as usize).len();
                has_room
            };
            let (batch, behind) = rest.split_at(rest.iter().copied().take_while(fits).count());
            rest = behind;
            (!batch.is_empty()).then_some(batch)
        })
    }

    /// Opens the logs of these phones, up to the limit of open files, and asks the system to fetch them into
    /// the page cache. The caller must read them next, in this order.
    pub fn open_ahead(&self, phones: &[u32], buffers: &mut Buffers) {
        buffers.ahead.clear();
        let logs = phones.iter().flat_map(|phone| self.logs(*phone as usize));
        let mut logs = logs.take(buffers.most_ahead).peekable();
        while let Some(log) = logs.next() {
            let opened = self.open(log, logs.peek().copied(), buffers);
            if let Ok(file) = &opened {
                will_need(file, WHOLE as u64);
            }
            buffers.ahead.push_back((log, opened));
        }
    }

    /// Reads a log. If its content is an archive, the sink gets the logs in it, of any phone.
    pub fn read(&self, log: LogFile, buffers: &mut Buffers, sink: &mut dyn LogSink) {
        let is_next = buffers.ahead.front().is_some_and(|(next, _)| *next == log);
        let ahead = if is_next { buffers.ahead.pop_front().map(|(_, opened)| opened) } else { None };
        let opened = match ahead {
            Some(opened) => opened,
            None => self.open(log, Some(LogFile(log.0 + 1)), buffers),
        };
        let entry = &self.logs[log.0 as usize];
        let log = self.log_name(entry);
        let is_log = log.named_like_log || entry.named_by_user;
        // Above a searched directory, names have no meaning; above a named file they have.
        let log_of = match self.tree.log_of(entry.directory) {
            None if entry.named_by_user => log_directory(log.path.as_bytes()),
            log_of => log_of,
        };
        read_file(Item { log, is_log, depth: 0, log_of }, opened, &self.options, buffers, sink);
    }

    /// The state of a log's file, to tell later whether it changed; None if it can't be looked up.
    pub fn state(&self, log: LogFile) -> Option<FileState> {
        FileState::of(&path_of(&self.raw_path(&self.logs[log.0 as usize])))
    }

    /// The size of a log's file in bytes and when it was last changed, in seconds since 1970, UTC, without
    /// opening it.
    ///
    /// # Errors
    /// The problem that the file is gone or can't be accessed.
    pub fn status(&self, log: LogFile) -> Result<(u64, Option<i64>), Problem> {
        status_of(&self.raw_path(&self.logs[log.0 as usize]), &self.path(log))
    }

    /// Opens a log, relative to its directory's file descriptor if the log before it, or the next one, is in the
    /// same directory.
    fn open(&self, log: LogFile, next: Option<LogFile>, buffers: &mut Buffers) -> io::Result<File> {
        let entry = &self.logs[log.0 as usize];
        let (directory, name) = (entry.directory, self.file_name(entry));
        if let Some((number, opened)) = &buffers.directory
            && *number == directory
        {
            return opened.open_file(name);
        }
        buffers.path.clear();
        self.tree.path_into(directory, &mut buffers.path);
        let next = next.and_then(|next| self.logs.get(next.0 as usize));
        if next.is_some_and(|next| next.directory == directory) && !buffers.path.is_empty() {
            let opened = OpenDirectory::open(&path_of(&buffers.path))?;
            let file = opened.open_file(name);
            buffers.directory = Some((directory, opened));
            return file;
        }
        join(&mut buffers.path, name);
        open_file(&buffers.path)
    }
}
