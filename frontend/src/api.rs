//! The calls to the backend. The only door to HTTP.
//!
//! JSON is read and written by the browser: a parser in the program would be a fifth of its bytes.
//! Deliberately absent: what to do with an answer, and what to say about a failure.

mod reading;

use std::time::Duration;

use js_sys::{JSON, Object, Reflect};
use leptos::prelude::set_timeout_with_handle;
use reqwasm::http::{Method, Request, RequestCache};
use shared::browser::{
    ConfigResponse, EndOtherSessionsResponse, EndSessionResponse, GetDeliveryResponse,
    ListSessionsResponse, SendOtpRequest, SendOtpResponse, SessionResponse, VerifyOtpRequest,
    VerifyOtpResponse,
};
use shared::{SessionToken, VerificationId};
use wasm_bindgen::JsValue;
use web_sys::AbortController;

use crate::browser;
use crate::failure::Failure;
use reading::Read;

/// The backend answers within 8 seconds whatever happens (H-01); the network gets some more.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the page needs before anybody has typed anything.
pub async fn load_config() -> Result<ConfigResponse, Failure> {
    read(exchange(Call::to(Method::GET, "/api/config")).await?)
}

/// The same from the text of an element of the page, where the backend has put it there.
#[must_use]
pub fn read_config(json: &str) -> Option<ConfigResponse> {
    ConfigResponse::read(&JSON::parse(json).ok()?)
}

/// A file of the bundle, such as the sentences of another language.
pub async fn load_text(address: &str) -> Result<String, Failure> {
    let answer = Request::new(address).send().await;
    match answer {
        Ok(answer) if answer.ok() => answer.text().await.map_err(|_| unreachable()),
        _ => Err(unreachable()),
    }
}

/// Sends a code. Repeats with the same key are one send.
pub async fn send_otp(request: &SendOtpRequest, key: &str) -> Result<SendOtpResponse, Failure> {
    let call = Call::to(Method::POST, "/api/otp/send")
        .header("idempotency-key", key)
        .json(&[
            ("phone_number", Some(request.phone_number.as_str())),
            (
                "verification_id",
                request.verification_id.as_ref().map(|id| id.as_str()),
            ),
            (
                "language",
                request.language.as_ref().map(|tag| tag.as_str()),
            ),
        ]);
    read(exchange(call).await?)
}

/// How far the message has come.
pub async fn get_delivery(id: &VerificationId) -> Result<GetDeliveryResponse, Failure> {
    let call = Call::to(Method::POST, "/api/otp/delivery");
    read(exchange(call.json(&[("verification_id", Some(id.as_str()))])).await?)
}

/// Signs in with a code.
pub async fn verify_otp(request: &VerifyOtpRequest) -> Result<VerifyOtpResponse, Failure> {
    let call = Call::to(Method::POST, "/api/otp/verify").json(&[
        ("verification_id", Some(request.verification_id.as_str())),
        ("otp", Some(request.otp.as_str())),
    ]);
    read(exchange(call).await?)
}

/// The session behind the token.
pub async fn load_session(token: &SessionToken) -> Result<SessionResponse, Failure> {
    read(exchange(Call::to(Method::GET, "/api/session").bearer(token)).await?)
}

/// Gives the session behind the token its full length again.
pub async fn extend_session(token: &SessionToken) -> Result<SessionResponse, Failure> {
    read(exchange(Call::to(Method::POST, "/api/session/extend").bearer(token)).await?)
}

/// Ends the session behind the token.
pub async fn end_session(token: &SessionToken) -> Result<EndSessionResponse, Failure> {
    read(exchange(Call::to(Method::DELETE, "/api/session").bearer(token)).await?)
}

/// The user's live sessions.
pub async fn list_sessions(token: &SessionToken) -> Result<ListSessionsResponse, Failure> {
    read(exchange(Call::to(Method::GET, "/api/sessions").bearer(token)).await?)
}

/// Ends one of the user's other sessions.
pub async fn end_session_by_id(
    token: &SessionToken,
    id: &str,
) -> Result<EndSessionResponse, Failure> {
    let id = String::from(js_sys::encode_uri_component(id));
    let path = ["/api/sessions/", &id].concat();
    read(exchange(Call::to(Method::DELETE, &path).bearer(token)).await?)
}

/// Ends all of the user's other sessions.
pub async fn end_other_sessions(token: &SessionToken) -> Result<EndOtherSessionsResponse, Failure> {
    read(exchange(Call::to(Method::DELETE, "/api/sessions").bearer(token)).await?)
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
        self.header("authorization", &["Bearer ", token.as_str()].concat())
    }

    /// Our requests are plain structures of texts; what is not there is left out.
    fn json(self, fields: &[(&str, Option<&str>)]) -> Self {
        let body = Object::new();
        for (name, value) in fields {
            if let Some(value) = value {
                // Setting a member of a plain object can't fail.
                let _ = Reflect::set(&body, &(*name).into(), &(*value).into());
            }
        }
        let text = JSON::stringify(&body).map(String::from).unwrap_or_default();
        Self(self.header("content-type", "application/json").0.body(text))
    }
}

fn read<T: Read>(answer: JsValue) -> Result<T, Failure> {
    T::read(&answer).ok_or(Failure::Unreachable)
}

/// The answer's JSON. Not generic, so that it is in the program once.
async fn exchange(call: Call) -> Result<JsValue, Failure> {
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
    let (ok, body) = answer.map_err(|_| unreachable())?;
    // A proxy's own page is no answer of the backend.
    let body = JSON::parse(&body).map_err(|_| Failure::Unreachable)?;
    match ok {
        true => Ok(body),
        false => Err(Failure::Refused(read(body)?)),
    }
}

fn unreachable() -> Failure {
    if browser::is_offline() {
        Failure::Offline
    } else {
        Failure::Unreachable
    }
}
