//! `json`: the whole report as one document, one phone per line, written while the phones are rendered.

use std::io::{self, Write};

use crate::report::group::Groups;
use crate::report::safe_json::{list, member, separator};
use crate::report::shape::{Problem, SCHEMA_VERSION, TOOL};
use crate::report::{Overview, ScanFormat, ScanReport, ScanWriter, Style, safe_json};

pub(super) const FORMAT: ScanFormat = ScanFormat {
    name: "json",
    endings: &["json"],
    about: "One document with everything, for programs; `phonecert schema` describes it (with --group-by, `phonecert schema groups`)",
    write: ScanWriter { phones, groups, lists_problems: true },
};

fn phones(report: &ScanReport<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let overview = report.overview;
    write!(out, "{{\n  \"schema_version\": {SCHEMA_VERSION}")?;
    member(out, "tool", &TOOL)?;
    member(out, "scanned", &overview.scanned)?;
    member(out, "summary", &overview.summary)?;
    member(out, "ztp", &overview.ztp)?;
    member(out, "fleet", &overview.fleet)?;
    member(out, "selection", &overview.selection)?;
    out.write_all(b",\n  \"devices\": [")?;
    let append = |index: usize, device: &_, bytes: &mut Vec<u8>| {
        bytes.extend_from_slice(separator(index));
        safe_json::append(device, bytes);
    };
    report.devices.render(|_| true, append, out)?;
    out.write_all(if report.devices.is_empty() { b"]" } else { b"\n  ]" })?;
    problems(overview, out)?;
    list(out, "not_judged", &overview.not_judged)?;
    out.write_all(b"\n}\n")
}

fn problems(overview: &Overview, out: &mut dyn Write) -> io::Result<()> {
    list(out, "problems", &overview.problems.iter().map(Problem::from).collect::<Vec<_>>())
}

fn groups(groups: &Groups<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"schema_version\": {SCHEMA_VERSION}")?;
    member(out, "tool", &TOOL)?;
    member(out, "group_by", groups.by.name())?;
    member(out, "selection", &groups.overview.selection)?;
    list(out, "groups", &groups.list)?;
    problems(groups.overview, out)?;
    out.write_all(b"\n}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::group::GroupsDocument;
    use crate::report::schema::SCHEMAS;
    use crate::report::shape::Document;

    #[test]
    fn document() {
        insta::assert_snapshot!(fixture::written(&FORMAT, &Style::default()));
    }

    #[test]
    fn document_of_groups() {
        let style = Style { group_by: Some(crate::report::GroupBy::Code), ..Style::default() };
        let text = fixture::written(&FORMAT, &style);
        // The streamed document must equal the type from which the schema is generated.
        let fleet = fixture::fleet();
        let report = ScanReport { overview: &fleet.overview, devices: &fleet.devices };
        let groups = Groups::new(&report, crate::report::GroupBy::Code);
        let whole = GroupsDocument {
            schema_version: SCHEMA_VERSION,
            tool: TOOL,
            group_by: "code",
            selection: fleet.overview.selection.as_ref(),
            groups: &groups.list,
            problems: &fleet.overview.problems.iter().map(Problem::from).collect::<Vec<_>>(),
        };
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document, serde_json::to_value(&whole).unwrap());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn nothing_read_is_a_document_too() {
        let text = fixture::written_of(&FORMAT, &Style::default(), &fixture::empty());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["devices"], serde_json::json!([]));
    }

    #[test]
    fn document_follows_its_schema() {
        let mut schema_text = Vec::new();
        SCHEMAS[0].write(&mut schema_text).unwrap();
        let schema: serde_json::Value = serde_json::from_slice(&schema_text).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let text = fixture::written(&FORMAT, &Style::default());
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        if let Err(error) = validator.validate(&document) {
            panic!("{error} at {}", error.instance_path());
        }
        // The streamed document must equal the type from which the schema is generated.
        let report = fixture::fleet();
        let whole = Document {
            schema_version: SCHEMA_VERSION,
            tool: TOOL,
            scanned: report.overview.scanned.clone(),
            summary: report.overview.summary.clone(),
            ztp: report.overview.ztp,
            fleet: report.overview.fleet.clone(),
            selection: report.overview.selection.clone(),
            devices: report.devices.clone(),
            problems: report.overview.problems.iter().map(Problem::from).collect(),
            not_judged: report.overview.not_judged.clone(),
        };
        assert_eq!(document, serde_json::to_value(&whole).unwrap());
        insta::assert_snapshot!(String::from_utf8(schema_text).unwrap());
    }
}
