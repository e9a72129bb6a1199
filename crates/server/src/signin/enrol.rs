//! Making accounts and tokens: the console, the demo and the administrator's page all come through here.

use access::{Duty, Scope, ScopeError};
use audit::{Entity, Event, Outcome};
use store::{Account, Store, StoreError, Token};
use zeroize::Zeroizing;

use super::password::{self, Weakness};
use super::secret;

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount<'a> {
    /// What is typed to sign in; also the account's id, which is never given to somebody else.
    pub login: &'a str,
    /// Shown in charts.
    pub name: &'a str,
    /// Duties held from now on.
    pub duties: &'a [Duty],
    /// Checked against the rule.
    pub password: &'a str,
}

/// Why somebody or something was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Not a login.
    #[error("a login is 2 to 32 of a-z, 0-9, '.', '-', '_', and begins with a letter")]
    Login,
    /// Somebody has it, or had.
    #[error("that login is taken")]
    Taken,
    /// Nobody by that id.
    #[error("there is no such account")]
    Unknown,
    /// No name to show.
    #[error("a name is 1 to 100 characters")]
    Name,
    /// Not a password that is accepted.
    #[error("the password is too weak")]
    Password(Weakness),
    /// Not a scope.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// No randomness or no memory.
    #[error("the system gave no randomness or memory")]
    System,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes an account. `by` is the account id of whoever does it, or the command.
///
/// # Errors
/// [`EnrolError`]; nothing is changed then.
pub async fn create_account(
    store: &Store,
    new: NewAccount<'_>,
    clinic: &str,
    by: &str,
    now_ms: i64,
) -> Result<Account, EnrolError> {
    if !is_login(new.login) {
        return Err(EnrolError::Login);
    }
    if new.name.trim().is_empty() || new.name.chars().count() > 100 || new.name.chars().any(char::is_control) {
        return Err(EnrolError::Name);
    }
    let hashed = hash(new.password, &[new.login, new.name, clinic]).await?;
    let account = Account {
        id: new.login.to_owned(),
        login: new.login.to_owned(),
        name: new.name.trim().to_owned(),
        duties: new.duties.to_vec(),
        password: hashed,
        disabled: false,
        valid_from: None,
        valid_to: None,
    };
    let event = event(by, "create-account", "Account", &account.id, now_ms);
    let kept = account.clone();
    store
        .write(move |tx| {
            if tx.account(&kept.id)?.is_some() || tx.account_by_login(&kept.login)?.is_some() {
                return Err(EnrolError::Taken);
            }
            tx.audit(event);
            Ok(tx.put_account(&kept)?)
        })
        .await?;
    Ok(account)
}

/// Gives an account a new password and ends its sessions; what an administrator does for somebody who forgot it.
///
/// # Errors
/// [`EnrolError`]; nothing is changed then.
pub async fn set_password(
    store: &Store,
    account: &str,
    password: &str,
    clinic: &str,
    by: &str,
    now_ms: i64,
) -> Result<(), EnrolError> {
    let id = account.to_owned();
    let mut account = store.read::<_, EnrolError, _>(move |s| s.account(&id)?.ok_or(EnrolError::Unknown)).await?;
    let hashed = hash(password, &[&account.login, &account.name, clinic]).await?;
    let event = event(by, "set-password", "Account", &account.id, now_ms);
    store
        .write(move |tx| {
            tx.audit(event);
            tx.close_sessions_of(&account.id)?;
            account.password = hashed;
            Ok(tx.put_account(&account)?)
        })
        .await
}

/// Says from when until when (ms since 1970 UTC) an account is good, for instance that somebody leaves. From the
/// end on it opens nothing, whatever is still open.
///
/// # Errors
/// [`EnrolError`]; nothing is changed then.
pub async fn set_validity(
    store: &Store,
    account: &str,
    (valid_from, valid_to): (Option<i64>, Option<i64>),
    by: &str,
    now_ms: i64,
) -> Result<(), EnrolError> {
    let (event, id) = (event(by, "set-validity", "Account", account, now_ms), account.to_owned());
    store
        .write(move |tx| {
            let account = tx.account(&id)?.ok_or(EnrolError::Unknown)?;
            tx.audit(event);
            Ok(tx.put_account(&Account { valid_from, valid_to, ..account })?)
        })
        .await
}

/// Checks a password against the rule and hashes it, off the runtime's threads.
async fn hash(password: &str, about: &[&str]) -> Result<String, EnrolError> {
    password::check(password, about, password::CHARS_MIN).map_err(EnrolError::Password)?;
    let password = Zeroizing::new(password.to_owned());
    let hashed = tokio::task::spawn_blocking(move || password::hash(&password)).await;
    hashed.map_err(|_| EnrolError::System)?.map_err(|_| EnrolError::System)
}

/// Makes a bearer token for a program and gives its secret, which is stored nowhere.
///
/// # Errors
/// [`EnrolError`]; nothing is changed then.
pub async fn create_token(
    store: &Store,
    scope: &str,
    label: &str,
    lasts_ms: i64,
    by: &str,
    now_ms: i64,
) -> Result<(Token, Zeroizing<String>), EnrolError> {
    let scope = Scope::parse(scope)?.to_text();
    if label.chars().count() > 100 || label.chars().any(char::is_control) {
        return Err(EnrolError::Name);
    }
    let secret = secret::random(secret::TOKEN_PREFIX).map_err(|_| EnrolError::System)?;
    let hash = secret::hash(&secret);
    let mut token = Token {
        id: String::new(),
        hash,
        label: label.to_owned(),
        account: None,
        scope,
        created: now_ms,
        expires: Some(now_ms.saturating_add(lasts_ms)),
        revoked: false,
    };
    let by = by.to_owned();
    let token = store
        .write(move |tx| {
            token.id = format!("token:{}", tx.tokens()?.len() + 1);
            let mut event = event(&by, "create-token", "Token", &token.id, now_ms);
            event.detail = Some(token.scope.clone());
            tx.audit(event);
            tx.put_token(&token)?;
            Ok::<_, EnrolError>(token)
        })
        .await?;
    Ok((token, secret))
}

fn event(by: &str, action: &str, kind: &str, id: &str, now_ms: i64) -> Event {
    let mut event = Event::new(now_ms, by, action, Outcome::Done);
    event.entities.push(Entity { kind: kind.to_owned(), id: id.to_owned(), version: None });
    event
}

fn is_login(login: &str) -> bool {
    (2..=32).contains(&login.len())
        && login.starts_with(|c: char| c.is_ascii_lowercase())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_can_be_said_over_the_telephone() {
        for good in ["sato", "sato.ken", "dr-sato_2", "ab"] {
            assert!(is_login(good), "{good}");
        }
        for bad in ["", "a", "Sato", "佐藤", "1sato", ".sato", "sa to", "sato\n", "token:1", &"x".repeat(33)] {
            assert!(!is_login(bad), "{bad}");
        }
    }
}
