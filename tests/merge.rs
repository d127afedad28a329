//! What a phone's logs amount to does not depend on how they are cut into files, in which order these
//! are met, or how often.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::NaiveDateTime;
use phonecert::check::{CATALOGUE, Case};
use phonecert::digest::{Digest, Fold};
use phonecert::input::Named;
use phonecert::reader::Reader;
use phonecert::scan::digest_of;
use phonecert::timeline::{Clock, Record, Timeline};
use phonecert::window::Window;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;

/// A phone's log of the samples, with the time of its file.
#[derive(Clone, Debug)]
struct Sample {
    name: String,
    base: String,
    bytes: Vec<u8>,
    modified: NaiveDateTime,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(samples);

fn samples() -> Vec<Sample> {
    let mut paths = tree::files_below(&tree::testdata().join("cases"));
    paths.extend(tree::files_below(&tree::testdata().join("guide")));
    paths.extend(tree::files_below(&tree::testdata().join("fleet")));
    paths.sort();
    let logs = paths
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_str().unwrap().ends_with("-app.log")));
    logs.map(sample).collect()
}

fn sample(path: PathBuf) -> Sample {
    let new_year = path.to_str().unwrap().contains("new-year");
    let modified = if new_year { "2016-01-02T12:00:00" } else { "2016-07-01T12:00:00" };
    Sample {
        name: path.strip_prefix(tree::testdata()).unwrap().display().to_string(),
        base: path.file_name().unwrap().to_str().unwrap().to_owned(),
        bytes: fs::read(&path).unwrap(),
        modified: modified.parse().unwrap(),
    }
}

fn clock() -> Clock {
    Clock { window: Window::default(), year: None, now: "2016-07-02T12:00:00".parse().unwrap() }
}

fn record(sample: &Sample, suffix: &str, bytes: &[u8]) -> Record {
    let base = format!("{}{suffix}", sample.base);
    let rotation = Named::parse(base.as_bytes()).map(|named| named.rotation);
    let digest = digest_of(bytes, Window::default());
    let digest = Digest::unpack(&digest.pack().unwrap()).unwrap();
    Record {
        path: base.into(),
        rotation: rotation.unwrap(),
        modified: Some(sample.modified),
        number: suffix.len(),
        digest,
    }
}

/// All that the logs tell and that must not depend on how they are cut.
#[derive(Debug, PartialEq)]
struct Told {
    diagnoses: Vec<String>,
    certificates: Vec<String>,
    identity: String,
    boots: u64,
    times: Option<(NaiveDateTime, NaiveDateTime)>,
}

fn told(sample: &Sample, records: Vec<Record>) -> Told {
    let mac = Named::parse(sample.base.as_bytes()).map(|named| named.mac);
    let timeline = Timeline::new(mac, records, &clock());
    let case = Case::new(&timeline, None, &[]);
    let diagnoses = CATALOGUE.iter().flat_map(|rule| {
        let found = rule.run(&case).into_iter();
        found.map(|finding| {
            let (state, slot, count) = (finding.state, finding.slot, finding.seen.count);
            format!("{} {slot:?} {state:?} x{count}: {}", rule.code, finding.message)
        })
    });
    let certificates = timeline.slots.latest.iter().map(|(slot, content)| {
        let mut content = content.clone();
        content.place = None;
        let content = format!("{content:?}");
        // Which turn an inventory is of may differ; whether there is one may not.
        let content = content.split(", inventory_of").next().unwrap().to_owned();
        format!("{slot} {content}")
    });
    Told {
        diagnoses: diagnoses.collect(),
        certificates: certificates.collect(),
        identity: format!(
            "{:?} {:?}",
            timeline.model,
            timeline.software().next_back().map(|(_, version, _)| version)
        ),
        boots: timeline.boot_count(),
        times: timeline.times,
    }
}

/// Where a line with a header begins, but for the first.
fn header_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    for (place, byte) in bytes.iter().enumerate() {
        let line = bytes.get(place + 1..).unwrap_or_default();
        let stamp = line.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        if *byte == b'\n' && stamp == 10 && line.get(10) == Some(&b'|') {
            starts.push(place + 1);
        }
    }
    starts
}

