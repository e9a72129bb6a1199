//! `cargo xtask screens`: the pictures in `docs/screens`, made from a running demo.

use crate::run::{Done, cargo, run, target};
use crate::setup::{self, For, npm};

/// Builds, and lets the page's own script walk through a small demo.
pub(crate) fn screens() -> Done {
    setup::setup(For::Test)?;
    run(&mut npm(&["run", "build"]))?;
    run(&mut cargo(["build", "--release", "--package", "komainu", "--locked"]))?;
    let mut pictures = npm(&["run", "screens", "--", "--bin"]);
    pictures.arg(target().join("release/komainu")).env("CHROMIUM", setup::chromium().ok_or("no Chromium")?);
    run(&mut pictures)
}
