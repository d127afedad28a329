//! Zip archives: cut, encrypted, with names and sizes that lie.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::run::{LOG, PHONE, Tree, log};

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(members, SimpleFileOptions::default())
}

fn zip_with(members: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// As a program writes it that cannot go back: lengths and checksums stand behind the members.
fn streamed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new_stream(Vec::new());
    for (name, content) in members {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    let whole: StreamWriter<Vec<u8>> = archive.finish().unwrap();
    whole.into_inner()
}

const OTHER: &str = "0004f2a1b2c4-app.log";

/// Changes all of these bytes to others.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let places: Vec<_> = memchr::memmem::find_iter(bytes, from).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|place| bytes[place..place + to.len()].copy_from_slice(to));
}

fn directory_of(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, b"PK\x01\x02").unwrap()
}

#[test]
fn stored_deflated_and_zstandard() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated, CompressionMethod::Zstd] {
        let options = SimpleFileOptions::default().compression_method(method);
        Tree::with("a.zip", &zip_with(&[(LOG, &log(20))], options)).scan_with(&["a.zip"]).is_whole(20);
        let large = zip_with(&[(LOG, &log(20_000))], options.large_file(true));
        Tree::with("a.zip", &large).scan_with(&["a.zip"]).is_whole(20_000);
    }
    Tree::with("a.zip", &streamed(&[(LOG, &log(20))])).scan_with(&["a.zip"]).is_whole(20);
}

#[test]
fn without_its_end() {
    let content = log(20);
    let members: [(&str, &[u8]); 2] = [(LOG, &content), (OTHER, &content)];
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let large = SimpleFileOptions::default().large_file(true);
    for whole in [zip(&members), zip_with(&members, stored), zip_with(&members, large), streamed(&members)] {
        let directory = directory_of(&whole);
        for end in [directory, directory + 10, whole.len() - 1, whole.len() - 22] {
            let answer = Tree::with("a.zip", &whole[..end]).scan_with(&["a.zip"]);
            answer.read(40).has_problem("a.zip", "truncated-archive", "end is missing");
        }
        let answer = Tree::with("a.zip", &whole[..directory * 2 / 3]).scan_with(&["a.zip"]);
        let problems = answer.problems();
        assert!(problems.iter().any(|(path, kind, _)| (*path, *kind) == ("a.zip", "truncated-archive")));
        assert!((20..40).contains(&answer.events()), "{problems:?}");
        assert_eq!(answer.status, 4);
    }
}

#[test]
fn a_lost_end_and_other_members() {
    let content = log(20);
    let config = b"<config/>".repeat(10_000);
    let members: [(&str, &[u8]); 4] =
        [("a/", b""), ("0004f2a1b2c3.cfg", &config), (LOG, &content), ("x.xml", &config)];
    for whole in [zip(&members), streamed(&members)] {
        let answer = Tree::with("a.zip", &whole[..directory_of(&whole)]).scan_with(&["a.zip"]);
        answer.read(20).has_problem("a.zip", "truncated-archive", "end is missing");
    }
}

#[test]
fn names_above_and_outside() {
    for name in
        ["../../../etc/0004f2a1b2c3-app.log", "/var/log/0004f2a1b2c3-app.log", "a\\b\\0004f2a1b2c3-app.log"]
    {
        let stand_in = "x".repeat(name.len());
        let mut bytes = zip(&[(&stand_in, &log(20))]);
        replace(&mut bytes, stand_in.as_bytes(), name.as_bytes());
        let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
        answer.is_whole(20);
        let file = answer.device(PHONE).unwrap()["files"][0].as_str().unwrap();
        assert_eq!(file, format!("a.zip!/{}", name.trim_start_matches('/')));
    }
}

#[test]
fn one_name_twice() {
    let (first, second) = (log(20), log(30).split_off(log(20).len()));
    let mut bytes = zip(&[(LOG, &first), (OTHER, &second), (LOG.replace("app", "abc").as_str(), b"")]);
    replace(&mut bytes, OTHER.as_bytes(), LOG.as_bytes());
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    answer.is_whole(30);
}

