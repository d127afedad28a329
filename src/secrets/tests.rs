//! What must be concealed, what must be kept, and robustness against any text.

mod uris;

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;

/// Invented: base64 that is not a key.
const LINE: &str = "MIIEowIBAAKCAQEAx7dQz0N3fWq9sLkP4vYh2TgRb8mJcE5uXoA1ZiKn6DwVtS+e";
const LINE_2: &str = "p0Hq3RkT9xWm/Yb7LcN2vGz8sJfU4dAe1oQi6ZyXhCw5tVKgBn+DjMrSlPuEa0F1";
const LAST: &str = "Zk9vQ2x4T1hM7Q==";

fn assert_gone(text: &str, secrets: &[&str]) {
    let concealed = conceal(text);
    for secret in secrets {
        assert!(!concealed.contains(secret), "{secret} in {concealed}");
    }
    assert!(concealed.contains(REDACTED), "{text} → {concealed}");
    assert_eq!(conceal(&concealed), concealed, "{text}");
}

proptest! {
    #[test]
    fn a_long_run_is_what_the_pattern_says(text in r"[a-z0-9+/é]{0,26}([-_ |.\n=][A-Z0-9+/]{0,20}){0,6}") {
        let pattern = r"[a-z0-9+/]{24}|[a-z0-9+/_-]{43}|[a-z0-9+/_-]{16}[ |.\n\r\t][a-z0-9+/_-]{16}";
        let pattern = Regex::new(&format!("(?i-u){pattern}")).unwrap();
        prop_assert_eq!(has_long_run(text.as_bytes()), pattern.is_match(&text));
    }

    #[test]
    fn what_triggers_has_one_of_few_characters(
        word in r#"private|@|Authoriz|:[/\\]|/[/\\]|%2f|%3A|sips?:|https?:|ur[il]|pass|pwd|PSK|secret|api[ _.-]?key|shared[ _.-]?KEY|(pw|pin|AUTH|token|Credentials?)([0-9=._"'\\-]|value|hash|text)"#
    ) {
        prop_assert!(TRIGGER.is_match(&word), "{}", word);
        prop_assert!(word.bytes().any(may_trigger), "{}", word);
    }

    #[test]
    fn no_word_is_passed_over(
        before in "[ -~]{0,8}",
        word in "(pass|PSK|pwd|api key|pre-shared_key|privatekey|token|Pin|auth|credentials|x?sig|snmp community|JSESSIONID|AUTH PLAIN |curl -u j:|sip:|tftp:u:|uri 'u:|ftp:/|a:b@c.de|authorization:)",
        after in r#"(value|Hash|_text|.|[0-9])?\?["']?[=:]{1,2} ?[ -~]{1,8}@?[ -~]{0,4}"#
    ) {
        let text = [before, word, after].concat();
        for pass in PASSES.iter().filter(|pass| !pass.needs.is_empty()) {
            if !(pass.find)(&text).is_empty() {
                prop_assert!(has_any(&text, pass.needs), "{}", text);
            }
        }
    }
}

#[test]
fn keys_in_any_form() {
    let secrets = [&LINE[5..40], &LINE[44..], &LINE_2[..30], &LINE_2[40..], &LAST[..8]];
    for kind in ["", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ", "ANY OTHER "] {
        let (begin, end) =
            (format!("-----BEGIN {kind}PRIVATE KEY-----"), format!("-----END {kind}PRIVATE KEY-----"));
        for feed in ["\n", "\r\n", " ", "", "\\n", "&#10;", "&#xA;", "%0A", "', '"] {
            let whole = [&*begin, LINE, LINE_2, LAST, &*end].join(feed);
            for text in [
                whole.clone(),
                format!("Device credential invalid: {whole} was refused"),
                format!("device.sec.TLS.customDeviceCert1.privateKey=\"{whole}\" and more"),
                format!("{whole}{feed}{whole}"),
                whole.replace(' ', "%20"),
                whole.to_lowercase(),
            ] {
                assert_gone(&text, &secrets);
            }
            // Cut anywhere, at either end.
            for at in 0..whole.len() {
                let front = conceal(&whole[..at]);
                assert!(!front.contains(&LINE[..12]), "{at}: {front}");
                let back = conceal(&whole[at..]);
                assert!(!back.contains(&LINE_2[20..]), "{at}: {back}");
                assert_eq!(conceal(&back), back);
            }
        }
    }
    for header in
        ["---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", "-----BEGIN PGP PRIVATE KEY BLOCK-----", "KEY-----"]
    {
        assert_gone(&format!("{header} {LINE} {LINE_2} {LAST}"), &secrets);
    }
    assert_eq!(
        conceal(&format!("a -----BEGIN RSA PRIVATE KEY-----{LINE}-----END RSA PRIVATE KEY----- b")),
        "a -----BEGIN RSA PRIVATE KEY----- [redacted] b"
    );
    assert_eq!(
        conceal(&format!("Device credential invalid: {LINE} {LAST}, sorry")),
        "Device credential invalid: -----BEGIN … PRIVATE KEY----- [redacted], sorry"
    );
    assert_gone(&format!("x: {LAST}\n-----END PRIVATE KEY-----"), &[LAST]);
    assert_gone(
        &format!("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x,0A1B\n\n{LAST}"),
        &[LAST],
    );
}

