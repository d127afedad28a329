//! The note about phones whose configuration files give a slot another certificate than the log shows.

use super::shape::Device;
use crate::quantity::{count, counted};

/// How many phones are named.
const MAX_NAMED: usize = 3;

/// These phones.
#[derive(Debug, Default)]
pub(in crate::report) struct Contradicted {
    phones: u64,
    named: Vec<String>,
}

/// The phone's name, if it is one of them.
pub(in crate::report) fn contradicted(device: &Device) -> Option<String> {
    let is_one = device.certificates.iter().any(|certificate| certificate.is_contradicted);
    is_one.then(|| device.name().to_owned())
}

impl Contradicted {
    /// Adds a phone, if it [is one](contradicted).
    pub(in crate::report) fn add(&mut self, name: Option<String>) {
        let Some(name) = name else { return };
        self.phones += 1;
        if self.named.len() < MAX_NAMED {
            self.named.push(name);
        }
    }

    /// A sentence about them; None if there are none.
    pub(in crate::report) fn note(&self) -> Option<String> {
        let more = match self.phones - self.named.len() as u64 {
            0 => String::new(),
            more => format!(" and {} more", count(more)),
        };
        (self.phones > 0).then(|| {
            format!(
                "In {} ({}{more}), a slot is empty or shows another fingerprint than the configuration files give \
                 it: changed since, or not applied? `phonecert device` shows the lines.",
                counted(self.phones, "phone"),
                self.named.join(", "),
            )
        })
    }
}
