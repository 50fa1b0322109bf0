//! What the page knows of phone numbers: enough to understand what a person typed.
//!
//! Deliberately absent: the browser, and the question whether a number can exist. The servers
//! answer that with the full library.

mod countries;
mod display;
mod prefer;
mod reading;

pub use countries::{Country, CountryCode, all, find};
pub use display::international;
pub use prefer::preferred;
pub use reading::{Misread, Reading, country_of, read};
