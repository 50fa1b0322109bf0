//! Sessions: checking, extending, rotating, listing, ending (C-03 to C-07, C-09).

use serde_json::json;
use shared::ErrorType;

use super::harness::{Harness, NUMBER, START};

#[tokio::test]
async fn a_session_is_verified_by_its_token_which_stays_the_same() {
    let harness = Harness::start().await;
    let verified = harness.signed_in(NUMBER).await;
    let body = json!({"session_token": verified["session_token"]});
    harness.clock.advance(59);
    let answer = harness.verify_session(&body).await.assert_ok().json();
    assert_eq!(answer["session_token"], verified["session_token"]);
    assert_eq!(
        answer["session"]["last_active_at"], START,
        "moves at most once a minute"
    );
    harness.clock.advance(1);
    let answer = harness.verify_session(&body).await.assert_ok().json();
    assert_eq!(answer["session"]["last_active_at"], START + 60);
}

#[tokio::test]
async fn a_session_ends_at_its_end_and_after_an_hour_without_use_c_05() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let token = harness
        .verify(&sent.with_session(90))
        .await
        .assert_ok()
        .json()["session_token"]
        .clone();
    let body = json!({"session_token": token});
    harness.clock.advance(3599);
    harness.verify_session(&body).await.assert_ok();
    harness.clock.advance(1800);
    harness.verify_session(&body).await.assert_ok();
    harness.clock.advance(1);
    harness
        .verify_session(&body)
        .await
        .assert_error(ErrorType::InvalidSession);
    let idle = harness.signed_in("+12125550143").await;
    harness.clock.advance(3600);
    harness
        .verify_session(&json!({"session_token": idle["session_token"]}))
        .await
        .assert_error(ErrorType::InvalidSession);
}

#[tokio::test]
async fn an_extension_moves_the_end_but_never_past_the_cap_c_04() {
    let harness = Harness::start_with(&["--session-cap-minutes=120"]).await;
    let sent = harness.sent_to(NUMBER).await;
    let verified = harness
        .verify(&sent.with_session(525_600))
        .await
        .assert_ok()
        .json();
    assert_eq!(verified["session"]["expires_at"], START + 7200);
    let mut body = json!({"session_token": verified["session_token"], "session_expires_in": 10});
    harness.clock.advance(600);
    let answer = harness.verify_session(&body).await.assert_ok().json();
    assert_eq!(answer["session"]["expires_at"], START + 1200);
    body["session_expires_in"] = 500.into();
    let answer = harness.verify_session(&body).await.assert_ok().json();
    assert_eq!(answer["session"]["expires_at"], START + 7200);
}

#[tokio::test]
async fn verifying_with_a_session_keeps_its_id_and_replaces_its_token_c_03() {
    let harness = Harness::start().await;
    let first = harness.signed_in(NUMBER).await;
    harness.wait_for_resend();
    let sent = harness.sent_to(NUMBER).await;
    let mut body = sent.body();
    body["session_token"] = first["session_token"].clone();
    let second = harness.verify(&body).await.assert_ok().json();
    assert_eq!(first["session"]["id"], second["session"]["id"]);
    assert_eq!(
        first["session"]["expires_at"], second["session"]["expires_at"],
        "a token alone keeps the end"
    );
    assert_ne!(first["session_token"], second["session_token"]);
    assert_eq!(second["session"]["factors"].as_array().unwrap().len(), 1);
    harness
        .verify_session(&json!({"session_token": first["session_token"]}))
        .await
        .assert_error(ErrorType::InvalidSession);
    harness
        .verify_session(&json!({"session_token": second["session_token"]}))
        .await
        .assert_ok();
}

