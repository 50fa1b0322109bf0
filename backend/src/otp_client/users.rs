//! The calls about users: made before their first sign-in, found, deleted.

use edge::ApiError;
use http::Method;
use shared::otp_service::{
    Comparison, CreateUserRequest, CreateUserResponse, DeleteUserResponse, FilterValue,
    SearchUsersRequest, SearchUsersResponse, UnblockPhoneNumberRequest, UnblockPhoneNumberResponse,
    UserField, UserFilter, UserFilters,
};
use shared::{ErrorType, HiddenText, PhoneNumber, SessionToken};

use super::OtpClient;
use super::reply::Expect;

/// The fewest that a page of a search can have.
const PAGE: u32 = 10;

impl OtpClient {
    /// The id of the number's user, made as `pending` where there is none. Safe to repeat.
    pub(crate) async fn user_of(&self, number: &PhoneNumber) -> Result<String, ApiError> {
        match self.create_user(number).await {
            Err(error) if error.error_type() == ErrorType::DuplicatePhoneNumber => {
                let found = self.find_user(number).await?;
                found.ok_or_else(|| {
                    let cause = "a number belongs to a user whom no search finds";
                    ApiError::unavailable(ErrorType::OtpServiceMisbehaved, cause)
                })
            }
            outcome => outcome,
        }
    }

    async fn create_user(&self, number: &PhoneNumber) -> Result<String, ApiError> {
        const PASSES: Expect = Expect(&[
            ErrorType::DuplicatePhoneNumber,
            ErrorType::InvalidPhoneNumber,
            ErrorType::DestinationNotAllowed,
        ]);
        let request = CreateUserRequest {
            phone_number: Some(HiddenText::from(number.as_str())),
            requires_verification: Some(true),
            ..CreateUserRequest::default()
        };
        let call = self.call(Method::POST, "/users/create");
        let answer: CreateUserResponse = self.exchange(call, Some(&request), PASSES).await?;
        some_user(answer.user_id)
    }

    async fn find_user(&self, number: &PhoneNumber) -> Result<Option<String>, ApiError> {
        let request = SearchUsersRequest {
            limit: Some(PAGE),
            starting_after: None,
            filters: Some(UserFilters {
                operator: None,
                fields: vec![UserFilter {
                    field: UserField::PhoneNumber,
                    operator: Some(Comparison::Eq),
                    value: Some(FilterValue::Text(number.as_str().to_owned())),
                    values: None,
                    second_value: None,
                }],
            }),
        };
        let call = self.read(Method::POST, "/users/search");
        let answer: SearchUsersResponse = self.exchange(call, Some(&request), Expect(&[])).await?;
        // Whatever is found by: only whom the number belongs to is meant.
        let owner = answer.users.into_iter().find(|user| {
            let numbers = &user.phone_numbers;
            numbers
                .iter()
                .any(|own| own.phone_number == number.as_str())
        });
        owner.map(|user| some_user(user.user_id)).transpose()
    }

    /// Frees a number that wrong codes have locked, from a session of its owner; `not_found` where the service has no
    /// such call.
    pub(crate) async fn unblock_number(
        &self,
        phone_number_id: &str,
        token: &SessionToken,
    ) -> Result<(), ApiError> {
        const PASSES: Expect = Expect(&[
            ErrorType::InvalidSession,
            ErrorType::PhoneNumberNotFound,
            ErrorType::NotFound,
        ]);
        let request = UnblockPhoneNumberRequest {
            session_token: Some(HiddenText::from(token.as_str())),
            session_jwt: None,
        };
        let path = format!("/users/phone_numbers/{phone_number_id}/unblock");
        let call = self.call(Method::POST, path);
        let _: UnblockPhoneNumberResponse = self.exchange(call, Some(&request), PASSES).await?;
        Ok(())
    }

    /// Deletes a user with all sessions. One who is gone already is fine.
    pub(crate) async fn delete_user(&self, user_id: &str) -> Result<(), ApiError> {
        const PASSES: Expect = Expect(&[ErrorType::UserNotFound]);
        let user_id = some_user(user_id.to_owned())?;
        let call = self.call(Method::DELETE, format!("/users/{user_id}/delete"));
        let answer: Result<DeleteUserResponse, _> = self.exchange(call, None::<&()>, PASSES).await;
        match answer.map_err(ApiError::from) {
            Ok(_) => Ok(()),
            Err(error) if error.error_type() == ErrorType::UserNotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn some_user(user_id: String) -> Result<String, ApiError> {
    if user_id.is_empty() || !user_id.bytes().all(is_of_an_id) {
        let cause = "the OTP service names a user by no id";
        return Err(ApiError::unavailable(
            ErrorType::OtpServiceMisbehaved,
            cause,
        ));
    }
    Ok(user_id)
}

/// It becomes a part of an address.
fn is_of_an_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}
