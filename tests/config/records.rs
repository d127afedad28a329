//! Records contain all that a scan needs of configuration files, and no key and no password.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use phonecert::config::Stored;
use phonecert::records::{FrameKind, Item, Reader};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use crate::tree::records::{answers_are_equal, any_split_answers_as_a_whole, at, digest};
use crate::tree::{self, days_after, phonecert, sample, write};

/// Passwords, and the middle of a key, in the files of [`site`].
const SECRETS: [&str; 5] = ["hunter2", "swordfish", "open-sesame", "opensesame", "letmein"];

/// Every way in which files come to a phone, in two directories and an archive, beside the sample fleet.
fn site() -> TempDir {
    let folder = tree::fleet();
    let put = |name: &str, text: &str| write(folder.path(), name, text.as_bytes(), tree::TIME);
    let log = |mac: &str, model: &str| {
        format!(
            "000015.871|log  |*|00|---------- Initial log entry ----------\n\
             000015.872|so   |*|00|Platform: Model={model}, Assembly=3111-44500-001 Rev=A Region=0\n\
             000015.873|so   |*|00|Platform: Interface eth0 MAC={mac}\n\
             000015.944|tls  |3|00|Custom platform device certificate 1 is not available\n\
             0701110000|sip  |4|00|an ordinary line\n"
        )
    };
    for (number, model) in ["VVX 500", "VVX 400", "SoundPoint IP 650", "VVX 500"].iter().enumerate() {
        for directory in ["branch", "branch/logs", "other"] {
            let mac = format!("0004f2{:02x}00{number:02x}", directory.len());
            put(&format!("{directory}/{mac}-app.log"), &log(&mac, model));
        }
    }
    let key = sample("rsa-2048-pkcs8.key").replace('\n', " ");
    let certificate = sample("chain.p7b").replace('\n', " ");
    put(
        "branch/000000000000.cfg",
        "<a CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-own.cfg, site.cfg, sip_[PHONE_MODEL].cfg, gone.cfg, gone.cfg\"\n\
         CONFIG_FILES_VVX400=\"vvx.cfg, m/[PHONE_MAC_ADDRESS]/[PHONE_MODEL].xml\" OVERRIDES_DIRECTORY=\"overrides\"\n\
         LOG_FILE_DIRECTORY=\"ftp://server:letmein@192.0.2.8/\"/>",
    );
    put(
        "branch/site.cfg",
        &format!(
            "<a device.set=\"1\"\n device.sec.TLS.customDeviceCert1.publicCert=\"{certificate}\"\n \
             device.sec.TLS.customDeviceCert1.privateKey=\"{key}\"\n device.prov.password=\"hunter2\"\n \
             reg.1.auth.password=\"swordfish\" sec.TLS.customDeviceCrt.2=\"x\" sec.TLS.customCaCert.1=\"{}\"/>",
            sample("root.pem").replace('\n', " ")
        ),
    );
    put("branch/sip_VVX500.cfg", "<a log.render.level=\"5\"/>");
    put("branch/sip_SPIP650.cfg", "<a log.level.change.tls=\"6\">");
    put(
        "branch/vvx.cfg",
        "<a sec.TLS.customCaCert.1=\"-----BEGIN CERTIFICATE REQUEST----- AAEC -----END CERTIFICATE REQUEST-----\"/>",
    );
    put("branch/m/0004f2060001/VVX400.xml", "<a sec.TLS.profileSelection.SIP=\"PlatformProfile1\"/>");
    put("branch/0004f2060000-own.cfg", "<a log.level.change.tls=\"4\" device.set=\"0\"/>");
    put(
        "branch/overrides/0004f2060000-phone.cfg",
        "<a device.sec.TLS.profileSelection.dot1x=\"ApplicationProfile1\"/>",
    );
    put("branch/overrides/0004f2060003-web.cfg", "<a device.sec.TLS.profile.deviceCert1=\"Polycom\"/>");
    // A master of its own whose list has texts that are not names.
    put(
        "other/0004f2050000.cfg",
        &format!(
            "<a CONFIG_FILES=\"ftp://server:open-sesame@192.0.2.7/x.cfg, ../branch/site.cfg, {}, no.cfg\"\n\
             OVERRIDES_DIRECTORY=\"http://server:opensesame@host.example.com/o\" sec.TLS.customDeviceKey.1=\"{}\"/>",
            key.replace(',', ""),
            sample("ec-256-sec1.key").replace('\n', " ")
        ),
    );
    put(
        "other/0004f2050001.cfg",
        "<a CONFIG_FILES=\"../../outside.cfg, link.cfg, other.txt\" device.prov.password=\"hunter2\"/>",
    );
    put("other/other.txt", "<a log.level.change.hw=\"6\"/>");
    #[cfg(target_os = "linux")]
    put("other/0004F2050002.cfg", "<a log.level.change.tls=\"6\"/>");
    put("other/0004f2050002.cfg", &format!("<a device.prov.password=\"hunter2\" x=\"{key}\""));
    put("other/0004f2050002-private.key", &sample("rsa-2048-pkcs8.key"));
    write(folder.path(), "other/0004f2050003-phone.cfg", b"\xff\xfe<\0a\0/\0>\0", tree::TIME);
    // Phones without a log, one with something wrong.
    put("other/0004f2999901.cfg", "<a CONFIG_FILES=\"bad.cfg\"/>");
    put("other/bad.cfg", "<a>\n<b></a>");
    put("other/0004f2999902-phone.cfg", "<PHONE_CONFIG/>");
    put("other/0004f2000003.cfg", "<a CONFIG_FILES=\"../branch/site.cfg\"/>");
    let many: Vec<String> = (0..257).map(|number| format!("n{number}.cfg")).collect();
    put("other/0004f2999904.cfg", &format!("<a CONFIG_FILES=\"{}\"/>", many.join(",")));
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("other/link.cfg")).unwrap();
    write(folder.path(), "archived.tar.gz", &archive(&log("0004f2aaaa01", "VVX 500"), &key), tree::TIME);
    folder
}

