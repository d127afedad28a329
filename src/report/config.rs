//! The formats of `phonecert config`, `table`, `json` and `csv`: each phone's parameters that concern
//! certificates, with file and line, like `git config --show-origin`.

use std::io::{self, Write};

use comfy_table::{ColumnConstraint, Width};
use schemars::JsonSchema;
use serde::Serialize;

use super::shape::{ConfigurationLine, Problem, TOOL, Tool, name_of_slot};
use super::text::table;
use super::text::visible::visible;
use super::text::width::{width as columns, wrap};
use super::{Format, Style, safe_csv, safe_json};
use crate::check::join::origins;
use crate::config::{Effective, Given, PhoneConfig};
use crate::model::Slot;
use crate::phone::shown_line;
use crate::redact::Shown;

/// The version of this JSON's shape.
pub const SCHEMA_VERSION: u32 = 1;

/// Writes the answer of `config`.
pub type ConfigWriter = fn(&ConfigAnswer<'_>, &Style, &mut dyn Write) -> io::Result<()>;

/// The formats of `config`, the default first.
pub const CONFIG_FORMATS: [Format<ConfigWriter>; 3] = [
    Format::new("table", &["txt"], "Tables for people, one per phone", tables),
    Format::new(
        "json",
        &["json"],
        "One document with everything, for programs; `phonecert schema config` describes it",
        json,
    ),
    Format::new("csv", &["csv"], "One line per parameter, for spreadsheets", csv),
];

/// The answer of `config`.
#[derive(Clone, Copy, Debug)]
pub struct ConfigAnswer<'a> {
    /// The phones that are shown, sorted by MAC address.
    pub phones: &'a [ConfigPhone],
    /// How many phones are left out because none of their parameters concerns certificates.
    pub left_out: usize,
    /// What could not be read.
    pub problems: &'a [crate::problem::Problem],
}

/// The whole answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConfigDocument {
    /// The version of this shape: a field never changes its meaning within one version.
    pub schema_version: u32,
    /// The program.
    pub tool: Tool,
    /// By MAC.
    pub phones: Vec<ConfigPhone>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// One phone.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConfigPhone {
    /// 12 upper-case hex digits.
    pub mac: String,
    /// The path of the master file, or null if none was found.
    pub master: Option<String>,
    /// The files that the phone reads, by precedence: the first one wins.
    pub files: Vec<String>,
    /// Files that give the phone nothing: the phone does not read them, or they are broken, encrypted or missing, or could
    /// not be read here.
    pub not_read: Vec<String>,
    /// Why each file of `not_read` gives nothing, in the same order.
    pub not_read_because: Vec<String>,
    /// Whether all files that the phone reads could be read here.
    pub complete: bool,
    /// For the slots that the log shows: the lines of the configuration that a certificate comes from, or that
    /// contradict the log.
    pub installed: Vec<ConfigInstalled>,
    /// Its parameters about certificates, by name.
    pub parameters: Vec<ConfigParameter>,
}

/// What a line of the configuration says about a slot that the log shows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConfigInstalled {
    /// `platform-1`, `application-1`, …
    #[serde(serialize_with = "name_of_slot")]
    #[schemars(with = "String")]
    pub slot: Slot,
    /// The line that its certificate comes from, or that contradicts the log.
    pub configuration: ConfigurationLine,
}

/// One parameter of a phone.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConfigParameter {
    /// Its name.
    pub parameter: String,
    /// The shortened value; the value of a key is never shown.
    pub value: String,
    /// The file that sets it.
    pub file: String,
    /// 1-based.
    pub line: u64,
    /// Whether the phone uses it: false if its `.set` parameter prevents that, null if that is not known, for instance
    /// because a file before this one was not read.
    pub counts: Option<bool>,
    /// The lines that it overrides.
    pub overrides: Vec<ConfigurationLine>,
}

