//! The people and things that the document's examples speak of.

use serde_json::{Value, json};

pub(crate) const NUMBER: &str = "+12125550142";
pub(crate) const EMAIL: &str = "ada@example.com";
pub(crate) const CODE: &str = "493027";
pub(crate) const WRONG_CODE: &str = "111111";
pub(crate) const USER_ID: &str = "user_39TqpSXe2nRyYbX0wTzKqJ4mV7c";
pub(crate) const PHONE_NUMBER_ID: &str = "pn_39TqpTf9LhG3dQmZ8sNaEwR5uKx";
pub(crate) const EMAIL_ID: &str = "email_39TqpQv1CkB6jWtY4xPzHnM8eDs";
pub(crate) const CHALLENGE_ID: &str = "chal_39TqpVr7FzU2gLoA5iXcJyS9bNw";
pub(crate) const SESSION_ID: &str = "sess_39TqpUd8MqI4hKpE6aVzGtB1fRy";
pub(crate) const KEY_ID: &str = "jwk_39TqpRx3ObW5nJsC7eYuDkF2vTz";
pub(crate) const TOKEN: &str = "q7WnB3xK9sVfLr2TzYc5HdJ8mGpA4eRu6XwNtQk1EoSiCvUyDbMhZgFjPaOl0I3r";
pub(crate) const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiJzZXNzXzM5In0.c2lnbmF0dXJl";
pub(crate) const MODULUS: &str = "v6kQJ2Zk3mXw8Yt0";
/// Unix seconds.
pub(crate) const AT: i64 = 1_800_000_000;
pub(crate) const IP: &str = "192.0.2.1";
pub(crate) const USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub(crate) fn device() -> Value {
    json!({"ip": IP, "user_agent": USER_AGENT})
}

/// What our service adds to the answer of a send.
pub(crate) fn challenge(mut answer: Value, expires_in_secs: u32, resend_in_secs: u32) -> Value {
    answer["challenge_id"] = CHALLENGE_ID.into();
    answer["expires_in_secs"] = expires_in_secs.into();
    answer["resend_in_secs"] = resend_in_secs.into();
    answer
}

/// The session of a phone number.
pub(crate) fn session() -> Value {
    json!({
        "id": SESSION_ID,
        "user_id": USER_ID,
        "started_at": AT,
        "expires_at": AT + 3600,
        "last_active_at": AT,
        "created_at": AT,
        "updated_at": AT,
        "factors": [{
            "delivery_channel": "sms",
            "type": "otp",
            "method": {
                "method_id": PHONE_NUMBER_ID,
                "method_type": "phone_number",
                "last_verified_at": AT,
                "phone_number_id": PHONE_NUMBER_ID,
                "phone_number": NUMBER,
            },
        }],
        "device_fingerprint": device(),
    })
}

/// A user with an e-mail address.
pub(crate) fn user() -> Value {
    json!({
        "user_id": USER_ID,
        "first_name": "Ada",
        "middle_name": "",
        "last_name": "Lovelace",
        "status": "pending",
        "active": false,
        "created_at": AT,
        "updated_at": AT,
        "phone_numbers": [],
        "emails": [email()],
        "idp_providers": [],
        "wallets": [],
        "totps": [],
        "webauthn_credentials": [],
    })
}

/// The same with a phone number too.
pub(crate) fn user_with_number() -> Value {
    let mut user = user();
    user["phone_numbers"] = json!([number()]);
    user
}

/// An e-mail address of a user.
pub(crate) fn email() -> Value {
    json!({"id": EMAIL_ID, "verified": false, "email": "ada.lovelace@example.com", "created_at": AT, "updated_at": AT})
}

/// A phone number of a user.
pub(crate) fn number() -> Value {
    json!({"id": PHONE_NUMBER_ID, "verified": false, "phone_number": "+447400123456", "created_at": AT, "updated_at": AT})
}
