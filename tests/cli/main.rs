//! The outward contract: the program's commands, and what each of them shows and writes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod answer;
mod contract;
mod diff;
mod html;
#[cfg(unix)]
mod output;
mod read;
mod redact;
mod schema;
mod selection;
mod table;
#[path = "../tree/mod.rs"]
mod tree;
#[cfg(unix)]
mod watch;
