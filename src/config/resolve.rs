//! Which files a phone reads, in which order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{Condition, File, ListedName, NAME_MAX, NAMES_MAX};
use super::parameter::LOG_DIRECTORY;
use super::path::{Role, normal, role};
use super::phone::{PhoneConfig, Source, SourceRole, Unresolved};
use super::tree::{Opened, OwnFiles, Tree};
use super::value::Value;
use crate::input::shown_path;
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};

/// What stands in names for the phone's address and model.
pub(super) const PHONE: &str = "[PHONE_MAC_ADDRESS]";
pub(super) const MODEL: &str = "[PHONE_MODEL]";

/// The configuration of a phone.
///
/// `model` is the log's (`VVX 500`); `log_directories` are where its logs lie, as reports show them
/// (`""` is the current directory), newest first. Without logs, the phone's own files tell the place.
#[must_use]
pub fn resolve(tree: &Tree, mac: Mac, model: Option<&str>, log_directories: &[PathBuf]) -> PhoneConfig {
    let mut config = PhoneConfig::new(mac, tree.key_files(mac));
    let files = tree.files_of(mac);
    let model = model.map(model_word);
    let mut starts: Vec<PathBuf> = log_directories.iter().map(|directory| normal(directory)).collect();
    if starts.is_empty() {
        let own = [Role::Master, Role::PhoneOverrides, Role::WebOverrides];
        let own = own.into_iter().flat_map(|role| files.named(role));
        starts = own.filter_map(Path::parent).map(Path::to_owned).collect();
    }
    let master = master(tree, mac, model.as_deref(), &starts);
    let overrides_directory = master.as_ref().and_then(|(_, file)| file.overrides_directory.clone());
    let base = master.as_ref().and_then(|(path, _)| path.parent()).map(Path::to_owned);
    let named = base.as_deref().zip(overrides_directory.as_deref().filter(|name| !name.is_empty()));
    let named = named.map(|(base, name)| directories(name, base, mac, model.as_deref()));
    // Another server's overrides, or those of a model that is not known.
    config.is_complete &= named.as_ref().is_none_or(|named| !named.is_empty());
    overrides(tree, files, base.as_deref(), &named.unwrap_or_default(), &starts, &mut config);
    match (master, base) {
        (Some((path, file)), Some(base)) => {
            let is_own = path.file_name().and_then(role).is_some_and(|(of, _)| of == mac);
            config.add(Source { file: Arc::clone(&file), role: SourceRole::Master, is_own });
            listed(tree, mac, model.as_deref(), &file, &base, &mut config);
        }
        // What the server gives is not known.
        _ => config.is_complete = false,
    }
    // Without a log, an address is a phone's if a file of its own is: other makers' files have such names, too.
    let is_text = |source: &Source| {
        source.is_own && !matches!(source.file.condition, Condition::NotXml | Condition::Binary)
    };
    if log_directories.is_empty() && !config.sources.iter().any(is_text) {
        return PhoneConfig::new(mac, tree.key_files(mac));
    }
    config
}

/// `VVX 500` as file names and attributes have it: `VVX500`, `SPIP650`, `SSIP7000`, `SSDuo`.
fn model_word(model: &str) -> String {
    let word: String = model.chars().filter(|character| character.is_ascii_alphanumeric()).collect();
    let word = word.strip_prefix("Polycom").unwrap_or(&word);
    for (long, short) in [("SoundPointIP", "SPIP"), ("SoundStationIP", "SSIP"), ("SoundStation", "SS")] {
        if let Some(rest) = word.strip_prefix(long) {
            return format!("{short}{rest}");
        }
    }
    word.to_owned()
}

/// The directories that a master's attribute can stand for; none where that is not known.
fn directories(name: &str, base: &Path, mac: Mac, model: Option<&str>) -> Vec<PathBuf> {
    if name.len() > NAME_MAX || name.contains("://") || name.contains(MODEL) && model.is_none() {
        return Vec::new();
    }
    spellings(name, mac, model).iter().map(|name| normal(&base.join(name))).collect()
}

