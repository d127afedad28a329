//! `--redact`: makes a report that can be passed on. Everything that identifies a phone, a machine or a
//! person is replaced by a pseudonym, the same one everywhere, so that equal names stay equal.
//!
//! | replaced | by |
//! |---|---|
//! | MAC addresses, in any notation, which is kept | `020000000001`… for the phones of the report, `028000000001`… for others: locally administered addresses |
//! | IPv4 addresses, also with dashes | `240.0.0.1`… (reserved, RFC 1112) |
//! | IPv6 addresses | `100::1`… (discard-only, RFC 6666) |
//! | host names, also the word after `connect to` | `host-1.example`… |
//! | users: in URLs, SIP URIs and mail addresses, `user=`, and the word after `user`, `login` or `ext` | `user-1`… |
//! | serial numbers | `serial-1`… |
//! | other names: the common name of a certificate that is neither address nor host, what is in quotes, and capitalized words after `subject`, `certificate of` and the like | `name-1`… |
//! | directories, also in relative paths of phones' files, and names of files other than logs named after a phone | `dir-1/`…, `file-1.zip`… |
//!
//! In the reasons of known messages, words that such reasons don't have are hidden: `issued to [redacted]`.
//!
//! Models, software versions, assembly numbers, lengths, times and **fingerprints** are kept, since a report
//! is useless without them. So a person who has a certificate can recognize its phone by the fingerprint.
//! Also kept are addresses that identify no machine (loopback, network masks, `000000000000`), and
//! pseudonyms. The name of a host or a person that nothing marks as a name is not recognized.
//!
//! Only texts from logs, configuration files and errors of libraries are searched for names. The parts of
//! this program's own sentences have known kinds ([`crate::sentence`]), and so have the fields of phones and
//! events.
//!
//! A pseudonym is the number of a name in the sorted list of all names in the report, which are collected in
//! a first pass over it. Hashes would need no such pass, but they could be reversed, since a vendor has only
//! 2^24 addresses per block; and with a random key, two runs over the same logs would differ. A number
//! reveals only the position in the sorted list. The same logs give the same pseudonyms, for any number of
//! threads and in every format. A phone's pseudonym is its position among all phones of the searched paths,
//! so it is the same in every command: first those with logs, then those that have only configuration files,
//! which some commands don't read, then those that only an inventory names. The directories of logs, archives, and the
//! names in certificates that the logs show are numbered before other names, those of phones that are not shown too, so
//! they are also the same in every command. All other names, such as hosts and users, have the same pseudonym everywhere
//! in one report; another command, or a report of fewer phones, may give them another one. Pseudonyms change if other
//! logs are added, except while `watch` runs.

mod address;
mod mac;
mod names;
mod path;
mod pseudonym;
mod reason;
mod replacements;
mod shown;
mod text;
mod word;

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;

pub use pseudonym::is_of_phone as is_pseudonym;
pub use shown::Shown;

use crate::model::Mac;
use crate::secrets::conceal;
use names::{FoundNames, NameNumbers, Pseudonym};

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
    phones: BTreeMap<Mac, u64>,
    others: OtherNames,
}

/// The names other than phones.
#[derive(Debug)]
enum OtherNames {
    /// In the first pass: the names found so far. All get the number 0.
    Found(Mutex<FoundNames>),
    /// In the second pass. A name that the first pass did not find gets the number 0: it is hidden, but not
    /// distinguished from other such names.
    Numbered(NameNumbers),
}

impl Redactor {
    /// A redactor for a report with these phones, numbered in this order; repeats are ignored. `first_pass` must
    /// redact the whole report once, on any number of threads, and discard the result; this collects the names in
    /// the report.
    pub fn of<E>(
        phones: impl IntoIterator<Item = Mac>,
        first_pass: impl FnOnce(&Self) -> Result<(), E>,
    ) -> Result<Self, E> {
        Self::after(None, phones, first_pass)
    }

    /// The same for a later report of a stream: what has a pseudonym in the `previous` one keeps it.
    pub fn after<E>(
        previous: Option<&Self>,
        phones: impl IntoIterator<Item = Mac>,
        first_pass: impl FnOnce(&Self) -> Result<(), E>,
    ) -> Result<Self, E> {
        let phones: Vec<Mac> = phones.into_iter().collect();
        let all: BTreeSet<Mac> = phones.iter().copied().collect();
        // An address that looks like a pseudonym is kept, so its number must not be given to another phone.
        let is_free = |number: &u64| {
            let pseudonym =
                u32::try_from(*number).ok().map(|number| pseudonym::mac(Pseudonym::Phone, number));
            pseudonym.is_none_or(|pseudonym| !all.contains(&pseudonym))
        };
        let mut numbered = previous.map(|previous| previous.phones.clone()).unwrap_or_default();
        let last = numbered.values().copied().max().unwrap_or_default();
        let mut numbers = (last + 1..).filter(is_free);
        for phone in phones {
            numbered.entry(phone).or_insert_with(|| numbers.next().unwrap_or_default());
        }
        let mut redactor = Self { phones: numbered, others: OtherNames::Found(Mutex::default()) };
        first_pass(&redactor)?;
        if let OtherNames::Found(found) = redactor.others {
            let found = found.into_inner();
            let previous = match previous.map(|previous| &previous.others) {
                Some(OtherNames::Numbered(numbers)) => numbers.clone(),
                _ => NameNumbers::default(),
            };
            redactor.others = OtherNames::Numbered(previous.with(found));
        }
        Ok(redactor)
    }

    /// Redacts text of a log. Secrets in it are concealed too ([`conceal`]). Redacting twice gives the same
    /// as once.
    pub fn text(&self, text: &str) -> String {
        text::rewrite(text, self)
    }

    /// Redacts the reason in a message, which is free text: words that no reason has are hidden too.
    pub fn reason(&self, text: &str) -> String {
        reason::of_reason(&self.text(text))
    }

    /// Redacts a name, such as a certificate's common name.
    pub fn name(&self, name: &str) -> String {
        word::of_name(Pseudonym::Name, &conceal(name), self)
    }

    /// Redacts a path, as reports have it: a member of an archive is `a.zip!/path/in/it`.
    pub fn path(&self, path: &str) -> String {
        path::rewrite(path, self)
    }

    /// Redacts an address.
    pub fn mac(&self, mac: Mac) -> Mac {
        pseudonym::of_mac(mac, self)
    }

    /// The number of a phone of the report.
    fn number_of_phone(&self, mac: Mac) -> Option<u64> {
        self.phones.get(&mac).copied()
    }

    /// The number of anything else.
    fn number(&self, of: Pseudonym, name: &str) -> u64 {
        match &self.others {
            OtherNames::Found(found) => {
                found.lock().add(of, name);
                0
            }
            OtherNames::Numbered(numbers) => numbers.of_name(of, name),
        }
    }

    /// Notes a text that looks like a pseudonym and is kept: its number must not be given to another name.
    fn keep(&self, of: Pseudonym, number: u64) {
        if let OtherNames::Found(found) = &self.others {
            found.lock().add_taken(of, number);
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
