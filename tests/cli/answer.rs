//! The outward contract: what is shown and written.

use std::fs;

use phonecert::report::story::STORY_FORMATS;
use phonecert::report::{EVENT_FORMATS, FORMATS};
use serde_json::{Value, json};

use crate::tree::{
    self, FAILING, HEALTHY, TIME, case, codes, fleet, macs, run, run_at_once, said, scanned, status,
};

#[test]
fn a_slot_with_a_key_alone_is_not_called_empty() {
    let log = tree::case("INS005-certificate-without-key/fires-key-alone");
    let answer = tree::scanned(log.path(), &["."]);
    let mac = macs(&answer).remove(0);
    assert!(said(log.path(), &["scan", "."]).contains("✗ key only"));
    let story = said(log.path(), &["device", &mac, "."]);
    assert!(story.contains("a private key without its certificate"), "{story}");
    assert!(
        said(log.path(), &["scan", ".", "--format", "html"]).contains("private key without its certificate")
    );
}

#[test]
fn a_phone_is_not_counted_as_ready_if_its_certificate_is_in_doubt() {
    let ztp_with = |case: &str, options: &[&str]| {
        let answer = tree::scanned(tree::case(case).path(), &[&["."], options].concat());
        ["ready", "not_ready", "unknown"].map(|count| answer["ztp"][count].as_u64().unwrap())
    };
    let ztp = |case| ztp_with(case, &[]);
    assert_eq!(ztp("INV003-built-in-changed/fires"), [0, 0, 1]);
    assert_eq!(ztp("INV003-built-in-changed/near-miss"), [1, 0, 0]);
    assert_eq!(ztp("INV001-built-in-missing/fires"), [0, 1, 0]);
    // It does not depend on which diagnoses are shown.
    for case in ["INV001-built-in-missing/fires", "FLT001-built-in-shared/fires"] {
        let all = ztp(case);
        assert!(all[1] > 0, "{case}");
        for options in [["--select", "TLS001"], ["--ignore", "FLT001,INV001"]] {
            assert_eq!(ztp_with(case, &options), all, "{case} {options:?}");
        }
    }
}

#[test]
fn device_takes_any_notation() {
    let fleet = fleet();
    for mac in [
        "0004f2a1b202",
        "0004F2A1B202",
        "00:04:f2:a1:b2:02",
        "00-04-F2-A1-B2-02",
        "0004.f2a1.b202",
        "00 04 f2 a1 b2 02",
    ] {
        assert_eq!(macs(&scanned(fleet.path(), &["--device", mac])), ["0004F2A1B202"], "{mac}");
        let story = said(fleet.path(), &["device", mac]);
        assert!(story.contains("0004F2A1B202") && story.contains("INS001"), "{story}");
        let events = said(fleet.path(), &["events", "--device", mac, "--format", "jsonl"]);
        assert!(
            events.lines().all(|line| line.contains("\"mac\":\"0004F2A1B202\""))
                && events.lines().count() > 10
        );
    }
    let two = scanned(fleet.path(), &["--device", "0004f2a1b202", "--device", "482567010214"]);
    assert_eq!(macs(&two), ["0004F2A1B202", "482567010214"]);
}

/// Of other phones, only what this one shares with them is diagnosed. The answer must be that of a whole scan, also if
/// another phone's file has lines of this one.
#[test]
fn one_device_is_told_as_among_all() {
    let folder = case("FLT001-built-in-shared/fires");
    let with_parts = "0004f2a1b2fe|0531131822|so   |*|00|Platform: Interface eth0 MAC=0004f2a1b2fe\n\
                      0004f2a1b2ee|0531131823|tls  |3|00|Polycom device certificate is not available\n";
    tree::write(folder.path(), "0004f2a1b2fe-app.log", with_parts.as_bytes(), TIME);
    tree::write(folder.path(), "0004f2a1b2fd-app.log", b"no log\n", TIME);
    let all = scanned(folder.path(), &[]);
    let devices = all["devices"].as_array().unwrap();
    let is_shared = |device: &Value| codes(device).iter().any(|code| code.starts_with("FLT"));
    assert!(devices.iter().filter(|device| is_shared(device)).count() > 1);
    assert!(macs(&all).contains(&"0004F2A1B2EE".to_owned()));
    for device in devices {
        let alone = scanned(folder.path(), &["--device", device["mac"].as_str().unwrap()]);
        assert_eq!(alone["devices"], json!([device]));
        assert_eq!(alone["problems"], all["problems"]);
    }
}

