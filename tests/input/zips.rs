//! Zip archives: cut, encrypted, with false names and sizes.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use phonecert::input::Limits;
use phonecert::problem::ProblemKind::{CorruptArchive, TruncatedArchive, Unreadable, UnsupportedCompression};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::sink::{LOG, Tree, limited, log, zip};

const OTHER: &str = "0004f2a1b2c4-app.log";

fn zip_with(members: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// As a program writes to a pipe: lengths and checksums are after the members.
fn streamed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new_stream(Vec::new());
    for (name, content) in members {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Replaces all occurrences of these bytes.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let offsets: Vec<_> = memchr::memmem::find_iter(bytes, from).collect();
    assert!(!offsets.is_empty());
    offsets.into_iter().for_each(|offset| bytes[offset..offset + to.len()].copy_from_slice(to));
}

fn directory_of(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, b"PK\x01\x02").unwrap()
}

#[test]
fn stored_deflated_and_zstandard_small_and_large() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated, CompressionMethod::Zstd] {
        let options = SimpleFileOptions::default().compression_method(method);
        for lines in [20, 10_000] {
            for options in [options, options.large_file(true)] {
                let bytes = zip_with(&[(LOG, &log(lines))], options);
                Tree::with("a.zip", &bytes).read(&["a.zip"]).is_only(&log(lines));
            }
        }
    }
    Tree::with("a.zip", &streamed(&[(LOG, &log(20))])).read(&["a.zip"]).is_only(&log(20));
    assert_eq!(Tree::with("a.zip", &zip::<&str, &str>(&[])).read(&["a.zip"]).problems, []);
}

#[test]
fn the_last_piece_of_a_split_archive() {
    let mut piece = zip(&[(LOG, &log(200))])[60..].to_vec();
    Tree::with("a.zip", &piece).read(&["a.zip"]).has_problem("a.zip", CorruptArchive, "damaged");
    let end = piece.len() - 22;
    piece[end + 4] = 4;
    let taken = Tree::with("a.zip", &piece).read(&["a.zip"]);
    taken.has_problem("a.zip", UnsupportedCompression, "the last piece of a split archive");
}

#[test]
fn without_its_end() {
    let members: [(&str, &[u8]); 3] = [("a/", b""), (LOG, &log(20)), (OTHER, &log(20))];
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for whole in [zip(&members), zip_with(&members, stored), streamed(&members)] {
        let directory = directory_of(&whole);
        for end in [directory, directory + 10, whole.len() - 22] {
            let taken = Tree::with("a.zip", &whole[..end]).read(&["a.zip"]);
            taken.has_problem("a.zip", TruncatedArchive, "the members before that were read");
            assert!(taken.bytes() == [log(20), log(20)].concat());
        }
        let taken = Tree::with("a.zip", &whole[..directory * 2 / 3]).read(&["a.zip"]);
        assert!(taken.problems.iter().any(|problem| problem.path == "a.zip"), "{:?}", taken.problems);
        assert!(taken.logs[0].bytes == log(20));
    }
}

/// Lengths and checksums are after the members, and the archive is cut within a member or in what follows it.
#[test]
fn streamed_and_cut() {
    let whole = streamed(&[(LOG, &log(20)), (OTHER, &log(2_000))]);
    let second = memchr::memmem::find(&whole, OTHER.as_bytes()).unwrap() - 30;
    for end in [second - 20, second - 10, second, second + 10] {
        let taken = Tree::with("a.zip", &whole[..end]).read(&["a.zip"]);
        assert!(
            taken.problems.iter().all(|problem| problem.kind == TruncatedArchive),
            "{:?}",
            taken.problems
        );
        assert!(
            !taken.problems.is_empty() && log(20).starts_with(&taken.bytes()) && taken.length > 0,
            "{end}"
        );
        assert!(taken.bytes() == log(20) || end < second, "{end}");
    }
    let taken = Tree::with("a.zip", &whole[..(second + whole.len()) / 2]).read(&["a.zip"]);
    assert!(taken.problems.iter().all(|problem| problem.kind == TruncatedArchive), "{:?}", taken.problems);
    assert!(taken.logs[0].bytes == log(20));
    assert!(log(2_000).starts_with(&taken.logs[1].bytes) && taken.logs[1].bytes.len() > log(500).len());
    // Damaged: the checksum after the member counts.
    let mut bytes = whole[..second].to_vec();
    let sum = memchr::memmem::rfind(&bytes, b"PK\x07\x08").unwrap() + 4;
    bytes[sum] ^= 1;
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    let kinds: Vec<_> = taken.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [TruncatedArchive, CorruptArchive]);
}

