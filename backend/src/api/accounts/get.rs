//! `GET /api/accounts/{account_id}`: one account.

use axum::extract::{Path, State};
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::app_server::AccountResponse;

use crate::app::{App, Shared};
use crate::openapi::{ACCOUNTS, Operation, SERVER};
use crate::server_key::AppServer;
use crate::store::{Account, Wanted, fault};

pub(crate) fn operation() -> Operation {
    Operation::new::<AccountResponse>("get_account", ACCOUNTS, "Get an account")
        .in_path::<String>("account_id", "`acct_…`")
        .needs(SERVER)
        .fails(&[ErrorType::AccountNotFound])
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    Path(account_id): Path<String>,
) -> Result<Json<AccountResponse>, ApiError> {
    let account = account(&app, account_id).await?;
    Ok(Json(account.into()))
}

/// The account with this id.
pub(crate) async fn account(app: &App, account_id: String) -> Result<Account, ApiError> {
    let found = app.store.account(Wanted::Account(account_id)).await;
    found
        .map_err(fault)?
        .ok_or_else(|| ErrorType::AccountNotFound.into())
}
