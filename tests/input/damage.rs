//! Random damage: the program never panics or hangs, and reports what could not be read.

use std::io::{BufRead, BufReader, Read};

use phonecert::input::{Limits, compressions, decompressed};

use super::sink::{LOG, Tree, compress, gzip, limited, log, tar, xz, zip};

/// Changes bytes and cuts the end, at offsets that a seed determines.
fn damage(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below.max(1)
    };
    let mut damaged = bytes.to_vec();
    for _ in 0..=next(4) {
        // The first bytes determine how a file is read.
        let reach = if next(2) == 0 { 64.min(damaged.len()) } else { damaged.len() };
        let at = next(reach);
        damaged[at] = next(256) as u8;
    }
    if next(4) == 0 {
        damaged.truncate(next(damaged.len()));
    }
    damaged
}

#[test]
fn damaged_archives_and_compressions() {
    let content = log(100);
    let members: [(&str, &[u8]); 3] =
        [(LOG, &content), ("x.cfg", b"<x/>"), ("0004f2a1b2c4-app.log", &content)];
    let (tar, zip) = (tar(&members), zip(&members));
    let limits = Limits { ratio: 100, ratio_from: 4 << 20, ..Limits::default() };
    let logs = compressions().map(|ending| (LOG, compress(ending, &content)));
    for (name, bytes) in logs.chain([
        ("a.tgz", gzip(&tar)),
        ("a.txz", xz(&tar)),
        ("a.tar", tar),
        ("b.tar", super::sink::tar(&[("inner.zip", &zip)])),
        ("a.zip", zip),
    ]) {
        for seed in 0..150 {
            let damaged = damage(&bytes, seed);
            let taken = Tree::with(name, &damaged).read_with(&[name], &limited(limits));
            assert!(taken.length <= 5 << 20, "{name} {seed}: {} bytes", taken.length);
            if taken.problems.is_empty() && damaged.len() < bytes.len() / 2 && !name.ends_with("zip") {
                assert!(taken.length < 2 * content.len() as u64, "{name} {seed}");
            }
        }
    }
}

/// Returns one byte after the other, as a slow pipe does.
struct Slow<'b>(&'b [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

/// A file and a pipe give the same answer: what comes before the damage does not depend on the lengths of reads.
#[test]
fn as_much_is_read_however_it_comes() {
    let all = |input: Box<dyn BufRead + '_>, step: usize| {
        let (mut bytes, mut buffer) = (Vec::new(), vec![0; step]);
        let mut stream = decompressed(input).unwrap();
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return (bytes, None),
                Ok(length) => bytes.extend_from_slice(&buffer[..length]),
                Err(error) => return (bytes, Some(error.to_string())),
            }
        }
    };
    for ending in compressions() {
        let whole = compress(ending, &log(300));
        for seed in 0..40 {
            let mut bytes = whole.clone();
            let at = 30 + seed * 97 % (whole.len() - 30);
            bytes[at] ^= 1 << (seed % 8);
            let from_file = all(Box::new(&bytes[..]), 1 << 20);
            let from_pipe = all(Box::new(BufReader::with_capacity(100, Slow(&bytes))), 7);
            assert_eq!(from_file.1, from_pipe.1, "{ending} {seed}");
            assert!(
                from_file.0 == from_pipe.0,
                "{ending} {seed}: {} {}",
                from_file.0.len(),
                from_pipe.0.len()
            );
        }
    }
}
