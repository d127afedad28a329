//! The parsed value of a certificate or key parameter. The value itself is not kept.

use serde::{Deserialize, Serialize};

use super::certificate::{self, Certificate, PublicKey};
use super::der;
use super::key::{self, Key, PrivateKey};
use super::pem::{self, Block, Fault, Label, Pem};
use super::word::{is_near_known, is_short_number};
use crate::model::Fingerprint;
use crate::quantity::counted;
use crate::secrets::conceal_address;
use crate::sentence::{Part, Sentence, sentence};

/// The longest value of a parameter that is shown.
const MAX_TEXT_LENGTH: usize = 200;

/// The most certificates of a device that are shown of a value.
const MAX_LEAVES_SHOWN: usize = 3;

/// The beginning of the note that replaces a text.
const NOT_SHOWN: &str = "(a text of ";

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A word or number, such as `PlatformProfile1`. Texts that may contain a secret are not kept.
    Text(Box<str>),
    /// Certificates of a device or of a CA.
    Certificates(Certificates),
    /// A private key.
    Key(Key),
}

/// The form of the certificates in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Between PKCS #7 begin and end lines.
    Pkcs7,
    /// Between PKCS #7 begin and end lines that are not written exactly.
    Pkcs7Odd,
    /// Between begin and end lines of something else, usually of an X.509 certificate.
    Pem,
    /// Without any line.
    Bare,
}

/// The value of a certificate parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// Their form in the value.
    pub form: Form,
    /// The certificates that could be read.
    pub list: Vec<Certificate>,
    /// Why the value, or a part of it, can't be read.
    pub fault: Option<Fault>,
    /// Bytes of the whole PKCS #7, and its MD5, SHA-1 and SHA-256.
    pub blob: Option<(u32, [Fingerprint; 3])>,
    /// Why OpenSSL reads no X.509 certificate from the value, although it contains certificates.
    pub refused: Option<Fault>,
    /// Its first PKCS #7 lacks the padding of its base64, so OpenSSL reads nothing from it.
    pub lacks_padding: bool,
    /// The value has line breaks in the attribute, which XML makes blanks.
    pub has_line_breaks: bool,
}

impl Value {
    /// The value of a parameter that takes any text, or a name of a file. A text that may contain a secret, because
    /// somebody confused the parameters, is replaced by a note.
    pub(super) fn text(text: &str) -> Self {
        let text = text.trim();
        if text.len() > MAX_TEXT_LENGTH || text.to_ascii_uppercase().contains("BEGIN") || has_long_word(text)
        {
            return Self::not_shown(text);
        }
        Self::Text(conceal_address(text).into())
    }

    /// The value of a parameter that takes a switch, a number or one of two modes. Any other text is replaced: by
    /// mistake, it may be a password.
    pub(super) fn switch(text: &str) -> Self {
        const WORDS: [&str; 10] =
            ["true", "false", "yes", "no", "on", "off", "enabled", "disabled", "delete", "stop"];
        if is_short_number(text) || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)) {
            return Self::Text(text.into());
        }
        Self::not_shown(text)
    }

    /// The value of a parameter that takes a word of a list. Any other text is replaced, unless it is nearly such a
    /// word: by mistake, it may be a password.
    pub(super) fn word(text: &str) -> Self {
        if is_near_known(text) { Self::Text(text.into()) } else { Self::not_shown(text) }
    }

    /// The note in place of a text.
    fn not_shown(text: &str) -> Self {
        let length = counted(text.chars().count() as u64, "character");
        Self::Text(format!("{NOT_SHOWN}{length}, not shown)").into())
    }

    /// Whether the value is empty or has only blanks.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// Whether two equal values have equal texts. Of what can't be read, or is not shown, too little is kept.
    pub fn is_identified(&self) -> bool {
        match self {
            Self::Text(text) => !text.starts_with(NOT_SHOWN),
            Self::Certificates(certificates) => certificates.fault.is_none(),
            Self::Key(key) => key.is_ok_and(|key| key.public != PublicKey::Other),
        }
    }

    /// Whether both are the same for a phone, which reads line breaks in an attribute as blanks.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Certificates(one), Self::Certificates(other)) => {
                *one == Certificates { has_line_breaks: one.has_line_breaks, ..other.clone() }
            }
            _ => self == other,
        }
    }

    /// The text of a word or number.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value in a few words: `PKCS #7, 2 certificates, CN …, ends 2029-02-02, MD5 …`.
    pub fn in_short(&self) -> Sentence {
        match self {
            Self::Text(text) if text.is_empty() => "(empty)".into(),
            Self::Text(text) => of_text(text).into(),
            Self::Certificates(certificates) => certificates.in_short(),
            Self::Key(key) => key_in_short(key).into(),
        }
    }
}

