//! `POST /challenge/{challenge_id}`: checks the code. If it is right the browser goes back to the app with the
//! result code, once that is on disk. No session is asked for, and none is opened.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use edge::{ApiError, Form};
use shared::otp_service::VerifyOtpRequest;
use shared::{ErrorType, OtpCode};

use super::{found, leave, pending};
use crate::app::App;
use crate::plain::Visit;
use crate::plain::state::Said;
use crate::plain::verify::digits;
use crate::store::{Challenge, SentCode, fault};

pub(crate) async fn handle(
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let (challenge, place) = found(&visit, &id).await?;
    if challenge.is_over(visit.now()) {
        return visit.see_challenge(&id);
    }
    let length = usize::from(visit.app.settings.code_length);
    let digits = digits(form.field("otp"), length);
    let typed: String = digits.chars().take(length).collect();
    let complete = digits.len() == length;
    let Some(otp) = OtpCode::parse(&digits).ok().filter(|_| complete) else {
        return visit.back_to_challenge(&id, Said::CodeIncomplete, &typed);
    };
    if let Err(error) = visit.app.throttle.verify(visit.client, visit.now()) {
        return visit.back_to_challenge(&id, Said::refused(&error, visit.now()), &typed);
    }
    // A browser that hangs up must not use up a code and leave nothing proved.
    let work = prove(Arc::clone(&visit.app), challenge, otp);
    let outcome = visit.app.unbroken.run(work).await;
    match outcome {
        Ok(()) => {
            let code = visit.app.results.of(&id);
            let address = place.with(&[("challenge_id", &id), ("result_code", &code)]);
            leave(&visit, &address)
        }
        Err(error) => {
            let said = Said::refused(&error, visit.now());
            visit.back_to_challenge(&id, said, &typed)
        }
    }
}

async fn prove(app: Arc<App>, challenge: Challenge, otp: OtpCode) -> Result<(), ApiError> {
    let sent = &challenge.sent;
    if app.numbers.counts() {
        app.flows.verify(&pending(&challenge), app.clock.now())?;
    }
    let verify = VerifyOtpRequest {
        method_id: sent.method_id.clone(),
        otp,
        session_expires_in: None,
        session_token: None,
        session_jwt: None,
        challenge_id: sent.otp_challenge_id.clone(),
        device_fingerprint: None,
        remember_device: None,
        device_token: None,
    };
    let verified = match app.otp.verify_otp(&verify).await {
        Ok(verified) => verified,
        Err(error) => {
            note_waits(&app, &challenge, &error).await?;
            return Err(error);
        }
    };
    // A success that is not whole is none (H-06).
    if verified.method_id != sent.method_id || verified.user_id.is_empty() {
        let cause = "a verify answered for another method";
        return Err(ApiError::unavailable(
            ErrorType::OtpServiceMisbehaved,
            cause,
        ));
    }
    let proved = app.store.prove(&challenge.challenge_id, app.clock.now());
    proved.await.map_err(fault)?;
    tracing::info!(challenge_id = challenge.challenge_id, "challenge proved");
    Ok(())
}

/// A code that is added to a used-up verification could not work; and a wait is a wait.
async fn note_waits(app: &App, challenge: &Challenge, error: &ApiError) -> Result<(), ApiError> {
    let used_up = match error.error_type() {
        ErrorType::OtpAttemptsExceeded => true,
        ErrorType::TooManyRequests => challenge.sent.used_up,
        _ => return Ok(()),
    };
    let wait = error.envelope().retry_after_secs.unwrap_or_default();
    let sent = SentCode {
        resend_at: app.clock.now() + i64::from(wait),
        used_up,
        ..challenge.sent.clone()
    };
    let noted = app.store.note_sent(&challenge.challenge_id, sent).await;
    noted.map_err(fault)
}
