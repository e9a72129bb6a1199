//! The executable: one binary, roles as subcommands.

mod cli;
mod cmd;
mod data;
mod failure;
mod logging;
mod serving;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = cli::Cli::parse();
    logging::start();
    match cmd::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
