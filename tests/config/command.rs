//! `phonecert config`: what the configuration files set for each phone.

use std::fs;
use std::path::Path;

use phonecert::report::config::CONFIG_FORMATS;
use serde_json::Value;

use crate::tree::{self, sample};

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
    let mut command = tree::phonecert(folder);
    let output = command.env("COLUMNS", "160").arg("config").args(arguments).output().unwrap();
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
        certificate["value"]
            .as_str()
            .unwrap()
            .starts_with("PKCS #7, 3 certificates, CN 0004F2A1B2C3, valid until ")
    );
    assert_eq!(certificate["line"], 3);
}

#[test]
fn no_key_in_any_format() {
    let folder = site();
    let key = sample("rsa-2048-pkcs8.key");
    for format in CONFIG_FORMATS.iter().map(|format| format.name) {
        let (text, ..) = run(folder.path(), &["--format", format]);
        assert!(text.contains("RSA 2048 key, 1219 bytes"), "{text}");
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
    assert!(
        says(0).ends_with(
            "another fingerprint: were the files changed since then, or was it installed in another way?"
        ),
        "{text}"
    );
    assert_eq!(says(1), "its certificate has the MD5 fingerprint that the log shows");
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
        let output = tree::run(folder.path(), &["scan", "--format", "json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let problems = answer["problems"].as_array().unwrap();
        assert_eq!(output.status.code(), Some(if kind.is_some() { 4 } else { 0 }), "{text:.60}");
        assert_eq!(problems.first().and_then(|one| one["kind"].as_str()), kind, "{text:.60}");
        assert!(problems.iter().all(|one| one["path"] == "site.cfg"), "{problems:?}");
    }
}

/// What `scan` answers, without what was counted.
fn scanned(folder: &Path) -> String {
    let mut command = tree::phonecert(folder);
    command.env("SOURCE_DATE_EPOCH", "1900000000").args(["scan", "--format", "json"]);
    let output = command.output().unwrap();
    let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document.as_object_mut().unwrap().remove("scanned");
    document.to_string()
}

/// The codes of the only phone's diagnoses with their severities, and the lines that join one of them.
fn found(folder: &Path, joined: &str) -> (Vec<String>, Vec<String>) {
    let document: Value = serde_json::from_str(&scanned(folder)).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = document["devices"][0]["diagnoses"].as_array().unwrap();
    let codes = all.iter().map(|one| format!("{} {}", text(&one["code"]), text(&one["severity"])));
    let lines = all.iter().filter(|one| one["code"] == joined);
    let lines =
        lines.flat_map(|one| one["configuration"].as_array().unwrap()).map(|line| text(&line["says"]));
    (codes.collect(), lines.collect())
}

/// Listed files with any name and content, and names that lead anywhere.
#[test]
fn a_tree_in_an_archive_gives_the_same_answer() {
    let comment = |mega: usize| format!("<!-- {} -->", "x".repeat(mega << 20));
    let (large, too_large) = (format!("<a>{}<b log.level.change.tls=\"4\"/></a>", comment(3)), comment(5));
    let list =
        "large.conf, too-large.conf, program.ld, note.txt, page.html, latin, ../../outside.cfg, gone.cfg";
    let master = format!("<a CONFIG_FILES=\"{list}\"/>");
    let files: [(&str, &[u8]); 8] = [
        ("site/0004f2a1b2c3.cfg", master.as_bytes()),
        ("site/0004f2a1b2c3-app.log", b"0531130928|sip  |4|00|text\n"),
        ("site/large.conf", large.as_bytes()),
        ("site/too-large.conf", too_large.as_bytes()),
        ("site/program.ld", b"\x7fELF\0\0\0\x01 and more"),
        ("site/note.txt", b"a note"),
        ("site/page.html", b"<html log.render.level=\"5\"/>"),
        ("site/latin", b"caf\xe9"),
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("site")).unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        filetime::set_file_mtime(path, filetime::FileTime::from_unix_time(tree::pack::PACKED, 0)).unwrap();
    }
    let expected = scanned(folder.path());
    for code in ["CFG001", "CFG002", "CFG003", "CFG050", "larger than 4 MiB", "leads to ../outside.cfg"] {
        assert!(expected.contains(code), "{code}: {expected}");
    }
    let inner = tree::tar(&files);
    let outer = tree::tar(&[("in.tar", &inner)]);
    for (bytes, prefix) in [(inner, "a.tar!/"), (outer, "a.tar!/in.tar!/")] {
        let archive = tempfile::tempdir().unwrap();
        fs::write(archive.path().join("a.tar"), bytes).unwrap();
        assert_eq!(scanned(archive.path()).replace(prefix, ""), expected, "{prefix}");
    }
}

#[test]
fn an_installed_certificate_names_its_file_in_every_format() {
    let folder = site();
    let short = run(folder.path(), &["--format", "csv", "--device", "0004f2a1b2c3"]).0;
    let fingerprint = &short[short.find("MD5 ").unwrap() + 4..][..47];
    let log = format!(
        "000016.250|tls  |3|00|Custom platform device certificate 1 length 787\n\
         000016.300|tls  |3|00|Custom platform device certificate 1 MD5 fingerprint: {fingerprint}\n\
         000016.350|tls  |3|00|Custom platform device key 1 length 1219\n\
         000016.360|tls  |3|00|Polycom device certificate length 802\n"
    );
    fs::write(folder.path().join("0004f2a1b2c3-app.log"), log).unwrap();
    let document: Value = serde_json::from_str(&scanned(folder.path())).unwrap();
    let certificates = &document["devices"][0]["certificates"];
    assert_eq!(certificates[1]["configuration"][0]["file"], "site.cfg");
    assert_eq!(certificates[1]["configuration"][0]["line"], 3);
    assert!(certificates[0].get("configuration").is_none(), "{certificates}");
    let told = "its certificate has the MD5 fingerprint that the log shows";
    let output = |arguments: &[&str]| {
        let mut command = tree::phonecert(folder.path());
        let output = command.env("COLUMNS", "200").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for arguments in [
        &["device", "0004f2a1b2c3"][..],
        &["device", "0004f2a1b2c3", "--format", "markdown"],
        &["device", "0004f2a1b2c3", "--format", "json"],
        &["scan", "--format", "html"],
    ] {
        let text = output(arguments);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(told), "{arguments:?}: {text}");
    }
    assert!(!output(&["device", "0004f2a1b2c3", "--no-config"]).contains(told));
}

#[test]
fn what_the_log_shows_weighs_what_the_files_say() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let (certificate, key) = (sample("leaf.p7b"), sample("rsa-2048-pkcs8.key"));
    let slot = "device.sec.TLS.customDeviceCert1";
    let site = |set: &str, more: &str| {
        format!(
            "<a device.set=\"{set}\" {slot}.set=\"1\" {slot}.publicCert=\"{certificate}\" \
             {slot}.privateKey=\"{key}\" sec.TLS.profile.1.deviceCert=\"Platform1\" {more}/>"
        )
    };
    write("0004f2a1b2c3.cfg", "<a CONFIG_FILES=\"site.cfg\"/>");
    write("site.cfg", &site("1", ""));
    let short = run(folder.path(), &["--format", "csv"]).0;
    let fingerprint = &short[short.find("MD5 ").unwrap() + 4..][..47];
    let empty = "000016.250|tls  |3|00|Custom platform device certificate 1 is not available\n";
    let saved = format!(
        "000100.000|tls  |*|00|Saving new Custom platform device certificate 1\n\
         000100.000|tls  |*|00|New Certificate Common Name 'phone' Fingerprint '{fingerprint}'\n"
    );
    // The certificate that was saved later is in the slot, although `device.set` is 0 again.
    write("site.cfg", &site("0", ""));
    write("0004f2a1b2c3-app.log", empty);
    assert_eq!(found(folder.path(), "").0, ["CFG004 error"]);
    write("0004f2a1b2c3-app.log", &format!("{empty}{saved}"));
    assert_eq!(found(folder.path(), "").0, ["CFG004 info"]);
    // The next boot shows the slot empty: INS004 names what was saved.
    write("site.cfg", &site("1", ""));
    let boot = "000015.871|log  |*|00|---------- Initial log entry ----------\n";
    let other = "000016.260|tls  |3|00|Custom platform device certificate 2 is not available\n";
    write("0004f2a1b2c3-app.log", &format!("{saved}{boot}{empty}{other}"));
    let (codes, lines) = found(folder.path(), "INS004");
    assert_eq!(codes, ["INS004 warning"]);
    assert_eq!(lines[0], "its certificate has the MD5 fingerprint that was saved");
    // These levels hide no lines.
    let refused = "1125110000|hw   |4|00|hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, length 5000 is bigger than maximum 4096\n";
    for (level, log, is_hidden) in [
        ("log.render.level=\"4\"", "0531130928|sip  |4|00|text\n", true),
        ("log.render.level=\"4\"", "0531130928|sip  |4|00|text\n0531130929|net  |2|00|text\n", false),
        ("log.level.change.hw=\"5\"", "0531130928|sip  |4|00|text\n", true),
        ("log.level.change.hw=\"5\"", refused, false),
    ] {
        write("site.cfg", &format!("<a {level}/>"));
        write("0004f2a1b2c3-app.log", log);
        let codes = found(folder.path(), "").0;
        assert_eq!(codes.contains(&"CFG050 info".to_owned()), is_hidden, "{level} {log}: {codes:?}");
    }
}

