//! What input makes of paths: which logs it finds, whose they are, and what it says of all that is damaged.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed"
)]

mod archives;
mod bombs;
mod compressed;
mod damage;
#[cfg(unix)]
mod files;
mod find;
mod sink;
mod tars;
mod zips;
