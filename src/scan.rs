//! From paths to phones: the logs of each phone are read, joined, judged and reduced to one compact row in
//! one go, on all threads. Only what passes by once (pipes, members of archives, logs whose address stands
//! in their text) waits as a digest until its phone is complete.

mod cache;
mod collect;
mod compared;
mod configuration;
mod events;
mod fleet;
mod live;
mod make_records;
mod origin;
mod read_records;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Mutex;

use rayon::prelude::*;

use crate::check::{CATALOGUE, Case};
use crate::config::PhoneConfig;
use crate::input::{Buffers, Found, PassedOver};
use crate::inventory::{Inventory, InventoryRow};
use crate::model::{Mac, Status};
use crate::phone::{Phone, Selection, Tally, shown_time};
use crate::problem::{Problem, ProblemKind};
use crate::redact::Shown;
use crate::report::shape::{Device, EventRow, Scanned, Summary, ZtpReadiness};
use crate::report::{Devices, Overview, RenderDevice};
use crate::timeline::{self, Clock, Timeline};
use collect::{Gathered, PhoneSink, Waiting};
use configuration::Audit;
use events::{PhoneEvents, Spool};
use rows::{Row, Rows};

pub use cache::Cache;
pub use collect::Member;
pub use configuration::config_tree;
pub use live::Live;
pub use make_records::{Digested, Keep, digest};
pub use read_records::Records;

/// What to scan for.
pub struct Options {
    /// What the user said of times.
    pub clock: Clock,
    /// Only these phones; all if there is none.
    pub devices: Vec<Mac>,
    /// Only phones of these statuses; all if there is none.
    pub statuses: Vec<Status>,
    /// Which diagnoses count.
    pub selection: Box<Selection>,
    /// What the user knows of the phones' labels.
    pub inventory: Option<Inventory>,
    /// The paths that are searched, if configuration files are to be read; none if they are not.
    pub roots: Option<Vec<PathBuf>>,
    /// A phone without a line for longer than this is stale.
    pub stale: chrono::TimeDelta,
}

/// Whoever wants to know how far the scan is; called from all threads.
pub trait ReportProgress: Sync {
    /// So many files more, of so many bytes as they stand on the disk, are read.
    fn advanced(&self, files: u64, bytes: u64);
}

/// The answer: phones, made when they are asked for, with the overview.
pub struct Scan {
    /// Head and foot of a report.
    pub overview: Overview,
    /// Whether any log was found.
    pub found_any: bool,
    /// What was passed over although it looks like a log or an archive.
    pub passed_over: PassedOver,
    rows: Rows,
    /// The configuration files, if there are any and they were asked for.
    audit: Option<Audit>,
    devices: Vec<Mac>,
    /// In the report's order.
    order: Vec<Row>,
    /// All events, phone by phone, if they were asked for.
    events: Option<(Spool, Vec<PhoneEvents>)>,
    now: chrono::NaiveDateTime,
    stale: chrono::TimeDelta,
}

/// Reads all logs and finds out what is wrong with each phone. Runs in the current rayon pool.
pub fn scan(found: &Found, options: &Options, progress: &dyn ReportProgress) -> Scan {
    // Only a spool can fail.
    run(found, options, progress, None).0
}

/// Nobody looks: records are read before.
struct Unseen;

impl ReportProgress for Unseen {
    fn advanced(&self, _: u64, _: u64) {}
}

/// Finds out the same from records of logs.
pub fn scan_records(records: &Records, options: &Options) -> Scan {
    let found = crate::input::find(&[], &crate::input::Options::default());
    run_with(&found, &records.waiting, &records.problems, None, options, &Unseen, None).0
}

/// The same, and all events can be asked for.
///
/// # Errors
/// The events wait in a temporary file, which can't be made or written.
pub fn scan_events(found: &Found, options: &Options, progress: &dyn ReportProgress) -> io::Result<Scan> {
    let spool = Spool::new()?;
    let (mut scan, events) = run(found, options, progress, Some(&spool));
    let mut events = events?;
    let is_shown = |events: &PhoneEvents| match events.mac {
        Some(mac) => scan.order.iter().any(|row| row.mac == Some(mac)),
        None => scan.order.iter().any(|row| row.mac.is_none()),
    };
    if !options.devices.is_empty() || !options.statuses.is_empty() {
        events.retain(is_shown);
    }
    events.sort_by(|a, b| (a.mac.is_none(), a.mac, &a.paths).cmp(&(b.mac.is_none(), b.mac, &b.paths)));
    scan.events = Some((spool, events));
    Ok(scan)
}