/// The diagnoses of the one phone of these files.
fn diagnoses(files: &[(&str, &str)]) -> Vec<Value> {
    let document = tree::json(tree::folder(files).path(), &["scan", "--format", "json"]);
    document["devices"][0]["diagnoses"].as_array().unwrap().clone()
}

fn says(diagnoses: &[Value], code: &str) -> Option<String> {
    diagnoses.iter().find(|one| one["code"] == code).map(|one| one["configuration"].to_string())
}

#[test]
fn the_newest_inventory_shows_whether_a_slot_is_empty() {
    let profile = "<a device.set=\"1\" device.sec.TLS.profile.deviceCert1=\"Platform1\"\n device.sec.TLS.profile.deviceCert1.set=\"1\"/>";
    let filled = |slot: &str| {
        format!(
            "000016.250|tls  |3|00|Custom platform device certificate {slot} length 787\n\
             000016.260|tls  |3|00|Custom platform device key{slot} length 1218\n"
        )
    };
    let empty = "000016.250|tls  |3|00|Custom platform device certificate 1 is not available\n";
    let boot = |inventory: &str| {
        format!("000015.871|log  |*|00|---------- Initial log entry ----------\n{inventory}")
    };
    let line = "0531130928|sip  |4|00|an ordinary line\n";
    for (log, is_told) in [
        (format!("{}{line}{}", filled("1"), boot(empty)), true),
        (format!("{}{line}{}", filled("2"), boot(empty)), true),
        (format!("{empty}{line}{}", boot(&filled("1"))), false),
        (filled("1"), false),
    ] {
        let found = diagnoses(&[("0004f2a1b2c3.cfg", profile), ("0004f2a1b2c3-app.log", &log)]);
        assert_eq!(says(&found, "CFG023").is_some(), is_told, "{found:?}");
    }
}

