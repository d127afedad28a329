//! From the digests of one phone's logs to its timeline.

use std::hint::black_box;

use chrono::{DateTime, NaiveDateTime};
use criterion::{BatchSize, Criterion, Throughput};
use phonecert::input::Rotation;
use phonecert::log::digest_of;
use phonecert::timeline::{Clock, Log, Timeline, join};
use phonecert::window::Window;

use crate::sample;

/// One, four and sixteen logs of one phone. The bytes are those of the logs, not of the digests.
pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("timeline");
    let now = DateTime::UNIX_EPOCH.naive_utc();
    let clock = Clock { window: Window::default(), year: Some(2013), now };
    for count in [1, 4, 16] {
        let logs: Vec<_> = (0..count).map(|day| log(day, now)).collect();
        group.throughput(Throughput::Bytes(logs.iter().map(|log| log.digest.counts.bytes).sum()));
        group.bench_function(format!("{count} logs"), |bencher| {
            let story = |logs| {
                let joined = join(logs, &clock);
                black_box(Timeline::new(None, &joined, &clock).boots)
            };
            bencher.iter_batched(|| logs.clone(), story, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn log(day: usize, modified: NaiveDateTime) -> Log {
    let number = 20 - day as u32;
    Log {
        number: day,
        path: format!("0004f2a1b2c3-app.log.{number}").into(),
        path_within: None,
        rotation: Rotation::Number(number),
        modified: Some(modified),
        digest: digest_of(&sample::whole(day), &Window::default()),
    }
}
