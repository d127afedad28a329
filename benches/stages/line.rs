//! The grammar of one line, on every line of a log. The reader's fast path saves most of this time.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use phonecert::line::{Line, line};

use crate::sample;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("line");
    let own = sample::noise(sample::USUAL, 0);
    let syslog = sample::behind_syslog(&own);
    let garbage = sample::garbage(sample::USUAL);
    for (name, log) in [("own columns", own), ("behind syslog", syslog), ("garbage", garbage)] {
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| messages(black_box(&log))));
    }
    group.finish();
}

/// How many lines have a header.
fn messages(log: &[u8]) -> usize {
    log.split(|&byte| byte == b'\n').filter(|bytes| matches!(line(bytes), Line::Message { .. })).count()
}
