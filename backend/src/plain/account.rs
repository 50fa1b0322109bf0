//! `GET /plain/account`: who is signed in, until when, and where else. What it shows was asked for now
//! (C-11); a session that is over leads back to the beginning.

use axum::response::{IntoResponse, Response};
use edge::{ApiError, utc};
use http::{HeaderValue, StatusCode, header};
use screens::html::plain::{AccountScreen, DeviceRow};
use screens::{Doing, user_agent};
use shared::ErrorType;
use shared::browser::{SessionResponse, SessionSummary};

use super::state::{Said, Step, Told};
use super::{ACCOUNT, PHONE, Visit, page};
use crate::api::list_sessions::list;

/// Shorter ago is "just now".
const MOMENT_SECS: i64 = 120;

pub(crate) async fn show(visit: Visit) -> Result<Response, ApiError> {
    let Some(Step::SignedIn(_)) = &visit.step else {
        return visit.go(PHONE, None);
    };
    match shown(&visit).await {
        Ok(response) => Ok(response),
        Err(error) if error.error_type() == ErrorType::InvalidSession => {
            visit.start_again(Said::SessionEnded)
        }
        Err(error) => Ok(trouble(&visit, &error)),
    }
}

async fn shown(visit: &Visit) -> Result<Response, ApiError> {
    let (caller, session) = visit.signed_in().await?;
    let described = caller.describe(&visit.app).await?;
    if let Some(place) = visit.app.returns.sent(&visit.headers) {
        let mut response = visit.leave(&place.address())?;
        if let Some(cookie) = visit.app.returns.clear() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        return Ok(response);
    }
    let devices = list(&visit.app, &caller).await?;
    let (text, now) = (visit.language.text, visit.now());
    let told = session
        .said
        .and_then(|news| news.told(text, Doing::Managing, visit.app.settings.code_length, now));
    let told = Told::of(told);
    Ok(screen(visit, &described, &devices, &told))
}

fn screen(
    visit: &Visit,
    session: &SessionResponse,
    devices: &[SessionSummary],
    told: &Told,
) -> Response {
    let (text, now) = (visit.language.text, visit.now());
    let rows: Vec<DeviceRow> = devices
        .iter()
        .map(|one| DeviceRow {
            session_id: one.session_id.clone(),
            name: user_agent::device(&one.user_agent).described(text),
            last_used: match now - one.last_active_at < MOMENT_SECS {
                true => text.just_now.to_owned(),
                false => utc::for_people(one.last_active_at),
            },
            current: one.current,
        })
        .collect();
    let ends_at = now + i64::from(session.expires_in_secs);
    let plain = visit.plain(ACCOUNT);
    let main = AccountScreen {
        number: &number_plan::international(&session.phone_number),
        user_id: &session.user_id,
        ends_at: &utc::for_programs(ends_at),
        ends_in_words: &utc::for_people(ends_at),
        devices: &rows,
        notice: told.notice.as_deref(),
        error: told.field.as_deref().or(told.form.as_deref()),
    }
    .html(&plain);
    page(StatusCode::OK, plain.page(text.signed_in, &main))
}

/// The session may live on, but nobody can say so now.
fn trouble(visit: &Visit, error: &ApiError) -> Response {
    error.log();
    let text = visit.language.text;
    let refusal = screens::Refusal::from(error.envelope());
    let sentence = screens::refused(text, refusal, Doing::Managing);
    let plain = visit.plain(ACCOUNT);
    let main = screens::html::plain::trouble(&plain, text.signed_in, &sentence);
    let status = error.clone().into_response().status();
    let mut response = page(status, plain.page(text.signed_in, &main));
    if let Some(secs) = error.envelope().retry_after_secs {
        let value = HeaderValue::from(secs);
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}