/// The type of a text for redaction: a word or number that names nobody, a URL, or a text that may be a name.
fn of_text(text: &str) -> Part {
    const WORDS: &str = "\
        builtin polycom platform platformprofile application applicationprofile all tlsv tlsv1_ sslv sslv2v \
        delete stop true false";
    let word = text.trim_end_matches(|last: char| last.is_ascii_digit()).to_ascii_lowercase();
    let is_of_url = |one: char| one.is_ascii_alphanumeric() || ".:/-_@[]".contains(one);
    if word.is_empty() || WORDS.split(' ').any(|known| known == word) {
        Part::from(text.to_owned())
    } else if text.starts_with(NOT_SHOWN) || text.contains("://") && text.chars().all(is_of_url) {
        Part::LogText(text.into())
    } else {
        Part::Name(text.into())
    }
}

/// Whether it has a run of 48 characters of base64, which is neither a word nor a part of a host name.
fn has_long_word(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric() && !matches!(character, '+' | '='))
        .any(|word| word.len() >= 48)
}

impl Certificates {
    /// Reads a value that is not blank.
    pub(super) fn read(text: &str, has_line_breaks: bool) -> Self {
        let mut read = Self {
            form: Form::Bare,
            list: Vec::new(),
            fault: None,
            blob: None,
            refused: Some(Fault::Bare),
            lacks_padding: false,
            has_line_breaks,
        };
        match pem::read(text) {
            Pem::Bare(None) => read.fault = Some(Fault::NoLines),
            Pem::Bare(Some(bytes)) => _ = read.add(&bytes, Form::Bare),
            Pem::Blocks(blocks) => {
                read.form = form(&blocks);
                for block in blocks {
                    read.block(&block);
                }
            }
        }
        if read.list.is_empty() && read.fault.is_none() {
            read.fault = Some(Fault::NoCertificate);
        }
        read
    }

    fn block(&mut self, block: &Block) {
        let fault = match (&block.bytes, block.label) {
            (_, Label::Key | Label::EncryptedKey) => Fault::Label("PRIVATE KEY"),
            (Err(fault), _) => *fault,
            (_, Label::Other(name)) if name != "CMS" => Fault::Label(name),
            (Ok(bytes), label) => {
                let form = if label == Label::Certificate { Form::Pem } else { Form::Pkcs7 };
                let before = self.list.len();
                let is_pkcs7 = self.add(bytes, form);
                let refused = match form {
                    _ if is_pkcs7 => Some(Fault::Holds(pem::HOLDS_PKCS7)),
                    Form::Pem => block.refused(),
                    _ => Some(Fault::Label(pem::PKCS7_LABEL)),
                };
                self.lacks_padding |= before == 0 && is_pkcs7 && block.refused() == Some(Fault::Padding);
                // One part that OpenSSL reads is enough; else the first part counts.
                if self.list.len() > before && (before == 0 || refused.is_none()) {
                    self.refused = refused;
                }
                return;
            }
        };
        self.add_fault(fault);
    }

    /// Keeps the first fault; one of a certificate rather than one of a part that is something else.
    fn add_fault(&mut self, fault: Fault) {
        if self.fault.is_none_or(|first| first.is_of_something_else() && !fault.is_of_something_else()) {
            self.fault = Some(fault);
        }
    }

    /// Why a certificate in the value can't be read. None if all of them can, although another part of the value,
    /// such as a key, is not a certificate.
    pub fn certificate_fault(&self) -> Option<Fault> {
        self.fault.filter(|fault| self.list.is_empty() || !fault.is_of_something_else())
    }

    /// Adds the certificates in these bytes; returns whether they are PKCS #7.
    fn add(&mut self, bytes: &[u8], form: Form) -> bool {
        if let Some(certificates) = certificate::pkcs7(bytes) {
            if certificates.is_empty() {
                self.add_fault(Fault::NoCertificate);
            }
            for certificate in certificates {
                self.add_certificate(certificate);
            }
            let whole = der::Reader::new(bytes).next().map_or(bytes, |element| element.whole);
            self.blob = certificate::fingerprints(whole).map(|digests| (whole.len() as u32, digests));
            return true;
        }
        if let Some(certificate) = Certificate::parse(bytes) {
            self.add_certificate(certificate);
            if form == Form::Pkcs7 {
                self.add_fault(Fault::Holds(pem::HOLDS_X509));
            }
        } else {
            self.add_fault(not_a_certificate(bytes, form));
        }
        false
    }

