//! Reads what a file holds: a log, a compressed log or an archive of logs, however they are nested. All
//! recursion is here; the readers of archives only list members.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use tempfile::SpooledTempFile;

use zeroize::Zeroizing;

use super::archive::{Member, MemberKind, Visitor, Wanted, base_name, begins_like_binary, begins_like_xml};
use super::buffers::{Buffers, WHOLE};
use super::decompress::{BLOCK, Decoder, read_ahead};
use super::file_kind::PassedOverKind;
use super::kind::{Compression, Kind, SNIFFED};
use super::limits::{Budget, CONFIG_BYTES, DEEPEST, Fault, Guarded, LimitedLog, fill, too_long};
use super::system::{read_at, shown};
use super::utf16::decoded;
use super::{ConfigContent, ConfigMember, Content, LogName, LogSink, Rotation, tar, zip};
use crate::message::said;
use crate::model::Mac;
use crate::problem::{Problem, ProblemKind};

/// A zip archive that comes as a stream is buffered in memory up to this size in bytes, and in a temporary
/// file above it.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// The largest zip archive that is read from a stream, in bytes.
const LARGEST_ZIP: u64 = 8 << 30;

/// What is known of a file or a member before it is read.
pub(super) struct Item<'a> {
    /// The path as reports show it.
    pub(super) path: &'a str,
    pub(super) mac: Option<Mac>,
    pub(super) rotation: Rotation,
    /// Seconds since 1970, UTC.
    pub(super) modified: Option<i64>,
    pub(super) size: u64,
    pub(super) identity: Option<(u64, u64)>,
    /// Whether it is read as a log unless it is an archive: its name is a log's, or the user named it.
    pub(super) is_log: bool,
    pub(super) is_named_like_log: bool,
    /// How many archives it is nested in.
    pub(super) depth: u8,
}

impl<'a> Item<'a> {
    /// An item of which only the name is known. The two flags are `is_log` and `is_named_like_log`.
    pub(super) const fn named(
        path: &'a str,
        mac: Option<Mac>,
        rotation: Rotation,
        (is_log, is_named_like_log): (bool, bool),
    ) -> Self {
        Self {
            path,
            mac,
            rotation,
            modified: None,
            size: 0,
            identity: None,
            is_log,
            is_named_like_log,
            depth: 0,
        }
    }
}

