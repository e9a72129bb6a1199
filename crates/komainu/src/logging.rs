//! The log: one JSON line per event on standard error.
//!
//! What a client chose is not logged in the first place (see `server::http`); should some of it get into a
//! message all the same, it cannot forge a line or turn a terminal's text around.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Names what is logged, in the syntax of `RUST_LOG`.
const FILTER: &str = "KOMAINU_LOG";

/// Starts the log. Servers tell every request, commands only what is wrong.
pub(crate) fn start(default: &str) {
    let filter = EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new(default));
    let subscriber =
        tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // Only a test could have set one before.
    let _ = subscriber.with_env_filter(filter).with_writer(Clean).try_init();
    std::panic::set_hook(Box::new(|panic| {
        // The message may quote data; the place is what a developer needs.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a thread panicked");
    }));
}

/// Standard error, with everything escaped that JSON leaves alone and a terminal obeys.
struct Clean;

impl MakeWriter<'_> for Clean {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

impl Write for Clean {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.is_ascii() {
            io::stderr().write_all(line)?;
        } else {
            io::stderr().write_all(clean(&String::from_utf8_lossy(line)).as_bytes())?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn clean(line: &str) -> String {
    let mut cleaned = String::with_capacity(line.len());
    for c in line.chars() {
        let obeyed = matches!(c, '\u{7f}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if obeyed {
            cleaned.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            cleaned.push(c);
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_turns_a_line_around() {
        let line = "{\"a\":\"x\u{202e}y\u{85}z\u{2028}\u{9b}31m漢字\"}\n";
        assert_eq!(clean(line), "{\"a\":\"x\\u202ey\\u0085z\\u2028\\u009b31m漢字\"}\n");
    }
}