/// A log that begins another is an earlier upload of it, which is no cut.
fn begins_another(pieces: &[&[u8]]) -> bool {
    let pairs = pieces.iter().enumerate().flat_map(|(a, one)| {
        pieces.iter().enumerate().filter(move |(b, _)| a != *b).map(move |(_, other)| (one, other))
    });
    pairs.into_iter().any(|(one, other)| other.starts_with(one))
}

/// Which samples can't be cut just anywhere without losing what their stamps mean: a run of stamps from
/// before the clock was set is told by how it begins, and the guide's messages are not in the order of
/// their times.
fn is_told_by_its_beginning(sample: &Sample) -> bool {
    let names = ["LOG003", "0004f2e5f609", "all-in-one"];
    names.iter().any(|name| sample.name.contains(name))
}

#[test]
fn cut_in_two_at_any_line() {
    let mut faults = Vec::new();
    for sample in SAMPLES.iter() {
        if is_told_by_its_beginning(sample) {
            continue;
        }
        let whole = told(sample, vec![record(sample, "", &sample.bytes)]);
        for cut in header_starts(&sample.bytes) {
            let (before, after) = sample.bytes.split_at(cut);
            if begins_another(&[before, after]) {
                continue;
            }
            let line = before.split(|byte| *byte == b'\n').count();
            let cut = told(sample, vec![record(sample, "", after), record(sample, ".1", before)]);
            if cut != whole {
                faults.push(format!("{} cut before line {line}:\n  {cut:?}\n  {whole:?}", sample.name));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cut_in_three_and_shuffled(which: Index, cuts: [Index; 2], order in Just(vec![0usize, 1, 2]).prop_shuffle()) {
        let sample = which.get(&SAMPLES);
        prop_assume!(!is_told_by_its_beginning(sample));
        let starts = header_starts(&sample.bytes);
        prop_assume!(starts.len() > 2);
        let mut cuts = cuts.map(|cut| *cut.get(&starts));
        cuts.sort_unstable();
        prop_assume!(cuts[0] < cuts[1]);
        let (rest, last) = sample.bytes.split_at(cuts[1]);
        let (first, second) = rest.split_at(cuts[0]);
        prop_assume!(!begins_another(&[first, second, last]));
        let pieces = [record(sample, ".2", first), record(sample, ".1", second), record(sample, "", last)];
        let shuffled = order.iter().map(|&place| pieces[place].clone()).collect();
        let whole = told(sample, vec![record(sample, "", &sample.bytes)]);
        prop_assert_eq!(told(sample, shuffled), whole, "{} cut at {:?}", sample.name, cuts);
    }

    #[test]
    fn any_order_gives_the_same_timeline(which: [Index; 4], order in Just(vec![0usize, 1, 2, 3]).prop_shuffle()) {
        let suffixes = ["", ".1", ".2.gz", "-20160601"];
        let picked = which.iter().zip(suffixes);
        let records: Vec<_> = picked.map(|(which, suffix)| {
            let sample = which.get(&SAMPLES);
            record(sample, suffix, &sample.bytes)
        }).collect();
        let shuffled: Vec<_> = order.iter().map(|&place| records[place].clone()).collect();
        let one = Timeline::new(None, records, &clock());
        let other = Timeline::new(None, shuffled, &clock());
        prop_assert_eq!(format!("{:?}", one), format!("{:?}", other));
    }

    #[test]
    fn pieces_of_any_length_give_the_same_digest(which: Index, lengths in prop::collection::vec(1usize..400, 1..20), bounded: bool) {
        let sample = which.get(&SAMPLES);
        let since = bounded.then(|| "2016-05-31T08:10:00".parse().unwrap());
        let window = Window { since, until: None };
        let whole = digest_of(&sample.bytes, window);
        let mut rest = &sample.bytes[..];
        let mut pieces = Vec::new();
        for length in lengths.iter().cycle() {
            let (piece, more) = rest.split_at(rest.len().min(*length));
            pieces.push(piece);
            rest = more;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(fed(&pieces, window)?, whole);
    }
}

fn fed(pieces: &[&[u8]], window: Window) -> Result<Digest, TestCaseError> {
    let mut reader = Reader::new(Fold::new(window), !window.is_open());
    pieces.iter().for_each(|piece| reader.feed(piece));
    let (fold, counts) = reader.finish();
    Ok(fold.finish(counts))
}

#[test]
fn split_at_every_byte_the_digest_is_the_same() {
    let window = Window::default();
    let guide = SAMPLES.iter().filter(|sample| sample.name.starts_with("guide"));
    for sample in guide {
        let whole = digest_of(&sample.bytes, window);
        for split in 0..=sample.bytes.len() {
            let (before, after) = sample.bytes.split_at(split);
            assert_eq!(fed(&[before, after], window).unwrap(), whole, "{} at {split}", sample.name);
        }
    }
    for sample in SAMPLES.iter() {
        let bytes: Vec<_> = sample.bytes.chunks(1).collect();
        assert_eq!(fed(&bytes, window).unwrap(), digest_of(&sample.bytes, window), "{}", sample.name);
    }
}

#[test]
fn a_digest_is_what_was_packed() {
    for sample in SAMPLES.iter() {
        let digest = digest_of(&sample.bytes, Window::default());
        let packed = digest.pack().unwrap();
        assert_eq!(Digest::unpack(&packed).unwrap(), digest, "{}", sample.name);
        for length in (0..packed.len()).step_by(97) {
            assert!(Digest::unpack(&packed[..length]).is_err(), "{} cut to {length} bytes", sample.name);
        }
    }
}

/// The whole program on files: rotated ones, copies elsewhere, earlier uploads, in any order of making.
#[test]
fn files_of_one_phone_in_any_state_make_the_same_row() {
    let sample =
        SAMPLES.iter().find(|sample| sample.name.contains("INS004-install-not-kept/mended/")).unwrap();
    let time = "2016-07-01T12:00:00";
    let starts = header_starts(&sample.bytes);
    let base = sample.base.as_str();
    let row = |files: &[(&str, &[u8])]| {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            tree::write(folder.path(), name, bytes, time);
        }
        let answer = tree::json(folder.path(), &["scan", ".", "--format", "json"]);
        assert_eq!(answer["devices"].as_array().unwrap().len(), 1);
        let device = &answer["devices"][0];
        let mut told = BTreeMap::new();
        for field in ["mac", "status", "boots", "certificates", "software", "first_time", "last_time"] {
            told.insert(field.to_owned(), device[field].to_string());
        }
        for diagnosis in device["diagnoses"].as_array().unwrap() {
            let fields = ["state", "occurrences", "first_seen", "last_seen", "message"]
                .map(|field| diagnosis[field].to_string());
            told.insert(format!("{} {}", diagnosis["code"], diagnosis["slot"]), fields.join(" "));
        }
        (told, answer["scanned"]["files"].as_u64().unwrap(), answer["scanned"]["lines"].as_u64().unwrap())
    };
    let whole = row(&[(base, &sample.bytes)]);
    let (first, second) = (starts[starts.len() / 3], starts[2 * starts.len() / 3]);
    let (two, one) = (format!("{base}.2"), format!("{base}.1"));
    let parts: [(&str, &[u8]); 3] = [
        (&two, &sample.bytes[..first]),
        (&one, &sample.bytes[first..second]),
        (base, &sample.bytes[second..]),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let cut = row(&order.map(|place| parts[place]));
        assert_eq!((&cut.0, cut.1, cut.2), (&whole.0, 3, whole.2), "{order:?}");
    }
    let copies = row(&[
        (base, &sample.bytes),
        (&format!("copy/{base}"), &sample.bytes),
        (&format!("z/{base}.1"), &sample.bytes),
    ]);
    assert_eq!(copies, whole, "the same bytes count once");
    let uploads = row(&[
        (base, &sample.bytes),
        (&format!("yesterday/{base}"), &sample.bytes[..first]),
        (&format!("a/{base}"), &sample.bytes[..second]),
    ]);
    assert_eq!(uploads, whole, "an earlier upload adds nothing");
}