#[test]
fn status_picks_phones() {
    let fleet = fleet();
    let of = |statuses: &[&str]| macs(&scanned(fleet.path(), statuses));
    assert_eq!(of(&["--status", "failed"]), ["0004F2A1B202", "0004F2C3D407", "64167F0A0B03"]);
    assert_eq!(of(&["--status", "unknown"]), ["0004F2E5F608"]);
    assert_eq!(of(&["--status", "failed", "--status", "attention"]).len(), 6);
    assert_eq!(of(&["--status", "ok"]).len(), 7);
    assert_eq!(status(fleet.path(), &["scan", "--status", "ok"]), 0, "what is shown counts");
    assert_eq!(status(fleet.path(), &["scan", "--status", "failed"]), 1);
}

#[test]
fn select_and_ignore_pick_diagnoses() {
    let fleet = fleet();
    let phone = ["--device", "64167f0a0b03"];
    let of = |arguments: &[&str]| {
        let answer = scanned(fleet.path(), &[&phone, arguments].concat());
        let device = &answer["devices"][0];
        (codes(device).join(" "), device["status"].as_str().unwrap().to_owned())
    };
    let told = |codes: &str, status: &str| (codes.to_owned(), status.to_owned());
    assert_eq!(of(&[]), told("INS003 ZTP001", "failed"));
    assert_eq!(of(&["--select", "INS"]), told("INS003", "failed"));
    assert_eq!(of(&["--select", "INS003"]), told("INS003", "failed"));
    assert_eq!(of(&["--select", "ins,ztp"]), told("INS003 ZTP001", "failed"));
    assert_eq!(of(&["--ignore", "INS"]), told("ZTP001", "attention"));
    assert_eq!(of(&["--select", "INS", "--ignore", "INS003"]), told("", "ok"));
    assert_eq!(status(fleet.path(), &["scan", "--device", "64167f0a0b03", "--ignore", "INS"]), 0);
    assert_eq!(
        scanned(fleet.path(), &["--ignore", "LOG001"])["summary"]["unknown"],
        1,
        "no evidence is not health"
    );
}

#[test]
fn since_and_until_over_new_year() {
    let folder = case("LOG003-clock-not-set/near-miss-new-year");
    let of = |arguments: &[&str]| {
        let answer = tree::json(folder.path(), &[&["scan", "--format", "json"], arguments].concat());
        let device = answer["devices"][0].clone();
        (
            device["first_time"].as_str().unwrap_or("-").to_owned(),
            device["last_time"].as_str().unwrap_or("-").to_owned(),
        )
    };
    let (first, last) = of(&[]);
    assert!(first == "2015-12-31T23:30:00" && last.starts_with("2016-01-01T0"), "{first} {last}");
    assert_eq!(of(&["--since", "2015-12-31", "--until", "2016-01-01"]), (first.clone(), last.clone()));
    let (from, to) = of(&["--since", "2016-01-01"]);
    assert!(*from >= *"2016-01-01T00:00:00" && to == last, "{from} {to}");
    let (from, to) = of(&["--until", "2015-12-31"]);
    assert!(from == first && to.starts_with("2015-12-31T23:"), "{from} {to}");
    let (from, to) = of(&["--since", "2015-12-31T23:45", "--until", "2016-01-01T00:15"]);
    assert!(from.starts_with("2015-12-31T23:4") || from.starts_with("2015-12-31T23:5"), "{from}");
    assert!(to.starts_with("2016-01-01T00:0") || to.starts_with("2016-01-01T00:1"), "{to}");
    let (from, to) = of(&["--year", "2011"]);
    assert!(
        from == "2010-12-31T23:30:00" && to.starts_with("2011-01-01T0"),
        "the newest line is of that year: {from} {to}"
    );
}

