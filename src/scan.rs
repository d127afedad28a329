//! From paths to phones, on all threads. A phone whose logs are found by their names is read, joined, checked
//! and reduced to one compact row in one step. Logs that can be read only once, or whose phone is known only
//! by their content (pipes, members of archives, logs without an address in their names), are kept as digests
//! until all logs of their phone have been read.

mod cache;
mod collect;
mod compared;
mod configuration;
mod events;
mod findings_cache;
mod fleet;
mod live;
mod log_facts;
mod make_records;
mod name_senders;
mod origin;
mod overview;
mod payload;
mod phone_logs;
mod read_logs;
mod read_records;
mod render;
mod rotated_senders;
mod rows;
mod sender_names;
mod shared_keys;
mod store;
mod stored_configuration;
mod totals;
mod undecided;
mod without_logs;
mod write_configuration;

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::PathBuf;

use parking_lot::Mutex;
use rayon::prelude::*;

use crate::check::Case;
use crate::input::{Buffers, FoundFiles, SkippedFiles, is_only_configuration};
use crate::inventory::{Inventory, InventoryRow};
use crate::model::{Mac, Status};
use crate::phone::{Phone, Selection};
use crate::problem::{self, Problem, ProblemKind};
use crate::report::Overview;
use crate::timeline::{self, Clock, Timeline};
use collect::PendingLogs;
use configuration::Audit;
use events::{PhoneEvents, Spool};
use phone_logs::{JoinedPhone, PhoneLogs};
use rows::{Row, Rows};

pub use cache::Cache;
pub use configuration::config_tree;
pub use live::LiveScan;
pub use make_records::{CacheUse, DigestSummary, digest};
pub use read_records::Records;
pub use undecided::UndecidedPhones;
pub use without_logs::is_of_unread_log;

/// What to scan for, and how.
pub struct Options {
    /// The time of the run, and the options that concern times.
    pub clock: Clock,
    /// Only these phones; all phones if empty.
    pub devices: Vec<Mac>,
    /// Only phones with one of these statuses; all phones if empty.
    pub statuses: Vec<Status>,
    /// Which diagnoses are shown and counted, by their codes.
    pub selection: Selection,
    /// The phones' labels, if the user gave an inventory.
    pub inventory: Option<Inventory>,
    /// The searched paths, if configuration files are to be read; None if they are not. May be empty with
    /// records.
    pub roots: Option<Vec<PathBuf>>,
    /// A phone whose newest line is older than this is stale.
    pub stale: chrono::TimeDelta,
    /// The names of all phones are wanted, for pseudonyms that don't depend on `devices`.
    pub names_of_all: bool,
}

/// Receives the progress of a scan, from all threads.
pub trait ReportProgress: Sync {
    /// This many more files were read, of this size in bytes on the disk (not decompressed).
    fn advanced(&self, files: u64, bytes: u64);
}

/// The result of a scan: an overview, and the phones, each of which is built when it is asked for.
pub struct Scan {
    /// Head and foot of a report.
    pub overview: Overview,
    /// Whether any log was found.
    pub found_any: bool,
    /// Files that look like logs or archives but were not read.
    pub skipped: SkippedFiles,
    /// The phones of which it is not known which configuration files they read.
    pub undecided: UndecidedPhones,
    rows: Rows,
    /// The first rows are those of phones with logs: this many.
    rows_with_logs: usize,
    /// The phones that have configuration files, sorted.
    configured: Vec<Mac>,
    /// The configuration files, if they were asked for and there are any.
    audit: Option<Audit>,
    devices: Vec<Mac>,
    /// The indexes of the rows of the shown phones, in the report's order.
    order: Vec<u32>,
    /// The events, phone by phone, if they were asked for.
    events: Option<(Spool, Vec<PhoneEvents>)>,
    now: chrono::NaiveDateTime,
    stale: chrono::TimeDelta,
}

