//! The last touch on every answer: the envelope where a library answered, the log line of a fault,
//! and the security headers (D-02, D-07, D-08, D-14).

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use shared::ErrorType;

use super::EdgeLimits;
use crate::error::NO_STORE;
use crate::trace::RequestId;
use crate::{ApiError, OwnPage};

const API_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const YEAR_OF_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// On every answer (D-07). The browser may ask the phone for a passcode and for nothing else.
const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), \
         encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), \
         idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), \
         otp-credentials=(self), payment=(), picture-in-picture=(), publickey-credentials-create=(), \
         publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), usb=(), \
         window-management=(), xr-spatial-tracking=()",
        ),
    ),
];

pub(super) fn finish(response: Response, id: &RequestId, limits: EdgeLimits) -> Response {
    with_headers(enveloped(response, id), limits)
}

/// The security headers on an answer that is complete otherwise.
pub(super) fn with_headers(mut response: Response, limits: EdgeLimits) -> Response {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if limits.hsts {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, YEAR_OF_HTTPS);
    }
    insert_unless_set(headers, header::CONTENT_SECURITY_POLICY, API_POLICY);
    insert_unless_set(headers, header::CACHE_CONTROL, NO_STORE);
    response
}

fn insert_unless_set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}

/// Gives an error its envelope and writes its cause to the log, once.
fn enveloped(response: Response, id: &RequestId) -> Response {
    let status = response.status();
    if status < StatusCode::BAD_REQUEST || response.extensions().get::<OwnPage>().is_some() {
        return response;
    }
    let ours = response.extensions().get::<ApiError>().cloned();
    let foreign = ours.is_none();
    let error = ours.unwrap_or_else(|| ApiError::for_status(status));
    let fault = error.error_type();
    error.log();
    let internal = fault == ErrorType::InternalError;
    if !foreign && !internal {
        return response;
    }
    let error = if internal {
        error.with_request_id(id.as_str())
    } else {
        error
    };
    let mut answer = error.into_response();
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}
