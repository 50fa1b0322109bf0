//! `PUT /users/{user_id}/update`: changes names and attaches addresses. Empty lists attach nothing.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::{UpdateUserRequest, UpdateUserResponse};
use shared::{ErrorType, schema};

use super::caller::Caller;
use super::create_user::{changed, check_names, new_address};
use super::path_id::UserId;
use super::{fault, sending};
use crate::commands::change_user::UpdateUser;
use crate::openapi::{Example, Operation, USERS, keyed, sample};
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    keyed::<UpdateUserResponse>("update_user", USERS, "Change a user")
        .describe("Changes the names that are given and attaches addresses; empty lists attach nothing.")
        .in_path::<schema::UserId>("user_id", "`user_…`")
        .takes::<UpdateUserRequest>()
        .fails(&[
            ErrorType::InvalidPhoneNumber,
            ErrorType::UserNotFound,
            ErrorType::DuplicateEmail,
            ErrorType::DuplicatePhoneNumber,
        ])
        .example(
            Example::new("a_phone_number_is_attached")
                .with("user_id", sample::USER_ID)
                .sends(json!({"emails": [], "phone_numbers": [{"phone_number": "+447400123456"}]}))
                .answers(json!({
                    "user_id": sample::USER_ID, "phone_numbers": [sample::number()], "emails": [sample::email()],
                    "user": sample::user_with_number(),
                })),
        )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    UserId(user_id): UserId,
    Json(request): Json<UpdateUserRequest>,
) -> Result<Json<UpdateUserResponse>, ApiError> {
    check_names([
        &request.first_name,
        &request.middle_name,
        &request.last_name,
    ])?;
    let mut addresses = Vec::new();
    for attached in request.emails.unwrap_or_default() {
        addresses.push(new_address(
            &service,
            sending::email(attached.email.as_str())?,
        )?);
    }
    for attached in request.phone_numbers.unwrap_or_default() {
        addresses.push(new_address(
            &service,
            sending::phone(&service, attached.phone_number.as_str())?,
        )?);
    }
    let command = UpdateUser {
        app,
        user_id,
        first_name: request.first_name,
        middle_name: request.middle_name,
        last_name: request.last_name,
        addresses,
        now: service.clock.now(),
    };
    let outcome = service
        .database
        .write(move |sql| command.run(sql))
        .await
        .map_err(fault)?;
    let user = changed(outcome)?;
    Ok(Json(UpdateUserResponse {
        user_id: user.user_id.clone(),
        phone_numbers: user.phone_numbers.clone(),
        emails: user.emails.clone(),
        user: *user,
    }))
}
