//! The events of all phones. They are kept in a temporary file so that memory does not grow with them. They
//! are written twice: first as each log is read, then with dates, phone by phone.

use std::io;

use chrono::NaiveDateTime;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Scan;
use super::store::{ByteRange, Store};
use crate::event::Event;
use crate::line::{Header, lossy};
use crate::log::Recorded;
use crate::model::Mac;
use crate::phone::shown_time;
use crate::redact::Shown;
use crate::report::shape::EventRow;
use crate::timeline::{Clock, DatedEvent, EventDates, Joined};

/// Events are buffered up to this size, in bytes, before they are written to the file.
const CHUNK: usize = 64 * 1024;

/// The temporary file of events.
pub(super) struct Spool(Mutex<Store>);

/// Where events are in the file, in their order.
pub(super) type Chunks = Vec<ByteRange>;

/// An event as it is stored in the file.
#[derive(Serialize, Deserialize)]
struct SpooledEvent {
    file: u32,
    /// 1-based number of the line among those of its log.
    line: u64,
    /// How many lines of other logs are before it in the file.
    skipped: u64,
    header: Option<Header>,
    event: Event,
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    time: Option<NaiveDateTime>,
    boot: u64,
    /// The first date of any line of the boot.
    #[serde(with = "chrono::naive::serde::ts_seconds_option")]
    boot_time: Option<NaiveDateTime>,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(Mutex::new(Store::new()?)))
    }

    fn read(&self, chunks: &Chunks, mut each: impl FnMut(SpooledEvent) -> io::Result<()>) -> io::Result<()> {
        for chunk in chunks {
            let bytes = {
                let mut store = self.0.lock();
                store.flush()?;
                store.read(*chunk)?
            };
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

/// Writes events into the spool, chunk by chunk.
struct SpoolWriter<'s> {
    spool: &'s Spool,
    chunks: Chunks,
    buffer: Vec<u8>,
}

impl<'s> SpoolWriter<'s> {
    const fn new(spool: &'s Spool) -> Self {
        Self { spool, chunks: Vec::new(), buffer: Vec::new() }
    }

    fn write(&mut self, event: &SpooledEvent) -> io::Result<()> {
        self.buffer =
            postcard::to_extend(event, std::mem::take(&mut self.buffer)).map_err(io::Error::other)?;
        if self.buffer.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.chunks.push(self.spool.0.lock().add(&self.buffer)?);
            self.buffer.clear();
        }
        Ok(())
    }
}

/// Records the events of one log file, separately for each part.
pub(super) struct FileRecorder<'s> {
    spool: &'s Spool,
    parts: Vec<SpoolWriter<'s>>,
    result: io::Result<()>,
}

impl<'s> FileRecorder<'s> {
    pub(super) const fn new(spool: &'s Spool) -> Self {
        Self { spool, parts: Vec::new(), result: Ok(()) }
    }

    /// The chunks of each part, indexed by the part's number.
    pub(super) fn finish(self) -> io::Result<Vec<Chunks>> {
        self.result?;
        let chunks = self.parts.into_iter().map(|mut part| {
            part.flush()?;
            Ok(part.chunks)
        });
        chunks.collect()
    }

    pub(super) fn record(&mut self, part: usize, recorded: Recorded) {
        while self.parts.len() <= part {
            self.parts.push(SpoolWriter::new(self.spool));
        }
        let Recorded { line, skipped, header, event } = recorded;
        let (file, time, boot, boot_time) = (0, None, 0, None);
        let event = SpooledEvent { file, line, skipped, header, event, time, boot, boot_time };
        if let Err(error) = self.parts[part].write(&event) {
            self.result = Err(error);
        }
    }
}

/// The events of one phone, in log order.
pub(super) struct PhoneEvents {
    pub(super) mac: Option<Mac>,
    /// The paths of the phone's logs, without repeats and earlier uploads.
    pub(super) paths: Vec<Box<str>>,
    chunks: Chunks,
}