impl ConfigPhone {
    /// The shape of what the files give this phone.
    pub fn new(config: &PhoneConfig, shown: Shown<'_>) -> Self {
        let not_read = config.not_read();
        let (not_read, not_read_because) =
            not_read.iter().map(|(file, why)| (shown.message(file), shown.message(why))).unzip();
        Self {
            mac: shown.mac(config.mac),
            master: config.master().map(|file| shown.path(&file.path)),
            files: config.sources.iter().map(|source| shown.path(&source.file.path)).collect(),
            not_read,
            not_read_because,
            complete: config.is_complete,
            installed: origins(config)
                .into_iter()
                .map(|origin| ConfigInstalled {
                    slot: origin.slot,
                    configuration: shown_line(&origin.line, shown),
                })
                .collect(),
            parameters: config.effective().map(|one| parameter(config, &one, shown)).collect(),
        }
    }
}

fn parameter(config: &PhoneConfig, one: &Effective<'_>, shown: Shown<'_>) -> ConfigParameter {
    let Given { file, parameter, value, line, .. } = one.given;
    let is_sure = one.is_sure && !config.has_unread_before(&one.given);
    ConfigParameter {
        parameter: one.given.whole_name(),
        value: shown.message(&value.in_short()),
        file: shown.path(&file.path),
        line,
        counts: config.counts(parameter).filter(|counts| !counts || is_sure),
        overrides: one.others().map(|other| shown_line(&other.in_short(), shown)).collect(),
    }
}

fn json(answer: &ConfigAnswer<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let document = ConfigDocument {
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        phones: answer.phones.to_vec(),
        problems: answer.problems.iter().map(Problem::from).collect(),
    };
    safe_json::write_line(&document, out)
}

fn tables(answer: &ConfigAnswer<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for phone in answer.phones {
        parameters(phone, style.width, out)?;
    }
    match answer.left_out {
        0 => Ok(()),
        hidden => writeln!(
            out,
            "{hidden} more without such parameters in the files that were read; --all shows them."
        ),
    }
}

fn csv(answer: &ConfigAnswer<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    safe_csv::write(&["mac", "parameter", "value", "counts", "file", "line", "overrides"], out)?;
    for phone in answer.phones {
        for (file, why) in phone.not_read.iter().zip(&phone.not_read_because) {
            let why = format!("not read: {why}");
            safe_csv::write(&[&phone.mac, "", &why, "no", file, "", ""], out)?;
        }
        for one in &phone.parameters {
            let overrides = one.overrides.iter().map(overridden_line).collect::<Vec<_>>().join(" | ");
            let line = one.line.to_string();
            let cells = [&phone.mac, &one.parameter, &one.value, counts(one), &one.file, &line, &overrides];
            safe_csv::write(&cells, out)?;
        }
    }
    Ok(())
}

fn overridden_line(line: &ConfigurationLine) -> String {
    format!("{} line {}: {}", line.file, line.line.unwrap_or_default(), line.says)
}

fn counts(one: &ConfigParameter) -> &'static str {
    match one.counts {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not known",
    }
}

/// The narrowest column of values that is readable beside the others.
const MIN_VALUE: usize = 30;

/// The blanks beside three columns.
const GAPS: usize = 6;

/// The least widths of the columns at which no name, path or fingerprint breaks.
fn widths(rows: &[Row]) -> [usize; 3] {
    let longest_word = |text: &str| text.split_whitespace().map(columns).max().unwrap_or(0);
    let overrides = rows.iter().flat_map(|row| &row.overrides).map(|text| longest_word(text));
    let locations = rows.iter().map(|row| columns(&row.location)).chain(overrides);
    [
        rows.iter().map(|row| columns(&row.parameter)).max().unwrap_or(0),
        rows.iter().map(|row| longest_word(&row.value)).max().unwrap_or(0).max(MIN_VALUE),
        locations.max().unwrap_or(0),
    ]
}

/// The visible texts of a parameter.
struct Row {
    parameter: String,
    value: String,
    location: String,
    overrides: Vec<String>,
}

