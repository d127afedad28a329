//! Events that wait for their turn: they come in the order in which logs are read, and go out phone by
//! phone. They wait in a file without a name, so that memory does not grow with them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::digest::Recorder;
use crate::event::Event;
use crate::line::Level;
use crate::reader::Note;
use crate::stamp::Stamp;

/// Events of one log are gathered up to this size before they go into the file.
const CHUNK: usize = 64 * 1024;

/// The file in which the events of all logs wait.
#[derive(Debug)]
pub(super) struct Spool(Mutex<(File, u64)>);

/// Where in the file the events of one log are.
pub(super) type Chunks = Vec<(u64, usize)>;

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(Mutex::new((tempfile::tempfile()?, 0))))
    }

    fn add(&self, events: &[u8]) -> io::Result<(u64, usize)> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, end) = &mut *file;
        file.write_all(events)?;
        let begin = std::mem::replace(end, *end + events.len() as u64);
        Ok((begin, events.len()))
    }

    /// Calls `each` with the events of one log in order.
    pub(super) fn replay(
        &self,
        chunks: &Chunks,
        mut each: impl FnMut(WaitingEvent) -> io::Result<()>,
    ) -> io::Result<()> {
        for &(begin, length) in chunks {
            let mut bytes = vec![0; length];
            {
                let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                file.0.seek(SeekFrom::Start(begin))?;
                BufReader::new(&file.0).read_exact(&mut bytes)?;
            }
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let (event, after) = postcard::take_from_bytes(rest).map_err(io::Error::other)?;
                each(event)?;
                rest = after;
            }
        }
        Ok(())
    }
}

/// An event on its way out.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WaitingEvent {
    pub(super) line: u64,
    pub(super) header: Option<(Stamp, Box<str>, Level, u64)>,
    pub(super) event: Event,
    pub(super) segment: usize,
}

/// Gathers the events of one log.
#[derive(Clone, Debug)]
pub(super) struct Gatherer(Arc<Mutex<Gathered>>);

#[derive(Debug)]
struct Gathered {
    spool: Arc<Spool>,
    chunks: Chunks,
    waiting: Vec<u8>,
    error: Option<io::Error>,
}

impl Gatherer {
    pub(super) fn new(spool: Arc<Spool>) -> Self {
        Self(Arc::new(Mutex::new(Gathered { spool, chunks: Vec::new(), waiting: Vec::new(), error: None })))
    }

    /// Where the events are.
    pub(super) fn finish(&self) -> io::Result<Chunks> {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.flush();
        match gathered.error.take() {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut gathered.chunks)),
        }
    }
}

impl Gathered {
    fn flush(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        match self.spool.add(&self.waiting) {
            Ok(chunk) => self.chunks.push(chunk),
            Err(error) => self.error = Some(error),
        }
        self.waiting.clear();
    }
}

impl Recorder for Gatherer {
    fn record(&mut self, note: &Note<'_>, event: &Event, segment: usize) {
        let header = note.header.map(|header| {
            let component = String::from_utf8_lossy(header.component).into();
            (header.stamp, component, header.level, header.missed)
        });
        let waiting = WaitingEvent { line: note.line, header, event: event.clone(), segment };
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match postcard::to_stdvec(&waiting) {
            Ok(bytes) => gathered.waiting.extend_from_slice(&bytes),
            Err(error) => gathered.error = Some(io::Error::other(error)),
        }
        if gathered.waiting.len() >= CHUNK {
            gathered.flush();
        }
    }
}
