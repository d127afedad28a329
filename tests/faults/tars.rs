//! Tar archives: cut, old, with links and devices, with headers that lie.

use tar::{Builder, EntryType, Header};

use super::compressed::{gzip, zstd};
use super::run::{LOG, Tree, log};

pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    for (name, content) in members {
        archive.append_data(&mut header(content.len() as u64), name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

fn header(size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(1_370_000_000);
    header
}

#[test]
fn cut_within_a_member() {
    for lines in [40, 40_000] {
        let whole = tar(&[(LOG, &log(lines))]);
        let cut = &whole[..whole.len() / 2];
        for (name, bytes) in [("a.tar", cut.to_vec()), ("a.tar.gz", gzip(cut)), ("a.tar.zst", zstd(cut))] {
            let answer = Tree::with(name, &bytes).scan_with(&[name]);
            answer.has_problem(name, "truncated-archive", "ends");
            answer.read_less_than(lines);
        }
    }
}

#[test]
fn compressed_and_cut() {
    let whole = gzip(&tar(&[(LOG, &log(20)), ("0004f2a1b2c4-app.log", &log(40_000))]));
    let answer = Tree::with("a.tgz", &whole[..whole.len() / 2]).scan_with(&["a.tgz"]);
    answer.has_problem("a.tgz", "truncated-archive", "too early");
    assert!(answer.events() > 20 && answer.events() < 40_020);
    assert!(answer.device("0004F2A1B2C4").is_some());
}

#[test]
fn compressed_with_a_wrong_checksum() {
    let mut bytes = gzip(&tar(&[(LOG, &log(20))]));
    let sum = bytes.len() - 8;
    bytes[sum] ^= 1;
    let answer = Tree::with("a.tgz", &bytes).scan_with(&["a.tgz"]);
    answer.read(20).has_problem("a.tgz", "corrupt-archive", "damaged");
}

#[test]
fn links_and_devices_are_not_followed() {
    let mut archive = Builder::new(Vec::new());
    let special = [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo];
    for (number, kind) in special.into_iter().enumerate() {
        let mut header = header(0);
        header.set_entry_type(kind);
        header.set_link_name("/etc/passwd").unwrap();
        archive.append_data(&mut header, format!("0004f2a1b2d{number}-app.log"), &b""[..]).unwrap();
    }
    archive.append_data(&mut header(log(20).len() as u64), LOG, &log(20)[..]).unwrap();
    let answer = Tree::with("a.tar", &archive.into_inner().unwrap()).scan_with(&["a.tar"]);
    assert_eq!((answer.events(), answer.status), (20, 4));
    let problems = answer.problems();
    assert_eq!(problems.len(), special.len(), "{problems:?}");
    assert!(problems.iter().all(|(_, kind, message)| *kind == "unreadable" && message.contains("link")));
}

#[test]
fn the_old_form() {
    let content = log(20);
    let mut header = Header::new_old();
    header.set_path(LOG).unwrap();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(1_370_000_000);
    header.set_cksum();
    let mut archive = Builder::new(Vec::new());
    archive.append(&header, &content[..]).unwrap();
    let bytes = archive.into_inner().unwrap();
    assert_eq!(bytes[257..262], [0; 5], "no mark of a newer form");
    Tree::with("a.tar", &bytes).scan_with(&["a.tar"]).is_whole(20);
}

#[test]
fn names_above_and_outside() {
    // The writer refuses such a name, so it is put in afterwards.
    for name in ["../../../0004f2a1b2c3-app.log", "/var/log//0004f2a1b2c3-app.log"] {
        let stand_in = "x".repeat(name.len());
        let mut bytes = tar(&[(&stand_in, &log(20))]);
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        let mut header = Header::new_gnu();
        header.as_mut_bytes().copy_from_slice(&bytes[..512]);
        header.set_cksum();
        bytes[..512].copy_from_slice(header.as_bytes());
        Tree::with("a.tar", &bytes).scan_with(&["a.tar"]).is_whole(20);
    }
}

#[test]
fn long_names() {
    let name = format!("{}{LOG}", "directory/".repeat(30));
    Tree::with("a.tar", &tar(&[(&name, &log(20))])).scan_with(&["a.tar"]).is_whole(20);
}

/// Where the header of this member begins.
fn header_of(bytes: &[u8], name: &str) -> usize {
    memchr::memmem::find(bytes, name.as_bytes()).unwrap()
}

#[test]
fn a_header_that_is_damaged() {
    let content = log(20);
    let names: Vec<_> = (0..5).map(|number| format!("0004f2a1b2d{number}-app.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &content[..])).collect();
    let whole = tar(&members);
    // The header's sum, its name, its length, and all of it.
    for (from, to) in [(150, 151), (3, 4), (124, 136), (0, 512)] {
        for damaged in [vec![2], vec![1, 3], vec![4]] {
            let mut bytes = whole.clone();
            let places: Vec<_> = damaged.iter().map(|&number| header_of(&whole, &names[number])).collect();
            places.iter().for_each(|&at| bytes[at + from..at + to].fill(b'?'));
            for (name, bytes) in
                [("a.tar", bytes.clone()), ("a.tgz", gzip(&bytes)), ("a.tar.zst", zstd(&bytes))]
            {
                let answer = Tree::with(name, &bytes).scan_with(&[name]);
                let words = format!("damaged at byte {} ", places[0]);
                answer.has_problem(name, "corrupt-archive", &words);
                assert_eq!(answer.events(), 20 * (5 - damaged.len() as u64), "{damaged:?} {name}");
                assert_eq!(answer.problems()[0].2.contains("one more place"), damaged.len() > 1);
            }
        }
    }
}

/// Damaged over and over, and each header stands there twice: to look for the next one is no more work.
#[test]
fn very_many_damaged_headers() {
    let whole = tar(&[(LOG, &log(20))]);
    let member = &whole[..whole.len() - 1024];
    let mut damaged = member.to_vec();
    damaged[150] ^= 1;
    let bytes = [&damaged.repeat(20_000)[..], member].concat();
    let answer = Tree::with("a.tar", &[member, &bytes].concat()).scan_with(&["a.tar"]);
    answer.read(20).has_problem("a.tar", "corrupt-archive", "damaged");
}

#[test]
fn one_archive_behind_another() {
    let (first, second) = (log(20), log(30).split_off(log(20).len()));
    let first = tar(&[(LOG, &first)]);
    let both = [&first[..], &tar(&[("0004f2a1b2c4-app.log", &second)])].concat();
    for (name, bytes) in [("a.tar", both.clone()), ("a.tgz", gzip(&both))] {
        let answer = Tree::with(name, &bytes).scan_with(&[name]);
        assert_eq!((answer.events(), answer.status), (30, 0), "{:?}", answer.problems());
    }
    let padded = [&first[..], &[0; 100_000]].concat();
    Tree::with("a.tar", &padded).scan_with(&["a.tar"]).is_whole(20);
    let answer = Tree::with("a.tar", &[&first[..], b"what is this?"].concat()).scan_with(&["a.tar"]);
    answer.read(20).has_problem("a.tar", "corrupt-archive", &format!("end, at byte {}", first.len()));
}

/// Zeros without end behind an archive, where there is nothing on the disk.
#[test]
fn a_hole_behind_the_end() {
    let tree = Tree::with("a.tar", &tar(&[(LOG, &log(20))]));
    std::fs::File::options().write(true).open(tree.path("a.tar")).unwrap().set_len(1 << 40).unwrap();
    tree.scan_with(&["a.tar"]).read(20).has_problem("a.tar", "limit-exceeded", "zeros");
}

/// Without its two blocks of zeros an archive is as good as whole.
#[test]
fn no_end() {
    let bytes = tar(&[(LOG, &log(20))]);
    let answer = Tree::with("a.tar", &bytes[..bytes.len() - 1024]).scan_with(&["a.tar"]);
    answer.is_whole(20);
}

/// The name of a member takes all memory, if one lets it.
#[test]
fn an_endless_name() {
    let mut long = Header::new_gnu();
    long.set_path("././@LongLink").unwrap();
    long.set_entry_type(EntryType::GNULongName);
    long.set_size(64 << 20);
    long.set_cksum();
    let mut bytes = tar(&[(LOG, &log(20))]);
    bytes.truncate(bytes.len() - 1024);
    bytes.extend_from_slice(long.as_bytes());
    bytes.resize(bytes.len() + (64 << 20), b'x');
    let answer = Tree::with("a.tgz", &gzip(&bytes)).scan_with(&["a.tgz"]);
    answer.read(20).has_problem("a.tgz", "limit-exceeded", "header");
}

/// A sparse member of a few bytes that says it is as long as can be.
#[test]
fn a_sparse_member_without_end() {
    let content = log(1);
    let mut sparse = Header::new_gnu();
    sparse.set_path(LOG).unwrap();
    sparse.set_entry_type(EntryType::GNUSparse);
    sparse.set_size(512);
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.sparse[0].offset.copy_from_slice(b"00000000000\0");
    gnu.sparse[0].numbytes.copy_from_slice(b"00000001000\0");
    gnu.sparse[1].offset.copy_from_slice(b"77777777777\0");
    gnu.sparse[1].numbytes.copy_from_slice(b"00000000000\0");
    gnu.realsize.copy_from_slice(b"77777777777\0");
    sparse.set_cksum();
    let mut bytes = sparse.as_bytes().to_vec();
    bytes.extend_from_slice(&content);
    bytes.resize(1024 + 1024, 0);
    let answer = Tree::with("a.tar", &bytes).scan_with(&["a.tar"]);
    assert_eq!(answer.events(), 1, "{:?}", answer.problems());
    let limit = answer.problems().into_iter().find(|(_, kind, _)| *kind == "limit-exceeded");
    assert!(limit.is_some(), "{:?}", answer.problems());
}

/// Whatever tells that it is an archive, its members are not one log.
#[test]
fn a_first_header_that_is_damaged() {
    let (content, other) = (log(20), log(30).split_off(log(20).len()));
    let whole = tar(&[("0004f2a1b2c4-app.log", &content), (LOG, &other)]);
    let mut damaged = whole.clone();
    damaged[110] ^= 1;
    let shifted = [&[0; 512][..], &whole].concat();
    for (bytes, lines) in [(&damaged, 10), (&shifted, 30)] {
        for (name, bytes) in [("a.tar", bytes.clone()), ("a.tar.gz", gzip(bytes)), ("a.tzst", zstd(bytes))] {
            let answer = Tree::with(name, &bytes).scan_with(&[name]);
            answer.read(lines).has_problem(name, "corrupt-archive", "damaged at byte 0 ");
        }
    }
    for bytes in [damaged.clone(), gzip(&damaged)] {
        let answer = Tree::new().scan_input(&bytes);
        answer.read(10).has_problem("-", "corrupt-archive", "damaged at byte 0 ");
        let answer = Tree::with("no-name", &bytes).scan_with(&["no-name"]);
        answer.read(10).has_problem("no-name", "corrupt-archive", "damaged at byte 0 ");
    }
    let nested = tar(&[("inner.tar", &damaged)]);
    let answer = Tree::with("a.tar", &nested).scan_with(&["a.tar"]);
    answer.read(10).has_problem("a.tar!/inner.tar", "corrupt-archive", "damaged at byte 0 ");
}

#[test]
fn a_tar_by_its_name_only() {
    let content = log(20);
    let behind_text = [b"Dear Sir or Madam,\n", &tar(&[(LOG, &content)])[..]].concat();
    for bytes in [&behind_text, &content, &b"x".to_vec()] {
        for (name, bytes) in [("a.tar", bytes.clone()), ("a.tgz", gzip(bytes)), ("a.tar.zst", zstd(bytes))] {
            let answer = Tree::with(name, &bytes).scan_with(&[name]);
            answer.read(0).has_problem(name, "corrupt-archive", "no member");
        }
    }
    for (name, bytes) in [("a.tar", vec![0; 1024]), ("a.tgz", gzip(&[0; 10_240]))] {
        Tree::with(name, &bytes).scan_with(&[name]).is_whole(0);
    }
    for (name, bytes) in [(LOG, content.clone()), ("0004f2a1b2c3-app.log.gz", gzip(&content))] {
        Tree::with(name, &bytes).scan_with(&[name]).is_whole(20);
    }
    let marked = [&content[..257], b"ustar  no mark\n", &content[..]].concat();
    assert_eq!(Tree::with("x.txt", &marked).scan_with(&["x.txt"]).problems(), []);
}

/// The three forms in which a list of holes stands before a member.
#[test]
fn holes_in_another_form() {
    let content = log(20);
    let fields: [&[(&str, &[u8])]; 3] = [
        &[("GNU.sparse.size", b"9000"), ("GNU.sparse.numblocks", b"1"), ("GNU.sparse.offset", b"0")],
        &[("GNU.sparse.size", b"9000"), ("GNU.sparse.map", b"0,10"), ("GNU.sparse.name", LOG.as_bytes())],
        &[("GNU.sparse.major", b"1"), ("GNU.sparse.minor", b"0"), ("GNU.sparse.name", LOG.as_bytes())],
    ];
    for fields in fields {
        let name =
            if fields.len() == 3 && fields[2].0 == "GNU.sparse.name" { "GNUSparseFile.7/x" } else { LOG };
        let mut archive = Builder::new(Vec::new());
        archive.append_pax_extensions(fields.iter().copied()).unwrap();
        archive.append_data(&mut header(content.len() as u64), name, &content[..]).unwrap();
        archive.append_data(&mut header(content.len() as u64), "0004f2a1b2c4-app.log", &content[..]).unwrap();
        let answer = Tree::with("a.tar", &archive.into_inner().unwrap()).scan_with(&["a.tar"]);
        answer.has_problem(&format!("a.tar!/{LOG}"), "unreadable", "holes");
        assert_eq!(answer.events(), 20);
        assert!(answer.device("0004F2A1B2C4").is_some());
    }
}
