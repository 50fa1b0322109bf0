//! Users and the methods (phone numbers, e-mail addresses) that they sign in with.

use shared::otp_service::{MethodType, User, UserEmail, UserPhoneNumber, UserStatus};
use storage::{Row, Sql, StoreError};

use super::strange;
use crate::address::Address;

/// A phone number or an e-mail address of a user.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) address: Address,
    pub(crate) verified: bool,
    pub(crate) user_status: UserStatus,
}

/// A user's names; unset ones are `""`.
#[derive(Clone, Default)]
pub(crate) struct Names {
    pub(crate) first: String,
    pub(crate) middle: String,
    pub(crate) last: String,
}

const METHOD: &str = "SELECT methods.id, methods.user_id, methods.kind, methods.address, methods.verified, users.status
     FROM methods JOIN users ON users.id = methods.user_id WHERE methods.app_id = $1";

fn method(row: &Row<'_>) -> Result<Method, StoreError> {
    Ok(Method {
        id: row.text(0)?,
        user_id: row.text(1)?,
        address: address(&row.text(2)?, &row.text(3)?)?,
        verified: row.flag(4)?,
        user_status: status_of(&row.text(5)?),
    })
}

/// An address from its two columns.
pub(super) fn address(kind: &str, text: &str) -> Result<Address, StoreError> {
    let method_type = match kind {
        "phone_number" => MethodType::PhoneNumber,
        "email" => MethodType::Email,
        _ => return Err(strange("methods.kind")),
    };
    Address::parse(method_type, text).ok_or_else(|| strange("methods.address"))
}

pub(super) fn kind_text(method_type: MethodType) -> &'static str {
    match method_type {
        MethodType::PhoneNumber => "phone_number",
        MethodType::Email => "email",
    }
}

fn status_of(text: &str) -> UserStatus {
    match text {
        "active" => UserStatus::Active,
        "pending" => UserStatus::Pending,
        _ => UserStatus::Inactive,
    }
}

fn status_text(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Active => "active",
        UserStatus::Pending => "pending",
        UserStatus::Inactive => "inactive",
    }
}

/// The owner of an address.
pub(crate) fn by_address(
    sql: &Sql<'_>,
    app_id: &str,
    address: &Address,
) -> Result<Option<Method>, StoreError> {
    let query = format!("{METHOD} AND methods.kind = $2 AND methods.address = $3");
    let kind = kind_text(address.method_type());
    sql.query_one(
        &query,
        &[app_id.into(), kind.into(), address.as_str().into()],
        method,
    )
}

/// A method by its id.
pub(crate) fn by_method_id(
    sql: &Sql<'_>,
    app_id: &str,
    method_id: &str,
) -> Result<Option<Method>, StoreError> {
    sql.query_one(
        &format!("{METHOD} AND methods.id = $2"),
        &[app_id.into(), method_id.into()],
        method,
    )
}

