//! The phones of a report. They are gone over on all threads; the results come in the report's order.

use std::io::{self, Write};
use std::sync::mpsc;

use rayon::prelude::*;

use super::shape::{Device, Status};
use crate::model::Mac;
use crate::redact::Shown;

/// How many phones are rendered by one thread at a time.
const BATCH: usize = 64;

/// How many batches a thread renders ahead of the one that is written.
const BATCHES_AHEAD: usize = 4;

/// Initial capacity per phone, in bytes; most phones are rendered in fewer.
const TYPICAL_LENGTH: usize = 1280;

/// How many phones each thread goes over before their results are used: enough to keep all threads busy, and so
/// few that the results take little memory.
const PHONES_PER_ROUND: usize = 1024;

/// The phones of a report, worst status first, then by MAC address. Each is built when it is asked for, so
/// that a report of 100,000 phones is never in memory as a whole. Phones are counted from 0, in this order.
pub trait Devices: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The status of the phone at this index, without building the whole phone.
    fn status(&self, index: usize) -> Status;

    /// The address of the phone at this index, without building the whole phone.
    fn mac(&self, index: usize) -> Option<Mac>;

    /// The phone at this index, with names as they are or as pseudonyms.
    fn shown(&self, index: usize, shown: Shown<'_>) -> Device;

    /// The phone at this index, with names as they are.
    fn device(&self, index: usize) -> Device {
        self.shown(index, Shown::plain())
    }
}

impl dyn Devices + '_ {
    /// The results of `map` for each phone and its index, computed on all threads, some thousand phones at
    /// once.
    pub fn par_map<T: Send>(&self, map: impl Fn(usize, &Device) -> T + Sync) -> impl Iterator<Item = T> {
        let at_once = PHONES_PER_ROUND * rayon::current_num_threads();
        (0..self.len()).step_by(at_once).flat_map(move |first| {
            let indexes = (first..self.len().min(first + at_once)).into_par_iter();
            indexes.map(|index| map(index, &self.device(index))).collect::<Vec<T>>()
        })
    }

    /// Calls `render` with each phone whose status is wanted and its index, on all threads, and writes the bytes
    /// that it appends, in the report's order.
    pub fn render(
        &self,
        is_wanted: impl Fn(Status) -> bool + Sync,
        render: impl Fn(usize, &Device, &mut Vec<u8>) + Sync,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let render_batch = |begin: usize| {
            let mut bytes = Vec::with_capacity(BATCH * TYPICAL_LENGTH);
            let indexes = begin..self.len().min(begin + BATCH);
            for index in indexes.filter(|index| is_wanted(self.status(*index))) {
                render(index, &self.device(index), &mut bytes);
            }
            bytes
        };
        let threads = rayon::current_num_threads();
        // Each thread renders every n-th batch and goes on while this thread writes: rendering some batches on all
        // threads and then writing them takes 8 % longer for 200,000 phones.
        std::thread::scope(|scope| {
            let receivers: Vec<_> = (0..threads)
                .map(|thread| {
                    let (sender, receiver) = mpsc::sync_channel(BATCHES_AHEAD);
                    let batches = (thread * BATCH..self.len()).step_by(threads * BATCH);
                    let render_batch = &render_batch;
                    scope.spawn(move || {
                        let mut rendered = batches.map(render_batch);
                        // Sending fails if writing has failed: then nothing more is wanted.
                        rendered.all(|bytes| sender.send(bytes).is_ok())
                    });
                    receiver
                })
                .collect();
            // The first thread without a further batch had the last one.
            receivers
                .iter()
                .cycle()
                .map_while(|receiver| receiver.recv().ok())
                .try_for_each(|bytes| out.write_all(&bytes))
        })
    }
}

/// For tests: phones in memory, whose names are never replaced.
#[cfg(test)]
impl Devices for Vec<Device> {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn status(&self, index: usize) -> Status {
        self[index].status
    }

    fn mac(&self, index: usize) -> Option<Mac> {
        self[index].mac.as_ref()?.parse().ok()
    }

    fn shown(&self, index: usize, _: Shown<'_>) -> Device {
        self[index].clone()
    }
}
