//! The members of an archive of any format, and which of them are read.

use std::io::Read;

use super::file_kind::{ConfigKind, PassedOverKind};
use super::kind::SNIFFED;
use super::kind::{is_archive_name, unsupported_name};
use super::limits::{CONFIG_BYTES, Fault, Guarded, fill};
use super::log_name::{has_ending, is_boot_log, log_mac, rotation};
use super::open::{Input, Item, Opener, WHOLE};
use super::system::shown;
use super::{ConfigMember, Rotation};
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};

/// What an archive tells of a member before it is read.
pub(super) struct Member {
    /// As the archive has it, with `/` between names.
    pub(super) name: Vec<u8>,
    pub(super) kind: MemberKind,
    /// As the archive declares it, in bytes.
    pub(super) size: u64,
    /// Seconds since 1970, UTC.
    pub(super) modified: Option<i64>,
    /// The permissions, as Unix has them.
    pub(super) mode: Option<u32>,
    /// Whether its content is made from something smaller.
    pub(super) is_decompressed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberKind {
    File,
    Directory,
    /// A link, or a device.
    Link,
}

/// Why a member is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Log(Option<Mac>, Rotation),
    Archive,
    Config,
    /// Another name, which a master may list: kept if it begins like XML.
    MaybeConfig,
    /// Only that it is there.
    PrivateKey,
}

/// Takes the members of one archive from its reader.
pub(super) struct Visitor<'v, 'o> {
    opener: &'v mut Opener<'o>,
    archive: &'v Item<'v>,
}

impl<'v, 'o> Visitor<'v, 'o> {
    pub(super) const fn new(opener: &'v mut Opener<'o>, archive: &'v Item<'v>) -> Self {
        Self { opener, archive }
    }

    /// Whether this member is to be visited. A fault ends the archive.
    pub(super) fn wants(&mut self, member: &Member) -> Result<bool, Fault> {
        self.opener.budget.count_member()?;
        if member.kind == MemberKind::Directory {
            return Ok(false);
        }
        let base = base_name(&member.name);
        if let Some(kind) = PassedOverKind::of(base) {
            self.opener.sink.passed_over(kind, &self.path(member));
            return Ok(false);
        }
        let Some(wanted) = self.wanted(&member.name) else { return Ok(false) };
        if wanted == Wanted::MaybeConfig && member.size > CONFIG_BYTES {
            return Ok(false);
        }
        if member.kind == MemberKind::Link {
            if matches!(wanted, Wanted::Log(..)) {
                let message = "is a link or a device, not a file";
                self.fault(member, Fault::new(ProblemKind::Unreadable, message));
            }
            return Ok(false);
        }
        Ok(true)
    }

    /// Reads a member that is wanted.
    pub(super) fn visit(&mut self, member: &Member, content: &mut dyn Read) {
        let Some(wanted) = self.wanted(&member.name) else { return };
        let path = self.path(member);
        let budget = self.opener.budget;
        let mut content = Guarded::new(content, member.is_decompressed.then_some(budget));
        let fault = match wanted {
            Wanted::Config => self.config(&path, member, &mut content),
            Wanted::MaybeConfig => {
                let mut begin = [0; SNIFFED];
                let length = fill(&mut content, &mut begin).unwrap_or(0);
                match begins_like_xml(&begin[..length]) {
                    true => self.config(&path, member, &mut (&begin[..length]).chain(&mut content)),
                    // A limit that is met ends the archive.
                    false if self.is_exhausted() => None,
                    false => return,
                }
            }
            Wanted::PrivateKey => {
                self.opener.sink.config(ConfigMember { path: &path, content: None, mode: member.mode });
                return;
            }
            Wanted::Log(..) | Wanted::Archive => {
                let item = self.item(&path, member, wanted);
                let mut buffer = self.opener.buffers.take();
                // The guard ends a stream where it breaks.
                let length = fill(&mut content, &mut buffer).unwrap_or(0);
                let fault = if length < WHOLE {
                    self.opener.open(&item, Input::Whole(&buffer[..length]), 0)
                } else {
                    let mut stream = (&buffer[..]).chain(&mut content);
                    self.opener.open(&item, Input::Stream(&mut stream), 0)
                };
                self.opener.buffers.give_back(buffer);
                fault
            }
        };
        if let Some(fault) = content.fault.take().or(fault) {
            self.opener.sink.problem(Problem::new(path, fault.kind, fault.message));
        }
    }