fn run(
    found: &Found,
    options: &Options,
    progress: &dyn ReportProgress,
    spool: Option<&Spool>,
) -> (Scan, io::Result<Vec<PhoneEvents>>) {
    let waiting = collect::read_streams(found, &options.clock.window, progress, spool);
    let tree = options.roots.as_ref().map(|roots| config_tree(found, waiting.members(), roots));
    let configuration = tree.and_then(|tree| Audit::new(tree, options.clock.now));
    run_with(found, &waiting, &found.problems, configuration, options, progress, spool)
}

fn run_with(
    found: &Found,
    waiting: &Waiting,
    problems: &[Problem],
    configuration: Option<Audit>,
    options: &Options,
    progress: &dyn ReportProgress,
    spool: Option<&Spool>,
) -> (Scan, io::Result<Vec<PhoneEvents>>) {
    let audit = configuration.as_ref();
    let scanner =
        Scanner { found, options, progress, waiting, audit, spool, events: Mutex::new(Ok(Vec::new())) };
    let mut rows = Rows::default();
    let mut problems = problems.to_vec();
    problems.extend(waiting.problems());
    let mut late = Waiting::default();
    for part in scanner.named_phones() {
        rows.append(part.rows);
        problems.extend(part.problems);
        late.append(part.late);
    }
    scanner.other_phones(&mut rows, &mut problems);
    scanner.late_phones(late, &mut rows, &mut problems);
    let mut scan = scanner.conclude(rows, problems);
    let events = scanner.events.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    scan.audit = configuration;
    (scan, events)
}

/// What all threads of a scan share.
struct Scanner<'s> {
    found: &'s Found,
    options: &'s Options,
    progress: &'s dyn ReportProgress,
    /// Digests that wait for their phones.
    waiting: &'s Waiting,
    audit: Option<&'s Audit>,
    spool: Option<&'s Spool>,
    events: Mutex<io::Result<Vec<PhoneEvents>>>,
}

/// What one thread made of its phones.
#[derive(Default)]
struct Part {
    rows: Rows,
    problems: Vec<Problem>,
    /// Digests of phones other than the one whose file they stand in.
    late: Waiting,
}

