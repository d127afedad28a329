//! Whatever is wrong with a file, what was read of it counts, the problem is named, and the run goes on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed"
)]
#![cfg(unix)]

mod archives;
mod content;
mod files;
mod lists;
mod many;
mod pack;
mod run;
#[path = "../tree/mod.rs"]
mod tree;
mod whole;
