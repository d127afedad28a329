//! Which files are found in directories, and how they are grouped.

use phonecert::input::{Buffers, ConfigKind, Options, Rotation, SkipReason};
use phonecert::model::Mac;
use phonecert::problem::ProblemKind::NotFound;

use super::sink::{LOG, Taken, Tree, log, tar, zip};

#[test]
fn logs_of_one_phone_stand_together() {
    let tree = Tree::new();
    for name in [
        "b/0004f2a1b2c3-app.log.10",
        "b/0004f2a1b2c3-app.log.2",
        "b/0004f2a1b2c3-app.log",
        "a/0004F2A1B2C3-app.log",
        "a/64167f000001-app.log",
        "0004f2000001-app.log.1.gz",
        "b/letter.txt",
    ] {
        tree.write(name, b"x\n");
    }
    let found = tree.find(&[""], &Options::default());
    let phones: Vec<_> = (0..found.phones())
        .map(|phone| {
            let paths: Vec<_> = found
                .logs(phone)
                .map(|log| found.path(log).strip_prefix(&format!("{}/", tree.shown(""))).unwrap().to_owned())
                .collect();
            (found.mac(phone).to_string(), paths.join(" "))
        })
        .collect();
    let expected = [
        ("0004F2000001", "0004f2000001-app.log.1.gz"),
        (
            "0004F2A1B2C3",
            "a/0004F2A1B2C3-app.log b/0004f2a1b2c3-app.log b/0004f2a1b2c3-app.log.2 b/0004f2a1b2c3-app.log.10",
        ),
        ("64167F000001", "a/64167f000001-app.log"),
    ];
    assert_eq!(phones, expected.map(|(mac, paths)| (mac.to_owned(), paths.to_owned())));
    assert_eq!(found.skipped.files, 7);
    let mac: Mac = "64167F000001".parse().unwrap();
    assert_eq!(found.phone_of(mac), Some(2));
    assert_eq!(found.phone_of(Mac::new([0; 6])), None);
}

#[test]
fn what_is_known_of_a_log_beside_its_content() {
    let tree = Tree::with(&format!("{LOG}.1"), &log(20));
    let found = tree.find(&[""], &Options::default());
    let first = found.logs(0).next().unwrap();
    let name = &Taken::all(&found).logs[0].name;
    assert_eq!(found.status(first).unwrap(), (name.size, name.modified));
    assert_eq!((&*name.path, name.size), (&*found.path(first), log(20).len() as u64));
    assert_eq!((name.rotation, name.named_like_log), (Rotation::Number(1), true));
    assert!(name.modified.unwrap() > 1_500_000_000);
    assert_eq!(name.identity.is_some(), cfg!(unix));
    std::fs::remove_file(tree.path(&format!("{LOG}.1"))).unwrap();
    assert_eq!(found.status(first).unwrap_err().kind, NotFound);
}

