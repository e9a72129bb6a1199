//! `komainu hub`: the same server over PostgreSQL.

use zeroize::Zeroizing;

use super::serve::serve_store;
use crate::cli::Hub;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// Serves the records of a PostgreSQL database; the data directory holds the keys.
pub(crate) async fn hub(args: Hub) -> Done {
    let password = args.database_password_file.as_deref().map(terminal::read_secret).transpose()?;
    let url = with_password(&args.database, password.as_ref().map(|p| p.as_str()))?;
    serve_store(args.serve, move |directory, keys| store::Config::postgres(url.to_string(), directory, keys)).await
}

/// Puts the password in. One that stands in the address already was readable by every process of the machine.
fn with_password(url: &str, password: Option<&str>) -> Done<Zeroizing<String>> {
    let rest = ["postgres://", "postgresql://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let rest = rest.ok_or_else(|| {
        Failure::new(Kind::Usage, "データベースのアドレスではありません。", "That is no address of a database.")
            .todo("例: postgres://komainu@127.0.0.1/komainu", "For example: postgres://komainu@127.0.0.1/komainu")
    })?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    if user.contains(':') || rest.contains("password=") {
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
    let Some(password) = password else { return Ok(Zeroizing::new(url.to_owned())) };
    if user.is_empty() {
        return Err(Failure::new(Kind::Usage, "利用者名がありません。", "The address names no user.")
            .todo("例: postgres://komainu@127.0.0.1/komainu", "For example: postgres://komainu@127.0.0.1/komainu"));
    }
    let encoded: Zeroizing<String> = Zeroizing::new(password.bytes().map(|b| format!("%{b:02X}")).collect());
    let scheme = &url[..url.len() - rest.len()];
    Ok(Zeroizing::new(format!("{scheme}{user}:{}{}", encoded.as_str(), &rest[user.len()..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_comes_from_a_file_only() {
        let plain = "postgres://komainu@127.0.0.1:5432/komainu";
        assert_eq!(*with_password(plain, None).unwrap(), plain);
        assert_eq!(*with_password(plain, Some("a@b")).unwrap(), "postgres://komainu:%61%40%62@127.0.0.1:5432/komainu");
        for bad in
            ["postgres://komainu:secret@127.0.0.1/x", "postgres://127.0.0.1/x?user=a&password=b", "mysql://a@b/c", ""]
        {
            assert_eq!(with_password(bad, None).unwrap_err().kind(), Kind::Usage, "{bad}");
        }
        assert_eq!(with_password("postgres://127.0.0.1/x", Some("a")).unwrap_err().kind(), Kind::Usage);
    }
}
