//! The app's own accounts: one row per user of the OTP service, with the app's own id for the person.

use shared::PhoneNumber;
use shared::app_server::{AccountResponse, ExternalId, Metadata};
use storage::{Row, Sql, StoreError};

use super::challenges::forget_of_account;
use super::ended_sessions::forget_of_user;
use super::webhooks::note;
use super::{Store, new_id};
use crate::webhooks::message::{EndedBy, Message};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) account_id: String,
    pub(crate) user_id: String,
    /// The number that was proved last; before the first sign-in the one that was given.
    pub(crate) phone_number: PhoneNumber,
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) metadata: Metadata,
    pub(crate) created_at: i64,
    pub(crate) first_sign_in_at: Option<i64>,
    pub(crate) last_sign_in_at: Option<i64>,
}

/// What accounts are looked for by.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    Account(String),
    User(String),
    External(ExternalId),
    Number(PhoneNumber),
}

/// Which account is to be linked.
#[derive(Debug, Clone)]
pub(crate) enum Whose {
    /// The user's, made where there is none.
    User {
        user_id: String,
        phone_number: PhoneNumber,
    },
    /// The one with this id.
    Account(String),
}

/// The account after it was linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Linked {
    pub(crate) account: Account,
    pub(crate) created: bool,
}

/// Why an account was not linked; nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkFault {
    /// No account has this id.
    Unknown,
    /// Another account has the app's id.
    Taken,
    /// The account has another one.
    LinkedElsewhere,
}

/// What [`Account::read`] reads, in its order.
macro_rules! account {
    () => {
        "account_id, user_id, phone_number, external_id, metadata, created_at, first_sign_in_at, last_sign_in_at"
    };
}
pub(super) use account;

/// A question for whole accounts, with this behind it.
macro_rules! accounts {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            account!(),
            " FROM accounts WHERE ",
            $condition,
            " LIMIT $2"
        )
    };
}
/// So many accounts of one number are told.
const MOST_FOUND: i64 = 100;

impl Account {
    pub(super) fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let external_id = match row.text(3)?.as_str() {
            "" => None,
            text => Some(ExternalId::parse(text).map_err(|_| strange("external_id"))?),
        };
        let time = |column| row.int(column).map(|time| (time != 0).then_some(time));
        Ok(Self {
            account_id: row.text(0)?,
            user_id: row.text(1)?,
            phone_number: read_number(row, 2)?,
            external_id,
            metadata: serde_json::from_str(&row.text(4)?).map_err(|_| strange("metadata"))?,
            created_at: row.int(5)?,
            first_sign_in_at: time(6)?,
            last_sign_in_at: time(7)?,
        })
    }
}

fn strange(what: &str) -> StoreError {
    StoreError::Broken(format!("an account has a malformed {what}"))
}

fn read_number(row: &Row<'_>, column: usize) -> Result<PhoneNumber, StoreError> {
    PhoneNumber::parse(&row.text(column)?).map_err(|_| strange("number"))
}

impl From<Account> for AccountResponse {
    fn from(account: Account) -> Self {
        Self {
            account_id: account.account_id,
            user_id: account.user_id,
            phone_number: account.phone_number,
            external_id: account.external_id,
            metadata: account.metadata,
            created_at: account.created_at,
            first_sign_in_at: account.first_sign_in_at,
            last_sign_in_at: account.last_sign_in_at,
        }
    }
}

