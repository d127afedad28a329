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
//! Our own sentences are not searched: their parts are of known kinds ([`crate::message`]), and so are the
//! fields of phones and events. Only what stands in a log, a configuration file or a library's error is.
//!
//! Pseudonyms are numbers in the sorted order of all that the report names, found in a first pass over
//! it. A hash would need no such pass, but could be undone: a vendor's addresses are only 2^24, and
//! a random key would make two runs over the same logs differ. A number tells nothing but its place in
//! the order. The same logs give the same pseudonyms, for any number of threads and in every format; a
//! phone's pseudonym is its place among all phones of the paths, so it is the same in every command. With
//! other logs beside them pseudonyms are others, and so may be those of other names where fewer are shown.

mod address;
mod claims;
mod mac;
mod names;
mod path;
mod pseudonym;
mod shown;
mod text;
mod word;

use std::sync::{Mutex, PoisonError};

pub use shown::Shown;

use crate::model::Mac;
use crate::secrets::conceal;
use names::{Found, Numbers, Pseudonym};

/// Replaces what names a phone, a machine or a person.
///
/// ```
/// use phonecert::redact::Redactor;
/// let text = "ftp://alice@ftp.example.com is 192.0.2.7";
/// let redactor = Redactor::of([], |redactor| Ok::<_, ()>(drop(redactor.text(text)))).unwrap();
/// assert_eq!(redactor.text("192.0.2.7 is FTP.example.com"), "240.0.0.1 is host-1.example");
/// ```
#[derive(Debug)]
pub struct Redactor {
    /// The phones of the report with their numbers, by address.
    phones: Vec<(Mac, u64)>,
    others: Others,
}

/// What else is named.
#[derive(Debug)]
enum Others {
    /// In the first pass: what was found so far. All have the number 0.
    Found(Mutex<Found>),
    /// In the second one. What the first did not find has the number 0: it is hidden, but can't be told apart.
    Numbered(Numbers),
}

impl Redactor {
    /// A redactor for a report with these phones. `first_pass` redacts all of the report once, on as many
    /// threads as it likes, and throws the outcome away: that finds what the report names.
    ///
    /// # Errors
    /// Those of `first_pass`.
    pub fn of<E>(
        phones: impl IntoIterator<Item = Mac>,
        first_pass: impl FnOnce(&Self) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut phones: Vec<Mac> = phones.into_iter().collect();
        phones.sort_unstable();
        phones.dedup();
        // An address that looks like a pseudonym is kept, so its number is not given to another phone.
        let is_free = |number: &u64| {
            let pseudonym =
                u32::try_from(*number).ok().map(|number| pseudonym::mac(Pseudonym::Phone, number));
            pseudonym.is_none_or(|pseudonym| phones.binary_search(&pseudonym).is_err())
        };
        let phones = phones.iter().copied().zip((1..).filter(is_free)).collect();
        let mut redactor = Self { phones, others: Others::Found(Mutex::default()) };
        first_pass(&redactor)?;
        if let Others::Found(found) = redactor.others {
            let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
            redactor.others = Others::Numbered(Numbers::of(found));
        }
        Ok(redactor)
    }

    /// Redacts text of a log. Secrets in it go too ([`conceal`]). To redact twice is the same as once.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        text::rewrite(text, self)
    }

    /// Redacts a name, such as a certificate's common name.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        word::of_name(Pseudonym::Name, &conceal(name), self)
    }

    /// Redacts a path, as reports have it: a member of an archive is `a.zip!/path/in/it`.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        path::rewrite(path, self)
    }

    /// Redacts an address.
    #[must_use]
    pub fn mac(&self, mac: Mac) -> Mac {
        pseudonym::of_mac(mac, self)
    }

    /// The number of a phone of the report.
    fn number_of_phone(&self, mac: Mac) -> Option<u64> {
        let place = self.phones.binary_search_by_key(&mac, |(phone, _)| *phone).ok()?;
        Some(self.phones[place].1)
    }

    /// The number of anything else.
    fn number(&self, of: Pseudonym, name: &str) -> u64 {
        match &self.others {
            Others::Found(found) => {
                found.lock().unwrap_or_else(PoisonError::into_inner).add(of, name);
                0
            }
            Others::Numbered(numbers) => numbers.of_name(of, name),
        }
    }

    /// Takes note of a text that looks like a pseudonym and stays: its number must not be given again.
    fn keep(&self, of: Pseudonym, number: u64) {
        if let Others::Found(found) = &self.others {
            found.lock().unwrap_or_else(PoisonError::into_inner).add_taken(of, number);
        }
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
