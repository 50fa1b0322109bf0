//! Verifies a code: counts the try, compares, and makes or extends the session, all or nothing. What
//! a right code brings about: [`entry`].

mod entry;

use entry::Entry;
use serde::{Deserialize, Serialize};
use shared::otp_service::{DeviceFingerprint, MethodType, UserStatus};
use shared::{OtpCode, SessionLifetime};
use storage::{Sql, StoreError};

use super::bucket::Bucket;
use crate::app::App;
use crate::rules::challenge::{Challenge, Success, Verdict, attempt, standing};
use crate::rules::limits::Limits;
use crate::rules::throttle::Refusal;
use crate::secrets::{Presented, Secrets};
use crate::store::devices::{self, StoredDevice};
use crate::store::messages::Delivery;
use crate::store::replays::{Replay, ReplayKey};
use crate::store::sessions::{SessionRef, StoredSession};
use crate::store::users::Method;
use crate::store::{challenges, exhaustions, replays, sessions, users};

/// What is asked for.
#[derive(Debug)]
pub(crate) struct VerifyCode {
    pub(crate) app: App,
    pub(crate) method_id: String,
    pub(crate) code: OtpCode,
    pub(crate) challenge_id: Option<String>,
    pub(crate) device: DeviceFingerprint,
    pub(crate) session_lasts: Option<SessionLifetime>,
    /// An open session to extend.
    pub(crate) open_session: Option<SessionRef>,
    pub(crate) replay: Option<ReplayKey>,
    /// Hash of the token of a browser that has signed in before.
    pub(crate) device_hash: Option<String>,
    /// Whether the browser is to be known from now on (B-14).
    pub(crate) remember_device: bool,
    pub(crate) drawn: Drawn,
    pub(crate) now: i64,
}

/// The random parts of ids that may be needed, drawn before the transaction.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) session: [u8; 16],
    pub(crate) device: [u8; 16],
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    Verified {
        method_id: String,
        method_type: MethodType,
        user_id: String,
        session: Option<Box<StoredSession>>,
        /// The browser, where it is to be known.
        device: Option<Box<StoredDevice>>,
        /// Sessions that ended so that this one could begin (C-09).
        crowded_out: Vec<String>,
        /// The message that the challenge sent last.
        message: Option<Delivery>,
        /// It is the answer of a success before (I-07).
        repeated: bool,
    },
    /// Nothing is told.
    Invalid,
    Wrong {
        attempts_left: u8,
    },
    /// No tries left; after so many seconds a new code can be asked for.
    Exhausted {
        wait: u32,
    },
    Expired,
    Refused(Refusal),
    /// The given session is not an open one of this user. The code still works (C-03).
    InvalidSession,
    /// The code was right, but the user is disabled.
    UserInactive,
    /// The `Idempotency-Key` was used for another request.
    OtherRequest,
}

/// What is kept under an `Idempotency-Key`: outcomes that changed something.
#[derive(Serialize, Deserialize)]
enum Kept {
    Right { challenge_id: String },
    Wrong { attempts_left: u8 },
    Exhausted { wait: u32 },
}

impl VerifyCode {
    pub(crate) fn run(
        &self,
        limits: &Limits,
        secrets: &Secrets,
        sql: &Sql<'_>,
    ) -> Result<Outcome, StoreError> {
        let Some(method) = users::by_method_id(sql, &self.app.id, &self.method_id)? else {
            return Ok(Outcome::Invalid);
        };
        if let Some(replay) = &self.replay {
            match replays::find(sql, &self.app.id, replay)? {
                Replay::New => {}
                Replay::Different => return Ok(Outcome::OtherRequest),
                Replay::Same(kept) => return self.again(sql, &method, &kept),
            }
        }
        let mut challenges = self.challenges(secrets, sql)?;
        let device = self.device_hash.as_deref();
        let mut bucket = Bucket::load(sql, &self.app.id, &method.address, device, self.now)?;
        let may_repeat = self.challenge_id.is_some();
        let verdict = standing(limits, &challenges, bucket.tries(), may_repeat, self.now);
        let verdict = match verdict {
            Some(verdict) => verdict,
            None => {
                let Ok(open) = self.open_session(limits, sql, &method)? else {
                    return Ok(Outcome::InvalidSession);
                };
                let verdict = attempt(
                    limits,
                    &mut challenges,
                    bucket.tries(),
                    &self.device,
                    self.now,
                );
                bucket.save_tries(sql, &self.app.id, &method.address)?;
                if let Verdict::Right { place } = verdict
                    && let Some((challenge, presented)) = challenges.get_mut(place)
                {
                    let entry = Entry {
                        command: self,
                        limits,
                        secrets,
                        sql,
                        method: &method,
                    };
                    return entry.admit(challenge, presented, open, bucket.device);
                }
                for (challenge, _) in &challenges {
                    challenges::save(sql, challenge)?;
                    if challenge.is_exhausted(limits) {
                        exhaustions::note(sql, &challenge.id, self.now)?;
                    }
                }
                let outcome = refused(&verdict, bucket.tries().wait(self.now));
                self.keep(sql, &outcome)?;
                return Ok(outcome);
            }
        };
        match verdict {
            Verdict::Repeat { place } => {
                let success = challenges
                    .get(place)
                    .and_then(|(challenge, _)| challenge.success.as_ref());
                self.repeated(sql, &method, success)
            }
            other => Ok(refused(&other, bucket.tries().wait(self.now))),
        }
    }

