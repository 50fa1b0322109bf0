//! What a person does, tried in a real browser against the real servers.
//!
//! One file per thing that people do. Every test has a product, a browser profile and phone numbers
//! of its own, because messages are limited per number. How things are found and waited for lives
//! in the crate's library; what each screen must do is specified in the words used here.

mod accessibility;
mod apps;
mod first_paint;
mod integrity;
mod keyboard;
mod languages;
mod navigation;
mod outage;
mod plain;
mod reload;
mod resend;
mod sessions;
mod sign_in;
mod storage;
mod tabs;
mod web_otp;
mod wrong_code;
