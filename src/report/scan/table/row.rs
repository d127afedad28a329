//! A phone as a row: the text and the tone of each cell, before it is fitted to a width.

use crate::model::Slot;
use crate::quantity::count;
use crate::report::findings::{PhoneCode, codes};
use crate::report::selection::{NONE_SELECTED, NONE_SELECTED_SIGN};
use crate::report::shape::{Baseline, CertificateState, Device, Diagnosis, Severity, State};
use crate::report::text::paint::{Tone, status_sign};
use crate::report::text::time::day;
use crate::report::text::visible::visible;
use crate::report::text::width::{cut, cut_front, width};

/// The columns, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Column {
    Status,
    Phone,
    Model,
    Software,
    BuiltIn,
    Platform1,
    Platform2,
    Applications,
    FirstFault,
    LastFault,
    Stale,
    Baseline,
    Diagnoses,
}

impl Column {
    /// All, each with its title and the one that is used if it does not fit.
    pub(in crate::report) const TITLES: [(Self, &str, &str); 13] = [
        (Self::Status, "Status", ""),
        (Self::Phone, "Phone", "Phone"),
        (Self::Model, "Model", "Model"),
        (Self::Software, "Software", "Software"),
        (Self::BuiltIn, "Built-in", "BI"),
        (Self::Platform1, "Platform 1", "P1"),
        (Self::Platform2, "Platform 2", "P2"),
        (Self::Applications, "Applications", "Apps"),
        (Self::FirstFault, "First fault", "First"),
        (Self::LastFault, "Last fault", "Last"),
        (Self::Stale, "Stale", "Stale"),
        (Self::Baseline, "Baseline", "Base"),
        (Self::Diagnoses, "Diagnoses", "Codes"),
    ];

    pub(in crate::report) fn all() -> impl Iterator<Item = Self> {
        Self::TITLES.into_iter().map(|(column, ..)| column)
    }

    /// The title, or the shorter one if it does not fit.
    pub(in crate::report) fn title(self, columns: usize) -> &'static str {
        let (_, whole, short) = Self::TITLES[self as usize];
        if width(whole) <= columns { whole } else { short }
    }

    /// Fits `cell` into `columns`, in the way that keeps most of this column's meaning.
    pub(in crate::report) fn fit(self, cell: &Cell, columns: usize) -> Cell {
        if cell.width() <= columns {
            return cell.clone();
        }
        match self {
            Self::Status | Self::BuiltIn | Self::Platform1 | Self::Platform2 => cell.sign_first(columns),
            Self::Phone => cell.map(|text| cut_front(text, columns).into_owned()),
            Self::Model => cell.map(|text| cut(family_dropped(text), columns).into_owned()),
            Self::Software | Self::FirstFault | Self::LastFault | Self::Stale | Self::Baseline => {
                cell.cut(columns)
            }
            Self::Applications | Self::Diagnoses => cell.whole_pieces(columns),
        }
    }
}

/// A piece of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    tone: Tone,
}

/// The content of a cell: pieces with a blank between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::report) struct Cell(Vec<Piece>);

impl Cell {
    /// A cell of one piece.
    pub(in crate::report) fn of(text: impl Into<String>, tone: Tone) -> Self {
        Self::default().and(text, tone)
    }

    /// This cell with another piece at the end.
    pub(in crate::report) fn and(mut self, text: impl Into<String>, tone: Tone) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(Piece { text, tone });
        }
        self
    }

    pub(in crate::report) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::report) fn width(&self) -> usize {
        self.0.iter().map(|piece| width(&piece.text)).sum::<usize>() + self.0.len().saturating_sub(1)
    }

    pub(in crate::report) fn painted(&self, color: bool) -> String {
        self.0.iter().map(|piece| piece.tone.paint(&piece.text, color)).collect::<Vec<_>>().join(" ")
    }

    /// This cell with each piece cut to `columns`: for cells of one piece.
    pub(in crate::report) fn cut(&self, columns: usize) -> Self {
        if self.width() <= columns { self.clone() } else { self.map(|text| cut(text, columns).into_owned()) }
    }

    fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self(self.0.iter().map(|piece| Piece { text: change(&piece.text), tone: piece.tone }).collect())
    }

    /// The first piece, and as much of the second as is useful. A word for a state is never cut.
    fn sign_first(&self, columns: usize) -> Self {
        const MIN_USEFUL: usize = "installed".len();
        let Some(sign) = self.0.first() else {
            return Self::default();
        };
        let fitted = Self::of(cut(&sign.text, columns), sign.tone);
        match (self.0.get(1), columns.checked_sub(fitted.width() + 1)) {
            (Some(word), Some(room)) if room >= MIN_USEFUL => fitted.and(cut(&word.text, room), word.tone),
            _ => fitted,
        }
    }

    /// The first pieces, none of them cut, and how many more there are.
    fn whole_pieces(&self, columns: usize) -> Self {
        let mut shortened = (0..self.0.len()).rev().map(|kept| {
            let more = format!("+{}", self.0.len() - kept);
            Self(self.0[..kept].to_vec()).and(more, Tone::Dim)
        });
        shortened.find(|cell| cell.width() <= columns).unwrap_or_default()
    }
}

