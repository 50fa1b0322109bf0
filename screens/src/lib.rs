//! What the screens say, in eleven languages, and how they look as plain HTML.
//!
//! The page (`frontend`) reads one language from a file made of it; the backend answers with screens
//! in the person's language, and to browsers without JavaScript with nothing else; the finished bundle
//! gets its first screen and the files of all languages from here. With them live the readers of what
//! people type into these screens. Deliberately absent: the browser, number plans, and every decision but
//! which sentence belongs to which error.

#![allow(
    missing_docs,
    reason = "the sentences of a language are documented once, at the fields of `Catalogue`"
)]

mod catalogue;
mod delivery;
pub mod html;
pub mod languages;
pub mod plural;
mod refusal;
pub mod typing;
pub mod user_agent;

pub use catalogue::{Catalogue, filled};
pub use delivery::delivery;
pub use refusal::{Doing, Refusal, refused};
