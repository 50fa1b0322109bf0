//! Many callers at the same moment (I-01, I-02, I-04).

use std::collections::HashSet;
use std::sync::Arc;

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::harness::{Harness, KEY, NUMBER, wrong};

/// Posts all bodies at once, each from a task of its own.
pub(super) async fn together(harness: &Harness, path: &str, bodies: Vec<Value>) -> Vec<Answer> {
    let barrier = Arc::new(Barrier::new(bodies.len()));
    let mut tasks = JoinSet::new();
    for body in bodies {
        let (barrier, router) = (Arc::clone(&barrier), harness.router.clone());
        let call = Call::post(&format!("/v1/auth{path}"))
            .bearer(KEY)
            .json(&body);
        tasks.spawn(async move {
            barrier.wait().await;
            call.send(&router).await
        });
    }
    tasks.join_all().await
}

pub(super) fn tokens(answers: &[Answer]) -> HashSet<String> {
    let ok = answers.iter().filter(|answer| answer.status == 200);
    ok.map(|answer| answer.json()["session_token"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_equal_verifies_at_once_make_one_session_i_01() {
    let harness = Harness::start().await;
    for round in 0..20 {
        let number = format!("+121255501{round:02}");
        let sent = harness.sent_to(&number).await;
        let bound = together(&harness, "/otps/verify", vec![sent.with_session(60); 64]).await;
        assert!(
            bound.iter().all(|answer| answer.status == 200),
            "a repeat gets the same answer (I-07)"
        );
        assert_eq!(tokens(&bound).len(), 1);
        assert_eq!(
            harness
                .list_sessions(&sent.user_id)
                .await
                .as_array()
                .unwrap()
                .len(),
            1
        );

        let number = format!("+121255502{round:02}");
        let sent = harness.sent_to(&number).await;
        let unbound =
            json!({"method_id": sent.method_id, "otp": sent.code, "session_expires_in": 60});
        let answers = together(&harness, "/otps/verify", vec![unbound; 64]).await;
        assert_eq!(
            answers.iter().filter(|answer| answer.status == 200).count(),
            1,
            "strictly once (A-04)"
        );
        assert_eq!(
            harness
                .list_sessions(&sent.user_id)
                .await
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_wrong_codes_at_once_five_are_compared_i_02_a_06() {
    let harness = Harness::start().await;
    for round in 0..10 {
        let sent = harness.sent_to(&format!("+121255501{round:02}")).await;
        let bodies = (1..=64)
            .map(|step| sent.body_with(&wrong(&sent.code, step)))
            .collect();
        let answers = together(&harness, "/otps/verify", bodies).await;
        let mut left: Vec<_> = answers
            .iter()
            .filter(|answer| answer.json()["error_type"] == "invalid_otp")
            .map(|answer| answer.json()["attempts_left"].as_u64().unwrap())
            .collect();
        left.sort_unstable();
        assert_eq!(left, [1, 2, 3, 4]);
        let dead = answers
            .iter()
            .filter(|answer| answer.json()["error_type"] == "otp_attempts_exceeded");
        assert_eq!(dead.count(), 60);
        assert_ne!(harness.verify(&sent.body()).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_starts_at_once_for_a_new_number_make_one_user_and_one_message_i_04_b_12() {
    let harness = Harness::start().await;
    let answers = together(
        &harness,
        "/otps/sms/login_or_create",
        vec![json!({"phone_number": NUMBER}); 64],
    )
    .await;
    let bodies: HashSet<_> = answers
        .iter()
        .map(|answer| answer.assert_ok().text().to_owned())
        .collect();
    assert_eq!(bodies.len(), 1, "equal sends are one send (I-08)");
    assert_eq!(harness.messages(NUMBER).await.len(), 1);

    // Different requests for one number: one goes through, the others wait.
    let other = "+12125550143";
    let bodies = (0..64)
        .map(|index| json!({"phone_number": other, "challenge_id": index.to_string()}))
        .collect();
    let answers = together(&harness, "/otps/sms/login_or_create", bodies).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 200).count(),
        1
    );
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 429).count(),
        63
    );
    assert_eq!(harness.messages(other).await.len(), 1);
    let users: Vec<i64> = harness
        .service
        .database
        .read(|sql| sql.query("SELECT COUNT(*) FROM users", &[], |row| row.int(0)))
        .await
        .unwrap();
    assert_eq!(users, [2]);
}
