//! A data directory: who holds it, what opens it.

mod records;

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use store::{Keys, Seal, Store, Vault, VaultError};
use zeroize::Zeroizing;

use crate::cli;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

pub(crate) use records::{Database, config};

/// A data directory held by this process alone. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Held {
    _lock: File,
}

/// Takes hold of an existing or new data directory.
pub(crate) fn hold(directory: &Path) -> Done<Held> {
    let failed = |error: &std::io::Error| Failure::file("使う", "use", directory, error);
    // Charts lie in it: nobody else has any business there, encrypted or not.
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|error| failed(&error))?;
    let path = directory.join("lock");
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut lock = options.map_err(|error| failed(&error))?;
    match lock.try_lock() {
        Ok(()) => {
            // Only for the message below; the lock is the system's, not the number.
            let noted = lock.set_len(0).and_then(|()| write!(lock, "{}", std::process::id()));
            noted.map_err(|error| failed(&error))?;
            Ok(Held { _lock: lock })
        }
        Err(TryLockError::WouldBlock) => Err(busy(directory, &mut lock)),
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

fn busy(directory: &Path, lock: &mut File) -> Failure {
    let mut pid = String::new();
    let _unreadable = lock.read_to_string(&mut pid);
    let directory = directory.display();
    Failure::new(
        Kind::Busy,
        format!("{directory} は別のこまいぬが使っています(プロセス {pid})。"),
        format!("{directory} is in use by another Komainu (process {pid})."),
    )
    .todo(
        "サーバーを止めてから実行するか、動いているサーバーに --url で頼んでください。",
        "Stop the server first, or ask the running one with --url where the command has it.",
    )
}

/// Whether a clinic lives there already.
pub(crate) fn exists(directory: &Path) -> bool {
    Vault::exists(directory)
}

/// What seals the keys of a new directory: as given, or asked for.
pub(crate) enum NewSeal {
    KeyFile(std::path::PathBuf),
    Passphrase(Zeroizing<String>),
}

impl NewSeal {
    pub(crate) fn of(data: &cli::Data) -> Done<Self> {
        if let Some(path) = &data.key_file {
            return Ok(Self::KeyFile(path.clone()));
        }
        if let Some(path) = &data.passphrase_file {
            let passphrase = terminal::read_secret(path)?;
            return if is_long(&passphrase) { Ok(Self::Passphrase(passphrase)) } else { Err(short()) };
        }
        if !terminal::somebody_is_there() {
            return Err(Failure::new(
                Kind::Usage,
                "新しいデータを暗号化する鍵が決まっていません。",
                "There is nothing to encrypt the new data with.",
            )
            .todo("--key-file か --passphrase-file を付けてください。", "Give --key-file or --passphrase-file."));
        }
        terminal::tell(
            "データを暗号化するパスフレーズを決めてください。忘れるとデータは戻りません。紙に書いて金庫へ。\n\
             Choose the passphrase that encrypts the data. Without it the data is lost: write it down and lock it away.",
        );
        loop {
            let passphrase = terminal::ask_new_secret("パスフレーズ / passphrase")?;
            if is_long(&passphrase) {
                return Ok(Self::Passphrase(passphrase));
            }
            terminal::tell(&short().to_string());
        }
    }

    /// Makes the keys of a new directory.
    pub(crate) fn create(&self, directory: &Path) -> Done<Keys> {
        let seal = match self {
            Self::KeyFile(path) => Seal::KeyFile(path),
            Self::Passphrase(passphrase) => Seal::Passphrase(passphrase),
        };
        Ok(Vault::create(directory, seal)?)
    }
}

/// Whoever steals the disk can guess for years, slowed only by argon2.
fn is_long(passphrase: &str) -> bool {
    passphrase.chars().count() >= 10
}

fn short() -> Failure {
    Failure::new(Kind::Input, "パスフレーズが短すぎます。", "The passphrase is too short.")
        .todo("10文字以上の文にしてください。", "Make it a sentence of 10 characters or more.")
}

/// Opens the keys of an existing directory.
pub(crate) fn open_keys(data: &cli::Data) -> Done<Keys> {
    if !exists(&data.data) {
        let path = data.data.display();
        return Err(Failure::new(
            Kind::NotFound,
            format!("{path} にこまいぬのデータはありません。"),
            format!("There is no Komainu data in {path}."),
        )
        .todo(
            "場所を確かめるか、komainu serve で作ってください。",
            "Check the place, or make it with komainu serve.",
        ));
    }
    let passphrase = data.passphrase_file.as_deref().map(terminal::read_secret).transpose()?;
    match Vault::open(&data.data, passphrase.as_ref().map(|p| p.as_str())) {
        Err(VaultError::NeedsPassphrase) if terminal::somebody_is_there() => {
            let typed = terminal::ask_secret("パスフレーズ / passphrase")?;
            Ok(Vault::open(&data.data, Some(&typed))?)
        }
        opened => Ok(opened?),
    }
}

/// Opens the keys of a directory that are sealed by a key file.
pub(crate) fn open_keys_of(directory: &Path) -> Done<Keys> {
    Ok(Vault::open(directory, None)?)
}

/// Opens the store of a data directory.
pub(crate) fn open_store(directory: &Path, keys: Keys) -> Done<Store> {
    Ok(Store::open(records::config(directory, keys)?)?)
}

/// The same for a command that loads much and ends.
pub(crate) fn open_store_to_load(directory: &Path, keys: Keys) -> Done<Store> {
    Ok(Store::open(records::config(directory, keys)?.loading())?)
}

/// Removes what a demonstration left in a temporary directory.
pub(crate) fn remove(directory: &Path) {
    if let Err(error) = fs::remove_dir_all(directory) {
        tracing::warn!(%error, "the temporary data could not be removed");
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        use VaultError as E;
        let failure = match &error {
            E::Exists(_) => Self::new(Kind::Input, "鍵がすでにあります。", "There is a key already.").todo(
                "--key-file に新しいファイル名を指定してください。古い鍵は消さないでください。",
                "Give --key-file a new name. Do not delete the old key.",
            ),
            E::Missing(_) => Self::new(Kind::NotFound, "鍵ファイルがありません。", "The key file is not there.")
                .todo("鍵の入った媒体を挿してください。", "Plug in the medium that holds it."),
            E::WrongPassphrase => Self::new(Kind::Refused, "パスフレーズが違います。", "The passphrase is wrong.")
                .todo("もう一度確かめてください。", "Check it and try again."),
            E::NeedsPassphrase => Self::new(Kind::Usage, "パスフレーズが必要です。", "A passphrase is needed.")
                .todo("--passphrase-file を付けてください。", "Give --passphrase-file."),
            E::Open { .. } => {
                Self::new(Kind::Input, "鍵ファイルが他の利用者にも読めます。", "The key file can be read by others.")
                    .todo("chmod 600 で自分だけが読めるようにしてください。", "Make it private: chmod 600.")
            }
            E::Malformed { .. } => Self::new(Kind::Damaged, "鍵ファイルが壊れています。", "The key file is damaged.")
                .todo("控えから戻してください。", "Restore it from its copy."),
            _ => Self::new(Kind::Input, "鍵を読み書きできません。", "The key cannot be read or written."),
        };
        failure.because(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_held_by_one() {
        let directory = tempfile::tempdir().unwrap();
        let held = hold(directory.path()).unwrap();
        let refused = hold(directory.path()).unwrap_err();
        assert_eq!(refused.kind(), Kind::Busy);
        assert!(refused.to_string().contains(&std::process::id().to_string()), "{refused}");
        drop(held);
        assert!(hold(directory.path()).is_ok());
    }
}
