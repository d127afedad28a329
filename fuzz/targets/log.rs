//! A whole scan of one log: read, joined, checked, and written in every format. Each line of evidence must be in the
//! log at the line that is named.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phonecert_fuzz::report;

fuzz_target!(|bytes: &[u8]| {
    // Archives and compressed files have other lines: the target `archive` tests them.
    let is_zstd = matches!(bytes, [_, _, 0x2F, 0xFD, ..] | [_, 0x2A, 0x4D, 0x18, ..]);
    let is_packed =
        matches!(bytes, [0x1F, 0x8B, ..] | [b'P', b'K', ..] | [0xFD, b'7', ..] | [b'B', b'Z', b'h', ..]);
    if is_packed || is_zstd {
        return;
    }
    let document = report("0004f2a1b2c3-app.log", bytes);
    // Counted messages of syslog (`93 <131>Mar …`) are lines, also without a line feed between them.
    let is_counted = bytes.iter().find(|byte| !byte.is_ascii_digit()) == Some(&b' ');
    let ends = bytes.iter().filter(|byte| **byte == b'\n' || (is_counted && **byte == b'<')).count();
    let lines = ends as u64 + 1;
    let scanned = document["scanned"]["lines"].as_u64().expect("a count");
    assert!(scanned <= lines);
    for device in document["devices"].as_array().expect("phones") {
        for diagnosis in device["diagnoses"].as_array().expect("diagnoses") {
            for evidence in diagnosis["evidence"].as_array().expect("evidence") {
                let line = evidence["line"].as_u64().expect("a line");
                assert!((1..=lines).contains(&line), "line {line} of {lines}");
            }
        }
    }
});
