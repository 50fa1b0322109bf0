//! `DELETE /api/accounts/{account_id}`: deletes the person's user at the OTP service, which ends all sessions
//! (C-10), then the account here. In this order, so that a call that failed halfway can be repeated: what is
//! gone there already counts as deleted.

use axum::extract::{Path, State};
use edge::{ApiError, Json};
use shared::app_server::DeleteAccountResponse;

use super::get::account;
use crate::app::Shared;
use crate::server_key::AppServer;
use crate::store::fault;

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    Path(account_id): Path<String>,
) -> Result<Json<DeleteAccountResponse>, ApiError> {
    let account = account(&app, account_id).await?;
    app.otp.delete_user(&account.user_id).await?;
    let deleted = app.store.delete_account(&account.account_id).await;
    deleted.map_err(fault)?;
    tracing::info!(account_id = account.account_id, "account deleted");
    Ok(Json(DeleteAccountResponse {
        message: "The account is deleted.".to_owned(),
        account_id: account.account_id,
    }))
}
