//! Which module of the library may use which: those of an earlier layer, and itself. So there is no circle
//! among the files, and a reader knows where to begin.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// From the bottom to the top. What is in one layer does not know the others in it.
const LAYERS: &[&[&str]] = &[
    &["model"],
    &["message", "quantity", "secrets", "stamp"],
    &["problem"],
    &["line", "reference", "window"],
    &["event", "input"],
    &["config", "digest", "inventory", "records"],
    &["log"],
    &["timeline"],
    &["check"],
    &["lookup"],
    &["report::shape"],
    &["redact"],
    &["diff", "phone"],
    &["report"],
    &["scan"],
];

#[test]
fn modules_use_those_below_them() {
    let place = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let mut wrong = BTreeSet::new();
    for (module, used) in uses() {
        assert!(place(&module).is_some(), "{module} has no layer");
        for other in used.into_iter().filter(|other| *other != module) {
            if place(&other) >= place(&module) {
                wrong.insert(format!("{module} uses {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Per module of the library, those that its files name with `crate::`, but for tests.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let library = fs::read_to_string(source.join("lib.rs")).unwrap();
    let modules: BTreeSet<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for module in &modules {
        let mut files = vec![source.join(format!("{module}.rs"))];
        add_below(&source.join(module), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let is_test = file.to_string_lossy().contains("tests") || file.ends_with("fixture.rs");
            let code = if is_test { "" } else { text.split("#[cfg(test)]\nmod tests {").next().unwrap() };
            let own = if file.ends_with("report/shape.rs") { "report::shape" } else { module };
            let used = all.entry(own.to_owned()).or_default();
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for path in line.split("crate::").skip(1) {
                    let name = path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                    let is_shape = path.starts_with("report::shape");
                    if modules.contains(name) {
                        used.insert(if is_shape { "report::shape" } else { name }.to_owned());
                    }
                }
            }
        }
    }
    all
}

fn add_below(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            add_below(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}
