use super::*;
use phonecert::report::Verbosity;

fn parsed(line: &str) -> Result<Cli, clap::Error> {
    Cli::of(std::iter::once("phonecert").chain(line.split_whitespace()).map(OsString::from))
}

fn refused(line: &str) -> String {
    let error = parsed(line).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{line}");
    error.to_string()
}

fn scan(line: &str) -> ScanArgs {
    match parsed(&format!("scan {line}")).unwrap().command {
        Command::Scan(args) => *args,
        other => panic!("{other:?}"),
    }
}

#[test]
fn definitions_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_option_of_scan() {
    let args = scan(
        "a b --format json --output x.csv -o y.md --force --files-from - --device 00:04:f2:06:07:5d \
         --device 0004F2-A1B2C3 --status failed,unknown --status ok --select INS --ignore ins004,TLS \
         --since 7d --until 2013-05-31 --year 2013 --threads 2 --color never --no-progress -v --fail-on never \
         --inventory i.csv --group-by fingerprint --all --redact",
    );
    assert_eq!(args.read.paths.paths(), [Path::new("a"), Path::new("b")]);
    assert_eq!(args.write.format.unwrap().name, "json");
    assert_eq!(
        args.write.output.iter().map(|output| output.format.name).collect::<Vec<_>>(),
        ["csv", "markdown"]
    );
    assert_eq!(args.phones.device.len(), 2);
    assert_eq!(args.phones.status, [Status::Failed, Status::Unknown, Status::Ok]);
    assert_eq!(
        (args.codes.select, args.codes.ignore),
        (vec!["INS".to_owned()], vec!["INS004".to_owned(), "TLS".to_owned()])
    );
    assert_eq!(args.run.verbosity(), Verbosity::Verbose);
    assert_eq!(args.fail_on, FailOn::Never);
    assert_eq!(args.group_by, Some(GroupBy::Fingerprint));
    assert!(args.write.force && args.all && args.run.redact && args.run.no_progress);
}

#[test]
fn only_commands_that_mark_old_phones_have_the_option_for_it() {
    for command in ["scan", "watch", "device 0004f206075d"] {
        assert!(parsed(&format!("{command} --stale 7d")).is_ok(), "{command}");
    }
    for command in ["events", "config", "list", "digest -o x.pcr"] {
        assert!(refused(&format!("{command} --stale 7d")).contains("--stale"), "{command}");
    }
}

#[test]
fn defaults() {
    let args = scan("");
    assert_eq!(args.read.paths.paths(), [Path::new(".")]);
    assert!(args.write.format.is_none() && args.fail_on == FailOn::Error);
    assert_eq!(args.run.verbosity(), Verbosity::Normal);
    assert!(scan("--files-from list").read.paths.paths().is_empty());
    assert_eq!(scan("-").read.paths.paths(), [Path::new("-")]);
}

#[test]
fn records_in_the_place_of_logs() {
    let args = scan("--records a.pcr b.pcr.zst --format json");
    assert_eq!(args.records, [Path::new("a.pcr"), Path::new("b.pcr.zst")]);
    assert_eq!(scan("--records -").records, [Path::new("-")]);
    for line in [
        "scan logs --records a.pcr",
        "scan --records a.pcr --files-from list",
        "scan --records a --no-archives",
    ] {
        assert!(refused(line).contains("cannot be used with"), "{line}");
    }
    assert!(refused("scan --records - --inventory -").contains("only once"));
    assert!(refused("events --records a.pcr").contains("unexpected argument"));
    assert!(refused("digest --keep 90d").contains("--cache"));
    assert!(refused("digest --since 2016-02-02 --until 2016-02-01").contains("is after"));
    let Command::Digest(args) = parsed("digest a b --cache c.pcr --keep 90d -o c.pcr").unwrap().command
    else {
        panic!()
    };
    assert_eq!(args.paths.paths(), [Path::new("a"), Path::new("b")]);
    assert_eq!(args.keep.unwrap(), chrono::TimeDelta::days(90));
}

