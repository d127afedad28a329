//! Random damage: the program never panics or hangs, and reports what could not be read.

use phonecert::input::{Limits, compressions};

use super::sink::{LOG, Tree, compress, gzip, limited, log, tar, xz, zip};

/// Changes bytes and cuts the end, at places that a seed determines.
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
