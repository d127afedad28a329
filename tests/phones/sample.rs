//! Logs with names and times, and the answer about their phone.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};
use phonecert::check::Case;
use phonecert::input::{Bytes, rotation};
use phonecert::log;
use phonecert::phone::Phone;
use phonecert::redact::Shown;
use phonecert::timeline::{Clock, Joined, Log, Timeline, join};
use phonecert::window::Window;
use serde_json::{Value, json};

/// The phone of all these logs.
pub(crate) const MAC: &str = "0004F2A1B2C3";

/// When the newest file was last changed; the run begins a day later.
pub(crate) const MODIFIED: &str = "2016-07-01T12:00:00";

/// A log on a server.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) modified: NaiveDateTime,
    pub(crate) bytes: Vec<u8>,
    /// How many lines of the phone's log end before its first byte.
    pub(crate) lines_before: u64,
}

impl File {
    /// The log `0004f2a1b2c3-app.log` with this suffix.
    pub(crate) fn new(suffix: &str, bytes: &[u8]) -> Self {
        let modified = MODIFIED.parse().unwrap();
        Self {
            name: format!("0004f2a1b2c3-app.log{suffix}"),
            modified,
            bytes: bytes.to_vec(),
            lines_before: 0,
        }
    }
}

/// What is known of the phone with these logs.
pub(crate) fn phone(files: &[File]) -> Phone {
    phone_within(files, Window::default())
}

/// The same within a time window.
pub(crate) fn phone_within(files: &[File], window: Window) -> Phone {
    look(files, window, |timeline| Phone::new(&Case::new(timeline, None)))
}

/// What the phone's logs show within a time window.
pub(crate) fn look<T>(files: &[File], window: Window, read: impl Fn(&Timeline<'_>) -> T) -> T {
    let (joined, clock) = joined(files, window);
    read(&Timeline::new(Some(MAC.parse().unwrap()), &joined, &clock))
}

/// The phone's logs as one.
pub(crate) fn joined(files: &[File], window: Window) -> (Joined, Clock) {
    let now = MODIFIED.parse::<NaiveDateTime>().unwrap() + TimeDelta::days(1);
    let clock = Clock { window, year: None, now };
    let parts = files.iter().flat_map(|file| {
        let parts = log::read(Bytes::Whole(&file.bytes), &window, None).parts;
        parts.into_iter().map(move |part| (file, part.digest))
    });
    let logs = parts.enumerate().map(|(number, (file, digest))| Log {
        number,
        path: file.name.as_str().into(),
        path_within: None,
        rotation: rotation(file.name.rsplit('/').next().unwrap().as_bytes()),
        modified: Some(file.modified),
        digest,
    });
    (join(logs.collect(), &clock), clock)
}

/// The answer about a phone with this log.
pub(crate) fn told_of(log: &str) -> Value {
    told(&[File::new("", log.as_bytes())])
}

/// The answer about a phone, its lines numbered through all its logs.
pub(crate) fn told(files: &[File]) -> Value {
    let device = phone(files).device(Shown::plain());
    let before: BTreeMap<&str, u64> =
        files.iter().map(|file| (file.name.as_str(), file.lines_before)).collect();
    let mut told = serde_json::to_value(&device).unwrap();
    told["files"] = Value::Null;
    for diagnosis in told["diagnoses"].as_array_mut().unwrap() {
        for line in diagnosis["evidence"].as_array_mut().unwrap() {
            let number = line["line"].as_u64().unwrap() + before[line["file"].as_str().unwrap()];
            (line["line"], line["file"]) = (json!(number), Value::Null);
        }
    }
    told
}

/// Each diagnosis with its state: `INS001@platform-1 active x2`.
pub(crate) fn diagnoses(told: &Value) -> Vec<String> {
    let all = told["diagnoses"].as_array().unwrap().iter();
    all.map(|found| {
        let slot = found["slot"].as_str().map(|slot| format!("@{slot}")).unwrap_or_default();
        let (code, state) = (found["code"].as_str().unwrap(), found["state"].as_str().unwrap());
        format!("{code}{slot} {state} x{}", found["occurrences"])
    })
    .collect()
}

/// This diagnosis; None if there is none.
pub(crate) fn found<'t>(told: &'t Value, code: &str) -> Option<&'t Value> {
    told["diagnoses"].as_array().unwrap().iter().find(|found| found["code"] == code)
}

