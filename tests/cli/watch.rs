//! `phonecert watch`: logs that are extended, cut, rotated and deleted while it runs, and the terminal.

mod links;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tree::{self, FAILING, HEALTHY};

/// The longest time that a change may take to be noticed on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

const REFUSAL: &str = "0301090000|hw   |4|00|hwDescSecurityDeviceCredentialsStore: Could not store key for \
                       custom device key1, length 4677 is bigger than maximum 4096\n";

/// A running `watch`, and its output so far.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    complaints: Receiver<String>,
}

fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// A test run that `nohup` or `&` started ignores signals, and what it starts inherits that; what it catches, here
/// to be ended by it as usual, is not inherited.
fn let_children_heed_signals() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    for signal in [SIGINT, SIGTERM] {
        let always = std::sync::Arc::new(true.into());
        signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, always).unwrap();
    }
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(let_children_heed_signals);
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("phonecert"));
    command.current_dir(folder).env("TZ", "UTC").env_remove("NO_COLOR").arg("watch").args(arguments);
    command
}

impl Watching {
    /// Starts it and waits until the first scan is done.
    fn of(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = program(folder, arguments);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        let complaints = lines_of(child.stderr.take().unwrap());
        let watching = Self { child, lines, complaints };
        watching.complains("watching ");
        watching
    }

    fn next(&self) -> String {
        self.lines.recv_timeout(LIMIT).unwrap()
    }

    /// The next line must be this change, at any time.
    fn says(&self, change: &str) {
        let line = self.next();
        let (time, rest) = line.split_once(' ').unwrap();
        assert_eq!(rest, change);
        assert_eq!(
            chrono::NaiveDateTime::parse_from_str(time, "%Y-%m-%dT%H:%M:%S").map(|_| time.len()),
            Ok(19)
        );
    }

    fn complains(&self, text: &str) -> String {
        loop {
            let line = self.complaints.recv_timeout(LIMIT).unwrap();
            if line.contains(text) {
                return line;
            }
        }
    }

