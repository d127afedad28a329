//! The configuration files of a scan: the tree of those that were found, what it gives each phone, the diagnoses from that
//! and from its contradictions with the phone's logs, and the problems that concern a phone.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use parking_lot::Mutex;
use rayon::prelude::*;

use super::collect::PendingLogs;
use super::findings_cache::FindingsCache;
use super::log_facts::{facts_of, facts_of_healthy, log_facts, not_applied};
use super::phone_logs::digested_apart;
use super::rows::Row;
use super::stored_configuration::ConfigTrees;
use super::undecided::UndecidedPhones;
use super::{Scan, is_selected};
use crate::check::join::{SlotOrigin, join, origins};
use crate::config::{
    ConfigTree, ConfigurationLine, LogFacts, PhoneConfig, PhoneKind, Stored, TreeBuilder, Undecided, resolve,
};
use crate::digest::Counts;
use crate::input::{ConfigKind, FoundFiles, directory_of, mac_of_unread_log};
use crate::model::{CertificateState, Mac};
use crate::phone::{Phone, Selection};
use crate::problem::Problem;
use crate::timeline::Timeline;

/// The configuration files, and what is needed to check phones by them.
pub(super) struct Audit {
    trees: ConfigTrees,
    /// Problems of phones whose records were not made together.
    apart: Mutex<BTreeSet<Problem>>,
    /// The phones with a log of which it is not known which files they read.
    undecided: Mutex<BTreeMap<Mac, Undecided>>,
    findings_cache: FindingsCache,
    /// The time of the run, with which dates of certificates are compared.
    now: NaiveDateTime,
}

/// The tree of the configuration files that were found in directories and archives.
pub fn config_tree(found: &FoundFiles, members: &[Stored], roots: &[PathBuf]) -> ConfigTree {
    tree_builder(found, members, roots).build()
}

/// The builder of that tree.
pub(super) fn tree_builder(found: &FoundFiles, members: &[Stored], roots: &[PathBuf]) -> TreeBuilder {
    let mut builder = TreeBuilder::new(roots);
    for file in found.config_files() {
        let mode = if file.kind == ConfigKind::PrivateKey { mode(&file.path) } else { None };
        builder.file(&file.path, mode);
    }
    builder.has_listed(found.has_listed);
    members.iter().for_each(|member| builder.stored(member.clone()));
    builder
}

#[cfg(unix)]
fn mode(path: &std::path::Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_: &std::path::Path) -> Option<u32> {
    None
}

/// The files in a directory that are phones' own by their names.
#[derive(Default)]
struct PhoneFiles {
    /// A log of one of the phones was found.
    has_log: bool,
    /// One of them is a phone's master.
    has_master: bool,
}

impl Audit {
    /// None if no file is a phone's configuration.
    pub(super) fn new(
        trees: ConfigTrees,
        found: &FoundFiles,
        pending: &PendingLogs,
        now: NaiveDateTime,
    ) -> Option<Self> {
        let has_files = trees.all.iter().any(|tree| !tree.is_empty());
        let mut audit = Self {
            trees,
            apart: Default::default(),
            undecided: Default::default(),
            findings_cache: Default::default(),
            now,
        };
        has_files.then(|| {
            audit.locate_logs(found, pending);
            audit
        })
    }