/// The occurrences and the state of this diagnosis; None if there is none.
pub(crate) fn state(told: &Value, code: &str) -> Option<(String, u64)> {
    let found = found(told, code)?;
    Some((found["state"].as_str().unwrap().to_owned(), found["occurrences"].as_u64().unwrap()))
}

/// The state of this diagnosis of a phone with this log.
pub(crate) fn is(log: &str, code: &str) -> Option<String> {
    state(&told_of(log), code).map(|(state, _)| state)
}

/// The message of this diagnosis.
pub(crate) fn message(log: &str, code: &str) -> String {
    found(&told_of(log), code).unwrap()["message"].as_str().unwrap().to_owned()
}

/// The occurrences of this diagnosis.
pub(crate) fn times(log: &str, code: &str) -> u64 {
    state(&told_of(log), code).map_or(0, |(_, times)| times)
}

/// A boot that begins with its banner at this uptime, with an inventory: the built-in certificate, and
/// these lines of the other slots.
pub(crate) fn boot(slots: &[&str]) -> String {
    let mut log = "\
000015.871|log  |*|00|---------- Initial log entry ----------
000015.872|so   |*|00|Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0
000015.873|so   |*|00|Platform: Interface eth0 MAC=0004f2a1b2c3
000015.875|so   |*|00|Application, main: Label=SIP, Version=5.9.5.0614 11-Feb-16 10:02
000015.925|tls  |3|00|Polycom device certificate length 802
000015.957|tls  |3|00|Polycom device certificate MD5 fingerprint: D3:2F:07:C2:B1:97:E3:DB:10:53:E9:06:FC:FF:D5:AE
000015.969|tls  |3|00|Polycom device certificate common name \"0004F2A1B2C3\"
000015.974|tls  |3|00|Polycom device key length 636
"
    .to_owned();
    for slot in slots {
        log.push_str(&format!("000016.101|tls  |3|00|{slot}\n"));
    }
    log + "000016.199|dns  |3|00|answered from cache\n"
}

/// An ordinary line with this stamp.
pub(crate) fn ordinary(stamp: &str) -> String {
    format!("{stamp}|sip  |3|00|stream {stamp} ended\n")
}

pub(crate) const KEY_REFUSED: &str = "hw   |4|00|hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, length 4677 is bigger than maximum 4096";
pub(crate) const CHAIN_REFUSED: &str =
    "hw   |4|00|hwDescSecurityDeviceCredentialsStoreAscii: Could not decode cert chain, results 0";
pub(crate) const UNTRUSTED: &str = "sip  |4|00|Server certificate verification failed, Untrusted Certificate";
pub(crate) const CONNECTION: &str = "sip  |4|00|MakeTlsConnection: connection failed error -1";
pub(crate) const SAVING: &str = "tls  |*|00|Saving new Custom platform device certificate 1";
pub(crate) const SAVED: &str = "tls  |*|00|New Certificate Common Name 'x.example.com' Fingerprint '9A:2E:0C:8B:32:7F:73:2F:38:18:28:EB:B3:5A:35:1C'";
pub(crate) const EMPTY_1: &str = "Custom platform device certificate 1 is not available";
pub(crate) const EMPTY_2: &str = "Custom platform device certificate 2 is not available";

/// Lines, each with its stamp.
pub(crate) fn lines(all: &[(&str, &str)]) -> String {
    all.iter().map(|(stamp, rest)| format!("{stamp}|{rest}\n")).collect()
}
