use super::*;

fn parts(text: &str) -> Option<(String, String, String, u64, String)> {
    match line(text.as_bytes()) {
        Line::Message { header, text, .. } => Some((
            header.stamp.map(|stamp| stamp.to_string()).unwrap_or_default(),
            String::from_utf8_lossy(header.component()).into_owned(),
            header.level.to_string(),
            header.missed,
            String::from_utf8_lossy(text).into_owned(),
        )),
        Line::Headerless(_) => None,
    }
}

fn expect(input: &str, stamp: &str, component: &str, level: &str, missed: u64, text: &str) {
    let expected = (stamp.into(), component.into(), level.into(), missed, text.into());
    assert_eq!(parts(input), Some(expected), "{input:?}");
}

proptest::proptest! {
    #[test]
    fn what_stands_before_a_line_changes_nothing_of_it(
        own in r"[0-9]{10}[|][a-z]{1,5} {0,4}[|][0-6*][|][0-9]{2}[|][ -~]{0,20}",
        before in r"(> ?){0,2}|[-*•] |[a-z]{1,8}[.]log:[0-9]{1,4}:|[0-9a-f]{11}f[|: ]|[a-z]{1,4}@[a-z]{1,4}:~[$] ?|<[0-9]{1,3}>Oct  5 16:59:41 [a-z]{1,9} "
    ) {
        let Line::Message { header, text, .. } = line(own.as_bytes()) else { panic!("{own}") };
        let marked = format!("{before}{own}");
        let Line::Message { header: same_header, text: same_text, .. } = line(marked.as_bytes()) else {
            panic!("{marked}")
        };
        proptest::prop_assert_eq!((header, text), (same_header, same_text));
    }

    #[test]
    fn a_stamp_is_told_only_where_a_whole_header_stands(text in r"[ -~]{0,12}[0-9.]{0,12}[|][ -~]{0,20}") {
        if let Line::Message { header: Header { stamp: Some(stamp), .. }, .. } = line(text.as_bytes()) {
            let stands_apart = text.split(|sign: char| !sign.is_ascii_digit() && sign != '.');
            proptest::prop_assert!(stands_apart.into_iter().any(|part| part == stamp.as_str()), "{}", text);
        }
    }

    #[test]
    fn columns_are_read_as_the_grammar_reads_them(
        line in r"([0-9]{10}|[0-9]{6}[.][0-9]{3}|[0-9.]{10})[|][ -~\t]{5}[|][0-8*][|][0-9 ]{2}[|][ -~]{0,5}"
    ) {
        if let Some(message) = in_columns(line.as_bytes()) {
            let (rest, expected) = in_any_columns(line.as_bytes()).unwrap();
            proptest::prop_assert_eq!((message, rest), (expected, &b""[..]), "{}", line);
        }
    }
}

#[test]
fn usual_lines_are_in_columns() {
    for line in ["0531131822|sip  |4|03|text", "000005.930|AuthS|*|00|", "1231235959|hw   |6|99| a|b"] {
        assert!(in_columns(line.as_bytes()).is_some(), "{line}");
    }
    for line in ["0531131822|     |4|03|text", "0531131822| sip |4|03|text", "05311318.2|sip  |4|03|text"] {
        assert!(in_columns(line.as_bytes()).is_none(), "{line}");
    }
}

#[test]
fn all_forms_of_a_header() {
    expect("0531131822|hw   |4|03|text", "0531131822", "hw", "4", 3, "text");
    expect("000005.930|tls  |*|12345|a|b|c", "000005.930", "tls", "*", 12345, "a|b|c");
    expect("0531131822|hw |4|03|text", "0531131822", "hw", "4", 3, "text");
    expect("0531131822|sip|4|03|text", "0531131822", "sip", "4", 3, "text");
    // Markdown eats stars.
    for level in ["", " ", "\\*"] {
        let line = format!("0531131822|so   |{level}|00|text");
        expect(&line, "0531131822", "so", "*", 0, "text");
    }
    expect("0531131822|dectU|0|00|", "0531131822", "dectU", "0", 0, "");
    expect("  0531131822|AuthS|6|00| text \t\r", "0531131822", "AuthS", "6", 0, "text");
    expect("\u{feff}0531131822|so   |4|00|first", "0531131822", "so", "4", 0, "first");
    expect("Mar  9 19:06:50 a 0531131822|so - - -    |4|00|text", "0531131822", "so", "4", 0, "text");
}

