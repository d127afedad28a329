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

/// A log of 20 lines, and so many empty members before it.
fn log_behind(count: usize, options: SimpleFileOptions) -> Vec<u8> {
    let content = log(20);
    let names: Vec<_> = (0..count).map(|number| format!("{number:06}.cfg")).collect();
    let mut members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    members.push((LOG, &content));
    zip_with(&members, options)
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
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let bytes = log_behind(70_000, stored);
    assert!(memchr::memmem::find(&bytes, b"PK\x06\x06").is_some(), "it has the end of the newer form");
    Tree::with("a.zip", &bytes).scan_with(&["a.zip"]).is_whole(20);
}

/// The end of an archive that stands in a cut one, stored, is not the end of that one.
#[test]
fn cut_behind_a_stored_archive() {
    let (content, other) = (log(20), log(30).split_off(log(20).len()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for inner in [zip(&[(OTHER, &other)]), zip_with(&[(OTHER, &other)], stored), zip(&[])] {
        let lines = if inner.len() > 22 { 30 } else { 20 };
        let members: [(&str, &[u8]); 4] =
            [(LOG, &content), ("inner.zip", &inner), ("x.cfg", &content), ("y.cfg", &content)];
        let whole = zip_with(&members, stored);
        let behind = memchr::memmem::find(&whole, b"x.cfg").unwrap() - 30;
        for end in [behind, behind + 10, behind + 50, directory_of(&whole[behind..]) + behind] {
            let answer = Tree::with("a.zip", &whole[..end]).scan_with(&["a.zip"]);
            answer.has_problem("a.zip", "truncated-archive", "end is missing");
            assert_eq!(answer.events(), lines, "cut at {end} of {}", whole.len());
            let file = answer.device("0004F2A1B2C4").map(|device| device["files"][0].clone());
            assert_eq!(file.is_some(), lines == 30);
            assert!(file.is_none_or(|file| file == format!("a.zip!/inner.zip!/{OTHER}")));
        }
        Tree::with("a.zip", &whole).scan_with(&["a.zip"]).is_whole(lines);
    }
}

#[test]
fn one_archive_behind_another() {
    let (first, second) = (log(20), log(30).split_off(log(20).len()));
    let first = zip(&[(LOG, &first), ("x.cfg", b"<x/>")]);
    let second = zip(&[(OTHER, &second)]);
    let both = [&first[..], &second].concat();
    for bytes in [both.clone(), [&both[..], &[0; 100]].concat()] {
        let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
        assert_eq!((answer.events(), answer.status), (30, 0), "{:?}", answer.problems());
    }
    // The second one has lost its end: what a search from behind finds is the end of the first.
    for cut in [10, 30, second.len() - directory_of(&second) + 5] {
        let answer = Tree::with("a.zip", &both[..both.len() - cut]).scan_with(&["a.zip"]);
        let problems = answer.problems();
        let told = problems.iter().any(|(path, kind, _)| (*path, *kind) == ("a.zip", "truncated-archive"));
        assert!(told, "{problems:?}");
        assert!(answer.events() >= 20, "{problems:?}");
    }
    let bytes = [&both[..], b"what is this?"].concat();
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    answer.has_problem("a.zip", "corrupt-archive", "13 bytes behind");
    assert_eq!(answer.events(), 30);
}

#[test]
fn garbage_behind() {
    let large = SimpleFileOptions::default().large_file(true);
    for whole in [zip(&[(LOG, &log(20))]), zip_with(&[(LOG, &log(20))], large), streamed(&[(LOG, &log(20))])]
    {
        for behind in [&b"what is this?"[..], b"PK", b"\0\0\0x"] {
            let answer = Tree::with("a.zip", &[&whole[..], behind].concat()).scan_with(&["a.zip"]);
            let words = format!("{} bytes behind", behind.len());
            answer.read(20).has_problem("a.zip", "corrupt-archive", &words);
        }
        let padded = [&whole[..], &[0; 3_000]].concat();
        Tree::with("a.zip", &padded).scan_with(&["a.zip"]).is_whole(20);
        // Farther behind than anyone looks for an archive's end.
        let far = [&whole[..], &[b'x'; 100_000]].concat();
        let answer = Tree::with("a.zip", &far).scan_with(&["a.zip"]);
        answer.read(20).has_problem("a.zip", "corrupt-archive", "100000 bytes behind");
    }
    let answer = Tree::with("a.zip", &[&zip(&[])[..], b"what is this?"].concat()).scan_with(&["a.zip"]);
    answer.has_problem("a.zip", "corrupt-archive", "13 bytes behind");
}

/// As an archive that unpacks itself has a program before it.
#[test]
fn something_before() {
    let stub = [&b"MZ"[..], &[0x90; 5_000]].concat();
    let whole = zip(&[(LOG, &log(20)), (OTHER, b"")]);
    let behind = [&stub[..], &whole].concat();
    for name in ["a.exe", "a.zip"] {
        let tree = Tree::with(name, &behind);
        let answer = tree.scan_with(&[name]);
        let problems = answer.problems();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert_eq!((problems[0].0, problems[0].1), (name, "corrupt-archive"));
        assert!(problems[0].2.contains("5002 bytes before"), "{problems:?}");
        assert_eq!(answer.events(), 20);
    }
    let answer = Tree::new().scan_input(&behind);
    assert_eq!(answer.events(), 20, "{:?}", answer.problems());
    let text = [b"Dear Sir or Madam,\n", &whole[..]].concat();
    assert_eq!(Tree::with("a.zip", &text).scan_with(&["a.zip"]).events(), 20);
    let nested = zip(&[("letter.zip", &text)]);
    assert_eq!(Tree::with("b.zip", &nested).scan_with(&["b.zip"]).events(), 20);
    // What is no archive at all is told as before.
    let answer = Tree::with("a.exe", &stub).scan_with(&["a.exe"]);
    answer.has_problem("a.exe", "not-a-log", "line");
}

/// Puts another count of members into the archive's end.
fn count(bytes: &mut [u8], members: u16) {
    let end = memchr::memmem::rfind(bytes, b"PK\x05\x06").unwrap();
    bytes[end + 8..end + 10].copy_from_slice(&members.to_le_bytes());
    bytes[end + 10..end + 12].copy_from_slice(&members.to_le_bytes());
}

#[test]
fn a_count_that_is_too_low() {
    let (content, other) = (log(20), log(30).split_off(log(20).len()));
    let members: [(&str, &[u8]); 3] = [("x.cfg", b"<x/>"), (OTHER, &other), (LOG, &content)];
    let stub = [&b"MZ"[..], &[0x90; 5_000]].concat();
    for whole in [zip(&members), streamed(&members), [&stub[..], &zip(&members)].concat()] {
        for counted in [1, 2] {
            let mut bytes = whole.clone();
            count(&mut bytes, counted);
            let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
            let words = format!("counts {counted} members");
            answer.read(30).has_problem("a.zip", "corrupt-archive", &words);
        }
    }
}

/// A writer that does not know the newer form counts from 0 again.
#[test]
fn a_count_that_has_no_room() {
    let mut bytes = log_behind(40_000, SimpleFileOptions::default());
    count(&mut bytes, 1);
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    answer.read(20).has_problem("a.zip", "corrupt-archive", "counts 1 members");
}

#[test]
fn two_names_for_one_member() {
    let content = log(20);
    for (listed, own) in [
        (LOG, "0004f2a1b2c5-app.log"),
        (LOG, "0004f2a1b2c3-\u{1}pp.log"),
        ("0004f2a1b2c3-\u{1}pp.log", LOG),
        ("0004f2a1b2c3-app.lo/", LOG),
    ] {
        let mut bytes = zip(&[(own, &content), ("x.cfg", b"<x/>")]);
        let directory = directory_of(&bytes);
        replace(&mut bytes[directory..], own.as_bytes(), listed.as_bytes());
        let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
        answer.read(20).has_problem(&format!("a.zip!/{LOG}"), "corrupt-archive", "names it 0004f2");
        assert!(answer.problems()[0].2.contains("before it 0004f2"));
    }
    let mut bytes = zip(&[("x.cfg", b"<x/>"), (LOG, &content)]);
    replace(&mut bytes[..40], b"x.cfg", b"y.cfg");
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    answer.read(20).has_problem(
        "a.zip!/x.cfg",
        "corrupt-archive",
        "names it x.cfg, and the header before it y.cfg",
    );
}

/// Some writers put the name in Unicode beside one in the system's own letters.
#[test]
fn a_name_in_unicode_beside_the_other() {
    let (old, name) = ("lager-s/0004f2a1b2c3-app.log", "lager-süd/0004f2a1b2c3-app.log");
    let mut sum = flate2::Crc::new();
    sum.update(old.as_bytes());
    let field = [&[1][..], &sum.sum().to_le_bytes(), name.as_bytes()].concat();
    let mut options = SimpleFileOptions::default().into_full_options();
    options.add_extra_field(0x7075, field, true).unwrap();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(old, options).unwrap();
    archive.write_all(&log(20)).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
    answer.is_whole(20);
    assert_eq!(answer.device(PHONE).unwrap()["files"][0], format!("a.zip!/{name}"));
}

/// What stands behind the last member that the directory knows of, and before the directory.
#[test]
fn a_member_that_is_not_listed() {
    let content = log(20);
    let unlisted = zip(&[(OTHER, &content)]);
    let unlisted = &unlisted[..directory_of(&unlisted)];
    for whole in [zip(&[("x.cfg", b"<x/>"), (LOG, &content)]), streamed(&[(LOG, &content)])] {
        let directory = directory_of(&whole);
        for (between, is_told) in [(unlisted, true), (b"what is this?", true), (&[0; 4_000], false)] {
            let mut bytes = [&whole[..directory], between, &whole[directory..]].concat();
            let end = bytes.len() - 22;
            let place = (directory + between.len()) as u32;
            bytes[end + 16..end + 20].copy_from_slice(&place.to_le_bytes());
            let answer = Tree::with("a.zip", &bytes).scan_with(&["a.zip"]);
            if is_told {
                let words = format!("{} bytes between", between.len());
                answer.read(20).has_problem("a.zip", "corrupt-archive", &words);
            } else {
                answer.is_whole(20);
            }
        }
    }
}
