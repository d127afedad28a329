//! Archives of all kinds, nested, and which of their members are read.

use phonecert::input::{MAX_CONFIG_BYTES, Options, Rotation, SkipReason, compressions};
use phonecert::problem::ProblemKind::{CorruptArchive, LimitExceeded, TruncatedArchive, Unreadable};

use super::sink::{LOG, Tree, compress, gzip, log, tar, zip};

fn of_each_kind(members: &[(&str, &[u8])]) -> Vec<(&'static str, Vec<u8>)> {
    let tar = tar(members);
    let compressed =
        compressions().map(|ending| (&*format!("a.tar.{ending}").leak(), compress(ending, &tar)));
    let others = [("a.tgz", gzip(&tar)), ("a.zip", zip(members)), ("a.tar", tar.clone())];
    compressed.chain(others).collect()
}

#[test]
fn each_kind_is_read_named_and_searched() {
    let content = log(20);
    let (packed, large) = (gzip(&log(9)), log(5_000));
    let members: [(&str, &[u8]); 6] = [
        (LOG, &content),
        ("logs/0004f2a1b2c3-app.log.1.gz", &packed),
        ("logs/letter.txt", b"Dear Sir or Madam"),
        ("logs/", b""),
        ("deep/0004f2a1b2c4-app.log", &large),
        ("deep/0004f2a1b2c3-boot.log", b"x"),
    ];
    for (name, bytes) in of_each_kind(&members) {
        // If the user names it, only its bytes decide.
        for (name, paths) in [(name, [name]), (name, [""]), ("attachment", ["attachment"])] {
            let taken = Tree::with(name, &bytes).read(&paths);
            assert_eq!(taken.problems, [], "{name}");
            let expected = [LOG, "logs/0004f2a1b2c3-app.log.1.gz", "deep/0004f2a1b2c4-app.log"]
                .map(|member| format!("{name}!/{member}"));
            assert_eq!(taken.paths(), expected);
            assert!(taken.bytes() == [content.clone(), log(9), large.clone()].concat());
            assert_eq!(taken.logs[1].name.rotation, Rotation::Number(1));
            assert_eq!(taken.logs[2].name.mac.unwrap().to_string(), "0004F2A1B2C4");
            let boot = format!("{name}!/deep/0004f2a1b2c3-boot.log");
            assert_eq!(taken.skipped.kinds[&SkipReason::BootLog], (1, boot));
            assert_eq!(taken.files, 1);
        }
        let without = Options { archives: false, ..Options::default() };
        let taken = Tree::with(name, &bytes).read_with(&[""], &without);
        assert!(taken.logs.is_empty());
        assert_eq!(taken.skipped.kinds[&SkipReason::Archive], (1, name.to_owned()));
        assert_eq!(Tree::with(name, &bytes).read_with(&[name], &without).logs.len(), 3, "named");
    }
}

/// As logs are read with such suffixes. Of the bytes alone, the names say nothing more.
#[test]
fn rotated_and_copied() {
    let content = log(20);
    for (name, bytes) in of_each_kind(&[(LOG, &content)]) {
        for suffix in [".1", "-20160301", ".old", "~", " (1)", " - Copy"] {
            let name = format!("{name}{suffix}");
            for (outer, bytes) in [(None, bytes.clone()), (Some("b.tar"), tar(&[(&name, &bytes)]))] {
                let taken = Tree::with(outer.unwrap_or(&name), &bytes).read_all();
                let inner = outer.map_or(name.clone(), |outer| format!("{outer}!/{name}"));
                assert_eq!(taken.is_only(&content).paths(), [format!("{inner}!/{LOG}")]);
            }
        }
    }
    Tree::with("a.tar.1.gz", &gzip(&tar(&[(LOG, &content)]))).read_all().is_only(&content);
    let damaged = Tree::with("a.zip.1", &content).read_all();
    damaged.has_problem("a.zip.1", CorruptArchive, "damaged");
}

#[test]
fn an_archive_in_an_archive() {
    let content = log(20);
    for (name, inner) in of_each_kind(&[(LOG, &content)]) {
        for (outer, bytes) in of_each_kind(&[(name, &inner)]) {
            let taken = Tree::with(outer, &bytes).read(&[outer]);
            taken.is_only(&content);
            assert_eq!(taken.paths(), [format!("{outer}!/{name}!/{LOG}")]);
        }
    }
    let deep = zip(&[("b.zip", &zip(&[("c.zip", &zip(&[(LOG, &content)]))]))]);
    let taken = Tree::with("a.zip", &deep).read(&["a.zip"]);
    taken.has_problem("a.zip!/b.zip!/c.zip", LimitExceeded, "nested too deep");
}

