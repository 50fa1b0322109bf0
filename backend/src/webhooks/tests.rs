//! What the app's server is told, how, and what becomes of it when it does not listen.

use std::collections::VecDeque;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use edge::settings::Secret;
use edge::testing::Call;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::signature::Signer;
use super::*;
use crate::testing::{Harness, NOW, RIGHT_CODE, WEBHOOK_SECRET as SECRET};

const NUMBER: &str = "+12125550142";

/// A delivery that came in.
#[derive(Debug, Clone)]
struct Came {
    id: String,
    timestamp: i64,
    signature: String,
    body: String,
}

impl Came {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The app's server: it writes down what comes, and answers what it is told to.
#[derive(Debug, Clone)]
struct Receiver {
    url: String,
    came: Arc<Mutex<Vec<Came>>>,
    /// Statuses and `Retry-After`s, one for each delivery; then 204.
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!(
                "http://{}/webhooks?tenant=7",
                listener.local_addr().unwrap()
            ),
            came: Arc::default(),
            answers: Arc::default(),
        };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move {
            edge::serve(
                listener,
                router,
                &edge::Traffic::uncounted(),
                Stop::default(),
            )
            .await
        });
        receiver
    }

    fn answers(&self, answers: impl IntoIterator<Item = (u16, &'static str)>) {
        self.answers.lock().unwrap().extend(answers);
    }

    fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    fn types(&self) -> Vec<String> {
        let came = self.came().into_iter();
        let mut types: Vec<_> = came
            .map(|came| came.json()["type"].as_str().unwrap().to_owned())
            .collect();
        types.sort();
        types
    }
}

async fn take(State(receiver): State<Receiver>, request: Request) -> Response {
    assert_eq!(
        (request.method().as_str(), request.uri().query()),
        ("POST", Some("tenant=7"))
    );
    let (parts, body) = request.into_parts();
    let header = |name: &str| parts.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    let body = body.collect().await.unwrap().to_bytes();
    receiver.came.lock().unwrap().push(Came {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp").parse().unwrap(),
        signature: header("webhook-signature"),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let answer = receiver.answers.lock().unwrap().pop_front();
    let (status, wish) = answer.unwrap_or((204, ""));
    let mut response = StatusCode::from_u16(status).unwrap().into_response();
    let headers = response.headers_mut();
    headers.insert("location", "/elsewhere".parse().unwrap());
    if !wish.is_empty() {
        headers.insert("retry-after", wish.parse().unwrap());
    }
    response
}

/// A backend that tells this receiver.
async fn telling(receiver: &Receiver, arguments: &[&str]) -> Harness {
    let url = format!("--webhook-url={}", receiver.url);
    let arguments: Vec<&str> = arguments.iter().copied().chain([url.as_str()]).collect();
    Harness::with(&arguments).await
}

/// Everything that is due now is told once.
async fn until_told(backend: &Harness) {
    let webhooks = backend.app.webhooks.as_ref().unwrap();
    let stop = Stop::default();
    while round(&backend.app, webhooks, &stop).await.unwrap() > 0 {}
}

async fn left(backend: &Harness) -> i64 {
    backend.store.messages_left().await.unwrap()
}

#[tokio::test]
async fn a_first_sign_in_is_told_signed_and_without_token_or_code() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &[]).await;
    let browser = backend.sign_in(NUMBER).await;
    until_told(&backend).await;
    assert_eq!(receiver.types(), ["account.created", "session.created"]);
    let signer = Signer::parse(&Secret::from(SECRET)).unwrap();
    for came in receiver.came() {
        assert!(
            came.id.starts_with("msg_") && came.id.len() == 36,
            "{}",
            came.id
        );
        assert_eq!(came.timestamp, NOW);
        assert_eq!(
            came.signature,
            signer.sign(&came.id, came.timestamp, &came.body)
        );
        assert!(!came.body.contains(&browser.session_token) && !came.body.contains(RIGHT_CODE));
        let body = came.json();
        assert_eq!(body["timestamp"], "2027-01-15T08:00:00Z");
        let data = &body["data"];
        assert_eq!(data["account_id"], browser.account_id.as_str());
        assert_eq!(
            (&data["user_id"], &data["external_id"]),
            (&json!("user_12125550142"), &Value::Null)
        );
        if body["type"] == "account.created" {
            assert_eq!(
                (&data["phone_number"], &data["created_at"]),
                (&json!(NUMBER), &json!(NOW))
            );
        } else {
            assert_eq!(data["session_id"], browser.session_id.as_str());
            assert_eq!(
                (&data["started_at"], &data["expires_at"]),
                (&json!(NOW), &json!(NOW + 86_400))
            );
            assert!(data.get("phone_number").is_none());
        }
    }
    assert_eq!(left(&backend).await, 0);
}

