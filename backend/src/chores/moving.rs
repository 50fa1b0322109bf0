//! `move`: everything into an empty database of the other kind, or of the same. How: [`storage::carry`].

use std::io::Write;

use edge::settings::MoveTarget;
use storage::carry;

use super::ChoreError;
use crate::config::Config;
use crate::store::{Place, Store, TABLES};

pub(super) async fn move_to(
    config: &Config,
    target: MoveTarget,
    out: &mut impl Write,
) -> Result<(), ChoreError> {
    let target = target.address().map_err(ChoreError::Refused)?;
    let target = Place::at(target, config)?;
    let source = Place::of(config)?;
    // Both get the schema of this version.
    Store::open(&source)?.close().await;
    let store = Store::open(&target)?;
    let empty = store.is_empty().await;
    store.close().await;
    if !empty? {
        return Err(ChoreError::Refused(
            "the target is not empty: nothing was moved".to_owned(),
        ));
    }
    let mut said = Ok(());
    // The database itself holds what must be true of accounts.
    let look = |_: &storage::Sql<'_>| Ok(Vec::new());
    carry(source.whole(), target.whole(), TABLES, look, |line| {
        if said.is_ok() {
            said = writeln!(out, "{line}");
        }
    })?;
    said?;
    Ok(writeln!(
        out,
        "Everything is moved. Start the backend with the new DATABASE_URL and the same BACKEND_KEY or DATA_DIR; the old \
         database is as it was."
    )?)
}
