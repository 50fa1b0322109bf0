//! New own keys and new signing keys while the service runs, alone and beside another (E-08).

use std::path::Path;
use std::sync::Arc;

use edge::clock::Clock;
use edge::testing::Call;
use serde_json::{Value, json};
use shared::ErrorType;

use super::TestDatabase;
use super::chores::chore;
use super::harness::{Harness, NUMBER, START};
use crate::housekeeping::move_on;
use crate::own_key::OWN_KEY;

const DAY: i64 = 24 * 3600;

async fn published(harness: &Harness) -> Vec<String> {
    let keys = harness.call(Call::get("/v1/auth/jwks/default")).await;
    let keys = keys.assert_ok().json();
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    keys["keys"].as_array().unwrap().iter().map(kid).collect()
}

/// Which key signed the JWT.
fn signer(answer: &Value) -> String {
    let jwt = answer["session_jwt"].as_str().unwrap();
    let header = super::jwts::base64_json(jwt.split('.').next().unwrap());
    header["kid"].as_str().unwrap().to_owned()
}

fn key_file(harness: &Harness) -> std::path::PathBuf {
    harness.config().data_dir.join(OWN_KEY)
}

/// Leaves only the key that is in use.
fn cut_off(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    edge::keys::replace(path, text.lines().next().unwrap()).unwrap();
}

#[tokio::test]
async fn a_new_own_key_breaks_nothing_that_lives_and_needs_no_restart_e_08() {
    let harness = Harness::start().await;
    let before = harness.signed_in("+12125550143").await;
    let sent = harness.sent_to(NUMBER).await;
    let by_key = Call::post("/v1/auth/otps/sms/login_or_create")
        .header("idempotency-key", "one")
        .json(&json!({"phone_number": "+12125550144"}));
    let first = harness.call(by_key).await.assert_ok().json();

    let said = chore(&harness.config(), &["own-key", "rotate"]).await.unwrap();
    assert!(said.contains("A new key is in use"), "{said}");
    harness.clock.advance(1);

    let token = json!({"session_token": before["session_token"]});
    let checked = harness.verify_session(&token).await.assert_ok().json();
    assert_eq!(checked["session_token"], before["session_token"]);
    let by_jwt = json!({"session_jwt": before["session_jwt"]});
    let renewed = harness.verify_session(&by_jwt).await.assert_ok().json();
    assert_eq!(renewed["session_token"], before["session_token"]);
    assert_eq!(harness.messages(NUMBER).await[0]["code"], sent.code.as_str());
    let by_key = Call::post("/v1/auth/otps/sms/login_or_create")
        .header("idempotency-key", "one")
        .json(&json!({"phone_number": "+12125550144"}));
    assert_eq!(harness.call(by_key).await.assert_ok().json(), first);
    let verified = harness.verify(&sent.with_session(60)).await.assert_ok().json();
    let repeated = harness.verify(&sent.with_session(60)).await.assert_ok().json();
    assert_eq!(verified["session_token"], repeated["session_token"]);

    // What is made from now on is made with the new key alone.
    move_on(&harness.service).await.unwrap();
    cut_off(&key_file(&harness));
    harness.clock.advance(60);
    let after = harness.signed_in(NUMBER).await;
    harness
        .verify_session(&json!({"session_jwt": after["session_jwt"]}))
        .await
        .assert_ok();
    let harness = harness.restart().await;
    harness
        .verify_session(&json!({"session_token": verified["session_token"]}))
        .await
        .assert_ok();
}

#[tokio::test]
async fn an_older_own_key_is_accepted_for_as_long_as_anything_of_it_can_live_e_08() {
    let month = ["--session-idle-minutes=43200"];
    let harness = Harness::start_with(&month).await;
    let sent = harness.sent_to(NUMBER).await;
    let verified = harness.verify(&sent.with_session(43_200)).await;
    let token = json!({"session_token": verified.assert_ok().json()["session_token"]});
    chore(&harness.config(), &["own-key", "rotate"]).await.unwrap();
    harness.clock.advance(30 * DAY - 1);
    harness.verify_session(&token).await.assert_ok();
    harness.clock.advance(1);
    harness
        .verify_session(&token)
        .await
        .assert_error(ErrorType::InvalidSession);
    let listed = chore(&harness.config(), &["own-key", "list"]).await.unwrap();
    assert!(listed.contains("in use") && listed.contains("accepted until"));
    let text = std::fs::read_to_string(key_file(&harness)).unwrap();
    assert!(text.lines().all(|line| !listed.contains(&line[..64])));
}

