//! Holds a service that was started again to everything that its predecessor had answered.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::account::{Account, Act, TRIES};
use super::http::{Http, Unknown};

/// A lost answer can be asked for again for a minute; a little less, for the way.
const REPEAT_WITHIN: Duration = Duration::from_secs(55);

impl Account {
    /// Asks for everything that was promised; afterwards nothing is unknown.
    pub(crate) async fn audit(&mut self, http: &Http) -> Result<(), Unknown> {
        let there = self.audit_user(http).await?;
        if !there || self.sent.is_none() {
            return Ok(());
        }
        self.audit_limit(http).await?;
        match self.verify {
            Act::NotTried => self.audit_code(http).await,
            Act::Unknown => self.audit_lost_verify(http).await,
            Act::Answered => self.audit_session(http).await,
        }
    }

    /// User and messages are there together, once, or not at all. Whether they are.
    async fn audit_user(&mut self, http: &Http) -> Result<bool, Unknown> {
        let messages = self.messages(http).await?;
        let ids: HashSet<_> = messages
            .iter()
            .map(|message| message["id"].to_string())
            .collect();
        assert_eq!(ids.len(), messages.len(), "{messages:?}");
        let count = u32::try_from(messages.len()).unwrap();
        let users = self.users(http).await?;
        assert!(users.len() <= 1, "one user per number: {users:?}");
        if self.deletion == Act::Unknown {
            let gone = users.is_empty();
            self.deletion = if gone { Act::Answered } else { Act::NotTried };
        }
        if self.deletion == Act::Answered {
            assert_eq!((count, users.len()), (0, 0), "deleted: {self:?}");
            if self.session.is_some() {
                self.assert_refused(http).await?;
            }
            return Ok(false);
        }
        assert!(
            (self.sends.answered..=self.sends.most()).contains(&count),
            "{count} messages for {self:?}"
        );
        assert_eq!(
            users.len(),
            usize::from(count > 0),
            "a user with its message, or none: {self:?}"
        );
        self.sends.answered = count;
        self.sends.unknown = 0;
        if let Some(sent) = &self.sent {
            assert_eq!(users, [json!(sent.user_id)]);
        }
        Ok(count > 0)
    }

    /// The ids of the users that have the number.
    async fn users(&self, http: &Http) -> Result<Vec<Value>, Unknown> {
        let field = json!({"field": "phone_number", "operator": "eq", "value": self.number});
        let body = json!({"filters": {"operator": "AND", "fields": [field]}});
        let found = http.post("/users/search", &body).await?;
        let users = found.assert_ok().body["users"].as_array().unwrap();
        Ok(users.iter().map(|user| user["user_id"].clone()).collect())
    }

    /// A wait that was told is no shorter than it was (I-13).
    async fn audit_limit(&mut self, http: &Http) -> Result<(), Unknown> {
        let Some(end) = self.no_send_before else {
            return Ok(());
        };
        // Both sides count whole seconds.
        let left = |end: Instant| {
            let left = end.saturating_duration_since(Instant::now());
            left.as_secs().saturating_sub(1)
        };
        let mut body = self.send_body();
        body["challenge_id"] = "another request than the first one".into();
        let answer = http.post("/otps/sms/login_or_create", &body).await?;
        if left(end) > 0 {
            let told = answer
                .assert_error("too_many_requests")
                .number("retry_after_secs");
            assert!(told >= left(end), "{told} s for {self:?}");
        } else if answer.status == 200 {
            self.no_send_before = None;
            self.sends.tried();
            self.sends.answered();
        }
        Ok(())
    }

    /// A code that nobody has used: the tries that were answered are counted, and it works.
    async fn audit_code(&mut self, http: &Http) -> Result<(), Unknown> {
        if self.codes.is_empty() {
            self.look_at_phone(http).await?;
        }
        let code = self.codes.first().unwrap().clone();
        if self.wrong.answered < TRIES && self.wrong.most() + 1 < TRIES {
            self.try_wrong_code(http, 7).await?;
        }
        let answer = http.post("/otps/verify", &self.verify_body(&code)).await?;
        if self.wrong.answered == TRIES {
            answer.assert_error("otp_attempts_exceeded");
            return Ok(());
        }
        if answer.status != 200 && self.wrong.most() >= TRIES {
            answer.assert_error("otp_attempts_exceeded");
            self.wrong.answered = TRIES;
            self.wrong.unknown = 0;
            return Ok(());
        }
        self.presented = Some((code, Instant::now()));
        self.note_session(answer.assert_ok());
        self.audit_session(http).await
    }

    /// Whether it was saved or not: the same code gives one session (I-07).
    async fn audit_lost_verify(&mut self, http: &Http) -> Result<(), Unknown> {
        let (code, at) = self.presented.clone().unwrap();
        let answer = http.post("/otps/verify", &self.verify_body(&code)).await?;
        if at.elapsed() < REPEAT_WITHIN {
            self.note_session(answer.assert_ok());
            self.audit_session(http).await?;
        }
        Ok(())
    }

    /// One session, which works until it is ended and never after that.
    async fn audit_session(&mut self, http: &Http) -> Result<(), Unknown> {
        self.audit_token(http).await?;
        let (code, at) = self.presented.clone().unwrap();
        let mut unbound = self.verify_body(&code);
        unbound["challenge_id"].take();
        let again = http.post("/otps/verify", &unbound).await?;
        again.assert_error("invalid_otp");
        let path = format!("/sessions/list?user_id={}", self.sent().user_id);
        let listed = http.get(&path).await?;
        let listed = listed.assert_ok().body["sessions"].clone();
        let ids: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|s| &s["id"])
            .collect();
        let bound = http.post("/otps/verify", &self.verify_body(&code)).await?;
        if self.refused {
            assert!(ids.is_empty(), "{ids:?} for {self:?}");
            bound.assert_error("invalid_otp");
        } else {
            assert_eq!(ids, [&json!(self.session().id)], "sessions made = verifies");
            if at.elapsed() < REPEAT_WITHIN {
                self.note_session(bound.assert_ok());
            }
        }
        Ok(())
    }

    /// The token alone; this can be asked for after any number of kills.
    pub(crate) async fn audit_token(&mut self, http: &Http) -> Result<(), Unknown> {
        if self.refused || self.deletion == Act::Answered || self.sign_out == Act::Answered {
            return self.assert_refused(http).await;
        }
        let answer = http.post("/sessions/verify", &self.token_body()).await?;
        if self.sign_out == Act::Unknown && answer.status != 200 {
            return self.assert_refused(http).await;
        }
        self.sign_out = Act::NotTried;
        assert_eq!(answer.assert_ok().body["session"]["id"], self.session().id);
        Ok(())
    }

    async fn assert_refused(&mut self, http: &Http) -> Result<(), Unknown> {
        let answer = http.post("/sessions/verify", &self.token_body()).await?;
        answer.assert_error("invalid_session");
        self.refused = true;
        Ok(())
    }
}
