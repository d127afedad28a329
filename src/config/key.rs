//! Private keys: PKCS #8, PKCS #1, SEC 1 (RFC 5208, RFC 8017, RFC 5915), and OpenSSL's traditional form of DSA.
//!
//! Only the kind of a key, its length as the phone counts it, and its public half are kept. The caller wipes the
//! bytes; no value of this file contains any of them.

use serde::{Deserialize, Serialize};

use super::certificate::{EC, PublicKey, RSA, RSA_PSS};
use super::der::{
    BIT_STRING, Element, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, context, encoded_length,
};
use super::pem::Fault;

/// The data of a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateKey {
    /// The length that the phone logs and compares with its limit: bytes of the key's PKCS #8 DER.
    pub length: u32,
    /// The public half; [`PublicKey::Other`] if the key does not contain it.
    pub public: PublicKey,
    /// Why OpenSSL does not read the text, although its bytes are a key.
    pub refused: Option<Fault>,
}

/// The value of a key parameter, or why it can't be read.
pub type Key = Result<PrivateKey, Fault>;

/// Reads the key at the beginning of `der`; None if there is none. An encrypted one is a fault.
pub(super) fn parse(der: &[u8]) -> Option<Key> {
    let whole = Reader::new(der).take(SEQUENCE)?;
    let mut fields = whole.within();
    // EncryptedPrivateKeyInfo begins with an algorithm, every key with a number.
    let Some(version) = fields.take(INTEGER) else {
        fields.take(SEQUENCE)?.within().take(OID)?;
        fields.take(OCTET_STRING)?;
        return Some(Err(Fault::Encrypted));
    };
    let next = fields.next()?;
    let (length, public) = match (version.content, next.tag) {
        // PKCS #8: an algorithm, and the key inside.
        ([0 | 1], SEQUENCE) => {
            let algorithm = next.within().take(OID)?;
            let inner = fields.take(OCTET_STRING)?;
            let public = match algorithm.content {
                RSA | RSA_PSS => rsa(Reader::new(inner.content).take(SEQUENCE)?)?,
                EC => ec(Reader::new(inner.content).take(SEQUENCE)?),
                _ => PublicKey::Other,
            };
            (whole.whole.len(), public)
        }
        // PKCS #1: the numbers. DSA has five of them, RSA eight.
        ([0], INTEGER) => match dsa_length(whole) {
            Some(length) => (length, PublicKey::Other),
            None => {
                // Version, algorithm with its NULL, and the numbers in an OCTET STRING.
                let algorithm = encoded_length(encoded_length(RSA.len()) + 2);
                let content = 3 + algorithm + encoded_length(whole.whole.len());
                (encoded_length(content), rsa(whole)?)
            }
        },
        // SEC 1: the secret, the curve, and usually the public point.
        ([1], OCTET_STRING) => {
            let curve = fields.take(context(0));
            let parameters = curve.map_or(0, |curve| curve.whole.len());
            let name = curve.map_or(0, |curve| curve.content.len());
            // PKCS #8 names the curve with the algorithm, and not again inside.
            let inner = encoded_length(whole.content.len() - parameters);
            let algorithm = encoded_length(encoded_length(EC.len()) + name);
            (encoded_length(3 + algorithm + encoded_length(inner)), ec(whole))
        }
        _ => return None,
    };
    Some(Ok(PrivateKey { length: length as u32, public, refused: None }))
}

/// The length of a traditional DSA key in PKCS #8; None for other keys.
fn dsa_length(key: Element<'_>) -> Option<usize> {
    /// id-dsa, 1.2.840.10040.4.1.
    const DSA: &[u8] = b"\x2a\x86\x48\xce\x38\x04\x01";
    let mut numbers = key.within();
    let _version = numbers.take(INTEGER)?;
    let mut next = || numbers.take(INTEGER).map(|number| number.whole.len());
    let (p, q, g, _public, secret) = (next()?, next()?, next()?, next()?, next()?);
    // PKCS #8 names p, q and g with the algorithm, and only the secret number inside.
    let algorithm = encoded_length(encoded_length(DSA.len()) + encoded_length(p + q + g));
    let length = encoded_length(3 + algorithm + encoded_length(secret));
    numbers.next().is_none().then_some(length)
}

fn rsa(key: Element<'_>) -> Option<PublicKey> {
    let mut numbers = key.within();
    numbers.take(INTEGER)?;
    let (modulus, exponent) = (numbers.take(INTEGER)?, numbers.take(INTEGER)?);
    // A public key alone has no third number.
    numbers.take(INTEGER)?;
    Some(PublicKey::rsa(modulus.content, exponent.content))
}

fn ec(key: Element<'_>) -> PublicKey {
    let mut fields = key.within();
    let point = (|| {
        fields.take(INTEGER)?;
        fields.take(OCTET_STRING)?;
        let _curve = fields.take(context(0));
        fields.take(context(1))?.within().take(BIT_STRING)
    })();
    point.map_or(PublicKey::Other, |point| PublicKey::ec(point.content))
}
