//! Files that give a phone nothing, and slots that do not have what the files give.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::tree::{self, folder, sample};

const LOG: &str = "0531130920|log  |*|00|---------- Initial log entry ----------\n\
                   0531130921|tls  |3|00|Custom platform device certificate 1 is not available\n\
                   0531130921|tls  |3|00|Custom application device certificate 1 is not available\n\
                   0531130928|sip  |4|00|an ordinary line\n";

/// A file that gives platform slot 1 and application slot 1 a certificate.
fn site(device_set: &str) -> String {
    let (certificate, key) = (sample("chain.p7b"), sample("rsa-2048-pkcs8.key"));
    format!(
        "<a device.set=\"{device_set}\" device.sec.TLS.customDeviceCert1.set=\"1\"\n \
         device.sec.TLS.customDeviceCert1.publicCert=\"{certificate}\"\n \
         device.sec.TLS.customDeviceCert1.privateKey=\"{key}\"\n \
         sec.TLS.customDeviceCert.1=\"{certificate}\" sec.TLS.customDeviceKey.1=\"{key}\"/>"
    )
}

fn run(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let mut command = tree::phonecert(folder);
    command.env("COLUMNS", "160").env("SOURCE_DATE_EPOCH", "1900000000");
    let output = command.args(arguments).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn codes(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let answer = run(folder, &[&["scan", "--format", "json"], arguments].concat()).0;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let all =
        answer["devices"].as_array().unwrap().iter().flat_map(|one| one["diagnoses"].as_array().unwrap());
    all.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_slot_without_what_the_files_give_is_told_in_each_format() {
    let master = "<a CONFIG_FILES=\"site.cfg\"/>";
    let log = |phone: &str| format!("{phone}-app.log");
    let names = ["0004f2000001", "0004f2000002", "0004f2000003", "0004f2000004"].map(log);
    let logs = names.each_ref().map(|name| (&**name, LOG));
    let given = site("1");
    let files = [("000000000000.cfg", master), ("site.cfg", &*given)];
    let given = folder(&[&files[..], &logs[..]].concat());
    let note =
        "In 4 phones (0004F2000001, 0004F2000002, 0004F2000003 and 1 more), a slot is empty or has another";
    for format in ["table", "markdown", "html"] {
        let (text, _) = run(given.path(), &["scan", "--format", format]);
        assert!(text.replace('\n', " ").contains(note), "{format}: {text}");
    }
    // Both slots, in the lines of all commands.
    let (json, _) = run(given.path(), &["scan", "--format", "json"]);
    let (story, _) = run(given.path(), &["device", "0004f2000001"]);
    let (config, _) = run(given.path(), &["config", "--format", "json"]);
    for text in [json, story, config].map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")) {
        for says in ["the log shows platform-1 empty: changed", "the log shows application-1 empty: changed"]
        {
            assert!(text.contains(says), "{says}: {text}");
        }
    }
    // What is given to the platform slot does not count, and an application slot can be filled after the inventory.
    let closed = site("0");
    let files = [("000000000000.cfg", master), ("site.cfg", &*closed), ("0004f2000001-app.log", LOG)];
    let (text, _) = run(folder(&files).path(), &["scan"]);
    assert!(!text.contains("a slot is empty or has another"), "{text}");
}

#[test]
fn a_file_that_is_cut_in_its_archive_is_not_broken() {
    let given = site("1");
    let tar = tree::tar(&[
        ("./000000000000.cfg", "<a CONFIG_FILES=\"site.cfg\"/>"),
        ("./0004f2a1b2c3-app.log", LOG),
        ("./site.cfg", &given),
    ]);
    let packed = tree::gzip(&tar);
    for (name, bytes, length) in [
        ("t.tar", &tar, tar.len() - 2048 - 600),
        ("t.tar.gz", &packed, packed.len() - 200),
        ("t.tar.gz", &packed, packed.len()),
    ] {
        let folder = folder(&[]);
        fs::write(folder.path().join(name), &bytes[..length]).unwrap();
        let is_whole = length == bytes.len();
        let (answer, status) = run(folder.path(), &["scan", "--format", "json"]);
        assert_eq!(status, if is_whole { 0 } else { 4 }, "{answer}");
        assert!(!answer.contains("CFG001"), "{answer}");
        // Logs and configurations are named in one way.
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["devices"][0]["files"][0], format!("{name}!/0004f2a1b2c3-app.log"));
        let (config, _) = run(folder.path(), &["config", "--format", "json"]);
        let config: Value = serde_json::from_str(&config).unwrap();
        let not_read = config["phones"][0]["not_read"].as_array().unwrap();
        assert_eq!(not_read.is_empty(), is_whole, "{config}");
        assert!(not_read.iter().all(|file| *file == format!("{name}!/site.cfg")), "{config}");
    }
}