#[tokio::test]
async fn each_way_in_which_a_session_is_ended_is_told_once_with_its_reason() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &[]).await;
    let mut browsers = Vec::new();
    for _ in 0..5 {
        browsers.push(backend.sign_in(NUMBER).await);
    }
    let [here, one, two, out, _last] = &browsers[..] else {
        panic!("five have signed in");
    };
    for _ in 0..2 {
        let answer = backend.call(out.sign(Call::delete("/api/session"))).await;
        answer.assert_ok();
    }
    let path = format!("/api/sessions/{}", one.session_id);
    backend
        .call(here.sign(Call::delete(&path)))
        .await
        .assert_ok();
    backend
        .call(two.sign(Call::delete("/api/sessions")))
        .await
        .assert_ok();
    let path = format!("/api/accounts/{}", here.account_id);
    backend.as_server(Call::delete(&path)).await.assert_ok();
    until_told(&backend).await;
    let came = receiver.came().into_iter().map(|came| came.json());
    let ended = came.filter(|body| body["type"] == "session.ended");
    let mut reasons: Vec<_> = ended
        .map(|body| body["data"]["ended_by"].as_str().unwrap().to_owned())
        .collect();
    reasons.sort();
    let expected = [
        "account_deletion",
        "other_session",
        "other_session",
        "other_session",
        "sign_out",
    ];
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn the_session_that_the_next_sign_in_replaces_is_told_as_ended() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &["--session-cookie=host"]).await;
    let sign_in = async |cookie: &str| {
        let id = backend.verification(NUMBER).await;
        let body = json!({"verification_id": id, "otp": RIGHT_CODE});
        let call = Call::post("/api/otp/verify")
            .json(&body)
            .header("cookie", cookie);
        let answer = backend.call(call).await;
        let set = answer.assert_ok().header("set-cookie").unwrap().to_owned();
        set.split(';').next().unwrap().to_owned()
    };
    let first = sign_in("a=b").await;
    sign_in(&first).await;
    until_told(&backend).await;
    let came = receiver.came().into_iter().map(|came| came.json());
    let ended: Vec<_> = came
        .filter(|body| body["type"] == "session.ended")
        .collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0]["data"]["ended_by"], "next_sign_in");
}

#[tokio::test]
async fn a_proved_challenge_is_told_as_its_redemption_tells_it() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &["--return-origins=https://app.example.com"]).await;
    let linked = json!({"phone_number": NUMBER, "external_id": "42"});
    let account = backend
        .as_server(Call::post("/api/accounts").json(&linked))
        .await;
    let account_id = account.assert_ok().json()["account"]["account_id"].clone();
    let body = json!({"account_id": account_id, "purpose": "transfer", "return_to": "https://app.example.com/back"});
    let made = backend
        .as_server(Call::post("/api/challenges").json(&body))
        .await;
    let id = made.assert_ok().json()["challenge_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = Call::post(&format!("/challenge/{id}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("otp={RIGHT_CODE}"));
    assert_eq!(backend.call(form).await.status, 303);
    until_told(&backend).await;
    assert_eq!(receiver.types(), ["account.created", "challenge.completed"]);
    let came = receiver.came().into_iter().map(|came| came.json());
    let mut told = came.filter(|body| body["type"] == "challenge.completed");
    let told = told.next().unwrap();
    let expected = json!({"challenge_id": id, "purpose": "transfer", "phone_number": NUMBER,
        "account_id": account_id, "external_id": "42", "verified_at": NOW});
    assert_eq!(told["data"], expected);
}