impl PhoneEvents {
    /// Adds dates to the events of a phone's logs. Drops events that another log repeats and those outside
    /// the window. `chunks` has the events of each log, indexed by the log's number.
    pub(super) fn new(
        mac: Option<Mac>,
        joined: &Joined,
        chunks: &[Chunks],
        clock: &Clock,
        spool: &Spool,
    ) -> io::Result<Self> {
        let dates = EventDates::new(joined, clock);
        let mut writer = SpoolWriter::new(spool);
        for file in joined.files() {
            // A log can have its newest lines first.
            let mut kept: Vec<_> = dates.of_file(file).collect();
            kept.sort_by_key(|kept| kept.line);
            let mut kept = kept.into_iter().peekable();
            let write = |writer: &mut SpoolWriter<'_>, kept: DatedEvent<'_>, header: Option<Header>| {
                let DatedEvent { line, skipped, event, time, boot } = kept;
                let boot_time = dates.first_date(boot);
                let (file, event, boot) = (file as u32, event.clone(), boot as u64);
                writer.write(&SpooledEvent { file, line, skipped, header, event, time, boot, boot_time })
            };
            spool.read(&chunks[joined.number(file)], |spooled| {
                // A message that is split over two logs was not recorded when each log was read alone, so it
                // is added here.
                while let Some(before) = kept.next_if(|kept| kept.line < spooled.line) {
                    write(&mut writer, before, joined.header_of_split(file, before.line).copied())?;
                }
                let SpooledEvent { line, skipped, header, event, .. } = spooled;
                if let Some(same) = kept.next_if(|kept| kept.line == line) {
                    return write(&mut writer, same, header);
                }
                let stamp = header.as_ref().and_then(|header| header.stamp);
                match dates.of_folded(joined, file, line, stamp) {
                    Some((time, boot)) => {
                        write(&mut writer, DatedEvent { line, skipped, event: &event, time, boot }, header)
                    }
                    None => Ok(()),
                }
            })?;
            for after in kept {
                write(&mut writer, after, joined.header_of_split(file, after.line).copied())?;
            }
        }
        writer.flush()?;
        let paths = joined.files().map(|file| joined.path(file).into()).collect();
        Ok(Self { mac, paths, chunks: writer.chunks })
    }

    /// Calls `each` with every event, in order.
    pub(super) fn read(
        &self,
        spool: &Spool,
        shown: Shown<'_>,
        mut each: impl FnMut(EventRow) -> io::Result<()>,
    ) -> io::Result<()> {
        spool.read(&self.chunks, |spooled| each(self.row(spooled, shown)))
    }

    fn row(&self, spooled: SpooledEvent, shown: Shown<'_>) -> EventRow {
        let SpooledEvent { file, line, skipped, header, event, time, boot, boot_time } = spooled;
        let stamp = header.as_ref().and_then(|header| header.stamp);
        let mut fields = event.fields();
        for (field, value) in &mut fields {
            if let Value::String(text) = value {
                *text = shown.field(field, text);
            }
        }
        EventRow {
            mac: self.mac.map(|mac| shown.mac(mac)),
            file: self.paths.get(file as usize).map(|path| shown.path(path)).unwrap_or_default(),
            line: line + skipped,
            stamp: stamp.map(|stamp| stamp.to_string()),
            time: time.map(shown_time),
            uptime: stamp.and_then(|stamp| stamp.uptime()).map(|uptime| uptime as f64 / 1000.0),
            component: header.as_ref().map(|header| lossy(header.component()).into_owned()),
            level: header.as_ref().map(|header| header.level.to_string()),
            missed: header.as_ref().map(|header| header.missed),
            kind: event.kind(),
            slot: event.slot(),
            boot: boot as usize,
            boot_time: boot_time.map(shown_time),
            upload: event.upload(),
            fields,
        }
    }
}

impl Scan {
    /// Calls `each` with every event: phones sorted by address, the events of each in log order. There are
    /// none unless the scan was made by [`scan_events`](super::scan_events).
    pub fn events(
        &self,
        shown: Shown<'_>,
        mut each: impl FnMut(EventRow) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some((spool, phones)) = &self.events else { return Ok(()) };
        phones.iter().try_for_each(|phone| phone.read(spool, shown, &mut each))
    }
}
