//! `DELETE /api/accounts/{account_id}/external_id`: the account stays, and is no longer linked to the app's
//! own id. Unlinking what is not linked is fine.

use axum::extract::{Path, State};
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::app_server::AccountResponse;

use crate::app::Shared;
use crate::openapi::{ACCOUNTS, Operation, SERVER};
use crate::server_key::AppServer;
use crate::store::fault;

pub(crate) fn operation() -> Operation {
    Operation::new::<AccountResponse>(
        "unlink_account",
        ACCOUNTS,
        "Forget your own id of an account",
    )
    .in_path::<String>("account_id", "`acct_…`")
    .needs(SERVER)
    .fails(&[ErrorType::AccountNotFound, ErrorType::OriginNotAllowed])
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    Path(account_id): Path<String>,
) -> Result<Json<AccountResponse>, ApiError> {
    let account = app.store.unlink(&account_id).await.map_err(fault)?;
    let account = account.ok_or(ErrorType::AccountNotFound)?;
    Ok(Json(account.into()))
}
