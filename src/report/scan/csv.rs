//! `csv`: one line per phone, for spreadsheets.

use std::io::{self, Write};

use crate::model::Slot;
use crate::report::findings::codes;
use crate::report::group::Groups;
use crate::report::shape::{Baseline, CertificateState, Device, State};
use crate::report::{ScanFormat, ScanReport, ScanWriter, Style, safe_csv};

pub(super) const FORMAT: ScanFormat = ScanFormat::new(
    "csv",
    &["csv"],
    "One line per phone, for spreadsheets; no cell can act as a formula",
    ScanWriter { phones, groups, lists_problems: false },
);

/// Slots with columns of their own: the slot, and the prefix of its columns.
const SLOTS: [(Slot, &str); 3] =
    [(Slot::BuiltIn, "built_in"), (Slot::Platform(1), "platform_1"), (Slot::Platform(2), "platform_2")];

/// Separator of several values in a cell.
const SEPARATOR: &str = " | ";

fn phones(report: &ScanReport<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    safe_csv::write(&header(), out)?;
    report.devices.render(|_| true, |_, device, bytes| safe_csv::append(&cells(device), bytes), out)
}

fn groups(groups: &Groups<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    safe_csv::write(&[groups.by.name(), "phones", "failed", "attention", "unknown", "ok", "devices"], out)?;
    for group in &groups.list {
        let [failed, attention, unknown, ok] = group.counts.all().map(|phones| phones.to_string());
        let (key, phones) = (group.key.clone().unwrap_or_default(), group.phones.to_string());
        safe_csv::write(&[key, phones, failed, attention, unknown, ok, group.devices.join(SEPARATOR)], out)?;
    }
    Ok(())
}

fn header() -> Vec<String> {
    let mut header: Vec<String> =
        ["mac", "status", "model", "software", "boots", "first_time", "last_time"].map(str::to_owned).into();
    for (_, name) in SLOTS {
        for part in ["state", "common_name", "fingerprint", "certificate_length", "key_length"] {
            header.push(format!("{name}_{part}"));
        }
    }
    header.extend(
        ["applications", "active", "resolved", "assembly", "assembly_revision", "stale", "baseline", "files"]
            .map(str::to_owned),
    );
    header
}

fn cells(device: &Device) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let mut cells = vec![
        text(&device.mac),
        device.status.name().to_owned(),
        text(&device.model),
        text(&device.software),
        device.boots.to_string(),
        text(&device.first_time),
        text(&device.last_time),
    ];
    for (slot, _) in SLOTS {
        match device.certificates.iter().find(|certificate| certificate.slot == slot) {
            None => cells.extend(std::iter::repeat_n(String::new(), 5)),
            Some(certificate) => cells.extend([
                certificate.state.name().to_owned(),
                text(&certificate.common_name),
                text(&certificate.fingerprint),
                number(certificate.certificate_length),
                number(certificate.key_length),
            ]),
        }
    }
    let codes = codes(device);
    let in_state = |state| {
        let codes = codes.iter().filter(|code| code.state == state).map(|code| code.code);
        codes.collect::<Vec<_>>().join(" ")
    };
    cells.extend([
        applications(device),
        in_state(State::Active),
        in_state(State::Resolved),
        text(&device.assembly),
        text(&device.assembly_revision),
        number(device.stale),
        device.baseline.map(Baseline::name).unwrap_or_default().to_owned(),
        device.files.join(SEPARATOR),
    ]);
    cells
}

/// Application slots, each with its state and, if installed, its common name.
fn applications(device: &Device) -> String {
    let applications =
        device.certificates.iter().filter(|certificate| matches!(certificate.slot, Slot::Application(_)));
    let texts = applications.map(|certificate| match (certificate.state, &certificate.common_name) {
        (CertificateState::Installed, Some(name)) => format!("{} installed {name}", certificate.slot),
        (state, _) => format!("{} {}", certificate.slot, state.name()),
    });
    texts.collect::<Vec<_>>().join(SEPARATOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{GroupBy, fixture};

    #[test]
    fn a_phone_a_line() {
        let text = fixture::written(&FORMAT, &Style::default());
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), fixture::fleet().devices.len());
        for cell in records.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            assert!(!cell.contains(crate::report::text::visible::is_hidden), "{cell}");
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_group_a_line() {
        let style = Style { group_by: Some(GroupBy::Fingerprint), ..Style::default() };
        insta::assert_snapshot!(fixture::written(&FORMAT, &style));
    }
}
