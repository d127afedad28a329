use super::super::text::visible::is_hidden;
use super::super::text::width::width;
use super::super::{GroupBy, fixture};
use super::*;

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

#[test]
fn nothing_to_show() {
    let text = fixture::written_of(&FORMAT, &Style::default(), &fixture::empty());
    assert_eq!(
        text,
        "0 phones:  ✗ 0 failed  ! 0 attention  ? 0 unknown  ✓ 0 ok\nRead: 0 logs, 0 B, 0 lines, 0 events.\n"
    );
}
