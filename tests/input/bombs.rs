//! Archives and logs that decompress to enormous sizes. The limits are lower than usual, to save time.

use phonecert::input::{Limits, compressions};
use phonecert::problem::ProblemKind::LimitExceeded;

use super::sink::{LOG, Taken, Tree, compress, gzip, limited, log, tar, zip};

const LOW: Limits =
    Limits { log_bytes: 1 << 30, archive_bytes: 1 << 30, ratio: 50, ratio_from: 1 << 20, members: 100 };

fn read(name: &str, bytes: &[u8], limits: Limits) -> Taken {
    Tree::with(name, bytes).read_with(&[name], &limited(limits))
}

#[track_caller]
fn only_limit(taken: &Taken, words: &str) {
    let [problem] = &taken.problems[..] else { panic!("{:#?}", taken.problems) };
    assert_eq!(problem.kind, LimitExceeded);
    assert!(problem.message.to_string().contains(words), "{}", problem.message);
}

#[test]
fn a_ratio() {
    for ending in compressions() {
        let taken = read(LOG, &compress(ending, &vec![b'\n'; 16 << 20]), LOW);
        only_limit(&taken, "times its size");
        // Except for the piece in which the limit was reached.
        assert!(((1 << 20) - (256 << 10)..=1 << 20).contains(&taken.length), "what came before counts");
    }
}

#[test]
fn a_log_without_end() {
    let content = log(20_000);
    let limits = Limits { log_bytes: 1 << 20, ratio: 1_000, ..LOW };
    for bytes in [gzip(&content), content.clone()] {
        let taken = read(LOG, &bytes, limits);
        only_limit(&taken, "the log has more than");
        assert_eq!(taken.length, 1 << 20);
        assert!(content.starts_with(&taken.bytes()));
    }
    let whole = Limits { log_bytes: content.len() as u64, ratio: 1_000, ..LOW };
    for bytes in [gzip(&content), content.clone()] {
        read(LOG, &bytes, whole).is_only(&content);
    }
}

#[test]
fn too_many_members() {
    let names: Vec<_> = (0..101).map(|number| format!("0004f2a1b{number:03x}-app.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x\n"[..])).collect();
    for (count, is_limit) in [(100, false), (101, true)] {
        let (zip, tar) = (zip(&members[..count]), tar(&members[..count]));
        for (name, bytes) in [("a.tar.gz", gzip(&tar)), ("a.tar", tar), ("a.zip", zip)] {
            let taken = read(name, &bytes, LOW);
            assert_eq!(taken.logs.len(), 100, "{name}");
            match is_limit {
                true => only_limit(&taken, "more than 100 members"),
                false => assert_eq!(taken.problems, []),
            }
        }
    }
}

#[test]
fn members_of_no_interest_and_of_archives_within_count() {
    let names: Vec<_> = (0..60).map(|number| format!("{number}.bin")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x\n"[..])).collect();
    let inner = zip(&members);
    for (name, bytes) in [
        ("a.tar", tar(&[("1.zip", &inner), ("2.zip", &inner), ("3.zip", &inner)])),
        ("a.zip", zip(&[("1.zip", &inner), ("2.zip", &inner), ("3.zip", &inner)])),
    ] {
        let taken = read(name, &bytes, LOW);
        assert!(taken.logs.is_empty());
        only_limit(&taken, "more than 100 members");
    }
}

#[test]
fn a_bomb_in_an_archive() {
    let bomb = gzip(&vec![b'\n'; 16 << 20]);
    let content = log(5);
    let members: [(&str, &[u8]); 3] =
        [(LOG, &content), ("0004f2a1b2c3-app.log.1.gz", &bomb), ("0004f2a1b2c4-app.log", &content)];
    for (name, bytes) in [("a.zip", zip(&members)), ("a.tar", tar(&members)), ("a.tgz", gzip(&tar(&members)))]
    {
        let taken = read(name, &bytes, LOW);
        only_limit(&taken, "times its size");
        assert!(taken.logs[0].bytes == content, "what came before counts");
        assert_eq!(taken.logs.len(), 2, "nothing comes after: {name}");
        assert!(taken.length <= (1 << 20) + content.len() as u64);
    }
}

/// Logs that are small enough each, and too large together.
#[test]
fn logs_that_are_too_much_together() {
    let content = log(2_000);
    let names: Vec<_> = (0..20).map(|number| format!("0004f2a1b2{number:02x}-app.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &content[..])).collect();
    let limits = Limits { archive_bytes: 10 * content.len() as u64 + 1, ..LOW };
    let taken = read("a.zip", &zip(&members), limits);
    only_limit(&taken, "one file decompresses to more than");
    assert_eq!(taken.logs.iter().filter(|log| log.bytes == content).count(), 10);
}
