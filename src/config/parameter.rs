//! The table of the parameters that concern certificates, and what other modules need to know of each.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::model::Slot;

/// Where a device certificate and its key go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Store {
    /// `device.sec.SSL.customDeviceCert`: the one custom certificate of 3.3.2 and later.
    Ssl,
    /// `device.sec.TLS.customDeviceCertX`, 1 or 2.
    Platform(u8),
    /// `sec.TLS.customDeviceCert.x`.
    Application(u8),
}

impl Store {
    /// The slot of the log. It is not known in which slot the certificate of 3.3.2 is.
    pub const fn slot(self) -> Option<Slot> {
        match self {
            Self::Ssl => None,
            Self::Platform(number) => Some(Slot::Platform(number)),
            Self::Application(number) => Some(Slot::Application(number)),
        }
    }

    /// The place of a slot's certificate; None for the built-in one.
    pub const fn of(slot: Slot) -> Option<Self> {
        match slot {
            Slot::BuiltIn => None,
            Slot::Platform(number) => Some(Self::Platform(number)),
            Slot::Application(number) => Some(Self::Application(number)),
        }
    }

    /// Whether it is in flash memory, with its limits and the gates of `device.*`.
    pub const fn is_device(self) -> bool {
        !matches!(self, Self::Application(_))
    }

    /// The parameters of certificate and key.
    pub fn names(self) -> [String; 2] {
        match self {
            Self::Ssl => {
                ["publicCert", "privateKey"].map(|part| format!("device.sec.SSL.customDeviceCert.{part}"))
            }
            Self::Platform(number) => ["publicCert", "privateKey"]
                .map(|part| format!("device.sec.TLS.customDeviceCert{number}.{part}")),
            Self::Application(number) => {
                ["customDeviceCert", "customDeviceKey"].map(|part| format!("sec.TLS.{part}.{number}"))
            }
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.slot() {
            Some(slot) => f.write_str(&slot.in_words()),
            None => f.write_str("the custom device certificate"),
        }
    }
}

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterKind {
    /// A device certificate.
    Certificate(Store),
    /// A device certificate's private key.
    Key(Store),
    /// A CA certificate, with the limit of its slot in bytes, if there is one.
    Ca(Option<u64>),
    /// A gate: `device.set`, or a parameter's own `.set`.
    Set,
    /// `device.sec.TLS.customDeviceCertX.publicCert.set`: a `.set` without effect.
    MisplacedSet(Store),
    /// Which certificate a TLS profile uses.
    ProfileCertificate,
    /// Which TLS profile an application uses.
    ProfileSelection,
    /// Trust in servers: CA lists, names, versions.
    Trust,
    /// The levels of the log, and whether it is uploaded.
    Log,
    /// Other ways in which the phone gets certificates.
    Enrolment,
}

/// A known parameter.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, case-sensitive.
    pub name: Box<str>,
    /// What it is for.
    pub kind: ParameterKind,
    /// The parameter that must be 1 for this one to count, in addition to `device.set`; None outside `device.*`.
    pub set_name: Option<Box<str>>,
}

/// Application slots: 6 according to the guide, 7 in newer software.
const APPLICATION_SLOTS: u8 = SLOTS.len() as u8;

const DEVICE_STORES: [Store; 3] = [Store::Ssl, Store::Platform(1), Store::Platform(2)];

const SLOTS: &[&str] = &["1", "2", "3", "4", "5", "6", "7"];

/// The bytes that platform CA slot 1 takes.
const CA_SLOT_1: u64 = 1536;

/// The bytes that platform CA slot 2 takes.
pub const CA_SLOT_2: u64 = 4096;

/// The parameters other than certificates and keys of devices. Each of the words replaces the asterisk.
const OTHERS: &[(ParameterKind, &str, &[&str])] = &[
    (ParameterKind::Set, DEVICE_SET, &[""]),
    (ParameterKind::Ca(Some(CA_SLOT_1)), "device.sec.TLS.customCaCert1", &[""]),
    (ParameterKind::Ca(Some(CA_SLOT_2)), "device.sec.TLS.customCaCert2", &[""]),
    (ParameterKind::Ca(None), "sec.TLS.customCaCert.*", SLOTS),
    (ParameterKind::ProfileCertificate, "device.sec.TLS.profile.deviceCert*", &["1", "2"]),
    (ParameterKind::ProfileCertificate, "sec.TLS.profile.*.deviceCert", SLOTS),
    (
        ParameterKind::ProfileSelection,
        "device.sec.TLS.profileSelection.*",
        &["dot1x", "provisioning", "syslog"],
    ),
    (
        ParameterKind::ProfileSelection,
        "sec.TLS.profileSelection.*",
        &["SIP", "browser", "LDAP", "SOPI", "XMPP", "syslog"],
    ),
    (ParameterKind::Trust, "device.sec.TLS.profile.caCertList*", &["1", "2"]),
    (ParameterKind::Trust, "device.sec.TLS.*.strictCertCommonNameValidation", &["dot1x", "prov", "syslog"]),
    (ParameterKind::Trust, "device.sec.TLS.protocol.*", &["dot1x", "prov", "syslog"]),
    (ParameterKind::Trust, "sec.TLS.*.strictCertCommonNameValidation", &["SIP", "SOPI", "LDAP"]),
    (ParameterKind::Trust, "sec.TLS.protocol.*", &["sip", "browser", "ldap", "sopi", "xmpp"]),
    (ParameterKind::Log, "log.*", &["level.change.tls", "level.change.hw", "render.level", "render.file"]),
    (ParameterKind::Log, "log.render.file.upload.*", &["period", "append.sizeLimit", "append.limitMode"]),
    (ParameterKind::Log, LOG_DIRECTORY, &[""]),
    (ParameterKind::Enrolment, SCEP, &[""]),
];

