//! The answer about special files, and about files that can't be opened. tests/input/files.rs has more kinds of them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use phonecert::report::FORMATS;

use super::run::{Answer, LOG, PHONE, Tree, log, program, program_for};
use super::tree::Unprivileged;

#[test]
fn nothing_is_wrong_with_a_log() {
    Tree::with(LOG, &log(20)).scan().is_whole(20);
}

/// The answer for a user without the permissions of root.
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
    assert_unread(&answer);
}

/// The phone has a row, as one whose log is damaged.
#[track_caller]
fn assert_unread(answer: &Answer) {
    let phone = answer.device(PHONE).unwrap();
    assert_eq!(phone["status"], "unknown");
    assert_eq!(phone["files"], serde_json::json!([LOG]));
    let message = "The phone's log could not be read, so nothing is known.";
    assert_eq!(phone["diagnoses"][0]["code"], "LOG001");
    assert_eq!(phone["diagnoses"][0]["message"], message);
}

#[test]
fn a_pipe_and_a_device_named_like_logs() {
    for target in [None, Some("/dev/null")] {
        let tree = Tree::new();
        match target {
            Some(target) => symlink(target, tree.path(LOG)).unwrap(),
            None => assert!(Command::new("mkfifo").arg(tree.path(LOG)).status().unwrap().success()),
        }
        let answer = tree.scan();
        answer.has_problem(LOG, "unreadable", ", not a file");
        assert_unread(&answer);
        // Alone too, it is a log that was found.
        let run = |args: &[&str]| {
            let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_phonecert"));
            command.args(args).current_dir(tree.path("")).output().unwrap()
        };
        for args in [&["device", PHONE, "."][..], &["scan", "--device", PHONE, "--no-config"]] {
            let output = run(args);
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.code() == Some(4) && text.contains("LOG001"), "{args:?}: {text}");
        }
        let records = run(&["digest", "-q", "."]).stdout;
        tree.write("all.pcr", &records);
        let of_records = program(&tree.path("")).args(["--records", "all.pcr"]).output().unwrap();
        assert_eq!(Answer::of(of_records).json, answer.json);
        fs::create_dir(tree.path("alone")).unwrap();
        fs::rename(tree.path(LOG), tree.path("alone").join(LOG)).unwrap();
        for command in ["list", "digest", "events"] {
            assert_eq!(run(&[command, "alone"]).status.code(), Some(4), "{command}");
        }
    }
}

/// A link without a target is not a log, and an address in the name of something else does not mean that there is a log.
#[test]
fn what_is_no_unread_log() {
    let tree = Tree::new();
    symlink("nowhere", tree.path(LOG)).unwrap();
    symlink("/dev/null", tree.path("0004f2a1b2c3.cfg")).unwrap();
    tree.write("0004f2a1b2c3.zip", b"PK\x03\x04");
    let answer = tree.scan();
    assert!(answer.problems().len() >= 2 && answer.device(PHONE).is_none(), "{:#}", answer.json);
    let output = program(&tree.path("")).args(["--device", PHONE]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
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

/// A file that can be opened but not read: the memory of this process is empty at its beginning.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_opens_and_cannot_be_read() {
    let tree = Tree::new();
    symlink("/proc/self/mem", tree.path(LOG)).unwrap();
    let answer = tree.scan();
    let kinds: Vec<_> = answer.problems().into_iter().map(|(path, kind, _)| (path, kind)).collect();
    // Its size is 0, so it is not read; also if it is named.
    assert!(matches!(kinds[..], [(LOG, "not-a-log" | "unreadable")]), "{kinds:?}");
    assert_eq!(answer.status, 4);
}

#[test]
fn an_empty_file() {
    let tree = Tree::with(LOG, b"");
    let answer = tree.scan();
    answer.has_problem(LOG, "not-a-log", "empty");
    assert_eq!(answer.device(PHONE).unwrap()["status"], "unknown");
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

/// Control characters of names never reach a terminal.
#[test]
fn names_with_control_characters() {
    let tree = Tree::new();
    tree.write(&format!("a\x1b[31m\nb\u{202e}/{LOG}"), &log(20));
    tree.write("\x1b]0;x\x07/64167f000002-app.log", b"");
    for format in FORMATS.iter().map(|format| format.name) {
        let output = program_for(&tree.path(""), format).arg("-v").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("64167F000002"), "{format}: {text}");
        let raw = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r') || *c == '\u{202e}');
        assert_eq!(raw, None, "{format}: {text:?}");
    }
}
