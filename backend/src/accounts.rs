//! The app's own accounts: one row per user of the OTP service. All SQL of the backend is here.
//!
//! Not here: sessions, codes and whether somebody may sign in; the OTP service knows.

use std::path::Path;

use edge::keys::base62;
use shared::PhoneNumber;
use storage::{Database, OpenError, Sql, StoreError};

/// The schema, one entry per version; entries are only ever added (E-11).
const MIGRATIONS: &[&str] = &["CREATE TABLE accounts (
        account_id TEXT NOT NULL PRIMARY KEY,
        user_id TEXT NOT NULL UNIQUE,
        phone_number TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        last_sign_in_at BIGINT NOT NULL
    )"];

/// An account, as far as the calls need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) account_id: String,
    /// The number of the first sign-in.
    pub(crate) phone_number: PhoneNumber,
}

/// The accounts database.
#[derive(Debug, Clone)]
pub(crate) struct Accounts(Database);

impl Accounts {
    pub(crate) fn open(data_dir: &Path) -> Result<Self, OpenError> {
        Database::open(&data_dir.join("accounts.db"), MIGRATIONS).map(Self)
    }

    /// Finds or makes the account of a user who has just signed in at `now`, Unix seconds.
    /// Number and id are kept once they are there. Answers when it is on disk.
    pub(crate) async fn sign_in(
        &self,
        user_id: &str,
        phone_number: &PhoneNumber,
        now: i64,
    ) -> Result<Account, StoreError> {
        let (user_id, phone_number) = (user_id.to_owned(), phone_number.clone());
        let account_id = base62(24, getrandom::fill)
            .map(|word| format!("acct_{}", *word))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.0
            .write(move |sql| {
                sql.execute(
                    "INSERT INTO accounts (account_id, user_id, phone_number, created_at, last_sign_in_at)
                     VALUES ($1, $2, $3, $4, $4)
                     ON CONFLICT (user_id) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at",
                    &[(&account_id).into(), (&user_id).into(), phone_number.as_str().into(), now.into()],
                )?;
                find(sql, &user_id)?.ok_or_else(|| StoreError::Broken("the new account is not there".to_owned()))
            })
            .await
    }

    /// The account of a user.
    pub(crate) async fn find(&self, user_id: &str) -> Result<Option<Account>, StoreError> {
        let user_id = user_id.to_owned();
        self.0.read(move |sql| find(sql, &user_id)).await
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        self.find("").await.map(drop)
    }

    /// Lets go of the file once everything is on disk.
    pub(crate) async fn close(self) {
        self.0.close().await;
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

fn find(sql: &Sql<'_>, user_id: &str) -> Result<Option<Account>, StoreError> {
    sql.query_one(
        "SELECT account_id, phone_number FROM accounts WHERE user_id = $1",
        &[user_id.into()],
        |row| {
            Ok(Account {
                account_id: row.text(0)?,
                phone_number: PhoneNumber::parse(&row.text(1)?).map_err(|_| {
                    StoreError::Broken("an account has a malformed number".to_owned())
                })?,
            })
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_user_has_one_account_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path()).unwrap();
        let first = accounts
            .sign_in("user_1", &number("+12125550142"), 100)
            .await
            .unwrap();
        assert!(first.account_id.starts_with("acct_") && first.account_id.len() == 29);
        let again = accounts
            .sign_in("user_1", &number("+12125550143"), 200)
            .await
            .unwrap();
        assert_eq!(again, first);
        let other = accounts
            .sign_in("user_2", &number("+12125550144"), 200)
            .await
            .unwrap();
        assert_ne!(other.account_id, first.account_id);
        accounts.close().await;

        let accounts = Accounts::open(folder.path()).unwrap();
        assert_eq!(accounts.find("user_1").await.unwrap(), Some(first));
        assert_eq!(accounts.find("user_3").await.unwrap(), None);
    }

    #[tokio::test]
    async fn two_sign_ins_at_once_make_one_account() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path()).unwrap();
        let number = number("+12125550142");
        let (one, two) = tokio::join!(
            accounts.sign_in("user_1", &number, 100),
            accounts.sign_in("user_1", &number, 100)
        );
        assert_eq!(one.unwrap(), two.unwrap());
    }

    #[tokio::test]
    async fn a_broken_database_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(folder.path()).unwrap();
        assert!(accounts.ping().await.is_ok());
        accounts.break_it().await;
        assert!(accounts.ping().await.is_err());
    }
}
