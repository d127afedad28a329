//! A phone as compact JSON, written straight away: a report of a fleet is little else.
//!
//! serde's form of the same shapes is what a test holds this to, byte for byte.

use std::borrow::Cow;

use serde::Serialize;

use crate::report::shape::{
    Certificate, CertificateState, Device, Diagnosis, Evidence, Severity, State, Status,
};

/// What has a JSON form.
pub(super) trait Json {
    /// Appends it.
    fn append(&self, bytes: &mut Vec<u8>);
}

/// The members of an object are a shape's fields: all of them, or it does not compile.
macro_rules! object {
    ($shape:ident { $first:ident $(, $field:ident)* $(,)? }) => {
        impl Json for $shape {
            fn append(&self, bytes: &mut Vec<u8>) {
                let Self { $first $(, $field)* } = self;
                bytes.extend_from_slice(concat!("{\"", stringify!($first), "\":").as_bytes());
                $first.append(bytes);
                $(
                    bytes.extend_from_slice(concat!(",\"", stringify!($field), "\":").as_bytes());
                    $field.append(bytes);
                )*
                bytes.push(b'}');
            }
        }
    };
}

object!(Device {
    mac,
    model,
    assembly,
    assembly_revision,
    software,
    status,
    files,
    boots,
    first_time,
    last_time,
    certificates,
    diagnoses,
});

object!(Certificate {
    slot,
    state,
    common_name,
    fingerprint,
    fingerprint_algorithm,
    certificate_length,
    key_length,
});

object!(Diagnosis {
    code,
    name,
    severity,
    state,
    slot,
    message,
    cause,
    remedy,
    reference,
    occurrences,
    first_seen,
    last_seen,
    evidence,
});

object!(Evidence { file, line, stamp, time, uptime, text });

/// What is shown as a word of ours, which needs no escape.
macro_rules! words {
    ($($shape:ident)*) => {
        $(impl Json for $shape {
            fn append(&self, bytes: &mut Vec<u8>) {
                quote(self.name(), bytes);
            }
        })*
    };
}

words!(Status Severity State CertificateState);

impl Json for str {
    fn append(&self, bytes: &mut Vec<u8>) {
        if is_plain(self.as_bytes()) { quote(self, bytes) } else { super::append(self, bytes) }
    }
}

impl Json for &str {
    fn append(&self, bytes: &mut Vec<u8>) {
        str::append(self, bytes);
    }
}

impl Json for String {
    fn append(&self, bytes: &mut Vec<u8>) {
        str::append(self, bytes);
    }
}

impl Json for Cow<'_, str> {
    fn append(&self, bytes: &mut Vec<u8>) {
        str::append(self, bytes);
    }
}

impl Json for u64 {
    fn append(&self, bytes: &mut Vec<u8>) {
        number(self, bytes);
    }
}

impl Json for f64 {
    fn append(&self, bytes: &mut Vec<u8>) {
        number(self, bytes);
    }
}

impl<T: Json> Json for Option<T> {
    fn append(&self, bytes: &mut Vec<u8>) {
        match self {
            Some(value) => value.append(bytes),
            None => bytes.extend_from_slice(b"null"),
        }
    }
}

impl<T: Json> Json for Vec<T> {
    fn append(&self, bytes: &mut Vec<u8>) {
        bytes.push(b'[');
        for (place, item) in self.iter().enumerate() {
            if place > 0 {
                bytes.push(b',');
            }
            item.append(bytes);
        }
        bytes.push(b']');
    }
}

fn quote(plain: &str, bytes: &mut Vec<u8>) {
    bytes.push(b'"');
    bytes.extend_from_slice(plain.as_bytes());
    bytes.push(b'"');
}

/// A number always has a JSON form, and memory takes it.
fn number<T: Serialize>(number: &T, bytes: &mut Vec<u8>) {
    let _ = serde_json::to_writer(bytes, number);
}

/// Whether a text stands in JSON as it is: printable ASCII, which hides nothing, without `"` and `\`.
fn is_plain(text: &[u8]) -> bool {
    match text.len() {
        16.. => in_steps_of::<16>(text),
        8.. => in_steps_of::<8>(text),
        _ => are_plain(text),
    }
}

/// As many bytes at a time as are one step of the machine; the last may overlap those before.
fn in_steps_of<const N: usize>(text: &[u8]) -> bool {
    let is_step_plain = |step: &[u8; N]| are_plain(step);
    let (steps, _) = text.as_chunks();
    steps.iter().all(is_step_plain) && text.last_chunk().is_none_or(is_step_plain)
}

/// Without a way out in its midst, which is what lets the machine look at all bytes at once.
fn are_plain(bytes: &[u8]) -> bool {
    let is_plain = |byte: u8| (b' '..0x7F).contains(&byte) & (byte != b'"') & (byte != b'\\');
    bytes.iter().fold(true, |all, byte| all & is_plain(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::fixture;

    fn written<T: Json>(value: &T) -> String {
        let mut bytes = Vec::new();
        value.append(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    fn through_serde<T: Serialize>(value: &T) -> String {
        let mut bytes = Vec::new();
        super::super::append(value, &mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn phones_are_as_serde_writes_them() {
        for device in fixture::large(3).devices {
            assert_eq!(written(&device), through_serde(&device));
        }
        assert_eq!(written(&Status::ALL.to_vec()), through_serde(&Status::ALL));
        for severity in [Severity::Error, Severity::Warning, Severity::Info] {
            assert_eq!(written(&severity), through_serde(&severity));
        }
        for state in [State::Active, State::Resolved] {
            assert_eq!(written(&state), through_serde(&state));
        }
        use CertificateState::{Installed, NotAvailable, Rejected};
        for state in [Installed, NotAvailable, Rejected] {
            assert_eq!(written(&state), through_serde(&state));
        }
    }

    proptest! {
        #[test]
        fn texts_are_as_serde_writes_them(text in any::<String>(), plain in "[ -~]{0,70}") {
            prop_assert_eq!(written(&text), through_serde(&text));
            prop_assert_eq!(written(&plain), through_serde(&plain));
        }

        #[test]
        fn numbers_are_as_serde_writes_them(whole in any::<u64>(), broken in any::<f64>()) {
            prop_assert_eq!(written(&whole), through_serde(&whole));
            prop_assert_eq!(written(&broken), through_serde(&broken));
        }
    }
}
