//! The page: sign-in with a phone number on two screens, and an account screen.
//!
//! Its logic is in plain types that are tested on the host (`phone`, `deadline`, `press`, `failure`,
//! `text`, and `screens::typing`, which the servers share); what touches the browser is kept thin. `api` is the only door
//! to HTTP, `session` the only one to browser storage.

#![allow(
    unreachable_pub,
    reason = "Leptos's component macro writes pub items also for private components"
)]

pub mod api;
mod app;
pub mod browser;
pub mod components;
pub mod deadline;
pub mod failure;
mod pages;
pub mod phone;
pub mod press;
pub mod session;
mod state;
pub mod text;
pub mod value;
mod watch;

pub use app::{prepare, take_over};
