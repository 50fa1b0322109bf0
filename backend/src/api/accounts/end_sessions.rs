//! `DELETE /api/accounts/{account_id}/sessions`: ends all sessions of the person (C-08). The account stays, and signs in
//! again with a code. A call that failed halfway can be repeated.

use axum::extract::{Path, State};
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::app_server::EndAccountSessionsResponse;

use super::get::account;
use crate::api::end_other_sessions::end_all;
use crate::app::Shared;
use crate::openapi::{ACCOUNTS, ASKS_THE_SERVICE, Operation, SERVER};
use crate::server_key::AppServer;
use crate::webhooks::message::EndedBy;

pub(crate) fn operation() -> Operation {
    Operation::new::<EndAccountSessionsResponse>(
        "end_account_sessions",
        ACCOUNTS,
        "End all sessions of an account",
    )
    .in_path::<String>("account_id", "`acct_…`")
    .needs(SERVER)
    .fails(&[ErrorType::AccountNotFound, ErrorType::OriginNotAllowed])
    .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    Path(account_id): Path<String>,
) -> Result<Json<EndAccountSessionsResponse>, ApiError> {
    let account = account(&app, account_id).await?;
    let sessions = app.otp.list_sessions(&account.user_id).await?;
    let ids: Vec<_> = sessions.into_iter().map(|session| session.id).collect();
    let ended = end_all(&app, &account.user_id, &ids, EndedBy::AppServer).await?;
    let account_id = account.account_id;
    tracing::info!(account_id, ended, "all sessions of an account ended");
    Ok(Json(EndAccountSessionsResponse {
        message: "All sessions of the account are ended.".to_owned(),
        account_id,
        ended,
    }))
}
