//! Stub.
use crate::Catalogue;
pub static ARABIC: Catalogue = Catalogue {
    language: "ar",
    ..super::english::ENGLISH
};
