//! What the phone is and runs, as its boot tells.

use nom::combinator::map_opt;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::Event;
use super::words::{phrase, remainder, sign, text};
use crate::model::Mac;

/// `Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0`,
/// `Platform: Interface eth0 MAC=0004f2a1b2c3`, `Platform: MAC=0004f2a1b2c3, IP=192.0.2.7, …`.
/// Lines that name none of these fields (`Platform: Board=…`) are no event.
pub(super) fn platform(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, _) = (phrase("Platform"), sign(":")).parse(input)?;
    map_opt(remainder, |said| {
        let model = field(said, b"Model=", b",");
        let assembly = field(said, b"Assembly=", b", ");
        let assembly_revision = assembly.as_ref().and_then(|_| field(said, b"Rev=", b", "));
        let mac = find(said, b"MAC=").and_then(|start| whole_mac(&said[start + 4..]));
        let told = model.is_some() || assembly.is_some() || mac.is_some();
        told.then_some(Event::Platform { model, assembly, assembly_revision, mac })
    })
    .parse(input)
}

/// `Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27`; the codename is optional.
pub(super) fn software(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, _) = phrase("Application, main:").parse(input)?;
    map_opt(preceded(sign(" "), remainder), |said| {
        let label = field(said, b"Label=", b",")?;
        let version = field(said, b"Version=", b",")?;
        let version = version.split_ascii_whitespace().find_map(|word| word.parse().ok())?;
        Some(Event::Software { label, version })
    })
    .parse(input)
}

/// The value after `name`, which ends with its one `=`, up to one of the bytes in `stop`. None if it
/// is empty.
fn field(said: &[u8], name: &[u8], stop: &[u8]) -> Option<Box<str>> {
    let start = find(said, name)?;
    // `Rev=` within `HwRev=` is another field.
    if start > 0 && said[start - 1].is_ascii_alphanumeric() {
        return None;
    }
    let value = &said[start + name.len()..];
    let length = value.iter().position(|byte| stop.contains(byte)).unwrap_or(value.len());
    let value = value[..length].trim_ascii();
    (!value.is_empty()).then(|| text(value))
}

/// Where `name=` stands first.
fn find(said: &[u8], name: &[u8]) -> Option<usize> {
    let mut signs = memchr::memchr_iter(b'=', said);
    signs.find_map(|sign| said[..=sign].ends_with(name).then(|| sign + 1 - name.len()))
}

fn whole_mac(bytes: &[u8]) -> Option<Mac> {
    let (mac, after) = Mac::prefix(bytes)?;
    let ends = after.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    // Registers of a board can read as all zeros before the address is known.
    (ends && mac.bytes() != [0; 6]).then_some(mac)
}

#[cfg(test)]
mod tests {
    use super::super::{Reading, read};
    use super::*;

    fn known(text: &str) -> Event {
        match read(text.as_bytes()) {
            Reading::Known(event) | Reading::Open(event) => event,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn platform_lines() {
        let fields = known("Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0").fields();
        assert_eq!((&fields["model"], &fields["assembly"]), (&"VVX 500".into(), &"3111-44500-001".into()));
        assert_eq!(fields["assembly_revision"], "A");
        for text in [
            "Platform: Interface eth0 MAC=0004f2a1b2c3",
            "Platform: MAC=0004f2a1b2c3, IP=Resolving, Subnet Mask=255.255.255.0",
        ] {
            let Event::Platform { mac, model: None, .. } = known(text) else { panic!("{text}") };
            assert_eq!(mac.unwrap().to_string(), "0004F2A1B2C3");
        }
        for text in [
            "Platform: Updater=5.5.2.11338 18-Sep-17 23:27",
            "Platform: Board=2345-12500-001",
            "Platform: MAC=0004f2a1b2c3d4",
        ] {
            assert!(matches!(read(text.as_bytes()), Reading::Cut | Reading::Unknown), "{text}");
        }
    }

    #[test]
    fn software_lines() {
        for said in ["Codename 5.5.2.11338 18-Sep-17 23:27", "5.5.2.11338 18-Sep-17 23:27", "5.5.2.11338"] {
            let fields = known(&format!("Application, main: Label=SIP, Version={said}")).fields();
            assert_eq!(
                (&fields["label"], &fields["version"]),
                (&"SIP".into(), &"5.5.2.11338".into()),
                "{said}"
            );
        }
        assert!(!matches!(
            read(b"Application, main: P/N=3150-11530-552"),
            Reading::Known(_) | Reading::Open(_)
        ));
    }
}