/// Reads all logs and diagnoses each phone. Runs in the current rayon pool.
pub fn scan(found: &FoundFiles, options: &Options, progress: &dyn ReportProgress) -> Scan {
    // Only writing events can fail, and none are written here.
    run(found, options, progress, None).0
}

/// Ignores progress.
pub struct NoProgress;

impl ReportProgress for NoProgress {
    fn advanced(&self, _: u64, _: u64) {}
}

/// Whether these phones of `--device` include this one; an empty list means all phones.
fn is_selected(devices: &[Mac], mac: Option<Mac>) -> bool {
    devices.is_empty() || mac.is_some_and(|mac| devices.contains(&mac))
}

/// The same as [`scan`], from records instead of logs.
pub fn scan_records(records: Records, options: &Options) -> io::Result<Scan> {
    let found = FoundFiles::default();
    let Records { mut pending, mut problems, configs, .. } = records;
    pending.name_senders();
    if options.roots.is_none() {
        // A path that was not found had been named by the user, so a scan of the logs reports it too.
        problems
            .retain(|problem| problem.kind == ProblemKind::NotFound || !is_only_configuration(&problem.path));
    }
    let trees = options.roots.is_some().then(|| configs.trees(&pending)).transpose()?;
    let configuration = trees.and_then(|trees| Audit::new(trees, &found, &pending, options.clock.now));
    Ok(run_with(&found, &pending, &problems, configuration, options, &NoProgress, None).0)
}

/// The same as [`scan`], and keeps all events for [`Scan::events`].
pub fn scan_events(found: &FoundFiles, options: &Options, progress: &dyn ReportProgress) -> io::Result<Scan> {
    let spool = Spool::new()?;
    let (mut scan, events) = run(found, options, progress, Some(&spool));
    let mut events = events?;
    if !options.devices.is_empty() || !options.statuses.is_empty() {
        let shown: HashSet<Option<Mac>> = scan.rows_shown().map(|row| row.mac).collect();
        events.retain(|events| shown.contains(&events.mac));
    }
    events.sort_by(|a, b| (a.mac.is_none(), a.mac, &a.paths).cmp(&(b.mac.is_none(), b.mac, &b.paths)));
    scan.events = Some((spool, events));
    Ok(scan)
}

fn run(
    found: &FoundFiles,
    options: &Options,
    progress: &dyn ReportProgress,
    spool: Option<&Spool>,
) -> (Scan, io::Result<Vec<PhoneEvents>>) {
    let mut pending = collect::read_streams(found, &options.clock.window, progress, spool);
    let members = std::mem::take(&mut pending.members);
    let tree = config_tree(found, &members, options.roots.as_deref().unwrap_or_default());
    let configured = tree.phones();
    let is_read = options.roots.is_some();
    let audit = || Audit::new(tree.into(), found, &pending, options.clock.now);
    let configuration = is_read.then(audit).flatten();
    let (scan, events) = run_with(found, &pending, &found.problems, configuration, options, progress, spool);
    (Scan { configured, ..scan }, events)
}

