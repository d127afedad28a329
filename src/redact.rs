//! `--redact`: a report that can be sent on. What names a phone, a machine or a person is replaced by
//! a pseudonym, the same one everywhere, so that what was equal stays equal.
//!
//! | replaced | by |
//! |---|---|
//! | MAC addresses, in any notation, which is kept | `020000000001`… for the phones of the report, `028000000001`… for others: locally administered addresses |
//! | IPv4 addresses, also with dashes | `240.0.0.1`… (reserved, RFC 1112) |
//! | IPv6 addresses | `100::1`… (discard-only, RFC 6666) |
//! | host names | `host-1.example`… |
//! | users: in URLs, SIP URIs and mail addresses, `user=`, and what stands behind `user`, `login` or `ext` | `user-1`… |
//! | serial numbers | `serial-1`… |
//! | other names, such as the common name of a certificate that is neither address nor host | `name-1`… |
//! | directories, and names of files other than logs named after a phone | `dir-1/`…, `file-1.zip`… |
//!
//! Kept are models, software versions, assembly numbers, lengths, times, and **fingerprints**: a report
//! is read for them. Whoever has the certificate can tell the phone by its fingerprint. Kept too are
//! addresses that name nothing (loopback, network masks, `000000000000`), and pseudonyms themselves.
//! A host or a person whose name nothing marks as one cannot be told from another word.
//!
//! Pseudonyms are numbers in the sorted order of all that the report names, found in a first pass over
//! it. A hash would need no such pass, but could be undone: a vendor's addresses are only 2^24, and
//! a random key would make two runs over the same logs differ. A number tells nothing but its place in
//! the order. The same logs give the same pseudonyms, for any number of threads and in every format;
//! with other logs beside them, or with fewer phones asked for, they are others.
//!
//! A report goes through [`Redactor::of`] and [`Redacted`]; events, which wait for their writer anyway,
//! through [`Names::event`] and then [`Redactor::event`].

mod address;
mod collect;
mod mac;
mod names;
mod path;
mod pseudonym;
mod report;
mod shapes;
mod spoken;
mod text;

pub use names::{KEPT, Names};
pub use report::Redacted;

use crate::problem::Problem;
use crate::report::Overview;
use crate::report::shape::{Device, EventRow};
use names::{Kind, Numbers};

/// Replaces what names a phone, a machine or a person.
///
/// ```
/// use phonecert::redact::{Names, Redactor};
/// let mut names = Names::default();
/// names.text("ftp://alice@ftp.example.com is 192.0.2.7");
/// let redactor = Redactor::new(names);
/// assert_eq!(redactor.text("192.0.2.7 is FTP.example.com"), "240.0.0.1 is host-1.example");
/// ```
#[derive(Clone, Debug)]
pub struct Redactor {
    numbers: Numbers,
}

impl Redactor {
    /// A redactor for a report that names these. What it meets beside them has the number 0, all
    /// alike: it is hidden, but can't be told apart.
    #[must_use]
    pub fn new(names: Names) -> Self {
        Self { numbers: Numbers::of(names) }
    }

    /// Redacts a phone, with its diagnoses and their evidence.
    pub fn device(&self, device: &mut Device) {
        shapes::device(device, &mut &self.numbers);
    }

    /// Redacts an event.
    pub fn event(&self, event: &mut EventRow) {
        shapes::event(event, &mut &self.numbers);
    }

    /// Redacts what is said of a file that could not be read.
    pub fn problem(&self, problem: &mut Problem) {
        shapes::problem(problem, &mut &self.numbers);
    }

    /// Redacts the head and the foot of a report; its problems are put in the order of their new paths.
    pub fn overview(&self, overview: &mut Overview) {
        overview.problems.iter_mut().for_each(|problem| self.problem(problem));
        overview.problems.sort();
    }

    /// Redacts a text, such as a line of a log. Secrets in it go too ([`conceal`](crate::secrets::conceal)).
    /// To redact twice is the same as once.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        text::rewrite(text, text::Manner::LOG, &mut &self.numbers)
    }

    /// Redacts a path, as reports have it: a member of an archive is `a.zip!/path/in/it`.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        path::rewrite(path, &mut &self.numbers)
    }
}

/// Gives the numbers of which pseudonyms are made.
trait Namer {
    /// The number of an address, among the phones of the report or among others.
    fn mac(&mut self, mac: crate::model::Mac) -> (Kind, u64);
    /// Whether it is the address of a phone of the report.
    fn is_phone(&self, mac: crate::model::Mac) -> bool;
    /// The number of an IPv4 address.
    fn ipv4(&mut self, address: u32) -> u64;
    /// The number of an IPv6 address.
    fn ipv6(&mut self, address: u128) -> u64;
    /// The number of a name.
    fn word(&mut self, kind: Kind, name: &str) -> u64;
    /// Takes note of a text that looks like a pseudonym and stays: its number must not be given again.
    fn stays(&mut self, kind: Kind, number: u64);
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
