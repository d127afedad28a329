//! Runs each command that the README shows, or names the place where else it is run.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![cfg(unix)]

mod tree;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use phonecert::report::FORMATS;
use tempfile::TempDir;
use tree::FAILING;

const README: &str = include_str!("../README.md");
const CI: &str = include_str!("../.ci/run");
const LIBRARY: &str = include_str!("../src/lib.rs");

/// The commands that are run here, each with its exit status and some words of what it prints.
const RUN: &[(&str, i32, &str)] = &[
    ("phonecert scan testdata/fleet", 1, "✗ failed     0004F2A1B202  VVX 500"),
    ("phonecert scan", 1, "0004F2A1B202"),
    ("phonecert scan ticket.zip", 1, "ticket.zip!/"),
    ("phonecert scan *.log", 1, "0004F2A1B202"),
    ("phonecert scan logs/ --status failed", 1, "64167F0A0B03"),
    ("phonecert explain INS001", 0, "INS001"),
    ("phonecert device 00:04:f2:a1:b2:02 logs/", 1, "0004F2A1B202"),
    ("phonecert device 0004f2a1b202 logs/ --format markdown --redact", 1, "# "),
    ("phonecert events logs/ --device 0004f2a1b202", 0, "0004F2A1B202"),
    ("phonecert config /srv/provisioning --device 0004f2a1b202", 0, "0004F2A1B202"),
    ("phonecert scan /srv/provisioning --device 0004f2a1b202", 1, "no key of 4677 bytes"),
    ("phonecert scan /srv/provisioning --select CFG017,CFG018,CFG031", 0, ""),
    ("phonecert scan /srv/provisioning --no-config", 1, "0004F2A1B202"),
    ("phonecert lookup VVX 500", 0, "VVX 500"),
    ("phonecert lookup 2201-12360-001 --revision C", 0, "SoundPoint IP 321"),
    ("phonecert lookup \"Device Certificate: Self-signed\"", 0, "Self-signed"),
    ("ssh server cat phone-app.log | phonecert scan -", 1, "0004F2A1B202"),
    ("phonecert scan /srv/provisioning --output fleet.json --output fleet.csv --force --quiet", 1, ""),
    ("phonecert scan /srv/provisioning --output report.html --force --quiet", 1, ""),
    ("phonecert scan /srv/provisioning --group-by code", 1, "INS001"),
    ("phonecert scan /srv/provisioning --inventory phones.csv", 1, "LOG005"),
    // The phone whose clock was never set: the age of its lines is not known.
    ("phonecert scan /srv/provisioning --fail-on warning --since 1d", 1, "LOG003"),
    ("phonecert scan /srv/provisioning --baseline yesterday.json --new", 1, "INS001"),
    ("phonecert diff yesterday.json fleet.json", 1, "INS001"),
    (
        "phonecert diff yesterday.json fleet.json | mail -s \"Phones: what changed\" voip@example.com",
        0,
        "INS001",
    ),
    (
        "phonecert diff yesterday.json fleet.json | jq -Rs '{text: .}' | curl --json @- https://chat.example.com/hooks/1",
        0,
        "INS001",
    ),
    ("phonecert scan logs/ --format json", 1, "\"schema_version\""),
    ("phonecert scan logs/ --format jsonl", 1, "\"mac\""),
    ("phonecert events logs/ --format jsonl", 0, "\"kind\""),
    ("phonecert schema", 0, "\"$schema\""),
    ("phonecert schema groups", 0, "\"$schema\""),
    ("phonecert schema events", 0, "\"$schema\""),
    ("phonecert schema diff", 0, "\"$schema\""),
    ("phonecert schema watch", 0, "\"$schema\""),
    ("phonecert list logs/", 0, "\"kind\":\"log\""),
    ("phonecert digest /srv/provisioning -o berlin.pcr.zst", 0, ""),
    ("phonecert scan --records berlin.pcr.zst paris.pcr --output fleet.html", 1, ""),
    ("ssh server phonecert digest /srv/provisioning | phonecert scan --records -", 1, "0004F2A1B202"),
    ("phonecert digest /srv/provisioning --cache fleet.pcr.zst --keep 90d -o fleet.pcr.zst", 0, ""),
    ("phonecert scan --records fleet.pcr.zst --output fleet.json --force", 1, ""),
    ("phonecert explain --format json", 0, "\"INS001\""),
    ("phonecert completions SHELL", 0, "phonecert"),
    ("phonecert man", 0, ".TH phonecert"),
];

/// Makes the logs of the examples.
const SAMPLE_LOGS: &str = "cp -r testdata/fleet logs";

/// Names in the README, and what replaces them in these tests.
const NAMES: &[(&str, &str)] = &[("/srv/provisioning", "srv/provisioning"), ("SHELL", "bash")];

