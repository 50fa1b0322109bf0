//! Limits per address: the arithmetic, then every door over the router.

use edge::testing::Call;
use serde_json::json;

use super::*;
use crate::testing::{Harness, NOW, RIGHT_CODE, SERVER_KEY, Script};

fn four(last: u8) -> IpAddr {
    IpAddr::from([203, 0, 113, last])
}

fn wait(outcome: Result<(), ApiError>) -> Option<u32> {
    match outcome {
        Ok(()) => None,
        Err(error) => error.envelope().retry_after_secs,
    }
}

#[test]
fn ten_in_ten_minutes_and_twenty_in_an_hour_b_05() {
    let mut histories = Histories::new(vec![(TEN_MINUTES, 10), (HOUR, 20)]);
    for second in 0..10 {
        assert_eq!(wait(histories.take(four(1), NOW + second)), None);
    }
    // A refusal does not lengthen the wait (B-10).
    for _ in 0..3 {
        assert_eq!(wait(histories.take(four(1), NOW + 9)), Some(591));
    }
    assert_eq!(
        wait(histories.take(four(2), NOW + 9)),
        None,
        "somebody else"
    );
    for second in 0..10 {
        assert_eq!(wait(histories.take(four(1), NOW + 600 + second)), None);
    }
    assert_eq!(wait(histories.take(four(1), NOW + 1300)), Some(2300));
    assert_eq!(wait(histories.take(four(1), NOW + 3600)), None);
}

#[test]
fn a_household_has_a_whole_slash_64_b_05() {
    let same =
        ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2"].map(|text| household(text.parse().unwrap()));
    assert_eq!(same[0], same[1]);
    assert_ne!(same[0], household("2001:db8:0:2::1".parse().unwrap()));
}

#[test]
fn a_flood_of_addresses_forgets_nobody_who_is_held_back_and_lets_nobody_through_b_11_b_13() {
    let mut histories = Histories::new(vec![(FIVE_MINUTES, 1)]);
    let nth = |n: usize| IpAddr::from((u128::from(n as u64) << 64).to_be_bytes());
    for n in 0..MOST {
        assert_eq!(wait(histories.take(nth(n), NOW)), None);
    }
    assert_eq!(wait(histories.take(nth(0), NOW + 1)), Some(299));
    assert_eq!(wait(histories.take(nth(MOST), NOW + 1)), Some(10));
    assert_eq!(wait(histories.take(nth(MOST), NOW + 300)), None);
    assert_eq!(histories.of.len(), 1);
}

/// Ways to have a code sent, and to present one.
async fn send(backend: &Harness, peer: &str, number: &str) -> edge::testing::Answer {
    let call = Call::post("/api/otp/send").json(&json!({"phone_number": number}));
    backend.call(call.from_peer(peer)).await
}

fn number(n: usize) -> String {
    format!("+1212555{:04}", 100 + n)
}

const PEER: &str = "203.0.113.7:50000";

#[tokio::test]
async fn the_eleventh_code_for_one_address_is_refused_at_both_doors_b_05_b_09() {
    let backend = Harness::start().await;
    for n in 0..10 {
        send(&backend, PEER, &number(n)).await.assert_ok();
    }
    let before = backend.stub.asked().len();
    let refused = send(&backend, PEER, &number(10)).await;
    let refused = refused.assert_error(ErrorType::TooManyRequests);
    assert_eq!(refused.json()["retry_after_secs"], 600);
    // The other door, and that it opens to somebody else.
    for (peer, asked) in [(PEER, 0), ("203.0.113.9:50000", 1)] {
        let form = Call::post("/plain")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!(
                "country=US&phone={}",
                number(10).trim_start_matches("+1")
            ));
        backend.call(form.from_peer(peer)).await;
        assert_eq!(backend.stub.asked().len(), before + asked, "{peer}");
    }
    send(&backend, "203.0.113.8:50000", &number(11))
        .await
        .assert_ok();
    // The developer's own machine.
    for n in 20..40 {
        send(&backend, "127.0.0.1:50000", &number(n))
            .await
            .assert_ok();
    }
}

#[tokio::test]
async fn a_send_that_the_otp_service_refuses_does_not_count_and_one_in_doubt_does_b_10() {
    let backend = Harness::start().await;
    for _ in 0..15 {
        backend.stub.plays(Script::error(429, "too_many_requests"));
        send(&backend, PEER, &number(0))
            .await
            .assert_error(ErrorType::TooManyRequests);
    }
    for n in 0..10 {
        if n % 4 == 0 {
            // Before the breaker opens.
            backend.stub.behaves();
        } else {
            backend.stub.plays(Script::body(200, "<html>"));
        }
        let answer = send(&backend, PEER, &number(n)).await;
        assert!(n % 4 == 0 || answer.status == 502);
    }
    let before = backend.stub.asked().len();
    send(&backend, PEER, &number(11))
        .await
        .assert_error(ErrorType::TooManyRequests);
    assert_eq!(backend.stub.asked().len(), before);
}

#[tokio::test]
async fn the_thirty_first_code_that_an_address_presents_is_not_compared_b_06_b_16() {
    let backend = Harness::start().await;
    let id = backend.verification(&number(0)).await;
    let verify = |id: &str, otp: &str| {
        let body = json!({"verification_id": id, "otp": otp});
        Call::post("/api/otp/verify").json(&body).from_peer(PEER)
    };
    for _ in 0..30 {
        backend
            .call(verify("unknown", "000000"))
            .await
            .assert_error(ErrorType::InvalidOtp);
    }
    let before = backend.stub.asked().len();
    let refused = backend.call(verify(&id, RIGHT_CODE)).await;
    refused.assert_error(ErrorType::TooManyRequests);
    assert_eq!(backend.stub.asked().len(), before, "nothing was compared");
    backend.clock.advance(300);
    backend.call(verify(&id, RIGHT_CODE)).await.assert_ok();
}

#[tokio::test]
async fn behind_a_proxy_each_person_has_an_address_and_a_strange_one_gets_nothing_b_08_b_11() {
    let backend = Harness::with(&["--trusted-proxies=10.0.0.0/8"]).await;
    let behind = |forwarded: &str, n: usize| {
        let call = Call::post("/api/otp/send").json(&json!({"phone_number": number(n)}));
        call.from_peer("10.0.0.7:50000")
            .header("x-forwarded-for", forwarded)
    };
    for n in 0..10 {
        let made_up = format!("192.0.2.{n}, 203.0.113.7");
        backend.call(behind(&made_up, n)).await.assert_ok();
    }
    backend
        .call(behind("203.0.113.7", 11))
        .await
        .assert_error(ErrorType::TooManyRequests);
    backend.call(behind("203.0.113.8", 12)).await.assert_ok();
    backend
        .call(behind("unknown", 13))
        .await
        .assert_error(ErrorType::Overloaded);

    let seen = Call::get("/api/client-address")
        .from_peer("10.0.0.7:50000")
        .header("x-forwarded-for", "192.0.2.1, 203.0.113.7");
    let told = backend.call(seen.bearer(SERVER_KEY)).await;
    assert_eq!(
        told.assert_ok().json(),
        json!({
            "client_address": "203.0.113.7", "peer_address": "10.0.0.7",
            "rule": "X-Forwarded-For of 10.0.0.0/8; of others the address of the connection",
        })
    );
    backend
        .call(Call::get("/api/client-address"))
        .await
        .assert_error(ErrorType::Unauthorized);
    let ready = backend.call(Call::get("/readyz")).await;
    let rule = ready.assert_ok().json()["client_address"].clone();
    assert_eq!(rule, told.json()["rule"]);
}
