//! What the service sees happen in its database without having done it: keys that an operator made or
//! revoked beside it, how many messages wait, how many challenges end by wrong codes, what other services
//! have spent on messages, and what became of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use storage::StoreError;

use crate::measuring::measure;
use crate::rules::guessing::{self, Exhausted};
use crate::service::Service;
use crate::store::{api_keys, exhaustions, messages};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(10);
/// How many looks there are from one measurement of deliveries to the next.
const LOOKS_TO_MEASURE: u32 = 6;

/// Looks out until it is stopped.
pub(crate) async fn look_out(service: Arc<Service>) {
    let mut interval = tokio::time::interval(EVERY);
    let mut keys = None;
    let mut looks = 0;
    loop {
        interval.tick().await;
        if looks % LOOKS_TO_MEASURE == 0
            && let Err(error) = measure(&service).await
        {
            tracing::warn!(%error, "deliveries were not measured; a later round tries again");
        }
        looks = looks.wrapping_add(1);
        if let Err(error) = look(&service, &mut keys).await {
            tracing::warn!(%error, "keys and messages were not looked at; the next round tries again");
        }
    }
}

/// When each key was revoked, 0 while it works, by its id.
type Keys = HashMap<String, i64>;

/// `keys` are those of the last look, none before the first.
pub(crate) async fn look(service: &Service, keys: &mut Option<Keys>) -> Result<(), StoreError> {
    let now = service.clock.now();
    let question = move |sql: &storage::Sql<'_>| {
        let exhausted = Exhausted {
            ten_minutes: exhaustions::since(sql, now - guessing::TEN_MINUTES)?,
            day: exhaustions::since(sql, now - guessing::DAY)?,
        };
        Ok((
            api_keys::list(sql)?,
            messages::waiting(sql, now)?,
            exhausted,
        ))
    };
    let (listed, waiting, exhausted) = service.database.read(question).await?;
    service.events.messages_waiting(waiting);
    service.events.exhausted(exhausted);
    service.events.gateways(&service.gateways);
    service.budgets.agree(&service.database, now).await?;
    if let Some(before) = keys {
        for key in &listed {
            let (known, works) = (before.get(&key.id), key.revoked_at == 0);
            match known {
                None => service.events.key_made(&key.id, &key.mode),
                Some(0) if !works => service.events.key_revoked(&key.id, &key.mode),
                Some(_) => {}
            }
        }
    }
    *keys = Some(
        listed
            .into_iter()
            .map(|key| (key.id, key.revoked_at))
            .collect(),
    );
    Ok(())
}