    fn signal(&mut self, signal: &str) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_change_is_a_line() {
    for more in [&[][..], &["--poll", "1"]] {
        let fleet = tree::fleet();
        let mut watching = Watching::of(fleet.path(), more);
        let healthy = fleet.path().join(HEALTHY);
        let before = fs::read(&healthy).unwrap();
        append(&healthy, REFUSAL);
        watching.says("0004F2A1B201 ok -> failed INS001@platform-1");
        fs::write(&healthy, &before).unwrap();
        watching.says("0004F2A1B201 failed -> ok, no longer found INS001@platform-1");
        fs::remove_file(&healthy).unwrap();
        watching.says("0004F2A1B201 ok -> gone");
        // Written under another name and then renamed, as some servers do.
        fs::write(fleet.path().join("upload.tmp"), &before).unwrap();
        fs::rename(fleet.path().join("upload.tmp"), &healthy).unwrap();
        watching.says("0004F2A1B201 new -> ok");
        assert_eq!(watching.signal("-INT").code(), Some(0));
    }
}

/// Its own file has lines of two phones that can't be told apart, and an archive has its whole log.
#[test]
fn a_log_of_two_phones_beside_a_whole_one_leaves_its_phone_unknown() {
    let fleet = tree::fleet();
    let log = fleet.path().join(HEALTHY);
    let whole = fs::read(&log).unwrap();
    fs::write(fleet.path().join("logs.zip"), tree::pack::zip(&[(HEALTHY, &whole)])).unwrap();
    let watching = Watching::of(fleet.path(), &["--device", "0004f2a1b201"]);
    let other = fs::read(fleet.path().join(FAILING)).unwrap();
    fs::write(&log, [&*whole, &other, &whole].concat()).unwrap();
    watching.says("0004F2A1B201 ok -> unknown LOG001");
    fs::write(&log, &whole).unwrap();
    watching.says("0004F2A1B201 unknown -> ok, mended LOG001");
}

/// A rotated log still counts: nothing changed for the phone until its next log says something new.
#[test]
fn rotation_changes_nothing() {
    let fleet = tree::fleet();
    let watching = Watching::of(fleet.path(), &["--device", "0004f2a1b201"]);
    let log = fleet.path().join(HEALTHY);
    fs::rename(&log, fleet.path().join(format!("{HEALTHY}.1"))).unwrap();
    fs::write(&log, REFUSAL).unwrap();
    watching.says("0004F2A1B201 ok -> failed INS001@platform-1");
}

#[test]
fn a_half_line_counts_when_it_is_whole() {
    let fleet = tree::fleet();
    let watching = Watching::of(fleet.path(), &["--select", "INS001"]);
    let log = fleet.path().join(HEALTHY);
    let (half, rest) = REFUSAL.split_at(60);
    append(&log, half);
    append(&fleet.path().join("0004f2a1b2ff-app.log"), "000000.001|log  |*|00|Initial log entry\n");
    // The change of the other phone shows that the incomplete line was read.
    watching.says("0004F2A1B2FF new -> unknown");
    append(&log, rest);
    watching.says("0004F2A1B201 ok -> failed INS001@platform-1");
}

#[test]
fn what_only_the_fleet_tells_stays_right() {
    let fleet = tree::fleet();
    let watching = Watching::of(fleet.path(), &["--select", "FLT001"]);
    let twin = fleet.path().join("0004f2a1b2ff-app.log");
    let text = fs::read_to_string(fleet.path().join(HEALTHY)).unwrap();
    fs::write(&twin, text.replace("0004f2a1b201", "0004f2a1b2ff")).unwrap();
    watching.says("0004F2A1B201 ok -> failed FLT001@built-in");
    watching.says("0004F2A1B2FF new -> failed FLT001@built-in");
    fs::remove_file(&twin).unwrap();
    watching.says("0004F2A1B201 failed -> ok, no longer found FLT001@built-in");
    watching.says("0004F2A1B2FF failed -> gone");
}

/// Configuration files name other configuration files: a changed list changes what phones read.
#[test]
fn a_changed_configuration_judges_its_phones_anew() {
    let fleet = tree::fleet();
    let write = |name: &str, text: &str| fs::write(fleet.path().join(name), text).unwrap();
    let reads = |names: &str| format!(r#"<APPLICATION CONFIG_FILES="{names}"/>"#);
    write("shared.cfg", "<site/>");
    write("0004f2a1b201.cfg", &reads("shared.cfg"));
    write("482567010214.cfg", &reads("shared.cfg, later.cfg"));
    let phones = ["0004f2a1b201", "482567010214", "0004f2a1b2cc"].map(|mac| ["--device", mac]).concat();
    let watching =
        Watching::of(fleet.path(), &[&["--select", "CFG001,CFG002,CFG003,CFG040"], &phones[..]].concat());
    // A file that two phones read, and one that comes later.
    write("shared.cfg", "<site");
    watching.says("0004F2A1B201 ok -> failed CFG001");
    watching.says("482567010214 ok -> failed CFG001");
    write("shared.cfg", "<site />");
    watching.says("0004F2A1B201 failed -> ok, mended CFG001");
    watching.says("482567010214 failed -> ok, mended CFG001");
    write("later.cfg", "<site/>");
    watching.says("482567010214 ok -> ok, mended CFG002");
    // One phone's own files.
    write("0004f2a1b201.cfg", &reads("missing.cfg"));
    watching.says("0004F2A1B201 ok -> ok CFG002");
    write("0004f2a1b201-private.key", "");
    watching.says("0004F2A1B201 ok -> attention CFG040");
    fs::remove_file(fleet.path().join("0004f2a1b201-private.key")).unwrap();
    watching.says("0004F2A1B201 attention -> ok, mended CFG040");
    // An archive with a log and a configuration file.
    let of_archive = |text: &str| {
        let log = fs::read_to_string(fleet.path().join(HEALTHY)).unwrap().replace("2a1b201", "2a1b2cc");
        let tar = tree::tar(&[("0004f2a1b2cc-app.log", log.as_str()), ("0004f2a1b2cc.cfg", text)]);
        fs::write(fleet.path().join("ticket.tar"), tar).unwrap();
    };
    of_archive("<APPLICATION/>");
    watching.says("0004F2A1B2CC new -> ok");
    of_archive("<APPLICATION");
    watching.says("0004F2A1B2CC ok -> failed CFG001");
}

/// A phone that leaves the wanted status is not gone, and one that takes it on is not new.
#[test]
fn a_phone_leaves_the_wanted_status() {
    let fleet = tree::fleet();
    let write = |name: &str, text: &str| fs::write(fleet.path().join(name), text).unwrap();
    write("0004f2a1b201.cfg", "<site/>");
    // This phone has no log.
    write("0004f2a1b2dd.cfg", "<site");
    let phones = ["0004f2a1b201", "0004f2a1b2dd"].map(|mac| ["--device", mac]).concat();
    let wanted = ["--select", "CFG001,CFG040", "--status", "failed"];
    let watching = Watching::of(fleet.path(), &[&wanted, &phones[..]].concat());
    write("0004f2a1b201.cfg", "<site");
    watching.says("0004F2A1B201 ok -> failed CFG001");
    write("0004f2a1b201.cfg", "<site/>");
    watching.says("0004F2A1B201 failed -> ok, mended CFG001");
    // Neither status is wanted.
    write("0004f2a1b201-private.key", "");
    write("0004f2a1b2dd.cfg", "<site />");
    watching.says("0004F2A1B2DD failed -> not listed, no longer found CFG001");
    write("0004f2a1b2dd.cfg", "<site");
    watching.says("0004F2A1B2DD not listed -> failed CFG001");
    fs::remove_file(fleet.path().join("0004f2a1b2dd.cfg")).unwrap();
    watching.says("0004F2A1B2DD failed -> gone");
}

#[test]
fn configuration_is_left_unread() {
    let fleet = tree::fleet();
    let watching = Watching::of(fleet.path(), &["--no-config", "--device", "0004f2a1b201"]);
    fs::write(fleet.path().join("0004f2a1b201.cfg"), "<").unwrap();
    append(&fleet.path().join(HEALTHY), REFUSAL);
    watching.says("0004F2A1B201 ok -> failed INS001@platform-1");
}

/// Archives, logs of several phones, linked and deleted directories.
#[test]
fn whatever_holds_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    let failing = fs::read_to_string(tree::testdata().join("fleet").join(FAILING)).unwrap();
    let watching = Watching::of(folder.path(), &["logs", "--select", "INS001"]);

    fs::write(logs.join("ticket.tar"), tree::tar(&[(FAILING, &failing)])).unwrap();
    watching.says("0004F2A1B202 new -> failed INS001@platform-1");
    fs::remove_file(logs.join("ticket.tar")).unwrap();
    watching.says("0004F2A1B202 failed -> gone");

    // A log of another phone's name, with lines of two phones.
    let of = |mac: &str| failing.lines().map(|line| format!("{mac} {line}\n")).collect::<String>();
    let mixed = logs.join("0004f2a1b2aa-app.log");
    fs::write(&mixed, of("0004f2a1b2aa") + &of("0004f2a1b2bb")).unwrap();
    watching.says("0004F2A1B2AA new -> failed INS001@platform-1");
    watching.says("0004F2A1B2BB new -> failed INS001@platform-1");
    fs::write(&mixed, of("0004f2a1b2aa")).unwrap();
    watching.says("0004F2A1B2BB failed -> gone");
    fs::remove_file(&mixed).unwrap();
    watching.says("0004F2A1B2AA failed -> gone");

    // A link to a directory elsewhere, and links in a circle.
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join(FAILING), &failing).unwrap();
    symlink("../logs", elsewhere.join("back")).unwrap();
    symlink("../elsewhere", logs.join("linked")).unwrap();
    watching.says("0004F2A1B202 new -> failed INS001@platform-1");
    fs::remove_file(logs.join("linked")).unwrap();
    watching.says("0004F2A1B202 failed -> gone");

