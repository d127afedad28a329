//! Archives of all kinds, nested, and through a pipe.

use super::pack::{gzip, tar, zip, zstd};
use super::run::{LOG, PHONE, Tree, log};

fn all() -> Vec<(&'static str, Vec<u8>)> {
    let content = log(20);
    let packed = gzip(&content);
    of_each_kind(&[
        (LOG, &content),
        ("logs/0004f2a1b2c3-app.log.1.gz", &packed),
        ("logs/0004f2a1b2c3.cfg", b"<x/>"),
    ])
}

fn of_each_kind(members: &[(&str, &[u8])]) -> Vec<(&'static str, Vec<u8>)> {
    let tar = tar(members);
    vec![("a.tar.gz", gzip(&tar)), ("a.tar.zst", zstd(&tar)), ("a.zip", zip(members)), ("a.tar", tar)]
}

#[test]
fn each_kind_is_read() {
    for (name, bytes) in all() {
        let tree = Tree::with(name, &bytes);
        let answer = tree.scan_with(&[name]);
        // The same log twice counts once.
        answer.is_whole(20);
        let file = answer.device(PHONE).unwrap()["files"][0].as_str().unwrap();
        assert!(file.starts_with(&format!("{name}!/")), "{file}");
    }
}

#[test]
fn each_kind_comes_through_standard_input() {
    for (name, bytes) in of_each_kind(&[(LOG, &log(20)), ("x/0004f2a1b2c3.cfg", b"<x/>")]) {
        let answer = Tree::new().scan_input(&bytes);
        assert_eq!((answer.events(), answer.status), (20, 0), "{name}: {:?}", answer.problems());
    }
}

#[test]
fn an_archive_in_an_archive() {
    let content = log(20);
    for (name, inner) in all() {
        let outer = zip(&[(name, &inner)]);
        Tree::with("outer.zip", &outer).scan_with(&["outer.zip"]).is_whole(20);
        let outer = gzip(&tar(&[(name, &inner)]));
        Tree::with("outer.tgz", &outer).scan_with(&["outer.tgz"]).is_whole(20);
    }
    let deep = zip(&[("b.zip", &zip(&[("c.zip", &zip(&[(LOG, &content)]))]))]);
    let answer = Tree::with("a.zip", &deep).scan_with(&["a.zip"]);
    answer.read(0).has_problem("a.zip!/b.zip!/c.zip", "limit-exceeded", "nested too deep");
}
