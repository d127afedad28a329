//! Logs read a second time, to find out whether one repeats or begins another.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::{Content, Inputs, LogName, LogSink, Origin};
use crate::device::Mac;
use crate::problem::Problem;

/// The hash of the beginning of a log, with BLAKE3.
pub type PrefixHash = [u8; 32];

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
        let mut stream: Box<dyn Read + '_> = match content {
            Content::Whole(bytes) => Box::new(bytes),
            Content::File(file, _) => Box::new(file),
            Content::Stream(stream) => Box::new(stream),
        };
        let mut hasher = blake3::Hasher::new();
        let mut hashed = 0;
        for (length, number) in lengths {
            let more = io::copy(&mut (&mut stream).take(length - hashed), &mut hasher)?;
            hashed += more;
            if hashed < length {
                break;
            }
            let hash = *hasher.finalize().as_bytes();
            self.hashes.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(hash);
        }
        Ok(())
    }

    fn problem(&self, _: Problem) {}

    fn unopened_archive(&self, _: &str) {}

    fn advance(&self, _: u64, _: u64) {}
}
