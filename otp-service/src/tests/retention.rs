//! What is forgotten, and when (E-06).

use serde_json::json;
use storage::Sql;

use super::harness::{Harness, NUMBER, START, assert_wrong};
use crate::housekeeping::forget;
use crate::store::retention::Due;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How many rows of the table meet the condition.
async fn count(harness: &Harness, table: &str, condition: &str) -> i64 {
    let question = format!("SELECT COUNT(*) FROM {table} WHERE {condition}");
    let counted = harness
        .service
        .database
        .read(move |sql| sql.query_one(&question, &[], |row| row.int(0)))
        .await;
    counted.unwrap().unwrap()
}

async fn counts<const N: usize>(harness: &Harness, tables: [&str; N]) -> [i64; N] {
    let mut counted = [0; N];
    for (place, table) in counted.iter_mut().zip(tables) {
        *place = count(harness, table, "1 = 1").await;
    }
    counted
}

#[tokio::test]
async fn what_is_due_is_forgotten_and_the_rest_stays_e_06() {
    const TABLES: [&str; 5] = ["challenges", "messages", "throttles", "sessions", "users"];
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    assert_wrong(
        &harness.verify(&sent.body_with(&sent.wrong_code())).await,
        4,
    );
    harness.signed_in("+12125550143").await;
    let forget = async || forget(&harness.service, 100).await.unwrap();
    assert_eq!(forget().await, 0);
    harness.clock.advance(60);
    assert_eq!(forget().await, 2, "the answers for repeats (B-13)");
    harness.clock.advance(240);
    assert_eq!(forget().await, 2, "the texts whose codes have ended");
    harness.clock.advance(DAY - 1);
    forget().await;
    assert_eq!(counts(&harness, TABLES).await, [2, 2, 1, 1, 2]);
    harness.clock.advance(1);
    forget().await;
    assert_eq!(
        counts(&harness, TABLES).await,
        [0, 2, 1, 1, 2],
        "failures of a number are not forgotten (B-03)"
    );
    harness.clock.advance(7 * DAY);
    forget().await;
    assert_eq!(counts(&harness, TABLES).await, [0, 2, 1, 0, 2]);
    harness.clock.advance(22 * DAY);
    forget().await;
    assert_eq!(counts(&harness, TABLES).await, [0, 0, 1, 0, 2]);
}

#[tokio::test]
async fn a_session_is_forgotten_a_week_after_it_ended_whatever_ended_it_e_06() {
    let harness = Harness::start_with(&["--session-idle-minutes=120"]).await;
    let month = harness.sent_to(NUMBER).await;
    harness
        .verify(&month.with_session(43_200))
        .await
        .assert_ok();
    let hour = harness.sent_to("+12125550143").await;
    harness.verify(&hour.with_session(60)).await.assert_ok();
    let ended = harness.signed_in("+12125550144").await;
    harness
        .delete_session(&json!({"session_token": ended["session_token"]}))
        .await
        .assert_ok();
    let mut left = Vec::new();
    for ends in [0, HOUR, 2 * HOUR] {
        for moment in [START + ends + 7 * DAY - 1, START + ends + 7 * DAY] {
            harness.clock.advance(moment - harness.clock.now());
            forget(&harness.service, 100).await.unwrap();
            left.push(count(&harness, "sessions", "1 = 1").await);
        }
    }
    assert_eq!(left, [3, 2, 2, 1, 1, 0]);
}

#[tokio::test]
async fn after_thirty_days_a_live_session_no_longer_says_where_it_was_opened_e_06() {
    let arguments = ["--session-cap-minutes=525600", "--session-idle-minutes=525600"];
    let harness = Harness::start_with(&arguments).await;
    let device = json!({"ip": "192.0.2.1", "user_agent": "Browser"});
    let asked = json!({"phone_number": NUMBER, "device_fingerprint": device});
    let sent = harness.login_or_create(&asked).await.assert_ok().json();
    let code = harness.messages(NUMBER).await[0]["code"].clone();
    let body = json!({"method_id": sent["phone_number_id"], "otp": code, "session_expires_in": 525_600});
    let verified = harness.verify(&body).await.assert_ok().json();
    let token = json!({"session_token": verified["session_token"]});
    let shown = async || {
        let answer = harness.verify_session(&token).await;
        answer.assert_ok().json()["session"]["device_fingerprint"].clone()
    };
    harness.clock.advance(30 * DAY - 1);
    forget(&harness.service, 100).await.unwrap();
    assert_eq!(shown().await, device);
    harness.clock.advance(1);
    forget(&harness.service, 100).await.unwrap();
    assert_eq!(shown().await, json!({"ip": "", "user_agent": ""}));
}

#[tokio::test]
async fn a_bite_takes_no_more_than_its_share_and_bites_follow_until_nothing_is_due_e_06() {
    let harness = Harness::start().await;
    for last in 0..7 {
        harness.sent_to(&format!("+1212555014{last}")).await;
    }
    harness.clock.advance(2 * DAY);
    let now = harness.clock.now();
    let bite = move |sql: &Sql<'_>| Due::Challenges.bite(sql, 0, now, 3);
    assert_eq!(harness.service.database.write(bite).await.unwrap(), 3);
    assert_eq!(count(&harness, "challenges", "1 = 1").await, 4);
    // Seven texts, seven answers, the four other challenges, seven histories.
    assert_eq!(forget(&harness.service, 3).await.unwrap(), 7 + 7 + 4 + 7);
    assert_eq!(
        counts(&harness, ["challenges", "throttles"]).await,
        [0, 0]
    );
    assert_eq!(count(&harness, "messages", "text <> ''").await, 0);
}

#[tokio::test]
async fn a_removed_user_leaves_nothing_behind_f_09() {
    let harness = Harness::start().await;
    let signed_in = harness.signed_in(NUMBER).await;
    harness
        .call(edge::testing::Call::delete(&format!(
            "/v1/auth/users/{}/delete",
            signed_in["user_id"].as_str().unwrap()
        )))
        .await
        .assert_ok();
    let tables = ["users", "methods", "challenges", "messages", "sessions"];
    assert_eq!(counts(&harness, tables).await, [0; 5]);
}
