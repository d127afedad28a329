//! Paths of configuration files, and the roles of their names.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::model::Mac;

/// The role of a file, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `<mac>.cfg`; `000000000000.cfg` is that of every phone without its own.
    Master,
    /// `<mac>-phone.cfg`: settings made on the phone.
    PhoneOverrides,
    /// `<mac>-web.cfg`: settings made in the phone's web server.
    WebOverrides,
    /// `<mac>-private.key` or `.pem`. Never opened.
    PrivateKey,
}

/// Phone and role by a file's name, in upper or lower case; None for all other names.
#[must_use]
pub fn role(name: &OsStr) -> Option<(Mac, Role)> {
    let name = name.as_encoded_bytes();
    let (digits, ending) = name.split_at_checked(12)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let (mac, _) = Mac::prefix(digits)?;
    const ENDINGS: [(&[u8], Role); 5] = [
        (b".cfg", Role::Master),
        (b"-phone.cfg", Role::PhoneOverrides),
        (b"-web.cfg", Role::WebOverrides),
        (b"-private.key", Role::PrivateKey),
        (b"-private.pem", Role::PrivateKey),
    ];
    let (_, role) = ENDINGS.iter().find(|(of, _)| ending.eq_ignore_ascii_case(of))?;
    Some((mac, *role))
}

/// The path without `.`, and without `..` after a directory. `..` never leads out of an archive.
pub(super) fn normal(path: &Path) -> PathBuf {
    // Most paths need no change.
    if is_plain(path.as_os_str().as_encoded_bytes()) {
        return path.to_owned();
    }
    by_parts(path)
}

fn by_parts(path: &Path) -> PathBuf {
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

/// Whether no part of a path can be empty, `.` or `..`.
fn is_plain(path: &[u8]) -> bool {
    let has_odd_part = || path.windows(2).any(|two| matches!(two, b"//" | b"/."));
    cfg!(unix) && !path.starts_with(b".") && !path.ends_with(b"/") && !has_odd_part()
}

/// Whether this is the path of an archive in the form of its members, `a.zip!`, and not a directory of that name.
fn is_archive(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"!") && !path.is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_normal_already_stay_as_they_are() {
        let parts = ["", "/", "a", ".", "..", ".b", "b.", "c d", "a!"];
        let pairs = parts.iter().flat_map(|one| parts.map(|two| (one, two)));
        for (one, two, three) in pairs.flat_map(|(one, two)| parts.map(|three| (one, two, three))) {
            for text in [format!("{one}{two}{three}"), format!("{one}/{two}/{three}")] {
                let path = Path::new(&text);
                if is_plain(text.as_bytes()) {
                    assert_eq!(by_parts(path).as_os_str(), path.as_os_str(), "{text}");
                }
            }
        }
        assert!(!cfg!(unix) || is_plain(b"/a/b c/d.cfg"));
    }
}
