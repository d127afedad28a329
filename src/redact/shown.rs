//! How names from logs, paths and files are shown in an answer: as they are, or as pseudonyms. Secrets are
//! concealed in both cases.

use std::borrow::Cow;

use super::Redactor;
use super::reason::in_message;
use crate::model::Mac;
use crate::problem::Problem;
use crate::secrets::{REDACTED, conceal, conceal_line, conceal_uri};
use crate::sentence::{Part, Sentence};

/// How names are shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'r>(Option<&'r Redactor>);

impl<'r> Shown<'r> {
    /// As they are.
    pub const fn plain() -> Self {
        Self(None)
    }

    /// As pseudonyms.
    pub const fn redacted(redactor: &'r Redactor) -> Self {
        Self(Some(redactor))
    }

    /// As pseudonyms if there is a redactor, else as they are.
    pub const fn by(redactor: Option<&'r Redactor>) -> Self {
        Self(redactor)
    }

    /// An address, as 12 upper-case hex digits.
    pub fn mac(self, mac: Mac) -> String {
        self.0.map_or(mac, |redactor| redactor.mac(mac)).to_string()
    }

    /// Text of a log, which may contain names of any kind.
    pub fn text(self, text: &str) -> String {
        self.0.map_or_else(|| conceal(text).into_owned(), |redactor| redactor.text(text))
    }

    /// The text of a line. With a redactor, a line that is not a known message is not shown at all, since it
    /// may contain anything.
    pub fn line(self, text: &str, is_message: bool) -> String {
        match self.0 {
            Some(_) if !is_message => REDACTED.to_owned(),
            Some(_) => in_message(&self.text(text)),
            None if is_message => self.text(text),
            None => conceal_line(text).into_owned(),
        }
    }

    /// The reason in a message of the log.
    fn reason(self, text: &str) -> String {
        self.0.map_or_else(|| self.text(text), |redactor| redactor.reason(text))
    }

    /// A name, such as a certificate's common name.
    pub fn name(self, name: &str) -> String {
        match (conceal(name), self.0) {
            (shown, None) => shown.into_owned(),
            (Cow::Borrowed(name), Some(redactor)) => redactor.name(name),
            // A pseudonym of what is left would be the same for different names.
            (Cow::Owned(_), Some(_)) => REDACTED.to_owned(),
        }
    }

    /// A path; a member of an archive is `a.zip!/path/in/it`.
    pub fn path(self, path: &str) -> String {
        self.0.map_or_else(|| path.to_owned(), |redactor| redactor.path(path))
    }

    /// A URI, with or without scheme.
    pub fn uri(self, uri: &str) -> String {
        /// A prefix that marks the text as a URI, so that its parts are recognized.
        const SCHEME: &str = "uri://";
        let uri = conceal_uri(uri);
        if uri.contains("://") {
            return self.text(&uri);
        }
        let shown = self.text(&format!("{SCHEME}{uri}"));
        shown.strip_prefix(SCHEME).unwrap_or(&shown).to_owned()
    }

    /// A message, each part by its kind.
    pub fn message(self, message: &Sentence) -> String {
        let mut shown = String::new();
        for part in &message.0 {
            match part {
                Part::Text(text) => shown.push_str(text),
                Part::Version(version) => shown.push_str(version),
                Part::Mac(mac) => shown.push_str(&self.mac(*mac)),
                Part::Name(name) => shown.push_str(&self.name(name)),
                Part::Reason(text) => shown.push_str(&self.reason(text)),
                Part::LogText(text) => shown.push_str(&self.text(text)),
                Part::Path(path) => shown.push_str(&self.path(path)),
            }
        }
        shown
    }

    /// The value of an event's field; `field` is its name in the output.
    pub fn field(self, field: &str, value: &str) -> String {
        match field {
            "fingerprint" | "algorithm" | "version" => value.to_owned(),
            "common_name" => self.name(value),
            "platform_mac" => value.parse().map_or_else(|_| self.name(value), |mac| self.mac(mac)),
            "uri" => self.uri(value),
            "reason" => self.reason(value),
            _ => self.text(value),
        }
    }

    /// A problem: its path and its message.
    pub fn problem(self, problem: &Problem) -> Problem {
        Problem::new(self.path(&problem.path), problem.kind, self.message(&problem.message))
    }
}
