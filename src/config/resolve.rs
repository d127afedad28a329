//! Which files a phone reads, in which order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{File, FileList, ListedName, MAX_NAME_LENGTH, MAX_NAMES, ReadOutcome, is_followed};
use super::own_files::OwnFiles;
use super::path::{directory, is_within, kind_and_phone, local_name, normal};
use super::phone::{
    ConfigSource, NotFound, OtherCase, OtherList, PhoneConfig, Undecided, Unresolved, listed_by,
};
use super::phone_kind::{Applicable, MODEL, PHONE, PhoneKind, placeholder, spellings};
use super::precedence::SourceRole;
use super::tree::{ConfigTree, Opened};
use super::value::Value;
use crate::input::{ConfigKind, shown_path};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};
use crate::sentence::{Part, sentence};

/// The configuration of a phone.
///
/// `kind` is what the log shows of its model. `log_directories` are the directories of its logs, as reports show them
/// (`""` is the current directory), newest first. Without logs, those of the phone's own files are used, or that of the
/// only master that lists such a file.
pub fn resolve(tree: &ConfigTree, mac: Mac, kind: &PhoneKind, log_directories: &[PathBuf]) -> PhoneConfig {
    let nothing = || {
        let mut config = PhoneConfig::new(mac, tree.key_files(mac));
        config.kind = kind.clone();
        config
    };
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
    let phone = FileSearch { tree, mac, kind, own, starts, is_beside_logs };
    let mut config = nothing();
    match phone.master() {
        Some((path, file)) => {
            let base = directory(&path);
            let overrides = phone.overrides_place(&file, base);
            phone.overrides(&mut config, |kind| match &overrides {
                Overrides::Beside => own.in_directory(kind, base),
                Overrides::In(named) => named.iter().find_map(|named| own.in_directory(kind, named)),
                Overrides::Undecided => None,
            });
            if !matches!(overrides, Overrides::Beside) {
                phone.old_overrides(&mut config, base);
            }
            if matches!(overrides, Overrides::Undecided) {
                let master = Part::Path(file.path.clone());
                config.add_unknown(sentence!["a file in the OVERRIDES_DIRECTORY of ", master]);
            }
            let is_own = kind_and_phone(&path).is_some_and(|(_, of)| of == mac);
            config.add(ConfigSource { file: Arc::clone(&file), role: SourceRole::Master, is_own });
            if is_own {
                phone.other_case(ConfigKind::Master, &path, &file, &mut config);
            }
            phone.listed(&file, base, &mut config);
        }
        None => {
            phone.overrides(&mut config, |kind| above(own, kind, &phone.starts).or_else(|| own.only(kind)));
            config.add_unknown("the master file or a file that it lists".into());
            if !log_directories.is_empty() {
                config.undecided = phone.undecided().map(|path| Undecided::Master(shown_path(path).into()));
                phone.broken(&mut config);
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

/// The file of this kind in a log's directory or above it.
fn above<'t>(files: OwnFiles<'t>, kind: ConfigKind, starts: &[PathBuf]) -> Option<&'t Path> {
    // Most phones have no file of most kinds.
    if files.named(kind).len() == 0 {
        return None;
    }
    let mut directories = starts.iter().flat_map(|start| start.ancestors());
    directories.find_map(|directory| files.in_directory(kind, directory))
}

/// Where the overrides of a phone are.
enum Overrides {
    /// Beside the master: it names no directory.
    Beside,
    /// In one of these directories. Files beside the master are of the time before.
    In(Vec<PathBuf>),
    /// On another server, or it depends on the phone's model, which is not known.
    Undecided,
}

/// A phone whose files are looked for.
struct FileSearch<'t> {
    tree: &'t ConfigTree,
    mac: Mac,
    kind: &'t PhoneKind,
    own: OwnFiles<'t>,
    /// The directories of its logs, newest first; without logs those of its own files.
    starts: Vec<PathBuf>,
    /// The only master for all phones is beside the logs.
    is_beside_logs: bool,
}

impl FileSearch<'_> {
    /// Whether the files that a master names are searched here.
    fn is_followed(&self, name: &str) -> bool {
        is_followed(name) && placeholder(&self.kind.insert_into(name)).is_none()
    }

    /// The names that a name in a master can mean.
    fn names(&self, name: &str) -> Vec<String> {
        spellings(&self.kind.insert_into(&local_name(name)), self.mac)
    }

    /// The paths that a name in a master can mean.
    fn paths(&self, name: &str, base: &Path) -> Vec<PathBuf> {
        self.names(name).iter().map(|name| normal(&base.join(name))).collect()
    }

    /// The directories that a master's attribute can mean; none if that is not known.
    fn directories(&self, name: &str, base: &Path) -> Vec<PathBuf> {
        if self.is_followed(name) { self.paths(name, base) } else { Vec::new() }
    }

    /// Where a master lets its phones put their overrides.
    fn overrides_place(&self, master: &File, base: &Path) -> Overrides {
        let named = self.kind.applicable(&master.overrides_directories, |one| one.suffix.as_deref());
        let (first, others) =
            named.found.split_first().map_or(("", &[][..]), |(one, rest)| (&*one.name, rest));
        if !named.is_sure() || others.iter().any(|other| *other.name != *first) {
            return Overrides::Undecided;
        }
        if first.is_empty() {
            return Overrides::Beside;
        }
        let directories = self.directories(first, base);
        if directories.is_empty() { Overrides::Undecided } else { Overrides::In(directories) }
    }

    /// Whether the phone's logs are in the directory to which this master sends logs.
    fn takes_logs(&self, path: &Path, master: &File) -> bool {
        let base = directory(path);
        let named = master.log_directories(self.kind).found.into_iter();
        let mut directories = named
            .filter_map(|one| one.value.as_text().filter(|name| !name.is_empty()))
            .flat_map(|name| self.directories(name, base));
        directories.any(|named| self.starts.iter().any(|start| start.starts_with(&named)))
    }

    /// One of the masters that may be the phone's, if it has none for certain.
    fn undecided(&self) -> Option<&Path> {
        let own = self.own.named(ConfigKind::Master).next();
        let of_all = self.tree.files_of(Mac::EVERYONE).first_and_last(ConfigKind::Master);
        own.into_iter().chain(of_all).find(|path| self.tree.open(path, true).is_ours())
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
        let everyone = self.tree.files_of(Mac::EVERYONE);
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
                    let lists = self.lists(master, base).found.into_iter();
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

    /// The list that counts for this model, or any if all that may count name the same files. If several elements have
    /// one, it is not known which of them counts.
    ///
    /// If the model is not known, the files of the phone's own show it: the vendor's master has lists for old models, and only
    /// the one that the phone reads leads to a file with its address.
    fn lists<'f>(&self, master: &'f File, base: &Path) -> Applicable<&'f FileList> {
        let lists = self.kind.applicable(&master.lists, |list| list.suffix.as_deref());
        if let Some(first) = lists.found.first()
            && lists.found.iter().chain(&lists.perhaps).all(|list| list.names == first.names)
        {
            return Applicable { found: vec![*first], perhaps: Vec::new() };
        }
        // Which overrides beat the list's files must be known too.
        let has_other_overrides = || master.overrides_directories.iter().any(|one| one.suffix.is_some());
        if lists.is_sure() || self.kind.has_model() || has_other_overrides() {
            return lists;
        }
        let all = || lists.found.iter().chain(&lists.perhaps);
        let mut names = all().flat_map(|list| list.counted_names());
        // Whether a file is there can't be seen of a URL, or where the model is in the name.
        if names.any(|listed| self.is_own(&listed.name) && !self.is_followed(&listed.name)) {
            return lists;
        }
        match all().filter(|list| self.has_own_file(list, base)).take(2).collect::<Vec<_>>()[..] {
            [only] => Applicable { found: vec![*only], perhaps: Vec::new() },
            _ => lists,
        }
    }

    /// Whether a name in a list has the phone's address.
    fn is_own(&self, name: &str) -> bool {
        name.contains(PHONE) || name.to_ascii_uppercase().contains(&self.mac.to_string())
    }

    /// Whether a list names a file of this phone alone that is there.
    fn has_own_file(&self, list: &FileList, base: &Path) -> bool {
        let names = list.counted_names().map(|listed| &*listed.name);
        let mut own = names.filter(|name| self.is_own(name));
        own.any(|name| self.paths(name, base).iter().any(|path| self.tree.has_file(path)))
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

    /// Adds the overrides beside the master that are not read, because it names another directory.
    fn old_overrides(&self, config: &mut PhoneConfig, base: &Path) {
        for kind in [ConfigKind::PhoneOverrides, ConfigKind::WebOverrides] {
            let beside = self.own.in_directory(kind, base).map(shown_path);
            let is_read = |path: &str| config.sources.iter().any(|source| *source.file.path == *path);
            let old = beside.filter(|path| !is_read(path));
            config.old_overrides.extend(old.map(Into::into));
        }
    }

    /// Adds the broken files beside the logs that the phone's master probably lists, because their names begin with the
    /// phone's address. Not if it is known which masters may be the phone's: then it is known what they list.
    fn broken(&self, config: &mut PhoneConfig) {
        if config.undecided.is_some() {
            return;
        }
        for path in self.tree.other_files_of(self.mac, &self.starts) {
            match self.tree.open(&path, false) {
                Opened::File(file) if matches!(file.outcome, ReadOutcome::Malformed(_)) => {
                    config.add(ConfigSource { file, role: SourceRole::Listed, is_own: true });
                }
                _ => {}
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
        let lists = self.lists(master, base);
        config.list_is_sure = lists.is_sure();
        let lists = lists.found;
        if !config.list_is_sure {
            config.add_unknown(listed_by(&master.path));
            config.undecided = Some(Undecided::List(master.path.clone()));
        }
        let Some(list) = lists.first() else { return };
        if let Some(other) = lists.iter().find(|other| other.names != list.names) {
            config.list_is_sure = false;
            config.add_unknown(listed_by(&master.path));
            let lines = [list.line, other.line];
            config.other_list = Some(OtherList { master: Arc::clone(master), name: list.attribute(), lines });
        }
        self.report_limits(master, list, config);
        self.add_listed(master, list, base, config);
    }

    /// Reports names that are not read, because there are too many or they are too long.
    fn report_limits(&self, master: &File, list: &FileList, config: &mut PhoneConfig) {
        let add_problem = |what: String| {
            let message = format!("CONFIG_FILES in line {} has {what}", list.line);
            self.tree.add_problem(Problem::new(master.path.to_string(), ProblemKind::LimitExceeded, message));
        };
        if list.names.len() > MAX_NAMES {
            config.add_unknown(listed_by(&master.path));
            config.list_is_cut = true;
            add_problem(format!(
                "more than {MAX_NAMES} names; the files after the first {MAX_NAMES} were not read"
            ));
        }
        if list.counted_names().any(|listed| listed.name.is_empty()) {
            let limit = format!("a name of more than {MAX_NAME_LENGTH} bytes");
            add_problem(format!("{limit}; no file of such a name was read"));
        }
    }

    /// Adds the files of a list.
    fn add_listed(&self, master: &Arc<File>, list: &FileList, base: &Path, config: &mut PhoneConfig) {
        let mut seen: Vec<PathBuf> = Vec::new();
        for ListedName { name: entry, is_concealed } in list.counted_names() {
            if !self.is_followed(entry) {
                let (line, is_address) = (list.line, entry.contains("://"));
                config.add_not_followed(line, is_address);
                if !self.kind.has_model() && entry.contains(MODEL) {
                    config.undecided = Some(Undecided::List(master.path.clone()));
                } else if config.list_is_sure
                    && !is_address
                    && let Some(unknown) = placeholder(&self.kind.insert_into(entry))
                {
                    config.missing.push(Unresolved {
                        name: Value::text(entry).in_short().to_string(),
                        why: NotFound::Placeholder(unknown.to_owned()),
                        master: Arc::clone(master),
                        line,
                    });
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
                let spelled = self.names(entry).swap_remove(0);
                let name = Value::text(&spelled).in_short().to_string();
                let is_name = name == spelled && !is_concealed;
                let leads_to = if is_name { shown_path(path) } else { name.clone() };
                // A file of one phone is there only if the phone has settings of its own; so it is usual that it is missing.
                // Outside of the master's directory, not all places were searched.
                let is_missing = !is_there && is_within(path, base);
                if !is_missing || !is_name || is_shared {
                    config.add_unread(Part::Path((*name).into()), SourceRole::Listed, is_missing);
                }
                let line = list.line;
                let why = NotFound::NoFile { leads_to };
                config.missing.push(Unresolved { name, why, master: Arc::clone(master), line });
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
