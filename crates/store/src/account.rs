//! Accounts, sessions, tokens and settings: who may come in. Deciding what they may do is `access`' part.
//!
//! Looking somebody up happens before anyone is known, so it takes no permit and needs no audit event. Every
//! change but a session's last sighting needs one, as with records.

use access::{ActorKind, Duty};

use crate::append::Tx;
use crate::db::{Row, Val};
use crate::error::{DbError, StoreError};
use crate::snapshot::Snapshot;

/// A person who can sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Never changes; stands in audit lines and as author.
    pub id: String,
    /// What is typed to sign in; one account each.
    pub login: String,
    /// Shown to others.
    pub name: String,
    /// Duties held now.
    pub duties: Vec<Duty>,
    /// Password hash as a PHC string; empty: no password opens it.
    pub password: String,
    /// Cannot sign in, and what is open is dead.
    pub disabled: bool,
    /// Not before this, in ms since 1970 UTC.
    pub valid_from: Option<i64>,
    /// Not at this or after, in ms since 1970 UTC: the day somebody leaves.
    pub valid_to: Option<i64>,
}

/// A signed-in browser or device.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the secret in the cookie, so that a stolen database opens nothing.
    pub hash: [u8; 32],
    /// Whose.
    pub account: String,
    /// ms since 1970 UTC.
    pub created: i64,
    /// ms since 1970 UTC.
    pub last_seen: i64,
    /// What was shown to open it.
    pub proven: Proven,
}

/// What a session's owner has proved with; more never comes to a session later, for it then gets a new id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proven {
    /// A password.
    Password = 1,
    /// A password, and something only the owner has.
    SecondFactor = 2,
}

/// A program's key to the interface.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Stands in audit lines, for instance `token:3`.
    pub id: String,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// What it is for, in the words of whoever made it.
    pub label: String,
    /// The account it acts for; None: a program on its own.
    pub account: Option<String>,
    /// SMART scopes, see [`access::Scope::parse`].
    pub scope: String,
    /// ms since 1970 UTC.
    pub created: i64,
    /// ms since 1970 UTC; None: until revoked.
    pub expires: Option<i64>,
    /// Opens nothing any more. Kept, because audit lines name it.
    pub revoked: bool,
}

macro_rules! debug_as {
    ($type:ident, $($field:ident),*) => {
        /// Without names and hashes.
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}
debug_as!(Account, id, duties, disabled);
debug_as!(Session, account, created, last_seen, proven);
debug_as!(Token, id, scope, expires, revoked);

impl Account {
    /// Whether it may sign in and act at `now_ms`.
    #[must_use]
    pub fn is_active(&self, now_ms: i64) -> bool {
        !self.disabled
            && self.valid_from.is_none_or(|from| from <= now_ms)
            && self.valid_to.is_none_or(|to| now_ms < to)
    }

    /// The account as one who acts.
    #[must_use]
    pub fn actor(&self) -> access::Actor {
        access::Actor {
            id: self.id.clone(),
            name: self.name.clone(),
            kind: ActorKind::Person,
            duties: self.duties.clone(),
            scope: access::Scope::Whole,
        }
    }

    fn read(row: &Row<'_>) -> Result<Self, DbError> {
        let words = row.text(3)?;
        let duties = words.split_terminator(' ').map(str::parse).collect::<Result<_, _>>();
        Ok(Self {
            id: row.text(0)?,
            login: row.text(1)?,
            name: row.text(2)?,
            duties: duties.map_err(|error: access::NotADuty| DbError::Corrupt(error.to_string()))?,
            password: row.text(4)?,
            disabled: row.int(5)? != 0,
            valid_from: row.opt_int(6)?,
            valid_to: row.opt_int(7)?,
        })
    }
}

impl Session {
    fn read(row: &Row<'_>) -> Result<Self, DbError> {
        let proven = match row.int(4)? {
            1 => Proven::Password,
            2 => Proven::SecondFactor,
            other => return Err(DbError::Corrupt(format!("a session has proven {other}"))),
        };
        Ok(Self { hash: hash(row, 0)?, account: row.text(1)?, created: row.int(2)?, last_seen: row.int(3)?, proven })
    }
}

impl Token {
    fn read(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            id: row.text(0)?,
            hash: hash(row, 1)?,
            label: row.text(2)?,
            account: row.opt_text(3)?,
            scope: row.text(4)?,
            created: row.int(5)?,
            expires: row.opt_int(6)?,
            revoked: row.int(7)? != 0,
        })
    }
}