type Known = HashMap<Box<str>, Parameter>;

static KNOWN: LazyLock<Known> = LazyLock::new(table);

fn table() -> Known {
    let mut known = Known::default();
    let mut add = |name: String, kind| {
        let set_name = match kind {
            ParameterKind::Set | ParameterKind::MisplacedSet(_) => None,
            // One gate for certificate and key.
            ParameterKind::Certificate(_) | ParameterKind::Key(_) => {
                name.rsplit_once('.').map(|(slot, _)| format!("{slot}.set"))
            }
            _ => Some(format!("{name}.set")),
        };
        let set_name = set_name.filter(|_| name.starts_with("device."));
        let set_name = set_name.map(String::into_boxed_str);
        if let Some(name) = set_name.clone() {
            known.insert(name.clone(), Parameter { name, kind: ParameterKind::Set, set_name: None });
        }
        let name = name.into_boxed_str();
        known.insert(name.clone(), Parameter { name, kind, set_name });
    };
    let applications = (1..=APPLICATION_SLOTS).map(Store::Application);
    for store in DEVICE_STORES.into_iter().chain(applications) {
        let [certificate, key] = store.names();
        add(certificate, ParameterKind::Certificate(store));
        add(key, ParameterKind::Key(store));
    }
    for (kind, name, parts) in OTHERS {
        parts.iter().for_each(|part| add(name.replace('*', part), *kind));
    }
    for store in DEVICE_STORES {
        store
            .names()
            .into_iter()
            .for_each(|name| add(format!("{name}.set"), ParameterKind::MisplacedSet(store)));
    }
    known
}

/// The slot that a profile's value selects; None for a number or an unknown word.
pub fn selected_slot(value: &str) -> Option<Slot> {
    let lower = value.to_ascii_lowercase();
    let number = |prefix: &str| {
        lower.strip_prefix(prefix)?.parse::<u8>().ok().filter(|number| (1..=9).contains(number))
    };
    match lower.as_str() {
        "builtin" | "polycom" => Some(Slot::BuiltIn),
        _ => number("platform").map(Slot::Platform).or_else(|| number("application").map(Slot::Application)),
    }
}

/// An attribute of masters: where logs are uploaded to.
pub(super) const LOG_DIRECTORY: &str = "LOG_FILE_DIRECTORY";

