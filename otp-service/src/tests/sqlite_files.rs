//! What holds of the database as a file: nothing in clear in it, copies, and what a copy brings back.

use serde_json::json;
use shared::ErrorType;
use storage::{Sql, StoreError};

use super::TestDatabase;
use super::chores::chore;
use super::gateways::{arguments, ask, secrets, states, with_twilio};
use super::harness::{Harness, KEY, NUMBER, START};
use crate::store::retention::Due;

#[tokio::test]
async fn no_code_token_key_or_text_is_on_disk_in_clear_e_01_e_02_e_03_c_02() {
    let harness = Harness::start().await;
    let sent = harness.sent_to(NUMBER).await;
    let signed_in = harness.signed_in("+12125550143").await;
    let token = signed_in["session_token"].as_str().unwrap().to_owned();
    let mut searched = 0;
    for entry in std::fs::read_dir(harness.folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        searched += bytes.len();
        let holds = |text: &str| {
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        };
        assert!(!holds(&token) && !holds(KEY));
        assert!(!holds(&format!("#{}", sent.code)) && !holds("We never ask"));
        assert!(!holds(&format!("\"{}\"", sent.code)));
    }
    assert!(searched > 10_000);
}

#[tokio::test]
async fn a_restored_copy_knows_its_users_and_revives_nothing_e_10() {
    let harness = Harness::start().await;
    let signed_in = harness.signed_in("+12125550143").await;
    let sent = harness.sent_to(NUMBER).await;
    let copy = harness.folder.path().join("copy");
    let copy = copy.to_str().unwrap();
    chore(&harness.config(), &["backup", copy]).await.unwrap();
    assert!(
        chore(&harness.config(), &["backup", copy]).await.is_err(),
        "never over another copy"
    );
    assert!(
        chore(&harness.config(), &["restore", copy])
            .await
            .unwrap_err()
            .contains("empty DATA_DIR")
    );

    for keep in [false, true] {
        let folder = std::sync::Arc::new(TestDatabase::new());
        let mut config = harness.config();
        config.data_dir = folder.path().join("data");
        let words = ["restore", copy, "--keep-sessions"];
        chore(&config, &words[..if keep { 3 } else { 2 }])
            .await
            .unwrap();
        assert!(chore(&config, &["check"]).await.unwrap().contains("whole"));
        let restored = Harness::start_in(folder, START, &[]).await;
        let session = restored
            .verify_session(&json!({"session_token": signed_in["session_token"]}))
            .await;
        if keep {
            session.assert_ok();
        } else {
            session.assert_error(ErrorType::InvalidSession);
        }
        restored
            .verify(&sent.body())
            .await
            .assert_error(ErrorType::OtpExpired);
        restored.user(&sent.user_id).await.assert_ok();
    }
}

/// What waits in a copy has long gone out, or has not: nobody knows.
#[tokio::test]
async fn a_restored_copy_sends_nothing_that_waited_in_it_h_02_e_10() {
    let (harness, gateway) = with_twilio().await;
    let asked = ask(&harness, NUMBER).await;
    asked.assert_ok();
    let copy = harness.folder.path().join("copy");
    let copy = copy.to_str().unwrap();
    chore(&harness.config(), &["backup", copy]).await.unwrap();
    harness.dispatch().await;
    assert_eq!(gateway.given().len(), 1);
    let folder = std::sync::Arc::new(TestDatabase::new());
    let mut config = harness.config();
    config.data_dir = folder.path().join("data");
    chore(&config, &["restore", copy]).await.unwrap();
    assert!(chore(&config, &["check"]).await.unwrap().contains("whole"));
    let (_, clock) = edge::clock::Clock::manual(START + 5);
    let with = arguments("twilio", &gateway.base, &gateway.base);
    let restored = Harness::start_sending(folder, clock, &with, secrets).await;
    restored.dispatch().await;
    assert_eq!(gateway.given().len(), 1);
    assert_eq!(states(&restored).await, [["unknown", "restored", "", ""]]);
}

/// Where a plan walks over a whole table, it says `SCAN`.
#[tokio::test]
async fn what_is_due_is_found_by_an_index_e_06() {
    let harness = Harness::start().await;
    for due in Due::ALL {
        let explain = format!("EXPLAIN QUERY PLAN {}", due.statement());
        let plan = move |sql: &Sql<'_>| -> Result<Vec<String>, StoreError> {
            sql.query(&explain, &[0_i64.into(), 1_i64.into()], |row| row.text(3))
        };
        let plan = harness.service.database.read(plan).await.unwrap();
        assert!(
            plan.iter().all(|step| !step.starts_with("SCAN")) && !plan.is_empty(),
            "{due:?}: {plan:?}"
        );
        assert!(
            plan.iter().all(|step| !step.contains("TEMP B-TREE")),
            "{due:?}: {plan:?}"
        );
    }
}
