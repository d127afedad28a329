//! Certificates, keys and trees for tests: real ones from `testdata/config/`, and made ones of any size.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDateTime;

use super::{
    ConfigTree, ConfigurationLine, LogFacts, PhoneConfig, PhoneKind, SlotFacts, SlotState, TreeBuilder,
    resolve,
};
use crate::check::configuration::{SharedKey, findings};
use crate::check::join::origins;
use crate::check::{Finding, RuleFinding};
use crate::model::{Fingerprint, Mac, Slot};

pub(crate) const MAC: &str = "0004f2a1b2c3";

/// The phone of the configurations.
pub(crate) fn mac() -> Mac {
    MAC.parse().unwrap()
}

/// A file of `testdata/config/`.
pub(crate) fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/config").join(name);
    std::fs::read_to_string(path).unwrap()
}

pub(crate) fn time(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(&format!("{text} 00:00:00"), "%Y-%m-%d %H:%M:%S").unwrap()
}

/// A phone whose log shows no certificates, at noon of an invented day.
pub(crate) fn log() -> LogFacts {
    LogFacts { has_log: true, now: time("2030-06-15"), ..LogFacts::default() }
}

/// The same, with an inventory that shows this state of a slot.
pub(crate) fn log_with(slot: Slot, state: SlotState, fingerprints: &[&Fingerprint]) -> LogFacts {
    let mut log = log();
    log.has_inventory = true;
    let fingerprints = fingerprints.iter().map(|one| (*one).clone()).collect();
    let key_length = (state == SlotState::Filled).then_some(1218);
    log.slots.insert(slot, SlotFacts { state, fingerprints, key_length, ..SlotFacts::default() });
    log
}

/// The first line for this slot, if the log shows a certificate with this fingerprint in it.
pub(crate) fn origin(config: &PhoneConfig, slot: Slot, shown: &Fingerprint) -> Option<ConfigurationLine> {
    let mut config = config.clone();
    config.slots = log_with(slot, SlotState::Filled, &[shown]).slots;
    origins(&config).into_iter().next().map(|origin| origin.line)
}

/// A DER element.
pub(crate) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match length {
        0..=0x7F => bytes.push(length as u8),
        0x80..=0xFF => bytes.extend([0x81, length as u8]),
        _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    bytes.extend_from_slice(content);
    bytes
}

const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

fn modulus(seed: u8) -> Vec<u8> {
    der(0x02, &[&[0, 0x80 | seed][..], &[seed; 255]].concat())
}

/// A certificate that no one signed, with an RSA key of this seed; `padding` bytes make it longer.
pub(crate) fn certificate(cn: &str, seed: u8, from: &str, to: &str, padding: usize) -> Vec<u8> {
    let name = |text: &str| {
        der(
            0x30,
            &der(0x31, &der(0x30, &[&b"\x06\x03\x55\x04\x03"[..], &der(0x0C, text.as_bytes())].concat())),
        )
    };
    let date = |day: &str| der(0x18, format!("{}000000Z", day.replace('-', "")).as_bytes());
    let key = der(0x30, &[modulus(seed), b"\x02\x03\x01\x00\x01".to_vec()].concat());
    let key = der(0x30, &[RSA.to_vec(), der(0x03, &[&[0][..], &key].concat())].concat());
    let fields = [
        b"\xa0\x03\x02\x01\x02\x02\x01\x07".to_vec(),
        RSA.to_vec(),
        name("Example Issuing"),
        der(0x30, &[date(from), date(to)].concat()),
        name(cn),
        key,
        der(0xA3, &vec![0; padding]),
    ];
    der(0x30, &[der(0x30, &fields.concat()), RSA.to_vec(), der(0x03, &[0; 9])].concat())
}

/// A good certificate of the phone, with the key of seed 1.
pub(crate) fn good() -> Vec<u8> {
    certificate("0004F2A1B2C3", 1, "2029-01-01", "2032-01-01", 0)
}

/// A certificate of exactly this many bytes.
pub(crate) fn certificate_of(length: usize) -> Vec<u8> {
    let make = |padding| certificate("0004F2A1B2C3", 1, "2029-01-01", "2032-01-01", padding);
    (0..length).rev().map(make).find(|made| made.len() <= length).filter(|made| made.len() == length).unwrap()
}

