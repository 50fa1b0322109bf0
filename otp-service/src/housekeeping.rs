//! What the service does by itself from time to time, beside the requests: it forgets what is due, and
//! moves on to new keys.

use std::sync::Arc;
use std::time::Duration;

use storage::{Sql, StoreError};

use crate::jwt;
use crate::own_key::{OWN_KEY, Settled, settle};
use crate::service::Service;
use crate::store::retention::Due;
use crate::store::signing_keys;

/// How often what is due is forgotten.
const EVERY: Duration = Duration::from_secs(60);
/// Rows of one bite: a few milliseconds, behind which a sign-in may have to wait (E-06).
const BITE: i64 = 100;

/// Keeps house until it is stopped.
pub(crate) async fn keep_house(service: Arc<Service>) {
    let mut interval = tokio::time::interval(EVERY);
    loop {
        interval.tick().await;
        if let Err(error) = forget(&service, BITE).await {
            tracing::error!(%error, "what is due was not forgotten; the next round tries again");
        }
        if let Err(error) = move_on(&service).await {
            tracing::error!(%error, "the keys were not looked after; the next round tries again");
        }
    }
}

/// Forgets all that is due, in bites of so many rows with a commit each, between which others have
/// their turn. How many rows went.
pub(crate) async fn forget(service: &Service, bite: i64) -> Result<usize, StoreError> {
    let (now, idle) = (service.clock.now(), service.limits.session_idle);
    let mut forgotten = 0;
    for due in Due::ALL {
        loop {
            let found = service
                .database
                .write(move |sql| due.bite(sql, idle, now, bite))
                .await?;
            forgotten += found;
            if i64::try_from(found).is_ok_and(|found| found < bite) {
                break;
            }
        }
    }
    Ok(forgotten)
}

/// Seals with the own key what was sealed with the one before it, and removes signing keys that can't
/// have signed anything that still counts (E-08).
pub(crate) async fn move_on(service: &Service) -> Result<(), StoreError> {
    let (secrets, random) = (service.secrets(), service.random.clone());
    let now = service.clock.now();
    let since = now - service.limits.session_cap - jwt::SIGNED_UNTIL;
    let step = move |sql: &Sql<'_>| -> Result<Settled, StoreError> {
        signing_keys::remove_replaced(sql, since)?;
        settle(sql, &secrets, &random, now)
    };
    if service.database.write(step).await? == Settled::OtherKey {
        tracing::error!(
            "another service on this database uses a key that is not in this one's {OWN_KEY}: copy the file"
        );
    }
    Ok(())
}