#[test]
fn names_above_outside_and_of_windows() {
    for (name, shown) in [
        ("../../../etc/0004f2a1b2c3-app.log", "../../../etc/0004f2a1b2c3-app.log"),
        ("/var/log/0004f2a1b2c3-app.log", "var/log/0004f2a1b2c3-app.log"),
        ("a\\b\\0004f2a1b2c3-app.log", "a/b/0004f2a1b2c3-app.log"),
    ] {
        let stand_in = "x".repeat(name.len());
        let mut bytes = zip(&[(&stand_in, &log(20))]);
        replace(&mut bytes, stand_in.as_bytes(), name.as_bytes());
        let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
        assert_eq!(taken.is_only(&log(20)).paths(), [format!("a.zip!/{shown}")]);
        let cut = Tree::with("a.zip", &bytes[..directory_of(&bytes)]).read(&["a.zip"]);
        assert_eq!(cut.paths(), taken.paths());
    }
}

#[test]
fn one_name_twice() {
    let mut bytes = zip(&[(LOG, &log(20)), (OTHER, &log(30))]);
    replace(&mut bytes, OTHER.as_bytes(), LOG.as_bytes());
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    assert!(taken.bytes() == [log(20), log(30)].concat());
}

#[test]
fn encrypted() {
    let mut bytes = zip(&[(LOG, &log(20)), (OTHER, &log(20))]);
    let directory = directory_of(&bytes);
    bytes[6] |= 1;
    bytes[directory + 8] |= 1;
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    taken.has_problem(&format!("a.zip!/{LOG}"), Unreadable, "encrypted, and needs a password");
    assert!(taken.bytes() == log(20));
}

#[test]
fn an_unknown_method() {
    let mut bytes = zip(&[(LOG, &log(20)), (OTHER, &log(20))]);
    let directory = directory_of(&bytes);
    bytes[8] = 98;
    bytes[directory + 10] = 98;
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    taken.has_problem(&format!("a.zip!/{LOG}"), UnsupportedCompression, "unpack it first");
    assert!(taken.bytes() == log(20));
}

#[test]
fn a_size_that_is_too_small() {
    let mut bytes = zip(&[(LOG, &log(2_000)), (OTHER, &log(3))]);
    let directory = directory_of(&bytes);
    let wrong = (10 * log(1).len() as u32).to_le_bytes();
    bytes[22..26].copy_from_slice(&wrong);
    bytes[directory + 24..directory + 28].copy_from_slice(&wrong);
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    taken.has_problem(&format!("a.zip!/{LOG}"), CorruptArchive, "declared uncompressed size");
    assert!(taken.logs[1].bytes == log(3));
}

#[test]
fn a_wrong_checksum() {
    let mut bytes = zip(&[(LOG, &log(20))]);
    let directory = directory_of(&bytes);
    bytes[14] ^= 1;
    bytes[directory + 16] ^= 1;
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    taken.has_problem(&format!("a.zip!/{LOG}"), CorruptArchive, "damaged");
    assert!(taken.bytes() == log(20));
}

#[test]
fn a_directory_that_is_damaged() {
    let mut bytes = zip(&[(LOG, &log(20)), (OTHER, &log(20))]);
    let directory = directory_of(&bytes);
    let second = directory + 1 + directory_of(&bytes[directory + 1..]);
    bytes[second..second + 4].fill(b'x');
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    assert_eq!(taken.problems.len(), 1, "{:?}", taken.problems);
    assert!(taken.logs[0].bytes == log(20));
}