#[test]
fn what_is_nested_and_damaged_is_told_once() {
    let content = log(20_000);
    let inner = gzip(&content);
    let cut = &inner[..inner.len() / 2];
    let name = "0004f2a1b2c3-app.log.1.gz";
    for (outer, bytes) in of_each_kind(&[(name, cut), (LOG, b"x\n")]) {
        let taken = Tree::with(outer, &bytes).read(&[outer]);
        taken.has_problem(&format!("{outer}!/{name}"), TruncatedArchive, "too early");
        assert_eq!(taken.logs.len(), 2, "reading goes on");
        assert!(content.starts_with(&taken.logs[0].bytes));
    }
}

#[test]
fn an_archive_that_is_cut_within_a_log() {
    let (first, second) = (log(20_000), log(5_000));
    for (name, bytes) in of_each_kind(&[(LOG, &first), ("0004f2a1b2c4-app.log", &second)]) {
        if name.ends_with("zip") {
            continue;
        }
        let taken = Tree::with(name, &bytes[..bytes.len() * 7 / 10]).read(&[name]);
        assert_eq!(taken.problems.len(), 1, "{name}: {:?}", taken.problems);
        taken.has_problem(name, TruncatedArchive, "too early");
        let read = &taken.logs[0].bytes;
        assert!(first.starts_with(read) && read.len() > first.len() / 3, "{name}: {}", read.len());
    }
}

#[test]
fn a_directory_that_is_named_like_a_log() {
    let members: [(&str, &[u8]); 6] = [
        ("0004f2a1b2c3-app.log/10", b"b\n"),
        ("0004f2a1b2c3-app.log/2", b"a\n"),
        ("0004f2a1b2c3-app.log/.hidden", b"x\n"),
        ("0004f2a1b2c3-app.log/0004f2a1b2c4-app.log", b"of another phone\n"),
        ("0004f2a1b2c3-app.log/deep/1", b"deep in it\n"),
        ("other/3", b"x\n"),
    ];
    for (name, bytes) in of_each_kind(&members) {
        let taken = Tree::with(name, &bytes).read(&[name]);
        let logs: Vec<_> = taken.logs.iter().map(|log| (&log.bytes[..], log.name.rotation)).collect();
        let expected = [
            (&b"b\n"[..], Rotation::Piece),
            (b"a\n", Rotation::Piece),
            (b"of another phone\n", Rotation::Newest),
            (b"deep in it\n", Rotation::Piece),
        ];
        assert_eq!(logs, expected, "{name}");
    }
}

/// Above the directory that is searched, a name has no meaning, as for files beside the archive.
#[test]
fn a_directory_named_like_a_log_above_the_search() {
    let content = log(20);
    let archive = zip(&[(LOG, &content[..]), ("readme.txt", b"Dear Sir or Madam")]);
    let tree = Tree::with(&format!("{LOG}/in/a.zip"), &archive);
    tree.read(&[&format!("{LOG}/in")]).is_only(&content);
    assert_eq!(tree.read_all().logs.len(), 2);
}

/// Pieces of the log that were archived where they are.
#[test]
fn an_archive_in_a_directory_that_is_named_like_a_log() {
    for (name, bytes) in of_each_kind(&[("old/1", &b"a\n"[..]), (".hidden", b"x\n")]) {
        let path = format!("{LOG}/2024/{name}");
        let tree = Tree::with(&path, &bytes);
        for taken in
            [tree.read_all(), tree.read(&[&path]), Tree::with("a.zip", &zip(&[(&path, &bytes)])).read_all()]
        {
            assert_eq!(taken.problems, [], "{name}");
            let [log] = &taken.logs[..] else { panic!("{name}: {:?}", taken.paths()) };
            assert_eq!(log.name.mac.unwrap().to_string(), "0004F2A1B2C3");
            assert_eq!((&log.bytes[..], log.name.rotation), (&b"a\n"[..], Rotation::Piece), "{name}");
        }
    }
}

