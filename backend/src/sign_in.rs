//! `GET /sign-in?return_to=…`: where apps send people. Who is signed in goes straight back, everybody else
//! goes on to the first screen; the way back travels along in a cookie.
//!
//! With `max_age` (seconds, 30 to 86400) somebody whose last code was given longer ago is asked for another
//! one first. That, and going straight back, needs SESSION_COOKIE: otherwise only the page knows the token.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{ApiError, Query};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Deserializer, de};
use shared::ErrorType;

use crate::app::{App, Shared};
use crate::plain::AGAIN;
use crate::return_to::ReturnTo;
use crate::signed_in::{Credentials, SignedIn};

const FIRST_SCREEN: &str = "/";
const PATH: &str = "/sign-in";

/// What an app asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    return_to: String,
    max_age: Option<MaxAge>,
}

/// How long ago the last code may have been given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MaxAge(i64);

impl MaxAge {
    /// Less than it takes to come back would lead round and round.
    const SHORTEST: i64 = 30;
    const LONGEST: i64 = 86_400;

    /// Whether this session is fresh enough.
    pub(crate) fn takes(self, caller: &SignedIn, now: i64) -> bool {
        now - caller.proved_at() <= self.0
    }
}

impl<'de> Deserialize<'de> for MaxAge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secs = i64::deserialize(deserializer)?;
        if (Self::SHORTEST..=Self::LONGEST).contains(&secs) {
            Ok(Self(secs))
        } else {
            let expected = &"a whole number of seconds from 30 to 86400";
            Err(de::Error::invalid_value(
                de::Unexpected::Signed(secs),
                expected,
            ))
        }
    }
}

pub(crate) async fn handle(
    State(app): Shared,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let place = app.returns.parse(&asked.return_to);
    let place = place.ok_or(ErrorType::ReturnNotAllowed)?;
    if app.carrier.cookie().is_none() {
        if asked.max_age.is_some() {
            let said = "`max_age` needs SESSION_COOKIE.";
            return Err(ApiError::from(ErrorType::InvalidRequest).message(said));
        }
        return lead(&app, FIRST_SCREEN, &place);
    }
    let caller = match Credentials::shown(&app, &headers) {
        Ok(credentials) => credentials.check(&app).await,
        Err(error) => Err(error),
    };
    match (caller, asked.max_age) {
        (Ok(caller), Some(max_age)) if !max_age.takes(&caller, app.clock.now()) => {
            lead(&app, AGAIN, &place)
        }
        (Ok(_), _) => see(&place.address()),
        // The first screen tells what is the matter, if anything is.
        (Err(_), _) => lead(&app, FIRST_SCREEN, &place),
    }
}

/// The address of this door, as it is given to a browser that is to come back to `place`.
pub(crate) fn address(app: &App, place: &ReturnTo, max_age: Option<MaxAge>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("return_to", &place.address());
    if let Some(MaxAge(secs)) = max_age {
        query.append_pair("max_age", &secs.to_string());
    }
    format!("{}{PATH}?{}", app.settings.public_url, query.finish())
}

fn lead(app: &App, path: &str, place: &ReturnTo) -> Result<Response, ApiError> {
    let cookie = app.returns.set(place);
    let cookie = cookie.ok_or_else(|| ApiError::internal("the way back is no header"))?;
    let mut response = see(path)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn see(address: &str) -> Result<Response, ApiError> {
    let place = HeaderValue::from_str(address).map_err(ApiError::internal)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response())
}

#[cfg(test)]
mod tests;
