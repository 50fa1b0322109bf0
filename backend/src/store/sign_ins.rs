//! What a sign-in leaves in the accounts: most change a time, the first one of a person makes a row.

use shared::PhoneNumber;
use storage::{Sql, StoreError};

use super::accounts::{Account, account};
use super::webhooks::note;
use super::{Store, new_id};
use crate::webhooks::message::Message;

/// Somebody who has just proved a number, and the session that was opened for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignIn {
    pub(crate) user_id: String,
    pub(crate) phone_number: PhoneNumber,
    pub(crate) session_id: String,
    /// Unix seconds.
    pub(crate) started_at: i64,
    /// Unix seconds.
    pub(crate) expires_at: i64,
}

impl Store {
    /// Finds or makes the account of who signs in at `now`, Unix seconds.
    pub(crate) async fn sign_in(&self, sign_in: SignIn, now: i64) -> Result<Account, StoreError> {
        let announces = self.1;
        self.0
            .write(move |sql| {
                let (account, is_new) = match signed_in_again(sql, &sign_in, now)? {
                    Some(account) => (account, false),
                    None => signed_in(sql, &sign_in, now)?,
                };
                if announces {
                    if is_new {
                        note(sql, &Message::account_created(&account), now)?;
                    }
                    note(sql, &Message::session_created(&account, &sign_in), now)?;
                }
                Ok(account)
            })
            .await
    }
}

/// The account of who was here before with the same number, as most are: nothing changes that an index holds.
fn signed_in_again(
    sql: &Sql<'_>,
    sign_in: &SignIn,
    now: i64,
) -> Result<Option<Account>, StoreError> {
    sql.query_one(
        concat!(
            "UPDATE accounts SET last_sign_in_at = $1
             WHERE user_id = $2 AND phone_number = $3 AND first_sign_in_at <> 0 RETURNING ",
            account!()
        ),
        &[
            now.into(),
            (&sign_in.user_id).into(),
            sign_in.phone_number.as_str().into(),
        ],
        Account::read,
    )
}

/// The account of anybody else, and whether it was made for that.
fn signed_in(sql: &Sql<'_>, sign_in: &SignIn, now: i64) -> Result<(Account, bool), StoreError> {
    let account_id = new_id("acct")?;
    let account = sql.query_one(
        concat!(
            "INSERT INTO accounts (account_id, user_id, phone_number, created_at, first_sign_in_at, last_sign_in_at)
             VALUES ($1, $2, $3, $4, $4, $4)
             ON CONFLICT (user_id) DO UPDATE SET last_sign_in_at = excluded.last_sign_in_at,
                phone_number = excluded.phone_number,
                first_sign_in_at = CASE accounts.first_sign_in_at WHEN 0 THEN excluded.first_sign_in_at
                    ELSE accounts.first_sign_in_at END
             RETURNING ",
            account!()
        ),
        &[
            (&account_id).into(),
            (&sign_in.user_id).into(),
            sign_in.phone_number.as_str().into(),
            now.into(),
        ],
        Account::read,
    )?;
    let account =
        account.ok_or_else(|| StoreError::Broken("the new account is not there".to_owned()))?;
    let is_new = account.account_id == account_id;
    Ok((account, is_new))
}
