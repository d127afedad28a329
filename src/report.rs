//! From what was found to what a reader sees: the shapes of the output, and one file a format.

pub mod shape;

use std::io::{self, Write};

use shape::{Device, Scanned, Status, Summary};

/// Everything but the phones themselves: the head and the foot of a report.
#[derive(Clone, Debug)]
pub struct Overview {
    /// What was read.
    pub scanned: Scanned,
    /// Phones by status and code.
    pub summary: Summary,
    /// What was not read, sorted by path.
    pub problems: Vec<crate::problem::Problem>,
    /// How long it took; not part of any format for machines.
    pub elapsed: std::time::Duration,
}

/// A renderer of one phone: appends bytes. The number is the phone's place in the report, from 0.
pub type RenderDevice<'a> = dyn Fn(usize, &Device, &mut Vec<u8>) + Sync + 'a;

/// The phones of a report, worst status first, then by MAC. They are made when asked for, so that a
/// report of 100,000 phones never stands in memory as a whole.
pub trait Devices: Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The status of the phone at this place, without making the whole of it.
    fn status(&self, place: usize) -> Status;

    /// The phone at this place.
    fn device(&self, place: usize) -> Device;

    /// Renders every phone, on all threads, and writes what came of it in the report's order.
    ///
    /// # Errors
    /// What `out` returns.
    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// A whole report, ready to be written in any format.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// Head and foot.
    pub overview: &'a Overview,
    /// The phones.
    pub devices: &'a dyn Devices,
}

/// Phones that stand in memory: for tests, and for reports of few.
impl Devices for Vec<Device> {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn status(&self, place: usize) -> Status {
        self[place].status
    }

    fn device(&self, place: usize) -> Device {
        self[place].clone()
    }

    fn render(&self, render: &RenderDevice<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut bytes = Vec::new();
        for (place, device) in self.iter().enumerate() {
            bytes.clear();
            render(place, device, &mut bytes);
            out.write_all(&bytes)?;
        }
        Ok(())
    }
}
