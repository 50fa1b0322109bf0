//! The command line, beside a running service.

use clap::{Command, FromArgMatches as _, Subcommand as _};
use edge::testing::Call;
use serde_json::{Value, json};
use shared::ErrorType;

use super::harness::{Harness, NUMBER, wrong};
use crate::{Chore, Config};

/// Does a chore; answers what it said.
pub(super) async fn chore(config: &Config, words: &[&str]) -> Result<String, String> {
    let command = Chore::augment_subcommands(Command::new("otp-service"));
    let matches = command
        .try_get_matches_from(std::iter::once(&"otp-service").chain(words))
        .unwrap();
    let mut said = Vec::new();
    let done = Chore::from_arg_matches(&matches)
        .unwrap()
        .run(config, &mut said)
        .await;
    done.map(|()| String::from_utf8(said).unwrap())
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_key_is_shown_once_works_at_once_and_stops_at_once() {
    let harness = Harness::start().await;
    let config = harness.config();
    let key = chore(&config, &["keys", "create"])
        .await
        .unwrap()
        .trim()
        .to_owned();
    let list = || Call::get("/v1/auth/sessions/list?user_id=user_x").bearer(&key);
    list().send(&harness.router).await.assert_ok();
    let listed = chore(&config, &["keys", "list"]).await.unwrap();
    assert_eq!(listed.lines().count(), 2);
    assert!(!listed.contains(&key));
    let line = listed
        .lines()
        .find(|line| line.contains(&key[52..]))
        .unwrap();
    let id = line.split(' ').next().unwrap();
    chore(&config, &["keys", "revoke", id]).await.unwrap();
    harness.clock.advance(1);
    list()
        .send(&harness.router)
        .await
        .assert_error(ErrorType::Unauthorized);
    assert!(
        chore(&config, &["keys", "list"])
            .await
            .unwrap()
            .contains("revoked")
    );
    assert!(
        chore(&config, &["keys", "revoke", "key_x"])
            .await
            .unwrap_err()
            .contains("no key")
    );
    assert!(
        chore(&config, &["keys", "create", "--live"])
            .await
            .unwrap_err()
            .contains("refuses live keys")
    );
}

#[tokio::test]
async fn users_are_found_disabled_let_in_again_and_removed() {
    let harness = Harness::start().await;
    let config = harness.config();
    let signed_in = harness.signed_in(NUMBER).await;
    let user_id = signed_in["user_id"].as_str().unwrap();
    for wanted in [NUMBER, user_id] {
        assert!(
            chore(&config, &["users", "find", wanted])
                .await
                .unwrap()
                .contains(user_id)
        );
    }
    assert!(
        chore(&config, &["users", "find", "+12125550199"])
            .await
            .is_err()
    );

    chore(&config, &["users", "block", user_id]).await.unwrap();
    let session = json!({"session_token": signed_in["session_token"]});
    harness
        .verify_session(&session)
        .await
        .assert_error(ErrorType::InvalidSession);
    harness.wait_for_resend();
    let sent = harness.sent_to(NUMBER).await;
    super::harness::assert_wrong(
        &harness.verify(&sent.body_with(&sent.wrong_code())).await,
        4,
    );
    let refused = harness.verify(&sent.with_session(60)).await;
    refused.assert_error(ErrorType::UserInactive);

    chore(&config, &["users", "unblock", user_id])
        .await
        .unwrap();
    harness.wait_for_resend();
    harness.signed_in(NUMBER).await;
    chore(&config, &["users", "delete", user_id]).await.unwrap();
    harness
        .user(user_id)
        .await
        .assert_error(ErrorType::UserNotFound);
    assert!(chore(&config, &["users", "delete", user_id]).await.is_err());
}

#[tokio::test]
async fn an_operator_signs_one_user_out_or_everybody_c_08() {
    let harness = Harness::start().await;
    let config = harness.config();
    let (one, other) = (
        harness.signed_in(NUMBER).await,
        harness.signed_in("+12125550143").await,
    );
    let check = async |signed_in: &Value| {
        let session = json!({"session_token": signed_in["session_token"]});
        harness.verify_session(&session).await
    };
    let user_id = one["user_id"].as_str().unwrap();
    let sign_out = ["users", "sign-out", user_id];
    let said = chore(&config, &sign_out).await.unwrap();
    assert_eq!(said, format!("{user_id} is signed out everywhere.\n"));
    check(&one).await.assert_error(ErrorType::InvalidSession);
    check(&other).await.assert_ok();
    // Twice is no error, and nobody is disabled by it.
    chore(&config, &sign_out).await.unwrap();
    harness.wait_for_resend();
    let back = harness.signed_in(NUMBER).await;
    let said = chore(&config, &["users", "sign-out-all"]).await.unwrap();
    assert_eq!(said, "2 sessions have ended.\n");
    for signed_in in [&back, &other] {
        check(signed_in).await.assert_error(ErrorType::InvalidSession);
    }
    let unknown = ["users", "sign-out", "user_none"];
    assert!(chore(&config, &unknown).await.is_err());
}

#[tokio::test]
async fn an_operator_frees_a_locked_number_b_01() {
    let harness = Harness::start_with(&["--failures-to-lock=5"]).await;
    let sent = harness.sent_to(NUMBER).await;
    for step in 1..=5 {
        harness
            .verify(&sent.body_with(&wrong(&sent.code, step)))
            .await;
    }
    harness.clock.advance(3600);
    harness
        .login_or_create(&json!({"phone_number": NUMBER}))
        .await
        .assert_error(ErrorType::NumberBlocked);
    assert!(
        chore(&harness.config(), &["numbers", "unblock", NUMBER])
            .await
            .unwrap()
            .contains("free")
    );
    harness.signed_in(NUMBER).await;
    assert!(
        chore(&harness.config(), &["numbers", "unblock", NUMBER])
            .await
            .unwrap()
            .contains("Nothing")
    );
}

#[tokio::test]
async fn migrate_says_the_version_of_the_schema() {
    let harness = Harness::start().await;
    assert!(
        chore(&harness.config(), &["migrate"])
            .await
            .unwrap()
            .contains("version 3")
    );
}
