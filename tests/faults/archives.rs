//! Archives of all kinds through a pipe. tests/input/archives.rs reads them as files.

use super::run::{LOG, Tree, log};
use super::tree::pack::{gzip, tar, zip, zstd};

#[test]
fn each_kind_comes_through_standard_input() {
    let content = log(20);
    let members: [(&str, &[u8]); 2] = [(LOG, &content), ("x/0004f2a1b2c3.cfg", b"<x/>")];
    let tar = tar(&members);
    for (name, bytes) in
        [("a.tar.gz", gzip(&tar)), ("a.tar.zst", zstd(&tar)), ("a.zip", zip(&members)), ("a.tar", tar)]
    {
        let answer = Tree::new().scan_input(&bytes);
        assert_eq!((answer.events(), answer.status), (20, 0), "{name}: {:?}", answer.problems());
    }
}
