//! Reads records, which replace the logs in a scan.

use std::collections::HashSet;
use std::io::{self, BufRead};

use super::collect::PendingLogs;
use super::payload::{Sourced, log_of};
use super::stored_configuration::StoredConfigs;
use crate::input::decompressed;
use crate::problem::Problem;
use crate::records::{Fault, FrameKind, Header, Item, Reader};
use crate::window::Window;

/// The records of any number of files, in any order.
pub struct Records {
    pub(super) pending: PendingLogs,
    pub(super) problems: Vec<Problem>,
    pub(super) configs: StoredConfigs,
    /// Packed records of files that were not read, to count them once if the same records are read twice.
    skipped: HashSet<Vec<u8>>,
    header: Option<Header>,
    /// How many logs' files are gone since they were read, and the first of their paths in sort order.
    pub gone: (u64, Option<Box<str>>),
}

impl Records {
    /// An empty set of records.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            pending: PendingLogs::in_file()?,
            problems: Vec::new(),
            configs: StoredConfigs::new()?,
            skipped: HashSet::new(),
            header: None,
            gone: (0, None),
        })
    }

    /// Adds the records of one file, which may be compressed.
    pub fn read<'r>(&mut self, input: Box<dyn BufRead + 'r>) -> Result<(), Fault> {
        let mut reader = Reader::new(decompressed(input)?);
        while let Some(item) = reader.next_item()? {
            match item {
                Item::Header(header) => {
                    self.fits(header)?;
                    self.configs.begin(self.pending.length());
                }
                Item::Frame(frame) => match frame.kind {
                    FrameKind::Log => {
                        let log = log_of(&frame.payload)?;
                        if log.origin.as_ref().is_some_and(|origin| origin.is_gone) {
                            self.gone.0 += 1;
                            let first = self.gone.1.take().filter(|first| *first < log.path);
                            self.gone.1 = first.or_else(|| Some(log.path.clone()));
                        }
                        let added = self.pending.add_to_file(frame.mac, &log, frame.payload);
                        added.map_err(Fault::TemporaryFile)?;
                    }
                    FrameKind::Problem => self.problems.push(Sourced::unpack(&frame.payload)?.value),
                    FrameKind::SkippedFiles => {
                        let record = Sourced::unpack(&frame.payload)?;
                        if self.skipped.insert(frame.payload) {
                            self.pending.skipped.merge(record.value);
                        }
                    }
                    FrameKind::Configuration => self.configs.add(&frame.payload)?,
                    FrameKind::Header | FrameKind::End => {}
                },
            }
        }
        self.pending.sort_without_address();
        self.pending.flush().map_err(Fault::TemporaryFile)
    }

    /// The window that all records were made with.
    pub fn window(&self) -> Window {
        self.header.as_ref().map(|header| header.window).unwrap_or_default()
    }

    fn fits(&mut self, header: Header) -> Result<(), Fault> {
        if self.header.is_some() && header.window != self.window() {
            let other = format!("another file was made with {}", self.window());
            return Err(Fault::Window { made: header.window.to_string(), other });
        }
        self.header.get_or_insert(header);
        Ok(())
    }

    /// Checks that the window that the user asks for, if any, is that of the records.
    pub fn check_window(&self, asked: &Window) -> Result<(), Fault> {
        if asked.is_open() || asked.in_seconds() == self.window() {
            return Ok(());
        }
        let other = format!("{asked} is asked for");
        Err(Fault::Window { made: self.window().to_string(), other })
    }
}
