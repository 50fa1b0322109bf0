//! Challenges. Their codes are one JSON column: they are only ever read and written together.

use serde::{Deserialize, Serialize};
use shared::otp_service::DeviceFingerprint;
use storage::{Row, Sql, StoreError};

use super::{from_json, strange, to_json, users};
use crate::rules::challenge::{Challenge, IssuedCode, Purpose, Success};
use crate::secrets::CodeDigest;

/// A code as it lies in the column.
#[derive(Serialize, Deserialize)]
struct StoredCode {
    digest: String,
    expires_at: i64,
    #[serde(flatten)]
    device: DeviceFingerprint,
}

const CHALLENGE: &str = "SELECT challenges.id, challenges.app_id, challenges.method_id, challenges.purpose,
         challenges.tries, challenges.codes, challenges.created_at, challenges.succeeded_at,
         challenges.succeeded_digest, challenges.session_id, challenges.session_generation, methods.kind, methods.address,
         challenges.device_id
     FROM challenges JOIN methods ON methods.id = challenges.method_id
     WHERE challenges.app_id = $1 AND challenges.method_id = $2";

fn challenge(row: &Row<'_>) -> Result<Challenge, StoreError> {
    let digest = |text: &str| CodeDigest::from_hex(text).ok_or_else(|| strange("challenges.codes"));
    let codes: Vec<StoredCode> = from_json(&row.text(5)?, "challenges.codes")?;
    let session_id = row.text(9)?;
    let device_id = row.text(13)?;
    let success = match row.int(7)? {
        0 => None,
        at => Some(Success {
            at,
            digest: digest(&row.text(8)?)?,
            session: (!session_id.is_empty()).then_some((session_id, row.int(10)?)),
            device: (!device_id.is_empty()).then_some(device_id),
        }),
    };
    Ok(Challenge {
        id: row.text(0)?,
        app_id: row.text(1)?,
        method_id: row.text(2)?,
        purpose: purpose_of(&row.text(3)?)?,
        tries: u8::try_from(row.int(4)?).map_err(|_| strange("challenges.tries"))?,
        codes: codes
            .into_iter()
            .map(|code| {
                Ok(IssuedCode {
                    digest: digest(&code.digest)?,
                    expires_at: code.expires_at,
                    device: code.device,
                })
            })
            .collect::<Result<_, StoreError>>()?,
        created_at: row.int(6)?,
        success,
        address: users::address(&row.text(11)?, &row.text(12)?)?,
    })
}

fn purpose_of(text: &str) -> Result<Purpose, StoreError> {
    match text {
        "sign_in" => Ok(Purpose::SignIn),
        "second_factor" => Ok(Purpose::SecondFactor),
        _ => Err(strange("challenges.purpose")),
    }
}

fn purpose_text(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::SignIn => "sign_in",
        Purpose::SecondFactor => "second_factor",
    }
}

/// A challenge of this method by its id.
pub(crate) fn load(
    sql: &Sql<'_>,
    app_id: &str,
    method_id: &str,
    challenge_id: &str,
) -> Result<Option<Challenge>, StoreError> {
    let query = format!("{CHALLENGE} AND challenges.id = $3");
    sql.query_one(
        &query,
        &[app_id.into(), method_id.into(), challenge_id.into()],
        challenge,
    )
}

/// The challenges of a method that are still kept, newest first, at most 16: more than the sends
/// of a day can open.
pub(crate) fn of_method(
    sql: &Sql<'_>,
    app_id: &str,
    method_id: &str,
) -> Result<Vec<Challenge>, StoreError> {
    let query =
        format!("{CHALLENGE} ORDER BY challenges.created_at DESC, challenges.id DESC LIMIT 16");
    sql.query(&query, &[app_id.into(), method_id.into()], challenge)
}

pub(crate) fn save(sql: &Sql<'_>, challenge: &Challenge) -> Result<(), StoreError> {
    let codes: Vec<StoredCode> = challenge
        .codes
        .iter()
        .map(|code| StoredCode {
            digest: code.digest.to_hex(),
            expires_at: code.expires_at,
            device: code.device.clone(),
        })
        .collect();
    let success = challenge.success.as_ref();
    let (session_id, generation) = success
        .and_then(|success| success.session.clone())
        .unwrap_or_default();
    sql.execute(
        "INSERT INTO challenges (id, app_id, method_id, purpose, tries, codes, created_at, expires_at, succeeded_at,
             succeeded_digest, session_id, session_generation, device_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (id) DO UPDATE SET tries = excluded.tries, codes = excluded.codes,
             expires_at = excluded.expires_at, succeeded_at = excluded.succeeded_at,
             succeeded_digest = excluded.succeeded_digest, session_id = excluded.session_id,
             session_generation = excluded.session_generation, device_id = excluded.device_id",
        &[
            (&challenge.id).into(),
            (&challenge.app_id).into(),
            (&challenge.method_id).into(),
            purpose_text(challenge.purpose).into(),
            i64::from(challenge.tries).into(),
            (&to_json(&codes, "challenges.codes")?).into(),
            challenge.created_at.into(),
            challenge.expires_at().into(),
            success.map_or(0, |success| success.at).into(),
            (&success.map(|success| success.digest.to_hex()).unwrap_or_default()).into(),
            (&session_id).into(),
            generation.into(),
            (success.and_then(|success| success.device.as_deref()).unwrap_or_default()).into(),
        ],
    )?;
    Ok(())
}

/// Ends every code of every app: none of them works any more.
pub(crate) fn end_all(sql: &Sql<'_>) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE challenges SET codes = '[]', expires_at = created_at",
        &[],
    )
    .map(drop)
}
