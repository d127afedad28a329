//! From paths to a report: logs are read on all threads, and joined phone by phone.
//!
//! What one phone's logs amount to is a set of digests; sets join in any order, and what is in both
//! counts once. So it does not matter which thread read which log, or when.

mod collect;
mod encoding;
mod fleet;
mod log;
mod phone;
mod pieces;
mod repeats;
mod row;
mod spool;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use chrono::NaiveDateTime;
use rayon::prelude::*;

pub use log::digest_of;
pub use phone::Selection;

use crate::input::Inputs;
use crate::inventory::{Inventory, InventoryRow};
use crate::model::Mac;
use crate::problem::Problem;
use crate::report::shape::{Device, EventRow, Scanned, Status, Summary};
use crate::report::{Devices, Overview, RenderDevice, ZtpReadiness};
use crate::timeline::{Clock, DatedLog};
use collect::{Collector, StoredLog, StoredLogs};
use fleet::Shared;
use phone::{Gist, Maker, shown_time};
use row::Row;
use spool::{Spool, WaitingEvent};

/// What to scan for.
#[derive(Debug)]
pub struct Options {
    /// What the user said of times.
    pub clock: Clock,
    /// Only these phones; all if there is none.
    pub devices: Vec<Mac>,
    /// Only phones of these statuses; all if there is none.
    pub statuses: Vec<Status>,
    /// Which diagnoses count.
    pub selection: Selection,
    /// What the user knows of the phones' labels.
    pub inventory: Option<Inventory>,
}

/// Whoever wants to know how far the scan is; called from all threads.
pub trait Watch: Sync {
    /// So many logs more, of so many bytes as they stand in their files, are read.
    fn advanced(&self, logs: u64, bytes: u64);
}

/// The answer: phones, made when they are asked for, with the overview.
pub struct Scan {
    /// Head and foot of a report.
    pub overview: Overview,
    /// Whether any log was found.
    pub found_any: bool,
    /// Archives in searched directories, which were not opened.
    pub unopened_archives: Vec<String>,
    maker: Maker,
    /// The logs, if their events can be asked for.
    logs: StoredLogs,
    /// In the report's order.
    phones: Vec<Entry>,
    spool: Option<Arc<Spool>>,
}

/// One phone of the report.
#[derive(Clone, Debug)]
struct Entry {
    mac: Option<Mac>,
    /// Where its logs stand among all.
    logs: std::ops::Range<u32>,
    status: Status,
    row: Row,
}

/// Reads all logs and finds out what is wrong with each phone. Runs in the current rayon pool.
pub fn scan(inputs: &Inputs, options: Options, watch: &dyn Watch) -> Scan {
    join(inputs, options, watch, None)
}

/// The same, and all events can be asked for.
///
/// # Errors
/// The events wait in a temporary file, which can't be made.
pub fn scan_events(inputs: &Inputs, options: Options, watch: &dyn Watch) -> io::Result<Scan> {
    let spool = Arc::new(Spool::new()?);
    Ok(join(inputs, options, watch, Some(spool)))
}

fn join(inputs: &Inputs, options: Options, watch: &dyn Watch, spool: Option<Arc<Spool>>) -> Scan {
    let inventory = options.inventory.unwrap_or_default();
    let mut maker = Maker {
        clock: options.clock,
        selection: options.selection,
        inventory: inventory.rows,
        shared: Shared::default(),
    };
    let collector = Collector::new(&maker, watch, spool.clone());
    inputs.read(&collector);
    let (mut logs, mut problems, unopened_archives) = collector.finish();
    repeats::remove(&mut logs, inputs);
    problems.extend(inventory.problems);
    problems.sort();
    problems.dedup();
    let mut totals = Totals::default();
    let found_any = !logs.is_empty();
    let without_logs = without_logs(&logs, &maker.inventory);
    let keeps_logs = spool.is_some();
    let (gists, mut phones) = found(&maker, &mut logs, &without_logs, keeps_logs);
    maker.shared = Shared::among(&phones, &gists);
    let wanted = |phone: &Entry| {
        options.devices.is_empty() || phone.mac.is_some_and(|mac| options.devices.contains(&mac))
    };
    for (phone, gist) in phones.iter_mut().zip(gists).filter(|(phone, _)| wanted(phone)) {
        let gist = maker.with_fleet(phone.mac, gist);
        phone.status = gist.status;
        totals.add(&gist);
        totals.count(logs_of(&logs, phone));
    }
    if !keeps_logs {
        logs = Vec::new();
    }
    phones.retain(wanted);
    phones.retain(|phone| options.statuses.is_empty() || options.statuses.contains(&phone.status));
    phones.par_sort_by(|a, b| {
        let rank = |phone: &Entry| (phone.status, phone.mac.is_none(), phone.mac, phone.logs.start);
        rank(a).cmp(&rank(b))
    });
    let overview = totals.overview(problems);
    Scan { overview, found_any, unopened_archives, maker, logs, phones, spool }
}

