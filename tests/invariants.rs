//! What holds for every log, however it comes: splitting and reordering change nothing, evidence stands
//! where it is said to, and twice the input is no more than twice the work.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed"
)]

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use phonecert::digest::{Digest, Fold};
use phonecert::input::Inputs;
use phonecert::reader::{Note, Notes, Reader};
use phonecert::report::{Format, Report, Style};
use phonecert::scan::{Options, Selection, Watch, digest_of, scan};
use phonecert::stamp::Stamp;
use phonecert::timeline::Clock;
use phonecert::window::Window;
use proptest::prelude::*;
use serde_json::Value;

/// Texts of all sorts, known messages and others.
const TEXTS: &[&str] = &[
    "---------- Initial log entry ----------",
    "---------- Final log entry ----------",
    "Initial log entry. Current logging level 3",
    "Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0",
    "Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27",
    "Polycom device certificate length 802",
    "Polycom device certificate MD5 fingerprint: 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17",
    "Polycom device certificate common name \"0004F2A1B2C3\"",
    "Polycom device certificate is not available",
    "Custom platform device certificate 1 is not available",
    "Saving new Custom platform device certificate 1",
    "New Certificate Common Name 'x' Fingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'",
    "No previous certificate stored",
    "Device credential invalid: Cert is not proper in the certificate",
    "hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, length 4677 is bigger than maximum 4096",
    "Server certificate verification failed, Untrusted Certificate",
    "MakeTlsConnection: connection failed error -1",
    "Could not load time from 192.0.2.9(192.0.2.9).",
    "Skipped uploading of failed log file x",
    "nothing of interest",
    "nothing of interest here either",
    "caf\u{e9} \u{202e}|more|bars",
];

const STAMPS: &[&str] = &[
    "000005.930",
    "000007.100",
    "010203.004",
    "0531130928",
    "0531130929",
    "0531140000",
    "0601000000",
    "1231235959",
    "0101000002",
    "0100000000",
    "1305311318",
    "1231235960",
];

fn line() -> impl Strategy<Value = String> {
    let header = (
        prop::sample::select(STAMPS),
        prop::sample::select(&["tls  ", "so   ", "tls ", "log", "sip"][..]),
        prop::sample::select(&["0", "3", "4", "*"][..]),
        prop::sample::select(&["00", "03", "3", "12"][..]),
    )
        .prop_map(|(stamp, component, level, missed)| format!("{stamp}|{component}|{level}|{missed}|"));
    let header = prop_oneof![8 => header, 1 => Just(String::new()), 1 => Just("<131>Mar  9 19:06:50 192.0.2.7 ".to_owned())];
    let text = prop_oneof![9 => prop::sample::select(TEXTS).prop_map(str::to_owned), 1 => "\\PC{0,40}"];
    let end = prop::sample::select(&["\n", "\n", "\n", "\r\n", " \n"][..]);
    (header, text, end).prop_map(|(header, text, end)| header + &text + end)
}

fn log() -> impl Strategy<Value = String> {
    prop::collection::vec(line(), 0..40).prop_map(|lines| lines.concat())
}

