//! A compressed log, decompressed and discarded: by the program, and by flate2.

use std::hint::black_box;
use std::io::{self, Write};

use criterion::{Criterion, Throughput};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use phonecert::input::{Buffers, Bytes, ConfigMember, LogName, LogSink, Options, SkipReason, find};
use phonecert::problem::Problem;
use tempfile::NamedTempFile;

use crate::sample;

/// How large the log is, in bytes.
const SIZE: usize = 8 * 1024 * 1024;

pub(crate) fn bench(criterion: &mut Criterion) {
    let log = sample::noise(SIZE, 0);
    let (file, compressed) = compressed(&log).unwrap_or_else(|error| panic!("a temporary file: {error}"));
    let found = find(&[file.path().to_owned()], &Options::default());
    let mut buffers = Buffers::new(1);
    let mut group = criterion.benchmark_group("gzip");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("phonecert", |bencher| {
        let mut sink = ToNothing(log.len() as u64);
        // The name of the file has no address.
        bencher.iter(|| found.streams.iter().for_each(|source| source.read(&mut buffers, &mut sink)));
    });
    group.bench_function("flate2", |bencher| {
        bencher.iter(|| {
            let length = io::copy(&mut MultiGzDecoder::new(&compressed[..]), &mut io::sink());
            assert_eq!(length.ok(), Some(log.len() as u64));
        });
    });
    group.finish();
}

/// The log as a file, and the bytes of that.
fn compressed(log: &[u8]) -> io::Result<(NamedTempFile, Vec<u8>)> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(log)?;
    let compressed = encoder.finish()?;
    let mut file = tempfile::Builder::new().suffix(".log.gz").tempfile()?;
    file.write_all(&compressed)?;
    Ok((file, compressed))
}

/// Reads logs of this many bytes to their end.
struct ToNothing(u64);

impl LogSink for ToNothing {
    fn log(&mut self, _: LogName, content: Bytes<'_>) -> io::Result<()> {
        let mut length = 0;
        if let Bytes::Stream(stream) = content {
            let mut buffer = vec![0; 256 * 1024];
            loop {
                match stream.read(&mut buffer)? {
                    0 => break,
                    more => length += more as u64,
                }
                black_box(&buffer);
            }
        }
        assert_eq!(length, self.0);
        Ok(())
    }

    fn config(&mut self, _: ConfigMember<'_>) {}

    fn problem(&mut self, problem: Problem) {
        panic!("{}: {}", problem.path, problem.message);
    }

    fn skipped(&mut self, _: SkipReason, _: &str) {}

    fn advance(&mut self, _: u64, _: u64) {}
}