#[test]
fn a_key_beside_a_long_word() {
    for word in ["hwDescSecurityDeviceCredentialsStoreAscii", "Custom-0004F206075D", "soCoreAudioTermChg"] {
        for sign in [" ", "-", ".", "|", "_"] {
            assert_gone(&format!("x {word}{sign}{}", &LINE[..40]), &[&LINE[..20]]);
            assert_gone(&format!("{}{sign}{word} x", &LINE[..40]), &[&LINE[..20]]);
        }
    }
}

/// Invented too, except for the beginning that every such key has.
const OPENSSH: &str = concat!(
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBx7dQz0N3fWq9s",
    "LkP4vYh2TgRb8mJcE5uXoA1ZiKn6DgAAAJhp0Hq3adB6twAAAAtzc2gtZWQyNTUxOQAAACBx7dQz0N3fWq9sLkP4vYh2TgRb"
);

fn wrap(text: &str, width: usize, sign: &str) -> String {
    let lines: Vec<&str> = text.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
    lines.join(sign)
}

#[test]
fn keys_without_header_in_lines_of_any_width() {
    let plain = [LINE, LINE_2, LAST].concat();
    let for_urls = plain.replace('+', "-").replace('/', "_").replace('=', "");
    let ed25519 = "MC4CAQAwBQYDK2VwBCIEIHq3RkT9xWmYb7LcN2vGz8sJfU4dAe1oQi6ZyXhCw5tV";
    for key in [&*plain, &LINE_2[2..], &for_urls, ed25519, OPENSSH] {
        for width in [16, 20, 32, 40, 64, 70, 1000] {
            for sign in [" ", "|", ".", "\n"] {
                let wrapped = wrap(key, width, sign);
                let secrets: Vec<&str> = wrapped.split(sign).filter(|line| line.len() > 12).collect();
                for text in [
                    wrapped.clone(),
                    format!("Device credential invalid: {wrapped}"),
                    format!("common name '{wrapped}' Fingerprint 'CA:70'"),
                ] {
                    assert_gone(&text, &secrets);
                }
            }
        }
    }
    let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
    for der in
        [format!("3082{hex}"), format!("302E0201{}", hex.to_uppercase()), format!("3082{}", &hex[..44])]
    {
        assert_gone(&format!("invalid: {der}, sorry"), &[&der[8..40]]);
    }
}

#[test]
fn a_key_in_pairs_of_digits_is_longer_than_a_fingerprint() {
    let pairs = |count: usize, sign: &str| -> String {
        let pairs: Vec<String> = (0..count).map(|number| format!("{:02x}", number * 37 % 256)).collect();
        pairs.join(sign)
    };
    for sign in [":", " ", ": ", ":\n    "] {
        for count in [33, 47, 49, 63, 65, 138, 300] {
            assert_gone(&format!("invalid: {}, sorry", pairs(count, sign)), &[&pairs(count, sign)]);
        }
        let der = format!("30:82:{}", pairs(46, ":"));
        assert_gone(&der, &[&der]);
    }
    let two = format!("fingerprints: {} {}", pairs(16, ":"), pairs(20, ":"));
    assert_eq!(conceal(&two), two);
    // MD5, SHA-1, and all lengths of SHA-2.
    for count in [16, 20, 28, 32, 48, 64] {
        let text = format!("fingerprint: {}, sorry", pairs(count, ":"));
        assert_eq!(conceal(&text), text);
    }
}

#[test]
fn a_certificate_is_public() {
    let first = LINE.replace("MIIEowIBAAKC", "MIIEozCCA4ug");
    for text in [
        format!("-----BEGIN CERTIFICATE-----\n{first}\n{LINE_2}\n-----END CERTIFICATE-----"),
        format!("ICATE-----CERTIFICATE-----{first}"),
    ] {
        assert_eq!(conceal(&text), text);
    }
    let both = format!("-----BEGIN CERTIFICATE-----{LINE_2}-----END CERTIFICATE-----{LINE}");
    assert!(conceal(&both).contains(LINE_2));
    assert_gone(&both, &[LINE]);
}

