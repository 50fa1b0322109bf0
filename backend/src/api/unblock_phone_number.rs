//! `POST /api/phone-number/unblock`: whoever is signed in frees the own number, which strangers have locked with wrong
//! codes, so that other devices can sign in again (B-14). A number that nothing holds back is free afterwards too.

use axum::extract::State;
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::browser::UnblockPhoneNumberResponse;

use super::extend_session::Nothing;
use crate::app::Shared;
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SIGN_IN};
use crate::signed_in::SignedIn;

pub(crate) fn operation() -> Operation {
    Operation::new::<UnblockPhoneNumberResponse>(
        "unblock_phone_number",
        SIGN_IN,
        "Free the own number after wrong codes of strangers",
    )
    .describe("`not_found` where the OTP service locks no numbers in this way, as the vendor's.")
    .takes::<Nothing>()
    .needs(SESSION)
    .fails(&[
        ErrorType::NotFound,
        ErrorType::PhoneNumberNotFound,
        ErrorType::OriginNotAllowed,
    ])
    .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    caller: SignedIn,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Json<UnblockPhoneNumberResponse>, ApiError> {
    let proved = caller.newest_number();
    let proved = proved.ok_or(ErrorType::PhoneNumberNotFound)?;
    let unblocked = app.otp.unblock_number(&proved.method_id, &caller.token);
    unblocked.await?;
    tracing::info!(
        session_id = caller.session.id,
        "a number was freed by its owner"
    );
    Ok(Json(UnblockPhoneNumberResponse {
        message: "The number is free again.".to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Harness, Script};
    use edge::testing::Call;
    use serde_json::json;
    use shared::ErrorType;

    const PATH: &str = "/api/phone-number/unblock";

    #[tokio::test]
    async fn the_own_number_is_freed_with_the_own_session_b_14() {
        let backend = Harness::start().await;
        let browser = backend.sign_in("+12125550142").await;
        let freed = backend.call(browser.sign(Call::post(PATH))).await;
        freed.assert_ok();
        let asked = backend
            .stub
            .asked_at("/users/phone_numbers/pn_12125550142/unblock");
        let bodies: Vec<_> = asked.into_iter().map(|asked| asked.body).collect();
        assert_eq!(bodies, [json!({"session_token": browser.session_token})]);
    }

    #[tokio::test]
    async fn nobody_frees_a_number_without_its_session_and_cookie_c_18() {
        let backend = Harness::start().await;
        let browser = backend.sign_in("+12125550142").await;
        for call in [
            Call::post(PATH),
            Call::post(PATH).bearer(&browser.session_token),
        ] {
            let answer = backend.call(call).await;
            answer.assert_error(ErrorType::InvalidSession);
        }
        let foreign = Call::post(PATH).header("origin", "https://evil.example");
        let foreign = backend.call(browser.sign(foreign)).await;
        foreign.assert_error(ErrorType::OriginNotAllowed);
        let asked = backend
            .stub
            .asked_at("/users/phone_numbers/pn_12125550142/unblock");
        assert!(asked.is_empty());
    }

    #[tokio::test]
    async fn a_service_without_such_a_call_is_told_as_it_is() {
        let backend = Harness::start().await;
        let browser = backend.sign_in("+12125550142").await;
        backend
            .stub
            .plays_at("/unblock", Script::error(404, "not_found"));
        let answer = backend.call(browser.sign(Call::post(PATH))).await;
        answer.assert_error(ErrorType::NotFound);
    }
}
