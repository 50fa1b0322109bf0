//! Sending a code, as the phone screen and the code screen both do it.

use leptos::prelude::*;
use shared::browser::{SendOtpRequest, SendOtpResponse};

use crate::failure::Failure;
use crate::press::Presses;
use crate::{api, browser};

/// Remembers the last press while its outcome is unknown.
#[derive(Clone, Copy)]
pub(super) struct Sender(StoredValue<Presses>);

impl Sender {
    pub(super) fn new() -> Self {
        Self(StoredValue::new(Presses::default()))
    }

    /// The same request again after a lost answer is the same press: no second message (I-08).
    pub(super) async fn send(self, request: &SendOtpRequest) -> Result<SendOtpResponse, Failure> {
        let id = request
            .verification_id
            .as_ref()
            .map_or("", |id| id.as_str());
        let what = [request.phone_number.as_str(), " ", id].concat();
        let key = self
            .0
            .try_update_value(|presses| presses.key(&what, browser::now(), browser::random_key()));
        let answer = api::send_otp(request, &key.unwrap_or_else(browser::random_key)).await;
        if !answer.as_ref().is_err_and(|failure| failure.is_uncertain()) {
            self.0.try_update_value(Presses::settle);
        }
        answer
    }
}
