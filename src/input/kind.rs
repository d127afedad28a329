//! Detects the kind of a file by its first bytes: the table of compressions and archives.
//!
//! A new compression needs
//!
//! | what | who asks for it |
//! |---|---|
//! | a variant of [`Compression`] | the compiler |
//! | its decoder: a crate in `Cargo.toml` (also for the tests), a variant of `Decoder` and its arms in `decompress.rs`. It reads all members as one stream, returns what came before a fault, and an early end is an error | the compiler, and `tests/input/compressed.rs` |
//! | its row in [`FILE_FORMATS`] instead of the one that calls it unsupported | the compiler, and a test of this file |
//! | in that row, the endings of compressed logs, from which the age of a log is read | a test of this file |
//! | in that row, the short endings of compressed tar archives, as `tgz`; `tar.gz` is known without | nobody |
//! | an encoder in `tests/input/sink.rs`, with which logs and archives are cut and damaged, and the offset of a byte of its checksum in `tests/input/compressed.rs` | these tests |
//! | another compression as the unsupported one of the tests, if they use this one | these tests |
//! | the new crate in `fuzz/Cargo.lock` | `.ci/run` |
//! | its name in `README.md` | nobody |
//!
//! "Nobody" means that nothing fails if it is forgotten.
//!
//! A new archive needs a variant of [`FileKind`], its row, an arm in `open.rs`, which the compiler asks for, and a file
//! that lists its members, as `tar.rs` does. Add it to `of_each_kind` of `tests/input/archives.rs`, too: no test fails
//! if that is forgotten.

use encoding_rs::Encoding;

use super::utf16::without_mark;

/// How many bytes are needed to detect a file's kind: the length of a tar header.
pub(super) const SNIFFED: usize = 512;

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Text, or anything else that is neither compressed nor an archive.
    Plain,
    /// Text in UTF-16, recognized by its byte order mark.
    Utf16,
    /// Text in UTF-16 without a mark, of this byte order.
    Utf16WithoutMark(&'static Encoding),
    Compressed(Compression),
    Tar,
    Zip,
    /// A file of records, which `phonecert digest` wrote.
    Records,
    /// A compression or an archive that is not supported, with its name for messages.
    Unsupported(&'static str),
}

/// A supported compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
}

/// A compression or an archive.
struct FileFormat {
    kind: FileKind,
    /// Its first bytes, of which any one suffices.
    magic: &'static [&'static [u8]],
    /// Endings of archives, and of files that can't be read. Of a compression, only short forms such as `tgz`: of
    /// `tar.gz`, the ending of `log_endings` is taken off first.
    endings: &'static [&'static str],
    /// The endings that a supported compression adds to a log's name, as in `0004f2a1b2c3-app.log.2.gz`, the usual
    /// one first.
    log_endings: &'static [&'static str],
}

const fn format(
    kind: FileKind,
    magic: &'static [&'static [u8]],
    endings: &'static [&'static str],
    log_endings: &'static [&'static str],
) -> FileFormat {
    FileFormat { kind, magic, endings, log_endings }
}

