//! The interface between the reader of an archive format and `open`: what is known of a member, and which
//! members are read.

use std::io::Read;

use super::kind::{has_ending, is_archive_name, unsupported_name};
use super::limits::Fault;
use super::log_name::{Rotation, find_ignoring_case, is_boot_log, is_companion, log_mac, rotation};
use super::other_files::ConfigKind;
use crate::model::Mac;

/// What an archive's directory or header says of a member.
pub(super) struct Member {
    /// The path in the archive, with `/` between names.
    pub(super) name: Vec<u8>,
    pub(super) kind: MemberKind,
    /// Decompressed size in bytes, as the archive declares it.
    pub(super) size: u64,
    /// Seconds since 1970, UTC.
    pub(super) modified: Option<i64>,
    /// Unix permission bits.
    pub(super) mode: Option<u32>,
    /// Where a link leads: a path in the archive, as [`plain_path`] writes it. None for other members.
    pub(super) link: Option<Vec<u8>>,
    /// Whether the content can be larger than what is stored, so that the limits against bombs apply.
    pub(super) is_decompressed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberKind {
    File,
    Directory,
    /// A link, a device, or a sparse file, whose holes are not stored.
    Other,
}

/// Why a member is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberUse {
    /// The log of this phone.
    Log(Mac, Rotation),
    Archive,
    Config,
    /// Any other name: a master configuration file may list it.
    MaybeConfig,
    /// A private key. It is not read; only its presence is noted.
    PrivateKey,
}

/// Receives the members of one archive from its reader.
pub(super) trait Visitor {
    /// Why this member is read; None if it is not. A fault ends the archive.
    fn select(&mut self, member: &Member) -> Result<Option<MemberUse>, Fault>;

    /// Reads a member that is wanted, or reports why that is not possible. False if a limit was exceeded: the
    /// rest of the archive is not read then.
    fn visit(&mut self, member: &Member, wanted: MemberUse, content: Result<&mut dyn Read, Fault>) -> bool;
}

impl MemberUse {
    /// Why a member of this name is read; None if it is not. `log_of`: the phone in whose log directory the archive is.
    /// `configs`: whether configuration files are wanted.
    pub(super) fn of(name: &[u8], log_of: Option<Mac>, configs: bool) -> Option<Self> {
        let base = base_name(name);
        if is_archive_name(base) {
            return Some(Self::Archive);
        }
        if let Some(mac) = log_mac(base) {
            return Some(Self::Log(mac, rotation(base)));
        }
        let is_private_key = ConfigKind::of(base).is_some_and(|(kind, _)| kind == ConfigKind::PrivateKey);
        if is_private_key {
            return configs.then_some(Self::PrivateKey);
        }
        if has_ending(base, "cfg") || has_ending(base, "xml") {
            // A phone's contact directory, or a licence.
            let is_other =
                [&b"-directory"[..], b"-license"].iter().any(|no| find_ignoring_case(base, no).is_some());
            return (configs && !is_other).then_some(Self::Config);
        }
        // The files of a directory that is named like a log are pieces of that log.
        if is_piece_name(base)
            && let Some(mac) = log_directory(name).or(log_of)
        {
            return Some(Self::Log(mac, Rotation::Piece));
        }
        configs.then_some(Self::MaybeConfig)
    }
}

/// Whether only a search for configuration files too looks at what is at this path: a file, or a member of an archive.
pub(crate) fn is_only_configuration(path: &str) -> bool {
    match path.rsplit_once("!/") {
        Some((_, member)) => {
            MemberUse::of(member.as_bytes(), log_directory(path.as_bytes()), false).is_none()
        }
        None => {
            let kind = ConfigKind::of(base_name(path.as_bytes()));
            kind.is_some_and(|(kind, _)| kind != ConfigKind::PrivateKey)
        }
    }
}

/// Byte order marks of UTF-16.
const UTF_16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// Whether these first bytes show that a file is not text: a program or a sound, for instance.
pub(super) fn begins_like_binary(begin: &[u8]) -> bool {
    begin.contains(&0) && !UTF_16_MARKS.iter().any(|mark| begin.starts_with(mark))
}

/// Whether this is the beginning of an XML file, in UTF-8 or UTF-16.
pub(super) fn begins_like_xml(begin: &[u8]) -> bool {
    let mut marks = UTF_16_MARKS.into_iter().chain(["\u{feff}".as_bytes()]);
    let begin = marks.find_map(|mark| begin.strip_prefix(mark)).unwrap_or(begin);
    begin.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0) == Some(&b'<')
}

/// A path in an archive, without `.` and `..`; None if it leads out of the archive.
pub(super) fn plain_path(path: &[u8]) -> Option<Vec<u8>> {
    let mut names: Vec<&[u8]> = Vec::new();
    for name in path.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => _ = names.pop()?,
            name => names.push(name),
        }
    }
    Some(names.join(&b'/'))
}

/// Where the symbolic link at `link` leads. An absolute target is one below the archive's root: `tar` cuts the
/// first `/` off the names of members, and not off targets.
pub(super) fn target_of(link: &[u8], target: &[u8]) -> Option<Vec<u8>> {
    let directory = &link[..link.len() - base_name(link).len()];
    let is_absolute = target.starts_with(b"/");
    plain_path(&if is_absolute { target.to_vec() } else { [directory, target].concat() })
}

/// The phone in the name of the innermost directory of a path that is named like a log: all files in it, at any depth,
/// also in archives, belong to that log. An archive in the path is not a directory.
pub(super) fn log_directory(path: &[u8]) -> Option<Mac> {
    let mut names = path.rsplit(|byte| *byte == b'/').skip(1).filter(|name| !name.ends_with(b"!"));
    names.find_map(log_mac)
}

/// The last name of a path.
pub(super) fn base_name(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..])
}

/// Whether a file of this name, in a directory that is named like a log, is a piece of that log. Hidden files
/// and files of another known kind are not.
pub(super) fn is_piece_name(base: &[u8]) -> bool {
    !base.starts_with(b".")
        && !is_companion(base)
        && !["key", "pem"].iter().any(|ending| has_ending(base, ending))
        && !is_boot_log(base)
        && unsupported_name(base).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_of_links() {
        for (link, target, leads_to) in [
            ("a/b", "c", Some("a/c")),
            ("./a/b", "../d/./e", Some("d/e")),
            ("b", "c//d", Some("c/d")),
            ("a/b", "/srv/c", Some("srv/c")),
            ("a/b", "../../c", None),
        ] {
            let target = target_of(link.as_bytes(), target.as_bytes());
            assert_eq!(target.as_deref(), leads_to.map(str::as_bytes), "{link}");
        }
    }
}