/// The bytes of a file or a member.
pub(super) enum Input<'a> {
    Whole(&'a [u8]),
    /// A file and its size in bytes; nothing was read of it yet.
    File(&'a File, u64),
    Stream(&'a mut dyn Read),
}

/// Reads one file and everything nested in it.
pub(super) struct Opener<'o> {
    pub(super) budget: &'o Budget,
    /// Whether configuration files in archives are wanted.
    pub(super) configs: bool,
    pub(super) buffers: &'o mut Buffers,
    pub(super) sink: &'o mut dyn LogSink,
}

impl Opener<'_> {
    /// Reads `input` and reports a fault to the sink.
    pub(super) fn read(&mut self, item: &Item<'_>, input: Input<'_>) {
        if let Some(fault) = self.open(item, input, 0) {
            self.sink.problem(Problem::new(item.path, fault.kind, fault.message));
        }
    }

    /// Reads `input`, which was already decompressed this many times. Returns the fault that stopped it, if
    /// any.
    pub(super) fn open(&mut self, item: &Item<'_>, input: Input<'_>, compressions: u8) -> Option<Fault> {
        let mut sniffed = [0; SNIFFED];
        let mut whole;
        let (begin, input) = match input {
            Input::Whole(bytes) => (&bytes[..bytes.len().min(SNIFFED)], Input::Whole(bytes)),
            Input::File(file, size) => match read_at(file, &mut sniffed, 0) {
                Ok(length) => (&sniffed[..length], Input::File(file, size)),
                Err(error) => return Some(read_fault(&error)),
            },
            Input::Stream(stream) => match fill(stream, &mut sniffed) {
                Ok(length) => {
                    whole = Cursor::new(&sniffed[..length]).chain(stream);
                    (&sniffed[..length], Input::Stream(&mut whole))
                }
                Err(error) => return Some(read_fault(&error)),
            },
        };
        let kind = match item.is_named_like_log {
            true => Kind::of(begin),
            false => Kind::of_named(begin, base_name(item.path.as_bytes())),
        };
        let is_unpacked = compressions > 0 || item.depth > 0;
        match kind {
            Kind::Plain => self.log(item, input, is_unpacked),
            Kind::Utf16 => match input {
                Input::Whole(bytes) => self.log_stream(item, &mut decoded(bytes)),
                Input::File(file, _) => self.log_stream(item, &mut decoded(file)),
                Input::Stream(stream) => self.log_stream(item, &mut decoded(stream)),
            },
            Kind::Compressed(compression) if compressions < DEEPEST => {
                self.decompress(item, compression, input, compressions + 1)
            }
            Kind::Tar if item.depth < DEEPEST => {
                let mut visitor = Members { opener: self, archive: item };
                match input {
                    Input::Whole(mut bytes) => tar::visit(&mut bytes, &mut visitor),
                    Input::File(file, _) => {
                        tar::visit(&mut BufReader::with_capacity(BLOCK, file), &mut visitor)
                    }
                    Input::Stream(stream) => tar::visit(stream, &mut visitor),
                }
            }
            Kind::Zip if item.depth < DEEPEST => self.zip(item, input),
            Kind::Records if item.is_log => Some(Fault::new(
                ProblemKind::NotALog,
                "is a file of records, not a log; `phonecert scan --records` reads it",
            )),
            Kind::Records => None,
            Kind::Unsupported(name) => Some(Fault::new(
                ProblemKind::UnsupportedCompression,
                format!("is {name}, which can't be read; unpack it first"),
            )),
            Kind::Compressed(_) | Kind::Tar | Kind::Zip => Some(Fault::too_deep()),
        }
    }

    fn decompress(
        &mut self,
        item: &Item<'_>,
        compression: Compression,
        input: Input<'_>,
        compressions: u8,
    ) -> Option<Fault> {
        let result = match input {
            Input::Whole(bytes) => Decoder::new(compression, bytes)
                .map(|mut decoder| self.unpacked(item, &mut decoder, compressions)),
            Input::File(file, _) => Decoder::new(compression, BufReader::with_capacity(BLOCK, file))
                .and_then(|decoder| read_ahead(decoder, |stream| self.unpacked(item, stream, compressions))),
            Input::Stream(stream) => Decoder::new(compression, BufReader::with_capacity(BLOCK / 4, stream))
                .map(|mut decoder| self.unpacked(item, &mut decoder, compressions)),
        };
        result.unwrap_or_else(|error| Some(Fault::of(&error)))
    }

    fn unpacked(&mut self, item: &Item<'_>, stream: &mut dyn Read, compressions: u8) -> Option<Fault> {
        let mut guarded = Guarded::new(stream, Some(self.budget));
        let fault = self.open(item, Input::Stream(&mut guarded), compressions);
        // A fault of the compression also causes faults in the content, so the first is the one to report.
        guarded.fault.take().or(fault)
    }

    fn zip(&mut self, item: &Item<'_>, input: Input<'_>) -> Option<Fault> {
        let mut visitor = Members { opener: self, archive: item };
        match input {
            Input::Whole(bytes) => zip::visit(&mut Cursor::new(bytes), &mut visitor),
            Input::File(file, _) => zip::visit(&mut BufReader::new(file), &mut visitor),
            Input::Stream(stream) => {
                let mut kept = SpooledTempFile::new(IN_MEMORY);
                let result = io::copy(&mut stream.take(LARGEST_ZIP + 1), &mut kept)
                    .and_then(|length| kept.seek(SeekFrom::Start(0)).map(|_| length));
                match result {
                    Ok(length) if length > LARGEST_ZIP => {
                        let message = format!("a zip archive in a stream has more than {LARGEST_ZIP} bytes");
                        Some(Fault::new(ProblemKind::LimitExceeded, message))
                    }
                    Ok(_) => zip::visit(&mut kept, &mut visitor),
                    Err(error) => {
                        let message = said!["can't be kept in a temporary file: ", &error];
                        Some(Fault::new(ProblemKind::Unreadable, message))
                    }
                }
            }
        }
    }

    fn log(&mut self, item: &Item<'_>, input: Input<'_>, is_unpacked: bool) -> Option<Fault> {
        match input {
            Input::Whole(bytes) => self.pass_to_sink(item, Content::Whole(bytes)),
            Input::File(file, size) => {
                let most = self.budget.log_bytes();
                let fault = self.pass_to_sink(item, Content::File(file, size.min(most)));
                fault.or_else(|| (size > most).then(|| too_long(most)))
            }
            Input::Stream(stream) if is_unpacked => self.log_stream(item, stream),
            // The length of a pipe is not limited: it is read to its end.
            Input::Stream(stream) => self.stream(item, stream),
        }
    }

    fn log_stream(&mut self, item: &Item<'_>, stream: &mut dyn Read) -> Option<Fault> {
        let mut one = LimitedLog::new(stream, self.budget.log_bytes());
        let fault = self.stream(item, &mut one);
        fault.or(one.fault)
    }

    /// Passes a log to the sink: in one piece if it is small, else as a stream.
    fn stream(&mut self, item: &Item<'_>, stream: &mut dyn Read) -> Option<Fault> {
        let mut buffer = self.buffers.take();
        let fault = match fill(stream, &mut buffer) {
            Ok(length) if length < WHOLE => self.pass_to_sink(item, Content::Whole(&buffer[..length])),
            Ok(_) => self.pass_to_sink(item, Content::Stream(&mut (&buffer[..]).chain(stream))),
            Err(error) => Some(read_fault(&error)),
        };
        self.buffers.give_back(buffer);
        fault
    }

    fn pass_to_sink(&mut self, item: &Item<'_>, content: Content<'_>) -> Option<Fault> {
        if !item.is_log {
            return None;
        }
        let name = LogName {
            path: item.path.into(),
            mac: item.mac,
            rotation: item.rotation,
            modified: item.modified,
            size: item.size,
            identity: item.identity,
            named_like_log: item.is_named_like_log,
        };
        self.sink.log(name, content).err().map(|error| read_fault(&error))
    }
}

