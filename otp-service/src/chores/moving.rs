//! `move`: everything into an empty database of the other kind, or of the same. How: [`storage::carry`].

use std::io::Write;

use edge::settings::MoveTarget;
use storage::{OpenError, carry, is_empty};

use super::{ChoreError, service_time};
use crate::config::Config;
use crate::own_key::OWN_KEY;
use crate::serve::Place;
use crate::store::invariants;
use crate::store::moving::TABLES;

pub(super) async fn move_to(
    config: &Config,
    target: MoveTarget,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    let target = target.address().map_err(ChoreError::Refused)?;
    let target = Place::at(target, config).map_err(ChoreError::Start)?;
    let source = Place::of(config).map_err(ChoreError::Start)?;
    // Both get the schema of this version.
    let database = source.open()?;
    let now = service_time(&database).await;
    database.close().await;
    let now = now?;
    let database = target.open()?;
    let empty = database.read(|sql| is_empty(sql, TABLES)).await;
    database.close().await;
    if !empty? {
        let sentence = "the target is not empty: nothing was moved".to_owned();
        return Err(ChoreError::Refused(sentence));
    }
    let mut said = Ok(());
    carry(
        source.whole(),
        target.whole(),
        TABLES,
        move |sql| invariants::broken(sql, now),
        // Nobody who listens is no reason to break off.
        |line| {
            if said.is_ok() {
                said = writeln!(out, "{line}");
            }
        },
    )
    .map_err(fault)?;
    said?;
    Ok(writeln!(
        out,
        "Everything is moved. Start the service with the new DATABASE_URL and the same {OWN_KEY} in DATA_DIR; the old \
         database is as it was."
    )?)
}

fn fault(error: OpenError) -> ChoreError {
    match error {
        OpenError::Setup(cause) => ChoreError::Store(cause),
        other => ChoreError::Open(other),
    }
}
