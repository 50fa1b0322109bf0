//! The programs in `examples/`, started as their first lines say, against a backend and an OTP service of
//! their own, with a person's browser in between. They need Node, nginx and Caddy, which
//! `cargo xtask setup` brings.
//!
//! Not here: what the calls refuse in detail; that stands beside them.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends here")]

#[path = "examples/access_token.rs"]
mod access_token;
#[path = "examples/accounts.rs"]
mod accounts;
#[path = "examples/browser.rs"]
mod browser;
#[path = "examples/forward_auth.rs"]
mod forward_auth;
#[path = "examples/house.rs"]
mod house;
#[path = "examples/program.rs"]
mod program;
#[path = "examples/second_factor.rs"]
mod second_factor;
#[path = "examples/session_cookie.rs"]
mod session_cookie;
#[path = "examples/session_token.rs"]
mod session_token;
#[path = "examples/webhooks.rs"]
mod webhooks;
