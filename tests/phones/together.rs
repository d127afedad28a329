//! The answer does not depend on how a phone's lines are divided into logs, or on the number and order of these.

use proptest::prelude::*;

use super::cut::{difference, whole};
use super::sample::{File, KEY_REFUSED, SAVED, SAVING, diagnoses, lines, ordinary, told};

/// The offsets at which the log's lines begin.
fn line_starts(log: &str) -> Vec<usize> {
    log.match_indices('\n').map(|(at, _)| at + 1).filter(|at| log[*at..].starts_with('0')).collect()
}

fn same(files: &[File], right: &[File]) {
    let (seen, right) = (told(files), told(right));
    assert!(seen == right, "{}", difference(&right, &seen));
}

#[test]
fn copies_uploads_and_excerpts_add_nothing() {
    let log = whole();
    let right = [File::new("", log.as_bytes())];
    let starts = line_starts(&log);
    let file = |name: &str, bytes: &str| File { name: name.to_owned(), ..File::new("", bytes.as_bytes()) };
    let current = file("0004f2a1b2c3-app.log", &log);
    let copy = file("copy/0004f2a1b2c3-app.log", &log);
    same(&[current.clone(), copy], &right);
    let crlf = file("copy/0004f2a1b2c3-app.log", &log.replace('\n', "\r\n"));
    same(&[current.clone(), crlf], &right);
    for at in (1..starts.len()).step_by(5) {
        let upload = file("yesterday/0004f2a1b2c3-app.log", &log[..starts[at]]);
        same(&[current.clone(), upload.clone()], &right);
        same(&[upload, current.clone()], &right);
        let excerpt = file("ticket/0004f2a1b2c3-app.txt", &log[starts[at / 2]..starts[at]]);
        same(&[excerpt, current.clone()], &right);
    }
}

#[test]
fn rotated_logs_that_overlap_count_once() {
    let log = whole();
    let starts = line_starts(&log);
    let right = diagnoses(&told(&[File::new("", log.as_bytes())]));
    for middle in (10..starts.len()).step_by(3) {
        for overlap in [2, 3, 7] {
            let before = File::new(".1", &log.as_bytes()[..starts[middle]]);
            let after = &log[starts[middle - overlap]..];
            // Only dated lines show that these are the same.
            if !after.lines().take(overlap).any(|line| line.starts_with("05") && line.contains('|')) {
                continue;
            }
            let seen = diagnoses(&told(&[before, File::new("", after.as_bytes())]));
            assert_eq!(seen, right, "overlap of {overlap} before {:?}", log[starts[middle]..].lines().next());
        }
    }
}

#[test]
fn the_numbers_of_a_chain_outrank_dates_and_these_the_times_of_files() {
    let refused = lines(&[("0530081005", KEY_REFUSED)]) + &ordinary("0530081552");
    let saved = lines(&[("0531090834", SAVING), ("0531090834", SAVED)]) + &ordinary("0531091058");
    let old: chrono::NaiveDateTime = "2016-05-31T23:00:00".parse().unwrap();
    let named = |name: &str, bytes: &str| File { name: name.to_owned(), ..File::new("", bytes.as_bytes()) };
    for (saved_name, refused_name, state) in [
        ("a/0004f2a1b2c3-app.log", "b/0004f2a1b2c3-app.log", "resolved"),
        ("b/0004f2a1b2c3-app.log", "a/0004f2a1b2c3-app.log", "resolved"),
        ("0004f2a1b2c3-app.log", "0004f2a1b2c3-app.log.1", "resolved"),
        ("0004f2a1b2c3-app.log.1", "0004f2a1b2c3-app.log", "active"),
        ("0004f2a1b2c3-app.log.9", "0004f2a1b2c3-app.log.10", "resolved"),
        ("0004f2a1b2c3-app.log.10", "0004f2a1b2c3-app.log.9", "active"),
    ] {
        for is_saved_older in [false, true] {
            let mut files = [named(saved_name, &saved), named(refused_name, &refused)];
            files[usize::from(!is_saved_older)].modified = old;
            let told = told(&files);
            assert!(
                diagnoses(&told).contains(&format!("INS001@platform-1 {state} x1")),
                "{saved_name} {refused_name} {is_saved_older}: {:?}",
                diagnoses(&told)
            );
        }
    }
}

/// Only the times of the files, or else their names, show the order of logs without dates.
#[test]
fn times_of_files_come_next_and_names_last() {
    let refused = lines(&[("000030.100", KEY_REFUSED)]);
    let saved = lines(&[("000130.100", SAVING), ("000130.200", SAVED)]);
    let old: chrono::NaiveDateTime = "2016-05-31T23:00:00".parse().unwrap();
    let named = |name: &str, bytes: &str| File { name: name.to_owned(), ..File::new("", bytes.as_bytes()) };
    let state =
        |files: &[File]| diagnoses(&told(files)).contains(&"INS001@platform-1 resolved x1".to_owned());
    let (a, b) = ("a/0004f2a1b2c3-app.log", "b/0004f2a1b2c3-app.log");
    assert!(state(&[named(a, &refused), named(b, &saved)]));
    assert!(!state(&[named(a, &saved), named(b, &refused)]));
    assert!(state(&[named(a, &saved), File { modified: old, ..named(b, &refused) }]));
    assert!(!state(&[File { modified: old, ..named(a, &saved) }, named(b, &refused)]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn the_order_in_which_logs_are_met_does_not_matter(
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 4),
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let log = whole();
        let starts = line_starts(&log);
        let names = ["", ".1", ".2.gz", "-20160601"];
        let files: Vec<File> = names.iter().zip(&cuts).map(|(name, cut)| {
            let at = cut.index(starts.len());
            File::new(name, &log.as_bytes()[starts[at]..starts[(at + 12).min(starts.len() - 1)]])
        }).collect();
        let shuffled: Vec<File> = order.iter().map(|&at| files[at].clone()).collect();
        prop_assert_eq!(told(&shuffled), told(&files));
    }
}
