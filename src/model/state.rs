//! How a phone, a diagnosis and a slot fare, each in one word that every format uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A phone's state in one word. The order is worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// An active error.
    Failed,
    /// An active warning and no error.
    Attention,
    /// The logs say too little.
    Unknown,
    /// Evidence, and nothing wrong in it.
    Ok,
}

impl Status {
    /// All, worst first.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Attention, Self::Unknown, Self::Ok];

    /// The word in every format: `failed`, `attention`, `unknown`, `ok`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Attention => "attention",
            Self::Unknown => "unknown",
            Self::Ok => "ok",
        }
    }
}

/// How much a diagnosis weighs. The order is worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The phone can't use a certificate it should use.
    Error,
    /// It works now, or may not work.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// `error`, `warning` or `info`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Whether a diagnosis still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing later in the logs shows the cause gone.
    Active,
    /// Later evidence shows the cause gone.
    Resolved,
}

impl State {
    /// `active` or `resolved`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Resolved => "resolved",
        }
    }
}

/// What is known of a slot's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateState {
    /// A certificate is in the slot.
    Installed,
    /// The slot is empty.
    NotAvailable,
    /// The last thing known is a refused installation.
    Rejected,
}

impl CertificateState {
    /// `installed`, `not-available` or `rejected`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::NotAvailable => "not-available",
            Self::Rejected => "rejected",
        }
    }
}
