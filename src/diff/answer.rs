//! Reads an answer of `scan --format json` phone by phone, so that an answer of a million phones is never in
//! memory as a whole.

use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serializer};

use super::PhoneName;
use crate::model::{CertificateState, Mac, Severity, State, Status};
use crate::report::shape::SCHEMA_VERSION;

/// Why a file can't be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotAnAnswer {
    /// It can't be read.
    #[error("{0}")]
    Unreadable(std::io::Error),
    /// It is in UTF-16, unlike the output of `scan --format json`.
    #[error("is UTF-16, as PowerShell's `>` writes it; let `scan` write the file: --output FILE.json")]
    Utf16,
    /// It is damaged, cut off, or not an answer.
    #[error("is no whole answer of `phonecert scan --format json`: {0}")]
    Other(serde_json::Error),
}

/// What is compared of a phone.
#[derive(Debug)]
pub(super) struct Phone {
    pub(super) status: Status,
    /// In the answer's order. If there are several of one code and slot, only the first is kept; active ones
    /// come before resolved ones.
    diagnoses: Box<[Known]>,
    pub(super) certificates: Box<[(Box<str>, Content)]>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Known {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) severity: Severity,
    pub(super) state: State,
    pub(super) slot: Option<String>,
    pub(super) message: String,
    pub(super) first_seen: Option<String>,
    pub(super) last_seen: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) state: CertificateState,
    pub(super) common_name: Option<Box<str>>,
    pub(super) fingerprint: Option<Box<str>>,
}

impl Phone {
    fn of(device: Device) -> Self {
        let mut diagnoses = device.diagnoses;
        diagnoses.sort_by_key(|known| known.state);
        let mut kept: Vec<Known> = Vec::with_capacity(diagnoses.len());
        for known in diagnoses {
            if !kept.iter().any(|other| other.code == known.code && other.slot == known.slot) {
                kept.push(known);
            }
        }
        let certificates = device.certificates.into_iter().map(|certificate| {
            let Certificate { slot, state, common_name, fingerprint } = certificate;
            (slot, Content { state, common_name, fingerprint })
        });
        Self { status: device.status, diagnoses: kept.into(), certificates: certificates.collect() }
    }

    pub(super) fn has(&self, state: State, code: &str, slot: Option<&str>) -> bool {
        self.diagnoses
            .iter()
            .any(|known| known.state == state && known.code == code && known.slot.as_deref() == slot)
    }

    pub(super) fn active(&self) -> impl Iterator<Item = &Known> {
        self.diagnoses.iter().filter(|known| known.state == State::Active)
    }

    pub(super) fn into_active(self) -> impl Iterator<Item = Known> {
        self.diagnoses.into_iter().filter(|known| known.state == State::Active)
    }
}

impl Content {
    /// Whether the certificate differs from that in `other`, or is missing in one of them. Fingerprints by
    /// different hash algorithms can't be compared; then the names are.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let differ =
            |a: &Option<Box<str>>, b: &Option<Box<str>>| matches!((a, b), (Some(a), Some(b)) if a != b);
        let length = |content: &Self| content.fingerprint.as_deref().map(str::len);
        self.state != other.state
            || match (length(self), length(other)) {
                (Some(this), Some(that)) if this == that => differ(&self.fingerprint, &other.fingerprint),
                _ => differ(&self.common_name, &other.common_name),
            }
    }
}

/// Calls `each` with every phone of an answer. `each` returns false for a phone that it has already seen.
pub(super) fn read(
    input: &mut dyn BufRead,
    mut each: impl FnMut(PhoneName, Phone) -> bool,
) -> Result<(), NotAnAnswer> {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    let begin = input.fill_buf().map_err(NotAnAnswer::Unreadable)?;
    if begin.starts_with(b"\xFF\xFE") || begin.starts_with(b"\xFE\xFF") {
        return Err(NotAnAnswer::Utf16);
    }
    if begin.starts_with(BYTE_ORDER_MARK) {
        input.consume(BYTE_ORDER_MARK.len());
    }
    let mut text = serde_json::Deserializer::from_reader(input);
    let read = Document(&mut each).deserialize(&mut text).and_then(|()| text.end());
    read.map_err(|error| match error.classify() {
        serde_json::error::Category::Io => NotAnAnswer::Unreadable(error.into()),
        _ => NotAnAnswer::Other(error),
    })
}

pub(super) fn mac_as_text<S: Serializer>(mac: &Option<Mac>, to: S) -> Result<S::Ok, S::Error> {
    match mac {
        Some(mac) => to.collect_str(mac),
        None => to.serialize_none(),
    }
}

/// A phone in the answer, with only the members that are compared.
#[derive(Deserialize)]
struct Device {
    mac: Option<String>,
    files: Vec<String>,
    status: Status,
    certificates: Vec<Certificate>,
    diagnoses: Vec<Known>,
}

#[derive(Deserialize)]
struct Certificate {
    slot: Box<str>,
    state: CertificateState,
    common_name: Option<Box<str>>,
    fingerprint: Option<Box<str>>,
}

#[derive(Deserialize)]
struct Tool {
    name: String,
}

/// The whole answer.
struct Document<'f, F>(&'f mut F);

impl<'de, F: FnMut(PhoneName, Phone) -> bool> DeserializeSeed<'de> for Document<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, F: FnMut(PhoneName, Phone) -> bool> Visitor<'de> for Document<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of `scan --format json`")
    }

    /// The members may be in any order: `jq -S`, for instance, sorts them.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (mut is_ours, mut has_version, mut has_devices) = (false, false, false);
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "schema_version" => {
                    let version: u64 = members.next_value()?;
                    if version != u64::from(SCHEMA_VERSION) {
                        return Err(A::Error::custom(format_args!(
                            "it has schema_version {version}, and this program compares {SCHEMA_VERSION}; \
                             scan again with this version"
                        )));
                    }
                    has_version = true;
                }
                "tool" => is_ours = members.next_value::<Tool>()?.name == env!("CARGO_PKG_NAME"),
                "devices" if has_devices => return Err(A::Error::duplicate_field("devices")),
                "devices" => {
                    members.next_value_seed(Devices(&mut *self.0))?;
                    has_devices = true;
                }
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        match (is_ours && has_version, has_devices) {
            (true, true) => Ok(()),
            (true, false) => {
                Err(A::Error::custom("it has no `devices`; a scan with --group-by can't be compared"))
            }
            (false, _) => {
                Err(A::Error::custom("it does not say that phonecert made it, with its schema_version"))
            }
        }
    }
}

struct Devices<'f, F>(&'f mut F);

impl<'de, F: FnMut(PhoneName, Phone) -> bool> DeserializeSeed<'de> for Devices<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(PhoneName, Phone) -> bool> Visitor<'de> for Devices<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of devices")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut devices: A) -> Result<(), A::Error> {
        while let Some(device) = devices.next_element::<Device>()? {
            let mac = device.mac.as_deref().map(str::parse).transpose().map_err(A::Error::custom)?;
            let name = PhoneName::of(mac, &device.files);
            let told = name.to_string();
            if !(self.0)(name, Phone::of(device)) {
                return Err(A::Error::custom(format_args!("the phone {told} stands in it twice")));
            }
        }
        Ok(())
    }
}
