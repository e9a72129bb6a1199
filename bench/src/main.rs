//! Figures, each with one command; see README.md.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool of the terminal speaks there")]

mod client;
mod compare;
mod data;
mod figures;
mod load;
mod network;
mod process;
mod report;
mod scale;
mod server;
mod wifi;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A failure is a sentence for whoever measures.
type Done<T = ()> = Result<T, String>;

#[derive(Parser)]
#[command(about = "Figures, each with one command")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Ours and a peer in one run: same data, same client, each warmed
    Compare(compare::Args),
    /// The firewall: compile and prove, beside aerleon and capirca
    Network(network::Args),
    /// Ours alone, with few patients and with very many: what each screen asks, and plain reads
    Scale(scale::Args),
    /// Wi-Fi: how long a prediction takes
    Wifi(wifi::Args),
}

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Compare(args) => compare::compare(&args),
        Command::Network(args) => network::network(&args),
        Command::Scale(args) => scale::scale(&args),
        Command::Wifi(args) => wifi::wifi(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