#[test]
fn config_names_what_gives_nothing() {
    let files = folder(&[
        ("000000000000.cfg", "<a CONFIG_FILES=\"bad.cfg, enc.cfg, gone.cfg\" OVERRIDES_DIRECTORY=\"ov\"/>"),
        ("bad.cfg", "<a b=\"&\"/>"),
        ("enc.cfg", "\u{1}\u{2}\u{3}binary\0"),
        ("ov/0004f2000009-web.cfg", "<a/>"),
        ("0004f2a1b2c3-web.cfg", "<a/>"),
        ("0004f2a1b2c3-app.log", LOG),
    ]);
    let (json, _) = run(files.path(), &["config", "--format", "json"]);
    let answer: Value = serde_json::from_str(&json).unwrap();
    let phone =
        &answer["phones"].as_array().unwrap().iter().find(|one| one["mac"] == "0004F2A1B2C3").unwrap();
    let names = ["bad.cfg", "enc.cfg", "gone.cfg", "0004f2a1b2c3-web.cfg"];
    assert_eq!(phone["not_read"], Value::from(names.to_vec()));
    let reasons = [
        "not well-formed XML: line 1, column ",
        "not text, so it is taken as encrypted",
        "not among the files that were searched",
        "the master names another OVERRIDES_DIRECTORY",
    ];
    let (table, _) = run(files.path(), &["config"]);
    let (csv, _) = run(files.path(), &["config", "--format", "csv"]);
    for (index, (name, reason)) in names.iter().zip(reasons).enumerate() {
        let because = phone["not_read_because"][index].as_str().unwrap();
        assert!(because.starts_with(reason), "{because}");
        assert!(table.contains(&format!("Not read: {name}: {reason}")), "{table}");
        let is_line = |line: &str| line.contains(&format!("not read: {reason}")) && line.contains(name);
        assert!(csv.lines().any(is_line), "{csv}");
    }
}

/// They are of the time before, so `config` lists them among what is not read.
#[test]
fn overrides_beside_the_master_do_not_count_if_it_names_a_directory() {
    let old = "<a sec.TLS.customDeviceCert.1=\"put it here\"/>";
    for (attribute, is_read) in [
        ("", true),
        ("OVERRIDES_DIRECTORY=\"ov\"", false),
        ("OVERRIDES_DIRECTORY=\"http://192.0.2.1/ov\"", false),
    ] {
        let master = format!("<a CONFIG_FILES=\"\" {attribute}/>");
        let folder = folder(&[
            ("000000000000.cfg", &master),
            ("0004f2a1b2c3-web.cfg", old),
            ("0004f2a1b2c3-app.log", LOG),
        ]);
        let found = codes(folder.path(), &[]);
        assert_eq!(found.contains(&"CFG010".to_owned()), is_read, "{attribute} {found:?}");
        let (listed, _) = run(folder.path(), &["config", "--all"]);
        assert_eq!(
            listed.contains("Not read: 0004f2a1b2c3-web.cfg: the master names another"),
            !is_read,
            "{listed}"
        );
        // The same from records.
        assert_eq!(run(folder.path(), &["digest", "-o", "t.pcr"]).1, 0);
        assert_eq!(codes(folder.path(), &["--records", "t.pcr"]), found);
    }
}

/// A file that only the list of a master can name, and whose name begins with the phone's address.
#[test]
fn a_broken_file_of_the_phone_without_a_master() {
    const BROKEN: &str = "<a sec.TLS.customDeviceCert.1=\"&\"/>";
    for (files, is_told) in [
        (&[("0004f2a1b2c3-reg.cfg", BROKEN)][..], true),
        (&[("0004F2A1B2C3_all.cfg", BROKEN), ("0004f2000009-web.cfg", "<a/>")], true),
        // A master of the phone, which lists another file; no XML, whole, not beside the log, or another phone's.
        (&[("0004f2a1b2c3-reg.cfg", BROKEN), ("000000000000.cfg", "<a CONFIG_FILES=\"site.cfg\"/>")], false),
        (&[("0004f2a1b2c3-reg.cfg", "reg & all")], false),
        (&[("0004f2a1b2c3-reg.cfg", "<a/>")], false),
        (&[("sub/0004f2a1b2c3-reg.cfg", BROKEN)], false),
        (&[("0004f2000009-reg.cfg", BROKEN)], false),
    ] {
        let folder = folder(&[files, &[("0004f2a1b2c3-app.log", LOG)]].concat());
        let found = codes(folder.path(), &[]);
        assert_eq!(found.contains(&"CFG001".to_owned()), is_told, "{files:?} {found:?}");
        // The same from records.
        assert_eq!(run(folder.path(), &["digest", "-o", "t.pcr"]).1, 0);
        assert_eq!(codes(folder.path(), &["--records", "t.pcr"]), found);
    }
}

#[test]
fn a_compressed_file_is_named() {
    let gzip = tree::gzip(b"<a CONFIG_FILES=\"site.cfg\"/>");
    let why = "is compressed (.gz), and was not read as a configuration";
    for name in ["000000000000.cfg", "0004f2000001.cfg", "site.cfg"] {
        let files = [("0004f2000001-app.log", LOG), ("000000000000.cfg", "<a CONFIG_FILES=\"site.cfg\"/>")];
        let folder = folder(&files);
        fs::write(folder.path().join("site.cfg"), site("1")).unwrap();
        fs::write(folder.path().join(name), &gzip).unwrap();
        let (answer, status) = run(folder.path(), &["scan", "--format", "json", "--fail-on", "never"]);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["problems"][0]["path"], name);
        assert_eq!(answer["problems"][0]["kind"], "unsupported-compression");
        assert_eq!(answer["problems"][0]["message"], why);
        assert_eq!(status, 4);
        let (config, _) = run(folder.path(), &["config", "--format", "json"]);
        assert!(config.contains(why), "{config}");
        assert!(!codes(folder.path(), &[]).contains(&"CFG003".to_owned()), "it is not encrypted");
    }
    // A begin that no compression has.
    let folder = folder(&[("0004f2000001-app.log", LOG), ("000000000000.cfg", "BZ, no XML")]);
    let (answer, _) = run(folder.path(), &["scan", "--format", "json"]);
    assert!(!answer.contains("is compressed"), "{answer}");
}
