//! Faulty files: what was read before the fault counts, the problem is named, and the run continues.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(unix)]

mod archives;
mod content;
mod files;
mod lists;
mod many;
mod run;
#[path = "../tree/mod.rs"]
mod tree;
mod whole;