    fn add_certificate(&mut self, certificate: Result<Certificate, Fault>) {
        match certificate {
            Ok(certificate) => self.list.push(certificate),
            Err(fault) => self.add_fault(fault),
        }
    }

    /// Bytes of all certificates' DER.
    pub fn length(&self) -> u64 {
        self.list.iter().map(|certificate| u64::from(certificate.length)).sum()
    }

    /// Whether a length in the log is that of all certificates, of the device's own one, or of the whole value.
    /// `false` proves nothing.
    pub fn has_length(&self, logged: u64) -> bool {
        let blob = self.blob.as_ref().map(|(length, _)| u64::from(*length));
        let mut leaves = self.leaves(None).into_iter().map(|leaf| u64::from(leaf.length));
        self.length() == logged || blob == Some(logged) || leaves.any(|length| length == logged)
    }

    /// The device's own certificates: those of the key, else those that issued no other in the list, the first to
    /// expire first. There are several after a renewal beside the old one. The order of the list says nothing: PKCS #7
    /// sorts it by bytes.
    pub fn leaves(&self, key: Option<&PrivateKey>) -> Vec<&Certificate> {
        let find = |is_leaf: &dyn Fn(&Certificate) -> bool| {
            let found: Vec<_> = self.list.iter().filter(|one| is_leaf(one)).collect();
            (!found.is_empty()).then_some(found)
        };
        let is_end = |one: &Certificate| !self.list.iter().any(|other| other.is_issued_by(one));
        let of_key = key.and_then(|key| find(&|one| one.key.matches(&key.public) == Some(true)));
        // A self-signed one beside others is a root whose chain is not complete.
        let ends =
            of_key.or_else(|| find(&|one| is_end(one) && !one.is_self_signed())).or_else(|| find(&is_end));
        let mut leaves = ends.unwrap_or_else(|| self.list.iter().collect());
        leaves.sort_unstable_by_key(|one| (one.not_after, &one.fingerprints));
        leaves.dedup_by_key(|one| &one.fingerprints);
        leaves
    }

    /// The device's own certificate that has this fingerprint; all of them if it is that of the whole value. An empty
    /// list proves nothing.
    pub fn leaves_with(&self, fingerprint: &Fingerprint, key: Option<&PrivateKey>) -> Vec<&Certificate> {
        let leaves = self.leaves(key);
        let all = leaves.iter().copied().chain(self.leaves(None));
        if let Some(leaf) = all.into_iter().find(|one| one.fingerprints.contains(fingerprint)) {
            return vec![leaf];
        }
        let is_whole = self.blob.as_ref().is_some_and(|(_, digests)| digests.contains(fingerprint));
        if is_whole { leaves } else { Vec::new() }
    }

    /// Whether one of the certificates, or the whole value, has this fingerprint. `false` proves nothing.
    pub fn has(&self, fingerprint: &Fingerprint) -> bool {
        let blob = self.blob.iter().flat_map(|(_, digests)| digests);
        self.list
            .iter()
            .flat_map(|certificate| &certificate.fingerprints)
            .chain(blob)
            .any(|one| one == fingerprint)
    }

    /// Whether a fingerprint of it is known; else it can't be compared with one.
    pub const fn has_fingerprint(&self) -> bool {
        !self.list.is_empty() || self.blob.is_some()
    }

