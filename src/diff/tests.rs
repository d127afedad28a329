use std::io::BufReader;

use serde_json::{Value, json};

use super::*;
use crate::input::decoded;

fn diagnosis(code: &str, state: &str, slot: Option<&str>) -> Value {
    json!({"code": code, "name": "a-name", "severity": "error", "state": state, "slot": slot, "message": "m",
        "cause": "c", "remedy": "r", "reference": "g", "occurrences": 1, "first_seen": null, "last_seen": null,
        "evidence": [{"file": "f", "line": 1}], "configuration": [{"says": "m"}]})
}

fn certificate(slot: &str, state: &str, name: Option<&str>, fingerprint: Option<&str>) -> Value {
    json!({"slot": slot, "state": state, "common_name": name, "fingerprint": fingerprint, "key_length": 5})
}

fn device(mac: Option<&str>, diagnoses: &[Value], certificates: &[Value]) -> Value {
    json!({"mac": mac, "files": ["x.log"], "model": "VVX 500", "software": "5.5.2", "status": "failed", "boots": 3, "diagnoses": diagnoses,
        "certificates": certificates})
}

fn answer(devices: &[Value]) -> String {
    let whole = json!({"schema_version": 2, "tool": {"name": "phonecert", "version": "9"}, "devices": devices,
        "problems": [], "summary": {"by_code": {}}});
    whole.to_string()
}

fn read(text: impl AsRef<[u8]>) -> Result<ScanAnswer, NotAnAnswer> {
    // A small buffer: an answer that comes in pieces is complete too.
    ScanAnswer::read("old.json", &mut BufReader::with_capacity(16, decoded(text.as_ref())))
}

fn diff(old: &[Value], new: &[Value]) -> Diff {
    Diff::new(&read(answer(old)).unwrap(), &read(answer(new)).unwrap())
}

fn told(entries: &[Entry]) -> Vec<String> {
    let told = |entry: &Entry| format!("{} {} {:?}", entry.phone, entry.code, entry.slot.as_deref());
    entries.iter().map(told).collect()
}

const A: Option<&str> = Some("0004F2000001");
const B: Option<&str> = Some("0004F2000002");

/// As PowerShell writes the output of a program.
#[test]
fn an_answer_in_utf_16_is_read() {
    let text = format!("\u{feff}{}", answer(&[device(A, &[diagnosis("INS001", "active", None)], &[])]));
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
        let name = PhoneName { mac: A.map(|mac| mac.parse().unwrap()), file: None };
        assert!(read(bytes).unwrap().has(&name, "INS001", None, Severity::Error));
    }
}

#[test]
fn diagnoses_are_matched_by_phone_code_and_slot() {
    let one = |slot| [diagnosis("INS001", "active", slot)];
    let same = diff(&[device(A, &one(None), &[])], &[device(A, &one(None), &[])]);
    assert_eq!(
        (same.broke.len(), same.mended.len(), told(&same.still)),
        (0, 0, vec!["0004F2000001 INS001 None".to_owned()])
    );
    let slot = diff(&[device(A, &one(None), &[])], &[device(A, &one(Some("platform-1")), &[])]);
    assert_eq!(told(&slot.broke), ["0004F2000001 INS001 Some(\"platform-1\")"]);
    assert_eq!((slot.no_longer_found.len(), slot.still.len()), (1, 0), "another slot is another diagnosis");
    let code = diff(&[device(A, &one(None), &[])], &[device(A, &[diagnosis("INS002", "active", None)], &[])]);
    assert_eq!(
        (told(&code.broke), code.no_longer_found.len()),
        (vec!["0004F2000001 INS002 None".to_owned()], 1)
    );
    let phone = diff(&[device(A, &one(None), &[])], &[device(A, &[], &[]), device(B, &one(None), &[])]);
    assert_eq!(
        (told(&phone.broke), phone.no_longer_found.len()),
        (vec!["0004F2000002 INS001 None".to_owned()], 1)
    );
    assert_eq!(phone.phones_new.len(), 1);
}

