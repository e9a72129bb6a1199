//! Bars for long work, on standard error and only where somebody watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that counts things.
pub(crate) fn bar(total: u64, what: &'static str) -> ProgressBar {
    styled(total, what, "{msg} {wide_bar} {human_pos}/{human_len}  {per_sec}  残り/left {eta}")
}

/// A bar that counts bytes.
pub(crate) fn bytes_bar(total: u64, what: String) -> ProgressBar {
    styled(total, what, "{msg} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  残り/left {eta}")
}

fn styled(total: u64, what: impl Into<std::borrow::Cow<'static, str>>, template: &str) -> ProgressBar {
    // Hides itself when standard error is no terminal.
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar.with_message(what)
}
