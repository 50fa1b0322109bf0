//! The calls about sessions: checked, extended, listed, ended.

use edge::ApiError;
use http::Method;
use serde::Deserialize;
use shared::otp_service::{
    DeleteSessionRequest, DeleteSessionResponse, ListSessionsResponse, Session,
    VerifySessionRequest,
};
use shared::{ErrorType, HiddenText, SessionLifetime, SessionToken};

use super::OtpClient;
use super::live_session::LiveSession;
use super::reply::Expect;
use super::transport::Call;

/// What session calls may answer.
const SESSION: Expect = Expect(&[ErrorType::InvalidSession, ErrorType::SessionNotFound]);

/// Its token is the one that was shown, and its JWT is nobody's here.
#[derive(Deserialize)]
struct Live {
    session: LiveSession,
}

impl OtpClient {
    /// The live session behind a token; with `extend` its end is moved.
    pub(crate) async fn verify_session(
        &self,
        token: &SessionToken,
        extend: Option<SessionLifetime>,
    ) -> Result<LiveSession, ApiError> {
        let request = VerifySessionRequest {
            session_token: Some(HiddenText::from(token.as_str())),
            session_jwt: None,
            session_expires_in: extend,
        };
        let call = Call {
            is_read: extend.is_none(),
            ..self.call(Method::POST, "/sessions/verify")
        };
        let live: Live = self.exchange(call, Some(&request), SESSION).await?;
        Ok(live.session)
    }

    /// The user's live sessions.
    pub(crate) async fn list_sessions(&self, user_id: &str) -> Result<Vec<Session>, ApiError> {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("user_id", user_id)
            .finish();
        let call = self.read(Method::GET, format!("/sessions/list?{query}"));
        let answer: ListSessionsResponse = self.exchange(call, None::<&()>, SESSION).await?;
        Ok(answer.sessions)
    }

    /// Ends the session behind a token.
    pub(crate) async fn end_session(&self, token: &SessionToken) -> Result<(), ApiError> {
        self.delete_session(&DeleteSessionRequest {
            session_token: Some(HiddenText::from(token.as_str())),
            ..DeleteSessionRequest::default()
        })
        .await
    }

    /// Ends a session by its id.
    pub(crate) async fn end_session_by_id(&self, session_id: &str) -> Result<(), ApiError> {
        self.delete_session(&DeleteSessionRequest {
            session_id: Some(session_id.to_owned()),
            ..DeleteSessionRequest::default()
        })
        .await
    }

    async fn delete_session(&self, request: &DeleteSessionRequest) -> Result<(), ApiError> {
        let call = self.call(Method::DELETE, "/sessions/delete");
        let _: DeleteSessionResponse = self.exchange(call, Some(request), SESSION).await?;
        Ok(())
    }
}
