//! Automation.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool of the terminal speaks there")]

mod fhir_tables;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let done = match command.as_str() {
        "fhir-tables" => fhir_tables::fhir_tables(&rest),
        _ => Err("cargo xtask fhir-tables [DIR]".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
