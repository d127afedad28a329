//! Rules of XML 1.0 that the full parser does not check: the target of instructions (section 2.6), the XML
//! declaration (2.8, 2.9, 4.3.3), the characters that references name by number (4.1).

use std::sync::LazyLock;

use encoding_rs::Encoding;
use regex::Regex;

use super::Refusal;
use super::names::fault_in_name;
use crate::secrets::pattern;

/// Parts of a document to check, and parts in which there is nothing to check. What has no end, in a document type,
/// goes on to the end of the text: a search that had to look for it again and again would take quadratic time.
static TO_CHECK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?s)<!--.*?(?:-->|\z)|<!\[CDATA\[.*?(?:\]\]>|\z)|<\?(?<target>[^ \t\r\n?]*)(?<data>.*?)(?:\?>|\z)",
        "|&#(?:x(?<hex>[[:xdigit:]]+)|(?<decimal>[0-9]+));"
    ))
});

/// One of the parts of an XML declaration. Group 1 is its name, group 2 or 3 its value.
static PART: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"\A[ \t\r\n]+(version|encoding|standalone)[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z0-9._-]*)"|'([A-Za-z0-9._-]*)')"#,
    )
});

/// The first fault in an XML declaration from after its `xml`: offset and reason. A version other than 1.0 is not a fault, as for
/// Expat.
fn fault_in_declaration(data: &str) -> Option<(usize, &'static str)> {
    const FORM: &str =
        "the XML declaration is not well-formed: write <?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let mut at = 0;
    let mut names = ["version", "encoding", "standalone"].into_iter();
    while !data[at..].trim_ascii().is_empty() {
        let Some(part) = PART.captures(&data[at..]) else { return Some((at, FORM)) };
        let (whole, name) = (part.get(0).map_or(0, |whole| whole.end()), &part[1]);
        // All three are in this order, and only the version is required.
        let is_in_order = names.any(|known| known == name) && (at > 0 || name == "version");
        let value = part.get(2).or_else(|| part.get(3));
        let (value, start) = value.map_or(("", 0), |value| (value.as_str(), value.start()));
        let why = match name {
            _ if !is_in_order => Some(FORM),
            "encoding" if !value.starts_with(|first: char| first.is_ascii_alphabetic()) => Some(FORM),
            "encoding" if Encoding::for_label(value.as_bytes()).is_none() => {
                Some("the XML declaration names an encoding that is not known")
            }
            "standalone" if !matches!(value, "yes" | "no") => {
                Some("standalone in the XML declaration is neither yes nor no")
            }
            _ => None,
        };
        if let Some(why) = why {
            return Some((at + start, why));
        }
        at += whole;
    }
    (at == 0).then_some((0, FORM))
}

/// The offset of the first character after an instruction's name that is neither a blank nor the end.
fn fault_in_target(target: &str, data: &str) -> Option<usize> {
    let is_of_name = |character: char| {
        !character.is_ascii() || character.is_ascii_alphanumeric() || "_.-:".contains(character)
    };
    let sign = target.find(|character| !is_of_name(character));
    let is_good = data.is_empty() || data.starts_with([' ', '\t', '\r', '\n']);
    sign.into_iter().chain(fault_in_name(target)).min().or_else(|| (!is_good).then_some(target.len()))
}

/// Returns the first violation of these rules in a text that the parser accepts.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    // A literal in a document type can have what looks like an instruction.
    let has_document_type = text.contains("<!DOCTYPE");
    for found in TO_CHECK.captures_iter(text) {
        let fault = |at, why| Err(Refusal::Malformed(at, why));
        let start = found.get(0).map_or(0, |whole| whole.start());
        if let (Some(target), Some(data)) = (found.name("target"), found.name("data")) {
            let (name, content) = (target.as_str(), data.as_str());
            if !has_document_type && let Some(at) = fault_in_target(name, content) {
                return fault(
                    target.start() + at,
                    "the name of a processing instruction is not followed by a blank",
                );
            }
            let is_declaration = name.eq_ignore_ascii_case("xml");
            if is_declaration && (start, name) != (0, "xml") {
                return fault(
                    start,
                    "an XML declaration is allowed only at the very beginning, in lower case",
                );
            }
            if is_declaration && let Some((at, why)) = fault_in_declaration(content) {
                return fault(data.start() + at, why);
            }
        }
        let number = [("hex", 16), ("decimal", 10)]
            .into_iter()
            .find_map(|(name, radix)| u32::from_str_radix(found.name(name)?.as_str(), radix).ok());
        if number.is_some_and(|number| char::from_u32(number).is_none()) {
            return fault(start, "a reference names a character that does not exist");
        }
    }
    Ok(())
}
