//! The backend: holds the OTP service's key, keeps the accounts, serves the page and turns its calls
//! into calls of the OTP service. Thin: policy, codes and sessions are the service's.
//!
//! The route table in [`router`] reads as a table of contents. Wiring enters by one door, [`serve`],
//! in production and in tests.
//!
//! The app's own servers have calls of their own, with a server key: [`api::accounts`],
//! [`api::challenges`].
//!
//! Deliberately absent: any table of sessions or pending verifications; any code that looks at a
//! code; any second way to reach the OTP service than [`otp_client`]. The outbox's page is passed on
//! by [`outbox`], without the key.

mod access_token;
mod api;
mod app;
mod binding;
mod brand;
mod bundle;
mod carrier;
mod chores;
mod client;
mod config;
mod cookie;
mod device;
mod embedded;
mod events;
mod health;
mod housekeeping;
mod in_clear;
mod language;
mod openapi;
mod origin;
mod otp_client;
mod outbox;
mod plain;
mod result_code;
mod return_to;
mod router;
mod sealed;
mod serve;
mod server_key;
mod session_cookie;
mod settings;
mod sign_in;
mod signed_in;
mod store;
#[cfg(test)]
mod testing;
mod throttle;
mod unbroken;
mod verification;
mod webhooks;

pub use brand::Color;
pub use chores::{Chore, ChoreError};
pub use client::Proxy;
pub use config::{
    Config, Country, Link, PublicUrl, ReturnOrigin, ServiceUrl, SessionCookieSetting,
};
pub use otp_client::Unusable;
pub use serve::{StartError, serve};
pub use throttle::AddressLimits;
pub use webhooks::WebhookSettings;