#[test]
fn what_is_resolved_is_mended_and_what_is_absent_is_not() {
    let active = [device(A, &[diagnosis("TLS001", "active", None)], &[])];
    let resolved = [device(A, &[diagnosis("TLS001", "resolved", None)], &[])];
    let absent = [device(A, &[], &[])];
    let counts = |new: &[Value]| {
        let diff = diff(&active, new);
        assert!(diff.mended.iter().all(|mended| mended.resolved));
        (diff.mended.len(), told(&diff.no_longer_found))
    };
    assert_eq!(counts(&resolved), (1, vec![]));
    assert_eq!(counts(&absent), (0, vec!["0004F2000001 TLS001 None".to_owned()]));
    for old in [&resolved, &absent] {
        assert_eq!(diff(old, &active).broke.len(), 1, "again");
        let since = diff(old, &absent);
        assert!(since.mended.is_empty() && since.no_longer_found.is_empty());
    }
    // Two diagnoses of one code, one of them resolved: the code is active.
    let both = [diagnosis("TLS001", "resolved", None), diagnosis("TLS001", "active", None)];
    assert_eq!(diff(&active, &[device(A, &both, &[])]).still.len(), 1);
}

/// The logs of the failure are gone, and those of an earlier one, which ended, are left.
#[test]
fn an_earlier_failure_that_ended_mends_no_later_one() {
    let seen = |state, last_seen: Option<&str>| {
        let mut diagnosis = diagnosis("TLS001", state, None);
        diagnosis["last_seen"] = last_seen.into();
        [device(A, &[diagnosis], &[])]
    };
    let counts = |old, new| {
        let diff = diff(&seen("active", old), &seen("resolved", new));
        (diff.mended.len(), diff.no_longer_found.len())
    };
    let [early, late, undated] = [Some("2026-03-01 09:00:00"), Some("2026-03-02 09:00:00"), None];
    assert_eq!(counts(late, early), (0, 1));
    assert_eq!(counts(late, undated), (0, 1), "the dated line is gone");
    for (old, new) in [(late, late), (early, late), (undated, early), (undated, undated)] {
        assert_eq!(counts(old, new), (1, 0), "{old:?} {new:?}");
    }
}

#[test]
fn what_the_phone_shows_by_its_absence_is_mended() {
    let counts = |code: &str, change: &dyn Fn(&mut Value)| {
        let mut new = device(A, &[], &[]);
        change(&mut new);
        let diff = diff(&[device(A, &[diagnosis(code, "active", None)], &[])], &[new]);
        assert!(diff.mended.iter().all(|mended| !mended.resolved));
        (diff.mended.len(), diff.no_longer_found.len())
    };
    let whole = |_: &mut Value| {};
    for code in ["CFG021", "ZTP001", "LOG001", "LOG005"] {
        assert_eq!(counts(code, &whole), (1, 0), "{code}");
        assert_eq!(counts(code, &|new| new["status"] = "unknown".into()), (0, 1), "{code}");
    }
    for code in ["ZTP001", "CFG025"] {
        assert_eq!(counts(code, &|new| new["software"] = Value::Null), (0, 1), "{code}");
    }
    assert_eq!(counts("CFG021", &|new| new["software"] = Value::Null), (1, 0));
    assert_eq!(counts("ZTP001", &|new| new["model"] = Value::Null), (0, 1));
    assert_eq!(counts("LOG005", &|new| new["files"] = json!([])), (0, 1));
    for code in ["INS001", "INV003", "TLS001", "LOG002", "LOG004", "FLT001", "XYZ001"] {
        assert_eq!(counts(code, &whole), (0, 1), "{code}");
    }
    let resolved = [diagnosis("TLS001", "resolved", None)];
    let old = [device(A, &[diagnosis("TLS001", "active", None)], &[])];
    let mut unknown = device(A, &resolved, &[]);
    unknown["status"] = "unknown".into();
    assert_eq!(diff(&old, &[unknown]).mended.len(), 1);
}

