//! `POST /plain/sign-out/device`: ends another of the person's own sessions.

use axum::response::Response;
use edge::{ApiError, Form};

use super::Visit;
use super::extend::begun;
use super::state::Said;
use crate::api::end_one_session::end_own;

pub(crate) async fn handle(visit: Visit, form: Form) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let (caller, session) = match begun(&visit).await? {
        Ok(begun) => begun,
        Err(response) => return Ok(response),
    };
    let ended = end_own(&visit.app, &caller, form.field("session")).await;
    visit.tell(session, ended.map(|()| Said::DeviceSignedOut))
}