impl Scanner<'_> {
    /// The phones whose logs were found by their names.
    fn named_phones(&self) -> Vec<Part> {
        let threads = rayon::current_num_threads();
        let batches = self.found.batches();
        let next = Mutex::new(batches);
        let parts = (0..threads).into_par_iter().map(|_| {
            let mut part = Part::default();
            let mut buffers = Buffers::new(threads);
            loop {
                let batch = match next.lock() {
                    Ok(mut batches) => batches.next(),
                    Err(_) => None,
                };
                let Some(batch) = batch else { break };
                self.found.open_ahead(batch.clone(), &mut buffers);
                for phone in batch {
                    self.named_phone(phone, &mut buffers, &mut part);
                }
            }
            part
        });
        parts.collect()
    }

    fn named_phone(&self, phone: usize, buffers: &mut Buffers, part: &mut Part) {
        let mac = self.found.mac(phone);
        let gathered = self.gather(phone, mac, buffers, part);
        self.judge(Some(mac), gathered, &mut part.rows, &mut part.problems);
    }

    /// All logs of a phone: those found by its name, and those that wait for it.
    fn gather(&self, phone: usize, mac: Mac, buffers: &mut Buffers, part: &mut Part) -> Gathered {
        let mut sink = PhoneSink::new(Some(mac), &self.options.clock.window, self.progress, self.spool);
        for log in self.found.logs(phone) {
            self.found.read(log, buffers, &mut sink);
        }
        let (mut gathered, late) = sink.finish(&mut part.problems);
        part.late.append(late);
        gathered.append(self.waiting.of(mac));
        gathered
    }

    fn listed(&self, mac: Mac) -> Option<&InventoryRow> {
        self.options.inventory.as_ref()?.rows.get(&mac)
    }

    /// Makes a phone's row of its logs.
    fn judge(&self, mac: Option<Mac>, gathered: Gathered, rows: &mut Rows, problems: &mut Vec<Problem>) {
        // Where no log could be read, the problem tells: there is nothing to judge.
        if gathered.is_empty() {
            return;
        }
        let complete = gathered.finish(mac, problems);
        let joined = timeline::join(complete.logs, &self.options.clock);
        rows.push(&self.phone(mac, &joined, complete.is_mixed, false));
        if let Some(spool) = self.spool {
            let found = PhoneEvents::new(mac, &joined, &complete.events, &self.options.clock, spool);
            let mut events = self.events.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match (&mut *events, found) {
                (Ok(events), Ok(found)) => events.push(found),
                (Ok(_), Err(error)) => *events = Err(error),
                (Err(_), _) => {}
            }
        }
    }

    fn phone(&self, mac: Option<Mac>, joined: &timeline::Joined, is_mixed: bool, is_unread: bool) -> Phone {
        let timeline = Timeline::new(mac, joined, &self.options.clock);
        let listed = timeline.mac.and_then(|mac| self.listed(mac));
        let case = Case { is_mixed, is_unread, ..Case::new(&timeline, listed) };
        let mut phone = Phone::new(&case, &*self.options.selection);
        if let Some(audit) = self.audit {
            audit.add_to(&mut phone, &timeline, &*self.options.selection);
        }
        phone
    }

    /// The phones whose logs all stand in archives, in pipes, or under names without an address.
    fn other_phones(&self, rows: &mut Rows, problems: &mut Vec<Problem>) {
        let macs = self.waiting.macs().filter(|mac| self.found.phone_of(*mac).is_none());
        let macs: Vec<Mac> = macs.collect();
        // Few parts: each has room for many rows.
        let parts =
            macs.par_chunks(macs.len().div_ceil(4 * rayon::current_num_threads()).max(64)).map(|macs| {
                let mut part = Part::default();
                for mac in macs {
                    self.judge(Some(*mac), self.waiting.of(*mac), &mut part.rows, &mut part.problems);
                }
                part
            });
        for part in parts.collect::<Vec<_>>() {
            rows.append(part.rows);
            problems.extend(part.problems);
        }
        for log in self.waiting.without_address() {
            self.judge(None, log, rows, problems);
        }
    }

    /// Phones of which further lines turned up in other phones' files: they are judged anew.
    fn late_phones(&self, late: Waiting, rows: &mut Rows, problems: &mut Vec<Problem>) {
        problems.extend(late.problems());
        let macs: BTreeSet<Mac> = late.macs().collect();
        rows.remove(&macs);
        if let Ok(Ok(events)) = self.events.lock().as_deref_mut() {
            events.retain(|events| events.mac.is_none_or(|mac| !macs.contains(&mac)));
        }
        let mut part = Part::default();
        let mut buffers = Buffers::new(1);
        for mac in macs {
            let mut gathered = match self.found.phone_of(mac) {
                Some(phone) => self.gather(phone, mac, &mut buffers, &mut part),
                None => self.waiting.of(mac),
            };
            gathered.append(late.of(mac));
            self.judge(Some(mac), gathered, rows, problems);
        }
        for log in late.without_address() {
            self.judge(None, log, rows, problems);
        }
    }

    /// The answer, once all phones with logs are among the rows.
    fn conclude(&self, mut rows: Rows, mut problems: Vec<Problem>) -> Scan {
        let options = self.options;
        let is_mixed = |problem: &Problem| problem.kind == ProblemKind::MixedPhones;
        let found_any = rows.has_logs() || problems.iter().any(is_mixed);
        self.phones_without_logs(&mut rows, &problems);
        if let Some(inventory) = &options.inventory {
            problems.extend(inventory.problems.iter().cloned());
        }
        fleet::add_shared(&mut rows, &options.selection);
        if let Some(audit) = self.audit {
            audit.add_shared_keys(&mut rows, &options.selection);
            problems.extend(audit.problems());
        }
        problems.sort();
        problems.dedup();
        let wanted = |row: &Row| {
            (options.devices.is_empty() || row.mac.is_some_and(|mac| options.devices.contains(&mac)))
                && (options.statuses.is_empty() || options.statuses.contains(&row.status))
        };
        let fleet = fleet::days(&rows, wanted);
        let mut order: Vec<Row> = rows.all().filter(|row| wanted(row)).collect();
        order.par_sort_unstable_by(|a, b| rows.rank(a).cmp(&rows.rank(b)));
        let overview = Overview { fleet, ..overview(&rows, &order, problems) };
        let mut passed_over = self.found.passed_over.clone();
        passed_over.merge(self.waiting.passed_over().clone());
        Scan {
            overview,
            found_any,
            passed_over,
            rows,
            audit: None,
            devices: options.devices.clone(),
            order,
            events: None,
            now: options.clock.now,
            stale: options.stale,
        }
    }

    /// The phones of the inventory of which no log was found, or none that could be read.
    fn phones_without_logs(&self, rows: &mut Rows, problems: &[Problem]) {
        let known: BTreeSet<Mac> = rows.all().filter_map(|row| row.mac).collect();
        let names = problems.iter().filter_map(|problem| problem.path.rsplit(['/', '\\']).next());
        let unread: BTreeSet<Mac> = names.filter_map(|name| crate::input::log_mac(name.as_bytes())).collect();
        let nothing = timeline::Joined::default();
        let without_log = |mac| {
            let is_unread = self.listed(mac).is_some() && unread.contains(&mac);
            self.phone(Some(mac), &nothing, false, is_unread)
        };
        let listed = self.options.inventory.iter().flat_map(|inventory| inventory.rows.keys());
        let listed: BTreeSet<Mac> = listed.copied().filter(|mac| !known.contains(mac)).collect();
        listed.iter().for_each(|mac| rows.push(&without_log(*mac)));
        // Of others with configuration alone, only those with something wrong in it are told.
        let configured = self.audit.map(Audit::macs).unwrap_or_default();
        let others = configured.into_par_iter().filter(|mac| !known.contains(mac) && !listed.contains(mac));
        let others = others.map(without_log).filter(|phone| phone.status == Status::Failed);
        others.collect::<Vec<_>>().iter().for_each(|phone| rows.push(phone));
    }
}

