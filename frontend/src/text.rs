//! Every sentence that a person reads, and which one belongs to which error.
//!
//! A language is one value of [`Catalogue`]; one with a missing sentence does not compile.
//! Deliberately absent: names of countries, dates and numbers, which the browser words itself.

mod catalogue;
mod english;
mod sentences;

pub use catalogue::Catalogue;
pub use english::ENGLISH;
pub use sentences::{Doing, device, failure, misread};
