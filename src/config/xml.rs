//! Reads the attributes of an XML file, and finds where it is not well-formed.
//!
//! The phone's parser is most likely Expat, without namespaces. roxmltree gives the same result as Expat if colons
//! in names are replaced, and if the rules that it does not check are checked here. A document type is ignored; a
//! file whose document type declares entities or attributes is not read. The time of roxmltree is quadratic in the
//! attributes of one element, so these are counted first. Most files are read without it ([`simple`]).

mod names;
mod prepared;
mod simple;
mod unchecked;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use roxmltree::{Document, Error, ParsingOptions};
use serde::{Deserialize, Serialize};

use self::names::fault_in_name;
use self::prepared::prepared;
use self::unchecked::check;
use crate::problem::ProblemKind;
use crate::secrets::pattern;

/// The most attributes of one element that are read; the largest real element has 223.
pub(super) const MAX_ATTRIBUTES: usize = 5_000;

/// An attribute, with the line of its name.
#[derive(Clone, Debug)]
pub(super) struct Attribute<'t> {
    pub(super) name: &'t str,
    pub(super) value: &'t str,
    /// The value has a line break in the file.
    pub(super) has_line_breaks: bool,
    pub(super) line: u64,
}

/// Where and why a file is not well-formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Malformed {
    /// 1-based.
    pub line: u64,
    /// 1-based, in characters.
    pub column: u64,
    /// A clause: `the file ends too early`.
    pub why: Cow<'static, str>,
    /// The certificate parameters in the file with their lines, as far as a tolerant search finds them.
    pub lost: Vec<(Box<str>, u64)>,
}

