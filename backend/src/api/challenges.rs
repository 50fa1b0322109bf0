//! The calls of the app's servers about challenges: a second factor, or a code once more before something
//! that matters. Between the two calls a person is at `/challenge/{challenge_id}` ([`crate::plain::challenge`]).

pub(crate) mod create;
pub(crate) mod redeem;
pub(crate) mod sending;

#[cfg(test)]
mod tests;
