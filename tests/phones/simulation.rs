//! The simulated phones of `benches/simulate`: what happened to them is known, and the answer must say the same.

use std::process::Command;

#[test]
fn simulated_phones_are_told_as_they_are() {
    let output = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/simulate"))
        .args(["--binary", env!("CARGO_BIN_EXE_phonecert"), "--phones", "600"])
        .output();
    // The simulation needs Python.
    let Ok(output) = output else { return };
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}", said.join("\n"));
}
