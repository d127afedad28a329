//! Reads the content of a file: a log, a compressed log or an archive of logs, at any nesting. All recursion is
//! here; the readers of archives only list members.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use tempfile::SpooledTempFile;

use zeroize::Zeroizing;

use super::archive::{
    Member, MemberKind, MemberUse, Visitor, base_name, begins_like_binary, begins_like_xml, log_directory,
    plain_path,
};
use super::buffers::{Buffers, WHOLE};
use super::decompress::{BLOCK, Decoder, read_ahead};
use super::kind::{Compression, FileKind, SNIFFED, is_archive_name};
use super::limits::{Budget, Fault, LimitedStream, MAX_CONFIG_BYTES, MAX_NESTING, fill, too_long};
use super::log_name::{is_apple_double, log_mac, rotation};
use super::other_files::SkipReason;
use super::system::{read_at, shown};
use super::utf16::{decoded, decoded_from};
use super::{Bytes, ConfigContent, ConfigMember, LogName, LogSink, NOT_PLAIN, tar, zip};
use crate::model::Mac;
use crate::problem::ProblemKind;
use crate::sentence::sentence;

/// A zip archive that comes as a stream is buffered in memory up to this size in bytes, and in a temporary
/// file above it.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// The largest zip archive that is read from a stream, in bytes.
const MAX_ZIP_BYTES: u64 = 8 << 30;

/// A file or a member before it is read.
pub(super) struct Item {
    /// What is known of it if it is a log.
    pub(super) log: LogName,
    /// Whether it is read as a log unless it is an archive: its name is a log's, or the user named it.
    pub(super) is_log: bool,
    /// How many archives it is nested in.
    pub(super) depth: u8,
    /// The phone in whose log directory it is: what it contains is of that log.
    pub(super) log_of: Option<Mac>,
}

/// Reads a file from its beginning to its end, whatever number of bytes a sink may read of it.
impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Whole(bytes) => bytes.read(buffer),
            Self::File(file, _) => file.read(buffer),
            Self::Stream(stream) => stream.read(buffer),
        }
    }
}

/// Reads one file and everything nested in it.
pub(super) struct Opener<'o> {
    pub(super) budget: &'o Budget,
    /// Whether configuration files in archives are wanted.
    pub(super) configs: bool,
    pub(super) buffers: &'o mut Buffers,
    pub(super) sink: &'o mut dyn LogSink,
    /// A log was found in an archive.
    pub(super) has_log: bool,
}