    /// Finds out whether this is [one site](ConfigTree::is_one_site): only one directory has a master for all phones, all
    /// logs are apart from it, or in one directory above it without masters of phones outside; and not all phones with
    /// files of their own there are without a log here. Returns whether that changed.
    pub(super) fn locate_logs(&mut self, found: &FoundFiles, pending: &PendingLogs) -> bool {
        let location = LazyCell::new(|| pending.log_location(found));
        let has_log = |mac| found.phone_of(mac).is_some() || pending.has(mac);
        let all = &self.trees.all;
        let own = LazyCell::new(|| {
            let mut own: BTreeMap<&Path, PhoneFiles> = BTreeMap::new();
            for (mac, directory, is_master) in all.iter().flat_map(ConfigTree::own_directories) {
                let files = own.entry(directory).or_default();
                files.has_log |= has_log(mac);
                files.has_master |= is_master;
            }
            own
        });
        let is_one_site = |tree: &ConfigTree| {
            let Some(master) = tree.only_master_directory() else { return false };
            let is_outside = |directory: &Path| !directory.starts_with(master);
            let has_master_outside =
                || own.iter().any(|(directory, files)| files.has_master && is_outside(directory));
            if !(location.is_apart_from(master) || location.is_above(master) && !has_master_outside()) {
                return false;
            }
            let inside = own.range(master..).take_while(|(directory, _)| directory.starts_with(master));
            let mut inside = inside.map(|(_, files)| files.has_log).peekable();
            inside.peek().is_none() || inside.any(|has_log| has_log)
        };
        let sites: Vec<bool> = all.iter().map(is_one_site).collect();
        let trees = self.trees.all.iter_mut().zip(sites);
        trees.fold(false, |changed, (tree, is_one)| tree.set_one_site(is_one) || changed)
    }

    /// Counts the wanted phones of which it is not known which files they read.
    pub(super) fn undecided(&self, is_wanted: impl Fn(&Mac) -> bool) -> UndecidedPhones {
        let undecided = self.undecided.lock();
        let mut phones = UndecidedPhones::default();
        for (mac, why) in undecided.iter().filter(|(mac, _)| is_wanted(mac)) {
            let (counted, path) = match why {
                Undecided::Master(path) => (&mut phones.without_master, path),
                Undecided::List(path) => (&mut phones.without_model, path),
            };
            counted.get_or_insert_with(|| (0, *mac, path.clone())).0 += 1;
        }
        phones
    }

    /// Whether no opened file has changed since. Only for a tree built with `watched`.
    pub(super) fn is_unchanged(&self) -> bool {
        self.trees.all.iter().all(ConfigTree::is_unchanged)
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let apart = self.apart.lock().clone();
        self.trees.all.iter().flat_map(ConfigTree::problems).chain(apart).collect()
    }

    /// The phones that have files of their own.
    pub(super) fn macs(&self) -> Vec<Mac> {
        self.trees.phones()
    }

    /// What the files give a phone, given its model and the directories of its logs.
    pub(super) fn config_of(&self, mac: Mac, phone: &Phone) -> PhoneConfig {
        let of_tree = |tree: &ConfigTree| of_tree(tree, mac, phone);
        let several: Vec<PhoneConfig> = self.trees.several(mac).map(of_tree).collect();
        if several.windows(2).any(|two| !two[0].has_equal_files(&two[1])) {
            self.apart.lock().insert(digested_apart(mac));
        }
        let mut config = self.trees.of(mac).map_or_else(|| PhoneConfig::new(mac, Vec::new()), of_tree);
        if let Some(undecided) = config.undecided.clone() {
            self.undecided.lock().insert(mac, undecided);
        }
        config.slots = phone.certificates.iter().map(|one| (one.slot, facts_of(one))).collect();
        config
    }

    /// What a phone reads that has no file of its own here: what the only master for all phones gives it.
    fn config_by_only_master(&self, mac: Mac) -> Option<PhoneConfig> {
        let [tree] = &self.trees.all[..] else { return None };
        let directory = tree.only_master_directory()?.to_owned();
        Some(resolve(tree, mac, &PhoneKind::UNKNOWN, &[directory]))
    }

