//! A challenge from the app's call over the person's screen to the result.

use edge::testing::{Answer, Call, Log};
use screens::languages::ENGLISH;
use serde_json::{Value, json};
use shared::ErrorType;

use crate::testing::{Harness, Jar, RIGHT_CODE, Script, place};

const LIST: &[&str] = &["--return-origins", "https://app.example.com"];
const SEND: &str = "/otps/sms/send";

/// A person at a challenge's screen.
struct Person<'a> {
    jar: Jar<'a>,
    id: String,
}

async fn backend() -> Harness {
    Harness::with(LIST).await
}

async fn create(backend: &Harness) -> String {
    let body = json!({"phone_number": "+12125550142", "purpose": "transfer", "text": "<b>100 €</b> to Ada",
        "return_to": "https://app.example.com/back?of=1"});
    let made = backend
        .as_server(Call::post("/api/challenges").json(&body))
        .await;
    made.assert_ok().json()["challenge_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

impl<'a> Person<'a> {
    async fn at_challenge(backend: &'a Harness) -> Self {
        Self {
            jar: Jar::new(backend),
            id: create(backend).await,
        }
    }

    async fn look(&mut self) -> Answer {
        self.jar.get(&format!("/challenge/{}", self.id)).await
    }

    async fn press(&mut self, rest: &str, fields: &[(&str, &str)]) -> Answer {
        let path = format!("/challenge/{}{rest}", self.id);
        self.jar.submit(&path, fields).await
    }

    async fn give(&mut self, code: &str) -> Answer {
        self.press("", &[("otp", code)]).await
    }

    /// Gives a code, and says what the screen says then.
    async fn told(&mut self, code: &str) -> String {
        let answer = self.give(code).await;
        assert_eq!(place(&answer), format!("/challenge/{}", self.id));
        self.look().await.assert_ok().text().to_owned()
    }

    async fn redeem(&self, code: &str) -> Answer {
        let path = format!("/api/challenges/{}/redeem", self.id);
        let call = Call::post(&path).json(&json!({"result_code": code}));
        self.jar.backend.as_server(call).await
    }
}

/// The result code, from the address that the browser was sent to.
fn result_of(answer: &Answer) -> String {
    let (before, code) = place(answer).split_once("&result_code=").unwrap();
    assert!(
        before.starts_with("https://app.example.com/back?of=1&challenge_id=chlg_"),
        "{before}"
    );
    code.to_owned()
}

#[tokio::test]
async fn a_person_proves_the_number_and_the_app_takes_the_result_once() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    let screen = person.look().await;
    let text = screen.assert_ok().text();
    assert!(text.contains(ENGLISH.enter_the_code) && text.contains("•••••••••42"));
    assert!(
        text.contains("&lt;b&gt;100 €&lt;/b&gt; to Ada"),
        "the app's text is text"
    );
    assert!(!text.contains("5550142"), "F-07");
    assert!(
        !text.contains(&format!("\"{}\"", super::super::PHONE)),
        "no way to another number"
    );
    let policy = screen.header("content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' https://app.example.com;"),
        "{policy}"
    );

    let back = person.give(RIGHT_CODE).await;
    let code = result_of(&back);
    backend.clock.advance(120);
    let redeemed = person.redeem(&code).await.assert_ok().json();
    let at = redeemed["verified_at"].clone();
    assert!(at.as_i64().is_some());
    let expected = json!({"challenge_id": person.id, "purpose": "transfer", "phone_number": "+12125550142",
        "account_id": Value::Null, "verified_at": at});
    assert_eq!(redeemed, expected);
    person
        .redeem(&code)
        .await
        .assert_error(ErrorType::InvalidResultCode);

    let verify = &backend.stub.asked_at("/otps/verify")[0].body;
    assert!(verify.get("session_expires_in").is_none(), "verify-only");
    assert!(verify["challenge_id"].is_string(), "A-08");
    assert_eq!(backend.stub.live_sessions(), 0);
    assert!(
        backend
            .store
            .accounts_after("", 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        person.jar.cookies.is_empty(),
        "the browser has nothing that opens anything"
    );
}

#[tokio::test]
async fn a_late_result_is_worth_nothing() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    let code = result_of(&person.give(RIGHT_CODE).await);
    backend.clock.advance(121);
    person
        .redeem(&code)
        .await
        .assert_error(ErrorType::InvalidResultCode);
}

