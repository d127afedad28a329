//! Paths of configuration files, and the kinds that their names show.

use std::path::{Component, Path, PathBuf};

use crate::input::ConfigKind;
use crate::model::Mac;

/// Kind and phone by the name of the file at this path, in upper or lower case; None for all other names. Phones write
/// no separators into the address.
pub fn kind_and_phone(path: &Path) -> Option<(ConfigKind, Mac)> {
    let name = path.file_name()?.as_encoded_bytes();
    let is_plain = name.get(..12)?.iter().all(u8::is_ascii_hexdigit);
    ConfigKind::of(name).filter(|_| is_plain)
}

/// The path without `.`, and without `..` after a directory. `..` never leads out of an archive.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(parts.components().next_back(), Some(Component::Normal(_)))
                    && !is_archive(&parts) =>
            {
                parts.pop();
            }
            // There is no directory above the root.
            Component::ParentDir if parts.has_root() => {}
            part => parts.push(part),
        }
    }
    parts
}

/// The directory of a file; it is empty for one in the current directory.
pub(super) fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// A name in a master as a path relative to the master.
pub(super) fn local_name(name: &str) -> String {
    name.trim().replace('\\', "/").trim_start_matches('/').to_owned()
}

/// Whether `path` is `directory` or below it; both are [`normal`], and an empty directory is the current one.
pub(super) fn is_within(path: &Path, directory: &Path) -> bool {
    let rest = path.strip_prefix(directory).map(|rest| rest.components());
    rest.is_ok_and(|mut rest| rest.all(|part| matches!(part, Component::Normal(_))))
}

/// Whether this is the path of an archive in the form of its members, `a.zip!`, and not a directory of that name.
fn is_archive(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"!") && !path.is_dir()
}
