//! A master in another directory than the logs: records that were made apart give the answer of the files, and what was
//! not judged is told.

use std::fs;
use std::path::Path;

use crate::tree;

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

const PHONE: &str = "0004F2000001";

/// `device` in each format, and its standard error.
fn device(folder: &Path) -> Vec<(String, String)> {
    ["text", "markdown", "json"].map(|format| answer(folder, &["device", PHONE, "--format", format])).to_vec()
}

/// It has no log, and a master of its own in two directories.
#[test]
fn a_phone_that_may_read_either_master_is_told() {
    let folder = tree::copy(&tree::testdata().join("truth/694-own-masters-in-two-directories/logs"));
    for command in ["scan", "config"] {
        let (_, says) = answer(folder.path(), &[command, "old", "prod"]);
        assert!(says.contains("no master configuration file is used for 1 phone"), "{says}");
        assert!(!says.contains("no configuration file of a phone was found"), "{says}");
    }
}

#[test]
fn configuration_that_was_not_judged_is_told() {
    let logs = tree::testdata().join("truth/171-near-miss-two-masters/logs");
    let says = "no master configuration file is used for 1 phone: it is not certain which one is its own";
    for (text, errors) in device(&logs) {
        let in_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(in_one_line.contains(says), "{text}");
        assert!(errors.contains(says), "{errors}");
        assert!(!text.contains("Nothing is wrong"), "{text}");
    }
    let html = answer(&logs, &["scan", "--format", "html", "--quiet"]).0;
    assert!(html.contains(&format!("<p>Not judged: {says}")), "{html}");
    let markdown = answer(&logs, &["scan", "--format", "markdown", "--quiet"]).0;
    assert!(markdown.contains(&format!("**Not judged:** {says}")), "{markdown}");
    let json = answer(&logs, &["scan", "--format", "json", "--quiet"]).0;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["not_judged"][0].as_str().unwrap().starts_with(says), "{json}");
    // Nothing was found that could be judged.
    let (text, errors) = answer(&logs, &["device", PHONE, "--no-config"]);
    assert!(text.contains("Nothing is wrong in the evidence") && !text.contains("judged"), "{text}");
    assert!(errors.is_empty(), "{errors}");
}

#[test]
fn files_of_the_phone_that_were_not_read_are_told() {
    let copy = tree::copy(&tree::testdata().join("truth/171-near-miss-two-masters"));
    let folder = copy.path().join("logs/own");
    fs::create_dir(&folder).unwrap();
    for name in tree::files_below(&copy.path().join("logs")) {
        if name.to_str().unwrap().ends_with(".log") {
            fs::copy(&name, folder.join("0004f2000001-app.log")).unwrap();
        }
    }
    let with_entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>";
    fs::write(folder.join("0004f2000001.cfg"), "<a CONFIG_FILES=\"site.cfg\"/>").unwrap();
    fs::write(folder.join("site.cfg"), with_entity).unwrap();
    for (text, _) in device(&folder) {
        assert!(text.contains("site.cfg") && text.contains("the file was not read"), "{text}");
        assert!(!text.contains("Nothing is wrong"), "{text}");
    }
    // A file of another phone.
    fs::write(folder.join("site.cfg"), "<a/>").unwrap();
    fs::write(folder.join("0004f2000002.cfg"), with_entity).unwrap();
    let texts = device(&folder);
    assert!(texts[0].0.contains("Nothing is wrong in the evidence"), "{}", texts[0].0);
    assert!(texts[2].0.contains("\"problems\": []"), "{}", texts[2].0);
}