fn archive(log: &str, key: &str) -> Vec<u8> {
    let site = format!("<a sec.TLS.customDeviceKey.2=\"{key}\" device.prov.password=\"hunter2\"/>");
    tree::gzip(&tree::tar(&[
        ("a/0004f2aaaa01-app.log", log),
        ("a/0004f2aaaa01.cfg", "<a CONFIG_FILES=\"x.cfg, gone.cfg\"/>"),
        ("a/x.cfg", &site),
        ("a/0004f2aaaa01-private.pem", key),
        ("a/0004f2aaaa02.cfg", "<a CONFIG_FILES=\"x.cfg\">"),
    ]))
}

/// The payloads of all frames of configuration.
fn configurations(records: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(records);
    let mut payloads = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        match item {
            Item::Frame(frame) if frame.kind == FrameKind::Configuration => payloads.push(frame.payload),
            _ => {}
        }
    }
    payloads
}

#[test]
fn records_answer_as_files_do() {
    let folder = site();
    let bytes = digest(folder.path(), &[]);
    fs::write(folder.path().join("all.pcr"), &bytes).unwrap();
    let answer = at(folder.path(), &["scan", "--format", "json"], "UTC").stdout;
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let codes = answer["summary"]["by_code"].as_object().unwrap();
    for code in [
        "CFG001", "CFG002", "CFG004", "CFG007", "CFG008", "CFG018", "CFG019", "CFG020", "CFG021", "CFG030",
        "CFG040",
    ] {
        assert!(codes.contains_key(code), "{code}: {codes:?}");
    }
    assert!(answer["devices"].to_string().contains("0004F2000003"), "a phone without a log has a key too");
    let problems = answer["problems"].to_string();
    for (path, what) in [
        ("other/0004f2999904.cfg", "more than 256 names"),
        ("other/0004f2050000.cfg", "a name of more than 1024 bytes"),
    ] {
        assert!(problems.contains(path) && problems.contains(what), "{problems}");
    }
    answers_are_equal(folder.path(), &[], &["all.pcr"], "UTC");
    answers_are_equal(folder.path(), &["--no-config"], &["all.pcr"], "UTC");
    answers_are_equal(
        folder.path(),
        &["--select", "CFG", "--device", "0004f2050000"],
        &["all.pcr"],
        "Asia/Tokyo",
    );
    write(folder.path(), "labels.csv", b"mac,model\n0004f2999902,VVX 500\n", tree::TIME);
    answers_are_equal(folder.path(), &["--inventory", "labels.csv", "--redact"], &["all.pcr"], "UTC");
    // Twice in one file, and compressed.
    fs::write(folder.path().join("twice.pcr"), [&bytes[..], &bytes].concat()).unwrap();
    fs::write(folder.path().join("all.pcr.zst"), zstd::encode_all(&bytes[..], 3).unwrap()).unwrap();
    answers_are_equal(folder.path(), &[], &["twice.pcr", "all.pcr.zst"], "UTC");
    for (threads, zone) in [("1", "UTC"), ("7", "Pacific/Auckland")] {
        assert!(bytes == at(folder.path(), &["digest", "--threads", threads], zone).stdout, "{threads}");
    }
}