#[test]
fn blanks_that_are_no_ascii_blanks() {
    for blank in ["\u{a0}", "\u{2007}", "\u{202f}", "\u{3000}", "\t", "\u{200b}"] {
        for line in ["_0531131822|sip__|4|03|_text_", "0531131822_|_sip|4_|03_|text", "sip__|_4|03|_text"] {
            let line = line.replace('_', blank);
            let stamp = if line.contains("0531") { "0531131822" } else { "" };
            expect(&line, stamp, "sip", "4", 3, "text");
        }
    }
    let Line::Message { header, text, .. } = line(b"\xA00531131822|sip\xA0\xA0|4|03|\xA0text") else {
        panic!("a message")
    };
    assert_eq!((header.component(), text), (&b"sip"[..], &b"text"[..]));
}

#[test]
fn what_stands_before_a_line_is_skipped() {
    for own in ["0100000000|so   |4|00|text", "000005.930|so|4|00|text", "so |4|00|text"] {
        let stamp = own.split('|').next().filter(|stamp| stamp.len() == 10).unwrap_or_default();
        for before in [
            "<131>Mar  9 19:06:50 192.0.2.7 ",
            "<131>",
            "Mar  9 19:06:50 phone ",
            "2013-03-09T19:06:50+01:00 h ",
            "> ",
            ">> ",
            "- ",
            "* ",
            "| ",
            "0004f2000001-app.log:12:",
            "0004f2000001-app.log-12-",
            "12:",
            "user@host:~$ ",
            "C:\\>",
            "0004f2000001|",
            "0004f2000001:",
            "0004f2000001 ",
            "“",
            "\u{feff}> \u{a0}",
        ] {
            expect(&format!("{before}{own}"), stamp, "so", "4", 0, "text");
        }
    }
}

#[test]
fn the_origin_is_found() {
    let before = "<134>Oct  5 16:59:41 192.0.2.11 0004f2a0e001 ";
    for own in ["000005.932|tls  |3|00|text", "tls|3|00|text"] {
        let whole = format!("{before}{own}");
        let Line::Message { origin, .. } = line(whole.as_bytes()) else { panic!("{own}") };
        assert_eq!(origin.mac.map(|mac| mac.to_string()).as_deref(), Some("0004F2A0E001"));
        assert_eq!(origin.sender, Some(&b"192.0.2.11"[..]));
    }
    let Line::Message { origin, .. } = line(b"000005.932|tls  |3|00|text") else { panic!("a message") };
    assert_eq!(origin, LineOrigin::default());
}

#[test]
fn the_end_of_a_header() {
    for (input, component) in [
        ("31822|sip  |4|03|text", "sip"),
        (".930|sip  |4|03|text", "sip"),
        ("|sip  |4|03|text", "sip"),
        ("sip|4|03|text", "sip"),
        ("y |4|03|text", "y"),
        ("|4|03|text", ""),
        ("053113182|sip  |4|03|text", "sip"),
        ("| sip | 4 | 03 | text |", "sip"),
    ] {
        let text = if input.ends_with("text |") { "text |" } else { "text" };
        expect(input, "", component, "4", 3, text);
    }
}

#[test]
fn no_header() {
    for text in [
        "",
        "text that goes on",
        "he said 0531131822|so   |4|00|text",
        "he said so|4|00|text",
        "05311318221|so   |4|00|eleven digits",
        "x0531131822|so   |4|00|text",
        "0531131822|so   |7|00|no such level",
        "0531131822|so   |4||no count",
        "0531131822|so   |||no level, no count",
        "0531131822|so   ||3|no level, one digit",
        "0531131822|so   ||003|no level, three digits",
        "0531131822|so   |\\|00|a backslash",
        "0531131822|so   |x|00|no such level",
        "so   ||00|no stamp, no level",
        "so   |4|0|one digit",
        "0531131822|     |4|00|no component",
        "0531131822|toolong|4|00|text",
        "toolong|4|00|text",
        "0531131822|so   |4|00",
        "Prov|Download of master configuration file failed",
    ] {
        assert_eq!(parts(text), None, "{text:?}");
    }
}

#[test]
fn a_continuation_comes_without_what_quotes_it() {
    assert_eq!(line(b"> fingerprint: CA:70 "), Line::Headerless(b"fingerprint: CA:70"));
    assert_eq!(line(b"70:8B:85"), Line::Headerless(b"70:8B:85"));
}

#[test]
fn text_need_not_be_utf8() {
    let Line::Message { text, .. } = line(b"0531131822|so   |4|00|caf\xE9|\xFF") else { panic!("a message") };
    assert_eq!(text, b"caf\xE9|\xFF");
}
