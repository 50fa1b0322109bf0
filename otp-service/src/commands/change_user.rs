//! Makes, changes and removes users and their methods, each all or nothing. An address never moves
//! from one user to another by itself.

use shared::otp_service::{MethodType, User, UserStatus};
use storage::{Sql, StoreError};

use crate::address::Address;
use crate::app::App;
use crate::ids::{self, Kind};
use crate::store::users::{Method, Names};
use crate::store::{sessions, users};

/// An address, with the random part of the id that it gets.
#[derive(Debug)]
pub(crate) struct NewAddress {
    pub(crate) address: Address,
    pub(crate) drawn: [u8; 16],
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done(Box<User>),
    NoUser,
    /// An address of this kind belongs to another user.
    Taken(MethodType),
}

/// A new user with at least one address.
pub(crate) struct CreateUser {
    pub(crate) app: App,
    pub(crate) names: Names,
    pub(crate) status: UserStatus,
    pub(crate) addresses: Vec<NewAddress>,
    pub(crate) drawn: [u8; 16],
    pub(crate) now: i64,
}

impl CreateUser {
    pub(crate) fn run(&self, sql: &Sql<'_>) -> Result<Outcome, StoreError> {
        let user_id = ids::new(Kind::User, self.now, self.drawn);
        for new in &self.addresses {
            if users::by_address(sql, &self.app.id, &new.address)?.is_some() {
                return Ok(Outcome::Taken(new.address.method_type()));
            }
        }
        users::insert(
            sql,
            &self.app.id,
            &user_id,
            self.status,
            &self.names,
            self.now,
        )?;
        attach(sql, &self.app.id, &user_id, &self.addresses, self.now)
    }
}

/// New names and further addresses.
pub(crate) struct UpdateUser {
    pub(crate) app: App,
    pub(crate) user_id: String,
    pub(crate) first_name: Option<String>,
    pub(crate) middle_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) addresses: Vec<NewAddress>,
    pub(crate) now: i64,
}

impl UpdateUser {
    pub(crate) fn run(&self, sql: &Sql<'_>) -> Result<Outcome, StoreError> {
        let app_id = &self.app.id;
        for new in &self.addresses {
            match users::by_address(sql, app_id, &new.address)? {
                Some(owned) if owned.user_id != self.user_id => {
                    return Ok(Outcome::Taken(new.address.method_type()));
                }
                None | Some(_) => {}
            }
        }
        let names =
            [&self.first_name, &self.middle_name, &self.last_name].map(|name| name.as_deref());
        if !users::rename(sql, app_id, &self.user_id, names, self.now)? {
            return Ok(Outcome::NoUser);
        }
        attach(sql, app_id, &self.user_id, &self.addresses, self.now)
    }
}

/// Attaches the addresses that belong to nobody yet; an address named twice is attached once.
fn attach(
    sql: &Sql<'_>,
    app_id: &str,
    user_id: &str,
    addresses: &[NewAddress],
    now: i64,
) -> Result<Outcome, StoreError> {
    for new in addresses {
        if users::by_address(sql, app_id, &new.address)?.is_none() {
            let method = Method {
                id: ids::new(new.address.id_kind(), now, new.drawn),
                user_id: user_id.to_owned(),
                address: new.address.clone(),
                verified: false,
                user_status: UserStatus::Pending,
            };
            users::insert_method(sql, app_id, &method, now)?;
        }
    }
    let user = users::get(sql, app_id, user_id)?;
    Ok(user.map_or(Outcome::NoUser, |user| Outcome::Done(Box::new(user))))
}

/// Removes a method of this kind and ends the sessions that it made (C-10). Answers whose it was.
pub(crate) fn delete_method(
    sql: &Sql<'_>,
    app: &App,
    method_type: MethodType,
    method_id: &str,
    now: i64,
) -> Result<Option<String>, StoreError> {
    let found = users::by_method_id(sql, &app.id, method_id)?;
    let Some(method) = found.filter(|method| method.address.method_type() == method_type) else {
        return Ok(None);
    };
    for mut session in sessions::of_user(sql, &app.id, &method.user_id)? {
        if session
            .factors
            .iter()
            .any(|factor| factor.method.method_id == method.id)
        {
            session.lifetime.ended_at = now;
            session.updated_at = now;
            sessions::save(sql, &app.id, &session)?;
        }
    }
    users::delete_method(sql, &method)?;
    Ok(Some(method.user_id))
}
