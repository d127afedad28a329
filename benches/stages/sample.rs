//! Logs for the benches: lines as phones write them, with invented addresses and names.

/// Messages of other components, nearly all lines of a log; `{}` is replaced by a number.
const NOISE: &[&str] = &[
    "sip  |4|00|Registration failed User: 41{}, Error Code:480 Temporarily not available",
    "sip  |3|00|SipStartTransaction:: REGISTER sip:pool.example.com:50{}",
    "cfg  |3|00|Prm|Parameter lcl.ml.lang requested type {} but is of type 2",
    "copy |3|00|Upload of '0004f2a1b2c3-phone.cfg' succeeded, length 4{}",
    "so   |4|00|[SoNcasC]: SoPstHold on timeout {} ms",
    "pps  |3|00|PPS: Power source PoE, budget 12{} mW, class 3",
    "app1 |3|00|UICallWidget: call {} state Ringing",
    "tls  |4|00|Session cache holds {} entries, none of them older than an hour",
    "hw   |3|00|Flash sector {} written, wear level within bounds",
    "httpd|3|00|Web request GET /home.htm from 192.0.2.7, session 00a1b2{}",
    "utilm|3|00|Free memory 41{} kB, largest block 900 kB, sampled over the last 60 seconds",
    "AuthS|3|00|AuthSvc: token refresh in {} s",
];

/// Known messages, one of each grammar.
pub(crate) const KNOWN: &[&str] = &[
    "hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, length 4677 is bigger than maximum 4096",
    "Could not store cert for custom device cert1, length 9000 is bigger than maximum 8192",
    "Could not decode cert chain, results 0",
    "Device credential invalid: Cert is not proper in the certificate",
    "Saving new Custom platform device certificate 1",
    "New Certificate Common Name '0004F2A1B2C3' Fingerprint 'CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC'",
    "No previous certificate stored",
    "Polycom device certificate length 802",
    "Polycom device certificate MD5 fingerprint: 70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17",
    "Polycom device certificate common name \"0004F2A1B2C3\"",
    "Polycom device key length 636",
    "Custom application device certificate 2 is not available",
    "Server certificate verification failed, Untrusted Certificate",
    "MakeTlsConnection: connection failed error -1",
    "Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0",
    "Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27",
    "---------- Initial log entry ----------",
    "Initial log entry. Current logging level 4",
    "Could not load time from pool.example.com(192.0.2.123).",
    "Skipped uploading of failed log file",
];

/// A boot's first lines, up to the end of its inventory.
const BOOT: &str = "\
000005.871|log  |*|00|---------- Initial log entry ----------
000005.872|so   |*|00|Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0
000005.873|so   |*|00|Platform: Interface eth0 MAC=0004f2a1b2c3
000005.875|so   |*|00|Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27
000005.880|tls  |*|00|Initial log entry. Current logging level 3
000005.930|tls  |3|00|Polycom device certificate length 802
000005.932|tls  |3|00|Polycom device certificate MD5 fingerprint:
70:8B:85:9C:49:4E:28:E2:3C:03:4C:D8:AA:0D:8E:17
000005.932|tls  |3|00|Polycom device certificate common name
\"0004F2A1B2C3\"
000005.934|tls  |3|00|Polycom device key length 636
000005.944|tls  |3|00|Custom platform device certificate 1 is not available
000005.952|tls  |3|00|Custom platform device certificate 2 is not available
";

/// How long a log of the usual size is, in bytes.
pub(crate) const USUAL: usize = 120_000;

/// Irrelevant lines, about `size` bytes, a few seconds between them, from this day of May on.
pub(crate) fn noise(size: usize, day: usize) -> Vec<u8> {
    let mut log = String::with_capacity(size + 200);
    let mut second = day * 86_400;
    while log.len() < size {
        let number = second / 7 % 90 + 10;
        log.push_str(&stamp(second));
        log.push('|');
        log.push_str(&NOISE[second % NOISE.len()].replace("{}", &number.to_string()));
        log.push('\n');
        second += 1 + second % 7;
    }
    log.into_bytes()
}

/// Only known messages, each with its header, about `size` bytes.
pub(crate) fn known(size: usize) -> Vec<u8> {
    let mut log = String::with_capacity(size + 200);
    for (second, text) in KNOWN.iter().cycle().enumerate() {
        if log.len() >= size {
            break;
        }
        log.push_str(&format!("{}|tls  |3|00|{text}\n", stamp(second)));
    }
    log.into_bytes()
}

/// This number of known messages, each of another phone.
pub(crate) fn known_once(count: usize) -> Vec<String> {
    let of_phone = |number: usize| match number % 4 {
        0 => format!("Polycom device certificate common name \"0004F2{number:06X}\""),
        1 => format!("Platform: Interface eth0 MAC=0004f2{number:06x}"),
        2 => format!("Custom platform device certificate 1 MD5 fingerprint: {}", fingerprint(number)),
        _ => format!("New Certificate Common Name '{number}' Fingerprint '{}'", fingerprint(number)),
    };
    (0..count).map(of_phone).collect()
}

fn fingerprint(number: usize) -> String {
    let pairs = number.to_be_bytes().map(|byte| format!("{byte:02X}"));
    [&pairs[..], &pairs[..]].concat().join(":")
}

/// A log of the usual size: a boot with its inventory, then noise with two failures in it.
pub(crate) fn whole(day: usize) -> Vec<u8> {
    let failures = format!(
        "{0}|hw   |4|00|{1}\n{0}|sip  |4|00|{2}\n",
        stamp(day * 86_400 + 80_000),
        KNOWN[0],
        KNOWN[12]
    );
    [BOOT.as_bytes(), &noise(USUAL, day), failures.as_bytes()].concat()
}

/// The same lines as a syslog server stores them, with another prefix, so that the fast path does not apply.
pub(crate) fn behind_syslog(log: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(log.len() * 3 / 2);
    for line in log.split_inclusive(|&byte| byte == b'\n') {
        stored.extend_from_slice(b"<131>May  9 19:06:50 192.0.2.7 ");
        stored.extend_from_slice(line);
    }
    stored
}

/// Bytes that are not a log, always the same ones, with a line feed now and then.
pub(crate) fn garbage(size: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..size).map(|_| next()).collect()
}

/// `MMDDhhmmss`, this number of seconds after the beginning of May.
fn stamp(second: usize) -> String {
    let (day, second) = (second / 86_400, second % 86_400);
    format!("05{:02}{:02}{:02}{:02}", day % 31 + 1, second / 3600, second / 60 % 60, second % 60)
}
