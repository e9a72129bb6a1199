//! Where the records of a data directory are: beside its keys, or, for a hub, in PostgreSQL.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use store::{Config, Keys};
use zeroize::Zeroizing;

use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// Names a hub's database in its data directory, so that every command finds it. Never its password.
const FILE: &str = "hub.json";

/// A hub's database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    url: String,
    password_file: Option<PathBuf>,
}

/// How the store of a directory is opened.
pub(crate) fn config(directory: &Path, keys: Keys) -> Done<Config> {
    match Database::of(directory)? {
        Some(database) => Ok(Config::postgres(database.url_with_password()?.to_string(), directory, keys)),
        None => Ok(Config::directory(directory, keys)),
    }
}

impl Database {
    /// Checks the address. A password in it could already be read by every process of the machine.
    pub(crate) fn new(url: &str, password_file: Option<&Path>) -> Done<Self> {
        let user = user_of(url)?;
        if user.contains(':') || url.contains("password=") {
            return Err(Failure::new(
                Kind::Usage,
                "アドレスにパスワードを書くと、このマシンの誰にでも見えます。",
                "A password in the address can be read by everyone on this machine.",
            )
            .todo(
                "パスワードを変え、--database-password-file で渡してください。",
                "Change the password, and give it with --database-password-file.",
            ));
        }
        if user.is_empty() && password_file.is_some() {
            return Err(not_an_address());
        }
        let absolute = |path: &Path| path.canonicalize().map_err(|error| Failure::file("読む", "read", path, &error));
        Ok(Self { url: url.to_owned(), password_file: password_file.map(absolute).transpose()? })
    }

    /// Notes it in the directory, which must not hold records of its own: they would seem to be gone.
    pub(crate) fn note(&self, directory: &Path) -> Done {
        if directory.join("komainu.db").exists() {
            let shown = directory.display();
            return Err(Failure::new(
                Kind::Input,
                format!("{shown} には診療所の記録があります。"),
                format!("{shown} holds the records of a clinic."),
            )
            .todo("ハブには別の --data を使ってください。", "Give the hub a --data of its own."));
        }
        let password_file = self.password_file.as_ref().map(|path| path.display().to_string());
        let noted = json!({ "database": self.url, "password_file": password_file });
        terminal::write_private(&directory.join(FILE), noted.to_string().as_bytes())
    }

    fn of(directory: &Path) -> Done<Option<Self>> {
        let path = directory.join(FILE);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::file("読む", "read", &path, &error)),
        };
        let noted: Value = serde_json::from_slice(&text).unwrap_or_default();
        let password_file = noted["password_file"].as_str().map(Path::new);
        noted["database"].as_str().map_or_else(|| Err(not_an_address()), |url| Self::new(url, password_file).map(Some))
    }

    fn url_with_password(&self) -> Done<Zeroizing<String>> {
        let Some(path) = &self.password_file else { return Ok(Zeroizing::new(self.url.clone())) };
        let password = terminal::read_secret(path)?;
        let encoded: Zeroizing<String> = Zeroizing::new(password.bytes().map(|b| format!("%{b:02X}")).collect());
        let (user, at) = (user_of(&self.url)?, self.url.find('@').unwrap_or(self.url.len()));
        let scheme = &self.url[..at - user.len()];
        Ok(Zeroizing::new(format!("{scheme}{user}:{}{}", encoded.as_str(), &self.url[at..])))
    }
}

/// The part before `@`.
fn user_of(url: &str) -> Done<&str> {
    let rest = ["postgres://", "postgresql://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let authority = rest.ok_or_else(not_an_address)?.split(['/', '?']).next().unwrap_or_default();
    Ok(authority.rsplit_once('@').map_or("", |(user, _)| user))
}

fn not_an_address() -> Failure {
    Failure::new(
        Kind::Usage,
        "データベースのアドレスではないか、利用者名がありません。",
        "That is no address of a database, or it names no user.",
    )
    .todo("例: postgres://komainu@127.0.0.1/komainu", "For example: postgres://komainu@127.0.0.1/komainu")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "postgres://komainu@127.0.0.1:5432/komainu";

    #[test]
    fn a_password_comes_from_a_file_only() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("password");
        terminal::write_private(&file, b"a@b\n").unwrap();
        let with = Database::new(PLAIN, Some(&file)).unwrap();
        assert_eq!(*with.url_with_password().unwrap(), "postgres://komainu:%61%40%62@127.0.0.1:5432/komainu");
        assert_eq!(*Database::new(PLAIN, None).unwrap().url_with_password().unwrap(), PLAIN);
        for bad in
            ["postgres://komainu:secret@127.0.0.1/x", "postgres://127.0.0.1/x?user=a&password=b", "mysql://a@b/c", ""]
        {
            assert_eq!(Database::new(bad, None).unwrap_err().kind(), Kind::Usage, "{bad}");
        }
        assert_eq!(Database::new("postgres://127.0.0.1/x", Some(&file)).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn a_directory_remembers_its_database_and_not_the_password() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("password");
        terminal::write_private(&file, b"secret").unwrap();
        assert_eq!(Database::of(directory.path()).unwrap(), None);
        let database = Database::new(PLAIN, Some(&file)).unwrap();
        database.note(directory.path()).unwrap();
        assert_eq!(Database::of(directory.path()).unwrap(), Some(database.clone()));
        assert!(!std::fs::read_to_string(directory.path().join(FILE)).unwrap().contains("secret"));
        std::fs::write(directory.path().join("komainu.db"), "").unwrap();
        assert_eq!(database.note(directory.path()).unwrap_err().kind(), Kind::Input);
    }
}
