//! `DELETE /api/accounts/{account_id}`: deletes the person's user at the OTP service, which ends all sessions
//! (C-10), then the account here. In this order, so that a call that failed halfway can be repeated: what is
//! gone there already counts as deleted.

use axum::extract::{Path, State};
use edge::{ApiError, Json};
use shared::app_server::DeleteAccountResponse;

use super::get::account;
use crate::app::Shared;
use crate::openapi::{ACCOUNTS, ASKS_THE_SERVICE, Operation, SERVER};
use crate::server_key::AppServer;
use crate::store::fault;
use shared::ErrorType;

pub(crate) fn operation() -> Operation {
    Operation::new::<DeleteAccountResponse>(
        "delete_account",
        ACCOUNTS,
        "Delete an account and its user",
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
) -> Result<Json<DeleteAccountResponse>, ApiError> {
    let account = account(&app, account_id).await?;
    // Afterwards nobody knows which they were.
    let sessions = match &app.webhooks {
        Some(_) => app.otp.list_sessions(&account.user_id).await?,
        None => Vec::new(),
    };
    let sessions = sessions.into_iter().map(|session| session.id).collect();
    app.otp.delete_user(&account.user_id).await?;
    let account_id = account.account_id.clone();
    let deleted = app.store.delete_account(account, sessions, app.clock.now());
    deleted.await.map_err(fault)?;
    tracing::info!(account_id, "account deleted");
    Ok(Json(DeleteAccountResponse {
        message: "The account is deleted.".to_owned(),
        account_id,
    }))
}