/// What comes together over phones.
#[derive(Clone, Default)]
struct Totals {
    tally: Tally,
    statuses: [u64; 4],
    /// Phones with an active diagnosis, by its place in the catalogue.
    codes: Vec<u64>,
    ztp: ZtpReadiness,
    times: Option<(i64, i64)>,
    devices: u64,
}

impl Totals {
    fn add(&mut self, phone: &Phone) {
        self.devices += 1;
        self.tally.add(&phone.counts);
        self.statuses[phone.status as usize] += 1;
        let codes = phone.active_rules();
        self.codes.resize(CATALOGUE.len(), 0);
        self.codes.iter_mut().enumerate().for_each(|(place, phones)| *phones += codes >> place & 1);
        let of_readiness = match phone.ztp {
            Some(true) => &mut self.ztp.ready,
            Some(false) => &mut self.ztp.not_ready,
            None => &mut self.ztp.unknown,
        };
        *of_readiness += 1;
        self.times = wider(self.times, phone.times);
    }

    fn append(&mut self, other: Self) {
        let Self { tally, statuses, codes, ztp, times, devices } = other;
        self.devices += devices;
        self.tally.add(&tally);
        self.statuses.iter_mut().zip(statuses).for_each(|(phones, more)| *phones += more);
        self.codes.resize(CATALOGUE.len(), 0);
        self.codes.iter_mut().zip(codes).for_each(|(phones, more)| *phones += more);
        self.ztp.ready += ztp.ready;
        self.ztp.not_ready += ztp.not_ready;
        self.ztp.unknown += ztp.unknown;
        self.times = wider(self.times, times);
    }
}

