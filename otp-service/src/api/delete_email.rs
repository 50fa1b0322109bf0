//! `DELETE /users/emails/{id}/delete`: takes an e-mail address from its
//! user; the sessions that it made end (C-10).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::otp_service::{DeleteUserResponse, MethodType};
use shared::{ErrorType, schema};

use super::caller::Caller;
use super::fault;
use super::path_id::EmailId;
use crate::commands::change_user::delete_method;
use crate::events::Ended;
use crate::openapi::{Example, Operation, USERS, keyed, sample};
use crate::service::Service;

pub(crate) fn operation() -> Operation {
    keyed::<DeleteUserResponse>(
        "delete_email",
        USERS,
        "Take an e-mail address from its user",
    )
    .describe("The sessions that were made with it end.")
    .in_path::<schema::EmailId>("id", "`email_…`")
    .fails(&[ErrorType::EmailNotFound])
    .example(
        Example::new("of_a_user")
            .with("id", sample::EMAIL_ID)
            .answers(
                json!({"message": "Successfully deleted user email", "user_id": sample::USER_ID}),
            ),
    )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    EmailId(id): EmailId,
) -> Result<Json<DeleteUserResponse>, ApiError> {
    let now = service.clock.now();
    let delete =
        move |sql: &storage::Sql<'_>| delete_method(sql, &app, MethodType::Email, &id, now);
    let owner = service.database.write(delete).await.map_err(fault)?;
    let user_id = owner.ok_or(ErrorType::EmailNotFound)?;
    service
        .events
        .sessions_ended(&user_id, Ended::AddressRemoved);
    Ok(Json(DeleteUserResponse {
        message: "Successfully deleted user email".to_owned(),
        user_id,
    }))
}
