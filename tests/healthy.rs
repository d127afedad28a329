//! Logs in which nothing is wrong are read in a faster way than others. For all logs, both ways must give the same
//! answer. A time bound that excludes no line makes the program use the general way.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A boot in which nothing is wrong.
const HEALTHY: &str = "\
000003.104|cfg  |3|00|Parameter lcl.ml.lang requested type 2 but is of type 1
000005.871|log  |*|00|---------- Initial log entry ----------
000005.872|so   |*|00|Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0
000005.873|so   |*|00|Platform: Interface eth0 MAC=MACMACMACMAC
000005.874|so   |*|00|Platform: Updater=5.5.2.11338 18-Sep-17 23:27
000005.875|so   |*|00|Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27
000005.876|so   |*|00|Application, main: P/N=3150-11530-552
000005.880|tls  |*|00|Initial log entry. Current logging level 3
000005.930|tls  |3|00|Polycom device certificate length 802
000005.932|tls  |3|00|Polycom device certificate MD5 fingerprint: A6:66:46:E4:E5:C7:E6:53:D8:FA:1B:2B:99:79:90:01
000005.932|tls  |3|00|Polycom device certificate common name \"MACMACMACMAC\"
000005.934|tls  |3|00|Polycom device key length 636
000005.944|tls  |3|00|Custom platform device certificate 1 is not available
000005.950|tls  |3|00|Custom platform device certificate 2 length 787
000005.951|tls  |3|00|Custom platform device certificate 2 SHA1 fingerprint: CA:70:79:D5:FA:B8:3E:6A:DF:A0:F6:80:3D:53:0B:FC:CA:70:79:D5
000005.952|tls  |3|00|Custom platform device certificate 2 common name \"desk\"
000005.953|tls  |3|00|Custom platform device key 2 length 1218
000009.310|net  |3|00|eth0 link up, 1000 Mbps full duplex
0417042316|pps  |3|00|PPS: Power source PoE, budget 7977 mW, class 3
0417042316|copy |4|00|Upload of '2977-phone.cfg' succeeded, length 51174
0417042725|so   |2|00|idle
0418000001|so   |2|00|idle again
";

const TEXTS: &[&str] = &[
    "---------- Initial log entry ----------",
    "---------- Final log entry ----------",
    "Initial log entry.",
    "Initial log entry. Current logging level 5",
    "Platform: Model=SoundPoint IP 650, Assembly=2345-12600-001 Rev=G",
    "Platform: Interface eth0 MAC=0004f2a1b2c3",
    "Platform: Model=",
    "Application, main: Label=SIP, Version=4.0.8.1234 01-Jan-15 10:00",
    "Application, main: Label=Updater, Version=5.5.2.11338",
    "Application, main: Label=SIP, Version=x",
    "Polycom device certificate is not available",
    "Polycom device certificate common name \"0004F2A1B2C3\"",
    "Polycom device certificate MD5 fingerprint: a6:66:46:e4:e5:c7:e6:53:d8:fa:1b:2b:99:79:90:02",
    "Polycom device certificate length",
    "Custom platform device certificate 2 is not available",
    "Custom platform device certificate 01 length 787",
    "Custom application device key 3 length 2374",
    "Server certificate verification failed, Untrusted Certificate",
    "MakeTlsConnection: SSL_connect error 12",
    "Could not load time from 192.0.2.1(192.0.2.1).",
    "Saving new Custom platform device certificate 1",
    "No previous certificate stored",
    "idle",
    "",
    " ",
    "cites 0417042316|so   |2|00|Polycom device key length 1",
    "lost0417042316|so   |2|00|Polycom device certificate is not available",
    "\u{1b}[31mPolycom device certificate is not available\u{1b}[0m",
    "\u{a0}Polycom device certificate is not available",
];

const STAMPS: &[&str] = &[
    "000002.000",
    "000005.933",
    "000006.000",
    "000099.000",
    "0417042316",
    "0417042317",
    "0417042399",
    "0416000000",
    "0419000000",
    "0229000000",
    "0101000010",
    "0102000010",
    "0100000000",
    "1231235959",
    "1305311318",
    "0431000000",
];

const MASTER: &str = "<a CONFIG_FILES=\"site.cfg, gone.cfg\" log.level.change.tls=\"4\"/>";

