//! The hands and eyes of the browser tests: a browser session that finds things as a person or a
//! screen reader does, the product running in this process, and its outbox.
//!
//! Elements are found by role and accessible name only, so a test reads like the specification of
//! the screens and breaks when a name does. Nothing waits for a fixed time: everything waits for a
//! condition, with a deadline. What the tests try lives in `tests/browser/`.
//!
//! Another engine comes in through [`engine`]: all else speaks plain W3C WebDriver.

mod browser;
mod driver;
mod engine;
mod outbox;
mod patience;
mod person;
mod plain_http;
mod product;
mod server;
mod stage;
mod trouble;

pub use browser::{Appearance, Browser, ConsoleLine, Element, Focus, Key, Role, Scheme, Tab};
pub use engine::Engine;
pub use outbox::{Message, Outbox};
pub use patience::wait_for;
pub use person::{CodeScreen, PhoneScreen, another_code};
pub use plain_http::{Answer, send};
pub use product::{Product, Setup, built_page};
pub use stage::{Stage, play};
pub use trouble::{Outcome, Trouble};