/// Whether the phone's logs lie where this master has logs sent.
fn takes_logs(path: &Path, master: &File, mac: Mac, model: Option<&str>, starts: &[PathBuf]) -> bool {
    let base = path.parent().unwrap_or(Path::new(""));
    let named = master.settings.iter().filter(|one| *one.parameter.name == *LOG_DIRECTORY);
    named.filter_map(|one| one.value.as_text()).filter(|name| !name.is_empty()).any(|name| {
        let directories = directories(name, base, mac, model);
        directories.iter().any(|named| starts.iter().any(|start| start.starts_with(named)))
    })
}

/// The file of this phone in this role in a log's directory or above it; and the only one of all.
fn nearest<'t>(files: OwnFiles<'t>, role: Role, starts: &[PathBuf]) -> [Option<&'t Path>; 2] {
    if files.named(role).len() == 0 {
        return [None; 2];
    }
    let mut directories = starts.iter().flat_map(|start| start.ancestors());
    let in_or_above = directories.find_map(|directory| files.in_directory(role, directory));
    let mut all = files.named(role);
    let only = if all.len() == 1 { all.next() } else { None };
    [in_or_above, only]
}

fn master(tree: &Tree, mac: Mac, model: Option<&str>, starts: &[PathBuf]) -> Option<(PathBuf, Arc<File>)> {
    let (own_files, everyone) = (tree.files_of(mac), tree.files_of(Mac::new([0; 6])));
    let [in_or_above, _] = nearest(everyone, Role::Master, starts);
    let [own_above, own_only] = nearest(own_files, Role::Master, starts);
    // Where the phone's own files lie, it is read from there.
    let own_places = [Role::Master, Role::PhoneOverrides, Role::WebOverrides].into_iter();
    let own_places = own_places.filter_map(|role| nearest(own_files, role, starts)[1]?.parent());
    let places: Vec<PathBuf> = starts.iter().cloned().chain(own_places.map(Path::to_owned)).collect();
    let [all_above, all_only] = nearest(everyone, Role::Master, &places);
    let file = |path: &Path, opened| match opened {
        // A name like this without XML is another maker's file.
        Opened::File(file) if !matches!(file.condition, Condition::NotXml | Condition::Binary) => {
            Some((path.to_owned(), file))
        }
        _ => None,
    };
    let own = |path: Option<&Path>| path.and_then(|path| file(path, tree.open_own(path)));
    let of_all = |path: Option<&Path>| {
        let opened = path.and_then(|path| file(path, tree.open(path, true)));
        opened.filter(|(_, file)| file.is_ours)
    };
    // A master in another place is another site's, unless the logs lie where it has them sent.
    let of_logs = || of_all(all_only).filter(|(path, master)| takes_logs(path, master, mac, model, starts));
    let general = of_all(all_above).or_else(of_logs);
    // A `<mac>.cfg` without a list of its own that the general master lists is no master.
    let is_listed = |(path, file): &(PathBuf, Arc<File>)| {
        file.lists.is_empty()
            && general.as_ref().is_some_and(|(of_all, master)| {
                let base = of_all.parent().unwrap_or(Path::new(""));
                let names = list(master, model).map(|list| &*list.names).unwrap_or_default();
                let mut names = names.iter().take(NAMES_MAX);
                names.any(|listed| {
                    spellings(&listed.name, mac, model).iter().any(|name| normal(&base.join(name)) == *path)
                })
            })
    };
    own(own_above)
        .filter(|own| !is_listed(own))
        .or_else(|| of_all(in_or_above))
        .or_else(|| own(own_only).filter(|own| !is_listed(own)))
        .or_else(|| general.clone())
}

/// The list that counts for this model.
fn list<'f>(master: &'f File, model: Option<&str>) -> Option<&'f super::file::FileList> {
    let of_model = master.lists.iter().find(|list| {
        list.model.as_deref().zip(model).is_some_and(|(of, model)| of.eq_ignore_ascii_case(model))
    });
    of_model.or_else(|| master.lists.iter().find(|list| list.model.is_none()))
}

/// The names that an entry of a list can stand for: phones write addresses in lower case, servers in any.
pub(super) fn spellings(name: &str, mac: Mac, model: Option<&str>) -> Vec<String> {
    let name = name.trim().replace('\\', "/");
    let name = name.trim_start_matches('/');
    if !name.contains('[') {
        return vec![name.to_owned()];
    }
    let name = name.replace(MODEL, model.unwrap_or(MODEL));
    let upper = mac.to_string();
    let mut names: Vec<String> =
        [upper.to_ascii_lowercase(), upper].iter().map(|digits| name.replace(PHONE, digits)).collect();
    names.dedup();
    names
}

