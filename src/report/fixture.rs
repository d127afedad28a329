//! The scan of `testdata/report`, on which all formats are tested: twelve phones, some with hostile texts.

use std::sync::LazyLock;
use std::time::Duration;

use super::shape::{Device, EventRow};
use super::{Overview, ScanFormat, ScanReport, Style};
use crate::Scanner;

#[derive(Clone)]
pub(super) struct Fixture {
    pub(super) overview: Overview,
    pub(super) devices: Vec<Device>,
    pub(super) events: Vec<EventRow>,
}

static FLEET: LazyLock<Fixture> = LazyLock::new(|| {
    // Relative paths, since snapshots show them: Cargo runs tests in the package's directory. `tail.log`, which no phone
    // names so, is read only if it is named.
    let paths = ["testdata/report", "testdata/report/tail.log"];
    let now = "2026-02-04T12:00:00".parse().unwrap();
    let scanner = Scanner { year: Some(2026), now: Some(now), ..Scanner::new() };
    let mut events = Vec::new();
    let report = scanner
        .events(paths, |event| {
            events.push(event);
            Ok(())
        })
        .unwrap();
    let overview = Overview {
        scanned: report.scanned().clone(),
        summary: report.summary().clone(),
        problems: report.problems().to_vec(),
        elapsed: Duration::from_millis(42),
        ztp: report.ztp(),
        fleet: report.fleet().to_vec(),
        ..Overview::default()
    };
    Fixture { overview, devices: report.phones().collect(), events }
});

pub(super) fn fleet() -> Fixture {
    FLEET.clone()
}

/// The fleet with this many more healthy phones.
pub(super) fn large(healthy: usize) -> Fixture {
    let mut fleet = fleet();
    let phone = fleet.devices[10].clone();
    let more =
        (0..healthy).map(|number| Device { mac: Some(format!("64167F{number:06X}")), ..phone.clone() });
    fleet.devices.extend(more);
    fleet.overview.summary.ok += healthy as u64;
    fleet.overview.scanned.devices += healthy as u64;
    fleet
}

pub(super) fn empty() -> Fixture {
    Fixture { overview: Overview::default(), devices: Vec::new(), events: Vec::new() }
}

/// The events of the log without an address, and of the one in an archive.
pub(super) fn events() -> Vec<EventRow> {
    let of = |part| FLEET.events.iter().filter(move |event| event.file.contains(part));
    of("tail.log").chain(of(".tar!/")).cloned().collect()
}

pub(super) fn written(format: &ScanFormat, style: &Style) -> String {
    written_of(format, style, &FLEET)
}

pub(super) fn written_of(format: &ScanFormat, style: &Style, fixture: &Fixture) -> String {
    let mut out = Vec::new();
    let report = ScanReport { overview: &fixture.overview, devices: &fixture.devices };
    format.write(&report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
