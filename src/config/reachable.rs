//! All files that a phone may read, for any model and any order of its logs, because these two are not known
//! when records are made.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::file::{FileList, ReadOutcome, is_followed};
use super::path::{directory, local_name, normal};
use super::phone_kind::{MODEL, PART_NUMBER, PHONE, placeholders, spellings};
use super::resolve::KINDS;
use super::stored::Stored;
use super::tree::{ConfigTree, Opened};
use crate::input::ConfigKind;
use crate::model::Mac;

/// The files that a phone may read, as far as they exist and are not members of archives.
#[derive(Debug, Default)]
pub struct Reachable {
    /// The files that only this phone reads, sorted by path.
    pub own: Vec<Stored>,
    /// The files that other phones may read too.
    pub shared: BTreeSet<PathBuf>,
}

/// The files that [`resolve`](super::resolve()) may open for this phone with logs in these directories.
pub fn reachable(tree: &ConfigTree, mac: Mac, log_directories: &[PathBuf]) -> Reachable {
    let mut found = Reachable::default();
    let (own, everyone) = (tree.files_of(mac), tree.files_of(Mac::EVERYONE));
    let of_logs: Vec<PathBuf> = log_directories.iter().map(|directory| normal(directory)).collect();
    // Without a master, only the broken ones matter.
    for path in tree.other_files_of(mac, &of_logs) {
        if let opened @ Opened::File(_) = tree.look_at(&path, false)
            && let Opened::File(file) = &opened
            && matches!(file.outcome, ReadOutcome::Malformed(_))
        {
            found.found(tree, &path, opened, false);
        }
    }
    let of_sites = tree.masters_with_file_of(mac).into_iter().chain(tree.masters_with_logs_in(mac, &of_logs));
    let of_sites: Vec<&Path> = of_sites.collect();
    let mut places = BTreeSet::from_iter(of_logs);
    for kind in KINDS {
        for path in own.named(kind) {
            places.extend(path.parent().map(Path::to_owned));
            let opened = tree.open(path, false);
            if kind == ConfigKind::Master {
                found.listed(tree, mac, path, &opened);
            }
            found.found(tree, path, opened, false);
        }
    }
    let nearest = |place: &PathBuf| {
        place.ancestors().find_map(|directory| everyone.in_directory(ConfigKind::Master, directory))
    };
    // It matters whether several directories have a master for all phones, so one of the last is included too.
    let first_and_last = everyone.first_and_last(ConfigKind::Master);
    let masters = places.iter().filter_map(nearest).chain(first_and_last).chain(of_sites);
    let masters: BTreeSet<&Path> = masters.collect();
    for path in masters {
        let opened = tree.open(path, true);
        found.listed(tree, mac, path, &opened);
        found.found(tree, path, opened, true);
    }
    let keys = tree.key_files(mac).into_iter().filter(|key| !tree.is_member(Path::new(&*key.path)));
    found.own.extend(keys.map(Stored::PrivateKey));
    found.own.sort_by(|a, b| a.path().cmp(b.path()));
    found.own.dedup_by(|later, kept| later.path() == kept.path());
    found
}

impl Reachable {
    fn found(&mut self, tree: &ConfigTree, path: &Path, opened: Opened, is_shared: bool) {
        match opened {
            Opened::Missing => {}
            _ if tree.is_member(path) => {}
            _ if is_shared => _ = self.shared.insert(path.to_owned()),
            opened => self.own.extend(opened.stored(path)),
        }
    }

    /// Adds all files that the lists of the master at this path can name.
    fn listed(&mut self, tree: &ConfigTree, mac: Mac, path: &Path, master: &Opened) {
        let Opened::File(file) = master else { return };
        let base = directory(path);
        let names = file.lists.iter().flat_map(FileList::counted_names).map(|listed| &*listed.name);
        let is_of_any_kind =
            |name: &&str| placeholders(name).all(|word| [MODEL, PART_NUMBER].contains(&word));
        for name in names.filter(|name| is_followed(name)).filter(is_of_any_kind) {
            let is_shared = !name.contains(PHONE);
            // The model and the part number are not known here.
            for spelled in spellings(&local_name(name), mac) {
                for path in tree.of_any_kind(&normal(&base.join(spelled))) {
                    let opened = tree.open(&path, is_shared);
                    self.found(tree, &path, opened, is_shared);
                }
            }
        }
    }
}
