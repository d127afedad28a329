//! A phone in the page: a row that can be expanded.

use askama::Template;

use super::{State, count, minute};
use crate::check::Rule;
use crate::input::file_name;
use crate::model::Slot;
use crate::report::findings::codes;
use crate::report::scan::table::row::{Column, TableRow};
use crate::report::selection::NONE_SELECTED;
use crate::report::shape::{Baseline, Certificate, CertificateState, Device, Diagnosis};
use crate::report::text::time;

/// The row of a phone and its details.
#[derive(Template)]
#[template(path = "phone.html")]
pub(super) struct PhoneCard<'a> {
    /// The index of the phone in the report, from 0.
    pub(super) index: usize,
    pub(super) device: &'a Device,
}

impl PhoneCard<'_> {
    /// The id for links to the phone from this page and others.
    fn id(&self) -> String {
        self.device.mac.clone().unwrap_or_else(|| format!("phone-{}", self.index + 1))
    }

    /// The signs of the slots built-in, platform 1, platform 2 and applications, in words and one by one; the
    /// flag says whether a sign is bad.
    fn slots(&self) -> (String, Vec<(String, bool)>) {
        let row = TableRow::of(self.device);
        let mut words = Vec::new();
        let mut signs = Vec::new();
        for column in [Column::BuiltIn, Column::Platform1, Column::Platform2, Column::Applications] {
            let cell = row.cell(column).painted(false);
            if cell.is_empty() {
                signs.push(("·".to_owned(), false));
                continue;
            }
            words.push(format!("{} {cell}", column.title(usize::MAX)));
            let shown = if column == Column::Applications {
                cell.as_str()
            } else {
                cell.split(' ').next().unwrap_or_default()
            };
            signs.push((shown.to_owned(), cell.contains(['✗', '≠'])));
        }
        let words = if words.is_empty() { "no slot is known".to_owned() } else { words.join(", ") };
        (words, signs)
    }

    /// The status; for a phone that is `ok` only because active errors or warnings are left out, another word.
    fn status(&self) -> &'static str {
        if self.device.is_ok_of_selected() { NONE_SELECTED } else { self.device.status.name() }
    }

    /// The diagnoses, the active ones first.
    fn diagnoses(&self) -> Vec<&Diagnosis> {
        let (active, resolved): (Vec<_>, Vec<_>) =
            self.device.diagnoses.iter().partition(|diagnosis| diagnosis.state == State::Active);
        [active, resolved].concat()
    }

    /// The diagnosis's own cause; None if it has the general one of its rule.
    fn own_cause(diagnosis: &Diagnosis) -> Option<&str> {
        let general = Rule::find(diagnosis.code)?.cause;
        (diagnosis.cause != general).then_some(&*diagnosis.cause)
    }

    /// From the first to the last dated line.
    fn logged(&self) -> Option<String> {
        let (first, last) = self.device.first_time.as_ref().zip(self.device.last_time.as_ref())?;
        Some(format!("{} to {}", minute(first), minute(last)))
    }

    fn assembly(&self) -> Option<String> {
        let revision = self.device.assembly_revision.as_ref().map(|revision| format!("Rev {revision}"));
        let parts: Vec<String> = self.device.assembly.iter().cloned().chain(revision).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// `3 lines, 2016-02-26 09:20 to 2016-02-27 10:00`.
fn seen(diagnosis: &Diagnosis) -> String {
    let span = time::span(diagnosis).unwrap_or_else(|| "no date".to_owned());
    diagnosis.how_often().into_iter().chain([span]).collect::<Vec<_>>().join(", ")
}

/// The name of a slot as a title: `Platform 1`.
fn slot_name(slot: Slot) -> String {
    match slot {
        Slot::BuiltIn => "Built-in".to_owned(),
        Slot::Platform(number) => format!("Platform {number}"),
        Slot::Application(number) => format!("Application {number}"),
    }
}

/// `installed · name · 802 bytes, key 636`.
fn content(certificate: &Certificate) -> String {
    let length = certificate.certificate_length.map(|length| format!("{length} bytes"));
    let key_length = certificate.key_length.map(|length| format!("key {length} bytes"));
    let state = match certificate.state {
        CertificateState::NotAvailable if certificate.is_key_alone() => "private key without its certificate",
        CertificateState::NotAvailable => certificate.absence(),
        state => state.name(),
    };
    let key_length = key_length.or_else(|| certificate.lacks_key().then(|| "no key".to_owned()));
    let parts = [Some(state.to_owned()), certificate.common_name.clone(), length, key_length];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
