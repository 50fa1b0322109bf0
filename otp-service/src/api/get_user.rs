//! `GET /users/{user_id}`: a user with its phone numbers and e-mail addresses.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use shared::otp_service::User;
use shared::{ErrorType, schema};

use super::caller::Caller;
use super::fault;
use super::path_id::UserId;
use crate::openapi::{Example, Operation, USERS, keyed, sample};
use crate::service::Service;
use crate::store::users;

pub(crate) fn operation() -> Operation {
    keyed::<User>("get_user", USERS, "Get a user")
        .in_path::<schema::UserId>("user_id", "`user_…`")
        .fails(&[ErrorType::UserNotFound])
        .example(
            Example::new("a_user")
                .with("user_id", sample::USER_ID)
                .answers(sample::user()),
        )
        .example(
            Example::new("an_unknown_user")
                .with("user_id", "user_000000000000000000000000000")
                .fails(ErrorType::UserNotFound),
        )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    UserId(user_id): UserId,
) -> Result<Json<User>, ApiError> {
    let found = service
        .database
        .read(move |sql| users::get(sql, &app.id, &user_id))
        .await
        .map_err(fault)?;
    found
        .map(Json)
        .ok_or_else(|| ErrorType::UserNotFound.into())
}