fn overrides(
    tree: &Tree,
    files: OwnFiles<'_>,
    base: Option<&Path>,
    named: &[PathBuf],
    starts: &[PathBuf],
    config: &mut PhoneConfig,
) {
    for (role, source) in [(Role::PhoneOverrides, SourceRole::Phone), (Role::WebOverrides, SourceRole::Web)] {
        let in_directory = |directory: &Path| files.in_directory(role, directory);
        let path = named
            .iter()
            .find_map(|named| in_directory(named))
            .or_else(|| base.and_then(in_directory))
            .or_else(|| base.is_none().then(|| nearest(files, role, starts)[0]).flatten());
        let Some(path) = path else { continue };
        match tree.open_own(path) {
            // An empty file, or another maker's.
            Opened::File(file) if file.condition == Condition::NotXml => {}
            Opened::File(file) => config.add(Source { file, role: source, is_own: true }),
            Opened::Missing | Opened::Outside(_) => {}
        }
    }
}

fn listed(
    tree: &Tree,
    mac: Mac,
    model: Option<&str>,
    master: &Arc<File>,
    base: &Path,
    config: &mut PhoneConfig,
) {
    // Another model's list may be this phone's.
    config.list_is_sure = model.is_some() || master.lists.iter().all(|list| list.model.is_none());
    config.is_complete &= config.list_is_sure;
    let Some(list) = list(master, model) else { return };
    let mut seen = Vec::new();
    for (number, ListedName { name: entry, is_concealed }) in list.names.iter().enumerate() {
        if number == NAMES_MAX {
            config.is_complete = false;
            config.list_is_cut = true;
            let message = format!(
                "CONFIG_FILES in line {} has more than {NAMES_MAX} names; the files behind the first {NAMES_MAX} were not read",
                list.line
            );
            tree.add_problem(Problem::new(master.path.to_string(), ProblemKind::LimitExceeded, message));
            break;
        }
        if entry.len() > NAME_MAX || entry.contains("://") || entry.contains(MODEL) && model.is_none() {
            config.is_complete = false;
            continue;
        }
        let is_shared = !entry.contains(PHONE);
        let spellings = spellings(entry, mac, model);
        let (mut opened, mut at) = (Opened::Missing, None);
        for name in &spellings {
            let path = normal(&base.join(name));
            if seen.contains(&path) {
                (opened, at) = (Opened::File(Arc::clone(master)), None);
                break;
            }
            let one = tree.open(&path, is_shared);
            let is_file = matches!(one, Opened::File(_));
            // Where single files are searched, another spelling of a name is outside of them.
            if is_file || matches!(opened, Opened::Missing) {
                at = (!matches!(one, Opened::Missing)).then_some(path);
                opened = one;
            }
            if is_file {
                break;
            }
        }
        seen.extend(at);
        let unresolved = |leads_to: String| {
            // A text that is no name may be a key.
            let name = Value::text(&spellings[0]).in_short().to_string();
            let leads_to = if name == spellings[0] && !is_concealed { leads_to } else { name.clone() };
            Unresolved { name, leads_to, master: Arc::clone(master), line: list.line }
        };
        match opened {
            // The master itself, or a file that stands in the list twice.
            Opened::File(file) if config.has(&file) => {}
            // Of files that the phone may not read, nothing is told but what they would give.
            Opened::File(file) if !config.list_is_sure && file.condition != Condition::Read => {}
            Opened::File(file) => config.add(Source { file, role: SourceRole::Listed, is_own: !is_shared }),
            Opened::Missing | Opened::Outside(_) if !config.list_is_sure => {}
            Opened::Missing => {
                let path = normal(&base.join(&spellings[0]));
                config.missing.push(unresolved(shown_path(&path)));
                seen.push(path);
            }
            Opened::Outside(path) => config.missing.push(unresolved(path.into())),
        }
    }
    config.is_complete &= config.missing.is_empty();
}
