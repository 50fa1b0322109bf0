//! Stub.
use crate::Catalogue;
pub static HINDI: Catalogue = Catalogue {
    language: "hi",
    ..super::english::ENGLISH
};