/// Opens the members of an archive in the order in which they are listed.
struct Members<'v, 'o> {
    opener: &'v mut Opener<'o>,
    archive: &'v Item<'v>,
}

impl Visitor for Members<'_, '_> {
    fn wants(&mut self, member: &Member) -> Result<bool, Fault> {
        self.opener.budget.count_member()?;
        if member.kind == MemberKind::Directory {
            return Ok(false);
        }
        let base = base_name(&member.name);
        if let Some(kind) = PassedOverKind::of(base) {
            self.opener.sink.passed_over(kind, &self.path(member));
            return Ok(false);
        }
        let Some(wanted) = self.wanted(member) else { return Ok(false) };
        if member.kind == MemberKind::Link {
            if matches!(wanted, Wanted::Log(..)) {
                let message = "is a link or a device, not a file";
                self.fault(member, Fault::new(ProblemKind::Unreadable, message));
            }
            return Ok(false);
        }
        Ok(true)
    }

    fn visit(&mut self, member: &Member, content: &mut dyn Read) {
        let Some(wanted) = self.wanted(member) else { return };
        let path = self.path(member);
        let budget = self.opener.budget;
        let mut content = Guarded::new(content, member.is_decompressed.then_some(budget));
        let fault = match wanted {
            Wanted::Config | Wanted::MaybeConfig if member.size > CONFIG_BYTES => {
                return self.pass_config(&path, member, ConfigContent::TooLarge);
            }
            Wanted::Config => self.config(&path, member, &mut content),
            Wanted::MaybeConfig => {
                let mut begin = [0; SNIFFED];
                let length = fill(&mut content, &mut begin).unwrap_or(0);
                let begin = &begin[..length];
                let mut whole = begin.chain(&mut content);
                if begins_like_xml(begin) {
                    self.config(&path, member, &mut whole)
                } else {
                    self.not_xml(&path, member, begin, &mut whole);
                    // An exceeded limit is reported below, since it ends the archive.
                    if !self.is_exhausted() {
                        return;
                    }
                    None
                }
            }
            Wanted::PrivateKey => return self.pass_config(&path, member, ConfigContent::PrivateKey),
            Wanted::Log(..) | Wanted::Archive => {
                let item = self.item(&path, member, wanted);
                let mut buffer = self.opener.buffers.take();
                // `Guarded` returns no errors: it ends the stream at a fault and keeps the fault.
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

    fn fault(&mut self, member: &Member, fault: Fault) {
        // The name does not show that the member concerns phones, so its fault is not reported.
        if self.wanted(member) == Some(Wanted::MaybeConfig) {
            return;
        }
        self.opener.sink.problem(Problem::new(self.path(member), fault.kind, fault.message));
    }

    fn is_exhausted(&self) -> bool {
        self.opener.budget.is_exhausted()
    }
}

impl Members<'_, '_> {
    fn wanted(&self, member: &Member) -> Option<Wanted> {
        Wanted::of(&member.name, self.opener.configs)
    }

    fn config(&mut self, path: &str, member: &Member, content: &mut dyn Read) -> Option<Fault> {
        let bytes = config_bytes(content, member);
        if bytes.len() as u64 > CONFIG_BYTES {
            self.pass_config(path, member, ConfigContent::TooLarge);
        } else if self.opener.budget.take_config(bytes.len() as u64) {
            self.pass_config(path, member, ConfigContent::Bytes(&bytes));
        } else {
            let message = "the archive has too many configuration files; this one was not read";
            return Some(Fault::new(ProblemKind::LimitExceeded, message));
        }
        None
    }

    /// Passes on a member that does not begin like XML. A master file may list it, and then the report says
    /// what it is.
    fn not_xml(&mut self, path: &str, member: &Member, begin: &[u8], content: &mut dyn Read) {
        if begins_like_binary(begin) {
            return self.pass_config(path, member, ConfigContent::Bytes(begin));
        }
        let bytes = config_bytes(content, member);
        let is_too_large = bytes.len() as u64 > CONFIG_BYTES;
        let content = if is_too_large { ConfigContent::TooLarge } else { ConfigContent::Bytes(&bytes) };
        self.pass_config(path, member, content);
    }

    fn pass_config(&mut self, path: &str, member: &Member, content: ConfigContent<'_>) {
        self.opener.sink.config(ConfigMember { path, content, mode: member.mode });
    }

    fn item<'p>(&self, path: &'p str, member: &Member, wanted: Wanted) -> Item<'p> {
        let (is_log, mac, rotation) = match wanted {
            Wanted::Log(mac, rotation) => (true, Some(mac), rotation),
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

/// Reads a configuration file: one byte more than the limit, to detect a larger one. The bytes may contain
/// keys, so they are wiped when dropped.
fn config_bytes(content: &mut dyn Read, member: &Member) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(member.size.min(CONFIG_BYTES) as usize + 1));
    // `Guarded` keeps the fault.
    let _ = content.take(CONFIG_BYTES + 1).read_to_end(&mut bytes);
    bytes
}

/// The fault that an error in reading a plain file means.
pub(super) fn read_fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Fault::new(ProblemKind::ChangedWhileRead, SHORTER),
        _ => Fault::new(ProblemKind::of(error), error),
    }
}

pub(super) const SHORTER: &str = "became shorter while it was read; what was left was read";
