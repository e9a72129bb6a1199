//! Files that are made by a program and committed, with the command that makes each.

use crate::run::{Doing, Done, cargo, read, root, run};
use crate::setup::{self, For, npm};

/// The API's description from the server itself, and the page's typed client from that.
pub(crate) fn openapi() -> Done {
    setup::setup(For::Demo)?;
    let text = read(&mut cargo(["run", "--quiet", "--package", "komainu", "--", "openapi"]))?;
    std::fs::write(root().join("web/openapi.json"), text).doing("writing web/openapi.json")?;
    run(&mut npm(&["run", "api"]))
}
