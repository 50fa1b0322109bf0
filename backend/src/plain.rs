//! The whole sign-in for browsers without JavaScript: plain forms, one file per step, over the same
//! functions as the page's calls. Every POST is answered with 303, so that a reload repeats nothing.
//!
//! Between the steps the browser carries one sealed cookie ([`state`]); no address holds anything of a
//! sign-in (C-17). How the screens look is in `screens::html::plain`.

pub(crate) mod account;
pub(crate) mod again;
pub(crate) mod challenge;
pub(crate) mod code;
pub(crate) mod extend;
mod number;
pub(crate) mod phone;
pub(crate) mod resend;
pub(crate) mod send;
pub(crate) mod sign_out;
pub(crate) mod sign_out_device;
pub(crate) mod sign_out_others;
mod state;
pub(crate) mod verify;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use edge::{ApiError, Form, IdempotencyKey, OwnPage};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use screens::html::Brand;
use screens::html::plain::Plain;
use sha2::{Digest, Sha256};
use shared::ErrorType;
use shared::LanguageTag;

use crate::api::send_otp::Caller;
use crate::app::App;
use crate::bundle::{HTML, page_policy};
use crate::client::Client;
use crate::language::Language;
use crate::return_to::ReturnTo;
use crate::signed_in::{Credentials, SignedIn};
pub(crate) use state::Keeper;
use state::{Said, Session, Step};

const PHONE: &str = "/plain";
const CODE: &str = "/plain/verify";
const ACCOUNT: &str = "/plain/account";
pub(crate) const AGAIN: &str = "/plain/again";

/// One request of such a browser.
#[derive(Debug)]
pub(crate) struct Visit {
    app: Arc<App>,
    client: Client,
    headers: HeaderMap,
    language: Language,
    /// Where the browser is; none at the beginning.
    step: Option<Step>,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let client = Client::from_request_parts(parts, app).await?;
        let now = app.clock.now();
        Ok(Self {
            app: Arc::clone(app),
            client,
            language: Language::of(parts.uri.query(), &parts.headers),
            step: app
                .plain
                .sent(&parts.headers)
                .filter(|step| !step.is_stale(now)),
            headers: parts.headers.clone(),
        })
    }
}

impl Visit {
    /// A form carries the language that was chosen.
    fn with(mut self, form: &Form) -> Self {
        self.language = Language::of_tag(form.field("language"), &self.headers);
        self
    }

    fn now(&self) -> i64 {
        self.app.clock.now()
    }

    fn caller(&self) -> Caller<'_> {
        Caller {
            client: self.client,
            headers: &self.headers,
        }
    }

    /// For the message, which is in the language of the page.
    fn message_language(&self) -> Option<LanguageTag> {
        LanguageTag::parse(self.language.text.language).ok()
    }

    fn plain<'a>(&'a self, path: &'a str) -> Plain<'a> {
        Plain {
            text: self.language.text,
            chosen: self.language.chosen,
            brand: Brand {
                name: &self.app.settings.app_name,
                logo_url: self.app.settings.brand.logo_url(),
            },
            look: self.app.bundle.look(),
            path,
        }
    }

    /// Goes on to another screen, with what the browser is to carry there.
    fn go(&self, path: &str, step: Option<&Step>) -> Result<Response, ApiError> {
        let place = self.plain(path).address(path);
        let place = HeaderValue::from_str(&place).map_err(ApiError::internal)?;
        let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response();
        if let Some(step) = step {
            let cookie = self.app.plain.set(step, self.now());
            let cookie = cookie.ok_or_else(|| {
                ApiError::internal("a step of a plain sign-in does not fit its cookie")
            })?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// Goes to the app that the person came from.
    fn leave(&self, address: &str) -> Result<Response, ApiError> {
        let place = HeaderValue::from_str(address).map_err(ApiError::internal)?;
        Ok((StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response())
    }

    /// The session that the browser carries, looked after at the OTP service.
    async fn signed_in(&self) -> Result<(SignedIn, Session), ApiError> {
        let (credentials, session) = self.credentials()?;
        Ok((credentials.check(&self.app).await?, session))
    }

    fn credentials(&self) -> Result<(Credentials, Session), ApiError> {
        match &self.step {
            Some(Step::SignedIn(session)) => {
                let token = session.token.clone();
                let credentials = Credentials::with(&self.app, token, &self.headers)?;
                Ok((credentials, session.clone()))
            }
            _ => Err(ErrorType::InvalidSession.into()),
        }
    }

    /// Back to the beginning, where it is told why.
    fn start_again(&self, said: Said) -> Result<Response, ApiError> {
        let step = Step::Phone(state::Phone {
            said: Some(said.at(self.now())),
            ..state::Phone::default()
        });
        self.go(PHONE, Some(&step))
    }

    /// Stays at the account and tells what has become of a press there.
    fn tell(
        &self,
        mut session: Session,
        outcome: Result<Said, ApiError>,
    ) -> Result<Response, ApiError> {
        let said = match outcome {
            Ok(said) => said,
            Err(error) if error.error_type() == ErrorType::InvalidSession => {
                return self.start_again(Said::SessionEnded);
            }
            Err(error) => Said::refused(&error, self.now()),
        };
        session.said = Some(said.at(self.now()));
        self.go(ACCOUNT, Some(&Step::SignedIn(session)))
    }
}

/// A screen as an answer.
fn page(status: StatusCode, html: String) -> Response {
    page_before(status, html, None)
}

/// The same for a screen whose form may lead to an app: browsers hold redirects after a form to the policy
/// of the page with the form.
pub(crate) fn page_before(status: StatusCode, html: String, next: Option<&ReturnTo>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HTML),
        (header::CONTENT_SECURITY_POLICY, page_policy(next)),
        (
            header::VARY,
            HeaderValue::from_static("accept-language, cookie"),
        ),
    ];
    let mut response = (status, headers, html).into_response();
    response.extensions_mut().insert(OwnPage);
    response
}

/// Names the press of a button on a page that is being made.
fn new_press() -> Result<String, ApiError> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(ApiError::internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// One press is one message, though the browser sends it twice (I-08); for another number it is another
/// one. None when the form was not ours.
fn key_of(press: &str, number: &str) -> Option<IdempotencyKey> {
    if press.is_empty() {
        return None;
    }
    let digest = Sha256::new()
        .chain_update(press.len().to_le_bytes())
        .chain_update(press)
        .chain_update(number)
        .finalize();
    IdempotencyKey::parse(&BASE64_URL_SAFE_NO_PAD.encode(digest))
}

#[cfg(test)]
mod tests;
