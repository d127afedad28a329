//! The revisions of part numbers since which phones have a factory certificate.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::cell::{self, rows};
use super::model::Model;
use super::part_number::PartNumber;
use super::revision::Revision;

const TABLE: &str = include_str!("labels.csv");

/// Which label carries a part number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LabelKind {
    /// The label on the phone's back.
    Console,
    /// The label of the shipping box.
    Box,
}

impl LabelKind {
    /// `console` or `box`, as the JSON output has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Box => "box",
        }
    }
}

/// A row of the two implementation-date tables (Feature Profile 37148, "Console Label Revision and
/// Date" and "Shipping Box Label Revision and Date"), as `lookup --format json` has it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct PartRow {
    /// The model: `SoundPoint IP 321`.
    #[serde(rename = "platform", with = "cell")]
    pub model: Model,
    /// Which of the two labels.
    pub label: LabelKind,
    /// The label's part number.
    #[serde(with = "cell")]
    pub part_number: PartNumber,
    /// The first revision with a factory certificate.
    #[serde(with = "cell")]
    pub revision: Revision,
    /// The month in which that revision was introduced: `2009-05`.
    pub since: String,
    /// What the guide printed if this row differs from it, or another remark.
    pub note: Option<String>,
    /// The document and the table.
    #[serde(skip_serializing)]
    pub source: String,
}

/// All rows: the console labels, then the boxes, each in the guide's order.
pub fn part_rows() -> &'static [PartRow] {
    static ROWS: LazyLock<Vec<PartRow>> = LazyLock::new(|| rows(TABLE));
    &ROWS
}

/// Whether a phone with a given label left the factory with a certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expectation {
    /// Its revision is the table's or a later one.
    Yes,
    /// Its revision is older than that of this row: the built-in certificate is self-signed.
    No {
        /// The row that says so.
        row: &'static PartRow,
    },
    /// The part number is in no table, the revisions are not comparable, or rows contradict each other.
    Unknown,
}

/// The rows with this part number.
pub fn rows_with_label(part_number: PartNumber) -> impl Iterator<Item = &'static PartRow> {
    part_rows().iter().filter(move |row| row.part_number == part_number)
}

/// Whether the tables expect a factory certificate in a phone with this part number and revision on its
/// label.
///
/// The guide lists one part number twice with different revisions (2302-12651-025, D and G); the answer is
/// then what both rows agree on. Do not pass the assembly number in a log: it is another kind of number, with
/// revisions of its own.
pub fn factory_certificate_expected(part_number: PartNumber, revision: Revision) -> Expectation {
    let rows = || rows_with_label(part_number);
    match rows().next() {
        // Revisions that are not comparable are neither older nor the same nor later.
        Some(row) if rows().all(|row| revision < row.revision) => Expectation::No { row },
        Some(_) if rows().all(|row| revision >= row.revision) => Expectation::Yes,
        _ => Expectation::Unknown,
    }
}