macro_rules! select {
    (account $rest:literal) => {
        concat!(
            "SELECT id, login, name, duties, password, disabled, valid_from, valid_to FROM account WHERE clinic = ?1 ",
            $rest
        )
    };
    (session $rest:literal) => {
        concat!("SELECT hash, account, created, last_seen, proven FROM session WHERE clinic = ?1 ", $rest)
    };
    (token $rest:literal) => {
        concat!(
            "SELECT id, hash, label, account, scope, created, expires, revoked FROM token WHERE clinic = ?1 ",
            $rest
        )
    };
}

/// Looking up; [`StoreError`] only when the database fails.
#[expect(clippy::missing_errors_doc, reason = "said once for all")]
impl Snapshot<'_> {
    /// The account of that id.
    pub fn account(&mut self, id: &str) -> Result<Option<Account>, StoreError> {
        let clinic = self.clinic;
        Ok(self.db.one(select!(account "AND id = ?2"), &[clinic.into(), id.into()], Account::read)?)
    }

    /// The account that signs in with that word.
    pub fn account_by_login(&mut self, login: &str) -> Result<Option<Account>, StoreError> {
        let clinic = self.clinic;
        Ok(self.db.one(select!(account "AND login = ?2"), &[clinic.into(), login.into()], Account::read)?)
    }

    /// All accounts, disabled ones too, by login.
    pub fn accounts(&mut self) -> Result<Vec<Account>, StoreError> {
        Ok(self.db.all(select!(account "ORDER BY login"), &[self.clinic.into()], Account::read)?)
    }

    /// The session whose secret has this SHA-256. Whether it is still good is for the caller to decide.
    pub fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
        let clinic = self.clinic;
        Ok(self.db.one(select!(session "AND hash = ?2"), &[clinic.into(), hash[..].into()], Session::read)?)
    }

    /// The token with this SHA-256, expired and revoked ones too.
    pub fn token(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let clinic = self.clinic;
        Ok(self.db.one(select!(token "AND hash = ?2"), &[clinic.into(), hash[..].into()], Token::read)?)
    }

    /// All tokens, oldest first.
    pub fn tokens(&mut self) -> Result<Vec<Token>, StoreError> {
        Ok(self.db.all(select!(token "ORDER BY created, id"), &[self.clinic.into()], Token::read)?)
    }

    /// A setting's value.
    pub fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM setting WHERE clinic = ?1 AND name = ?2";
        let clinic = self.clinic;
        Ok(self.db.one(sql, &[clinic.into(), name.into()], |row| row.text(0))?)
    }
}

