use super::*;
use crate::report::text::prose::WIDEST;
use crate::report::text::width::width;

fn rule(code: &str, format: &str, style: &Style) -> String {
    let mut out = Vec::new();
    let format = Format::named(&EXPLAIN_FORMATS, format).unwrap();
    (format.write)(Some(&Rule::named(code)), style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn catalogue(format: &str, style: &Style) -> String {
    let mut out = Vec::new();
    let format = Format::named(&EXPLAIN_FORMATS, format).unwrap();
    (format.write)(None, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_manual_on_a_terminal() {
    let texts: Vec<String> = of_families(|one| rule(one.code, "text", &Style::default()));
    insta::assert_snapshot!(texts.join("\n================\n\n"));
}

#[test]
fn one_manual_in_colour() {
    let style = Style { color: true, width: 80, ..Style::default() };
    insta::assert_snapshot!(rule("INS001", "text", &style).replace('\u{1b}', "^"));
}

#[test]
fn one_manual_in_markdown_and_json() {
    insta::assert_snapshot!(rule("INS003", "markdown", &Style::default()));
    insta::assert_snapshot!(rule("INS003", "json", &Style::default()));
}

/// One diagnosis is from logs, the other from configuration files.
#[test]
fn a_name_of_two_codes_shows_both() {
    let text = rule("key-too-large", "text", &Style::default());
    let [log, file] =
        ["INS001 key-too-large", "\n\nCFG013 key-too-large"].map(|title| text.find(title).unwrap());
    assert!(log < file, "{text}");
    assert!(rule("key-too-large", "markdown", &Style::default()).contains("\n\n# CFG013 key-too-large"));
    let json: serde_json::Value =
        serde_json::from_str(&rule("key-too-large", "json", &Style::default())).unwrap();
    assert_eq!((&json[0]["code"], &json[1]["code"]), (&"INS001".into(), &"CFG013".into()));
}

#[test]
fn the_list() {
    insta::assert_snapshot!(catalogue("text", &Style { width: 80, ..Style::default() }));
    insta::assert_snapshot!(catalogue("markdown", &Style::default()));
}

#[test]
fn every_rule_is_of_one_family() {
    let codes: std::collections::BTreeSet<_> = of_families(|rule| rule.code).into_iter().collect();
    assert_eq!(codes.len(), CATALOGUE.len());
    let json: serde_json::Value = serde_json::from_str(&catalogue("json", &Style::default())).unwrap();
    assert_eq!(json.as_array().unwrap().len(), CATALOGUE.len());
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [52, 60, 80, 100, 120, 200] {
        let style = Style { width: columns, ..Style::default() };
        let mut texts: Vec<String> = of_families(|one| rule(one.code, "text", &style));
        texts.push(catalogue("text", &style));
        for line in texts.iter().flat_map(|text| text.lines()) {
            assert!(width(line) <= columns.min(WIDEST), "{columns}: {line}");
            assert_eq!(line, line.trim_end());
        }
    }
}

#[test]
fn backticks_come_in_pairs() {
    for rule in CATALOGUE {
        for text in [rule.manual(), rule.cause.to_owned(), rule.remedy.to_owned()] {
            assert_eq!(text.matches('`').count() % 2, 0, "{}", rule.code);
        }
    }
}
