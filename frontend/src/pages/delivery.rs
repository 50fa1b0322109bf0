//! What the code screen says of the message: on its way, delivered, not delivered. Asked for only
//! while somebody looks at the screen, and until there is a last word.

use std::time::Duration;

use leptos::prelude::*;
use shared::browser::GetDeliveryResponse;
use shared::otp_service::DeliveryState;

use crate::deadline::Deadline;
use crate::state::App;
use crate::value::Value;
use crate::{api, browser};

/// Between one question and the next.
const PAUSE: Duration = Duration::from_secs(3);
/// A message that has not arrived after so many questions is not asked for any more.
const QUESTIONS: u32 = 60;

#[derive(Clone, Copy)]
pub(super) struct Delivery {
    app: App,
    told: Value<Option<GetDeliveryResponse>>,
    /// Questions that may still be asked about this message.
    left: StoredValue<u32>,
}

impl Delivery {
    /// Follows the message for as long as the screen is shown.
    pub(super) fn follow(app: App) -> Self {
        let delivery = Self {
            app,
            told: Value::new(None),
            left: StoredValue::new(0),
        };
        delivery.begin();
        if let Ok(timer) = set_interval_with_handle(move || delivery.ask(), PAUSE) {
            on_cleanup(move || timer.clear());
        }
        delivery
    }

    /// Another message was sent.
    pub(super) fn begin(self) {
        self.told.try_set(None);
        self.left.try_set_value(QUESTIONS);
        self.ask();
    }

    fn ask(self) {
        let pending = self.app.session.pending_now();
        let (Some(pending), Some(left)) = (pending, self.left.try_get_value()) else {
            return;
        };
        if left == 0 || !browser::is_visible() {
            return;
        }
        self.left.set_value(left - 1);
        browser::spawn(Box::pin(async move {
            let id = pending.verification_id;
            let answer = api::get_delivery(&id).await;
            let newest = self.app.session.pending_now();
            let still = newest
                .as_ref()
                .is_some_and(|newest| newest.verification_id == id);
            // Whoever can't be asked now may answer in a moment; nobody waits for this answer.
            if let (Ok(answer), true) = (answer, still) {
                if answer.delivery != Some(DeliveryState::OnItsWay) {
                    self.left.try_set_value(0);
                }
                if let (Some(secs), Some(mut pending)) = (answer.resend_in_secs, newest) {
                    pending.resend_from = Deadline::after(secs, browser::now());
                    self.app.session.wait_for_code(pending);
                }
                self.told.try_set(Some(answer));
            }
        }));
    }

    pub(super) fn words(self) -> Option<String> {
        screens::delivery(self.app.text(), self.told.get()?)
    }

    /// It will not arrive.
    pub(super) fn has_failed(self) -> bool {
        let failed = |told: &GetDeliveryResponse| told.delivery == Some(DeliveryState::Failed);
        self.told.with(|told| told.as_ref().is_some_and(failed))
    }
}