    /// The challenges that the code may belong to, each with the code's digests in it.
    fn challenges(
        &self,
        secrets: &Secrets,
        sql: &Sql<'_>,
    ) -> Result<Vec<(Challenge, Presented)>, StoreError> {
        let found = match &self.challenge_id {
            Some(id) => challenges::load(sql, &self.app.id, &self.method_id, id)?
                .into_iter()
                .collect(),
            None => challenges::of_method(sql, &self.app.id, &self.method_id)?,
        };
        let with_digests = |challenge: Challenge| {
            let presented = secrets.presented(&challenge.id, &challenge.address, &self.code);
            (challenge, presented)
        };
        Ok(found.into_iter().map(with_digests).collect())
    }

    /// The session to extend, if one was given; the inner error when it is not an open one of this user.
    fn open_session(
        &self,
        limits: &Limits,
        sql: &Sql<'_>,
        method: &Method,
    ) -> Result<Result<Option<StoredSession>, ()>, StoreError> {
        let Some(named) = &self.open_session else {
            return Ok(Ok(None));
        };
        let session = sessions::find(sql, &self.app.id, named)?;
        let open = session.filter(|session| {
            session.user_id == method.user_id && session.lifetime.is_live(limits, self.now)
        });
        Ok(open.map(Some).ok_or(()))
    }

    /// The answer of a success again, for as long as its session and token are still the same (I-07).
    fn repeated(
        &self,
        sql: &Sql<'_>,
        method: &Method,
        success: Option<&Success>,
    ) -> Result<Outcome, StoreError> {
        let session = match success.map(|success| &success.session) {
            None => return Ok(Outcome::Invalid),
            Some(None) => None,
            Some(Some((id, generation))) => {
                let session = sessions::by_id(sql, &self.app.id, id)?;
                let same = session.filter(|session| {
                    session.generation == *generation
                        && session.lifetime.ended_at == 0
                        && self.now < session.lifetime.expires_at
                });
                if same.is_none() {
                    return Ok(Outcome::Invalid);
                }
                same
            }
        };
        if method.user_status == UserStatus::Inactive {
            return Ok(Outcome::UserInactive);
        }
        let device = match success.and_then(|success| success.device.as_deref()) {
            Some(id) => devices::by_id(sql, &self.app.id, id)?,
            None => None,
        };
        Ok(Outcome::Verified {
            method_id: method.id.clone(),
            method_type: method.address.method_type(),
            user_id: method.user_id.clone(),
            session: session.map(Box::new),
            device: device.map(Box::new),
            crowded_out: Vec::new(),
            message: None,
            repeated: true,
        })
    }

    /// The outcome that was kept under the caller's key.
    fn again(&self, sql: &Sql<'_>, method: &Method, kept: &str) -> Result<Outcome, StoreError> {
        match serde_json::from_str(kept).map_err(|error| StoreError::Broken(error.to_string()))? {
            Kept::Wrong { attempts_left } => Ok(Outcome::Wrong { attempts_left }),
            Kept::Exhausted { wait } => Ok(Outcome::Exhausted { wait }),
            Kept::Right { challenge_id } => {
                let challenge = challenges::load(sql, &self.app.id, &method.id, &challenge_id)?;
                self.repeated(
                    sql,
                    method,
                    challenge.and_then(|challenge| challenge.success).as_ref(),
                )
            }
        }
    }

    fn keep(&self, sql: &Sql<'_>, outcome: &Outcome) -> Result<(), StoreError> {
        let kept = match *outcome {
            Outcome::Wrong { attempts_left } => Kept::Wrong { attempts_left },
            Outcome::Exhausted { wait } => Kept::Exhausted { wait },
            _ => return Ok(()),
        };
        self.replay
            .as_ref()
            .map_or(Ok(()), |replay| self.keep_as(sql, replay, &kept))
    }

    fn keep_as(&self, sql: &Sql<'_>, replay: &ReplayKey, kept: &Kept) -> Result<(), StoreError> {
        let answer =
            serde_json::to_string(kept).map_err(|error| StoreError::Broken(error.to_string()))?;
        replays::insert(sql, &self.app.id, replay, &answer, self.now)
    }
}

/// The outcome of a verdict that let nobody in.
fn refused(verdict: &Verdict, wait: u32) -> Outcome {
    match *verdict {
        Verdict::Wrong { attempts_left } => Outcome::Wrong { attempts_left },
        Verdict::Exhausted => Outcome::Exhausted { wait },
        Verdict::Expired => Outcome::Expired,
        Verdict::Refused(refusal) => Outcome::Refused(refusal),
        Verdict::NoChallenge | Verdict::Right { .. } | Verdict::Repeat { .. } => Outcome::Invalid,
    }
}
