//! Files that are none, or that cannot be opened.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::run::{Answer, LOG, PHONE, Tree, log, program, program_for};
use super::tree::Unprivileged;

#[test]
fn nothing_is_wrong_with_a_log() {
    Tree::with(LOG, &log(20)).scan().is_whole(20);
}

/// The answer to a user whom permissions bind.
fn as_nobody(tree: &Tree) -> Answer {
    let arguments = ["scan", "--format", "json", "--no-progress"];
    Answer::of(Unprivileged::new().run(&tree.path(""), &arguments))
}

#[test]
fn an_unreadable_file() {
    let tree = Tree::with(LOG, &log(20));
    fs::set_permissions(tree.path(LOG), fs::Permissions::from_mode(0o0)).unwrap();
    let answer = as_nobody(&tree);
    answer.has_problem(LOG, "permission-denied", "denied");
    assert_eq!(answer.json["scanned"]["devices"], 1);
}

#[test]
fn an_unreadable_directory() {
    let tree = Tree::with(&format!("locked/{LOG}"), &log(20));
    fs::set_permissions(tree.path("locked"), fs::Permissions::from_mode(0o0)).unwrap();
    let answer = as_nobody(&tree);
    fs::set_permissions(tree.path("locked"), fs::Permissions::from_mode(0o755)).unwrap();
    answer.has_problem("locked", "permission-denied", "denied");
    assert_eq!(answer.json["scanned"]["devices"], 1);
}

/// A file that opens, and cannot be read: the memory of this process has nothing at its beginning.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_opens_and_cannot_be_read() {
    let tree = Tree::new();
    symlink("/proc/self/mem", tree.path(LOG)).unwrap();
    let answer = tree.scan();
    let kinds: Vec<_> = answer.problems().into_iter().map(|(path, kind, _)| (path, kind)).collect();
    // Its size is 0, so nothing is asked of it; named, it is no better.
    assert!(matches!(kinds[..], [(LOG, "not-a-log" | "unreadable")]), "{kinds:?}");
    assert_eq!(answer.status, 4);
}

#[test]
fn a_link_to_a_log_is_followed() {
    let tree = Tree::with("elsewhere", &log(20));
    symlink("elsewhere", tree.path(LOG)).unwrap();
    tree.scan().is_whole(20);
}

#[test]
fn dangling_links() {
    let tree = Tree::new();
    symlink("nowhere", tree.path(LOG)).unwrap();
    symlink("nowhere", tree.path("of no interest")).unwrap();
    tree.scan().read(0).has_problem(LOG, "not-found", "link");
    tree.scan_with(&[LOG]).read(0).has_problem(LOG, "not-found", "");
}

#[test]
fn a_link_that_leads_back_to_a_directory() {
    let tree = Tree::with(&format!("a/b/{LOG}"), &log(20));
    symlink("../..", tree.path("a/b/back")).unwrap();
    tree.scan().read(20).has_problem("a/b/back", "symlink-loop", "leads back");
}

#[test]
fn links_of_files_in_a_circle() {
    let tree = Tree::new();
    symlink("other", tree.path(LOG)).unwrap();
    symlink(LOG, tree.path("other")).unwrap();
    let answer = tree.scan();
    let problems = answer.problems();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().all(|(_, kind, message)| *kind == "symlink-loop" && message.contains("circle")));
    tree.scan_with(&[LOG]).has_problem(LOG, "symlink-loop", "circle");
}

/// Links between directories, so woven that there are 2⁴⁰ paths to the log.
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
    tree.scan().is_whole(20);
}

#[test]
fn a_link_to_a_directory_elsewhere_is_followed_once() {
    let elsewhere = Tree::with(&format!("deep/{LOG}"), &log(20));
    let tree = Tree::new();
    symlink(elsewhere.path(""), tree.path("b")).unwrap();
    symlink(elsewhere.path(""), tree.path("a")).unwrap();
    let answer = tree.scan();
    answer.is_whole(20);
    assert_eq!(answer.device(PHONE).unwrap()["files"][0], format!("a/deep/{LOG}"));
}

