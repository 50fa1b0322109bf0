//! `GET /api/auth/check`: what a proxy in front of an app asks before it lets a request through: nginx by
//! `auth_request`, Caddy by `forward_auth`, Traefik by its middleware. 200 and who it is, or 401.
//!
//! `?max_age=` refuses a sign-in whose last code was given so many seconds ago. With `?sign_in=redirect` a
//! browser that asks for a page is led to the sign-in and back, for proxies that hand a refusal on.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{ApiError, Query};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use shared::ErrorType;

use crate::app::{App, Shared};
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SESSIONS};
use crate::sign_in::{self, MaxAge};
use crate::signed_in::{Credentials, SignedIn};

const ACCOUNT: HeaderName = HeaderName::from_static("x-auth-account");
const USER: HeaderName = HeaderName::from_static("x-auth-user");
const EXTERNAL_ID: HeaderName = HeaderName::from_static("x-auth-external-id");

/// What the proxy's configuration says.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    max_age: Option<MaxAge>,
    #[serde(default)]
    sign_in: Refusing,
}

/// How a refusal looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Refusing {
    /// 401 in any case.
    #[default]
    Refuse,
    Redirect,
}

pub(crate) fn operation() -> Operation {
    Operation::new::<()>(
        "check_auth",
        SESSIONS,
        "Ask for a proxy whether somebody is signed in",
    )
    .describe(
        "Who it is stands in the headers `x-auth-account`, `x-auth-user` and `x-auth-external-id`.",
    )
    .in_query_maybe::<u32>(
        "max_age",
        "Refuses a sign-in whose last code was given longer ago, in seconds; 30 to 86400.",
    )
    .in_query_maybe::<String>(
        "sign_in",
        "`redirect`: a browser that asks for a page is led to the sign-in and back (303).",
    )
    .needs(SESSION)
    .without_body()
    .may_lead_on("With `sign_in=redirect`, to the sign-in.")
    .fails(&[ErrorType::SignInTooOld])
    .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    match checked(&app, &headers, asked.max_age).await {
        Ok(caller) => Ok((StatusCode::OK, described(&app, &caller).await?).into_response()),
        Err(error) if asked.sign_in == Refusing::Redirect && is_about_the_person(&error) => {
            let place = wanted(&app, &headers).ok_or(error)?;
            let place = sign_in::address(&app, &place, asked.max_age);
            let place = HeaderValue::from_str(&place).map_err(ApiError::internal)?;
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn checked(
    app: &App,
    headers: &HeaderMap,
    max_age: Option<MaxAge>,
) -> Result<SignedIn, ApiError> {
    // Only with a cookie can a proxy know who somebody is.
    if app.carrier.cookie().is_none() {
        let said = "Forward authentication needs SESSION_COOKIE.";
        return Err(ApiError::from(ErrorType::InvalidSession).message(said));
    }
    let caller = Credentials::shown(app, headers)?.check(app).await?;
    match max_age {
        Some(max_age) if !max_age.takes(&caller, app.clock.now()) => {
            Err(ErrorType::SignInTooOld.into())
        }
        _ => Ok(caller),
    }
}

fn is_about_the_person(error: &ApiError) -> bool {
    matches!(
        error.error_type(),
        ErrorType::InvalidSession | ErrorType::SignInTooOld
    )
}

/// All of them always, so that nginx and Traefik leave none of the client's. To Caddy an empty one may be none.
async fn described(
    app: &App,
    caller: &SignedIn,
) -> Result<[(HeaderName, HeaderValue); 3], ApiError> {
    let account = caller.account(app).await?;
    let external_id = account.external_id.as_ref().map(|id| id.as_str());
    let value = |text: &str| HeaderValue::from_str(&escaped(text)).map_err(ApiError::internal);
    Ok([
        (ACCOUNT, value(&account.account_id)?),
        (USER, value(&account.user_id)?),
        (EXTERNAL_ID, value(external_id.unwrap_or_default())?),
    ])
}

/// What is not visible ASCII, and `%`, as in an address (RFC 3986, 2.1).
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_graphic() && byte != b'%' {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The page that the browser asked the proxy for. The proxy says it; whoever else does is led to an address
/// of the operator's list at most (B-08, D-15).
fn wanted(app: &App, headers: &HeaderMap) -> Option<crate::return_to::ReturnTo> {
    let single = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().filter(|_| values.next().is_none())?;
        value.to_str().ok()
    };
    if !matches!(single("x-forwarded-method"), Some("GET" | "HEAD") | None) {
        return None;
    }
    let (scheme, host) = (single("x-forwarded-proto")?, single("x-forwarded-host")?);
    let path = single("x-forwarded-uri").filter(|path| path.starts_with('/'))?;
    app.returns.parse(&format!("{scheme}://{host}{path}"))
}

#[cfg(test)]
mod tests;