/// What is gone from the files is mended, whatever the logs tell, unless the diagnosis can be of what they told.
#[test]
fn configuration_is_mended_by_files_and_what_the_log_showed_by_logs() {
    const SLOT: Option<&str> = Some("platform-1");
    let slot = |name: &str| certificate(name, "installed", None, None);
    let mended = |missing_before: &str, missing: &str, change: &dyn Fn(&mut Value)| {
        let active = |code| diagnosis(code, "active", None);
        let of_old =
            [active("CFG022"), diagnosis("CFG017", "active", SLOT), active("ZTP001"), active(missing_before)];
        let mut old = device(A, &of_old, &[slot("built-in"), slot("platform-1")]);
        let mut new = device(A, &[active(missing), active("ZTP001")], &[slot("platform-1")]);
        (old["configured"], new["configured"]) = (true.into(), true.into());
        new["status"] = "unknown".into();
        change(&mut new);
        let mended = diff(&[old], &[new]).mended;
        let codes = mended.into_iter().map(|mended| mended.entry.code);
        codes.filter(|code| code.starts_with("CFG")).collect::<Vec<_>>()
    };
    let same = |_: &mut Value| {};
    // Any active warning hides that the log lacks something.
    let attention = |new: &mut Value| new["status"] = "attention".into();
    for change in [&same as &dyn Fn(&mut Value), &attention] {
        assert_eq!(mended("LOG001", "LOG001", change), ["CFG017", "CFG022"]);
        assert_eq!(mended("INS001", "LOG001", change), ["CFG022"]);
        assert_eq!(mended("LOG001", "LOG007", change), ["CFG022"]);
    }
    assert_eq!(mended("LOG001", "INS001", &same), [""; 0], "not said why it is unknown");
    let without = |member: &'static str, value: Value| move |new: &mut Value| new[member] = value.clone();
    let other = without("certificates", json!([slot("built-in"), slot("application-1")]));
    assert_eq!(mended("LOG001", "LOG001", &other), ["CFG022"], "the slot is not shown any more");
    assert_eq!(mended("LOG001", "LOG001", &without("files", json!([]))), ["CFG022"]);
    assert_eq!(mended("LOG001", "LOG001", &without("configured", false.into())), [""; 0]);
    assert_eq!(mended("LOG001", "LOG001", &without("configuration_incomplete", true.into())), [""; 0]);
    let refused = without("certificates", json!([certificate("platform-1", "rejected", None, None)]));
    assert_eq!(mended("LOG001", "LOG001", &refused), ["CFG022"], "a refusal does not show the slot");
}

#[test]
fn what_is_absent_although_its_file_was_not_read_is_not_mended() {
    let counts = |code: &str, new: Value| {
        let diff = diff(&[device(A, &[diagnosis(code, "active", None)], &[])], &[new]);
        (diff.mended.len(), diff.no_longer_found.len())
    };
    let with = |code: &str| device(A, &[diagnosis(code, "active", None)], &[]);
    let mut without_logs = with("CFG013");
    without_logs["files"] = json!([]);
    assert_eq!(counts("CFG021", without_logs), (1, 0), "its files were read");
    for unread in ["CFG001", "CFG002", "CFG003"] {
        assert_eq!(counts("CFG021", with(unread)), (0, 1));
        assert_eq!(counts("ZTP001", with(unread)), (1, 0), "its logs were read");
    }
    assert_eq!(counts("CFG021", with("CFG013")), (1, 0));
}

#[test]
fn what_is_absent_is_mended_if_the_same_files_were_unread_before() {
    let says = |code: &str, message: &str| {
        let mut diagnosis = diagnosis(code, "active", None);
        diagnosis["message"] = message.into();
        diagnosis["configuration"] = json!([{"says": message}]);
        diagnosis
    };
    let counts = |old: &[Value], new: &[Value]| {
        let old = [&[diagnosis("CFG021", "active", None)], old].concat();
        let diff = diff(&[device(A, &old, &[])], &[device(A, new, &[])]);
        (diff.mended.len(), diff.no_longer_found.len())
    };
    for code in ["CFG001", "CFG002", "CFG003"] {
        let both = ["a.cfg", "b.cfg"].map(|name| says(code, name));
        let one = &both[..1];
        assert_eq!(counts(one, one), (1, 0), "{code}");
        assert_eq!(counts(one, &both), (0, 1), "{code}");
        assert_eq!(counts(&both, one), (1, 0), "{code}");
    }
    // A missing file of one phone sets nothing; one that can't be read does.
    let mut missing = says("CFG002", "names 2 files");
    let mut counts_with = |names: &[&str]| {
        missing["configuration"] =
            names.iter().map(|name| json!({"says": format!("names {name}")})).collect();
        counts(&[], &[missing.clone()])
    };
    assert_eq!(counts_with(&["0004f2000001-user.cfg"]), (1, 0));
    assert_eq!(counts_with(&["0004f2000002-user.cfg"]), (0, 1));
    assert_eq!(counts_with(&["0004f2000001-user.cfg", "site.cfg"]), (0, 1));
    assert_eq!(counts(&[], &[says("CFG001", "0004f2000001-user.cfg is not")]), (0, 1));
}

