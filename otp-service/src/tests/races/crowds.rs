//! Sixty-four callers that all want the same.

use std::collections::HashSet;

use edge::testing::Call;
use serde_json::json;
use shared::ErrorType;

use super::super::harness::{Harness, wrong};
use super::together::{Tally, good, numbers, post, together, tokens};

const CALLERS: usize = 64;

/// The right code: one session. A caller that names the challenge gets that one session again
/// (I-07); of those that don't, one gets it.
pub(in super::super) async fn right_verifies(services: &[Harness]) {
    let mut tally = Tally::default();
    for (round, number) in numbers().enumerate() {
        let sent = services[0].sent_to(&number).await;
        let bound = round % 2 == 0;
        let mut body = sent.with_session(60);
        if !bound {
            body.as_object_mut().unwrap().remove("challenge_id");
        }
        let calls = (0..CALLERS).map(|_| post("/otps/verify", &body));
        let answers = together(services, calls.collect()).await;
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.assert_error(ErrorType::InvalidOtp);
        }
        assert_eq!(good(&answers).len(), if bound { CALLERS } else { 1 });
        assert_eq!(tokens(&answers).len(), 1);
        let listed = services[0].list_sessions(&sent.user_id).await;
        assert_eq!(listed.as_array().unwrap().len(), 1);
        tally.note(&answers);
    }
    tally.close("64 right verifies", services).await;
}

/// Different wrong codes: five are compared, then the challenge is dead.
pub(in super::super) async fn wrong_verifies(services: &[Harness]) {
    let mut tally = Tally::default();
    for number in numbers() {
        let sent = services[0].sent_to(&number).await;
        let wrong = (1..=64).map(|step| sent.body_with(&wrong(&sent.code, step)));
        let calls = wrong.map(|body| post("/otps/verify", &body)).collect();
        let answers = together(services, calls).await;
        let mut left: Vec<_> = answers
            .iter()
            .filter_map(|answer| answer.json()["attempts_left"].as_u64())
            .filter(|left| *left > 0)
            .collect();
        left.sort_unstable();
        assert_eq!(left, [1, 2, 3, 4]);
        let dead = answers
            .iter()
            .filter(|answer| answer.json()["error_type"] == "otp_attempts_exceeded");
        assert_eq!(dead.count(), 60);
        assert_ne!(services[0].verify(&sent.body()).await.status, 200);
        tally.note(&answers);
    }
    tally.close("64 wrong verifies", services).await;
}

/// The right code among wrong ones, at another place in every round: it counts only when it is among
/// the first five, and with it no more than five are compared.
pub(in super::super) async fn right_among_wrong(services: &[Harness]) {
    let mut tally = Tally::default();
    for (round, number) in numbers().enumerate() {
        let sent = services[0].sent_to(&number).await;
        let code = |place: usize| match place {
            place if place == round * 37 % CALLERS => sent.code.clone(),
            place => wrong(&sent.code, u32::try_from(place).unwrap() + 1),
        };
        let calls: Vec<Call> = (0..CALLERS)
            .map(|place| {
                let mut body = sent.with_session(60);
                body["otp"] = code(place).into();
                post("/otps/verify", &body)
            })
            .collect();
        let answers = together(services, calls).await;
        let compared_wrong = answers
            .iter()
            .filter(|answer| answer.json()["attempts_left"].as_u64() > Some(0))
            .count();
        assert!(compared_wrong <= 4, "and a fifth, right or wrong");
        let sessions = services[0].list_sessions(&sent.user_id).await;
        assert_eq!(
            sessions.as_array().unwrap().len(),
            good(&answers).len(),
            "sessions made = verifies that succeeded"
        );
        match good(&answers).len() {
            0 => tally.note_as("rounds lost"),
            1 => tally.note_as("rounds won"),
            more => panic!("{more} successes"),
        }
    }
    tally.close("1 right among 63 wrong", services).await;
}

/// Starts for a new number: one user, one message.
pub(in super::super) async fn starts(services: &[Harness]) {
    let mut tally = Tally::default();
    for (round, number) in numbers().enumerate() {
        let equal = round % 2 == 0;
        let body = |caller: usize| match equal {
            true => json!({"phone_number": number}),
            false => json!({"phone_number": number, "challenge_id": caller.to_string()}),
        };
        let calls = (0..CALLERS).map(|caller| post("/otps/sms/login_or_create", &body(caller)));
        let answers = together(services, calls.collect()).await;
        let told: HashSet<_> = good(&answers)
            .iter()
            .map(|answer| answer.text().to_owned())
            .collect();
        assert_eq!(told.len(), 1, "one send");
        if equal {
            assert_eq!(good(&answers).len(), CALLERS, "equal sends are one (I-08)");
        } else {
            let waits = answers.iter().filter(|answer| answer.status == 429);
            assert_eq!((good(&answers).len(), waits.count()), (1, CALLERS - 1));
        }
        assert_eq!(services[0].messages(&number).await.len(), 1);
        let field = json!({"field": "phone_number", "operator": "eq", "value": number});
        let search = json!({"filters": {"operator": "AND", "fields": [field]}});
        let found = services[0].post("/users/search", &search).await;
        assert_eq!(found.assert_ok().json()["total_count"], 1);
        tally.note(&answers);
    }
    tally.close("64 starts for a new number", services).await;
}
