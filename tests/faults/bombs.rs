//! Archives and logs that grow beyond all measure. Limits are lowered where the usual ones take long.

use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::GzEncoder;
use phonecert::input::{Content, Inputs, Limits, LogName, LogSink};
use phonecert::model::Mac;
use phonecert::problem::{Problem, ProblemKind};

use super::compressed::gzip;
use super::run::{LOG, Tree, log};
use super::tars::tar;
use super::zips::zip;

/// Counts what comes.
#[derive(Default)]
struct Counting {
    logs: Mutex<Vec<(String, u64)>>,
    problems: Mutex<Vec<Problem>>,
}

impl LogSink for Counting {
    fn wants(&self, _: Option<Mac>) -> bool {
        true
    }

    fn log(&self, name: &LogName, content: Content<'_>) -> std::io::Result<()> {
        let bytes = match content {
            Content::Whole(bytes) => bytes.len() as u64,
            Content::File(_, size) => size,
            Content::Stream(stream) => std::io::copy(stream, &mut std::io::sink())?,
        };
        self.logs.lock().unwrap().push((name.path.to_string(), bytes));
        Ok(())
    }

    fn problem(&self, problem: Problem) {
        self.problems.lock().unwrap().push(problem);
    }

    fn unopened_archive(&self, _: &str) {}

    fn advance(&self, _: u64, _: u64) {}
}

/// The logs with their lengths, sorted, and the problems.
fn read(path: &Path, limits: Limits) -> (Vec<(String, u64)>, Vec<Problem>) {
    let counting = Counting::default();
    Inputs { paths: vec![path.to_owned()], limits }.read(&counting);
    let mut logs = counting.logs.into_inner().unwrap();
    let mut problems = counting.problems.into_inner().unwrap();
    logs.sort();
    problems.sort();
    (logs, problems)
}

const LOW: Limits =
    Limits { log_bytes: 1 << 30, archive_bytes: 1 << 30, ratio: 50, ratio_from: 4 << 20, members: 100 };

fn only(problems: &[Problem], kind: ProblemKind, words: &str) {
    let [problem] = problems else { panic!("{problems:#?}") };
    assert_eq!(problem.kind, kind);
    assert!(problem.message.contains(words), "{}", problem.message);
}

#[test]
fn a_ratio() {
    let bomb = gzip(&vec![b'\n'; 64 << 20]);
    let tree = Tree::with(LOG, &bomb);
    let (logs, problems) = read(&tree.path(LOG), LOW);
    only(&problems, ProblemKind::LimitExceeded, "times its size");
    // But for the piece in which the limit was met.
    let before_the_limit = (4 << 20) - (64 << 10)..=4 << 20;
    assert!(before_the_limit.contains(&logs[0].1), "what came before counts: {logs:?}");
}

#[test]
fn a_log_without_end() {
    let tree = Tree::with(LOG, &gzip(&log(40_000)));
    let (logs, problems) = read(&tree.path(LOG), Limits { log_bytes: 2 << 20, ..LOW });
    only(&problems, ProblemKind::LimitExceeded, "of one log");
    assert!(logs[0].1 <= 2 << 20 && logs[0].1 > 1 << 20);
}