impl Row {
    fn of(one: &ConfigParameter) -> Self {
        let state = match one.counts {
            Some(true) => "",
            Some(false) => "does not count: ",
            None => "may count: ",
        };
        let overrides = one.overrides.iter().map(|other| {
            let (file, line) = (visible(&other.file), other.line.unwrap_or_default());
            format!("overrides {file}:{line}: {}", visible(&other.says))
        });
        Self {
            parameter: one.parameter.clone(),
            value: format!("{state}{}", visible(&one.value)),
            location: format!("{}:{}", visible(&one.file), one.line),
            overrides: overrides.collect(),
        }
    }
}

fn parameters(phone: &ConfigPhone, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let master = phone.master.as_deref().unwrap_or("no master was found");
    let rest = if phone.complete { "" } else { "; not all of its files were read" };
    writeln!(out, "{}  ({}{rest})", phone.mac, visible(master))?;
    for (file, why) in phone.not_read.iter().zip(&phone.not_read_because) {
        writeln!(out, "Not read: {}: {}", visible(file), visible(why))?;
    }
    let rows: Vec<Row> = phone.parameters.iter().map(Row::of).collect();
    let widths = widths(&rows);
    if rows.is_empty() {
        // A title alone says nothing.
    } else if widths.iter().sum::<usize>() + GAPS <= width {
        let mut table = table::plain(width);
        table.set_header(["parameter", "value", "file and line"]);
        for (column, least) in table.column_iter_mut().zip(widths) {
            // The bound counts the blank on both sides.
            let least = u16::try_from(least + 2).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
        for Row { parameter, value, location, overrides } in rows {
            table.add_row([parameter, value, [vec![location], overrides].concat().join("\n")]);
        }
        writeln!(out, "{}", table::lines(&table))?;
    } else {
        // Columns would be so narrow that names break.
        for Row { parameter, value, location, overrides } in rows {
            writeln!(out, " {parameter}")?;
            for text in [vec![value, location], overrides].concat() {
                for (at, line) in wrap(&text, width.saturating_sub(5)).iter().enumerate() {
                    writeln!(out, "   {}{line}", if at == 0 { "" } else { "  " })?;
                }
            }
        }
    }
    for ConfigInstalled { slot, configuration } in &phone.installed {
        let ConfigurationLine { file, line, says, .. } = configuration;
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        writeln!(out, "{slot}, as the log shows it: {}{line}: {}", visible(file), visible(says))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{PhoneKind, TreeBuilder, resolve};
    use crate::model::Mac;

    fn phones() -> Vec<ConfigPhone> {
        let mut tree = TreeBuilder::new(&["t.zip".into()]);
        let lists = "<a CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-own.cfg, site.cfg\"/>";
        let own = "<a device.set=\"0\" sec.TLS.profileSelection.SIP=\"=All\"\n device.sec.TLS.customCaCert1=\"x\"/>";
        let site = "<a sec.TLS.profileSelection.SIP=\"4\" sec.TLS.customDeviceKey.1=\"hunter2\"/>";
        for (name, text) in [("000000000000.cfg", lists), ("0004f2a1b2c3-own.cfg", own), ("site.cfg", site)] {
            tree.member(&format!("t.zip!/{name}"), text.as_bytes(), None);
        }
        tree.member("t.zip!/0004f2000009-phone.cfg", b"<a/>", None);
        tree.member("t.zip!/0004f2a1b2c3-web.cfg", b"<a/>", None);
        tree.member("t.zip!/0004F2A1B2C3-web.cfg", b"<a SCEP.enable=\"1\"/>", None);
        let tree = tree.build();
        let macs = ["0004f2a1b2c3", "0004f2000009"].map(|mac| mac.parse::<Mac>().unwrap());
        let mut phones = macs.map(|mac| {
            ConfigPhone::new(&resolve(&tree, mac, &PhoneKind::UNKNOWN, &["t.zip!".into()]), Shown::plain())
        });
        phones[1].parameters.clear();
        phones.into()
    }

    fn written(format: &str, all: bool) -> String {
        let mut bytes = Vec::new();
        let phones = phones();
        let shown: Vec<_> =
            phones.iter().filter(|phone| all || !phone.parameters.is_empty()).cloned().collect();
        let answer = ConfigAnswer { phones: &shown, left_out: phones.len() - shown.len(), problems: &[] };
        let format = CONFIG_FORMATS.iter().find(|known| known.name == format).unwrap();
        (format.write)(&answer, &Style::default(), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        text
    }

    #[test]
    fn a_list_where_names_would_break() {
        let style = |width| Style { width, ..Style::default() };
        let answer = ConfigAnswer { phones: &phones()[..1], left_out: 0, problems: &[] };
        let mut bytes = Vec::new();
        tables(&answer, &style(60), &mut bytes).unwrap();
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
    }

    #[test]
    fn no_name_path_or_fingerprint_breaks_at_any_width() {
        let fingerprint = "E7:00:A1:8A:BF:70:8B:85:9C:49:4E:28:E2:3C:03:4C";
        let mut phone = phones().remove(0);
        phone.parameters[0].value =
            format!("certificate, CN a.example.com, expires 2026-11-20, MD5 {fingerprint}");
        let whole =
            [fingerprint, &phone.parameters[0].parameter, &phone.parameters[0].file].map(str::to_owned);
        let answer = ConfigAnswer { phones: &[phone], left_out: 0, problems: &[] };
        for width in 60..200 {
            let mut bytes = Vec::new();
            tables(&answer, &Style { width, ..Style::default() }, &mut bytes).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            for word in &whole {
                assert!(text.contains(word.as_str()), "{width}: {word}\n{text}");
            }
            let mut rows = text.lines().filter(|line| line.starts_with(' '));
            assert!(rows.all(|line| columns(line) <= width), "{width}\n{text}");
        }
    }

    #[test]
    fn a_table_a_phone() {
        insta::assert_snapshot!(written("table", false));
        assert!(written("table", true).contains("0004F2000009"));
    }

    #[test]
    fn a_gate_that_is_not_known_leaves_open_what_counts() {
        const CERTIFICATE: &str = "device.sec.TLS.customDeviceCert1.publicCert=\"x\"";
        let counts = |own: &str, overrides: &[u8]| {
            let mut tree = TreeBuilder::new(&["t.zip".into()]);
            tree.member("t.zip!/0004f2a1b2c3.cfg", own.as_bytes(), None);
            tree.member("t.zip!/0004f2a1b2c3-phone.cfg", overrides, None);
            let config = resolve(
                &tree.build(),
                "0004f2a1b2c3".parse().unwrap(),
                &PhoneKind::UNKNOWN,
                &["t.zip!".into()],
            );
            let phone = ConfigPhone::new(&config, Shown::plain());
            let of_certificate = |one: &&ConfigParameter| one.parameter.ends_with("publicCert");
            phone.parameters.iter().find(of_certificate).unwrap().counts
        };
        let set = "device.sec.TLS.customDeviceCert1.set=\"1\"";
        let of = |rest: &str| format!("<r><a {CERTIFICATE}/><b {rest}/></r>");
        let (all, twice) =
            (format!("device.set=\"1\" {set}"), format!("device.set=\"1\" {set}/><c device.set=\"0\""));
        let encrypted = b"\x8f\x02\xc3\x99\x10";
        for (rest, overrides, expected) in [
            (&*all, &b"<a/>"[..], Some(true)),
            (&all, encrypted, None),
            ("", b"<a/>", Some(false)),
            (set, encrypted, None),
            ("", encrypted, None),
            (&twice, b"<a/>", None),
            ("device.set=\"0\"", encrypted, None),
            ("device.set=\"0\"", b"<a/>", Some(false)),
            (&all, b"<a", Some(true)),
        ] {
            assert_eq!(counts(&of(rest), overrides), expected, "{rest}");
        }
    }

    #[test]
    fn a_parameter_a_line() {
        insta::assert_snapshot!(written("csv", false));
    }

    #[test]
    fn the_document_follows_its_schema() {
        let document: serde_json::Value = serde_json::from_str(&written("json", true)).unwrap();
        let schema = serde_json::to_value(schemars::schema_for!(ConfigDocument)).unwrap();
        assert!(jsonschema::is_valid(&schema, &document));
        insta::assert_snapshot!(written("json", false));
    }
}
