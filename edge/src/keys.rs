//! A server's own key and what is derived from it; and the files in which secrets made at first
//! start are kept, readable by the owner alone (E-04, E-05).
//!
//! Not here: what derived keys are used for.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::settings::Secret;

/// HMAC with SHA-256.
pub type HmacSha256 = Hmac<Sha256>;

/// The digits and letters of identifiers, keys and tokens.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 256 bits that never leave this process.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

/// Why there is no key.
#[derive(Debug)]
pub enum KeyError {
    /// The key that was given, or the one in the file, is not 64 hexadecimal digits.
    Malformed,
    /// A file could not be read or made.
    File(PathBuf, io::Error),
    /// Others can read the file.
    Exposed(PathBuf),
    /// The system has no randomness to give.
    NoRandomness(getrandom::Error),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str(
                "a server's own key must be 64 hexadecimal digits, as `openssl rand -hex 32` makes them",
            ),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Exposed(path) => {
                write!(f, "{} can be read by others; make it 0600", path.display())
            }
            Self::NoRandomness(error) => write!(f, "the system gives no randomness: {error}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl Key {
    /// The key that was given, else the one in the file, made at first start.
    ///
    /// # Errors
    /// When the key is malformed, or the file can't be made or read, or others can read it.
    pub fn load(given: Option<&Secret>, path: &Path) -> Result<Self, KeyError> {
        if let Some(given) = given {
            return Self::parse(given.expose());
        }
        let kept = keep(path, || Ok(Self::generate()?.to_text()))?;
        Self::parse(kept.expose())
    }

    /// A new key.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut())?;
        Ok(Self(bytes))
    }

    /// As 64 hexadecimal digits, for a file that only the owner can read.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let digits = self.0.iter().map(|byte| format!("{byte:02x}"));
        Zeroizing::new(digits.collect())
    }

    /// The key of these 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyError::Malformed`]
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(KeyError::Malformed);
        }
        let mut key = Self(Zeroizing::new([0; 32]));
        for (byte, digits) in key.0.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| KeyError::Malformed)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| KeyError::Malformed)?;
        }
        Ok(key)
    }

    /// Another key for one purpose; from it neither this one nor its siblings can be found.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let bytes: [u8; 32] = self.mac(purpose.as_bytes()).finalize().into_bytes().into();
        Self(Zeroizing::new(bytes))
    }

    /// Begins a MAC over `message` under this key.
    #[must_use]
    pub fn mac(&self, message: &[u8]) -> HmacSha256 {
        // A key shorter than a block is filled up with zeros (RFC 2104, 2).
        let mut block = Zeroizing::new([0; 64]);
        let (start, _) = block.split_at_mut(32);
        start.copy_from_slice(&*self.0);
        let mut mac = <HmacSha256 as KeyInit>::new((&*block).into());
        mac.update(message);
        mac
    }

    /// The key itself, for a cipher.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The secret in the file, made by `make` where there is none yet. Two processes that start at once
/// end up with the same one, and a crash leaves either the whole file or none.
///
/// # Errors
/// When the file can't be made or read, or others can read it.
pub fn keep(
    path: &Path,
    make: impl FnOnce() -> Result<Zeroizing<String>, getrandom::Error>,
) -> Result<Secret, KeyError> {
    let fault = |error| KeyError::File(path.to_owned(), error);
    match read_private(path) {
        Err(KeyError::File(_, error)) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    if let Some(folder) = path.parent() {
        private_folder(folder).map_err(fault)?;
    }
    let secret = make().map_err(KeyError::NoRandomness)?;
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let written = write_private(&draft, &secret).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft).map_err(fault)?;
    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(fault(error)),
        _ => {}
    }
    read_private(path)
}

/// Puts another secret into a file in place of the one that is there. Who reads it meanwhile, and who
/// reads it after a crash, gets one of the two, whole.
///
/// # Errors
/// When the file can't be written.
pub fn replace(path: &Path, secret: &str) -> Result<(), KeyError> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    write_private(&draft, secret)
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| sync_folder(path))
        .map_err(|error| KeyError::File(path.to_owned(), error))
}

/// Makes the folder and its parents for the owner alone.
fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// As many random letters and digits, each equally likely, from bytes that `fill` draws.
///
/// # Errors
/// That of `fill`.
pub fn base62<E>(
    length: usize,
    mut fill: impl FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<Zeroizing<String>, E> {
    let mut word = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0; 64]);
    while word.len() < length {
        fill(bytes.as_mut())?;
        // Bytes from 248 on would make the first letters likelier.
        let letters = bytes
            .iter()
            .filter(|byte| **byte < 248)
            .filter_map(|byte| BASE62.get(usize::from(byte % 62)))
            .map(|letter| char::from(*letter));
        let missing = length - word.len();
        word.extend(letters.take(missing));
    }
    Ok(word)
}

fn write_private(path: &Path, secret: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(secret.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    sync_folder(path)
}

/// So that a new name in it is there after a power cut too.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// The secret in the file.
///
/// # Errors
/// When the file can't be read, or others can read it.
pub fn read_private(path: &Path) -> Result<Secret, KeyError> {
    let fault = |error| KeyError::File(path.to_owned(), error);
    let mut file = File::open(path).map_err(fault)?;
    let mode = file.metadata().map_err(fault)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(fault)?;
    Ok(Secret::from(text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept_for_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = Key::load(None, &data.join("own.key")).unwrap();
        let second = Key::load(None, &data.join("own.key")).unwrap();
        assert_eq!(first.bytes(), second.bytes());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700);
        assert_eq!(mode(&data.join("own.key")), 0o600);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_malformed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.key");
        Key::load(None, &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Key::load(None, &path), Err(KeyError::Exposed(_))));
        for bad in ["", "abc", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32)] {
            let given = Secret::from(bad);
            assert!(matches!(
                Key::load(Some(&given), &path),
                Err(KeyError::Malformed)
            ));
        }
    }

    #[test]
    fn a_secret_is_replaced_and_stays_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.key");
        let first = Key::load(None, &path).unwrap();
        let second = Key::generate().unwrap();
        replace(&path, &second.to_text()).unwrap();
        let read = Key::load(None, &path).unwrap();
        assert!(read.bytes() == second.bytes() && read.bytes() != first.bytes());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_given_key_is_used_and_derived_keys_differ() {
        let given = Secret::from("0f".repeat(32).as_str());
        let key = Key::load(Some(&given), Path::new("/nowhere")).unwrap();
        assert_eq!(key.bytes(), &[0x0f; 32]);
        let [one, two] = [key.derive("one"), key.derive("two")];
        assert_ne!(one.bytes(), two.bytes());
        assert_ne!(one.bytes(), key.bytes());
        assert_eq!(format!("{key:?}"), "Key(hidden)");
    }

    #[test]
    fn words_have_their_length_and_no_two_are_alike() {
        let words = [
            base62(48, getrandom::fill).unwrap(),
            base62(48, getrandom::fill).unwrap(),
        ];
        assert!(
            words
                .iter()
                .all(|word| word.len() == 48
                    && word.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        );
        assert_ne!(words[0], words[1]);
        assert_eq!(base62(3, |_| Err(())), Err(()));
    }
}
