//! Callers that do what callers do, at once, until the service is gone: whole sign-ins, double
//! presses, wrong codes, resends, repeats with an `Idempotency-Key`, sign-outs and deletions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;

use super::account::{Account, Act, Sent, Session, TRIES};
use super::http::{Answer, Http, Unknown};
use super::seed::Seed;

/// Callers at the same time.
const CALLERS: usize = 8;

/// What the callers share.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) seed: Arc<Seed>,
    /// Numbers that were given out.
    numbers: AtomicU64,
}

impl Load {
    pub(crate) fn new(seed: Arc<Seed>) -> Self {
        Self {
            seed,
            numbers: AtomicU64::new(0),
        }
    }

    /// Lets the callers call until nothing answers any more, or `enough` says so; what they know then.
    pub(crate) async fn run(
        self: &Arc<Self>,
        http: &Http,
        enough: impl Fn() -> bool + Clone + Send + 'static,
    ) -> Vec<Account> {
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (load, http, enough) = (Arc::clone(self), http.clone(), enough.clone());
            callers.spawn(async move {
                let mut accounts = Vec::new();
                while !enough() {
                    let index = load.numbers.fetch_add(1, Ordering::Relaxed);
                    let mut account = Account::new(index);
                    // What is unknown now is looked into afterwards.
                    let lived = account.live(&http, &load.seed).await;
                    accounts.push(account);
                    if lived.is_err() && http.get("/healthz").await.is_err() {
                        break;
                    }
                }
                accounts
            });
        }
        let known = callers.join_all().await;
        known.into_iter().flatten().collect()
    }
}

impl Account {
    /// One person's acts, drawn from the seed.
    async fn live(&mut self, http: &Http, seed: &Seed) -> Result<(), Unknown> {
        self.send(http, seed).await?;
        self.look_at_phone(http).await?;
        for step in 0..u32::try_from(seed.below(7)).unwrap().saturating_sub(1) {
            self.try_wrong_code(http, step).await?;
        }
        if self.wrong.answered < TRIES && seed.once_in(3) {
            self.resend(http).await?;
            self.look_at_phone(http).await?;
            self.ask_too_soon(http).await?;
        }
        if seed.once_in(8) {
            return Ok(());
        }
        let code = seed.below(self.codes.len() as u64);
        let code = self.codes[usize::try_from(code).unwrap()].clone();
        if self.wrong.answered == TRIES {
            return self.press_in_vain(http, &code).await;
        }
        self.verify(http, seed, &code).await?;
        if seed.once_in(2) {
            self.check_session(http).await?;
        }
        match seed.below(6) {
            0 | 1 => self.sign_out(http).await,
            2 => self.delete(http).await,
            _ => Ok(()),
        }
    }

    /// One send, and the code that it brings.
    pub(crate) async fn ask(&mut self, http: &Http) -> Result<(), Unknown> {
        self.sends.tried();
        let answer = http
            .post("/otps/sms/login_or_create", &self.send_body())
            .await?;
        self.note_send(answer.assert_ok());
        self.look_at_phone(http).await
    }

    /// A whole sign-in.
    pub(crate) async fn sign_in(&mut self, http: &Http) -> Result<(), Unknown> {
        self.ask(http).await?;
        let code = self.codes[0].clone();
        self.presented = Some((code.clone(), Instant::now()));
        let answer = http.post("/otps/verify", &self.verify_body(&code)).await?;
        self.note_session(answer.assert_ok());
        Ok(())
    }

    /// One send, pressed once or twice.
    async fn send(&mut self, http: &Http, seed: &Seed) -> Result<(), Unknown> {
        let key = format!("send {}", self.number);
        let key = seed.once_in(3).then_some(key.as_str());
        let body = self.send_body();
        self.sends.tried();
        let press = || http.call("POST", "/otps/sms/login_or_create", &body, key);
        let answer = once_or_twice(seed, press).await?;
        self.note_send(answer.assert_ok());
        Ok(())
    }

    async fn resend(&mut self, http: &Http) -> Result<(), Unknown> {
        self.sends.tried();
        let body = self.resend_body();
        let answer = http.post("/otps/sms/login_or_create", &body).await?;
        self.note_send(answer.assert_ok());
        Ok(())
    }

    pub(crate) fn note_send(&mut self, answer: &Answer) {
        self.sends.answered();
        self.sent = Some(Sent {
            user_id: answer.text("user_id"),
            method_id: answer.text("phone_number_id"),
            challenge_id: answer.text("challenge_id"),
        });
    }

    /// Reads the codes off the phone.
    pub(crate) async fn look_at_phone(&mut self, http: &Http) -> Result<(), Unknown> {
        let messages = self.messages(http).await?;
        let count = u32::try_from(messages.len()).unwrap();
        assert!(
            (self.sends.answered..=self.sends.most()).contains(&count),
            "{count} messages for {self:?}"
        );
        self.codes = messages
            .iter()
            .map(|message| message["code"].as_str().unwrap().to_owned())
            .collect();
        assert!(self.codes.iter().all(|code| code.len() == 6));
        Ok(())
    }

