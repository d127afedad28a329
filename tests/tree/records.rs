//! Digests logs and configuration files, and compares the answers of records with those of the files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use phonecert::report::FORMATS;
use serde_json::Value;

use super::phonecert;

/// Runs the program in this time zone, at one fixed time, long after the samples.
pub fn at(folder: &Path, arguments: &[&str], zone: &str) -> Output {
    phonecert(folder).args(arguments).env("SOURCE_DATE_EPOCH", "1467500000").env("TZ", zone).output().unwrap()
}

/// The records of a folder.
pub fn digest(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = at(folder, &[&["digest"], arguments].concat(), "UTC");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{arguments:?}: {said}");
    output.stdout
}

/// Both answers are equal in each format, except for the command line in the HTML report.
pub fn answers_are_equal(folder: &Path, options: &[&str], records: &[&str], zone: &str) {
    for format in FORMATS.iter().map(|format| format.name) {
        let plain = [&["scan", "--format", format, "--all"], options].concat();
        let of_files = at(folder, &plain, zone);
        let of_records = at(folder, &[&plain[..], &["--records"], records].concat(), zone);
        assert_eq!(of_records.status.code(), of_files.status.code(), "{format}");
        let [of_records, of_files] =
            [of_records, of_files].map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let of_records = of_records.replace(&format!(" --records {}", records.join(" ")), "");
        let difference = difference(&of_records, &of_files);
        assert!(of_records == of_files, "{format} {options:?} {records:?}: {difference}");
    }
}

/// The first lines that differ.
fn difference(one: &str, other: &str) -> String {
    let differs = one.lines().zip(other.lines()).find(|(a, b)| a != b);
    differs.map_or_else(|| "lengths".to_owned(), |(a, b)| format!("{a}\n instead of\n{b}"))
}

/// A split by phone answers as a whole: the phones of the folder are digested in five shards, each phone in that of its
/// seed, and the records are read in this order, with repeats.
pub fn any_split_answers_as_a_whole(folder: &Path, seeds: &[usize], order: &[usize]) {
    let mut shards = vec![Vec::new(); 5];
    for (phone, shard) in phones(folder).into_iter().zip(seeds) {
        shards[*shard].extend(phone);
    }
    let mut files = Vec::new();
    for (number, paths) in shards.iter().enumerate().filter(|(_, paths)| !paths.is_empty()) {
        let list = format!("{number}.list");
        fs::write(folder.join(&list), paths.join("\n")).unwrap();
        let name = format!("{number}.pcr");
        fs::write(folder.join(&name), digest(folder, &["--files-from", &list])).unwrap();
        files.push(name);
    }
    let repeats = order.iter().map(|at| &*files[at % files.len()]);
    let chosen: Vec<&str> = repeats.chain(files.iter().map(|file| &**file)).collect();
    // The skipped files are reported only on standard error.
    let scan = |records: &[&str]| {
        let arguments = [&["scan", "--format", "json"], records].concat();
        String::from_utf8(at(folder, &arguments, "UTC").stdout).unwrap()
    };
    let (of_records, of_files) = (scan(&[&["--records"], &chosen[..]].concat()), scan(&[]));
    assert!(of_records == of_files, "{chosen:?}: {}", difference(&of_records, &of_files));
}

/// The paths of each phone's logs and configuration files, from `list`.
fn phones(folder: &Path) -> Vec<Vec<String>> {
    let list = String::from_utf8(at(folder, &["list", "-q"], "UTC").stdout).unwrap();
    let mut phones: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in list.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        if line["kind"] != "problem" {
            let path = line["path"].as_str().unwrap().to_owned();
            phones.entry(line["mac"].as_str().unwrap_or(&path).to_owned()).or_default().push(path);
        }
    }
    phones.into_values().collect()
}