#[test]
fn other_commands() {
    for line in [
        "events --format jsonl --device 0004f206075d -o e.csv --since 12h logs",
        "device 0004.f206.075d logs --format markdown -q --redact",
        "explain",
        "explain INS001 --format json",
        "lookup VVX 500 --format json",
        "lookup 2201-12360-001 --revision B",
        "schema",
        "schema diff",
        "diff a.json b.json --format markdown -o d.md --force -v",
        "diff a.json -",
        "explain INS001 -o x.md",
        "scan --baseline old.json --new",
        "completions zsh",
        "man",
    ] {
        assert!(parsed(line).is_ok(), "{line}");
    }
    let Command::Lookup(lookup) = parsed("lookup VVX 500").unwrap().command else { panic!() };
    assert_eq!(lookup.words.join(" "), "VVX 500");
}

#[test]
fn wrong_usage_is_told_why() {
    for (line, told) in [
        ("", "Usage"),
        ("scna", "scan"),
        ("scan --fromat json", "--format"),
        ("scan --format pdf", "markdown"),
        ("scan --output report.pdf", "known extensions: .txt"),
        ("scan --force", "--output"),
        ("scan -o a.json -o a.json", "twice"),
        ("scan -o a.json -o ./a.json", "twice"),
        ("scan - -", "only once"),
        ("scan - --files-from -", "only once"),
        ("scan - --baseline -", "only once"),
        ("diff - -", "only once"),
        ("diff a.json", "NEW"),
        ("diff a b -o x.json -o x.json", "twice"),
        ("diff a b --format csv", "markdown"),
        ("scan --new", "--baseline"),
        ("schema lookup", "events"),
        ("src", "phonecert scan src"),
        ("srk", "unrecognized subcommand"),
        ("scan --device 0004f2", "not a MAC address"),
        ("scan --status bad", "attention"),
        ("scan --select 001", "INS001"),
        ("scan --select INS0011", "INS001"),
        ("scan --since 7", "needs a unit"),
        ("scan --since 2026-01-02 --until 2026-01-01", "--since 2026-01-02 is after --until 2026-01-01"),
        ("scan --since 1d --until 25h", "--since 1d is after --until 25h"),
        ("scan --year 13", "1970"),
        ("scan --threads 0", "--threads"),
        ("scan -q -v", "cannot be used with"),
        ("scan --fail-on info", "warning"),
        ("events --format json", "jsonl"),
        ("events --group-by code", "unexpected argument"),
        ("config --status failed", "unexpected argument"),
        ("device", "MAC"),
        ("lookup", "WORD"),
        ("completions tcsh", "zsh"),
    ] {
        let error = refused(line);
        assert!(error.contains(told), "{line}: {error}");
    }
}

#[test]
fn messages_hide_nothing_from_the_reader() {
    let arguments = ["phonecert", "scan", "--\u{1b}[2Jevil"].map(OsString::from);
    let error = Cli::of(arguments).unwrap_err().to_string();
    assert!(error.contains("\\u{1b}[2Jevil") && !error.contains("\u{1b}[2J"), "{error}");
}

#[test]
fn help_and_manual_tell_all() {
    let help = parsed("scan --help").unwrap_err();
    assert_eq!(help.exit_code(), 0);
    let help = help.to_string();
    for told in ["Exit status", "Examples:", "--since", "What to read", "Output", "markdown"] {
        assert!(help.contains(told), "{told}");
    }
    let page = String::from_utf8(man_page().unwrap()).unwrap();
    for told in [".SS scan", ".SS lookup", "\\-\\-group\\-by", "Exit status", "fingerprint"] {
        assert!(page.contains(told), "{told}");
    }
    assert!(!completions(clap_complete::Shell::Bash).is_empty());
}
