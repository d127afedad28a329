//! Output files that can't be written: none is incomplete, no device file is replaced, and the exit status is right.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use crate::tree::{self, HEALTHY, Unprivileged, fleet, run};

/// The files that are not part of the fleet.
fn left(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut left: Vec<_> = names.filter(|name| name.contains("report") || name.contains(".part")).collect();
    left.sort();
    left
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Like a full disk: the system lets no file grow beyond 512 or 1,024 bytes.
#[test]
fn no_room_for_the_file() {
    let fleet = fleet();
    let program = tree::phonecert(fleet.path()).get_program().to_owned();
    for prepare in ["trap '' XFSZ; ulimit -f 1;", "ulimit -f 1;"] {
        for output in ["report.json", "report.csv", "report.txt"] {
            for force in ["", "--force"] {
                if !force.is_empty() {
                    fs::write(fleet.path().join(output), "mine").unwrap();
                }
                let ran = Command::new("sh")
                    .args(["-c", &format!("{prepare} exec \"$0\" scan --output {output} {force}")])
                    .arg(&program)
                    .current_dir(fleet.path())
                    .output()
                    .unwrap();
                assert_eq!(ran.status.code(), Some(2), "{prepare} {}", complaint(&ran));
                assert!(complaint(&ran).contains(&format!("{output}: ")), "{}", complaint(&ran));
                if force.is_empty() {
                    assert!(left(fleet.path()).is_empty(), "{:?}", left(fleet.path()));
                } else {
                    assert_eq!(left(fleet.path()), [output]);
                    assert_eq!(fs::read_to_string(fleet.path().join(output)).unwrap(), "mine");
                    fs::remove_file(fleet.path().join(output)).unwrap();
                }
            }
        }
    }
}

/// For example, because a share is not mounted.
#[test]
fn no_log_replaces_no_answer() {
    let fleet = fleet();
    fs::create_dir(fleet.path().join("unmounted")).unwrap();
    for (command, name) in [
        ("scan", "report.html"),
        ("scan", "report.json"),
        ("events", "report.csv"),
        ("digest", "report.pcr.zst"),
    ] {
        let path = fleet.path().join(name);
        let ran = run(fleet.path(), &[command, "unmounted", "--output", name]);
        assert_eq!((ran.status.code(), path.exists()), (Some(3), true), "{name}: {}", complaint(&ran));
        fs::write(&path, "of yesterday").unwrap();
        let ran = run(fleet.path(), &[command, "unmounted", "--output", name, "--force"]);
        let said = format!("{name}: left as it was, since no log was found\n");
        assert_eq!(ran.status.code(), Some(3), "{}", complaint(&ran));
        assert!(complaint(&ran).contains(&said), "{}", complaint(&ran));
        assert_eq!(fs::read_to_string(&path).unwrap(), "of yesterday");
        let ran = run(fleet.path(), &[command, ".", "--output", name, "--force", "-q"]);
        assert!(!complaint(&ran).contains("left as it was"), "{}", complaint(&ran));
        assert_ne!(fs::read(&path).unwrap(), b"of yesterday");
        fs::remove_file(&path).unwrap();
    }
    assert!(left(fleet.path()).is_empty(), "{:?}", left(fleet.path()));
}

/// Events are collected in a temporary file before they are written.
#[test]
fn no_room_for_what_waits() {
    let fleet = fleet();
    let program = tree::phonecert(fleet.path()).get_program().to_owned();
    let ran = Command::new("sh")
        .args(["-c", "ulimit -f 1; exec \"$0\" events --output report.jsonl"])
        .arg(&program)
        .current_dir(fleet.path())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2), "{}", complaint(&ran));
    assert!(left(fleet.path()).is_empty());
}

