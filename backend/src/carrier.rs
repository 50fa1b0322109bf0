//! How a browser carries its session, by the operator's choice: the token in the page's storage with a cookie
//! that binds it to the browser (C-18), the token alone, or one cookie that no script can read and no token
//! at all.

use edge::keys::Key;
use edge::{ApiError, BearerToken};
use http::{HeaderMap, HeaderValue};
use shared::{ErrorType, SessionToken};

use crate::binding::{Binding, SentCookie};
use crate::config::SessionCookieSetting;
use crate::otp_client::LiveSession;
use crate::session_cookie::SessionCookie;
use crate::settings::Settings;

/// What the page gets in place of a token, so that it knows that there is a session.
const IN_COOKIE: &str = "in-cookie";

/// One of the ways.
#[derive(Debug)]
pub(crate) enum Carrier {
    /// For clients that keep no cookies.
    Token,
    /// The token opens nothing without the cookie.
    BoundToken(Binding),
    /// The page never sees the token.
    Cookie(SessionCookie),
}

/// What a caller showed of a session, not looked into yet.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) token: SessionToken,
    /// None where the token is enough.
    pub(crate) binding: Option<SentCookie>,
}

/// What a caller's cookie says of a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Belonging {
    /// The session is not the one that the cookie came with.
    Foreign,
    /// The session is the caller's.
    Own,
    /// The same, and it is a session of this account.
    OwnOf(String),
}

fn invalid() -> ApiError {
    ErrorType::InvalidSession.into()
}

impl Carrier {
    pub(crate) fn new(key: &Key, settings: &Settings) -> Self {
        match &settings.session_cookie {
            SessionCookieSetting::Off if settings.binding_cookie => {
                Self::BoundToken(Binding::new(key, &settings.public_url))
            }
            SessionCookieSetting::Off => Self::Token,
            place => Self::Cookie(SessionCookie::new(key, &settings.public_url, place)),
        }
    }

    /// What a request shows; without enough of it: 401, and nobody is asked.
    pub(crate) fn shown(&self, headers: &HeaderMap) -> Result<Shown, ApiError> {
        if let Self::Cookie(cookie) = self {
            let token = cookie.sent(headers).ok_or_else(invalid)?;
            return Ok(Shown {
                token,
                binding: None,
            });
        }
        let bearer = BearerToken::of(headers).ok_or_else(invalid)?;
        let token = SessionToken::parse(bearer.as_str()).map_err(|_| invalid())?;
        self.shown_with(token, headers)
    }

    /// The same with a token that came in another way.
    pub(crate) fn shown_with(
        &self,
        token: SessionToken,
        headers: &HeaderMap,
    ) -> Result<Shown, ApiError> {
        let binding = match self {
            Self::BoundToken(binding) => Some(binding.sent(headers).ok_or_else(invalid)?),
            // A token that a script could read is none of ours here; this one was sealed.
            Self::Token | Self::Cookie(_) => None,
        };
        Ok(Shown { token, binding })
    }

    /// Whether what was shown belongs to this session.
    pub(crate) fn belonging(&self, shown: &Shown, session: &LiveSession) -> Belonging {
        match (self, &shown.binding) {
            (Self::BoundToken(binding), Some(sent)) => match binding.account(sent, &session.id) {
                Some(account_id) => Belonging::OwnOf(account_id.to_owned()),
                None => Belonging::Foreign,
            },
            (Self::BoundToken(_), None) => Belonging::Foreign,
            (Self::Token | Self::Cookie(_), _) => Belonging::Own,
        }
    }

    /// `Set-Cookie` for a new or extended session of this account, where there is one.
    pub(crate) fn set(
        &self,
        session_id: &str,
        account_id: &str,
        token: &SessionToken,
        lives_secs: u32,
    ) -> Result<Option<HeaderValue>, ApiError> {
        let cookie = match self {
            Self::Token => return Ok(None),
            Self::BoundToken(binding) => binding.set(session_id, account_id, lives_secs),
            Self::Cookie(cookie) => cookie.set(token, lives_secs),
        };
        cookie
            .map(Some)
            .ok_or_else(|| ApiError::internal("a session does not fit its cookie"))
    }

    /// `Set-Cookie` that takes it away.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        match self {
            Self::Token => None,
            Self::BoundToken(binding) => binding.clear(),
            Self::Cookie(cookie) => cookie.clear(),
        }
    }

    /// What the page is told of the token.
    pub(crate) fn told(&self, token: &SessionToken) -> Result<SessionToken, ApiError> {
        match self {
            Self::Token | Self::BoundToken(_) => Ok(token.clone()),
            Self::Cookie(_) => SessionToken::parse(IN_COOKIE).map_err(ApiError::internal),
        }
    }

    /// Whether clients keep cookies at all.
    pub(crate) fn keeps_cookies(&self) -> bool {
        !matches!(self, Self::Token)
    }

    /// The cookie that holds the session, where one does.
    pub(crate) fn cookie(&self) -> Option<&SessionCookie> {
        match self {
            Self::Cookie(cookie) => Some(cookie),
            Self::Token | Self::BoundToken(_) => None,
        }
    }
}