#[test]
fn since_takes_ages_and_leaves_out_older_failures() {
    let fleet = fleet();
    let failing = ["scan", FAILING, "--format", "json", "--year", "2016"];
    let occurrences = |arguments: &[&str]| {
        let answer = tree::json(fleet.path(), &[&failing, arguments].concat());
        answer["devices"][0]["diagnoses"][0]["occurrences"].as_u64()
    };
    assert_eq!(occurrences(&[]), Some(4));
    assert_eq!(occurrences(&["--since", "2016-02-28"]), Some(2));
    assert_eq!(occurrences(&["--until", "2016-02-26"]), Some(1));
    assert_eq!(occurrences(&["--since", "2016-02-27", "--until", "2016-02-28"]), Some(2));
    assert_eq!(occurrences(&["--since", "2016-02-29T03:00", "--until", "2016-02-29T04:00"]), Some(1));
    for age in ["7d", "12h", "30m", "2w"] {
        assert_ne!(status(fleet.path(), &["scan", "--since", age, "--year", "2016"]), 2, "{age}");
    }
    let events = said(
        fleet.path(),
        &["events", FAILING, "--format", "jsonl", "--year", "2016", "--since", "2016-02-28"],
    );
    assert_eq!(events.matches("key_too_large").count(), 2, "{events}");
}

#[test]
fn year_is_that_of_the_newest_line() {
    let fleet = fleet();
    let answer = tree::json(fleet.path(), &["scan", HEALTHY, "--format", "json", "--year", "2012"]);
    assert_eq!(answer["scanned"]["last_time"], "2012-02-29T08:13:24");
    let answer = tree::json(fleet.path(), &["scan", HEALTHY, "--format", "json"]);
    assert_eq!(answer["scanned"]["last_time"], "2016-02-29T08:13:24", "by the time of the file");
}

#[test]
fn group_by_counts_phones() {
    let fleet = fleet();
    for number in 0..20 {
        tree::write(fleet.path(), &format!("0004f2ee00{number:02}-app.log"), b"", TIME);
    }
    let validator = jsonschema::validator_for(&tree::json(fleet.path(), &["schema", "groups"])).unwrap();
    for by in ["code", "model", "software", "fingerprint"] {
        let answer = scanned(fleet.path(), &["missing", ".", "--group-by", by]);
        assert!(validator.is_valid(&answer), "{answer}");
        let problems = answer["problems"].as_array().unwrap();
        assert!(problems.iter().any(|problem| problem["path"] == "missing"), "{problems:?}");
        assert_eq!(answer["group_by"], by);
        let groups = answer["groups"].as_array().unwrap();
        assert!(!groups.is_empty());
        for group in groups {
            let counted: u64 = ["failed", "attention", "unknown", "ok"]
                .iter()
                .map(|status| group[*status].as_u64().unwrap())
                .sum();
            assert_eq!(counted, group["phones"].as_u64().unwrap(), "{group}");
            assert_eq!(counted, group["devices"].as_array().unwrap().len() as u64, "{group}");
        }
        for format in ["table", "csv", "jsonl", "markdown", "html"] {
            let text = said(fleet.path(), &["scan", "--group-by", by, "--format", format]);
            assert!(text.contains("0004F2A1B202"), "{by} {format}: {text}");
            // Formats for people name some, and say how many more there are.
            let names_all = (0..20).all(|number| text.contains(&format!("0004F2EE00{number:02}")));
            assert_eq!(names_all, ["csv", "jsonl"].contains(&format), "{by} {format}");
        }
    }
    let models = scanned(fleet.path(), &["--group-by", "model"]);
    let vvx411 = models["groups"].as_array().unwrap().iter().find(|group| group["key"] == "VVX 411").unwrap();
    assert_eq!(vvx411["devices"], json!(["64167F0A0B11", "64167F0A0B12"]));
}

