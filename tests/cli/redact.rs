//! `--redact` with names everywhere: in lines, common names, URIs, paths, problems and the inventory. No answer
//! contains one of them, and a phone has the same pseudonym in all answers.

use std::fmt::Write as _;

use phonecert::report::story::STORY_FORMATS;
use phonecert::report::{EVENT_FORMATS, FORMATS};
use tempfile::TempDir;

use crate::tree::{TIME, json, run_at_once, said, write};

/// What must not be found, in small letters.
const NAMES: &[&str] = &[
    "0004f2a1b2c3",
    "a1-b2-c3",
    "64167f00aa01",
    "482567010203",
    "xaverine",
    "quillfeather",
    "zanzibar",
    "invalidcorp",
    "75361",
    "192.0.2.",
    "198.51.100.",
    "2001:db8",
    "sn98765x",
    "geheim",
];

/// A phone whose certificate of platform slot 1 another phone has too.
fn log_of(mac: &str) -> String {
    let mut log = String::new();
    let mut boot = |day: u32| {
        write!(
            log,
            r#"000015.800|log  |*|00|---------- Initial log entry ----------
000015.850|so   |*|00|Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0
000015.860|so   |*|00|Platform: MAC={mac}, IP=192.0.2.7, Subnet Mask=255.255.255.0
000015.900|so   |*|00|Platform: Interface eth0 MAC={mac}
000015.950|so   |*|00|Application, main: Label=SIP, Version=Codename 5.9.5.0614 18-Sep-17 23:27
000016.000|tls  |*|00|Initial log entry. Current logging level 3
000016.010|so   |3|00|Could not load time from ntp.zanzibar.invalidcorp.net(198.51.100.9).
000016.050|tls  |3|00|Polycom device certificate length 802
000016.100|tls  |3|00|Polycom device certificate MD5 fingerprint: 44:20:82:3C:FD:E6:F1:C2:6B:30:F9:0E:C7:DD:01:E4
000016.150|tls  |3|00|Polycom device certificate common name "Xaverine Quillfeather"
000016.200|tls  |3|00|Polycom device key length 636
000016.250|tls  |3|00|Custom platform device certificate 1 length 2021
000016.300|tls  |3|00|Custom platform device certificate 1 MD5 fingerprint: 1C:2E:2B:B8:56:9D:80:6C:12:51:DC:C9:BE:E3:89:12
000016.350|tls  |3|00|Custom platform device certificate 1 common name "quillfeather@zanzibar.invalidcorp.net"
05{day:02}080000|so   |2|00|soCoreAudioTermChg: chassis -> idle
05{day:02}080010|tls  |4|00|Device credential invalid: no CN=Xaverine Quillfeather, password=geheim in 2001:db8::17 at 192.0.2.9
05{day:02}080020|tls  |4|00|Server certificate verification failed, sip:75361@zanzibar.invalidcorp.net S/N: SN98765X
05{day:02}080025|cfg  |4|00|Prov|Invalid STS-URI: 'zanzibar.invalidcorp.net/quillfeather?user=75361'
05{day:02}080026|cfg  |4|00|Prov|Invalid STS-URI: 'https://quillfeather:geheim@zanzibar.invalidcorp.net/xaverine'
05{day:02}080027|tls  |4|00|Server certificate verification failed, Untrusted Certificate
05{day:02}080028|tls  |3|00|Saving new platform device certificate 1
05{day:02}080029|tls  |3|00|New Certificate Common Name 'Custom-{mac}' Fingerprint '70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17'
05{day:02}080030|sip  |3|01|Sip Register Usr:75361 Dsp:Xaverine_Quillfeather
05{day:02}080040|sip  |3|02|Caller: Xaverine Quillfeather (75361)
05{day:02}080050|copy |4|02|UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 60
05{day:02}080130|hw   |4|02|hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, length 4677 is bigger than maximum 4096
"#
        )
        .unwrap();
    };
    boot(1);
    boot(3);
    log
}

