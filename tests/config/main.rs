//! Configuration files: what `phonecert config` shows of them, how `scan` joins them with logs, and what records keep.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod command;
mod links;
mod masters;
mod records;
mod selection;
mod together;
#[path = "../tree/mod.rs"]
mod tree;
mod unread;