/// All formats, in the order in which they are tried.
static FILE_FORMATS: &[FileFormat] = &[
    format(FileKind::Records, &[b"PCREC\0"], &[], &[]),
    format(FileKind::Utf16, &[b"\xFF\xFE", b"\xFE\xFF"], &[], &[]),
    format(FileKind::Compressed(Compression::Gzip), &[b"\x1F\x8B\x08"], &["tgz", "taz"], &["gz", "gzip"]),
    format(
        FileKind::Compressed(Compression::Zstd),
        &[b"\x28\xB5\x2F\xFD", b"\x50\x2A\x4D\x18"],
        &["tzst"],
        &["zst", "zstd"],
    ),
    format(FileKind::Compressed(Compression::Xz), &[b"\xFD7zXZ\0"], &["txz"], &["xz"]),
    format(
        FileKind::Compressed(Compression::Bzip2),
        &[b"BZh"],
        &["tbz2", "tbz", "tb2"],
        &["bz2", "bz", "bzip2"],
    ),
    // A tar header has no magic bytes at its beginning; see `is_tar_header`.
    format(FileKind::Tar, &[], &["tar"], &[]),
    format(FileKind::Zip, &[b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04"], &["zip", "zipx"], &[]),
    format(FileKind::Unsupported("a 7-Zip archive"), &[b"7z\xBC\xAF\x27\x1C"], &["7z"], &[]),
    format(FileKind::Unsupported("a RAR archive"), &[b"Rar!\x1A\x07"], &["rar"], &[]),
    format(FileKind::Unsupported("an LZMA file"), &[b"\x5D\0\0"], &["lzma", "tlz"], &[]),
    format(FileKind::Unsupported("a Brotli file"), &[], &["br"], &[]),
    format(FileKind::Unsupported("an LZ4 file"), &[b"\x04\x22\x4D\x18"], &["lz4"], &[]),
    format(FileKind::Unsupported("an lzip file"), &[b"LZIP"], &["lz"], &[]),
    format(FileKind::Unsupported("a compress (.Z) file"), &[b"\x1F\x9D"], &["z"], &[]),
    format(FileKind::Unsupported("a Cabinet archive"), &[b"MSCF\0\0\0\0"], &["cab"], &[]),
];

impl FileKind {
    /// The kind of a file that begins with these bytes.
    pub(super) fn of(begin: &[u8]) -> Self {
        match format_of(begin) {
            Some(format) => format.kind,
            None if is_tar_header(begin) => Self::Tar,
            None => without_mark(begin).map_or(Self::Plain, Self::Utf16WithoutMark),
        }
    }

    /// The kind of a file whose name is not a log's. If the first bytes match no format, an archive's ending
    /// decides, so that a damaged archive is not read as one log.
    pub(super) fn of_named(begin: &[u8], base: &[u8]) -> Self {
        match Self::of(begin) {
            Self::Plain if begin.is_empty() => Self::Plain,
            Self::Plain => match kind_by_ending(base) {
                // Only a compressed archive has such an ending.
                Some(Self::Compressed(_)) => Self::Tar,
                kind => kind.unwrap_or(Self::Plain),
            },
            kind => kind,
        }
    }
}

/// Whether a name has the ending of a supported archive.
pub(super) fn is_archive_name(base: &[u8]) -> bool {
    kind_by_ending(base).is_some_and(|kind| !matches!(kind, FileKind::Unsupported(_)))
}

/// The name of the unsupported format that a file's ending shows.
pub(super) fn unsupported_name(base: &[u8]) -> Option<&'static str> {
    if let Some(FileKind::Unsupported(name)) = kind_by_ending(base) { Some(name) } else { None }
}

/// The endings of supported archives and compressed logs, without dots: `tar`, `gz`.
pub(crate) fn packed_endings() -> impl Iterator<Item = &'static str> {
    let supported = FILE_FORMATS.iter().filter(|format| !matches!(format.kind, FileKind::Unsupported(_)));
    supported.flat_map(|format| format.endings.iter().chain(format.log_endings)).copied()
}

/// Whether this word is the ending of a compressed file, ignoring case.
pub(super) fn is_compression_ending(word: &[u8]) -> bool {
    let is_it = |ending: &&str| ending.as_bytes().eq_ignore_ascii_case(word);
    FILE_FORMATS.iter().any(|format| format.log_endings.iter().any(is_it))
}

/// The compression of a file that begins with these bytes, by its usual file name ending.
pub(crate) fn compression_of(begin: &[u8]) -> Option<&'static str> {
    format_of(begin)?.log_endings.first().copied()
}

/// The format whose files begin with these bytes.
fn format_of(begin: &[u8]) -> Option<&'static FileFormat> {
    FILE_FORMATS.iter().find(|format| format.magic.iter().any(|magic| begin.starts_with(magic)))
}

/// The usual file name ending of each supported compression: `gz`. The tests compress logs with each of them.
pub fn compressions() -> impl Iterator<Item = &'static str> {
    FILE_FORMATS.iter().filter_map(|format| format.log_endings.first().copied())
}

fn kind_by_ending(base: &[u8]) -> Option<FileKind> {
    up_to_ending(base).map(|(kind, _)| kind)
}

/// The format whose ending a name has, and the name up to this ending: `logs.zip` of `logs.zip.1`.
pub(super) fn up_to_ending(base: &[u8]) -> Option<(FileKind, &[u8])> {
    let names = std::iter::successors(Some(base), |name| without_suffix(name));
    // Most names are those of logs, which have no ending of an archive.
    names.take(MAX_SUFFIXES).take_while(|name| !has_ending(name, "log")).find_map(|name| {
        let word = &name[memchr::memrchr(b'.', name)? + 1..];
        let is_ending = |ending: &&str| word.eq_ignore_ascii_case(ending.as_bytes());
        let format = FILE_FORMATS.iter().find(|format| format.endings.iter().any(is_ending))?;
        Some((format.kind, name))
    })
}

