//! Which files a phone reads, in which order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{File, FileList, ListedName, MAX_NAME_LENGTH, MAX_NAMES, ReadOutcome, is_followed};
use super::own_files::OwnFiles;
use super::path::{directory, is_within, local_name, normal, phone_and_kind};
use super::phone::{ConfigSource, OtherCase, OtherList, PhoneConfig, SourceRole, Undecided, Unresolved};
use super::sites::{MODEL, PHONE};
use super::tree::{ConfigTree, EVERYONE, Opened};
use super::value::Value;
use crate::input::{ConfigKind, shown_path};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use crate::quantity::count;
use crate::reference::Model;
use crate::sentence::Part;

/// The configuration of a phone.
///
/// `model` is that of the log (`VVX 500`). `log_directories` are the directories of its logs, as reports show them
/// (`""` is the current directory), newest first. Without logs, those of the phone's own files are used, or that of the
/// only master that lists such a file.
pub fn resolve(tree: &ConfigTree, mac: Mac, model: Option<&str>, log_directories: &[PathBuf]) -> PhoneConfig {
    let nothing = || PhoneConfig::new(mac, tree.key_files(mac));
    let own = tree.files_of(mac);
    let mut starts: Vec<PathBuf> = log_directories.iter().map(|directory| normal(directory)).collect();
    if starts.is_empty() {
        let own = KINDS.into_iter().flat_map(|kind| own.named(kind));
        starts = own.filter_map(Path::parent).map(Path::to_owned).collect();
    }
    if starts.is_empty()
        && let [master] = tree.masters_with_file_of(mac)[..]
    {
        starts.extend(master.parent().map(Path::to_owned));
    }
    let is_beside_logs = tree.is_one_site() && !log_directories.is_empty();
    let phone = FileSearch { tree, mac, model: model.map(model_word), own, starts, is_beside_logs };
    let mut config = nothing();
    match phone.master() {
        Some((path, file)) => {
            let base = directory(&path);
            let name = file.overrides_directory.as_deref().filter(|name| !name.is_empty());
            let named = name.map(|name| phone.directories(name, base));
            // The overrides are on another server, or for an unknown model.
            config.is_complete = named.as_ref().is_none_or(|named| !named.is_empty());
            // Where a directory is named, files that lie beside the master are of the time before.
            phone.overrides(&mut config, |kind| match &named {
                Some(named) => named.iter().find_map(|named| own.in_directory(kind, named)),
                None => own.in_directory(kind, base),
            });
            let is_own = path.file_name().and_then(phone_and_kind).is_some_and(|(of, _)| of == mac);
            config.add(ConfigSource { file: Arc::clone(&file), role: SourceRole::Master, is_own });
            if is_own {
                phone.other_case(ConfigKind::Master, &path, &file, &mut config);
            }
            phone.listed(&file, base, &mut config);
        }
        None => {
            phone.overrides(&mut config, |kind| above(own, kind, &phone.starts).or_else(|| own.only(kind)));
            // The files on the server are not known.
            config.is_complete = false;
            if !log_directories.is_empty() {
                config.undecided = phone.undecided().map(|path| Undecided::Master(shown_path(path).into()));
            }
        }
    }
    // A list can name such a file too.
    let mut other_case = std::mem::take(&mut config.other_case);
    other_case.retain(|other| !config.has(&other.file));
    config.other_case = other_case;
    // Without a log, an address is that of a phone only if one of its own files is a configuration: files of other
    // vendors have such names too.
    let is_text = |source: &ConfigSource| {
        source.is_own && !matches!(source.file.outcome, ReadOutcome::NotXml | ReadOutcome::Binary)
    };
    if log_directories.is_empty() && !config.sources.iter().any(is_text) { nothing() } else { config }
}

/// The kinds of files that a phone reads.
pub(super) const KINDS: [ConfigKind; 3] =
    [ConfigKind::Master, ConfigKind::PhoneOverrides, ConfigKind::WebOverrides];

