//! `POST /api/accounts/search`: finds accounts by number, user or the app's own id. A call with a body,
//! because no address holds a number.

use axum::extract::State;
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::PhoneNumber;
use shared::app_server::{FindAccountsRequest, FindAccountsResponse};

use crate::app::Shared;
use crate::openapi::{ACCOUNTS, Operation, SERVER};
use crate::server_key::AppServer;
use crate::store::{Wanted, fault};

pub(crate) fn operation() -> Operation {
    Operation::new::<FindAccountsResponse>("find_accounts", ACCOUNTS, "Find accounts")
        .takes::<FindAccountsRequest>()
        .needs(SERVER)
        .fails(&[ErrorType::InvalidPhoneNumber, ErrorType::OriginNotAllowed])
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    Json(request): Json<FindAccountsRequest>,
) -> Result<Json<FindAccountsResponse>, ApiError> {
    let wanted = match (request.phone_number, request.user_id, request.external_id) {
        (Some(number), None, None) => {
            let number = PhoneNumber::parse(number.as_str());
            Wanted::Number(number.map_err(|_| ErrorType::InvalidPhoneNumber)?)
        }
        (None, Some(user_id), None) => Wanted::User(user_id),
        (None, None, Some(external_id)) => Wanted::External(external_id),
        _ => {
            let said = "Exactly one of `phone_number`, `user_id` and `external_id` must be given.";
            return Err(ApiError::from(ErrorType::InvalidRequest).message(said));
        }
    };
    let accounts = app.store.accounts(wanted).await.map_err(fault)?;
    let accounts = accounts.into_iter().map(Into::into).collect();
    Ok(Json(FindAccountsResponse { accounts }))
}
