//! The language of a message: chosen by the caller, from a list of ours (G-10).

use edge::testing::Log;
use serde_json::{Value, json};
use shared::ErrorType;

use super::super::held_to_document::document;
use super::harness::{Harness, NUMBER};
use crate::message::Language;

/// Sends a message, reads it off the phone, and goes past the cool-down.
async fn message(harness: &Harness, path: &str, body: &Value) -> Value {
    harness.post(path, body).await.assert_ok();
    let to = body["phone_number"].as_str().or(body["email"].as_str());
    let newest = harness.messages(to.unwrap()).await[0].clone();
    harness.clock.advance(3600);
    newest
}

#[tokio::test]
async fn every_send_takes_a_language_and_the_outbox_shows_it() {
    let harness = Harness::start().await;
    for (path, to, locale, shown, words) in [
        ("/otps/sms/login_or_create", "phone_number", "de-CH", "de", "Code für Pipit: "),
        ("/otps/sms/send", "phone_number", "pt", "pt-BR", "Seu token Pipit é "),
        ("/otps/email/login_or_create", "email", "zh-CN", "zh-Hans", "【Pipit】验证码："),
        ("/otps/email/send", "email", "ar-EG", "ar", "رمزك في Pipit هو "),
    ] {
        let address = if to == "email" { "ada@example.com" } else { NUMBER };
        let body = json!({to: address, "expires_in": 2, "locale": locale});
        let message = message(&harness, path, &body).await;
        assert_eq!(message["locale"], shown, "{path}");
        // The code has ended by now; what the phone had is gone from the outbox, its language is not.
        assert_eq!(harness.messages(address).await[0]["locale"], shown);
        let (text, code) = (message["text"].as_str().unwrap(), message["code"].as_str().unwrap());
        // An e-mail has a subject before it.
        let said = text.split_once("\n\n").map_or(text, |(_, body)| body);
        assert!(said.starts_with(&format!("{words}{code}")), "{text}");
    }
}

#[tokio::test]
async fn a_code_in_any_language_signs_in() {
    let harness = Harness::start().await;
    for (step, locale) in ["ar", "ja", "hi-IN"].into_iter().enumerate() {
        let number = format!("+1212555014{step}");
        let body = json!({"phone_number": number, "locale": locale});
        let sent = harness.login_or_create(&body).await.assert_ok().json();
        let otp = harness.messages(&number).await[0]["code"].clone();
        let body = json!({"method_id": sent["phone_number_id"], "otp": otp});
        harness.verify(&body).await.assert_ok();
    }
}

#[tokio::test]
async fn a_tag_of_no_language_of_ours_is_english_and_is_told_nowhere_g_10_f_01() {
    let log = Log::keep();
    let harness = Harness::start().await;
    let english = ["tlh-Quux", "zh-Hant-Quux", "https://quux.example", "<b>Quux</b>", "\u{202e}Quux\0\r\n"];
    for (step, locale) in english.into_iter().enumerate() {
        let number = format!("+1212555014{step}");
        let body = json!({"phone_number": number, "locale": locale});
        let answer = harness.login_or_create(&body).await;
        assert!(!answer.assert_ok().text().contains("uux"));
        let message = &harness.messages(&number).await[0];
        let (text, code) = (message["text"].as_str().unwrap(), message["code"].as_str().unwrap());
        let expected = format!(
            "Your Pipit code is {code}. It works for 1 minute. We never ask you for it.\n@localhost #{code}"
        );
        assert_eq!((text, &message["locale"]), (expected.as_str(), &json!("en")));
    }
    let refused = json!({"phone_number": NUMBER, "locale": format!("de-{}", "Quux".repeat(9))});
    let answer = harness.login_or_create(&refused).await;
    answer.assert_error(ErrorType::InvalidRequest);
    assert!(!answer.text().contains("uux"));
    assert!(!log.text().contains("uux"), "{}", log.text());
}

#[tokio::test]
async fn a_language_that_is_null_is_none() {
    let harness = Harness::start().await;
    let body = json!({"phone_number": NUMBER, "locale": null});
    let message = message(&harness, "/otps/sms/login_or_create", &body).await;
    assert_eq!(message["locale"], "en");
}

#[test]
fn the_document_names_every_language() {
    let document = document();
    for channel in ["sms", "email"] {
        let path = format!("/v1/auth/otps/{channel}/login_or_create");
        let told = document["paths"][path]["post"]["description"].as_str().unwrap();
        for language in Language::ALL {
            assert!(told.contains(&format!("`{}`", language.tag())), "{language:?}");
        }
    }
}
