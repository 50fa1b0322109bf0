//! A form as browsers send it without JavaScript, read as strictly as JSON: 415 for another content type,
//! 413 beyond the server's limit, 400 for the same field twice (D-11, D-18).

use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use http::{HeaderMap, header};
use shared::ErrorType;
use zeroize::Zeroizing;

use crate::{ApiError, body};

/// Browsers send a handful.
const MOST_FIELDS: usize = 16;

/// The fields of a form by their names. What they hold is somebody's, so `Debug` hides it.
#[derive(Default)]
pub struct Form(HashMap<String, Zeroizing<String>>);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(hidden)")
    }
}

impl Form {
    /// The field's text; a field that is not there is an empty one.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.as_str())
    }

    fn read(body: &[u8]) -> Result<Self, &'static str> {
        let mut fields = HashMap::new();
        for (name, text) in form_urlencoded::parse(body) {
            if fields.len() == MOST_FIELDS {
                return Err("The form has too many fields.");
            }
            let text = Zeroizing::new(text.into_owned());
            if fields.insert(name.into_owned(), text).is_some() {
                return Err("The form has the same field twice.");
            }
        }
        Ok(Self(fields))
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_form(request.headers()) {
            return Err(ApiError::from(ErrorType::UnsupportedMediaType)
                .message("The content type must be application/x-www-form-urlencoded."));
        }
        let body = body::read(request).await?;
        Self::read(&body)
            .map_err(|sentence| ApiError::from(ErrorType::InvalidRequest).message(sentence))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| {
        essence
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Answer, Call};
    use crate::{EdgeLimits, Traffic, harden};
    use axum::Router;
    use axum::routing::post;

    async fn send(content_type: &str, body: &str) -> Answer {
        async fn echo(form: Form) -> String {
            format!("{}|{}|{form:?}", form.field("a"), form.field("b"))
        }
        let router = harden(
            Router::new().route("/", post(echo)),
            EdgeLimits::default(),
            &Traffic::uncounted(),
        );
        let call = Call::post("/").header("content-type", content_type);
        call.body(body.to_owned()).send(&router).await
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[tokio::test]
    async fn fields_are_read_and_never_shown() {
        for (body, said) in [
            ("a=1+2&b=%C3%A4", "1 2|ä|Form(hidden)"),
            ("b=%FF", "|\u{fffd}|Form(hidden)"),
            ("a&c=3", "||Form(hidden)"),
            ("", "||Form(hidden)"),
        ] {
            assert_eq!(send(FORM, body).await.assert_ok().text(), said, "{body}");
        }
        let named = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
        send(named, "a=1").await.assert_ok();
    }

    #[tokio::test]
    async fn what_browsers_do_not_send_is_refused_d_11_d_18() {
        for content_type in ["text/plain", "multipart/form-data", "application/json", ""] {
            let answer = send(content_type, "a=1").await;
            answer.assert_error(ErrorType::UnsupportedMediaType);
        }
        let many: String = (0..17).map(|n| format!("f{n}=&")).collect();
        for body in ["a=1&a=1", "a=1&%61=2", &many] {
            send(FORM, body)
                .await
                .assert_error(ErrorType::InvalidRequest);
        }
        let large = format!("a={}", "1".repeat(5 * 1024));
        send(FORM, &large)
            .await
            .assert_error(ErrorType::PayloadTooLarge);
    }
}