/// A phone's cells, one per column.
#[derive(Clone, Debug)]
pub(in crate::report) struct TableRow([Cell; Column::TITLES.len()]);

impl TableRow {
    /// The row of this phone.
    pub(in crate::report) fn of(device: &Device) -> Self {
        Self(Column::TITLES.map(|(column, ..)| match column {
            Column::Status if device.is_ok_of_selected() => {
                Cell::of(NONE_SELECTED_SIGN, Tone::Plain).and(NONE_SELECTED, Tone::Plain)
            }
            Column::Status => {
                let tone = Tone::of_status(device.status);
                Cell::of(status_sign(device.status), tone).and(device.status.name(), tone)
            }
            Column::Phone => phone(device),
            Column::Model => optional(device.model.as_deref()),
            Column::Software => optional(device.software.as_deref()),
            Column::BuiltIn => slot(device, Slot::BuiltIn),
            Column::Platform1 => slot(device, Slot::Platform(1)),
            Column::Platform2 => slot(device, Slot::Platform(2)),
            Column::Applications => applications(device),
            Column::FirstFault => {
                seen(faults(device).filter_map(|diagnosis| diagnosis.first_seen.as_deref()).min())
            }
            Column::LastFault => {
                seen(faults(device).filter_map(|diagnosis| diagnosis.last_seen.as_deref()).max())
            }
            Column::Stale => match device.stale {
                Some(days) => Cell::of(format!("{} d", count(days)), Tone::Warning),
                None => Cell::default(),
            },
            Column::Baseline => match device.baseline {
                Some(Baseline::New) => Cell::of(Baseline::New.name(), Tone::Bad),
                Some(still) => Cell::of(still.name(), Tone::Dim),
                None => Cell::default(),
            },
            Column::Diagnoses => diagnoses(device),
        }))
    }

    pub(in crate::report) const fn cell(&self, column: Column) -> &Cell {
        &self.0[column as usize]
    }
}

fn optional(text: Option<&str>) -> Cell {
    Cell::of(text.map(visible).unwrap_or_default(), Tone::Plain)
}

/// The phone's address, or the name of its first file without the directories.
fn phone(device: &Device) -> Cell {
    let name = device.name();
    let file = name.rsplit('/').next().filter(|_| device.mac.is_none());
    Cell::of(visible(file.unwrap_or(name)), Tone::Strong)
}

/// The model without its family's first word: `IP 335` of `SoundPoint IP 335`.
fn family_dropped(model: &str) -> &str {
    const FAMILIES: [&str; 3] = ["SoundPoint ", "SoundStation ", "SpectraLink "];
    FAMILIES.iter().find_map(|family| model.strip_prefix(family)).unwrap_or(model)
}

