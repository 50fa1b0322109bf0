//! What the vendor's official SDKs (Node, Python, Ruby) rely on, one test for each habit. The Python SDK
//! itself runs against the built service in `cargo xtask test`.

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use super::super::held_to_document::document;
use super::harness::{Harness, KEY, NUMBER};

/// Every object below a value, the value included.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a serde_json::Map<String, Value>>) {
    match value {
        Value::Object(map) => {
            found.push(map);
            map.values().for_each(|value| objects(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
        _ => {}
    }
}

async fn announced_and_empty(harness: &Harness, method: &str, path: &str) -> Answer {
    let call = Call::new(method, &format!("/v1/auth{path}"));
    harness
        .call(call.header("content-type", "application/json"))
        .await
}

#[tokio::test]
async fn habit_1_python_announces_json_and_sends_no_body() {
    let harness = Harness::start().await;
    let signed_in = harness.signed_in(NUMBER).await;
    let user_id = signed_in["user_id"].as_str().unwrap();
    for path in [
        format!("/users/{user_id}"),
        format!("/sessions/list?user_id={user_id}"),
        "/jwks/default".to_owned(),
    ] {
        announced_and_empty(&harness, "GET", &path).await.assert_ok();
    }
    // No fields at all is no body at all: then a field is missing, and nothing is malformed.
    let answer = announced_and_empty(&harness, "POST", "/sessions/verify").await;
    let message = answer.assert_error(ErrorType::InvalidRequest).json()["error_message"].clone();
    assert!(message.as_str().unwrap().contains("`session_token`"), "{message}");
    let path = format!("/users/{user_id}/update");
    announced_and_empty(&harness, "PUT", &path).await.assert_ok();
    let path = format!("/users/{user_id}/delete");
    announced_and_empty(&harness, "DELETE", &path).await.assert_ok();
}

#[tokio::test]
async fn habit_2_a_delete_has_a_json_body_and_rubys_is_an_empty_object() {
    let harness = Harness::start().await;
    let signed_in = harness.signed_in(NUMBER).await;
    let token = json!({"session_token": signed_in["session_token"]});
    harness.delete_session(&token).await.assert_ok();
    let method_id = signed_in["method_id"].as_str().unwrap();
    let user_id = signed_in["user_id"].as_str().unwrap();
    for path in [
        format!("/v1/auth/users/phone_numbers/{method_id}/delete"),
        format!("/v1/auth/users/{user_id}/delete"),
    ] {
        let call = Call::delete(&path).json(&json!({}));
        harness.call(call).await.assert_ok();
    }
}

#[tokio::test]
async fn habit_3_nodes_jwt_verifier_has_the_key_in_the_address_only() {
    let harness = Harness::start().await;
    let path = format!("/v1/auth/jwks/default?api_key={KEY}");
    let keys = Call::get(&path).send(&harness.router).await;
    assert_eq!(keys.assert_ok().json()["keys"][0]["kty"], "RSA");
}

#[tokio::test]
async fn habit_4_python_repeats_a_send_that_it_got_no_good_answer_to_and_one_message_goes_out() {
    let harness = Harness::start().await;
    let body = json!({"phone_number": NUMBER, "requires_verification": false});
    let first = harness.login_or_create(&body).await.assert_ok().json();
    // urllib3 waits 0, 4 and 8 seconds at most between four tries, or as long as it is told to.
    harness.clock.advance(4);
    let again = harness.login_or_create(&body).await.assert_ok().json();
    assert_eq!(first, again);
    assert_eq!(harness.messages(NUMBER).await.len(), 1);
    harness.clock.advance(8);
    let refused = harness.login_or_create(&body).await;
    refused.assert_error(ErrorType::TooManyRequests);
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    harness.clock.advance(wait);
    harness.login_or_create(&body).await.assert_ok();
    assert_eq!(harness.messages(NUMBER).await.len(), 2);
}

#[tokio::test]
async fn habit_5_rubys_update_always_sends_empty_lists() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let path = format!("/v1/auth/users/{}/update", sent.user_id);
    let body = json!({"first_name": "Ada", "emails": [], "phone_numbers": []});
    let updated = harness.call(Call::new("PUT", &path).json(&body)).await;
    let updated = updated.assert_ok().json();
    assert_eq!(updated["phone_numbers"][0]["phone_number"], NUMBER);
    assert_eq!(updated["user"]["first_name"], "Ada");
}

#[test]
fn habit_6_node_drops_an_underscore_before_a_digit_so_no_name_has_a_digit() {
    let document = document();
    let mut found = Vec::new();
    objects(&document["components"]["schemas"], &mut found);
    let properties = found
        .into_iter()
        .filter_map(|object| object.get("properties")?.as_object());
    let names: Vec<&String> = properties.flat_map(|names| names.keys()).collect();
    assert!(names.len() > 100, "{}", names.len());
    for name in names {
        assert!(!name.bytes().any(|byte| byte.is_ascii_digit()), "{name}");
    }
}

#[tokio::test]
async fn habit_7_node_takes_the_status_from_the_body() {
    let harness = Harness::start().await;
    let statuses = [
        harness.login_or_create(&json!({})).await,
        Call::get("/v1/auth/users/x").send(&harness.router).await,
        harness.user("x").await,
        harness.call(Call::get("/v1/auth/otps/verify")).await,
        harness.call(Call::post("/v1/auth/otps/verify").body("x")).await,
        harness.login_or_create(&json!({"x": "x".repeat(17_000)})).await,
    ]
    .map(|answer| (answer.json()["status_code"].clone(), answer.status));
    for ((in_body, status), expected) in statuses.into_iter().zip([400, 401, 404, 405, 415, 413]) {
        assert_eq!((in_body, status), (json!(expected), expected));
    }
}

#[test]
fn habit_8_python_takes_only_200_or_201_for_a_success_and_ruby_only_200() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    for (path, methods) in paths {
        for operation in methods.as_object().unwrap().values() {
            let responses = operation["responses"].as_object().unwrap();
            let good: Vec<_> = responses.keys().filter(|status| status.as_str() < "400").collect();
            // Every answer of every test is held to this list.
            assert_eq!(good, ["200"], "{path}");
        }
    }
}

#[tokio::test]
async fn habit_9_python_says_that_no_verification_is_required_unless_it_is_told() {
    let harness = Harness::start().await;
    let body = json!({"phone_number": NUMBER, "requires_verification": false});
    let sent = harness.login_or_create(&body).await.assert_ok().json();
    assert_eq!((&sent["status"], &sent["user_active"]), (&json!("active"), &json!(true)));
    let body = json!({"email": "ada@example.com", "requires_verification": false});
    let made = harness.post("/users/create", &body).await.assert_ok().json();
    assert_eq!(made["status"], "active");
}

#[tokio::test]
async fn habit_10_node_drops_a_search_value_that_is_false_zero_or_empty() {
    let harness = Harness::start().await;
    harness.signed_in(NUMBER).await;
    let body = json!({"phone_number": "+12125550143"});
    harness.post("/users/create", &body).await.assert_ok();
    for (field, count) in [
        ("phone_number_verified", 1),
        ("email_verified", 0),
        ("full_name_match", 2),
        ("created_at", 0),
    ] {
        let filters = json!({"operator": "AND", "fields": [{"field": field, "operator": "eq"}]});
        let found = harness.post("/users/search", &json!({"filters": filters})).await;
        assert_eq!(found.assert_ok().json()["total_count"], count, "{field}");
    }
}