fn digest_in_pieces(log: &[u8], pieces: &[usize]) -> Digest {
    let mut reader = Reader::new(Fold::new(Window::default()), false);
    let mut rest = log;
    for &piece in pieces.iter().cycle() {
        let (head, tail) = rest.split_at(piece.min(rest.len()));
        reader.feed(head);
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    let (fold, counts) = reader.finish();
    fold.finish(counts)
}

struct Nobody;

impl Watch for Nobody {
    fn advanced(&self, _: u64, _: u64) {}
}

/// The JSON of a scan, with some number of threads.
fn json(folder: &Path, threads: usize) -> Value {
    let now = NaiveDate::from_ymd_opt(2014, 3, 1).unwrap().and_hms_opt(12, 0, 0).unwrap();
    let options = Options {
        clock: Clock { window: Window::default(), year: Some(2013), now },
        devices: Vec::new(),
        statuses: Vec::new(),
        selection: Selection::new(|_| true),
        inventory: None,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let scan = scan(&Inputs::new(vec![folder.to_owned()]), options, &Nobody);
        let mut bytes = Vec::new();
        let report = Report { overview: &scan.overview, devices: &scan };
        Format::named("json").unwrap().write(&report, &Style::default(), &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn pieces_of_any_length_give_what_the_whole_gives(
        log in log(),
        pieces in prop::collection::vec(1_usize..200, 1..8),
    ) {
        let whole = digest_of(log.as_bytes(), Window::default());
        prop_assert_eq!(digest_in_pieces(log.as_bytes(), &pieces), whole);
    }

    #[test]
    fn no_bytes_are_too_odd(log in prop::collection::vec(any::<u8>(), 0..2000), piece in 1_usize..100) {
        let whole = digest_of(&log, Window::default());
        prop_assert_eq!(whole.counts.bytes, log.len() as u64);
        prop_assert_eq!(digest_in_pieces(&log, &[piece]), whole);
    }

    #[test]
    fn a_digest_survives_packing(log in log()) {
        let digest = digest_of(log.as_bytes(), Window::default());
        prop_assert_eq!(Digest::unpack(&digest.pack().unwrap()).unwrap(), digest);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// Each line that is given as evidence stands at its place in its file; and neither the number of
    /// threads nor a second copy of a log changes the answer.
    #[test]
    fn evidence_stands_where_it_is_said_to(logs in prop::collection::vec(log(), 1..4)) {
        let folder = tempfile::tempdir().unwrap();
        for (number, log) in logs.iter().enumerate() {
            let suffix = if number == 0 { String::new() } else { format!(".{number}") };
            fs::write(folder.path().join(format!("0004f2a1b2c3-app.log{suffix}")), log).unwrap();
        }
        let document = json(folder.path(), 1);
        prop_assert_eq!(&json(folder.path(), 3), &document);
        for device in document["devices"].as_array().unwrap() {
            for diagnosis in device["diagnoses"].as_array().unwrap() {
                let evidence = diagnosis["evidence"].as_array().unwrap();
                prop_assert!(evidence.len() <= 6);
                for evidence in evidence {
                    is_there(evidence)?;
                }
            }
        }
        let copies = folder.path().join("copies");
        fs::create_dir(&copies).unwrap();
        fs::copy(folder.path().join("0004f2a1b2c3-app.log"), copies.join("0004f2a1b2c3-app.log")).unwrap();
        let again = json(folder.path(), 2);
        let told = |document: &Value| {
            let device = &document["devices"][0];
            (device["certificates"].clone(), device["status"].clone(), document["scanned"]["events"].clone())
        };
        prop_assert_eq!(told(&again), told(&document));
    }
}

/// Found by fuzzing: a count of lost events in columns of its own went by, and the lines behind it
/// passed for usual ones.
#[test]
fn a_count_in_other_columns_is_no_usual_one() {
    let log = b"1305311318|so   |4|00|\n0101000002|t|3|0|\n1231235960|s|4|9|o\n1231235959|so   |4|00|i 0o\no";
    let whole = digest_of(log, Window::default());
    for piece in 1..log.len() {
        assert_eq!(digest_in_pieces(log, &[piece]), whole, "pieces of {piece}");
    }
}

/// Found by fuzzing: columns of NUL bytes were like the places where nothing was remembered yet.
#[test]
fn columns_of_nul_bytes_are_no_usual_ones() {
    let holes = |from: usize, to: usize| {
        let mut line = b"0531130928|sip  |4|00|goes on".to_vec();
        line[from..to].fill(0);
        [&line[..], b"\n0531130929|sip  |4|00|goes on\n000012.345|so   |4|00|up\n"].concat()
    };
    for (from, to) in [(0, 8), (0, 6), (10, 18), (18, 22), (10, 22), (0, 22)] {
        for log in [holes(from, to), [holes(0, 0), holes(from, to)].concat().repeat(2)] {
            let whole = digest_of(&log, Window::default());
            for piece in 1..log.len() {
                assert_eq!(digest_in_pieces(&log, &[piece]), whole, "{from}..{to}, pieces of {piece}");
            }
        }
    }
}

/// Found by fuzzing: a byte order mark before a text was taken away by the grammar alone.
#[test]
fn a_mark_before_a_text_belongs_to_it() {
    let mark = "\u{feff}";
    let log = format!(
        "{mark}0531081200|tls  |*|00|Saving new Custom application device certificate 1\n\
         0531081200|tls  |*|00|New configuration\n\
         {mark}0531081200|tls  |*|00|{mark}No previous certificate stored\n"
    );
    let log = log.repeat(2);
    let whole = digest_of(log.as_bytes(), Window::default());
    assert_eq!(whole.counts.events, 2);
    for piece in 1..log.len() {
        assert_eq!(digest_in_pieces(log.as_bytes(), &[piece]), whole, "pieces of {piece}");
    }
}

/// The evidence's text ends its line, or begins with what ends it where the message goes on in the next.
fn is_there(evidence: &Value) -> Result<(), TestCaseError> {
    let content = fs::read_to_string(evidence["file"].as_str().unwrap()).unwrap();
    let number = evidence["line"].as_u64().unwrap() as usize;
    let line = content.split('\n').nth(number - 1).unwrap().trim_end();
    let text = evidence["text"].as_str().unwrap();
    let begins = line.rsplit_once(text.split(' ').next().unwrap_or_default()).is_some();
    prop_assert!(line.ends_with(text) || begins, "{text:?} is not in {line:?}");
    if let Some(stamp) = evidence["stamp"].as_str() {
        prop_assert!(line.contains(stamp), "{stamp} is not in {line:?}");
    }
    Ok(())
}

/// Counts what the reader gives on: every note is a turn through the grammars and the fold.
#[derive(Default)]
struct Work {
    notes: u64,
    bytes: u64,
}

impl Notes for Work {
    fn note(&mut self, note: Note<'_>) {
        self.notes += 1;
        self.bytes += note.text.len() as u64;
    }

    fn seen(&mut self, _: u64, _: Stamp) {
        self.notes += 1;
    }
}

fn work(log: &[u8]) -> (u64, u64) {
    let mut reader = Reader::new(Work::default(), false);
    log.chunks(1000).for_each(|piece| reader.feed(piece));
    let (work, _) = reader.finish();
    (work.notes, work.bytes)
}

/// Lines that make trouble for a reader: each of them may go on in the next.
#[test]
fn twice_the_log_is_twice_the_work() {
    let cut = "0531130928|tls  |4|00|Device credential invalid: Cert is not proper in the\n";
    let start = "hwDescSecurityDeviceCredentialsStore:\n";
    let plain = "0531130928|sip  |4|00|nothing of interest\n";
    let changing = "0531130928|sip  |4|01|x\n0531130928|sip  |4|00|x\n";
    for unit in [
        cut.to_owned(),
        start.to_owned(),
        plain.to_owned(),
        changing.to_owned(),
        "\n".to_owned(),
        cut.to_owned() + &"goes on\n".repeat(20),
        "0531130928|tls  |4|00|Saving new ".to_owned(),
    ] {
        let once = work(unit.repeat(2_000).as_bytes());
        let twice = work(unit.repeat(4_000).as_bytes());
        assert!(twice.0 <= 2 * once.0 + 2 && twice.1 <= 2 * once.1 + 200_000, "{unit:?}: {once:?} {twice:?}");
    }
}

/// What is kept of a log is bounded, however long it is and whatever is in it.
#[test]
fn a_digest_does_not_grow_with_the_log() {
    let log = |lines: u64| -> Vec<u8> {
        (0..lines)
            .flat_map(|line| {
                let (hour, minute, second) = (line / 3600 % 24, line / 60 % 60, line % 60);
                format!(
                    "0531{hour:02}{minute:02}{second:02}|tls  |*|{line:02}|New Certificate Common Name \
                     '{line}' Fingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'\n"
                )
                .into_bytes()
            })
            .collect()
    };
    let packed = |lines| digest_of(&log(lines), Window::default()).pack().unwrap().len();
    let (bounded, longer) = (packed(8_000), packed(16_000));
    assert!(longer <= bounded + bounded / 100, "{bounded} bytes, then {longer}");
    // Boots without end, each with another number of lost events.
    let boots: String = (0..20_000)
        .map(|boot| format!("000005.930|log  |*|{:02}|---------- Initial log entry ----------\n", boot % 97))
        .collect();
    let digest = digest_of(boots.as_bytes(), Window::default());
    assert!(digest.segments.len() <= phonecert::digest::LIMIT + 1, "{}", digest.segments.len());
}
