//! The page.

pub mod digits;
pub mod phone;
