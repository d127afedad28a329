//! Reads the usual messages of a boot without the grammar if they are exactly as phones write them. A boot log of 2
//! KB has 15 of these. For each, this saves the search for the grammars that can read it, and a copy of its text: 10 %
//! of the time for rotated logs, 16 % for logs of 120 KB.

use super::identity::{self, Fields};
use super::words::{Rest, plain_fingerprint};
use super::{End, Event, ParsedText};
use crate::line::value;
use crate::model::{Algorithm, Slot};

/// The same result as that of the grammar. None for texts in other words.
pub(super) fn read(text: &[u8], ends: End) -> Option<ParsedText> {
    match (read_verbatim(text)?, ends) {
        (Some(event), End::Whole) => Some(ParsedText::of(event)),
        // A value can be cut.
        (Some(_), End::Cut) => None,
        // The next line may contain a field. Each boot has two such lines.
        (None, _) => Some(ParsedText::Cut),
    }
}

/// The event of a complete text; `Some(None)` for a line about the phone or its software without a field that makes
/// it an event. None for texts in other words.
pub(crate) fn read_verbatim(text: &[u8]) -> Option<Option<Event>> {
    type Parse = fn(Rest<'_>, &Fields<'_>) -> Option<Event>;
    let (said, parse): (_, Parse) = if let Some(said) = text.strip_prefix(b"Platform: ") {
        (said, identity::platform_of)
    } else if let Some(said) = text.strip_prefix(b"Application, main: ") {
        (said, identity::software_of)
    } else {
        return event(text).map(Some);
    };
    let said = whole(said)?;
    let fields = Fields::of(said);
    parse(said, &fields).map(Some).or_else(|| fields.give_no_event().then_some(None))
}

/// The event of a whole text without fields.
fn event(text: &[u8]) -> Option<Event> {
    match text.first()? {
        b'P' => inventory(text.strip_prefix(b"Polycom device ")?, |number| match number {
            None => Some(Slot::BuiltIn),
            Some(_) => None,
        }),
        b'C' => match text.strip_prefix(b"Custom platform device ") {
            Some(said) => inventory(said, |number| number.map(Slot::Platform)),
            None => inventory(text.strip_prefix(b"Custom application device ")?, |number| {
                number.map(Slot::Application)
            }),
        },
        b'I' => match text.strip_prefix(b"Initial log entry. Current logging level ")? {
            [level @ b'0'..=b'6'] => Some(Event::LogStart { log_level: Some(level & 15), banner: false }),
            _ => None,
        },
        b'-' if text == b"---------- Initial log entry ----------" => {
            Some(Event::LogStart { log_level: None, banner: true })
        }
        _ => None,
    }
}

/// A text of letters, digits and a few punctuation characters that other programs do not add as marks.
fn whole(said: &[u8]) -> Option<Rest<'_>> {
    let ends_in_word = said
        .first()
        .zip(said.last())
        .is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric());
    (ends_in_word && said.iter().all(|byte| IS_PLAIN[usize::from(*byte)]))
        .then_some(Rest { bytes: said, is_cut: false })
}

/// Whether a byte is one of these letters, digits and punctuation characters.
static IS_PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b' ' | b',' | b'.' | b':' | b'=' | b'-' | b'_' | b'/');
        byte += 1;
    }
    table
};

fn inventory(said: &[u8], slot: impl Fn(Option<u8>) -> Option<Slot>) -> Option<Event> {
    let (is_key, said) = match said.strip_prefix(b"certificate ") {
        Some(said) => (false, said),
        None => (true, said.strip_prefix(b"key ")?),
    };
    let digits = said.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (slot, said) = match digits {
        0 => (slot(None)?, said),
        // Phones write no zeros before a number.
        _ if said.starts_with(b"0") => return None,
        _ => {
            let number = u8::try_from(value(&said[..digits])).ok().filter(|number| *number > 0)?;
            (slot(Some(number))?, said[digits..].strip_prefix(b" ")?)
        }
    };
    if let Some(digits) = said.strip_prefix(b"length ") {
        let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let length = Some(is_number.then(|| value(digits))?);
        return Some(match is_key {
            true => Event::KeyLength { slot, length },
            false => Event::CertificateLength { slot, length },
        });
    }
    if is_key {
        return None;
    }
    if said == b"is not available" {
        return Some(Event::CertificateUnavailable { slot });
    }
    if let Some(quoted) = said.strip_prefix(b"common name \"") {
        let name = quoted.strip_suffix(b"\"")?;
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
        let name = std::str::from_utf8(name).ok().filter(|name| name.bytes().all(|byte| is_plain(&byte)))?;
        return Some(Event::CertificateCommonName { slot, common_name: Some(name.into()) });
    }
    let named = [
        (&b"MD5 fingerprint: "[..], Algorithm::Md5),
        (b"SHA1 fingerprint: ", Algorithm::Sha1),
        (b"SHA256 fingerprint: ", Algorithm::Sha256),
    ];
    let (digits, algorithm) =
        named.into_iter().find_map(|(words, algorithm)| Some((said.strip_prefix(words)?, algorithm)))?;
    let fingerprint = plain_fingerprint(digits).filter(|digest| digest.algorithm() == algorithm)?;
    Some(Event::CertificateFingerprint { slot, fingerprint: Some(fingerprint), algorithm: Some(algorithm) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_phones_write_at_each_start_needs_no_grammar() {
        for text in [
            "---------- Initial log entry ----------",
            "Initial log entry. Current logging level 3",
            "Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0",
            "Platform: Interface eth0 MAC=0004f2a1b2c3",
            "Platform: MAC=0004f2a1b2c3, IP=192.0.2.7, Subnet Mask=255.255.255.0",
            "Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27",
            "Polycom device certificate length 802",
            "Polycom device certificate MD5 fingerprint: 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17",
            "Polycom device certificate common name \"0004F206075D\"",
            "Polycom device key length 636",
            "Custom platform device certificate 1 is not available",
            "Custom application device key 6 length 2374",
        ] {
            assert!(read_verbatim(text.as_bytes()).is_some_and(|event| event.is_some()), "{text}");
        }
    }
}
