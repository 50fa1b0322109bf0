//! What both servers do alike where HTTP comes in: the error envelope, strict reading of bodies,
//! queries and headers, limits of size and time, security headers, the access log, the listener,
//! how much is let in and what is counted of it, and the few things every `main` needs (clock, log
//! lines, metrics, secret settings, how to stop). Where calls go out: the
//! circuit breaker, and requests to addresses that an operator gives ([`outbound`]).
//!
//! Deliberately absent: routes, rules, storage and anything that only one of the servers does.
//! The order of a request: [`serve`] (sockets, slow clients; [`Workers`], who answers) → [`harden`] (limits, panics, headers,
//! log line) → the server's own routes, with [`Json`], [`Query`] and the header extractors.

mod body;
mod breaker;
pub mod clock;
mod error;
mod form;
mod framing;
mod harden;
mod headers;
mod health_check;
mod json;
pub mod keys;
pub mod logging;
pub mod metrics;
pub mod outbound;
mod pace;
mod peer;
pub mod process;
mod query;
mod readiness;
mod serve;
pub mod settings;
pub mod spans;
mod stop;
mod strict;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tls;
pub mod trace;
mod traffic;
pub mod utc;
mod wording;
mod workers;

pub use body::RawBody;
pub use breaker::{Attempt, Breaker};
pub use error::{ApiError, OwnPage};
pub use form::Form;
pub use harden::{EdgeLimits, harden, harden_with};
pub use headers::{BearerToken, IdempotencyKey};
pub use health_check::{HealthCheck, Unwell};
pub use json::Json;
pub use peer::Peer;
pub use query::Query;
pub use readiness::Readiness;
pub use serve::{Door, serve};
pub use stop::Stop;
pub use traffic::{Traffic, TrafficLimits, Work};
pub use workers::{PerWorker, Workers};
