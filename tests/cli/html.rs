//! The HTML report of `testdata/fleet`; `tests/browser` opens it in a browser.

use std::fs;

use crate::tree::{self, fleet, phonecert, said, write};

/// 2016-07-01 12:00:00 UTC.
const START: &str = "1467374400";

fn page(arguments: &[&str]) -> String {
    let fleet = fleet();
    let mut command = phonecert(fleet.path());
    command
        .args(["scan", "--format", "html", "--year", "2016"])
        .args(arguments)
        .env("SOURCE_DATE_EPOCH", START);
    let output = command.output().unwrap();
    if !arguments.contains(&"--redact") {
        assert_eq!(String::from_utf8(output.stderr).unwrap(), tree::SKIPPED);
    }
    String::from_utf8(output.stdout).unwrap()
}

/// The text between the tags.
fn text(page: &str) -> String {
    let (_, body) = page.split_once("<body>").unwrap();
    let (body, _) = body.split_once("<script>").unwrap();
    body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
}

#[test]
fn the_first_lines_say_how_many_since_when_and_what_first() {
    let text = text(&page(&[]));
    for told in [
        "phonecert · 2016-07-01 12:00 +00:00",
        "Device certificates of 14 phones",
        "3 of 14 phones have failed (21\u{a0}%), since 26 Feb 2016. 3 need attention; the logs of 1 say too little; 7 are well.",
        "Do first: INS001 on 1 phone. The phone refused a private key because it is too long for its slot. Have the",
        "with phonecert scan --format html --year 2016.",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn sections_are_in_the_order_of_importance() {
    let page = page(&[]);
    let titles: Vec<&str> = page
        .split("<h2 id=\"")
        .skip(1)
        .map(|rest| &rest[rest.find('>').unwrap() + 1..rest.find('<').unwrap()])
        .collect();
    let expected = [
        "Status",
        "When it began",
        "What to do",
        "By model",
        "By software",
        "Phones",
        "Diagnoses explained",
        "What was read",
    ];
    assert_eq!(titles, expected);
}

#[test]
fn every_phone_is_a_row_with_its_evidence() {
    let page = page(&[]);
    let macs: Vec<&str> = page.split("<li id=\"").skip(1).map(|rest| &rest[..12]).collect();
    let fleet = fleet();
    let answer = tree::json(fleet.path(), &["scan", "--format", "json", "--year", "2016"]);
    let devices = answer["devices"].as_array().unwrap();
    assert_eq!(macs, devices.iter().map(|device| device["mac"].as_str().unwrap()).collect::<Vec<_>>());
    let text = text(&page);
    for device in devices {
        for diagnosis in device["diagnoses"].as_array().unwrap() {
            for line in diagnosis["evidence"].as_array().unwrap() {
                let shown = line["text"].as_str().unwrap().replace('"', "&#34;").replace('\'', "&#39;");
                assert!(text.contains(&shown), "{shown}");
            }
        }
        for certificate in device["certificates"].as_array().unwrap() {
            assert!(certificate["fingerprint"].as_str().is_none_or(|fingerprint| text.contains(fingerprint)));
        }
    }
}

#[test]
fn a_file_is_written_by_its_ending() {
    let fleet = fleet();
    for name in ["report.html", "report.HTM"] {
        let mut command = phonecert(fleet.path());
        command.args(["scan", "--year", "2016", "--output", name]).env("SOURCE_DATE_EPOCH", START);
        assert_eq!(command.output().unwrap().status.code(), Some(1), "some phones have failed");
        let written = fs::read_to_string(fleet.path().join(name)).unwrap();
        assert!(written.starts_with("<!doctype html>\n") && written.ends_with("</html>\n"));
        assert!(written.contains(&format!("phonecert scan --year 2016 --output {name}</code>")));
    }
}

#[test]
fn the_command_line_can_be_given_again() {
    let page = page(&["--device", "0004F2A1B202", "--", "."]);
    assert!(
        page.contains("<code>phonecert scan --format html --year 2016 --device 0004F2A1B202 -- .</code>")
    );
    let fleet = fleet();
    tree::copy_into(&tree::testdata().join("fleet"), &fleet.path().join("a b's"));
    let page = said(fleet.path(), &["scan", "a b's", "--format", "html"]);
    assert!(page.contains(r"<code>phonecert scan &#39;a b&#39;\&#39;&#39;s&#39; --format html</code>"));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(page(&["--threads", "1"]).replace("--threads 1", "--threads 4"), page(&["--threads", "4"]));
}

#[test]
fn redact_hides_names_and_the_command_line() {
    let page = page(&["--redact", "--device", "0004F2A1B202"]);
    let lower = page.to_lowercase();
    for hidden in ["0004f2a1b202", "example.com", "192.0.2."] {
        assert!(!lower.contains(hidden), "{hidden}");
    }
    assert!(page.contains("<code>phonecert scan --redact, with paths and options that are not shown</code>"));
}

#[test]
fn what_could_not_be_read_is_told() {
    let fleet = fleet();
    write(fleet.path(), "<b>/64167f0a0b99-app.log.gz", b"\x1f\x8b\x08\0", tree::TIME);
    write(fleet.path(), "64167f0a0b98-app.log", b"", tree::TIME);
    let page = said(fleet.path(), &["scan", "--format", "html"]);
    assert!(page.contains("2 problems: what was not read, or not completely."));
    assert!(page.contains(r#"<th scope="row" class="mono">&#60;b&#62;/64167f0a0b99-app.log.gz</th>"#));
}

#[test]
fn groups_make_a_page_of_their_own() {
    let page = page(&["--group-by", "code"]);
    assert!(page.contains("<h1>Phones by code</h1>") && page.contains("INS001"));
}

#[test]
fn what_was_not_read_is_named() {
    let fleet = fleet();
    let page = |arguments: &[&str]| {
        said(fleet.path(), &[&["scan", "--format", "html", "--quiet"], arguments].concat())
    };
    assert!(page(&[]).contains(">all complete</a>"), "boot logs have nothing about certificates");
    write(fleet.path(), "ticket.7z", b"", tree::TIME);
    for arguments in [&[][..], &["--group-by", "model"]] {
        assert!(page(arguments).contains("<p>1 7-Zip archive was not read"), "{arguments:?}");
    }
    assert!(page(&[]).contains(">not all files</a>"));
    for format in ["html", "markdown", "table"] {
        let arguments = ["scan", ".", "missing", "--group-by", "code", "--format", format];
        assert!(said(fleet.path(), &arguments).contains("missing"), "{format}");
    }
}

#[test]
fn each_cause_is_given_with_its_phones() {
    let logs = tree::copy(&tree::testdata().join("truth/274-two-causes-of-no-evidence/logs"));
    let page = said(logs.path(), &["scan", ".", "--format", "html"]);
    let (_, explained) = page.split_once("<article id=\"LOG001\">").unwrap();
    let (explained, _) = explained.split_once("</article>").unwrap();
    for cause in ["1 phone: Some lines could not be read completely", "1 phone: The phone writes its"] {
        assert!(explained.contains(cause), "{explained}");
    }
    let (_, card) = page.split_once("<li id=\"0004F2100701\"").unwrap();
    let (card, _) = card.split_once("</li>\n").unwrap_or((card, ""));
    assert!(card.contains("<p class=\"soft small\">Some lines could not be read completely"), "{card}");
}
