//! An OTP service without memory, as fast as bare hyper answers: every code is right, every token stands for
//! a session. Who it is about is read out of what it is asked; the answers are as long as the real ones.
//!
//! What a proxy hands on unchanged gets the answer of a session check.

use std::convert::Infallible;
use std::sync::Arc;

use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Failure;

/// Length of the part of an id that names somebody.
const NAME: usize = 27;
/// Digits of a number of [`crate::numbers`], which a name ends with.
const NUMBER: usize = 13;
const NOBODY: &str = "000000000000004915110000000";
/// A session JWT of the real service has about so many characters.
const JWT: usize = 1100;
/// Unix seconds; no session ends while somebody measures.
const BEGAN: u64 = 1_790_000_000;
const ENDS: u64 = 4_000_000_000;
/// Stands in the answers that are made once where somebody's name or number belongs.
const NAME_HERE: &str = "<name>";
const NUMBER_HERE: &str = "<number>";

struct Answers {
    sent: String,
    verified: String,
    checked: String,
}

pub(super) async fn serve(listen: String) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await?;
    let answers = Arc::new(Answers::new());
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let answers = Arc::clone(&answers);
        let service = service_fn(move |request| answer(Arc::clone(&answers), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
    }
}

async fn answer(
    answers: Arc<Answers>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    // A broken body is that of a caller who has gone.
    let body = request.into_body().collect().await;
    let body = body
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let (status, text) = if path.ends_with("/otps/sms/login_or_create") {
        let name = after(&body, b"\"phone_number\":\"+", NUMBER);
        (
            StatusCode::OK,
            filled(&answers.sent, &format!("{name:0>NAME$}")),
        )
    } else if path.ends_with("/otps/verify") {
        let name = after(&body, b"\"method_id\":\"pn_", NAME);
        (StatusCode::OK, filled(&answers.verified, name))
    } else if path.contains("/users/") || path.ends_with("/countries") {
        let said =
            json!({"status_code": 404, "error_message": "Not found.", "error_type": "not_found"});
        (StatusCode::NOT_FOUND, said.to_string())
    } else {
        let name = after(&body, b"\"session_token\":\"", NAME);
        (StatusCode::OK, filled(&answers.checked, name))
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

fn filled(answer: &str, name: &str) -> String {
    let number = name.get(NAME - NUMBER..).unwrap_or(name);
    answer.replace(NAME_HERE, name).replace(NUMBER_HERE, number)
}

/// What stands in the body after these words.
fn after<'a>(body: &'a [u8], words: &[u8], length: usize) -> &'a str {
    let place = body.windows(words.len()).position(|window| window == words);
    place
        .and_then(|place| body.get(place + words.len()..)?.get(..length))
        .and_then(|name| std::str::from_utf8(name).ok())
        .unwrap_or(NOBODY)
}

impl Answers {
    fn new() -> Self {
        let user_id = format!("user_{NAME_HERE}");
        let method_id = format!("pn_{NAME_HERE}");
        // A token has 64 characters, of which the first say whose it is.
        let token = format!("{NAME_HERE}{}", "T".repeat(64 - NAME));
        let session = session(&user_id, &method_id);
        let jwt = "j".repeat(JWT);
        Self {
            sent: json!({
                "phone_number_id": method_id, "user_id": user_id, "user_created": false,
                "status": "active", "user_active": true, "challenge_id": format!("chal_{NAME_HERE}"),
                "expires_in_secs": 300, "resend_in_secs": 30,
            })
            .to_string(),
            verified: json!({
                "method_id": method_id, "method_type": "phone_number", "user_id": user_id,
                "session_token": token, "session_jwt": jwt, "session": session,
                "device_token": "D".repeat(64),
            })
            .to_string(),
            checked: json!({"session": session, "session_token": token, "session_jwt": jwt})
                .to_string(),
        }
    }
}

fn session(user_id: &str, method_id: &str) -> Value {
    json!({
        "id": format!("sess_{NAME_HERE}"), "user_id": user_id, "started_at": BEGAN,
        "expires_at": ENDS, "last_active_at": BEGAN, "created_at": BEGAN, "updated_at": BEGAN,
        "factors": [{"delivery_channel": "sms", "type": "otp", "method": {
            "method_id": method_id, "method_type": "phone_number", "last_verified_at": BEGAN,
            "phone_number_id": method_id, "phone_number": format!("+{NUMBER_HERE}"),
        }}],
        "device_fingerprint": {
            "ip": "203.0.113.7",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers;

    #[test]
    fn each_number_is_a_user_of_its_own_and_stands_in_the_answers() {
        let user_of = |place| {
            let asked = format!("{{\"phone_number\":\"{}\"}}", numbers::nth(place));
            let digits = after(asked.as_bytes(), b"\"phone_number\":\"+", NUMBER);
            let answer = filled(&Answers::new().verified, &format!("{digits:0>NAME$}"));
            assert!(answer.contains(&format!("\"{}\"", numbers::nth(place))));
            let answer: Value = serde_json::from_str(&answer).unwrap();
            answer["user_id"].as_str().unwrap().to_owned()
        };
        assert_ne!(user_of(1), user_of(2));
        assert_ne!(user_of(1), user_of(999));
    }
}
