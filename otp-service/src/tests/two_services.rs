//! Two services on one database behave as one (I-18).

use std::sync::Arc;

use edge::clock::Clock;
use serde_json::json;
use shared::ErrorType;

use super::TestDatabase;
use super::chores::chore;
use super::fake_gateway::FakeGateway;
use super::gateways::{arguments, ask, secrets, states};
use super::harness::{Harness, NUMBER, START};
use super::races::{crowds, orders, together};

async fn two() -> [Harness; 2] {
    let first = Harness::start().await;
    let second = Harness::start_in(Arc::clone(&first.folder), START, &[]).await;
    [first, second]
}

/// A test for a race by two services.
macro_rules! beside {
    ($($name:ident: $race:path;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() {
            $race(&together::ready(two().await).await).await;
        }
    )*};
}

beside! {
    sixty_four_equal_verifies_at_two_services_make_one_session_i_01_i_18: crowds::right_verifies;
    of_sixty_four_wrong_codes_at_two_services_five_are_compared_i_02_i_18: crowds::wrong_verifies;
    the_right_code_at_two_services_has_five_tries_i_02_i_18: crowds::right_among_wrong;
    sixty_four_starts_at_two_services_make_one_user_and_one_message_i_04_i_18: crowds::starts;
    verify_and_resend_at_two_services_end_as_one_after_the_other_i_03_i_18: orders::verify_and_resend;
    verify_and_deletion_at_two_services_end_as_one_after_the_other_i_03_i_18: orders::verify_and_deletion;
    verify_and_sign_out_at_two_services_end_as_one_after_the_other_i_03_i_18: orders::verify_and_sign_out;
    verify_and_disabling_at_two_services_end_as_one_after_the_other_i_03_i_18: orders::verify_and_disabling;
    verify_and_revocation_at_two_services_end_as_one_after_the_other_i_03_i_18: orders::verify_and_revocation;
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
async fn two_services_hand_over_each_message_once_i_18_h_02() {
    let gateway = FakeGateway::start().await;
    let with = arguments("twilio", &gateway.base, &gateway.base);
    let folder = Arc::new(TestDatabase::new());
    let start = async || {
        let (_, clock) = Clock::manual(START);
        Harness::start_sending(Arc::clone(&folder), clock, &with, secrets).await
    };
    let [first, second] = [start().await, start().await];
    for n in 0..40 {
        let by = if n % 2 == 0 { &first } else { &second };
        ask(by, &format!("+1212{}0142", 555 + n)).await.assert_ok();
    }
    // After two seconds all are everybody's, and both take hold of all.
    first.clock.advance(2);
    second.clock.advance(2);
    tokio::join!(first.dispatch(), second.dispatch());
    // What one holds the other leaves alone, also when a third one starts.
    let third = start().await;
    third.dispatch().await;
    let given = gateway.given();
    let numbers: std::collections::BTreeSet<_> = given.iter().map(|one| one.field("To")).collect();
    assert_eq!((given.len(), numbers.len()), (40, 40));
    assert!(
        states(&first)
            .await
            .iter()
            .all(|state| state[0] == "accepted")
    );
}

#[tokio::test]
async fn budgets_of_two_services_are_one_g_05_i_18() {
    let mut with = arguments("twilio", "http://127.0.0.1:9", "http://127.0.0.1:9");
    with.push("--budget-per-hour=2".to_owned());
    let folder = Arc::new(TestDatabase::new());
    let start = async || {
        let (_, clock) = Clock::manual(START);
        Harness::start_sending(Arc::clone(&folder), clock, &with, secrets).await
    };
    let [first, second] = [start().await, start().await];
    for n in 0..2 {
        ask(&first, &format!("+1212555014{n}")).await.assert_ok();
    }
    crate::lookout::look(&second.service, &mut None)
        .await
        .unwrap();
    ask(&second, "+12125550149")
        .await
        .assert_error(ErrorType::SmsBudgetExhausted);
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
