//! Tar archives: cut, old, with links and devices, with false headers.

use phonecert::problem::ProblemKind::{CorruptArchive, LimitExceeded, TruncatedArchive, Unreadable};
use tar::{Builder, EntryType, Header};

use super::pack::{PACKED, tar_header as header};
use super::sink::{LOG, Tree, gzip, log, tar, zstd};

#[test]
fn times_and_sizes() {
    let taken = Tree::with("a.tar", &tar(&[(LOG, &log(20))])).read(&["a.tar"]);
    let name = &taken.logs[0].name;
    assert_eq!((name.modified, name.size, name.identity), (Some(PACKED), log(20).len() as u64, None));
    assert!(name.named_like_log);
}

#[test]
fn cut_within_a_member() {
    for lines in [40, 20_000] {
        let content = log(lines);
        let whole = tar(&[(LOG, &content)]);
        let cut = &whole[..whole.len() / 2];
        for (name, bytes) in [("a.tar", cut.to_vec()), ("a.tar.gz", gzip(cut)), ("a.tar.zst", zstd(cut))] {
            let taken = Tree::with(name, &bytes).read(&[name]);
            taken.has_problem(name, TruncatedArchive, "ends too early");
            assert!(content.starts_with(&taken.bytes()) && taken.length > 0);
        }
    }
}

#[test]
fn compressed_and_cut() {
    let whole = gzip(&tar(&[(LOG, &log(20)), ("0004f2a1b2c4-app.log", &log(20_000))]));
    let taken = Tree::with("a.tgz", &whole[..whole.len() / 2]).read(&["a.tgz"]);
    taken.has_problem("a.tgz", TruncatedArchive, "compressed data ends too early");
    assert!(taken.logs[0].bytes == log(20));
    assert!(log(20_000).starts_with(&taken.logs[1].bytes) && taken.logs[1].bytes.len() > 100_000);
}

#[test]
fn compressed_with_a_wrong_checksum() {
    let mut bytes = gzip(&tar(&[(LOG, &log(20))]));
    let sum = bytes.len() - 8;
    bytes[sum] ^= 1;
    let taken = Tree::with("a.tgz", &bytes).read(&["a.tgz"]);
    taken.has_problem("a.tgz", CorruptArchive, "damaged");
    assert!(taken.bytes() == log(20));
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
    let taken = Tree::with("a.tar", &archive.into_inner().unwrap()).read(&["a.tar"]);
    assert!(taken.bytes() == log(20));
    assert_eq!(taken.problems.len(), special.len(), "{:?}", taken.problems);
    let is_told = |problem: &phonecert::problem::Problem| {
        problem.kind == Unreadable
            && problem.message.to_string().contains("is a link, a device or a sparse file")
    };
    assert!(taken.problems.iter().all(is_told));
}

/// A second name of a log that is read is not a problem: backups with hard links have many.
#[test]
fn links_to_members() {
    let links = [
        (EntryType::Symlink, "early/0004f2a1b2c3-app.log", "../day1/0004f2a1b2c3-app.log"),
        (EntryType::Link, "day0/0004f2a1b2c3-app.log", "./day1/0004f2a1b2c3-app.log"),
        (EntryType::Symlink, "day1/0004f2a1b2c3-app.log.1", "/day1/0004f2a1b2c3-app.log"),
        // The name of another phone; a name that is not a log's; a name that leads to nothing.
        (EntryType::Link, "day0/0004f2a1b2c4-app.log", "day1/0004f2a1b2c3-app.log"),
        (EntryType::Link, "day0/0004f2a1b2c5-app.log", "day1/letter.txt"),
        (EntryType::Link, "day0/0004f2a1b2c6-app.log", "day2/0004f2a1b2c6-app.log"),
    ];
    let mut archive = Builder::new(Vec::new());
    for (number, (kind, name, target)) in links.into_iter().enumerate() {
        if number == 1 {
            for name in ["./day1/0004f2a1b2c3-app.log", "day1/letter.txt"] {
                archive.append_data(&mut header(log(20).len() as u64), name, &log(20)[..]).unwrap();
            }
        }
        let mut header = header(0);
        header.set_entry_type(kind);
        header.set_link_name_literal(target).unwrap();
        archive.append_data(&mut header, name, &b""[..]).unwrap();
    }
    let taken = Tree::with("a.tar", &archive.into_inner().unwrap()).read(&["a.tar"]);
    assert!(taken.bytes() == log(20));
    let told: Vec<_> = taken.problems.iter().map(|problem| &*problem.path).collect();
    assert_eq!(told, ["c4", "c5", "c6"].map(|end| format!("a.tar!/day0/0004f2a1b2{end}-app.log")));
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
    Tree::with("no-name", &bytes).read(&["no-name"]).is_only(&content);
}

