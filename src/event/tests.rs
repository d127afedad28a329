//! Properties of all messages: wrapped anywhere, cut anywhere, with marks around them.

use super::*;
use crate::line::{Line, line};

pub(super) fn known(text: &str) -> Event {
    let reading = read(text.as_bytes(), End::Whole);
    reading.event().unwrap_or_else(|| panic!("{text}: {reading:?}")).clone()
}

pub(super) fn cut(text: &str) {
    assert_eq!(read(text.as_bytes(), End::Whole), ParsedText::Cut, "{text}");
}

pub(super) fn unknown(text: &str) {
    assert_eq!(read(text.as_bytes(), End::Whole), ParsedText::Unknown, "{text}");
    assert!(find(text.as_bytes()).is_none(), "{text}");
}

pub(super) fn no_event(text: &str) {
    let reading = read(text.as_bytes(), End::Whole);
    assert!(matches!(reading, ParsedText::Cut | ParsedText::Unknown), "{text}: {reading:?}");
}

/// A log with at least one text of each kind and of each message, as phones write them. The golden records of
/// `tests/records.rs` contain it too, so that a message that is added changes them.
static LOG: &str = include_str!("../../testdata/messages/0004f2a1b2c3-app.log");

/// The texts of [`LOG`], without the headers of their lines.
fn texts() -> impl Iterator<Item = &'static str> {
    LOG.lines().map(|line| line.splitn(5, '|').last().unwrap())
}

#[test]
fn every_kind_and_every_message_has_a_text() {
    for kind in kinds() {
        assert!(texts().any(|text| known(text).kind() == kind.name), "no line of {}", kind.name);
    }
    for message in MESSAGES {
        assert!(texts().any(|text| text.starts_with(message.begins)), "{}", message.begins);
    }
}

/// What a kind counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Evidence {
    /// A line of the inventory: then the phone's log has evidence (no LOG001), and the slot is known.
    Inventory,
    /// An installation, tried or done: evidence too.
    Installation,
    /// Neither: a log with nothing else has LOG001.
    None,
}

/// For each kind of event, in the order of the output: what it counts for, and whether repeats beyond the newest entries of
/// a long log are folded into one with a count. Only what can fail again and again is folded; what tells of a slot, of
/// the phone or of a boot must stay in order.
const KINDS: &[(&str, Evidence, bool)] = &[
    ("key_too_large", Evidence::Installation, true),
    ("certificate_too_large", Evidence::Installation, true),
    ("chain_not_decodable", Evidence::Installation, true),
    ("credential_invalid", Evidence::Installation, true),
    ("certificate_saving", Evidence::Installation, false),
    ("new_certificate", Evidence::Installation, false),
    ("previous_certificate", Evidence::Installation, false),
    ("no_previous_certificate", Evidence::Installation, false),
    ("certificate_length", Evidence::Inventory, false),
    ("certificate_fingerprint", Evidence::Inventory, false),
    ("certificate_common_name", Evidence::Inventory, false),
    ("key_length", Evidence::Inventory, false),
    ("certificate_unavailable", Evidence::Inventory, false),
    ("server_certificate_untrusted", Evidence::None, true),
    ("tls_connection_failed", Evidence::None, true),
    ("platform", Evidence::None, false),
    ("software", Evidence::None, false),
    ("log_start", Evidence::None, false),
    ("log_end", Evidence::None, false),
    ("clock_failed", Evidence::None, true),
    ("upload_failed", Evidence::None, true),
    ("sign_in_certificate", Evidence::None, false),
    ("ca_fingerprint", Evidence::None, false),
    ("provisioning_uri_invalid", Evidence::None, true),
    ("configuration_not_applied", Evidence::None, true),
    ("upload_size_unknown", Evidence::None, true),
];

#[test]
fn each_kind_counts_for_what_it_says() {
    let names: Vec<_> = kinds().iter().map(|kind| kind.name).collect();
    assert_eq!(
        names,
        KINDS.iter().map(|(name, ..)| *name).collect::<Vec<_>>(),
        "a row of KINDS for each kind"
    );
    for event in texts().map(known) {
        let evidence = match (event.is_inventory(), event.is_installation()) {
            (true, false) => Evidence::Inventory,
            (false, true) => Evidence::Installation,
            (false, false) => Evidence::None,
            (true, true) => panic!("{event:?} is both"),
        };
        let seen = (event.kind(), evidence, event.is_failure());
        assert_eq!(KINDS.iter().find(|(kind, ..)| *kind == event.kind()), Some(&seen), "{event:?}");
    }
}

#[test]
fn packed_an_event_is_the_same() {
    for event in texts().map(known) {
        let packed = postcard::to_stdvec(&event).unwrap();
        assert_eq!(postcard::from_bytes::<Event>(&packed), Ok(event));
    }
}

#[test]
fn made_of_its_fields_an_event_is_the_same() {
    for event in texts().map(known) {
        let (kind, fields) = kinds::parts(&event);
        assert_eq!(kinds::from_parts(kind, fields), Some(event));
    }
}

