//! What a person at the console sees and types. Results go to standard output, everything else to standard error.

use std::fs;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::failure::{Done, Failure, Kind};

/// Prints a result. A reader that went away is no error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Tells the person something.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Whether somebody is there to answer questions.
pub(crate) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a line.
pub(crate) fn ask(question: &str) -> Done<String> {
    let _ = write!(std::io::stderr().lock(), "{question}: ");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| unanswered(&error))?;
    Ok(line.trim().to_owned())
}

/// Asks for a secret, unseen.
pub(crate) fn ask_secret(question: &str) -> Done<Zeroizing<String>> {
    rpassword::prompt_password(format!("{question}: ")).map(Zeroizing::new).map_err(|error| unanswered(&error))
}

/// Asks for a new secret, twice.
pub(crate) fn ask_new_secret(question: &str) -> Done<Zeroizing<String>> {
    loop {
        let first = ask_secret(question)?;
        if *first == *ask_secret("もう一度 / again")? {
            return Ok(first);
        }
        tell("一致しません。 / They differ.");
    }
}

fn unanswered(error: &std::io::Error) -> Failure {
    Failure::new(Kind::Input, "入力を読み取れません。", "The answer cannot be read.").because(error)
}

/// Reads a secret from a file that others cannot read. One line end at its end is no part of it.
pub(crate) fn read_secret(path: &Path) -> Done<Zeroizing<String>> {
    let failed = |error: &std::io::Error| Failure::file("読む", "read", path, error);
    let mode = fs::metadata(path).map_err(|error| failed(&error))?.mode();
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(Failure::new(
            Kind::Input,
            format!("{path} は他の利用者にも読めます(モード {:o})。", mode & 0o777),
            format!("{path} can be read by others (mode {:o}).", mode & 0o777),
        )
        .todo("chmod 600 で自分だけが読めるようにしてください。", "Make it private: chmod 600."));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| failed(&error))?);
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

/// Writes a file that only its owner can read, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &[u8]) -> Done {
    write_whole(path, text, 0o600)
}

/// Writes a file whole or not at all. `mode` is narrowed by the user's mask.
pub(crate) fn write_whole(path: &Path, text: &[u8], mode: u32) -> Done {
    gateway::write_whole(path, text, mode).map_err(|error| Failure::file("書く", "write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn secrets_are_read_from_private_files_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        write_private(&path, "鍵 key \n".as_bytes()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(*read_secret(&path).unwrap(), "鍵 key ");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(read_secret(&path).unwrap_err().kind(), Kind::Input);
        assert_eq!(read_secret(&directory.path().join("none")).unwrap_err().kind(), Kind::NotFound);
    }
}
