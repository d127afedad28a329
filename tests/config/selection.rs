//! Diagnoses of configuration files and the options that choose or count diagnoses.

use std::fs;

use serde_json::{Value, json};

use crate::tree::{self, codes, folder, macs, run, scanned};

/// A code that has several severities, in one phone and in another, is counted and explained once.
#[test]
fn a_code_with_two_severities_is_one_code() {
    let log = |slot_2: &str| {
        format!(
            "000016.250|tls  |3|00|Custom platform device certificate 1 length 787\n\
             000016.260|tls  |3|00|Custom platform device key1 length 1218\n\
             000016.270|tls  |3|00|Custom platform device certificate 2 {slot_2}\n"
        )
    };
    let value = |slot| {
        let name = format!("device.sec.TLS.customDeviceCert{slot}.publicCert");
        format!("{name}=\"{}\"", fs::read_to_string(tree::testdata().join("config/leaf.p7b")).unwrap())
    };
    let folder = folder(&[
        ("000000000000.cfg", "<a CONFIG_FILES=\"site.cfg\"/>"),
        ("site.cfg", &format!("<a device.set=\"1\" {} {}/>", value(1), value(2))),
        // One slot is filled, the other one empty; then both are filled.
        ("0004f2000001-app.log", &log("is not available")),
        ("0004f2000002-app.log", &log("length 787")),
    ]);
    let answer = scanned(folder.path(), &[".", "--select", "CFG005"]);
    let of = |diagnosis: &Value| diagnosis["severity"].as_str().unwrap().to_owned();
    let severities =
        |device: &Value| device["diagnoses"].as_array().unwrap().iter().map(of).collect::<Vec<_>>();
    let devices: Vec<_> = answer["devices"].as_array().unwrap().iter().map(severities).collect();
    assert_eq!(devices, [["error", "info"], ["info", "info"]]);
    let groups = scanned(folder.path(), &[".", "--select", "CFG005", "--group-by", "code"]);
    let groups: Vec<_> =
        groups["groups"].as_array().unwrap().iter().map(|one| (&one["key"], &one["phones"])).collect();
    assert_eq!(groups, [(&json!("CFG005"), &json!(2))]);
    for format in ["table", "markdown"] {
        let said = tree::said(folder.path(), &["scan", ".", "--format", format]);
        let explained =
            said.lines().filter(|line| line.contains("CFG005") && line.contains("parameter-set-missing"));
        assert_eq!(explained.count(), 1, "{said}");
    }
    tree::write(
        folder.path(),
        "old.json",
        tree::said(folder.path(), &["scan", ".", "--format", "json", "--select", "INV"]).as_bytes(),
        tree::TIME,
    );
    let new = scanned(folder.path(), &[".", "--baseline", "old.json", "--new"]);
    assert_eq!(new["summary"]["by_code"]["CFG005"], 2);
}

fn pem_for(cert: u8) -> String {
    let pem = fs::read_to_string(tree::testdata().join("config/leaf.pem")).unwrap();
    format!(
        "device.sec.TLS.customDeviceCert{cert}.set=\"1\" device.sec.TLS.customDeviceCert{cert}.publicCert=\"{pem}\""
    )
}

/// A selection shows a part of the diagnoses that a plain scan shows, in the same rows.
#[test]
fn a_selection_changes_neither_rows_nor_other_diagnoses() {
    let faulty = format!("<a device.set=\"1\" {}/>", pem_for(1));
    let folder = folder(&[
        // With a log that makes CFG010 an error.
        ("0004f2000001.cfg", "<a CONFIG_FILES=\"site.cfg\"/>"),
        (
            "0004f2000001-app.log",
            "0531130928|hw   |4|00|hwDescSecurityDeviceCredentialsStoreAscii: Could not decode cert chain, results 0\n",
        ),
        // Without a log: two with the same files, one with its own, one without an error.
        ("0004f2000002.cfg", "<a CONFIG_FILES=\"site.cfg\"/>"),
        ("0004f2000003.cfg", "<a CONFIG_FILES=\"site.cfg\"/>"),
        ("site.cfg", &faulty),
        ("0004f2000004.cfg", &faulty),
        ("0004f2000005.cfg", "<a sec.TLS.customDeviceCert.1=\"x\"/>"),
        ("0004f2000006.cfg", "<a device.set=\"1\" device.sec.TLS.profile.deviceCert1=\"Platform1\"/>"),
    ]);
    let sorted = |answer: &Value| {
        let mut devices = answer["devices"].as_array().unwrap().clone();
        devices.sort_by_key(|device| device["mac"].to_string());
        devices
    };
    let plain = sorted(&scanned(folder.path(), &["."]));
    let rows: Vec<_> = plain.iter().map(|device| device["mac"].as_str().unwrap()).collect();
    assert_eq!(rows, [1, 2, 3, 4, 5].map(|phone| format!("0004F200000{phone}")));
    assert!(codes(&plain[0]).contains(&"INS003"));
    for prefix in ["CFG010", "CFG016", "CFG", "INS", "LOG", "FLT"] {
        let some = scanned(folder.path(), &[".", "--select", prefix]);
        for (device, plain) in sorted(&some).iter().zip(&plain) {
            let all = plain["diagnoses"].as_array().unwrap().iter();
            let selected = all.filter(|one| one["code"].as_str().unwrap().starts_with(prefix));
            let expected: Vec<_> = selected.cloned().collect();
            assert_eq!(device["mac"], plain["mac"], "{prefix}");
            assert_eq!(device["diagnoses"], json!(expected), "{prefix}: {}", device["mac"]);
            let severities: Vec<_> = expected.iter().map(|one| one["severity"].as_str().unwrap()).collect();
            // Configuration alone shows no phone healthy.
            let status = match &severities[..] {
                found if found.contains(&"error") => "failed",
                found if found.contains(&"warning") => "attention",
                _ if codes(plain).contains(&"INS003") => "ok",
                _ => "unknown",
            };
            assert_eq!(device["status"], status, "{prefix}: {}", device["mac"]);
        }
        let one = scanned(folder.path(), &[".", "--select", prefix, "--device", "0004f2000004"]);
        assert_eq!(macs(&one), ["0004F2000004"], "{prefix}");
    }
    let none = run(folder.path(), &["scan", ".", "--device", "0004f2000006"]);
    assert_eq!(none.status.code(), Some(3));
}
