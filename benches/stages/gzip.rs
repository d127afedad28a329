//! A compressed log, inflated to nothing: as the program does it, and as flate2 does.

use std::hint::black_box;
use std::io::{self, Write};

use criterion::{Criterion, Throughput};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use phonecert::input::{Content, Inputs, LogName, LogSink};
use phonecert::model::Mac;
use phonecert::problem::Problem;
use tempfile::NamedTempFile;

use crate::sample;

/// How large the log is, in bytes.
const SIZE: usize = 8 * 1024 * 1024;

pub(crate) fn bench(criterion: &mut Criterion) {
    let log = sample::noise(SIZE, 0);
    let (file, compressed) = compressed(&log).unwrap_or_else(|error| panic!("a temporary file: {error}"));
    let inputs = Inputs::new(vec![file.path().to_owned()]);
    let mut group = criterion.benchmark_group("gzip");
    group.throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("phonecert", |bencher| bencher.iter(|| inputs.read(&ToNothing(log.len() as u64))));
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
    fn wants(&self, _: Option<Mac>) -> bool {
        true
    }

    fn log(&self, _: &LogName, content: Content<'_>) -> io::Result<()> {
        let mut length = 0;
        if let Content::Stream(stream) = content {
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

    fn problem(&self, problem: Problem) {
        panic!("{}: {}", problem.path, problem.message);
    }

    fn unopened_archive(&self, _: &str) {}

    fn advance(&self, _: u64, _: u64) {}
}
