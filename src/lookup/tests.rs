use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::report::lookup::LOOKUP_FORMATS;
use crate::report::{Format, Style};

fn found(query: &str, revision: Option<&str>) -> Value {
    let revision = revision.map(|text| text.parse().unwrap());
    let answer = lookup(query, revision).unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&written(&answer, "json", 80)).unwrap()
}

fn written(answer: &LookupAnswer, format: &str, width: usize) -> String {
    let mut bytes = Vec::new();
    let style = Style { width, ..Style::default() };
    (Format::named(&LOOKUP_FORMATS, format).unwrap().write)(answer, &style, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn rendered(query: &str, revision: Option<&str>, width: u16) -> String {
    let answer = lookup(query, revision.map(|text| text.parse().unwrap())).unwrap();
    written(&answer, "table", usize::from(width))
}

fn part_numbers(answer: &Value) -> Vec<&str> {
    answer["factory_certificate"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["part_number"].as_str().unwrap())
        .collect()
}

fn products(answer: &Value) -> Vec<&str> {
    answer["ztp"].as_array().unwrap().iter().map(|row| row["product"].as_str().unwrap()).collect()
}

#[test]
fn a_part_number_of_the_factory_table() {
    assert_eq!(
        found("2201-12360-001", None),
        json!({"query": "2201-12360-001",
         "factory_certificate": [{"platform": "SoundPoint IP 321", "label": "console", "part_number": "2201-12360-001", "revision": "B", "since": "2009-05", "note": null}],
         "ztp": [{"product": "SoundPoint IP 321/331", "required_software": "4.0.8H", "current_software": "4.0.8", "certificate_support": "SHA-1/SHA-2"}],
         "expected": null})
    );
    let text = written(&lookup("2201-12360-001", None).unwrap(), "json", 80);
    let offsets: Vec<_> = ["query", "factory_certificate", "platform", "ztp", "product", "expected"]
        .map(|field| text.find(&format!("\"{field}\"")).unwrap())
        .into();
    assert!(offsets.is_sorted(), "{text}");
}

#[test]
fn every_part_row_answers_by_number_and_by_model() {
    let mut rows = 0;
    for row in part_rows() {
        let wanted = json!({"platform": row.model.to_string(), "label": row.label.name(),
            "part_number": row.part_number.to_string(), "revision": row.revision.to_string(), "since": row.since, "note": row.note});
        for query in [row.part_number.to_string(), row.part_number.digits(), row.model.to_string()] {
            let answer = found(&query, None);
            assert!(answer["factory_certificate"].as_array().unwrap().contains(&wanted), "{query}");
            assert_eq!(answer["expected"], Value::Null);
            assert_eq!(answer.get("menu"), None);
        }
        rows += 1;
    }
    assert_eq!(rows, 140);
    let models: BTreeSet<_> = part_rows().iter().map(|row| row.model.to_string()).collect();
    let by_model: usize = models.iter().map(|model| part_numbers(&found(model, None)).len()).sum();
    assert_eq!(by_model, 140);
}

#[test]
fn every_product_answers_by_its_name_and_by_its_models() {
    for row in ztp_rows() {
        let models = row.models().map(|model| model.to_string());
        for query in models.chain([row.product.clone()]) {
            assert!(products(&found(&query, None)).contains(&row.product.as_str()), "{query}");
        }
    }
}

/// Copied from the guide, not from the CSV.
#[test]
fn spots_of_the_guide() {
    for (part, revision, since, platform, label) in [
        ("2201-12375-001", "D", "2009-10", "SoundPoint IP 335", "console"),
        ("2201-12561-001", "C", "2009-12", "SoundPoint IP 560", "console"),
        ("2201-12660-001", "E", "2009-07", "SoundPoint IP 650", "console"),
        ("2201-15600-001", "M", "2010-01", "SoundStation IP 6000", "console"),
        ("2201-36172-302", "2", "2011-12", "SpectraLink 8452", "console"),
        ("2201-18064-001", "B", "2010-01", "VVX 1500 D", "console"),
        ("2200-12375-025", "C", "2010-01", "SoundPoint IP 335", "box"),
        ("2302-12450-025", "D", "2009-07", "SoundPoint IP 450", "box"),
        ("2302-12550-012", "R", "2009-12", "SoundPoint IP 550", "box"),
        ("2505-12560-025", "K", "2009-12", "SoundPoint IP 560", "box"),
        ("2308-12651-122", "J", "2009-07", "SoundPoint IP 650", "box"),
        ("2215-30940-001", "B", "2010-03", "SoundStation IP 5000", "box"),
        ("2200-19000-022", "A", "2012-02", "SoundStation Duo", "box"),
        ("2200-10999-122", "A", "2011-10", "SoundStation Duo", "box"),
        ("2200-37177-702", "A", "2011-06", "SpectraLink 8450", "box"),
        ("2200-18062-025", "G", "2010-02", "VVX 1500 C", "box"),
    ] {
        let row = found(part, None)["factory_certificate"][0].clone();
        let cells = ["revision", "since", "platform", "label"].map(|field| row[field].as_str().unwrap());
        assert_eq!(cells, [revision, since, platform, label], "{part}");
    }
    for (model, required) in [
        ("VVX 101", "5.4.0"),
        ("VVX 201", "4.1.7G"),
        ("VVX 411", "5.4.1"),
        ("VVX 601", "5.4.1"),
        ("IP 331", "4.0.8H"),
    ] {
        assert_eq!(found(model, None)["ztp"][0]["required_software"], required, "{model}");
    }
}

#[test]
fn models_in_any_usual_spelling() {
    for (product, count, spellings) in [
        ("VVX 500", 3, &["VVX 500", "vvx500", "Polycom VVX 500", " vvx-500 ", "V VX 500", "500"][..]),
        ("SoundPoint IP 335", 3, &["IP 335", "ip335", "SoundPoint IP 335", "SPIP 335", "335"]),
        ("SoundPoint IP 321/331", 3, &["IP 321", "IP 331", "spip321"]),
        ("VVX 1500/1500D/1500G", 2, &["VVX 1500 D", "VVX1500D", "vvx 1500d"]),
        ("VVX 1500/1500D/1500G", 4, &["VVX 1500"]),
        ("SoundStation Duo", 11, &["Duo", "SoundStation Duo", "SSDuo"]),
    ] {
        for spelling in spellings {
            let answer = found(spelling, None);
            assert_eq!(products(&answer), [product], "{spelling}");
            assert_eq!(part_numbers(&answer).len(), count, "{spelling}");
        }
    }
    for spelling in ["SoundStation IP 7000", "SSIP 7000", "IP7000"] {
        assert_eq!(
            products(&found(spelling, None)),
            ["SoundStation IP 7000", "SoundStation IP 7000 (HDX Models Only)"]
        );
    }
}

#[test]
fn a_model_that_stands_in_one_table_only() {
    let answer = found("SpectraLink 8440", None);
    assert_eq!((part_numbers(&answer).len(), products(&answer).len()), (7, 0));
    for model in ["VVX 501", "VVX 1500 G", "SoundStructure VoIP Interface Card"] {
        let answer = found(model, None);
        assert_eq!((part_numbers(&answer).len(), products(&answer).len()), (0, 1), "{model}");
    }
    assert!(products(&found("VVX 1500 C", None)).is_empty());
}

#[test]
fn expected_by_part_number_and_revision() {
    for (part, revision, expected) in [
        ("2201-12360-001", "A", json!(false)),
        ("2201-12360-001", "B", json!(true)),
        ("2201-12360-001", "AA", json!(true)),
        ("2201-12360-001", "3", Value::Null),
        ("2201-36172-312", "2", json!(false)),
        ("2201-36172-312", "3", json!(true)),
        ("2302-12651-025", "C", json!(false)),
        ("2302-12651-025", "E", Value::Null),
        ("2302-12651-025", "G", json!(true)),
        ("VVX 500", "A", Value::Null),
        ("Duo", "A", Value::Null),
    ] {
        assert_eq!(found(part, Some(revision))["expected"], expected, "{part} {revision}");
        if !part.contains("VVX") && part != "Duo" {
            assert_eq!(found(&format!("{part} Rev {revision}"), None)["expected"], expected);
        }
    }
    assert_eq!(found("2201-12360-001 rev C", Some("A"))["expected"], json!(false));
    assert_eq!(part_numbers(&found("2302-12651-025", None)).len(), 2);
}

#[test]
fn menu_texts_have_their_meaning_and_the_traps() {
    for (query, text, traps) in [
        ("Device Certificate: Self-signed", "Device Certificate: Self-signed", 2),
        ("self signed", "Device Certificate: Self-signed", 2),
        ("Factory Installed", "Device Certificate: Factory Installed", 2),
        ("… Installed", "Device Certificate: Installed", 2),
        ("device certificate NOT installed", "Device Certificate: Not Installed", 0),
        ("Invalid", "Device Certificate: Invalid", 0),
    ] {
        let answer = found(query, None);
        assert_eq!(answer["menu"]["text"], text);
        assert_eq!(answer["menu"]["traps"].as_array().unwrap().len(), traps, "{query}");
        assert_eq!(answer["factory_certificate"], json!([]));
    }
}

#[test]
fn near_misses_are_not_found() {
    for (query, nearest) in [
        ("VVX 50", "VVX 500"),
        ("VVX 502", "VVX 500"),
        ("VVX 500 B", "VVX 500"),
        ("SoundPoint IP 7000", "SoundStation IP 7000"),
        ("IP 500", "SoundPoint IP 550"),
        ("Self", "Device Certificate: Self-signed"),
        ("2201-12360-002", "2201-12360-001"),
        ("3111-44500-001", "2201-44500-001"),
    ] {
        let error = lookup(query, None).unwrap_err();
        assert!(error.nearest.iter().any(|name| name == nearest), "{query}: {:?}", error.nearest);
        assert!(error.to_string().contains(nearest));
    }
    let message = lookup("3111-44500-001", None).unwrap_err().to_string();
    assert!(message.contains("assembly"), "{message}");
}

#[test]
fn a_message_has_no_control_characters() {
    let message = lookup("VVX\u{1b}[31m\u{202e}\n", None).unwrap_err().to_string();
    assert!(!message.contains(['\u{1b}', '\u{202e}', '\n']), "{message}");
    assert!(lookup(&"x".repeat(1_000_000), None).unwrap_err().to_string().len() < 500);
}

#[test]
fn text_for_the_terminal() {
    insta::assert_snapshot!(rendered("2302-12651-025", Some("E"), 80), @r#"
    2302-12651-025 revision E: the guide does not tell whether to expect a factory
    certificate: phones have one from revision D or G on.

    Factory certificate: installed from this revision of the label on

     PLATFORM           LABEL  PART NUMBER     REVISION  SINCE    NOTE
     SoundPoint IP 650  box    2302-12651-025  D         2009-07  [1]
     SoundPoint IP 650  box    2302-12651-025  G         2009-07  [2]

    [1] the guide has this part number twice: revisions D and G
    [2] printed in the first line after a page break, as SoundPoint IP 670; the part
    number is of the IP 650 family. The guide has this part number twice: revisions
    D and G

    Zero-touch provisioning (ZTP), SHA-2 planned for June 2016: required software

     PRODUCT            REQUIRED  SHIPPED (2016)  CERTIFICATES
     SoundPoint IP 650  4.0.8H    4.0.8           SHA-1/SHA-2

    Source: Feature Profile 37148: Shipping Box Label Revision and Date
    Source: Technical Notification 117101: SoundPoint IP Shipping Configurations
    "#);
    insta::assert_snapshot!(rendered("VVX 1500 D", None, 80), @r#"
    Factory certificate: installed from this revision of the label on

     PLATFORM    LABEL    PART NUMBER     REVISION  SINCE    NOTE
     VVX 1500 D  console  2201-18064-001  B         2010-01
     VVX 1500 D  box      2200-18064-025  B         2010-01  [1]

    [1] platform printed as "V VX 1500 D"

    Zero-touch provisioning (ZTP), SHA-2 planned for June 2016: required software

     PRODUCT               REQUIRED  SHIPPED (2016)  CERTIFICATES
     VVX 1500/1500D/1500G  4.0.8H    4.0.8           SHA-1/SHA-2

    Source: Feature Profile 37148: Console Label Revision and Date
    Source: Feature Profile 37148: Shipping Box Label Revision and Date
    Source: Technical Notification 117101: VVX Shipping Configurations
    "#);
    insta::assert_snapshot!(rendered("2201-12360-001", Some("A"), 60), @r#"
    2201-12360-001 revision A: expect no factory certificate:
    phones have one from revision B on. If this one has a
    built-in certificate, it is self-signed.

    Factory certificate: installed from this revision of the
    label on

     PLATFORM        LABEL    PART NUMBER     REVISION  SINCE
     SoundPoint IP   console  2201-12360-001  B         2009-05
     321

    Zero-touch provisioning (ZTP), SHA-2 planned for June 2016:
    required software

     PRODUCT        REQUIRED  SHIPPED (2016)  CERTIFICATES
     SoundPoint IP  4.0.8H    4.0.8           SHA-1/SHA-2
     321/331

    Source: Feature Profile 37148: Console Label Revision and
    Date
    Source: Technical Notification 117101: SoundPoint IP
    Shipping Configurations
    "#);
    insta::assert_snapshot!(rendered("VVX 501", None, 80), @r#"
    Factory certificate: the guide's label tables do not have this model.

    Zero-touch provisioning (ZTP), SHA-2 planned for June 2016: required software

     PRODUCT  REQUIRED  SHIPPED (2016)  CERTIFICATES
     VVX 501  5.4.1     5.4.1           SHA-1/SHA-2

    Source: Technical Notification 117101: VVX Shipping Configurations
    "#);
    insta::assert_snapshot!(rendered("self-signed", None, 80), @r#"
    "Device Certificate: Self-signed" (menu Status > Platform > Phone)

    The phone has a certificate whose fields are all valid and that has not expired,
    but no Polycom certificate authority signed it. A phone without a factory
    certificate creates such a certificate itself from UC Software 4.0.0 on.

    Beware: Some phones made since December 2011 show self-signed although their
    certificate is a factory one: another issuing CA signed it, and the menu does
    not know that CA (issue 77793). Such a phone works if the server trusts the
    Polycom Root CA. The certificate's issuer shows which one it is; the menu does
    not. (Feature Profile 37148: Device Certificate Shown as Self-Signed)

    Beware: A phone with a self-signed certificate that goes back to UC Software
    3.3.x or earlier wrongly shows factory installed: it still has no factory
    certificate. The certificate's issuer and the label's revision show that.
    (Feature Profile 37148: Issue When Software Downgraded)

    Source: Feature Profile 37148: Determining Type of Device Certificates on
    Polycom Phones
    "#);
}

#[test]
fn no_line_is_wider_than_asked() {
    for width in [0, 20, 40, 80, 160] {
        for query in ["SoundPoint IP 650", "SSIP 7000", "self-signed", "SpectraLink 8452"] {
            let text = rendered(query, None, width);
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= usize::from(width.max(40)), "{width} {query}:\n{text}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_has_an_answer_or_a_nearest_name(query in "\\PC{0,40}") {
        match lookup(&query, None) {
            Ok(answer) => prop_assert!(answer.menu.is_some() || !answer.factory_certificate.is_empty() || !answer.ztp.is_empty()),
            Err(error) => prop_assert!(!error.nearest.is_empty()),
        }
    }
}