/// The form of `VVX 500` in names of files and attributes: `VVX500`, `SPIP650`, `SSIP7000`, `SSDuo`. `IP 650` has that of
/// `SoundPoint IP 650`.
fn model_word(model: &str) -> String {
    let is_short = ["IP", "Polycom IP", "Duo"].iter().any(|short| model.starts_with(short));
    let whole = is_short.then(|| model.parse::<Model>().ok()).flatten().map(|model| model.to_string());
    let model = whole.as_deref().unwrap_or(model);
    let word: String = model.chars().filter(|character| character.is_ascii_alphanumeric()).collect();
    let word = word.strip_prefix("Polycom").unwrap_or(&word);
    for (long, short) in [("SoundPointIP", "SPIP"), ("SoundStationIP", "SSIP"), ("SoundStation", "SS")] {
        if let Some(rest) = word.strip_prefix(long) {
            return format!("{short}{rest}");
        }
    }
    word.to_owned()
}

/// The file of this kind in a log's directory or above it.
fn above<'t>(files: OwnFiles<'t>, kind: ConfigKind, starts: &[PathBuf]) -> Option<&'t Path> {
    // Most phones have no file of most kinds.
    if files.named(kind).len() == 0 {
        return None;
    }
    let mut directories = starts.iter().flat_map(|start| start.ancestors());
    directories.find_map(|directory| files.in_directory(kind, directory))
}

/// The names that an entry of a list can mean: phones write addresses in lower case, servers in any case.
pub(super) fn spellings(name: &str, mac: Mac, model: Option<&str>) -> Vec<String> {
    let name = local_name(name);
    if !name.contains('[') {
        return vec![name];
    }
    let name = name.replace(MODEL, model.unwrap_or(MODEL));
    let upper = mac.to_string();
    let mut names: Vec<String> =
        [upper.to_ascii_lowercase(), upper].iter().map(|digits| name.replace(PHONE, digits)).collect();
    names.dedup();
    names
}

/// A phone whose files are looked for.
struct FileSearch<'t> {
    tree: &'t ConfigTree,
    mac: Mac,
    model: Option<String>,
    own: OwnFiles<'t>,
    /// The directories of its logs, newest first; without logs those of its own files.
    starts: Vec<PathBuf>,
    /// The only master for all phones is beside the logs.
    is_beside_logs: bool,
}

