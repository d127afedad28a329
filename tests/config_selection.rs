//! Diagnoses of configuration files and the options that choose or count diagnoses.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;
use tree::{codes, macs, run, scanned};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        tree::write(folder.path(), name, text.as_bytes(), tree::TIME);
    }
    folder
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