impl Parameter {
    /// The known parameter with exactly this name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        KNOWN.get(name)
    }

    /// Whether a parameter has exactly this name.
    pub fn is_known(name: &str) -> bool {
        KNOWN.contains_key(name)
    }

    /// The first version of the software with this parameter; for a `.set`, with its values. None where that is not
    /// known, or does not matter. A Trio has another one than [`SINCE_VVX_5_9`].
    pub(super) fn since(&self) -> Option<[u32; 3]> {
        match self.kind {
            ParameterKind::Certificate(Store::Ssl) | ParameterKind::Key(Store::Ssl) => Some(SINCE_SSL),
            ParameterKind::Set => self.gated_values().first()?.since(),
            ParameterKind::Enrolment => Some(SINCE_VVX_5_9),
            ParameterKind::Trust if self.name.contains(".protocol.") => Some(SINCE_VVX_5_9),
            _ => (self.is_of_certificates() || self.kind == ParameterKind::Trust).then_some(SINCE_TLS),
        }
    }

    /// Whether it takes a switch (0 or 1), a number, or one of two modes.
    pub(super) fn is_switch(&self) -> bool {
        match self.kind {
            ParameterKind::Set | ParameterKind::MisplacedSet(_) | ParameterKind::Enrolment => true,
            ParameterKind::Log => *self.name != *LOG_DIRECTORY,
            ParameterKind::Trust => self.name.ends_with("strictCertCommonNameValidation"),
            _ => false,
        }
    }

    /// Whether it takes a word of a list, and is not a switch.
    pub(super) const fn is_word(&self) -> bool {
        use ParameterKind::{ProfileCertificate, ProfileSelection, Trust};
        matches!(self.kind, ProfileCertificate | ProfileSelection | Trust)
    }

    /// Whether this parameter contains a certificate or a key, or selects one.
    pub(super) const fn is_of_certificates(&self) -> bool {
        matches!(
            self.kind,
            ParameterKind::Certificate(_)
                | ParameterKind::Key(_)
                | ParameterKind::Ca(_)
                | ParameterKind::ProfileCertificate
                | ParameterKind::ProfileSelection
        )
    }

    /// The slot of a certificate or key; for a `.set`, the slot of its values.
    pub fn slot(&self) -> Option<Slot> {
        match self.kind {
            ParameterKind::Certificate(store)
            | ParameterKind::Key(store)
            | ParameterKind::MisplacedSet(store) => store.slot(),
            ParameterKind::Set => self.gated_values().first()?.slot(),
            _ => None,
        }
    }

    /// The parameters that this `.set` enables; none for `device.set`.
    pub fn gated_values(&self) -> Vec<&'static Self> {
        let mut values: Vec<_> =
            KNOWN.values().filter(|one| one.set_name.as_ref() == Some(&self.name)).collect();
        values.sort_by_key(|value| value.kind);
        values
    }

    /// Whether the name begins like those of known parameters.
    pub(super) fn may_be_known(name: &str) -> bool {
        ["device.", "sec.", "log.", "SCEP.", "LOG_"].iter().any(|start| name.starts_with(start))
    }

    /// Whether it is worth comparing this name with the known ones, which takes 30 µs.
    pub(super) fn may_be_misspelt(name: &str) -> bool {
        if name.len() <= SCEP.len() + 1 {
            return near_short(name).is_some();
        }
        let is_word = |three: &[u8]| matches!(three, b"TLS" | b"tls" | b"ert" | b"sec" | b"Sec" | b"Key");
        (18..=64).contains(&name.len()) && name.as_bytes().windows(3).any(is_word)
    }

    /// The known certificate parameter from which `name` differs by one or two edits, or in case. A different
    /// number is not a misspelling, because newer software has more slots.
    pub(super) fn misspelt(name: &str) -> Option<&'static str> {
        const MAX_EDITS: usize = 2;
        if let Some(known) = near_short(name) {
            return Some(known);
        }
        let near = KNOWN.values().filter(|known| {
            known.is_of_certificates()
                || known.kind == ParameterKind::Trust
                || known.kind == ParameterKind::Set && *known.name != *DEVICE_SET
        });
        let near =
            near.filter(|known| known.name.len().abs_diff(name.len()) <= MAX_EDITS).filter_map(|known| {
                let is_near = known.name.eq_ignore_ascii_case(name);
                let edits = if is_near { 0 } else { strsim::levenshtein(&known.name, name) };
                (edits <= MAX_EDITS).then_some((edits, &*known.name))
            });
        let (_, known) = near.min()?;
        let is_other_number = !name.starts_with("device.") && with_any_number(name) == with_any_number(known);
        (!is_other_number).then_some(known)
    }
}

/// The first version with the one custom certificate.
pub const SINCE_SSL: [u32; 3] = [3, 3, 2];

/// The first version with certificate slots and TLS profiles.
pub const SINCE_TLS: [u32; 3] = [4, 0, 0];

/// The first version with lowest versions of TLS and with SCEP, on a VVX.
pub(super) const SINCE_VVX_5_9: [u32; 3] = [5, 9, 0];

/// The same on a Trio.
pub(super) const SINCE_TRIO_5_7: [u32; 3] = [5, 7, 2];

/// The gate of all `device.*` parameters.
pub const DEVICE_SET: &str = "device.set";

/// Whether the phone gets its certificate by SCEP.
const SCEP: &str = "SCEP.enable";

/// The short name that this one is in another case, or with one letter wrong, missing, added or moved. Two edits
/// would be too many for so short a name: `device.sntp` differs no more from `device.set`.
fn near_short(name: &str) -> Option<&'static str> {
    // Names of real groups of parameters.
    const NEIGHBOURS: [&str; 2] = ["device.net", "device.sec"];
    let bytes = name.as_bytes();
    let is_near = |known: &str| {
        let (start, end) = (&known.as_bytes()[..4], &known.as_bytes()[known.len() - 4..]);
        let begins_so = || bytes.get(..4).is_some_and(|first| first.eq_ignore_ascii_case(start));
        let ends_so = || bytes.last_chunk::<4>().is_some_and(|last| last.eq_ignore_ascii_case(end));
        if name.len().abs_diff(known.len()) > 1 || name == known || !(begins_so() || ends_so()) {
            return false;
        }
        let lower = name.to_ascii_lowercase();
        !NEIGHBOURS.contains(&&*lower) && strsim::osa_distance(&known.to_ascii_lowercase(), &lower) <= 1
    };
    [DEVICE_SET, SCEP].into_iter().find(|known| is_near(known))
}

