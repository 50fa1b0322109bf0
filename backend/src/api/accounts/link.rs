//! `POST /api/accounts`: makes an account before its first sign-in, links it to the app's own id, notes what
//! the app wants noted. A repeat finds everything as it left it.
//!
//! The user is made at the OTP service first, as `pending`: so the account has its `user_id` at once, and a
//! sign-in finds it. Should the own row not be written, a repeat finds the user there.

use axum::extract::State;
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::PhoneNumber;
use shared::app_server::{ExternalId, LinkAccountRequest, LinkAccountResponse};

use crate::api::send_otp::destination;
use crate::app::{App, Shared};
use crate::openapi::{ACCOUNTS, ASKS_THE_SERVICE, Operation, SERVER};
use crate::server_key::AppServer;
use crate::store::{LinkFault, Wanted, Whose, fault};

pub(crate) fn operation() -> Operation {
    Operation::new::<LinkAccountResponse>("link_account", ACCOUNTS, "Make an account, or link one")
        .takes::<LinkAccountRequest>()
        .needs(SERVER)
        .fails(&[
            ErrorType::InvalidPhoneNumber,
            ErrorType::DestinationNotAllowed,
            ErrorType::AccountNotFound,
            ErrorType::AccountLinked,
            ErrorType::DuplicateExternalId,
            ErrorType::OriginNotAllowed,
        ])
        .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    Json(request): Json<LinkAccountRequest>,
) -> Result<Json<LinkAccountResponse>, ApiError> {
    let whose = match (request.phone_number, request.account_id) {
        (Some(number), None) => {
            let number = destination(&app, &number)?;
            user_of(&app, number, request.external_id.as_ref()).await?
        }
        (None, Some(account_id)) => Whose::Account(account_id),
        _ => {
            let said = "Exactly one of `phone_number` and `account_id` must be given.";
            return Err(ApiError::from(ErrorType::InvalidRequest).message(said));
        }
    };
    let now = app.clock.now();
    let linked = app
        .store
        .link(whose, request.external_id, request.metadata, now)
        .await
        .map_err(fault)?
        .map_err(refused)?;
    Ok(Json(LinkAccountResponse {
        created: linked.created,
        account: linked.account.into(),
    }))
}

/// The user of this number, made where there is none; but none is made for a link that will be refused.
async fn user_of(
    app: &App,
    phone_number: PhoneNumber,
    external_id: Option<&ExternalId>,
) -> Result<Whose, ApiError> {
    if let Some(id) = external_id {
        let owner = app.store.account(Wanted::External(id.clone())).await;
        let owner = owner.map_err(fault)?;
        if owner.is_some_and(|owner| owner.phone_number != phone_number) {
            return Err(refused(LinkFault::Taken));
        }
    }
    let user_id = app.otp.user_of(&phone_number).await?;
    Ok(Whose::User {
        user_id,
        phone_number,
    })
}

fn refused(fault: LinkFault) -> ApiError {
    match fault {
        LinkFault::Unknown => ErrorType::AccountNotFound,
        LinkFault::Taken => ErrorType::DuplicateExternalId,
        LinkFault::LinkedElsewhere => ErrorType::AccountLinked,
    }
    .into()
}