#[test]
fn links_are_not_followed() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.add_symlink(LOG, "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    taken.has_problem(&format!("a.zip!/{LOG}"), Unreadable, "link");
}

/// A second name of a log that is read is not a problem.
#[test]
fn links_to_members() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .add_symlink("0004f2a1b2c3-app.log", "logs/0004f2a1b2c3-app.log", SimpleFileOptions::default())
        .unwrap();
    archive.start_file("logs/0004f2a1b2c3-app.log", SimpleFileOptions::default()).unwrap();
    archive.write_all(&log(20)).unwrap();
    archive
        .add_symlink("0004f2a1b2c4-app.log", "logs/0004f2a1b2c3-app.log", SimpleFileOptions::default())
        .unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    let taken = Tree::with("a.zip", &bytes).read(&["a.zip"]);
    taken.has_problem("a.zip!/0004f2a1b2c4-app.log", Unreadable, "link");
    assert!(taken.bytes() == log(20));
}

/// More members than the old form of an archive's end can count.
#[test]
fn very_many_members() {
    let names: Vec<_> = (0..70_000).map(|number| format!("{number:06}.bin")).collect();
    let mut members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let content = log(20);
    members.push((LOG, &content));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    Tree::with("a.zip", &zip_with(&members, stored)).read(&["a.zip"]).is_only(&content);
}

/// A self-extracting archive begins with a program.
#[test]
fn something_before_or_behind() {
    let whole = zip(&[(LOG, &log(20))]);
    let behind = [&b"MZ"[..], &[0x90; 5_000], &whole].concat();
    assert!(Tree::with("a.zip", &behind).read(&["a.zip"]).bytes() == log(20));
    let padded = [&whole[..], &[0; 3_000]].concat();
    assert!(Tree::with("a.zip", &padded).read(&["a.zip"]).bytes() == log(20));
}

/// The end has 16 bits for the number of members, and some programs write the lower ones of a larger number.
#[test]
fn more_members_than_the_end_counts() {
    let mut bytes = zip(&[(LOG, &log(20)), (OTHER, &log(30))]);
    let end = bytes.len() - 22;
    for counted in [0, 1] {
        bytes[end + 8..end + 12].copy_from_slice(&[counted, 0, counted, 0]);
        let taken = Tree::with("a.zip", &bytes).read_all();
        taken.has_problem("a.zip", TruncatedArchive, "the archive's end is missing or damaged");
        let logs: HashSet<_> = taken.logs.iter().map(|log| &log.bytes).collect();
        assert!(logs == HashSet::from([&log(20), &log(30)]), "{counted}");
    }
}

/// Overlapping members: each byte is decompressed many times.
#[test]
fn members_that_overlap() {
    let mut bytes = zip(&[(LOG, "\n".repeat(1 << 20)), (OTHER, "x\n".to_owned())]);
    let directory = directory_of(&bytes);
    let end = bytes.len() - 22;
    let entry = bytes[directory..directory + 46 + LOG.len()].to_vec();
    let rest = bytes.split_off(end);
    bytes.truncate(directory);
    for _ in 0..1_000 {
        bytes.extend_from_slice(&entry);
    }
    let size = (bytes.len() - directory) as u32;
    bytes.extend_from_slice(&rest);
    let end = bytes.len() - 22;
    bytes[end + 8..end + 12].copy_from_slice(&[0xE8, 3, 0xE8, 3]);
    bytes[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
    let limits = Limits { ratio: 50, ratio_from: 8 << 20, ..Limits::default() };
    let taken = Tree::with("a.zip", &bytes).read_with(&["a.zip"], &limited(limits));
    assert_eq!(taken.problems.len(), 1, "{:?}", taken.problems);
    assert!(taken.length <= 8 << 20, "{}", taken.length);
}