impl Opener<'_> {
    /// Reads `input` and reports a fault to the sink.
    pub(super) fn read(&mut self, item: &Item, input: Bytes<'_>) {
        if let Err(fault) = self.open(item, input, 0) {
            self.sink.problem(fault.at(&item.log.path));
        }
    }

    /// Reads `input`, which was already decompressed this many times, until its end or a fault.
    pub(super) fn open(&mut self, item: &Item, input: Bytes<'_>, compressions: u8) -> Result<(), Fault> {
        let mut sniffed = [0; SNIFFED];
        let mut whole;
        let (begin, input) = match input {
            Bytes::Whole(bytes) => (&bytes[..bytes.len().min(SNIFFED)], Bytes::Whole(bytes)),
            Bytes::File(file, size) => {
                let length = read_at(file, &mut sniffed, 0).map_err(read_fault)?;
                (&sniffed[..length], Bytes::File(file, size))
            }
            Bytes::Stream(stream) => {
                let length = fill(stream, &mut sniffed).map_err(read_fault)?;
                whole = Cursor::new(&sniffed[..length]).chain(stream);
                (&sniffed[..length], Bytes::Stream(&mut whole))
            }
        };
        let kind = match item.log.named_like_log {
            true => FileKind::of(begin),
            false => FileKind::of_named(begin, base_name(item.log.path.as_bytes())),
        };
        match kind {
            // Mostly, the disk was full when it was written.
            FileKind::Plain
                if begin.is_empty()
                    && !item.log.named_like_log
                    && is_archive_name(base_name(item.log.path.as_bytes())) =>
            {
                Err(Fault::new(ProblemKind::TruncatedArchive, "the archive is empty"))
            }
            FileKind::Plain => self.log(item, input),
            FileKind::Utf16 => self.log_stream(item, &mut decoded(input)),
            FileKind::Utf16WithoutMark(encoding) => self.log_stream(item, &mut decoded_from(input, encoding)),
            FileKind::Compressed(compression) if compressions < MAX_NESTING => {
                self.decompress(item, compression, input, compressions + 1)
            }
            FileKind::Tar | FileKind::Zip if item.depth < MAX_NESTING => self.archive(item, kind, input),
            FileKind::Records if item.is_log => Err(Fault::new(
                ProblemKind::NotALog,
                "is a file of records, not a log; `phonecert scan --records` reads it",
            )),
            FileKind::Records => Ok(()),
            FileKind::Unsupported(name) => Err(Fault::new(
                ProblemKind::UnsupportedCompression,
                format!("is {name}, which can't be read; unpack it first"),
            )),
            FileKind::Compressed(_) | FileKind::Tar | FileKind::Zip => Err(Fault::new(
                ProblemKind::LimitExceeded,
                "nested too deep: an archive inside an archive is read, but not one inside that",
            )),
        }
    }

    fn decompress(
        &mut self,
        item: &Item,
        compression: Compression,
        input: Bytes<'_>,
        compressions: u8,
    ) -> Result<(), Fault> {
        let result = match input {
            Bytes::File(file, _) => Decoder::new(compression, BufReader::with_capacity(BLOCK, file))
                .and_then(|decoder| read_ahead(decoder, |stream| self.unpacked(item, stream, compressions))),
            Bytes::Whole(bytes) => Decoder::new(compression, bytes)
                .map(|mut decoder| self.unpacked(item, &mut decoder, compressions)),
            Bytes::Stream(stream) => Decoder::new(compression, BufReader::with_capacity(BLOCK / 4, stream))
                .map(|mut decoder| self.unpacked(item, &mut decoder, compressions)),
        };
        result.map_err(Fault::of)?
    }

    fn unpacked(&mut self, item: &Item, stream: &mut dyn Read, compressions: u8) -> Result<(), Fault> {
        let mut limited = LimitedStream::new(stream, Some(self.budget));
        let result = self.open(item, Bytes::Stream(&mut limited), compressions);
        // A fault of the compression also causes faults in the content, so the first is the one to report.
        limited.fault.take().map_or(result, Err)
    }

    fn archive(&mut self, item: &Item, kind: FileKind, input: Bytes<'_>) -> Result<(), Fault> {
        let mut visitor = Members::new(self, item);
        let result = match (kind, input) {
            (FileKind::Tar, file @ Bytes::File(..)) => {
                tar::visit(&mut BufReader::with_capacity(BLOCK, file), &mut visitor)
            }
            (FileKind::Tar, mut input) => tar::visit(&mut input, &mut visitor),
            (_, Bytes::Whole(bytes)) => zip::visit(&mut Cursor::new(bytes), &mut visitor),
            (_, Bytes::File(file, _)) => zip::visit(&mut BufReader::new(file), &mut visitor),
            (_, Bytes::Stream(stream)) => {
                seekable(stream).and_then(|mut kept| zip::visit(&mut kept, &mut visitor))
            }
        };
        visitor.finish(result)
    }

    fn log(&mut self, item: &Item, input: Bytes<'_>) -> Result<(), Fault> {
        match input {
            Bytes::Whole(_) => self.pass_to_sink(item, input),
            Bytes::File(file, size) => {
                let most = self.budget.log_bytes();
                self.pass_to_sink(item, Bytes::File(file, size.min(most)))?;
                if size > most { Err(too_long(most)) } else { Ok(()) }
            }
            Bytes::Stream(stream) => self.log_stream(item, stream),
        }
    }

    /// Reads a log from a stream, up to the limit of a log's length.
    fn log_stream(&mut self, item: &Item, stream: &mut dyn Read) -> Result<(), Fault> {
        let most = self.budget.log_bytes();
        let mut limited = stream.take(most);
        self.filled(&mut limited, |opener, content| opener.pass_to_sink(item, content))?;
        let is_longer =
            limited.limit() == 0 && limited.into_inner().read(&mut [0]).is_ok_and(|length| length > 0);
        if is_longer { Err(too_long(most)) } else { Ok(()) }
    }

    /// Passes the content of a stream on: in one piece if it is small, else as a stream.
    fn filled(
        &mut self,
        stream: &mut dyn Read,
        pass: impl FnOnce(&mut Self, Bytes<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut buffer = self.buffers.take();
        let result = match fill(stream, &mut buffer) {
            Ok(length) if length < WHOLE => pass(self, Bytes::Whole(&buffer[..length])),
            Ok(_) => pass(self, Bytes::Stream(&mut (&buffer[..]).chain(stream))),
            Err(error) => Err(read_fault(error)),
        };
        self.buffers.return_buffer(buffer);
        result
    }

    fn pass_to_sink(&mut self, item: &Item, content: Bytes<'_>) -> Result<(), Fault> {
        if !item.is_log {
            return Ok(());
        }
        self.sink.log(item.log.clone(), content).map_err(read_fault)
    }
}

