//! What happened: each event is logged, with fields from closed sets (F-03), and counted (F-10), here
//! and nowhere else. An address appears only as its tag: country, last two digits and a keyed hash that
//! changes every month (F-02).

mod counts;
mod funnel;
mod messages;

use edge::metrics::{ClosedSet, Registry};
use storage::Database;

use crate::address::Address;
use crate::commands::{send_code, verify_code};
use crate::config::Config;
use crate::gateways::Gateways;
use crate::message::Template;
use crate::rules::guessing::Exhausted;
use crate::rules::throttle::Refusal;
use crate::secrets::Secrets;
use counts::{Begun, Counts, Limit, SendResult, VerifyResult};
use funnel::Funnel;

pub(crate) use counts::{Ended, Jwt};
pub(crate) use funnel::Step;

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

/// Logs what happened, and counts it.
#[derive(Debug)]
pub(crate) struct Events {
    counts: Counts,
    funnel: Funnel,
}

impl Events {
    /// `served` are the countries that codes are sent to; none: all.
    pub(crate) fn register(
        registry: &mut Registry,
        database: &Database,
        gateways: &Gateways,
        served: &[String],
    ) -> Self {
        Self {
            counts: Counts::register(registry, database),
            funnel: Funnel::register(registry, gateways, served),
        }
    }

    /// Somebody asked for a code.
    pub(crate) fn send(&self, tag: &str, country: &str, outcome: &send_code::Outcome) {
        use send_code::Outcome;
        let result = match outcome {
            Outcome::Sent(_) => SendResult::Queued,
            Outcome::Repeated(_) => SendResult::Repeated,
            Outcome::Refused(refusal) => (*refusal).into(),
            Outcome::NoUser => SendResult::NoUser,
            Outcome::OtherRequest => SendResult::OtherRequest,
            Outcome::Held(hold) => (*hold).into(),
        };
        self.funnel.count("", country, Step::Requested);
        if matches!(outcome, Outcome::Sent(_)) {
            self.funnel.count("", country, Step::Queued);
        }
        let challenge = match outcome {
            Outcome::Sent(sent) | Outcome::Repeated(sent) => sent.challenge_id.as_str(),
            _ => "",
        };
        self.counts.sends.count(result);
        let result = result.as_str();
        tracing::info!(
            event = "send",
            to = tag,
            result,
            challenge,
            "a code was asked for"
        );
        if let Outcome::Refused(refusal) = outcome {
            self.throttled(*refusal);
        }
    }

    /// Somebody presented a code.
    pub(crate) fn verify(&self, method_id: &str, outcome: &verify_code::Outcome) {
        use verify_code::Outcome;
        let result = VerifyResult::from(outcome);
        // Only ids of ours: what else was sent as one may be anything.
        let method = if crate::ids::is_method_id(method_id) {
            method_id
        } else {
            "malformed"
        };
        self.counts.verifies.count(result);
        let (session, begun) = session_of(outcome);
        let result = result.as_str();
        tracing::info!(
            event = "verify",
            method,
            result,
            session,
            "a code was presented"
        );
        if let Some(begun) = begun {
            self.counts.sessions_begun.count(begun);
            let how = begun.as_str();
            tracing::info!(event = "session", session, how, "a session has a new token");
        }
        match outcome {
            Outcome::Refused(refusal) => self.throttled(*refusal),
            Outcome::Verified {
                crowded_out,
                message,
                ..
            } => {
                for id in crowded_out {
                    self.session_ended(id, Ended::CrowdedOut);
                }
                if let Some(message) = message {
                    let step = Step::Verified;
                    self.funnel.count(&message.gateway, &message.country, step);
                }
            }
            _ => {}
        }
    }

    /// A session ended.
    pub(crate) fn session_ended(&self, session_id: &str, why: Ended) {
        self.counts.sessions_ended.count(why);
        let why = why.as_str();
        tracing::info!(
            event = "session_ended",
            session = session_id,
            why,
            "a session ended"
        );
    }

    /// All sessions of a user that this touches ended with it.
    pub(crate) fn sessions_ended(&self, user_id: &str, why: Ended) {
        self.counts.sessions_ended.count(why);
        let why = why.as_str();
        tracing::info!(
            event = "session_ended",
            user = user_id,
            why,
            "the sessions of a user ended"
        );
    }

