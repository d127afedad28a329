//! The model and the software of the phone, as its boot shows them.

use nom::combinator::map_opt;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::Event;
use super::words::{Rest, blanks1, phrase, punctuation, remainder, text};
use crate::line::{blank_length, split_end, trim};
use crate::model::Mac;

/// `Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0`,
/// `Platform: Interface eth0 MAC=0004f2a1b2c3`, `Platform: MAC=0004f2a1b2c3, IP=192.0.2.7, …`.
/// Lines that name none of these fields (`Platform: Board=…`) are not events, nor are those of other
/// interfaces, whose address is not the phone's.
pub(super) fn platform(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, _) = (phrase("Platform"), punctuation(":")).parse(input)?;
    map_opt(remainder, |said| platform_of(said, &Fields::of(said))).parse(input)
}

/// The event of the text after `Platform: `, which has these fields.
pub(super) fn platform_of(said: Rest<'_>, fields: &Fields<'_>) -> Option<Event> {
    let Fields { model, assembly, revision, mac, .. } = *fields;
    let model = model.and_then(|value| value_up_to(said, value, false));
    let assembly = assembly.and_then(|value| value_up_to(said, value, true));
    let revision = revision.filter(|_| assembly.is_some());
    let revision = revision.and_then(|value| value_up_to(said, value, true));
    let mac = mac.filter(|_| is_of_phone(said.bytes)).map(|value| whole_mac(said, value));
    let is_told =
        model.is_some() || assembly.is_some() || mac.is_some_and(|mac| mac.is_some() || said.is_cut);
    is_told.then(|| Event::Platform {
        model: model.flatten(),
        assembly: assembly.flatten(),
        assembly_revision: revision.flatten(),
        mac: mac.flatten(),
    })
}

/// Whether the line is about the phone itself, and so begins with a field, or about its interface `eth0`.
fn is_of_phone(said: &[u8]) -> bool {
    let Some(interface) = said.strip_prefix(b"Interface") else {
        return said.iter().find(|byte| !byte.is_ascii_alphanumeric()) == Some(&b'=');
    };
    trim(interface).strip_prefix(b"eth0").is_some_and(|behind| blank_length(behind) > 0)
}

/// `Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27`; the codename is optional.
pub(super) fn software(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Application, main:")(input)?;
    map_opt(preceded(blanks1, remainder), |said| software_of(said, &Fields::of(said))).parse(input)
}

/// The event of the text after `Application, main: `, which has these fields.
pub(super) fn software_of(said: Rest<'_>, fields: &Fields<'_>) -> Option<Event> {
    let Fields { label, version, .. } = *fields;
    let label = value_up_to(said, label?, false)?;
    let mut parts = version.into_iter().flat_map(|value| value.split(|byte| b",;".contains(byte)));
    let (value, next) = (parts.next(), parts.next());
    // A codename can have a punctuation mark after it: `Codename; 5.5.2.11338`.
    let begins_with_number = || words_of(next).next().and_then(number_of).is_some();
    let is_codename = !value.is_some_and(|value| value.iter().any(u8::is_ascii_digit));
    let mut words = words_of(if is_codename && begins_with_number() { next } else { value });
    let version = words.find_map(number_of).filter(|number| !touches_end(said, number.as_bytes()));
    // If another number or a word follows, this is not the whole version, or not a line of the phone.
    let may_follow = |next: &str| {
        is_date(next) || !next.contains(char::is_alphanumeric) || touches_end(said, next.as_bytes())
    };
    let is_whole = words.next().is_none_or(may_follow);
    let version = version.filter(|_| is_whole).and_then(|number| number.parse().ok());
    (version.is_some() || said.is_cut).then_some(Event::Software { label, version })
}

/// The words of a part of a value, as far as they are UTF-8.
fn words_of(part: Option<&[u8]>) -> impl Iterator<Item = &str> {
    part.into_iter().flat_map(<[u8]>::utf8_chunks).flat_map(|chunk| chunk.valid().split_whitespace())
}

/// The number in a word of digits and dots, without the punctuation around it. A dot after it is that of a sentence only
/// if the number has its four parts: a line can be wrapped after a dot.
fn number_of(word: &str) -> Option<&str> {
    let number = word.trim_matches(|sign: char| sign != '.' && !sign.is_alphanumeric());
    let whole = number.strip_suffix('.').filter(|whole| whole.matches('.').count() == 3).unwrap_or(number);
    let is_number = whole.starts_with(|first: char| first.is_ascii_digit())
        && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_number.then_some(whole)
}

/// `18-Sep-17`, or the number of a program before it: `(30900-001)`.
fn is_date(word: &str) -> bool {
    word.trim_start_matches('(').starts_with(|first: char| first.is_ascii_digit()) && word.contains('-')
}

/// The text after the first occurrence of each of these names and its `=`, as a word of its own: the `Rev` in
/// `HwRev=` is another field.
#[derive(Default)]
pub(super) struct Fields<'a> {
    model: Option<&'a [u8]>,
    assembly: Option<&'a [u8]>,
    revision: Option<&'a [u8]>,
    mac: Option<&'a [u8]>,
    label: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    /// The fields of a text.
    pub(super) fn of(said: Rest<'a>) -> Self {
        let mut fields = Self::default();
        for sign in memchr::memchr_iter(b'=', said.bytes) {
            let (_, name) = split_end(&said.bytes[..sign], u8::is_ascii_alphanumeric);
            let field = match name {
                b"Model" => &mut fields.model,
                b"Assembly" => &mut fields.assembly,
                b"Rev" => &mut fields.revision,
                b"MAC" => &mut fields.mac,
                b"Label" => &mut fields.label,
                b"Version" => &mut fields.version,
                _ => continue,
            };
            field.get_or_insert(&said.bytes[sign + 1..]);
        }
        fields
    }

    /// Whether none of them makes a text an event, wherever it is cut.
    pub(super) const fn give_no_event(&self) -> bool {
        self.model.is_none() && self.assembly.is_none() && self.mac.is_none() && self.label.is_none()
    }
}

