//! The calls to the backend. The only door to HTTP.
//!
//! Deliberately absent: what to do with an answer, and what to say about a failure.

use std::time::Duration;

use leptos::prelude::set_timeout_with_handle;
use reqwasm::http::{Method, Request, RequestCache};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::SessionToken;
use shared::browser::{
    ConfigResponse, EndOtherSessionsResponse, EndSessionResponse, ListSessionsResponse,
    SendOtpRequest, SendOtpResponse, SessionResponse, VerifyOtpRequest, VerifyOtpResponse,
};
use web_sys::AbortController;

use crate::browser;
use crate::failure::Failure;

/// The backend answers within 8 seconds whatever happens (H-01); the network gets some more.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the page needs before anybody has typed anything.
pub async fn load_config() -> Result<ConfigResponse, Failure> {
    call(Call::to(Method::GET, "/api/config")).await
}

/// Sends a code. Repeats with the same key are one send.
pub async fn send_otp(request: &SendOtpRequest, key: &str) -> Result<SendOtpResponse, Failure> {
    let call_ = Call::to(Method::POST, "/api/otp/send")
        .header("idempotency-key", key)
        .json(request);
    call(call_).await
}

/// Signs in with a code.
pub async fn verify_otp(request: &VerifyOtpRequest) -> Result<VerifyOtpResponse, Failure> {
    call(Call::to(Method::POST, "/api/otp/verify").json(request)).await
}

/// The session behind the token.
pub async fn load_session(token: &SessionToken) -> Result<SessionResponse, Failure> {
    call(Call::to(Method::GET, "/api/session").bearer(token)).await
}

/// Ends the session behind the token.
pub async fn end_session(token: &SessionToken) -> Result<EndSessionResponse, Failure> {
    call(Call::to(Method::DELETE, "/api/session").bearer(token)).await
}

/// The user's live sessions.
pub async fn list_sessions(token: &SessionToken) -> Result<ListSessionsResponse, Failure> {
    call(Call::to(Method::GET, "/api/sessions").bearer(token)).await
}

/// Ends one of the user's other sessions.
pub async fn end_session_by_id(
    token: &SessionToken,
    id: &str,
) -> Result<EndSessionResponse, Failure> {
    let path = format!(
        "/api/sessions/{}",
        String::from(js_sys::encode_uri_component(id))
    );
    call(Call::to(Method::DELETE, &path).bearer(token)).await
}

/// Ends all of the user's other sessions.
pub async fn end_other_sessions(token: &SessionToken) -> Result<EndOtherSessionsResponse, Failure> {
    call(Call::to(Method::DELETE, "/api/sessions").bearer(token)).await
}

struct Call(Request);

impl Call {
    fn to(method: Method, path: &str) -> Self {
        Self(
            Request::new(path)
                .method(method)
                .cache(RequestCache::NoStore),
        )
    }

    fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    fn bearer(self, token: &SessionToken) -> Self {
        self.header("authorization", &format!("Bearer {}", token.as_str()))
    }

    /// Our requests are plain structures of texts, which always have a JSON form.
    fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).unwrap_or_default();
        Self(self.header("content-type", "application/json").0.body(body))
    }
}

async fn call<T: DeserializeOwned>(call: Call) -> Result<T, Failure> {
    let (ok, body) = exchange(call).await?;
    match ok {
        true => serde_json::from_str(&body).map_err(|_| Failure::Unreachable),
        false => Err(Failure::from_body(&body)),
    }
}

/// Status and body; not generic, so that it is in the program once.
async fn exchange(call: Call) -> Result<(bool, String), Failure> {
    let abort = AbortController::new().ok();
    let signal = abort.as_ref().map(AbortController::signal);
    let timer =
        abort.and_then(|abort| set_timeout_with_handle(move || abort.abort(), PATIENCE).ok());
    let answer = async {
        let response = call.0.abort_signal(signal.as_ref()).send().await?;
        Ok::<_, reqwasm::Error>((response.ok(), response.text().await?))
    };
    let answer = answer.await;
    if let Some(timer) = timer {
        timer.clear();
    }
    // The error's text is the browser's own and can name the address called; the kind is enough.
    answer.map_err(|_| {
        if browser::is_offline() {
            Failure::Offline
        } else {
            Failure::Unreachable
        }
    })
}
