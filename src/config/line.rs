//! A line of a configuration file that is related to a finding.

use serde::{Deserialize, Serialize};

use crate::sentence::{Part, Sentence, sentence};

/// A line of a configuration file that is related to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationLine {
    /// The file's path; a member of an archive is `a.zip!/path/in/it`.
    pub file: String,
    /// 1-based line of the parameter; None if the whole file is meant.
    pub line: Option<u64>,
    /// The parameter's name; None if no parameter is meant.
    pub parameter: Option<String>,
    /// One sentence: what the file says there. Never the value of a key or a password.
    pub says: Sentence,
}

impl ConfigurationLine {
    /// A sentence about the whole file at this path.
    pub(crate) fn of_file(path: &str, says: impl Into<Sentence>) -> Self {
        Self { file: path.to_owned(), line: None, parameter: None, says: says.into() }
    }

    /// `sec.TLS.customDeviceCert.1 (site.cfg line 14)`, for a line with a parameter.
    pub fn place(&self) -> Sentence {
        let line = self.line.map(|line| format!(" line {line}")).unwrap_or_default();
        let parameter = self.parameter.clone().unwrap_or_default();
        sentence![parameter, " (", Part::Path(self.file.as_str().into()), line, ")"]
    }
}
