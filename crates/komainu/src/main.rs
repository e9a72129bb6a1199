//! The executable: one binary, roles as subcommands.

mod cli;
mod cmd;
mod data;
mod failure;
mod logging;
mod progress;
mod serving;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cmd::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