#[tokio::test]
async fn what_was_not_taken_is_told_again_under_its_id_until_it_is() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &[]).await;
    backend.sign_in(NUMBER).await;
    // Nobody follows the redirect.
    receiver.answers([(500, ""), (302, "")]);
    until_told(&backend).await;
    assert_eq!((receiver.came().len(), left(&backend).await), (2, 2));
    backend.clock.advance(4);
    until_told(&backend).await;
    assert_eq!(
        receiver.came().len(),
        2,
        "not before five seconds have passed"
    );
    backend.clock.advance(2);
    receiver.answers([(200, ""), (429, "600")]);
    until_told(&backend).await;
    let came = receiver.came();
    assert_eq!((came.len(), left(&backend).await), (4, 1));
    let ids: std::collections::BTreeSet<_> = came.iter().map(|came| came.id.clone()).collect();
    assert_eq!(ids.len(), 2);
    assert!(came.iter().all(|one| {
        came.iter()
            .filter(|two| two.id == one.id && two.body == one.body)
            .count()
            == 2
    }));
    assert_eq!(came[3].timestamp, NOW + 6, "that of the attempt");
    backend.clock.advance(599);
    until_told(&backend).await;
    assert_eq!(
        receiver.came().len(),
        4,
        "the receiver has wished for ten minutes"
    );
    backend.clock.advance(1);
    until_told(&backend).await;
    assert_eq!((receiver.came().len(), left(&backend).await), (5, 0));
}

#[tokio::test]
async fn after_ten_attempts_a_message_is_given_up() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &[]).await;
    backend.sign_in(NUMBER).await;
    receiver.answers(std::iter::repeat_n((404, ""), 30));
    for _ in 0..12 {
        until_told(&backend).await;
        backend.clock.advance(27 * 3600);
    }
    assert_eq!((receiver.came().len(), left(&backend).await), (20, 0));
}

#[tokio::test]
async fn a_receiver_that_wants_no_more_gets_no_more() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &[]).await;
    backend.sign_in(NUMBER).await;
    receiver.answers([(410, ""), (410, "")]);
    until_told(&backend).await;
    assert_eq!((receiver.came().len(), left(&backend).await), (2, 0));
    backend.sign_in(NUMBER).await;
    backend.clock.advance(3600);
    until_told(&backend).await;
    assert_eq!(
        (receiver.came().len(), left(&backend).await),
        (2, 1),
        "it waits for the next start"
    );
}

#[tokio::test]
async fn a_receiver_that_fails_is_tried_with_one_message_at_a_time_h_04() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &[]).await;
    for n in 0..10 {
        backend.sign_in(&format!("+121255501{n:02}")).await;
    }
    receiver.answers(std::iter::repeat_n((503, ""), 16));
    until_told(&backend).await;
    assert_eq!(
        receiver.came().len(),
        16,
        "those that had been taken at once"
    );
    for probe in 1..=2 {
        backend.clock.advance(5);
        until_told(&backend).await;
        assert_eq!(receiver.came().len(), 16 + probe);
    }
    // The third good one closes it.
    backend.clock.advance(5);
    until_told(&backend).await;
    assert_eq!((receiver.came().len(), left(&backend).await), (16 + 20, 0));
}

#[tokio::test]
async fn what_is_due_is_forgotten() {
    let receiver = Receiver::start().await;
    let backend = telling(&receiver, &[]).await;
    backend.sign_in(NUMBER).await;
    receiver.answers([(410, ""), (410, "")]);
    until_told(&backend).await;
    backend.sign_in(NUMBER).await;
    assert_eq!(left(&backend).await, 1);
    backend.clock.advance(100 * 3600);
    crate::housekeeping::forget(&backend.app).await.unwrap();
    assert_eq!(left(&backend).await, 0);
}

#[test]
fn settings_that_can_not_work_are_refused_and_nothing_secret_is_shown_g_08() {
    let of = |url: Option<&str>, secret: Option<&str>| {
        Webhooks::of(&WebhookSettings {
            webhook_url: url.map(str::to_owned),
            webhook_secret: secret.map(Secret::from),
            ..WebhookSettings::default()
        })
    };
    assert!(of(None, None).unwrap().is_none());
    for url in ["https://app.example.com/webhooks", "http://127.0.0.1:8080/"] {
        assert!(of(Some(url), Some(SECRET)).unwrap().is_some());
    }
    for (url, secret, said) in [
        (
            Some("https://app.example.com/sesame"),
            None,
            "WEBHOOK_SECRET",
        ),
        (None, Some(SECRET), "WEBHOOK_URL is missing"),
        (Some("http://app.example.com/sesame"), Some(SECRET), "https"),
        (
            Some("https://10.0.0.1/sesame"),
            Some(SECRET),
            "WEBHOOK_PRIVATE_HOSTS",
        ),
        (
            Some("https://me:sesame@app.example.com"),
            Some(SECRET),
            "password",
        ),
        (Some("https://app.example.com"), Some("sesame"), "whsec_"),
    ] {
        let error = of(url, secret).map(drop).unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains("sesame"), "{error}");
    }
}