fn slot(device: &Device, slot: Slot) -> Cell {
    let Some(certificate) = device.certificates.iter().find(|certificate| certificate.slot == slot) else {
        return Cell::default();
    };
    let is_built_in = slot == Slot::BuiltIn;
    let name = certificate.common_name.as_deref();
    let (sign, tone, word) = match (certificate.state, name) {
        (CertificateState::NotAvailable, _) if is_built_in => ("✗", Tone::Bad, certificate.absence()),
        (CertificateState::NotAvailable, _) if certificate.is_key_alone() => ("✗", Tone::Bad, "key only"),
        (CertificateState::NotAvailable, _) => {
            return Cell::of("–", Tone::Dim).and(certificate.absence(), Tone::Dim);
        }
        (CertificateState::Rejected, _) => ("✗", Tone::Bad, "rejected"),
        (_, Some(name)) if certificate.is_issued_for_another(device.mac.as_deref()) => ("≠", Tone::Bad, name),
        (CertificateState::Installed, _) if certificate.lacks_key() => ("✗", Tone::Bad, "no key"),
        (CertificateState::Installed, _) if certificate.is_faulty => {
            ("✗", Tone::Bad, name.filter(|_| !is_built_in).unwrap_or("faulty"))
        }
        (CertificateState::Installed, _) if is_built_in => ("✓", Tone::Good, "installed"),
        (CertificateState::Installed, _) => ("✓", Tone::Good, name.unwrap_or("installed")),
    };
    Cell::of(sign, tone).and(visible(word), Tone::Plain)
}

/// The active errors and warnings.
fn faults(device: &Device) -> impl Iterator<Item = &Diagnosis> {
    device.active().filter(|diagnosis| diagnosis.severity < Severity::Info)
}

/// The day on which an active error or warning was seen first, or last.
fn seen(time: Option<&str>) -> Cell {
    Cell::of(time.map(day).unwrap_or_default(), Tone::Plain)
}

/// How many application slots have a certificate, and how many rejected one or have half a pair: `✓2 ✗1`.
fn applications(device: &Device) -> Cell {
    let mut counts = [(0, "✓", Tone::Good), (0, "✗", Tone::Bad), (0, "–", Tone::Dim)];
    for certificate in device.certificates.iter().filter(|one| matches!(one.slot, Slot::Application(_))) {
        let index = match certificate.state {
            CertificateState::Installed if !certificate.is_faulty => 0,
            CertificateState::Installed | CertificateState::Rejected => 1,
            CertificateState::NotAvailable if certificate.is_key_alone() => 1,
            CertificateState::NotAvailable => 2,
        };
        counts[index].0 += 1;
    }
    counts
        .iter()
        .filter(|(number, ..)| *number > 0)
        .fold(Cell::default(), |cell, (number, sign, tone)| cell.and(format!("{sign}{number}"), *tone))
}

/// The active codes, worst first, then the resolved ones in brackets; each once.
fn diagnoses(device: &Device) -> Cell {
    codes(device).into_iter().fold(Cell::default(), |cell, PhoneCode { code, severity, state, .. }| {
        match state {
            State::Active => cell.and(code, Tone::of_severity(severity)),
            State::Resolved => cell.and(format!("[{code}]"), Tone::Dim),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(codes: &[&str]) -> Cell {
        codes.iter().fold(Cell::default(), |cell, code| cell.and(*code, Tone::Bad))
    }

    fn plain(cell: &Cell) -> String {
        cell.painted(false)
    }

    #[test]
    fn codes_are_never_cut() {
        let cell = codes(&["INS001", "TLS001", "LOG002"]);
        for (columns, shown) in [
            (20, "INS001 TLS001 LOG002"),
            (19, "INS001 TLS001 +1"),
            (15, "INS001 +2"),
            (8, "+3"),
            (2, "+3"),
            (1, ""),
        ] {
            assert_eq!(plain(&Column::Diagnoses.fit(&cell, columns)), shown);
        }
    }

    #[test]
    fn a_sign_is_kept_when_its_word_does_not_fit() {
        let cell = Cell::of("✓", Tone::Good).and("Custom-0004F206075D", Tone::Plain);
        assert_eq!(plain(&Column::Platform1.fit(&cell, 21)), "✓ Custom-0004F206075D");
        assert_eq!(plain(&Column::Platform1.fit(&cell, 12)), "✓ Custom-00…");
        assert_eq!(plain(&Column::Platform1.fit(&cell, 10)), "✓");
        assert_eq!(plain(&Column::Platform1.fit(&cell, 1)), "✓");
    }

    #[test]
    fn a_model_keeps_its_number() {
        let cell = Cell::of("SoundPoint IP 335", Tone::Plain);
        assert_eq!(plain(&Column::Model.fit(&cell, 10)), "IP 335");
    }
}
