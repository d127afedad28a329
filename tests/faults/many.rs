//! Very many problems at once.

use std::os::unix::fs::symlink;

use super::run::{Tree, program_for};

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