    /// Adds diagnoses from the phone's configuration files, and to those from its logs the configuration
    /// lines that concern them.
    pub(super) fn add_to(&self, phone: &mut Phone, timeline: &Timeline<'_>, selection: &Selection) {
        let not_applied = not_applied(timeline);
        let says = "the phone did not apply its configuration in the newest boot of this log";
        let line = not_applied.map(|record| ConfigurationLine {
            line: Some(record.line),
            ..ConfigurationLine::of_file(timeline.logs[record.file].path, says)
        });
        self.add(phone, selection, line, |phone| LogFacts {
            not_applied: not_applied.is_some(),
            ..log_facts(phone, timeline, self.now)
        });
    }

    /// The same to a phone whose only log is one in which nothing is wrong.
    pub(super) fn add_to_healthy(
        &self,
        phone: &mut Phone,
        counts: &Counts,
        tls_level: Option<u8>,
        selection: &Selection,
    ) {
        self.add(phone, selection, None, |phone| LogFacts {
            tls_level,
            lowest_level: counts.lowest_level,
            lowest_tls_level: counts.lowest_tls_level,
            ..facts_of_healthy(phone, self.now)
        });
    }

    /// Adds what the configuration shows. `not_applied` is the line of the log that says that it was not applied.
    fn add(
        &self,
        phone: &mut Phone,
        selection: &Selection,
        not_applied: Option<ConfigurationLine>,
        facts_of: impl FnOnce(&Phone) -> LogFacts,
    ) {
        let Some(mac) = phone.mac else { return };
        let config = self.config_of(mac, phone);
        phone.configuration = config.content();
        phone.is_configured = config.master().is_some();
        phone.is_configuration_incomplete = phone.is_configured && !config.is_complete;
        if config.is_empty() {
            return;
        }
        let facts = facts_of(phone);
        let found = self.findings_cache.find(&config, &facts, selection);
        phone.is_misconfigured = !found.facts.error_slots.is_empty();
        phone.mark_faulty(&found.facts.error_slots);
        phone.leave_out(found.facts.left_out);
        for found in phone.findings_mut() {
            let (rule, finding) = (found.rule(), &mut found.finding);
            // A cause of its own, such as lines that could not be read, is not in the files.
            let Some(question) = rule.facts.asks.filter(|_| finding.cause.is_none()) else { continue };
            let answer = join(&config, &facts, question, finding.slot);
            finding.configuration = answer.lines;
            if let Some(remedy) = answer.remedy {
                finding.remedy = Some(remedy);
            }
        }
        for SlotOrigin { slot, line, is_contradicted } in origins(&config) {
            if let Some(content) = phone.certificates.iter_mut().find(|content| content.slot == slot) {
                content.is_contradicted |= is_contradicted;
                content.configuration.push(line);
            }
        }
        for content in &mut phone.certificates {
            if content.state == CertificateState::NotAvailable && !content.configuration.is_empty() {
                content.configuration.extend(not_applied.clone());
            }
        }
        let keys = if found.common.is_some() { Vec::new() } else { config.configured_keys() };
        phone.add_configured(found.own, keys, found.common);
    }
}