/// A zip's members are dropped from the same one on, however many threads read them.
#[test]
fn members_that_promise_too_much() {
    let content = log(1000);
    let names: Vec<_> = (0..60).map(|number| format!("0004f2a1b2{number:02x}-app.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &content[..])).collect();
    let tree = Tree::with("a.zip", &zip(&members));
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let limits = Limits { archive_bytes: 10 * content.len() as u64 + 1, ..LOW };
        let (logs, problems) = pool.install(|| read(&tree.path("a.zip"), limits));
        only(&problems, ProblemKind::LimitExceeded, "bytes decompressed");
        let read: Vec<_> = logs.iter().map(|(name, _)| name.rsplit('/').next().unwrap()).collect();
        assert_eq!(read, names[..10]);
    }
}

#[test]
fn too_many_members() {
    let names: Vec<_> = (0..300).map(|number| format!("0004f2a1b{number:03x}-app.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x\n"[..])).collect();
    let (zip, tar) = (zip(&members), tar(&members));
    let cut = zip[..zip.len() - 30].to_vec();
    for (name, bytes) in [("a.tar.gz", gzip(&tar)), ("a.tar", tar), ("a.zip", zip), ("cut.zip", cut)] {
        let (logs, problems) = read(&Tree::with(name, &bytes).path(name), LOW);
        assert_eq!(logs.len(), 100, "{name}");
        only(&problems, ProblemKind::LimitExceeded, "more than 100 members");
    }
}

#[test]
fn members_of_no_interest_count() {
    let names: Vec<_> = (0..300).map(|number| format!("{number}.cfg")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x\n"[..])).collect();
    for (name, bytes) in [("a.tar", tar(&members)), ("a.zip", zip(&members))] {
        let (logs, problems) = read(&Tree::with(name, &bytes).path(name), LOW);
        assert!(logs.is_empty());
        only(&problems, ProblemKind::LimitExceeded, "more than 100 members");
    }
}

#[test]
fn a_bomb_in_an_archive() {
    let bomb = gzip(&vec![b'\n'; 64 << 20]);
    let name = "0004f2a1b2c3-app.log.1.gz";
    for (outer, bytes) in [("a.zip", zip(&[(name, &bomb)])), ("a.tar", tar(&[(name, &bomb)]))] {
        let (_, problems) = read(&Tree::with(outer, &bytes).path(outer), LOW);
        only(&problems, ProblemKind::LimitExceeded, "times its size");
    }
}

/// What is nested, and where it ends, is the same however many threads read it.
#[test]
fn many_bombs_in_an_archive() {
    let content = log(400);
    let (bomb, usual) = (gzip(&[&content[..], &vec![b'\n'; 40 << 20]].concat()), gzip(&content));
    let names: Vec<_> = (0..80).map(|number| format!("0004f2a1b2{number:02x}-app.log.1.gz")).collect();
    let members: Vec<(&str, &[u8])> = names
        .iter()
        .enumerate()
        .map(|(number, name)| (name.as_str(), if number % 3 == 0 { &bomb[..] } else { &usual }))
        .collect();
    let inner = zip(&members);
    let limits = Limits { ratio: 20, ratio_from: 64 << 20, ..LOW };
    for (name, bytes) in [
        ("a.zip", zip(&members)),
        ("a.tar", tar(&members)),
        ("a.tgz", gzip(&tar(&members))),
        ("outer.zip", zip(&[("inner.zip", &inner), ("inner.tar", &tar(&members))])),
        ("outer.tar", tar(&[("inner.zip", &inner), ("inner.tar", &tar(&members))])),
    ] {
        let tree = Tree::with(name, &bytes);
        let answer = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| read(&tree.path(name), limits))
        };
        let one = answer(1);
        assert!(
            one.1.iter().any(|problem| problem.kind == ProblemKind::LimitExceeded),
            "{name}: {:?}",
            one.1
        );
        assert!(one.0.iter().any(|(_, bytes)| *bytes == content.len() as u64), "{name}: {:?}", one.0);
        let all: u64 = one.0.iter().map(|(_, bytes)| bytes).sum();
        assert!(all < 1 << 30, "{name}: {all}");
        for threads in [2, 2, 5] {
            assert_eq!(answer(threads), one, "{name}: {threads} threads");
        }
    }
}

/// An archive may be longer than a log.
#[test]
fn logs_that_are_longer_together() {
    let content = log(20_000);
    let names: Vec<_> = (0..4).map(|number| format!("0004f2a1b2d{number}-app.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &content[..])).collect();
    let limits = Limits { log_bytes: 2 * content.len() as u64, ..LOW };
    for (name, bytes) in [("a.tgz", gzip(&tar(&members))), ("a.tar", tar(&members)), ("a.zip", zip(&members))]
    {
        let (logs, problems) = read(&Tree::with(name, &bytes).path(name), limits);
        assert_eq!((logs.len(), &problems[..]), (4, &[][..]), "{name}");
        let limits = Limits { log_bytes: content.len() as u64 / 2, ..LOW };
        let (logs, problems) = read(&Tree::with(name, &bytes).path(name), limits);
        assert_eq!((logs.len(), problems.len()), (4, 4), "{name}");
        assert!(logs.iter().all(|(_, bytes)| *bytes == content.len() as u64 / 2), "{name}: {logs:?}");
        assert!(problems.iter().all(|problem| problem.message.contains("of one log")), "{problems:?}");
    }
}

#[test]
fn one_compression_in_another_in_another() {
    let bytes = gzip(&gzip(&gzip(&log(20))));
    let (logs, problems) = read(&Tree::with(LOG, &bytes).path(LOG), LOW);
    assert!(logs.is_empty());
    only(&problems, ProblemKind::LimitExceeded, "nested too deep");
}

/// With the usual limits.
#[test]
fn a_small_file_that_is_a_large_log() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&log(20)).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..300).for_each(|_| encoder.write_all(&zeros).unwrap());
    let tree = Tree::with(LOG, &encoder.finish().unwrap());
    let answer = tree.scan();
    assert_eq!((answer.events(), answer.status), (20, 4));
    assert!(answer.problems().iter().any(|(path, kind, _)| (*path, *kind) == (LOG, "limit-exceeded")));
}
