//! `DELETE /users/{user_id}/delete`: removes a user with everything that belongs to it; its sessions
//! end (C-10, F-09).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::DeleteUserResponse;
use shared::{ErrorType, schema};

use super::caller::Caller;
use super::fault;
use super::path_id::UserId;
use crate::events::Ended;
use crate::openapi::{Example, Operation, USERS, keyed, sample};
use crate::service::Service;
use crate::store::users;

pub(crate) fn operation() -> Operation {
    keyed::<DeleteUserResponse>("delete_user", USERS, "Delete a user")
        .describe("With everything that belongs to it; every session of the user ends.")
        .in_path::<schema::UserId>("user_id", "`user_…`")
        .fails(&[ErrorType::UserNotFound])
        .example(
            Example::new("a_user")
                .with("user_id", sample::USER_ID)
                .answers(
                    json!({"message": "Successfully deleted user", "user_id": sample::USER_ID}),
                ),
        )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    UserId(user_id): UserId,
) -> Result<Json<DeleteUserResponse>, ApiError> {
    let id = user_id.clone();
    let deleted = service
        .database
        .write(move |sql| users::delete(sql, &app.id, &id))
        .await
        .map_err(fault)?;
    if !deleted {
        return Err(ErrorType::UserNotFound.into());
    }
    service.events.sessions_ended(&user_id, Ended::UserDeleted);
    Ok(Json(DeleteUserResponse {
        message: "Successfully deleted user".to_owned(),
        user_id,
    }))
}
