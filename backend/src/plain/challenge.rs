//! `GET /challenge/{challenge_id}`: the code screen of an app's challenge. The number is masked, and there is
//! no way to another one. One that is over says so, with the way back.
//!
//! What went wrong travels from a press to the next screen in a cookie of its own ([`news`]), so that
//! somebody who is signed in stays it.

mod news;
pub(crate) mod resend;
pub(crate) mod verify;

use axum::extract::Path;
use axum::response::Response;
use edge::ApiError;
use http::{HeaderValue, StatusCode, header};
use screens::Doing;
use screens::html::plain::{ChallengeScreen, challenge_over};
use shared::ErrorType;

use super::state::{Said, Told};
use super::{Visit, new_press, page_before};
use crate::api::get_delivery::delivery;
use crate::return_to::ReturnTo;
use crate::store::{Challenge, fault};
use crate::verification::PendingVerification;
pub(crate) use news::Messenger;
use news::News;

pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, ApiError> {
    let (challenge, place) = found(&visit, &id).await?;
    let (text, now) = (visit.language.text, visit.now());
    let path = path(&id);
    let plain = visit.plain(&path);
    if challenge.is_over(now) {
        let main = challenge_over(&plain, text.code_expired, &place.address());
        let html = plain.page(text.enter_the_code, &main);
        return Ok(page_before(StatusCode::OK, html, None));
    }
    let news = visit
        .app
        .messenger
        .sent(&visit.headers, &id)
        .unwrap_or_default();
    let length = visit.app.settings.code_length;
    let said = news.said.as_ref();
    let told = said.and_then(|said| said.told(text, Doing::Verifying, length, now));
    let told = Told::of(told);
    // Whoever can't be asked now has nothing to say on this screen.
    let delivery = delivery(&visit.app, &pending(&challenge)).await.ok();
    let delivery = delivery.and_then(|told| screens::delivery(text, told));
    let main = ChallengeScreen {
        shown: challenge.wanted.shown.as_ref().map(|text| text.as_str()),
        masked_number: &challenge.wanted.phone_number.masked(),
        typed: &news.typed,
        press: &new_press()?,
        resend_in_secs: visit.app.secs_until(challenge.sent.resend_at),
        delivery: delivery.as_deref(),
        notice: told.notice.as_deref(),
        code_error: told.field.as_deref(),
        error: told.form.as_deref(),
        back: &place.address(),
    }
    .html(&plain);
    let html = plain.page(text.enter_the_code, &main);
    Ok(page_before(StatusCode::OK, html, Some(&place)))
}

fn path(id: &str) -> String {
    format!("/challenge/{id}")
}

/// The challenge, and where it leads to.
async fn found(visit: &Visit, id: &str) -> Result<(Challenge, ReturnTo), ApiError> {
    let challenge = visit.app.store.challenge(id).await.map_err(fault)?;
    let challenge = challenge.ok_or(ErrorType::ChallengeNotFound)?;
    // The list may have changed since.
    let place = visit.app.returns.parse(&challenge.wanted.return_to);
    let place = place.ok_or(ErrorType::ReturnNotAllowed)?;
    Ok((challenge, place))
}

fn pending(challenge: &Challenge) -> PendingVerification {
    PendingVerification {
        method_id: challenge.sent.method_id.clone(),
        challenge_id: challenge.sent.otp_challenge_id.clone(),
        phone_number: challenge.wanted.phone_number.clone(),
        ends_at: challenge.ends_at,
    }
}

impl Visit {
    /// Back to the screen of the challenge, with what there is to tell.
    fn back_to_challenge(&self, id: &str, said: Said, typed: &str) -> Result<Response, ApiError> {
        let news = News {
            typed: typed.to_owned(),
            said: Some(said.at(self.now())),
        };
        let cookie = self.app.messenger.set(id, &news);
        let cookie = cookie.ok_or_else(|| ApiError::internal("news do not fit their cookie"))?;
        let mut response = self.go(&path(id), None)?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(response)
    }

    /// The same with nothing to tell.
    fn see_challenge(&self, id: &str) -> Result<Response, ApiError> {
        self.go(&path(id), None)
    }
}

/// Goes to the app; nothing is left to be told here.
fn leave(visit: &Visit, address: &str) -> Result<Response, ApiError> {
    let mut response = visit.leave(address)?;
    let cookie: Option<HeaderValue> = visit.app.messenger.clear();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[cfg(test)]
mod tests;
