//! `cargo xtask screens`: the pictures in `docs/screens`, made from a running demo.

use crate::demo;
use crate::run::{Done, cargo, run, target};
use crate::setup::{self, For, npm};

/// A fixed seed, so that a picture changes only where the page does.
const CLINIC: [&str; 6] = ["--patients", "300", "--seed", "7", "--listen", "127.0.0.1:0"];

/// Builds, starts a small demo, lets `npm run screens` walk through it.
pub(crate) fn screens() -> Done {
    setup::setup(For::Test)?;
    run(&mut npm(&["run", "build"]))?;
    run(&mut cargo(["build", "--release", "--package", "komainu", "--locked"]))?;
    let data = target().join("screens");
    let _ = std::fs::remove_dir_all(&data);
    let (_server, _) = demo::open(&target().join("release/komainu"), &data, &CLINIC.map(String::from))?;
    let mut pictures = npm(&["run", "screens"]);
    pictures.env("KOMAINU_READY", data.with_extension("ready.json"));
    pictures.env("CHROMIUM", setup::chromium().ok_or("no Chromium")?);
    run(&mut pictures)
}
