//! Renders the phones of a scan from their rows, on all threads.

use std::io::{self, Write};

use rayon::prelude::*;

use super::Scan;
use crate::model::Status;
use crate::redact::Shown;
use crate::report::shape::Device;
use crate::report::{Devices, RenderDevice};

/// How many phones are rendered by one thread at a time.
const BATCH: usize = 64;

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
        let places: Vec<usize> = (0..self.len()).collect();
        let render_batch = |batch: &[usize]| {
            let mut bytes = Vec::with_capacity(batch.len() * TYPICAL_LENGTH);
            for &place in batch {
                render(place, &self.device(place), &mut bytes);
            }
            bytes
        };
        let mut rendered: Vec<Vec<u8>> = Vec::new();
        // Large enough to keep all threads busy, and small enough that the rendered phones take little
        // memory.
        for places in places.chunks(BATCH * 16 * rayon::current_num_threads()) {
            let mut next = Vec::new();
            // The other threads render while this one writes: 200,000 phones take 10 % less time.
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| next = places.par_chunks(BATCH).map(render_batch).collect());
                write_all(&rendered, out)
            })?;
            rendered = next;
        }
        write_all(&rendered, out)
    }
}

fn write_all(rendered: &[Vec<u8>], out: &mut dyn Write) -> io::Result<()> {
    rendered.iter().try_for_each(|bytes| out.write_all(bytes))
}