/// A date with a time has at most six numbers. In an archive, a name can have any length.
const MAX_SUFFIXES: usize = 8;

/// Words after the ending of an archive that was rotated or copied; `t` and `z` are those of a date with a time.
const SUFFIXES: [&[u8]; 9] = [b"old", b"orig", b"prev", b"copy", b"kopie", b"copie", b"copia", b"t", b"z"];

/// A name without the last suffix that rotation, a download or copying added: `logs.tar` of `logs.tar.1`,
/// `logs.tar-20160301`, `logs.tar.gz`, `logs.tar.old`, `logs.tar~`, `logs.tar (1)` and `logs.tar - Copy`. None if it
/// has no such suffix, or if it is the name of a piece of a split archive.
fn without_suffix(name: &[u8]) -> Option<&[u8]> {
    if let Some(name) = name.strip_suffix(b"~") {
        return Some(name);
    }
    let rest = name.strip_suffix(b")").unwrap_or(name);
    let word_at = rest.iter().rposition(|byte| !byte.is_ascii_alphanumeric())? + 1;
    let (rest, word) = rest.split_at(word_at);
    let is_known = |part: &[u8]| {
        part[0].is_ascii_digit() || SUFFIXES.iter().any(|suffix| suffix.eq_ignore_ascii_case(part))
    };
    let mut parts = word.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    let is_suffix = !word.is_empty() && parts.all(is_known) && !is_piece_number(word);
    let end = rest.iter().rposition(|byte| !b".-_~( ".contains(byte))? + 1;
    (is_suffix || is_compression_ending(word)).then_some(&rest[..end])
}

/// Whether this is the ending of a piece of a split archive: `logs.zip.001`.
fn is_piece_number(word: &[u8]) -> bool {
    matches!(word, [b'0', b'0'..=b'9', b'0'..=b'9'])
}

/// Whether this is the name of a piece of a split archive: `logs.zip.001`, `logs.tgz.aa`, `logs.z01`, `logs.r00`.
pub(super) fn is_archive_piece(base: &[u8]) -> bool {
    let Some(dot) = memchr::memrchr(b'.', base) else { return false };
    match &base[dot + 1..].to_ascii_lowercase()[..] {
        [b'z' | b'r', b'0'..=b'9', b'0'..=b'9'] => dot > 0,
        [b'a', b'a'..=b'z'] => kind_by_ending(&base[..dot]).is_some(),
        word => is_piece_number(word) && kind_by_ending(&base[..dot]).is_some(),
    }
}

/// Whether a name ends with a dot and this ending, ignoring case.
pub(super) fn has_ending(name: &[u8], ending: &str) -> bool {
    let Some(at) = name.len().checked_sub(ending.len() + 1) else { return false };
    name[at] == b'.' && name[at + 1..].eq_ignore_ascii_case(ending.as_bytes())
}

/// Whether these bytes are a tar header: it has a valid checksum, as every form of header must; or it has the
/// magic of the newer forms, so that an archive with a damaged first header is recognized too. That magic has a
/// NUL, so it can't be part of a text.
fn is_tar_header(begin: &[u8]) -> bool {
    let Some(header) = begin.first_chunk::<SNIFFED>() else { return false };
    let mark = &header[257..265];
    let has_mark = mark.starts_with(b"ustar\0") || mark == b"ustar  \0";
    has_mark || header[0] != 0 && declared_sum(header).is_some_and(|declared| declared == sum_of(header))
}

/// The checksum that a tar header declares: octal digits between blanks or NUL bytes. Most texts have none at
/// this offset, so the sum need not be computed.
fn declared_sum(header: &[u8; SNIFFED]) -> Option<u64> {
    let field = &header[148..156];
    if !matches!(field[0], b'0'..=b'7' | b' ' | 0) {
        return None;
    }
    let field = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(field.trim_matches([' ', '\0']), 8).ok()
}

