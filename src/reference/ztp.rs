//! The software that zero-touch provisioning (ZTP) requires for each model since its servers use SHA-2.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::cell::{self, rows};
use super::model::{Model, ModelName};
use crate::model::SoftwareVersion;

const TABLE: &str = include_str!("ztp.csv");

/// The day from which the ZTP servers use SHA-2 certificates only (Technical Notification 117101,
/// "ZTP Cutover Date for SHA 1 Deprecation").
pub const ZTP_CUTOVER: NaiveDate = match NaiveDate::from_ymd_opt(2016, 6, 20) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// A released version of UC Software, with the letter of its maintenance release: `4.0.8H`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Release {
    version: SoftwareVersion,
    letter: Option<char>,
}

impl Release {
    /// Compares a log's version with this release, using as many parts as the release has. Further parts of
    /// the version are a build number, which does not determine the letter.
    pub fn compare(&self, version: &SoftwareVersion) -> Ordering {
        let parts = version.parts().chain(std::iter::repeat(0));
        parts.take(self.version.parts().count()).cmp(self.version.parts())
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.version.fmt(f)?;
        self.letter.map_or(Ok(()), |letter| write!(f, "{letter}"))
    }
}

/// The error for a text that is not a release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a release: numbers with dots between and perhaps a letter are expected, such as 4.0.8H")]
pub struct NotARelease;

impl FromStr for Release {
    type Err = NotARelease;

    fn from_str(text: &str) -> Result<Self, NotARelease> {
        let numbers = text.strip_suffix(|c: char| c.is_ascii_uppercase()).unwrap_or(text);
        let letter = text[numbers.len()..].chars().next();
        Ok(Self { version: numbers.parse().map_err(|_| NotARelease)?, letter })
    }
}

/// A row of the three product tables (Technical Notification 117101), as `lookup --format json` has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ZtpRow {
    /// The product as the table names it, with its family: `SoundPoint IP 321/331`.
    pub product: String,
    /// The software that ZTP requires.
    #[serde(with = "cell")]
    pub required_software: Release,
    /// The software that phones left the factory with when the document was written.
    #[serde(with = "cell")]
    pub current_software: Release,
    /// The certificates that that software supports: `SHA-1/SHA-2`.
    pub certificate_support: String,
    /// The document and the table.
    #[serde(skip_serializing)]
    pub source: String,
}

impl ZtpRow {
    /// The models that the product covers.
    pub fn models(&self) -> impl Iterator<Item = Model> + use<> {
        self.product.parse::<ModelName>().into_iter().flat_map(|name| name.models().collect::<Vec<_>>())
    }
}

/// All rows, in the document's order.
pub fn ztp_rows() -> &'static [ZtpRow] {
    static ROWS: LazyLock<Vec<ZtpRow>> = LazyLock::new(|| rows(TABLE));
    &ROWS
}

/// Whether a phone can be provisioned by ZTP since the change to SHA-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// The model is not in the tables.
    NotListed,
    /// The phone's software is older than what is required.
    TooOld {
        /// The required release.
        required: &'static Release,
    },
    /// The version is the required one, but a log does not show the letter of its release.
    LetterUnclear {
        /// The required release.
        required: &'static Release,
    },
    /// The software is the required one or a later one.
    Ready,
}

/// Whether a phone is ready, by its model and its application's version as they are in a log.
///
/// A name that does not stand for a single model (a bare number, a list) gives [`Readiness::NotListed`].
pub fn ztp_readiness(model: &str, version: &SoftwareVersion) -> Readiness {
    let Some(required) = required_software(model) else { return Readiness::NotListed };
    match (required.compare(version), required.letter) {
        (Ordering::Less, _) => Readiness::TooOld { required },
        (Ordering::Equal, Some(_)) => Readiness::LetterUnclear { required },
        _ => Readiness::Ready,
    }
}

