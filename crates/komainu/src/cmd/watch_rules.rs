//! `komainu watch-rules`: rules as the hours go.

use std::sync::mpsc;

use gateway::{Event, Gateway};

use crate::cli::WatchRules;
use crate::failure::Done;

/// Runs until the process is stopped.
pub(crate) fn watch_rules(args: &WatchRules) -> Done {
    let (_stays, stop) = mpsc::channel();
    Gateway::new(&args.state).watch(&stop, |event| match event {
        Event::Loaded => tracing::info!("rules were loaded for what is open now"),
        Event::Failed(error) => tracing::error!(%error, "rules could not be loaded"),
    });
    Ok(())
}
