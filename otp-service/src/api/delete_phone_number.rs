//! `DELETE /users/phone_numbers/{id}/delete` (also `/users/phone_number/…`): takes a number from its
//! user; the sessions that it made end (C-10).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::{DeleteUserResponse, MethodType};
use shared::{ErrorType, schema};

use super::caller::Caller;
use super::fault;
use super::path_id::PhoneNumberId;
use crate::commands::change_user::delete_method;
use crate::events::Ended;
use crate::openapi::{Example, Operation, USERS, keyed, sample};
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    keyed::<DeleteUserResponse>(
        "delete_phone_number",
        USERS,
        "Take a phone number from its user",
    )
    .describe("The sessions that were made with it end.")
    .in_path::<schema::PhoneNumberId>("id", "`pn_…`")
    .fails(&[ErrorType::PhoneNumberNotFound])
    .example(
        Example::new("of_a_user")
            .with("id", sample::PHONE_NUMBER_ID)
            .answers(json!({"message": "Successfully deleted user phone number", "user_id": sample::USER_ID})),
    )
}

/// With `phone_number` in the path.
pub(crate) fn old_operation() -> Operation {
    operation().old_path("delete_phone_number_by_old_path")
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    PhoneNumberId(id): PhoneNumberId,
) -> Result<Json<DeleteUserResponse>, ApiError> {
    let now = service.clock.now();
    let delete =
        move |sql: &storage::Sql<'_>| delete_method(sql, &app, MethodType::PhoneNumber, &id, now);
    let owner = service.database.write(delete).await.map_err(fault)?;
    let user_id = owner.ok_or(ErrorType::PhoneNumberNotFound)?;
    service
        .events
        .sessions_ended(&user_id, Ended::AddressRemoved);
    Ok(Json(DeleteUserResponse {
        message: "Successfully deleted user phone number".to_owned(),
        user_id,
    }))
}
