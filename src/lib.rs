//! phonecert reads the application logs of Polycom/Poly phones and reports what is wrong with their
//! device certificates, why, and what to do.
//!
//! ```
//! let report = phonecert::Scanner::new().scan(["testdata/fleet"]);
//! for phone in report.phones() {
//!     let active = phone.diagnoses.iter().filter(|diagnosis| diagnosis.state == phonecert::State::Active);
//!     let codes: Vec<_> = active.map(|diagnosis| diagnosis.code).collect();
//!     println!("{} {} {codes:?}", phone.mac.as_deref().unwrap_or("?"), phone.status.name());
//! }
//! # assert!(report.phones().any(|phone| phone.mac.as_deref() == Some("0004F2A1B202")));
//! ```
//!
//! [`Scanner`] reads; its [`Report`] has a [`Phone`] for each telephone, with its [`Certificate`]s and each
//! [`Diagnosis`] with the lines that are its [`Evidence`]. `examples/scan.rs` prints them.
//!
//! # The pipeline
//!
//! ```text
//! paths ─input→ sources, grouped by phone ─log→ LogDigest ─timeline→ Timeline
//!       ─check→ Phone ─fleet→ phones ─report→ bytes
//! ```
//!
//! # The modules
//!
//! The lowest layer comes first: a module uses only modules in rows above its own. `tests/layers.rs` checks that.
//!
//! | modules | what they do |
//! |---|---|
//! | `model` | what all stages speak of: addresses, slots, fingerprints, versions, states |
//! | `quantity`, `secrets`, `sentence`, `stamp` | numbers in words; removes keys and passwords from texts; sentences of this program, in typed parts; the time stamps of lines |
//! | `problem` | what could not be read, and why |
//! | `line`, `reference`, `window` | splits a line into header and text; the tables of the vendor's guide; `--since` and `--until` |
//! | `event`, `input` | the known messages and their grammars; finds logs by their names, groups them by phone, opens archives and compressed files |
//! | `config`, `digest`, `inventory`, `records` | configuration files; the digest of one log; the labels of `--inventory`; digests on disk |
//! | `log` | reads a log into a `LogDigest` |
//! | `timeline` | joins the logs of a phone: order, years, boots, the content of each slot over time |
//! | `check` | one file per diagnosis: takes a timeline, returns findings with their evidence |
//! | `lookup` | searches the tables of the guide, for `phonecert lookup` |
//! | `report::shape` | the shapes of the output, frozen by `schema_version` |
//! | `redact` | replaces names and addresses by pseudonyms |
//! | `diff`, `phone` | compares two answers; reduces a phone to one row |
//! | `report` | one file per format, for the answers of all commands |
//! | `scan` | runs all of the above for each phone, on all threads |
//!
//! On top are `facade`, which has the stable items, and the program: `main.rs`, `cli`, `commands`.
//!
//! # Stability
//!
//! Only the items listed here are stable. The modules are public for the program and its tests; they are not
//! documented here and change without notice.

mod facade;

pub use facade::{Report, Scanner};
pub use inventory::{Inventory, InventoryError};
pub use model::{CertificateState, Mac, NotAMac, Severity, State, Status};
pub use problem::{Problem, ProblemKind};
pub use report::shape::{
    Baseline, Certificate, ConfigurationLine, Device as Phone, Diagnosis, EventRow as Event, Evidence,
    FleetDay, SCHEMA_VERSION, Scanned, Summary, ZtpReadiness,
};

#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod diff;
#[doc(hidden)]
pub mod digest;
#[doc(hidden)]
pub mod event;
#[doc(hidden)]
pub mod input;
#[doc(hidden)]
pub mod inventory;
#[doc(hidden)]
pub mod line;
#[doc(hidden)]
pub mod log;
#[doc(hidden)]
pub mod lookup;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod phone;
#[doc(hidden)]
pub mod problem;
#[doc(hidden)]
pub mod quantity;
#[doc(hidden)]
pub mod records;
#[doc(hidden)]
pub mod redact;
#[doc(hidden)]
pub mod reference;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod scan;
#[doc(hidden)]
pub mod secrets;
#[doc(hidden)]
pub mod sentence;
#[doc(hidden)]
pub mod stamp;
#[doc(hidden)]
pub mod timeline;
#[doc(hidden)]
pub mod window;
