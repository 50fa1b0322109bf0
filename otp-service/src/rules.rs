//! The policy: pure functions from a state, a command and the time to an outcome and a new state.
//!
//! No clock, no randomness, no SQL, no HTTP: times come in as Unix seconds, random values as values.
//! The same rules therefore serve every database, and tests move the clock by hand.

pub(crate) mod budget;
pub(crate) mod challenge;
pub(crate) mod delivery;
pub(crate) mod device;
pub(crate) mod guessing;
pub(crate) mod limits;
pub(crate) mod pumping;
pub(crate) mod route;
pub(crate) mod session;
pub(crate) mod throttle;