    pub(crate) async fn messages(&self, http: &Http) -> Result<Vec<Value>, Unknown> {
        let to = self.number.replace('+', "%2B");
        let answer = http.get(&format!("/outbox/messages?to={to}")).await?;
        Ok(answer.assert_ok().body["messages"]
            .as_array()
            .unwrap()
            .clone())
    }

    /// A send after the first resend has to wait, and is told how long.
    async fn ask_too_soon(&mut self, http: &Http) -> Result<(), Unknown> {
        let answer = http
            .post("/otps/sms/login_or_create", &self.send_body())
            .await?;
        if answer.status == 200 {
            // Equal to the first send within ten seconds: the same one.
            assert_eq!(self.messages(http).await?.len(), self.codes.len());
            return Ok(());
        }
        self.note_limit(answer.assert_error("too_many_requests"));
        Ok(())
    }

    pub(crate) fn note_limit(&mut self, answer: &Answer) {
        let wait = Duration::from_secs(answer.number("retry_after_secs"));
        self.no_send_before = Some(Instant::now() + wait);
    }

    pub(crate) async fn try_wrong_code(&mut self, http: &Http, step: u32) -> Result<(), Unknown> {
        let body = self.verify_body(&self.wrong_code(step));
        let unknown_before = self.wrong.unknown;
        self.wrong.tried();
        let answer = http.post("/otps/verify", &body).await?;
        let left = answer.number("attempts_left");
        let counted = TRIES - u32::try_from(left).unwrap();
        let least = self.wrong.answered + 1;
        assert!(
            (least..=least + unknown_before).contains(&counted),
            "{answer:?} for {self:?}"
        );
        self.wrong.answered = counted;
        self.wrong.unknown = 0;
        if counted == TRIES {
            self.note_limit(answer.assert_error("otp_attempts_exceeded"));
        } else {
            answer.assert_error("invalid_otp");
        }
        Ok(())
    }

    /// The right code of a challenge whose tries are used up.
    pub(crate) async fn press_in_vain(&self, http: &Http, code: &str) -> Result<(), Unknown> {
        let answer = http.post("/otps/verify", &self.verify_body(code)).await?;
        answer.assert_error("otp_attempts_exceeded");
        Ok(())
    }

    /// The right code, pressed once or twice.
    async fn verify(&mut self, http: &Http, seed: &Seed, code: &str) -> Result<(), Unknown> {
        let key = format!("verify {}", self.number);
        let key = seed.once_in(3).then_some(key.as_str());
        let body = self.verify_body(code);
        self.verify = Act::Unknown;
        self.presented = Some((code.to_owned(), Instant::now()));
        let press = || http.call("POST", "/otps/verify", &body, key);
        let answer = once_or_twice(seed, press).await?;
        self.note_session(answer.assert_ok());
        Ok(())
    }

    pub(crate) fn note_session(&mut self, answer: &Answer) {
        let session = Session {
            id: answer.body["session"]["id"].as_str().unwrap().to_owned(),
            token: answer.text("session_token"),
        };
        if let Some(known) = &self.session {
            assert_eq!(
                (&known.id, &known.token),
                (&session.id, &session.token),
                "one code, one session (I-07)"
            );
        }
        self.verify = Act::Answered;
        self.session = Some(session);
    }

    async fn check_session(&self, http: &Http) -> Result<(), Unknown> {
        let answer = http.post("/sessions/verify", &self.token_body()).await?;
        let session = &answer.assert_ok().body["session"];
        assert_eq!(session["id"], self.session().id);
        Ok(())
    }

    async fn sign_out(&mut self, http: &Http) -> Result<(), Unknown> {
        self.sign_out = Act::Unknown;
        let answer = http.delete("/sessions/delete", &self.token_body()).await?;
        answer.assert_ok();
        self.sign_out = Act::Answered;
        Ok(())
    }

    async fn delete(&mut self, http: &Http) -> Result<(), Unknown> {
        self.deletion = Act::Unknown;
        let path = format!("/users/{}/delete", self.sent().user_id);
        http.delete(&path, &Value::Null).await?.assert_ok();
        self.deletion = Act::Answered;
        Ok(())
    }
}

/// Presses once or, every third time, twice at the same moment: then both answers are the same, and
/// one of them is enough to know.
async fn once_or_twice<F>(seed: &Seed, press: impl Fn() -> F) -> Result<Answer, Unknown>
where
    F: Future<Output = Result<Answer, Unknown>>,
{
    if !seed.once_in(3) {
        return press().await;
    }
    let (first, second) = tokio::join!(press(), press());
    match (first, second) {
        (Ok(first), Ok(second)) => {
            for field in ["challenge_id", "session_token", "user_id"] {
                assert_eq!(first.body[field], second.body[field], "a double press");
            }
            Ok(first)
        }
        (Ok(answer), _) | (_, Ok(answer)) => Ok(answer),
        (Err(unknown), Err(_)) => Err(unknown),
    }
}
