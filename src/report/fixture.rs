//! An invented fleet of twelve phones, some with hostile texts, that all formats are tested on.

use std::time::Duration;

use serde_json::json;

use super::shape::{
    Certificate, CertificateState, Device, Diagnosis, EventRow, Evidence, FleetDay, Scanned, State, Status,
    Summary,
};
use super::{Overview, ScanFormat, ScanReport, Style, ZtpReadiness};
use crate::check::Rule;
use crate::problem::{Problem, ProblemKind};

pub(super) struct Fixture {
    pub(super) overview: Overview,
    pub(super) devices: Vec<Device>,
}

pub(super) fn written(format: &ScanFormat, style: &Style) -> String {
    written_of(format, style, &fleet())
}

pub(super) fn written_of(format: &ScanFormat, style: &Style, fixture: &Fixture) -> String {
    let mut out = Vec::new();
    let report = ScanReport { overview: &fixture.overview, devices: &fixture.devices };
    format.write(&report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) fn empty() -> Fixture {
    Fixture { overview: Overview::default(), devices: Vec::new() }
}

/// The fleet with this many more healthy phones.
pub(super) fn large(healthy: usize) -> Fixture {
    let mut fleet = fleet();
    for number in 0..healthy {
        let mac = format!("64167F{number:06X}");
        fleet.devices.push(Device {
            certificates: vec![installed("built-in", &mac, 200)],
            ..phone(&mac, "VVX 411", "5.9.5.0614", Status::Ok)
        });
    }
    count(&mut fleet);
    fleet
}

pub(super) fn fleet() -> Fixture {
    let mut fixture = Fixture { overview: overview(), devices: devices() };
    count(&mut fixture);
    fixture
}

fn overview() -> Overview {
    Overview {
        scanned: Scanned {
            files: 14,
            bytes: 1_482_113,
            lines: 15_233,
            unrecognized_lines: 3,
            events: 187,
            devices: 0,
            first_time: Some("2025-11-30T23:58:01".into()),
            last_time: Some("2026-03-02T07:14:55".into()),
        },
        summary: Summary::default(),
        problems: vec![
            Problem::new(
                "fleet/0004f2b0b0b0-app.log",
                ProblemKind::PermissionDenied,
                "the system does not let this user read it",
            ),
            Problem::new(
                "fleet/old/evil\u{1b}[2J\nname-app.log.gz",
                ProblemKind::TruncatedArchive,
                "it ends too early; what stands before counts",
            ),
        ],
        elapsed: Duration::from_millis(42),
        ztp: Some(ZtpReadiness { ready: 7, not_ready: 1, unknown: 4 }),
        fleet: vec![FleetDay { code: "TLS001".into(), day: "2026-01-11".into(), phones: 6, of: 9 }],
        ..Overview::default()
    }
}

fn count(fixture: &mut Fixture) {
    let summary = &mut fixture.overview.summary;
    *summary = Summary::default();
    for device in &fixture.devices {
        match device.status {
            Status::Failed => summary.failed += 1,
            Status::Attention => summary.attention += 1,
            Status::Unknown => summary.unknown += 1,
            Status::Ok => summary.ok += 1,
        }
        let active = device.diagnoses.iter().filter(|diagnosis| diagnosis.state == State::Active);
        let codes: std::collections::BTreeSet<_> = active.map(|diagnosis| diagnosis.code).collect();
        for code in codes {
            *summary.by_code.entry(code.to_owned()).or_default() += 1;
        }
    }
    fixture.overview.scanned.devices = fixture.devices.len() as u64;
}

fn devices() -> Vec<Device> {
    vec![
        Device {
            certificates: vec![installed("built-in", "0004F2A1B201", 1), rejected("platform-1"), empty_slot("platform-2")],
            diagnoses: vec![key_too_large("0004f2a1b201-app.log", 4677), events_missed("0004f2a1b201-app.log")],
            ..phone("0004F2A1B201", "VVX 500", "5.5.2.11338", Status::Failed)
        },
        Device {
            certificates: vec![installed("built-in", "0004F2FFFFFF", 2), installed("platform-1", "Custom-0004F2A1B202", 3)],
            diagnoses: vec![Diagnosis {
                slot: Some("built-in".into()),
                message: "The built-in certificate's common name is \"0004F2FFFFFF\", and this phone is 0004F2A1B202.".into(),
                occurrences: 2,
                last_seen: Some("2026-02-03T06:31:40".into()),
                ..diagnosis("INV002", vec![line("0004f2a1b202-app.log", 18, "0111080012", "Polycom device certificate common name \"0004F2FFFFFF\"")])
            }],
            ..phone("0004F2A1B202", "SoundPoint IP 335", "4.0.8.1608", Status::Failed)
        },
        Device {
            certificates: vec![installed("built-in", "0004F2A1B203", 4), rejected("platform-2"), installed("application-1", "presence.example.com", 30), installed("application-2", "sip.example.com", 31), rejected("application-3")],
            diagnoses: vec![key_too_large("archive/tickets/2026/ticket-4711.zip!/var/log/phones/0004f2a1b203-app.log.2", 8192), untrusted("0004f2a1b203-app.log", State::Active), install_not_kept("0004f2a1b203-app.log", State::Resolved)],
            ..phone("0004F2A1B203", "SoundStation IP 6000", "4.0.14.1580", Status::Failed)
        },
        Device {
            certificates: vec![empty_slot("built-in")],
            diagnoses: vec![untrusted("0004f2a1b204-app.log", State::Active)],
            ..phone("0004F2A1B204", "VVX 1500", "5.4.1.2345", Status::Failed)
        },
        Device {
            certificates: vec![installed("built-in", "64167F00AA01", 5), installed("platform-1", "=cmd|' /C calc'!A0", 6)],
            diagnoses: vec![install_not_kept("64167f00aa01-app.log", State::Active), key_too_large_resolved("64167f00aa01-app.log")],
            ..phone("64167F00AA01", "VVX 411", "5.9.5.0614", Status::Attention)
        },
        Device {
            mac: None,
            files: vec!["in/\u{202e}gol.ppa\u{1b}[31m|`x`<img src=x>.log".into()],
            certificates: vec![installed("platform-1", "電話機-001 \u{200b}| pipe\nline", 7)],
            diagnoses: vec![clock_not_set("in/\u{202e}gol.ppa\u{1b}[31m|`x`<img src=x>.log")],
            ..phone("", "@SUM(A1:A9)", "4.1.7.1210", Status::Attention)
        },
        Device {
            certificates: Vec::new(),
            model: None,
            software: None,
            diagnoses: vec![no_evidence()],
            ..phone("482567000001", "", "", Status::Unknown)
        },
        Device {
            certificates: vec![installed("built-in", "0004F2A1B208", 8), empty_slot("platform-1"), empty_slot("platform-2")],
            diagnoses: vec![untrusted("0004f2a1b208-app.log", State::Resolved)],
            ..phone("0004F2A1B208", "SoundPoint IP 650", "4.0.9.1234", Status::Ok)
        },
        Device {
            certificates: vec![installed("built-in", "0004F2A1B209", 9), installed("platform-1", "Custom-0004F2A1B209", 10), installed("platform-2", "dot1x.example.com", 11)],
            ..phone("0004F2A1B209", "VVX 601", "5.9.5.0614", Status::Ok)
        },
        Device {
            certificates: vec![installed("built-in", "0004F2A1B20A", 12)],
            diagnoses: vec![events_missed("0004f2a1b20a-app.log")],
            ..phone("0004F2A1B20A", "VVX 411", "5.9.5.0614", Status::Ok)
        },
        Device {
            certificates: vec![installed("built-in", "64167F00AA0B", 13)],
            ..phone("64167F00AA0B", "VVX 411", "5.9.5.0614", Status::Ok)
        },
        Device {
            certificates: vec![installed("built-in", "64167F00AA0C", 14), installed("application-1", "presence.example.com", 30)],
            diagnoses: vec![install_not_kept("64167f00aa0c-app.log", State::Resolved)],
            ..phone("64167F00AA0C", "VVX 411", "5.9.5.0614", Status::Ok)
        },
    ]
}

fn phone(mac: &str, model: &str, software: &str, status: Status) -> Device {
    Device {
        mac: Some(mac.to_owned()),
        model: Some(model.to_owned()),
        assembly: None,
        assembly_revision: None,
        software: Some(software.to_owned()),
        status,
        files: vec![format!("fleet/{}-app.log", mac.to_lowercase())],
        boots: 2,
        first_time: Some("2026-01-11T08:00:01".into()),
        last_time: Some("2026-02-03T06:31:44".into()),
        stale: None,
        baseline: None,
        certificates: Vec::new(),
        diagnoses: Vec::new(),
    }
}

fn installed(slot: &'static str, common_name: &str, seed: u8) -> Certificate {
    Certificate {
        common_name: Some(common_name.to_owned()),
        fingerprint: Some([seed; 16].map(|byte| format!("{byte:02X}")).join(":")),
        fingerprint_algorithm: Some("md5"),
        certificate_length: Some(802),
        key_length: Some(636),
        ..without_certificate(slot, CertificateState::Installed)
    }
}

fn empty_slot(slot: &'static str) -> Certificate {
    without_certificate(slot, CertificateState::NotAvailable)
}

fn rejected(slot: &'static str) -> Certificate {
    without_certificate(slot, CertificateState::Rejected)
}

fn without_certificate(slot: &'static str, state: CertificateState) -> Certificate {
    Certificate {
        slot: slot.into(),
        state,
        common_name: None,
        fingerprint: None,
        fingerprint_algorithm: None,
        certificate_length: None,
        key_length: None,
        configuration: Vec::new(),
    }
}

fn line(file: &str, number: u64, stamp: &str, text: &str) -> Evidence {
    Evidence {
        file: if file.contains('/') { file.to_owned() } else { format!("fleet/{file}") },
        line: number,
        stamp: Some(stamp.to_owned()),
        time: None,
        uptime: None,
        text: text.to_owned(),
    }
}

/// A diagnosis with the texts of its rule.
fn diagnosis(code: &str, evidence: Vec<Evidence>) -> Diagnosis {
    let rule = Rule::find(code).unwrap();
    Diagnosis {
        code: rule.code,
        name: rule.name,
        severity: rule.severity,
        state: State::Active,
        slot: None,
        message: String::new(),
        cause: rule.cause.into(),
        remedy: rule.remedy.into(),
        reference: rule.reference,
        occurrences: 1,
        first_seen: Some("2026-01-11T08:00:12".into()),
        last_seen: Some("2026-01-11T08:00:12".into()),
        evidence,
        configuration: Vec::new(),
    }
}

fn key_too_large(file: &str, length: u64) -> Diagnosis {
    let text = format!(
        "hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, length {length} is bigger than maximum 4096"
    );
    Diagnosis {
        slot: Some("platform-1".into()),
        message: format!(
            "The phone refused a private key of {length} bytes for platform slot 1, which takes 4096."
        ),
        occurrences: 14,
        last_seen: Some("2026-02-03T06:31:40".into()),
        ..diagnosis(
            "INS001",
            vec![line(file, 12, "0111080012", &text), line(file, 1057, "0203063140", &text)],
        )
    }
}

fn key_too_large_resolved(file: &str) -> Diagnosis {
    Diagnosis { state: State::Resolved, ..key_too_large(file, 4200) }
}

fn untrusted(file: &str, state: State) -> Diagnosis {
    let text = "Server certificate verification failed, Untrusted Certificate";
    let message = "The phone refused a server's certificate once: Untrusted Certificate.".into();
    Diagnosis { state, message, ..diagnosis("TLS001", vec![line(file, 88, "0111080115", text)]) }
}

fn install_not_kept(file: &str, state: State) -> Diagnosis {
    let saved = line(file, 40, "0112070000", "Saving new Custom platform device certificate 1");
    let text = "Custom platform device certificate 1 is not available\u{1b}]0;owned\u{7}";
    Diagnosis {
        state,
        slot: Some("platform-1".into()),
        message: "A certificate was saved to platform slot 1, and the next inventory shows that slot empty."
            .into(),
        ..diagnosis("INS004", vec![saved, line(file, 77, "000005.952", text)])
    }
}

fn clock_not_set(file: &str) -> Diagnosis {
    let text = "Could not load time from ntp.example.com(ntp.example.com).";
    let message = "The phone started once without the time, and never got it after that.".into();
    Diagnosis { message, ..diagnosis("LOG003", vec![line(file, 3, "0100000000", text)]) }
}

fn no_evidence() -> Diagnosis {
    let message = "No inventory and no installation is in the logs: TLS logging is at level 4, which leaves the inventory out.".into();
    Diagnosis { message, ..diagnosis("LOG001", Vec::new()) }
}

fn events_missed(file: &str) -> Diagnosis {
    let text = "Polycom device certificate length 802";
    let message = "3 events were lost before the first line that was read.".into();
    Diagnosis { message, ..diagnosis("LOG002", vec![line(file, 1, "000005.930", text)]) }
}

pub(super) fn events() -> Vec<EventRow> {
    let event =
        |line, stamp: &str, time: Option<&str>, kind, slot: Option<&str>, fields: serde_json::Value| {
            EventRow {
                mac: Some("0004F206075D".into()),
                file: "fleet/0004f206075d-app.log".into(),
                line,
                stamp: Some(stamp.into()),
                time: time.map(str::to_owned),
                uptime: time.is_none().then_some(5.93),
                component: Some("tls".into()),
                level: Some("3".into()),
                missed: Some(3),
                kind,
                slot: slot.map(str::to_owned),
                boot: 0,
                fields: fields.as_object().cloned().unwrap(),
            }
        };
    let path = "a/very/long/path/to/an/archive/of/tickets/2026.zip!/var/log/phones/64167f00aa0b-app.log.12";
    let archived = |event| EventRow { mac: Some("64167F00AA0B".into()), file: path.into(), ..event };
    let day = Some("2013-05-31T13:18:22");
    let fingerprint = "70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17";
    vec![
        event(1, "000005.930", None, "certificate_length", Some("built-in"), json!({"length": 802})),
        event(
            2,
            "000005.932",
            None,
            "certificate_fingerprint",
            Some("built-in"),
            json!({"fingerprint": fingerprint, "algorithm": "md5"}),
        ),
        event(
            4,
            "000005.932",
            None,
            "certificate_common_name",
            Some("built-in"),
            json!({"common_name": "0004F206075D"}),
        ),
        event(
            15,
            "0531131822",
            day,
            "key_too_large",
            Some("platform-1"),
            json!({"length": 4677, "maximum": 4096}),
        ),
        event(1204, "0531131823", day, "chain_not_decodable", None, json!({"results": 0})),
        event(1205, "0531131823", day, "clock_failed", None, json!({})),
        EventRow {
            mac: None,
            file: "in/\u{202e}gol|`x`.log".into(),
            component: None,
            level: None,
            missed: None,
            ..event(
                7,
                "0531131822",
                None,
                "new_certificate",
                Some("application-7"),
                json!({"common_name": "=1+1\u{1b}[31m\n電話", "fingerprint": fingerprint}),
            )
        },
        archived(event(
            3,
            "0531131822",
            day,
            "platform",
            None,
            json!({"model": "VVX 500", "assembly": "3111-44500-001", "assembly_revision": "A", "mac": "64167F00AA0B"}),
        )),
        archived(event(
            9,
            "0531131824",
            day,
            "server_certificate_untrusted",
            None,
            json!({"reason": "Untrusted Certificate"}),
        )),
    ]
}
