//! The stub's own work: users, codes and sessions, as far as a sign-in needs them.

use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Asked, Gate, RIGHT_CODE, Script};

#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) script: Option<Script>,
    /// So often; none: until another word.
    pub(super) plays: Option<usize>,
    /// At this path alone, below the contract's; empty: everywhere.
    pub(super) plays_at: &'static str,
    /// Whoever calls this path, below the contract's, is answered when this opens.
    pub(super) gate: Option<(&'static str, Gate)>,
    /// Answers as the vendor does, without our additions.
    pub(super) vendor: bool,
    pub(super) asked: Vec<Asked>,
    count: u64,
    users: HashMap<String, String>,
    numbers: HashMap<String, String>,
    fingerprints: HashMap<String, Value>,
    /// By token.
    pub(super) sessions: HashMap<String, Value>,
    ended: HashSet<String>,
    opened_by: HashMap<String, String>,
}

pub(super) fn error(status: u16, error_type: &str, attempts_left: Option<u8>) -> Response {
    let mut body =
        json!({"status_code": status, "error_message": "UPSTREAM TEXT", "error_type": error_type});
    if let Some(left) = attempts_left {
        body["attempts_left"] = left.into();
    }
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_default()
}

/// Of the user and of the method.
fn ids(number: &str) -> (String, String) {
    let digits = number.trim_start_matches('+');
    (format!("user_{digits}"), format!("pn_{digits}"))
}

impl Memory {
    pub(super) fn next_script(&mut self, path: &str) -> Option<Script> {
        if !path.ends_with(self.plays_at) {
            return None;
        }
        match &mut self.plays {
            Some(0) => return None,
            Some(left) => *left -= 1,
            None => {}
        }
        self.script.clone()
    }

    fn next(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{:027}", self.count)
    }

    pub(super) fn send(&mut self, body: &Value) -> Response {
        let number = text(body, "phone_number").to_owned();
        let (user, method) = ids(&number);
        let created = self.users.insert(method.clone(), user.clone()).is_none();
        self.numbers.insert(method.clone(), number);
        self.fingerprints
            .insert(method.clone(), body["device_fingerprint"].clone());
        let mut answer = json!({"phone_number_id": method, "user_id": user, "user_created": created, "status": "pending"});
        if !self.vendor {
            let challenge = match text(body, "challenge_id") {
                "" => self.next("chal_"),
                given => given.to_owned(),
            };
            answer["challenge_id"] = challenge.into();
            answer["expires_in_secs"] = 299.into();
            answer["resend_in_secs"] = 31.into();
        }
        Json(answer).into_response()
    }

    pub(super) fn send_second_factor(&mut self, body: &Value) -> Response {
        let number = text(body, "phone_number");
        match self.numbers.values().any(|known| known == number) {
            true => self.send(body),
            false => error(404, "user_not_found", None),
        }
    }

    pub(super) fn create_user(&mut self, body: &Value) -> Response {
        let number = text(body, "phone_number").to_owned();
        if self.numbers.values().any(|known| *known == number) {
            return error(409, "duplicate_phone_number", None);
        }
        let (user, method) = ids(&number);
        self.users.insert(method.clone(), user.clone());
        self.numbers.insert(method.clone(), number);
        Json(json!({"user_id": user, "status": "pending", "email_id": "", "phone_number_id": method}))
            .into_response()
    }

    pub(super) fn search(&self, body: &Value) -> Response {
        let wanted = &body["filters"]["fields"][0];
        let found = self
            .numbers
            .iter()
            .filter(|(_, number)| wanted["value"] == number.as_str());
        let users: Vec<Value> = found
            .map(|(method, number)| {
                json!({"user_id": self.users[method], "first_name": "", "middle_name": "", "last_name": "",
                    "status": "active", "active": true, "created_at": 1, "updated_at": 1, "emails": [],
                    "phone_numbers": [{"id": method, "verified": true, "phone_number": number, "created_at": 1, "updated_at": 1}]})
            })
            .collect();
        Json(json!({"total_count": users.len(), "has_more": false, "users": users})).into_response()
    }

