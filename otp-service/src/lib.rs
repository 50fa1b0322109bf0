//! The self-hostable OTP service: sends one-time passcodes by text message, verifies them, keeps
//! users and sessions. It speaks the vendor's HTTP API and knows nothing of the page or the backend.
//!
//! ```text
//! main ─► serve ─► api/<endpoint> ─► commands (one transaction each) ─► rules (pure) ─► store (SQL)
//! ```
//!
//! What holds everywhere: rules take time and random values as arguments; a command's answer is
//! given after its commit is on disk (I-06); codes and tokens are stored only as digests (E-01,
//! C-02); the one text that holds a code is sealed while it waits (E-02).

mod address;
mod api;
mod app;
mod budgets;
mod chores;
mod commands;
mod config;
mod dispatcher;
mod events;
mod gateways;
mod housekeeping;
mod ids;
mod jwt;
mod lookout;
mod measuring;
mod message;
mod openapi;
mod outbox;
mod own_key;
mod queue;
mod random;
mod reports;
mod rules;
mod secrets;
mod serve;
mod service;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(test)]
mod tests;
mod timekeeping;

pub use budgets::BudgetSettings;
pub use chores::{Chore, ChoreError};
pub use config::{Config, Policy};
pub use edge::keys::KeyError;
pub use gateways::settings::{GatewaySettings, HttpFormat, HttpMethod, Statuses};
pub use gateways::{
    GatewayError, GatewayKind, LongMessages, PerCountry, SmppSettings, SmtpSettings, SnsSettings,
};
pub use message::{Fault as TemplateFault, TemplateError};
pub use random::{Random, RandomError};
pub use serve::{Prepared, StartError, prepare, prepare_with, serve};
