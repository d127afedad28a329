//! Special files, and files that can't be opened.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use phonecert::input::{Buffers, Bytes, LogSink, Options};
use phonecert::problem::ProblemKind::{
    ChangedWhileRead, LimitExceeded, NotFound, SymlinkLoop, TruncatedArchive, Unreadable,
};

use super::sink::{LOG, Taken, Tree, gzip, log, tar};

#[test]
fn a_plain_log_small_and_large() {
    // On both sides of the size up to which a log comes in one piece.
    let content = log(5_000);
    for (length, is_whole) in [(0, true), (1, true), (256 * 1024, true), (256 * 1024 + 1, false)] {
        let taken = Tree::with(LOG, &content[..length]).read_all();
        assert_eq!(taken.is_only(&content[..length]).logs[0].is_whole, is_whole, "{length}");
    }
}

#[test]
fn a_link_to_a_log_is_followed() {
    let tree = Tree::with("elsewhere", &log(20));
    symlink("elsewhere", tree.path(LOG)).unwrap();
    tree.write("other", b"");
    symlink("elsewhere", tree.path("link-of-no-interest")).unwrap();
    let taken = tree.read_all();
    taken.is_only(&log(20));
    // Two links to one file are two paths of one identity.
    symlink("elsewhere", tree.path("0004f2a1b2c3-app.log.1")).unwrap();
    let taken = tree.read_all();
    assert_eq!(taken.logs[0].name.identity, taken.logs[1].name.identity);
}

#[test]
fn dangling_links() {
    let tree = Tree::new();
    symlink("nowhere", tree.path(LOG)).unwrap();
    symlink("nowhere", tree.path("of no interest")).unwrap();
    tree.read_all().has_problem(LOG, NotFound, "link");
    tree.read(&[LOG]).has_problem(LOG, NotFound, "");
    let tree = Tree::new();
    symlink("nowhere", tree.path("0004F2A1B2C3-phone.cfg")).unwrap();
    tree.read_all().has_problem("0004F2A1B2C3-phone.cfg", NotFound, "link");
    let options = Options { configs: false, ..Options::default() };
    assert_eq!(tree.read_with(&[""], &options).problems, []);
}

#[test]
fn a_link_that_leads_back_to_a_directory() {
    let tree = Tree::with(&format!("a/b/{LOG}"), &log(20));
    symlink("../..", tree.path("a/b/back")).unwrap();
    let taken = tree.read_all();
    taken.has_problem("a/b/back", SymlinkLoop, "leads back");
    assert_eq!(taken.logs.len(), 1);
    // Back to a directory above the one that is searched.
    let taken = tree.read(&["a/b"]);
    taken.has_problem("a/b/back", SymlinkLoop, "leads back");
}

#[test]
fn links_of_files_in_a_circle() {
    let tree = Tree::new();
    symlink("other", tree.path(LOG)).unwrap();
    symlink(LOG, tree.path("other")).unwrap();
    let taken = tree.read_all();
    assert_eq!(taken.problems.len(), 2, "{:?}", taken.problems);
    let is_circle = |message: &str| message.contains("form a loop");
    assert!(taken.problems.iter().all(|problem| is_circle(&problem.message.to_string())));
    assert!(taken.problems.iter().all(|problem| problem.kind == SymlinkLoop));
    tree.read(&[LOG]).has_problem(LOG, SymlinkLoop, "form a loop");
}

/// Links between directories through which 2⁴⁰ paths lead to the log.
#[test]
fn woven_links() {
    let tree = Tree::new();
    for level in 0..40 {
        fs::create_dir(tree.path(&format!("level{level}"))).unwrap();
        for way in ["left", "right"] {
            symlink(format!("../level{}", level + 1), tree.path(&format!("level{level}/{way}"))).unwrap();
        }
    }
    tree.write(&format!("level40/{LOG}"), &log(20));
    tree.read_all().is_only(&log(20));
}

#[test]
fn a_link_to_a_directory_elsewhere_is_followed_once() {
    let elsewhere = Tree::with(&format!("deep/{LOG}"), &log(20));
    let tree = Tree::new();
    symlink(elsewhere.path(""), tree.path("b")).unwrap();
    symlink(elsewhere.path(""), tree.path("a")).unwrap();
    let taken = tree.read_all();
    assert_eq!(taken.is_only(&log(20)).paths(), [format!("a/deep/{LOG}")]);
    // Nor if its target is searched under its own name.
    let found = phonecert::input::find(&[tree.path(""), elsewhere.path("")], &Options::default());
    let taken = Taken::all(&found);
    assert_eq!(taken.paths(), [elsewhere.shown(&format!("deep/{LOG}"))]);
}

