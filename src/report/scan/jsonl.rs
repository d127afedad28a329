//! `jsonl`: one phone per line, the same objects as in `json`.

use std::io::{self, Write};

use crate::report::group::Groups;
use crate::report::{ScanFormat, ScanReport, ScanWriter, Style, safe_json};

pub(super) const FORMAT: ScanFormat = ScanFormat::new(
    "jsonl",
    &["jsonl", "ndjson"],
    "One JSON object per phone and line, for jq and log stores",
    ScanWriter { phones, groups, lists_problems: false },
);

fn phones(report: &ScanReport<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let append = |_: usize, device: &_, bytes: &mut Vec<u8>| {
        safe_json::append(device, bytes);
        bytes.push(b'\n');
    };
    report.devices.render(|_| true, append, out)
}

fn groups(groups: &Groups<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    groups.list.iter().try_for_each(|group| safe_json::write_line(group, out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{GroupBy, fixture};

    #[test]
    fn a_phone_a_line() {
        let text = fixture::written(&FORMAT, &Style::default());
        assert_eq!(text.lines().count(), fixture::fleet().devices.len());
        for (line, device) in text.lines().zip(fixture::fleet().devices) {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(value, serde_json::to_value(&device).unwrap());
        }
    }

    #[test]
    fn a_group_a_line() {
        let style = Style { group_by: Some(GroupBy::Software), ..Style::default() };
        insta::assert_snapshot!(fixture::written(&FORMAT, &style));
    }
}
