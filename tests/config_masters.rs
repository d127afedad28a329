//! A master in another directory than the logs: records that were made apart give the answer of the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::fs;
use std::path::Path;

fn answer(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output =
        tree::phonecert(folder).env("SOURCE_DATE_EPOCH", "1900000000").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn records_made_phone_by_phone() {
    let cases = fs::read_dir(tree::testdata().join("truth")).unwrap().map(|entry| entry.unwrap().path());
    let is_meant =
        |name: &str| ["171-", "180-", "181-", "182-", "222-"].iter().any(|number| name.starts_with(number));
    let cases: Vec<_> = cases.filter(|path| is_meant(path.file_name().unwrap().to_str().unwrap())).collect();
    assert!(cases.len() > 20);
    for case in cases {
        let copy = tree::copy(&case);
        let logs = copy.path().join("logs");
        let files = tree::files_below(&logs);
        let names: Vec<_> =
            files.iter().map(|path| path.strip_prefix(&logs).unwrap().to_str().unwrap()).collect();
        let (of_logs, configs): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.ends_with(".log"));
        if of_logs.is_empty() {
            continue;
        }
        let mut records = Vec::new();
        for (number, log) in of_logs.iter().enumerate() {
            let name = format!("{number}.pcr");
            answer(&logs, &[&["digest", "-o", &name, log][..], &configs].concat());
            records.push(name);
        }
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        let scan = ["scan", "--format", "json"];
        let of_records = answer(&logs, &[&scan[..], &["--records"], &records].concat());
        assert_eq!(of_records, answer(&logs, &scan), "{}", case.display());
    }
}