impl Store {
    /// Links an account to the app's own id and notes what the app wants noted, at `now`.
    pub(crate) async fn link(
        &self,
        whose: Whose,
        external_id: Option<ExternalId>,
        metadata: Option<Metadata>,
        now: i64,
    ) -> Result<Result<Linked, LinkFault>, StoreError> {
        let (new_id, announces) = (new_id("acct")?, self.1);
        let metadata = metadata.map(|metadata| serde_json::to_string(&metadata));
        let metadata = metadata
            .transpose()
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        self.0
            .write(move |sql| {
                let wanted = match &whose {
                    Whose::User { user_id, .. } => Wanted::User(user_id.clone()),
                    Whose::Account(account_id) => Wanted::Account(account_id.clone()),
                };
                let before = one(sql, &wanted)?;
                if let Err(fault) = may_link(sql, before.as_ref(), external_id.as_ref())? {
                    return Ok(Err(fault));
                }
                let account_id = match (&before, &whose) {
                    (Some(account), _) => account.account_id.clone(),
                    (None, Whose::Account(_)) => return Ok(Err(LinkFault::Unknown)),
                    (None, Whose::User { user_id, phone_number }) => {
                        sql.execute(
                            "INSERT INTO accounts (account_id, user_id, phone_number, created_at, first_sign_in_at,
                                last_sign_in_at) VALUES ($1, $2, $3, $4, 0, 0)",
                            &[(&new_id).into(), user_id.into(), phone_number.as_str().into(), now.into()],
                        )?;
                        new_id.clone()
                    }
                };
                if let Some(external_id) = &external_id {
                    let params = [external_id.as_str().into(), (&account_id).into()];
                    sql.execute("UPDATE accounts SET external_id = $1 WHERE account_id = $2", &params)?;
                }
                if let Some(metadata) = &metadata {
                    let params = [metadata.into(), (&account_id).into()];
                    sql.execute("UPDATE accounts SET metadata = $1 WHERE account_id = $2", &params)?;
                }
                let account = one(sql, &Wanted::Account(account_id))?
                    .ok_or_else(|| StoreError::Broken("the linked account is not there".to_owned()))?;
                let created = before.is_none();
                if created && announces {
                    note(sql, &Message::account_created(&account), now)?;
                }
                Ok(Ok(Linked { account, created }))
            })
            .await
    }

    /// The account, if there is one; of a number's, the one that signed in last.
    pub(crate) async fn account(&self, wanted: Wanted) -> Result<Option<Account>, StoreError> {
        self.0.look_up(move |sql| one(sql, &wanted)).await
    }

    /// The account's id of a user, and the account's number.
    pub(crate) async fn account_of(
        &self,
        user_id: String,
    ) -> Result<Option<(String, PhoneNumber)>, StoreError> {
        self.0
            .look_up(move |sql| {
                sql.query_one(
                    "SELECT account_id, phone_number FROM accounts WHERE user_id = $1",
                    &[(&user_id).into()],
                    |row| Ok((row.text(0)?, read_number(row, 1)?)),
                )
            })
            .await
    }

    /// All of them.
    pub(crate) async fn accounts(&self, wanted: Wanted) -> Result<Vec<Account>, StoreError> {
        self.0
            .read(move |sql| {
                let (sentence, value) = question(&wanted);
                let params = [value.into(), MOST_FOUND.into()];
                sql.query(sentence, &params, Account::read)
            })
            .await
    }

    /// So many accounts in the order of their ids, from the one after this id on.
    pub(crate) async fn accounts_after(
        &self,
        account_id: &str,
        most: u32,
    ) -> Result<Vec<Account>, StoreError> {
        let account_id = account_id.to_owned();
        self.0
            .read(move |sql| {
                sql.query(
                    accounts!("account_id > $1 ORDER BY account_id"),
                    &[(&account_id).into(), i64::from(most).into()],
                    Account::read,
                )
            })
            .await
    }

    /// Forgets the app's id of an account. None when there is no such account.
    pub(crate) async fn unlink(&self, account_id: &str) -> Result<Option<Account>, StoreError> {
        let account_id = account_id.to_owned();
        self.0
            .write(move |sql| {
                sql.execute(
                    "UPDATE accounts SET external_id = '' WHERE account_id = $1",
                    &[(&account_id).into()],
                )?;
                one(sql, &Wanted::Account(account_id.clone()))
            })
            .await
    }

    /// Forgets the account, with its challenges, at `now`. With it these sessions have ended.
    pub(crate) async fn delete_account(
        &self,
        account: Account,
        ended_sessions: Vec<String>,
        now: i64,
    ) -> Result<(), StoreError> {
        let announces = self.1;
        self.0
            .write(move |sql| {
                for session in ended_sessions.iter().filter(|_| announces) {
                    let by = EndedBy::AccountDeletion;
                    note(
                        sql,
                        &Message::session_ended(&account, session, by, now),
                        now,
                    )?;
                }
                forget_of_account(sql, &account.account_id)?;
                forget_of_user(sql, &account.user_id)?;
                let params = [(&account.account_id).into()];
                sql.execute("DELETE FROM accounts WHERE account_id = $1", &params)
                    .map(drop)
            })
            .await
    }
}

/// Whether nothing else stands in the way of this link.
fn may_link(
    sql: &Sql<'_>,
    account: Option<&Account>,
    external_id: Option<&ExternalId>,
) -> Result<Result<(), LinkFault>, StoreError> {
    let Some(external_id) = external_id else {
        return Ok(Ok(()));
    };
    let linked = account.and_then(|account| account.external_id.as_ref());
    if linked == Some(external_id) {
        return Ok(Ok(()));
    }
    if one(sql, &Wanted::External(external_id.clone()))?.is_some() {
        return Ok(Err(LinkFault::Taken));
    }
    Ok(match linked {
        Some(_) => Err(LinkFault::LinkedElsewhere),
        None => Ok(()),
    })
}

pub(super) fn one(sql: &Sql<'_>, wanted: &Wanted) -> Result<Option<Account>, StoreError> {
    let (sentence, value) = question(wanted);
    sql.query_one(sentence, &[value.into(), 1.into()], Account::read)
}

/// The question for them, with how many as its second parameter; all but a number have one account.
fn question(wanted: &Wanted) -> (&'static str, &str) {
    match wanted {
        Wanted::Account(id) => (accounts!("account_id = $1"), id),
        Wanted::User(id) => (accounts!("user_id = $1"), id),
        Wanted::External(id) => (accounts!("external_id = $1"), id.as_str()),
        Wanted::Number(number) => (
            accounts!("phone_number = $1 ORDER BY last_sign_in_at DESC, account_id"),
            number.as_str(),
        ),
    }
}