/// The commands that are not run here, with the line of CI that does the same, or the reason why there is none.
const ELSEWHERE: &[(&str, Elsewhere)] = &[
    (
        "cargo run --release -- scan testdata/fleet",
        Elsewhere::Ci("cargo run --locked --release -- scan testdata/fleet"),
    ),
    ("cargo test", Elsewhere::Ci("step cargo test --locked\n")),
    (
        "cargo clippy --all-targets -- -D warnings",
        Elsewhere::Ci("step cargo clippy --locked --all-targets -- -D warnings"),
    ),
    ("INSTA_UPDATE=always cargo test", Elsewhere::Nowhere("changes the snapshots")),
    (
        "PHONECERT_WRITE_RECORDS=1 cargo test --test records golden",
        Elsewhere::Nowhere("changes the golden file"),
    ),
    (".ci/run", Elsewhere::Nowhere("runs these tests")),
    (SAMPLE_LOGS, Elsewhere::Nowhere("sandbox() runs it")),
    ("pip install .", Elsewhere::Ci("pip install --quiet .")),
    ("uvx --from . phonecert --version", Elsewhere::Ci("uvx --from . phonecert --version")),
    (
        ".ci/share target/release/phonecert && .ci/wheel",
        Elsewhere::Nowhere("takes minutes; .ci/run --packages runs it"),
    ),
    ("phonecert scan --device", Elsewhere::Ci("step python3 benches/against.py")),
    (".ci/browser target/release/phonecert", Elsewhere::Ci("step .ci/browser target/installed")),
    (".ci/windows --link", Elsewhere::Nowhere("takes minutes; .ci/run --packages checks the same code")),
    ("cargo deb --no-build", Elsewhere::Nowhere("needs cargo-deb, which takes minutes to compile")),
    ("cargo doc --open", Elsewhere::Ci("cargo doc --locked --no-deps")),
    ("cargo install --path .", Elsewhere::Ci("cargo install --locked --path . --root target/installed")),
    ("cargo bench", Elsewhere::Ci("cargo test --locked --bench stages")),
    ("python3 benches/against.py", Elsewhere::Ci("python3 benches/against.py --scale")),
    ("python3 benches/configured.py", Elsewhere::Nowhere("measures; the machine of CI has other work")),
    ("python3 benches/soak.py", Elsewhere::Ci("python3 benches/soak.py --seconds")),
    (
        "phonecert watch /srv/provisioning",
        Elsewhere::Nowhere("does not end by itself; tests/cli/watch.rs runs it"),
    ),
    (
        "phonecert watch logs/ --device 0004f2a1b202 --format text",
        Elsewhere::Nowhere("does not end by itself; tests/cli/watch.rs runs it"),
    ),
    ("cargo install cargo-fuzz", Elsewhere::Nowhere("takes minutes, and tests nothing of ours")),
    (
        "cargo run --manifest-path fuzz/Cargo.toml --bin seed",
        Elsewhere::Nowhere("is only of use to a fuzzer"),
    ),
    (
        "RUSTC_BOOTSTRAP=1 cargo fuzz run log -- -max_total_time=600",
        Elsewhere::Nowhere("needs cargo-fuzz and ten minutes"),
    ),
];

enum Elsewhere {
    Ci(&'static str),
    Nowhere(&'static str),
}

/// The commands that the README shows: in blocks of a shell's lines, at a prompt, and within its text.
fn commands() -> BTreeSet<String> {
    let mut commands = BTreeSet::new();
    let mut block = None;
    for line in README.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(language), None) => block = Some(language),
            (Some(_), Some(_)) => block = None,
            (None, Some("sh")) => _ = commands.insert(without_comment(line)),
            (None, Some(_)) => commands.extend(line.strip_prefix("$ ").map(without_comment)),
            (None, None) => {
                let spans = line.split('`').skip(1).step_by(2);
                let programs = ["phonecert ", "cargo ", "python3 ", ".ci/"];
                let shown = spans.filter(|span| programs.iter().any(|program| span.starts_with(program)));
                commands.extend(shown.map(str::to_owned));
            }
        }
    }
    commands.remove("");
    commands
}

fn without_comment(line: &str) -> String {
    line.split(" # ").next().unwrap_or(line).trim().to_owned()
}

/// The lines of the first block in this language.
fn block(language: &str) -> Vec<&'static str> {
    let mut lines = README.lines().skip_while(|line| line.strip_prefix("```") != Some(language));
    lines.next();
    lines.take_while(|line| !line.starts_with("```")).collect()
}

