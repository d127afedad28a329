//! Files that a phone is told to read and that were not read here, and what they leave open.
//!
//! A file that is not well-formed sets nothing. Where a file is not here, or its content is not known (it is encrypted, at
//! a URL or could not be read), it may have what no other file has: diagnoses say so and are warnings at most. A value that
//! counts among the files that were read may not count if any file that was not read comes before it.

use super::file::ReadOutcome;
use super::given::Given;
use super::line::ConfigurationLine;
use super::parameter::{LOG_DIRECTORY, Parameter};
use super::phone::{ConfigSource, Gate, NotFound, PhoneConfig, Unread, gates};
use super::precedence::SourceRole;
use crate::sentence::{Part, Sentence, sentence};

/// What files that were not read leave open about a line. The order is that of importance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The line says that no file has a parameter. This file may have it.
    MayHave(Sentence),
    /// The line says that no file has a parameter. The clause: `a.cfg was not found: what it sets is not known`.
    NotHere(Sentence),
    /// This file comes before the line, and may set the parameter or one of its gates.
    ComesBefore(Sentence),
}

impl PhoneConfig {
    /// Adds a file that was not read, after the sources so far.
    pub(super) fn add_unread(&mut self, name: impl Into<Sentence>, role: SourceRole, is_missing: bool) {
        self.is_complete = false;
        let (name, before) = (name.into(), self.sources.len());
        self.unread.push(Unread { name, is_missing, is_address: false, role, before });
    }

    /// Adds an entry of the list in this line that is not followed. An address can have a password, and an entry that is
    /// too long may be anything, so it is not named.
    pub(super) fn add_not_followed(&mut self, line: u64, is_address: bool) {
        self.is_complete = false;
        let (name, before) = (format!("a file in CONFIG_FILES (line {line})").into(), self.sources.len());
        let role = SourceRole::Listed;
        self.unread.push(Unread { name, is_missing: false, is_address, role, before });
    }

    /// Notes that it is not known which files these are.
    pub(super) fn add_unknown(&mut self, files: Sentence) {
        self.is_complete = false;
        self.unknown.get_or_insert(files);
    }

    /// The first file that was not read and may set the parameter of this line too, or one of its gates, with a value
    /// that wins.
    fn unread_before(&self, given: &Given<'_>) -> Option<&Unread> {
        // Nothing overrides an attribute of the master.
        if self.unread.is_empty() || given.name() == LOG_DIRECTORY {
            return None;
        }
        let of_gates = gates(given.parameter).filter_map(|gate| self.get(gate));
        let mut sources = std::iter::once(given.source).chain(of_gates.map(|gate| gate.source));
        sources.find_map(|source| {
            let role = self.sources[source].role;
            let wins = |unread: &&Unread| unread.before <= source || !role.order_is_known(unread.role);
            self.unread.iter().find(wins)
        })
    }

    /// Whether a file that was not read may set the parameter of this line too, or one of its gates, with a value that
    /// wins.
    pub fn has_unread_before(&self, given: &Given<'_>) -> bool {
        self.unread_before(given).is_some()
    }

    /// What files that were not read leave open about a line of a parameter: the one that counts among those that were
    /// read, or one that says that no file has the parameter.
    pub fn doubt(&self, line: &ConfigurationLine) -> Option<Doubt> {
        let name = line.parameter.as_deref()?;
        let Some(places) = self.settings().get(name) else {
            let is_read = |source: &ConfigSource| {
                *source.file.path == *line.file && source.file.outcome == ReadOutcome::Read
            };
            let says_none = line.line.is_none() && self.sources.iter().any(is_read);
            return says_none.then(|| self.doubt_of_absent()).flatten();
        };
        let given = self.effective_of(places)?.given;
        let is_it = *given.file.path == *line.file && Some(given.line) == line.line;
        let unread = self.unread_before(&given).filter(|_| is_it)?;
        Some(Doubt::ComesBefore(unread.name.clone()))
    }

    /// What files that were not read leave open about a parameter that no file has.
    fn doubt_of_absent(&self) -> Option<Doubt> {
        if let Some(name) = self.may_have() {
            return Some(Doubt::MayHave(name.clone()));
        }
        let (first, others) = self.unread.split_first()?;
        let are_not_here = match others.len() {
            0 => " was not found: what it sets is not known".to_owned(),
            more => format!(" and {more} more were not found: what they set is not known"),
        };
        Some(Doubt::NotHere(first.name.clone().and(are_not_here.into())))
    }

    /// A gate of this parameter that is in no file that was read, and what other files leave open about it. None if another
    /// gate is closed.
    pub fn doubt_of_gate<'p>(&self, parameter: &'p Parameter) -> Option<(&'p str, Doubt)> {
        let gate = gates(parameter).find(|gate| matches!(self.gate(gate), Gate::Unread))?;
        let is_closed = self.closed_gates(parameter).next().is_some();
        Some((gate, self.doubt_of_absent().filter(|_| !is_closed)?))
    }

    /// A file whose content is not known: it may have a parameter that no other file has.
    pub fn may_have(&self) -> Option<&Sentence> {
        let unread = self.unread.iter().find(|unread| !unread.is_missing);
        unread.map(|unread| &unread.name).or(self.unknown.as_ref())
    }

    /// The files that give the phone nothing, and why: those that it is told to read, then those that it does not ask for.
    pub fn not_read(&self) -> Vec<(Sentence, Sentence)> {
        let path = |path: &str| Sentence::from(Part::Path(path.into()));
        let faulty = self.sources.iter().filter_map(|source| {
            let why = match &source.file.outcome {
                ReadOutcome::Read => return None,
                ReadOutcome::Malformed(fault) => {
                    let place =
                        format!("not well-formed XML: line {}, column {}: ", fault.line, fault.column);
                    sentence![place, fault.why.to_string()]
                }
                ReadOutcome::NotXml => "not well-formed XML: it does not begin like XML".into(),
                ReadOutcome::Binary => "not text, so it is taken as encrypted".into(),
                ReadOutcome::Unread(why) => Part::LogText(why.clone()).into(),
            };
            Some((path(&source.file.path), why))
        });
        let missing = self.missing.iter().map(|one| {
            let why = match &one.why {
                NotFound::NoFile { leads_to } => {
                    sentence![
                        "not among the files that were searched: it leads to ",
                        Part::Path((**leads_to).into())
                    ]
                }
                NotFound::Placeholder(placeholder) => format!("{placeholder} is not known").into(),
            };
            (path(&one.name), why)
        });
        let addresses = self.unread.iter().filter(|unread| unread.is_address);
        let addresses =
            addresses.map(|unread| (unread.name.clone(), "at a URL, which is never fetched".into()));
        let other_case = self
            .other_case
            .iter()
            .map(|other| (path(&other.file.path), "phones ask for the name in lower case".into()));
        let old = self
            .old_overrides
            .iter()
            .map(|old| (path(old), "the master names another OVERRIDES_DIRECTORY".into()));
        faulty.chain(missing).chain(addresses).chain(other_case).chain(old).collect()
    }
}