#[test]
fn encrypted() {
    let content = log(20);
    let mut bytes = zip(&[(LOG, &content), (OTHER, &content)]);
    let directory = directory_of(&bytes);
    bytes[6] |= 1;
    bytes[directory + 8] |= 1;
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    answer.has_problem(&format!("a.zip!/{LOG}"), "unreadable", "encrypted");
    assert_eq!(answer.events(), 20);
    let answer = Tree::with("a.zip", &bytes[..directory]).scan_with(&["a.zip"]);
    assert!(answer.problems().contains(&(
        "a.zip!/0004f2a1b2c3-app.log",
        "unreadable",
        "is encrypted, and needs a password"
    )));
    assert_eq!(answer.events(), 20);
}

#[test]
fn a_size_that_lies() {
    let length = log(1).len();
    for (wrong, kind, path, events) in [
        (10 * length, "corrupt-archive", "a.zip!/0004f2a1b2c3-app.log", 10),
        (u32::MAX as usize - 1, "limit-exceeded", "a.zip", 0),
    ] {
        let wrong = (wrong as u32).to_le_bytes();
        let mut bytes = zip(&[(LOG, &log(2000))]);
        let directory = directory_of(&bytes);
        bytes[22..26].copy_from_slice(&wrong);
        bytes[directory + 24..directory + 28].copy_from_slice(&wrong);
        let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
        answer.read(events).has_problem(path, kind, "");
    }
    let mut bytes = zip(&[(LOG, &log(20))]);
    let directory = directory_of(&bytes);
    bytes[directory + 24..directory + 28].copy_from_slice(&9_999_u32.to_le_bytes());
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    answer.read(20).has_problem("a.zip!/0004f2a1b2c3-app.log", "corrupt-archive", "9999");
}

#[test]
fn a_wrong_checksum() {
    let mut bytes = zip(&[(LOG, &log(20))]);
    let directory = directory_of(&bytes);
    bytes[14] ^= 1;
    bytes[directory + 16] ^= 1;
    for end in [bytes.len(), directory] {
        let answer = Tree::with("a.zip", &bytes[..end]).scan_with(&["a.zip"]);
        let problems = answer.problems();
        let path = format!("a.zip!/{LOG}");
        assert!(
            problems.iter().any(|(at, kind, _)| (*at, *kind) == (&path, "corrupt-archive")),
            "{problems:?}"
        );
        answer.read(20);
    }
}

#[test]
fn a_directory_that_is_damaged() {
    let content = log(20);
    let mut bytes = zip(&[(LOG, &content), (OTHER, &content)]);
    let directory = directory_of(&bytes);
    let second = directory + 1 + directory_of(&bytes[directory + 1..]);
    bytes[second..second + 4].fill(b'x');
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    let problems = answer.problems();
    assert!(matches!(problems[..], [("a.zip", "corrupt-archive" | "truncated-archive", _)]), "{problems:?}");
    assert!(answer.events() >= 20);
}

#[test]
fn links_are_not_followed() {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.add_symlink(LOG, "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    answer.read(0).has_problem(&format!("a.zip!/{LOG}"), "unreadable", "link");
}

#[test]
fn an_archive_of_nothing() {
    let answer = Tree::with("a.zip", &zip(&[])).scan_with(&["a.zip"]);
    answer.is_whole(0);
}

/// More members than the old form of an archive's end can count.
#[test]
fn very_many_members() {
    let content = log(20);
    let names: Vec<_> = (0..70_000).map(|number| format!("{number:06}.cfg")).collect();
    let mut members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    members.push((LOG, &content));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let bytes = zip_with(&members, stored);
    assert!(memchr::memmem::find(&bytes, b"PK\x06\x06").is_some(), "it has the end of the newer form");
    Tree::with("a.zip", &bytes).scan_with(&["a.zip"]).is_whole(20);
}