#[test]
fn each_file_once_however_it_is_named() {
    let tree = Tree::with("a/b/0004f2a1b2c3-app.log", &log(20));
    tree.write("a/b/polycom.log", b"x\n");
    let log = "a/b/0004f2a1b2c3-app.log";
    for paths in [
        &["a", "a"][..],
        &["a", "a/b"],
        &["a/b", "a"],
        &["a/b/", "a/b/../b"],
        &["a", log],
        &[log, "a"],
        &[log, log, "a/../a/b/0004f2a1b2c3-app.log"],
        &["a", "a/b/./0004f2a1b2c3-app.log"],
    ] {
        assert_eq!(tree.read(paths).logs.len(), 1, "{paths:?}");
    }
    let other = "a/b/polycom.log";
    assert_eq!(tree.read(&[other, other, "a/b/./polycom.log"]).logs.len(), 1);
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_name() {
    let tree = Tree::with("letter.txt", &log(20));
    tree.write("phone 0004f2a1b2c3.txt", &log(9));
    tree.write("0004f2a1b2c3-boot.log", &log(3));
    let taken = tree.read(&["letter.txt"]);
    let name = &taken.is_only(&log(20)).logs[0].name;
    assert_eq!((name.mac, name.named_like_log, name.rotation), (None, false, Rotation::Newest));
    let found = tree.find(&["phone 0004f2a1b2c3.txt"], &Options::default());
    assert_eq!((found.phones(), found.streams.len()), (1, 0));
    let taken = Taken::all(&found);
    assert_eq!(taken.logs[0].name.mac.unwrap().to_string(), "0004F2A1B2C3");
    assert!(!taken.logs[0].name.named_like_log && taken.bytes() == log(9));
    assert!(tree.read(&["0004f2a1b2c3-boot.log"]).bytes() == log(3));
    assert!(tree.read_all().logs.is_empty());
}

#[test]
fn a_directory_named_like_a_log() {
    let tree = Tree::new();
    for name in
        ["10.gz", "9", "20130531T1200.log", "deep/1", ".hidden", "0004f2a1b2c3.cfg", "0004f2a1b2c4-app.log"]
    {
        tree.write(&format!("{LOG}/{name}"), name.as_bytes());
    }
    for paths in [[""], [LOG]] {
        let found = tree.find(&paths, &Options::default());
        assert_eq!((found.phones(), found.config_files().len()), (2, 1));
        let taken = Taken::all(&found);
        let first: Vec<_> = taken.logs[..4].iter().map(|log| String::from_utf8_lossy(&log.bytes)).collect();
        assert_eq!(first, ["9", "10.gz", "20130531T1200.log", "deep/1"]);
        assert!(taken.logs[..4].iter().all(|log| log.name.rotation == Rotation::Piece));
        assert_eq!(taken.logs[4].name.rotation, Rotation::Newest);
    }
}

#[test]
fn configuration_files_by_their_names() {
    let tree = Tree::new();
    for name in [
        "0004f2a1b2c3.cfg",
        "0004F2A1B2C3.CFG.bak",
        "sub/0004F2A1B2C3-phone.cfg",
        "0004f2a1b2c3-web.cfg",
        "0004f2a1b2c3-private.key",
        "0004f2a1b2c3-directory.xml",
        "000000000000.cfg",
        "site.cfg",
    ] {
        tree.write(name, b"<x/>");
    }
    let found = tree.find(&["", "site.cfg"], &Options::default());
    let files: Vec<_> = found.config_files().map(|file| (file.mac.to_string(), file.kind)).collect();
    let phone = "0004F2A1B2C3".to_owned();
    let expected = [
        ("0".repeat(12), ConfigKind::Master),
        ("0".repeat(12), ConfigKind::Named),
        (phone.clone(), ConfigKind::PrivateKey),
        (phone.clone(), ConfigKind::WebOverrides),
        (phone.clone(), ConfigKind::Master),
        (phone, ConfigKind::PhoneOverrides),
    ];
    assert_eq!(files, expected);
    assert!(found.config_files().all(|file| file.path.is_file()));
    let none = tree.find(&[""], &Options { configs: false, ..Options::default() });
    assert_eq!(none.config_files().len(), 0);
}

#[test]
fn what_is_passed_over_is_counted() {
    let tree = Tree::new();
    for name in [
        "b/x.7z",
        "a/x.7z",
        "0004f2a1b2c3-app.log.7z",
        "x.rar",
        "0004f2a1b2c3-app.log.lzma",
        "logs.tar.lz4",
        "script.js.br",
        "0004f2a1b2c3-boot.log",
        "polycom.log",
        "letter.txt",
        "0004f2a1b2c3-app.log.html",
        "0004F2A1B2C3-app.log.csv",
        "0004f2a1b2c3-app.log.md5",
        "report.html",
        "0004f2a1b2c3-app.log.docx",
        "0004f2a1b2c3-app.log.XLSX",
        "offer.docx",
        "ticket.msg",
        "ticket.eml",
        "logs.zip.txt",
        "logs.zip_",
        "logs.7z.bak",
        "logs.tgz.md5",
        "notes.txt",
        "notes_",
        "c/x.7z.1",
        "0004f2a1b2c3-app.log.lzma.old",
        "logs.zip.001",
        "logs.zip.002",
        "logs.7z.001",
        "logs.z01",
        "logs.tgz.aa",
        "logs.cfg.001",
    ] {
        tree.write(name, b"x");
    }
    let taken = tree.read_all();
    let kinds: Vec<_> = taken.skipped.kinds.iter().collect();
    let expected = [
        (SkipReason::SevenZip, (4, "0004f2a1b2c3-app.log.7z".to_owned())),
        (SkipReason::Rar, (1, "x.rar".to_owned())),
        (SkipReason::OtherCompression, (3, "0004f2a1b2c3-app.log.lzma".to_owned())),
        (SkipReason::BootLog, (1, "0004f2a1b2c3-boot.log".to_owned())),
        (SkipReason::OtherLog, (1, "polycom.log".to_owned())),
        (SkipReason::LogAsReport, (2, "0004F2A1B2C3-app.log.csv".to_owned())),
        (SkipReason::Document, (2, "0004f2a1b2c3-app.log.XLSX".to_owned())),
        (SkipReason::Mail, (2, "ticket.eml".to_owned())),
        (SkipReason::RenamedArchive, (3, "logs.7z.bak".to_owned())),
        (SkipReason::ArchivePiece, (5, "logs.7z.001".to_owned())),
    ];
    assert_eq!(kinds, expected.iter().map(|(kind, told)| (kind, told)).collect::<Vec<_>>());
    assert_eq!(taken.skipped.files, 33);
    assert!(taken.logs.is_empty() && taken.problems.is_empty());
}

/// Programs that are no word processors write text with these endings.
#[test]
fn a_log_with_the_ending_of_a_text_document_is_read() {
    for ending in ["rtf", "doc", "odt", "xls"] {
        let tree = Tree::new();
        tree.write(&format!("0004f2a1b2c3-app.log.{ending}"), b"x");
        assert_eq!(tree.read_all().logs.len(), 1, "{ending}");
    }
}

#[test]
fn logs_that_are_read_only_if_named_are_counted_in_archives_too() {
    let content = log(20);
    let members: [(&str, &[u8]); 4] = [
        ("0004f2a1b2c3-app.log", &content),
        ("polycom.log", &content),
        ("0004f2a1b2c4-app.log.csv", b"x"),
        ("photo.jpg", b"x"),
    ];
    for (name, archive) in [("a.zip", zip(&members)), ("a.tar", tar(&members))] {
        let taken = Tree::with(name, &archive).read_all();
        taken.is_only(&content);
        let expected = [(SkipReason::OtherLog, 1), (SkipReason::LogAsReport, 1)];
        assert_eq!(
            taken.skipped.kinds.iter().map(|(kind, (count, _))| (*kind, *count)).collect::<Vec<_>>(),
            expected
        );
    }
}

/// macOS writes a file of metadata beside each file on a share, and into archives.
#[test]
fn metadata_of_macos_is_no_log() {
    let double: &[u8] = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ";
    let content = log(20);
    let members: [(&str, &[u8]); 7] = [
        ("logs/0004f2a1b2c3-app.log", &content),
        ("logs/._0004f2a1b2c3-app.log", double),
        ("logs/._0004f2a1b2c3-boot.log", double),
        ("logs/._0004f2a1b2c3.cfg", double),
        ("logs/._old.zip", double),
        ("logs/._old.7z", double),
        ("__MACOSX/logs/._0004f2a1b2c3-app.log", double),
    ];
    let tree = Tree::new();
    members.iter().for_each(|(name, bytes)| tree.write(name, bytes));
    for taken in [
        tree.read_all(),
        Tree::with("a.zip", &zip(&members)).read_all(),
        Tree::with("a.tar", &tar(&members)).read_all(),
    ] {
        taken.is_only(&content);
        assert!(taken.configs.is_empty() && taken.skipped.kinds.is_empty());
    }
    // What the user names is read.
    assert_eq!(tree.read(&["logs/._0004f2a1b2c3-app.log"]).bytes(), double);
}

/// Windows keeps the origin of a downloaded file, its own links, and how it shows a directory in files of their own.
#[test]
fn files_of_windows_beside_logs() {
    let tree = Tree::with(LOG, &log(20));
    for name in [
        ":Zone.Identifier",
        " - Shortcut.lnk",
        "-2016/desktop.ini",
        "-2016/Thumbs.db",
        "-2016/1:Zone.Identifier",
    ] {
        tree.write(&format!("{LOG}{name}"), b"[ZoneTransfer]\r\nZoneId=3\r\n");
    }
    tree.read_all().is_only(&log(20));
}

#[test]
fn names_that_people_and_programs_make() {
    let names = [
        "0004f2a0aa06-app.log.txt",
        "0004f2a0aa07-app (1).log",
        "0004f2a0aa08-app - Copy.log",
        "0004f2a0aa09-app.1.log",
        "0004f2a0aa10-app-20211005.log",
    ];
    let tree = Tree::new();
    names.iter().for_each(|name| tree.write(name, name.as_bytes()));
    let taken = tree.read_all();
    assert_eq!(taken.paths(), names);
}

/// The result does not depend on the order of threads: many directories and logs on several threads.
#[test]
fn the_same_for_any_number_of_threads() {
    let tree = Tree::new();
    for number in 0..3_000 {
        let path =
            format!("{}/{}/0004f2{:06x}-app.log.{}", number % 7, number % 100, number % 1_000, number % 9);
        tree.write(&path, number.to_string().as_bytes());
    }
    let read = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let taken = tree.read_all();
            taken.logs.into_iter().map(|log| (log.name.path, log.bytes)).collect::<Vec<_>>()
        })
    };
    let one = read(1);
    assert!(one.len() > 2_000);
    assert_eq!(read(4), one);
    assert_eq!(read(4), one);
}

