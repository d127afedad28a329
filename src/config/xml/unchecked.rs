//! Rules of XML 1.0 that the full parser does not check: the target `xml` of instructions (section 2.6), `standalone`
//! in the declaration (2.9), and the characters that references name by number (4.1).

use std::sync::LazyLock;

use regex::Regex;

use super::Refusal;
use crate::secrets::pattern;

/// Parts of a document to check, and parts in which there is nothing to check. What has no end, in a document type,
/// goes on to the end of the text: a search that had to look for it again and again would take quadratic time.
static TO_CHECK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?s)<!--.*?(?:-->|\z)|<!\[CDATA\[.*?(?:\]\]>|\z)|<\?(?<target>[^\s?]*)(?<data>.*?)(?:\?>|\z)",
        "|&#(?:x(?<hex>[[:xdigit:]]+)|(?<decimal>[0-9]+));"
    ))
});

static STANDALONE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\sstandalone\s*=\s*["']([^"']*)["']\s*\z"#));

/// Returns the first violation of these rules in a text that the parser accepts.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    for found in TO_CHECK.captures_iter(text) {
        let fault = |at, why| Err(Refusal::Malformed(at, why));
        let start = found.get(0).map_or(0, |whole| whole.start());
        if let (Some(target), Some(data)) = (found.name("target"), found.name("data"))
            && target.as_str().eq_ignore_ascii_case("xml")
        {
            if (start, target.as_str()) != (0, "xml") {
                return fault(
                    start,
                    "an XML declaration is allowed only at the very beginning, in lower case",
                );
            }
            let standalone = STANDALONE.captures(data.as_str()).and_then(|found| found.get(1));
            if let Some(value) = standalone.filter(|value| !matches!(value.as_str(), "yes" | "no")) {
                let at = data.start() + value.start();
                return fault(at, "standalone in the XML declaration is neither yes nor no");
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
