//! Thin doors to what the browser offers: the document, time, languages, names of countries, focus,
//! history, WebOTP.
//!
//! Deliberately absent: HTTP (see `api`), storage (see `session`) and every decision.

mod document;
mod focus;
mod intl;
mod web_otp;

use std::pin::Pin;

use wasm_bindgen::JsValue;

use crate::deadline::Millis;

pub use document::{
    add_style, choose, chosen, meta, remove_page_class, set_language, set_text, show_picture,
    text_of,
};
pub use focus::{focus, focus_and_select, focus_is_on_nothing};
pub use intl::{CountryNames, ago, date_and_time, fold, number};
pub use web_otp::WebOtp;

/// Whole milliseconds since 1970 by this browser's clock.
#[must_use]
pub fn now() -> Millis {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "whole numbers far below 2^53"
    )]
    let now = js_sys::Date::now() as Millis;
    now
}

/// Whether the browser says that it has no network.
#[must_use]
pub fn is_offline() -> bool {
    web_sys::window().is_some_and(|window| !window.navigator().on_line())
}

/// Whether the person can see this tab.
#[must_use]
pub fn is_visible() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| !document.hidden())
}

/// The person's languages, BCP 47, dearest first.
#[must_use]
pub fn languages() -> Vec<String> {
    let Some(window) = web_sys::window() else {
        return Vec::new();
    };
    window
        .navigator()
        .languages()
        .iter()
        .filter_map(|tag| tag.as_string())
        .collect()
}

/// 128 random bits in hexadecimal, from the browser's cryptographic generator.
#[must_use]
pub fn random_key() -> String {
    let mut bytes = [0_u8; 16];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok());
    if filled.is_none() {
        // No browser that runs WebAssembly lacks it; a key that is only unlikely to repeat will do.
        for byte in &mut bytes {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 255"
            )]
            let random = (js_sys::Math::random() * 256.0) as u8;
            *byte = random;
        }
    }
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The title in the browser's tab.
pub fn set_title(title: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// Runs something that waits. Boxed, because each kind of future of its own costs program bytes.
pub fn spawn(work: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(work);
}

/// The path of the page's address.
#[must_use]
pub fn path() -> String {
    web_sys::window()
        .and_then(|window| window.location().pathname().ok())
        .unwrap_or_default()
}

/// Goes to another site, in place of this page.
pub fn leave(address: &str) {
    if let Some(window) = web_sys::window() {
        // A browser that refuses stays here, where the person is signed in.
        let _ = window.location().replace(address);
    }
}

/// Changes the page's address without leaving the page; `replace` leaves no step to go back.
pub fn set_path(path: &str, replace: bool) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else {
        return;
    };
    let nothing = JsValue::NULL;
    // Refused only when called hundreds of times a minute; the screen is right all the same.
    let _ = match replace {
        true => history.replace_state_with_url(&nothing, "", Some(path)),
        false => history.push_state_with_url(&nothing, "", Some(path)),
    };
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// A member of a JavaScript object that may not be there.
fn member(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = js_sys::Reflect::get(object, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}
