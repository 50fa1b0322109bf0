//! `DELETE /api/sessions/{session_id}`: ends one of the user's own sessions. Another user's is as
//! unknown as one that never was: 404. One that was ended before is ended again, like the first time (C-07).

use axum::extract::{Path, State};
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::browser::EndSessionResponse;

use crate::app::{App, Shared};
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SESSIONS};
use crate::signed_in::SignedIn;
use crate::store::fault;
use crate::webhooks::message::EndedBy;
use crate::webhooks::session_ended;

pub(crate) fn operation() -> Operation {
    Operation::new::<EndSessionResponse>(
        "end_one_session",
        SESSIONS,
        "End one of the user's sessions",
    )
    .in_path::<String>("session_id", "As the list names it.")
    .needs(SESSION)
    .fails(&[ErrorType::SessionNotFound, ErrorType::OriginNotAllowed])
    .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    caller: SignedIn,
    Path(session_id): Path<String>,
) -> Result<Json<EndSessionResponse>, ApiError> {
    end_own(&app, &caller, &session_id).await?;
    Ok(Json(EndSessionResponse {
        message: "The session is ended.".to_owned(),
    }))
}

/// Ends it if it is the caller's, also for the plain screens.
pub(crate) async fn end_own(
    app: &App,
    caller: &SignedIn,
    session_id: &str,
) -> Result<(), ApiError> {
    let user_id = &caller.session.user_id;
    let own = app.otp.list_sessions(user_id).await?;
    if !own.iter().any(|session| session.id == session_id) {
        let ended = app.store.has_ended(session_id, user_id).await;
        if ended.map_err(fault)? {
            return Ok(());
        }
        return Err(ErrorType::SessionNotFound.into());
    }
    app.otp.end_session_by_id(session_id).await?;
    session_ended(app, session_id, user_id, EndedBy::OtherSession).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::Harness;
    use edge::testing::Call;
    use shared::ErrorType;

    #[tokio::test]
    async fn an_own_session_is_ended_and_this_one_lives_on_c_08() {
        let backend = Harness::start().await;
        let (here, there) = (
            backend.sign_in("+12125550142").await,
            backend.sign_in("+12125550142").await,
        );
        let path = format!("/api/sessions/{}", there.session_id);
        backend
            .call(here.sign(Call::delete(&path)))
            .await
            .assert_ok();
        backend
            .call(there.sign(Call::get("/api/session")))
            .await
            .assert_error(ErrorType::InvalidSession);
        backend
            .call(here.sign(Call::get("/api/session")))
            .await
            .assert_ok();
    }

    #[tokio::test]
    async fn ending_it_again_answers_like_the_first_time_and_a_stranger_learns_nothing_c_07() {
        let backend = Harness::start().await;
        let [here, there, elsewhere] = [
            backend.sign_in("+12125550142").await,
            backend.sign_in("+12125550142").await,
            backend.sign_in("+12125550142").await,
        ];
        let stranger = backend.sign_in("+12125550143").await;
        let end = |id: &str| Call::delete(&format!("/api/sessions/{id}"));
        let first = backend.call(here.sign(end(&there.session_id))).await;
        let again = backend.call(here.sign(end(&there.session_id))).await;
        assert_eq!(first.assert_ok().json(), again.assert_ok().json());
        // Also one that has signed out by itself.
        let sign_out = elsewhere.sign(Call::delete("/api/session"));
        backend.call(sign_out).await.assert_ok();
        let ended = here.sign(end(&elsewhere.session_id));
        backend.call(ended).await.assert_ok();
        for id in [&there.session_id, &elsewhere.session_id] {
            let answer = backend.call(stranger.sign(end(id))).await;
            answer.assert_error(ErrorType::SessionNotFound);
        }
    }

    #[tokio::test]
    async fn a_session_of_somebody_else_is_not_there() {
        let backend = Harness::start().await;
        let (here, stranger) = (
            backend.sign_in("+12125550142").await,
            backend.sign_in("+12125550143").await,
        );
        for id in [
            stranger.session_id.as_str(),
            "sess_000000000000000000000000000",
            "x%2F..%2Fy",
            "%FF",
        ] {
            let call = Call::delete(&format!("/api/sessions/{id}"));
            let answer = backend.call(here.sign(call)).await;
            assert!(
                [400, 404].contains(&answer.status),
                "{id}: {}",
                answer.status
            );
        }
        backend
            .call(stranger.sign(Call::get("/api/session")))
            .await
            .assert_ok();
        let without_cookie =
            Call::delete(&format!("/api/sessions/{}", here.session_id)).bearer(&here.session_token);
        backend
            .call(without_cookie)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
}