#[test]
fn fields_are_shown_as_text_and_numbers() {
    for event in texts().map(known) {
        let fields = event.fields();
        let kind = kinds().iter().find(|kind| kind.name == event.kind()).unwrap();
        assert!(kind.fields().eq(fields.keys().map(String::as_str)), "{event:?}");
        for (name, value) in fields {
            assert!(!value.is_array() && !value.is_object(), "{name}: {value}");
        }
        let has = |name| kinds::parts(&event).1.get(name).is_some_and(|value| !value.is_null());
        assert_eq!(event.slot().is_some(), has("slot"), "{event:?}");
        assert_eq!(event.fingerprint().is_some(), has("fingerprint"), "{event:?}");
    }
    let fields =
        known("Polycom device certificate MD5 fingerprint: 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17")
            .fields();
    assert_eq!(fields["fingerprint"], "70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17");
    assert_eq!(fields["algorithm"], "md5");
    assert_eq!(known("Platform: MAC=0004f2a1b2c3").fields()["platform_mac"], "0004F2A1B2C3");
    assert_eq!(known("m_bCertExists [0]").fields()["exists"], false);
}

#[test]
fn cut_at_any_byte_a_message_tells_nothing_wrong() {
    for text in texts() {
        let whole = known(text);
        let (kind, fields) = (whole.kind(), kinds::parts(&whole).1);
        let mut counts = false;
        for length in 1..=text.len() {
            let event = match read(&text.as_bytes()[..length], End::Cut) {
                ParsedText::Known(event) | ParsedText::Open(event) => event,
                ParsedText::Cut => {
                    assert!(!counts, "{}: it counted when it was shorter", &text[..length]);
                    continue;
                }
                ParsedText::Unknown => panic!("{}", &text[..length]),
            };
            counts = true;
            // A banner without its second row of hyphens is one too.
            assert_eq!(event.kind(), kind, "{}", &text[..length]);
            for (name, value) in kinds::parts(&event).1 {
                let is_right = value.is_null()
                    || value == fields[&name]
                    // Of a cut reason, the existing part is shown.
                    || name == "reason" && fields[&name].as_str().unwrap().starts_with(value.as_str().unwrap());
                assert!(is_right, "{}: {name} {value}", &text[..length]);
            }
        }
        assert!(counts, "{text}");
    }
}

#[test]
fn cut_values_are_not_known_and_closed_ones_are() {
    let read = |text: &str| read(text.as_bytes(), End::Cut).event().unwrap().clone();
    assert_eq!(
        read("Application, main: Label=SIP, Version=Codename 4.0.1"),
        Event::Software { label: Some("SIP".into()), version: None }
    );
    let slot = Slot::BuiltIn;
    let length = |length| Event::CertificateLength { slot, length };
    assert_eq!(read("Polycom device certificate length"), length(None));
    assert_eq!(read("Polycom device certificate length 8"), length(None));
    assert_eq!(read("Polycom device certificate length 802."), length(Some(802)));
    assert_eq!(read("Polycom device certificate length 802 |"), length(Some(802)));
    let name = |common_name| Event::CertificateCommonName { slot, common_name };
    assert_eq!(read("Polycom device certificate common name \"0004F2"), name(None));
    assert_eq!(read("Polycom device certificate common name \"0004F2\""), name(Some("0004F2".into())));
    let sixteen = ["CA"; 16].join(":");
    for said in [sixteen.as_str(), "CA:", ""] {
        assert_eq!(
            read(&format!("Polycom device certificate SHA256 fingerprint: {said}")),
            Event::CertificateFingerprint { slot, fingerprint: None, algorithm: Some(Algorithm::Sha256) }
        );
        let new = read(&format!("New Certificate Common Name 'a' Fingerprint '{said}"));
        assert_eq!(new, Event::NewCertificate { common_name: Some("a".into()), fingerprint: None });
    }
    let Event::NewCertificate { fingerprint: Some(_), .. } =
        read(&format!("New Certificate Common Name 'a' Fingerprint '{sixteen}'"))
    else {
        panic!("the quote closes it")
    };
    assert_eq!(
        read("MakeTlsConnection: connection failed error -"),
        Event::TlsConnectionFailed { error: None }
    );
    assert_eq!(
        read("UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 1"),
        Event::UploadFailed { protocol: Some(0), result: None, upload: Upload::Tried }
    );
}

#[test]
fn wrapped_at_any_blank_a_message_goes_on() {
    for text in texts() {
        let whole = known(text);
        for (blank, _) in text.match_indices(' ') {
            // The text before a wrap is the beginning of this message, or the complete message.
            match read(text[..blank].trim_end().as_bytes(), End::Whole) {
                ParsedText::Cut => {}
                ParsedText::Open(event) | ParsedText::Known(event) => assert_eq!(event.kind(), whole.kind()),
                ParsedText::Unknown => panic!("{}", &text[..blank]),
            }
        }
        for blanks in ["  ", "\t", "\u{a0}", " \u{2007}"] {
            // Free text keeps its blanks.
            let spaced = known(&text.replace(' ', blanks));
            assert_eq!(spaced.kind(), whole.kind(), "{text}");
        }
    }
}

