//! `phonecert config`: what the configuration files give each phone.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/config").join(name);
    fs::read_to_string(path).unwrap()
}

/// A server with a site file for all, and a file of its own for one phone.
fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "000000000000.cfg",
        "<a CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-own.cfg, site.cfg\" OVERRIDES_DIRECTORY=\"\"/>",
    );
    write(
        "site.cfg",
        &format!(
            "<a device.set=\"1\"\n device.sec.TLS.customDeviceCert1.set=\"1\"\n device.sec.TLS.customDeviceCert1.publicCert=\"{}\"\n \
             device.sec.TLS.customDeviceCert1.privateKey=\"{}\"\n log.level.change.tls=\"4\"/>",
            sample("chain.p7b"),
            sample("rsa-2048-pkcs8.key")
        ),
    );
    write("0004f2a1b2c3-own.cfg", "<a log.level.change.tls=\"3\"/>");
    write("0004f2a1b2c3-app.log", "0531130928|sip  |4|00|text\n");
    write("0004f2000009-phone.cfg", "<PHONE_CONFIG/>");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output = Command::cargo_bin("phonecert")
        .unwrap()
        .current_dir(folder)
        .env("COLUMNS", "160")
        .arg("config")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

#[test]
fn each_parameter_with_its_origin() {
    let folder = site();
    let (text, complaints, status) = run(folder.path(), &["--format", "json"]);
    assert_eq!((complaints.as_str(), status), ("", 0));
    let document: Value = serde_json::from_str(&text).unwrap();
    let phones = document["phones"].as_array().unwrap();
    assert_eq!(phones.len(), 2);
    assert_eq!(phones[1]["mac"], "0004F2A1B2C3");
    let one = |phone: &Value, name: &str| {
        phone["parameters"].as_array().unwrap().iter().find(|one| one["parameter"] == name).unwrap().clone()
    };
    let level = one(&phones[1], "log.level.change.tls");
    assert_eq!(
        (&level["value"], &level["file"], &level["line"]),
        (&"3".into(), &"0004f2a1b2c3-own.cfg".into(), &1.into())
    );
    assert_eq!(level["overrides"][0]["file"], "site.cfg");
    let certificate = one(&phones[0], "device.sec.TLS.customDeviceCert1.publicCert");
    assert!(
        certificate["value"].as_str().unwrap().starts_with("PKCS #7, 3 certificates, CN 0004F2A1B2C3, ends ")
    );
    assert_eq!(certificate["line"], 3);
}

#[test]
fn no_key_in_any_format() {
    let folder = site();
    let key = sample("rsa-2048-pkcs8.key");
    for format in ["table", "json", "csv"] {
        let (text, ..) = run(folder.path(), &["--format", format]);
        assert!(text.contains("RSA 2048 key, 1,219 bytes"), "{text}");
        for line in key.lines() {
            assert!(!text.contains(&line[..20]), "{format}");
        }
    }
}

#[test]
fn what_the_log_shows_installed_is_compared() {
    let folder = site();
    let log = |name: &str, fingerprint: &str| {
        let lines = [
            "000016.250|tls  |3|00|Custom platform device certificate 1 length 787".to_owned(),
            format!(
                "000016.300|tls  |3|00|Custom platform device certificate 1 MD5 fingerprint: {fingerprint}"
            ),
            "000016.350|tls  |3|00|Custom platform device certificate 1 common name \"phone\"\n".to_owned(),
        ];
        fs::write(folder.path().join(name), lines.join("\n")).unwrap();
    };
    let short = run(folder.path(), &["--format", "csv", "--device", "0004f2a1b2c3"]).0;
    let fingerprint = &short[short.find("MD5 ").unwrap() + 4..][..47];
    log("0004f2a1b2c3-app.log", fingerprint);
    log("0004f2000009-app.log", "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF");
    let (text, ..) = run(folder.path(), &["--format", "json"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    let says = |phone: usize| {
        let installed = &document["phones"][phone]["installed"][0];
        assert_eq!(installed["slot"], "platform-1");
        assert_eq!(installed["configuration"]["file"], "site.cfg");
        installed["configuration"]["says"].as_str().unwrap().to_owned()
    };
    assert!(says(0).ends_with("another fingerprint: changed since, or installed another way?"), "{text}");
    assert_eq!(says(1), "its certificate has the md5 fingerprint that the log shows");
    let (text, ..) = run(folder.path(), &["--device", "0004f2a1b2c3"]);
    assert!(text.contains("\nplatform-1, as the log shows it: site.cfg:3: its certificate has "), "{text}");
}

#[test]
fn one_phone_and_none() {
    let folder = site();
    let (text, _, status) = run(folder.path(), &["--device", "00:04:F2:A1:B2:C3", "--format", "csv"]);
    assert_eq!(status, 0);
    assert!(text.lines().skip(1).all(|line| line.starts_with("0004F2A1B2C3,")), "{text}");
    let empty = tempfile::tempdir().unwrap();
    let (text, complaints, status) = run(empty.path(), &[]);
    assert_eq!((text.as_str(), status), ("", 3));
    assert!(complaints.contains("no configuration file"), "{complaints}");
    let (_, complaints, status) = run(folder.path(), &["missing"]);
    assert_eq!(status, 3);
    assert!(complaints.contains("missing"), "{complaints}");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_told() {
    let folder = site();
    fs::write(folder.path().join("large.cfg"), vec![b' '; (4 << 20) + 1]).unwrap();
    fs::write(folder.path().join("0004f2a1b2c3.cfg"), "<a CONFIG_FILES=\"large.cfg, site.cfg\"/>").unwrap();
    let (_, complaints, status) = run(folder.path(), &[]);
    assert_eq!(status, 4);
    assert!(complaints.contains("large.cfg: is larger than 4 MiB"), "{complaints}");
}

#[test]
fn a_file_that_is_not_read_is_a_problem_of_the_scan() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("0004f2a1b2c3.cfg", "<a CONFIG_FILES=\"site.cfg\"/>");
    write("0004f2a1b2c3-app.log", "0531130928|sip  |4|00|text\n");
    let many: String = (0..5001).map(|number| format!(" a{number}=\"&amp;\"")).collect();
    for (text, kind) in [
        ("<!DOCTYPE a><a/>".to_owned(), None),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>".to_owned(), Some("unreadable")),
        (format!("<a{many}/>"), Some("limit-exceeded")),
    ] {
        write("site.cfg", &text);
        let mut command = Command::cargo_bin("phonecert").unwrap();
        let output = command.current_dir(folder.path()).args(["scan", "--format", "json"]).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let problems = answer["problems"].as_array().unwrap();
        assert_eq!(output.status.code(), Some(if kind.is_some() { 4 } else { 0 }), "{text:.60}");
        assert_eq!(problems.first().and_then(|one| one["kind"].as_str()), kind, "{text:.60}");
        assert!(problems.iter().all(|one| one["path"] == "site.cfg"), "{problems:?}");
    }
}
