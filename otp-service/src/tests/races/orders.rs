//! A verification and an act that takes away what it needs, at the same moment: what comes of it is
//! what comes of one after the other (I-03).

use edge::testing::Call;
use serde_json::{Value, json};
use shared::ErrorType;

use super::super::chores::chore;
use super::super::harness::{Harness, KEY, Sent};
use super::together::{Tally, good, numbers, post, together_with, tokens};

/// Callers that present the same right code.
const CALLERS: usize = 8;

fn verifies(body: &Value) -> Vec<Call> {
    (0..CALLERS).map(|_| post("/otps/verify", body)).collect()
}

/// No session of the user lives, and none of the tokens opens anything.
async fn assert_ended(service: &Harness, sent: &Sent, tokens: Vec<String>) {
    assert_eq!(service.list_sessions(&sent.user_id).await, json!([]));
    for token in tokens {
        let body = json!({"session_token": token});
        let session = service.verify_session(&body).await;
        session.assert_error(ErrorType::InvalidSession);
    }
}

/// The resend adds its code to the challenge before the success, or opens another one after it.
pub(in super::super) async fn verify_and_resend(services: &[Harness]) {
    let mut tally = Tally::default();
    for number in numbers() {
        let first = services[0].sent_to(&number).await;
        for service in services {
            service.wait_for_resend();
        }
        let other = &services[services.len() - 1];
        let calls = verifies(&first.with_session(60));
        let (answers, second) =
            together_with(services, calls, other.resent(&number, &first.challenge_id)).await;
        for answer in &answers {
            answer.assert_ok();
        }
        assert_eq!(tokens(&answers).len(), 1);
        let again = other.verify(&second.body()).await;
        if second.challenge_id == first.challenge_id {
            again.assert_error(ErrorType::InvalidOtp);
            tally.note_as("resend first");
        } else {
            again.assert_ok();
            tally.note_as("verify first");
        }
    }
    tally.close("verify and resend", services).await;
}

/// Nothing of the user is left in either order.
pub(in super::super) async fn verify_and_deletion(services: &[Harness]) {
    let mut tally = Tally::default();
    for number in numbers() {
        let sent = services[0].sent_to(&number).await;
        let other = &services[services.len() - 1];
        let path = format!("/v1/auth/users/{}/delete", sent.user_id);
        let calls = verifies(&sent.with_session(60));
        let (answers, deleted) =
            together_with(services, calls, other.call(Call::delete(&path))).await;
        deleted.assert_ok();
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.assert_error(ErrorType::InvalidOtp);
        }
        assert!(tokens(&answers).len() <= 1);
        assert_ended(&services[0], &sent, tokens(&answers)).await;
        let user = services[0].user(&sent.user_id).await;
        user.assert_error(ErrorType::UserNotFound);
        tally.note_as(first(&answers));
    }
    tally.close("verify and deletion of the user", services).await;
}

/// A verification that extends a session, and the end of that session: it has ended in either order,
/// and a refused verification leaves the code as it was (C-03).
pub(in super::super) async fn verify_and_sign_out(services: &[Harness]) {
    let mut tally = Tally::default();
    for number in numbers() {
        let open = services[0].signed_in(&number).await;
        for service in services {
            service.wait_for_resend();
        }
        let sent = services[0].sent_to(&number).await;
        let mut body = sent.body();
        body["session_token"] = open["session_token"].clone();
        let other = &services[services.len() - 1];
        let end = json!({"session_id": open["session"]["id"]});
        let calls = verifies(&body);
        let (answers, ended) = together_with(services, calls, other.delete_session(&end)).await;
        ended.assert_ok();
        assert!(tokens(&answers).len() <= 1);
        assert_ended(&services[0], &sent, tokens(&answers)).await;
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            let used_up = !good(&answers).is_empty();
            let error = answer.json()["error_type"].clone();
            assert!(
                error == "invalid_session" || used_up && error == "invalid_otp",
                "{error}"
            );
        }
        if good(&answers).is_empty() {
            services[0].verify(&sent.body()).await.assert_ok();
        }
        tally.note_as(first(&answers));
    }
    tally.close("verify and sign-out", services).await;
}

/// A disabled user has no session in either order, and is told so only with the right code.
pub(in super::super) async fn verify_and_disabling(services: &[Harness]) {
    let mut tally = Tally::default();
    for number in numbers() {
        let sent = services[0].sent_to(&number).await;
        let config = services[services.len() - 1].config();
        let words = ["users", "block", &sent.user_id];
        let calls = verifies(&sent.with_session(60));
        let (answers, blocked) = together_with(services, calls, chore(&config, &words)).await;
        blocked.unwrap();
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            let error = answer.json()["error_type"].clone();
            assert!(error == "user_inactive" || error == "invalid_otp", "{error}");
        }
        assert!(tokens(&answers).len() <= 1);
        assert_ended(&services[0], &sent, tokens(&answers)).await;
        let user = services[0].user(&sent.user_id).await;
        assert_eq!(user.assert_ok().json()["status"], "inactive");
        tally.note_as(first(&answers));
    }
    tally.close("verify and disabling", services).await;
}

/// A call with the key is carried out or refused as a whole; once it was revoked nothing is.
pub(in super::super) async fn verify_and_revocation(services: &[Harness]) {
    let mut tally = Tally::default();
    for number in numbers() {
        let config = services[services.len() - 1].config();
        let key = chore(&config, &["keys", "create"]).await.unwrap();
        let key = key.trim().to_owned();
        let listed = chore(&config, &["keys", "list"]).await.unwrap();
        let id = listed
            .lines()
            .find(|line| line.contains(&key[52..]) && !line.contains("revoked"))
            .and_then(|line| line.split(' ').next())
            .unwrap();
        let sent = services[0].sent_to(&number).await;
        let verify = || {
            Call::post("/v1/auth/otps/verify")
                .bearer(&key)
                .json(&sent.with_session(60))
        };
        let calls = (0..CALLERS).map(|_| verify()).collect();
        let words = ["keys", "revoke", id];
        let (answers, revoked) = together_with(services, calls, chore(&config, &words)).await;
        revoked.unwrap();
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.assert_error(ErrorType::Unauthorized);
        }
        let sessions = services[0].list_sessions(&sent.user_id).await;
        assert_eq!(sessions.as_array().unwrap().len(), tokens(&answers).len());
        for service in services {
            // A key is known to be good within the running second.
            service.clock.advance(1);
            let late = verify().send(&service.router).await;
            late.assert_error(ErrorType::Unauthorized);
        }
        if good(&answers).is_empty() {
            let with_another_key = post("/otps/verify", &sent.with_session(60));
            assert_ne!(key, KEY);
            with_another_key
                .send(&services[0].router)
                .await
                .assert_ok();
        }
        tally.note_as(first(&answers));
    }
    tally.close("verify and revocation of the key", services).await;
}

/// Which order the answers show.
fn first(answers: &[edge::testing::Answer]) -> &'static str {
    match good(answers).len() {
        0 => "verify second",
        CALLERS => "verify first",
        _ => "in between",
    }
}
