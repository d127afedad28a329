//! A module of the library may use itself and the modules of lower layers. The files of a module do not use each other
//! in a circle, so that a reader knows where to begin.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom to the top. Modules of one layer do not use each other.
const LAYERS: &[&[&str]] = &[
    &["model"],
    &["quantity", "secrets", "sentence", "stamp"],
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
    let layer_of = |file: &Vec<String>| {
        let name =
            if file.starts_with(&["report".into(), "shape".into()]) { "report::shape" } else { &file[0] };
        LAYERS.iter().position(|layer| layer.contains(&name)).map(|layer| (layer, name.to_owned()))
    };
    let mut wrong = BTreeSet::new();
    for (file, used) in uses() {
        let Some((layer, module)) = layer_of(&file) else { continue };
        for (other_layer, other) in used.iter().filter_map(layer_of).filter(|(_, other)| *other != module) {
            if other_layer >= layer {
                wrong.insert(format!("{module} uses {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_documentation_of_the_library_lists_the_same_modules() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let rows = library.lines().filter_map(|line| line.strip_prefix("//! | `")?.split(" | ").next());
    let listed: Vec<Vec<&str>> =
        rows.map(|modules| modules.split(", ").map(|name| name.trim_matches('`')).collect()).collect();
    assert_eq!(listed, LAYERS);
    for module in library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(listed.iter().any(|layer| layer.contains(&module)), "{module} has no layer");
    }
}

/// A file uses the folder that it is in, and files beside it that do not use it, directly or by others.
#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut uses = uses();
    // A file that uses no remaining file is in no circle.
    loop {
        let done: Vec<_> =
            uses.iter().filter(|(_, used)| used.is_empty()).map(|(module, _)| module.clone()).collect();
        if done.is_empty() {
            break;
        }
        for module in &done {
            uses.remove(module);
            uses.values_mut().for_each(|used| _ = used.remove(module));
        }
    }
    // A file that no remaining file uses is in no circle either.
    loop {
        let used: BTreeSet<_> = uses.values().flatten().cloned().collect();
        let before = uses.len();
        uses.retain(|module, _| used.contains(module));
        if uses.len() == before {
            break;
        }
    }
    let circles: Vec<String> =
        uses.iter().map(|(module, used)| format!("{module:?} uses {used:?}")).collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

/// The module of a file: `input`, `tar` of `src/input/tar.rs`.
fn module_of(file: &Path) -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let path = file.strip_prefix(source).unwrap().with_extension("");
    path.iter().map(|name| name.to_str().unwrap().to_owned()).collect()
}

struct Code(String);

/// The code of a file, without comments and tests.
fn code_of(file: &Path) -> Code {
    let name = file.to_string_lossy();
    if name.contains("tests") || name.contains("laws") || name.ends_with("fixture.rs") {
        return Code(String::new());
    }
    let text = fs::read_to_string(file).unwrap();
    let code = ["#[cfg(test)]", "#[cfg(all(test"].into_iter().fold(text.as_str(), |code, tests| {
        let end = code.rfind(tests).filter(|end| code[*end..].contains("\nmod "));
        end.map_or(code, |end| &code[..end])
    });
    Code(code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"))
}

impl Code {
    /// The modules that the code of `module` uses, except those that contain it.
    fn paths_from(&self, module: &[String], names: &BTreeSet<Vec<String>>) -> BTreeSet<Vec<String>> {
        let mut paths: Vec<String> = Vec::new();
        let mut rest = String::new();
        for statement in self.0.split_inclusive(';') {
            match statement.split_once("use ") {
                Some((before, tree))
                    if before.trim_end().is_empty() || before.trim_end().ends_with([')', '}', ']', 'b']) =>
                {
                    rest.push_str(before);
                    expand("", tree.trim_end_matches(';'), &mut paths);
                }
                _ => rest.push_str(statement),
            }
        }
        let words = rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        paths.extend(words.filter(|word| word.contains("::")).map(str::to_owned));
        let resolved = paths.iter().filter_map(|path| resolve(path, module, names));
        resolved.filter(|used| !module.starts_with(used)).collect()
    }
}

/// All paths of a tree of `use`: `a::{b, c::d}` has `a::b` and `a::c::d`.
fn expand(before: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((prefix, inner)) = tree.split_once('{') else {
        return paths.push(format!("{before}{}", tree.split(" as ").next().unwrap().trim()));
    };
    let (before, inner) = (format!("{before}{}", prefix.trim()), inner.trim_end().strip_suffix('}').unwrap());
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in inner.char_indices().chain([(inner.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inner[start..at].trim().is_empty() {
                    expand(&before, inner[start..at].trim(), paths);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The file that a path leads into, as seen from `module`.
fn resolve(path: &str, module: &[String], names: &BTreeSet<Vec<String>>) -> Option<Vec<String>> {
    let mut at = module.to_vec();
    for name in path.split("::") {
        match name {
            "crate" | "phonecert" => at.clear(),
            "self" => {}
            "super" => _ = at.pop(),
            name => {
                at.push(name.to_owned());
                if !names.contains(&at) {
                    at.pop();
                    break;
                }
            }
        }
    }
    names.contains(&at).then_some(at)
}

/// For each file, the files that it uses, except in tests.
fn uses() -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let mut files = Vec::new();
    add_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let names: BTreeSet<Vec<String>> = files.iter().map(|file| module_of(file)).collect();
    let used = |file: &PathBuf| {
        let module = module_of(file);
        let used = code_of(file).paths_from(&module, &names);
        (module, used)
    };
    files.iter().map(used).collect()
}

fn add_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            add_below(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}
