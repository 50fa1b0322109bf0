//! The outbox: the message queue seen through a page, for development and tests. It stands in for a
//! phone, so it is served only while it is the gateway.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use edge::{ApiError, Json, Query};
use http::header;
use serde::{Deserialize, Serialize};

use crate::message::code_in;
use crate::service::Service;
use crate::store::messages;

/// So many messages are shown.
const MOST: i64 = 50;

pub(crate) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/outbox", get(page))
        .route("/outbox/outbox.css", get(style))
        .route("/outbox/outbox.js", get(script))
        .route("/outbox/messages", get(list))
}

#[derive(Deserialize)]
struct Whose {
    to: Option<String>,
}

#[derive(Serialize)]
struct Messages {
    messages: Vec<Shown>,
}

/// A message as a phone would show it; text and code are `""` once the code has ended.
#[derive(Serialize)]
struct Shown {
    id: String,
    /// A phone number or an e-mail address.
    to: String,
    text: String,
    code: String,
    /// BCP 47 tag of the text's language.
    locale: String,
    created_at: i64,
    status: &'static str,
}

async fn list(
    State(service): State<Arc<Service>>,
    Query(whose): Query<Whose>,
) -> Result<Json<Messages>, ApiError> {
    let found = service
        .database
        .read(move |sql| match whose.to.as_deref() {
            None | Some("") => messages::newest(sql, MOST),
            Some(to) => messages::newest_to(sql, to, MOST),
        })
        .await;
    let found = found.map_err(crate::api::fault)?;
    let (now, secrets) = (service.clock.now(), service.secrets());
    let messages = found
        .into_iter()
        .map(|message| {
            let readable = now < message.expires_at;
            let text = readable
                .then(|| secrets.open(&message.sealed_text))
                .flatten()
                .unwrap_or_default();
            Shown {
                id: message.id,
                to: message.to,
                code: code_in(&text).unwrap_or_default().to_owned(),
                text,
                locale: message.locale,
                created_at: message.created_at,
                status: message.status.as_str(),
            }
        })
        .collect();
    Ok(Json(Messages { messages }))
}

async fn page() -> Response {
    file(
        "text/html; charset=utf-8",
        include_str!("outbox/outbox.html"),
    )
}

async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("outbox/outbox.css"))
}

async fn script() -> Response {
    file(
        "text/javascript; charset=utf-8",
        include_str!("outbox/outbox.js"),
    )
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                  form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, text).into_response()
}