/// Two phones that share a certificate, a log without an address, what can't be read, and an inventory.
fn fleet() -> TempDir {
    let fleet = TempDir::new().unwrap();
    let put = |name: &str, bytes: &[u8]| write(fleet.path(), name, bytes, TIME);
    put("zanzibar/Xaverine Quillfeather/0004f2a1b2c3-app.log", log_of("0004f2a1b2c3").as_bytes());
    put("zanzibar/64167f00aa01-app.log", log_of("64167f00aa01").as_bytes());
    put("zanzibar/00-04-f2-a1-b2-c3-app.log.1", b"");
    put("zanzibar/482567010203-app.log.gz", b"\x1f\x8b\x08\0");
    put("zanzibar/quillfeather-boot.log", b"x");
    let anonymous = log_of("0").replace("MAC=0", "").replace("Custom-0", "75361");
    put("zanzibar/quillfeather 75361.log", anonymous.as_bytes());
    put(
        "zanzibar.csv",
        b"mac,model,part_number\n0004f2a1b2c3,VVX 500,Xaverine\nXaverine Quillfeather,VVX 500,\n64167f00aa01,VVX 500,2201-44500-001\n64167f00aa01,VVX 600,\n482567010203,VVX 500,\n",
    );
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../zanzibar", fleet.path().join("zanzibar/Xaverine Quillfeather/loop"))
        .unwrap();
    fleet
}

const PATHS: [&str; 4] = [".", "zanzibar/quillfeather 75361.log", "quillfeather-is-missing", "--redact"];

const PHONE: &str = "64167f00aa01";

/// Every format of each command, and what else changes an answer.
fn runs() -> Vec<Vec<&'static str>> {
    let scan =
        FORMATS.iter().map(|format| vec!["scan", "--inventory", "zanzibar.csv", "--format", format.name]);
    let grouped =
        FORMATS.iter().map(|format| vec!["scan", "--group-by", "fingerprint", "--format", format.name]);
    let events = EVENT_FORMATS.iter().map(|format| vec!["events", "--format", format.name]);
    let device = STORY_FORMATS.iter().map(|format| vec!["device", PHONE, "--format", format.name]);
    let others = [
        vec!["scan"],
        vec!["scan", "-v", "--inventory", "zanzibar.csv"],
        vec!["scan", "--group-by", "code"],
        vec!["scan", "--status", "failed"],
        vec!["scan", "--device", PHONE, "--format", "json"],
        vec!["events", "-v"],
        vec!["events", "--format", "csv", "--device", PHONE],
    ];
    scan.chain(grouped).chain(events).chain(device).chain(others).collect()
}

#[test]
fn no_name_is_in_any_answer() {
    let fleet = fleet();
    let scanned =
        said(fleet.path(), &["scan", "--format", "json", "--inventory", "zanzibar.csv", ".", PATHS[1]]);
    let events = said(fleet.path(), &["events", "--format", "jsonl", ".", PATHS[1]]);
    let everything = (scanned + &events).to_lowercase();
    for name in NAMES.iter().filter(|name| !["geheim", "a1-b2-c3"].contains(*name)) {
        assert!(everything.contains(name), "{name} is not in the fleet's answer");
    }
    for arguments in runs() {
        let output = run_at_once(fleet.path(), &[&arguments[..], &PATHS].concat());
        let answer = String::from_utf8(output.stdout).unwrap();
        let both = format!("{answer}\n{}", String::from_utf8(output.stderr).unwrap());
        for name in NAMES {
            let found = both.lines().find(|line| line.to_lowercase().contains(name));
            assert!(found.is_none(), "{arguments:?} shows {name}: {found:?}");
        }
        assert!(answer.len() > 100, "{arguments:?}: {both}");
        let on_one_thread =
            run_at_once(fleet.path(), &[&arguments[..], &PATHS, &["--threads", "1"]].concat());
        assert!(answer.as_bytes() == on_one_thread.stdout, "{arguments:?}");
    }
}

