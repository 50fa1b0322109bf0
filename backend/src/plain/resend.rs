//! `POST /plain/resend`: sends another code inside the pending verification. Pressed too early it sends
//! nothing and tells how long to wait.

use axum::response::Response;
use edge::{ApiError, Form};
use shared::browser::SendOtpRequest;
use shared::{ErrorType, HiddenText};

use super::send::waiting;
use super::state::{Said, Step};
use super::{ACCOUNT, CODE, PHONE, Visit, key_of};
use crate::api::send_otp::send;

pub(crate) async fn handle(visit: Visit, form: Form) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let mut code = match &visit.step {
        Some(Step::Code(code)) => code.clone(),
        Some(Step::SignedIn(_)) => return visit.go(ACCOUNT, None),
        Some(Step::Phone(_)) | None => return visit.go(PHONE, None),
    };
    code.typed.clear();
    if visit.now() < code.resend_at {
        let said = Said::ResendRefused(ErrorType::TooManyRequests, None, Some(code.resend_at));
        code.said = Some(said.at(visit.now()));
        return visit.go(CODE, Some(&Step::Code(code)));
    }
    let number = code.pending.phone_number.clone();
    let verification_id = match code.used_up {
        true => None,
        false => Some(
            visit
                .app
                .seal
                .seal(&code.pending)
                .map_err(ApiError::internal)?,
        ),
    };
    let request = SendOtpRequest {
        phone_number: HiddenText::from(number.as_str()),
        verification_id,
        language: visit.message_language(),
    };
    let key = key_of(form.field("press"), number.as_str());
    let step = match send(&visit.app, visit.caller(), key.as_ref(), request).await {
        Ok(answer) => waiting(&visit, &answer, Some(Said::SentAgain.at(visit.now())))?,
        Err(error) => {
            if let Some(secs) = error.envelope().retry_after_secs
                && error.error_type() == ErrorType::TooManyRequests
            {
                code.resend_at = visit.now() + i64::from(secs);
            }
            code.said = Some(Said::resend_refused(&error, visit.now()).at(visit.now()));
            code
        }
    };
    visit.go(CODE, Some(&Step::Code(step)))
}
