//! Fields that any page can use: a phone field, a country picker, a code field.
//!
//! They know numbers, countries and codes, and nothing of this app: every word comes in as a
//! property, every change goes out through a signal or a callback. What they need besides is in
//! [`crate::phone`], [`crate::browser`], [`crate::value`] and [`screens::typing`], which know nothing of this app either.
//! `examples/components/` shows them in all their states, as another project would use them.

pub mod code_field;
pub mod country_picker;
pub mod dynamic;
pub mod message;
pub mod phone_field;

pub use code_field::CodeField;
pub use country_picker::{CountryChoice, CountryPicker};
pub use message::FieldMessage;
pub use phone_field::PhoneField;
