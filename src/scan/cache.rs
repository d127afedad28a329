//! Records of an earlier run, by the files that they were made of.

use std::collections::HashMap;
use std::io::BufRead;

use super::collect::ReadLog;
use super::make_records::{PassedOverRecord, ProblemRecord};
use super::origin::Source;
use super::read_records::log_of;
use crate::input::{PassedOver, decompressed};
use crate::model::Mac;
use crate::records::{Fault, Item, Kind, Reader};
use crate::window::Window;

/// A file that was changed less than so many seconds before it was read can have been changed again since,
/// without a difference in size and time.
const RACY: i64 = 2;

/// Records of an earlier run.
#[derive(Default)]
pub struct Cache {
    pub(super) by_source: HashMap<Box<str>, Cached>,
    pub(super) gone: Vec<(Option<Mac>, ReadLog)>,
}

/// What was read of one file.
pub(super) struct Cached {
    pub(super) source: Source,
    made_at: i64,
    /// Packed.
    pub(super) logs: Vec<(Option<Mac>, Vec<u8>)>,
    /// What it holds that was passed over, if it is an archive.
    pub(super) passed_over: PassedOver,
    /// Not all of it could be read: perhaps it can be by now, without a change of the file.
    has_problems: bool,
}

impl Cache {
    /// Reads a cache. None if its records were made by another version or with another window: they can't
    /// be used, and everything has to be read.
    ///
    /// # Errors
    /// It is no file of records, or a damaged one.
    pub fn read<'r>(input: Box<dyn BufRead + 'r>, window: &Window) -> Result<Option<Self>, Fault> {
        let mut reader = Reader::new(decompressed(input)?);
        let mut cache = Self::default();
        let mut made_at = 0;
        loop {
            match reader.next_item() {
                Err(Fault::Version { .. }) => return Ok(None),
                Err(fault) => return Err(fault),
                Ok(None) => return Ok(Some(cache)),
                Ok(Some(Item::Header(header))) if header.window() != window.in_seconds() => return Ok(None),
                Ok(Some(Item::Header(header))) => made_at = header.made_at,
                Ok(Some(Item::Frame(frame))) => cache.add(frame.kind, frame.mac, frame.payload, made_at)?,
            }
        }
    }

    fn add(&mut self, kind: Kind, mac: Option<Mac>, payload: Vec<u8>, made_at: i64) -> Result<(), Fault> {
        match kind {
            Kind::Log => {
                let log = log_of(&payload)?;
                match log.origin.as_ref() {
                    Some(origin) if !origin.is_gone => {
                        let source = origin.source.clone();
                        self.of(source, made_at).logs.push((mac, payload));
                    }
                    _ => self.gone.push((mac, log)),
                }
            }
            Kind::Problem => {
                let record: ProblemRecord = postcard::from_bytes(&payload).map_err(|_| Fault::Content)?;
                if let Some(source) = record.source {
                    self.of(source, made_at).has_problems = true;
                }
            }
            Kind::PassedOver => {
                let record: PassedOverRecord = postcard::from_bytes(&payload).map_err(|_| Fault::Content)?;
                if let Some(source) = record.source {
                    self.of(source, made_at).passed_over = record.passed_over;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn of(&mut self, source: Source, made_at: i64) -> &mut Cached {
        let new = || Cached {
            source: source.clone(),
            made_at,
            logs: Vec::new(),
            passed_over: PassedOver::default(),
            has_problems: false,
        };
        let cached = self.by_source.entry(source.path.clone()).or_insert_with(new);
        // Of two states of a file the later one in the cache counts.
        if cached.source != source {
            *cached = new();
        }
        cached
    }

    /// What is known of a file that is as it was.
    pub(super) fn unchanged(&self, source: &Source) -> Option<&Cached> {
        let cached = self.by_source.get(&source.path)?;
        let is_settled = source.modified.is_some_and(|modified| modified + RACY <= cached.made_at);
        (cached.source == *source && is_settled && !cached.has_problems).then_some(cached)
    }
}
