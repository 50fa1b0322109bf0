//! `POST /plain`: sends a code. A number that waits for its code already is led to the code screen.

use axum::response::Response;
use edge::{ApiError, Form};
use shared::browser::{SendOtpRequest, SendOtpResponse};
use shared::{HiddenText, PhoneNumber};

use super::state::{Code, News, Phone, Said, Step};
use super::{ACCOUNT, CODE, PHONE, Visit, key_of, number, phone};
use crate::api::send_otp::send;

/// No number is longer, however it is written.
const LONGEST_DRAFT_BYTES: usize = 150;

pub(crate) async fn handle(visit: Visit, form: Form) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    if let Some(Step::SignedIn(_)) = visit.step {
        return visit.go(ACCOUNT, None);
    }
    let typed = form.field("phone");
    let country = phone::selected(&visit, form.field("country"));
    let stay = |news: News| {
        let draft = Phone {
            typed: cut(typed).to_owned(),
            country: country.clone(),
            said: Some(news),
        };
        visit.go(PHONE, Some(&Step::Phone(draft)))
    };
    let destination = match number::read(&visit.app.settings, typed, &country) {
        Ok(destination) => destination,
        Err(fault) => return stay(Said::Number(fault).at(visit.now())),
    };
    match ask(&visit, destination.number(), &form).await {
        Ok(step) => visit.go(CODE, step.as_ref()),
        Err(error) => stay(Said::refused(&error, visit.now()).at(visit.now())),
    }
}

/// Asks for a code. The step that follows; none where the browser waits for one already that went to this
/// number a moment ago.
pub(super) async fn ask(
    visit: &Visit,
    number: &PhoneNumber,
    form: &Form,
) -> Result<Option<Step>, ApiError> {
    if let Some(Step::Code(code)) = &visit.step
        && code.pending.phone_number == *number
        && visit.now() < code.resend_at.min(code.code_ends)
    {
        return Ok(None);
    }
    let request = SendOtpRequest {
        phone_number: HiddenText::from(number.as_str()),
        verification_id: None,
        language: visit.message_language(),
    };
    let key = key_of(form.field("press"), number.as_str());
    let answer = send(&visit.app, visit.caller(), key.as_ref(), request).await?;
    waiting(visit, &answer, None).map(|code| Some(Step::Code(code)))
}

/// The step that follows a code.
pub(super) fn waiting(
    visit: &Visit,
    answer: &SendOtpResponse,
    said: Option<News>,
) -> Result<Code, ApiError> {
    let pending = visit.app.seal.open(&answer.verification_id);
    let pending = pending.ok_or_else(|| ApiError::internal("a seal of ours does not open"))?;
    Ok(Code {
        pending,
        resend_at: visit.now() + i64::from(answer.resend_in_secs),
        code_ends: visit.now() + i64::from(answer.expires_in_secs),
        used_up: false,
        typed: String::new(),
        said,
    })
}

fn cut(typed: &str) -> &str {
    let end = (0..=LONGEST_DRAFT_BYTES.min(typed.len()))
        .rev()
        .find(|end| typed.is_char_boundary(*end));
    &typed[..end.unwrap_or_default()]
}
