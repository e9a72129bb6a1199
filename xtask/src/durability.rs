//! `cargo xtask durability`: the tests that lose power and processes, in their long form.

use crate::postgres;
use crate::run::{Done, cargo, run};
use crate::setup::{self, For};

/// Each test reads its own count from the environment; in `cargo xtask test` it is small.
const LONG: [(&str, &str); 2] = [("KOMAINU_KILLS", "200"), ("KOMAINU_POWER_CUTS", "300")];

/// 200 kills and 300 power cuts, on SQLite and PostgreSQL.
pub(crate) fn durability() -> Done {
    setup::setup(For::Test)?;
    let (_server, url) = postgres::for_tests()?;
    let mut tests =
        cargo(["test", "--release", "--locked", "-p", "store", "-p", "komainu", "--", "durability", "--nocapture"]);
    run(tests.envs(LONG).env(postgres::VARIABLE, url))
}
