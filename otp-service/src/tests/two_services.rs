//! Two services on one database behave as one (I-18).

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};
use shared::ErrorType;

use super::chores::chore;
use super::harness::{Harness, NUMBER, START, wrong};
use super::races::{together, tokens};

async fn two() -> [Harness; 2] {
    let first = Harness::start().await;
    let second = Harness::start_in(Arc::clone(&first.folder), START, &[]).await;
    [first, second]
}

/// Posts to both at the same moment, half of the bodies to each.
async fn to_both(
    services: &[Harness; 2],
    path: &str,
    bodies: &[Value],
) -> Vec<edge::testing::Answer> {
    let (left, right) = bodies.split_at(bodies.len() / 2);
    let (mut answers, more) = tokio::join!(
        together(&services[0], path, left.to_vec()),
        together(&services[1], path, right.to_vec())
    );
    answers.extend(more);
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_equal_verifies_at_two_services_make_one_session_i_01_i_18() {
    let services = two().await;
    for round in 0..5 {
        let sent = services[0].sent_to(&format!("+121255501{round:02}")).await;
        let answers = to_both(&services, "/otps/verify", &vec![sent.with_session(60); 64]).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(tokens(&answers).len(), 1);
        let listed = services[1].list_sessions(&sent.user_id).await;
        assert_eq!(listed.as_array().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_wrong_codes_at_two_services_five_are_compared_i_02_i_18() {
    let services = two().await;
    let sent = services[1].sent_to(NUMBER).await;
    let bodies: Vec<_> = (1..=64)
        .map(|step| sent.body_with(&wrong(&sent.code, step)))
        .collect();
    let answers = to_both(&services, "/otps/verify", &bodies).await;
    let wrong = answers
        .iter()
        .filter(|answer| answer.json()["error_type"] == "invalid_otp");
    assert_eq!(wrong.count(), 4);
    let dead = answers
        .iter()
        .filter(|answer| answer.json()["error_type"] == "otp_attempts_exceeded");
    assert_eq!(dead.count(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_starts_at_two_services_make_one_user_and_one_message_i_04_i_18() {
    let services = two().await;
    let bodies = vec![json!({"phone_number": NUMBER}); 64];
    let answers = to_both(&services, "/otps/sms/login_or_create", &bodies).await;
    let told: HashSet<_> = answers
        .iter()
        .map(|answer| answer.assert_ok().text().to_owned())
        .collect();
    assert_eq!(told.len(), 1, "equal sends are one send (I-08)");
    assert_eq!(services[0].messages(NUMBER).await.len(), 1);
}

#[tokio::test]
async fn what_ends_at_one_service_has_ended_at_the_other_c_07() {
    let [first, second] = two().await;
    let signed_in = first.signed_in(NUMBER).await;
    let token = json!({"session_token": signed_in["session_token"]});
    second.verify_session(&token).await.assert_ok();
    first.delete_session(&token).await.assert_ok();
    second
        .verify_session(&token)
        .await
        .assert_error(ErrorType::InvalidSession);
}

#[tokio::test]
async fn copies_are_the_servers_own_tools_work() {
    let harness = Harness::start().await;
    for words in [["backup", "x"], ["restore", "x"]] {
        let refused = chore(&harness.config(), &words).await.unwrap_err();
        assert!(refused.contains("pg_dump"), "{refused}");
    }
}

#[tokio::test]
async fn a_replica_whose_clock_is_behind_goes_by_the_one_that_is_ahead_c_19() {
    let [ahead, behind] = two().await;
    let signed_in = behind.signed_in(NUMBER).await;
    let token = json!({"session_token": signed_in["session_token"]});
    ahead.clock.step(3600);
    ahead
        .verify_session(&token)
        .await
        .assert_error(ErrorType::InvalidSession);
    // A replica that starts knows it at once, the others at their next exchange of marks.
    let third = Harness::start_in(Arc::clone(&ahead.folder), START, &[]).await;
    third
        .verify_session(&token)
        .await
        .assert_error(ErrorType::InvalidSession);
    behind.clock.advance(6);
    while behind.verify_session(&token).await.status == 200 {
        tokio::task::yield_now().await;
    }
    behind
        .verify_session(&token)
        .await
        .assert_error(ErrorType::InvalidSession);
}
