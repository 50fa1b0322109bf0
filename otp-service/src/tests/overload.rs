//! More than can be done, with a disk that stands still (I-10). On SQLite, where one writer makes that
//! easy.

use std::sync::mpsc;

use edge::testing::Call;
use serde_json::json;
use shared::ErrorType;

use super::harness::{Harness, KEY, NUMBER};

/// Holds the writer until what this answers is dropped.
async fn stand_still(harness: &Harness) -> mpsc::Sender<()> {
    let (go_on, wait) = mpsc::channel::<()>();
    let (standing, stands) = tokio::sync::oneshot::channel();
    let database = harness.service.database.clone();
    let mut standing = Some(standing);
    tokio::spawn(async move {
        let block = move |_: &storage::Sql<'_>| {
            standing.take().map(|standing| standing.send(()));
            // The sender's end is the answer.
            let _ = wait.recv();
            Ok(())
        };
        database.write(block).await
    });
    stands.await.unwrap();
    go_on
}

async fn until(what: impl Fn() -> bool) {
    while !what() {
        tokio::task::yield_now().await;
    }
}

fn send_to(number: u32) -> Call {
    let body = json!({"phone_number": format!("+121255501{number:02}")});
    Call::post("/v1/auth/otps/sms/login_or_create")
        .bearer(KEY)
        .json(&body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_is_refused_at_once_and_session_checks_go_on_i_10() {
    let harness = Harness::start_with(&["--requests-at-once", "6"]).await;
    let signed_in = harness.signed_in(NUMBER).await;
    let sent = harness.sent_to("+12125550199").await;
    let waiting = harness.service.database.waiting();
    let go_on = stand_still(&harness).await;
    let start = |call: Call| {
        let router = harness.router.clone();
        tokio::spawn(async move { call.send(&router).await })
    };
    // Sends may fill two thirds of the places, verifications one more.
    let mut inside: Vec<_> = (0..4).map(|number| start(send_to(number))).collect();
    until(|| waiting() == 5).await;
    let refused = send_to(50).send(&harness.router).await;
    refused.assert_error(ErrorType::Overloaded);
    assert_eq!(refused.header("retry-after"), Some("1"));
    let verify = || {
        let call = Call::post("/v1/auth/otps/verify").bearer(KEY);
        call.json(&sent.with_session(60))
    };
    inside.push(start(verify()));
    until(|| waiting() == 6).await;
    let refused = verify().send(&harness.router).await;
    refused.assert_error(ErrorType::Overloaded);
    let token = json!({"session_token": signed_in["session_token"]});
    harness.verify_session(&token).await.assert_ok();
    let alive = Call::get("/healthz").send(&harness.router).await;
    alive.assert_ok();

    let shown = edge::metrics::render(&harness.service.registry).unwrap();
    for counted in [
        "http_requests_shed_total{work=\"send\"} 1",
        "http_requests_shed_total{work=\"verify\"} 1",
        "http_requests_shed_total{work=\"session_check\"} 0",
        "http_requests_in_flight 5",
    ] {
        assert!(shown.contains(counted), "{counted}: {shown}");
    }

    drop(go_on);
    for answer in inside {
        answer.await.unwrap().assert_ok();
    }
    send_to(50).send(&harness.router).await.assert_ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_stands_still_is_told_at_readyz_and_again_when_it_moves_h_11() {
    let harness = Harness::start().await;
    let ready = async || Call::get("/readyz").send(&harness.router).await;
    let go_on = stand_still(&harness).await;
    let answer = ready().await;
    answer.assert_error(ErrorType::Overloaded);
    assert!(
        answer.text().contains("The database does not answer."),
        "{}",
        answer.text()
    );
    Call::get("/healthz")
        .send(&harness.router)
        .await
        .assert_ok();
    drop(go_on);
    while ready().await.status != 200 {
        tokio::task::yield_now().await;
    }
}
