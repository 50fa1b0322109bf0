//! `GET` and `POST /plain/again`: somebody who is signed in is asked for a code once more, because an app wants
//! a fresh one (`max_age`). The number is that of the session; there is none to type.
//! A refusal is shown at once: the same press sent twice sends one message (I-08).

use axum::response::Response;
use edge::{ApiError, Form};
use http::StatusCode;
use screens::html::plain::AgainScreen;
use screens::{Doing, Refusal, refused};
use shared::PhoneNumber;

use super::send::ask;
use super::{AGAIN, CODE, PHONE, Visit, new_press, page};
use crate::signed_in::Credentials;

pub(crate) async fn show(visit: Visit) -> Result<Response, ApiError> {
    match number(&visit).await {
        Some(number) => screen(&visit, &number, None),
        None => visit.go(PHONE, None),
    }
}

pub(crate) async fn handle(visit: Visit, form: Form) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let Some(number) = number(&visit).await else {
        return visit.go(PHONE, None);
    };
    match ask(&visit, &number, &form).await {
        Ok(step) => visit.go(CODE, step.as_ref()),
        Err(error) => {
            error.log();
            screen(&visit, &number, Some(&error))
        }
    }
}

/// The number of the session that the browser carries. Who has none begins at the beginning.
async fn number(visit: &Visit) -> Option<PhoneNumber> {
    visit.app.carrier.cookie()?;
    let credentials = Credentials::shown(&visit.app, &visit.headers).ok()?;
    let caller = credentials.check(&visit.app).await.ok()?;
    let session = caller.describe(&visit.app).await.ok()?;
    Some(session.phone_number)
}

fn screen(
    visit: &Visit,
    number: &PhoneNumber,
    error: Option<&ApiError>,
) -> Result<Response, ApiError> {
    let text = visit.language.text;
    let error = error.map(|error| refused(text, Refusal::from(error.envelope()), Doing::Sending));
    let plain = visit.plain(AGAIN);
    let main = AgainScreen {
        masked_number: &number.masked(),
        press: &new_press()?,
        error: error.as_deref(),
    }
    .html(&plain);
    Ok(page(StatusCode::OK, plain.page(text.sign_in, &main)))
}