/// Scans in this order:
///
/// 1. With `--device`, without configuration and without `--redact`, [`requested_phones`](ScanContext::requested_phones) diagnoses the
///    phones of that option.
/// 2. [`add_sharing_phones`](ScanContext::add_sharing_phones) then reads all other logs, but diagnoses only the phones
///    that may show one of the same certificates: FLT001 and FLT002 name them. `fingerprints` are those of step 1.
///    If it finds lines of a phone of `--device` in the file of another one, the result is discarded.
/// 3. Otherwise, and if a result was discarded, [`all_phones`](ScanContext::all_phones) diagnoses all phones, without
///    `fingerprints`. With configuration that is needed also for `--device`, since CFG020 compares the keys of all
///    phones; [`finish`](ScanContext::finish) then leaves out the phones that were not asked for.
/// 4. If a file had lines of another phone than its name says, only now all lines of that phone are known:
///    [`reread_phones`](ScanContext::reread_phones) reads its logs again and replaces its row.
fn run_with(
    found: &FoundFiles,
    pending: &PendingLogs,
    problems: &[Problem],
    configuration: Option<Audit>,
    options: &Options,
    progress: &dyn ReportProgress,
    spool: Option<&Spool>,
) -> (Scan, io::Result<Vec<PhoneEvents>>) {
    let audit = configuration.as_ref();
    let context =
        ScanContext { found, options, progress, pending, audit, spool, events: Mutex::new(Ok(Vec::new())) };
    let mut part =
        context.requested_phones().and_then(|part| context.add_sharing_phones(part)).unwrap_or_else(|| {
            let mut part = PartialScan::default();
            context.all_phones(None, &mut part);
            part
        });
    let mut problems = problems.to_vec();
    problems.extend_from_slice(&pending.problems);
    problems.append(&mut part.problems);
    context.reread_phones(part.of_others, &mut part.rows, &mut problems);
    let mut scan = context.finish(part.rows, problems);
    let events = context.events.into_inner();
    scan.audit = configuration;
    (scan, events)
}

/// What all threads of a scan share.
struct ScanContext<'s> {
    found: &'s FoundFiles,
    options: &'s Options,
    progress: &'s dyn ReportProgress,
    /// Logs that were read before their phone's turn: from archives, pipes and files without an address in
    /// their names.
    pending: &'s PendingLogs,
    audit: Option<&'s Audit>,
    spool: Option<&'s Spool>,
    events: Mutex<io::Result<Vec<PhoneEvents>>>,
}

/// Fingerprints of certificates that are compared between phones.
type Fingerprints = HashSet<Box<[u8]>>;

/// The result of one thread.
#[derive(Default)]
struct PartialScan {
    rows: Rows,
    problems: Vec<Problem>,
    /// Logs of a phone that were found in another phone's file.
    of_others: PendingLogs,
}

impl PartialScan {
    fn append(&mut self, other: Self) {
        self.rows.append(other.rows);
        self.problems.extend(other.problems);
        self.of_others.append(other.of_others);
    }
}

