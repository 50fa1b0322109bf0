//! Stub.
use crate::Catalogue;
pub static SIMPLIFIED_CHINESE: Catalogue = Catalogue {
    language: "zh-Hans",
    ..super::english::ENGLISH
};
