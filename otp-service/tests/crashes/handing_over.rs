//! Kills while messages are handed over to a gateway, which writes down what it is given: nothing is given
//! to it twice, what waited goes out after the next start, and the code of what may have left works.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::account::Account;
use super::data::Data;
use super::http::Answer;
use super::process::{Process, With, assert_whole};

/// The moments between the claim of a message and the note of what became of it.
pub(crate) const POINTS: [&str; 2] = ["message-claimed", "message-handed-over"];

/// Its messages leave.
const LIVE_KEY: &str = "sk_live_000000000000000000000000000000000000000000000000";
/// So many sends, and the one at which the process dies.
const SENDS: u64 = 8;
const DIES_AT: u64 = 4;

/// Messages by their number in the order of sending: each text that was given.
type Given = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

/// A gateway that takes everything.
async fn gateway(given: Given) -> String {
    async fn take(State(given): State<Given>, body: String) -> &'static str {
        let body: Value = serde_json::from_str(&body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let mut given = given.lock().unwrap_or_else(PoisonError::into_inner);
        given.entry(text("to")).or_default().push(text("text"));
        "taken"
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/send", listener.local_addr().unwrap());
    let router = Router::new().fallback(take).with_state(given);
    tokio::spawn(async move {
        let stop = edge::Stop::default();
        edge::serve(listener, router, &edge::Traffic::uncounted(), stop).await
    });
    address
}

fn of(given: &Given, account: &Account) -> Vec<String> {
    let given = given.lock().unwrap_or_else(PoisonError::into_inner);
    given.get(&account.number).cloned().unwrap_or_default()
}

/// The last run of six digits.
fn code(text: &str) -> String {
    text.rsplit('#').next().unwrap().to_owned()
}

/// Sends, dies at the point, is started again and does what is left.
pub(crate) async fn dies_and_sends_the_rest(data: &Data, point: &str) {
    let given = Given::default();
    let address = gateway(Arc::clone(&given)).await;
    let with = |point: Option<String>| With {
        point,
        key: Some(LIVE_KEY),
        gateway: Some(address.clone()),
    };
    let dying = with(Some(format!("{point}:{DIES_AT}")));
    let process = Process::start(data, &dying).expect("it starts");
    let mut sent: Vec<(Account, Option<Answer>)> = Vec::new();
    for index in 0..SENDS {
        let account = Account::new(index);
        let answer = process
            .http
            .post("/otps/sms/login_or_create", &account.send_body())
            .await
            .ok();
        // One after the other, so that it is known which one is in flight.
        while answer.is_some() && of(&given, &account).is_empty() && process.is_running() {
            tokio::task::yield_now().await;
        }
        sent.push((account, answer));
    }
    process.wait_until_killed();
    assert_whole(data);
    let process = Process::start(data, &with(None)).expect("it starts on what was left");
    let last = Account::new(SENDS);
    let answer = process
        .http
        .post("/otps/sms/login_or_create", &last.send_body())
        .await;
    answer.expect("an answer").assert_ok();
    while of(&given, &last).is_empty() {
        assert!(process.is_running());
        tokio::task::yield_now().await;
    }
    for (number, (account, answer)) in (1..).zip(&sent) {
        let texts = of(&given, account);
        assert!(texts.len() <= 1, "{point}: message {number} went out twice");
        let left = number < DIES_AT || number == DIES_AT && point == "message-handed-over";
        assert_eq!(texts.len(), usize::from(left), "{point}: message {number}");
        let Some(answer) = answer else { continue };
        let sent = answer.assert_ok();
        let path = format!("/otps/{}/delivery", sent.text("challenge_id"));
        let told = process.http.get(&path).await.expect("an answer");
        assert_eq!(told.assert_ok().text("delivery"), "not_reported");
        if let Some(text) = texts.first() {
            let body = json!({
                "method_id": sent.text("phone_number_id"),
                "challenge_id": sent.text("challenge_id"),
                "otp": code(text),
            });
            let verified = process.http.post("/otps/verify", &body).await;
            verified.expect("an answer").assert_ok();
        }
    }
    assert_whole(data);
}

/// Dies when the message is on disk and nobody has begun to hand it over; the next start sends it, once.
pub(crate) async fn dies_before_and_sends_it_later(data: &Data, after_commit: &str) {
    let given = Given::default();
    let address = gateway(Arc::clone(&given)).await;
    // At start some commits come first; which one carries the send is found by trying.
    let mut waited = 0;
    for count in 1..40 {
        let with = With {
            point: Some(format!("{after_commit}:{count}")),
            key: Some(LIVE_KEY),
            gateway: Some(address.clone()),
        };
        let account = Account::new(1000 + count);
        if let Ok(process) = Process::start(data, &with) {
            let answer = process
                .http
                .post("/otps/sms/login_or_create", &account.send_body())
                .await;
            if answer.is_ok() && process.is_running() {
                // It lives on: the point comes later, or never.
                continue;
            }
            process.wait_until_killed();
        }
        let process = Process::start(
            data,
            &With {
                point: None,
                ..with
            },
        )
        .expect("it starts");
        let messages = of(&given, &account).len();
        let found = process.http.get("/healthz").await.expect("an answer");
        found.assert_ok();
        let field = json!({"field": "phone_number", "operator": "eq", "value": account.number});
        let body = json!({"filters": {"operator": "AND", "fields": [field]}});
        let users = process
            .http
            .post("/users/search", &body)
            .await
            .expect("an answer");
        if users.assert_ok().body["users"]
            .as_array()
            .unwrap()
            .is_empty()
        {
            assert_eq!(messages, 0, "nothing was saved, nothing was sent");
            continue;
        }
        // Saved: it goes out, unless its claim was the last thing that was.
        let last = Account::new(2000 + count);
        let answer = process
            .http
            .post("/otps/sms/login_or_create", &last.send_body())
            .await;
        answer.expect("an answer").assert_ok();
        let path = |answer: &Answer| format!("/otps/{}/delivery", answer.text("challenge_id"));
        let resend = json!({"phone_number": account.number, "expires_in": 10});
        let again = process
            .http
            .post("/otps/sms/login_or_create", &resend)
            .await;
        let again = again.expect("an answer");
        loop {
            let told = process
                .http
                .get(&path(again.assert_ok()))
                .await
                .expect("an answer");
            if told.assert_ok().text("delivery") != "on_its_way" {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert!(of(&given, &account).len() <= 1, "{after_commit}:{count}");
        waited += of(&given, &account).len();
    }
    assert!(
        waited > 0,
        "no kill came between the commit and the gateway"
    );
    assert_whole(data);
}
