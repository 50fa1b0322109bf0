//! Sends a code: finds or makes the user, opens a challenge or adds to one, and queues the message,
//! all or nothing.

use std::sync::Arc;

use edge::metrics::ClosedSet as _;
use serde::{Deserialize, Serialize};
use shared::otp_service::{DeviceFingerprint, UserStatus};
use shared::{CodeLifetime, OtpCode};
use storage::{Sql, StoreError};

use super::bucket::Bucket;
use crate::address::Address;
use crate::app::App;
use crate::gateways::GatewayKind;
use crate::ids::{self, Kind};
use crate::message::Language;
use crate::random::{Random, RandomError};
use crate::rules::challenge::{Challenge, IssuedCode, Purpose};
use crate::rules::delivery::Status;
use crate::rules::limits::Limits;
use crate::rules::pumping::{self, Suspicion};
use crate::rules::throttle::Refusal;
use crate::secrets::{RequestDigest, Secrets};
use crate::store::devices::StoredDevice;
use crate::store::messages::NewMessage;
use crate::store::replays::{Replay, ReplayKey};
use crate::store::throttles::LastSend;
use crate::store::users::{Method, Names};
use crate::store::{challenges, messages, replays, users};

/// Equal sends within so many seconds are one send, also without an `Idempotency-Key` (I-08).
const EQUAL_WITHIN: i64 = 10;

/// What is asked for.
#[derive(Debug)]
pub(crate) struct SendCode {
    pub(crate) app: App,
    pub(crate) address: Address,
    pub(crate) purpose: Purpose,
    /// What a user becomes that is made for this address. `None`: no user is made.
    pub(crate) new_user: Option<UserStatus>,
    pub(crate) lifetime: CodeLifetime,
    pub(crate) device: DeviceFingerprint,
    /// Hash of the token of a browser that has signed in before.
    pub(crate) device_hash: Option<String>,
    pub(crate) challenge_id: Option<String>,
    /// Of the request, without the device.
    pub(crate) request: RequestDigest,
    pub(crate) replay: Option<ReplayKey>,
    pub(crate) sealed_text: String,
    /// Of the text.
    pub(crate) language: Language,
    /// Why no message may be queued now.
    pub(crate) hold: Option<Hold>,
    pub(crate) queued: Queued,
    pub(crate) drawn: Drawn,
    pub(crate) now: i64,
}

/// How the message gets into the queue.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) message_id: String,
    /// Its order in the queue.
    pub(crate) place: i64,
    /// ISO 3166 alpha-2, `""` for an e-mail address.
    pub(crate) country: String,
    /// In millionths of the currency's unit.
    pub(crate) cost: i64,
    /// The outbox is the phone: what is in the queue has arrived.
    pub(crate) in_outbox: bool,
}

/// Why no message may be queued, whoever asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// For so many seconds: a budget is spent (G-05).
    Budget(u32),
    /// For so many seconds: its number is one of many that look like fraud (G-03, G-04).
    Prefix(Suspicion),
    /// No gateway of the country works, or too many messages wait (H-04, H-05).
    NoGateway,
}

/// The random values of a send, drawn before the transaction.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) code: OtpCode,
    pub(crate) user: [u8; 16],
    pub(crate) method: [u8; 16],
    pub(crate) challenge: [u8; 16],
}

impl Drawn {
    pub(crate) fn draw(random: &Random, digits: u8) -> Result<Self, RandomError> {
        Ok(Self {
            code: random.code(digits)?,
            user: random.bytes()?,
            method: random.bytes()?,
            challenge: random.bytes()?,
        })
    }
}

/// The answer to a send; kept for repeats of the request. Holds nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) method_id: String,
    pub(crate) user_id: String,
    pub(crate) user_created: bool,
    pub(crate) active: bool,
    pub(crate) challenge_id: String,
    pub(crate) expires_in_secs: u32,
    pub(crate) resend_in_secs: u32,
}