#[test]
fn a_pipe_and_a_socket_are_not_opened() {
    let tree = Tree::new();
    assert!(Command::new("mkfifo").arg(tree.path(LOG)).status().unwrap().success());
    tree.scan().read(0).has_problem(LOG, "unreadable", "a named pipe");
    fs::remove_file(tree.path(LOG)).unwrap();
    let _socket = UnixListener::bind(tree.path(LOG)).unwrap();
    tree.scan().read(0).has_problem(LOG, "unreadable", "a socket");
    tree.scan_with(&[LOG]).read(0).has_problem(LOG, "unreadable", "a socket");
}

#[test]
fn a_device_is_not_opened() {
    let tree = Tree::new();
    symlink("/dev/zero", tree.path(LOG)).unwrap();
    tree.scan().read(0).has_problem(LOG, "unreadable", "a character device");
    tree.scan_with(&[LOG]).read(0).has_problem(LOG, "unreadable", "a character device");
    tree.scan_with(&["/dev/zero"]).read(0).has_problem("/dev/zero", "unreadable", "a character device");
}

#[test]
fn a_pipe_that_is_named_is_read() {
    let tree = Tree::new();
    let path = tree.path(LOG);
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let writer = std::thread::spawn(move || fs::write(path, log(20)).unwrap());
    tree.scan_with(&[LOG]).is_whole(20);
    writer.join().unwrap();
}

#[test]
fn an_empty_file() {
    let tree = Tree::with(LOG, b"");
    let answer = tree.scan();
    answer.has_problem(LOG, "not-a-log", "empty");
    assert_eq!(answer.device(PHONE).unwrap()["status"], "unknown");
}

#[test]
fn a_directory_named_like_a_log() {
    let tree = Tree::new();
    tree.write(&format!("{LOG}/{LOG}"), &log(20));
    tree.scan().is_whole(20);
    tree.scan_with(&[LOG]).is_whole(20);
}

#[test]
fn a_missing_path() {
    let tree = Tree::with(LOG, &log(20));
    tree.scan_with(&["no/such/path", LOG]).read(20).has_problem("no/such/path", "not-found", "");
}

#[test]
fn no_log_at_all() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("0004f2a1b2c3-boot.log"), log(3)).unwrap();
    let answer = Answer::of(program(folder.path()).output().unwrap());
    assert_eq!(answer.status, 3);
    assert!(answer.errors.contains("no log was found"), "{}", answer.errors);
    let answer = Answer::of(program(folder.path()).arg("nowhere").output().unwrap());
    assert_eq!((answer.status, answer.problems().len()), (3, 1));
}

#[test]
fn names_that_are_not_utf_8() {
    let tree = Tree::new();
    let folder = tree.path("").join(OsStr::from_bytes(b"caf\xE9"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(LOG), log(20)).unwrap();
    fs::write(folder.join("64167f000002-app.log"), b"").unwrap();
    let answer = tree.scan();
    answer.has_problem("caf\\xE9/64167f000002-app.log", "not-a-log", "empty");
    assert_eq!(answer.device(PHONE).unwrap()["files"][0], format!("caf\\xE9/{LOG}"));
}

/// Nothing that a name holds reaches a terminal raw.
#[test]
fn names_with_control_characters() {
    let tree = Tree::new();
    tree.write(&format!("a\x1b[31m\nb\u{202e}/{LOG}"), &log(20));
    tree.write("\x1b]0;x\x07/64167f000002-app.log", b"");
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let output = program_for(&tree.path(""), format).arg("-v").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("64167F000002"), "{format}: {text}");
        let raw = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r') || *c == '\u{202e}');
        assert_eq!(raw, None, "{format}: {text:?}");
    }
}

#[test]
fn two_hundred_directories_deep() {
    let tree = Tree::new();
    tree.write(&format!("{}{LOG}", "d/".repeat(200)), &log(20));
    tree.scan().is_whole(20);
}

#[test]
fn no_ignore_file_hides_a_log() {
    let tree = Tree::with(&format!(".hidden/{LOG}"), &log(20));
    for name in [".ignore", ".gitignore", ".rgignore"] {
        tree.write(name, b"*\n");
    }
    tree.scan().is_whole(20);
}