/// A zip archive that comes as a stream.
fn seekable(stream: &mut dyn Read) -> Result<SpooledTempFile, Fault> {
    let mut kept = SpooledTempFile::new(IN_MEMORY);
    let result = io::copy(&mut stream.take(MAX_ZIP_BYTES + 1), &mut kept)
        .and_then(|length| kept.seek(SeekFrom::Start(0)).map(|_| length));
    match result {
        Ok(length) if length > MAX_ZIP_BYTES => {
            let message = format!("a zip archive in a stream has more than {MAX_ZIP_BYTES} bytes");
            Err(Fault::new(ProblemKind::LimitExceeded, message))
        }
        Ok(_) => Ok(kept),
        Err(error) => {
            let message = sentence!["can't be kept in a temporary file: ", &error];
            Err(Fault::new(ProblemKind::Unreadable, message))
        }
    }
}

/// Opens the members of an archive in the order in which they are listed.
struct Members<'v, 'o> {
    opener: &'v mut Opener<'o>,
    archive: &'v Item,
    /// A log was found before, outside of this archive.
    had_log: bool,
    /// The logs and archives that were read, by [`Self::key`].
    read: HashSet<u64>,
    /// The links that are named like a log or an archive: their paths as reports show them, and the keys of what they
    /// lead to.
    links: Vec<(String, Option<u64>)>,
}

impl Visitor for Members<'_, '_> {
    fn select(&mut self, member: &Member) -> Result<Option<MemberUse>, Fault> {
        self.opener.budget.count_member()?;
        if member.kind == MemberKind::Directory || is_apple_double(base_name(&member.name)) {
            return Ok(None);
        }
        let base = base_name(&member.name);
        if let Some(kind) = SkipReason::of(base) {
            self.opener.sink.skipped(kind, &self.path(member));
            return Ok(None);
        }
        let wanted = MemberUse::of(&member.name, self.archive.log_of, self.opener.configs);
        self.opener.has_log |= matches!(wanted, Some(MemberUse::Log(..)));
        if member.kind == MemberKind::File {
            if matches!(wanted, None | Some(MemberUse::MaybeConfig))
                && let Some(kind) = SkipReason::of_unnamed(base)
            {
                self.opener.sink.skipped(kind, &self.path(member));
            }
            return Ok(wanted);
        }
        let path = self.path(member);
        match wanted {
            Some(wanted @ (MemberUse::Log(..) | MemberUse::Archive)) => {
                // A symbolic link can come before its target.
                self.links.push((path, member.link.as_deref().map(|target| Self::key(wanted, target))));
            }
            Some(MemberUse::Config | MemberUse::MaybeConfig | MemberUse::PrivateKey) => {
                // It is a problem only if a phone reads it.
                self.pass_config(&path, member, ConfigContent::NotPlain)?;
            }
            None => {}
        }
        Ok(None)
    }

    fn visit(&mut self, member: &Member, wanted: MemberUse, content: Result<&mut dyn Read, Fault>) -> bool {
        let path = self.path(member);
        let budget = self.opener.budget;
        let result = match content {
            // The name does not show that the member concerns phones, so its fault is not reported.
            Err(_) if wanted == MemberUse::MaybeConfig => Ok(()),
            Err(fault) => Err(fault),
            Ok(content) => {
                self.read.extend(plain_path(&member.name).map(|name| Self::key(wanted, &name)));
                let mut content = LimitedStream::new(content, member.is_decompressed.then_some(budget));
                let result = match wanted {
                    MemberUse::Config | MemberUse::MaybeConfig => {
                        self.config(&path, member, wanted, &mut content)
                    }
                    MemberUse::PrivateKey => self.pass_config(&path, member, ConfigContent::PrivateKey),
                    MemberUse::Log(mac, rotation) => {
                        let log = LogName::new(&*path, Some(mac), rotation, true);
                        self.open(log, member, &mut content)
                    }
                    MemberUse::Archive => {
                        let base = base_name(&member.name);
                        let mac = log_mac(base);
                        let log = LogName::new(&*path, mac, rotation(base), mac.is_some());
                        self.open(log, member, &mut content)
                    }
                };
                content.fault.take().map_or(result, Err)
            }
        };
        if let Err(fault) = result {
            self.opener.sink.problem(fault.at(&path));
        }
        !budget.is_exhausted()
    }
}

impl<'v, 'o> Members<'v, 'o> {
    fn new(opener: &'v mut Opener<'o>, archive: &'v Item) -> Self {
        let had_log = std::mem::take(&mut opener.has_log);
        Self { opener, archive, had_log, read: HashSet::new(), links: Vec::new() }
    }

    /// Identifies a member by its path and, if it is a log, its phone: a link can give a log another phone's name.
    fn key(wanted: MemberUse, path: &[u8]) -> u64 {
        let mac = if let MemberUse::Log(mac, _) = wanted { Some(mac) } else { None };
        let mut hasher = DefaultHasher::new();
        (mac, path).hash(&mut hasher);
        hasher.finish()
    }