#[test]
fn a_missing_path() {
    let taken = Tree::with(LOG, &log(20)).read(&["no/such/path", LOG]);
    taken.has_problem("no/such/path", NotFound, "");
    assert!(taken.bytes() == log(20));
}

/// More logs in a batch than are opened ahead, a batch of one phone with many logs, and logs in another order.
#[test]
fn batches() {
    let tree = Tree::new();
    for number in 0..150 {
        tree.write(&format!("{LOG}.{number}"), number.to_string().as_bytes());
        tree.write(&format!("0004f3{number:06x}-app.log"), b"x");
    }
    let found = tree.find(&[""], &Options::default());
    let phones = found.by_address();
    let batches: Vec<_> = found.batches(&phones).collect();
    assert_eq!(batches, [&phones[..1], &phones[1..65], &phones[65..129], &phones[129..]]);
    assert_eq!(phones.len(), 151);
    assert_eq!(Taken::all(&found).logs.len(), 300);
    let mut buffers = Buffers::new(1);
    let mut taken = Taken::default();
    found.open_ahead(&phones[..3], &mut buffers);
    let logs: Vec<_> = found.logs(0).collect();
    logs.iter().rev().for_each(|log| found.read(*log, &mut buffers, &mut taken));
    found.open_ahead(&[], &mut buffers);
    assert_eq!(taken.logs.len(), 150);
    assert!(taken.problems.is_empty());
}
