//! `GET /api/accounts`: all accounts, page by page.

use axum::extract::State;
use edge::{ApiError, Json, Query};
use shared::ErrorType;
use shared::app_server::{ListAccountsQuery, ListAccountsResponse};

use crate::app::Shared;
use crate::openapi::{ACCOUNTS, Operation, SERVER};
use crate::server_key::AppServer;
use crate::store::fault;

const USUAL: u32 = 50;
const MOST: u32 = 100;

pub(crate) fn operation() -> Operation {
    Operation::new::<ListAccountsResponse>("list_accounts", ACCOUNTS, "List accounts")
        .in_query_maybe::<u32>("limit", "Accounts on a page, 1 to 100; 50 when not given.")
        .in_query_maybe::<String>(
            "starting_after",
            "The `account_id` after which the page starts.",
        )
        .needs(SERVER)
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    Query(query): Query<ListAccountsQuery>,
) -> Result<Json<ListAccountsResponse>, ApiError> {
    let limit = query.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        let said = "`limit` must be a whole number from 1 to 100.";
        return Err(ApiError::from(ErrorType::InvalidRequest).message(said));
    }
    let after = query.starting_after.unwrap_or_default();
    // One more than asked for tells whether there is another page.
    let found = app.store.accounts_after(&after, limit + 1).await;
    let mut found = found.map_err(fault)?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > wanted;
    found.truncate(wanted);
    Ok(Json(ListAccountsResponse {
        accounts: found.into_iter().map(Into::into).collect(),
        has_more,
    }))
}
