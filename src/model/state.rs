//! The states of a phone, a diagnosis and a slot, each as one word that every format uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A phone's status. The order is worst first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// An active error.
    Failed,
    /// An active warning and no error.
    Attention,
    /// The logs contain too little information.
    #[default]
    Unknown,
    /// The logs contain evidence, and show nothing wrong.
    Ok,
}

impl Status {
    /// All, worst first.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Attention, Self::Unknown, Self::Ok];

    /// The status that an active diagnosis gives a phone. One for information can mean that too little is known.
    #[must_use]
    pub const fn from_severity(severity: Severity, means_unknown: bool) -> Self {
        match severity {
            Severity::Error => Self::Failed,
            Severity::Warning => Self::Attention,
            Severity::Info if means_unknown => Self::Unknown,
            Severity::Info => Self::Ok,
        }
    }

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

/// How severe a diagnosis is. The order is worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The phone can't use a certificate it should use.
    Error,
    /// It works now, or may not work.
    Warning,
    /// For information.
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

/// Whether a diagnosis is still active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// No later line of the logs shows that the cause is gone.
    Active,
    /// A later line shows that the cause is gone.
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
    /// The last known event is a refused installation.
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
