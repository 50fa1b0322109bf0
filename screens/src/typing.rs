//! What people type, made into what computers take: digits of any script, separators, words around
//! a code. The page and the backend's plain screens read alike.
//!
//! Deliberately absent: number plans, and whether a code is right.

pub mod code;
pub mod digits;
pub mod number;
