//! What all sends do alike: check the destination, draw what is random, run the command.
//!
//! Not here: what a message costs, and how it is given to the dispatcher ([`leaving`]).

mod leaving;

use std::net::IpAddr;
use std::sync::Arc;

use edge::{ApiError, IdempotencyKey};
use shared::otp_service::{ChallengeFields, DeviceFingerprint, UserStatus};
use shared::{CodeLifetime, ErrorType, HiddenText, LanguageTag, PhoneNumber};

use super::{fault, outcome};
use crate::address::{Address, EmailAddress};
use crate::app::App;
use crate::commands::send_code::{Drawn, Hold, Outcome, Queued, SendCode, Sent};
use crate::events;
use crate::ids::{self, Kind};
use crate::message::Language;
use crate::rules::budget::Verdict;
use crate::rules::challenge::Purpose;
use crate::rules::pumping::Suspicion;
use crate::secrets::{RequestDigest, Secrets, fingerprint};
use crate::service::Service;
use crate::store::handing_over::Waiting;
use crate::store::replays::ReplayKey;
use leaving::{Spending, hand_on, not_sent, spend};

/// What a code by text message can end in.
pub(super) const SMS_ERRORS: &[ErrorType] = &[
    ErrorType::InvalidPhoneNumber,
    ErrorType::DestinationNotAllowed,
    ErrorType::NumberBlocked,
    ErrorType::TooManyRequests,
    ErrorType::SmsNotSent,
    ErrorType::SmsBudgetExhausted,
];
/// What a code by e-mail can end in.
pub(super) const EMAIL_ERRORS: &[ErrorType] = &[
    ErrorType::DestinationNotAllowed,
    ErrorType::NumberBlocked,
    ErrorType::TooManyRequests,
    ErrorType::SmsNotSent,
    ErrorType::SmsBudgetExhausted,
];

/// A send as its endpoint understood it.
pub(super) struct Sending {
    pub(super) endpoint: &'static str,
    pub(super) purpose: Purpose,
    /// What a user becomes that is made for this address. `None`: no user is made.
    pub(super) new_user: Option<UserStatus>,
    pub(super) address: Address,
    /// ISO 3166 alpha-2, `""` for an e-mail address.
    pub(super) country: String,
    pub(super) lifetime: Option<CodeLifetime>,
    pub(super) device: Option<DeviceFingerprint>,
    pub(super) challenge_id: Option<String>,
    pub(super) device_token: Option<HiddenText>,
    pub(super) locale: Option<LanguageTag>,
}

/// What `requires_verification` makes of a new user.
pub(super) fn new_user(requires_verification: Option<bool>) -> UserStatus {
    if requires_verification.unwrap_or(true) {
        UserStatus::Pending
    } else {
        UserStatus::Active
    }
}

pub(super) async fn send(
    app: App,
    service: &Arc<Service>,
    key: Option<IdempotencyKey>,
    mut sending: Sending,
) -> Result<Sent, ApiError> {
    let device = device(sending.device.take())?;
    let lifetime = sending.lifetime.unwrap_or_default();
    let language = Language::of(sending.locale.as_ref().map_or("", LanguageTag::as_str));
    let drawn =
        Drawn::draw(&service.random, service.limits.code_digits).map_err(ApiError::internal)?;
    let nonce = service.random.bytes().map_err(ApiError::internal)?;
    let text = service
        .template
        .text(language, &sending.address, &drawn.code, lifetime);
    let secrets = service.secrets();
    let sealed_text = secrets
        .seal(&text, nonce)
        .ok_or_else(|| ApiError::internal("a text was not sealed"))?;
    let request = digest(&secrets, &sending, lifetime, language);
    let replay = key.map(|key| ReplayKey {
        endpoint: sending.endpoint,
        key: key.as_str().to_owned(),
        request: request.clone(),
    });
    let now = service.clock.now();
    let tag = events::tag(&secrets, &sending.address, now);
    let in_outbox = service.gateways.take_at_once(app.mode);
    if !in_outbox && service.gateways.route(&sending.country).is_empty() {
        let channel = match sending.address {
            Address::Phone(_) => "Codes can't be sent by text message here.",
            Address::Email(_) => "Codes can't be sent by e-mail here.",
        };
        return Err(ApiError::from(ErrorType::DestinationNotAllowed).message(channel));
    }
    let spending = if in_outbox {
        Spending::default()
    } else {
        spend(service, &sending.country, &text, now)
    };
    let message = Waiting {
        id: ids::new(
            Kind::Message,
            now,
            service.random.bytes().map_err(ApiError::internal)?,
        ),
        country: sending.country,
        since: now,
        expires_at: now + lifetime.as_secs(),
    };
    let command = SendCode {
        app,
        address: sending.address,
        purpose: sending.purpose,
        new_user: sending.new_user,
        lifetime,
        device,
        device_hash: sending
            .device_token
            .map(|token| fingerprint(token.as_str())),
        challenge_id: sending.challenge_id,
        request,
        replay,
        sealed_text,
        language,
        hold: spending.hold,
        queued: Queued {
            message_id: message.id.clone(),
            place: service.queue.next_place(&service.clock),
            country: message.country.clone(),
            cost: spending.cost,
            in_outbox,
        },
        drawn,
        now,
    };
    let limits = Arc::clone(&service.limits);
    let outcome = service
        .database
        .write(move |sql| command.run(&limits, &secrets, sql))
        .await
        .map_err(fault)?;
    service.events.send(&tag, &message.country, &outcome);
    match outcome {
        Outcome::Sent(sent) => {
            if let Some(reserved) = spending.reserved {
                reserved.keep();
            }
            if let Verdict::Warn(budget) = spending.verdict {
                service.events.budget(budget, false);
            }
            if in_outbox {
                service.events.in_outbox(&message.country);
                return Ok(sent);
            }
            hand_on(service, message).await.map(|()| sent)
        }
        Outcome::Repeated(sent) => Ok(sent),
        Outcome::Refused(refusal) => Err(outcome::refusal(refusal)),
        Outcome::Held(Hold::Budget(secs)) => {
            if let Verdict::Stop(budget, _) = spending.verdict {
                service.events.budget(budget, true);
            }
            Err(ApiError::from(ErrorType::SmsBudgetExhausted).retry_after(secs))
        }
        Outcome::Held(Hold::Prefix(Suspicion::Paced(secs) | Suspicion::Blocked(secs))) => {
            Err(ApiError::from(ErrorType::TooManyRequests).retry_after(secs))
        }
        Outcome::Held(Hold::NoGateway) => Err(not_sent()),
        Outcome::NoUser => Err(ErrorType::UserNotFound.into()),
        Outcome::OtherRequest => Err(outcome::other_request()),
    }
}