#[tokio::test]
async fn of_twenty_redemptions_at_once_one_succeeds() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    let code = result_of(&person.give(RIGHT_CODE).await);
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (router, id, code) = (backend.router.clone(), person.id.clone(), code.clone());
        running.spawn(async move {
            let call = Call::post(&format!("/api/challenges/{id}/redeem"))
                .bearer(crate::testing::SERVER_KEY);
            call.json(&json!({"result_code": code})).send(&router).await
        });
    }
    let answers = running.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 19));
    for answer in lost {
        answer.assert_error(ErrorType::InvalidResultCode);
    }
}

#[tokio::test]
async fn a_result_of_another_challenge_is_none() {
    let backend = backend().await;
    let (mut one, two) = (
        Person::at_challenge(&backend).await,
        Person::at_challenge(&backend).await,
    );
    let code = result_of(&one.give(RIGHT_CODE).await);
    two.redeem(&code)
        .await
        .assert_error(ErrorType::InvalidResultCode);
    one.redeem(&code).await.assert_ok();
}

#[tokio::test]
async fn a_proved_challenge_takes_no_code_and_tells_no_result_again() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    let code = result_of(&person.give(RIGHT_CODE).await);
    let asked = backend.stub.asked().len();
    let screen = person.look().await;
    let text = screen.assert_ok().text();
    assert!(!text.contains(&code) && !text.contains("<form") && text.contains(ENGLISH.go_back));
    for answer in [
        person.give(RIGHT_CODE).await,
        person.press("/resend", &[]).await,
    ] {
        assert_eq!(place(&answer), format!("/challenge/{}", person.id));
    }
    assert_eq!(backend.stub.asked().len(), asked);
}

#[tokio::test]
async fn a_challenge_ends_after_ten_minutes() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    backend.clock.advance(600);
    assert!(
        person
            .look()
            .await
            .assert_ok()
            .text()
            .contains(ENGLISH.code_expired)
    );
    person.give(RIGHT_CODE).await;
    assert!(backend.stub.asked_at("/otps/verify").is_empty());
}

#[tokio::test]
async fn wrong_codes_are_told_and_what_is_none_counts_no_try_a_12() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    for nothing in ["", "12345", "abc", "1234567"] {
        let told = person.told(nothing).await;
        assert!(told.contains("aria-invalid"), "{nothing}: {told}");
    }
    assert!(backend.stub.asked_at("/otps/verify").is_empty());
    let told = person.told("000000").await;
    assert!(
        told.contains("4 tries left") && told.contains("value=\"000000\""),
        "{told}"
    );
    result_of(&person.give(RIGHT_CODE).await);
}

#[tokio::test]
async fn another_code_waits_for_its_time_and_goes_into_the_same_verification() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    let sends = || backend.stub.asked_at(SEND);
    let before = sends().len();
    person.press("/resend", &[("press", "1")]).await;
    assert_eq!(sends().len(), before, "too early");
    backend.clock.advance(31);
    person.press("/resend", &[("press", "2")]).await;
    let sent = sends();
    assert_eq!(sent.len(), before + 1);
    assert!(sent.last().unwrap().body["challenge_id"].is_string());
    assert!(person.look().await.text().contains(ENGLISH.sent_again));
    result_of(&person.give(RIGHT_CODE).await);
}

