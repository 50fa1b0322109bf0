//! What a right code brings about: the end of its challenge, the session, the known browser.
//!
//! Not here: whether the code was right.

use shared::otp_service::{DeviceFingerprint, Factor, FactorMethod, FactorType, UserStatus};
use storage::{Sql, StoreError};

use super::{Kept, Outcome, VerifyCode};
use crate::address::Address;
use crate::ids::{self, Kind};
use crate::rules::challenge::{Challenge, Success};
use crate::rules::device;
use crate::rules::limits::Limits;
use crate::rules::session::{Lifetime, crowded_out};
use crate::rules::throttle::Throttle;
use crate::secrets::{Presented, Secrets, fingerprint};
use crate::store::devices::{self, StoredDevice};
use crate::store::sessions::StoredSession;
use crate::store::users::Method;
use crate::store::{challenges, messages, sessions, users};

/// Somebody comes in by a code that was right.
pub(super) struct Entry<'a> {
    pub(super) command: &'a VerifyCode,
    pub(super) limits: &'a Limits,
    pub(super) secrets: &'a Secrets,
    pub(super) sql: &'a Sql<'a>,
    pub(super) method: &'a Method,
}

impl Entry<'_> {
    /// The user is in: the challenge is over, and the session and the browser that were asked for are
    /// written down. `known` is the browser that has signed in before.
    pub(super) fn admit(
        &self,
        challenge: &mut Challenge,
        presented: &Presented,
        open: Option<StoredSession>,
        known: Option<StoredDevice>,
    ) -> Result<Outcome, StoreError> {
        let Self {
            command,
            sql,
            method,
            ..
        } = *self;
        let now = command.now;
        let inactive = method.user_status == UserStatus::Inactive;
        let device = challenge
            .codes
            .last()
            .map(|code| code.device.clone())
            .unwrap_or_default();
        let begins = open.is_none();
        let session = if inactive {
            None
        } else {
            self.session(open, device)
        };
        let remembered = if inactive || !command.remember_device {
            None
        } else {
            Some(self.remember(known)?)
        };
        challenge.success = Some(Success {
            at: now,
            digest: presented.current(),
            session: session
                .as_ref()
                .map(|session| (session.id.clone(), session.generation)),
            device: remembered.as_ref().map(|device| device.id.clone()),
        });
        challenges::save(sql, challenge)?;
        if inactive {
            return Ok(Outcome::UserInactive);
        }
        users::mark_verified(sql, method, now)?;
        messages::mark_verified(sql, &challenge.id, now)?;
        let mut ended = Vec::new();
        if let Some(session) = &session {
            if begins {
                ended = self.make_room()?;
            }
            sessions::save(sql, &command.app.id, session)?;
        }
        if let Some(replay) = &command.replay {
            let kept = Kept::Right {
                challenge_id: challenge.id.clone(),
            };
            command.keep_as(sql, replay, &kept)?;
        }
        Ok(Outcome::Verified {
            method_id: method.id.clone(),
            method_type: method.address.method_type(),
            user_id: method.user_id.clone(),
            session: session.map(Box::new),
            device: remembered.map(Box::new),
            crowded_out: ended,
            message: messages::newest_of_challenge(sql, &command.app.id, &challenge.id)?,
            repeated: false,
        })
    }

    /// Knows the browser for another while, or from now on.
    fn remember(&self, known: Option<StoredDevice>) -> Result<StoredDevice, StoreError> {
        let Self {
            command,
            sql,
            method,
            ..
        } = *self;
        let now = command.now;
        let mut device = known.unwrap_or_else(|| {
            let id = ids::new(Kind::Device, now, command.drawn.device);
            StoredDevice {
                token_hash: fingerprint(&self.secrets.device_token(&id)),
                id,
                method_id: method.id.clone(),
                history: Throttle::default(),
                used_at: now,
                expires_at: now,
            }
        });
        device.used_at = now;
        device.expires_at = now + self.limits.device_life;
        devices::save(sql, &command.app.id, &device)?;
        devices::keep_newest(sql, &method.id, device::MOST)?;
        Ok(device)
    }

    /// Ends the sessions of the user that are too many beside a new one (C-09). Their ids.
    fn make_room(&self) -> Result<Vec<String>, StoreError> {
        let (app_id, now) = (self.command.app.id.as_str(), self.command.now);
        let mut open = sessions::of_user(self.sql, app_id, &self.method.user_id)?;
        let lifetimes: Vec<_> = open.iter().map(|session| session.lifetime).collect();
        let mut ended = Vec::new();
        for place in crowded_out(self.limits, &lifetimes, now) {
            if let Some(session) = open.get_mut(place) {
                session.lifetime.ended_at = now;
                session.updated_at = now;
                sessions::save(self.sql, app_id, session)?;
                ended.push(session.id.clone());
            }
        }
        Ok(ended)
    }

    /// The session that the verification gives, with a new token (C-03); none when none was asked for.
    fn session(
        &self,
        open: Option<StoredSession>,
        at_send: DeviceFingerprint,
    ) -> Option<StoredSession> {
        let Self {
            command,
            limits,
            secrets,
            method,
            ..
        } = *self;
        let now = command.now;
        let mut session = match (open, command.session_lasts) {
            (Some(mut open), lasts) => {
                if let Some(lasts) = lasts {
                    open.lifetime.extend(limits, lasts.as_secs(), now);
                }
                open.lifetime.last_active_at = now;
                open.generation += 1;
                open
            }
            (None, Some(lasts)) => StoredSession {
                id: ids::new(Kind::Session, now, command.drawn.session),
                user_id: method.user_id.clone(),
                token_hash: String::new(),
                generation: 1,
                lifetime: Lifetime::begin(limits, lasts.as_secs(), now),
                updated_at: now,
                factors: Vec::new(),
                ip: command.device.ip.clone().or(at_send.ip).unwrap_or_default(),
                user_agent: command
                    .device
                    .user_agent
                    .clone()
                    .or(at_send.user_agent)
                    .unwrap_or_default(),
            },
            (None, None) => return None,
        };
        session.token_hash = fingerprint(&secrets.session_token(&session.id, session.generation));
        session.updated_at = now;
        session
            .factors
            .retain(|factor| factor.method.method_id != method.id);
        session.factors.push(factor(method, now));
        Some(session)
    }
}

fn factor(method: &Method, now: i64) -> Factor {
    let text = method.address.as_str().to_owned();
    let mut factor = FactorMethod {
        method_id: method.id.clone(),
        method_type: method.address.method_type(),
        last_verified_at: now,
        phone_number_id: None,
        phone_number: None,
        email_id: None,
        email: None,
    };
    match method.address {
        Address::Phone(_) => {
            factor.phone_number_id = Some(method.id.clone());
            factor.phone_number = Some(text);
        }
        Address::Email(_) => {
            factor.email_id = Some(method.id.clone());
            factor.email = Some(text);
        }
    }
    Factor {
        delivery_channel: method.address.channel(),
        factor_type: FactorType::Otp,
        method: factor,
    }
}
