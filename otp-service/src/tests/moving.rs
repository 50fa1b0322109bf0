//! A whole service from SQLite to PostgreSQL and back (the command line's `move`).

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use edge::settings::Secret;
use edge::testing::Call;
use serde_json::{Value, json};
use shared::ErrorType;

use super::TestDatabase;
use super::chores::chore;
use super::harness::{Harness, NUMBER, Sent};
use crate::store::moving::TABLES;

/// Where the addresses of both databases are written down.
fn address(folder: &TestDatabase, name: &str, address: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, address).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// What a live service has: a session, a code on its way, a locked number, a browser that is known.
struct Life {
    session: Value,
    sent: Sent,
}

impl Life {
    async fn begin(harness: &Harness) -> Self {
        let mut body = harness.sent_to("+12125550143").await.with_session(60);
        body["remember_device"] = true.into();
        let session = harness.verify(&body).await.assert_ok().json();
        let failed = harness.sent_to("+12125550144").await;
        harness
            .verify(&failed.body_with(&failed.wrong_code()))
            .await;
        let keyed = Call::post("/v1/auth/otps/sms/login_or_create")
            .header("idempotency-key", "one")
            .json(&json!({"phone_number": "+12125550145"}));
        harness.call(keyed).await.assert_ok();
        // More than one batch.
        for place in 0..1100 {
            let number = format!("+1212556{place:04}");
            let body = json!({"phone_number": number});
            harness.post("/users/create", &body).await.assert_ok();
        }
        Self {
            session,
            sent: harness.sent_to(NUMBER).await,
        }
    }

    /// It goes on where it was.
    async fn goes_on(&self, harness: &Harness) {
        let token = json!({"session_token": self.session["session_token"]});
        harness.verify_session(&token).await.assert_ok();
        let by_jwt = json!({"session_jwt": self.session["session_jwt"]});
        let answer = harness.verify_session(&by_jwt).await.assert_ok().json();
        assert_eq!(answer["session"]["id"], self.session["session"]["id"]);
        harness
            .user(self.session["user_id"].as_str().unwrap())
            .await
            .assert_ok();
        harness
            .login_or_create(&json!({"phone_number": NUMBER}))
            .await
            .assert_error(ErrorType::TooManyRequests);
        let body = self.sent.body_with(&self.sent.wrong_code());
        harness
            .verify(&body)
            .await
            .assert_error(ErrorType::InvalidOtp);
        assert_eq!(
            harness.messages(NUMBER).await[0]["code"],
            self.sent.code.as_str()
        );
    }
}

async fn counts(harness: &Harness) -> Vec<i64> {
    let count = |sql: &storage::Sql<'_>| {
        let places = TABLES.iter().filter(|table| table.name != "clock_marks");
        places.map(|table| table.count(sql)).collect()
    };
    harness.service.database.read(count).await.unwrap()
}

#[tokio::test]
async fn a_service_goes_to_postgresql_and_back_and_everybody_stays_signed_in() {
    let folder = Arc::new(TestDatabase::new());
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let sqlite = |name: &str| format!("sqlite:{}", data.join(name).display());
    let server = address(&folder, "server", folder.url().unwrap().expose());

    let harness = Harness::start_at(&folder, &sqlite("first.db")).await;
    let life = Life::begin(&harness).await;
    let before = counts(&harness).await;
    let mut config = harness.config();
    config.database_url = Some(Secret::new(sqlite("first.db")));
    let words = ["move", "--to-file", server.to_str().unwrap()];
    assert!(
        chore(&config, &words).await.unwrap_err().contains("in use"),
        "while the service runs"
    );
    let (_, clock) = harness.stop().await;
    let said = chore(&config, &words).await.unwrap();
    assert!(said.contains("users: 1104 rows"), "{said}");
    assert!(
        chore(&config, &words)
            .await
            .unwrap_err()
            .contains("not empty"),
        "a second time"
    );

    let harness = Harness::start_on(Arc::clone(&folder), clock, &[]).await;
    assert_eq!(counts(&harness).await, before);
    life.goes_on(&harness).await;
    let config = harness.config();
    let back = sqlite("second.db");
    let words = ["move", "--to", &back];
    assert!(chore(&config, &words).await.unwrap_err().contains("in use"));
    let (folder, _) = harness.stop().await;
    chore(&config, &words).await.unwrap();
    let harness = Harness::start_at(&folder, &back).await;
    assert_eq!(counts(&harness).await, before);
    let token = json!({"session_token": life.session["session_token"]});
    harness.verify_session(&token).await.assert_ok();
    harness
        .verify(&life.sent.with_session(60))
        .await
        .assert_ok();
}
