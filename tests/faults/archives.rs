//! Archives of all kinds, in each other, and through a pipe.

use super::compressed::{gzip, zstd};
use super::run::{LOG, PHONE, Tree, log};
use super::tars::tar;
use super::zips::zip;

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
fn archives_in_a_searched_directory_are_not_opened_but_told() {
    let tree = Tree::with("a.zip", &zip(&[(LOG, &log(20))]));
    let answer = tree.scan();
    assert!(answer.errors.contains("a.zip"), "{}", answer.errors);
    answer.read(0);
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

#[test]
fn what_is_nested_and_damaged_is_told_once() {
    let content = log(40_000);
    let inner = gzip(&content);
    let cut = &inner[..inner.len() / 2];
    let name = "0004f2a1b2c3-app.log.1.gz";
    for (outer, bytes) in [("a.zip", zip(&[(name, cut)])), ("a.tar", tar(&[(name, cut)]))] {
        let answer = Tree::with(outer, &bytes).scan_with(&[outer]);
        answer.has_problem(&format!("{outer}!/{name}"), "truncated-archive", "too early");
        answer.read_less_than(40_000);
    }
}
