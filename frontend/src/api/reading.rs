//! From the browser's values to the contract's types, which say what the fields are called.
//!
//! Deliberately absent: fields that the page does not know; a newer server may send them.

use js_sys::{Array, Reflect};
use screens::Refusal;
use shared::browser::{
    ConfigResponse, EndOtherSessionsResponse, EndSessionResponse, GetDeliveryResponse,
    ListSessionsResponse, SendOtpResponse, SessionResponse, SessionSummary, VerifyOtpResponse,
};
use shared::otp_service::DeliveryState;
use shared::{ErrorType, PhoneNumber, SessionToken, VerificationId};
use wasm_bindgen::JsValue;

/// Can be read from a value of the browser's; `None` for anything that is not the contract.
pub(super) trait Read: Sized {
    fn read(value: &JsValue) -> Option<Self>;
}

/// The fields' names on the wire are those of the structure, and one that is forgotten here does not
/// compile.
macro_rules! read_fields {
    ($($name:ident { $($field:ident),* })*) => {
        $(impl Read for $name {
            fn read(value: &JsValue) -> Option<Self> {
                Some(Self { $($field: field(value, stringify!($field))?,)* })
            }
        })*
    };
}

read_fields! {
    ConfigResponse {
        app_name, code_length, default_country, countries, terms_url, privacy_url, support_url,
        logo_url, style_url
    }
    SendOtpResponse { verification_id, phone_number, code_length, expires_in_secs, resend_in_secs }
    GetDeliveryResponse { delivery, usual_secs, resend_in_secs }
    VerifyOtpResponse {
        session_token, user_id, account_id, phone_number, expires_in_secs, return_to
    }
    SessionResponse {
        session_id, user_id, account_id, phone_number, started_at, last_active_at, expires_in_secs,
        return_to
    }
    ListSessionsResponse { sessions }
    SessionSummary {
        session_id, current, started_at, last_active_at, expires_in_secs, ip, user_agent
    }
    EndSessionResponse { message }
    EndOtherSessionsResponse { message, ended }
    Refusal { error_type, attempts_left, retry_after_secs }
}

fn field<T: Read>(value: &JsValue, name: &str) -> Option<T> {
    T::read(&Reflect::get(value, &name.into()).ok()?)
}

impl Read for String {
    fn read(value: &JsValue) -> Option<Self> {
        value.as_string()
    }
}

impl Read for bool {
    fn read(value: &JsValue) -> Option<Self> {
        value.as_bool()
    }
}

impl Read for i64 {
    fn read(value: &JsValue) -> Option<Self> {
        let number = value.as_f64()?;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "whole numbers far below 2^53"
        )]
        (number.fract() == 0.0).then_some(number as Self)
    }
}

impl Read for u32 {
    fn read(value: &JsValue) -> Option<Self> {
        Self::try_from(i64::read(value)?).ok()
    }
}

impl Read for u8 {
    fn read(value: &JsValue) -> Option<Self> {
        Self::try_from(i64::read(value)?).ok()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &JsValue) -> Option<Self> {
        if value.is_undefined() || value.is_null() {
            Some(None)
        } else {
            T::read(value).map(Some)
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &JsValue) -> Option<Self> {
        if !Array::is_array(value) {
            return None;
        }
        Array::from(value).iter().map(|one| T::read(&one)).collect()
    }
}

impl Read for PhoneNumber {
    fn read(value: &JsValue) -> Option<Self> {
        Self::parse(&value.as_string()?).ok()
    }
}

impl Read for SessionToken {
    fn read(value: &JsValue) -> Option<Self> {
        Self::parse(&value.as_string()?).ok()
    }
}

impl Read for VerificationId {
    fn read(value: &JsValue) -> Option<Self> {
        Self::parse(&value.as_string()?).ok()
    }
}

impl Read for DeliveryState {
    fn read(value: &JsValue) -> Option<Self> {
        Self::parse(&value.as_string()?)
    }
}

impl Read for ErrorType {
    fn read(value: &JsValue) -> Option<Self> {
        let word = value.as_string()?;
        let known = Self::ALL.iter().find(|known| known.as_str() == word);
        Some(known.copied().unwrap_or(Self::Unknown))
    }
}
