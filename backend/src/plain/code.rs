//! `GET /plain/verify`: asks for the code. Without a pending verification: back to the beginning.

use axum::response::Response;
use edge::ApiError;
use http::StatusCode;
use screens::Doing;
use screens::html::plain::CodeScreen;

use super::state::{Step, Told};
use super::{ACCOUNT, CODE, PHONE, Visit, new_press, page_before};
use crate::api::get_delivery::delivery;

pub(crate) async fn show(visit: Visit) -> Result<Response, ApiError> {
    let code = match &visit.step {
        Some(Step::Code(code)) => code,
        Some(Step::SignedIn(_)) => return visit.go(ACCOUNT, None),
        Some(Step::Phone(_)) | None => return visit.go(PHONE, None),
    };
    let text = visit.language.text;
    let length = visit.app.settings.code_length;
    let told = code
        .said
        .as_ref()
        .and_then(|news| news.told(text, Doing::Verifying, length, visit.now()));
    let told = Told::of(told);
    // Whoever can't be asked now has nothing to say on this screen.
    let message = delivery(&visit.app, &code.pending).await.ok();
    let resend_in_secs = message
        .and_then(|message| message.resend_in_secs)
        .unwrap_or_else(|| visit.app.secs_until(code.resend_at));
    let delivery = message.and_then(|message| screens::delivery(text, message));
    let plain = visit.plain(CODE);
    let main = CodeScreen {
        masked_number: &code.pending.phone_number.masked(),
        typed: &code.typed,
        press: &new_press()?,
        resend_in_secs,
        delivery: delivery.as_deref(),
        notice: told.notice.as_deref(),
        code_error: told.field.as_deref(),
        error: told.form.as_deref(),
    }
    .html(&plain);
    let next = visit.app.returns.sent(&visit.headers);
    let html = plain.page(text.enter_the_code, &main);
    Ok(page_before(StatusCode::OK, html, next.as_ref()))
}
