//! The service's own key in its file, and its replacement without a restart (E-08).
//!
//! The file holds one key a line. The first one is in use; the others are accepted for what they made:
//!
//! ```text
//! 64 hexadecimal digits                   in use
//! 64 hexadecimal digits next              accepted, and the next one in use
//! 64 hexadecimal digits until 1800000000  accepted until then (Unix seconds), used before
//! ```
//!
//! A running service looks whether the file has changed, at most once a second and only when it is
//! asked for something. The database knows a check value of every key that was in use: a service whose
//! file has none of the newest one belongs to another database and does not start.
//!
//! Not here: what is made with a key ([`crate::secrets`]), and the chores that change the file.

mod settling;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use edge::clock::Clock;
use edge::keys::{self, Key, KeyError};

use crate::secrets::Secrets;

pub(crate) use settling::{Settled, settle};

/// File of the service's own key, in the data folder.
pub(crate) const OWN_KEY: &str = "otp-service.key";
/// How often a running service looks at the file.
const LOOK_EVERY_MS: i64 = 1_000;

/// What the file holds.
#[derive(Debug, Clone)]
pub(crate) struct KeyFile {
    pub(crate) current: Key,
    pub(crate) next: Option<Key>,
    /// Each with the Unix seconds until which it is accepted.
    pub(crate) older: Vec<(Key, i64)>,
}

impl KeyFile {
    /// Reads the file; where there is none, one with a new key is made.
    pub(crate) fn load(path: &Path) -> Result<Self, KeyError> {
        let kept = keys::keep(path, || Ok(Key::generate()?.to_text()))?;
        Self::parse(kept.expose())
    }

    fn parse(text: &str) -> Result<Self, KeyError> {
        let mut lines = text.lines();
        let mut file = Self {
            current: Key::parse(lines.next().unwrap_or_default())?,
            next: None,
            older: Vec::new(),
        };
        for line in lines {
            let mut words = line.split(' ');
            let key = Key::parse(words.next().unwrap_or_default())?;
            match (words.next(), words.next(), words.next()) {
                (Some("next"), None, None) if file.next.is_none() => file.next = Some(key),
                (Some("until"), Some(until), None) => {
                    let until = until.parse().map_err(|_| KeyError::Malformed)?;
                    file.older.push((key, until));
                }
                _ => return Err(KeyError::Malformed),
            }
        }
        Ok(file)
    }

    /// Writes it in place of the file that is there.
    pub(crate) fn save(&self, path: &Path) -> Result<(), KeyError> {
        let mut text = self.current.to_text();
        let mut line = |key: &Key, rest: &str| {
            text.push('\n');
            text.push_str(&key.to_text());
            text.push_str(rest);
        };
        if let Some(next) = &self.next {
            line(next, " next");
        }
        for (key, until) in &self.older {
            line(key, &format!(" until {until}"));
        }
        keys::replace(path, &text)
    }

    /// The next key is in use from now on, and the one before accepted for so many seconds.
    pub(crate) fn go_on(&mut self, next: Key, now: i64, accepted: i64) {
        let before = std::mem::replace(&mut self.current, next);
        self.next = None;
        self.older.retain(|(_, until)| *until > now);
        self.older.insert(0, (before, now + accepted));
    }

    /// What is derived from the keys that count now.
    pub(crate) fn secrets(&self, now: i64) -> Secrets {
        let older = self
            .older
            .iter()
            .filter(|(_, until)| *until > now)
            .map(|(key, _)| key);
        Secrets::derive(&self.current, self.next.iter().chain(older))
    }
}

/// The key of a running service.
#[derive(Debug)]
pub(crate) struct OwnKey {
    path: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    secrets: Arc<Secrets>,
    stamp: Option<Stamp>,
    /// On the clock of the machine's run, milliseconds.
    looked_at: i64,
}

/// Tells one file from another of the same name.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    changed_at: (i64, i64),
    length: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        Some(Self {
            inode: file.ino(),
            changed_at: (file.ctime(), file.ctime_nsec()),
            length: file.len(),
        })
    }
}

impl OwnKey {
    /// The key in this folder, made at first start.
    pub(crate) fn load(data_dir: &Path, clock: &Clock) -> Result<Self, KeyError> {
        let path = data_dir.join(OWN_KEY);
        let secrets = KeyFile::load(&path)?.secrets(clock.now());
        Ok(Self {
            seen: Mutex::new(Seen {
                secrets: Arc::new(secrets),
                stamp: Stamp::of(&path),
                looked_at: clock.mark().up_ms,
            }),
            path,
        })
    }

    /// What is derived from it, as the file is now. A file that can't be used changes nothing.
    pub(crate) fn secrets(&self, clock: &Clock) -> Arc<Secrets> {
        let mark = clock.mark();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if mark.up_ms - seen.looked_at < LOOK_EVERY_MS {
            return Arc::clone(&seen.secrets);
        }
        seen.looked_at = mark.up_ms;
        let stamp = Stamp::of(&self.path);
        if stamp == seen.stamp {
            return Arc::clone(&seen.secrets);
        }
        seen.stamp = stamp;
        let file = keys::read_private(&self.path).and_then(|text| KeyFile::parse(text.expose()));
        match file {
            Ok(file) => {
                seen.secrets = Arc::new(file.secrets(clock.now()));
                tracing::info!("the service's own key was read again");
            }
            Err(error) => {
                tracing::error!(%error, "the service's own key can't be read again; it stays as it was");
            }
        }
        Arc::clone(&seen.secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn key(byte: &str) -> Key {
        Key::parse(&byte.repeat(32)).unwrap()
    }

    #[test]
    fn a_file_of_one_key_is_what_it_always_was() {
        let file = KeyFile::parse(&"0f".repeat(32)).unwrap();
        assert_eq!(file.current.bytes(), &[0x0f; 32]);
        assert!(file.next.is_none() && file.older.is_empty());
    }

    #[test]
    fn what_is_written_is_read_again_and_shown_to_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(OWN_KEY);
        let mut file = KeyFile::load(&path).unwrap();
        file.go_on(key("02"), NOW, 60);
        file.next = Some(key("03"));
        file.save(&path).unwrap();
        let read = KeyFile::load(&path).unwrap();
        assert_eq!(read.current.bytes(), &[2; 32]);
        assert_eq!(read.next.as_ref().unwrap().bytes(), &[3; 32]);
        assert_eq!(read.older[0].1, NOW + 60);
        assert!(!format!("{read:?}").contains("020202"));
    }

    #[test]
    fn an_older_key_counts_until_its_time_e_08() {
        let mut file = KeyFile::parse(&"01".repeat(32)).unwrap();
        let old = file.secrets(NOW);
        file.go_on(key("02"), NOW, 60);
        assert!(file.secrets(NOW + 59).know(old.check_value()));
        assert!(!file.secrets(NOW + 60).know(old.check_value()));
        file.go_on(key("03"), NOW + 60, 60);
        assert_eq!(file.older.len(), 1, "what no longer counts is not kept");
    }

    #[test]
    fn a_line_that_is_not_understood_is_refused() {
        let (key, other) = ("0f".repeat(32), "1f".repeat(32));
        for rest in [
            other.clone(),
            format!("{other} until"),
            format!("{other} until soon"),
            format!("{other} until 1 2"),
            format!("{other} next\n{key} next"),
            "x next".to_owned(),
        ] {
            assert!(KeyFile::parse(&format!("{key}\n{rest}")).is_err(), "{rest}");
        }
        assert!(KeyFile::parse("").is_err());
    }
}