/// Why a file can't be used.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Not well-formed: byte, and why.
    Malformed(usize, &'static str),
    /// Not read, although it may be well-formed.
    Unread(ProblemKind, &'static str),
}

/// Calls `see` with each attribute whose name is wanted, in the file's order, if the file is well-formed.
pub(super) fn attributes(
    text: &str,
    is_wanted: fn(&str) -> bool,
    see: &mut dyn FnMut(Attribute<'_>),
) -> Result<(), Refusal> {
    let Some(all) = simple::attributes(text) else { return parsed(text, is_wanted, see) };
    let mut lines = LineCounter::new(text);
    for raw in all.iter().filter(|raw| is_wanted(raw.name)) {
        let (line, has_line_breaks) = (lines.of(raw.start), raw.value.contains(['\n', '\r']));
        see(Attribute { name: raw.name, value: &raw.value(), has_line_breaks, line });
    }
    Ok(())
}

/// The same with the full parser.
fn parsed(
    text: &str,
    is_wanted: fn(&str) -> bool,
    see: &mut dyn FnMut(Attribute<'_>),
) -> Result<(), Refusal> {
    let text = prepared(text)?;
    // Entities can grow and include other files, and attribute declarations add attributes that are not in the
    // file.
    let allow_dtd = !["<!ENTITY", "<!ATTLIST"].iter().any(|declaration| text.contains(declaration));
    let options = ParsingOptions { allow_dtd, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&text, options).map_err(|error| refusal(&error, &text))?;
    check(&text)?;
    check_names(&document)?;
    let mut lines = LineCounter::new(&text);
    let all = document.descendants().flat_map(|node| node.attributes());
    for attribute in all.filter(|attribute| is_wanted(attribute.name())) {
        let line = lines.of(attribute.range().start);
        let has_line_breaks = text.get(attribute.range_value()).is_some_and(|raw| raw.contains(['\n', '\r']));
        see(Attribute { name: attribute.name(), value: attribute.value(), has_line_breaks, line });
    }
    Ok(())
}

/// Returns the first character of a name that Expat refuses.
fn check_names(document: &Document<'_>) -> Result<(), Refusal> {
    if document.input_text().is_ascii() {
        return Ok(());
    }
    let of_elements = document.descendants().filter(|node| node.is_element()).flat_map(|node| {
        let name = (node.range().start + 1, node.tag_name().name());
        let of_attributes = node.attributes().map(|attribute| (attribute.range().start, attribute.name()));
        [name].into_iter().chain(of_attributes)
    });
    for (start, name) in of_elements {
        if let Some(at) = fault_in_name(name) {
            return Err(Refusal::Malformed(
                start + at,
                "a name has a character that XML does not allow there",
            ));
        }
    }
    Ok(())
}

/// The line numbers of byte offsets, which must be requested in ascending order.
struct LineCounter<'t> {
    text: &'t [u8],
    line: u64,
    counted: usize,
}

impl<'t> LineCounter<'t> {
    const fn new(text: &'t str) -> Self {
        Self { text: text.as_bytes(), line: 1, counted: 0 }
    }

    fn of(&mut self, byte: usize) -> u64 {
        if self.counted <= byte && byte <= self.text.len() {
            self.line += memchr::memchr_iter(b'\n', &self.text[self.counted..byte]).count() as u64;
            self.counted = byte;
        }
        self.line
    }
}

fn begins_element(text: &str) -> bool {
    text.strip_prefix('<')
        .is_some_and(|name| name.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}

fn refusal(error: &Error, text: &str) -> Refusal {
    let mut byte = byte_of(text, error.pos());
    let open = text.rfind("<!--").filter(|start| *start < byte && !text[*start..].contains("-->"));
    if let Some(comment) = open {
        return Refusal::Malformed(comment, "a comment has no end");
    }
    // The parser's own messages quote the file, which may contain keys.
    let why = match error {
        Error::DtdDetected => {
            return Refusal::Unread(
                ProblemKind::Unreadable,
                "its document type declares entities or attributes; the file was not read",
            );
        }
        // A document type in another file may declare them.
        Error::UnknownEntityReference(..) if text.contains("<!DOCTYPE") => {
            return Refusal::Unread(
                ProblemKind::Unreadable,
                "it refers to an entity that its document type may declare; the file was not read",
            );
        }
        Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached => {
            return Refusal::Unread(ProblemKind::LimitExceeded, "it has too many elements or attributes");
        }
        Error::UnexpectedCloseTag(..) | Error::UnexpectedEntityCloseTag(_) => {
            "an end tag does not match the last open start tag"
        }
        Error::UnknownEntityReference(..) | Error::MalformedEntityReference(_) => {
            "an ampersand does not begin a known entity: write &amp;"
        }
        Error::InvalidAttributeValue(_) => {
            "a value has a '<': write &lt;, or close the value's quotes before"
        }
        Error::DuplicatedAttribute(..) => "an element has the same parameter twice",
        Error::InvalidComment(_) => {
            // The parser reports the beginning of the comment.
            let body = byte + "<!--".len();
            byte = body + text.get(body..).and_then(|body| body.find("--")).unwrap_or_default();
            "a comment contains '--', which is allowed only at its end"
        }
        Error::InvalidCharacterData(_) => {
            // The parser reports the end of the text.
            byte = text.get(..byte).and_then(|before| before.rfind("]]>")).unwrap_or(byte);
            "a text has ']]>', which is allowed only at the end of a CDATA section: write ]]&gt;"
        }
        Error::UnknownToken(_) if text.get(byte..).is_some_and(begins_element) => {
            "an element follows the end of the outermost one"
        }
        Error::NoRootNode => "it has no element",
        Error::UnclosedRootNode | Error::UnexpectedEndOfStream => {
            byte = text.len();
            "the file ends too early"
        }
        Error::UnexpectedDeclaration(_) => "the XML declaration is not at the very beginning",
        _ if text.as_bytes().get(byte) == Some(&b'<') => {
            "a '<' is where XML does not allow it: in a value, write &lt;"
        }
        _ => "a character is where XML does not allow it",
    };
    Refusal::Malformed(byte, why)
}

/// The byte at a position of the parser.
fn byte_of(text: &str, position: roxmltree::TextPos) -> usize {
    let lines = position.row.saturating_sub(1) as usize;
    let start = match lines {
        0 => 0,
        _ => memchr::memchr_iter(b'\n', text.as_bytes()).nth(lines - 1).map_or(text.len(), |found| found + 1),
    };
    let column = position.col.saturating_sub(1) as usize;
    text[start..].char_indices().nth(column).map_or(text.len(), |(offset, _)| start + offset)
}

/// Line and column of a byte, 1-based, the column in characters.
pub(super) fn line_and_column(text: &[u8], byte: usize) -> (u64, u64) {
    let before = &text[..byte.min(text.len())];
    let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    (line, String::from_utf8_lossy(&before[start..]).chars().count() as u64 + 1)
}

/// A comment, or the name before an equals sign.
static COMMENT_OR_NAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?s)<!--.*?(?:-->|\z)|([A-Za-z0-9._-]+)\s*="));

/// The names before an equals sign outside comments with their lines, even if the rest is not well-formed.
pub(super) fn names(text: &str) -> impl Iterator<Item = (&str, u64)> {
    let mut lines = LineCounter::new(text);
    let names = COMMENT_OR_NAME.captures_iter(text).filter_map(|found| found.get(1));
    names.map(move |name| (name.as_str(), lines.of(name.start())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String, u64)>, Refusal> {
        let mut all = Vec::new();
        attributes(text, |_| true, &mut |attribute| {
            all.push((attribute.name.to_owned(), attribute.value.to_owned(), attribute.line));
        })?;
        Ok(all)
    }

    #[test]
    fn attributes_of_any_element_with_their_lines() {
        let text =
            "<?xml version=\"1.0\"?>\n<a b='1'\n c=\"2\n3\"><!-- d=\"4\" -->\n<e><f x:g='&#10;>'/></e></a>";
        let expected = [("b", "1", 2), ("c", "2 3", 3), ("x_g", "\n>", 5)];
        let expected = expected.map(|(name, value, line)| (name.to_owned(), value.to_owned(), line));
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn lines_end_in_any_way() {
        for (end, line) in [("\n", 3), ("\r\n", 3)] {
            // With a reference, the full parser has it.
            for rest in ["", " d=\"&amp;\""] {
                let text = format!("<a>{end}<b{end}c=\"2\"{rest}/></a>");
                assert_eq!(read(&text).unwrap()[0], ("c".to_owned(), "2".to_owned(), line), "{text:?}");
            }
        }
        let mut breaks = Vec::new();
        let text = "<a b=\"1\r2\" c=\"1 2\"/>";
        attributes(text, |_| true, &mut |attribute| breaks.push(attribute.has_line_breaks)).unwrap();
        assert_eq!(breaks, [true, false]);
    }

    #[test]
    fn faults_have_their_place() {
        for (text, place, word) in [
            ("<a>\n<b></a>", (2, 4), "end tag"),
            ("<a b=\"1\">", (1, 10), "early"),
            ("<a\n b=\"1\n", (3, 1), ""),
            ("<a b=\"<Certificate>\"/>", (1, 7), "&lt;"),
            ("<a b=\"&x;\"/>", (1, 7), "&amp;"),
            ("<a b=\"1\" b=\"2\"/>", (1, 10), "twice"),
            ("", (1, 1), ""),
            ("<!-- \n\n -- -->\n<a/>", (3, 2), "comment"),
            ("<!-- \n --->\n<a/>", (2, 2), "comment"),
            ("<a>\n<!--<!--", (2, 5), "no end"),
            ("<a>\n<!--<!-- -->", (2, 7), "only at its end"),
            ("<a>\n<!-- b", (2, 1), "no end"),
            ("<a>\n<<!--", (2, 2), ""),
            ("<a>\r\n<b>\r\n</a>", (3, 1), "end tag"),
            ("<a>\n<b c=\"\0\"/></a>", (2, 7), "does not allow"),
            ("<a b=\"&#xd800;\"/>", (1, 7), "does not exist"),
            ("<a>\n&#56320;</a>", (2, 1), "does not exist"),
            ("<a>\n<!-- &#xd800; --><b c=\"&#xd7ff;&#x110000;\"/></a>", (2, 32), "does not exist"),
            ("<a b=\"&#x100000000;\"/>", (1, 7), "&amp;"),
            ("<?XML version=\"1.0\"?><a/>", (1, 1), "lower case"),
            ("<?xml version=\"1.0\"?>\n<a><?Xml?></a>", (2, 4), "lower case"),
            ("<a><?xml\tx?></a>", (1, 4), "very beginning"),
            ("<?xml version=\"1.0\" standalone=\"maybe\"?><a/>", (1, 33), "neither yes nor no"),
            ("<?xml version=\"1.0\" encoding=\"UFT-8\"?><a/>", (1, 31), "not known"),
            ("<?xml version=\"1.0\"\n encoding='ANSI'?><a/>", (2, 12), "not known"),
            ("<?xml version=\"1.0\" encoding=\"UTF 8\"?><a/>", (1, 20), "declaration is not well-formed"),
            ("<?xml version=\"1.0\" encoding=\"utf-8;\"?><a/>", (1, 20), "declaration is not well-formed"),
            ("<?xml version=\"1.0\" encoding=\"\"?><a/>", (1, 31), "declaration is not well-formed"),
            ("<?xml version=\"1.0\" encoding=\"8859-1\"?><a/>", (1, 31), "declaration is not well-formed"),
            ("<?xml version=\"1,0\"?><a/>", (1, 6), "declaration is not well-formed"),
            ("<?xml?><a/>", (1, 6), "declaration is not well-formed"),
            ("<a>\n<b>text]]></b></a>", (2, 8), "CDATA"),
            ("<a/>\n<b/>", (2, 1), "outermost"),
            (
                "<?xml version=\"1.0\" encoding=\"utf-8\"\nstandalone = 'YES' ?><a/>",
                (2, 15),
                "neither yes nor no",
            ),
        ] {
            let Err(Refusal::Malformed(byte, why)) = read(text) else { panic!("{text}") };
            assert!(why.contains(word), "{text}: {why}");
            assert_eq!(line_and_column(text.as_bytes(), byte), place, "{text}: {why}");
        }
    }

    #[test]
    fn what_expat_accepts_is_no_fault() {
        for text in [
            "<a b=\"&#xD7FF;&#xe000;&#xfffd;&#x10FFFF;&#65;\"/>",
            "<a><!-- &#xd800; <?XML?> --><![CDATA[&#xd800;<?XML?>]]><?p &#xd800;?></a>",
            "<?xml-stylesheet x?><a><?XML-x?><?xmlx?></a>",
            "<?xml\tversion=\"1.0\" standalone=\"yes\"?><a/>",
            "<?xml version='1.0' encoding='utf-8' standalone='no' ?><a/>",
            "<?xml version=\"1.1\"?><a/>",
            "<?xml version = '1.0'\n encoding = 'ISO-8859-1'?><a/>",
            "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a/>",
            "<?xml version=\"1.0\"?><a><?p standalone=\"maybe\"?></a>",
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_not_read_is_not_called_malformed() {
        for text in [
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a c=\"&b;\"/>".to_owned(),
            format!(
                "<a b=\"&#10;\"{}/>",
                (0..100_000).map(|number| format!(" a{number}=\"1\"")).collect::<String>()
            ),
        ] {
            assert!(matches!(read(&text), Err(Refusal::Unread(..))), "{:.60}", text);
        }
    }

    #[test]
    fn a_document_type_is_passed_over() {
        for text in [
            "<?xml version=\"1.0\"?>\n<!DOCTYPE a>\n<a b=\"1\"/>",
            "<!DOCTYPE a SYSTEM \"x:y.dtd\">\n\n<a b=\"1\"/>",
        ] {
            assert_eq!(read(text).unwrap(), [("b".to_owned(), "1".to_owned(), 3)], "{text}");
        }
        assert!(matches!(read("<!DOCTYPE a><a"), Err(Refusal::Malformed(..))));
        assert!(matches!(read("<!DOCTYPE a SYSTEM \"b\"><a c=\"&d;\"/>"), Err(Refusal::Unread(..))));
    }

    #[test]
    fn an_element_has_so_many_attributes_and_no_more() {
        let many = |count: usize| (0..count).map(|number| format!(" a{number}=\"1\"")).collect::<String>();
        assert_eq!(
            read(&format!("<a b=\"&#10;\"{}/>", many(MAX_ATTRIBUTES - 1))).unwrap().len(),
            MAX_ATTRIBUTES
        );
        assert!(matches!(
            read(&format!("<a b=\"&#10;\"{}/>", many(MAX_ATTRIBUTES))),
            Err(Refusal::Unread(ProblemKind::LimitExceeded, _))
        ));
        for text in [
            format!("<a {}/>", "x=\"1\"".repeat(1_000)),
            format!("<a {}/>", "x=\"1\" ".repeat(1_000)),
            format!("<a b=\"&#10;\"{}><b></a>", many(MAX_ATTRIBUTES - 1)),
            format!("<a b=\"&#10;\"{} c=\"<\"/>", many(1_000)),
        ] {
            assert!(matches!(read(&text), Err(Refusal::Malformed(..))), "{text:.60}");
        }
    }

    fn by_the_parser(text: &str) -> Option<Vec<(String, String, u64, bool)>> {
        let mut all = Vec::new();
        let mut see = |one: Attribute<'_>| {
            all.push((one.name.to_owned(), one.value.to_owned(), one.line, one.has_line_breaks));
        };
        parsed(text, |_| true, &mut see).ok()?;
        Some(all)
    }

    /// What the fast way takes, the full parser takes, with the same attributes.
    fn compare(text: &str) -> bool {
        let Some(raw) = simple::attributes(text) else { return false };
        let mut all = Vec::new();
        let mut see = |one: Attribute<'_>| {
            all.push((one.name.to_owned(), one.value.to_owned(), one.line, one.has_line_breaks));
        };
        attributes(text, |_| true, &mut see).unwrap();
        assert_eq!(raw.len(), all.len());
        assert_eq!(by_the_parser(text), Some(all), "{text}");
        true
    }

    #[test]
    fn usual_files_go_the_fast_way() {
        for text in [
            "<a/>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\r\n<!-- c --><a b.c='1'\r\n d = \"2\r\n\t3\" ><e/>t<e></e ></a>\n<!-- d -->\n",
            "<a b=\"ä > / '\"/>",
        ] {
            assert!(compare(text), "{text}");
        }
        for text in [
            "",
            "t",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>t",
            "<a b=\"1\"c=\"2\"/>",
            "<a b=1/>",
            "<a b/>",
            "<a b=\"1\" b=\"2\"/>",
            "<a b=\"&amp;\"/>",
            "<a:b/>",
            "<a><![CDATA[x]]></a>",
            "<a>]]></a>",
            "<!DOCTYPE a><a/>",
            "<a b=\"<\"/>",
            "<a><!-- -- --></a>",
            "<a xmlns=\"x\"/>",
            "<a/ >",
            "< a/>",
            "<?xml version=\"1.1\"?><a/>",
            " <?xml version=\"1.0\"?><a/>",
            "<a b=\"\u{1}\"/>",
        ] {
            assert!(!compare(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_fast_way_is_the_parsers(text in "(<a>|</a>|<a|/>|>| b=\"1\"| c='2'|\"|'|=|<!--|-->|--|]]>|[ \r\n\t]|é|x|<\\?xml version=\"1.0\"\\?>){0,16}") {
            compare(&text);
        }

        #[test]
        fn the_fast_way_is_the_parsers_for_nearly_good_files(
            before in " ?(<!--x-->)?\n?", names in "( [a-c]=\"[x\r\n'/> ]{0,3}\"){0,3}", inner in "(<e/>|x|<e f='g'></e>|<!-- y -->){0,3}", after in "[ \nx]{0,1}"
        ) {
            compare(&format!("{before}<a{names}>{inner}</a>{after}"));
        }
    }

    #[test]
    fn names_of_the_fourth_edition() {
        let is_good = |text: &str| read(text).is_ok();
        for name in ["a", "é", "e\u{301}", "a\u{b7}b", "字"] {
            assert!(is_good(&format!("<{name} {name}=\"1\"/>")), "{name}");
        }
        for sign in ["\u{feff}", "\u{a0}", "\u{200c}", "\u{200d}", "\u{2070}\u{2054}", "\u{1f600}"] {
            assert!(!is_good(&format!("<a{sign}/>")) && !is_good(&format!("<a b{sign}=\"1\"/>")), "{sign:?}");
            assert!(is_good(&format!("<a b=\"{sign}\"/>")), "{sign:?}");
        }
        for instruction in ["p", "p x", "p\n?x", "xml-stylesheet href=\"a\""] {
            assert!(is_good(&format!("<a><?{instruction}?></a>")), "{instruction}");
        }
        for instruction in ["p=1", "p\"x", "p?x", "p&amp; x", "p<x", "p\u{a0}x"] {
            assert!(!is_good(&format!("<a><?{instruction}?></a>")), "{instruction}");
        }
        assert!(!is_good("<?xmlversion=\"1.0\"?><a/>") && is_good("<?xml version=\"1.0\"?><a/>"));
    }

    #[test]
    fn what_seems_to_begin_in_a_document_type_takes_no_time() {
        for start in ["<!--", "<![CDATA[", "<?"] {
            let parts = format!("<!NOTATION n SYSTEM \"{start}\"><?p?>").repeat(20_000);
            assert!(read(&format!("<!DOCTYPE a [{parts}]><a b=\"&#65;\"/>")).is_ok(), "{start}");
        }
        assert!(read(&format!("<a>{}</a>", "<?p &#65; ?>&#65;<!-- -->".repeat(50_000))).is_ok());
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert!(read(&deep).unwrap().is_empty());
        assert!(read(&"<a>".repeat(100_000)).is_err());
    }

    #[test]
    fn a_lenient_look_finds_names_outside_comments() {
        let text = "<a x.y = \"1\" <!-- z.z=\"1\"\n--> q.r=<b> ä=b";
        assert_eq!(names(text).collect::<Vec<_>>(), [("x.y", 1), ("q.r", 2)]);
    }
}
