//! Other programs: started without a terminal to ask at, shown while they run, kept to be read.

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

/// A failure is a sentence for whoever started the tool; nothing branches on it.
pub(crate) type Done<T = ()> = Result<T, String>;

/// Adds what was being done to an error that does not say it.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl Display) -> Done<T>;
}

impl<T, E: Display> Doing<T> for Result<T, E> {
    fn doing(self, what: impl Display) -> Done<T> {
        self.map_err(|why| format!("{what}: {why}"))
    }
}

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Where build products and everything else that can be made again goes.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A command, at the top of the repository unless told otherwise.
pub(crate) fn command<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root()).stdin(Stdio::null());
    command
}

/// Cargo, the same one that runs this.
pub(crate) fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), args)
}

fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

/// Runs to the end, its output going straight to the terminal.
pub(crate) fn run(command: &mut Command) -> Done {
    println!("$ {}", line(command));
    let status = command.status().doing(line(command))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed ({status})", line(command))) }
}

/// Runs to the end without showing anything; gives what it wrote to its standard output.
pub(crate) fn read(command: &mut Command) -> Done<String> {
    let output = command.stderr(Stdio::piped()).output().doing(line(command))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{} failed ({})\n{}", line(command), output.status, String::from_utf8_lossy(&output.stderr)))
    }
}

/// What a program wrote, and whether it ended well: a test run is read even where tests failed.
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) ended: Done,
}

/// Runs to the end, showing everything and keeping it as well.
pub(crate) fn show(command: &mut Command) -> Done<Shown> {
    println!("$ {}", line(command));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().doing(line(command))?;
    let errors = child.stderr.take().map(|pipe| thread::spawn(move || tee(pipe, &mut std::io::stderr())));
    let mut text = child.stdout.take().map(|pipe| tee(pipe, &mut std::io::stdout())).unwrap_or_default();
    if let Some(errors) = errors {
        text.push_str(&errors.join().map_err(|_| "the reader of errors panicked")?);
    }
    let status = child.wait().doing(line(command))?;
    let ended = if status.success() { Ok(()) } else { Err(format!("{} failed ({status})", line(command))) };
    Ok(Shown { text, ended })
}

fn tee(pipe: impl Read, shown: &mut dyn Write) -> String {
    let mut kept = String::new();
    for bytes in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&bytes);
        // A closed terminal must not lose the count.
        let _ = writeln!(shown, "{line}");
        kept.push_str(&line);
        kept.push('\n');
    }
    kept
}

/// A server of ours that ends with the tool, whichever way the tool ends.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program that keeps running.
pub(crate) fn start(command: &mut Command) -> Done<Running> {
    println!("$ {} &", line(command));
    command.spawn().map(Running).doing(line(command))
}

/// Where a program of that name is, if it can be started.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

pub(crate) fn has(program: &str) -> bool {
    which(program).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_and_keeps_both_outputs_and_the_failure() {
        let shown = show(&mut command("sh", ["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert!(shown.text.contains("out\n") && shown.text.contains("err\n"));
        assert!(shown.ended.unwrap_err().contains("exit status: 3"));
    }

    #[test]
    fn nothing_waits_for_a_terminal() {
        assert_eq!(read(&mut command("cat", [""; 0])).unwrap(), "");
    }

    #[test]
    fn a_failure_says_what_was_being_done() {
        let why = read(&mut command("sh", ["-c", "echo because >&2; false"])).unwrap_err();
        assert!(why.contains("sh -c") && why.contains("because"), "{why}");
        assert!(read(&mut command("no-such-program", [""; 0])).unwrap_err().starts_with("no-such-program"));
    }

    #[test]
    fn finds_programs_on_the_path() {
        assert!(has("sh") && !has("no-such-program"));
    }
}
