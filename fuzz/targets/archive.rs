//! Archives and compressed logs, from the file to the report.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phonecert_fuzz::report;

fuzz_target!(|bytes: &[u8]| {
    let document = report("ticket.zip", bytes);
    assert!(document["problems"].is_array());
});
