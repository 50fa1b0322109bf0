//! The challenges of the app's servers: what is to be proved, which code is on its way, and whether it was
//! proved and told. One that is over is kept for a day (E-06).

use shared::PhoneNumber;
use shared::app_server::{Purpose, ShownText};
use storage::{Row, Sql, StoreError};

use super::accounts::{Wanted, one};
use super::webhooks::note;
use super::{Store, new_id};
use crate::webhooks::message::Message;

/// After its proof a challenge can be redeemed for so long, seconds.
const REDEEMED_WITHIN: i64 = 120;
/// Seconds.
const KEPT_AFTER_END: i64 = 24 * 3600;

/// A challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) challenge_id: String,
    pub(crate) wanted: WantedProof,
    pub(crate) sent: SentCode,
    /// Unix seconds.
    pub(crate) ends_at: i64,
    /// Unix seconds.
    pub(crate) proved_at: Option<i64>,
}

impl Challenge {
    /// It takes no code any more.
    pub(crate) fn is_over(&self, now: i64) -> bool {
        self.proved_at.is_some() || self.ends_at <= now
    }
}

/// What an app wants proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedProof {
    pub(crate) phone_number: PhoneNumber,
    pub(crate) account_id: Option<String>,
    pub(crate) purpose: Purpose,
    pub(crate) shown: Option<ShownText>,
    pub(crate) return_to: String,
}

/// The code that is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentCode {
    /// The OTP service's `phone_number_id`.
    pub(crate) method_id: String,
    /// The OTP service's challenge, where it has such a thing.
    pub(crate) otp_challenge_id: Option<String>,
    /// Another can be asked for then, Unix seconds.
    pub(crate) resend_at: i64,
    /// Its tries are used up: no code that is added to it could work.
    pub(crate) used_up: bool,
}

const CHALLENGE: &str = "SELECT challenge_id, phone_number, account_id, purpose, shown, return_to, method_id,
    otp_challenge_id, resend_at, used_up, ends_at, proved_at FROM challenges WHERE challenge_id = $1";

impl Challenge {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let strange = |what| StoreError::Broken(format!("a challenge has a malformed {what}"));
        let some = |column| {
            row.text(column)
                .map(|text| (!text.is_empty()).then_some(text))
        };
        let shown = some(4)?.map(|text| ShownText::parse(&text));
        let proved_at = row.int(11)?;
        Ok(Self {
            challenge_id: row.text(0)?,
            wanted: WantedProof {
                phone_number: PhoneNumber::parse(&row.text(1)?).map_err(|_| strange("number"))?,
                account_id: some(2)?,
                purpose: Purpose::parse(&row.text(3)?).map_err(|_| strange("purpose"))?,
                shown: shown.transpose().map_err(|_| strange("text"))?,
                return_to: row.text(5)?,
            },
            sent: SentCode {
                method_id: row.text(6)?,
                otp_challenge_id: some(7)?,
                resend_at: row.int(8)?,
                used_up: row.flag(9)?,
            },
            ends_at: row.int(10)?,
            proved_at: (proved_at != 0).then_some(proved_at),
        })
    }
}

impl Store {
    /// Forgets challenges that have been over for a day, so many at most (E-06). How many went.
    pub(crate) async fn forget_challenges(&self, now: i64, most: i64) -> Result<usize, StoreError> {
        self.0
            .write(move |sql| {
                sql.execute(
                    "DELETE FROM challenges WHERE challenge_id IN (SELECT challenge_id FROM challenges
                        WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)",
                    &[(now - KEPT_AFTER_END).into(), most.into()],
                )
            })
            .await
    }

    /// Keeps a new challenge and gives its id.
    pub(crate) async fn open_challenge(
        &self,
        wanted: WantedProof,
        sent: SentCode,
        ends_at: i64,
    ) -> Result<String, StoreError> {
        let id = new_id("chlg")?;
        self.0
            .write(move |sql| {
                let shown = wanted.shown.as_ref().map_or("", |text| text.as_str());
                sql.execute(
                    "INSERT INTO challenges (challenge_id, phone_number, account_id, purpose, shown, return_to,
                        method_id, otp_challenge_id, resend_at, used_up, ends_at, proved_at, redeemed_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, 0, 0)",
                    &[
                        (&id).into(),
                        wanted.phone_number.as_str().into(),
                        wanted.account_id.as_deref().unwrap_or_default().into(),
                        wanted.purpose.as_str().into(),
                        shown.into(),
                        (&wanted.return_to).into(),
                        (&sent.method_id).into(),
                        sent.otp_challenge_id.as_deref().unwrap_or_default().into(),
                        sent.resend_at.into(),
                        ends_at.into(),
                    ],
                )?;
                Ok(id.clone())
            })
            .await
    }

    /// The challenge with this id.
    pub(crate) async fn challenge(&self, id: &str) -> Result<Option<Challenge>, StoreError> {
        let id = id.to_owned();
        self.0
            .read(move |sql| sql.query_one(CHALLENGE, &[(&id).into()], Challenge::read))
            .await
    }

    /// Notes another code, or that the tries of this one are used up.
    pub(crate) async fn note_sent(&self, id: &str, sent: SentCode) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.0
            .write(move |sql| {
                sql.execute(
                    "UPDATE challenges SET method_id = $1, otp_challenge_id = $2, resend_at = $3, used_up = $4
                     WHERE challenge_id = $5",
                    &[
                        (&sent.method_id).into(),
                        sent.otp_challenge_id.as_deref().unwrap_or_default().into(),
                        sent.resend_at.into(),
                        sent.used_up.into(),
                        (&id).into(),
                    ],
                )
                .map(drop)
            })
            .await
    }

    /// Notes that the code was right. A second time changes nothing.
    pub(crate) async fn prove(&self, id: &str, now: i64) -> Result<(), StoreError> {
        let (id, announces) = (id.to_owned(), self.1);
        self.0
            .write(move |sql| {
                let proved = sql.execute(
                    "UPDATE challenges SET proved_at = $1 WHERE challenge_id = $2 AND proved_at = 0",
                    &[now.into(), (&id).into()],
                )?;
                if proved == 0 || !announces {
                    return Ok(());
                }
                let challenge = sql.query_one(CHALLENGE, &[(&id).into()], Challenge::read)?;
                let challenge = challenge
                    .ok_or_else(|| StoreError::Broken("a proved challenge is not there".to_owned()))?;
                let account = match &challenge.wanted.account_id {
                    Some(account_id) => one(sql, &Wanted::Account(account_id.clone()))?,
                    None => None,
                };
                let message = Message::challenge_completed(&challenge, account.as_ref(), now);
                note(sql, &message, now)
            })
            .await
    }

    /// Takes the proof of a challenge, once and in time. None when there is none to take (any more).
    pub(crate) async fn redeem(&self, id: &str, now: i64) -> Result<Option<Challenge>, StoreError> {
        let id = id.to_owned();
        self.0
            .write(move |sql| {
                let taken = sql.execute(
                    "UPDATE challenges SET redeemed_at = $1
                     WHERE challenge_id = $2 AND redeemed_at = 0 AND proved_at > 0 AND proved_at >= $3",
                    &[now.into(), (&id).into(), (now - REDEEMED_WITHIN).into()],
                )?;
                match taken {
                    0 => Ok(None),
                    _ => sql.query_one(CHALLENGE, &[(&id).into()], Challenge::read),
                }
            })
            .await
    }
}

/// Forgets the challenges of an account.
pub(super) fn forget_of_account(sql: &Sql<'_>, account_id: &str) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM challenges WHERE account_id = $1",
        &[account_id.into()],
    )
    .map(drop)
}