/// The model with this part number on its label; None if the tables don't have the number. Do not pass the assembly number
/// in a log, as above.
pub fn model_with_label(part_number: PartNumber) -> Option<Model> {
    let mut models = rows_with_label(part_number).map(|row| row.model);
    let first = models.next()?;
    models.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn expected(part: &str, revision: &str) -> Expectation {
        factory_certificate_expected(part.parse().unwrap(), revision.parse().unwrap())
    }

    #[test]
    fn every_line_of_the_table_is_a_row() {
        let console = part_rows().iter().filter(|row| row.label == LabelKind::Console).count();
        assert_eq!((part_rows().len(), console), (140, 35));
        assert_eq!(TABLE.lines().count() - 1, 140);
    }

    #[test]
    fn rows_are_spelled_as_they_are_read() {
        for (row, line) in part_rows().iter().zip(TABLE.lines().skip(1)) {
            let label = row.label.name();
            let head = format!("{},{label},{},{},{},", row.model, row.part_number, row.revision, row.since);
            assert!(line.starts_with(&head), "{line}");
            let month = format!("{}-01", row.since).parse::<chrono::NaiveDate>().unwrap();
            assert!((2009..=2012).contains(&chrono::Datelike::year(&month)), "{line}");
            let section = match row.label {
                LabelKind::Console => "Console Label Revision and Date",
                LabelKind::Box => "Shipping Box Label Revision and Date",
            };
            assert_eq!(row.source, format!("Feature Profile 37148: {section}"));
        }
    }

    #[test]
    fn one_part_number_stands_twice_as_in_the_guide() {
        let mut revisions: BTreeMap<PartNumber, Vec<String>> = BTreeMap::new();
        for row in part_rows() {
            revisions.entry(row.part_number).or_default().push(row.revision.to_string());
        }
        revisions.retain(|_, revisions| revisions.len() > 1);
        let twice = "2302-12651-025".parse().unwrap();
        assert_eq!(revisions, BTreeMap::from([(twice, vec!["D".to_owned(), "G".to_owned()])]));
    }

    /// Counted by hand in the guide, with page breaks corrected.
    #[test]
    fn rows_of_each_platform() {
        let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for row in part_rows() {
            let (console, box_) = counts.entry(row.model.to_string()).or_default();
            match row.label {
                LabelKind::Console => *console += 1,
                LabelKind::Box => *box_ += 1,
            }
        }
        let counted = [
            ("SoundPoint IP 321", (1, 2)),
            ("SoundPoint IP 331", (1, 2)),
            ("SoundPoint IP 335", (1, 2)),
            ("SoundPoint IP 450", (4, 13)),
            ("SoundPoint IP 550", (4, 15)),
            ("SoundPoint IP 560", (2, 11)),
            ("SoundPoint IP 650", (5, 18)),
            ("SoundPoint IP 670", (2, 11)),
            ("SoundStation Duo", (1, 10)),
            ("SoundStation IP 5000", (1, 1)),
            ("SoundStation IP 6000", (1, 1)),
            ("SoundStation IP 7000", (1, 1)),
            ("SpectraLink 8440", (2, 5)),
            ("SpectraLink 8450", (2, 5)),
            ("SpectraLink 8452", (2, 2)),
            ("VVX 1500", (2, 2)),
            ("VVX 1500 C", (1, 1)),
            ("VVX 1500 D", (1, 1)),
            ("VVX 500", (1, 2)),
        ];
        assert_eq!(counts, counted.map(|(model, count)| (model.to_owned(), count)).into());
    }

    #[test]
    fn misprints_are_corrected_and_noted() {
        for (part, revision, platform, printed) in [
            ("2201-12561-001", "C", "SoundPoint IP 560", "SoundPoint IP 650"),
            ("2302-12651-025", "G", "SoundPoint IP 650", "SoundPoint IP 670"),
            ("2200-44500-025", "B", "VVX 500", "V VX 500"),
            ("2302-18061-025", "F", "VVX 1500", "V VX 1500"),
            ("2200-18062-025", "G", "VVX 1500 C", "V VX 1500 C"),
            ("2200-18064-025", "B", "VVX 1500 D", "V VX 1500 D"),
        ] {
            let row = part_rows()
                .iter()
                .find(|row| row.part_number.to_string() == part && row.revision.to_string() == revision)
                .unwrap();
            assert_eq!(row.model.to_string(), platform);
            assert!(row.note.as_ref().unwrap().contains(printed), "{part}");
        }
        assert_eq!(part_rows().iter().filter(|row| row.note.is_some()).count(), 10);
    }

    #[test]
    fn older_same_and_later_revisions() {
        assert!(
            matches!(expected("2201-12360-001", "A"), Expectation::No { row } if row.revision.to_string() == "B")
        );
        for revision in ["B", "C", "Z", "AA"] {
            assert_eq!(expected("2201-12360-001", revision), Expectation::Yes);
        }
        assert_eq!(expected("2201-36172-312", "10"), Expectation::Yes);
        assert!(matches!(expected("2201-36172-312", "2"), Expectation::No { .. }));
    }

    #[test]
    fn what_the_tables_do_not_answer() {
        assert_eq!(expected("2201-36172-312", "C"), Expectation::Unknown);
        assert_eq!(expected("2201-12360-001", "3"), Expectation::Unknown);
        assert_eq!(expected("3111-44500-001", "A"), Expectation::Unknown);
    }

    #[test]
    fn labels_name_models() {
        let model = |part: &str| model_with_label(part.parse().unwrap()).map(|model| model.to_string());
        assert!(part_rows().iter().all(|row| model_with_label(row.part_number) == Some(row.model)));
        assert_eq!(model("2302-12651-025").as_deref(), Some("SoundPoint IP 650"));
        assert_eq!(model("3111-44500-001"), None);
    }

    #[test]
    fn contradicting_rows_say_only_what_both_say() {
        assert!(matches!(expected("2302-12651-025", "C"), Expectation::No { .. }));
        for revision in ["D", "E", "F"] {
            assert_eq!(expected("2302-12651-025", revision), Expectation::Unknown);
        }
        assert_eq!(expected("2302-12651-025", "G"), Expectation::Yes);
    }
}
