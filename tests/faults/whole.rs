//! Very long lines, and logs that change while they are read.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::run::{Answer, LOG, PHONE, Tree, halves_of_log, log};

/// Runs the program. Also returns its peak memory, in bytes.
fn scan_watched(tree: &Tree, path: &str) -> (Answer, u64) {
    let out = tempfile::tempfile().unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_phonecert"))
        .args(["scan", "--format", "json", "--no-progress", path])
        .current_dir(tree.path(""))
        .stdout(out.try_clone().unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", run.id());
    let began = Instant::now();
    let mut most = 0;
    let ended = loop {
        if let Some(line) = fs::read_to_string(&status)
            .ok()
            .as_deref()
            .and_then(|status| status.lines().find(|line| line.starts_with("VmHWM:")))
        {
            let pages: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
            most = most.max(pages * 1024);
        }
        if let Some(ended) = run.try_wait().unwrap() {
            break ended;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "it hangs");
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut out = out;
    out.seek(SeekFrom::Start(0)).unwrap();
    let mut stdout = Vec::new();
    std::io::Read::read_to_end(&mut out, &mut stdout).unwrap();
    (Answer::of(std::process::Output { status: ended, stdout, stderr: Vec::new() }), most)
}

const MIB: u64 = 1024 * 1024;

#[test]
#[cfg(target_os = "linux")]
fn a_line_of_a_gibibyte() {
    let tree = Tree::new();
    let mut file = File::create(tree.path(LOG)).unwrap();
    let [before, behind] = halves_of_log(20);
    file.write_all(&before).unwrap();
    file.write_all(b"0531120000|sip  |4|00|begins, and goes on and on").unwrap();
    file.seek(SeekFrom::Start(1 << 30)).unwrap();
    file.write_all(b"\n").unwrap();
    file.write_all(&behind).unwrap();
    drop(file);
    let (answer, most) = scan_watched(&tree, LOG);
    answer.has_problem(LOG, "limit-exceeded", "longer than");
    assert_eq!((answer.lines(), answer.events()), (21, 20));
    assert!(most > 0 && most < 100 * MIB, "{most} bytes");
}

#[test]
#[cfg(target_os = "linux")]
fn a_long_line_in_a_compressed_log() {
    let tree = Tree::new();
    let mut encoder =
        flate2::write::GzEncoder::new(File::create(tree.path(LOG)).unwrap(), flate2::Compression::fast());
    let [before, behind] = halves_of_log(20);
    encoder.write_all(&before).unwrap();
    let much = vec![b'x'; MIB as usize];
    (0..200).for_each(|_| encoder.write_all(&much).unwrap());
    encoder.write_all(b"\n").unwrap();
    encoder.write_all(&behind).unwrap();
    encoder.finish().unwrap();
    let (answer, most) = scan_watched(&tree, LOG);
    answer.has_problem(LOG, "limit-exceeded", "longer than");
    assert_eq!(answer.events(), 20);
    assert!(most > 0 && most < 100 * MIB, "{most} bytes");
}

/// One thread truncates, replaces, deletes and extends logs while they are scanned. Some state of the files must
/// explain each answer.
#[test]
fn logs_that_change_while_they_are_read() {
    let tree = Tree::new();
    let content = log(30_000);
    let small = log(100);
    let until = Instant::now() + Duration::from_secs(2);
    let put = |name: &str, content: &[u8]| fs::write(tree.path(name), content).unwrap();
    let names = [LOG, "0004f2a1b2c3-app.log.1", "0004f2a1b2c4-app.log"];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < until {
                for name in names {
                    put(name, &content);
                    File::options().write(true).open(tree.path(name)).unwrap().set_len(1_000_000).unwrap();
                    let mut more = OpenOptions::new().append(true).open(tree.path(name)).unwrap();
                    more.write_all(&small).unwrap();
                    put("new", &small);
                    fs::rename(tree.path("new"), tree.path(name)).unwrap();
                    fs::remove_file(tree.path(name)).unwrap();
                }
            }
        });
        while Instant::now() < until {
            let answer = tree.scan();
            for (path, kind, message) in answer.problems() {
                assert!(names.contains(&path), "{path}");
                assert!(
                    matches!(kind, "changed-while-read" | "not-found" | "not-a-log"),
                    "{path}: {kind}: {message}"
                );
            }
            assert_eq!(answer.status, if answer.problems().is_empty() { 0 } else { 4 });
            assert!(answer.lines() <= 3 * 30_100);
        }
    });
    put(LOG, &content);
    names[1..].iter().for_each(|name| drop(fs::remove_file(tree.path(name))));
    let answer = tree.scan();
    answer.is_whole(30_000);
    assert!(answer.device(PHONE).is_some());
}
