//! Automation: `cargo xtask COMMAND`. Rust, not shell, so that it is checked like everything else.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool of the terminal speaks there")]

mod count;
mod demo;
mod dictionary;
mod durability;
mod fhir_tables;
mod fuzz;
mod generate;
mod postgres;
mod run;
mod screens;
mod setup;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  demo [-- ARGS]   build, the page included, and open the sample clinic over HTTPS
  test             everything: format, tidy, lints, the page, all tests, the page in a browser
  tidy             properties of the source tree: edges, sizes, licences, advisories, words
  setup            install what the above need besides Cargo, or say how
  durability       the long form of the durability tests: 200 kills, 300 power cuts
  fuzz [SECONDS]   every target in fuzz/, for a minute each unless told otherwise
  screens          the pictures in docs/screens, from a running demo
  openapi          refresh web/openapi.json and the page's typed client
  dictionary       what the store compresses versions with
  fhir-tables      the tables of crates/fhir, from the standard's own definitions
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let done = match command.as_str() {
        "demo" => demo::demo(&rest),
        "test" => test::test(),
        "tidy" => tidy::tidy(),
        "setup" => setup::setup(setup::For::Test),
        "durability" => durability::durability(),
        "fuzz" => fuzz::fuzz(&rest),
        "screens" => screens::screens(),
        "openapi" => generate::openapi(),
        "dictionary" => dictionary::dictionary(&rest),
        "fhir-tables" => fhir_tables::fhir_tables(&rest),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
