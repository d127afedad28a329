//! Files whose content is not that of a log.

use super::run::{LOG, PHONE, Tree, halves_of_log, log};

#[test]
fn a_mark_of_utf_8_is_no_text() {
    let marked = [&b"\xEF\xBB\xBF"[..], &log(20)].concat();
    Tree::with(LOG, &marked).scan().is_whole(20);
}

#[test]
fn nul_bytes_where_a_write_was_lost() {
    let hole = vec![0; 100_000];
    let [before, behind] = halves_of_log(20);
    let lines = [before, hole.clone(), behind].concat();
    let answer = Tree::with(LOG, &lines).scan();
    assert_eq!((answer.events(), answer.status), (20, 0), "{:?}", answer.problems());
    let answer = Tree::with(LOG, &hole).scan();
    answer.has_problem(LOG, "not-a-log", "its only line");
}

#[test]
fn no_line_feed_at_the_end() {
    let mut bytes = log(20);
    bytes.pop();
    Tree::with(LOG, &bytes).scan().is_whole(20);
}

#[test]
fn random_bytes() {
    let mut state = 1_u64;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(3_000_000)
    .collect();
    let answer = Tree::with(LOG, &bytes).scan();
    let problems = answer.problems();
    assert_eq!(problems[0].1, "not-a-log", "{problems:?}");
    assert_eq!((answer.events(), answer.status), (0, 4));
    assert_eq!(answer.device(PHONE).unwrap()["status"], "unknown");
    // What follows them is read as a log.
    let mixed = [&bytes[..], b"\n", &log(20)].concat();
    let answer = Tree::with(LOG, &mixed).scan();
    assert_eq!((answer.events(), answer.status), (20, 0), "{:?}", answer.problems());
}

#[test]
fn another_file_that_is_named() {
    let tree = Tree::with("letter.txt", b"Dear Sir or Madam,\nthe phone is dead.\n");
    let answer = tree.scan_with(&["letter.txt"]);
    answer.has_problem("letter.txt", "not-a-log", "none of its 2 lines");
    assert_eq!(answer.json["scanned"]["devices"], 1);
}

#[test]
fn numbers_beyond_all_measure() {
    let key =
        "Could not store key for custom device key1, length 18446744073709551616 is bigger than maximum 4096";
    for missed in ["00", "18446744073709551616"] {
        let log = format!("000016.000|hw   |4|{missed}|{key}\n");
        let answer = Tree::with(LOG, log.as_bytes()).scan();
        assert_eq!((answer.events(), answer.status), (1, 1), "{missed}: {:?}", answer.problems());
    }
}

/// A shell of Windows appends text in another encoding than that of the file.
#[test]
fn two_encodings_in_one_log() {
    let more: Vec<u8> =
        std::str::from_utf8(&log(7)).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let answer = Tree::with(LOG, &[log(10), more].concat()).scan();
    assert_eq!(answer.events(), 10);
    answer.has_problem(LOG, "unreadable", "in another encoding");
}
