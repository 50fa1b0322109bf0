//! The request headers that both servers read, and the refusal of those that came twice (D-18).

use std::fmt;

use axum::extract::OptionalFromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};
use shared::ErrorType;
use zeroize::Zeroizing;

use crate::ApiError;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The headers that decide something and must not be there twice.
const ONCE: [HeaderName; 3] = [header::AUTHORIZATION, header::CONTENT_TYPE, IDEMPOTENCY_KEY];

pub(crate) fn refuse_repeated(headers: &HeaderMap) -> Result<(), ApiError> {
    match ONCE
        .iter()
        .find(|name| headers.get_all(*name).iter().nth(1).is_some())
    {
        Some(name) => Err(ApiError::from(ErrorType::InvalidRequest)
            .message(format!("The header `{name}` is there twice."))),
        None => Ok(()),
    }
}

/// Names one press of a button, so that a repeated request does nothing twice (I-08): 1 to 255
/// printable ASCII characters. Take it as `Option<IdempotencyKey>`.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key of one's own making; none of what no header can carry.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = (1..=255).contains(&text.len())
            && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        shaped.then(|| Self(text.to_owned()))
    }

    /// The key as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey")
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ApiError> {
        let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else {
            return Ok(None);
        };
        let key = value.to_str().ok().and_then(Self::parse);
        key.map(Some).ok_or_else(|| {
            ApiError::from(ErrorType::InvalidRequest).message(
                "The header `idempotency-key` must be 1 to 255 printable ASCII characters.",
            )
        })
    }
}

/// The secret after `Authorization: Bearer `, not looked into; hidden and wiped after use (E-04).
/// Take it as `Option<BearerToken>`: none when the header is missing or of another form, so that
/// each server gives its own answer.
#[derive(Clone)]
pub struct BearerToken(Zeroizing<String>);

impl BearerToken {
    /// The secret. What receives it must not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the header.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, secret) = text.split_once(' ')?;
        let shaped = scheme.eq_ignore_ascii_case("bearer")
            && !secret.is_empty()
            && secret.bytes().all(|byte| byte.is_ascii_graphic());
        shaped.then(|| Self(Zeroizing::new(secret.to_owned())))
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(hidden)")
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for BearerToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ApiError> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                (HeaderName::from_static(name), value)
            })
            .collect()
    }

    async fn key(value: &str) -> Result<Option<IdempotencyKey>, ApiError> {
        let mut request = http::Request::new(());
        *request.headers_mut() = headers(&[("idempotency-key", value)]);
        let (mut parts, ()) = request.into_parts();
        IdempotencyKey::from_request_parts(&mut parts, &()).await
    }

    #[test]
    fn a_header_that_decides_something_is_refused_when_it_comes_twice_d_18() {
        for name in ["authorization", "content-type", "idempotency-key"] {
            assert!(refuse_repeated(&headers(&[(name, "a")])).is_ok());
            let error = refuse_repeated(&headers(&[(name, "a"), (name, "a")])).unwrap_err();
            assert_eq!(error.error_type(), ErrorType::InvalidRequest, "{name}");
        }
        assert!(refuse_repeated(&headers(&[("cookie", "a=1"), ("cookie", "b=1")])).is_ok());
    }

    #[tokio::test]
    async fn an_idempotency_key_is_short_and_printable() {
        let text = "a".repeat(255);
        assert_eq!(key(&text).await.unwrap().unwrap().as_str(), text);
        for bad in ["", "ü", &"a".repeat(256)] {
            assert!(key(bad).await.is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bearer_token_is_read_and_never_shown_e_04() {
        let token = |value| BearerToken::of(&headers(&[("authorization", value)]));
        assert_eq!(token("Bearer abc").unwrap().as_str(), "abc");
        assert_eq!(token("bearer abc").unwrap().as_str(), "abc");
        for bad in [
            "",
            "abc",
            "Basic abc",
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer  ab",
        ] {
            assert!(token(bad).is_none(), "{bad}");
        }
        assert_eq!(
            format!("{:?}", token("Bearer abc").unwrap()),
            "BearerToken(hidden)"
        );
    }
}
