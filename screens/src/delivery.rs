//! What is said of a message on its way.

use shared::browser::GetDeliveryResponse;
use shared::otp_service::DeliveryState;

use crate::{Catalogue, filled};

/// The sentence about a message; none where nothing is known of messages.
#[must_use]
pub fn delivery(text: &Catalogue, told: GetDeliveryResponse) -> Option<String> {
    Some(match (told.delivery?, told.usual_secs) {
        (DeliveryState::OnItsWay, Some(secs)) => {
            filled(text.on_its_way_usually, &[&text.duration(secs)])
        }
        (DeliveryState::OnItsWay, None) => text.on_its_way.to_owned(),
        (DeliveryState::Delivered, _) => text.delivered.to_owned(),
        (DeliveryState::Failed, _) => text.not_delivered.to_owned(),
        (DeliveryState::NotReported, _) => text.not_reported.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::ENGLISH;

    #[test]
    fn the_usual_time_is_told_only_of_what_is_on_its_way() {
        for (state, usual_secs, sentence) in [
            (
                Some(DeliveryState::OnItsWay),
                None,
                Some(ENGLISH.on_its_way),
            ),
            (
                Some(DeliveryState::OnItsWay),
                Some(8),
                Some("Your message is on its way. It usually takes 8 seconds."),
            ),
            (
                Some(DeliveryState::Delivered),
                Some(8),
                Some(ENGLISH.delivered),
            ),
            (
                Some(DeliveryState::Failed),
                None,
                Some(ENGLISH.not_delivered),
            ),
            (
                Some(DeliveryState::NotReported),
                Some(8),
                Some(ENGLISH.not_reported),
            ),
            (None, Some(8), None),
        ] {
            let told = GetDeliveryResponse {
                delivery: state,
                usual_secs,
                resend_in_secs: None,
            };
            assert_eq!(delivery(&ENGLISH, told).as_deref(), sentence, "{state:?}");
        }
    }
}
