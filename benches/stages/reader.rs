//! A whole log from its bytes to its digest: in one piece, as small logs are read, or as a stream.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use phonecert::input::Bytes;
use phonecert::log::{digest_of, read};
use phonecert::window::Window;

use crate::sample;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reader");
    let window = Window::default();
    let miss = sample::noise(sample::USUAL, 0);
    let logs = [
        ("whole log", sample::whole(0)),
        ("hit", sample::known(sample::USUAL)),
        ("behind syslog", sample::behind_syslog(&miss)),
        ("garbage", sample::garbage(sample::USUAL)),
        ("one long line", vec![b'x'; sample::USUAL]),
        ("miss", miss),
    ];
    for (name, log) in &logs {
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(*name, |bencher| bencher.iter(|| digest_of(black_box(log), &window)));
    }
    // Several phones in a file: for each line, its phone must be found.
    for (name, log) in &logs[..3] {
        group.bench_function(format!("{name}, as a stream"), |bencher| {
            bencher.iter(|| read(Bytes::Stream(&mut black_box(&log[..])), &window, None).parts.len());
        });
    }
    group.finish();
}
