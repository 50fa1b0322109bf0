//! Short-lived tokens for the app's own APIs: JWTs that anybody checks with the public keys alone (RFC 7519,
//! signed with Ed25519, RFC 8037; `typ` is that of RFC 9068, so that no other token of this house is taken
//! for one). Offered where TOKEN_AUDIENCE says for whom.
//!
//! Not here: whether somebody is signed in. A token lives on for its few minutes after a sign-out.

mod key;

use edge::ApiError;
use edge::keys::{Key, base62};
use edge::settings::Secret;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::AccessToken;

use crate::StartError;
use crate::config::Config;
use crate::otp_client::LiveSession;
use crate::store::Account;

pub(crate) use key::PublicKey;
use key::SigningKey;

/// Names that a claim of the app's can't have.
const OWN_CLAIMS: [&str; 12] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "sid",
    "user_id",
    "external_id",
    "client_id",
];

/// Signs tokens, and shows the keys.
#[derive(Debug)]
pub(crate) struct AccessTokens {
    issuer: String,
    audience: String,
    lives_secs: u32,
    /// Entries of an account's metadata that are told.
    claims: Vec<String>,
    /// The first one signs; all are published.
    keys: Vec<SigningKey>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: &'a str,
    auth_time: i64,
    sid: &'a str,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(flatten)]
    own: Map<String, Value>,
}

/// A token, and for how long it is good.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) token: AccessToken,
    pub(crate) lives_secs: u32,
}

/// The moment of issue, on both clocks, Unix seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: i64,
    /// Others compare the token's times with their own clocks, so they are those of the host (C-19).
    pub(crate) host: i64,
}

impl AccessTokens {
    /// None where no audience is set.
    pub(crate) fn of(
        config: &Config,
        issuer: String,
        backend_key: &Key,
    ) -> Result<Option<Self>, StartError> {
        let given = config.token_keys()?;
        let Some(audience) = &config.token_audience else {
            return match given {
                None => Ok(None),
                Some(_) => Err(StartError::Setting(
                    "TOKEN_KEYS is set but TOKEN_AUDIENCE is missing".to_owned(),
                )),
            };
        };
        let reserved = |name: &&String| OWN_CLAIMS.contains(&name.as_str());
        if let Some(name) = config.token_claims.iter().find(reserved) {
            return Err(StartError::Setting(format!(
                "TOKEN_CLAIMS: {name} has a meaning of its own in tokens"
            )));
        }
        Ok(Some(Self {
            issuer,
            audience: audience.clone(),
            lives_secs: config.token_minutes * 60,
            claims: config.token_claims.clone(),
            keys: keys(given.as_ref(), backend_key)?,
        }))
    }

    /// A token for who is signed in, never beyond the session's end.
    pub(crate) fn issue(
        &self,
        account: &Account,
        session: &LiveSession,
        auth_time: i64,
        moment: Moment,
    ) -> Result<Issued, ApiError> {
        let left = u32::try_from((session.expires_at - moment.now).max(0)).unwrap_or(u32::MAX);
        let lives_secs = self.lives_secs.min(left);
        let jti = base62(22, getrandom::fill).map_err(ApiError::internal)?;
        let told = |name: &String| {
            let text = account.metadata.get(name)?;
            Some((name.clone(), Value::from(text)))
        };
        let claims = Claims {
            iss: &self.issuer,
            sub: &account.account_id,
            aud: &self.audience,
            iat: moment.host,
            nbf: moment.host,
            exp: moment.host + i64::from(lives_secs),
            jti: &jti,
            // As long ago by the host's clock as by ours.
            auth_time: moment.host - (moment.now - auth_time),
            sid: &session.id,
            user_id: &account.user_id,
            external_id: account.external_id.as_ref().map(|id| id.as_str()),
            own: self.claims.iter().filter_map(told).collect(),
        };
        let key = self.keys.first();
        let key = key.ok_or_else(|| ApiError::internal("there is no key for access tokens"))?;
        let token = key.sign(&claims).map_err(ApiError::internal)?;
        Ok(Issued {
            token: AccessToken::parse(&token).map_err(ApiError::internal)?,
            lives_secs,
        })
    }

    /// What others check tokens with.
    pub(crate) fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.iter().map(SigningKey::public).collect()
    }
}

fn keys(given: Option<&Secret>, backend_key: &Key) -> Result<Vec<SigningKey>, StartError> {
    let unusable = || {
        StartError::Setting(
            "TOKEN_KEYS: each must be 64 hexadecimal digits, as `openssl rand -hex 32` makes them, with commas \
             or line ends between"
                .to_owned(),
        )
    };
    let Some(given) = given else {
        let key = SigningKey::new(&backend_key.derive("access token key v1"));
        return Ok(vec![key.map_err(|_| unusable())?]);
    };
    let keys: Result<Vec<_>, _> = given
        .expose()
        .split([',', '\n'])
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| {
            let seed = Key::parse(text).map_err(|_| unusable())?;
            SigningKey::new(&seed).map_err(|_| unusable())
        })
        .collect();
    keys.and_then(|keys| match keys.is_empty() {
        true => Err(unusable()),
        false => Ok(keys),
    })
}

#[cfg(test)]
mod tests;