    // The watched directory itself is deleted and made again.
    fs::remove_dir_all(&logs).unwrap();
    watching.complains("not-found");
    fs::create_dir_all(logs.join("site")).unwrap();
    fs::write(logs.join("site").join(FAILING), &failing).unwrap();
    watching.says("0004F2A1B202 new -> failed INS001@platform-1");
    fs::remove_file(logs.join("site").join(FAILING)).unwrap();
    watching.says("0004F2A1B202 failed -> gone");
}

#[test]
fn a_log_that_may_not_be_read_any_more() {
    let fleet = tree::fleet();
    let watching = Watching::of(fleet.path(), &[]);
    let path = fleet.path().join(HEALTHY);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        return; // The superuser may read everything.
    }
    watching.says("0004F2A1B201 ok -> unknown LOG001");
    watching.complains("permission-denied");
}

#[test]
fn pseudonyms_and_objects() {
    let fleet = tree::fleet();
    let watching = Watching::of(fleet.path(), &["--format", "jsonl", "--redact", "--select", "INS"]);
    let validator = jsonschema::validator_for(&tree::json(fleet.path(), &["schema", "watch"])).unwrap();
    append(&fleet.path().join(HEALTHY), REFUSAL);
    let change: Value = serde_json::from_str(&watching.next()).unwrap();
    assert!(validator.is_valid(&change), "{change}");
    assert_eq!(change["mac"], "020000000001");
    assert_eq!((&change["before"], &change["after"]), (&"ok".into(), &"failed".into()));
    assert_eq!(change["came"][0]["name"], "key-too-large");
    assert_eq!(change["came"][0]["slot"], "platform-1");
    // A phone before all others in order takes no pseudonym from them.
    fs::copy(fleet.path().join(FAILING), fleet.path().join("0004f2000001-app.log")).unwrap();
    let change: Value = serde_json::from_str(&watching.next()).unwrap();
    assert!(change["mac"].as_str().unwrap() > "020000000001" && change["before"].is_null(), "{change}");
    append(&fleet.path().join(HEALTHY), &REFUSAL.replace("key1", "key2"));
    let change: Value = serde_json::from_str(&watching.next()).unwrap();
    assert_eq!((&change["mac"], &change["came"][0]["slot"]), (&"020000000001".into(), &"platform-2".into()));
}

