//! Findings are reused for phones that read the same configuration files. Each phone must get the findings that it gets
//! alone.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::tree::{self, sample};

/// A site whose certificate is issued for one phone. Each other phone differs from the first one in one thing.
const PHONES: [(&str, &[(&str, &str)]); 11] = [
    ("0004f2000001", &[]),
    ("0004f2000002", &[]),
    // The certificate is issued for this one.
    ("0004f2a1b2c3", &[]),
    ("0004f2000004", &[(".cfg", "<a CONFIG_FILES=\"site.cfg\" reg.1.address=\"1\"/>")]),
    ("0004f2000005", &[("-phone.cfg", "<a up.one=\"1\"/>")]),
    // Own files with a parameter, with a misspelt one, that can't be read, or that name a missing file.
    ("0004f2000006", &[("-phone.cfg", "<a device.set=\"0\"/>")]),
    ("0004f2000007", &[("-web.cfg", "<a device.sec.TLS.customDeviceCert1.publiCert=\"1\"/>")]),
    ("0004f2000008", &[("-phone.cfg", "<a up.one=\"1\">")]),
    ("0004f2000009", &[(".cfg", "<a CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-own.cfg, site.cfg\"/>")]),
    ("0004f200000a", &[("-private.key", "no key")]),
    // Its log shows the slot filled, and no level 3.
    ("0004f200000b", &[("-app.log", FILLED)]),
];

const LOG: &str = "0531130928|sip  |4|00|an ordinary line\n";
const FILLED: &str = "000016.250|tls  |3|00|Custom platform device certificate 1 length 787\n000016.260|tls  |3|00|Custom platform device key1 length 1218\n";

fn write(folder: &Path, phone: &str, files: &[(&str, &str)]) {
    let site = format!(
        "<a device.set=\"1\" device.sec.TLS.customDeviceCert1.set=\"1\"\n device.sec.TLS.customDeviceCert1.publicCert=\"{}\"\n \
         device.sec.TLS.customDeviceCert1.privateKey=\"{}\"\n sec.TLS.profile.1.deviceCert=\"Application3\"/>",
        sample("chain.p7b"),
        sample("rsa-2048-pkcs8.key")
    );
    fs::write(folder.join("000000000000.cfg"), "<a CONFIG_FILES=\"site.cfg\"/>").unwrap();
    fs::write(folder.join("site.cfg"), site).unwrap();
    fs::write(folder.join(format!("{phone}-app.log")), LOG).unwrap();
    for (ending, text) in files {
        fs::write(folder.join(format!("{phone}{ending}")), text).unwrap();
    }
}

/// The answer to these arguments.
fn run(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = tree::phonecert(folder);
    command.env("SOURCE_DATE_EPOCH", "1790000000").args(arguments).output().unwrap().stdout
}

/// The phones of an answer, without the diagnoses that compare phones.
fn scan(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let scan = ["scan", "--format", "json", "--ignore", "CFG020"];
    let mut document: Value = serde_json::from_slice(&run(folder, &[&scan, arguments].concat())).unwrap();
    let mut phones = std::mem::take(document["devices"].as_array_mut().unwrap());
    phones.sort_by_key(|phone| phone["mac"].to_string());
    phones
}

#[test]
fn a_phone_among_others_is_judged_as_alone() {
    let together = tempfile::tempdir().unwrap();
    let mut alone = Vec::new();
    for (phone, files) in PHONES {
        write(together.path(), phone, files);
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), phone, files);
        alone.extend(scan(folder.path(), &["."]));
    }
    alone.sort_by_key(|phone| phone["mac"].to_string());
    let codes = |phone: &Value| {
        let all = phone["diagnoses"].as_array().unwrap().iter();
        all.map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(
        codes(&alone[0]).contains(&"CFG019".to_owned()) && codes(&alone[0]).contains(&"CFG023".to_owned())
    );
    assert!(!codes(&alone[10]).contains(&"CFG019".to_owned()), "{:?}", codes(&alone[10]));
    let different: std::collections::BTreeSet<_> = alone.iter().map(codes).collect();
    assert!(different.len() >= 6, "{different:?}");
    for threads in ["1", "2"] {
        assert_eq!(scan(together.path(), &["--threads", threads, "."]), alone);
    }
    run(together.path(), &["digest", ".", "-o", "all.pcr"]);
    assert_eq!(scan(together.path(), &["--records", "all.pcr"]), alone);
}

#[test]
fn a_shared_key_names_the_first_others() {
    let folder = tempfile::tempdir().unwrap();
    for (phone, files) in PHONES {
        write(folder.path(), phone, files);
    }
    // A phone without a log, and so without a row, also gets the key; another one has a key of its own.
    const NO_LOG: &str = "0004f2000000";
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put(&format!("{NO_LOG}.cfg"), "<a CONFIG_FILES=\"site.cfg\"/>");
    let own = format!("<a device.sec.TLS.customDeviceCert2.privateKey=\"{}\"/>", sample("ec-256-sec1.key"));
    put("0004f20000ff.cfg", &own);
    let run = |arguments: &[&str]| run(folder.path(), arguments);
    let answer = run(&["scan", "--format", "json", "."]);
    run(&["digest", ".", "-o", "all.pcr"]);
    assert!(run(&["scan", "--format", "json", "--records", "all.pcr"]) == answer);
    let redacted =
        String::from_utf8(run(&["scan", "--format", "json", "--redact", "."])).unwrap().to_lowercase();
    assert!(!redacted.contains(NO_LOG) && redacted.contains("cfg020"));
    let document: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(document["devices"].as_array().unwrap().len(), 11);
    assert_eq!(document["summary"]["by_code"]["CFG020"], 11);
    for phone in document["devices"].as_array().unwrap() {
        let of_key = |one: &&Value| one["code"] == "CFG020";
        let message =
            phone["diagnoses"].as_array().unwrap().iter().find(of_key).unwrap()["message"].to_string();
        let others = PHONES
            .iter()
            .map(|(mac, _)| *mac)
            .chain([NO_LOG])
            .map(str::to_uppercase)
            .collect::<std::collections::BTreeSet<_>>();
        let own = phone["mac"].as_str().unwrap();
        let named: Vec<_> = others.iter().filter(|mac| *mac != own).take(5).cloned().collect();
        let (last, named) = named.split_last().unwrap();
        let told = format!("12 phones, {} and {last} among them", named.join(", "));
        assert!(message.contains(&told), "{own}: {message}");
    }
}

#[test]
fn names_of_parameters_are_no_names_of_hosts() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), PHONES[0].0, &[("-phone.cfg", "<a device.set=\"0\"/>")]);
    let phones = scan(folder.path(), &["--redact", "."]);
    let lines = phones[0]["diagnoses"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["configuration"].as_array().unwrap());
    let names: Vec<_> = lines.filter_map(|line| line["parameter"].as_str()).collect();
    assert!(names.contains(&"device.set"), "{names:?}");
    let is_known = |name: &&str| ["device.", "sec.TLS.", "log."].iter().any(|begin| name.starts_with(begin));
    assert!(names.iter().all(is_known), "{names:?}");
}
