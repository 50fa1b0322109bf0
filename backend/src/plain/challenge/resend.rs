//! `POST /challenge/{challenge_id}/resend`: sends another code for the challenge. Pressed too early it sends
//! nothing and tells how long to wait.

use axum::extract::Path;
use axum::response::Response;
use edge::{ApiError, Form};
use shared::ErrorType;

use super::found;
use crate::api::challenges::sending::{Sending, send};
use crate::api::send_otp::fingerprint;
use crate::plain::state::Said;
use crate::plain::{Visit, key_of};
use crate::store::fault;

pub(crate) async fn handle(
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let (challenge, _) = found(&visit, &id).await?;
    let now = visit.now();
    if challenge.is_over(now) {
        return visit.see_challenge(&id);
    }
    if now < challenge.sent.resend_at {
        let again = Some(challenge.sent.resend_at);
        let said = Said::ResendRefused(ErrorType::TooManyRequests, None, again);
        return visit.back_to_challenge(&id, said, "");
    }
    let number = &challenge.wanted.phone_number;
    let key = key_of(form.field("press"), number.as_str());
    let used_up = challenge.sent.used_up;
    let sending = Sending {
        number,
        otp_challenge_id: challenge.sent.otp_challenge_id.filter(|_| !used_up),
        language: visit.message_language(),
        device: Some(fingerprint(visit.caller())),
        key: key.as_ref(),
    };
    let turn = match visit.app.throttle.start(visit.client, now) {
        Ok(turn) => turn,
        Err(error) => return visit.back_to_challenge(&id, Said::resend_refused(&error, now), ""),
    };
    let outcome = send(&visit.app, sending).await;
    turn.end(&outcome);
    match outcome {
        Ok(on_its_way) => {
            let noted = visit.app.store.note_sent(&id, on_its_way.sent).await;
            noted.map_err(fault)?;
            visit.back_to_challenge(&id, Said::SentAgain, "")
        }
        Err(fault) => {
            let said = Said::resend_refused(&fault.error, now);
            visit.back_to_challenge(&id, said, "")
        }
    }
}
