//! Configuration files: which of them a phone reads, which values they set, what is wrong with these, and how they
//! relate to the phone's log.
//!
//! ```text
//! names of a walk ─TreeBuilder→ ConfigTree ─resolve→ PhoneConfig ┬─check→ findings
//!                                              LogFacts ─────────┴─join→ lines for the log's own diagnoses
//! ```
//!
//! The rules are those of the vendor's guides and of real files. Rules that no source states are never the basis of
//! a diagnosis. Values of keys and passwords never leave this module; of a private key, only its length and its
//! public half are kept.

mod certificate;
mod der;
mod facts;
mod file;
mod given;
mod key;
mod line;
mod log_location;
mod own_files;
mod parameter;
mod path;
mod pem;
mod phone;
mod phone_kind;
mod possible;
mod precedence;
mod reachable;
mod resolve;
mod same_files;
mod sites;
mod stored;
mod text;
mod tree;
mod unread;
mod value;
mod word;
mod xml;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use certificate::fingerprints;
pub use certificate::{Certificate, PublicKey};
pub use facts::{LogFacts, Refused, SlotFacts, SlotState};
pub use file::{File, Misspelt, ReadOutcome, Setting};
pub use given::{Effective, Given};
pub use key::{Key, PrivateKey};
pub use line::ConfigurationLine;
pub use log_location::LogLocation;
pub use parameter::{
    CA_SLOT_2, DEVICE_SET, Parameter, ParameterKind, SINCE_SSL, SINCE_TLS, Store, selected_slot,
};
pub use path::kind_and_phone;
pub use pem::Fault;
pub use phone::{
    ConfigSource, ConfiguredKey, Credential, Gate, NotFound, OtherCase, OtherList, PhoneConfig, Undecided,
    Unresolved,
};
pub use phone_kind::PhoneKind;
pub use precedence::SourceRole;
pub use reachable::{Reachable, reachable};
pub use resolve::resolve;
pub use stored::{KeyFile, Stored};
pub use tree::{ConfigTree, FindStored, TreeBuilder};
pub use unread::Doubt;
pub use value::{Certificates, Form, Value};
pub use xml::Malformed;
