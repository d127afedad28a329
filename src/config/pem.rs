//! A reader of PEM texts in attribute values, which reports *why* a text can't be read.
//!
//! XML replaces each line break in an attribute with a blank, so line ends have no meaning here: a text may be in
//! one line or in several. Errors are returned as a [`Fault`].

use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use regex::Regex;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::secrets::pattern;

/// The padding `=` is optional; a cut text is detected in its DER.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A longer text in a begin line is not a name.
const MAX_LABEL_LENGTH: usize = 40;

/// The most blocks that are read in one value.
const MAX_BLOCKS: usize = 32;

/// Words of this program. An alias, because serde would regard a reference as borrowed from its input.
type Words = &'static str;

/// Why a value can't be read. No variant contains a byte of the value, except the known names of [`Fault::Label`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Fault {
    /// Neither begin and end lines nor base64.
    #[error("there are no begin and end lines, and the text is not valid base64 either")]
    NoLines,
    /// A begin line without its end line.
    #[error("the begin line has no end line after it")]
    NoEnd,
    /// An end line without its begin line.
    #[error("the end line has no begin line before it")]
    NoBegin,
    /// The begin and the end line name different things.
    #[error("the begin and the end line name different things")]
    LabelsDiffer,
    /// Not five hyphens before and after the name, or typographic dashes.
    #[error("the begin and end lines need exactly five hyphens on either side of the name")]
    Dashes,
    /// Something other than base64 between the lines.
    #[error("the text between the begin and the end line is not base64")]
    NotBase64,
    /// Blanks other than those of ASCII within the base64.
    #[error("it has no-break or other special blanks, as text copied from a web page or a mail has")]
    SpecialBlanks,
    /// Nothing between the lines.
    #[error("there is nothing between the begin and the end line")]
    Empty,
    /// The content declares more bytes than there are.
    #[error("it is cut off: it has {there} of {announced_length} bytes")]
    Cut {
        /// Bytes that the DER declares.
        announced_length: u32,
        /// Bytes that are there.
        there: u32,
    },
    /// The content is base64, but not DER of the expected kind.
    #[error("its bytes are not what the begin line says")]
    NotDer,
    /// The begin line names something else: `CERTIFICATE REQUEST`.
    #[error("the begin line says {0}")]
    Label(#[serde(deserialize_with = "known")] Words),
    /// The begin line says one thing, the content is another.
    #[error("it contains {0}")]
    Holds(#[serde(deserialize_with = "known")] Words),
    /// A PKCS #7 without a certificate.
    #[error("the PKCS #7 contains no certificate")]
    NoCertificate,
    /// Encrypted with a passphrase.
    #[error("it is encrypted with a passphrase, and the phone can't be given one")]
    Encrypted,
    /// Base64 alone.
    #[error("there are no begin and end lines")]
    Bare,
    /// Another case of letters, blanks or a name than PEM requires.
    #[error("the begin and end lines are not written exactly as PEM requires")]
    OddLines,
    /// The last four characters of the base64 are not complete.
    #[error("its base64 lacks the = at the end")]
    Padding,
    /// A certificate whose validity is not readable.
    #[error("a certificate in it has dates that are not written as X.509 requires")]
    Dates,
}

impl Fault {
    /// Whether it is about a part that is something else than a certificate by its own begin line, such as a key.
    pub(super) fn is_of_something_else(self) -> bool {
        matches!(self, Self::Label(name) if name != UNKNOWN_LABEL)
    }
}

/// The words of [`Fault::Label`] and [`Fault::Holds`].
const KNOWN: &[Words] = &[
    UNKNOWN_LABEL,
    "EC PARAMETERS",
    "CERTIFICATE REQUEST",
    "PUBLIC KEY",
    "CMS",
    "OPENSSH PRIVATE KEY",
    "PRIVATE KEY",
    HOLDS_KEY,
    HOLDS_CERTIFICATE,
    HOLDS_X509,
    HOLDS_PKCS7,
    PKCS7_LABEL,
];

pub(super) const HOLDS_KEY: &str = "a private key";
pub(super) const HOLDS_CERTIFICATE: &str = "a certificate, and no key";
pub(super) const HOLDS_X509: &str = "an X.509 certificate, and no PKCS #7";
pub(super) const HOLDS_PKCS7: &str = "PKCS #7, and not an X.509 certificate alone";
pub(super) const PKCS7_LABEL: &str = "PKCS7";
const UNKNOWN_LABEL: &str = "an unknown name";

/// Reads one of these words from a record.
fn known<'de, D: Deserializer<'de>>(input: D) -> Result<Words, D::Error> {
    let words = String::deserialize(input)?;
    let known = KNOWN.iter().find(|known| ***known == *words);
    known.copied().ok_or_else(|| D::Error::custom("unknown words"))
}

/// What a begin line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Pkcs7,
    Certificate,
    Key,
    EncryptedKey,
    /// Something else, with its name if that is known.
    Other(&'static str),
}

/// Names of PKCS #7 that OpenSSL does not know, and that people write.
const ODD_PKCS7_LABELS: [&str; 2] = ["PKCS#7", "PKCS #7"];

impl Label {
    fn of(text: &str) -> Self {
        let upper = text.to_ascii_uppercase();
        match upper.as_str() {
            "PKCS7" | "PKCS #7 SIGNED DATA" | "PKCS#7" | "PKCS #7" => Self::Pkcs7,
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Self::Certificate,
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Self::Key,
            "ENCRYPTED PRIVATE KEY" => Self::EncryptedKey,
            "NEW CERTIFICATE REQUEST" => Self::Other("CERTIFICATE REQUEST"),
            "RSA PUBLIC KEY" => Self::Other("PUBLIC KEY"),
            other => Self::Other(KNOWN.iter().find(|known| **known == other).unwrap_or(&UNKNOWN_LABEL)),
        }
    }
}

/// The content between a begin and an end line.
pub(super) struct Block {
    pub(super) label: Label,
    /// The lines are written exactly: upper case, no blanks next to the hyphens, the same name.
    pub(super) is_exact: bool,
    /// The bytes, or why there are none.
    pub(super) bytes: Result<Zeroizing<Vec<u8>>, Fault>,
    /// The base64 has its padding.
    is_padded: bool,
}

impl Block {
    /// Why OpenSSL reads nothing from it, although it has bytes.
    pub(super) const fn refused(&self) -> Option<Fault> {
        match (self.is_exact, self.is_padded) {
            (false, _) => Some(Fault::OddLines),
            (true, false) => Some(Fault::Padding),
            (true, true) => None,
        }
    }
}

/// A parsed value.
pub(super) enum Pem {
    /// Begin and end lines, or one of them.
    Blocks(Vec<Block>),
    /// No such line; the bytes, if the text is base64.
    Bare(Option<Zeroizing<Vec<u8>>>),
}

/// A begin or end line in a text.
struct PemLine<'t> {
    is_begin: bool,
    label: &'t str,
    has_five_hyphens: bool,
    is_exact: bool,
    /// Where the line begins and ends in the text.
    start: usize,
    end: usize,
}

