//! `DELETE /users/phone_numbers/{id}/delete` (also `/users/phone_number/…`): takes a number from its
//! user; the sessions that it made end (C-10).

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::otp_service::{DeleteUserResponse, MethodType};

use super::caller::Caller;
use super::fault;
use super::path_id::PhoneNumberId;
use crate::commands::change_user::delete_method;
use crate::service::Service;

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
    Ok(Json(DeleteUserResponse {
        message: "Successfully deleted user phone number".to_owned(),
        user_id,
    }))
}
