//! `POST /plain/verify`: checks the code and signs in. What is no code of the right length is told
//! without a try being counted.

use std::sync::Arc;

use axum::response::Response;
use edge::{ApiError, Form};
use http::{HeaderValue, header};
use screens::typing::code as typing;
use shared::browser::VerifyOtpRequest;
use shared::{ErrorType, OtpCode};

use super::state::{Code, Said, Session, Step};
use super::{ACCOUNT, CODE, PHONE, Visit};
use crate::api::verify_otp::verify;

pub(crate) async fn handle(visit: Visit, form: Form) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let mut code = match &visit.step {
        Some(Step::Code(code)) => code.clone(),
        Some(Step::SignedIn(_)) => return visit.go(ACCOUNT, None),
        Some(Step::Phone(_)) | None => return visit.go(PHONE, None),
    };
    let length = usize::from(visit.app.settings.code_length);
    let digits = digits(form.field("otp"), length);
    code.typed = digits.chars().take(length).collect();
    let complete = digits.len() == length;
    let Some(otp) = OtpCode::parse(&digits).ok().filter(|_| complete) else {
        code.said = Some(Said::CodeIncomplete.at(visit.now()));
        return visit.go(CODE, Some(&Step::Code(code)));
    };
    let request = VerifyOtpRequest {
        verification_id: visit
            .app
            .seal
            .seal(&code.pending)
            .map_err(ApiError::internal)?,
        otp,
    };
    let opened = match verify(
        Arc::clone(&visit.app),
        visit.client,
        visit.headers.clone(),
        request,
    )
    .await
    {
        Ok(opened) => opened,
        Err(error) => {
            blame(&mut code, &error, visit.now());
            return visit.go(CODE, Some(&Step::Code(code)));
        }
    };
    let session = Session {
        token: opened.token,
        ends_at: visit.now() + i64::from(opened.answer.expires_in_secs),
        said: None,
    };
    let mut response = visit.go(ACCOUNT, Some(&Step::SignedIn(session)))?;
    if let Some(address) = &opened.answer.return_to {
        let place = HeaderValue::from_str(address).map_err(ApiError::internal)?;
        response.headers_mut().insert(header::LOCATION, place);
    }
    for cookie in opened.cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// One more than a code has, where more were typed.
pub(super) fn digits(text: &str, length: usize) -> String {
    typing::pasted(text, length).unwrap_or_else(|| typing::typed(text, length + 1))
}

fn blame(code: &mut Code, error: &ApiError, now: i64) {
    let wait = error.envelope().retry_after_secs.map(i64::from);
    match error.error_type() {
        ErrorType::OtpAttemptsExceeded => {
            code.used_up = true;
            code.resend_at = now + wait.unwrap_or_default();
        }
        ErrorType::TooManyRequests => code.resend_at = now + wait.unwrap_or_default(),
        _ => {}
    }
    code.said = Some(Said::refused(error, now).at(now));
}
