//! `komainu compile`: the rules of a router, from the clinic's file.

use network::Policy;
use network::openwrt;
use network::policy::Live;
use network::rtx::{self, Model};

use super::check;
use crate::cli::{Compile, Target};
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// Writes the rules. What a clinic must not have (a finding that is an error) is not compiled.
pub(crate) fn compile(args: &Compile) -> Done {
    let clinic = check::sound_clinic(&args.file)?;
    let policy = Policy::of(&clinic, check::now(), &Live::default());
    let (name, text) = match args.target {
        Target::Nftables => ("komainu.nft", network::nft::compile(&policy)),
        Target::Rtx => ("komainu.rtx", rtx::compile(&policy, Model::Small).map_err(|why| refused("RTX", why))?),
        Target::Openwrt => ("komainu.uci", openwrt::compile(&policy).map_err(|why| refused("OpenWrt", why))?),
    };
    let path = args.out.join(name);
    std::fs::create_dir_all(&args.out).map_err(|error| Failure::file("書く", "write", &args.out, &error))?;
    terminal::write_whole(&path, text.as_bytes(), 0o644)?;
    let (path, closed) = (path.display(), policy.closed.len());
    terminal::tell(&format!(
        "{path} を作りました。開く通信 {}、今は閉じている通信 {closed}。\n\
         {path} is there: {} flows open, {closed} closed now.",
        policy.flows.len(),
        policy.flows.len()
    ));
    Ok(())
}

fn refused(router: &str, why: impl std::fmt::Display) -> Failure {
    let ja = format!("この宣言は {router} の規則にできません。");
    Failure::new(Kind::Input, ja, format!("This cannot be told in rules of {router}."))
        .because(why)
        .todo("理由にある所を直してください。", "Change what the reason names.")
}
