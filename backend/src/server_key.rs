//! The keys of the app's own servers. Several work at once, so that one can be replaced while servers still
//! use the other. Only their digests are kept in memory, and compared in constant time (E-03).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use edge::settings::Secret;
use edge::{ApiError, BearerToken};
use http::request::Parts;
use sha2::{Digest, Sha256};
use shared::ErrorType;
use subtle::{Choice, ConstantTimeEq};

use crate::StartError;
use crate::app::App;

const PREFIX: &str = "sk_";
/// 24 letters and digits after the prefix are 142 bits.
const SHORTEST: usize = PREFIX.len() + 24;
const LONGEST: usize = 255;

/// The keys that are taken; none: no server is.
#[derive(Default)]
pub(crate) struct ServerKeys(Vec<[u8; 32]>);

impl std::fmt::Debug for ServerKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKeys(hidden)")
    }
}

impl ServerKeys {
    /// Keys with commas or line ends between them.
    pub(crate) fn parse(given: Option<&Secret>) -> Result<Self, StartError> {
        let Some(given) = given else {
            return Ok(Self::default());
        };
        let keys = given
            .expose()
            .split([',', '\n'])
            .map(str::trim)
            .filter(|key| !key.is_empty());
        let digests: Option<Vec<_>> = keys.map(|key| is_key(key).then(|| digest(key))).collect();
        digests
            .filter(|digests| !digests.is_empty())
            .map(Self)
            .ok_or_else(|| {
                StartError::Setting(
                    "SERVER_KEYS: each must be sk_ and 24 to 252 letters, digits, - or _, with commas or line \
                     ends between; `echo sk_$(openssl rand -hex 24)` makes one"
                        .to_owned(),
                )
            })
    }

    /// Looks at all of them, whatever it finds.
    fn knows(&self, key: &str) -> bool {
        let shown = digest(key);
        let found = self
            .0
            .iter()
            .fold(Choice::from(0), |found, known| found | known.ct_eq(&shown));
        found.into()
    }
}

fn is_key(text: &str) -> bool {
    text.starts_with(PREFIX)
        && (SHORTEST..=LONGEST).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}

/// The caller is one of the app's servers. Anybody else gets 401 before the body is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppServer;

impl FromRequestParts<Arc<App>> for AppServer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        match BearerToken::of(&parts.headers) {
            Some(key) if app.server_keys.knows(key.as_str()) => Ok(Self),
            _ => Err(ErrorType::Unauthorized.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Result<ServerKeys, StartError> {
        ServerKeys::parse(Some(&Secret::from(text)))
    }

    #[test]
    fn several_keys_work_at_once_and_nothing_else_does() {
        let (old, new) = (
            format!("sk_{}", "a".repeat(48)),
            format!("sk_{}", "b".repeat(24)),
        );
        let known = keys(&format!("{old},\n {new}\n")).unwrap();
        assert!(known.knows(&old) && known.knows(&new));
        for stranger in [
            "",
            "sk_",
            &old[..50],
            &format!("{old}a"),
            &old.to_uppercase(),
        ] {
            assert!(!known.knows(stranger), "{stranger}");
        }
        assert!(!ServerKeys::parse(None).unwrap().knows(""));
        assert_eq!(format!("{known:?}"), "ServerKeys(hidden)");
    }

    #[test]
    fn a_key_that_could_be_guessed_is_refused() {
        for text in [
            ",",
            "sk_short",
            &"a".repeat(60),
            &format!("sk_{}", "a".repeat(23)),
            &format!("sk_{}", "ä".repeat(24)),
            &format!("sk_{} {}", "a".repeat(24), "b".repeat(24)),
            &format!("sk_{},secret", "a".repeat(24)),
            &format!("sk_{}", "a".repeat(253)),
        ] {
            let error = keys(text).unwrap_err().to_string();
            assert!(
                error.contains("SERVER_KEYS") && !error.contains("secret"),
                "{error}"
            );
        }
    }
}