/// A PKCS #7 of these certificates.
pub(crate) fn pkcs7(certificates: &[Vec<u8>]) -> Vec<u8> {
    let data = b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    let signed =
        [&b"\x02\x01\x01\x31\x00"[..], data, &der(0xA0, &certificates.concat()), b"\x31\x00"].concat();
    let signed = der(0xA0, &der(0x30, &signed));
    der(0x30, &[&b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"[..], &signed].concat())
}

/// A private key of this seed in PKCS #8, as many bytes long as asked for.
pub(crate) fn key_of(seed: u8, length: usize) -> Vec<u8> {
    let make = |padding: usize| {
        let numbers = [
            b"\x02\x01\x00".to_vec(),
            modulus(seed),
            b"\x02\x03\x01\x00\x01".to_vec(),
            der(0x02, &vec![1; padding]),
        ];
        der(
            0x30,
            &[b"\x02\x01\x00".to_vec(), RSA.to_vec(), der(0x04, &der(0x30, &numbers.concat()))].concat(),
        )
    };
    (0..length).rev().map(make).find(|made| made.len() <= length).filter(|made| made.len() == length).unwrap()
}

/// PEM in one line, as an attribute has it.
pub(crate) fn pem(label: &str, bytes: &[u8]) -> String {
    format!("-----BEGIN {label}----- {} -----END {label}-----", STANDARD.encode(bytes))
}

/// A PKCS #7 text of these certificates.
pub(crate) fn chain(certificates: &[Vec<u8>]) -> String {
    pem("PKCS7", &pkcs7(certificates))
}

/// A key's text.
pub(crate) fn key(seed: u8) -> String {
    pem("PRIVATE KEY", &key_of(seed, 1218))
}

/// Attributes of one element: name and value, escaped as XML wants it.
pub(crate) fn element(attributes: &[(&str, &str)]) -> String {
    let mut text = "<PHONE".to_owned();
    for (name, value) in attributes {
        let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        text.push_str(&format!("\n {name}=\"{value}\""));
    }
    text + "/>\n"
}

/// Platform slot 1 with both gates open.
pub(crate) fn platform(certificate: &str, key: &str) -> Vec<(&'static str, String)> {
    vec![
        ("device.set", "1".to_owned()),
        ("device.sec.TLS.customDeviceCert1.set", "1".to_owned()),
        ("device.sec.TLS.customDeviceCert1.publicCert", certificate.to_owned()),
        ("device.sec.TLS.customDeviceCert1.privateKey", key.to_owned()),
        ("device.sec.TLS.profile.deviceCert1", "Platform1".to_owned()),
        ("device.sec.TLS.profile.deviceCert1.set", "1".to_owned()),
    ]
}

/// Changes, adds (or, with an empty name of value `-`, removes) an attribute.
pub(crate) fn with(
    mut all: Vec<(&'static str, String)>,
    name: &'static str,
    value: &str,
) -> Vec<(&'static str, String)> {
    all.retain(|(other, _)| *other != name);
    if value != "-" {
        all.push((name, value.to_owned()));
    }
    all
}

/// The text of a file with these attributes.
pub(crate) fn file(attributes: &[(&'static str, String)]) -> String {
    let pairs: Vec<_> = attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
    element(&pairs)
}

/// A master that lists these files.
pub(crate) fn master(files: &str) -> String {
    element(&[("CONFIG_FILES", files)])
}

/// A folder of files, and the tree of the same files in an archive.
pub(crate) struct Site {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) tree: ConfigTree,
    pub(crate) members: ConfigTree,
}

impl Site {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut builder = TreeBuilder::new(&[folder.path().to_owned()]);
        let mut members = TreeBuilder::new(&[PathBuf::from("t.zip")]);
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            builder.file(&path, Some(0o644));
            members.member(&format!("t.zip!/{name}"), text.as_bytes(), Some(0o644));
        }
        Self { folder, tree: builder.build(), members: members.build() }
    }

    pub(crate) fn config(&self) -> PhoneConfig {
        resolve(&self.tree, mac(), &PhoneKind::UNKNOWN, &[self.folder.path().to_owned()])
    }

    /// The configuration, which must be the same for the folder and for the archive.
    pub(crate) fn findings(&self, log: &LogFacts, shared: &[SharedKey]) -> Vec<(&'static str, Finding)> {
        let model = log.model.as_deref();
        let config =
            resolve(&self.tree, mac(), &PhoneKind::new(model, None), &[self.folder.path().to_owned()]);
        let of_members =
            resolve(&self.members, mac(), &PhoneKind::new(model, None), &[PathBuf::from("t.zip!")]);
        let found = run(&config, log, shared);
        let codes =
            |found: &[(&'static str, Finding)]| found.iter().map(|(code, _)| *code).collect::<Vec<_>>();
        assert_eq!(codes(&found), codes(&run(&of_members, log, shared)));
        found
    }
}

/// All checks, each finding with its severity.
pub(crate) fn run(
    config: &PhoneConfig,
    log: &LogFacts,
    shared: &[SharedKey],
) -> Vec<(&'static str, Finding)> {
    let found = findings(config, log, shared, config.mac, |_| true);
    let of_rule = |one: RuleFinding| {
        let (rule, mut finding) = (one.rule(), one.finding);
        finding.severity.get_or_insert(rule.severity);
        (rule.code, finding)
    };
    found.into_iter().map(of_rule).collect()
}

/// The codes of the findings for a single file with these attributes.
pub(crate) fn codes(attributes: &[(&'static str, String)], log: &LogFacts) -> Vec<&'static str> {
    let site = Site::new(&[("000000000000.cfg", &master("site.cfg")), ("site.cfg", &file(attributes))]);
    site.findings(log, &[]).into_iter().map(|(code, _)| code).collect()
}
