//! Stub.
use crate::Catalogue;
pub static JAPANESE: Catalogue = Catalogue {
    language: "ja",
    ..super::english::ENGLISH
};
