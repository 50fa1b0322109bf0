//! The hands and eyes of the browser tests: a browser session that finds things as a person or a
//! screen reader does, the product running in this process, and its outbox.
//!
//! Elements are found by role and accessible name only, so a test reads like the specification of
//! the screens and breaks when a name does. Nothing waits for a fixed time: everything waits for a
//! condition, with a deadline. What the tests try lives in `tests/browser/`.
//!
//! Every test runs in three engines, [`in_every_engine`]. Where they differ is said in [`engine`], and
//! in `browser` for what W3C WebDriver has no words for: the console and how pages are shown.

mod axe;
mod browser;
mod display;
mod driver;
mod elsewhere;
mod engine;
mod gate;
mod in_every_engine;
mod outbox;
mod patience;
mod person;
mod plain_http;
mod product;
mod room;
mod server;
mod stage;
mod trouble;

pub use browser::{Appearance, Browser, ConsoleLine, Element, Focus, Key, Role, Scheme, Tab};
pub use elsewhere::{ARRIVED, Elsewhere};
pub use engine::{CHROMIUM_FLAGS, Engine, Options};
pub use outbox::{Message, Outbox};
pub use patience::wait_for;
pub use person::{CodeScreen, PhoneScreen, another_code};
pub use plain_http::{Answer, post, send};
pub use product::{Product, SERVER_KEY, Setup, built_page};
pub use screens::Catalogue;
pub use stage::{Stage, play, play_with};
pub use trouble::{Outcome, Trouble};
