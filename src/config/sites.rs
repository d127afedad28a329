//! The sites of a search by their masters for all phones: which phones have files of their own that these list, and
//! where these send logs.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::file::{File, FileList, ReadOutcome, is_followed};
use super::parameter::LOG_DIRECTORY;
use super::path::{directory, kind_and_phone, local_name, normal};
use super::phone_kind::{PHONE, placeholder};
use super::tree::{ConfigTree, Masters, Opened, Sites};
use crate::input::ConfigKind;
use crate::model::Mac;

impl ConfigTree {
    /// The directories of the masters that are a phone's own, if these are several.
    pub fn master_directories(&self, mac: Mac) -> Vec<PathBuf> {
        let own = self.files_of(mac);
        if own.named(ConfigKind::Master).len() < 2 {
            return Vec::new();
        }
        let mut directories: Vec<_> =
            own.named(ConfigKind::Master).filter_map(Path::parent).map(Path::to_owned).collect();
        directories.dedup();
        directories
    }

    /// The phones that have files of their own, by the names of these or by the lists of masters, in order.
    pub fn phones(&self) -> Vec<Mac> {
        let phones = self.macs().chain(self.sites().of_phones.keys().copied());
        BTreeSet::from_iter(phones).into_iter().collect()
    }

    /// The masters for all phones whose lists lead to a file of this phone: the first two.
    pub(super) fn masters_with_file_of(&self, mac: Mac) -> Vec<&Path> {
        let sites = self.sites();
        sites.of_phones.get(&mac).into_iter().flat_map(|masters| sites.paths(masters)).collect()
    }

    /// The masters for all phones that send the logs of this phone to one of these directories: the first two of each
    /// directory.
    pub(super) fn masters_with_logs_in(&self, mac: Mac, directories: &[PathBuf]) -> Vec<&Path> {
        let sites = self.sites();
        let upper = mac.to_string();
        let mut found: BTreeSet<&Path> = BTreeSet::new();
        if sites.of_logs.is_empty() {
            return Vec::new();
        }
        for directory in directories.iter().filter_map(|directory| directory.to_str()) {
            let of_phone = directory.replace(&upper.to_ascii_lowercase(), PHONE).replace(&upper, PHONE);
            for name in [directory, &of_phone] {
                let masters = sites.of_logs.get(Path::new(name));
                found.extend(masters.into_iter().flat_map(|masters| sites.paths(masters)));
            }
        }
        found.into_iter().collect()
    }

    /// The files `<mac>*.cfg` in these directories that have no [kind](kind_and_phone): a master may list them.
    pub(super) fn other_files_of(&self, mac: Mac, directories: &[PathBuf]) -> Vec<PathBuf> {
        let upper = mac.to_string();
        let names = [upper.to_ascii_lowercase(), upper];
        let all = directories
            .iter()
            .flat_map(|directory| names.iter().flat_map(|name| self.names_in(directory, name, ".cfg")));
        all.filter(|path| kind_and_phone(path).is_none()).collect()
    }

    /// Whether a master of this phone, or of all phones, is in this directory.
    pub fn has_master_in(&self, mac: Mac, directory: &Path) -> bool {
        let directory = normal(directory);
        let is_ours = |path: &Path, is_shared| self.look_at(path, is_shared).is_ours();
        let own = self.files_of(mac).in_directory(ConfigKind::Master, &directory);
        let of_all = self.files_of(Mac::EVERYONE).in_directory(ConfigKind::Master, &directory);
        own.is_some_and(|path| is_ours(path, false)) || of_all.is_some_and(|path| is_ours(path, true))
    }

    fn sites(&self) -> &Sites {
        // One thread finds the sites while others wait. It must not wait for other jobs of the pool itself: these may need
        // the sites, too, and then none of them would ever end.
        self.sites.get_or_init(|| {
            let masters = self.files_of(Mac::EVERYONE).named(ConfigKind::Master);
            let read = masters.filter_map(|path| match self.look_at(path, true) {
                Opened::File(file) if file.is_ours && file.outcome == ReadOutcome::Read => {
                    Some((path.to_path_buf(), file))
                }
                _ => None,
            });
            let read: Vec<(PathBuf, Arc<File>)> = read.collect();
            let mut sites = Sites::default();
            for (path, file) in read {
                let number = sites.masters.len() as u32;
                let base = directory(&path);
                for mac in self.phones_of(&file, base) {
                    add(&mut sites.of_phones, mac, number);
                }
                for directory in log_directories(&file, base) {
                    add(&mut sites.of_logs, directory, number);
                }
                sites.masters.push(path);
            }
            sites
        })
    }

    /// The phones to whose files the lists of a master in this directory lead.
    fn phones_of(&self, master: &File, base: &Path) -> Vec<Mac> {
        let names = master.lists.iter().flat_map(FileList::counted_names);
        let names: BTreeSet<&str> =
            names.map(|listed| &*listed.name).filter(|name| is_of_phones(name)).collect();
        names.into_iter().flat_map(|name| self.phones_in(&normal(&base.join(local_name(name))))).collect()
    }

    /// The phones that have a file of this path, in which a placeholder stands for their address.
    fn phones_in(&self, path: &Path) -> Vec<Mac> {
        let has_placeholder =
            |part: &Component<'_>| part.as_os_str().to_str().is_some_and(|name| name.contains(PHONE));
        let Some(at) = path.components().position(|part| has_placeholder(&part)) else { return Vec::new() };
        let directory: PathBuf = path.components().take(at).collect();
        let part = path.components().nth(at).and_then(|part| part.as_os_str().to_str());
        let (Some(part), Some(whole)) = (part, path.to_str()) else { return Vec::new() };
        let before = part.split(PHONE).next().unwrap_or_default();
        let phones = self.names_in(&directory, before, "").into_iter().filter_map(|named| {
            let digits = named.file_name()?.to_str()?.get(before.len()..before.len() + 12)?;
            let mac = digits.parse::<Mac>().ok().filter(|mac| *mac != Mac::EVERYONE)?;
            let upper = mac.to_string();
            let is_address = digits == upper || digits == upper.to_ascii_lowercase();
            let path = PathBuf::from(whole.replace(PHONE, digits));
            (is_address && path.starts_with(&named) && self.has_file(&path)).then_some(mac)
        });
        phones.collect()
    }
}

/// Whether a name in a list is that of a file for each phone. The model is not known here.
fn is_of_phones(name: &str) -> bool {
    is_followed(name) && name.contains(PHONE) && placeholder(name).is_none()
}

/// The directories to which a master in this directory sends logs, with placeholders for the phone's address.
fn log_directories(master: &File, base: &Path) -> Vec<PathBuf> {
    let named = master.settings.iter().filter(|one| *one.parameter.name == *LOG_DIRECTORY);
    let names = named.filter_map(|one| one.value.as_text());
    let names = names.filter(|name| is_followed(name) && placeholder(name).is_none());
    names.map(|name| normal(&base.join(local_name(name)))).collect()
}

/// Adds a master to the first two of a phone or a directory.
fn add<K: std::hash::Hash + Eq>(masters: &mut HashMap<K, Masters>, key: K, number: u32) {
    let masters = masters.entry(key).or_default();
    if masters.len() < 2 && !masters.contains(&number) {
        masters.push(number);
    }
}
