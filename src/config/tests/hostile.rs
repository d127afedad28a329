//! Hostile and damaged files.

use proptest::prelude::*;

use super::*;

/// Each of these took seconds in an earlier version, or would take seconds without a limit.
#[test]
fn hostile_files_take_no_time() {
    let started = std::time::Instant::now();
    let names: String = (0..40_000).map(|number| format!(" sec.TLS.customXXCert.{number}=''")).collect();
    let same = "<b device.set='1'/>".repeat(40_000) + "<b device.set='0'/>";
    for text in [format!("<a{names}/>"), format!("<a>{same}</a>"), format!("<a>{same}")] {
        let site = Site::new(&[("0004f2a1b2c3.cfg", &text)]);
        let _ = site.findings(&log(), &[]);
        assert!(site.config().effective().all(|one| one.others().count() < 64));
    }
    let sets = certificates(&pem("PKCS7", &b"\x30\x80".repeat(1 << 19)));
    assert!(sets.fault.is_some());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn many_names_and_hostile_ones() {
    let cn = "x\u{1b}[31m".repeat(10_000);
    let read = certificates(&chain(&[certificate(&cn, 1, "2029-01-01", "2032-01-01", 0)]));
    assert!(read.list[0].subject.len() <= 1024 + 300);
    assert!(Value::Certificates(read).in_short().to_string().len() < 300);
}

proptest! {
    #[test]
    fn no_bytes_are_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = File::parse("x", &bytes);
        let _ = Certificates::read(&pem("PKCS7", &bytes), false);
        let _ = read_key(&pem("PRIVATE KEY", &bytes));
    }

    #[test]
    fn no_damage_is_a_panic(at in 0_usize..1300, to in any::<u8>(), cut in 0_usize..1300) {
        let mut chain = pkcs7(&[good(), good()]);
        let at = at % chain.len();
        chain[at] = to;
        chain.truncate(chain.len() - cut % chain.len());
        let _ = Certificates::read(&pem("PKCS7", &chain), false);
        let mut key = key_of(1, 1218);
        let at = at % key.len();
        key[at] = to;
        let _ = read_key(&pem("PRIVATE KEY", &key));
    }

    #[test]
    fn no_xml_is_a_panic(text in "(<|>|/|\"|'|=|&|;|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|\\?>|a|b:c|[ \n]|CONFIG_FILES|device\\.set|é){0,40}") {
        let _ = File::parse("x", text.as_bytes());
    }
}
