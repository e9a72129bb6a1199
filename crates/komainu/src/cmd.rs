//! One module per command.

mod apply;
mod audit;
mod check;
mod compile;
mod demo;
mod drift;
mod hub;
mod import;
mod init;
mod open;
mod plan;
mod prove;
mod serve;
mod token;
mod watch_rules;
mod wifi;

use std::process::ExitCode;

use crate::cli::{Audit, Cli, Command, Token};
use crate::failure::{Done, Failure, Kind};
use crate::{logging, terminal};

/// Does what the command line asks; with which code the program then ends.
pub(crate) fn run(cli: Cli) -> Done<ExitCode> {
    logging::start(if matches!(cli.command, Command::Serve(_) | Command::Hub(_) | Command::WatchRules(_)) {
        "info"
    } else {
        "warn"
    });
    let done = match cli.command {
        Command::Serve(args) => wait(serve::serve(args)),
        Command::Demo(args) => wait(demo::demo(args)),
        Command::Token(Token::Create(args)) => wait(token::create(args)),
        Command::Openapi => {
            terminal::print(server::api::openapi().trim_end());
            Ok(())
        }
        Command::Hub(args) => wait(hub::hub(args)),
        Command::Import(args) => wait(import::import(args)),
        Command::Init(args) => init::init(&args),
        Command::Check(args) => check::check(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Compile(args) => compile::compile(&args),
        Command::Prove(args) => return prove::prove(&args),
        Command::Wifi(wifi) => wifi::wifi(&wifi),
        Command::Apply(args) => apply::apply(&args),
        Command::Open(args) => open::open(&args),
        Command::Drift(args) => return drift::drift(&args),
        Command::WatchRules(args) => watch_rules::watch_rules(&args),
        Command::Audit(Audit::Verify(args)) => wait(audit::verify(args)),
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn wait(work: impl Future<Output = Done>) -> Done {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(Kind::Internal, "スレッドを作れません。", "Threads cannot be made.").because(error)
    })?;
    runtime.block_on(work)
}
