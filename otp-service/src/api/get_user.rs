//! `GET /users/{user_id}`: a user with its phone numbers.

use std::sync::Arc;

use axum::extract::{Path, State};
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::otp_service::User;

use super::caller::Caller;
use super::fault;
use crate::ids::{self, Kind};
use crate::service::Service;
use crate::store::users;

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    user_id: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Json<User>, ApiError> {
    let unknown = || ApiError::from(ErrorType::UserNotFound);
    let Path(user_id) = user_id.map_err(|_| unknown())?;
    if !ids::is_id(Kind::User, &user_id) {
        return Err(unknown());
    }
    let found = service
        .database
        .read(move |sql| users::get(sql, &app.id, &user_id))
        .await
        .map_err(fault)?;
    found.map(Json).ok_or_else(unknown)
}