/// The value up to a comma, or also to a blank. None if it is empty; `Some(None)` if it is cut.
fn value_up_to(said: Rest<'_>, value: &[u8], ends_at_blank: bool) -> Option<Option<Box<str>>> {
    let is_blank = |at: usize| !value[at].is_ascii_graphic() && blank_length(&value[at..]) > 0;
    let ends = |at: &usize| value[*at] == b',' || ends_at_blank && is_blank(*at);
    let length = (0..value.len()).find(ends).unwrap_or(value.len());
    if said.is_cut && length == value.len() {
        return Some(None);
    }
    let value = trim(&value[..length]);
    // A value with an equals sign contains the next field.
    (!value.is_empty() && !value.contains(&b'=')).then(|| Some(text(value)))
}

/// Whether this part reaches the end of the text, and the text can be cut there.
fn touches_end(said: Rest<'_>, part: &[u8]) -> bool {
    said.is_cut && std::ptr::eq(part.as_ptr_range().end, said.bytes.as_ptr_range().end)
}

fn whole_mac(said: Rest<'_>, value: &[u8]) -> Option<Mac> {
    let (mac, after) = Mac::prefix(value)?;
    let ends = after.first().map_or(!said.is_cut, |byte| !byte.is_ascii_alphanumeric());
    // Registers of a board can read as all zeros before the address is known.
    (ends && mac.bytes() != [0; 6]).then_some(mac)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{known, no_event};
    use super::*;

    #[test]
    fn platform_lines() {
        assert_eq!(
            known("Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0"),
            Event::Platform {
                model: Some("VVX 500".into()),
                assembly: Some("3111-44500-001".into()),
                assembly_revision: Some("A".into()),
                mac: None
            }
        );
        let copied = "Platform: Model=VVX\u{a0}500,\u{a0}Assembly=3111-44500-001\u{202f}Rev=A\u{a0}Region=0";
        assert_eq!(known(copied), known("Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0"));
        for text in [
            "Platform: Interface eth0 MAC=0004f2a1b2c3",
            "Platform: MAC=0004f2a1b2c3, IP=Resolving, Subnet Mask=255.255.255.0",
            "Platform: MAC=00:04:f2:a1:b2:c3, IP=192.0.2.7",
        ] {
            let Event::Platform { mac, model: None, .. } = known(text) else { panic!("{text}") };
            assert_eq!(mac.unwrap().to_string(), "0004F2A1B2C3");
        }
        for text in [
            "Platform: Updater=5.5.2.11338 18-Sep-17 23:27",
            "Platform: Board=2345-12500-001",
            "Platform: MAC=0004f2a1b2c3d4",
            "Platform: MAC=000000000000",
            "Platform: Interface wlan0 MAC=0004f2a1b2c3",
            "Platform: Interface eth01 MAC=0004f2a1b2c3",
            "Platform: BTMAC=0004f2a1b2c3",
            "Platform: HwRev=A",
            "Platform: BT MAC=0004f2a1b2c3",
            "Platform: Inter face wlan0 MAC=0004f2a1b2c3",
        ] {
            no_event(text);
        }
    }

    #[test]
    fn software_lines() {
        for said in ["Codename 5.5.2.11338 18-Sep-17 23:27", "5.5.2.11338 18-Sep-17 23:27", "5.5.2.11338"] {
            assert_eq!(
                known(&format!("Application, main: Label=SIP, Version={said}")),
                Event::Software { label: Some("SIP".into()), version: "5.5.2.11338".parse().ok() }
            );
        }
        for said in
            ["", ";", ",", ".", ":", ")", "!", "”", " ;", "; built for us", ", built for us", "; 18-Sep-17"]
        {
            assert_eq!(
                known(&format!("Application, main: Label=SIP, Version=5.5.2.11338{said}")),
                Event::Software { label: Some("SIP".into()), version: "5.5.2.11338".parse().ok() },
                "{said}"
            );
        }
        for said in [
            "\"5.5.2.11338\"",
            "(5.5.2.11338)",
            "Codename '5.5.2.11338';",
            "Codename; 5.5.2.11338 18-Sep-17",
            "Codename, 5.5.2.11338; x",
        ] {
            assert_eq!(
                known(&format!("Application, main: Label=SIP, Version={said}")),
                Event::Software { label: Some("SIP".into()), version: "5.5.2.11338".parse().ok() },
                "{said}"
            );
        }
        no_event("Application, main: P/N=3150-11530-552");
        no_event("Application, main: Label=SIP, Version=Codename");
        no_event("Application, main: Label=SIP, Version=Codename 4.0.1 0.0689 18-Sep-17 23:27");
        no_event("Application, main: Label=SIP, Version=Codename 4. 0.10.0689 18-Sep-17 23:27");
        no_event("Application, main: Label=SIP, Version=4.0.10.0689 and more");
        no_event("Application, main: Label=SIP, Version=4.0.");
        no_event("Application, main: Label=SIP, Version=Codename; built 5.5.2.11338");
        no_event("Application, main: Label=SIP, Version=Codename; x; 5.5.2.11338");
        no_event("Application, main: Label=SIP, Version=Codename 4.0.; 5.5.2.11338");
        no_event("Application, main: Label=SIP, P/N=5.5.2");
    }
}
