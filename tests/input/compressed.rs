//! Compressed logs: whole, in several members, cut, and damaged.

use std::io::Write;

use phonecert::input::compressions;
use phonecert::problem::ProblemKind::{
    CorruptArchive, LimitExceeded, TruncatedArchive, UnsupportedCompression,
};

use super::sink::{LOG, Tree, compress, gzip, log, xz};

#[test]
fn known_by_their_bytes_not_their_names() {
    for ending in compressions() {
        for lines in [20, 5_000] {
            let content = log(lines);
            for name in [LOG.to_owned(), format!("{LOG}.2.{ending}"), format!("{LOG}.zst")] {
                let taken = Tree::with(&name, &compress(ending, &content)).read_all();
                taken.is_only(&content);
                assert_eq!(taken.logs[0].is_whole, lines == 20, "{name}");
            }
            let tree = Tree::with("attachment", &compress(ending, &content));
            tree.read(&["attachment"]).is_only(&content);
        }
        let twice = compress(ending, &gzip(&log(20)));
        Tree::with(LOG, &twice).read_all().is_only(&log(20));
    }
}

#[test]
fn several_members() {
    for ending in compressions() {
        let halves = [compress(ending, &log(20)), compress(ending, b""), compress(ending, &log(20))].concat();
        Tree::with(LOG, &halves).read_all().is_only(&[log(20), log(20)].concat());
    }
}

#[test]
fn cut() {
    for ending in compressions() {
        for lines in [200, 20_000] {
            let (content, whole) = (log(lines), compress(ending, &log(lines)));
            for part in [2, 3] {
                let taken = Tree::with(LOG, &whole[..whole.len() * (part - 1) / part]).read_all();
                taken.has_problem(LOG, TruncatedArchive, "too early");
                let bytes = taken.bytes();
                assert!(content.starts_with(&bytes) && bytes.len() < content.len());
                // The content of a block is available only at its end, except with gzip and xz.
                assert!(!bytes.is_empty() || lines == 200, "{ending}: nothing of {lines} lines");
                let share = content.len() * (part - 1) / part;
                let is_all = bytes.len() > share * 9 / 10;
                assert!(is_all || !matches!(ending, "gz" | "xz"), "{ending}: {} of {share}", bytes.len());
            }
        }
        // Cut within the checksum: all of the log is there.
        let whole = compress(ending, &log(20));
        let taken = Tree::with(LOG, &whole[..whole.len() - 1]).read_all();
        taken.has_problem(LOG, TruncatedArchive, "too early");
        assert!(taken.bytes() == log(20) || ending == "bz2", "{ending}");
    }
}

#[test]
fn nothing_but_a_beginning() {
    for ending in compressions() {
        for length in [6, 10, 11] {
            let taken = Tree::with(LOG, &compress(ending, &log(20))[..length]).read_all();
            // bzip2 has ten magic bytes: with fewer it is not recognized.
            if taken.problems.is_empty() {
                assert!(taken.bytes().starts_with(b"BZh"), "{ending}: no problem, cut after {length} bytes");
                continue;
            }
            taken.has_problem(LOG, TruncatedArchive, "too early");
            assert_eq!(
                (taken.logs.len(), taken.bytes().len()),
                (1, 0),
                "an empty log, so that its phone is known"
            );
        }
    }
}

#[test]
fn what_follows() {
    for ending in compressions() {
        let followed = [compress(ending, &log(20)), b"what is this?".to_vec()].concat();
        let taken = Tree::with(LOG, &followed).read_all();
        assert_eq!(taken.problems.len(), 1, "{:?}", taken.problems);
        assert!(taken.bytes() == log(20));
    }
    let zeros = [0; 1000];
    Tree::with(LOG, &[&gzip(&log(20))[..], &zeros].concat()).read_all().is_only(&log(20));
    // `gzip -t` does not accept a member after zeros.
    for rest in [&b"what is this?"[..], b"\n", b"\0\0what is this?", &[&zeros[..], &gzip(&log(20))].concat()]
    {
        let taken = Tree::with(LOG, &[&gzip(&log(20)), rest].concat()).read_all();
        assert!(taken.has_problem(LOG, CorruptArchive, "other bytes follow its end").bytes() == log(20));
    }
    let cut = Tree::with(LOG, &[&gzip(&log(20))[..], &gzip(&log(20))[..7]].concat()).read_all();
    assert!(cut.has_problem(LOG, TruncatedArchive, "ends too early").bytes() == log(20));
}

#[test]
fn a_wrong_checksum() {
    let offsets = [("gz", 8), ("gz", 1), ("zst", 1), ("xz", 30)];
    // The checksum of bzip2 does not end with a byte.
    let has_offset = |ending: &&str| *ending == "bz2" || offsets.iter().any(|(of, _)| of == ending);
    assert_eq!(
        compressions().find(|ending| !has_offset(ending)),
        None,
        "add to `offsets` which byte, from the end, is of its checksum"
    );
    for (ending, from_end) in offsets {
        let mut bytes = compress(ending, &log(20));
        let at = bytes.len() - from_end;
        bytes[at] ^= 1;
        let taken = Tree::with(LOG, &bytes).read_all();
        taken.has_problem(LOG, CorruptArchive, "damaged");
        assert!(taken.bytes() == log(20), "{ending}");
    }
}