    /// Somebody came with a session that has ended.
    pub(crate) fn session_reused(&self, session_id: &str) {
        self.counts.sessions_reused.inc();
        tracing::info!(
            event = "session_reuse",
            session = session_id,
            "a session that has ended was presented"
        );
    }

    /// A session's JWT was given. Too frequent for the log.
    pub(crate) fn jwt(&self, how: Jwt) {
        self.counts.jwts.count(how);
    }

    /// An operator made a secret key.
    pub(crate) fn key_made(&self, key_id: &str, mode: &str) {
        tracing::info!(
            event = "key_made",
            key = key_id,
            mode,
            "a secret key was made"
        );
    }

    /// A secret key was used that never was before.
    pub(crate) fn key_first_used(&self, key_id: &str) {
        tracing::info!(
            event = "key_used_first",
            key = key_id,
            "a secret key was used for the first time"
        );
    }

    /// An operator revoked a secret key.
    pub(crate) fn key_revoked(&self, key_id: &str, mode: &str) {
        tracing::info!(
            event = "key_revoked",
            key = key_id,
            mode,
            "a secret key was revoked"
        );
    }

    /// How many messages wait to be handed over.
    pub(crate) fn messages_waiting(&self, waiting: i64) {
        self.counts.messages_waiting.set(waiting);
    }

    /// How many challenges ended by wrong codes of late; whether that is somebody who guesses all over the
    /// service is told when it begins (G-06).
    pub(crate) fn exhausted(&self, exhausted: Exhausted) {
        let before = Exhausted {
            ten_minutes: self.counts.exhausted_ten_minutes.get(),
            day: self.counts.exhausted_day.get(),
        };
        self.counts.exhausted_ten_minutes.set(exhausted.ten_minutes);
        self.counts.exhausted_day.set(exhausted.day);
        if exhausted.is_guessing() && !before.is_guessing() {
            tracing::warn!(
                event = "guessing",
                ten_minutes = exhausted.ten_minutes,
                day = exhausted.day,
                "so many challenges end by wrong codes that somebody seems to guess"
            );
        }
    }

    /// A number was held back.
    fn throttled(&self, refusal: Refusal) {
        let limit = Limit::from(refusal);
        self.counts.throttled.count(limit);
        let limit = limit.as_str();
        tracing::info!(
            event = "throttled",
            key = "number",
            limit,
            "a limit was met"
        );
    }
}

/// The settings that the service works with. Those that are secret hide themselves, and are left out
/// besides (F-03).
pub(crate) fn configuration(config: &Config) {
    let database = if config.database_url.is_some() || config.database_url_file.is_some() {
        "given"
    } else {
        "own file"
    };
    let gateways = config.gateway.iter().map(|gateway| gateway.as_str());
    let gateways: Vec<_> = gateways.collect();
    tracing::info!(
        event = "configuration",
        database,
        gateway = gateways.join(","),
        routes = ?config.gateways.gateway_routes,
        budgets = ?config.budgets,
        origin_host = config.origin_host,
        app_name = config.app_name,
        countries = ?config.allowed_countries,
        fixed_lines = config.allow_fixed_lines,
        keys_in_addresses = config.jwks_key_in_address,
        policy = ?config.policy,
        traffic = ?config.traffic,
        "the settings"
    );
}

/// Text messages in some languages cost more than one: a hint to whoever pays for them.
pub(crate) fn long_messages(template: &Template) {
    let languages: Vec<_> = template
        .of_several_segments()
        .into_iter()
        .map(|(language, segments)| format!("{}={segments}", language.tag()))
        .collect();
    if !languages.is_empty() {
        tracing::info!(
            event = "long_messages",
            segments = languages.join(" "),
            "text messages in these languages take several segments; shorter APP_NAME and ORIGIN_HOST may help"
        );
    }
}

/// The session that a verification gave, and how it came to its token, if that is new.
fn session_of(outcome: &verify_code::Outcome) -> (&str, Option<Begun>) {
    let verify_code::Outcome::Verified {
        session: Some(session),
        repeated,
        ..
    } = outcome
    else {
        return ("", None);
    };
    let begun = match (repeated, session.generation) {
        (true, _) => None,
        (false, 1) => Some(Begun::Made),
        (false, _) => Some(Begun::Rotated),
    };
    (session.id.as_str(), begun)
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