impl ScanContext<'_> {
    /// Diagnoses the phones of `--device` first. None if the option is not given, or if all phones are needed: their
    /// configuration must be compared, or their names are wanted.
    fn requested_phones(&self) -> Option<PartialScan> {
        if self.options.devices.is_empty() || self.options.names_of_all || self.audit.is_some() {
            return None;
        }
        let mut part = PartialScan::default();
        let mut buffers = Buffers::new(1);
        for mac in BTreeSet::from_iter(self.options.devices.iter().copied()) {
            let phone_logs = self.read_all_logs(mac, &mut buffers, &mut part);
            self.diagnose(Some(mac), phone_logs, &mut part.rows, &mut part.problems);
        }
        Some(part)
    }

    /// Adds the other phones that share a certificate with the phones of `--device`. None if lines of the
    /// latter are found in logs of others: then all phones must be read as usual.
    fn add_sharing_phones(&self, mut part: PartialScan) -> Option<PartialScan> {
        let fingerprints = fleet::fingerprints(&part.rows);
        self.all_phones(Some(&fingerprints), &mut part);
        if part.of_others.concerned().any(|mac| self.options.devices.contains(&mac)) {
            if let Ok(events) = &mut *self.events.lock() {
                events.clear();
            }
            return None;
        }
        Some(part)
    }

    /// Adds all phones. With `fingerprints`: of the phones that `--device` does not name, those that show one
    /// of them.
    fn all_phones(&self, fingerprints: Option<&Fingerprints>, part: &mut PartialScan) {
        self.named_phones(fingerprints).into_iter().for_each(|more| part.append(more));
        self.other_phones(fingerprints, part);
    }

    /// The phones whose logs were found by their names.
    fn named_phones(&self, fingerprints: Option<&Fingerprints>) -> Vec<PartialScan> {
        let threads = rayon::current_num_threads();
        let phones = self.found.by_directory();
        let batches = self.found.batches(&phones);
        let next = Mutex::new(batches);
        let parts = (0..threads).into_par_iter().map(|_| {
            let mut part = PartialScan::default();
            let mut buffers = Buffers::new(threads);
            loop {
                let Some(batch) = next.lock().next() else { break };
                self.found.open_ahead(batch, &mut buffers);
                for phone in batch.iter().map(|phone| *phone as usize) {
                    let mac = self.found.mac(phone);
                    if !self.is_diagnosed(mac, fingerprints) {
                        match self.read_logs(phone, mac, &mut buffers, &mut part) {
                            Ok(phone) => add_if_sharing(phone, mac, fingerprints, &mut part.rows),
                            Err(phone_logs) => {
                                self.diagnose_if_sharing(mac, phone_logs, fingerprints, &mut part);
                            }
                        }
                    }
                }
            }
            part
        });
        parts.collect()
    }

    /// Whether [`Self::requested_phones`] has already diagnosed this phone.
    fn is_diagnosed(&self, mac: Mac, fingerprints: Option<&Fingerprints>) -> bool {
        fingerprints.is_some() && self.options.devices.contains(&mac)
    }

    /// Adds a phone's row. With `fingerprints`: only if the phone's logs show one of them.
    fn diagnose_if_sharing(
        &self,
        mac: Mac,
        phone_logs: PhoneLogs,
        fingerprints: Option<&Fingerprints>,
        part: &mut PartialScan,
    ) {
        if fingerprints.is_none_or(|fingerprints| phone_logs.may_show(fingerprints)) {
            self.diagnose(Some(mac), phone_logs, &mut part.rows, &mut part.problems);
        } else if !phone_logs.is_empty() {
            phone_logs.only_report_problems(Some(mac), &self.options.clock, &mut part.problems);
            part.rows.add_undiagnosed(mac);
        }
    }

    /// The spool for a phone's events, if they are wanted.
    fn spool(&self, mac: Option<Mac>) -> Option<&Spool> {
        self.spool.filter(|_| is_selected(&self.options.devices, mac))
    }

    fn listed(&self, mac: Mac) -> Option<&InventoryRow> {
        self.options.inventory.as_ref()?.rows.get(&mac)
    }

    /// Joins and checks the logs of a phone and adds its row.
    fn diagnose(
        &self,
        mac: Option<Mac>,
        phone_logs: PhoneLogs,
        rows: &mut Rows,
        problems: &mut Vec<Problem>,
    ) {
        // No log could be read: see `phones_with_unread_logs`.
        if phone_logs.is_empty() {
            return;
        }
        // Nothing shows whose row a mixture would be.
        if mac.is_none() && phone_logs.is_mixture() {
            return phone_logs.only_report_problems(mac, &self.options.clock, problems);
        }
        let JoinedPhone { joined, events, is_mixed } = phone_logs.join(mac, &self.options.clock, problems);
        rows.push(self.phone(mac, &joined, is_mixed, false));
        if let Some(spool) = self.spool(mac) {
            let found = PhoneEvents::new(mac, &joined, &events, &self.options.clock, spool);
            let mut events = self.events.lock();
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
        let mut phone = Phone::new(&case);
        if let Some(audit) = self.audit {
            audit.add_to(&mut phone, &timeline, &self.options.selection);
        }
        phone.select(&self.options.selection);
        phone
    }

    /// Adds the phones all of whose logs are in archives, in pipes, or in files without an address in their
    /// names.
    fn other_phones(&self, fingerprints: Option<&Fingerprints>, all: &mut PartialScan) {
        let macs = self.pending.macs().filter(|mac| self.found.phone_of(*mac).is_none());
        let macs: Vec<Mac> = macs.filter(|mac| !self.is_diagnosed(*mac, fingerprints)).collect();
        // Each part allocates room for many rows, so there are only a few parts per thread.
        let parts =
            macs.par_chunks(macs.len().div_ceil(4 * rayon::current_num_threads()).max(64)).map(|macs| {
                let mut part = PartialScan::default();
                for mac in macs {
                    self.diagnose_if_sharing(*mac, self.pending.of(*mac), fingerprints, &mut part);
                }
                part
            });
        parts.collect::<Vec<_>>().into_iter().for_each(|part| all.append(part));
        for log in self.pending.without_address() {
            self.diagnose(None, log, &mut all.rows, &mut all.problems);
        }
    }

    /// Reads the phones again whose lines were also found in other phones' files, and replaces their rows.
    fn reread_phones(&self, of_others: PendingLogs, rows: &mut Rows, problems: &mut Vec<Problem>) {
        problems.extend_from_slice(&of_others.problems);
        let macs: BTreeSet<Mac> = of_others.concerned().collect();
        rows.remove(&macs);
        if let Ok(events) = &mut *self.events.lock() {
            events.retain(|events| events.mac.is_none_or(|mac| !macs.contains(&mac)));
        }
        let mut part = PartialScan::default();
        let mut buffers = Buffers::new(1);
        for mac in macs {
            let mut phone_logs = self.read_all_logs(mac, &mut buffers, &mut part);
            phone_logs.append(of_others.of(mac));
            self.diagnose(Some(mac), phone_logs, rows, problems);
        }
        for log in of_others.without_address() {
            self.diagnose(None, log, rows, problems);
        }
    }

    /// Completes the result, once `rows` has all phones with logs.
    fn finish(&self, mut rows: Rows, mut problems: Vec<Problem>) -> Scan {
        let options = self.options;
        let is_mixed = |problem: &Problem| problem.kind == ProblemKind::MixedPhones;
        self.phones_with_unread_logs(&mut rows, &problems);
        let found_any = rows.has_logs() || problems.iter().any(is_mixed);
        let rows_with_logs = rows.len();
        self.phones_without_logs(&mut rows, &problems);
        if let Some(inventory) = &options.inventory {
            problems.extend(inventory.problems.iter().cloned());
        }
        fleet::add_shared(&mut rows, &options.selection);
        if let Some(audit) = self.audit {
            rows.share_keys(&options.selection);
            problems.extend(audit.problems());
        }
        problem::sort(&mut problems);
        let is_named = |row: &Row| is_selected(&options.devices, row.mac);
        let has_status = |row: &Row| options.statuses.is_empty() || options.statuses.contains(&row.status);
        let wanted = |row: &Row| is_named(row) && has_status(row);
        let fleet = fleet::days(&rows, wanted);
        let order = rows.in_order(wanted);
        let left_out = rows.all().filter(|row| is_named(row) && !has_status(row)).count();
        let overview = overview::overview(&rows, &order, left_out, options, problems);
        let overview = Overview { fleet, ..overview };
        let mut skipped = self.found.skipped.clone();
        skipped.merge(self.pending.skipped.clone());
        let undecided = self.audit.map(|audit| UndecidedPhones {
            without_address: rows.without_address(is_named),
            ..audit.undecided(|mac| is_selected(&options.devices, Some(*mac)))
        });
        Scan {
            overview,
            found_any,
            skipped,
            rows,
            rows_with_logs,
            configured: self.audit.map(Audit::macs).unwrap_or_default(),
            undecided: undecided.unwrap_or_default(),
            audit: None,
            devices: options.devices.clone(),
            order,
            events: None,
            now: options.clock.now,
            stale: options.stale,
        }
    }
}

/// Adds the row of a phone. With `fingerprints`: only if it shows one of them.
fn add_if_sharing(phone: Phone, mac: Mac, fingerprints: Option<&Fingerprints>, rows: &mut Rows) {
    let shows = |fingerprints: &Fingerprints| {
        phone
            .certificates
            .iter()
            .filter_map(|content| content.details.fingerprint.as_ref())
            .any(|shown| fingerprints.contains(shown.bytes()))
    };
    if fingerprints.is_none_or(shows) { rows.push(phone) } else { rows.add_undiagnosed(mac) }
}
