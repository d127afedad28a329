//! The simulated phones of `benches/simulate`: their stories are known, and the program has to tell them.

use std::process::Command;

#[test]
fn simulated_phones_are_told_as_they_are() {
    let output = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/simulate"))
        .args(["--binary", env!("CARGO_BIN_EXE_phonecert"), "--phones", "600"])
        .output();
    // Where there is no Python, there is nothing to simulate with.
    let Ok(output) = output else { return };
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}", said.join("\n"));
}
