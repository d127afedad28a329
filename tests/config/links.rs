//! Links among configuration files, in directories and in archives.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::tree;

/// The answer to these arguments, without what is only counted.
fn answer(folder: &Path, arguments: &[&str]) -> String {
    let mut command = tree::phonecert(folder);
    let output = command.env("SOURCE_DATE_EPOCH", "1900000000").args(arguments).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

const SCAN: [&str; 3] = ["scan", "--format", "json"];

/// The answer to records of the same files.
fn of_records(folder: &Path) -> String {
    answer(folder, &["digest", "-o", "a.pcr", "--force"]);
    answer(folder, &["scan", "--records", "a.pcr", "--format", "json"])
}

/// A server's directory can consist of links into a repository.
#[cfg(unix)]
#[test]
fn a_tree_of_links_gives_the_same_answer() {
    let (folder, linked) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("000000000000.cfg", "<a CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-own.cfg, site.cfg\"/>"),
        ("site.cfg", "<a log.level.change.tls=\"4\" device.set=\"1\"/>"),
        ("0004f2a1b2c3-own.cfg", "<a log.level.change.tls=\"5\"/>"),
        ("0004f2a1b2c3-phone.cfg", "<PHONE_CONFIG>"),
        ("0004f2a1b2c3-app.log", "0531130928|sip  |4|00|text\n"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        filetime::set_file_mtime(&path, filetime::FileTime::from_unix_time(1_860_000_000, 0)).unwrap();
        std::os::unix::fs::symlink(&path, linked.path().join(name)).unwrap();
    }
    let expected = answer(folder.path(), &SCAN);
    assert!(["CFG001", "CFG007", "CFG050"].iter().all(|code| expected.contains(code)), "{expected}");
    assert_eq!(answer(linked.path(), &SCAN), expected);
    assert_eq!(answer(linked.path(), &["list"]), answer(folder.path(), &["list"]));
    assert_eq!(of_records(linked.path()), expected);
}

/// A link is a problem if a phone reads it, and only then.
#[test]
fn links_in_an_archive() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |name: &str, text: &str, link: Option<(tar::EntryType, &str)>| {
        let mut header = tree::pack::tar_header(text.len() as u64);
        if let Some((kind, to)) = link {
            header.set_entry_type(kind);
            header.set_link_name(to).unwrap();
        }
        tar.append_data(&mut header, name, text.as_bytes()).unwrap();
    };
    let (symbolic, hard) = (tar::EntryType::Symlink, tar::EntryType::Link);
    let list = "plain.cfg, symbolic.cfg, hard, conf/in-folder.cfg, gone.cfg";
    add("0004f2a1b2c3-app.log", "0531130928|sip  |4|00|text\n", None);
    add("0004f2a1b2c3.cfg", &format!("<a CONFIG_FILES=\"{list}\"/>"), None);
    add("plain.cfg", "<a log.level.change.tls=\"3\"/>", None);
    add("symbolic.cfg", "", Some((symbolic, "plain.cfg")));
    add("hard", "", Some((hard, "plain.cfg")));
    add("conf", "", Some((symbolic, "../conf")));
    add("0004f2a1b2c3-phone.cfg", "", Some((symbolic, "plain.cfg")));
    for name in ["read-by-no-phone.cfg", "0004f2a1b2c4-license.cfg", "lib.so"] {
        add(name, "", Some((symbolic, "plain.cfg")));
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.tar"), tar.into_inner().unwrap()).unwrap();
    let answer = answer(folder.path(), &SCAN);
    let document: Value = serde_json::from_str(&answer).unwrap();
    let problems = document["problems"].as_array().unwrap();
    let paths: Vec<_> = problems.iter().map(|problem| problem["path"].as_str().unwrap()).collect();
    let expected = ["0004f2a1b2c3-phone.cfg", "conf", "hard", "symbolic.cfg"];
    assert_eq!(paths, expected.map(|name| format!("a.tar!/{name}")));
    assert!(problems.iter().all(|problem| problem["kind"] == "unreadable"));
    assert!(answer.contains("CONFIG_FILES names gone.cfg, which is not"), "{answer}");
    assert_eq!(of_records(folder.path()), answer);
}
