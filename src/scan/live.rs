//! A fleet whose logs and configuration files change: what was made of each phone is kept, and only phones
//! with a changed log, or for which the files say something else, are read again.
//!
//! What changed is found by comparing names, sizes and times of all files with those of the last look. The
//! paths that a notification names are not used: links, renamed directories and lost notifications would each
//! need a rule of their own, and a look at 20,000 files takes less than a tenth of a second.
//!
//! Where a configuration file changed, the files of all phones are read again: which phones are told to read
//! it stands in these files. Only a phone for which something came out otherwise is judged anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::collect::{self, Waiting};
use super::configuration::{Audit, tree_builder};
use super::gathered::Gathered;
use super::rows::Rows;
use super::{Options, Part, ReportProgress, Scan, Scanner};
use crate::input::{Buffers, FileState, Found, shown_path};
use crate::model::Mac;
use crate::phone::{Common, Phone};
use crate::problem::Problem;

/// What is known of all phones since the last look.
#[derive(Default)]
pub struct Live {
    phones: BTreeMap<Mac, Kept>,
    /// The logs of each phone by their names, as they stood before they were read.
    logs: BTreeMap<Mac, Vec<Seen>>,
    /// Archives, and named files without an address, likewise.
    streams: Vec<Seen>,
    /// What these hold.
    waiting: Waiting,
    /// What the logs of a phone hold of other phones.
    late: BTreeMap<Mac, Waiting>,
    /// What could not be searched.
    problems: Vec<Problem>,
    /// The files named like configuration files, likewise; none unless they are wanted.
    configs: Vec<Seen>,
    audit: Option<Audit>,
    has_looked: bool,
}

/// A path and how the file stood.
type Seen = (String, Option<FileState>);

/// A phone, packed, before what only the fleet tells is added to it.
struct Kept {
    phone: Vec<u8>,
    problems: Vec<Problem>,
    /// What is not packed of the phone.
    configuration: u64,
    common: Option<Arc<Common>>,
}

impl Live {
    /// Reads what changed since the last look, at first everything, and answers as a whole new scan would.
    /// None if nothing changed. Runs in the current rayon pool.
    pub fn look(&mut self, found: &Found, options: &Options, progress: &dyn ReportProgress) -> Option<Scan> {
        let mut changed = self.changed_phones(found);
        let streams_changed = self.read_streams(found, options, progress, &mut changed);
        let configs_changed = self.renew_audit(found, options, streams_changed);
        if configs_changed {
            changed.extend(self.otherwise_configured());
        }
        let is_same =
            changed.is_empty() && !streams_changed && !configs_changed && self.problems == found.problems;
        if std::mem::replace(&mut self.has_looked, true) && is_same {
            return None;
        }
        self.problems.clone_from(&found.problems);
        let (waiting, audit) = (std::mem::take(&mut self.waiting), self.audit.take());
        let events = Mutex::new(Ok(Vec::new()));
        let scanner = Scanner {
            found,
            options,
            progress,
            waiting: &waiting,
            audit: audit.as_ref(),
            spool: None,
            events,
        };
        let others = self.read(&scanner, changed);
        if !others.is_empty() {
            // Their own logs name no further phones than before.
            self.read(&scanner, others);
        }
        let scan = self.answer(&scanner);
        (self.waiting, self.audit) = (waiting, audit);
        Some(scan)
    }

    /// Forgets what was read: the next look reads everything, with other options for instance.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The phones whose logs, by their names, are not what they were.
    fn changed_phones(&mut self, found: &Found) -> BTreeSet<Mac> {
        let look = |phone| {
            let logs = found.logs(phone).map(|log| (found.path(log), found.state(log)));
            (found.mac(phone), logs.collect())
        };
        let logs: Vec<(Mac, Vec<Seen>)> = (0..found.phones()).into_par_iter().map(look).collect();
        let logs: BTreeMap<Mac, Vec<Seen>> = logs.into_iter().collect();
        let is_known =
            |mac: &Mac, now: &[Seen]| self.logs.get(mac).is_some_and(|before| is_same(before, now));
        let changed = logs.iter().filter(|(mac, now)| !is_known(mac, now)).map(|(mac, _)| *mac);
        let gone = self.logs.keys().filter(|mac| !logs.contains_key(mac)).copied();
        let changed = changed.chain(gone).collect();
        self.logs = logs;
        changed
    }

    /// Reads archives and files without an address again if one of them changed, and adds the phones of which
    /// they hold something else now.
    fn read_streams(
        &mut self,
        found: &Found,
        options: &Options,
        progress: &dyn ReportProgress,
        changed: &mut BTreeSet<Mac>,
    ) -> bool {
        let streams = found.streams.par_iter().map(|source| (source.path().to_owned(), source.state()));
        let streams: Vec<Seen> = streams.collect();
        if is_same(&self.streams, &streams) {
            return false;
        }
        self.streams = streams;
        let waiting = collect::read_streams(found, &options.clock.window, progress, None);
        let macs: BTreeSet<Mac> = waiting.macs().chain(self.waiting.macs()).collect();
        changed.extend(macs.into_iter().filter(|mac| !waiting.holds_same(&self.waiting, *mac)));
        self.waiting = waiting;
        true
    }