/// What is asked for, to recognise a repeat of it. The device is left out (a phone may have changed
/// networks), the language is not: who asks in another one asks for another message, and would be told
/// wrongly that it is on its way.
fn digest(
    secrets: &Secrets,
    sending: &Sending,
    lifetime: CodeLifetime,
    language: Language,
) -> RequestDigest {
    let lifetime = lifetime.as_secs().to_string();
    let active = sending.new_user == Some(UserStatus::Active);
    let mut asked = vec![
        sending.endpoint,
        sending.address.as_str(),
        &lifetime,
        if active { "active" } else { "" },
        sending.challenge_id.as_deref().unwrap_or_default(),
        // So that a stranger's send is never taken for one of a browser that is known.
        sending.device_token.as_ref().map_or("", HiddenText::as_str),
    ];
    // The language that is written and not the tag, which can be spelled in many ways. English goes
    // without, so that what was kept before there were languages is still recognised.
    if language != Language::English {
        asked.push(language.tag());
    }
    secrets.request_digest(&asked)
}

/// Our additions to the answer of a send.
pub(super) fn challenge_fields(sent: &Sent) -> ChallengeFields {
    ChallengeFields {
        challenge_id: Some(sent.challenge_id.clone()),
        expires_in_secs: Some(sent.expires_in_secs),
        resend_in_secs: Some(sent.resend_in_secs),
    }
}

/// The canonical spelling of a number that text messages can be sent to (B-07, G-02).
pub(super) fn phone(service: &Service, spelling: &str) -> Result<Address, ApiError> {
    destination(service, spelling).map(|destination| Address::Phone(destination.number().clone()))
}

/// The same with its country, which is one that is served (G-01).
pub(super) fn served_phone(
    service: &Service,
    spelling: &str,
) -> Result<(Address, String), ApiError> {
    let destination = destination(service, spelling)?;
    let served = |country: &String| country == destination.country();
    if !service.countries.is_empty() && !service.countries.iter().any(served) {
        return Err(ErrorType::DestinationNotAllowed.into());
    }
    let country = destination.country().to_owned();
    Ok((Address::Phone(destination.number().clone()), country))
}

fn destination(service: &Service, spelling: &str) -> Result<number_plan::Destination, ApiError> {
    let invalid = || ApiError::from(ErrorType::InvalidPhoneNumber);
    let spelling = PhoneNumber::parse(spelling).map_err(|_| invalid())?;
    let destination = number_plan::Destination::parse(&spelling).map_err(|_| invalid())?;
    if destination.is_fixed_line() && !service.fixed_lines {
        return Err(invalid());
    }
    Ok(destination)
}

pub(super) fn email(spelling: &str) -> Result<Address, ApiError> {
    let invalid = |_| outcome::invalid("`email` must be an e-mail address.");
    EmailAddress::parse(spelling)
        .map(Address::Email)
        .map_err(invalid)
}

/// The device, checked: `ip` an address or empty, `user_agent` at most 512 characters.
pub(super) fn device(given: Option<DeviceFingerprint>) -> Result<DeviceFingerprint, ApiError> {
    let device = given.unwrap_or_default();
    if device
        .ip
        .as_deref()
        .is_some_and(|ip| !ip.is_empty() && ip.parse::<IpAddr>().is_err())
    {
        return Err(outcome::invalid(
            "`device_fingerprint.ip` must be an IP address or empty.",
        ));
    }
    if device
        .user_agent
        .as_deref()
        .is_some_and(|text| text.chars().count() > 512)
    {
        return Err(outcome::invalid(
            "`device_fingerprint.user_agent` must be at most 512 characters.",
        ));
    }
    Ok(device)
}