/// A new user without a method.
pub(crate) fn insert(
    sql: &Sql<'_>,
    app_id: &str,
    user_id: &str,
    status: UserStatus,
    names: &Names,
    now: i64,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO users (id, app_id, first_name, middle_name, last_name, status, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        &[
            user_id.into(),
            app_id.into(),
            (&names.first).into(),
            (&names.middle).into(),
            (&names.last).into(),
            status_text(status).into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// A method that belongs to nobody yet; its user is there.
pub(crate) fn insert_method(
    sql: &Sql<'_>,
    app_id: &str,
    method: &Method,
    now: i64,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO methods (id, app_id, user_id, kind, address, verified, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        &[
            (&method.id).into(),
            app_id.into(),
            (&method.user_id).into(),
            kind_text(method.address.method_type()).into(),
            method.address.as_str().into(),
            method.verified.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// Names that were given replace those that are there. Whether the user exists.
pub(crate) fn rename(
    sql: &Sql<'_>,
    app_id: &str,
    user_id: &str,
    names: [Option<&str>; 3],
    now: i64,
) -> Result<bool, StoreError> {
    for (column, name) in ["first_name", "middle_name", "last_name"]
        .into_iter()
        .zip(names)
    {
        if let Some(name) = name {
            let update = format!("UPDATE users SET {column} = $1 WHERE app_id = $2 AND id = $3");
            sql.execute(&update, &[name.into(), app_id.into(), user_id.into()])?;
        }
    }
    let touched = sql.execute(
        "UPDATE users SET updated_at = $1 WHERE app_id = $2 AND id = $3",
        &[now.into(), app_id.into(), user_id.into()],
    )?;
    Ok(touched > 0)
}

/// A code sent to the method was right: it is verified, and a pending user active.
pub(crate) fn mark_verified(sql: &Sql<'_>, method: &Method, now: i64) -> Result<(), StoreError> {
    if !method.verified {
        sql.execute(
            "UPDATE methods SET verified = 1, updated_at = $1 WHERE id = $2",
            &[now.into(), (&method.id).into()],
        )?;
    }
    if method.user_status == UserStatus::Pending {
        sql.execute(
            "UPDATE users SET status = 'active', updated_at = $1 WHERE id = $2",
            &[now.into(), (&method.user_id).into()],
        )?;
    }
    Ok(())
}

/// Removes a user with its methods, challenges, messages and sessions (F-09). Whether it was there.
pub(crate) fn delete(sql: &Sql<'_>, app_id: &str, user_id: &str) -> Result<bool, StoreError> {
    Ok(sql.execute(
        "DELETE FROM users WHERE app_id = $1 AND id = $2",
        &[app_id.into(), user_id.into()],
    )? > 0)
}

/// Removes a method with its challenges and messages.
pub(crate) fn delete_method(sql: &Sql<'_>, method: &Method) -> Result<(), StoreError> {
    sql.execute("DELETE FROM methods WHERE id = $1", &[(&method.id).into()])
        .map(drop)
}

/// A user with everything that belongs to it.
pub(crate) fn get(sql: &Sql<'_>, app_id: &str, user_id: &str) -> Result<Option<User>, StoreError> {
    let user = sql.query_one(
        "SELECT id, first_name, middle_name, last_name, status, created_at, updated_at
         FROM users WHERE app_id = $1 AND id = $2",
        &[app_id.into(), user_id.into()],
        user_row,
    )?;
    let Some(mut user) = user else {
        return Ok(None);
    };
    let methods = sql.query(
        "SELECT id, kind, address, verified, created_at, updated_at FROM methods
         WHERE user_id = $1 ORDER BY created_at, id",
        &[user_id.into()],
        |row| {
            let (id, verified) = (row.text(0)?, row.flag(3)?);
            let (created_at, updated_at) = (row.int(4)?, row.int(5)?);
            Ok(match row.text(1)?.as_str() {
                "email" => Ok(UserEmail {
                    id,
                    verified,
                    email: row.text(2)?,
                    created_at,
                    updated_at,
                }),
                _ => Err(UserPhoneNumber {
                    id,
                    verified,
                    phone_number: row.text(2)?,
                    created_at,
                    updated_at,
                }),
            })
        },
    )?;
    for method in methods {
        match method {
            Ok(email) => user.emails.push(email),
            Err(number) => user.phone_numbers.push(number),
        }
    }
    Ok(Some(user))
}

/// A user without its methods.
fn user_row(row: &Row<'_>) -> Result<User, StoreError> {
    let status = status_of(&row.text(4)?);
    Ok(User {
        user_id: row.text(0)?,
        first_name: row.text(1)?,
        middle_name: row.text(2)?,
        last_name: row.text(3)?,
        status,
        active: status == UserStatus::Active,
        created_at: row.int(5)?,
        updated_at: row.int(6)?,
        phone_numbers: Vec::new(),
        emails: Vec::new(),
        idp_providers: Vec::new(),
        wallets: Vec::new(),
        totps: Vec::new(),
        webauthn_credentials: Vec::new(),
    })
}

/// The users, in any app, that have this id or this address; the app's id stands before each.
pub(crate) fn anywhere(sql: &Sql<'_>, wanted: &str) -> Result<Vec<(String, String)>, StoreError> {
    sql.query(
        "SELECT app_id, id FROM users WHERE id = $1
         UNION SELECT app_id, user_id FROM methods WHERE address = $1 ORDER BY 1, 2",
        &[wanted.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Disables a user, whose sessions end at once (C-10), or lets it in again. Whether it was there.
pub(crate) fn set_status(
    sql: &Sql<'_>,
    app_id: &str,
    user_id: &str,
    status: UserStatus,
    now: i64,
) -> Result<bool, StoreError> {
    if status == UserStatus::Inactive {
        super::sessions::end_all(sql, app_id, Some(user_id), now)?;
    }
    let touched = sql.execute(
        "UPDATE users SET status = $1, updated_at = $2 WHERE app_id = $3 AND id = $4",
        &[
            status_text(status).into(),
            now.into(),
            app_id.into(),
            user_id.into(),
        ],
    )?;
    Ok(touched > 0)
}