#[test]
fn passwords_wherever_they_are_marked() {
    for text in [
        "joe:geheim,user=geheim@host.example.com",
        "joe:ab:cd,geheim@pbx.example.com",
        "ftp://user:geheim@192.0.2.1/a.cfg",
        "ftp://al@corp:geheim@192.0.2.1",
        "https://u:p@geheim@host.example/x",
        "tftp://u:p/geheim@host.example",
        "FTPS://:geheim@host",
        "http://u:12geheim@[2001:db8::1]:80/",
        "https://user:geheim@[2001:db8::1]/",
        "from 'https://alice:geheim@[2001:db8::1]/x.cfg'",
        "alice:geheim@[fe80::1%eth0]/x.cfg",
        "alice:geheim@[::ffff:192.0.2.9]",
        r"CORP\alice:geheim@host",
        "alice@corp.example:geheim@host",
        r"https://CORP\alice:geheim@[2001:db8::1]/x",
        r#"{"url":"CORP\\alice:geheim@host"}"#,
        "alice:geheim|geheim@host",
        "alice:ge'geheim,geheim@[2001:db8::1]",
        "Prov|alice:a|geheim:geheim@host.example/x.cfg failed",
        "alice:geheim&x=(geheim)@host and alice:geheim;x{geheim}@host",
        "sip:1234:geheim@sip.example.com",
        "from <sips:1234:geheim@sip.example.com;transport=tls>",
        "Provisioning from ftp://user:geheim",
        r"http:\/\/jane:geheim@pbx\/",
        r#"{"url":"http:\\/\\/jane:geheim@pbx\\/"}"#,
        "http%3A%2F%2Fjane:geheim@pbx",
        "http%3a%2f%2fjane%3ageheim%40pbx%2fx",
        "?url=https%3A%2F%2Fjane%3Ageheim%40pbx.example%3A8443%2Fx&n=1",
        "ftp://jane%3Ageheim@pbx/",
        "ftp://jane:\"geheim\"@pbx/",
        r#"ftp://jane:\"geheim\"@pbx/"#,
        "ftp://jane:ge\"geheim@pbx/",
        "//jane:geheim@pbx/",
        "from=//jane:geheim@pbx/",
        "ftp:/jane:geheim@pbx/",
        "ftp://jane:12345/geheim@pbx",
        "ftp://jane.doe:99999/geheim@pbx",
        "alice:geheim@192.0.2.9",
        "Prov|alice:geheim@ftp.example.com/x.cfg failed",
        "from 'al.ice%40x:geheim@[2001:db8::1]'",
        "login:alice:geheim@pbx.example.com",
        "5551234:geheim@pbx.example.com, 12:30geheim@pbx.example.com",
        "url=alice:ge:heim@geheim@pbx.example.com",
        "alice:ge/geheim@a.example@pbx.example.com",
        "alice:12/geheim@pbx.example.com",
        "Could not load time from PlcmSpIp:geheim@ntp(192.0.2.5).",
        "Device credential invalid: alice:geheim@server2 is wrong",
        "alice:geheim@localhost/a.log and sip:1234:geheim@prov",
        "pw=geheim",
        "?user=a&token=geheim&n=1",
        "access_token=geheim",
        "authToken=geheim",
        "pin=geheim",
        "userPin=\"geheim\"",
        "auth=geheim",
        "credential=geheim, credentials='geheim'",
        "{\"token\": \"geheim\", \"pin\":\"geheim\"}",
        r#"{\"token\":\"geheim\"}"#,
        "password=geheim",
        "Password: geheim",
        "PASSWD = 'x geheim'",
        "pwd:=geheim next",
        "reg.1.auth.password=\"geheim\"",
        "reg.1.auth.password=\"a\\\"geheim\" x",
        "reg.1.auth.password=\"cut geheim",
        "device.auth.localAdminPassword='geheim'",
        "device.prov.password.1=geheim",
        "{\"user\":\"a\",\"password\":\"geheim\",\"n\":1}",
        "{\\\"password\\\": \\\"geheim\\\"}",
        "user=a&passwd=a,geheim&n=1",
        "wpa_psk=geheim",
        "client_secret=geheim",
        "shared secret: geheim",
        "passphrase=“a geheim”",
        "api_key=geheim",
        "pass=geheim",
        "<password>geheim</password>",
        "<ns:userPasswd type=\"x\">a geheim</ns:userPasswd>",
        "Authorization: Basic Z2VoZWltgeheim=",
        "proxy-authorization=Bearer geheim.x",
        "Authorization: Digest username=\"12\", realm=\"x\", response=\"geheim\"",
        "GET / HTTP/1.1\r\nAuthorization: NTLM geheim\r\nHost: x",
    ] {
        assert_gone(text, &["geheim"]);
    }
    assert_eq!(conceal("ftp://user:secret@host/x.cfg failed"), "ftp://user:[redacted]@host/x.cfg failed");
    assert_eq!(
        conceal("reg.1.auth.password=\"a b\" reg.1.x=\"1\""),
        "reg.1.auth.password=\"[redacted]\" reg.1.x=\"1\""
    );
    assert_eq!(conceal("u=a&password=b&n=1"), "u=a&password=[redacted]&n=1");
}

