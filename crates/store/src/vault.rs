//! The keys of a data directory, sealed in `key.json`.
//!
//! Two random keys are made once: the database's and the audit log's. They are never derived from a passphrase,
//! only sealed by one, so that a passphrase can be changed without writing the database anew. A disk that is
//! stolen without the passphrase, or without the key file, opens nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const FILE: &str = "key.json";
/// Bound into every seal, so that none opens as something else.
const PURPOSE: &[u8] = b"komainu keys 1";
/// 64 MiB and 3 passes: about 0.2 s on a small computer, once at each start.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// The keys of a store. Wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Keys {
    pub(crate) database: [u8; 32],
    pub(crate) audit: [u8; 32],
    #[zeroize(skip)]
    pub(crate) page_mac: PageMac,
}

/// What each page of the embedded database is authenticated with: a file keeps the one it was made with. No secret; if
/// `key.json` says the wrong one, no page fits its MAC and nothing opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PageMac {
    /// SQLCipher's own choice, and what is meant where `key.json` says nothing.
    #[default]
    Sha512,
    /// Where the processor has instructions for it, half the time per page, and 32 bytes of each page less.
    Sha256,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// What opens the vault.
#[derive(Clone, Copy)]
pub enum Seal<'a> {
    /// Typed at each start.
    Passphrase(&'a str),
    /// A file outside the data directory (another disk, a USB stick), readable by its owner alone.
    KeyFile(&'a Path),
}

/// The sealed keys of a data directory.
#[derive(Debug)]
pub struct Vault;

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The directory has a vault already; a second one would lock the first's database for good.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// There is none.
    #[error("{0} does not exist")]
    Missing(PathBuf),
    /// The passphrase is not the one, or the file was changed: the two cannot be told apart.
    #[error("the passphrase does not open the keys")]
    WrongPassphrase,
    /// The keys are sealed by a passphrase and none was given.
    #[error("the keys are sealed by a passphrase")]
    NeedsPassphrase,
    /// Others on this computer could read the key file.
    #[error("{path} can be read by others (mode {mode:o}); it must be 0600")]
    Open {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a file that this program wrote.
    #[error("{path} is not a key file: {what}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Reading or writing failed.
    #[error("{path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The operating system gave no randomness, or the hash no key.
    #[error("no key could be made: {0}")]
    NoKey(String),
}

/// `key.json`.
#[derive(Serialize, Deserialize)]
struct Sealing {
    #[serde(flatten)]
    sealed: Sealed,
    #[serde(default)]
    page_mac: PageMac,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sealed {
    Passphrase { memory_kib: u32, passes: u32, salt: String, nonce: String, keys: String },
    KeyFile { path: PathBuf },
}

impl Keys {
    /// New random keys.
    ///
    /// # Errors
    /// [`VaultError::NoKey`]
    pub fn random() -> Result<Self, VaultError> {
        let mut keys = Self { database: [0; 32], audit: [0; 32], page_mac: PageMac::Sha256 };
        fill(&mut keys.database)?;
        fill(&mut keys.audit)?;
        Ok(keys)
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([self.database, self.audit].concat())
    }

    fn from_bytes(bytes: &[u8], page_mac: PageMac) -> Option<Self> {
        let (database, audit) = bytes.split_at_checked(32)?;
        Some(Self { database: database.try_into().ok()?, audit: audit.try_into().ok()?, page_mac })
    }
}

impl Vault {
    /// Whether the directory has one.
    #[must_use]
    pub fn exists(directory: &Path) -> bool {
        directory.join(FILE).exists()
    }

    /// Makes new keys and seals them.
    ///
    /// # Errors
    /// [`VaultError::Exists`] when there is a vault already, or the key file is there.
    pub fn create(directory: &Path, seal: Seal<'_>) -> Result<Keys, VaultError> {
        let path = directory.join(FILE);
        if path.exists() {
            return Err(VaultError::Exists(path));
        }
        fs::create_dir_all(directory).map_err(|source| VaultError::Io { path: directory.to_owned(), source })?;
        let keys = Keys::random()?;
        Self::write(&path, &keys, seal)?;
        Ok(keys)
    }

    /// Opens the keys; the passphrase is needed only where they are sealed by one.
    ///
    /// # Errors
    /// [`VaultError`]
    pub fn open(directory: &Path, passphrase: Option<&str>) -> Result<Keys, VaultError> {
        let path = directory.join(FILE);
        let text = read(&path)?;
        let malformed = |what: String| VaultError::Malformed { path: path.clone(), what };
        let Sealing { sealed, page_mac } =
            serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        let bytes = match sealed {
            Sealed::Passphrase { memory_kib, passes, salt, nonce, keys } => {
                let passphrase = passphrase.ok_or(VaultError::NeedsPassphrase)?;
                let [salt, nonce, keys] = [salt, nonce, keys].map(|text| STANDARD.decode(text).unwrap_or_default());
                if nonce.len() != 24 {
                    return Err(malformed("the nonce is not 24 bytes".to_owned()));
                }
                let cipher = cipher(passphrase, &salt, memory_kib, passes)?;
                let sealed = Payload { msg: &keys, aad: PURPOSE };
                let opened = cipher.decrypt(XNonce::from_slice(&nonce), sealed);
                Zeroizing::new(opened.map_err(|_| VaultError::WrongPassphrase)?)
            }
            Sealed::KeyFile { path } => read_key_file(&path)?,
        };
        Keys::from_bytes(&bytes, page_mac).ok_or_else(|| malformed("it does not hold two keys of 32 bytes".to_owned()))
    }

    /// Seals the same keys in another way: a changed passphrase, or a file instead of one.
    ///
    /// # Errors
    /// [`VaultError`]; then the old seal stands.
    pub fn reseal(directory: &Path, keys: &Keys, seal: Seal<'_>) -> Result<(), VaultError> {
        Self::write(&directory.join(FILE), keys, seal)
    }

    fn write(path: &Path, keys: &Keys, seal: Seal<'_>) -> Result<(), VaultError> {
        let sealed = match seal {
            Seal::Passphrase(passphrase) => {
                let (mut salt, mut nonce) = ([0; 16], [0; 24]);
                fill(&mut salt)?;
                fill(&mut nonce)?;
                let cipher = cipher(passphrase, &salt, MEMORY_KIB, PASSES)?;
                let payload = Payload { msg: &keys.to_bytes(), aad: PURPOSE };
                let sealed = cipher.encrypt(XNonce::from_slice(&nonce), payload);
                let sealed = sealed.map_err(|_| VaultError::NoKey("sealing failed".to_owned()))?;
                Sealed::Passphrase {
                    memory_kib: MEMORY_KIB,
                    passes: PASSES,
                    salt: STANDARD.encode(salt),
                    nonce: STANDARD.encode(nonce),
                    keys: STANDARD.encode(sealed),
                }
            }
            Seal::KeyFile(file) => {
                let text = Zeroizing::new(STANDARD.encode(keys.to_bytes().as_slice()));
                create_private(file, text.as_bytes())?;
                let absolute = fs::canonicalize(file);
                Sealed::KeyFile { path: absolute.map_err(|source| VaultError::Io { path: file.to_owned(), source })? }
            }
        };
        let sealing = Sealing { sealed, page_mac: keys.page_mac };
        let text = serde_json::to_vec_pretty(&sealing).map_err(|error| VaultError::NoKey(error.to_string()))?;
        // Beside it and then into its place: a crash leaves the old seal or the new one, never half of one.
        let new = path.with_extension("new");
        let _stale = fs::remove_file(&new);
        create_private(&new, &text)?;
        let io = |source| VaultError::Io { path: path.to_owned(), source };
        fs::rename(&new, path).map_err(io)?;
        path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all()).map_err(io)
    }
}

fn cipher(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Result<XChaCha20Poly1305, VaultError> {
    let no_key = |error: argon2::Error| VaultError::NoKey(error.to_string());
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(no_key)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(no_key)?;
    Ok(XChaCha20Poly1305::new(key.as_slice().into()))
}

fn read_key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let io = |source| VaultError::Io { path: path.to_owned(), source };
    let mode = match fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(VaultError::Missing(path.to_owned())),
        Err(error) => return Err(io(error)),
    };
    if mode & 0o077 != 0 {
        return Err(VaultError::Open { path: path.to_owned(), mode });
    }
    let text = Zeroizing::new(fs::read(path).map_err(io)?);
    let bytes = STANDARD.decode(text.trim_ascii());
    let bytes = bytes.map_err(|error| VaultError::Malformed { path: path.to_owned(), what: error.to_string() })?;
    Ok(Zeroizing::new(bytes))
}

