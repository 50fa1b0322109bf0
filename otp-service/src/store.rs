//! All SQL of the service, and the way between rows and values. One SQL text for every database.
//!
//! Functions here load and save; they decide nothing. They run inside the transaction of the
//! command or question that calls them.

pub(crate) mod api_keys;
pub(crate) mod challenges;
pub(crate) mod clock_marks;
pub(crate) mod deliveries;
pub(crate) mod devices;
pub(crate) mod exhaustions;
pub(crate) mod handing_over;
pub(crate) mod invariants;
pub(crate) mod messages;
pub(crate) mod moving;
pub(crate) mod own_key_checks;
pub(crate) mod receipts;
pub(crate) mod replays;
pub(crate) mod retention;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod throttles;
pub(crate) mod user_search;
pub(crate) mod users;

use storage::{Sql, StoreError};

/// The schema, version by version; the list only ever grows (E-11).
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("store/schema_1.sql"),
    include_str!("store/schema_2.sql"),
    include_str!("store/schema_3.sql"),
];

/// Writes, and changes nothing: shows that the disk takes what a sign-in would have to write. There
/// and back, since SQLite does not write a row that stays as it was.
pub(crate) fn probe(sql: &Sql<'_>) -> Result<(), StoreError> {
    sql.execute("UPDATE apps SET created_at = created_at + 1", &[])?;
    sql.execute("UPDATE apps SET created_at = created_at - 1", &[])?;
    Ok(())
}

/// A column that holds what this program did not write.
fn strange(column: &str) -> StoreError {
    StoreError::Broken(format!("the column {column} holds something strange"))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| strange(column))
}

fn to_json(value: &impl serde::Serialize, column: &str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| strange(column))
}