    /// Ends the archive. One that is named like a log must have a log in it.
    fn finish(mut self, result: Result<(), Fault>) -> Result<(), Fault> {
        self.report_links();
        let has_log = self.opener.has_log;
        self.opener.has_log |= self.had_log;
        if result.is_ok() && self.archive.log.named_like_log && !has_log {
            let message = "is an archive in which no file is named like a phone's log";
            return Err(Fault::new(ProblemKind::Unreadable, message));
        }
        result
    }

    /// Reports the links that lead to nothing that was read, after all members. Other links are second names of what was
    /// read: backups with hard links (`cp -al`, rsnapshot) have hundreds of them.
    fn report_links(&mut self) {
        for (path, target) in std::mem::take(&mut self.links) {
            if !target.is_some_and(|target| self.read.contains(&target)) {
                self.opener.sink.problem(Fault::new(ProblemKind::Unreadable, NOT_PLAIN).at(&path));
            }
        }
    }

    /// Opens a log or an archive.
    fn open(&mut self, log: LogName, member: &Member, content: &mut dyn Read) -> Result<(), Fault> {
        let is_log = log.named_like_log;
        let log = LogName { modified: member.modified, size: member.size, ..log };
        let log_of = log_directory(&member.name).or(self.archive.log_of);
        let item = Item { log, is_log, depth: self.archive.depth + 1, log_of };
        self.opener.filled(content, |opener, content| opener.open(&item, content, 0))
    }

    /// Reads a file that is a configuration file by its name, or that a master file may list.
    fn config(
        &mut self,
        path: &str,
        member: &Member,
        wanted: MemberUse,
        content: &mut LimitedStream<'_, &mut dyn Read>,
    ) -> Result<(), Fault> {
        if member.size > MAX_CONFIG_BYTES {
            return self.pass_config(path, member, ConfigContent::TooLarge);
        }
        let mut begin = [0; SNIFFED];
        // `LimitedStream` returns no errors, here and below: it ends the stream at a fault and keeps the fault.
        let length = fill(content, &mut begin).unwrap_or(0);
        let begin = &begin[..length];
        let is_xml = begins_like_xml(begin);
        // If a master file lists a file that is not text, the report says what it is.
        if wanted == MemberUse::MaybeConfig && !is_xml && begins_like_binary(begin) {
            return self.pass_config(path, member, ConfigContent::Bytes(begin));
        }
        // The bytes may contain keys, so they are wiped when dropped.
        let mut bytes = Zeroizing::new(Vec::with_capacity(member.size as usize + 1));
        // One byte more than the limit, to detect a larger file.
        let _ = begin.chain(&mut *content).take(MAX_CONFIG_BYTES + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > MAX_CONFIG_BYTES {
            return self.pass_config(path, member, ConfigContent::TooLarge);
        }
        if (is_xml || wanted == MemberUse::Config) && !self.opener.budget.take_config(bytes.len() as u64) {
            let message = "the archive has too many configuration files; this one was not read";
            return Err(Fault::new(ProblemKind::LimitExceeded, message));
        }
        // The file itself is whole, so what is wrong with its rest here is not a fault of it.
        if let Some(fault) = &content.fault {
            self.pass_damaged(path, member, &bytes, (fault.kind, &fault.message.to_string()));
            return Ok(());
        }
        if (bytes.len() as u64) < member.size {
            // The stream around the archive ends here.
            let (kind, why) = (ProblemKind::TruncatedArchive, "the archive ends too early");
            self.pass_damaged(path, member, &bytes, (kind, why));
            return Err(Fault::new(kind, why));
        }
        self.pass_config(path, member, ConfigContent::Bytes(&bytes))
    }

    fn pass_damaged(&mut self, path: &str, member: &Member, bytes: &[u8], damage: (ProblemKind, &str)) {
        let (content, damage) = (ConfigContent::Bytes(bytes), Some(damage));
        self.opener.sink.config(ConfigMember { path, content, mode: member.mode, damage });
    }

    fn pass_config(&mut self, path: &str, member: &Member, content: ConfigContent<'_>) -> Result<(), Fault> {
        self.opener.sink.config(ConfigMember { path, content, mode: member.mode, damage: None });
        Ok(())
    }

    fn path(&self, member: &Member) -> String {
        format!(
            "{}!/{}",
            self.archive.log.path,
            shown(&member.name).trim_start_matches("./").trim_start_matches('/')
        )
    }
}

/// The fault that an error in reading a plain file means.
pub(super) fn read_fault(error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Fault::new(ProblemKind::ChangedWhileRead, SHORTER),
        _ => Fault::new(ProblemKind::from_error(&error), &error),
    }
}

pub(super) const SHORTER: &str = "became shorter while it was read; only the remaining part was read";
