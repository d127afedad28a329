use super::*;
use crate::report::shape::{Baseline, CertificateState, Diagnosis};
use crate::report::text::visible::is_hidden;
use crate::report::text::width::width;
use crate::report::{GroupBy, fixture};

fn written(style: Style) -> String {
    fixture::written(&FORMAT, &style)
}

#[test]
fn at_the_usual_widths() {
    for width in [60, 80, 120, 160] {
        insta::assert_snapshot!(format!("table_{width}"), written(Style { width, ..Style::default() }));
    }
}

#[test]
fn in_colour() {
    let style = Style { width: 100, color: true, timing: true, ..Style::default() };
    insta::assert_snapshot!(written(style));
}

#[test]
fn quiet_and_verbose() {
    let quiet = Style { verbosity: Verbosity::Quiet, ..Style::default() };
    insta::assert_snapshot!("table_quiet", written(quiet));
    let verbose = Style { verbosity: Verbosity::Verbose, ..Style::default() };
    insta::assert_snapshot!("table_verbose", written(verbose));
}

#[test]
fn groups() {
    for by in GroupBy::ALL {
        let style = Style { width: 100, group_by: Some(by), ..Style::default() };
        insta::assert_snapshot!(format!("table_by_{}", by.name()), written(style));
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let groupings = GroupBy::ALL.map(Some).into_iter().chain([None]);
    for group_by in groupings {
        for columns in 40..=200 {
            let text = written(Style { width: columns, group_by, timing: true, ..Style::default() });
            for line in text.lines() {
                assert!(width(line) <= columns, "{columns}: {} {line}", width(line));
                assert_eq!(line, line.trim_end(), "{columns}");
            }
        }
    }
}

#[test]
fn absurd_widths_are_survived() {
    for width in [0, 1, 5, 19, 100_000] {
        for group_by in [None, Some(GroupBy::Code), Some(GroupBy::Fingerprint)] {
            let style = Style { width, group_by, verbosity: Verbosity::Verbose, ..Style::default() };
            assert!(!written(style).is_empty());
        }
    }
}

#[test]
fn nothing_hidden_reaches_the_terminal() {
    let text = written(Style { verbosity: Verbosity::Verbose, ..Style::default() });
    for line in text.lines() {
        assert!(!line.contains(is_hidden), "{line:?}");
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for columns in [40, 80, 120] {
        let plain = written(Style { width: columns, ..Style::default() });
        let coloured = written(Style { width: columns, color: true, ..Style::default() });
        assert_ne!(plain, coloured);
        assert_eq!(plain, anstream::adapter::strip_str(&coloured).to_string());
    }
}

#[test]
fn many_healthy_phones_are_left_out() {
    let fleet = fixture::large(1200);
    let text = fixture::written_of(&FORMAT, &Style::default(), &fleet);
    assert!(text.contains("1,205 phones with nothing wrong are left out; --all shows them."), "{text}");
    assert!(!text.contains("64167F000000") && text.contains("0004F2A1B201"));
    let all = fixture::written_of(&FORMAT, &Style { all: true, ..Style::default() }, &fleet);
    assert!(all.contains("64167F0004AF") && !all.contains("left out"));
    assert_eq!(all.lines().filter(|line| line.contains("VVX 411")).count(), 1204);
    let few = fixture::written_of(&FORMAT, &Style::default(), &fixture::large(38));
    assert!(few.contains("64167F000000") && !few.contains("left out"));
}

/// With every code of the catalogue in a thousand phones, the explanations take two screens, and no code is
/// missing.
#[test]
fn explanations_of_many_phones_are_short() {
    let mut fleet = fixture::large(300);
    for (number, device) in fleet.devices.iter_mut().enumerate() {
        let rule = crate::check::CATALOGUE[number % crate::check::CATALOGUE.len()];
        let one = fixture::fleet().devices[0].diagnoses[0].clone();
        device.diagnoses =
            vec![Diagnosis { code: rule.code, name: rule.name, severity: rule.severity, ..one }];
    }
    for columns in [80, 120, 200] {
        let explained = |verbosity| {
            let style = Style { width: columns, verbosity, ..Style::default() };
            let text = fixture::written_of(&FORMAT, &style, &fleet);
            let (_, explained) = text.split_once("--all shows them.").unwrap();
            explained.split("Not read, or not in full").next().unwrap().to_owned()
        };
        let text = explained(Verbosity::Normal);
        assert!(text.lines().count() <= 82, "{columns}: {text}");
        for rule in crate::check::CATALOGUE {
            assert!(text.contains(&format!(" {} {}", rule.code, rule.name)), "{}", rule.code);
        }
        let most = text.matches("64167F0000").count();
        assert!(most <= 6 * crate::check::CATALOGUE.len(), "{most}");
        assert!(explained(Verbosity::Verbose).lines().count() > 500);
    }
}

/// The message of a diagnosis is about the newest line, so that is the line to show.
#[test]
fn many_phones_have_the_newest_line_as_evidence() {
    let block_of = |phones| {
        let text = fixture::written_of(&FORMAT, &Style::default(), &fixture::large(phones));
        let (_, block) = text.split_once("INS001 key-too-large").unwrap();
        block.split("\n\n").next().unwrap().to_owned()
    };
    let (few, many) = (block_of(38), block_of(39));
    assert!(few.contains(".log:12 ") && few.contains("Cause"), "{few}");
    assert!(!many.contains(".log:12 ") && many.contains(".log:71 "), "{many}");
}

#[test]
fn half_a_pair_is_not_ticked() {
    let mut fleet = fixture::fleet();
    let device = &mut fleet.devices[8];
    device.certificates[1].key_length = None;
    for (is_faulty, shown) in [(true, "✗ no key"), (false, "✓ Custom")] {
        fleet.devices[8].certificates[1].is_faulty = is_faulty;
        let row = TableRow::of(&fleet.devices[8]);
        let cell = row.cell(row::Column::Platform1).painted(false);
        assert!(cell.starts_with(shown), "{cell}");
    }
    fleet.devices[8].certificates[1].is_faulty = true;
    fleet.devices[8].certificates[1].certificate_length = None;
    fleet.devices[8].certificates[1].state = CertificateState::NotAvailable;
    fleet.devices[8].certificates[1].key_length = Some(636);
    let row = TableRow::of(&fleet.devices[8]);
    assert_eq!(row.cell(row::Column::Platform1).painted(false), "✗ key only");
}

#[test]
fn the_built_in_certificate_has_one_sign_in_every_format() {
    let mut device = fixture::fleet().devices.swap_remove(8);
    let cell = |device: &Device| TableRow::of(device).cell(row::Column::BuiltIn).painted(false);
    device.mac = Some("0004F2000099".to_owned());
    assert!(cell(&device).starts_with('≠'), "{}", cell(&device));
    device.certificates[0].is_faulty = true;
    assert!(cell(&device).starts_with('≠'), "INV002 is about it");
    device.certificates[0].is_of_another_phone = true;
    assert_eq!(cell(&device), "✗ faulty", "FLT001 is about it");
    device.certificates[0].is_faulty = false;
    assert_eq!(cell(&device), "✓ installed", "of a log with another address, INV002 is not diagnosed");
}

#[test]
fn what_is_stale_or_new_has_its_column() {
    let mut fleet = fixture::fleet();
    assert!(!fixture::written_of(&FORMAT, &Style::default(), &fleet).contains("Stale"));
    fleet.devices[0].stale = Some(1234);
    fleet.devices[1].baseline = Some(Baseline::New);
    let wide = Style { width: 200, ..Style::default() };
    let text = fixture::written_of(&FORMAT, &wide, &fleet);
    let of = |mac: &str| text.lines().find(|line| line.contains(mac)).unwrap();
    assert!(text.starts_with("Status") && text.lines().next().unwrap().contains("Stale"));
    assert!(text.contains("\n1 phone has no recent line (--stale).\n"), "{text}");
    assert!(of("0004F2A1B201").contains("1,234 d") && of("0004F2A1B202").contains(" new "), "{text}");
}

#[test]
fn nothing_to_show() {
    let text = fixture::written_of(&FORMAT, &Style::default(), &fixture::empty());
    assert_eq!(
        text,
        "0 phones:  ✗ 0 failed  ! 0 attention  ? 0 unknown  ✓ 0 ok\nRead: 0 logs, 0 B, 0 lines, 0 events.\n"
    );
}
