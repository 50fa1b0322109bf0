//! One sign-in over HTTP from the first call to the session, as the page makes it, and what must be true after it.

use serde_json::{Value, json};

use crate::browser::Browser;

/// The newest code that this phone got, and how many it got.
async fn codes(otp_url: &str, number: &str) -> (String, usize) {
    let number = number.replace('+', "%2B");
    let url = format!("{otp_url}/outbox/messages?to={number}");
    let messages = Browser::default().get(&url).await.ok();
    let messages = messages["messages"].as_array().unwrap();
    let code = messages[0]["code"].as_str().unwrap().to_owned();
    (code, messages.len())
}

/// Signs a number in that never has before, at `url`; `otp_url` has the outbox. Answers what the page gets.
///
/// # Panics
/// When a step fails, or when a repeated call has left a second message or a second session.
pub(crate) async fn sign_in(url: &str, otp_url: &str, number: &str) -> Value {
    let mut browser = Browser::default();
    let pressed = [("idempotency-key", number)];
    let body = json!({"phone_number": number});
    let sent = browser
        .post(&format!("{url}/api/otp/send"), &body, &pressed)
        .await
        .ok();
    let (code, messages) = codes(otp_url, number).await;
    assert_eq!(messages, 1, "one press, one message");
    let body = json!({"verification_id": sent["verification_id"], "otp": code});
    let signed_in = browser
        .post(&format!("{url}/api/otp/verify"), &body, &[])
        .await
        .ok();
    let bearer = format!("Bearer {}", signed_in["session_token"].as_str().unwrap());
    let with = [("authorization", bearer.as_str())];
    let session = browser
        .get_with(&format!("{url}/api/session"), &with)
        .await
        .ok();
    assert_eq!(session["phone_number"], number);
    assert_eq!(session["account_id"], signed_in["account_id"]);
    let all = browser
        .get_with(&format!("{url}/api/sessions"), &with)
        .await
        .ok();
    assert_eq!(
        all["sessions"].as_array().unwrap().len(),
        1,
        "one code, one session"
    );
    signed_in
}