#[test]
fn what_cannot_be_watched() {
    let fleet = tree::fleet();
    for (arguments, why) in [
        (&["watch", "-"][..], "can be read only once, so it can't be watched"),
        (&["watch", "/dev/null"], "can be read only once, so it can't be watched"),
        (&["watch", "--format", "table"], "--format table needs a terminal"),
    ] {
        assert_eq!(tree::status(fleet.path(), arguments), 2);
        assert!(tree::complained(fleet.path(), arguments).contains(why), "{arguments:?}");
    }
}

#[test]
fn another_signal_is_told_by_the_exit_status() {
    let fleet = tree::fleet();
    assert_eq!(Watching::of(fleet.path(), &[]).signal("-TERM").code(), Some(143));
}

/// What a change stream and a scan have in common: status and active diagnoses.
type Fleet = BTreeMap<String, (String, Vec<String>)>;

fn scanned(folder: &Path) -> Fleet {
    let answer = tree::json(folder, &["scan", "--format", "json"]);
    let devices = answer["devices"].as_array().unwrap().iter().map(|device| {
        let active =
            device["diagnoses"].as_array().unwrap().iter().filter(|found| found["state"] == "active");
        let mut codes: Vec<String> =
            active.map(|found| format!("{} {}", found["code"], found["slot"])).collect();
        codes.sort();
        (device["mac"].as_str().unwrap().to_owned(), (device["status"].to_string(), codes))
    });
    devices.collect()
}

fn apply(fleet: &mut Fleet, change: &str) {
    let change: Value = serde_json::from_str(change).unwrap();
    let mac = change["mac"].as_str().unwrap().to_owned();
    let (before, mut codes) = fleet.remove(&mac).unwrap_or_else(|| ("null".to_owned(), Vec::new()));
    assert_eq!(change["before"].to_string(), before, "{change}");
    let told = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|found| format!("{} {}", found["code"], found["slot"])).collect()
    };
    let went = told(&change["went"]);
    assert!(went.iter().all(|code| codes.contains(code)), "{change}");
    codes.retain(|code| !went.contains(code));
    codes.extend(told(&change["came"]));
    codes.sort();
    if !change["after"].is_null() {
        fleet.insert(mac, (change["after"].to_string(), codes));
    }
}