#[tokio::test]
async fn services_that_each_have_a_copy_go_on_to_a_new_own_key_without_a_gap_e_08() {
    let folder = Arc::new(TestDatabase::new());
    let one = Harness::start_in(Arc::clone(&folder), START, &[]).await;
    let copies = tempfile::tempdir().unwrap();
    let second_dir = copies.path().join("data");
    std::fs::DirBuilder::new().create(&second_dir).unwrap();
    let copy = || std::fs::copy(key_file(&one), second_dir.join(OWN_KEY)).unwrap();
    copy();
    let mut config = one.config();
    config.data_dir = second_dir.clone();
    config.database_url = Some(one.database_url());
    config.initial_api_key = Some(super::harness::KEY.into());
    let (clock, hand) = Clock::manual(START);
    let (router, service) = crate::serve::build(&config, clock, crate::Random::system())
        .await
        .unwrap();
    let two = Harness {
        key: one.key,
        router,
        service,
        clock: hand,
        folder,
    };
    let wait = || {
        one.clock.advance(60);
        two.clock.advance(60);
    };
    // Each verifies what the other has sent and made.
    let both_ways = async |number: &str| {
        for [here, there] in [[&one, &two], [&two, &one]] {
            let sent = here.sent_to(number).await;
            let verified = there.verify(&sent.with_session(60)).await.assert_ok().json();
            let token = json!({"session_token": verified["session_token"]});
            here.verify_session(&token).await.assert_ok();
            wait();
        }
    };
    both_ways("+12125550140").await;
    chore(&one.config(), &["own-key", "prepare"]).await.unwrap();
    wait();
    both_ways("+12125550141").await;
    copy();
    wait();
    both_ways("+12125550142").await;
    chore(&one.config(), &["own-key", "use"]).await.unwrap();
    wait();
    move_on(&one.service).await.unwrap();
    both_ways("+12125550143").await;
    move_on(&two.service).await.unwrap();
    chore(&config, &["own-key", "use"]).await.unwrap();
    wait();
    both_ways("+12125550144").await;
    assert!(chore(&config, &["own-key", "use"]).await.is_err());
}

#[tokio::test]
async fn a_service_with_the_key_of_another_database_does_not_start_e_08() {
    let harness = Harness::start().await;
    let path = key_file(&harness);
    let (folder, clock) = harness.stop().await;
    let other = edge::keys::Key::generate().unwrap();
    edge::keys::replace(&path, &other.to_text()).unwrap();
    let mut config = <crate::Config as clap::Parser>::try_parse_from(["otp-service"]).unwrap();
    config.data_dir = path.parent().unwrap().to_owned();
    config.database_url = folder.url();
    let refused = crate::serve::build(&config, clock.clock(), crate::Random::system()).await;
    let refused = refused.map(drop).unwrap_err().to_string();
    assert!(
        refused.contains("not the key that this database is used with"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_new_signing_key_is_known_before_it_signs_and_the_old_one_as_long_as_it_counts_e_08() {
    let month = ["--session-idle-minutes=43200"];
    let harness = Harness::start_with(&month).await;
    let sent = harness.sent_to(NUMBER).await;
    let first = harness.verify(&sent.with_session(43_200)).await.assert_ok().json();
    let old = published(&harness).await;
    assert_eq!(old, [signer(&first)]);

    chore(&harness.config(), &["signing-keys", "rotate"]).await.unwrap();
    harness.clock.advance(60);
    let both = published(&harness).await;
    assert!(both.len() == 2 && both.contains(&old[0]));
    assert_eq!(signer(&harness.signed_in("+12125550143").await), old[0]);
    harness.clock.advance(3600);
    let after = harness.signed_in("+12125550144").await;
    assert_ne!(signer(&after), old[0]);
    assert!(both.contains(&signer(&after)));
    let listed = chore(&harness.config(), &["signing-keys", "list"]).await.unwrap();
    assert!(listed.contains("signs") && listed.contains("replaced, still accepted"));

    // The session is renewed by its first JWT for as long as it lives; then the old key goes.
    let by_jwt = json!({"session_jwt": first["session_jwt"]});
    harness.clock.advance(30 * DAY - 2 * 3600);
    move_on(&harness.service).await.unwrap();
    harness.verify_session(&by_jwt).await.assert_ok();
    harness.clock.advance(2 * 3600 + 60);
    move_on(&harness.service).await.unwrap();
    harness.clock.advance(60);
    assert_eq!(published(&harness).await, [signer(&after)]);
}