#[test]
fn what_the_new_answer_leaves_out_is_not_mended() {
    let old = answer(&[device(A, &[diagnosis("CFG021", "active", None)], &[])]);
    for (select, ignore, new, mended) in [
        (json!([]), json!(["ZTP"]), false, 1),
        (json!(["CFG"]), json!([]), false, 1),
        (json!([]), json!(["CFG021"]), false, 0),
        (json!(["INS", "TLS"]), json!([]), false, 0),
        (json!([]), json!([]), true, 0),
    ] {
        let selection = json!({"select": select, "ignore": ignore, "status": [], "new": new, "since": null,
            "until": null, "phones_left_out": 0, "phones_with_others": 1});
        let text = answer(&[device(A, &[], &[])])
            .replace("\"problems\":[]", &format!("\"problems\":[],\"selection\":{selection}"));
        let diff = Diff::new(&read(&old).unwrap(), &read(text).unwrap());
        assert_eq!((diff.mended.len(), diff.no_longer_found.len()), (mended, 1 - mended), "{selection}");
    }
}

/// Both answers lack the diagnoses that name the files which were not read.
#[test]
fn what_is_absent_is_not_mended_if_other_files_may_be_unread() {
    let counts = |incomplete: [bool; 2], select: Value, ignore: Value| {
        let selection = json!({"select": select, "ignore": ignore, "status": [], "new": false, "since": null,
            "until": null, "phones_left_out": 0, "phones_with_others": 0});
        let part = |incomplete: bool, diagnoses: &[Value]| {
            let mut phone = device(A, diagnoses, &[]);
            phone["configured"] = true.into();
            phone["configuration_incomplete"] = incomplete.into();
            let text = answer(&[phone])
                .replace("\"problems\":[]", &format!("\"problems\":[],\"selection\":{selection}"));
            read(text).unwrap()
        };
        let old = part(incomplete[0], &[diagnosis("CFG017", "active", None)]);
        let diff = Diff::new(&old, &part(incomplete[1], &[]));
        (diff.mended.len(), diff.no_longer_found.len())
    };
    let (all, some) = (json!([]), json!(["CFG017", "CFG018"]));
    assert_eq!(counts([true, true], all.clone(), all.clone()), (1, 0));
    assert_eq!(counts([true, true], json!(["CFG"]), all.clone()), (1, 0));
    assert_eq!(counts([true, true], some.clone(), all.clone()), (0, 1));
    for code in ["CFG001", "CFG002", "CFG003"] {
        assert_eq!(counts([true, true], all.clone(), json!([code])), (0, 1), "{code}");
    }
    assert_eq!(counts([true, false], some.clone(), all.clone()), (1, 0));
    assert_eq!(counts([false, true], all.clone(), all), (0, 1));
}

#[test]
fn what_is_absent_is_not_mended_if_an_archive_was_cut() {
    let with = |diagnoses: &[Value], path: Option<&str>| {
        let problems: Vec<Value> =
            path.map(|path| json!({"path": path, "kind": "x", "message": ""})).into_iter().collect();
        let text = answer(&[device(A, diagnoses, &[])]);
        read(text.replace("\"problems\":[]", &format!("\"problems\":{}", json!(problems)))).unwrap()
    };
    let old = [diagnosis("CFG017", "active", None)];
    for (before, now, mended) in [
        (None, None, 1),
        (None, Some("t.zip!/site.cfg"), 0),
        (Some("t.zip!/site.cfg"), Some("t.zip!/site.cfg"), 1),
        (None, Some("t.zip!/0004f2000001-app.log"), 1),
    ] {
        let diff = Diff::new(&with(&old, before), &with(&[], now));
        assert_eq!(diff.mended.len(), mended, "{before:?} {now:?}");
    }
}

