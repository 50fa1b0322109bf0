//! Beside a running service, on the same data: reads the codes that were sent, as a phone would, and
//! fills a database with users. For the benchmark, which must not spend the service's time on it.
//! Never part of a server.

use edge::clock::Clock;
use shared::PhoneNumber;
use shared::otp_service::UserStatus;
use storage::{Database, StoreError};

use crate::address::Address;
use crate::config::Config;
use crate::ids::{self, Kind};
use crate::message::code_in;
use crate::own_key::{KeyFile, OWN_KEY};
use crate::random::Random;
use crate::secrets::Secrets;
use crate::serve::{Place, StartError};
use crate::store::users::{Method, Names};
use crate::store::{api_keys, messages, users};

/// The data of a service that has been started once.
#[derive(Debug)]
pub struct Beside {
    database: Database,
    secrets: Secrets,
    random: Random,
    app_id: String,
}

impl Beside {
    /// Opens the data that `config` names.
    ///
    /// # Errors
    /// When the service would not start with it either, or has never been started.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let database = Place::of(config)?.open().map_err(StartError::Open)?;
        let keys = KeyFile::load(&config.data_dir.join(OWN_KEY)).map_err(StartError::Key)?;
        let apps = database
            .read(api_keys::apps)
            .await
            .map_err(StartError::Store)?;
        Ok(Self {
            database,
            secrets: keys.secrets(Clock::system().now()),
            random: Random::system(),
            app_id: apps.into_iter().next().ok_or(StartError::ApiKey)?,
        })
    }

    /// The code of the newest message to a number; nothing when there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn code_for(&self, number: String) -> Result<Option<String>, StoreError> {
        let newest = self
            .database
            .read(move |sql| messages::newest_to(sql, &number, 1))
            .await?;
        let text = newest
            .first()
            .and_then(|message| self.secrets.open(&message.sealed_text));
        Ok(text.as_deref().and_then(code_in).map(str::to_owned))
    }

    /// Makes an active user for each of these numbers (E.164), all or none.
    ///
    /// # Errors
    /// Those of the database; a number that is none.
    pub async fn add_users(&self, numbers: Vec<String>, created_at: i64) -> Result<(), StoreError> {
        let mut methods = Vec::with_capacity(numbers.len());
        for number in numbers {
            let broken = |what: &str| StoreError::Broken(what.to_owned());
            let drawn = || self.random.bytes().map_err(|_| broken("no randomness"));
            let number = PhoneNumber::parse(&number).map_err(|_| broken("not a phone number"))?;
            methods.push(Method {
                id: ids::new(Kind::PhoneNumber, created_at, drawn()?),
                user_id: ids::new(Kind::User, created_at, drawn()?),
                address: Address::Phone(number),
                verified: true,
                user_status: UserStatus::Active,
            });
        }
        let app_id = self.app_id.clone();
        self.database
            .write(move |sql| {
                for method in &methods {
                    users::insert(
                        sql,
                        &app_id,
                        &method.user_id,
                        method.user_status,
                        &Names::default(),
                        created_at,
                    )?;
                    users::insert_method(sql, &app_id, method, created_at)?;
                }
                Ok(())
            })
            .await
    }

    /// Lets go of the data.
    pub async fn close(self) {
        self.database.close().await;
    }
}