/// Parses a value.
pub(super) fn read(text: &str) -> Pem {
    let lines = lines(text);
    if lines.is_empty() {
        let bare = decode(text).map(|(bytes, _)| bytes).filter(|bytes| !bytes.is_empty());
        return Pem::Bare(bare);
    }
    let mut blocks = Vec::new();
    let mut lines = lines.into_iter().peekable();
    while let Some(line) = lines.next() {
        let label = Label::of(line.label);
        let broken = |fault| Block { label, is_exact: line.is_exact, bytes: Err(fault), is_padded: false };
        let block = match lines.peek() {
            _ if !line.is_begin => broken(Fault::NoBegin),
            Some(end) if !end.is_begin => {
                let body = &text[line.end..end.start];
                let content = if !line.has_five_hyphens || !end.has_five_hyphens {
                    Err(Fault::Dashes)
                } else if Label::of(end.label) != label {
                    Err(Fault::LabelsDiffer)
                } else {
                    content(body)
                };
                let is_padded = content.as_ref().is_ok_and(|(_, is_padded)| *is_padded);
                let is_exact = line.is_exact
                    && end.is_exact
                    && line.label == end.label
                    && !ODD_PKCS7_LABELS.contains(&line.label);
                lines.next();
                Block { label, is_exact, bytes: content.map(|(bytes, _)| bytes), is_padded }
            }
            _ => broken(Fault::NoEnd),
        };
        blocks.push(block);
        if blocks.len() == MAX_BLOCKS {
            break;
        }
    }
    Pem::Blocks(blocks)
}

