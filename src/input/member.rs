//! A log inside something: a member of an archive, a compressed file, a pipe.

use std::cell::RefCell;
use std::io::{self, Cursor, Read};

use chrono::NaiveDateTime;

use super::limits::Budget;
use super::name::{Named, Rotation};
use super::stream::{Fault, Guarded, Kind, OneLog, SNIFFED, decompressed, fill};
use super::{Content, LogName, LogSink, Origin, tar, zip};
use crate::problem::Problem;

/// Logs up to this size are handed on in one piece.
pub(super) const WHOLE: usize = 1024 * 1024;

/// What stands around a member.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) sink: &'a dyn LogSink,
    pub(super) budget: &'a Budget,
    /// How the file that holds it is shown.
    pub(super) path: &'a str,
    pub(super) origin: &'a Origin,
    pub(super) modified: Option<NaiveDateTime>,
    /// How many archives it stands in.
    pub(super) depth: u8,
    /// Whether the user named it, so that it is read whatever its name.
    pub(super) named_by_user: bool,
}

/// How the reading of a stream ended.
enum End {
    Whole,
    /// There was nothing in it. That is a fault of the log only where the stream has none.
    Empty,
    Fault(Fault),
}

impl End {
    /// The fault of the stream around it explains all others.
    fn or(self, around: Option<Fault>) -> Self {
        around.map_or(self, Self::Fault)
    }
}

/// An archive may stand in an archive, but not deeper.
pub(super) const DEEPEST: u8 = 2;

impl<'a> Place<'a> {
    pub(super) fn problem(&self, fault: Fault) {
        self.sink.problem(Problem::new(self.path, fault.kind, fault.message));
    }

    /// The place of a member of this archive.
    pub(super) fn inside<'m>(
        &self,
        path: &'m str,
        origin: &'m Origin,
        modified: Option<NaiveDateTime>,
    ) -> Place<'m>
    where
        'a: 'm,
    {
        Place { path, origin, modified, depth: self.depth + 1, named_by_user: false, ..*self }
    }

    /// The same, with a part of the budget.
    pub(super) const fn with_budget<'p>(&self, budget: &'p Budget) -> Place<'p>
    where
        'a: 'p,
    {
        Place { budget, ..*self }
    }

    /// How a member of this archive is shown.
    pub(super) fn member_path(&self, name: &[u8]) -> String {
        format!("{}!/{}", self.path, super::shown_bytes(name).trim_start_matches('/'))
    }

    /// Whether a member of this base name is read at all.
    pub(super) fn wants_member(&self, base: &[u8]) -> bool {
        match Named::parse(base) {
            Some(named) => self.sink.wants(Some(named.mac)),
            None => is_archive_name(base),
        }
    }

    /// Reads what this stream holds: a log, or an archive of logs, compressed or not. With a budget
    /// the stream itself is made from something smaller.
    pub(super) fn read(&self, stream: &mut dyn Read, budget: Option<&Budget>) {
        let mut guarded = Guarded::new(stream, budget);
        let end = self.sniff(&mut guarded, 0).or(guarded.fault);
        let fault = match end {
            End::Whole => None,
            End::Empty => self.log(&mut io::empty()),
            End::Fault(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            self.problem(fault);
        }
    }

    /// The same of a stream that stands in memory, and that nothing was decompressed for.
    pub(super) fn read_whole(&self, content: &[u8]) {
        let begin = &content[..content.len().min(SNIFFED)];
        let is_log = !content.is_empty()
            && content.len() as u64 <= self.budget.log_bytes()
            && Kind::of_named(begin, base_name(self.path)) == Kind::Plain
            && !(self.may_open() && may_hide_archive(base_name(self.path), begin));
        if !is_log {
            return self.read(&mut Cursor::new(content), None);
        }
        let Some(name) = self.name() else { return };
        if let Err(error) = self.sink.log(&name, Content::Whole(content)) {
            self.problem(Fault::of(&error));
        }
    }

    fn sniff(&self, stream: &mut dyn Read, compressions: u8) -> End {
        let mut begin = [0; SNIFFED];
        // The guard ends a stream where it breaks.
        let length = fill(stream, &mut begin).unwrap_or(0);
        let begin = &begin[..length];
        let kind = Kind::of_named(begin, base_name(self.path));
        let mut whole = Cursor::new(begin).chain(stream);
        let fault = match kind {
            Kind::Plain if length == 0 => return End::Empty,
            Kind::Plain if self.may_open() && may_hide_archive(base_name(self.path), begin) => {
                self.log_or_archive(&mut whole)
            }
            Kind::Plain if compressions > 0 || self.depth > 0 => {
                let mut one = OneLog::new(whole, self.budget.log_bytes());
                self.log(&mut one).or(one.fault)
            }
            Kind::Plain => self.log(&mut whole),
            Kind::Gzip | Kind::Zstd if compressions < DEEPEST => {
                let inner = match decompressed(kind, whole) {
                    Ok(inner) => inner,
                    Err(error) => return End::Fault(Fault::of(&error)),
                };
                let mut guarded = Guarded::new(inner, Some(self.budget));
                return self.sniff(&mut guarded, compressions + 1).or(guarded.fault);
            }
            Kind::Tar if self.may_open() => {
                let fault = tar::read(self, &mut whole);
                // Only behind the archive's own end does a compressed stream tell whether it is whole.
                if fault.is_none() && (compressions > 0 || self.depth > 0) {
                    let _ = io::copy(&mut whole, &mut io::sink());
                }
                fault
            }
            Kind::Zip if self.may_open() => zip::read_stream(self, &mut whole),
            _ => Some(Fault::limit(
                "nested too deep: an archive in an archive is read, but none in that".to_owned(),
            )),
        };
        fault.map_or(End::Whole, End::Fault)
    }

    const fn may_open(&self) -> bool {
        self.depth < DEEPEST
    }

    /// Only its end tells which it is.
    fn log_or_archive(&self, stream: &mut dyn Read) -> Option<Fault> {
        match zip::keep(stream) {
            Ok(random) if zip::is_behind_something(&random) => zip::read(self, &random),
            Ok(random) => self.log(&mut random.reader()),
            Err(fault) => Some(fault),
        }
    }

    fn log(&self, stream: &mut dyn Read) -> Option<Fault> {
        let name = self.name()?;
        hand_on(self.sink, &name, stream).err().map(|error| Fault::of(&error))
    }

    /// What the name tells. None if it is not named like a log, and was not named by the user.
    pub(super) fn name(&self) -> Option<LogName> {
        let named = Named::parse(base_name(self.path));
        if named.is_none() && !self.named_by_user {
            return None;
        }
        let mac = named.as_ref().map(|named| named.mac);
        self.sink.wants(mac).then(|| LogName {
            path: self.path.into(),
            mac,
            named_like_log: named.is_some(),
            rotation: named.map_or(Rotation::Current, |named| named.rotation),
            modified: self.modified,
            identity: None,
            origin: self.origin.clone(),
        })
    }
}