    /// Looks for configuration files, and forgets what they said if one of them changed, or an archive that can
    /// hold some.
    fn renew_audit(&mut self, found: &Found, options: &Options, streams_changed: bool) -> bool {
        let Some(roots) = &options.roots else { return false };
        let files: Vec<_> = found.config_files().collect();
        let seen = files.into_par_iter().map(|file| (shown_path(&file.path), FileState::of(&file.path)));
        let configs: Vec<Seen> = seen.collect();
        let is_unchanged = self.has_looked
            && !streams_changed
            && is_same(&self.configs, &configs)
            && self.audit.as_ref().is_none_or(Audit::is_unchanged);
        self.configs = configs;
        if !is_unchanged {
            let tree = tree_builder(found, self.waiting.members(), roots).watched().build();
            self.audit = Audit::new(tree, options.clock.now);
        }
        !is_unchanged
    }

    /// The phones to which the configuration files give something else than when they were judged.
    fn otherwise_configured(&self) -> Vec<Mac> {
        let content = |mac: Mac, kept: &Kept| match (&self.audit, kept.phone()) {
            (Some(audit), Some(phone)) => audit.config_of(mac, &phone).content(),
            _ => 0,
        };
        let is_other = |(mac, kept): &(&Mac, &Kept)| content(**mac, kept) != kept.configuration;
        self.phones.par_iter().filter(is_other).map(|(mac, _)| *mac).collect()
    }

    /// Reads these phones. Returns the phones of which their logs hold lines, or held some before.
    fn read(&mut self, scanner: &Scanner<'_>, macs: BTreeSet<Mac>) -> BTreeSet<Mac> {
        let macs: Vec<Mac> = macs.into_iter().collect();
        let threads = rayon::current_num_threads();
        let late = &self.late;
        let read = |buffers: &mut Buffers, mac: &Mac| {
            let mut part = Part::default();
            let of_others =
                || late.iter().filter(|(source, _)| *source != mac).map(|(_, held)| held.of(*mac));
            let mut gathered = match scanner.found.phone_of(*mac) {
                Some(phone) => {
                    scanner.found.open_ahead(phone..phone + 1, buffers);
                    scanner.gather(phone, *mac, buffers, &mut part)
                }
                None => scanner.waiting.of(*mac),
            };
            of_others().for_each(|more| gathered.append(more));
            part.problems.extend(part.late.problems());
            let is_there = scanner.found.phone_of(*mac).is_some() || !gathered.is_empty();
            let kept = is_there.then(|| Kept::of(scanner, Some(*mac), gathered, part.problems));
            (*mac, kept, part.late)
        };
        let read: Vec<_> = macs.par_iter().map_init(|| Buffers::new(threads), read).collect();
        let mut others = BTreeSet::new();
        for (mac, kept, late) in read {
            match kept {
                Some(kept) => _ = self.phones.insert(mac, kept),
                None => _ = self.phones.remove(&mac),
            }
            others.extend(late.macs());
            let before = if late.is_empty() { self.late.remove(&mac) } else { self.late.insert(mac, late) };
            others.extend(before.iter().flat_map(Waiting::macs));
        }
        others
    }

    /// All phones with what only the fleet tells.
    fn answer(&self, scanner: &Scanner<'_>) -> Scan {
        let mut problems = self.problems.clone();
        problems.extend(scanner.waiting.problems());
        problems.extend(self.phones.values().flat_map(|kept| kept.problems.iter().cloned()));
        let kept: Vec<&Kept> = self.phones.values().collect();
        let parts = kept.par_chunks(1024).map(|kept| {
            let mut rows = Rows::default();
            kept.iter().filter_map(|kept| kept.phone()).for_each(|phone| rows.push(&phone));
            rows
        });
        let mut rows = Rows::default();
        parts.collect::<Vec<_>>().into_iter().for_each(|part| rows.append(part));
        for waiting in std::iter::once(scanner.waiting).chain(self.late.values()) {
            for log in waiting.without_address() {
                scanner.judge(None, log, &mut rows, &mut problems);
            }
        }
        scanner.conclude(rows, problems)
    }
}

/// Whether these are the same files, and none of them changed.
fn is_same(before: &[Seen], now: &[Seen]) -> bool {
    before.len() == now.len()
        && before.iter().zip(now).all(|((path, before), (same_path, now))| {
            path == same_path && FileState::is_same(before.as_ref(), now.as_ref())
        })
}

impl Kept {
    fn of(scanner: &Scanner<'_>, mac: Option<Mac>, gathered: Gathered, mut problems: Vec<Problem>) -> Self {
        let complete = gathered.join(mac, &scanner.options.clock, &mut problems);
        let phone = scanner.phone(mac, &complete.joined, complete.is_mixed, false);
        // Memory takes whatever a phone is packed into.
        let packed = postcard::to_stdvec(&phone).unwrap_or_default();
        Self { phone: packed, problems, configuration: phone.configuration, common: phone.common }
    }

    fn phone(&self) -> Option<Phone> {
        let mut phone: Phone = postcard::from_bytes(&self.phone).ok()?;
        phone.common.clone_from(&self.common);
        Some(phone)
    }
}
