//! The guide's tables, typed: since which revision phones have a factory certificate, which software
//! zero-touch provisioning asks for, what a slot takes, what the phone's menu says.
//!
//! The rows stand in `reference/*.csv`, one file a table, and are compiled in. Each row names the
//! document and the section it comes from. Where the guide's text has a slip of its layout, the row is
//! right and its `note` keeps what was printed.

mod menu;
mod model;
mod month;
mod part_number;
mod parts;
mod revision;
mod slots;
mod ztp;

pub use menu::{MenuText, menu_texts};
pub use model::{Family, Model, ModelName, NotAModel};
pub use month::{Month, NotAMonth};
pub use part_number::{Label, NotAPartNumber, PartNumber};
pub use parts::{Expectation, LabelKind, PartRow, factory_certificate_expected, part_rows};
pub use revision::{NotARevision, Revision};
pub use slots::{
    PLATFORM_CERTIFICATE_MAX, PLATFORM_KEY_MAX, SlotKind, SlotRow, Use, custom_certificate_capacity,
    slot_rows,
};
pub use ztp::{Readiness, Release, ZTP_CUTOVER, ZtpRow, ztp_readiness, ztp_rows};

use serde::de::DeserializeOwned;

/// The rows of a table; an error names the line.
fn rows<Row: DeserializeOwned>(table: &str) -> Result<Vec<Row>, csv::Error> {
    csv::Reader::from_reader(table.as_bytes()).deserialize().collect()
}
