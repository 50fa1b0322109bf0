//! `DELETE /api/sessions`: ends all of the user's sessions but this one.

use std::sync::Arc;

use axum::extract::State;
use edge::trace::carried;
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::browser::EndOtherSessionsResponse;
use tokio::task::JoinSet;

use crate::app::{App, Shared};
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SESSIONS};
use crate::signed_in::SignedIn;
use crate::webhooks::message::EndedBy;
use crate::webhooks::session_ended;

/// So many are ended at one time: quick enough for the vendor's distance, and no flood.
const AT_ONCE: usize = 8;

pub(crate) fn operation() -> Operation {
    Operation::new::<EndOtherSessionsResponse>(
        "end_other_sessions",
        SESSIONS,
        "End all other sessions of the user",
    )
    .needs(SESSION)
    .fails(&[ErrorType::OriginNotAllowed])
    .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    caller: SignedIn,
) -> Result<Json<EndOtherSessionsResponse>, ApiError> {
    let ended = end_others(&app, &caller).await?;
    Ok(Json(EndOtherSessionsResponse {
        message: "All other sessions are ended.".to_owned(),
        ended,
    }))
}

/// Ends them and counts, also for the plain screens.
pub(crate) async fn end_others(app: &Arc<App>, caller: &SignedIn) -> Result<u32, ApiError> {
    let sessions = app.otp.list_sessions(&caller.session.user_id).await?;
    let others: Vec<String> = sessions
        .into_iter()
        .map(|session| session.id)
        .filter(|id| *id != caller.session.id)
        .collect();
    end_all(app, &caller.session.user_id, &others, EndedBy::OtherSession).await
}

/// Ends these sessions of a user, and counts them.
pub(crate) async fn end_all(
    app: &Arc<App>,
    user_id: &str,
    ids: &[String],
    by: EndedBy,
) -> Result<u32, ApiError> {
    let mut ended = 0;
    for group in ids.chunks(AT_ONCE) {
        let mut running = JoinSet::new();
        for id in group {
            let (app, id, user_id) = (Arc::clone(app), id.clone(), user_id.to_owned());
            running.spawn(carried(async move {
                app.otp.end_session_by_id(&id).await?;
                session_ended(&app, &id, &user_id, by).await;
                Ok(())
            }));
        }
        while let Some(outcome) = running.join_next().await {
            let outcome: Result<(), ApiError> = outcome.map_err(ApiError::internal)?;
            match outcome {
                Ok(()) => ended += 1,
                // It ended by itself meanwhile.
                Err(error) if error.error_type() == ErrorType::SessionNotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use crate::testing::Harness;
    use edge::testing::Call;
    use serde_json::json;
    use shared::ErrorType;

    #[tokio::test]
    async fn everywhere_else_is_signed_out_and_nobody_else() {
        let backend = Harness::start().await;
        let here = backend.sign_in("+12125550142").await;
        let stranger = backend.sign_in("+12125550143").await;
        let mut elsewhere = Vec::new();
        for _ in 0..9 {
            elsewhere.push(backend.sign_in("+12125550142").await);
        }
        let answer = backend.call(here.sign(Call::delete("/api/sessions"))).await;
        assert_eq!(answer.assert_ok().json()["ended"], json!(9));
        for browser in elsewhere {
            let answer = backend.call(browser.sign(Call::get("/api/session"))).await;
            answer.assert_error(ErrorType::InvalidSession);
        }
        for browser in [&here, &stranger] {
            backend
                .call(browser.sign(Call::get("/api/session")))
                .await
                .assert_ok();
        }
        let again = backend.call(here.sign(Call::delete("/api/sessions"))).await;
        assert_eq!(again.assert_ok().json()["ended"], json!(0));
    }
}
