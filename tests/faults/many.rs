//! Very many problems at once.

use std::os::unix::fs::symlink;

use super::run::{LOG, Tree, program_for};
use super::tree::{gzip, tar};

const MANY: usize = 10_000;

#[test]
fn ten_thousand_problems() {
    let tree = Tree::new();
    for number in 0..MANY {
        symlink("nowhere", tree.path(&format!("0004f2{number:06x}-app.log"))).unwrap();
    }
    let answer = tree.scan();
    assert_eq!((answer.problems().len(), answer.status), (MANY, 4));
    assert!(answer.problems().is_sorted());

    let output = program_for(&tree.path(""), "table").output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("10,000") && table.contains("and 9,990 more"), "{table}");
    assert!(table.lines().count() < 100, "{} lines", table.lines().count());
}

/// An archive of a few kilobytes with very many logs of one phone that have the same beginning.
#[test]
fn very_many_logs_of_one_phone() {
    let boot = "000015.871|log  |*|00|---------- Initial log entry ----------\n".repeat(2);
    let members: Vec<_> = (0..1_000)
        .map(|number| (format!("{number}/{LOG}"), format!("{boot}{}", "x".repeat(number))))
        .collect();
    let members: Vec<_> = members.iter().map(|(name, content)| (name.as_str(), content.as_bytes())).collect();
    let bytes = gzip(&tar(&members));
    let tree = Tree::with("a.tgz", &bytes);
    let answer = tree.scan_with(&["a.tgz"]);
    assert_eq!((answer.problems(), answer.status), (Vec::new(), 0));
    assert_eq!(answer.events(), 2, "each is the beginning of the next");
}