    pub(super) fn unblock(&self, path: &str, body: &Value) -> Response {
        let session = self.sessions.get(text(body, "session_token"));
        let own = session.is_some_and(|session| {
            let method = session["factors"][0]["method"]["method_id"].as_str();
            method.is_some_and(|method| path.ends_with(&format!("/{method}/unblock")))
        });
        if !own {
            return error(404, "phone_number_not_found", None);
        }
        let user = session.map(|session| &session["user_id"]);
        Json(json!({"message": "Successfully unblocked user phone number", "user_id": user}))
            .into_response()
    }

    pub(super) fn delete_user(&mut self, path: &str) -> Response {
        let user = path
            .trim_start_matches("/v1/auth/users/")
            .trim_end_matches("/delete");
        let Some(method) = self.users.iter().find(|(_, known)| *known == user) else {
            return error(404, "user_not_found", None);
        };
        let method = method.0.clone();
        self.users.remove(&method);
        self.numbers.remove(&method);
        self.sessions
            .retain(|_, session| session["user_id"] != user);
        Json(json!({"message": "Successfully deleted user", "user_id": user})).into_response()
    }

    pub(super) fn verify(&mut self, body: &Value, now: i64) -> Response {
        let method = text(body, "method_id").to_owned();
        let Some(user) = self.users.get(&method).cloned() else {
            return error(400, "invalid_otp", None);
        };
        if text(body, "otp") != RIGHT_CODE {
            return error(400, "invalid_otp", Some(4));
        }
        if body["session_expires_in"].is_null() {
            let answer =
                json!({"method_id": method, "method_type": "phone_number", "user_id": user});
            return Json(answer).into_response();
        }
        let challenge = text(body, "challenge_id").to_owned();
        let token = match self.opened_by.get(&challenge) {
            Some(token) if !challenge.is_empty() => token.clone(),
            _ => self.open(&method, &user, body, now),
        };
        self.opened_by.insert(challenge, token.clone());
        let mut answer = json!({"method_id": method, "method_type": "phone_number", "user_id": user,
            "session_token": token, "session": self.sessions[&token]});
        if !self.vendor && body["remember_device"] == true {
            answer["device_token"] = "d".repeat(64).into();
        }
        Json(answer).into_response()
    }

    fn open(&mut self, method: &str, user: &str, body: &Value, now: i64) -> String {
        let (id, token) = (
            self.next("sess_"),
            self.next("0123456789012345678901234567890123456"),
        );
        let end = now + body["session_expires_in"].as_i64().unwrap() * 60;
        let factor = json!({"delivery_channel": "sms", "type": "otp", "method": {"method_id": method,
            "method_type": "phone_number", "last_verified_at": now, "phone_number": self.numbers[method]}});
        let session = json!({"id": id, "user_id": user, "started_at": now, "expires_at": end, "last_active_at": now,
            "created_at": now, "updated_at": now, "factors": [factor], "device_fingerprint": self.fingerprints[method]});
        self.sessions.insert(token.clone(), session);
        token
    }

    pub(super) fn verify_session(&mut self, body: &Value, now: i64) -> Response {
        let token = text(body, "session_token").to_owned();
        let Some(session) = self
            .sessions
            .get_mut(&token)
            .filter(|session| session["expires_at"].as_i64() > Some(now))
        else {
            return error(401, "invalid_session", None);
        };
        if let Some(minutes) = body["session_expires_in"].as_i64() {
            session["expires_at"] = (now + minutes * 60).into();
        }
        session["last_active_at"] = now.into();
        Json(json!({"session": session, "session_token": token})).into_response()
    }

    pub(super) fn list(&self, query: &str) -> Response {
        let user = query.strip_prefix("user_id=").unwrap_or_default();
        let sessions: Vec<&Value> = self
            .sessions
            .values()
            .filter(|session| session["user_id"] == user)
            .collect();
        Json(json!({"sessions": sessions})).into_response()
    }

    pub(super) fn delete(&mut self, body: &Value) -> Response {
        let (token, id) = (
            text(body, "session_token").to_owned(),
            text(body, "session_id").to_owned(),
        );
        let token = match self
            .sessions
            .iter()
            .find(|(_, session)| session["id"] == id.as_str())
        {
            Some((token, _)) => token.clone(),
            None => token,
        };
        let live = self.sessions.remove(&token).is_some();
        if live || self.ended.contains(&token) {
            self.ended.insert(token);
            return Json(json!({"message": "Successfully deleted session"})).into_response();
        }
        if id.is_empty() {
            error(401, "invalid_session", None)
        } else {
            error(404, "session_not_found", None)
        }
    }
}
