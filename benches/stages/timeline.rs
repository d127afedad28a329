//! From a log to its digest, and from the digests of one phone to its story.

use std::cmp::Reverse;
use std::hint::black_box;

use chrono::{DateTime, NaiveDateTime};
use criterion::{BatchSize, Criterion, Throughput};
use phonecert::digest::{Digest, Fold};
use phonecert::input::Rotation;
use phonecert::reader::Reader;
use phonecert::timeline::{Clock, Record, Timeline};
use phonecert::window::Window;

use crate::sample;

pub(crate) fn bench(criterion: &mut Criterion) {
    digests(criterion);
    merges(criterion);
}

fn digests(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("digest");
    let logs = [("whole log", sample::whole(0)), ("known messages alone", sample::known(sample::USUAL))];
    for (name, log) in logs {
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| digest(black_box(&log))));
    }
    let digest = digest(&sample::whole(0));
    group.throughput(Throughput::Bytes(sample::USUAL as u64));
    group.bench_function("pack and unpack", |bencher| {
        bencher.iter(|| digest.pack().and_then(|packed| Digest::unpack(&packed)));
    });
    group.finish();
}

/// One, four and sixteen logs of one phone. The bytes are those of the logs, not of the digests.
fn merges(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("timeline");
    let now = DateTime::UNIX_EPOCH.naive_utc();
    let clock = Clock { window: Window::default(), year: Some(2013), now };
    for count in [1, 4, 16] {
        let records: Vec<_> = (0..count).map(|day| record(day, now)).collect();
        group.throughput(Throughput::Bytes(records.iter().map(|record| record.digest.counts.bytes).sum()));
        group.bench_function(format!("{count} logs"), |bencher| {
            let story = |records| Timeline::new(None, records, &clock);
            bencher.iter_batched(|| records.clone(), story, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn record(day: usize, modified: NaiveDateTime) -> Record {
    Record {
        number: day,
        path: format!("0004f2a1b2c3-app.log.{}", 20 - day).into(),
        rotation: Rotation::Numbered(Reverse(20 - day as u64)),
        modified: Some(modified),
        digest: digest(&sample::whole(day)),
    }
}

fn digest(log: &[u8]) -> Digest {
    let mut reader = Reader::new(Fold::new(Window::default()), false);
    reader.feed(log);
    let (fold, counts) = reader.finish();
    fold.finish(counts)
}
