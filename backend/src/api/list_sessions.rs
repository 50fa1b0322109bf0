//! `GET /api/sessions`: where the user is signed in, this session first, then the latest used.

use std::cmp::Reverse;

use axum::extract::State;
use edge::{ApiError, Json};
use shared::browser::{ListSessionsResponse, SessionSummary};
use shared::otp_service::Session;

use crate::app::{App, Shared};
use crate::openapi::{ASKS_THE_SERVICE, Operation, SESSION, SESSIONS};
use crate::signed_in::SignedIn;

pub(crate) fn operation() -> Operation {
    Operation::new::<ListSessionsResponse>(
        "list_sessions",
        SESSIONS,
        "List the user's live sessions",
    )
    .needs(SESSION)
    .fails(ASKS_THE_SERVICE)
}

pub(crate) async fn handle(
    State(app): Shared,
    caller: SignedIn,
) -> Result<Json<ListSessionsResponse>, ApiError> {
    let sessions = list(&app, &caller).await?;
    Ok(Json(ListSessionsResponse { sessions }))
}

/// Lists them, also for the plain screens.
pub(crate) async fn list(app: &App, caller: &SignedIn) -> Result<Vec<SessionSummary>, ApiError> {
    let own = &caller.session;
    let sessions = app.otp.list_sessions(&own.user_id).await?;
    let mut sessions: Vec<SessionSummary> = sessions
        .into_iter()
        .map(|session| summary(app, session, &own.id))
        .collect();
    sessions.sort_by_key(|session| (!session.current, Reverse(session.last_active_at)));
    Ok(sessions)
}

fn summary(app: &App, session: Session, own: &str) -> SessionSummary {
    SessionSummary {
        current: session.id == own,
        session_id: session.id,
        started_at: session.started_at,
        last_active_at: session.last_active_at,
        expires_in_secs: app.secs_until(session.expires_at),
        ip: session.device_fingerprint.ip.unwrap_or_default(),
        user_agent: session.device_fingerprint.user_agent.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Harness;
    use edge::testing::Call;

    #[tokio::test]
    async fn the_users_sessions_come_without_tokens_and_this_one_first_c_14() {
        let backend = Harness::start().await;
        let first = backend.sign_in("+12125550142").await;
        backend.clock.advance(60);
        let second = backend.sign_in("+12125550142").await;
        backend.sign_in("+12125550143").await;
        let answer = backend.call(first.sign(Call::get("/api/sessions"))).await;
        let sessions = answer.assert_ok().json()["sessions"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(sessions.len(), 2);
        assert_eq!(
            (
                sessions[0]["current"].as_bool(),
                sessions[1]["current"].as_bool()
            ),
            (Some(true), Some(false))
        );
        assert_eq!(sessions[0]["session_id"], first.session_id.as_str());
        assert_eq!(sessions[0]["ip"], "127.0.0.1");
        assert_eq!(sessions[1]["expires_in_secs"], 86_400);
        for secret in [&first.session_token, &second.session_token] {
            assert!(!answer.text().contains(secret.as_str()));
        }
    }
}