/// `tar -V` begins with a header whose size is not set. In another header, that is damage.
#[test]
fn a_volume_label() {
    let mut label = Header::new_gnu();
    label.set_path("nightly 2016-03-01").unwrap();
    for (kind, is_label) in [(b'V', true), (b'0', false)] {
        label.set_entry_type(EntryType::new(kind));
        label.as_mut_bytes()[124..136].fill(0);
        label.set_cksum();
        let bytes = [label.as_bytes().as_slice(), &tar(&[(LOG, &log(20))])].concat();
        for (name, bytes) in [("a.tar", bytes.clone()), ("a.tgz", gzip(&bytes))] {
            let taken = Tree::with(name, &bytes).read(&[name]);
            match is_label {
                true => _ = taken.is_only(&log(20)),
                false => _ = taken.has_problem(name, CorruptArchive, "the archive is damaged"),
            }
        }
    }
}

#[test]
fn names_above_and_outside() {
    // The writer rejects such a name, so it is inserted afterwards.
    for name in ["../../../0004f2a1b2c3-app.log", "/var/log//0004f2a1b2c3-app.log"] {
        let stand_in = "x".repeat(name.len());
        let mut bytes = tar(&[(&stand_in, &log(20))]);
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        let mut header = Header::new_gnu();
        header.as_mut_bytes().copy_from_slice(&bytes[..512]);
        header.set_cksum();
        bytes[..512].copy_from_slice(header.as_bytes());
        let taken = Tree::with("a.tar", &bytes).read(&["a.tar"]);
        assert_eq!(taken.paths(), [format!("a.tar!/{}", name.trim_start_matches('/'))]);
    }
}

#[test]
fn long_names() {
    let name = format!("{}{LOG}", "directory/".repeat(30));
    let taken = Tree::with("a.tar", &tar(&[(&name, &log(20))])).read(&["a.tar"]);
    assert_eq!(taken.is_only(&log(20)).paths(), [format!("a.tar!/{name}")]);
}

