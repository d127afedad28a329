//! A whole log from bytes to notes, in pieces as they come from a file.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use phonecert::reader::{Note, Notes, Reader};
use phonecert::stamp::Stamp;

use crate::sample;

/// How much is fed at once.
const PIECE: usize = 64 * 1024;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reader");
    let miss = sample::noise(sample::USUAL, 0);
    let logs = [
        ("whole log", sample::whole(0)),
        ("hit", sample::known(sample::USUAL)),
        ("behind syslog", sample::behind_syslog(&miss)),
        ("garbage", sample::garbage(sample::USUAL)),
        ("one long line", vec![b'x'; sample::USUAL]),
        ("miss", miss),
    ];
    for (name, log) in logs {
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| notes(black_box(&log))));
    }
    group.finish();
}

fn notes(log: &[u8]) -> u64 {
    let mut reader = Reader::new(Counted(0), false);
    log.chunks(PIECE).for_each(|piece| reader.feed(piece));
    let (counted, counts) = reader.finish();
    counted.0 + counts.lines
}

/// Counts notes and forgets them.
struct Counted(u64);

impl Notes for Counted {
    fn note(&mut self, note: Note<'_>) {
        black_box(note);
        self.0 += 1;
    }

    fn seen(&mut self, line: u64, stamp: Stamp) {
        black_box((line, stamp));
    }
}