/// Hands on a log in one piece if it is small, else as a stream.
fn hand_on(sink: &dyn LogSink, name: &LogName, stream: &mut dyn Read) -> io::Result<()> {
    let mut buffer = BUFFER.take();
    buffer.resize(WHOLE, 0);
    let result = fill(stream, &mut buffer).and_then(|length| {
        if length < WHOLE {
            sink.log(name, Content::Whole(&buffer[..length]))
        } else {
            sink.log(name, Content::Stream(&mut Cursor::new(&buffer).chain(stream)))
        }
    });
    BUFFER.set(buffer);
    result
}

thread_local! {
    /// The buffer for small logs. Whoever uses it takes it, so that a log that is read while another
    /// one waits on the same thread gets one of its own.
    pub(super) static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The last part of a path, shown or stored, of any system.
pub(super) fn base_name(path: &str) -> &[u8] {
    path.rsplit(['/', '\\']).next().unwrap_or(path).as_bytes()
}

/// Whether a zip archive may stand behind something else in a file of this base name that begins like
/// this: behind a program that unpacks it, or what its name promises does not come at once.
pub(super) fn may_hide_archive(base: &[u8], begin: &[u8]) -> bool {
    Named::parse(base).is_none()
        && (base.to_ascii_lowercase().ends_with(b".zip")
            || begin.starts_with(b"MZ")
            || begin.starts_with(b"\x7FELF"))
}

/// Whether a name promises an archive.
pub(super) fn is_archive_name(base: &[u8]) -> bool {
    is_tar_name(base) || base.to_ascii_lowercase().ends_with(b".zip")
}

/// Whether a name promises a tar archive, compressed or not.
pub(super) fn is_tar_name(base: &[u8]) -> bool {
    let base = base.to_ascii_lowercase();
    [&b".tar"[..], b".tar.gz", b".tgz", b".tar.zst", b".tzst"].iter().any(|ending| base.ends_with(ending))
}
