//! The backend's own data, in an SQLite file or on a PostgreSQL server: accounts, challenges, sessions that were
//! ended, what webhooks are to tell, and what was sent where the OTP service does not count it. All SQL
//! of the backend is here and below, one text for both; every answer is given when it is on disk.
//!
//! Not here: sessions, codes and whether somebody may sign in; the OTP service knows.

mod accounts;
mod challenges;
mod ended_sessions;
mod number_sends;
mod place;
mod sign_ins;
mod webhooks;

use edge::ApiError;
use shared::ErrorType;
use storage::{Database, OpenError, Sql, StoreError, Table, is_empty, tables};

pub(crate) use accounts::{Account, LinkFault, Wanted, Whose};
pub(crate) use challenges::{Challenge, SentCode, WantedProof};
pub(crate) use place::Place;
pub(crate) use sign_ins::SignIn;
pub(crate) use webhooks::{Taken, Told};

/// The schema, one entry per version; entries are only ever added (E-11).
const MIGRATIONS: &[&str] = &[
    "CREATE TABLE accounts (
        account_id TEXT NOT NULL PRIMARY KEY,
        user_id TEXT NOT NULL UNIQUE,
        phone_number TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        last_sign_in_at BIGINT NOT NULL
    )",
    // An empty `external_id` is none; a time of 0 is never.
    "ALTER TABLE accounts ADD COLUMN external_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE accounts ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE accounts ADD COLUMN first_sign_in_at BIGINT NOT NULL DEFAULT 0;
    UPDATE accounts SET first_sign_in_at = created_at;
    CREATE UNIQUE INDEX accounts_by_external_id ON accounts (external_id) WHERE external_id <> '';
    CREATE INDEX accounts_by_phone_number ON accounts (phone_number)",
    "CREATE TABLE challenges (
        challenge_id TEXT NOT NULL PRIMARY KEY,
        phone_number TEXT NOT NULL,
        account_id TEXT NOT NULL,
        purpose TEXT NOT NULL,
        shown TEXT NOT NULL,
        return_to TEXT NOT NULL,
        method_id TEXT NOT NULL,
        otp_challenge_id TEXT NOT NULL,
        resend_at BIGINT NOT NULL,
        used_up BIGINT NOT NULL,
        ends_at BIGINT NOT NULL,
        proved_at BIGINT NOT NULL,
        redeemed_at BIGINT NOT NULL
    );
    CREATE INDEX challenges_by_end ON challenges (ends_at);
    CREATE INDEX challenges_by_account ON challenges (account_id)",
    "CREATE TABLE number_sends (
        send_id TEXT NOT NULL PRIMARY KEY,
        number TEXT NOT NULL,
        sent_at BIGINT NOT NULL
    );
    CREATE INDEX number_sends_by_number ON number_sends (number, sent_at);
    CREATE INDEX number_sends_by_time ON number_sends (sent_at)",
    // An `ended_at` of 0 is not over; then `next_at` is when somebody may take it.
    "CREATE TABLE webhook_messages (
        message_id TEXT NOT NULL PRIMARY KEY,
        event TEXT NOT NULL,
        body TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        attempts BIGINT NOT NULL,
        next_at BIGINT NOT NULL,
        ended_at BIGINT NOT NULL
    );
    CREATE INDEX webhook_messages_to_tell ON webhook_messages (next_at, message_id) WHERE ended_at = 0;
    CREATE INDEX webhook_messages_by_end ON webhook_messages (ended_at)",
    "CREATE TABLE ended_sessions (
        user_id TEXT NOT NULL,
        session_id TEXT NOT NULL,
        ended_at BIGINT NOT NULL,
        PRIMARY KEY (user_id, session_id)
    );
    CREATE INDEX ended_sessions_by_time ON ended_sessions (ended_at)",
];

/// All of it, for whoever moves it to another place.
pub(crate) const TABLES: &[Table] = tables! {
    "accounts" [1] account_id Text, user_id Text, phone_number Text, created_at Int, last_sign_in_at Int,
        external_id Text, metadata Text, first_sign_in_at Int;
    "challenges" [1] challenge_id Text, phone_number Text, account_id Text, purpose Text, shown Text, return_to Text,
        method_id Text, otp_challenge_id Text, resend_at Int, used_up Int, ends_at Int, proved_at Int, redeemed_at Int;
    "ended_sessions" [2] user_id Text, session_id Text, ended_at Int;
    "number_sends" [1] send_id Text, number Text, sent_at Int;
    "webhook_messages" [1] message_id Text, event Text, body Text, created_at Int, attempts Int, next_at Int,
        ended_at Int;
};

/// When the own database can't work.
pub(crate) const RETRY_AFTER_SECS: u32 = 5;

/// The open database.
#[derive(Debug, Clone)]
pub(crate) struct Store(
    Database,
    /// Webhooks tell of what happens.
    bool,
);

impl Store {
    /// Opens it, made where there is none, and brings its schema up to date.
    pub(crate) fn open(place: &Place) -> Result<Self, OpenError> {
        Ok(Self(place.open(MIGRATIONS)?, false))
    }

    /// The same, which notes what webhooks are to tell.
    pub(crate) fn announcing(self, announces: bool) -> Self {
        Self(self.0, announces)
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        self.account(Wanted::User(String::new())).await.map(drop)
    }

    /// Whether nothing is in there.
    pub(crate) async fn is_empty(&self) -> Result<bool, StoreError> {
        self.0.read(|sql| is_empty(sql, TABLES)).await
    }

    /// Ends every challenge: in an old copy, redeemed ones would be worth something again.
    pub(crate) async fn end_challenges(&self) -> Result<(), StoreError> {
        let end = |sql: &Sql<'_>| sql.execute("DELETE FROM challenges", &[]).map(drop);
        self.0.write(end).await
    }

    /// Lets go of the database once everything is on disk.
    pub(crate) async fn close(self) {
        self.0.close().await;
    }

    /// All its tables and columns.
    #[cfg(test)]
    pub(crate) async fn columns(&self) -> std::collections::BTreeSet<(String, String)> {
        let all = self.0.read(|sql| {
            sql.query(
                "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
                 WHERE tables.type = 'table' AND tables.name <> 'schema_version'",
                &[],
                |row| Ok((row.text(0)?, row.text(1)?)),
            )
        });
        all.await.unwrap().into_iter().collect()
    }

    /// Breaks the database for a test.
    #[cfg(test)]
    pub(crate) async fn break_it(&self) {
        self.0
            .write(|sql| sql.batch("DROP TABLE accounts"))
            .await
            .unwrap();
    }
}

#[cfg(test)]
impl Store {
    /// From now on no send can be counted.
    pub(crate) async fn forget_how_to_count(&self) {
        let drop_it = self.0.write(|sql| sql.batch("DROP TABLE number_sends"));
        drop_it.await.unwrap();
    }
}

/// What a caller is told when the own database can't work; nothing has happened.
pub(crate) fn fault(error: StoreError) -> ApiError {
    ApiError::unavailable(ErrorType::Overloaded, error).retry_after(RETRY_AFTER_SECS)
}

/// A new opaque id: the prefix, `_` and 24 letters and digits, 142 bits.
fn new_id(prefix: &str) -> Result<String, StoreError> {
    let word = edge::keys::base62(24, getrandom::fill)
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(format!("{prefix}_{}", *word))
}

#[cfg(test)]
mod tests;
