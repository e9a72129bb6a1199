//! `komainu wifi …`.

mod evaluate;
mod floor;
mod map;
mod place;

use std::path::Path;

use crate::cli::Wifi;
use crate::failure::{Done, Failure, Kind};

pub(crate) fn wifi(command: &Wifi) -> Done {
    match command {
        Wifi::Evaluate(args) => evaluate::evaluate(args),
        Wifi::Place(args) => place::place(args),
        Wifi::Map(args) => map::map(args),
    }
}

fn read(path: &Path) -> Done<Vec<u8>> {
    std::fs::read(path).map_err(|error| Failure::file("読む", "read", path, &error))
}

/// A floor or request that cannot be used.
fn unfit(why: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::Input, "この入力では計画できません。", "This input cannot be planned with.").because(why)
}