#[test]
fn a_file_of_many_phones_is_written_once_and_another_makers_not_at_all() {
    let folder = site();
    write(folder.path(), "branch/unnamed.cfg", b"<a log.level.change.tls=\"4\"/>", tree::TIME);
    let records = digest(folder.path(), &[]);
    let count = |name: &str| {
        let is_of =
            |payload: &&Vec<u8>| postcard::take_from_bytes::<Stored>(payload).unwrap().0.path() == name;
        configurations(&records).iter().filter(is_of).count()
    };
    assert_eq!(count("branch/site.cfg"), 1);
    assert_eq!(count("branch/unnamed.cfg"), 0);
    assert_eq!(count("branch/m/0004f2060001/VVX400.xml"), 1);
    assert!(configurations(&digest(folder.path(), &["--no-config"])).is_empty());
}

#[test]
fn no_secret_is_in_a_record() {
    let folder = site();
    let records = digest(folder.path(), &[]);
    let all = configurations(&records).concat();
    let has = |part: &[u8]| all.windows(part.len()).any(|bytes| bytes == part);
    assert!(has(b"device.sec.TLS.customDeviceCert1.privateKey") && has(b"branch/site.cfg"));
    for secret in SECRETS {
        assert!(!has(secret.as_bytes()), "{secret}");
    }
    use base64::Engine;
    for name in ["rsa-2048-pkcs8.key", "ec-256-sec1.key"] {
        let key = sample(name);
        let (_, key) =
            key.rsplit_once("PRIVATE KEY-----\n").unwrap().0.rsplit_once("PRIVATE KEY-----\n").unwrap();
        let lines: Vec<&str> = key.lines().filter(|line| !line.starts_with('-')).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(lines.concat()).unwrap();
        assert!(lines.iter().all(|line| !has(&line.as_bytes()[..line.len().min(24)])), "{name}");
        // The public half may be known; the rest of the key follows it.
        assert!(der.windows(12).skip(der.len() / 2).all(|bytes| !has(bytes)), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    /// Any split by phone of what `list` names, in any order, with repeats.
    #[test]
    fn any_split_by_phone(seed in proptest::collection::vec(0..5_usize, 64), order in Just((0..7).collect::<Vec<_>>()).prop_shuffle()) {
        let folder = site();
        // Its path is told where a whole tree is searched; a list can't name it.
        let _ = fs::remove_file(folder.path().join("other/link.cfg"));
        any_split_answers_as_a_whole(folder.path(), &seed, &order);
    }
}

/// The same path at two sites means two different files.
#[test]
fn each_site_has_its_own_files() {
    let sites = [TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap()];
    let level = ["<a log.level.change.tls=\"5\"/>", "<a log.level.change.tls=\"3\">"];
    let together = TempDir::new().unwrap();
    let mut expected = Vec::new();
    for (number, site) in sites.iter().enumerate() {
        let mac = format!("0004f2c0000{number}");
        write(site.path(), &format!("{mac}-app.log"), b"0701110000|sip  |4|00|a line\n", tree::TIME);
        if let Some(level) = level.get(number) {
            write(site.path(), "000000000000.cfg", b"<a CONFIG_FILES=\"site.cfg\"/>", tree::TIME);
            write(site.path(), "site.cfg", level.as_bytes(), tree::TIME);
        }
        fs::write(together.path().join(format!("{number}.pcr")), digest(site.path(), &[])).unwrap();
        let answer = at(site.path(), &["scan", "--format", "json"], "UTC").stdout;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        expected.push(answer["devices"][0].clone());
    }
    assert!(expected[0].to_string().contains("CFG050") && expected[1].to_string().contains("CFG001"));
    for order in [["0.pcr", "1.pcr", "2.pcr"], ["2.pcr", "1.pcr", "0.pcr"]] {
        let arguments = [&["scan", "--format", "json", "--records"], &order[..]].concat();
        let answer: Value = serde_json::from_slice(&at(together.path(), &arguments, "UTC").stdout).unwrap();
        let devices = answer["devices"].as_array().unwrap();
        assert!(expected.iter().all(|one| devices.contains(one)), "{order:?}");
        assert_eq!(answer["problems"].as_array().unwrap().len(), 0, "{}", answer["problems"]);
    }
}

#[test]
fn a_phone_of_two_states_of_one_file_is_named() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "0004f2c00001-app.log", b"0701110000|sip  |4|00|a line\n", tree::TIME);
    write(folder.path(), "0004f2c00001.cfg", b"<a CONFIG_FILES=\"site.cfg\"/>", tree::TIME);
    for (name, level) in [("old", "5"), ("new", "3")] {
        write(
            folder.path(),
            "site.cfg",
            format!("<a log.level.change.tls=\"{level}\"/>").as_bytes(),
            tree::TIME,
        );
        fs::write(folder.path().join(format!("{name}.pcr")), digest(folder.path(), &[])).unwrap();
    }
    let kinds = |files: [&str; 2]| {
        let answer =
            tree::json(folder.path(), &["scan", "--format", "json", "--records", files[0], files[1]]);
        answer["problems"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(["old.pcr", "new.pcr"]), ["digested-apart"]);
    assert_eq!(kinds(["new.pcr", "old.pcr"]), ["digested-apart"]);
    assert!(kinds(["new.pcr", "new.pcr"]).is_empty());
}

#[test]
fn a_cache_knows_the_files_in_archives() {
    let folder = site();
    let now = tree::seconds(&days_after(tree::TIME, 1));
    let cached = |options: &[&str]| {
        let arguments = [&["digest", "--cache", "c.pcr", "-o", "c.pcr"], options].concat();
        let output = phonecert(folder.path()).args(&arguments).env("SOURCE_DATE_EPOCH", &now).output();
        String::from_utf8(output.unwrap().stderr).unwrap()
    };
    cached(&["--no-config"]);
    assert!(cached(&[]).contains("all logs are read"));
    let first = fs::read(folder.path().join("c.pcr")).unwrap();
    // It is not read.
    let archive = folder.path().join("archived.tar.gz");
    let bytes = fs::read(&archive).unwrap();
    write(folder.path(), "archived.tar.gz", &vec![b'x'; bytes.len()], tree::TIME);
    assert!(cached(&[]).contains(": 0 read"));
    assert!(first == fs::read(folder.path().join("c.pcr")).unwrap());
    write(folder.path(), "archived.tar.gz", &bytes, tree::TIME);
    // Files beside logs are read again.
    write(folder.path(), "branch/site.cfg", b"<a log.level.change.tls=\"4\">", tree::TIME);
    fs::remove_file(folder.path().join("other/0004f2050001.cfg")).unwrap();
    assert!(cached(&[]).contains(": 0 read"));
    answers_are_equal(folder.path(), &[], &["c.pcr"], "UTC");
}

#[test]
fn a_list_names_the_files_of_each_phone() {
    let folder = site();
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let list = String::from_utf8(at(folder.path(), arguments, "UTC").stdout).unwrap();
        list.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = lines(&["list"]);
    let schema = tree::json(folder.path(), &["schema", "list"]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(all.iter().all(|line| validator.is_valid(line)));
    let of = |mac: &str| {
        let lines = all.iter().filter(|line| line["kind"] == "configuration" && line["mac"] == mac);
        lines.map(|line| line["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let everyones = [
        "000000000000.cfg",
        "branch/000000000000.cfg",
        "branch/sip_SPIP650.cfg",
        "branch/sip_VVX500.cfg",
        "branch/site.cfg",
        "branch/vvx.cfg",
        "site.cfg",
    ];
    assert_eq!(
        of("0004F2060000"),
        [&["branch/0004f2060000-own.cfg", "branch/overrides/0004f2060000-phone.cfg"], &everyones[..]]
            .concat()
    );
    assert_eq!(of("0004F2060002"), everyones);
    assert!(of("0004F2999901").contains(&"other/bad.cfg".to_owned()));
    assert!(lines(&["list", "--no-config"]).iter().all(|line| line["kind"] != "configuration"));
}

/// A hostile file can have valid checksums, so its content is checked too.
#[test]
fn hostile_content_with_right_checksums() {
    let folder = site();
    let payloads = configurations(&digest(folder.path(), &[]));
    let mac = "0004f2050000".parse().unwrap();
    let mut log = Vec::new();
    let one = digest(folder.path(), &["other/0004f2050000-app.log"]);
    let mut reader = Reader::new(&one[..]);
    while let Some(item) = reader.next_item().unwrap() {
        match item {
            Item::Frame(frame) if frame.kind == FrameKind::Log => log = frame.payload,
            _ => {}
        }
    }
    let header = phonecert::records::Header::new(&phonecert::window::Window::default(), 0, true);
    let (mut seed, mut read) = (1_u64, 0);
    for round in 0..300 {
        let mut bytes = Vec::new();
        let mut writer = phonecert::records::Writer::new(&mut bytes, &header).unwrap();
        writer.frame(FrameKind::Log, Some(mac), &log).unwrap();
        for (number, payload) in payloads.iter().enumerate() {
            let mut hostile = payload.clone();
            if number % 8 == round % 8 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (seed >> 33) as usize % hostile.len();
                hostile[at] = (seed >> 20) as u8;
            }
            writer.frame(FrameKind::Configuration, None, &hostile).unwrap();
        }
        writer.finish().unwrap();
        let mut records = phonecert::scan::Records::new().unwrap();
        if records.read(Box::new(&bytes[..])).is_err() {
            continue;
        }
        read += 1;
        let scan = tree::scan_of(records);
        assert!(phonecert::report::Devices::len(&scan) >= 1);
    }
    assert!(read > 0);
}

/// The codes of each phone in an answer from the cache.
fn codes_of(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let output = at(folder, &["scan", "--records", "c.pcr", "--format", "json"], "UTC");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes = |phone: &Value| {
        let all = phone["diagnoses"].as_array().unwrap().iter();
        all.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let phones = document["devices"].as_array().unwrap().iter();
    phones.map(|phone| (phone["mac"].as_str().unwrap().to_owned(), codes(phone))).collect()
}

#[test]
fn a_phone_of_an_archive_that_is_gone_keeps_its_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| write(folder.path(), name, bytes, tree::TIME);
    // Files above the archives, which the phones in them never read.
    put("000000000000.cfg", b"<a CONFIG_FILES=\"gone.cfg\" device.sec.TLS.profile.deviceCert1=\"Odd\"/>");
    put("0004f2000001-app.log", b"0701110000|sip  |4|00|an ordinary line\n");
    put(
        "in/a.tar.gz",
        &archive("0701110000|sip  |4|00|a line of another log\n", &sample("rsa-2048-pkcs8.key")),
    );
    let cached = |days: i64, options: &[&str]| {
        let now = tree::seconds(&days_after(tree::TIME, days));
        let arguments = [&["digest", "--cache", "c.pcr", "-o", "c.pcr", "--keep", "60d"], options].concat();
        phonecert(folder.path()).args(&arguments).env("SOURCE_DATE_EPOCH", now).output().unwrap();
        codes_of(folder.path())
    };
    let before = cached(1, &[]);
    let (listed, alone) = ("0004F2AAAA01", "0004F2AAAA02");
    assert!(before[listed].contains(&"CFG002".to_owned()) && !before[listed].contains(&"CFG021".to_owned()));
    // It has no log, and is shown only because of its error.
    assert_eq!(before[alone], ["CFG001"]);
    fs::remove_file(folder.path().join("in/a.tar.gz")).unwrap();
    for day in [2, 3] {
        let kept = cached(day, &[]);
        assert_eq!(kept[listed], before[listed], "day {day}");
        assert_eq!(kept["0004F2000001"], before["0004F2000001"]);
        assert!(!kept.contains_key(alone), "a phone of which no log is kept is gone");
    }
    // Neither is kept longer than the log.
    assert_eq!(cached(80, &[]).into_keys().collect::<Vec<_>>(), ["0004F2000001"]);
    let configurations = configurations(&fs::read(folder.path().join("c.pcr")).unwrap());
    assert!(!configurations.iter().any(|one| String::from_utf8_lossy(one).contains("a.tar.gz")));
}

/// Without configuration, nothing is told of files that a search without it does not look at.
#[test]
fn problems_of_configuration_are_left_out_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| write(folder.path(), name, bytes, tree::TIME);
    put("0004f2000001-app.log", b"0701110000|sip  |4|00|an ordinary line\n");
    fs::create_dir(folder.path().join("0004f2000001.cfg")).unwrap();
    let key = sample("rsa-2048-pkcs8.key");
    // Cut within its last member, which is not a log.
    let whole = archive("0701110000|sip  |4|00|a line of another log\n", &key);
    put("a.tar.gz", &whole[..whole.len() - 400]);
    let problems = |options: &[&str]| {
        let output = at(folder.path(), &[&["scan", "--format", "json"], options].concat(), "UTC");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["problems"].clone()
    };
    at(folder.path(), &["digest", "-o", "c.pcr"], "UTC");
    let [with, without] = [&[][..], &["--no-config"]];
    assert_eq!(problems(&[&["--records", "c.pcr"], with].concat()), problems(with));
    assert_eq!(problems(&[&["--records", "c.pcr"], without].concat()), problems(without));
    assert!(problems(without).as_array().unwrap().len() < problems(with).as_array().unwrap().len());
}
