//! `POST /users/create`: makes a user with an e-mail address, a phone number, or both.

use std::sync::Arc;

use axum::extract::State;
use edge::{ApiError, Json};
use serde_json::json;
use shared::ErrorType;
use shared::otp_service::{CreateUserRequest, CreateUserResponse, MethodType};

use super::caller::Caller;
use super::{fault, outcome, sending};
use crate::address::Address;
use crate::commands::change_user::{CreateUser, NewAddress, Outcome};
use crate::openapi::{Example, Operation, USERS, keyed, sample};
use crate::service::Service;
use crate::store::users::Names;

pub(crate) fn operation() -> Operation {
    let email = "ada.lovelace@example.com";
    keyed::<CreateUserResponse>("create_user", USERS, "Make a user")
        .describe("With an e-mail address, a phone number, or both. Each belongs to one user at most.")
        .takes::<CreateUserRequest>()
        .fails(&[
            ErrorType::InvalidPhoneNumber,
            ErrorType::DuplicateEmail,
            ErrorType::DuplicatePhoneNumber,
        ])
        .example(
            Example::new("with_an_email_address")
                .sends(json!({"email": email, "first_name": "Ada", "last_name": "Lovelace", "include_user": true}))
                .answers(json!({
                    "user_id": sample::USER_ID, "status": "pending", "email_id": sample::EMAIL_ID,
                    "phone_number_id": "", "user": sample::user(),
                })),
        )
        .example(
            Example::new("an_address_of_another_user")
                .sends(json!({"email": email}))
                .fails(ErrorType::DuplicateEmail),
        )
}

pub(crate) async fn handle(
    Caller(app): Caller,
    State(service): State<Arc<Service>>,
    Json(request): Json<CreateUserRequest>,
) -> Result<Json<CreateUserResponse>, ApiError> {
    check_names([
        &request.first_name,
        &request.middle_name,
        &request.last_name,
    ])?;
    let email = request.email.filter(|email| !email.as_str().is_empty());
    let number = request
        .phone_number
        .filter(|number| !number.as_str().is_empty());
    let mut addresses = Vec::new();
    if let Some(email) = email {
        addresses.push(new_address(&service, sending::email(email.as_str())?)?);
    }
    if let Some(number) = number {
        addresses.push(new_address(
            &service,
            sending::phone(&service, number.as_str())?,
        )?);
    }
    if addresses.is_empty() {
        return Err(outcome::invalid("Give `email` or `phone_number`."));
    }
    let command = CreateUser {
        app,
        names: Names {
            first: request.first_name.unwrap_or_default(),
            middle: request.middle_name.unwrap_or_default(),
            last: request.last_name.unwrap_or_default(),
        },
        status: sending::new_user(request.requires_verification),
        addresses,
        drawn: service.random.bytes().map_err(ApiError::internal)?,
        now: service.clock.now(),
    };
    let outcome = service
        .database
        .write(move |sql| command.run(sql))
        .await
        .map_err(fault)?;
    let user = changed(outcome)?;
    let first_id = |id: Option<&String>| id.cloned().unwrap_or_default();
    Ok(Json(CreateUserResponse {
        user_id: user.user_id.clone(),
        status: user.status,
        email_id: first_id(user.emails.first().map(|email| &email.id)),
        phone_number_id: first_id(user.phone_numbers.first().map(|number| &number.id)),
        user: request.include_user.unwrap_or(false).then_some(*user),
    }))
}

pub(super) fn new_address(service: &Service, address: Address) -> Result<NewAddress, ApiError> {
    Ok(NewAddress {
        address,
        drawn: service.random.bytes().map_err(ApiError::internal)?,
    })
}

/// The user after a change, or why there was none.
pub(super) fn changed(outcome: Outcome) -> Result<Box<shared::otp_service::User>, ApiError> {
    match outcome {
        Outcome::Done(user) => Ok(user),
        Outcome::NoUser => Err(ErrorType::UserNotFound.into()),
        Outcome::Taken(MethodType::PhoneNumber) => Err(ErrorType::DuplicatePhoneNumber.into()),
        Outcome::Taken(MethodType::Email) => Err(ErrorType::DuplicateEmail.into()),
    }
}

/// Checks the first, the middle and the last name.
pub(super) fn check_names(names: [&Option<String>; 3]) -> Result<(), ApiError> {
    for (field, name) in ["first_name", "middle_name", "last_name"]
        .into_iter()
        .zip(names)
    {
        let unfit =
            |name: &String| name.chars().count() > 256 || name.chars().any(char::is_control);
        if name.as_ref().is_some_and(unfit) {
            return Err(outcome::invalid(&format!(
                "`{field}` must be at most 256 characters and none of them a control character."
            )));
        }
    }
    Ok(())
}