#[tokio::test]
async fn a_session_of_somebody_else_is_refused_and_the_code_still_works_c_03() {
    let harness = Harness::start().await;
    let stranger = harness.signed_in("+12125550143").await;
    let sent = harness.sent_to(NUMBER).await;
    for token in [
        stranger["session_token"].clone(),
        json!("made-up"),
        json!(""),
    ] {
        let mut body = sent.with_session(60);
        body["session_token"] = token;
        harness
            .verify(&body)
            .await
            .assert_error(ErrorType::InvalidSession);
    }
    let mut both = sent.with_session(60);
    both["session_token"] = json!("a");
    both["session_jwt"] = json!("b");
    harness
        .verify(&both)
        .await
        .assert_error(ErrorType::InvalidRequest);
    harness.verify(&sent.with_session(60)).await.assert_ok();
}

#[tokio::test]
async fn an_ended_session_never_works_again_and_ending_it_twice_is_no_error_c_07() {
    let harness = Harness::start().await;
    let by_token = harness.signed_in(NUMBER).await;
    let by_id = harness.signed_in("+12125550143").await;
    for body in [
        json!({"session_token": by_token["session_token"]}),
        json!({"session_id": by_id["session"]["id"]}),
    ] {
        for _ in 0..2 {
            let answer = harness.delete_session(&body).await;
            assert_eq!(
                answer.assert_ok().json(),
                json!({"message": "Successfully deleted session"})
            );
        }
    }
    for session in [by_token, by_id] {
        harness
            .verify_session(&json!({"session_token": session["session_token"]}))
            .await
            .assert_error(ErrorType::InvalidSession);
        assert_eq!(
            harness
                .list_sessions(session["user_id"].as_str().unwrap())
                .await,
            json!([])
        );
    }
    harness
        .delete_session(&json!({"session_token": "never-known"}))
        .await
        .assert_error(ErrorType::InvalidSession);
    harness
        .delete_session(&json!({"session_id": "sess_x"}))
        .await
        .assert_error(ErrorType::SessionNotFound);
    for body in [json!({}), json!({"session_token": "a", "session_id": "b"})] {
        harness
            .delete_session(&body)
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
}

#[tokio::test]
async fn the_list_has_live_sessions_newest_first_and_no_token_c_14() {
    let harness = Harness::start().await;
    let first = harness.signed_in(NUMBER).await;
    harness.wait_for_resend();
    let second = harness.signed_in(NUMBER).await;
    let user_id = first["user_id"].as_str().unwrap();
    let list = harness.list_sessions(user_id).await;
    let ids: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|session| &session["id"])
        .collect();
    assert_eq!(ids, [&second["session"]["id"], &first["session"]["id"]]);
    assert!(!list.to_string().contains("token"));
    harness.clock.advance(3600);
    assert_eq!(harness.list_sessions(user_id).await, json!([]));
    assert_eq!(harness.list_sessions("user_unknown").await, json!([]));
}

#[tokio::test]
async fn the_eleventh_sign_in_ends_the_session_that_was_not_used_for_longest_c_09() {
    let limits = ["--sends-per-hour=1000", "--sends-per-day=1000"];
    let harness = Harness::start_with(&limits).await;
    let mut tokens = Vec::new();
    for _ in 0..10 {
        let signed_in = harness.signed_in(NUMBER).await;
        tokens.push(json!({"session_token": signed_in["session_token"]}));
        harness.wait_for_resend();
    }
    // The first one is used, so that the second one is the longest unused.
    harness.verify_session(&tokens[0]).await.assert_ok();
    let another = harness.signed_in(NUMBER).await;
    harness
        .verify_session(&tokens[1])
        .await
        .assert_error(ErrorType::InvalidSession);
    tokens.remove(1);
    for token in &tokens {
        harness.verify_session(token).await.assert_ok();
    }
    let user_id = another["user_id"].as_str().unwrap();
    let listed = harness.list_sessions(user_id).await;
    assert_eq!(listed.as_array().unwrap().len(), 10);

    // Extending one by a new code begins none, so none ends.
    harness.wait_for_resend();
    let sent = harness.sent_to(NUMBER).await;
    let mut extended = sent.body();
    extended["session_token"] = another["session_token"].clone();
    harness.verify(&extended).await.assert_ok();
    let listed = harness.list_sessions(user_id).await;
    assert_eq!(listed.as_array().unwrap().len(), 10);
}
