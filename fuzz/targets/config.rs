//! A configuration file: its text, its certificates and keys, and the findings about it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phonecert::check::CATALOGUE;
use phonecert::check::configuration::ConfigurationCase;
use phonecert::check::join::join;
use phonecert::config::{LogFacts, PhoneKind, TreeBuilder, resolve};
use phonecert::model::Mac;
use phonecert::redact::Shown;
use phonecert::report::config::ConfigPhone;

fuzz_target!(|bytes: &[u8]| {
    let mac = Mac::new([0, 4, 0xF2, 0xA1, 0xB2, 0xC3]);
    let mut builder = TreeBuilder::new(&["a.zip".into()]);
    builder.member("a.zip!/0004f2a1b2c3.cfg", bytes, None);
    builder.member("a.zip!/site.cfg", bytes, None);
    let tree = builder.build();
    let config = resolve(&tree, mac, &PhoneKind::new(Some("VVX 500"), None), &["a.zip!".into()]);
    let log = LogFacts { has_log: true, ..LogFacts::default() };
    let case = ConfigurationCase::new(&config, &log, &[]);
    for rule in CATALOGUE {
        let _ = rule.run_on_configuration(&case);
    }
    for question in CATALOGUE.iter().filter_map(|rule| rule.facts.asks) {
        let _ = join(&config, &log, question, None);
    }
    let phone = serde_json::to_string(&ConfigPhone::new(&config, Shown::plain())).expect("a phone is JSON");
    assert!(!phone.contains("MIIEvQIBADANBgkqh"), "a key in the output");
});
