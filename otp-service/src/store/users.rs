//! Users and the methods (phone numbers, e-mail addresses) that they sign in with.

use shared::otp_service::{User, UserPhoneNumber, UserStatus};
use storage::{Row, Sql, StoreError};

use super::strange;

/// A phone number of a user.
#[derive(Debug, Clone)]
pub(crate) struct PhoneMethod {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) number: shared::PhoneNumber,
    pub(crate) verified: bool,
    pub(crate) user_status: UserStatus,
}

const PHONE_METHOD: &str =
    "SELECT methods.id, methods.user_id, methods.address, methods.verified, users.status
     FROM methods JOIN users ON users.id = methods.user_id
     WHERE methods.app_id = $1 AND methods.kind = 'phone_number'";

fn phone_method(row: &Row<'_>) -> Result<PhoneMethod, StoreError> {
    Ok(PhoneMethod {
        id: row.text(0)?,
        user_id: row.text(1)?,
        number: shared::PhoneNumber::parse(&row.text(2)?)
            .map_err(|_| strange("methods.address"))?,
        verified: row.flag(3)?,
        user_status: status_of(&row.text(4)?),
    })
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

/// The owner of a number.
pub(crate) fn by_number(
    sql: &Sql<'_>,
    app_id: &str,
    number: &shared::PhoneNumber,
) -> Result<Option<PhoneMethod>, StoreError> {
    let query = format!("{PHONE_METHOD} AND methods.address = $2");
    sql.query_one(
        &query,
        &[app_id.into(), number.as_str().into()],
        phone_method,
    )
}

/// A number by its id.
pub(crate) fn by_method_id(
    sql: &Sql<'_>,
    app_id: &str,
    method_id: &str,
) -> Result<Option<PhoneMethod>, StoreError> {
    let query = format!("{PHONE_METHOD} AND methods.id = $2");
    sql.query_one(&query, &[app_id.into(), method_id.into()], phone_method)
}

/// A new user with a number that belongs to nobody yet.
pub(crate) fn insert(
    sql: &Sql<'_>,
    app_id: &str,
    method: &PhoneMethod,
    now: i64,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO users (id, app_id, first_name, middle_name, last_name, status, created_at, updated_at)
         VALUES ($1, $2, '', '', '', $3, $4, $4)",
        &[(&method.user_id).into(), app_id.into(), status_text(method.user_status).into(), now.into()],
    )?;
    sql.execute(
        "INSERT INTO methods (id, app_id, user_id, kind, address, verified, created_at, updated_at)
         VALUES ($1, $2, $3, 'phone_number', $4, $5, $6, $6)",
        &[
            (&method.id).into(),
            app_id.into(),
            (&method.user_id).into(),
            method.number.as_str().into(),
            method.verified.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// A code sent to the number was right: the number is verified, and a pending user active.
pub(crate) fn mark_verified(
    sql: &Sql<'_>,
    method: &PhoneMethod,
    now: i64,
) -> Result<(), StoreError> {
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

/// A user with everything that belongs to it.
pub(crate) fn get(sql: &Sql<'_>, app_id: &str, user_id: &str) -> Result<Option<User>, StoreError> {
    let user = sql.query_one(
        "SELECT id, first_name, middle_name, last_name, status, created_at, updated_at
         FROM users WHERE app_id = $1 AND id = $2",
        &[app_id.into(), user_id.into()],
        |row| {
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
        },
    )?;
    let Some(mut user) = user else {
        return Ok(None);
    };
    user.phone_numbers = sql.query(
        "SELECT id, verified, address, created_at, updated_at FROM methods
         WHERE user_id = $1 AND kind = 'phone_number' ORDER BY created_at, id",
        &[user_id.into()],
        |row| {
            Ok(UserPhoneNumber {
                id: row.text(0)?,
                verified: row.flag(1)?,
                phone_number: row.text(2)?,
                created_at: row.int(3)?,
                updated_at: row.int(4)?,
            })
        },
    )?;
    Ok(Some(user))
}
