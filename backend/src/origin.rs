//! Sign-in by someone else's hand is refused (C-16): on calls that change something, an `Origin` or
//! `Sec-Fetch-Site` that is present must be ours. A caller that sends neither is no browser and is
//! served. `Host` decides nothing (D-15).

use axum::extract::{MatchedPath, Request};
use http::{HeaderMap, HeaderName, Method, header};
use shared::ErrorType;

use crate::config::PublicUrl;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what would change something by someone else's hand.
pub(crate) fn check(request: &Request, public_url: &PublicUrl) -> Result<(), ErrorType> {
    let Some(route) = request.extensions().get::<MatchedPath>() else {
        // Nothing is there that could be changed.
        return Ok(());
    };
    let harmless = [Method::GET, Method::HEAD, Method::OPTIONS];
    if harmless.contains(request.method()) {
        return Ok(());
    }
    let route = route.as_str();
    let rule = if route.starts_with("/plain") || route.starts_with("/challenge/") {
        is_our_form
    } else {
        is_ours
    };
    if rule(request.headers(), public_url) {
        Ok(())
    } else {
        Err(ErrorType::OriginNotAllowed)
    }
}

/// The rule for the forms of the plain screens. A browser that was told to send no referrer sends
/// `Origin: null` with a form, also with ours; then it has to say itself that the form is ours.
fn is_our_form(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let single = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none())
    };
    let null = single(header::ORIGIN).is_some_and(|origin| origin == "null");
    let same = single(SEC_FETCH_SITE).is_some_and(|site| site == "same-origin");
    (null && same) || is_ours(headers, public_url)
}

/// The rule for calls.
fn is_ours(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let all = |name: HeaderName, is_ours: &dyn Fn(&str) -> bool| {
        headers
            .get_all(name)
            .iter()
            .all(|value| value.to_str().is_ok_and(is_ours))
    };
    all(header::ORIGIN, &|origin| public_url.is_origin(origin))
        && all(SEC_FETCH_SITE, &|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_page_of_others_is_refused_and_a_caller_without_origin_is_served_c_16() {
        let ours = "https://login.example.com".parse().unwrap();
        for (pairs, allowed) in [
            (&[][..], true),
            (&[("origin", "https://login.example.com")], true),
            (
                &[
                    ("origin", "https://login.example.com"),
                    ("sec-fetch-site", "same-origin"),
                ],
                true,
            ),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "")], false),
            (
                &[
                    ("origin", "https://login.example.com"),
                    ("origin", "https://evil.example"),
                ],
                false,
            ),
            (
                &[
                    ("origin", "https://login.example.com"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
            (
                &[("host", "evil.example"), ("origin", "https://evil.example")],
                false,
            ),
        ] {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    )
                })
                .collect();
            assert_eq!(is_ours(&headers, &ours), allowed, "{pairs:?}");
        }
    }

    #[test]
    fn a_form_of_ours_is_known_also_when_its_origin_is_hidden_c_16() {
        let ours = "https://login.example.com".parse().unwrap();
        for (pairs, allowed) in [
            (&[][..], true),
            (&[("origin", "https://login.example.com")], true),
            (
                &[("origin", "null"), ("sec-fetch-site", "same-origin")],
                true,
            ),
            (&[("origin", "null")], false),
            (
                &[("origin", "null"), ("sec-fetch-site", "cross-site")],
                false,
            ),
            (
                &[("origin", "null"), ("sec-fetch-site", "same-site")],
                false,
            ),
            (&[("origin", "null"), ("sec-fetch-site", "none")], false),
            (
                &[
                    ("origin", "null"),
                    ("origin", "null"),
                    ("sec-fetch-site", "same-origin"),
                ],
                false,
            ),
            (
                &[
                    ("origin", "null"),
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
            (
                &[
                    ("origin", "https://evil.example"),
                    ("sec-fetch-site", "same-origin"),
                ],
                false,
            ),
        ] {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    )
                })
                .collect();
            assert_eq!(is_our_form(&headers, &ours), allowed, "{pairs:?}");
        }
    }
}
