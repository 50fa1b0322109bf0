//! How callers are released together, and how a race is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge::testing::{Answer, Call, from_environment};
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::super::chores::chore;
use super::super::harness::{Harness, KEY, NUMBER};

/// Rounds of every race in an ordinary run of the tests.
const ROUNDS: u32 = 5;

/// A number of its own for every round.
pub(super) fn numbers() -> impl Iterator<Item = String> {
    let rounds = from_environment("PIPIT_TORTURE_ROUNDS").unwrap_or(ROUNDS);
    (0..rounds).map(|round| format!("+1212556{round:04}"))
}

/// Has every service know the keys for JWTs, as one that serves does before the first call.
pub(in super::super) async fn ready<const N: usize>(services: [Harness; N]) -> [Harness; N] {
    for (service, number) in services.iter().zip([NUMBER, "+12125550143"]) {
        service.signed_in(number).await;
    }
    services
}

/// A call with the key that every service knows.
pub(super) fn post(path: &str, body: &Value) -> Call {
    Call::post(&format!("/v1/auth{path}"))
        .bearer(KEY)
        .json(body)
}

/// Sends all calls at the same moment, each from a task of its own and to the next service in turn.
pub(super) async fn together(services: &[Harness], calls: Vec<Call>) -> Vec<Answer> {
    together_with(services, calls, async {}).await.0
}

/// The same, and does something else at that moment.
pub(super) async fn together_with<T>(
    services: &[Harness],
    calls: Vec<Call>,
    act: impl Future<Output = T>,
) -> (Vec<Answer>, T) {
    let barrier = Arc::new(Barrier::new(calls.len() + 1));
    let mut tasks = JoinSet::new();
    for (call, service) in calls.into_iter().zip(services.iter().cycle()) {
        let (barrier, router) = (Arc::clone(&barrier), service.router.clone());
        tasks.spawn(async move {
            barrier.wait().await;
            call.send(&router).await
        });
    }
    barrier.wait().await;
    let done = act.await;
    (tasks.join_all().await, done)
}

/// How often what came of a race.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<String, u32>);

impl Tally {
    /// Notes answers by their status or error.
    pub(super) fn note(&mut self, answers: &[Answer]) {
        for answer in answers {
            let error = answer.json()["error_type"].as_str().map(str::to_owned);
            self.note_as(&error.unwrap_or_else(|| answer.status.to_string()));
        }
    }

    pub(super) fn note_as(&mut self, what: &str) {
        *self.0.entry(what.to_owned()).or_default() += 1;
    }

    /// Shows the counts, after the database was found whole.
    pub(super) async fn close(self, race: &str, services: &[Harness]) {
        let said = chore(&services[0].config(), &["check"]).await;
        assert_eq!(said.as_deref(), Ok("The database is whole.\n"), "{race}");
        println!("{race}, {} service(s): {:?}", services.len(), self.0);
    }
}

/// The answers of 200.
pub(super) fn good(answers: &[Answer]) -> Vec<&Answer> {
    answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect()
}

/// The different tokens in them.
pub(super) fn tokens(answers: &[Answer]) -> Vec<String> {
    let token = |answer: &&Answer| answer.json()["session_token"].as_str().map(str::to_owned);
    let mut tokens: Vec<_> = good(answers).iter().filter_map(token).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}