impl FileSearch<'_> {
    /// Whether the files that a master names are searched here.
    fn is_followed(&self, name: &str) -> bool {
        is_followed(name) && (self.model.is_some() || !name.contains(MODEL))
    }

    /// The paths that a name in a master can mean.
    fn paths(&self, name: &str, base: &Path) -> Vec<PathBuf> {
        let names = spellings(name, self.mac, self.model.as_deref());
        names.iter().map(|name| normal(&base.join(name))).collect()
    }

    /// The directories that a master's attribute can mean; none if that is not known.
    fn directories(&self, name: &str, base: &Path) -> Vec<PathBuf> {
        if self.is_followed(name) { self.paths(name, base) } else { Vec::new() }
    }

    /// Whether the phone's logs are in the directory to which this master sends logs.
    fn takes_logs(&self, path: &Path, master: &File) -> bool {
        let base = directory(path);
        let mut directories = master.log_directories().flat_map(|name| self.directories(name, base));
        directories.any(|named| self.starts.iter().any(|start| start.starts_with(&named)))
    }

    /// One of the masters that may be the phone's, if it has none for certain.
    fn undecided(&self) -> Option<&Path> {
        let is_ours = |path: &&Path| match self.tree.open(path, true) {
            Opened::File(file) => file.is_ours,
            Opened::Missing | Opened::NotSearched => false,
        };
        let mut own = self.own.named(ConfigKind::Master);
        let mut of_all = self.tree.files_of(EVERYONE).named(ConfigKind::Master);
        let first_and_last = of_all.next().into_iter().chain(of_all.next_back());
        own.next().into_iter().chain(first_and_last).find(is_ours)
    }

    /// The directory of the only master for all phones that lists a file of this phone, or that sends its logs to where
    /// they are; None if these are two.
    fn site(&self) -> Option<&Path> {
        let with_file = self.tree.masters_with_file_of(self.mac);
        let with_logs = self.tree.masters_with_logs_in(self.mac, &self.starts);
        // Several sites can have the files or the logs of their phones in one directory.
        match (&with_file[..], &with_logs[..]) {
            ([file], [logs]) if file != logs => None,
            ([master], _) | (_, [master]) => master.parent(),
            _ => None,
        }
    }

    fn master(&self) -> Option<(PathBuf, Arc<File>)> {
        let everyone = self.tree.files_of(EVERYONE);
        // If the phone has its own files, it reads from their directory, or its master lists them.
        let own_places = KINDS.into_iter().filter_map(|kind| self.own.only(kind)?.parent());
        let places = own_places.chain(self.site()).map(Path::to_owned);
        let places: Vec<PathBuf> = self.starts.iter().cloned().chain(places).collect();
        let file = |path: &Path, opened| match opened {
            // A file with such a name without XML is from another vendor.
            Opened::File(file) if !matches!(file.outcome, ReadOutcome::NotXml | ReadOutcome::Binary) => {
                Some((path.to_owned(), file))
            }
            _ => None,
        };
        let of_all = |path: Option<&Path>| {
            let opened = path.and_then(|path| file(path, self.tree.open(path, true)));
            opened.filter(|(_, file)| file.is_ours)
        };
        // A master in another directory may be from another site, unless the logs are where it sends them, or there
        // is just one site.
        let of_logs = || {
            of_all(everyone.only(ConfigKind::Master))
                .filter(|(path, master)| self.is_beside_logs || self.takes_logs(path, master))
        };
        let general = of_all(above(everyone, ConfigKind::Master, &places)).or_else(of_logs);
        // A `<mac>.cfg` without its own list that the general master lists is not a master.
        let is_listed = |(path, file): &(PathBuf, Arc<File>)| {
            file.lists.is_empty()
                && general.as_ref().is_some_and(|(of_all, master)| {
                    let base = directory(of_all);
                    let lists = self.lists(master).into_iter();
                    let mut names = lists.flat_map(FileList::counted_names);
                    names.any(|listed| self.paths(&listed.name, base).contains(path))
                })
        };
        let own = |path: Option<&Path>| {
            let opened = path.and_then(|path| file(path, self.tree.open(path, false)));
            opened.filter(|own| !is_listed(own))
        };
        let own_of_logs =
            || own(self.own.only(ConfigKind::Master)).filter(|(path, master)| self.takes_logs(path, master));
        own(above(self.own, ConfigKind::Master, &self.starts))
            .or_else(own_of_logs)
            .or_else(|| of_all(above(everyone, ConfigKind::Master, &self.starts)))
            .or_else(|| own(self.own.only(ConfigKind::Master)))
            .or_else(|| general.clone())
    }

    /// The list that counts for this model. If several elements have one, it is not known which of them counts.
    fn lists<'f>(&self, master: &'f File) -> Vec<&'f FileList> {
        let is_of_model = |list: &&FileList| {
            let pair = list.model.as_deref().zip(self.model.as_deref());
            pair.is_some_and(|(of, model)| of.eq_ignore_ascii_case(model))
        };
        let of_model: Vec<_> = master.lists.iter().filter(is_of_model).collect();
        if !of_model.is_empty() {
            return of_model;
        }
        master.lists.iter().filter(|list| list.model.is_none()).collect()
    }

    /// Adds the overrides; `find` returns their path by kind.
    fn overrides<'f>(&self, config: &mut PhoneConfig, find: impl Fn(ConfigKind) -> Option<&'f Path>) {
        for (kind, role) in
            [(ConfigKind::PhoneOverrides, SourceRole::Phone), (ConfigKind::WebOverrides, SourceRole::Web)]
        {
            let Some(path) = find(kind) else { continue };
            match self.tree.open(path, false) {
                // An empty file, or one of another vendor.
                Opened::File(file) if file.outcome == ReadOutcome::NotXml => {}
                Opened::File(file) => {
                    self.other_case(kind, path, &file, config);
                    config.add(ConfigSource { file, role, is_own: true });
                }
                Opened::Missing | Opened::NotSearched => {}
            }
        }
    }

    /// Adds the files beside this one whose names differ from its name only in case, if their content differs.
    fn other_case(&self, kind: ConfigKind, path: &Path, read: &Arc<File>, config: &mut PhoneConfig) {
        let directory = directory(path);
        for other in self.own.all_in_directory(kind, directory).filter(|other| *other != path) {
            match self.tree.open(other, false) {
                Opened::File(file) if file.outcome != ReadOutcome::NotXml && !file.sets_the_same(read) => {
                    config.other_case.push(OtherCase { file, read: Arc::clone(read) });
                }
                _ => {}
            }
        }
    }

    /// Adds the files that the master lists.
    fn listed(&self, master: &Arc<File>, base: &Path, config: &mut PhoneConfig) {
        // The list of another model may apply to this phone.
        config.list_is_sure = self.model.is_some() || master.lists.iter().all(|list| list.model.is_none());
        config.is_complete &= config.list_is_sure;
        if !config.list_is_sure {
            config.undecided = Some(Undecided::List(master.path.clone()));
        }
        let lists = self.lists(master);
        let Some(list) = lists.first() else { return };
        if let Some(other) = lists.iter().find(|other| other.names != list.names) {
            (config.list_is_sure, config.is_complete) = (false, false);
            let lines = [list.line, other.line];
            config.other_list = Some(OtherList { master: Arc::clone(master), name: list.attribute(), lines });
        }
        let add_problem = |what: String| {
            let message = format!("CONFIG_FILES in line {} has {what}", list.line);
            self.tree.add_problem(Problem::new(master.path.to_string(), ProblemKind::LimitExceeded, message));
        };
        if list.names.len() > MAX_NAMES {
            config.is_complete = false;
            config.list_is_cut = true;
            add_problem(format!(
                "more than {MAX_NAMES} names; the files after the first {MAX_NAMES} were not read"
            ));
        }
        if list.counted_names().any(|listed| listed.name.is_empty()) {
            let limit = count(MAX_NAME_LENGTH as u64);
            add_problem(format!("a name of more than {limit} bytes; no file of such a name was read"));
        }
        let mut seen: Vec<PathBuf> = Vec::new();
        for ListedName { name: entry, is_concealed } in list.counted_names() {
            if !self.is_followed(entry) {
                // An address can have a password, and an entry that is too long may be anything.
                let line = list.line;
                config.add_unread(format!("a file in CONFIG_FILES (line {line})"), SourceRole::Listed);
                if self.model.is_none() && entry.contains(MODEL) {
                    config.undecided = Some(Undecided::List(master.path.clone()));
                }
                continue;
            }
            let paths = self.paths(entry, base);
            if paths.iter().any(|path| seen.contains(path)) {
                continue;
            }
            let is_shared = !entry.contains(PHONE);
            let (path, opened) = self.open_first(&paths, is_shared);
            seen.push(path.to_owned());
            let is_there = match opened {
                // The master itself, or a file that is in the list twice.
                Opened::File(file) if config.has(&file) => continue,
                Opened::File(file) => {
                    // For files that the phone perhaps does not read, only their settings are used, not their
                    // faults.
                    if config.list_is_sure || file.outcome == ReadOutcome::Read {
                        config.add(ConfigSource { file, role: SourceRole::Listed, is_own: !is_shared });
                    }
                    continue;
                }
                Opened::Missing => false,
                Opened::NotSearched => true,
            };
            if config.list_is_sure {
                // A text that is not a name may be a key.
                let spelled = spellings(entry, self.mac, self.model.as_deref()).swap_remove(0);
                let name = Value::text(&spelled).in_short().to_string();
                let is_name = name == spelled && !is_concealed;
                let leads_to = if is_name { shown_path(path) } else { name.clone() };
                // A file of one phone is there only if the phone has settings of its own; so it is usual that it is missing,
                // and it sets nothing. Another one, or one outside of the master's directory, may be on the server from
                // which the files were copied.
                if !is_name || is_there || is_shared || !is_within(path, base) {
                    config.add_unread(Part::Path((*name).into()), SourceRole::Listed);
                }
                let line = list.line;
                config.missing.push(Unresolved { name, leads_to, master: Arc::clone(master), line });
            }
        }
    }

    /// The first of these paths that is a file, else the first that is outside of the searched places, else the first of
    /// all.
    fn open_first<'p>(&self, paths: &'p [PathBuf], is_shared: bool) -> (&'p Path, Opened) {
        let mut found = (&*paths[0], Opened::Missing);
        for path in paths {
            match (self.tree.open(path, is_shared), &found.1) {
                (file @ Opened::File(_), _) => return (path, file),
                (other @ Opened::NotSearched, Opened::Missing) => found = (path, other),
                _ => {}
            }
        }
        found
    }
}
