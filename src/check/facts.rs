//! What other modules need to know about a diagnosis.

use super::join;

/// What the rest of the program needs to know about a diagnosis, so that no other code depends on its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What it is about.
    pub family: Family,
    /// If active, the phone's status is at least `unknown`.
    pub means_unknown: bool,
    /// What it means for zero-touch provisioning (ZTP) if it is active.
    pub ztp: Ztp,
    /// Its remedy is to install a certificate: `device` says where that can be done.
    pub about_installing: bool,
    /// Its remedy depends on which certificate the phone uses: `device` says how that is chosen.
    pub about_choosing: bool,
    /// For CFG diagnoses: a file could not be read, so that others about its content may be missing.
    pub leaves_file_unread: bool,
    /// For CFG diagnoses: a file is missing. Its content is not known, unless it is a file of this phone alone: then it
    /// sets nothing.
    pub names_missing_file: bool,
    /// It is found only if the log names the phone's software. True for all of [`Family::Provisioning`].
    pub needs_software: bool,
    /// For CFG diagnoses: it may be found only by what the log shows, of the slot if it is of one.
    pub needs_log: bool,
    /// It is found only by comparing phones.
    pub from_fleet: bool,
    /// For CFG diagnoses: the result depends on the phone's address, so it is not reused for other phones with the
    /// same files and log.
    pub depends_on_mac: bool,
    /// For CFG diagnoses: it says itself where it is not known which of several values counts.
    pub names_rivals: bool,
    /// If many phones begin to show it within a day, the cause is probably in a server. True for all of
    /// [`Family::Installation`] and [`Family::Connection`].
    pub suggests_server_fault: bool,
    /// Its occurrences are lines of logs. Otherwise they are what several lines show together.
    pub counts_lines: bool,
    /// The question to which lines of the phone's configuration files can be the answer.
    pub asks: Option<join::Question>,
}

impl Facts {
    pub(super) const fn of(family: Family) -> Self {
        Self {
            family,
            means_unknown: false,
            ztp: Ztp::Unaffected,
            about_installing: false,
            about_choosing: false,
            leaves_file_unread: false,
            names_missing_file: false,
            needs_software: matches!(family, Family::Provisioning),
            needs_log: false,
            from_fleet: false,
            depends_on_mac: false,
            names_rivals: false,
            suggests_server_fault: matches!(family, Family::Installation | Family::Connection),
            counts_lines: true,
            asks: None,
        }
    }
}

/// What an active diagnosis means for zero-touch provisioning, which requires a factory certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ztp {
    /// Nothing.
    Unaffected,
    /// It is not known whether the phone has a factory certificate.
    Uncertain,
    /// The phone can't use it.
    Blocked,
}

/// What a diagnosis is about: the letters of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// INS: installing custom certificates.
    Installation,
    /// INV: the certificates that the phone reports at boot, mostly the built-in one.
    Inventory,
    /// TLS: connections.
    Connection,
    /// ZTP: zero-touch provisioning.
    Provisioning,
    /// LOG: what the logs can and cannot tell.
    Log,
    /// FLT: phones compared with each other.
    Fleet,
    /// CFG: the content of configuration files.
    Configuration,
}

impl Family {
    /// All, in the order in which they are explained.
    pub const ALL: [Self; 7] = [
        Self::Installation,
        Self::Inventory,
        Self::Connection,
        Self::Provisioning,
        Self::Log,
        Self::Fleet,
        Self::Configuration,
    ];

    /// A heading for its diagnoses.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Installation => "Installing custom certificates",
            Self::Inventory => "Certificates that the phone reports",
            Self::Connection => "TLS connections",
            Self::Provisioning => "Zero-touch provisioning",
            Self::Log => "What the logs can and cannot tell",
            Self::Fleet => "Phones compared with each other",
            Self::Configuration => "Configuration files",
        }
    }
}