/// All bytes before damaged bytes count.
#[test]
fn damaged_within() {
    for ending in compressions() {
        let content = log(20_000);
        let mut bytes = compress(ending, &content);
        let middle = bytes.len() / 2;
        bytes[middle..middle + 64].fill(0xFF);
        let taken = Tree::with(LOG, &bytes).read_all();
        assert_eq!(taken.problems.len(), 1, "{:?}", taken.problems);
        let bytes = taken.bytes();
        let equal = bytes.iter().zip(&content).take_while(|(a, b)| a == b).count();
        assert!(equal > content.len() / 4, "{ending}: {equal} of {}", content.len());
        if matches!(ending, "gz" | "xz") {
            assert!(equal > content.len() * 49 / 100, "{ending}: {equal} of {}", content.len());
        }
    }
}

/// A damaged block of bzip2 can be decompressed to a text with other digits, which is no evidence.
#[test]
fn a_damaged_block_of_bzip2_is_not_read() {
    let content = log(20_000);
    let mut bytes = compress("bz2", &content);
    let at = bytes.len() * 9 / 10;
    bytes[at] ^= 1;
    let taken = Tree::with(LOG, &bytes).read_all();
    taken.has_problem(LOG, CorruptArchive, "damaged");
    let read = taken.bytes();
    assert!(
        content.starts_with(&read) && read.len() > content.len() / 3,
        "the blocks before it are read: {} of {}",
        read.len(),
        content.len()
    );
    let mut bytes = compress("bz2", &log(20));
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    let taken = Tree::with(LOG, &bytes).read_all();
    assert_eq!(taken.has_problem(LOG, CorruptArchive, "damaged").bytes(), b"");
}

#[test]
fn one_compression_in_another_in_another() {
    let taken = Tree::with(LOG, &gzip(&gzip(&gzip(&log(20))))).read_all();
    taken.has_problem(LOG, LimitExceeded, "nested too deep");
}

/// `zstd --long=28` asks for 256 MiB of memory.
#[test]
fn a_window_without_measure() {
    for (window, is_read) in [(27, true), (28, false)] {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window).unwrap();
        encoder.write_all(&log(20)).unwrap();
        encoder.flush().unwrap();
        let taken = Tree::with(LOG, &encoder.finish().unwrap()).read_all();
        match is_read {
            true => _ = taken.is_only(&log(20)),
            false => _ = taken.has_problem(LOG, LimitExceeded, "needs too much memory"),
        }
    }
}

/// `xz` may ask for gigabytes of memory.
#[test]
fn a_dictionary_without_measure() {
    let mut bytes = xz(&log(20));
    // The properties of the first filter: 4 GiB of dictionary, with the header's own checksum.
    let header = 12;
    let length = (usize::from(bytes[header]) + 1) * 4;
    let at =
        bytes[header..header + length].windows(2).position(|pair| pair == [0x21, 1]).unwrap() + header + 2;
    bytes[at] = 40;
    let mut sum = flate2::Crc::new();
    sum.update(&bytes[header..header + length - 4]);
    bytes[header + length - 4..header + length].copy_from_slice(&sum.sum().to_le_bytes());
    Tree::with(LOG, &bytes).read_all().has_problem(LOG, LimitExceeded, "memory");
}

#[test]
fn what_cannot_be_unpacked_is_named() {
    for (name, begin, what) in [
        ("a.7z", &b"7z\xBC\xAF\x27\x1C"[..], "is a 7-Zip archive, which can't be read; unpack it first"),
        ("a.rar", b"Rar!\x1A\x07\x01", "a RAR archive"),
        ("x.lz4", b"\x04\x22\x4D\x18", "an LZ4 file"),
        ("x.Z", b"\x1F\x9D\x90", "a compress (.Z) file"),
        ("x.br", b"\x0B\x02\x80", "a Brotli file"),
        (LOG, b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    ] {
        let taken = Tree::with(name, &[begin, &[7; 100]].concat()).read(&[name]);
        taken.has_problem(name, UnsupportedCompression, what);
        assert!(taken.logs.is_empty());
    }
}

#[test]
fn utf_16_is_read() {
    for (lines, is_whole) in [(20, true), (10_000, false)] {
        let content = log(lines);
        let text = format!("\u{feff}{}", std::str::from_utf8(&content).unwrap());
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            // The second is without a byte order mark.
            for bytes in [gzip(&bytes), bytes[2..].to_vec(), bytes] {
                let taken = Tree::with(LOG, &bytes).read_all();
                taken.is_only(&content);
                assert_eq!(taken.logs[0].is_whole, is_whole);
            }
        }
    }
}