#[tokio::test]
async fn when_all_tries_are_used_up_another_code_begins_anew() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    let script = Script::error(400, "otp_attempts_exceeded").header("retry-after", "30");
    backend.stub.plays(script);
    person.give("000000").await;
    backend.stub.behaves();
    let before = backend.stub.asked_at(SEND).len();
    person.press("/resend", &[("press", "1")]).await;
    assert_eq!(
        backend.stub.asked_at(SEND).len(),
        before,
        "a wait is a wait"
    );
    backend.clock.advance(30);
    person.press("/resend", &[("press", "1")]).await;
    let sent = backend.stub.asked_at(SEND);
    assert!(
        sent.last().unwrap().body.get("challenge_id").is_none(),
        "not into the used-up one"
    );
    result_of(&person.give(RIGHT_CODE).await);
}

#[tokio::test]
async fn with_the_vendors_service_it_is_the_same() {
    let backend = backend().await;
    backend.stub.is_the_vendor();
    let mut person = Person::at_challenge(&backend).await;
    person.look().await.assert_ok();
    let code = result_of(&person.give(RIGHT_CODE).await);
    person.redeem(&code).await.assert_ok();
}

#[tokio::test]
async fn what_the_service_gets_wrong_proves_nothing_h_06() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    for script in [
        Script::body(200, "{}"),
        Script::body(
            200,
            r#"{"method_id":"pn_other","method_type":"phone_number","user_id":"user_1"}"#,
        ),
        Script::body(
            200,
            r#"{"method_id":"pn_12125550142","method_type":"phone_number","user_id":""}"#,
        ),
        Script::error(401, "unauthorized"),
        Script::Truncated,
        Script::CutOff,
    ] {
        backend.stub.plays(script);
        assert_eq!(
            place(&person.give(RIGHT_CODE).await),
            format!("/challenge/{}", person.id)
        );
    }
    let known = backend.store.challenge(&person.id).await.unwrap().unwrap();
    assert_eq!(known.proved_at, None);
}

#[tokio::test]
async fn somebody_who_is_signed_in_stays_it_and_nothing_else_changes() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    let number = [("country", "US"), ("phone", "2125550143")];
    person.jar.submit("/plain", &number).await;
    person
        .jar
        .submit("/plain/verify", &[("otp", RIGHT_CODE)])
        .await;
    person.give("000000").await;
    result_of(&person.give(RIGHT_CODE).await);
    person
        .jar
        .send(Call::get("/plain/account"))
        .await
        .assert_ok();
    assert_eq!(backend.stub.live_sessions(), 1);
}

#[tokio::test]
async fn forms_of_others_and_unknown_challenges_do_nothing_c_16() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    let asked = backend.stub.asked().len();
    for rest in ["", "/resend"] {
        let call = Call::post(&format!("/challenge/{}{rest}", person.id))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://evil.example");
        let answer = person
            .jar
            .send(call.body(format!("otp={RIGHT_CODE}")))
            .await;
        answer.assert_error(ErrorType::OriginNotAllowed);
    }
    person.id = "chlg_000000000000000000000000".to_owned();
    person
        .look()
        .await
        .assert_error(ErrorType::ChallengeNotFound);
    person
        .give(RIGHT_CODE)
        .await
        .assert_error(ErrorType::ChallengeNotFound);
    person
        .press("/resend", &[])
        .await
        .assert_error(ErrorType::ChallengeNotFound);
    assert_eq!(backend.stub.asked().len(), asked);
}

#[tokio::test]
async fn news_of_one_challenge_are_not_told_at_another() {
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    person.give("000000").await;
    person.id = create(&backend).await;
    let screen = person.look().await;
    assert!(!screen.assert_ok().text().contains("000000"));
}

#[tokio::test]
async fn no_log_line_holds_anything_of_a_challenge_f_01() {
    let log = Log::keep();
    let backend = backend().await;
    let mut person = Person::at_challenge(&backend).await;
    person.give("000000").await;
    let code = result_of(&person.give(RIGHT_CODE).await);
    person.redeem(&code).await.assert_ok();
    let text = log.text();
    assert!(text.contains("challenge proved"));
    for secret in [
        "5550142",
        RIGHT_CODE,
        "000000",
        code.as_str(),
        crate::testing::SERVER_KEY,
        "Ada",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}