fn wider(times: Option<(i64, i64)>, more: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (times, more) {
        (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
        (times, more) => times.or(more),
    }
}

fn overview(rows: &Rows, order: &[Row], problems: Vec<Problem>) -> Overview {
    let made_anew = || {
        let parts = order.par_chunks(1024).map(|part| {
            let mut totals = Totals::default();
            part.iter().for_each(|row| totals.add(&rows.phone(row)));
            totals
        });
        parts.reduce(Totals::default, |mut totals, more| {
            totals.append(more);
            totals
        })
    };
    let totals =
        rows.totals().filter(|totals| totals.devices == order.len() as u64).unwrap_or_else(made_anew);
    let time =
        |seconds| chrono::DateTime::from_timestamp(seconds, 0).map(|time| shown_time(time.naive_utc()));
    let Tally { files, bytes, lines, unrecognized, events } = totals.tally;
    let [failed, attention, unknown, ok] = totals.statuses;
    let codes = CATALOGUE.iter().zip(totals.codes).filter(|(_, phones)| *phones > 0);
    Overview {
        scanned: Scanned {
            files,
            bytes,
            lines,
            unrecognized_lines: unrecognized,
            events,
            devices: totals.devices,
            first_time: totals.times.and_then(|(first, _)| time(first)),
            last_time: totals.times.and_then(|(_, last)| time(last)),
        },
        summary: Summary {
            failed,
            attention,
            unknown,
            ok,
            by_code: codes.map(|(rule, phones)| (rule.code.to_owned(), phones)).collect(),
        },
        problems,
        ztp: Some(totals.ztp),
        ..Overview::default()
    }
}

impl Scan {
    /// The addresses of all phones that were found, shown or not, in no order.
    pub fn all_macs(&self) -> impl Iterator<Item = Mac> + '_ {
        self.rows.all().filter_map(|row| row.mac)
    }

    /// The addresses of the phones that are shown.
    pub fn macs(&self) -> impl Iterator<Item = Mac> + '_ {
        self.order.iter().filter_map(|row| row.mac)
    }

    /// What the configuration files give each phone, by address; of `--device` alone where that was asked for.
    #[must_use]
    pub fn configs(&self) -> Vec<PhoneConfig> {
        let Some(audit) = &self.audit else { return Vec::new() };
        let is_wanted = |mac: &Mac| self.devices.is_empty() || self.devices.contains(mac);
        let mut phones: BTreeMap<Mac, Option<Row>> =
            audit.macs().into_iter().map(|mac| (mac, None)).collect();
        phones.extend(self.rows.all().filter_map(|row| Some((row.mac?, Some(row)))));
        let phones: Vec<_> = phones.into_iter().filter(|(mac, _)| is_wanted(mac)).collect();
        let configs = phones.par_iter().map(|(mac, row)| match row {
            Some(row) => audit.config_of(*mac, &self.rows.phone(row)),
            None => audit.config_of(*mac, &Phone::unreadable(Some(*mac))),
        });
        configs.filter(|config| !config.is_empty()).collect()
    }

    /// Calls `each` with every event, phone by phone in the order of their addresses, and in log order
    /// for each. There are none unless the scan was made by [`scan_events`].
    ///
    /// # Errors
    /// What `each` returns, or a fault of the file in which the events wait.
    pub fn events(
        &self,
        shown: Shown<'_>,
        mut each: impl FnMut(EventRow) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some((spool, phones)) = &self.events else { return Ok(()) };
        phones.iter().try_for_each(|phone| phone.read(spool, shown, &mut each))
    }
}

/// How many phones are rendered by one thread at a time.
const BATCH: usize = 64;

/// Most phones are rendered in fewer bytes.
const USUAL_LENGTH: usize = 2048;

impl Devices for Scan {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn status(&self, place: usize) -> Status {
        self.order[place].status
    }

    fn shown(&self, place: usize, shown: Shown<'_>) -> Device {
        let phone = self.rows.phone(&self.order[place]);
        let mut device = phone.device(shown);
        device.stale = phone.times.and_then(|(_, last)| {
            let age = self.now.and_utc().timestamp() - last;
            (age > self.stale.num_seconds()).then(|| u64::try_from(age / 86_400).unwrap_or(0))
        });
        device
    }

    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()> {
        let places: Vec<usize> = (0..self.len()).collect();
        // So many at once that all threads have work, and so few that what is ready takes little memory.
        for places in places.chunks(BATCH * 16 * rayon::current_num_threads()) {
            let batches = places.par_chunks(BATCH).map(|batch| {
                let mut bytes = Vec::with_capacity(batch.len() * USUAL_LENGTH);
                for &place in batch {
                    render(place, &self.device(place), &mut bytes);
                }
                bytes
            });
            for bytes in batches.collect::<Vec<_>>() {
                out.write_all(&bytes)?;
            }
        }
        Ok(())
    }
}
