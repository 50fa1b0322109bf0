//! `POST /plain/sign-out/others`: ends all of the person's sessions but this one.

use axum::response::Response;
use edge::{ApiError, Form};

use super::Visit;
use super::extend::begun;
use super::state::Said;
use crate::api::end_other_sessions::end_others;

pub(crate) async fn handle(visit: Visit, form: Form) -> Result<Response, ApiError> {
    let visit = visit.with(&form);
    let (caller, session) = match begun(&visit).await? {
        Ok(begun) => begun,
        Err(response) => return Ok(response),
    };
    let ended = end_others(&visit.app, &caller).await;
    visit.tell(session, ended.map(Said::DevicesSignedOut))
}
