//! What the lines of a log show of a certificate.

use serde::{Deserialize, Serialize};

use super::Fingerprint;

/// What the lines of a log show of the certificate in a slot and of its private key. None: no line shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateDetails {
    /// The certificate's common name.
    pub common_name: Option<Box<str>>,
    /// Its fingerprint.
    pub fingerprint: Option<Fingerprint>,
    /// Its length in bytes.
    pub certificate_length: Option<u64>,
    /// The private key's length in bytes.
    pub key_length: Option<u64>,
}

impl CertificateDetails {
    /// Whether the values that both have are equal.
    pub fn agree_with(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(this: &Option<T>, other: &Option<T>) -> bool {
            this.is_none() || other.is_none() || this == other
        }
        agree(&self.fingerprint, &other.fingerprint)
            && agree(&self.common_name, &other.common_name)
            && agree(&self.certificate_length, &other.certificate_length)
            && agree(&self.key_length, &other.key_length)
    }

    /// Takes the values that are not known yet from `other`.
    pub fn fill_from(&mut self, other: &Self) {
        fn fill<T: Clone>(this: &mut Option<T>, other: &Option<T>) {
            if this.is_none() {
                this.clone_from(other);
            }
        }
        fill(&mut self.common_name, &other.common_name);
        fill(&mut self.fingerprint, &other.fingerprint);
        fill(&mut self.certificate_length, &other.certificate_length);
        fill(&mut self.key_length, &other.key_length);
    }
}