#[test]
fn inventory_adds_phones_and_labels() {
    let fleet = fleet();
    let csv =
        "Name;MAC;Part_Number;Revision\nA;0004.f2c3.d405;2201-12375-001;C\nB;0004F2AAAAAA;2201-12375-001;D\n";
    tree::write(fleet.path(), "inventory.csv", csv.as_bytes(), TIME);
    let answer = scanned(fleet.path(), &["--inventory", "inventory.csv"]);
    assert_eq!(answer["scanned"]["devices"], 15);
    let device = |mac: &str| {
        answer["devices"].as_array().unwrap().iter().find(|device| device["mac"] == mac).unwrap().clone()
    };
    assert_eq!(codes(&device("0004F2C3D405")), ["INV004", "ZTP002"]);
    assert_eq!(
        (codes(&device("0004F2AAAAAA")), device("0004F2AAAAAA")["status"].as_str()),
        (vec!["LOG005"], Some("unknown"))
    );
    tree::write(fleet.path(), "bad.csv", b"mac,revision\nnot-a-mac,A\n0004F2C3D405,B\n", TIME);
    let output = run(fleet.path(), &["scan", HEALTHY, "--inventory", "bad.csv", "--format", "json"]);
    assert_eq!(output.status.code(), Some(4), "a bad row is a problem");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["problems"][0].to_string().contains("bad.csv"), "{}", answer["problems"]);
}