/// `site.cfg` is read by most phones.
const CONFIGS: [&str; 3] = ["<", "<site/>", r#"<APPLICATION CONFIG_FILES="site.cfg, missing.cfg"/>"#];

/// Numbers that look random, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Does something to a log or a configuration file.
fn disturb(folder: &Path, random: &mut Random, originals: &[Vec<u8>]) {
    let name = format!("0004f2a1b3{:02x}-app.log", random.below(12));
    let site = folder.join(["", "a", "a/b"][random.below(3)]);
    let (path, text) = (site.join(&name), &originals[random.below(originals.len())]);
    // A path that does not exist, or is a directory now, stays as it is.
    let _ = fs::create_dir_all(&site);
    match random.below(11) {
        0..=2 => append(&path, &String::from_utf8_lossy(&text[..random.below(text.len())])),
        3 => append(&path, REFUSAL),
        4 => {
            let to = random.below(text.len()) as u64;
            let _ = OpenOptions::new().write(true).open(&path).map(|file| file.set_len(to));
        }
        5 => _ = fs::rename(&path, site.join(format!("{name}.1"))),
        6 => _ = fs::remove_file(&path),
        7 => fs::write(&path, text).unwrap(),
        8 => fs::write(site.join(format!("{}.cfg", &name[..12])), CONFIGS[random.below(3)]).unwrap(),
        9 => fs::write(folder.join("site.cfg"), CONFIGS[random.below(3)]).unwrap(),
        _ if random.below(8) == 0 => _ = fs::remove_dir_all(folder.join("a")),
        _ => _ = fs::rename(&path, folder.join(&name)),
    }
}

/// Threads change files for this time; then the changes that were written must lead from the first scan to the last.
fn soak(time: Duration, arguments: &[&str]) {
    let fleet = tree::fleet();
    let folder = fleet.path();
    let logs = tree::files_below(&tree::testdata().join("fleet"));
    let originals: Vec<Vec<u8>> = logs
        .iter()
        .filter(|path| path.to_string_lossy().ends_with("-app.log"))
        .map(|path| fs::read(path).unwrap())
        .collect();
    let mut state = scanned(folder);
    let mut watching = Watching::of(folder, &[&["--format", "jsonl"], arguments].concat());
    let began = Instant::now();
    let mut random = Random(7);
    let mut changes = 0;
    while began.elapsed() < time {
        for _ in 0..random.below(20) {
            disturb(folder, &mut random, &originals);
            std::thread::sleep(Duration::from_millis(random.below(30) as u64));
        }
        for line in watching.lines.try_iter() {
            apply(&mut state, &line);
            changes += 1;
        }
    }
    let last = scanned(folder);
    let end = Instant::now() + LIMIT;
    while state != last {
        let left = end.saturating_duration_since(Instant::now());
        match watching.lines.recv_timeout(left) {
            Ok(line) => apply(&mut state, &line),
            Err(_) => assert_eq!(state, last),
        }
    }
    assert_eq!(watching.signal("-INT").code(), Some(0));
    assert!(changes > 0);
}

#[test]
fn changes_lead_from_the_first_scan_to_the_last() {
    soak(Duration::from_secs(4), &[]);
    soak(Duration::from_secs(3), &["--poll", "1"]);
}

/// `PHONECERT_SOAK_SECONDS=180 cargo test --test cli watch -- --ignored`
#[test]
#[ignore = "takes minutes"]
fn the_same_for_minutes() {
    let seconds =
        std::env::var("PHONECERT_SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(180);
    soak(Duration::from_secs(seconds), &[]);
}

/// A pseudo-terminal: its two ends.
fn terminal() -> (fs::File, fs::File) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let path = Path::new(name.to_str().unwrap());
    let slave = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let size = rustix::termios::Winsize { ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&master, size).unwrap();
    (fs::File::from(master), slave)
}

#[test]
fn the_terminal_is_restored() {
    for (end, status) in [("q", 0), ("\u{3}", 0), ("-TERM", 143)] {
        let fleet = tree::fleet();
        let (master, slave) = terminal();
        let before = format!("{:?}", rustix::termios::tcgetattr(&slave).unwrap());
        let stdio = || Stdio::from(slave.try_clone().unwrap());
        let mut command = program(fleet.path(), &[]);
        command.env("TERM", "xterm-256color").stdin(stdio()).stdout(stdio()).stderr(stdio());
        let mut child = command.spawn().unwrap();
        let (sender, shown) = mpsc::channel();
        let mut reader = master.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(String::from_utf8_lossy(&buffer[..read]).into_owned()).is_err() {
                    return;
                }
            }
        });
        let mut seen = String::new();
        let mut wait_for = |text: &str| {
            while !seen.contains(text) {
                seen.push_str(
                    &shown.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("no {text:?} in {seen:?}")),
                );
            }
            seen.clone()
        };
        let drawn = wait_for("q ends");
        assert!(drawn.contains("\u{1b}[?1049h") && drawn.contains("0004F2A1B202"), "{drawn}");
        append(&fleet.path().join(HEALTHY), REFUSAL);
        wait_for("0004F2A1B201 ok -> failed INS001@platform-1");
        assert_ne!(format!("{:?}", rustix::termios::tcgetattr(&slave).unwrap()), before);
        if end.starts_with('-') {
            assert!(Command::new("kill").args([end, &child.id().to_string()]).status().unwrap().success());
        } else {
            (&master).write_all(end.as_bytes()).unwrap();
        }
        assert_eq!(child.wait().unwrap().code(), Some(status), "{end:?}");
        let all = wait_for("\u{1b}[?1049l");
        assert!(all.contains("\u{1b}[?25h"), "the cursor is shown again");
        assert_eq!(format!("{:?}", rustix::termios::tcgetattr(&slave).unwrap()), before, "{end:?}");
    }
}