#[test]
fn marks_around_a_message_change_nothing() {
    for text in texts() {
        let whole = known(text);
        for (before, behind) in [
            ("", " | |"),
            ("", "|"),
            ("", "</td>"),
            ("", "**"),
            ("> ", ""),
            (">> ", ""),
            ("- ", ""),
            ("* ", ""),
            ("0004f2000001-app.log:12:", ""),
            ("12:", ""),
            ("user@host:~$ ", ""),
            ("C:\\>", ""),
            ("0004f2000001 ", ""),
            ("| ", " |"),
            ("\u{a0}\u{a0}", "\u{a0}"),
            ("", "^M"),
            ("", "^M$"),
            ("", "$"),
            ("", "#015"),
            ("", "<br>"),
            ("<p>", "<br /></p>"),
            ("`", "`"),
            ("``", "``"),
            ("\"", "\""),
            ("„", "“"),
            ("”", "”"),
            ("«\u{a0}", "\u{a0}»"),
            ("‹", "›"),
            ("‚", "‘"),
            ("&quot;", "&quot;"),
            ("&#34;", "&#34;"),
            ("", "&lt;br&gt;"),
        ] {
            for header in [
                "0531131822|sip  |4|00|",
                "sip|4|00|",
                "5|tls  |4|00|",
                "y |4|00|",
                "|4|00|",
                "4|00|",
                "00|",
                "|",
                "",
            ] {
                let line_of_log = format!("{before}{header}{text}{behind}");
                let found = match line(line_of_log.as_bytes()) {
                    Line::Message { text, .. } => text,
                    Line::Headerless(text) => find(text).unwrap_or_else(|| panic!("{line_of_log}")),
                };
                assert_eq!(read(found, End::Whole).event(), Some(&whole), "{line_of_log}");
            }
        }
    }
}

#[test]
fn quotation_marks_of_all_languages_are_read() {
    let is_plain = |text: &&str| matches!(text.matches(['"', '\'']).count(), 2 | 4);
    for text in texts().filter(is_plain) {
        let whole = known(text);
        for (open, close) in [
            ("“", "”"),
            ("„", "“"),
            ("„", "”"),
            ("”", "”"),
            ("«", "»"),
            ("« ", " »"),
            ("»", "«"),
            ("‹", "›"),
            ("‘", "’"),
            ("‚", "‘"),
            ("`", "`"),
            ("`", "'"),
            ("\"\"", "\"\""),
            ("\\\"", "\\\""),
            ("&quot;", "&quot;"),
            ("&#34;", "&#34;"),
            ("&bdquo;", "&ldquo;"),
            ("&laquo;&nbsp;", "&nbsp;&raquo;"),
        ] {
            let mut quoted = String::new();
            for (index, part) in text.split(['"', '\'']).enumerate() {
                quoted += if index == 0 {
                    ""
                } else if index % 2 == 1 {
                    open
                } else {
                    close
                };
                quoted += part;
            }
            assert_eq!(known(&quoted), whole, "{quoted}");
            for behind in ["^M$", "<br>", "\",", "\"}", "|", "*"] {
                assert_eq!(known(&format!("{quoted}{behind}")), whole, "{quoted}{behind}");
            }
        }
    }
}

#[test]
fn a_shortened_text_is_cut() {
    let slot = Slot::BuiltIn;
    for (dots, length) in
        [("...", None), ("…", None), ("...^M$", None), (" ...", Some(802)), ("]", Some(802))]
    {
        let text = format!("Polycom device key length 802{dots}");
        assert_eq!(known(&text), Event::KeyLength { slot, length }, "{text}");
    }
    let name = |common_name| Event::CertificateCommonName { slot, common_name };
    assert_eq!(known("Polycom device certificate common name \"0004F2..."), name(None));
    assert_eq!(known("Polycom device certificate common name \"a\"..."), name(Some("a".into())));
    assert_eq!(known("Polycom device certificate common name \"a...\""), name(Some("a...".into())));
    assert_eq!(known("Polycom device certificate common name \"a\\\""), name(Some("a\\".into())));
}

#[test]
fn words_about_a_message_are_none() {
    for text in [
        "The log says: Could not decode cert chain, results 0",
        "Look for New Certificate Common Name",
        "not Polycom device certificate length 802",
        "",
        "|",
    ] {
        assert_eq!(find(text.as_bytes()), None, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_panics_and_only_what_may_begin_is_known(
        index in 0..MESSAGES.len(), rest in r"[ -~]{0,40}", tail in r"\PC{0,10}"
    ) {
        for text in [format!("{}{rest}{tail}", MESSAGES[index].begins), format!("{rest}{tail}")] {
            for ends in [End::Whole, End::Cut] {
                let reading = read(text.as_bytes(), ends);
                proptest::prop_assert!(reading == ParsedText::Unknown || may_begin(text.as_bytes()));
            }
            let _ = find(text.as_bytes());
        }
    }
}