#[test]
fn what_is_no_secret_is_not_touched() {
    let fingerprint = |length: usize| vec!["CA"; length].join(":");
    let part = |label: &str| format!("{label} 2201-12360-001 Rev B, 3111-44500-001");
    for text in [
        "subject:CN=phone.example.com,OU=IT,emailAddress=it@example.com".to_owned(),
        "MD5:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99|joe@pbx".to_owned(),
        "fe80::1,joe@pbx".to_owned(),
        format!("New Certificate Common Name '0004F206075D' Fingerprint '{}'", fingerprint(16)),
        format!("Custom platform device certificate 1 SHA1 fingerprint: {}", fingerprint(20)),
        format!("Polycom device certificate SHA256 fingerprint: {}", fingerprint(32)),
        "SHA-256 ca7079d5fab83e6adfa0f6803d530bfc9f86d081884c7d659a2feaa0c55ad015".to_owned(),
        "SHA-256 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08".to_owned(),
        "Custom platform device key 1 length 2374".to_owned(),
        "hwDescSecurityDeviceCredentialsStoreAscii: Could not store key for custom device key1, length 4677 is bigger than maximum 4096".to_owned(),
        "hwDescSecurityDeviceCredentialsStoreAsciiPlatform2Key1Of8".to_owned(),
        "Device Certificate: Self-signed".to_owned(),
        "Device credential invalid: Cert is not proper in the certificate".to_owned(),
        "private key not found; the private key - and its certificate -- is missing".to_owned(),
        "the password was changed, the secret is safe, PWD expired".to_owned(),
        "Password::check at http://host:8080/path and https://[2001:db8::1]:443/x".to_owned(),
        "ftp://user@host:21/a, sip:1234@sip.example.com:5061;transport=tls".to_owned(),
        "http://pki.polycom.com/pki and http://host.example:8080/mail@example.com".to_owned(),
        "Authorization: failed, basic check".to_owned(),
        "/var/log/provisioning/polycom/SoundPointIP/release5/directory/contacts/phones/floor3/x".to_owned(),
        "Server certificate verification failed, Untrusted Certificate".to_owned(),
        "password=\"\"".to_owned(),
        "pin 3, auth.method: digest, token: lost, spin=3, auth=digest, a pin = 4".to_owned(),
        "http://pbx:8080/x?mail=a@b, https%3A%2F%2Fhost.example%3A8080%2Fx%40y".to_owned(),
        "{\"url\":\"http://pbx:8080\",\"mail\":\"a@example.com\"} // 12:30 a@b".to_owned(),
        "file:/ffs0/a:b and http:/host.example:80/x".to_owned(),
        "sip:5551234@sip.example.com, mailto:jane.roe@example.com Usr:75361@192.0.2.9 to:jane@example.com".to_owned(),
        "jane.roe@example.com at 12:30@192.0.2.9, 12:30:45@host.example 64:16:7f:00:00:01@192.0.2.9".to_owned(),
        "192.0.2.1:5060@192.0.2.9 host.example:8080/jane@example.com a.log:12:jane@example.com".to_owned(),
        "12:30@prov, 12:30:45@prov Usr:75361@prov user:2536@prov a.log:12:jane@prov b@c 1:2 @ 3; x: jane@example.com, alice:@example.com :x@example.com".to_owned(),
        "pbx.example:8080|jane@example.com pbx:8080/x|jane@example.com x:|jane@example.com mail:jane,joe@example.com".to_owned(),
        r"C:\logs\a.log|jane@example.com \\server\logs:12:jane@example.com a:b, jane@example.com a:b|c d@example.com".to_owned(),
        part("label"),
        "CA7079D5FAB83E6ADFA0F6803D530BFC ca7079d5fab83e6adfa0f6803d530bfc9f86d081 CA7079D5FAB83E6ADFA0F6803D530BFC".to_owned(),
        format!("SHA-512 {}", "ca7079d5fab83e6adfa0f6803d530bfc9f86d081884c7d659a2feaa0c55ad015".repeat(2)),
        "550e8400-e29b-41d4-a716-446655440000 550E8400-E29B-41D4-A716-446655440000".to_owned(),
        "hwDescSecurityDeviceCredentialsStoreAscii hwDescSecurityDeviceKey1Of8Credentials SecurityDeviceCredentials2".to_owned(),
        "Custom-0004F206075D-app-now.Custom-0004F206075D-app-now.log.20130531 0004f206075d-app-20130531T131822".to_owned(),
        "in/2013-05-31T13-18-22Z-VVX500-Acme-Site3/0004F206075D-boot-now-20130531T131822Z.log-20130531.gz".to_owned(),
        "sip-phone-12.building-3.campus-west.north-region-example.deployment-cluster-7.example.com".to_owned(),
        "device.sec.TLS.customDeviceCert1.publicCert device.sec.TLS.profileSelection.provisioning1".to_owned(),
        "-".repeat(200),
    ] {
        assert_eq!(conceal(&text), text);
    }
    assert!(matches!(conceal("Polycom device certificate length 802"), Cow::Borrowed(_)));
}