#[test]
fn pipes_sockets_and_devices_are_not_opened() {
    let tree = Tree::new();
    assert!(Command::new("mkfifo").arg(tree.path(LOG)).status().unwrap().success());
    tree.read_all().has_problem(LOG, Unreadable, "a named pipe");
    fs::remove_file(tree.path(LOG)).unwrap();
    let socket = UnixListener::bind(tree.path(LOG)).unwrap();
    tree.read_all().has_problem(LOG, Unreadable, "a socket");
    tree.read(&[LOG]).has_problem(LOG, Unreadable, "a socket");
    drop(socket);
    fs::remove_file(tree.path(LOG)).unwrap();
    symlink("/dev/zero", tree.path(LOG)).unwrap();
    tree.read_all().has_problem(LOG, Unreadable, "a character device");
    tree.read(&[LOG]).has_problem(LOG, Unreadable, "a character device");
    let found = phonecert::input::find(&["/dev/zero".into()], &Options::default());
    assert_eq!((Taken::all(&found).problems[0].kind, found.phones()), (Unreadable, 0));
}

/// What a special file, a directory or a broken link is named like would have been read, so it is not passed over.
#[test]
fn special_files_named_like_archives_and_configuration_files() {
    let (archives, configs) =
        (["a.zip", "a.TAR.gz"], ["0004f2a1b2c3.cfg", "0004f2a1b2c3-web.cfg", "000000000000.cfg"]);
    let others = ["0004f2a1b2c3-private.key", "a.gz", "site.cfg", "x.log"];
    let make = |name: &str, kind: &str| {
        let tree = Tree::new();
        let path = tree.path(name);
        match kind {
            "a named pipe" => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
            "a directory" => fs::create_dir(&path).unwrap(),
            "a character device" => symlink("/dev/zero", &path).unwrap(),
            _ => symlink("gone", &path).unwrap(),
        }
        tree
    };
    for kind in ["a named pipe", "a character device", "a directory", "a link"] {
        let problem = if kind == "a link" { NotFound } else { Unreadable };
        for name in archives.iter().filter(|_| kind != "a directory").chain(&configs) {
            make(name, kind).read_all().has_problem(name, problem, kind);
        }
        let without = Options { archives: false, configs: false, ..Options::default() };
        for name in archives.iter().chain(&configs) {
            let tree = make(name, kind);
            let found = phonecert::input::find(&[tree.path("")], &without);
            assert!(found.problems.is_empty(), "{name} is {kind}");
        }
        for name in others.iter().filter(|name| kind != "a link" || !name.ends_with(".key")) {
            assert!(make(name, kind).read_all().problems.is_empty(), "{name} is {kind}");
        }
    }
}

/// A full disk leaves such a file.
#[test]
fn an_archive_of_no_bytes() {
    for name in ["a.zip", "a.tar.gz", "a.tar"] {
        Tree::with(name, b"").read_all().has_problem(name, TruncatedArchive, "empty");
        Tree::with(name, b"").read(&[name]).has_problem(name, TruncatedArchive, "empty");
        let outer = tar(&[(name, b"")]);
        let path = format!("outer.tar!/{name}");
        Tree::with("outer.tar", &outer).read_all().has_problem(&path, TruncatedArchive, "empty");
    }
    assert!(Tree::with("a.tar", &[0; 1024]).read_all().problems.is_empty());
    assert!(Tree::with("a.gz", b"").read_all().problems.is_empty());
}

#[test]
fn a_pipe_that_is_named_is_read() {
    for content in [log(20), log(5_000), gzip(&log(20)), tar(&[(LOG, &log(20))])] {
        let tree = Tree::new();
        let path = tree.path(LOG);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let expected = if content == log(5_000) { log(5_000) } else { log(20) };
        let writer = std::thread::spawn(move || fs::write(path, content).unwrap());
        let taken = tree.read(&[LOG]);
        taken.is_only(&expected);
        assert_eq!(taken.logs[0].name.mac.unwrap().to_string(), "0004F2A1B2C3");
        writer.join().unwrap();
    }
}

