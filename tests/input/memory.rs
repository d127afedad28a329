//! How much memory found logs take.

use phonecert::input::{Options, find};

use super::sink::Tree;

/// A million logs must fit: at most 48 bytes a log, where many stand in one directory, and 64 more for each
/// directory.
#[test]
fn bytes_of_a_found_log() {
    const LOGS: usize = 4_000;
    for directories in [1, 200, LOGS] {
        let tree = Tree::new();
        for number in 0..LOGS {
            let directory = tree.path(&format!("site-{:05}", number % directories));
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::File::create(directory.join(format!("0004f2{number:06x}-app.log"))).unwrap();
        }
        let found = find(&[tree.path("")], &Options::default());
        assert_eq!((found.phones(), found.log_count()), (LOGS, LOGS));
        let bytes = found.heap_bytes();
        println!("{directories} directories: {} bytes a log", bytes / LOGS);
        assert!(bytes <= LOGS * 48 + directories * 64 + 10_000, "{bytes} bytes");
    }
}
