//! Paths of configuration files, and what their names tell.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::model::Mac;

/// What a file is by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `<mac>.cfg`; `000000000000.cfg` is that of every phone without its own.
    Master,
    /// `<mac>-phone.cfg`: what was set at the phone.
    PhoneOverrides,
    /// `<mac>-web.cfg`: what was set by the phone's web server.
    WebOverrides,
    /// `<mac>-private.key` or `.pem`. Never opened.
    PrivateKey,
}

/// Phone and role by a file's name, in any case of letters; `None` for all other names.
#[must_use]
pub fn role(name: &OsStr) -> Option<(Mac, Role)> {
    let name = name.as_encoded_bytes();
    let (digits, ending) = name.split_at_checked(12)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let (mac, _) = Mac::prefix(digits)?;
    let role = match ending.to_ascii_lowercase().as_slice() {
        b".cfg" => Role::Master,
        b"-phone.cfg" => Role::PhoneOverrides,
        b"-web.cfg" => Role::WebOverrides,
        b"-private.key" | b"-private.pem" => Role::PrivateKey,
        _ => return None,
    };
    Some((mac, role))
}

/// The path without `.`, and without `..` where a directory stands before it. Nothing leads out of an archive.
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
            // Nothing is above the root.
            Component::ParentDir if parts.has_root() => {}
            part => parts.push(part),
        }
    }
    parts
}

/// Whether this is the path of an archive as its members have it: `a.zip!`, and no directory of that name.
fn is_archive(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"!") && !path.is_dir()
}
