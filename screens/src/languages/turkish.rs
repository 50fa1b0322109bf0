//! Stub.
use crate::Catalogue;
pub static TURKISH: Catalogue = Catalogue {
    language: "tr",
    ..super::english::ENGLISH
};
