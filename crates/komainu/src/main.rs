//! The executable: one binary, roles as subcommands.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

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

use crate::failure::{Failure, Kind};

fn main() -> ExitCode {
    let args = cli::Cli::parse();
    match std::panic::catch_unwind(|| cmd::run(args)) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => failure.report(),
        // The hook has logged where.
        Err(_) => Failure::new(Kind::Internal, "こまいぬの内部で失敗しました。", "Komainu failed inside.").report(),
    }
}
