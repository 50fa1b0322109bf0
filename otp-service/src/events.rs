//! What happened, as one log line each with fields from closed sets (F-03). An address appears only
//! as its tag: country, last two digits and a keyed hash that changes every month (F-02).

use crate::address::Address;
use crate::commands::{send_code, verify_code};
use crate::rules::throttle::Refusal;
use crate::secrets::Secrets;

/// A month, long enough to follow a case and short enough to forget.
const HASH_LIVES: i64 = 30 * 24 * 3600;

/// A number or address as a log may show it.
pub(crate) fn tag(secrets: &Secrets, address: &Address, now: i64) -> String {
    let period = (now / HASH_LIVES).to_string();
    let digest = secrets.word_digest(&["log tag", &period, address.as_str()]);
    let hash = digest.get(..16).unwrap_or_default();
    match address {
        Address::Phone(number) => {
            let destination = number_plan::Destination::parse(number);
            let country = destination
                .as_ref()
                .map_or("??", number_plan::Destination::country);
            let digits = number.as_str();
            let last = digits.get(digits.len() - 2..).unwrap_or_default();
            format!("{country}..{last}#{hash}")
        }
        Address::Email(_) => format!("email#{hash}"),
    }
}

/// Somebody asked for a code.
pub(crate) fn send(tag: &str, outcome: &send_code::Outcome) {
    use send_code::Outcome;
    let result = match outcome {
        Outcome::Sent(_) => "queued",
        Outcome::Refused(refusal) => throttled(*refusal),
        Outcome::NoUser => "no_user",
        Outcome::OtherRequest => "key_used_for_another_request",
    };
    let challenge = match outcome {
        Outcome::Sent(sent) => sent.challenge_id.as_str(),
        _ => "",
    };
    tracing::info!(
        event = "send",
        to = tag,
        result,
        challenge,
        "a code was asked for"
    );
}

/// Somebody presented a code.
pub(crate) fn verify(method_id: &str, outcome: &verify_code::Outcome) {
    use verify_code::Outcome;
    let result = match outcome {
        Outcome::Verified { .. } => "right",
        Outcome::Invalid => "no_challenge",
        Outcome::Wrong { .. } => "wrong",
        Outcome::Exhausted { .. } => "exhausted",
        Outcome::Expired => "expired",
        Outcome::Refused(refusal) => throttled(*refusal),
        Outcome::InvalidSession => "invalid_session",
        Outcome::UserInactive => "user_inactive",
        Outcome::OtherRequest => "key_used_for_another_request",
    };
    // Only ids of ours: what else was sent as one may be anything.
    let method = if crate::ids::is_method_id(method_id) {
        method_id
    } else {
        "malformed"
    };
    let session = match outcome {
        Outcome::Verified {
            session: Some(session),
            ..
        } => session.id.as_str(),
        _ => "",
    };
    tracing::info!(
        event = "verify",
        method,
        result,
        session,
        "a code was presented"
    );
    if let Outcome::Verified { crowded_out, .. } = outcome {
        crowded_out.iter().for_each(|id| session_crowded_out(id));
    }
}

/// A session ended because its user began one too many (C-09).
fn session_crowded_out(session_id: &str) {
    tracing::info!(
        event = "session_ended",
        session = session_id,
        why = "crowded_out",
        "a session ended"
    );
}

/// A session ended at somebody's word.
pub(crate) fn session_ended(session_id: &str) {
    tracing::info!(
        event = "session_ended",
        session = session_id,
        why = "deleted",
        "a session ended"
    );
}

fn throttled(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Wait(_) => "number_waits",
        Refusal::Locked => "number_locked",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge::keys::Key;

    #[test]
    fn a_tag_shows_country_and_two_digits_and_changes_with_the_month_f_02() {
        let secrets = Secrets::derive(&Key::parse(&"01".repeat(32)).unwrap(), []);
        let number = Address::Phone(shared::PhoneNumber::parse("+12125550142").unwrap());
        let shown = tag(&secrets, &number, 1_800_000_000);
        assert!(shown.starts_with("US..42#") && shown.len() == 23, "{shown}");
        assert_eq!(shown, tag(&secrets, &number, 1_800_000_060));
        assert_ne!(shown, tag(&secrets, &number, 1_800_000_000 + HASH_LIVES));
        let email =
            Address::parse(shared::otp_service::MethodType::Email, "ada@example.com").unwrap();
        assert!(!tag(&secrets, &email, 0).contains("ada"));
    }
}
