//! `cargo xtask demo`: the sample clinic, opened.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::run::{Doing, Done, Running, cargo, command, has, run, start, target};
use crate::setup::{self, For, npm};

/// Where the demo answers unless told otherwise.
const LISTEN: &str = "127.0.0.1:8443";
/// Generating the sample clinic on a slow machine included.
const READY_SECONDS_MAX: u64 = 300;

/// Builds the page and the program, starts the sample clinic, prints how to sign in. `args` go to
/// `komainu demo` as they are; of `--listen` and `--ready-file` theirs win over ours.
pub(crate) fn demo(args: &[String]) -> Done {
    setup::setup(For::Demo)?;
    run(&mut npm(&["run", "build"]))?;
    run(&mut cargo(["build", "--release", "--package", "komainu", "--locked"]))?;
    let args = args.strip_prefix(&["--".to_owned()]).unwrap_or(args);
    let (mut server, ready) = open(&target().join("release/komainu"), &target().join("demo"), args)?;
    println!("\n{}", sign_in(&ready));
    browse(&ready);
    let status = server.0.wait().doing("waiting for komainu")?;
    if status.success() { Ok(()) } else { Err(format!("komainu ended with {status}")) }
}

/// Starts `PROGRAM demo` and waits until it answers; gives what its ready file says.
pub(crate) fn open(program: &Path, data: &Path, args: &[String]) -> Done<(Running, Value)> {
    let given = given(args, "--ready-file").map(PathBuf::from);
    let ready_file = given.clone().unwrap_or_else(|| data.with_extension("ready.json"));
    let _ = std::fs::remove_file(&ready_file);
    let mut demo = command(&program.to_string_lossy(), ["demo", "--data"]);
    demo.arg(data);
    if given.is_none() {
        demo.arg("--ready-file").arg(&ready_file);
    }
    if !args.iter().any(|arg| arg.starts_with("--listen")) {
        let free = std::net::TcpListener::bind(LISTEN).is_ok();
        demo.args(["--listen", if free { LISTEN } else { "127.0.0.1:0" }]);
    }
    let mut server = start(demo.args(args))?;
    let begun = Instant::now();
    loop {
        // The file appears whole: it is written beside and renamed.
        if let Some(ready) = std::fs::read(&ready_file).ok().and_then(|text| serde_json::from_slice(&text).ok()) {
            return Ok((server, ready));
        }
        if let Some(status) = server.0.try_wait().doing("waiting for komainu")? {
            return Err(format!("komainu ended with {status} before it answered"));
        }
        if begun.elapsed() > Duration::from_secs(READY_SECONDS_MAX) {
            return Err(format!("komainu did not answer within {READY_SECONDS_MAX} s"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The value of an option that takes one, in either of the forms it may be written.
fn given<'a>(args: &'a [String], option: &str) -> Option<&'a str> {
    let after = |(at, arg): (usize, &'a String)| match arg.strip_prefix(option)? {
        "" => args.get(at + 1).map(String::as_str),
        rest => rest.strip_prefix('='),
    };
    args.iter().enumerate().find_map(after)
}

fn sign_in(ready: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!("  {}", text(&ready["url"])), String::new()];
    for user in ready["users"].as_array().into_iter().flatten() {
        let duties: Vec<String> = user["duties"].as_array().into_iter().flatten().map(text).collect();
        lines.push(format!(
            "  {:12} {:16} {} {}",
            text(&user["user"]),
            text(&user["password"]),
            text(&user["name"]),
            duties.join(" ")
        ));
    }
    lines.push(String::new());
    lines.push("  The clinic's own certificate authority signed it, so a browser asks once. Ctrl-C ends.".into());
    lines.join("\n")
}

/// Opens a browser where there is a desktop to open it on.
fn browse(ready: &Value) {
    let desktop = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if desktop && has("xdg-open") {
        // Only a convenience: the address is on the screen.
        let _ = command("xdg-open", ready["url"].as_str()).spawn();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that does what the script says with its `--ready-file` in `$ready`.
    fn open_script(script: &str) -> Done<Value> {
        open_with(script, |_| Vec::new())
    }

    /// The same with arguments of the caller's own, for files in the folder that is given.
    fn open_with(script: &str, args: impl Fn(&Path) -> Vec<String>) -> Done<Value> {
        use std::os::unix::fs::PermissionsExt;
        // A program that is still open for writing, even in a child that another test has just started, is busy.
        static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let folder = std::env::temp_dir().join(format!("komainu-xtask-{}-{}", std::process::id(), script.len()));
        std::fs::create_dir_all(&folder).unwrap();
        let program = folder.join("komainu");
        let text = format!(
            "#!/bin/sh\nfor given; do case $given in --ready-file=*) ready=${{given#*=}};; esac
             [ \"$last\" = --ready-file ] && ready=$given; last=$given; done\n{script}\n"
        );
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let args = [vec!["--listen=127.0.0.1:0".to_owned()], args(&folder)].concat();
        let opened = open(&program, &folder.join("data"), &args);
        let opened = opened.map(|(_server, ready)| ready);
        std::fs::remove_dir_all(&folder).unwrap();
        opened
    }

    #[test]
    fn the_demo_is_waited_for_until_its_file_is_whole() {
        let ready =
            open_script(r#"printf '{"url":' >$ready; sleep 0.2; printf '{"url":"https://x"}' >$ready; sleep 60"#);
        assert_eq!(ready.unwrap()["url"], "https://x");
    }

    #[test]
    fn a_given_ready_file_is_the_one_that_is_written() {
        let script = r#"[ "${ready##*/}" = mine.json ] && printf '{"url":"https://mine"}' >$ready; sleep 60"#;
        let apart = |folder: &Path| vec!["--ready-file".to_owned(), folder.join("mine.json").display().to_string()];
        let joined = |folder: &Path| vec![format!("--ready-file={}", folder.join("mine.json").display())];
        assert_eq!(open_with(script, apart).unwrap()["url"], "https://mine");
        assert_eq!(open_with(script, joined).unwrap()["url"], "https://mine");
    }

    #[test]
    fn a_demo_that_ends_is_not_waited_for() {
        assert!(open_script("exit 5").unwrap_err().contains("ended with exit status: 5 before it answered"));
    }

    #[test]
    fn the_sign_in_is_printed_whole() {
        let ready = serde_json::json!({"url": "https://127.0.0.1:8443", "users": [
            {"user": "sato", "password": "shown-once", "name": "佐藤 花子", "duties": ["医師"]}]});
        let text = sign_in(&ready);
        for part in ["https://127.0.0.1:8443", "sato", "shown-once", "佐藤 花子", "医師"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