fn read(path: &Path) -> Result<Vec<u8>, VaultError> {
    fs::read(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => VaultError::Missing(path.to_owned()),
        _ => VaultError::Io { path: path.to_owned(), source },
    })
}

/// A new file that its owner alone can read, on the disk when this returns.
fn create_private(path: &Path, text: &[u8]) -> Result<(), VaultError> {
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    created.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => VaultError::Exists(path.to_owned()),
        _ => VaultError::Io { path: path.to_owned(), source },
    })
}

fn fill(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|error| VaultError::NoKey(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn a_passphrase_opens_what_it_sealed_and_no_other_does() {
        let directory = TempDir::new().unwrap();
        let keys = Vault::create(directory.path(), Seal::Passphrase("狛犬は二匹")).unwrap();
        let opened = Vault::open(directory.path(), Some("狛犬は二匹")).unwrap();
        assert_eq!((opened.database, opened.audit), (keys.database, keys.audit));
        assert!(matches!(Vault::open(directory.path(), Some("狛犬は一匹")), Err(VaultError::WrongPassphrase)));
        assert!(matches!(Vault::open(directory.path(), None), Err(VaultError::NeedsPassphrase)));
        let again = Vault::create(directory.path(), Seal::Passphrase("x"));
        assert!(matches!(again, Err(VaultError::Exists(_))));
    }

    #[test]
    fn the_keys_are_in_no_file_as_they_are() {
        let directory = TempDir::new().unwrap();
        let keys = Vault::create(directory.path(), Seal::Passphrase("狛犬は二匹")).unwrap();
        let text = fs::read_to_string(directory.path().join(FILE)).unwrap();
        assert!(!text.contains(&STANDARD.encode(keys.to_bytes().as_slice())[..40]));
        assert_eq!(format!("{keys:?}"), "Keys(…)");
        let mode = fs::metadata(directory.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_file_opens_only_while_it_is_private() {
        let (directory, stick) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let file = stick.path().join("clinic.key");
        let keys = Vault::create(directory.path(), Seal::KeyFile(&file)).unwrap();
        assert_eq!(Vault::open(directory.path(), None).unwrap().database, keys.database);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Vault::open(directory.path(), None), Err(VaultError::Open { mode: 0o644, .. })));
        fs::remove_file(&file).unwrap();
        assert!(matches!(Vault::open(directory.path(), None), Err(VaultError::Missing(path)) if path == file));
    }

    #[test]
    fn resealing_keeps_the_keys() {
        let directory = TempDir::new().unwrap();
        let keys = Vault::create(directory.path(), Seal::Passphrase("old")).unwrap();
        Vault::reseal(directory.path(), &keys, Seal::Passphrase("new")).unwrap();
        assert!(matches!(Vault::open(directory.path(), Some("old")), Err(VaultError::WrongPassphrase)));
        assert_eq!(Vault::open(directory.path(), Some("new")).unwrap().audit, keys.audit);
    }

    #[test]
    fn a_vault_from_before_the_choice_opens_its_pages_as_they_are() {
        let (directory, stick) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let file = stick.path().join("clinic.key");
        let mut keys = Vault::create(directory.path(), Seal::KeyFile(&file)).unwrap();
        assert_eq!(keys.page_mac, PageMac::Sha256, "a new one");
        let text = fs::read_to_string(directory.path().join(FILE)).unwrap();
        let before = text.replace(",\n  \"page_mac\": \"sha256\"", "");
        assert_ne!(before, text);
        fs::write(directory.path().join(FILE), before).unwrap();
        keys.page_mac = PageMac::Sha512;
        let store = crate::Store::open(crate::Config::directory(directory.path(), keys)).unwrap();
        drop(store);
        let opened = Vault::open(directory.path(), None).unwrap();
        crate::Store::open(crate::Config::directory(directory.path(), opened.clone())).unwrap();
        // It stays as it is whatever happens to its seal.
        Vault::reseal(directory.path(), &opened, Seal::Passphrase("new")).unwrap();
        let resealed = Vault::open(directory.path(), Some("new")).unwrap();
        assert_eq!(resealed.page_mac, PageMac::Sha512);
        let mut wrong = resealed.clone();
        wrong.page_mac = PageMac::Sha256;
        let refused = crate::Store::open(crate::Config::directory(directory.path(), wrong)).map(drop);
        assert_eq!(refused, Err(crate::StoreError::WrongKey));
        crate::Store::open(crate::Config::directory(directory.path(), resealed)).unwrap();
    }

    #[test]
    fn a_damaged_vault_says_so() {
        let directory = TempDir::new().unwrap();
        assert!(matches!(Vault::open(directory.path(), None), Err(VaultError::Missing(_))));
        fs::write(directory.path().join(FILE), "{}").unwrap();
        assert!(matches!(Vault::open(directory.path(), None), Err(VaultError::Malformed { .. })));
    }
}