    fn in_short(&self) -> Sentence {
        let form = match (self.form, self.list.len() as u64) {
            (_, 0) => String::new(),
            (Form::Pkcs7 | Form::Pkcs7Odd, number) if self.blob.is_none() => {
                format!("{} between PKCS #7 begin and end lines", counted(number, "X.509 certificate"))
            }
            (Form::Pem, number) if self.refused == Some(Fault::Holds(pem::HOLDS_PKCS7)) => {
                format!("PKCS #7 between other begin and end lines, {}", counted(number, "certificate"))
            }
            (Form::Pkcs7 | Form::Pkcs7Odd, number) => format!("PKCS #7, {}", counted(number, "certificate")),
            (Form::Pem, 1) => "X.509 certificate".to_owned(),
            (Form::Pem, number) => counted(number, "X.509 certificate"),
            (Form::Bare, number) => {
                format!("base64 without begin and end lines, {}", counted(number, "certificate"))
            }
        };
        let mut short = Sentence::from(form);
        for (index, leaf) in self.leaves(None).into_iter().take(MAX_LEAVES_SHOWN).enumerate() {
            let link = if index == 0 { ", CN " } else { " and CN " };
            let ends = leaf.not_after.format("%Y-%m-%d");
            let rest = format!(", valid until {ends}, MD5 {}", leaf.fingerprints[0]);
            short = short.and(sentence![link, leaf.name(), rest]);
        }
        match self.fault {
            Some(fault) if self.list.is_empty() => format!("not readable: {fault}").into(),
            // The form says it already.
            Some(Fault::Holds(pem::HOLDS_X509)) if self.blob.is_none() => short,
            Some(fault) => sentence![short, format!("; {fault}")],
            None => short,
        }
    }
}

/// The form of the first part that is a certificate by its begin line.
fn form(blocks: &[Block]) -> Form {
    match blocks.iter().find(|block| matches!(block.label, Label::Pkcs7 | Label::Certificate)) {
        Some(Block { label: Label::Pkcs7, is_exact: true, .. }) => Form::Pkcs7,
        Some(Block { label: Label::Pkcs7, .. }) => Form::Pkcs7Odd,
        _ => Form::Pem,
    }
}

/// The fault of bytes that should be certificates.
fn not_a_certificate(bytes: &[u8], form: Form) -> Fault {
    if key::parse(bytes).is_some() {
        return Fault::Holds(pem::HOLDS_KEY);
    }
    cut(bytes).unwrap_or(if form == Form::Bare { Fault::NoLines } else { Fault::NotDer })
}

/// The fault that the DER declares more bytes than there are.
fn cut(bytes: &[u8]) -> Option<Fault> {
    let (announced_length, there) = (der::announced_length(bytes)?, bytes.len());
    let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
    (announced_length > there)
        .then(|| Fault::Cut { announced_length: small(announced_length), there: small(there) })
}

/// Reads the value of a key parameter, which is not blank.
pub(super) fn read_key(text: &str) -> Key {
    match pem::read(text) {
        Pem::Bare(None) => Err(Fault::NoLines),
        Pem::Bare(Some(bytes)) => match of_bytes(&bytes) {
            Ok(key) => Ok(PrivateKey { refused: Some(Fault::Bare), ..key }),
            Err(Fault::NotDer) => Err(Fault::NoLines),
            Err(other) => Err(other),
        },
        Pem::Blocks(blocks) => of_blocks(blocks),
    }
}

fn key_in_short(key: &Key) -> String {
    match key {
        Err(fault) => format!("key not readable: {fault}"),
        Ok(PrivateKey { length, public, refused }) => {
            let kind = match public {
                PublicKey::Rsa(bits, _) => format!("RSA {bits} key"),
                PublicKey::Ec(bits, _) => format!("EC {bits} key"),
                PublicKey::Other => "key".to_owned(),
            };
            let but = refused.map(|fault| format!(" ({fault})")).unwrap_or_default();
            format!("{kind}, {length} bytes{but}")
        }
    }
}

/// The first key of a value, or the first reason why there is none.
fn of_blocks(blocks: Vec<Block>) -> Key {
    let mut why = None;
    for block in blocks {
        let fault = match (block.label, &block.bytes) {
            (_, Err(fault)) => *fault,
            (Label::EncryptedKey, _) => Fault::Encrypted,
            (Label::Key, Ok(bytes)) => match of_bytes(bytes) {
                Ok(key) => return Ok(PrivateKey { refused: block.refused(), ..key }),
                Err(fault) => fault,
            },
            // OpenSSL writes the curve before the key.
            (Label::Other("EC PARAMETERS"), _) => continue,
            (Label::Other(name), _) => Fault::Label(name),
            (Label::Certificate | Label::Pkcs7, _) => Fault::Holds(pem::HOLDS_CERTIFICATE),
        };
        why.get_or_insert(fault);
    }
    Err(why.unwrap_or(Fault::NoLines))
}

fn of_bytes(bytes: &[u8]) -> Key {
    key::parse(bytes).unwrap_or_else(|| match Certificate::parse(bytes) {
        Some(_) => Err(Fault::Holds(pem::HOLDS_CERTIFICATE)),
        None => Err(cut(bytes).unwrap_or(Fault::NotDer)),
    })
}
