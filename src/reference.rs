//! The tables of the vendor's guide as types: since which revision phones have a factory certificate, which
//! software zero-touch provisioning requires, the limits of slots, and the texts of the phone's menu.
//!
//! The rows are in `reference/*.csv`, one file per table, and are compiled in. Each row names the document
//! and the section it comes from. If the guide has a misprint, the row is corrected and its `note` has the
//! printed text.

mod cell;
mod menu;
mod model;
mod part_number;
mod parts;
mod revision;
mod slots;
mod ztp;

pub use menu::{MenuText, menu_texts};
pub use model::{Model, ModelName, NotAModel};
pub use part_number::{Label, NotAPartNumber, PartNumber};
pub use parts::{
    Expectation, LabelKind, PartRow, factory_certificate_expected, model_with_label, part_rows,
    rows_with_label,
};
pub use revision::{NotARevision, Revision};
pub use slots::{
    MAX_PLATFORM_CERTIFICATE, MAX_PLATFORM_KEY, SlotRow, custom_certificate_capacity, release_with, slot_row,
};
pub use ztp::{Readiness, Release, ZTP_CUTOVER, ZtpRow, ztp_readiness, ztp_rows};