/// What was found of each phone: first those with logs, which stand phone by phone, then the others.
fn found(
    maker: &Maker,
    logs: &mut [Box<StoredLog>],
    without_logs: &[Mac],
    keeps_logs: bool,
) -> (Vec<Gist>, Vec<Entry>) {
    let give_back = |logs: &mut [Box<StoredLog>]| {
        if !keeps_logs {
            logs.iter_mut().for_each(|log| log.give_back());
        }
    };
    let mut phones: Vec<_> = logs.chunk_by_mut(|a, b| a.is_of_same_phone(b)).collect();
    let alone = phones.par_iter_mut().map(|logs| {
        let found = if let [only] = &mut **logs { only.alone.take() } else { None };
        found.inspect(|_| give_back(logs))
    });
    let mut of_logs: Vec<Option<Box<(Gist, Row)>>> = alone.collect();
    let mut others: Vec<_> =
        phones.into_iter().zip(&mut of_logs).filter(|(_, found)| found.is_none()).collect();
    // As they lie in memory, so that it is given back stretch by stretch. Otherwise it would all be held,
    // a little here and a little there, until the last phone is done.
    others.par_sort_unstable_by_key(|(logs, _)| logs[0].packed.address());
    others.into_par_iter().for_each(|(logs, found)| {
        let records = logs.iter().enumerate().map(|(number, log)| log.record(number));
        *found = Some(Box::new(maker.phone(logs[0].mac, records.collect())));
        give_back(logs);
    });
    let of_inventory = without_logs.par_iter().map(|mac| Box::new(maker.phone(Some(*mac), Vec::new())));
    let of_inventory: Vec<_> = of_inventory.collect();
    let mut gists = Vec::with_capacity(of_logs.len() + of_inventory.len());
    let mut entries = Vec::with_capacity(gists.capacity());
    let mut begin = 0;
    let mut add = |mac, logs, (gist, row): (Gist, Row)| {
        entries.push(Entry { mac, logs: begin..begin + logs, status: gist.status, row });
        gists.push(gist);
        begin += logs;
    };
    let phones = logs.chunk_by(|a, b| a.is_of_same_phone(b));
    for (logs, found) in phones.zip(of_logs.into_iter().flatten()) {
        add(logs[0].mac, logs.len() as u32, *found);
    }
    for (mac, found) in without_logs.iter().zip(of_inventory) {
        add(Some(*mac), 0, *found);
    }
    (gists, entries)
}

/// The phones of the inventory without any log.
fn without_logs(logs: &[Box<StoredLog>], inventory: &BTreeMap<Mac, InventoryRow>) -> Vec<Mac> {
    // The logs stand by their phones' addresses.
    let has_log =
        |mac: &&Mac| logs.binary_search_by_key(&(false, Some(**mac)), |log| (log.mac.is_none(), log.mac));
    inventory.keys().filter(|mac| has_log(mac).is_err()).copied().collect()
}

fn logs_of<'l>(logs: &'l [Box<StoredLog>], phone: &Entry) -> &'l [Box<StoredLog>] {
    &logs[phone.logs.start as usize..phone.logs.end as usize]
}

/// What comes together over all phones.
#[derive(Default)]
struct Totals {
    scanned: Scanned,
    summary: Summary,
    ztp: ZtpReadiness,
    times: Option<(NaiveDateTime, NaiveDateTime)>,
}

