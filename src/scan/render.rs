//! Renders the phones of a scan from their rows, on all threads.

use std::io::{self, Write};
use std::sync::mpsc;

use super::Scan;
use crate::model::Status;
use crate::redact::Shown;
use crate::report::shape::Device;
use crate::report::{Devices, RenderDevice};

/// How many phones are rendered by one thread at a time.
const BATCH: usize = 64;

/// How many batches a thread renders ahead of the one that is written.
const AHEAD: usize = 4;

/// Initial capacity per phone, in bytes; most phones are rendered in fewer.
const TYPICAL_LENGTH: usize = 1280;

impl Devices for Scan {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn status(&self, place: usize) -> Status {
        self.order[place].status
    }

    fn shown(&self, place: usize, shown: Shown<'_>) -> Device {
        let phone = self.rows.phone(&self.order[place]);
        let mut device = phone.device(shown);
        device.stale = phone.times.and_then(|(_, last)| {
            let age = self.now.and_utc().timestamp() - last;
            (age > self.stale.num_seconds()).then(|| u64::try_from(age / 86_400).unwrap_or(0))
        });
        device
    }

    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()> {
        let threads = rayon::current_num_threads();
        // Each thread renders every n-th batch and goes on while this thread writes: rendering some batches on all
        // threads and then writing them takes 8 % longer for 200,000 phones.
        std::thread::scope(|scope| {
            let receivers: Vec<_> = (0..threads)
                .map(|thread| {
                    let (sender, receiver) = mpsc::sync_channel(AHEAD);
                    let batches = (thread * BATCH..self.len()).step_by(threads * BATCH);
                    scope.spawn(move || {
                        let mut rendered = batches.map(|begin| self.render_batch(begin, render));
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

impl Scan {
    fn render_batch(&self, begin: usize, render: &RenderDevice<'_>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BATCH * TYPICAL_LENGTH);
        for place in begin..self.len().min(begin + BATCH) {
            render(place, &self.device(place), &mut bytes);
        }
        bytes
    }
}
