//! Whether a key belongs to the database, and what in the database moves on to a new one.

use storage::{Sql, StoreError};

use crate::random::Random;
use crate::secrets::Secrets;
use crate::store::{own_key_checks, signing_keys};

/// What was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The key belongs to this database.
    Belongs,
    /// The database is used with a key that is not in the file.
    OtherKey,
}

/// Makes the current key known to the database, unless it is another database's, and seals anew what
/// was sealed with the one before.
pub(crate) fn settle(
    sql: &Sql<'_>,
    secrets: &Secrets,
    random: &Random,
    now: i64,
) -> Result<Settled, StoreError> {
    let current = secrets.check_value();
    let known = own_key_checks::newest_first(sql)?;
    if let Some(newest) = known.first()
        && !secrets.know(newest)
    {
        return Ok(Settled::OtherKey);
    }
    if known.iter().any(|known| known == current) {
        // A replica that has not gone on to the newest key yet leaves everything as it is.
        if known.first().is_none_or(|newest| newest != current) {
            return Ok(Settled::Belongs);
        }
    } else {
        own_key_checks::insert(sql, current, now)?;
    }
    for key in signing_keys::all(sql)? {
        if !secrets.is_sealed_with_another(&key.sealed) {
            continue;
        }
        let nonce = random
            .bytes()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let text = secrets.open(&key.sealed);
        let sealed = text.and_then(|text| secrets.seal(&text, nonce));
        let sealed =
            sealed.ok_or_else(|| StoreError::Broken("a signing key can't be opened".to_owned()))?;
        signing_keys::reseal(sql, &key.id, &sealed)?;
    }
    Ok(Settled::Belongs)
}