impl Totals {
    fn add(&mut self, gist: &Gist) {
        self.scanned.devices += 1;
        let of_status = match gist.status {
            Status::Failed => &mut self.summary.failed,
            Status::Attention => &mut self.summary.attention,
            Status::Unknown => &mut self.summary.unknown,
            Status::Ok => &mut self.summary.ok,
        };
        *of_status += 1;
        for code in &gist.codes {
            match self.summary.by_code.get_mut(*code) {
                Some(phones) => *phones += 1,
                None => _ = self.summary.by_code.insert((*code).to_owned(), 1),
            }
        }
        let of_readiness = match gist.ztp {
            Some(true) => &mut self.ztp.ready,
            Some(false) => &mut self.ztp.not_ready,
            None => &mut self.ztp.unknown,
        };
        *of_readiness += 1;
        self.times = match (self.times, gist.times) {
            (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
            (times, more) => times.or(more),
        };
    }

    fn count(&mut self, logs: &[Box<StoredLog>]) {
        // The holes of a few files can have more bytes than a number holds.
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        for log in logs {
            self.scanned.files += 1;
            add(&mut self.scanned.bytes, log.counts.bytes);
            add(&mut self.scanned.lines, log.counts.lines);
            add(&mut self.scanned.unrecognized_lines, log.counts.unrecognized);
            add(&mut self.scanned.events, log.counts.events);
        }
    }

    fn overview(mut self, problems: Vec<Problem>) -> Overview {
        self.scanned.first_time = self.times.map(|(first, _)| shown_time(first));
        self.scanned.last_time = self.times.map(|(_, last)| shown_time(last));
        let Self { scanned, summary, ztp, .. } = self;
        Overview { scanned, summary, problems, ztp: Some(ztp), ..Overview::default() }
    }
}

impl Scan {
    /// The addresses of all phones.
    pub fn macs(&self) -> impl Iterator<Item = Mac> + '_ {
        self.phones.iter().filter_map(|phone| phone.mac)
    }

    /// Calls `each` with every event, phone by phone in the order of their addresses, and in log order
    /// for each. There are none unless the scan was made by [`scan_events`].
    ///
    /// # Errors
    /// What `each` returns, or a fault of the file in which the events wait.
    pub fn events(&self, mut each: impl FnMut(EventRow) -> io::Result<()>) -> io::Result<()> {
        let Some(spool) = &self.spool else { return Ok(()) };
        let mut phones: Vec<_> = self.phones.iter().collect();
        phones.sort_by_key(|phone| (phone.mac.is_none(), phone.mac, phone.logs.start));
        for phone in phones {
            let logs = logs_of(&self.logs, phone);
            let records = logs.iter().enumerate().map(|(number, log)| log.record(number));
            for log in DatedLog::in_order(records.collect(), &self.maker.clock) {
                spool.replay(&logs[log.number].events, |event| match log.is_within(event.segment) {
                    true => each(event_row(phone.mac, &log, event)),
                    false => Ok(()),
                })?;
            }
        }
        Ok(())
    }
}

fn event_row(mac: Option<Mac>, log: &DatedLog, waiting: WaitingEvent) -> EventRow {
    let WaitingEvent { line, header, event, segment } = waiting;
    let stamp = header.as_ref().map(|(stamp, ..)| *stamp);
    EventRow {
        mac: mac.map(|mac| mac.to_string()),
        file: log.path.to_string(),
        line,
        stamp: stamp.map(|stamp| stamp.to_string()),
        time: stamp.and_then(|stamp| log.time(&stamp, segment)).map(shown_time),
        uptime: stamp.and_then(|stamp| stamp.uptime()).map(|uptime| uptime as f64 / 1000.0),
        component: header.as_ref().map(|(_, component, ..)| component.to_string()),
        level: header.as_ref().map(|(_, _, level, _)| level.to_string()),
        missed: header.as_ref().map(|(.., missed)| *missed),
        kind: event.kind(),
        slot: event.slot().map(|slot| slot.to_string()),
        fields: event.fields(),
    }
}

/// How many phones are rendered by one thread at a time.
const BATCH: usize = 64;

/// Most phones are rendered in fewer bytes.
const USUAL_LENGTH: usize = 2048;

impl Devices for Scan {
    fn len(&self) -> usize {
        self.phones.len()
    }

    fn status(&self, place: usize) -> Status {
        self.phones[place].status
    }

    fn device(&self, place: usize) -> Device {
        let phone = &self.phones[place];
        self.maker.device(phone.mac, phone.status, &phone.row)
    }

    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()> {
        let rendered = |places: &[usize]| -> Vec<Vec<u8>> {
            let batches = places.par_chunks(BATCH).map(|batch| {
                let mut bytes = Vec::with_capacity(batch.len() * USUAL_LENGTH);
                for &place in batch {
                    render(place, &self.device(place), &mut bytes);
                }
                bytes
            });
            batches.collect()
        };
        let places: Vec<usize> = (0..self.len()).collect();
        let mut ready = Vec::new();
        for many in places.chunks(BATCH * 8 * rayon::current_num_threads()) {
            let mut next = Vec::new();
            // What is ready is written while more is made.
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| next = rendered(many));
                ready.iter().try_for_each(|bytes: &Vec<u8>| out.write_all(bytes))
            })?;
            ready = next;
        }
        ready.iter().try_for_each(|bytes| out.write_all(bytes))
    }
}
