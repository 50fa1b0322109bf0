//! `GET /users/{user_id}`: a user with its phone numbers and e-mail addresses.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::otp_service::User;

use super::caller::Caller;
use super::fault;
use super::path_id::UserId;
use crate::service::Service;
use crate::store::users;

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
