//! The table of labels.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phonecert::inventory::Inventory;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(inventory) = Inventory::read("labels.csv", bytes) {
        for row in inventory.rows.values() {
            let _ = row.expectation();
        }
    }
});