/// The name with `#` in place of each number.
fn with_any_number(name: &str) -> String {
    let mut without = String::new();
    for letter in name.chars().map(|letter| if letter.is_ascii_digit() { '#' } else { letter }) {
        if letter != '#' || !without.ends_with('#') {
            without.push(letter);
        }
    }
    without
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_of_device_parameters() {
        for (name, set) in [
            ("device.sec.TLS.customDeviceCert1.publicCert", Some("device.sec.TLS.customDeviceCert1.set")),
            ("device.sec.TLS.customDeviceCert2.privateKey", Some("device.sec.TLS.customDeviceCert2.set")),
            ("device.sec.TLS.customCaCert1", Some("device.sec.TLS.customCaCert1.set")),
            ("sec.TLS.customDeviceKey.6", None),
            ("device.set", None),
        ] {
            assert_eq!(Parameter::find(name).unwrap().set_name.as_deref(), set, "{name}");
        }
        let misplaced = Parameter::find("device.sec.TLS.customDeviceCert1.publicCert.set").unwrap();
        assert_eq!(misplaced.kind, ParameterKind::MisplacedSet(Store::Platform(1)));
    }

    #[test]
    fn known_names_begin_as_known_ones() {
        assert!(KNOWN.keys().all(|name| Parameter::may_be_known(name)));
        assert!(!Parameter::may_be_known("reg.1.auth.password"));
    }

    #[test]
    fn one_or_two_edits_and_no_more() {
        for (name, known) in [
            ("device.sec.TLS.customDeviceCert1.pubicCert", "device.sec.TLS.customDeviceCert1.publicCert"),
            ("device.sec.TLS.customdevicecert1.publiccert", "device.sec.TLS.customDeviceCert1.publicCert"),
            ("device.sec.TLS.customDeviceCert3.publicCert", "device.sec.TLS.customDeviceCert1.publicCert"),
            ("device.sec.tls.customDeviceCert1.set", "device.sec.TLS.customDeviceCert1.set"),
            ("sec.TLS.customDeviceCrt.1", "sec.TLS.customDeviceCert.1"),
            ("device.sets", "device.set"),
            ("device.Set", "device.set"),
            ("DEVICE.SET", "device.set"),
            ("device.st", "device.set"),
            ("devcie.set", "device.set"),
            ("evice.set", "device.set"),
            ("device_set", "device.set"),
            ("scep.enable", "SCEP.enable"),
            ("SCEP.enabled", "SCEP.enable"),
            ("SCEP.enabel", "SCEP.enable"),
            ("sec.TLS.profile.1.deviceCert1", "sec.TLS.profile.1.deviceCert"),
            ("sec.TLS.customDeviceCert1", "sec.TLS.customDeviceCert.1"),
            ("device.sec.TLS.profile.cacertList1", "device.sec.TLS.profile.caCertList1"),
            (
                "device.sec.TLS.dot1x.strictCertCommonNameValidaton",
                "device.sec.TLS.dot1x.strictCertCommonNameValidation",
            ),
            ("sec.TLS.protocol.Sip", "sec.TLS.protocol.sip"),
        ] {
            assert_eq!(Parameter::misspelt(name), Some(known), "{name}");
            assert!(Parameter::may_be_misspelt(name), "{name}");
        }
        for name in [
            "sec.TLS.customDeviceCert.8",
            "sec.TLS.customCaCert.12",
            "sec.TLS.profile.9.deviceCert",
            "sec.TLS.profile.12.deviceCert",
            "sec.TLS.protocol.exchangeServices",
            "sec.TLS.protocol.webServer",
            "sec.TLS.browser.strictCertCommonNameValidation",
            "sec.TLS.profile.1.cipherSuite",
            "sec.TLS.profile.1.caCert.platform1",
            "SCEP.enable",
            "SNTP.enable",
            "SCEP.CAFingerprint",
            "voice.enable",
            "device.sec.TLS.customDeviceCert1.pubCert",
            "sec.TLS.cipherList",
            "device.sec.TLS.profile.cipherSuite1",
            "device.sec.coreDumpEncryption.enabled",
            "sec.TLS.profileSelection.WMI.strict",
            "reg.1.auth.password",
            "device.prov.user",
            "device.set",
            "device.net",
            "device.sec",
            "device.sntp",
            "device.enet",
            "device.host",
            "device.dhcp",
            "device.sets2",
            "service.set",
            "dialplan.set",
            "reg.1.set",
        ] {
            assert_eq!(Parameter::misspelt(name), None, "{name}");
        }
    }
}
