//! `input`: which logs it finds, to which phones they belong, and which problems it reports for damaged files.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on has failed")]

mod archives;
mod bombs;
mod compressed;
mod damage;
#[cfg(unix)]
mod files;
mod find;
#[path = "../tree/pack.rs"]
mod pack;
mod sink;
mod tars;
mod zips;