    /// Tells why a member can't be read.
    pub(super) fn fault(&mut self, member: &Member, fault: Fault) {
        // Nothing says that it is more than a file which happens to stand there.
        if self.wanted(&member.name) == Some(Wanted::MaybeConfig) {
            return;
        }
        self.opener.sink.problem(Problem::new(self.path(member), fault.kind, fault.message));
    }

    /// Whether a limit is met, and was told: then the rest of the archive is not read.
    pub(super) fn is_exhausted(&self) -> bool {
        self.opener.budget.is_exhausted()
    }

    fn wanted(&self, name: &[u8]) -> Option<Wanted> {
        let base = base_name(name);
        if is_archive_name(base) {
            return Some(Wanted::Archive);
        }
        if let Some(mac) = log_mac(base) {
            return Some(Wanted::Log(Some(mac), rotation(base)));
        }
        let config = ConfigKind::of(base).map(|(kind, _)| kind);
        let may_be_config = (has_ending(base, "cfg") || has_ending(base, "xml"))
            && !["-directory", "-license"].iter().any(|no| contains_ignoring_case(base, no));
        if may_be_config || config == Some(ConfigKind::PrivateKey) {
            let wanted =
                if config == Some(ConfigKind::PrivateKey) { Wanted::PrivateKey } else { Wanted::Config };
            return self.opener.configs.then_some(wanted);
        }
        // A directory that is named like a log: its files are pieces of that log.
        let parent = name.len().checked_sub(base.len() + 1).map(|end| base_name(&name[..end]));
        if let Some(mac) = parent.and_then(log_mac).filter(|_| is_piece_name(base)) {
            return Some(Wanted::Log(Some(mac), Rotation::Piece));
        }
        let is_other = ["cfg", "xml", "htm", "html", "xhtml", "svg"].iter().any(|no| has_ending(base, no));
        (self.opener.configs && !is_other).then_some(Wanted::MaybeConfig)
    }

    fn config(&mut self, path: &str, member: &Member, content: &mut dyn Read) -> Option<Fault> {
        let mut bytes = Vec::new();
        // The guard keeps a fault.
        let _ = content.take(CONFIG_BYTES + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > CONFIG_BYTES {
            let message = format!("has more than {CONFIG_BYTES} bytes, too many for a configuration file");
            return Some(Fault::new(ProblemKind::LimitExceeded, message));
        }
        if !self.opener.budget.take_config(bytes.len() as u64) {
            let message = "the archive has too many configuration files; this one was not read";
            return Some(Fault::new(ProblemKind::LimitExceeded, message));
        }
        self.opener.sink.config(ConfigMember { path, content: Some(&bytes), mode: member.mode });
        None
    }

    fn item<'p>(&self, path: &'p str, member: &Member, wanted: Wanted) -> Item<'p> {
        let (is_log, mac, rotation) = match wanted {
            Wanted::Log(mac, rotation) => (true, mac, rotation),
            _ => (false, None, Rotation::Newest),
        };
        Item {
            modified: member.modified,
            size: member.size,
            depth: self.archive.depth + 1,
            ..Item::named(path, mac, rotation, (is_log, is_log))
        }
    }

    fn path(&self, member: &Member) -> String {
        format!("{}!/{}", self.archive.path, shown(&member.name).trim_start_matches('/'))
    }
}

/// Whether this is the beginning of an XML file, in UTF-8 or UTF-16.
fn begins_like_xml(begin: &[u8]) -> bool {
    let begin = ["\u{feff}".as_bytes(), b"\xFF\xFE", b"\xFE\xFF"]
        .iter()
        .find_map(|mark| begin.strip_prefix(*mark))
        .unwrap_or(begin);
    begin.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0) == Some(&b'<')
}

/// The last name of a path.
pub(super) fn base_name(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..])
}

/// Whether a file of this name, in a directory that is named like a log, is a piece of that log: not a
/// hidden file, and none of another known kind.
pub(super) fn is_piece_name(base: &[u8]) -> bool {
    !base.starts_with(b".")
        && ["cfg", "xml", "key", "pem"].iter().all(|ending| !has_ending(base, ending))
        && !is_boot_log(base)
        && unsupported_name(base).is_none()
}

fn contains_ignoring_case(text: &[u8], word: &str) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}