fn required_software(model: &str) -> Option<&'static Release> {
    // The two rows of one model (SoundStation IP 7000) require the same software.
    static BY_MODEL: LazyLock<HashMap<String, &Release>> = LazyLock::new(|| {
        let rows = ztp_rows().iter();
        rows.flat_map(|row| row.models().map(|model| (model.to_string(), &row.required_software))).collect()
    });
    // Most logs name the model as the table does. Parsing it takes 2 % of the instructions for a log of 2 KB.
    if let Some(required) = BY_MODEL.get(model) {
        return Some(required);
    }
    BY_MODEL.get(&model.parse::<Model>().ok()?.to_string()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readiness(model: &str, version: &str) -> String {
        match ztp_readiness(model, &version.parse().unwrap()) {
            Readiness::NotListed => "not listed".to_owned(),
            Readiness::TooOld { required } => format!("too old for {required}"),
            Readiness::LetterUnclear { required } => format!("unclear for {required}"),
            Readiness::Ready => "ready".to_owned(),
        }
    }

    #[test]
    fn every_line_of_the_table_is_a_row() {
        assert_eq!(ztp_rows().len(), 28);
        for (row, line) in ztp_rows().iter().zip(TABLE.lines().skip(1)) {
            let head = format!("{},{},{},", row.product, row.required_software, row.current_software);
            assert!(line.starts_with(&head), "{line}");
            assert_eq!(row.certificate_support, "SHA-1/SHA-2");
            assert!(row.models().count() > 0, "{line}");
            assert!(row.source.starts_with("Technical Notification 117101: "), "{line}");
        }
    }

    #[test]
    fn rows_that_share_a_model_ask_for_the_same() {
        for row in ztp_rows() {
            let models: Vec<_> = row.models().collect();
            let same = |other: &&ZtpRow| other.models().any(|model| models.contains(&model));
            for other in ztp_rows().iter().filter(same) {
                assert_eq!(row.required_software, other.required_software, "{}", row.product);
            }
        }
    }

    #[test]
    fn the_cutover_is_the_documents() {
        assert_eq!(ZTP_CUTOVER.to_string(), "2016-06-20");
    }

    #[test]
    fn required_with_a_letter() {
        for (version, answer) in [
            ("3.3.5.0247", "too old for 4.0.8H"),
            ("4.0", "too old for 4.0.8H"),
            ("4.0.7.9999", "too old for 4.0.8H"),
            ("4.0.8", "unclear for 4.0.8H"),
            ("4.0.8.1608", "unclear for 4.0.8H"),
            ("4.0.9", "ready"),
            ("4.0.10.1", "ready"),
            ("4.1.0", "ready"),
        ] {
            for model in
                ["SoundPoint IP 335", "SPIP335", "IP 335", "IP 321", "SSIP5000", "VVX 1500", "IP 7000"]
            {
                assert_eq!(readiness(model, version), answer, "{model} {version}");
            }
        }
        assert_eq!(readiness("VVX 500", "4.1.6.4835"), "too old for 4.1.7G");
        assert_eq!(readiness("VVX 500", "4.1.7.1210"), "unclear for 4.1.7G");
        assert_eq!(readiness("VVX 500", "5.5.2.11338"), "ready");
    }

    #[test]
    fn required_without_a_letter() {
        for (version, answer) in [
            ("5.4.0.10182", "too old for 5.4.1"),
            ("5.4.1", "ready"),
            ("5.4.1.17597", "ready"),
            ("5.10.0", "ready"),
        ] {
            assert_eq!(readiness("VVX 501", version), answer, "{version}");
        }
    }

    #[test]
    fn models_that_no_table_has() {
        for model in [
            "VVX 50",
            "VVX 5000",
            "VVX 1500 C",
            "IP 500",
            "SpectraLink 8440",
            "Trio 8800",
            "",
            "500",
            "VVX 500/600",
        ] {
            assert_eq!(readiness(model, "4.0.8"), "not listed", "{model}");
        }
    }

    #[test]
    fn releases() {
        for text in ["4.0.8H", "5.4.1"] {
            assert_eq!(text.parse::<Release>().unwrap().to_string(), text);
        }
        for text in ["", "H", "4.0.8h", "4.0.8HH", "4.0.H8", "4"] {
            assert_eq!(text.parse::<Release>(), Err(NotARelease), "{text}");
        }
    }
}