#[test]
fn an_archive_that_is_named_like_a_log_without_one() {
    for (kind, bytes) in of_each_kind(&[("log.txt", &log(20))]) {
        let name = format!("{LOG}.{}", kind.trim_start_matches("a."));
        for (path, tree) in [
            (name.clone(), Tree::with(&name, &bytes)),
            (format!("a.zip!/{name}"), Tree::with("a.zip", &zip(&[(&name, &bytes)]))),
        ] {
            let taken = tree.read_all();
            assert!(
                taken.has_problem(&path, Unreadable, "no file is named like a phone's log").logs.is_empty()
            );
        }
    }
    let nested = zip(&[("inner.zip", &zip(&[("log.txt", &log(20))]))]);
    let (name, content) = (format!("{LOG}.zip"), log(20));
    assert!(
        Tree::with(&name, &nested)
            .read_all()
            .has_problem(&name, Unreadable, "no file is named")
            .logs
            .is_empty()
    );
    Tree::with(&name, &zip(&[("readme.txt", &b"x"[..]), (LOG, &content[..])])).read_all().is_only(&content);
}

/// A master can list a file of any name.
#[test]
fn configuration_files_of_any_name() {
    let utf_16: Vec<u8> = "\u{feff}<c/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = [b"<d b='".as_slice(), &[b'x'; 5000], b"'/>"].concat();
    let large = [b"<a>".as_slice(), &vec![b'x'; MAX_CONFIG_BYTES as usize]].concat();
    // Programs and sounds are recognized by their beginnings.
    let program = [b"\x7fELF\0".as_slice(), &vec![b'x'; 5000]].concat();
    let members: [(&str, &[u8]); 9] = [
        ("cfg/a.conf", b"\xEF\xBB\xBF \n<a/>"),
        ("cfg/b", &utf_16),
        ("cfg/c.txt", &long),
        ("cfg/d.txt", b"a text"),
        ("cfg/e.html", b"<html/>"),
        ("cfg/f", b""),
        ("cfg/g", &large),
        ("cfg/h.ld", &program),
        ("cfg/0004f2a1b2c3-directory.xml", b"<directory/>"),
    ];
    for (name, bytes) in of_each_kind(&members) {
        let tree = Tree::with(name, &bytes);
        let taken = tree.read(&[name]);
        let read: Vec<_> = taken.configs.iter().map(|(_, content, _)| content.as_deref()).collect();
        let mut expected: Vec<_> = members[..8].iter().map(|(_, content)| Some(*content)).collect();
        (expected[6], expected[7]) = (None, Some(&program[..512]));
        assert_eq!(read, expected, "{name}");
        assert!(taken.problems.is_empty(), "{name}");
    }
}

#[test]
fn configuration_files() {
    let large = vec![b'x'; MAX_CONFIG_BYTES as usize + 1];
    let members: [(&str, &[u8]); 8] = [
        ("cfg/0004f2a1b2c3.cfg", b"<a/>"),
        ("cfg/site.CFG", b"<b/>"),
        ("cfg/region.xml", b"<c/>"),
        ("cfg/0004f2a1b2c3-directory.xml", b"<directory/>"),
        ("cfg/0004f2a1b2c3-license.cfg", b"<license/>"),
        ("cfg/0004f2a1b2c3-private.key", b"secret"),
        ("cfg/0004f2a1b2c3-private.pem", b"secret"),
        ("cfg/large.cfg", &large),
    ];
    for (name, bytes) in of_each_kind(&members) {
        let tree = Tree::with(name, &bytes);
        let taken = tree.read(&[name]);
        let read: Vec<_> = taken.configs.iter().map(|(_, content, _)| content.as_deref()).collect();
        assert_eq!(read, [Some(&b"<a/>"[..]), Some(b"<b/>"), Some(b"<c/>"), None, None, None], "{name}");
        assert_eq!(taken.configs[3].0, format!("{name}!/cfg/0004f2a1b2c3-private.key"));
        assert_eq!(taken.configs[3].2.unwrap() & 0o777, 0o644);
        assert_eq!(taken.configs[5].0, format!("{name}!/cfg/large.cfg"));
        assert!(taken.problems.is_empty(), "no phone is told to read it");
        let without = Options { configs: false, ..Options::default() };
        let taken = tree.read_with(&[name], &without);
        assert!(taken.configs.is_empty() && taken.problems.is_empty());
    }
}