/// What is before a damaged header counts.
#[test]
fn a_header_that_is_damaged() {
    let content = log(20);
    let names: Vec<_> = (0..3).map(|number| format!("0004f2a1b2d{number}-app.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &content[..])).collect();
    let whole = tar(&members);
    let at = memchr::memmem::find(&whole, names[1].as_bytes()).unwrap();
    // The header's sum, its name, its length, and all of it.
    for (from, to) in [(150, 151), (3, 4), (124, 136), (0, 512)] {
        let mut bytes = whole.clone();
        bytes[at + from..at + to].fill(b'?');
        for (name, bytes) in [("a.tar", bytes.clone()), ("a.tgz", gzip(&bytes)), ("a.tar.zst", zstd(&bytes))]
        {
            let taken = Tree::with(name, &bytes).read(&[name]);
            taken.has_problem(name, CorruptArchive, "the archive is damaged");
            assert!(taken.bytes() == content);
        }
    }
}

/// An archive is never read as one log, whether it is recognized by its name or its bytes.
#[test]
fn an_archive_by_its_name_or_mark_only() {
    let mut damaged = tar(&[(LOG, &log(20))]);
    damaged[110] ^= 1;
    let text = [&b"Dear Sir or Madam,\n"[..], &log(20)].concat();
    for (name, bytes) in [
        ("a.tar", damaged.clone()),
        ("no-name", damaged.clone()),
        ("a.tgz", gzip(&damaged)),
        ("a.tar", text.clone()),
        ("a.tgz", gzip(&text)),
        ("a.zip", text.clone()),
    ] {
        let taken = Tree::with(name, &bytes).read(&[name]);
        assert!(taken.logs.is_empty(), "{name}");
        assert_eq!(taken.problems.len(), 1, "{name}: {:?}", taken.problems);
        assert!(matches!(taken.problems[0].kind, CorruptArchive | TruncatedArchive), "{:?}", taken.problems);
    }
    // A log's own name has precedence.
    Tree::with(LOG, &log(20)).read_all().is_only(&log(20));
    Tree::with("empty.tar", &[0; 1024]).read(&["empty.tar"]);
}

#[test]
fn one_archive_behind_another() {
    let first = tar(&[(LOG, &log(20))]);
    let both = [&first[..], &tar(&[("0004f2a1b2c4-app.log", &log(30))])].concat();
    for (name, bytes) in [("a.tar", both.clone()), ("a.tgz", gzip(&both))] {
        let taken = Tree::with(name, &bytes).read(&[name]);
        assert_eq!((taken.logs.len(), &taken.problems[..]), (2, &[][..]));
    }
    let padded = [&first[..], &[0; 102_400]].concat();
    Tree::with("a.tar", &padded).read(&["a.tar"]).is_only(&log(20));
    // An archive without its two blocks of zeros is read completely.
    Tree::with("a.tar", &first[..first.len() - 1024]).read(&["a.tar"]).is_only(&log(20));
    let garbage = [&first[..], &[b'?'; 600]].concat();
    let taken = Tree::with("a.tar", &garbage).read(&["a.tar"]);
    assert!(taken.bytes() == log(20));
    assert_eq!(taken.problems.len(), 1);
}

/// A very long hole of a sparse file after an archive.
#[test]
fn a_hole_behind_the_end() {
    let tree = Tree::with("a.tar", &tar(&[(LOG, &log(20))]));
    std::fs::File::options().write(true).open(tree.path("a.tar")).unwrap().set_len(1 << 40).unwrap();
    let taken = tree.read(&["a.tar"]);
    taken.has_problem("a.tar", LimitExceeded, "between two members");
    assert!(taken.bytes() == log(20));
}

/// The name of a member can have any length, so it could take all memory.
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
    let taken = Tree::with("a.tgz", &zstd(&bytes)).read(&["a.tgz"]);
    taken.has_problem("a.tgz", LimitExceeded, "between two members");
    assert!(taken.bytes() == log(20));
}

/// The holes of a sparse member are not stored, so a few bytes can mean any length.
#[test]
fn a_sparse_member_is_not_read() {
    let mut archive = Builder::new(Vec::new());
    let mut sparse = header(512);
    sparse.set_entry_type(EntryType::GNUSparse);
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.sparse[0].offset.copy_from_slice(b"00000000000\0");
    gnu.sparse[0].numbytes.copy_from_slice(b"00000001000\0");
    gnu.sparse[1].offset.copy_from_slice(b"77777777777\0");
    gnu.sparse[1].numbytes.copy_from_slice(b"00000000000\0");
    gnu.realsize.copy_from_slice(b"77777777777\0");
    archive.append_data(&mut sparse, LOG, &[b'x'; 512][..]).unwrap();
    archive.append_data(&mut header(log(20).len() as u64), "0004f2a1b2c4-app.log", &log(20)[..]).unwrap();
    let taken = Tree::with("a.tar", &archive.into_inner().unwrap()).read(&["a.tar"]);
    taken.has_problem(&format!("a.tar!/{LOG}"), Unreadable, "a sparse file");
    assert!(taken.bytes() == log(20));
}

/// The form of POSIX: a plain member. Its name and where the holes are stand in its extended header.
#[test]
fn a_sparse_member_in_an_extended_header_is_not_read() {
    let of = |fields: &[(&str, &[u8])], name: &str| {
        let mut archive = Builder::new(Vec::new());
        archive.append_pax_extensions(fields.iter().copied()).unwrap();
        archive.append_data(&mut header(log(20).len() as u64), name, &log(20)[..]).unwrap();
        archive.append_data(&mut header(log(10).len() as u64), "64167f000001-app.log", &log(10)[..]).unwrap();
        Tree::with("a.tar", &archive.into_inner().unwrap()).read(&["a.tar"])
    };
    let placeholder = format!("GNUSparseFile.7/{LOG}");
    for (fields, name) in [
        (&[("GNU.sparse.major", &b"1"[..]), ("GNU.sparse.name", LOG.as_bytes())][..], &*placeholder),
        (&[("GNU.sparse.map", b"0,512")], LOG),
    ] {
        let taken = of(fields, name);
        taken.has_problem(&format!("a.tar!/{LOG}"), Unreadable, "a sparse file");
        assert_eq!(taken.paths(), ["a.tar!/64167f000001-app.log"]);
    }
    let taken = of(&[("mtime", b"1370000000.5"), ("comment", b"GNU.sparse.name")], LOG);
    assert!(taken.problems.is_empty() && taken.logs.len() == 2);
}
