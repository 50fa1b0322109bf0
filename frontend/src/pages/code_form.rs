//! What the code screen does: checks a code once, asks for another one, counts down.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use screens::Refusal;
use screens::typing::code;
use screens::typing::digits::ascii_digit;
use shared::browser::{SendOtpRequest, VerifyOtpRequest};
use shared::{ErrorType, HiddenText, LanguageTag, OtpCode};

use super::Screen;
use super::delivery::Delivery;
use super::sender::Sender;
use crate::api;
use crate::browser::{self, WebOtp};
use crate::deadline::Millis;
use crate::failure::Failure;
use crate::session::Pending;
use crate::state::App;
use crate::text::{Doing, failure, filled};
use crate::value::Value;

pub(super) const FIELD: &str = "otp";

#[derive(Clone, Copy)]
pub(super) struct CodeForm {
    app: App,
    /// Digits of a code.
    pub(super) length: usize,
    pub(super) verifying: Value<bool>,
    pub(super) resending: Value<bool>,
    /// What is wrong with the code.
    pub(super) code_error: Value<Option<String>>,
    /// What else is wrong.
    pub(super) error: Value<Option<String>>,
    sent_again: Value<bool>,
    /// How far the message has come.
    pub(super) delivery: Delivery,
    /// Digits that were sent in without a press, so that they are not sent in again.
    sent_itself: StoredValue<String>,
    sender: Sender,
    now: Value<Millis>,
    web_otp: StoredValue<Option<WebOtp>, LocalStorage>,
}