/// Profiles that use slots: their findings depend on the log.
const SITE: &str = "<a device.set=\"1\" device.sec.TLS.profileSelection.dot1x=\"TLSProfile2\"
    device.sec.TLS.profile.deviceCert2=\"Platform2\" device.sec.TLS.profile.deviceCert2.set=\"1\"
    device.sec.TLS.customDeviceCert1.privateKey=\"x\" device.sec.TLS.customDeviceCert1.set=\"1\"
    log.render.level=\"4\" sec.TLS.profile.1.deviceCert=\"Application3\"/>";

/// One change of a log.
#[derive(Clone, Debug)]
enum Edit {
    Drop(Index),
    Repeat(Index, usize),
    Move(Index, Index),
    Stamp(Index, &'static str),
    StampFrom(Index, &'static str),
    Text(Index, &'static str),
    Insert(Index, &'static str),
    Header(Index, &'static str),
    MissedFrom(Index, &'static str),
    Raw(Index, &'static str),
    CarriageReturns,
    Cut(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let (index, text, stamp) = (any::<Index>, || select(TEXTS), || select(STAMPS));
    prop_oneof![
        index().prop_map(Edit::Drop),
        (index(), 1..12_usize).prop_map(|(at, times)| Edit::Repeat(at, times)),
        (index(), index()).prop_map(|(from, to)| Edit::Move(from, to)),
        (index(), stamp()).prop_map(|(at, stamp)| Edit::Stamp(at, stamp)),
        (index(), stamp()).prop_map(|(at, stamp)| Edit::StampFrom(at, stamp)),
        (index(), text()).prop_map(|(at, text)| Edit::Text(at, text)),
        (index(), text()).prop_map(|(at, text)| Edit::Insert(at, text)),
        (
            index(),
            select(&["|tls  |3|01|", "|tls|3|00|", "|tls  |4|00|", "|     |3|00|", "|tls  |9|00|"][..])
        )
            .prop_map(|(at, header)| Edit::Header(at, header)),
        (index(), select(&["01", "03", "00"][..])).prop_map(|(at, missed)| Edit::MissedFrom(at, missed)),
        (index(), select(&["", "free words", "available", "\0\0\0", "0004f2a1b2c3|x"][..]))
            .prop_map(|(at, raw)| Edit::Raw(at, raw)),
        Just(Edit::CarriageReturns),
        (0..60_usize).prop_map(Edit::Cut),
    ]
}

/// The suffix of each log of a phone, the newest first.
const ROTATIONS: &[[&str; 3]] = &[
    ["", ".1", ".2"],
    ["", ".1", ".2"],
    ["", ".2", ".10"],
    ["", ".0", ".1"],
    [".1", ".2", ".3"],
    ["", ".1.log", ".2.log"],
    ["", "-20130418", "-20130318"],
    ["", ".txt", ".1"],
    ["", "-now", " (1)"],
];

/// The month and the first day of each log's dates, the newest first.
const DAYS: &[[(u32, u32); 3]] = &[
    [(4, 17), (3, 17), (2, 17)],
    [(4, 17), (4, 15), (4, 13)],
    [(4, 17), (4, 16), (4, 15)],
    [(4, 17), (4, 17), (4, 17)],
    [(4, 17), (5, 20), (12, 30)],
    [(4, 17), (1, 1), (12, 30)],
];

/// A phone's logs.
#[derive(Clone, Debug)]
struct Logs {
    /// The changes of each log, the newest first.
    edits: Vec<Vec<Edit>>,
    rotation: [&'static str; 3],
    days: [(u32, u32); 3],
    /// How many years ago each file was last changed.
    years_ago: [u64; 3],
}

fn logs() -> impl Strategy<Value = Logs> {
    let years_ago = select(&[[0, 0, 0], [0, 0, 0], [0, 1, 2], [0, 1, 0], [1, 0, 0]][..]);
    let edits = vec(prop_oneof![2 => Just(Vec::new()), 1 => vec(edit(), 1..4)], 1..4);
    (edits, select(ROTATIONS), select(DAYS), years_ago).prop_map(|(edits, rotation, days, years_ago)| Logs {
        edits,
        rotation,
        days,
        years_ago,
    })
}

impl Logs {
    fn write(&self, folder: &Path, mac: &str) {
        for (index, edits) in self.edits.iter().enumerate() {
            let name = format!("{}-app.log{}", mac.to_lowercase(), self.rotation[index]);
            let path = folder.join(name);
            fs::write(&path, log(mac, self.days[index], edits)).unwrap();
            if self.years_ago[index] > 0 {
                let modified = SystemTime::now() - Duration::from_secs(self.years_ago[index] * 365 * 86_400);
                fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
            }
        }
    }
}

fn log(mac: &str, (month, day): (u32, u32), edits: &[Edit]) -> String {
    let text = HEALTHY.replace("MACMACMACMAC", mac);
    let [first, second] = [day, day + 1].map(|day| format!("\n{month:02}{day:02}"));
    let text = text.replace("\n0417", &first).replace("\n0418", &second);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (mut end, mut cut) = ("\n", 0);
    let header = |line: &str| line.get(..22).unwrap_or_default().to_owned();
    for edit in edits {
        let length = lines.len();
        match *edit {
            Edit::Drop(at) => _ = lines.remove(at.index(length)),
            Edit::Repeat(at, times) => {
                let at = at.index(length);
                let line = lines[at].clone();
                lines.splice(at..at, std::iter::repeat_n(line, times));
            }
            Edit::Move(from, to) => {
                let line = lines.remove(from.index(length));
                lines.insert(to.index(length), line);
            }
            Edit::Stamp(at, stamp) => {
                let line = &mut lines[at.index(length)];
                *line = format!("{stamp}{}", line.get(10..).unwrap_or_default());
            }
            Edit::StampFrom(at, stamp) => {
                for line in lines.iter_mut().skip(at.index(length)) {
                    *line = format!("{stamp}{}", line.get(10..).unwrap_or_default());
                }
            }
            Edit::Text(at, text) => {
                let line = &mut lines[at.index(length)];
                *line = header(line) + text;
            }
            Edit::Insert(at, text) => {
                let at = at.index(length);
                let line = header(&lines[at]) + text;
                lines.insert(at, line);
            }
            Edit::Header(at, header) => {
                let line = &mut lines[at.index(length)];
                let (stamp, text) = (line.get(..10).unwrap_or_default(), line.get(22..).unwrap_or_default());
                *line = format!("{stamp}{header}{text}");
            }
            Edit::MissedFrom(at, missed) => {
                for line in lines.iter_mut().skip(at.index(length)).filter(|line| line.is_char_boundary(19)) {
                    *line = format!("{}{missed}{}", &line[..19], line.get(21..).unwrap_or_default());
                }
            }
            Edit::Raw(at, raw) => lines.insert(at.index(length), raw.to_owned()),
            Edit::CarriageReturns => end = "\r\n",
            Edit::Cut(bytes) => cut = bytes,
        }
    }
    let mut log: String = lines.iter().map(|line| format!("{line}{end}")).collect();
    while cut > 0 && log.pop().is_some() {
        cut -= 1;
    }
    log
}

fn scan(folder: &Path, arguments: &[&str]) -> String {
    let mut command = tree::phonecert(folder);
    command.args(["scan", ".", "--format", "json"]).args(arguments).env("SOURCE_DATE_EPOCH", "1450000000");
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn all_logs_are_told_as_the_general_way_tells_them(fleet in vec(logs(), 200), configured: bool) {
        let folder = tempfile::tempdir().unwrap();
        if configured {
            fs::write(folder.path().join("000000000000.cfg"), MASTER).unwrap();
            fs::write(folder.path().join("site.cfg"), SITE).unwrap();
        }
        for (number, logs) in fleet.iter().enumerate() {
            logs.write(folder.path(), &format!("0004F2{number:06X}"));
        }
        let [quick, general] = [&[][..], &["--since", "1970-01-01"]].map(|arguments| scan(folder.path(), arguments));
        prop_assert_eq!(quick.lines().count(), general.lines().count());
        // The option that makes the program read in the general way is recorded in `selection`.
        let lines = quick.lines().zip(general.lines());
        for (quick, general) in lines.filter(|(quick, _)| !quick.starts_with("  \"selection\"")) {
            prop_assert_eq!(quick, general);
        }
    }
}
