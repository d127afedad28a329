//! `--files-from`.

use super::run::{Answer, LOG, Tree, log, program};

#[test]
fn a_list_of_paths() {
    let name = "a b/0004f2a1b2c3-app.log";
    for list in [
        format!("{name}\n"),
        name.to_owned(),
        format!("\r\n{name}\r\n\r\n"),
        format!("{name}\0"),
        format!("\u{feff}{name}\r\n"),
        format!("{name}\n{name}\n./{name}\n"),
    ] {
        let tree = Tree::with(name, &log(20));
        tree.write("list", list.as_bytes());
        tree.scan_with(&["--files-from", "list"]).is_whole(20);
        let mut command = program(&tree.path(""));
        command.args(["--files-from", "-"]).write_stdin(list.clone());
        let answer = Answer::of(command.output().unwrap());
        assert_eq!(answer.json["scanned"]["files"], 1, "{list:?}");
    }
}

#[test]
fn a_name_with_a_line_feed() {
    let name = "a\nb/0004f2a1b2c3-app.log";
    let tree = Tree::with(name, &log(20));
    tree.write("list", format!("{name}\0").as_bytes());
    tree.scan_with(&["--files-from", "list"]).is_whole(20);
}

#[test]
fn a_list_with_paths_that_are_missing() {
    let tree = Tree::with(LOG, &log(20));
    tree.write("list", format!("gone\n{LOG}\n").as_bytes());
    tree.scan_with(&["--files-from", "list"]).read(20).has_problem("gone", "not-found", "");
}

#[test]
fn a_list_that_is_missing_or_empty() {
    let tree = Tree::new();
    let answer = Answer::of(program(&tree.path("")).args(["--files-from", "list"]).output().unwrap());
    assert_eq!(answer.status, 2);
    assert!(answer.errors.contains("list"), "{}", answer.errors);
    tree.write("list", b"");
    let answer = Answer::of(program(&tree.path("")).args(["--files-from", "list"]).output().unwrap());
    assert_eq!(answer.status, 3, "an empty list is no wish to search the current directory");
}