impl Sent {
    /// The user's status, as far as a send tells it.
    pub(crate) fn status(&self) -> UserStatus {
        if self.active {
            UserStatus::Active
        } else {
            UserStatus::Pending
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    Sent(Sent),
    /// The answer of an equal send before; nothing was sent.
    Repeated(Sent),
    Refused(Refusal),
    Held(Hold),
    /// The address belongs to nobody, and no user is to be made.
    NoUser,
    /// The `Idempotency-Key` was used for another request.
    OtherRequest,
}

impl SendCode {
    pub(crate) fn run(
        &self,
        limits: &Limits,
        secrets: &Arc<Secrets>,
        sql: &Sql<'_>,
    ) -> Result<Outcome, StoreError> {
        let (app_id, now) = (self.app.id.as_str(), self.now);
        let device = self.device_hash.as_deref();
        let mut bucket = Bucket::load(sql, app_id, &self.address, device, now)?;
        match self.repeat_of(sql, &bucket.last_send)? {
            Repeat::New => {}
            Repeat::Of(answer) => return Ok(Outcome::Repeated(answer)),
            Repeat::OtherRequest => return Ok(Outcome::OtherRequest),
        }
        let known = users::by_address(sql, app_id, &self.address)?;
        if known.is_none() && self.new_user.is_none() {
            return Ok(Outcome::NoUser);
        }
        if let Err(refusal) = bucket.may_send(limits, now) {
            return Ok(Outcome::Refused(refusal));
        }
        if let Some(hold) = self.hold {
            return Ok(Outcome::Held(hold));
        }
        // A browser that has signed in before is no fraud, whoever its neighbours are (B-14).
        if bucket.device.is_none()
            && let Err(suspicion) = self.suspicion(limits, sql)?
        {
            return Ok(Outcome::Held(Hold::Prefix(suspicion)));
        }
        let user_created = known.is_none();
        let method = match known {
            Some(method) => method,
            None => self.insert_user(sql)?,
        };
        let challenge = self.add_code(limits, secrets, sql, &method)?;
        self.queue(sql, &challenge, bucket.device.as_ref())?;

        bucket.record_send(now);
        let sent = Sent {
            method_id: method.id,
            user_id: method.user_id,
            user_created,
            // A disabled user is told so only after the right code.
            active: method.user_status != UserStatus::Pending,
            challenge_id: challenge.id,
            expires_in_secs: u32::try_from(self.lifetime.as_secs()).unwrap_or(u32::MAX),
            resend_in_secs: bucket.resend_in(limits, now),
        };
        let answer =
            serde_json::to_string(&sent).map_err(|error| StoreError::Broken(error.to_string()))?;
        if let Some(replay) = &self.replay {
            replays::insert(sql, app_id, replay, &answer, now)?;
        }
        // A send with a key of its own is never taken for a repeat of one without.
        let request = if self.replay.is_none() {
            self.request.current().to_owned()
        } else {
            String::new()
        };
        let answer = LastSend {
            request,
            answer,
            at: now,
        };
        bucket.save_send(sql, app_id, &self.address, &answer)?;
        Ok(Outcome::Sent(sent))
    }

    /// What its messages are counted under; `""` for those that cost nothing.
    fn prefix(&self) -> &str {
        match &self.address {
            Address::Phone(number) if !self.queued.in_outbox => pumping::prefix(number.as_str()),
            _ => "",
        }
    }

    fn suspicion(
        &self,
        limits: &Limits,
        sql: &Sql<'_>,
    ) -> Result<Result<(), Suspicion>, StoreError> {
        let (prefix, since) = (self.prefix(), self.now - pumping::LOOKED_BACK);
        if prefix.is_empty() {
            return Ok(Ok(()));
        }
        let sends = messages::of_prefix(sql, prefix, since, pumping::LOOKED_AT)?;
        Ok(pumping::verdict(limits, &sends, self.now))
    }

    fn repeat_of(&self, sql: &Sql<'_>, last_send: &LastSend) -> Result<Repeat, StoreError> {
        let answer = match &self.replay {
            Some(replay) => match replays::find(sql, &self.app.id, replay)? {
                Replay::New => return Ok(Repeat::New),
                Replay::Different => return Ok(Repeat::OtherRequest),
                Replay::Same(answer) => answer,
            },
            None if self.request.is(&last_send.request)
                && self.now < last_send.at + EQUAL_WITHIN =>
            {
                last_send.answer.clone()
            }
            None => return Ok(Repeat::New),
        };
        let answer =
            serde_json::from_str(&answer).map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Repeat::Of(answer))
    }

    fn insert_user(&self, sql: &Sql<'_>) -> Result<Method, StoreError> {
        let method = Method {
            id: ids::new(self.address.id_kind(), self.now, self.drawn.method),
            user_id: ids::new(Kind::User, self.now, self.drawn.user),
            address: self.address.clone(),
            verified: false,
            user_status: self.new_user.unwrap_or(UserStatus::Pending),
        };
        users::insert(
            sql,
            &self.app.id,
            &method.user_id,
            method.user_status,
            &Names::default(),
            self.now,
        )?;
        users::insert_method(sql, &self.app.id, &method, self.now)?;
        Ok(method)
    }

    /// Into the challenge that the caller names, while that one is open; else into a new one, so
    /// that nobody touches the codes of another flow.
    fn add_code(
        &self,
        limits: &Limits,
        secrets: &Secrets,
        sql: &Sql<'_>,
        method: &Method,
    ) -> Result<Challenge, StoreError> {
        let named = match &self.challenge_id {
            Some(id) => challenges::load(sql, &self.app.id, &method.id, id)?,
            None => None,
        };
        let resend = named
            .filter(|challenge| challenge.is_open(limits) && challenge.purpose == self.purpose);
        let mut challenge = resend.unwrap_or_else(|| Challenge {
            id: ids::new(Kind::Challenge, self.now, self.drawn.challenge),
            app_id: self.app.id.clone(),
            method_id: method.id.clone(),
            address: self.address.clone(),
            purpose: self.purpose,
            tries: 0,
            codes: Vec::new(),
            success: None,
            created_at: self.now,
        });
        let code = IssuedCode {
            digest: secrets.code_digest(&challenge.id, &self.address, &self.drawn.code),
            expires_at: self.now + self.lifetime.as_secs(),
            device: self.device.clone(),
        };
        challenge.add_code(limits, code);
        challenges::save(sql, &challenge)?;
        Ok(challenge)
    }

    fn queue(
        &self,
        sql: &Sql<'_>,
        challenge: &Challenge,
        device: Option<&StoredDevice>,
    ) -> Result<(), StoreError> {
        let queued = &self.queued;
        let (status, gateway) = if queued.in_outbox {
            (Status::Delivered, GatewayKind::Outbox.as_str())
        } else {
            (Status::Queued, "")
        };
        let replay = self.replay.as_ref();
        let message = NewMessage {
            id: queued.message_id.clone(),
            place: queued.place,
            method_id: challenge.method_id.clone(),
            challenge_id: challenge.id.clone(),
            to: self.address.as_str().to_owned(),
            country: queued.country.clone(),
            sealed_text: self.sealed_text.clone(),
            locale: self.language.tag().to_owned(),
            created_at: self.now,
            expires_at: self.now + self.lifetime.as_secs(),
            status,
            gateway: gateway.to_owned(),
            cost: queued.cost,
            prefix: self.prefix().to_owned(),
            device_id: device.map_or_else(String::new, |device| device.id.clone()),
            idempotency_key: replay.map_or_else(String::new, |replay| replay.key.clone()),
            endpoint: replay.map_or_else(String::new, |replay| replay.endpoint.to_owned()),
        };
        messages::insert(sql, &self.app.id, &message)
    }
}

enum Repeat {
    New,
    Of(Sent),
    OtherRequest,
}
