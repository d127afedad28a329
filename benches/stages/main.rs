//! The time of each stage per byte of log: `cargo bench`, or `cargo bench -- --test` to run each once.

mod event;
mod gzip;
mod line;
mod reader;
mod sample;
mod timeline;

use criterion::{criterion_group, criterion_main};

criterion_group!(stages, line::bench, event::bench, reader::bench, timeline::bench, gzip::bench);
criterion_main!(stages);