/// Some files of the system have content and no size.
#[test]
#[cfg(target_os = "linux")]
fn a_file_without_a_size() {
    let found = phonecert::input::find(&["/proc/self/status".into()], &Options::default());
    let taken = Taken::all(&found);
    assert!(taken.bytes().starts_with(b"Name:"));
}

#[test]
fn names_with_control_characters_stay_as_they_are() {
    let name = format!("a\x1b[31m\nb/{LOG}");
    let taken = Tree::with(&name, &log(20)).read_all();
    assert_eq!(taken.is_only(&log(20)).paths(), [name]);
}

#[test]
fn two_hundred_directories_deep_and_hidden() {
    let tree = Tree::new();
    tree.write(&format!("{}.hidden/{LOG}", "d/".repeat(200)), &log(20));
    for name in [".ignore", ".gitignore", ".rgignore"] {
        tree.write(name, b"*\n");
    }
    tree.read_all().is_only(&log(20));
}

#[test]
fn a_log_that_is_gone_or_none_any_more() {
    let tree = Tree::with(LOG, &log(20));
    let found = tree.find(&[""], &Options::default());
    fs::remove_file(tree.path(LOG)).unwrap();
    assert_eq!(Taken::all(&found).problems[0].kind, NotFound);
    fs::create_dir(tree.path(LOG)).unwrap();
    let kind = Taken::all(&found).problems[0].kind;
    assert_eq!(kind, ChangedWhileRead);
}

/// A log that is cut while it is read, small and large.
#[test]
fn a_log_that_shrinks() {
    struct Cutting<'t>(&'t Tree, Taken);
    impl LogSink for Cutting<'_> {
        fn log(&mut self, name: phonecert::input::LogName, content: Bytes<'_>) -> std::io::Result<()> {
            fs::File::options().write(true).open(self.0.path(LOG)).unwrap().set_len(100_000).unwrap();
            self.1.log(name, content)
        }
        fn config(&mut self, _: phonecert::input::ConfigMember<'_>) {}
        fn problem(&mut self, problem: phonecert::problem::Problem) {
            self.1.problem(problem);
        }
        fn skipped(&mut self, _: phonecert::input::SkipReason, _: &str) {}
        fn advance(&mut self, _: u64, _: u64) {}
    }
    let tree = Tree::with(LOG, &log(10_000));
    let found = tree.find(&[""], &Options::default());
    let mut cutting = Cutting(&tree, Taken::default());
    found.read(found.logs(0).next().unwrap(), &mut Buffers::new(1), &mut cutting);
    cutting.1.has_problem(&tree.shown(LOG), ChangedWhileRead, "became shorter");
    assert!(cutting.1.bytes() == log(10_000)[..100_000]);
}

/// A sparse file of the greatest length is read up to the limit of one log.
#[test]
fn a_hole_without_end() {
    let tree = Tree::with(LOG, &log(20));
    let mut file = fs::OpenOptions::new().append(true).open(tree.path(LOG)).unwrap();
    file.flush().unwrap();
    file.set_len(1 << 42).unwrap();
    let limits = phonecert::input::Limits { log_bytes: 4 << 20, ..Default::default() };
    let taken = tree.read_with(&[""], &super::sink::limited(limits));
    taken.has_problem(LOG, LimitExceeded, "the log has more than");
    assert_eq!(taken.length, 4 << 20);
}

/// All logs are read, even if only a few files may be open.
#[test]
fn many_readers_share_the_files_that_may_be_open() {
    let tree = Tree::new();
    for number in 0..200 {
        tree.write(&format!("0004f2{number:06x}-app.log"), b"x");
    }
    let found = tree.find(&[""], &Options::default());
    let read: usize = std::thread::scope(|scope| {
        let readers = (0..64).map(|_| {
            scope.spawn(|| {
                let mut buffers = Buffers::new(64);
                found.open_ahead(&found.by_address(), &mut buffers);
                let mut taken = Taken::default();
                (0..found.phones())
                    .flat_map(|phone| found.logs(phone))
                    .for_each(|log| found.read(log, &mut buffers, &mut taken));
                assert_eq!(taken.problems, []);
                taken.logs.len()
            })
        });
        readers.collect::<Vec<_>>().into_iter().map(|reader| reader.join().unwrap()).sum()
    });
    assert_eq!(read, 64 * 200);
}