impl CodeForm {
    /// For as long as the screen is shown.
    pub(super) fn new(app: App) -> Self {
        let form = Self {
            app,
            length: app.code_length(),
            verifying: Value::new(false),
            resending: Value::new(false),
            code_error: Value::new(None),
            error: Value::new(None),
            sent_again: Value::new(false),
            delivery: Delivery::follow(app),
            sent_itself: StoredValue::new(String::new()),
            sender: Sender::new(),
            now: Value::new(browser::now()),
            web_otp: StoredValue::new_local(None),
        };
        let tick = move || {
            form.now.try_set(browser::now());
        };
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_millis(500)) {
            on_cleanup(move || timer.clear());
        }
        form.ask_browser();
        on_cleanup(move || form.stop_asking_browser());
        form.take_keys_from_everywhere();
        form
    }

    fn ask_browser(self) {
        let received = move |message: String| {
            let length = self.length;
            // `try_set` gives the digits back when the screen is gone.
            if let Some(digits) = code::pasted(&message, length)
                && self.app.draft.code.try_set(digits).is_none()
            {
                self.completed();
            }
        };
        self.web_otp
            .try_update_value(|asked| *asked = WebOtp::ask(received));
    }

    /// Dropping the request aborts it.
    fn stop_asking_browser(self) {
        self.web_otp.try_update_value(|asked| *asked = None);
    }

    /// The focus is on the heading at first; digits and a paste are meant for the field.
    fn take_keys_from_everywhere(self) {
        let keys = window_event_listener(ev::keydown, move |event| {
            if is_digit(&event.key()) && browser::focus_is_on_nothing() {
                browser::focus(FIELD);
            }
        });
        let paste = window_event_listener(ev::paste, move |event| {
            let text = event
                .clipboard_data()
                .and_then(|data| data.get_data("text").ok());
            let code = text.and_then(|text| code::pasted(&text, self.length));
            if let Some(code) = code.filter(|_| browser::focus_is_on_nothing()) {
                self.app.draft.code.set(code);
                self.completed();
            }
        });
        on_cleanup(move || {
            keys.remove();
            paste.remove();
        });
    }

    /// Seconds until another code can be asked for.
    pub(super) fn secs_to_wait(self) -> u32 {
        let now = self.now.get();
        self.app
            .session
            .pending()
            .map_or(0, |pending| pending.resend_from.secs_left(now))
    }

    pub(super) fn resend_hint(self) -> Option<String> {
        let text = self.app.text();
        Some(match self.secs_to_wait() {
            0 => text.resend_now.to_owned(),
            secs => filled(text.resend_in, &[&clock(secs)]),
        })
    }

    /// Once when a code was sent, once when another can be asked for; not every second.
    pub(super) fn announcement(self) -> Option<String> {
        let text = self.app.text();
        match (self.secs_to_wait(), self.sent_again.get()) {
            (0, _) => Some(text.resend_now.to_owned()),
            (_, true) => Some(text.sent_again.to_owned()),
            (_, false) => None,
        }
    }

    /// The code has all its digits: it is sent in without a press, once.
    pub(super) fn completed(self) {
        let digits = self.app.draft.code.get_untracked();
        let anew = self.sent_itself.try_update_value(|sent| {
            let anew = *sent != digits;
            sent.clone_from(&digits);
            anew
        });
        if anew == Some(true) {
            self.submit();
        }
    }

    pub(super) fn submit(self) {
        if self.verifying.get_untracked() {
            return;
        }
        let Some(pending) = self.app.session.pending_now() else {
            return;
        };
        self.error.set(None);
        self.code_error.set(None);
        let digits = self.app.draft.code.get_untracked();
        let complete = digits.len() == usize::from(pending.code_length);
        let Some(otp) = OtpCode::parse(&digits).ok().filter(|_| complete) else {
            let digits = pending.code_length.to_string();
            let sentence = filled(self.app.text().code_incomplete, &[&digits]);
            self.code_error.set(Some(sentence));
            browser::focus(FIELD);
            return;
        };
        self.stop_asking_browser();
        self.verifying.set(true);
        let request = VerifyOtpRequest {
            verification_id: pending.verification_id,
            otp,
        };
        browser::spawn(Box::pin(async move {
            match api::verify_otp(&request).await {
                Ok(answer) => {
                    self.app.notice.set(None);
                    self.app.draft.number.set(String::new());
                    self.app.draft.code.set(String::new());
                    // The screen follows by itself, here and in the other tabs.
                    self.app.session.sign_in(answer.session_token);
                    if let Some(address) = answer.return_to {
                        browser::leave(&address);
                    }
                }
                Err(reason) => self.blame_code(reason),
            }
            self.verifying.try_set(false);
        }));
    }

    fn blame_code(self, reason: Failure) {
        self.follow_waits(reason);
        let sentence = failure(self.app.text(), reason, Doing::Verifying);
        match reason.error_type() {
            Some(
                ErrorType::InvalidOtp | ErrorType::OtpExpired | ErrorType::OtpAttemptsExceeded,
            ) => {
                self.code_error.try_set(Some(sentence));
                browser::focus_and_select(FIELD);
            }
            _ => {
                self.error.try_set(Some(sentence));
            }
        }
    }

    /// What the server says about waiting is what the countdown shows.
    fn follow_waits(self, reason: Failure) {
        let Failure::Refused(Refusal {
            error_type,
            retry_after_secs,
            ..
        }) = reason
        else {
            return;
        };
        let Some(mut pending) = self.app.session.pending_now() else {
            return;
        };
        match error_type {
            ErrorType::OtpAttemptsExceeded => pending.exhausted = true,
            ErrorType::TooManyRequests => {}
            _ => return,
        }
        pending.wait(retry_after_secs.unwrap_or_default(), browser::now());
        self.app.session.wait_for_code(pending);
    }

    pub(super) fn resend(self) {
        let Some(pending) = self.app.session.pending_now() else {
            return;
        };
        // A tab that has never seen the whole number can't ask for another code (F-07).
        let kept = self.app.session.tab_number();
        let kept = kept.filter(|kept| kept.number.masked() == pending.masked_number);
        let Some(kept) = kept else {
            self.app.notice.set(Some(|text| text.number_needed_again));
            self.app.go(Screen::Phone);
            return;
        };
        self.error.set(None);
        self.sent_again.set(false);
        self.resending.set(true);
        let request = SendOtpRequest {
            phone_number: HiddenText::from(kept.number.as_str()),
            // No code that is added to a used-up verification could work.
            verification_id: (!pending.exhausted).then_some(pending.verification_id),
            language: LanguageTag::parse(self.app.text().language).ok(),
        };
        browser::spawn(Box::pin(async move {
            let answer = self.sender.send(&request).await;
            self.resending.try_set(false);
            match answer {
                Ok(answer) => {
                    self.app
                        .session
                        .wait_for_code(Pending::new(&answer, browser::now()));
                    self.now.try_set(browser::now());
                    self.code_error.try_set(None);
                    self.sent_again.try_set(true);
                    self.delivery.begin();
                    self.ask_browser();
                }
                Err(reason) => {
                    self.follow_waits(reason);
                    let sentence = failure(self.app.text(), reason, Doing::Sending);
                    self.error.try_set(Some(sentence));
                }
            }
        }));
    }
}

/// `0:28`
fn clock(secs: u32) -> String {
    let (minutes, secs) = (secs / 60, secs % 60);
    let zero = if secs < 10 { "0" } else { "" };
    [&minutes.to_string(), ":", zero, &secs.to_string()].concat()
}

/// Names of keys that type something are what they type.
fn is_digit(key: &str) -> bool {
    let mut characters = key.chars();
    let single = characters.next().filter(|_| characters.next().is_none());
    single.and_then(ascii_digit).is_some()
}
