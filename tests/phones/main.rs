//! One phone's logs, from their bytes to its diagnoses.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bounds;
mod checks;
mod clock;
mod cut;
mod edges;
mod event_dates;
mod files;
mod inventories;
mod order;
mod overlaps;
mod said;
mod sample;
mod simulation;
mod slots;
mod split_messages;
mod timeline;
mod together;
#[path = "../tree/mod.rs"]
mod tree;
mod years;