#[test]
fn a_level_that_lines_contradict_is_not_blamed() {
    let config = "<a log.level.change.tls=\"4\"/>";
    for (line, is_blamed) in [
        ("tls  |3|00|session resumed", false),
        ("tls  |4|00|session resumed", true),
        ("tls  |*|00|session resumed", true),
        ("sip  |3|00|session resumed", true),
    ] {
        // Lines of the same component and level pass the fast path.
        let log: String = (10..30).map(|second| format!("05311309{second}|{line} {second}\n")).collect();
        let found = diagnoses(&[("0004f2a1b2c3.cfg", config), ("0004f2a1b2c3-app.log", &log)]);
        assert_eq!(says(&found, "CFG050").is_some(), is_blamed, "{line}");
        let join = says(&found, "LOG001").unwrap();
        assert_eq!(join.contains("keeps the inventory out of the log"), is_blamed, "{join}");
        assert_eq!(
            join.contains("the log shows lines of tls of level 3: changed since"),
            !is_blamed,
            "{join}"
        );
    }
}

#[test]
fn another_makers_files_are_no_phone() {
    let folder = site();
    // A server's default file, an empty file, and overrides that are not XML.
    for (name, text) in [
        ("001565aabbcc.cfg", "#!version:1.0.0.1\naccount.1.enable = 1\n"),
        ("001565aabbcd.cfg", ""),
        ("805ec0aabbce-web.cfg", "account.1.enable = 1\n"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        let (listed, _, _) = run(folder.path(), &["--all", "--format", "json"]);
        let document: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(document["phones"].as_array().unwrap().len(), 2, "{name}");
        // 0004F2A1B2C3 and 0004F2000009 share the site's key, and no more.
        assert!(scanned(folder.path()).contains("given to 2 phones"), "{name}");
    }
    // A file of XML is meant for a phone.
    fs::write(folder.path().join("0004f200000a.cfg"), "<a CONFIG_FILES=\"site.cfg\"/>").unwrap();
    assert!(scanned(folder.path()).contains("given to 3 phones"));
}

#[test]
fn a_value_that_may_not_count_is_named_beside_a_refusal() {
    let chain = |name: &str| {
        format!(
            "<a device.sec.TLS.customDeviceCert1.publicCert=\"{}\"\n device.set=\"1\" device.sec.TLS.customDeviceCert1.set=\"1\"/>",
            sample(name)
        )
    };
    let log = "0531130928|hw   |4|00|hwDescSecurityDeviceCredentialsStoreAscii: Could not decode cert chain, results 0\n";
    // Which of the two overrides wins is not known.
    let found = diagnoses(&[
        ("0004f2a1b2c3.cfg", "<a CONFIG_FILES=\"\"/>"),
        ("0004f2a1b2c3-phone.cfg", &chain("leaf.pem")),
        ("0004f2a1b2c3-web.cfg", &chain("chain.p7b")),
        ("0004f2a1b2c3-app.log", log),
    ]);
    let refusal = found.iter().find(|one| one["code"] == "INS003").unwrap();
    let lines = refusal["configuration"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let is_unsure =
        |line: &Value| line["says"].as_str().unwrap().ends_with("whether this line counts is not known");
    assert!(lines.iter().all(is_unsure), "{lines:?}");
}

#[test]
fn a_level_that_is_none_is_not_called_harmless() {
    for (level, what) in [
        ("3", "3: it does not keep the inventory out"),
        ("", "is not a level"),
        ("x", "not shown) is not a level"),
    ] {
        let config = format!("<a CONFIG_FILES=\"\" log.level.change.tls=\"{level}\"/>");
        let found = diagnoses(&[
            ("0004f2a1b2c3.cfg", &config),
            ("0004f2a1b2c3-app.log", "0531130928|sip  |4|00|text\n"),
        ]);
        let says = says(&found, "LOG001").unwrap();
        assert!(says.contains(what), "{level}: {says}");
    }
}

/// A file that was not read may have the level.
#[test]
fn no_file_is_named_for_a_level_that_another_may_have() {
    for (list, is_named) in [("", true), ("gone.cfg", true), ("http://192.0.2.9/site.cfg", false)] {
        let found = diagnoses(&[
            ("0004f2a1b2c3.cfg", &format!("<a CONFIG_FILES=\"{list}\" device.set=\"1\"/>")),
            ("0004f2a1b2c3-app.log", "0531130928|sip  |4|00|text\n"),
        ]);
        let no_evidence = found.iter().find(|one| one["code"] == "LOG001").unwrap();
        assert_eq!(
            says(&found, "LOG001").unwrap().contains("missing: add"),
            is_named,
            "{list}: {no_evidence}"
        );
        assert_eq!(
            no_evidence["remedy"].as_str().unwrap().starts_with("Add "),
            is_named,
            "{list}: {no_evidence}"
        );
    }
}

#[test]
fn no_level_is_blamed_for_lines_that_could_not_be_read() {
    let config = "<a CONFIG_FILES=\"\" log.level.change.tls=\"4\"/>";
    let hidden = "the phone wrote: 0531130928|sip  |4|00|text\n";
    for (number, is_blamed) in [(7, true), (8, false)] {
        let log = "0531130928|sip  |4|00|text\n".to_owned() + &hidden.repeat(number);
        let found = diagnoses(&[("0004f2a1b2c3.cfg", config), ("0004f2a1b2c3-app.log", &log)]);
        assert_eq!(says(&found, "LOG001").is_some_and(|says| says.contains("inventory")), is_blamed);
    }
}