/// Changing; [`StoreError`] only when the database fails, or a login or hash is taken.
#[expect(clippy::missing_errors_doc, reason = "said once for all")]
impl Tx<'_> {
    /// Adds the account, or replaces the one of that id.
    pub fn put_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let duties = account.duties.iter().map(|duty| duty.as_str()).collect::<Vec<_>>().join(" ");
        self.change(
            "INSERT INTO account (clinic, id, login, name, duties, password, disabled, valid_from, valid_to)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (clinic, id) DO UPDATE SET login = excluded.login, name = excluded.name,
             duties = excluded.duties, password = excluded.password, disabled = excluded.disabled,
             valid_from = excluded.valid_from, valid_to = excluded.valid_to",
            &[
                account.id.as_str().into(),
                account.login.as_str().into(),
                account.name.as_str().into(),
                duties.as_str().into(),
                account.password.as_str().into(),
                Val::Int(i64::from(account.disabled)),
                account.valid_from.map_or(Val::Null, Val::Int),
                account.valid_to.map_or(Val::Null, Val::Int),
            ],
        )?;
        Ok(())
    }

    /// Keeps a new session.
    pub fn open_session(&mut self, session: &Session) -> Result<(), StoreError> {
        self.change(
            "INSERT INTO session (clinic, hash, account, created, last_seen, proven) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                session.hash[..].into(),
                session.account.as_str().into(),
                Val::Int(session.created),
                Val::Int(session.last_seen),
                Val::Int(session.proven as i64),
            ],
        )?;
        Ok(())
    }

    /// Notes that a session was used. Needs no audit event: what it was used for has its own.
    pub fn see_session(&mut self, hash: &[u8; 32], at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE session SET last_seen = ?3 WHERE clinic = ?1 AND hash = ?2 AND last_seen < ?3";
        let clinic = self.clinic;
        self.db.execute(sql, &[clinic.into(), hash[..].into(), Val::Int(at)])?;
        Ok(())
    }

    /// Ends a session. Whether there was one.
    pub fn close_session(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(self.change("DELETE FROM session WHERE clinic = ?1 AND hash = ?2", &[hash[..].into()])? > 0)
    }

    /// Ends every session of an account. How many there were.
    pub fn close_sessions_of(&mut self, account: &str) -> Result<u64, StoreError> {
        self.change("DELETE FROM session WHERE clinic = ?1 AND account = ?2", &[account.into()])
    }

    /// Forgets sessions that were last seen before `at`. Needs no audit event: they were dead already.
    pub fn forget_sessions(&mut self, at: i64) -> Result<u64, StoreError> {
        let clinic = self.clinic;
        Ok(self
            .db
            .execute("DELETE FROM session WHERE clinic = ?1 AND last_seen < ?2", &[clinic.into(), Val::Int(at)])?)
    }

    /// Adds the token, or replaces the one of that id.
    pub fn put_token(&mut self, token: &Token) -> Result<(), StoreError> {
        self.change(
            "INSERT INTO token (clinic, id, hash, label, account, scope, created, expires, revoked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (clinic, id) DO UPDATE SET hash = excluded.hash, label = excluded.label,
             account = excluded.account, scope = excluded.scope, created = excluded.created,
             expires = excluded.expires, revoked = excluded.revoked",
            &[
                token.id.as_str().into(),
                token.hash[..].into(),
                token.label.as_str().into(),
                token.account.as_deref().map_or(Val::Null, Val::Text),
                token.scope.as_str().into(),
                Val::Int(token.created),
                token.expires.map_or(Val::Null, Val::Int),
                Val::Int(i64::from(token.revoked)),
            ],
        )?;
        Ok(())
    }

    /// Sets a setting.
    pub fn set_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        self.change(
            "INSERT INTO setting (clinic, name, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (clinic, name) DO UPDATE SET value = excluded.value",
            &[name.into(), value.into()],
        )?;
        Ok(())
    }

    /// A statement that needs an audit event beside it; the clinic is `?1`.
    pub(crate) fn change(&mut self, sql: &str, params: &[Val<'_>]) -> Result<u64, StoreError> {
        self.touched = true;
        let params: Vec<Val<'_>> = [self.clinic.into()].into_iter().chain(params.iter().copied()).collect();
        Ok(self.db.execute(sql, &params)?)
    }
}

fn hash(row: &Row<'_>, column: usize) -> Result<[u8; 32], DbError> {
    row.bytes(column)?.try_into().map_err(|_| DbError::Corrupt("a hash is 32 bytes".to_owned()))
}
