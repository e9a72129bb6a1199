//! `komainu init`.

use std::io::Write;

use clinic::model::patterns::{PATTERNS, pattern};

use crate::cli::Init;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// Lists the patterns, or writes one.
pub(crate) fn init(args: &Init) -> Done {
    let Some(pattern) = args.pattern.as_deref().and_then(pattern) else {
        for pattern in PATTERNS {
            terminal::print(pattern.name);
        }
        return Ok(());
    };
    let Some(path) = &args.out else {
        terminal::print(pattern.text.trim_end());
        return Ok(());
    };
    let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(pattern.text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new(
            Kind::Input,
            format!("{} は既にあります。", path.display()),
            format!("{} is there already.", path.display()),
        )
        .todo("別の名前を --out で渡してください。", "Give another name: --out."),
        _ => Failure::file("書く", "write", path, &error),
    })?;
    let path = path.display();
    terminal::tell(&format!(
        "{path} を作りました({})。自院のものに直し、komainu check {path} で確かめてください。\n\
         {path} is there ({}). Make it your own, then run komainu check {path}.",
        pattern.ja, pattern.en
    ));
    Ok(())
}