#[test]
fn no_place_for_the_file() {
    let fleet = fleet();
    fs::create_dir(fleet.path().join("report.json")).unwrap();
    for (output, words) in [
        ("missing/report.json", "missing/report.json: "),
        ("report.json", "is a directory"),
        ("site.cfg/report.json", "site.cfg/report.json: "),
        // Without an ending there is no format.
        ("/dev/null", "/dev/null"),
        ("/dev/stdout", "/dev/stdout"),
    ] {
        for force in [&[][..], &["--force"]] {
            let ran = run(fleet.path(), &[&["scan", "--output", output], force].concat());
            assert_eq!(ran.status.code(), Some(2), "{output}");
            assert!(ran.stdout.is_empty() && complaint(&ran).contains(words), "{}", complaint(&ran));
        }
    }
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    assert_eq!(left(fleet.path()), ["report.json"]);
}

#[test]
fn a_directory_that_is_not_ours() {
    let fleet = fleet();
    fs::set_permissions(fleet.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let ran = Unprivileged::new().run(fleet.path(), &["scan", "--output", "report.json"]);
    fs::set_permissions(fleet.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{}", complaint(&ran));
    assert!(complaint(&ran).contains("report.json: "), "{}", complaint(&ran));
    assert!(left(fleet.path()).is_empty());
}

#[test]
fn devices_and_pipes_take_what_is_written() {
    let fleet = fleet();
    for (name, device, status) in [("null.json", "/dev/null", 0), ("out.json", "/dev/stdout", 0)] {
        symlink(device, fleet.path().join(name)).unwrap();
        for force in [&[][..], &["--force"]] {
            let ran = run(fleet.path(), &[&["scan", HEALTHY, "--output", name], force].concat());
            assert_eq!(ran.status.code(), Some(status), "{}", complaint(&ran));
            assert_eq!(ran.stdout.is_empty(), device == "/dev/null");
            assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
            assert!(fleet.path().join(name).symlink_metadata().unwrap().is_symlink());
        }
    }
    let pipe = fleet.path().join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    let ran = run(fleet.path(), &["scan", HEALTHY, "--output", "pipe.csv", "--force"]);
    assert_eq!(ran.status.code(), Some(0), "{}", complaint(&ran));
    assert!(reader.join().unwrap().contains("0004F2A1B201"));
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device() {
    let fleet = fleet();
    symlink("/dev/full", fleet.path().join("full.json")).unwrap();
    let ran = run(fleet.path(), &["scan", HEALTHY, "--output", "full.json"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(complaint(&ran).contains("full.json: "), "{}", complaint(&ran));
}

/// A program that `nohup` started continues when its terminal is closed.
#[test]
fn a_signal_that_is_to_be_ignored_is_ignored() {
    use std::io::Write;
    for signal in ["HUP", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let program = tree::phonecert(folder.path()).get_program().to_owned();
        let mut running = Command::new("sh")
            .args(["-c", &format!("trap '' {signal}; exec \"$0\" scan - --output report.json")])
            .arg(&program)
            .current_dir(folder.path())
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        let id = running.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
        let line = b"000005.930|tls  |3|00|Polycom device certificate length 802\n";
        running.stdin.take().unwrap().write_all(line).unwrap();
        assert_eq!(running.wait().unwrap().code(), Some(0), "{signal}");
        assert_eq!(left(folder.path()), ["report.json"]);
    }
}

#[test]
fn a_named_pipe_is_refused_at_once() {
    let fleet = fleet();
    assert!(Command::new("mkfifo").arg(fleet.path().join("report.json")).status().unwrap().success());
    for arguments in [&["scan", HEALTHY][..], &["explain", "INS001"], &["events", HEALTHY]] {
        let name = if arguments[0] == "events" { "report.jsonl" } else { "report.json" };
        let path = fleet.path().join(name);
        if !path.exists() {
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        }
        let refused = run(fleet.path(), &[arguments, &["--output", name]].concat());
        assert_eq!(refused.status.code(), Some(2));
        assert!(complaint(&refused).contains("exists already"), "{}", complaint(&refused));
        assert!(fs::metadata(path).unwrap().file_type().is_fifo());
    }
}

#[test]
fn an_error_names_what_the_user_named() {
    let fleet = fleet();
    let refused = run(fleet.path(), &["scan", HEALTHY, "--output", "no/such/report.json"]);
    assert_eq!(
        complaint(&refused),
        "phonecert: no/such/report.json: No such file or directory (os error 2)\n"
    );
}
