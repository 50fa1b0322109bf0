//! Who is asking: the session token, the binding cookie, and the OTP service's word on both (C-11, C-18).
//!
//! Not here: making sessions and cookies; that is sign-in.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use edge::ApiError;
use http::HeaderMap;
use http::request::Parts;
use shared::browser::SessionResponse;
use shared::otp_service::MethodType;
use shared::{ErrorType, PhoneNumber, SessionToken};

use crate::app::App;
use crate::carrier::{Belonging, Shown};
use crate::otp_client::{LiveSession, ProvedMethod};
use crate::store::{Account, Wanted, fault};

/// What a caller showed, not looked into yet.
#[derive(Debug)]
pub(crate) struct Credentials(Shown);

/// The live session of a caller who holds both its token and its cookie.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) token: SessionToken,
    pub(crate) session: LiveSession,
    /// Whose it is, where the cookie says so.
    account_id: Option<String>,
}

fn invalid() -> ApiError {
    ErrorType::InvalidSession.into()
}

impl Credentials {
    /// What a request shows.
    pub(crate) fn shown(app: &App, headers: &HeaderMap) -> Result<Self, ApiError> {
        app.carrier.shown(headers).map(Self)
    }

    /// With a token that came in the cookie of the plain screens.
    pub(crate) fn with(
        app: &App,
        token: SessionToken,
        headers: &HeaderMap,
    ) -> Result<Self, ApiError> {
        app.carrier.shown_with(token, headers).map(Self)
    }

    pub(crate) fn token(&self) -> &SessionToken {
        &self.0.token
    }

    /// Asks the OTP service for the session and compares the cookie with it.
    pub(crate) async fn check(self, app: &App) -> Result<SignedIn, ApiError> {
        let session = app.otp.verify_session(self.token(), None).await?;
        self.belongs_to(app, session)
    }

    /// Whether the cookie came with this session; the session lives on either way.
    pub(crate) fn belongs_to(self, app: &App, session: LiveSession) -> Result<SignedIn, ApiError> {
        let account_id = match app.carrier.belonging(&self.0, &session) {
            Belonging::Foreign => {
                tracing::warn!(
                    session_id = session.id,
                    "a session token came without its cookie"
                );
                return Err(invalid());
            }
            Belonging::Own => None,
            Belonging::OwnOf(account_id) => Some(account_id),
        };
        Ok(SignedIn {
            token: self.0.token,
            session,
            account_id,
        })
    }
}

/// Without a token, or without a cookie while it is on: 401, and nobody is asked.
impl FromRequestParts<Arc<App>> for Credentials {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Self::shown(app, &parts.headers)
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Credentials::shown(app, &parts.headers)?.check(app).await
    }
}

impl SignedIn {
    /// The session as the page sees it. The own database is asked only where cookie and OTP service leave something out.
    pub(crate) async fn describe(&self, app: &App) -> Result<SessionResponse, ApiError> {
        let session = &self.session;
        let proved = self.newest_number().and_then(|proved| {
            let number = proved.phone_number.as_ref()?;
            PhoneNumber::parse(number.as_str()).ok()
        });
        let (account_id, phone_number) = match (self.account_id.clone(), proved) {
            (Some(account_id), Some(number)) => (account_id, number),
            (_, proved) => {
                let account = app.store.account_of(session.user_id.clone()).await;
                let account = account.map_err(fault)?;
                let (account_id, number) = account.ok_or_else(|| no_account(session))?;
                (account_id, proved.unwrap_or(number))
            }
        };
        Ok(SessionResponse {
            session_id: session.id.clone(),
            user_id: session.user_id.clone(),
            account_id,
            phone_number,
            started_at: session.started_at,
            last_active_at: session.last_active_at,
            expires_in_secs: app.secs_until(session.expires_at),
            return_to: None,
        })
    }

    /// Who it is.
    pub(crate) async fn account(&self, app: &App) -> Result<Account, ApiError> {
        let session = &self.session;
        let account = app
            .store
            .account(Wanted::User(session.user_id.clone()))
            .await;
        account.map_err(fault)?.ok_or_else(|| no_account(session))
    }

    /// The number that was proved last in this session.
    pub(crate) fn newest_number(&self) -> Option<&ProvedMethod> {
        let methods = self.session.factors.iter().map(|factor| &factor.method);
        methods
            .filter(|method| method.method_type == MethodType::PhoneNumber)
            .max_by_key(|method| method.last_verified_at)
    }

    /// When the last code of this session was given, Unix seconds.
    pub(crate) fn proved_at(&self) -> i64 {
        let factors = self.session.factors.iter();
        let last = factors.map(|factor| factor.method.last_verified_at).max();
        last.unwrap_or(self.session.started_at)
    }
}

/// Opened through another caller of the OTP service: nobody signed in here.
fn no_account(session: &LiveSession) -> ApiError {
    tracing::warn!(session_id = session.id, "a session without an account");
    invalid()
}
