//! Scans the paths of the command line and lists each phone's active diagnoses:
//! `cargo run --example scan -- testdata/fleet`.

#![allow(clippy::print_stdout, reason = "it is a program")]

use phonecert::{Scanner, State};

fn main() {
    let report = Scanner::new().scan(std::env::args_os().skip(1));
    for phone in report.phones() {
        let address = phone.mac.as_deref().unwrap_or("no address");
        let model = phone.model.as_deref().unwrap_or("unknown model");
        println!("{address}  {model}: {}", phone.status.name());
        for certificate in &phone.certificates {
            println!("    {}: {}", certificate.slot, certificate.state.name());
        }
        for diagnosis in phone.diagnoses.iter().filter(|diagnosis| diagnosis.state == State::Active) {
            println!("    {} {}", diagnosis.code, diagnosis.message);
            if let Some(evidence) = diagnosis.evidence.first() {
                println!("        {}:{}: {}", evidence.file, evidence.line, evidence.text);
            }
        }
    }
    for problem in report.problems() {
        println!("{}: {}", problem.path, problem.message);
    }
}
