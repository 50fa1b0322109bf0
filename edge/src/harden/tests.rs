//! What holds for every request, whatever the route.

use super::*;
use crate::testing::{Answer, Call};
use axum::routing::get;

fn router() -> Router {
    let routes = Router::new()
        .route("/fine/{id}", get(async || "fine"))
        .route("/slow", get(std::future::pending::<()>))
        .route("/broken", get(async || ApiError::internal("the cause")))
        .route("/panics", get(panics))
        .route(
            "/page",
            get(async || {
                (
                    http::StatusCode::SERVICE_UNAVAILABLE,
                    axum::Extension(crate::OwnPage),
                    "a page",
                )
            }),
        );
    harden(routes, EdgeLimits::default(), &Traffic::uncounted())
}

async fn panics() {
    panic!("+12125550142 in a panic");
}

async fn call(method: &str, path: &str) -> Answer {
    Call::new(method, path).send(&router()).await
}

#[tokio::test]
async fn every_error_of_the_framework_wears_the_envelope_d_14() {
    call("GET", "/none").await.assert_error(ErrorType::NotFound);
    let answer = call("POST", "/fine/1").await;
    answer.assert_error(ErrorType::MethodNotAllowed);
    assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    for method in ["TRACE", "CONNECT"] {
        let answer = call(method, "/fine/1").await;
        answer.assert_error(ErrorType::MethodNotAllowed);
        assert!(answer.header("allow").is_some(), "{method}");
    }
}

#[tokio::test]
async fn a_servers_own_rule_comes_before_every_route_and_knows_which_it_is() {
    let routes = Router::new()
        .route("/open", get(panics))
        .route("/closed/{id}", get(panics));
    let rule = |request: &Request| match request.extensions().get::<MatchedPath>() {
        Some(route) if route.as_str() == "/closed/{id}" => Err(ErrorType::OriginNotAllowed),
        Some(_) => Ok(()),
        None => Err(ErrorType::Unauthorized),
    };
    let limits = EdgeLimits::default();
    let router = harden_with(routes, limits, &Traffic::uncounted(), rule);
    for (path, error) in [
        ("/closed/1", ErrorType::OriginNotAllowed),
        ("/none", ErrorType::Unauthorized),
        ("/open", ErrorType::InternalError),
    ] {
        let answer = Call::get(path).send(&router).await;
        answer.assert_error(error);
        assert!(answer.header("x-content-type-options").is_some(), "{path}");
    }
}

#[tokio::test]
async fn an_own_page_stays_as_it_is() {
    let answer = call("GET", "/page").await;
    assert_eq!((answer.status, answer.text()), (503, "a page"));
}

#[tokio::test]
async fn an_address_of_more_than_two_kibibytes_is_refused_d_11() {
    let path = format!("/fine/{}", "a".repeat(2_042));
    assert_eq!(call("GET", &path).await.status, 200);
    call("GET", &format!("{path}a"))
        .await
        .assert_error(ErrorType::UriTooLong);
}

#[tokio::test]
async fn a_large_body_is_refused_even_where_nobody_reads_it_d_11() {
    let answer = Call::new("GET", "/fine/1")
        .body("x".repeat(5_000))
        .send(&router())
        .await;
    answer.assert_error(ErrorType::PayloadTooLarge);
}

#[tokio::test]
async fn a_fault_names_the_request_and_nothing_of_the_cause() {
    let answer = call("GET", "/broken").await;
    answer.assert_error(ErrorType::InternalError);
    assert_eq!(answer.json()["request_id"].as_str().map(str::len), Some(22));
    assert!(!answer.text().contains("cause"));
}

#[tokio::test]
async fn a_panic_ends_one_request_only_i_15() {
    let router = router();
    let answer = Call::get("/panics").send(&router).await;
    answer.assert_error(ErrorType::InternalError);
    assert!(!answer.text().contains("5550142"));
    assert_eq!(Call::get("/fine/1").send(&router).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_request_ends_by_its_deadline_h_01() {
    let answer = call("GET", "/slow").await;
    answer.assert_error(ErrorType::Overloaded);
    assert_eq!(answer.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn a_header_that_came_twice_is_refused_d_18() {
    let answer = Call::get("/fine/1")
        .header("authorization", "Bearer a")
        .header("authorization", "Bearer b")
        .send(&router())
        .await;
    answer.assert_error(ErrorType::InvalidRequest);
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_no_cors_d_07_d_09() {
    for path in ["/fine/1", "/none", "/panics"] {
        let answer = Call::get(path)
            .header("origin", "https://elsewhere.example")
            .send(&router())
            .await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            Some("same-origin")
        );
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            Some("same-origin")
        );
        assert_eq!(
            answer.header("content-security-policy"),
            Some("default-src 'none'; frame-ancestors 'none'")
        );
        let permissions = answer.header("permissions-policy").unwrap();
        assert!(permissions.contains("otp-credentials=(self)"));
        assert!(permissions.contains("camera=()"));
        assert_eq!(answer.header("strict-transport-security"), None);
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control"))
        );
    }
}

#[tokio::test]
async fn behind_https_every_answer_says_so_d_02() {
    let limits = EdgeLimits {
        hsts: true,
        ..EdgeLimits::default()
    };
    let router = harden(Router::new(), limits, &Traffic::uncounted());
    let answer = Call::get("/none").send(&router).await;
    assert_eq!(
        answer.header("strict-transport-security"),
        Some("max-age=31536000; includeSubDomains")
    );
}