#[test]
fn a_phone_is_called_the_same_in_every_answer() {
    let fleet = fleet();
    // 0004F2A1B2C3 is 1, 482567010203 is 2.
    for arguments in runs().iter().filter(|arguments| arguments.contains(&PHONE)) {
        let answer = said(fleet.path(), &[&arguments[..], &PATHS].concat());
        assert!(answer.contains("020000000003"), "{arguments:?}: {answer}");
    }
    for status in ["failed", "unknown"] {
        let some =
            json(fleet.path(), &[&["scan", "--format", "json", "--status", status], &PATHS[..]].concat());
        let all = json(fleet.path(), &[&["scan", "--format", "json"], &PATHS[..]].concat());
        let with_status = |phone: &&serde_json::Value| phone["status"] == status;
        let all: Vec<_> = all["devices"].as_array().unwrap().iter().filter(with_status).collect();
        let some: Vec<_> = some["devices"].as_array().unwrap().iter().collect();
        let macs = |phones: &[&serde_json::Value]| {
            phones.iter().map(|phone| phone["mac"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(macs(&some), macs(&all));
    }
}

/// Standard error is copied with the answer, so it hides the phones that were asked for too.
#[test]
fn a_phone_without_a_log_is_not_named() {
    let fleet = TempDir::new().unwrap();
    for (name, text) in
        [("64167f000009-app.log", log_of("64167f000009")), ("0004f2000001.cfg", "<a/>".to_owned())]
    {
        write(fleet.path(), name, text.as_bytes(), TIME);
    }
    let complaint = |arguments: &[&str]| {
        let output = run_at_once(fleet.path(), arguments);
        (String::from_utf8(output.stderr).unwrap(), output.status.code())
    };
    let no_log = |mac: &str| format!("phonecert: no log of {mac} was found\n");
    let found_none = |mac: &str| (no_log(mac), Some(3));
    // The second has a configuration file, and so the pseudonym of a phone.
    for (mac, pseudonym) in [("0004f2000007", "028000000001"), ("0004f2000001", "020000000002")] {
        assert_eq!(complaint(&["device", mac, ".", "--redact"]), found_none(pseudonym));
        assert_eq!(complaint(&["scan", "--device", mac, ".", "--redact"]), found_none(pseudonym));
        assert_eq!(complaint(&["events", "--device", mac, ".", "--redact"]), found_none(pseudonym));
        assert_eq!(complaint(&["scan", "--device", mac, "."]), found_none(&mac.to_uppercase()));
    }
    let devices = ["--device", "0004f2000007", "--device", "64167f000009", "--device", "0004f2000008"];
    let (several, _) = complaint(&[&["scan", ".", "--redact"], &devices[..]].concat());
    assert!(
        several.contains(&no_log("028000000001")) && several.contains(&no_log("028000000002")),
        "{several}"
    );
    let (hint, _) = complaint(&["scan", "0004f2000007", "--redact"]);
    assert!(
        hint.contains("`--device MAC` selects a phone") && !hint.to_lowercase().contains("0004f2"),
        "{hint}"
    );
}

/// Neither what a command reads nor an inventory changes the pseudonyms of phones with logs.
#[test]
fn phones_without_logs_are_numbered_after_those_with_logs() {
    let fleet = TempDir::new().unwrap();
    let config = |name: &str, value: &str| {
        let set = "device.set=\"1\" device.sec.TLS.profile.deviceCert1.set=\"1\"";
        let text = format!("<a device.sec.TLS.profile.deviceCert1=\"{value}\" {set}/>");
        write(fleet.path(), name, text.as_bytes(), TIME);
    };
    config("0004f2000001.cfg", "Platform1");
    config("0004f2000002.cfg", "no such word");
    config("64167f000009.cfg", "Platform1");
    for mac in ["64167f000009", "64167f00000a"] {
        write(fleet.path(), &format!("{mac}-app.log"), log_of(mac).as_bytes(), TIME);
    }
    write(fleet.path(), "list.csv", b"mac\n0004f2000000\n64167f000009\n", TIME);
    let macs = |arguments: &[&str]| -> Vec<String> {
        let answer = json(fleet.path(), &[arguments, &["--format", "json", "--redact", "."]].concat());
        let phones = answer["devices"].as_array().or(answer["phones"].as_array());
        let phones = phones.cloned().unwrap_or_else(|| vec![answer["device"].clone()]);
        phones
            .iter()
            .map(|phone| phone["mac"].as_str().unwrap()[4..].trim_start_matches('0').into())
            .collect()
    };
    assert_eq!(macs(&["config"]), ["1", "3", "4"]);
    assert_eq!(macs(&["config", "--device", "0004f2000001"]), ["3"]);
    assert_eq!(macs(&["scan"]), ["1", "2", "4"]);
    assert_eq!(macs(&["scan", "--no-config"]), ["1", "2"]);
    assert_eq!(macs(&["scan", "--device", "64167f00000a"]), ["2"]);
    assert_eq!(macs(&["device", "64167f00000a"]), ["2"]);
    // Sorted by status, then by pseudonym: the phone of the inventory comes last, since its status is unknown.
    assert_eq!(macs(&["scan", "--inventory", "list.csv"]), ["1", "2", "4", "5"]);
    let events = said(fleet.path(), &["events", "--redact", "--device", "64167f00000a", "."]);
    assert!(events.contains("020000000002") && !events.contains("020000000001"), "{events}");
}

/// What is numbered does not depend on the phones that are shown, nor on what a command reads beside the logs.
#[test]
fn directories_and_names_are_called_the_same_in_every_answer() {
    let fleet = TempDir::new().unwrap();
    let phones = [("berlin", "0004f2a0b001", "Jane Doe"), ("paris", "0004f2a0b002", "John Roe")];
    for (directory, mac, name) in phones {
        let log = log_of(mac).replace("Xaverine Quillfeather\"", &format!("{name}\""));
        write(fleet.path(), &format!("{directory}/{mac}-app.log"), log.as_bytes(), TIME);
    }
    write(fleet.path(), "amsterdam/000000000000.cfg", b"<a CONFIG_FILES=\"b.cfg\"/>", TIME);
    write(fleet.path(), "zoo.zip", b"PK\x03\x04damaged", TIME);
    for number in ["1", "2"] {
        let mac = format!("0004f2a0b00{number}");
        let path = format!("dir-{number}/02000000000{number}-app.log");
        for arguments in [
            &["device", &mac, "--format", "json"][..],
            &["device", &mac, "--format", "json", "--no-config"],
            &["scan", "--device", &mac, "--format", "json"],
            &["scan", "--device", &mac, "--format", "json", "--no-config"],
            &["events", "--device", &mac],
            &["scan", "--format", "json"],
        ] {
            let answer = said(fleet.path(), &[arguments, &[".", "--redact"]].concat());
            assert!(answer.contains(&path), "{arguments:?}: {answer}");
            let is_one = arguments.contains(&&*mac);
            assert_eq!(is_one, !answer.contains(&format!("dir-{}/", if number == "1" { 2 } else { 1 })));
            if arguments[0] == "scan" {
                assert!(answer.contains("file-1.zip"), "{arguments:?}: {answer}");
            }
        }
    }
    let name_of = |mac: &str, arguments: &[&str]| {
        let answer = json(fleet.path(), &[arguments, &["--format", "json", ".", "--redact"]].concat());
        let phones = answer["devices"].as_array().cloned().unwrap_or_else(|| vec![answer["device"].clone()]);
        let phone = phones.iter().find(|phone| phone["mac"] == mac).unwrap();
        phone["certificates"][0]["common_name"].clone()
    };
    let all = ["020000000001", "020000000002"].map(|mac| name_of(mac, &["scan"]));
    assert_ne!(all[0], all[1]);
    assert_eq!(all[0], name_of("020000000001", &["device", "0004f2a0b001"]));
    assert_eq!(all[1], name_of("020000000002", &["device", "0004f2a0b002"]));
    assert_eq!(all[1], name_of("020000000002", &["scan", "--device", "0004f2a0b002", "--no-config"]));
}

#[test]
fn a_file_of_an_option_is_not_named_in_an_error() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "64167f000009-app.log", log_of("64167f000009").as_bytes(), TIME);
    write(folder.path(), "xaverine-there.json", b"{}", TIME);
    for (option, file) in [
        ("--records", "xaverine.pcr"),
        ("--inventory", "xaverine.csv"),
        ("--baseline", "xaverine.json"),
        ("--files-from", "xaverine.txt"),
        ("-o", "xaverine/x.json"),
        ("-o", "xaverine-there.json"),
    ] {
        let complaint = |redact: &[&str]| {
            let output = run_at_once(folder.path(), &[&["scan", option, file], redact].concat());
            assert_eq!(output.status.code(), Some(2), "{option}");
            String::from_utf8(output.stderr).unwrap()
        };
        assert!(complaint(&[]).contains(file), "{option}");
        let redacted = complaint(&["--redact"]);
        assert!(
            !redacted.contains("xaverine") && redacted.contains("file-1") | redacted.contains("dir-1/"),
            "{redacted}"
        );
    }
    // The program's own words in backquotes stay.
    for (option, words) in [("--records", "`phonecert digest`"), ("--inventory", "no column `mac`")] {
        write(folder.path(), "jdoe77.txt", b"a,b\nc,d\n", TIME);
        let output = run_at_once(folder.path(), &["scan", option, "jdoe77.txt", "--redact"]);
        let redacted = String::from_utf8(output.stderr).unwrap();
        assert!(redacted.contains(words) && !redacted.contains("jdoe77"), "{redacted}");
    }
}
