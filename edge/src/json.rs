//! JSON in and out: [`Json`] as an extractor reads strictly, as an answer it is never stored.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::ErrorType;

use crate::error::{JSON, NO_STORE};
use crate::{ApiError, body, strict};

/// So many headers an answer has in the end, a cookie and what [`crate::harden`] adds included: room for all of them
/// from the beginning.
const ANSWER_HEADERS: usize = 12;
/// Room for the body of most answers.
const ANSWER_BYTES: usize = 512;

/// A body of JSON.
///
/// Read: 415 unless the content type is `application/json`, 413 beyond the server's limit, 400
/// for whatever two readers could understand differently, and a message that names the field but
/// never the value. An empty body counts as `{}`. Answered: 200 with `Cache-Control: no-store`.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let announced = announced(request.headers());
        if announced == Some(false) {
            return Err(ErrorType::UnsupportedMediaType.into());
        }
        let body = body::read(request).await?;
        if body.is_empty() {
            return parse(b"{}");
        }
        if announced.is_none() {
            return Err(ErrorType::UnsupportedMediaType.into());
        }
        parse(&body)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<Json<T>, ApiError> {
    strict::read(body)
        .map(Json)
        .map_err(|sentence| ApiError::from(ErrorType::InvalidRequest).message(sentence))
}

/// Whether the body is announced as JSON in UTF-8; none when nothing is announced.
fn announced(headers: &HeaderMap) -> Option<bool> {
    let value = headers.get(header::CONTENT_TYPE)?;
    let Ok(text) = value.to_str() else {
        return Some(false);
    };
    let mut parts = text.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    Some(json && utf8)
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(ANSWER_BYTES);
        match serde_json::to_writer(&mut body, &self.0) {
            Ok(()) => {
                let mut response = Response::new(body.into());
                let headers = response.headers_mut();
                headers.reserve(ANSWER_HEADERS);
                headers.insert(header::CONTENT_TYPE, JSON);
                headers.insert(header::CACHE_CONTROL, NO_STORE);
                response
            }
            Err(error) => {
                ApiError::internal(format_args!("an answer can't be written as JSON: {error}"))
                    .into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Answer, Call};
    use crate::{EdgeLimits, Traffic, harden};
    use axum::Router;
    use axum::body::{Body, Bytes};
    use axum::routing::post;
    use serde::Deserialize;

    #[derive(Deserialize, Serialize)]
    struct Words {
        #[serde(default)]
        word: String,
    }

    fn router() -> Router {
        async fn echo(Json(words): Json<Words>) -> Json<Words> {
            Json(words)
        }
        harden(
            Router::new().route("/", post(echo)),
            EdgeLimits::default(),
            &Traffic::uncounted(),
        )
    }

    async fn send(content_type: Option<&str>, body: impl Into<Body>) -> Answer {
        let mut call = Call::post("/").body(body);
        if let Some(content_type) = content_type {
            call = call.header("content-type", content_type);
        }
        call.send(&router()).await
    }

    #[tokio::test]
    async fn json_in_utf8_is_read_and_answered() {
        for content_type in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            let answer = send(Some(content_type), "{\"word\":\"yes\",\"more\":1}").await;
            assert_eq!(answer.status, 200, "{content_type}");
            assert_eq!(answer.json()["word"], "yes");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }

    #[tokio::test]
    async fn an_empty_body_counts_as_an_empty_object() {
        for content_type in [None, Some("application/json")] {
            assert_eq!(send(content_type, "").await.status, 200);
        }
    }

    #[tokio::test]
    async fn another_content_type_is_refused_d_11() {
        for content_type in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("application/json; charset=latin1"),
            Some("application/jsonp"),
            Some("application/problem+json"),
            Some(""),
        ] {
            let answer = send(content_type, "{}").await;
            answer.assert_error(ErrorType::UnsupportedMediaType);
        }
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused_with_and_without_a_length_d_11() {
        let large = format!("{{\"word\":\"{}\"}}", "x".repeat(5 * 1024));
        let whole = send(Some("application/json"), large.clone()).await;
        whole.assert_error(ErrorType::PayloadTooLarge);
        let chunks: Vec<Result<Bytes, std::io::Error>> = large
            .into_bytes()
            .chunks(512)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        let stream = Body::new(crate::testing::Chunks::from(chunks));
        let chunked = send(Some("application/json"), stream).await;
        chunked.assert_error(ErrorType::PayloadTooLarge);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_a_timeout_d_12() {
        let answer = send(Some("application/json"), Body::new(crate::testing::Never)).await;
        answer.assert_error(ErrorType::RequestTimeout);
    }

    #[tokio::test]
    async fn what_is_no_strict_json_is_refused_d_18() {
        for body in [
            "{",
            "[]",
            "{\"word\":1}",
            "{\"word\":\"\",\"word\":\"\"}",
            "{} {}",
        ] {
            let answer = send(Some("application/json"), body).await;
            answer.assert_error(ErrorType::InvalidRequest);
        }
    }
}