fn content(body: &str) -> Result<(Zeroizing<Vec<u8>>, bool), Fault> {
    // A key encrypted by OpenSSL in the old format has two header lines.
    if body.contains("Proc-Type:") && body.contains("ENCRYPTED") {
        return Err(Fault::Encrypted);
    }
    let is_special = |character: char| character.is_whitespace() && !character.is_ascii();
    let fault = || if body.contains(is_special) { Fault::SpecialBlanks } else { Fault::NotBase64 };
    let content = decode(body).ok_or_else(fault)?;
    if content.0.is_empty() { Err(Fault::Empty) } else { Ok(content) }
}

/// The bytes of a base64 text with blanks of ASCII anywhere, and whether it has its padding. XML makes blanks of line
/// breaks only, so no-break blanks in their place remain, and OpenSSL takes them for a part of the base64, except at the
/// end of a line.
fn decode(text: &str) -> Option<(Zeroizing<Vec<u8>>, bool)> {
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    for line in text.split_ascii_whitespace().map(str::trim_end) {
        packed.extend_from_slice(Some(line).filter(|line| line.is_ascii())?.as_bytes());
    }
    let is_padded = packed.len() % 4 == 0;
    // One surplus character is not a byte; the DER shows that the text is cut.
    if packed.iter().rev().take_while(|byte| **byte == b'=').count() == 0 && packed.len() % 4 == 1 {
        packed.pop();
    }
    let mut bytes = Zeroizing::new(vec![0; packed.len() / 4 * 3 + 3]);
    let length = BASE64.decode_slice(&*packed, &mut bytes).ok()?;
    bytes.truncate(length);
    Some((bytes, is_padded))
}

/// Dashes, a name, and dashes. Typographic dashes and soft hyphens are reported as a fault.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let dash = r"\-\u{2010}-\u{2015}\u{2212}\u{ad}";
    pattern(&format!(r"(?i)([{dash}]+)(\s*)(BEGIN|END)([^{dash}]*)([{dash}]+)"))
});

