//! The grammars of known messages, and the time to find that a text is not one.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use phonecert::event::{End, ParsedText, read};
use phonecert::line::{Line, line};

use crate::sample;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("event");
    let noise = sample::noise(sample::USUAL, 0);
    let misses: Vec<&[u8]> = texts(&noise);
    let hits: Vec<&[u8]> = sample::KNOWN.iter().map(|text| text.as_bytes()).collect();
    let near: Vec<&[u8]> = vec![
        b"Platform: Updater=5.5.2.11338 18-Sep-17 23:27",
        b"Custom CA certificate 1 is not available",
        b"Polycom device certificates are described in the guide",
        b"Initial log entry was written late",
        b"Could not store the call list, length 4677 is bigger than maximum 4096",
    ];
    let once = sample::known_once(20_000);
    let once: Vec<&[u8]> = once.iter().map(|text| text.as_bytes()).collect();
    // The processor predicts branches better for texts that repeat, so texts that occur once are measured separately.
    for (name, texts) in [("miss", misses), ("hit", hits), ("hit, met once", once), ("near miss", near)] {
        group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
        group.bench_function(name, |bencher| bencher.iter(|| known(black_box(&texts))));
    }
    group.finish();
}

fn texts(log: &[u8]) -> Vec<&[u8]> {
    let lines = log.split(|&byte| byte == b'\n');
    lines
        .filter_map(|bytes| match line(bytes) {
            Line::Message { text, .. } => Some(text),
            Line::Headerless(_) => None,
        })
        .collect()
}

fn known(texts: &[&[u8]]) -> usize {
    texts.iter().filter(|text| !matches!(read(text, End::Whole), ParsedText::Unknown)).count()
}
