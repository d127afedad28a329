//! CA certificates.

use super::*;
use crate::check::join::{Question, join};

#[test]
fn cfg030_to_032_ca() {
    let ca = |slot: usize, text: &str, log: &LogFacts| {
        let (name, set) = [
            ("device.sec.TLS.customCaCert1", "device.sec.TLS.customCaCert1.set"),
            ("device.sec.TLS.customCaCert2", "device.sec.TLS.customCaCert2.set"),
        ][slot - 1];
        changed(&[(name, text), (set, "1")], log)
    };
    assert_eq!(ca(1, &pem("CERTIFICATE", b"x"), &log()), [("CFG030", Error)]);
    assert_eq!(ca(1, &pem("CERTIFICATE", &good()), &log()), []);
    let old = pem("CERTIFICATE", &certificate("Old Root", 3, "2000-01-01", "2010-01-01", 0));
    assert_eq!(ca(1, &old, &log()), [("CFG031", Warning)]);
    let mut untrusted = log();
    untrusted.server_untrusted = true;
    assert_eq!(ca(1, &old, &untrusted), [("CFG031", Error)]);
    for (slot, limit) in [(1, 1536), (2, 4096)] {
        assert_eq!(ca(slot, &pem("CERTIFICATE", &certificate_of(limit)), &log()), []);
        assert_eq!(ca(slot, &pem("CERTIFICATE", &certificate_of(limit + 1)), &log()), [("CFG032", Warning)]);
    }
}

#[test]
fn cfg030_a_ca_that_is_not_in_pem_form() {
    const NAME: &str = "sec.TLS.customCaCert.1";
    let (whole, der) = (pem("CERTIFICATE", &good()), good());
    let padded = pem("CERTIFICATE", &certificate_of(904));
    assert!(padded.contains('='));
    for (text, why) in [
        (chain(&[good()]), "it contains PKCS #7, and not an X.509 certificate alone"),
        (pem("CERTIFICATE", &pkcs7(&[good()])), "it contains PKCS #7, and not an X.509 certificate alone"),
        (pem("PKCS7", &der), "the begin line says PKCS7"),
        (whole.replace("CERTIFICATE", "Certificate"), "the begin and end lines are not written exactly"),
        (whole.replace("BEGIN ", "BEGIN"), "the begin and end lines are not written exactly"),
        (
            whole.replace("-----BEGIN CERTIFICATE-----", "").replace("-----END CERTIFICATE-----", ""),
            "there are no",
        ),
        (padded.replace('=', ""), "its base64 lacks the = at the end"),
    ] {
        assert_eq!(changed(&[(NAME, &text)], &log()), [("CFG030", Error)], "{text:.40}");
        let site = Site::new(&[("0004f2a1b2c3.cfg", &file(&plain(&[(NAME, &text)])))]);
        let said = site.findings(&log(), &[])[0].1.message.to_string();
        assert!(said.contains(&format!("is not a certificate in PEM form: {why}")), "{said}");
        let trust = join(&site.config(), &log(), Question::Trust, None);
        let said = trust.lines[0].says.to_string();
        assert!(said.contains(&format!("; not in PEM form: {why}")), "{said}");
    }
    // A second certificate that is cut off; a key beside the certificate is none.
    for (second, is_told) in [("-----BEGIN CERTIFICATE----- MIIC", true), (&*key(1), false), (&*whole, false)]
    {
        let site = Site::new(&[("0004f2a1b2c3.cfg", &file(&plain(&[(NAME, &format!("{whole} {second}"))])))]);
        let found = site.findings(&log(), &[]);
        assert_eq!(found.len(), usize::from(is_told), "{second:.40} {found:?}");
        let is_said = |(code, found): &(&str, Finding)| {
            let says = "another part of it is not a certificate: the begin line has no end line after it.";
            *code == "CFG030" && found.message.to_string().ends_with(says)
        };
        assert!(found.iter().all(is_said), "{found:?}");
    }
    // OpenSSL skips what is no certificate by its begin line.
    for text in [
        whole.clone(),
        padded,
        format!("Subject: Example {whole}"),
        format!("{} {whole}", chain(&[good()])),
        format!("{whole} {}", chain(&[good()])),
        format!("{whole} {whole}"),
        whole.replace("CERTIFICATE", "X509 CERTIFICATE"),
        whole.replace(' ', "\n").replace("N\nC", "N C").replace("D\nC", "D C"),
    ] {
        assert_eq!(changed(&[(NAME, &text)], &log()), [], "{text:.40}");
    }
}