/// What the files of a tree give a phone. If it has no log, and masters of its own in several directories, by which it would
/// read other files, none of these is certain. Where the same log is in several directories, one of which has a master of the
/// phone, that is the phone's; if several have, and the phone would read other files by each, none is certain.
fn of_tree(tree: &ConfigTree, mac: Mac, phone: &Phone) -> PhoneConfig {
    let directories = log_directories(&phone.files);
    let kind = PhoneKind::new(phone.model.as_deref(), phone.assembly.as_deref());
    let resolved = |directories: &[PathBuf]| resolve(tree, mac, &kind, directories);
    if directories.is_empty() {
        let config = resolved(&[]);
        let mut by_masters = tree.master_directories(mac).into_iter().map(|master| resolved(&[master]));
        let first = by_masters.next();
        let are_equal =
            |other: PhoneConfig| first.as_ref().is_none_or(|first| first.has_equal_settings(&other));
        return if by_masters.all(are_equal) { config } else { config.undecided_between_masters() };
    }
    if phone.other_directories.is_empty() {
        return resolved(&directories);
    }
    let mut others: Vec<(PathBuf, bool)> =
        phone.other_directories.iter().map(|other| (PathBuf::from(&*other.path), other.has_copy)).collect();
    let copies =
        others.extract_if(.., |(directory, has_copy)| *has_copy && tree.has_master_in(mac, directory));
    let copies: Vec<PathBuf> = copies.map(|(directory, _)| directory).collect();
    let has_master = directories.iter().any(|directory| tree.has_master_in(mac, directory));
    let (first, second) = if has_master { (&directories, &copies) } else { (&copies, &directories) };
    let all: Vec<PathBuf> = first
        .iter()
        .chain(second)
        .cloned()
        .chain(others.into_iter().map(|(directory, _)| directory))
        .collect();
    let mut config = resolved(&all);
    let by_copies = copies.iter().map(|copy| {
        let others = all.iter().filter(|other| *other != copy);
        resolved(&[copy].into_iter().chain(others).cloned().collect::<Vec<_>>())
    });
    if by_copies.into_iter().any(|other| !config.has_equal_settings(&other)) {
        config = config.undecided_between_masters();
    }
    config
}

/// The directories of these logs, that of the newest log first.
pub(super) fn log_directories(files: &[Box<str>]) -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = Vec::new();
    for file in files.iter().rev() {
        let directory = directory_of(file);
        if !directories.iter().any(|known| known.as_os_str() == directory) {
            directories.push(directory.into());
        }
    }
    directories
}

impl Scan {
    /// Those of the problems that concern the phone at this index of the report: its logs and configuration files, and
    /// the archives that contain them.
    pub fn problems_of(&self, index: usize, problems: &[Problem]) -> Vec<Problem> {
        let phone = self.rows.phone(self.rows.row(self.order[index]));
        let config = phone.mac.zip(self.audit.as_ref()).map(|(mac, audit)| audit.config_of(mac, &phone));
        let sources = config.iter().flat_map(|config| &config.sources).map(|source| &source.file.path);
        let files: Vec<&str> = phone.files.iter().chain(sources).map(|path| &**path).collect();
        let is_of_phone = |path: &str| {
            let is_in_it = |rest: &str| rest.is_empty() || rest.starts_with("!/");
            files.iter().any(|file| file.strip_prefix(path).is_some_and(is_in_it))
                || phone.mac.is_some() && mac_of_unread_log(path) == phone.mac
        };
        problems.iter().filter(|problem| is_of_phone(&problem.path)).cloned().collect()
    }

    /// What the configuration files give each phone, sorted by address; only for the phones of `--device` if
    /// that was given. One of these without files of its own and without a log reads the only master for all phones.
    pub fn configs(&self) -> Vec<PhoneConfig> {
        let Some(audit) = &self.audit else { return Vec::new() };
        let is_wanted = |mac: &Mac| is_selected(&self.devices, Some(*mac));
        let mut phones: BTreeMap<Mac, Option<Row>> =
            audit.macs().into_iter().map(|mac| (mac, None)).collect();
        phones.extend(self.rows.all().filter_map(|row| Some((row.mac?, Some(row)))));
        let unknown: BTreeSet<Mac> =
            self.devices.iter().filter(|mac| !phones.contains_key(mac)).copied().collect();
        let phones: Vec<_> = phones.into_iter().filter(|(mac, _)| is_wanted(mac)).collect();
        let configs = phones.par_iter().map(|(mac, row)| match row {
            Some(row) => audit.config_of(*mac, &self.rows.phone(row)),
            None => audit.config_of(*mac, &Phone::unreadable(Some(*mac))),
        });
        let mut configs: Vec<PhoneConfig> = configs.collect();
        configs.extend(unknown.into_iter().filter_map(|mac| audit.config_by_only_master(mac)));
        configs.retain(|config| !config.is_empty());
        configs.sort_by_key(|config| config.mac);
        configs
    }
}