/// A directory with the files and programs that the README's commands need.
fn sandbox() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fleet = tree::testdata().join("fleet");
    for name in ["srv/provisioning", "testdata/fleet"] {
        tree::copy_into(&fleet, &folder.path().join(name));
    }
    let copied = Command::new("sh").args(["-c", SAMPLE_LOGS]).current_dir(folder.path()).status().unwrap();
    assert!(copied.success());
    fs::copy(fleet.join(FAILING), folder.path().join("phone-app.log")).unwrap();
    fs::write(folder.path().join("ticket.zip"), tree::zip_of(&fleet)).unwrap();
    let inventory = "mac,model,part_number,revision\n0004F2A1B299,VVX 500,2200-44500-025,A\n";
    fs::write(folder.path().join("phones.csv"), inventory).unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    symlink(env!("CARGO_BIN_EXE_phonecert"), bin.join("phonecert")).unwrap();
    // Runs the command on this machine.
    fs::write(bin.join("ssh"), "#!/bin/sh\nshift\nexec \"$@\"\n").unwrap();
    // Prints the message instead of sending it.
    for name in ["mail", "jq", "curl"] {
        fs::write(bin.join(name), "#!/bin/sh\nexec cat\n").unwrap();
    }
    for name in ["ssh", "mail", "jq", "curl"] {
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let healthy = folder.path().join("logs").join(tree::HEALTHY);
    tree::run(folder.path(), &["scan", healthy.to_str().unwrap(), "--output", "yesterday.json"]);
    tree::run(folder.path(), &["digest", healthy.to_str().unwrap(), "-o", "paris.pcr"]);
    folder
}

#[test]
fn each_command_does_what_it_says() {
    let sandbox = sandbox();
    let path = format!("{}:{}", sandbox.path().join("bin").display(), std::env::var("PATH").unwrap());
    for (command, status, words) in RUN {
        let real = NAMES.iter().fold((*command).to_owned(), |line, (name, real)| line.replace(name, real));
        let output = Command::new("sh")
            .args(["-c", &real])
            .current_dir(sandbox.path())
            .env("PATH", &path)
            .env("TZ", "UTC")
            .output()
            .unwrap();
        let (said, complained) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(*status), "{command}: {complained}");
        assert!(said.contains(words), "{command}: {said}");
        assert_eq!(said.is_empty(), command.contains("--output") || command.contains(" -o "), "{command}");
    }
    for written in ["fleet.json", "fleet.csv"] {
        assert!(fs::read_to_string(sandbox.path().join(written)).unwrap().contains("0004F2A1B202"));
    }
}

#[test]
fn the_recipe_in_python_prints_each_phone() {
    let sandbox = sandbox();
    let path = format!("{}:{}", sandbox.path().join("bin").display(), std::env::var("PATH").unwrap());
    let recipe = block("python").join("\n");
    let mut python = Command::new("python3");
    let output = python.args(["-c", &recipe]).current_dir(sandbox.path()).env("PATH", path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.lines().any(|line| line == "0004F2A1B202 failed INS001"), "{said}");
    let phones = tree::json(sandbox.path(), &["scan", "logs/", "--format", "json"]);
    assert_eq!(Some(said.lines().count()), phones["devices"].as_array().map(Vec::len));
}

/// `cargo test --doc` runs the same lines.
#[test]
fn the_example_in_rust_is_that_of_the_documentation() {
    let example = block("rust");
    assert_eq!(example.len(), 6);
    for line in example {
        assert!(LIBRARY.contains(&format!("//! {line}\n")), "not in src/lib.rs: {line}");
    }
}

#[test]
fn the_formats_are_those_of_scan() {
    for format in FORMATS {
        let endings: Vec<_> = format.endings.iter().map(|ending| format!("`.{ending}`")).collect();
        let row = format!("| `{}` | {} | {} |\n", format.name, endings.join(", "), format.about);
        assert!(README.contains(&row), "{row}");
    }
}

#[test]
fn the_table_is_that_of_the_sample() {
    let sandbox = sandbox();
    let mut phonecert = tree::phonecert(sandbox.path());
    let output = phonecert.args(["scan", "testdata/fleet"]).env("COLUMNS", "100").output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let shown = block("text")[1..].join("\n");
    assert_eq!(shown, table);
}

#[test]
fn each_command_is_run_somewhere() {
    let shown = commands();
    let known: BTreeSet<_> = RUN.iter().map(|row| row.0).chain(ELSEWHERE.iter().map(|row| row.0)).collect();
    let new: Vec<_> = shown.iter().filter(|command| !known.contains(command.as_str())).collect();
    assert!(
        new.is_empty(),
        "the README's commands that nothing runs; put them into the lists above: {new:#?}"
    );
    let gone: Vec<_> = known.iter().filter(|command| !shown.contains(**command)).collect();
    assert!(gone.is_empty(), "these are not in the README any more: {gone:#?}");
    for (command, elsewhere) in ELSEWHERE {
        match elsewhere {
            Elsewhere::Ci(line) => assert!(CI.contains(line), "{command}: not in .ci/run: {line}"),
            Elsewhere::Nowhere(why) => assert!(!why.is_empty(), "{command}"),
        }
    }
}