#[test]
fn a_text_cut_at_any_byte_keeps_the_secret() {
    let text = format!(
        "Device credential invalid: ftp://user:Geh31mGeh31m@192.0.2.1/x password=Geh31mGeh31m -----BEGIN RSA PRIVATE KEY-----{LINE}"
    );
    for end in 0..text.len() {
        let concealed = conceal(&text[..end]);
        assert!(!concealed.contains("Geh31m"), "{concealed}");
        assert!(!concealed.contains(&LINE[..10]), "{concealed}");
        assert_eq!(conceal(&concealed), concealed);
    }
}

/// Quadratic run time would take hours here.
#[test]
fn hostile_lengths_take_linear_time() {
    for piece in [
        "a://",
        "//a:1/",
        "//a:1/b@",
        "//a:\"",
        "%2f%2fa%3a",
        "pin=,a=",
        "sip:",
        "sip:[",
        "a:b@c.d",
        "a:@1.",
        "password=,a=",
        "password:",
        "-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
        "PRIVATE KEY",
        "<password",
        "password=\"",
        "CERTIFICATE-----",
        "Authorization: Digest ",
        "aB1",
        "aB1/ ",
        "aB3xaB3xaB3xaB3x ",
        "aB3xaB3xaB3xaB3x|aB3xaB3xaB3xaB3x..",
        "aB3x-aB3x_",
        "3082",
        LINE,
        "-",
        "@",
        "ftp://a:b@",
        "password=\"x\" ",
        "password ",
        "user a password from ",
        "'a://b:c d@",
        "uri 'a:b ",
        "\"k\":\"aB3xaB3xaB3xaB3xaB3xaB3x",
        "PlcmSpIp/a",
        "psk hexdump(len=1): ",
        "a 30:",
        "1,200 ",
        "4ecb9b 4ecb ",
        "%2570",
        "&quot;",
        "\\n",
        "&#10;",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let _ = conceal(&text);
    }
}

const PIECES: &[&str] = &[
    "-----",
    "BEGIN ",
    "END ",
    "RSA ",
    "PRIVATE KEY",
    "CERTIFICATE-----",
    LINE,
    LAST,
    "aB3x",
    "b3BlbnNzaC1rZXktdjEA",
    "p0Hq3RkT9xWmYb7L",
    "-_",
    "|",
    ".",
    "308204A4020100",
    " ",
    "\n",
    "\\n",
    "\"",
    "'",
    "ftp://",
    "sip:",
    "//",
    "%2F",
    "%3A",
    "%40",
    "pin",
    "token",
    "user",
    ":",
    "@",
    "/",
    "[",
    "]",
    "host",
    "host.example",
    "123",
    "password",
    "secret",
    "=",
    "&",
    ",",
    "<",
    ">",
    "</",
    "Authorization: ",
    "Basic ",
    "Digest ",
    "[redacted]",
    "é",
    "”",
    "key",
    "%20",
    "\\",
];

proptest! {
    #[test]
    fn twice_is_once_and_nothing_panics(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24), tail in "\\PC{0,8}") {
        let text = pieces.concat() + &tail;
        let once = conceal(&text).into_owned();
        prop_assert_eq!(conceal(&once), once.as_str());
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        let once = conceal(&text).into_owned();
        prop_assert_eq!(conceal(&once), once.as_str());
    }
}
