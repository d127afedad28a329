//! Logs read a second time, to find out whether one repeats or begins another.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::holes::{Dense, Step};
use super::stream::{BUFFER, fill};
use super::sum::{PrefixHash, Sum};
use super::{Content, Inputs, LogName, LogSink, Origin};
use crate::model::Mac;
use crate::problem::Problem;

/// Which beginnings of one file's logs are asked for: for each way through its members, the lengths,
/// each with the number of its query.
type Wanted<'q> = HashMap<&'q [u64], Vec<(u64, usize)>>;

impl Inputs {
    /// The hash of the first so many bytes of each of these logs. None where it can't be read again,
    /// or is shorter by now. An archive is gone through once, however many of its logs are asked for.
    #[must_use]
    pub fn prefix_hashes(&self, queries: &[(&Origin, u64)]) -> Vec<Option<PrefixHash>> {
        let mut files: HashMap<_, Wanted<'_>> = HashMap::new();
        for (number, (origin, length)) in queries.iter().enumerate() {
            if let Some(file) = &origin.file {
                files.entry(file).or_default().entry(&origin.members).or_default().push((*length, number));
            }
        }
        let hashes = Mutex::new(vec![None; queries.len()]);
        files.into_par_iter().for_each(|(file, wanted)| {
            let file = Self { paths: vec![file.to_path_buf()], limits: self.limits };
            file.read(&Hasher { wanted, hashes: &hashes });
        });
        hashes.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hashes the logs that are asked for, and passes over all others.
struct Hasher<'q> {
    wanted: Wanted<'q>,
    hashes: &'q Mutex<Vec<Option<PrefixHash>>>,
}

impl LogSink for Hasher<'_> {
    fn wants(&self, _: Option<Mac>) -> bool {
        true
    }

    fn log(&self, name: &LogName, content: Content<'_>) -> io::Result<()> {
        let Some(queries) = self.wanted.get(&*name.origin.members) else { return Ok(()) };
        let mut lengths = queries.clone();
        lengths.sort_unstable();
        let mut tell = |number: usize, hash| {
            self.hashes.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(hash);
        };
        match content {
            Content::Whole(mut bytes) => sums(&lengths, &mut bytes, &mut tell),
            Content::Stream(stream) => sums(&lengths, stream, &mut tell),
            Content::File(file, size) => {
                let dense = Dense::of(file, size);
                let mut reader = dense.reader();
                sums_of(&lengths, |buffer, most| reader.step(buffer, most), &mut tell)
            }
        }
    }

    fn problem(&self, _: Problem) {}

    fn unopened_archive(&self, _: &str) {}

    fn advance(&self, _: u64, _: u64) {}
}

fn sums(
    lengths: &[(u64, usize)],
    stream: &mut dyn Read,
    tell: &mut dyn FnMut(usize, PrefixHash),
) -> io::Result<()> {
    sums_of(
        lengths,
        |buffer, most| {
            let room = usize::try_from(most).unwrap_or(usize::MAX).min(buffer.len());
            fill(stream, &mut buffer[..room]).map(Step::Bytes)
        },
        tell,
    )
}

/// Tells the sums of a log's beginnings of these lengths, which are in order, as far as it goes.
fn sums_of(
    lengths: &[(u64, usize)],
    mut step: impl FnMut(&mut [u8], u64) -> io::Result<Step>,
    tell: &mut dyn FnMut(usize, PrefixHash),
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut sum = Sum::default();
    let mut summed = 0;
    for &(length, number) in lengths {
        while summed < length {
            match step(&mut buffer, length - summed)? {
                Step::Bytes(0) => return Ok(()),
                Step::Bytes(length) => {
                    sum.feed(&buffer[..length]);
                    summed += length as u64;
                }
                Step::Zeros(length) => {
                    sum.feed_zeros(length);
                    summed += length;
                }
            }
        }
        tell(number, sum.finish());
    }
    Ok(())
}