#[test]
fn a_diagnosis_that_became_more_severe_broke() {
    let of = |severity: &str| {
        let mut diagnosis = diagnosis("CFG004", "active", Some("platform-1"));
        diagnosis["severity"] = severity.into();
        [device(A, &[diagnosis], &[])]
    };
    for (old, new, has_broken) in [
        ("warning", "error", true),
        ("info", "warning", true),
        ("error", "error", false),
        ("error", "warning", false),
        ("warning", "info", false),
    ] {
        let diff = diff(&of(old), &of(new));
        assert_eq!(
            (diff.broke.len(), diff.still.len()),
            if has_broken { (1, 0) } else { (0, 1) },
            "{old} {new}"
        );
        assert!(diff.mended.is_empty() && diff.no_longer_found.is_empty());
        let name = PhoneName { mac: Some("0004F2000001".parse().unwrap()), file: None };
        let baseline = read(answer(&of(old))).unwrap();
        let severity = diff.broke.iter().chain(&diff.still).next().unwrap().severity;
        assert_eq!(baseline.has(&name, "CFG004", Some("platform-1"), severity), !has_broken);
    }
    // Of two diagnoses of one code and slot, the more severe one is compared.
    let [both, old] = [["info", "error"], ["error", "error"]].map(|severities| {
        let diagnoses: Vec<Value> = severities
            .iter()
            .flat_map(|severity| of(severity))
            .map(|device| device["diagnoses"][0].clone())
            .collect();
        [device(A, &diagnoses, &[])]
    });
    assert_eq!((diff(&both, &old).still.len(), diff(&of("warning"), &both).broke.len()), (1, 1));
}

#[test]
fn phones_come_and_go() {
    let diff = diff(
        &[device(A, &[diagnosis("INS001", "active", None)], &[]), device(None, &[], &[])],
        &[device(None, &[], &[]), device(B, &[], &[])],
    );
    let names =
        |phones: &[UnmatchedPhone]| phones.iter().map(|lone| lone.phone.to_string()).collect::<Vec<_>>();
    assert_eq!(
        (names(&diff.phones_new), names(&diff.phones_gone)),
        (vec!["0004F2000002".to_owned()], vec!["0004F2000001".to_owned()])
    );
    assert!(diff.mended.is_empty(), "what is gone was not mended");
    assert_eq!((diff.old.devices, diff.new.devices), (2, 2));
}

#[test]
fn a_certificate_changes_by_state_fingerprint_or_name() {
    let of = |state: &str, name, fingerprint| certificate("platform-1", state, name, fingerprint);
    let installed = || of("installed", Some("a"), Some("AA:BB"));
    for (new, changed) in [
        (installed(), false),
        (of("installed", Some("a"), Some("AA:BC")), true),
        (of("installed", Some("b"), Some("AA:BB")), false),
        (of("installed", Some("b"), None), true),
        (of("installed", Some("a"), None), false),
        (of("installed", Some("a"), Some("AA:BB:CC")), false),
        (of("installed", None, None), false),
        (of("not-available", None, None), true),
        (of("rejected", None, None), true),
        (certificate("platform-2", "installed", None, None), false),
    ] {
        let diff = diff(&[device(A, &[], &[installed()])], &[device(A, &[], std::slice::from_ref(&new))]);
        assert_eq!(diff.certificates_changed.len(), usize::from(changed), "{new}");
    }
}

#[test]
fn members_are_read_in_any_order() {
    let whole: Value = serde_json::from_str(&answer(&[device(A, &[], &[])])).unwrap();
    let reversed: serde_json::Map<_, _> = whole.as_object().unwrap().clone().into_iter().rev().collect();
    assert_eq!(read(Value::from(reversed).to_string()).unwrap().phones.len(), 1);
}

#[test]
fn whatever_is_no_answer_is_an_error() {
    let whole = answer(&[device(A, &[diagnosis("INS001", "active", None)], &[])]);
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).is_err(), "{end}");
    }
    for (text, told) in [
        (
            whole.replace("\"schema_version\":2", "\"schema_version\":1"),
            "scan again with this program: its schema_version is 1, not 2",
        ),
        (whole.replace("\"schema_version\":2", "\"schema_version\":3"), "its schema_version is 3, not 2"),
        (whole.replace("\"schema_version\":2,", ""), "does not say that phonecert made it"),
        (whole.replace("\"phonecert\"", "\"other\""), "does not say that phonecert made it"),
        (whole.replace("\"devices\"", "\"groups\""), "--group-by"),
        (whole.replace("\"active\"", "\"dormant\""), "unknown variant"),
        (whole.replace("\"severity\":\"error\",", ""), "missing field `severity`"),
        (whole.replace("0004F2000001", "0004F2"), "not a MAC address"),
        (format!("{whole}{whole}"), "trailing characters"),
        (answer(&[device(A, &[], &[]), device(A, &[], &[])]), "it contains the phone 0004F2000001 twice"),
        (format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), "invalid type"),
        ("\u{0}".to_owned(), "expected value"),
    ] {
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
}