/// The checksum of a tar header: the sum of all bytes, with its own field counted as blanks.
fn sum_of(header: &[u8; SNIFFED]) -> u64 {
    let bytes = header[..148].iter().chain(&header[156..]);
    bytes.map(|&byte| u64::from(byte)).sum::<u64>() + 8 * u64::from(b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_known_by_its_bytes_and_its_names() {
        for FileFormat { kind, magic, endings, log_endings } in FILE_FORMATS {
            assert_eq!(
                log_endings.is_empty(),
                !matches!(kind, FileKind::Compressed(_)),
                "endings added by {kind:?}"
            );
            for magic in *magic {
                assert_eq!(FileKind::of(magic), *kind, "{magic:?}");
                assert_eq!(FileKind::of(&magic[..magic.len() - 1]), FileKind::Plain, "{magic:?}");
            }
            for ending in *endings {
                let name = format!("site.{}", ending.to_uppercase());
                assert_eq!(kind_by_ending(name.as_bytes()), Some(*kind));
                assert_eq!(kind_by_ending(ending.as_bytes()), None, "{ending} alone");
            }
        }
        assert!(is_archive_name(b"site.tgz") && unsupported_name(b"site.tgz").is_none());
        assert!(!is_archive_name(b"site.rar") && unsupported_name(b"site.rar").is_some());
    }

    #[test]
    fn an_archive_with_a_suffix() {
        for name in [
            "logs.tar.gz.1",
            "logs.tgz.2",
            "logs.tar.1.gz",
            "logs.tar.gz-20160301",
            "logs.tar-20160301.bz2",
            "logs.tar.gz.2016-03-01T01-02-03Z",
            "logs.zip.old",
            "logs.ZIP.Old",
            "logs.zip~",
            "logs.zip.~1~",
            "logs.zip (1)",
            "logs.tar (1).gz",
            "logs.zip(2)",
            "logs.zip - Copy",
            "logs.zip - Copy (2)",
            "logs.zip_1",
            "logs.zip.10",
            "logs.zip.gz",
            "logs.tar.bz2.1",
        ] {
            assert!(is_archive_name(name.as_bytes()) && !is_archive_piece(name.as_bytes()), "{name}");
        }
        for name in [
            "logs.zip.md5",
            "logs.zip.bak",
            "logs.zip_",
            "logs.zip.1.txt",
            "logszip.1",
            "logs.gz.1",
            "zip.1",
            ".1",
            "logs.zip.001",
            "logs.tgz.aa",
            "0004f2a1b2c3-app.log.1.gz",
            "",
            "~",
            ")",
            "1",
        ] {
            assert!(!is_archive_name(name.as_bytes()), "{name}");
        }
        assert_eq!(unsupported_name(b"logs.7z.1"), unsupported_name(b"logs.7z"));
        for name in ["a.zip.001", "a.7z.010", "a.tar.gz.ab", "a.Z01", "a.r00"] {
            assert!(is_archive_piece(name.as_bytes()), "{name}");
        }
        for name in ["a.zip.1", "a.zip.0001", "a.log.001", "a.b.aa", ".z01", "a.z", "a.z1", "a.zip.ba", "001"]
        {
            assert!(!is_archive_piece(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_text_is_no_tar_header() {
        assert_eq!(FileKind::of(&[b'0'; SNIFFED]), FileKind::Plain);
        assert_eq!(FileKind::of(&[0; SNIFFED]), FileKind::Plain);
        let mut marked = [b'x'; SNIFFED];
        marked[257..263].copy_from_slice(b"ustar ");
        assert_eq!(FileKind::of(&marked), FileKind::Plain, "in a text there is no NUL");
        marked[257..265].copy_from_slice(b"ustar  \0");
        assert_eq!(FileKind::of(&marked), FileKind::Tar);
    }

    #[test]
    fn the_ending_decides_if_the_bytes_are_of_no_format() {
        assert_eq!(FileKind::of_named(b"x", b"a.tar.gz"), FileKind::Tar);
        assert_eq!(FileKind::of_named(b"x", b"a.zip"), FileKind::Zip);
        assert_eq!(FileKind::of_named(b"x", b"a.br"), FileKind::Unsupported("a Brotli file"));
        assert_eq!(FileKind::of_named(b"", b"a.tar"), FileKind::Plain);
        assert_eq!(FileKind::of_named(b"\x1F\x8B\x08", b"a.zip"), FileKind::Compressed(Compression::Gzip));
    }
}
