//! The calls of the page and of the app's servers, one per file, each in the same order: what it does, the handler, its tests.
//! Requests and answers are in [`shared::browser`] and [`shared::app_server`].

pub(crate) mod accounts;
pub(crate) mod challenges;
pub(crate) mod check_auth;
pub(crate) mod client_address;
pub(crate) mod config;
pub(crate) mod create_access_token;
pub(crate) mod end_one_session;
pub(crate) mod end_other_sessions;
pub(crate) mod end_session;
pub(crate) mod extend_session;
pub(crate) mod get_delivery;
pub(crate) mod get_public_keys;
pub(crate) mod get_session;
pub(crate) mod list_sessions;
pub(crate) mod send_otp;
pub(crate) mod unblock_phone_number;
pub(crate) mod verify_otp;
