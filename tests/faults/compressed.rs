//! Compressed logs: whole, in several members, cut, and damaged.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::run::{LOG, Tree, log};

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// With a checksum, as the command line tool writes it.
pub(crate) fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

type Compress = fn(&[u8]) -> Vec<u8>;

const BOTH: [Compress; 2] = [gzip, zstd];

#[test]
fn known_by_their_bytes_not_their_names() {
    for compress in BOTH {
        for name in [LOG, "0004f2a1b2c3-app.log.2.gz", "0004f2a1b2c3-app.log.zst"] {
            Tree::with(name, &compress(&log(20))).scan().is_whole(20);
        }
        let tree = Tree::with("attachment", &compress(&log(20)));
        let answer = tree.scan_with(&["attachment"]);
        assert_eq!((answer.events(), answer.status), (20, 0));
        let twice = compress(&compress(&log(20)));
        Tree::with(LOG, &twice).scan().is_whole(20);
    }
}

#[test]
fn several_members() {
    for compress in BOTH {
        let halves = [compress(&log(20)), compress(b""), compress(&log(20))].concat();
        Tree::with(LOG, &halves).scan().is_whole(40);
    }
}

#[test]
fn cut() {
    for compress in BOTH {
        for lines in [200, 40_000] {
            let whole = compress(&log(lines));
            for part in [2, 3] {
                let tree = Tree::with(LOG, &whole[..whole.len() * (part - 1) / part]);
                let answer = tree.scan();
                answer.has_problem(LOG, "truncated-archive", "too early");
                // A single block of zstd tells nothing before its end.
                assert!(answer.events() > 0 || whole.starts_with(&[0x28]) && lines == 200);
                assert!(answer.events() < lines);
            }
        }
        // Cut within the checksum: all of the log is there.
        let whole = compress(&log(20));
        let answer = Tree::with(LOG, &whole[..whole.len() - 1]).scan();
        answer.read(20).has_problem(LOG, "truncated-archive", "too early");
    }
}

#[test]
fn nothing_but_a_beginning() {
    for compress in BOTH {
        let answer = Tree::with(LOG, &compress(&log(20))[..6]).scan();
        let kinds: Vec<_> = answer.problems().iter().map(|(_, kind, _)| *kind).collect();
        assert!(kinds.contains(&"truncated-archive"), "{kinds:?}");
        assert_eq!((answer.events(), answer.status), (0, 4));
    }
}

#[test]
fn garbage_behind() {
    for compress in BOTH {
        let followed = [compress(&log(20)), b"what is this?".to_vec()].concat();
        Tree::with(LOG, &followed).scan().read(20).has_problem(
            LOG,
            "corrupt-archive",
            "something else follows",
        );
    }
}

#[test]
fn zeros_behind_are_padding() {
    for compress in BOTH {
        let padded = [compress(&log(20)), vec![0; 1_000_000]].concat();
        Tree::with(LOG, &padded).scan().is_whole(20);
    }
}

/// A hole behind the end of the compressed data.
#[test]
fn zeros_without_end_behind() {
    let tree = Tree::with(LOG, &gzip(&log(20)));
    std::fs::File::options().write(true).open(tree.path(LOG)).unwrap().set_len(1 << 42).unwrap();
    tree.scan().read(20).has_problem(LOG, "corrupt-archive", "more zeros");
}

#[test]
fn a_wrong_checksum() {
    let mut bytes = gzip(&log(20));
    let sum = bytes.len() - 8;
    bytes[sum] ^= 1;
    Tree::with(LOG, &bytes).scan().read(20).has_problem(LOG, "corrupt-archive", "damaged");
    let mut bytes = zstd(&log(20));
    let sum = bytes.len() - 1;
    bytes[sum] ^= 1;
    let answer = Tree::with(LOG, &bytes).scan();
    answer.has_problem(LOG, "corrupt-archive", "damaged");
}

#[test]
fn damaged_within() {
    for compress in BOTH {
        let mut bytes = compress(&log(40_000));
        let middle = bytes.len() / 2;
        bytes[middle..middle + 64].fill(0xFF);
        let answer = Tree::with(LOG, &bytes).scan();
        let kind = answer.problems()[0].1;
        assert!(matches!(kind, "corrupt-archive" | "truncated-archive"), "{kind}");
        answer.read_less_than(40_000);
    }
}

#[test]
fn through_standard_input() {
    let content = log(20);
    for compress in BOTH {
        let answer = Tree::new().scan_input(&compress(&content));
        assert_eq!((answer.events(), answer.status), (20, 0));
        let cut = compress(&log(40_000));
        let answer = Tree::new().scan_input(&cut[..cut.len() / 2]);
        assert_eq!(answer.problems()[0].0, "-");
        assert!(answer.events() > 0);
        assert_eq!(answer.status, 4);
    }
    let answer = Tree::new().scan_input(&content);
    assert_eq!((answer.events(), answer.status), (20, 0));
}