#[test]
fn formats_are_what_they_say() {
    let fleet = fleet();
    for format in FORMATS.iter().map(|format| format.name) {
        let answer = said(fleet.path(), &["scan", "--format", format]);
        assert!(answer.contains("0004F2A1B202") && answer.ends_with('\n'), "{format}");
    }
    let jsonl = said(fleet.path(), &["scan", "--format", "jsonl"]);
    let lines: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let json = tree::json(fleet.path(), &["scan", "--format", "json"]);
    assert_eq!(Value::from(lines), json["devices"], "a device a line");
    let csv = said(fleet.path(), &["scan", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let columns = reader.headers().unwrap().len();
    assert!(reader.records().all(|record| record.unwrap().len() == columns));
    assert_eq!(csv.lines().count(), 15);
    for format in EVENT_FORMATS.iter().map(|format| format.name) {
        assert!(said(fleet.path(), &["events", "--format", format]).contains("key_too_large"), "{format}");
    }
    for format in STORY_FORMATS.iter().map(|format| format.name) {
        assert!(
            said(fleet.path(), &["device", "0004f2a1b202", "--format", format]).contains("INS001"),
            "{format}"
        );
    }
}

#[test]
fn events_have_the_fields_of_the_contract() {
    let fleet = fleet();
    let events = said(fleet.path(), &["events", FAILING, "--format", "jsonl"]);
    let events: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names =
        ["mac", "file", "line", "stamp", "time", "uptime", "component", "level", "missed", "kind", "slot"];
    for event in &events {
        assert!(names.iter().all(|name| event.get(name).is_some()), "{event}");
    }
    let refused = events.iter().find(|event| event["kind"] == "key_too_large").unwrap();
    assert_eq!(
        *refused,
        json!({"mac": "0004F2A1B202", "file": FAILING, "line": 27, "stamp": "0226092033", "time": "2016-02-26T09:20:33",
            "uptime": null, "component": "hw", "level": "4", "missed": 0, "kind": "key_too_large", "slot": "platform-1",
            "length": 4677, "maximum": 4096})
    );
    let first = &events[0];
    assert_eq!(
        (&first["kind"], &first["uptime"], &first["time"]),
        (&json!("log_start"), &json!(15.871), &Value::Null)
    );
    let order: Vec<_> = events.iter().map(|event| event["line"].as_u64().unwrap()).collect();
    assert!(order.is_sorted());
}

/// A problem is in the answer, or on standard error if the format does not list problems.
#[test]
fn every_format_reports_what_was_not_read() {
    let folder = fleet();
    let cut = tree::gzip(&b"0531131822|so   |4|00|an ordinary line\n".repeat(1000));
    fs::write(folder.path().join("0004f2a1b2ff-app.log.gz"), &cut[..cut.len() / 2]).unwrap();
    for format in FORMATS.iter().map(|format| format.name) {
        let output = run(folder.path(), &["scan", "--format", format, "--all"]);
        let both = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let is_named = both.contains("ends too early") && both.contains("0004f2a1b2ff-app.log.gz");
        assert!(is_named, "{format}: {both}");
    }
}

#[test]
fn output_is_written_in_the_format_of_its_ending() {
    let fleet = fleet();
    let away = tempfile::tempdir().unwrap();
    let mut arguments = vec!["scan".to_owned()];
    let endings =
        || FORMATS.iter().flat_map(|format| format.endings.iter().map(|ending| (*ending, format.name)));
    for (ending, _) in endings() {
        arguments.extend([
            "--output".to_owned(),
            away.path().join(format!("fleet.{ending}")).display().to_string(),
        ]);
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let output = run_at_once(fleet.path(), &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    for (ending, format) in endings() {
        let written = fs::read_to_string(away.path().join(format!("fleet.{ending}"))).unwrap();
        let answer = run_at_once(fleet.path(), &["scan", "--format", format]).stdout;
        let answer = String::from_utf8(answer).unwrap();
        // The footer of a page for a browser has the command line.
        let [written, answer] = [&written, &answer].map(|text| text.split("<footer>").next());
        assert!(written == answer, "{ending}");
    }
    assert_eq!(fs::read_dir(away.path()).unwrap().count(), endings().count(), "nothing else is left there");
}

#[test]
fn output_overwrites_only_when_told_so() {
    let fleet = fleet();
    let out = fleet.path().join("fleet.json");
    fs::write(&out, "mine").unwrap();
    let arguments = ["scan", "--output", "fleet.json"];
    let refused = run(fleet.path(), &arguments);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("fleet.json"));
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    let two = run(fleet.path(), &["scan", "--output", "new.csv", "--output", "fleet.json"]);
    assert_eq!(two.status.code(), Some(2));
    assert!(!fleet.path().join("new.csv").exists(), "all of it or nothing");
    assert_eq!(status(fleet.path(), &[&arguments[..], &["--force"]].concat()), 1);
    assert!(fs::read_to_string(&out).unwrap().contains("\"schema_version\""));
    let left: Vec<_> = tree::files_below(fleet.path())
        .into_iter()
        .filter(|path| path.to_str().unwrap().contains(".part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn events_and_device_write_files_too() {
    let fleet = fleet();
    for (arguments, name) in [
        (&["events"][..], "events.jsonl"),
        (&["events"], "events.csv"),
        (&["events"], "events.txt"),
        (&["device", "0004f2a1b202"], "story.md"),
        (&["device", "0004f2a1b202"], "story.txt"),
        (&["device", "0004f2a1b202"], "story.json"),
    ] {
        assert_ne!(status(fleet.path(), &[arguments, &["--output", name]].concat()), 2, "{name}");
        assert!(fs::read_to_string(fleet.path().join(name)).unwrap().contains("4677"), "{name}");
    }
}

/// Five phones failed on different days of October; `is_mended` says whether a boot showed that to be gone. All of them
/// fail on November 20.
fn relapsed(is_mended: bool) -> Value {
    let folder = tempfile::tempdir().unwrap();
    for phone in 0..5 {
        let boot = |day: String, last: &str| {
            format!(
                "000005.871|log  |*|00|---------- Initial log entry ----------\n\
                 {day}080005|so   |3|00|Time is set\n{day}090000|{last}\n"
            )
        };
        let refused = "tls  |4|00|Server certificate verification failed, Untrusted Certificate";
        let mut log = boot("1001".into(), "so   |3|00|idle") + &boot(format!("10{}", 10 + phone), refused);
        if is_mended {
            log += &(boot("1025".into(), "so   |3|00|idle") + "1026090000|so   |3|00|idle\n");
        }
        log += &boot("1120".into(), refused);
        fs::write(folder.path().join(format!("0004f2a1b2c{phone}-app.log")), log).unwrap();
    }
    scanned(folder.path(), &["."])
}

#[test]
fn phones_that_fail_again_begin_on_the_day_of_their_relapse() {
    let answer = relapsed(true);
    assert_eq!(answer["fleet"], json!([{ "code": "TLS001", "day": "2016-11-20", "phones": 5, "of": 5 }]));
    let firsts: Vec<_> = (10..15).map(|day| format!("2016-10-{day}T09:00:00")).collect();
    let devices = answer["devices"].as_array().unwrap();
    let seen = devices.iter().map(|device| device["diagnoses"][0]["first_seen"].as_str().unwrap());
    assert!(seen.eq(firsts.iter()), "repeats are one diagnosis: {answer}");
    assert_eq!(relapsed(false)["fleet"], json!([]), "no line shows the first failures to be gone");
}