/// The begin and end lines of a text, in order.
fn lines(text: &str) -> Vec<PemLine<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < 2 * MAX_BLOCKS
        && let Some(line) = LINE.captures_at(text, at)
        && let Some(whole) = line.get(0)
    {
        let (_, [before, blank, word, label, after]) = line.extract();
        let name = label.trim();
        // `-----END A----------BEGIN B-----` in one line: the ten hyphens belong to two lines.
        let has_five_hyphens = before == "-----" && matches!(after, "-----" | "----------");
        let end = if has_five_hyphens { whole.end() - after.len() + 5 } else { whole.end() };
        at = end;
        if label.len() <= MAX_LABEL_LENGTH {
            found.push(PemLine {
                is_begin: word.eq_ignore_ascii_case("BEGIN"),
                label: name,
                has_five_hyphens,
                is_exact: blank.is_empty()
                    && label.strip_prefix(' ') == Some(name)
                    && !format!("{word}{name}").contains(|one: char| one.is_ascii_lowercase()),
                start: whole.start(),
                end,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blocks(text: &str) -> Vec<(Label, bool, Result<Vec<u8>, Fault>)> {
        match read(text) {
            Pem::Blocks(blocks) => blocks
                .into_iter()
                .map(|block| (block.label, block.is_exact, block.bytes.map(|bytes| bytes.to_vec())))
                .collect(),
            Pem::Bare(_) => Vec::new(),
        }
    }

    #[test]
    fn line_breaks_mean_nothing() {
        for text in [
            "-----BEGIN PKCS7-----\nAAEC\n-----END PKCS7-----\n",
            "-----BEGIN PKCS7----- AA EC -----END PKCS7-----",
            "-----BEGIN PKCS7-----AAEC-----END PKCS7-----",
            "-----BEGIN PKCS7-----\u{a0} AA\u{a0} EC\u{a0}\n -----END PKCS7-----",
            "Version: 3 (0x2) Not-a-line -----BEGIN PKCS7----- AAEC -----END PKCS7----- and after",
        ] {
            assert_eq!(blocks(text), [(Label::Pkcs7, true, Ok(vec![0, 1, 2]))], "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, fault) in [
            ("-----BEGIN PKCS7----- AAEC", Fault::NoEnd),
            ("AAEC -----END PKCS7-----", Fault::NoBegin),
            ("-----BEGIN PKCS7----- AAEC -----END CERTIFICATE-----", Fault::LabelsDiffer),
            ("----BEGIN PKCS7---- AAEC ----END PKCS7----", Fault::Dashes),
            ("-----BEGIN PKCS7------ AAEC -----END PKCS7-----", Fault::Dashes),
            ("–––––BEGIN PKCS7––––– AAEC –––––END PKCS7–––––", Fault::Dashes),
            ("—BEGIN PKCS7— AAEC —END PKCS7—", Fault::Dashes),
            ("-----BEGIN PKCS7----- A*EC -----END PKCS7-----", Fault::NotBase64),
            ("-----BEGIN PKCS7----- AÄEC -----END PKCS7-----", Fault::NotBase64),
            ("-----BEGIN PKCS7-----\u{a0}AAEC\u{a0}AAEC\u{a0}-----END PKCS7-----", Fault::SpecialBlanks),
            ("-----BEGIN PKCS7----- AA\u{2003}EC -----END PKCS7-----", Fault::SpecialBlanks),
            ("-----BEGIN PKCS7----- -----END PKCS7-----", Fault::Empty),
            (
                "-----BEGIN RSA PRIVATE KEY----- Proc-Type: 4,ENCRYPTED DEK-Info: X,00 AAEC -----END RSA PRIVATE KEY-----",
                Fault::Encrypted,
            ),
        ] {
            assert_eq!(blocks(text)[0].2, Err(fault), "{text}");
        }
    }

    #[test]
    fn names_not_to_the_letter_are_read_and_marked() {
        for text in [
            "-----Begin PKCS7----- AAEC -----End PKCS7-----",
            "----- BEGIN PKCS7 ----- AAEC ----- END PKCS7 -----",
            "-----BEGIN PKCS#7----- AAEC -----END PKCS#7-----",
            "-----BEGIN PKCS #7----- AAEC -----END PKCS #7-----",
        ] {
            assert_eq!(blocks(text), [(Label::Pkcs7, false, Ok(vec![0, 1, 2]))], "{text}");
        }
    }

    /// A fault in a record is one that this program can find.
    #[test]
    fn words_of_faults_are_known() {
        let labels = ["EC PARAMETERS", "NEW CERTIFICATE REQUEST", "RSA PUBLIC KEY", "CMS"];
        for name in labels.into_iter().chain(["OPENSSH PRIVATE KEY", "anything"]) {
            let Label::Other(label) = Label::of(name) else { panic!("{name}") };
            for fault in
                [Fault::Label(label), Fault::Holds(HOLDS_X509), Fault::Cut { announced_length: 9, there: 7 }]
            {
                let packed = postcard::to_stdvec(&fault).unwrap();
                assert_eq!(postcard::from_bytes::<Fault>(&packed).unwrap(), fault);
            }
        }
        let packed = postcard::to_stdvec(&Fault::Label("something else")).unwrap();
        assert!(postcard::from_bytes::<Fault>(&packed).is_err());
    }

    #[test]
    fn blocks_follow_each_other() {
        let two = "-----BEGIN CERTIFICATE-----AAEC-----END CERTIFICATE----------BEGIN CERTIFICATE-----AwQF-----END CERTIFICATE-----";
        assert_eq!(blocks(two).len(), 2);
        assert_eq!(blocks(two)[1].2, Ok(vec![3, 4, 5]));
    }

    #[test]
    fn bare_base64_is_decoded_and_other_text_is_not() {
        assert!(matches!(read("AAEC\n"), Pem::Bare(Some(bytes)) if **bytes == [0, 1, 2]));
        for text in ["", "put the certificate, here", "<Certificate>", "a-b"] {
            assert!(matches!(read(text), Pem::Bare(None)), "{text}");
        }
    }

    #[test]
    fn a_cut_text_loses_what_is_no_byte() {
        assert!(matches!(read("AAECA"), Pem::Bare(Some(bytes)) if **bytes == [0, 1, 2]));
    }

    #[test]
    fn megabytes_of_dashes_take_no_time() {
        let text = "-".repeat(4 << 20);
        assert!(matches!(read(&text), Pem::Bare(None)));
        let text = "-----BEGIN ".repeat(1 << 18);
        let _ = read(&text);
        let text = "-BEGIN A".repeat(1 << 18);
        let _ = read(&text);
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "(-{0,6}|[–—]|BEGIN|END| |PKCS7|CERTIFICATE|[A-Za-z0-9+/=]{0,9}|\\PC){0,20}") {
            let _ = read(&text);
        }
    }
}
