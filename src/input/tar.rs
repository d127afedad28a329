//! Lists the members of a tar archive in a stream.

use std::cell::Cell;
use std::io::{self, Read};

use super::archive::{Member, MemberKind, Visitor, plain_path, target_of};
use super::kind::SNIFFED;
use super::limits::{Fault, fill};
use crate::problem::ProblemKind;
use crate::sentence::sentence;

/// The most bytes between the contents of two members: headers, padding, and long names, which are kept in
/// memory.
const MAX_GAP: u64 = 16 * 1024 * 1024;

/// Where a header has the type of its member.
const TYPE_AT: usize = 156;

/// Visits the members of a tar archive, or of several concatenated ones, until the end or a fault: nothing after a
/// damaged header can be read.
pub(super) fn visit(stream: &mut dyn Read, visitor: &mut dyn Visitor) -> Result<(), Fault> {
    let mut begin = [0; SNIFFED];
    let length = match fill(stream, &mut begin).map_err(fault_of)? {
        // The header of a volume label (`tar -V`) has no content and no size, which the crate does not accept.
        SNIFFED if begin[TYPE_AT] == b'V' => 0,
        length => length,
    };
    let stream = &mut begin[..length].chain(stream);
    let end = Cell::new(MAX_GAP);
    let mut archive = tar::Archive::new(GapLimited { inner: stream, at: 0, end: &end });
    archive.set_ignore_zeros(true);
    for entry in archive.entries().map_err(fault_of)? {
        let mut entry = entry.map_err(fault_of)?;
        let sparse = sparse_name(&mut entry);
        let header = entry.header();
        let kind = header.entry_type();
        let next = entry.raw_file_position().saturating_add(entry.size()).saturating_add(MAX_GAP);
        let member = Member {
            kind: match () {
                () if sparse.is_some() => MemberKind::Other,
                () if kind.is_dir() => MemberKind::Directory,
                () if kind.is_file() || kind.is_contiguous() => MemberKind::File,
                () => MemberKind::Other,
            },
            name: sparse.unwrap_or_else(|| entry.path_bytes().into_owned()),
            size: entry.size(),
            modified: header.mtime().ok().and_then(|seconds| i64::try_from(seconds).ok()),
            mode: header.mode().ok(),
            link: entry.link_name_bytes().and_then(|target| match kind {
                tar::EntryType::Link => plain_path(&target),
                tar::EntryType::Symlink => target_of(&entry.path_bytes(), &target),
                _ => None,
            }),
            is_decompressed: false,
        };
        if let Some(wanted) = visitor.select(&member)? {
            end.set(u64::MAX);
            if !visitor.visit(&member, wanted, Ok(&mut entry)) {
                return Ok(());
            }
        }
        end.set(next);
    }
    Ok(())
}

/// The name of a sparse file in the form of POSIX: a plain member whose extended header says where the holes are, or
/// that its content begins with a map of them. None for other members.
fn sparse_name<R: Read>(entry: &mut tar::Entry<'_, R>) -> Option<Vec<u8>> {
    let (mut is_sparse, mut name) = (false, None);
    // The header was read already; a fault in it is an error of the entry.
    for field in entry.pax_extensions().ok()??.flatten() {
        is_sparse |= field.key_bytes().starts_with(b"GNU.sparse.");
        if field.key_bytes() == b"GNU.sparse.name" {
            name = Some(field.value_bytes().to_vec());
        }
    }
    is_sparse.then(|| name.unwrap_or_else(|| entry.path_bytes().into_owned()))
}

/// The stream of an archive. It returns an error if there are too many bytes between two members.
struct GapLimited<'r> {
    inner: &'r mut dyn Read,
    at: u64,
    end: &'r Cell<u64>,
}

impl Read for GapLimited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.get().saturating_sub(self.at);
        if left == 0 {
            let message = format!("more than {MAX_GAP} bytes between two members; the rest was not read");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let length = self.inner.read(&mut buffer[..room])?;
        self.at += length as u64;
        Ok(length)
    }
}

fn fault_of(error: io::Error) -> Fault {
    // The crate wraps errors; only the text of the error says that a header is cut off.
    let words = error.to_string();
    let is_cut = error.kind() == io::ErrorKind::UnexpectedEof
        || ["unexpected EOF", "failed to read entire block"].iter().any(|cut| words.contains(cut));
    match error.kind() {
        io::ErrorKind::FileTooLarge => Fault::new(ProblemKind::LimitExceeded, &error),
        _ if is_cut => Fault::new(ProblemKind::TruncatedArchive, "the archive ends too early"),
        _ => {
            let message = sentence!["the archive is damaged; the rest was not read: ", &error];
            Fault::new(ProblemKind::CorruptArchive, message)
        }
    }
}
