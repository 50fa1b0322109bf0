//! The OpenAPI document against the routes. That answers are those that it tells of, every router test checks.

use std::collections::BTreeSet;

use edge::testing::Call;
use serde_json::Value;

use super::document;
use crate::router::endpoints;
use crate::testing::Harness;

fn told() -> Value {
    document(&endpoints().into_parts().1)
}

#[tokio::test]
async fn the_document_is_served_and_is_openapi_3_1() {
    let backend = Harness::start().await;
    let answer = backend.call(Call::get("/api/openapi.json")).await;
    assert_eq!(answer.assert_ok().json(), told());
    assert_eq!(answer.json()["openapi"], "3.1.1");
}

#[tokio::test]
async fn every_call_is_in_the_document_and_nothing_else() {
    let backend = Harness::start().await;
    // The router lists its paths only in its debug output.
    let debug = format!("{:?}", backend.router);
    let routes = debug.split('"').filter(|part| part.starts_with('/'));
    let calls: BTreeSet<&str> = routes
        .filter(|path| {
            let of_programs = ["/api/", "/.well-known/", "/healthz", "/readyz"];
            of_programs.iter().any(|prefix| path.starts_with(prefix))
                && *path != "/api/openapi.json"
        })
        .collect();
    let document = told();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(calls, paths.keys().map(String::as_str).collect());
    assert!(calls.len() > 15, "{calls:?}");
}

#[test]
fn every_operation_says_what_a_caller_needs() {
    let document = told();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].to_string()), "{what}");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{what}");
            let parameters = operation["parameters"].as_array().unwrap();
            for name in path.split('{').skip(1) {
                let name = name.split('}').next().unwrap();
                assert!(
                    parameters.iter().any(|one| one["name"] == name),
                    "{what}: {name}"
                );
            }
            let security = operation["security"].to_string();
            let of_servers = ["/api/accounts", "/api/challenges", "/api/client-address"];
            let wants_key = of_servers.iter().any(|prefix| path.starts_with(prefix));
            assert_eq!(security.contains("server_key"), wants_key, "{what}");
            assert!(operation["responses"].get("503").is_some(), "{what}");
        }
    }
    let schemes = document["components"]["securitySchemes"]
        .as_object()
        .unwrap();
    for name in [
        "session_token",
        "binding_cookie",
        "session_cookie",
        "server_key",
    ] {
        assert!(schemes.contains_key(name), "{name}");
    }
}
