//! What gateways report, and what they can't (G-09).

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use super::fake_gateway::{ACCOUNT, FakeGateway, Script, own_signature, sid, twilio_signature, vonage_jwt};
use super::gateways::{arguments, ask, start, states, told, with_twilio};
use super::harness::{Harness, NUMBER, START};

const FORM: &str = "application/x-www-form-urlencoded";

/// A status callback of Twilio, as it is published.
async fn twilio_says(harness: &Harness, callback: &str, sid: &str, status: &str) -> Answer {
    let fields = twilio_fields(sid, status);
    let signature = twilio_signature(callback, &fields);
    twilio_call(harness, callback, &fields, Some(&signature)).await
}

fn twilio_fields<'a>(sid: &'a str, status: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", NUMBER),
        ("MessageSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", "+12125550100"),
        ("ApiVersion", "2010-04-01"),
    ]
}

async fn twilio_call(
    harness: &Harness,
    callback: &str,
    fields: &[(&str, &str)],
    signature: Option<&str>,
) -> Answer {
    let path = callback.strip_prefix("https://otp.example.com").unwrap();
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let mut call = Call::post(path).header("content-type", FORM).body(body);
    if let Some(signature) = signature {
        call = call.header("x-twilio-signature", signature);
    }
    call.send(&harness.router).await
}

/// A send that Twilio has taken, and where its status is reported to.
async fn taken() -> (Harness, FakeGateway, Answer, String) {
    let (harness, gateway) = with_twilio().await;
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    let callback = gateway.given()[0].field("StatusCallback").unwrap();
    (harness, gateway, sent, callback)
}

async fn status(harness: &Harness) -> String {
    states(harness).await.remove(0)[0].clone()
}

/// How often the metrics say that something was counted.
fn counted(harness: &Harness, row: &str) -> String {
    let shown = edge::metrics::render(&harness.service.registry).unwrap();
    let line = shown.lines().find_map(|line| line.strip_prefix(row));
    line.unwrap_or_else(|| panic!("{row} in {shown}")).trim().to_owned()
}

#[tokio::test]
async fn reports_of_twilio_move_a_message_on_and_never_back_g_09() {
    for (reports, expected, word) in [
        (&["queued", "sent", "delivered"][..], "delivered", "delivered"),
        (&["delivered", "sent", "queued", "failed"], "delivered", "delivered"),
        (&["undelivered", "delivered"], "failed", "failed"),
        (&["sent", "sent"], "accepted", "on_its_way"),
        (&["a status of next year"], "accepted", "on_its_way"),
    ] {
        let (harness, _gateway, sent, callback) = taken().await;
        for report in reports {
            harness.clock.advance(1);
            twilio_says(&harness, &callback, &sid(1), report)
                .await
                .assert_ok();
        }
        assert_eq!(status(&harness).await, expected, "{reports:?}");
        assert_eq!(told(&harness, &sent).await, word, "{reports:?}");
    }
}

#[tokio::test]
async fn a_report_changes_the_delivery_and_nothing_else_g_09() {
    let (harness, gateway, sent, callback) = taken().await;
    twilio_says(&harness, &callback, &sid(1), "failed").await.assert_ok();
    // The code works, the cool-down stands.
    ask(&harness, NUMBER).await.assert_ok();
    assert_eq!(states(&harness).await.len(), 1, "an equal send within ten seconds is the same");
    harness.clock.advance(20);
    ask(&harness, NUMBER)
        .await
        .assert_error(ErrorType::TooManyRequests);
    let body = json!({
        "method_id": sent.json()["phone_number_id"], "challenge_id": sent.json()["challenge_id"],
        "otp": gateway.given()[0].code(),
    });
    harness.verify(&body).await.assert_ok();
    assert_eq!(
        counted(&harness, "otp_messages_total{country=\"US\",gateway=\"twilio\",step=\"verified\"}"),
        "1"
    );
}

#[tokio::test]
async fn a_report_that_twilio_has_not_signed_is_not_believed_g_09() {
    let (harness, _gateway, _, callback) = taken().await;
    let sid = sid(1);
    let fields = twilio_fields(&sid, "delivered");
    let right = twilio_signature(&callback, &fields);
    let elsewhere = callback.replace("message=msg_", "message=msg_0");
    let other_fields = twilio_fields(&sid, "failed");
    let more = [&fields[..], &[("ErrorCode", "30008")]].concat();
    for (what, callback, fields, signature) in [
        ("none", &callback, &fields, None),
        ("nonsense", &callback, &fields, Some("x".to_owned())),
        ("for another address", &elsewhere, &fields, Some(right.clone())),
        ("for other fields", &callback, &other_fields, Some(right.clone())),
        ("for fewer fields", &callback, &more, Some(right.clone())),
        ("of half its length", &callback, &fields, Some(right[..12].to_owned())),
    ] {
        let answer = twilio_call(&harness, callback, fields, signature.as_deref()).await;
        answer.assert_error(ErrorType::Unauthorized);
        assert_eq!(status(&harness).await, "accepted", "{what}");
    }
    assert_eq!(counted(&harness, "otp_receipts_total{result=\"wrong_signature\"}"), "6");
}

#[test]
fn the_published_example_of_a_signature_is_recognised() {
    // Of the vendor's own libraries, whose token is 12345.
    let fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
        ("Caller", "+14158675309"),
    ];
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let text: String = std::iter::once("https://mycompany.com/myapp.php?foo=1&bar=2".to_owned())
        .chain(sorted.iter().map(|(name, value)| format!("{name}{value}")))
        .collect();
    let token = edge::settings::Secret::from("12345");
    let right = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    assert!(crate::gateways::receipt::is_sha1(&token, text.as_bytes(), right));
    assert!(!crate::gateways::receipt::is_sha1(&token, text.as_bytes(), &right.replace('R', "S")));
}

#[tokio::test]
async fn a_report_of_a_message_that_nobody_knows_is_counted_and_changes_nothing_g_09() {
    let (harness, _gateway, _, callback) = taken().await;
    let (base, _) = callback.split_once('?').unwrap();
    for callback in [
        format!("{base}?message=msg_000000000000000000000000000"),
        format!("{base}?message=%00%27"),
        format!("{base}?x=y"),
        base.to_owned(),
    ] {
        twilio_says(&harness, &callback, "SM00000000000000000000000000009999", "delivered")
            .await
            .assert_ok();
    }
    assert_eq!(status(&harness).await, "accepted");
    assert_eq!(counted(&harness, "otp_receipts_total{result=\"unknown_message\"}"), "4");
    // By the gateway's own name alone it is found all the same.
    twilio_says(&harness, base, &sid(1), "delivered").await.assert_ok();
    assert_eq!(status(&harness).await, "delivered");
}

#[tokio::test]
async fn a_message_of_which_nobody_knew_is_settled_by_its_report_h_02() {
    let (harness, gateway) = with_twilio().await;
    gateway.plays(Script::Half);
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    assert_eq!(told(&harness, &sent).await, "not_reported");
    let callback = gateway.given()[0].field("StatusCallback").unwrap();
    twilio_says(&harness, &callback, &sid(1), "delivered").await.assert_ok();
    assert_eq!(told(&harness, &sent).await, "delivered");
    assert_eq!(states(&harness).await[0][1], "", "it is no longer in doubt");
}

#[tokio::test]
async fn another_gateway_has_no_word_on_a_message_g_09() {
    let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
    first.plays(Script::twilio_error(429, 20429));
    let harness = start(&arguments("twilio,vonage", &first.base, &second.base)).await;
    ask(&harness, NUMBER).await.assert_ok();
    harness.dispatch().await;
    let callback = first.given()[0].field("StatusCallback").unwrap();
    twilio_says(&harness, &callback, &sid(1), "delivered").await.assert_ok();
    assert_eq!(status(&harness).await, "accepted");
    assert_eq!(counted(&harness, "otp_receipts_total{result=\"unknown_message\"}"), "1");
}

/// A status webhook of Vonage, as it is published.
fn vonage_body(message: &Value, status: &str) -> String {
    json!({
        "message_uuid": "aaaaaaaa-bbbb-cccc-dddd-000000000001", "to": "12125550142", "from": "12125550100",
        "timestamp": "2027-01-15T08:00:00.000Z", "status": status, "channel": "sms", "client_ref": message,
        "usage": {"currency": "EUR", "price": "0.0333"}, "sms": {"count_total": "1"},
    })
    .to_string()
}

async fn vonage_call(harness: &Harness, body: &str, authorization: &str) -> Answer {
    Call::post("/receipts/vonage")
        .header("content-type", "application/json")
        .header("authorization", authorization)
        .body(body.to_owned())
        .send(&harness.router)
        .await
}

#[tokio::test]
async fn a_report_of_vonage_counts_with_its_jwt_over_its_very_body_once_g_09() {
    let gateway = FakeGateway::start().await;
    let harness = start(&arguments("vonage", &gateway.base, &gateway.base)).await;
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    let id = gateway.given()[0].json()["client_ref"].clone();
    let body = vonage_body(&id, "delivered");
    let other = vonage_body(&id, "rejected");
    let jwt = vonage_jwt(&body, START);
    let unsigned = format!("{}.", jwt.rsplit_once('.').unwrap().0);
    let none = jwt.replacen("eyJhbGciOiJIUzI1NiIs", "eyJhbGciOiJub25lIiwi", 1);
    for (what, body, authorization) in [
        ("no JWT", &body, String::new()),
        ("another scheme", &body, format!("Basic {jwt}")),
        ("another body", &other, format!("Bearer {jwt}")),
        ("no signature", &body, format!("Bearer {unsigned}")),
        ("no algorithm", &body, format!("Bearer {none}")),
        ("too old", &body, format!("Bearer {}", vonage_jwt(&body, START - 301))),
        ("too early", &body, format!("Bearer {}", vonage_jwt(&body, START + 301))),
    ] {
        let answer = vonage_call(&harness, body, &authorization).await;
        answer.assert_error(ErrorType::Unauthorized);
        assert_eq!(status(&harness).await, "accepted", "{what}");
    }
    let authorization = format!("Bearer {jwt}");
    for _ in 0..2 {
        vonage_call(&harness, &body, &authorization).await.assert_ok();
    }
    assert_eq!(told(&harness, &sent).await, "delivered");
    assert_eq!(counted(&harness, "otp_receipts_total{result=\"changed\"}"), "1");
    assert_eq!(counted(&harness, "otp_receipts_total{result=\"replayed\"}"), "1");
    assert_eq!(
        counted(&harness, "otp_messages_total{country=\"US\",gateway=\"vonage\",step=\"delivered\"}"),
        "1"
    );
}

#[tokio::test]
async fn a_report_with_our_own_signature_counts_for_five_minutes_and_once_g_09() {
    let gateway = FakeGateway::start().await;
    let harness = start(&arguments("http", &gateway.base, &gateway.base)).await;
    ask(&harness, NUMBER).await.assert_ok();
    harness.dispatch().await;
    let id = gateway.given()[0].json()["id"].clone();
    let report = async |body: &str, time: &str, signature: &str| {
        Call::post("/receipts/http")
            .header("x-pipit-time", time)
            .header("x-pipit-signature", signature)
            .body(body.to_owned())
            .send(&harness.router)
            .await
    };
    let body = json!({"id": id, "status": "delivered"}).to_string();
    let other = json!({"id": id, "status": "failed"}).to_string();
    for (body, time, signature) in [
        (&body, START, String::new()),
        (&body, START, own_signature(&other, START)),
        (&body, START + 1, own_signature(&body, START)),
        (&body, START - 301, own_signature(&body, START - 301)),
        (&body, START + 301, own_signature(&body, START + 301)),
    ] {
        let answer = report(body, &time.to_string(), &signature).await;
        answer.assert_error(ErrorType::Unauthorized);
    }
    let malformed = "{\"status\":";
    let answer = report(malformed, &START.to_string(), &own_signature(malformed, START)).await;
    answer.assert_error(ErrorType::InvalidRequest);
    assert_eq!(status(&harness).await, "accepted");
    let time = START - 300;
    let signature = own_signature(&body, time);
    for _ in 0..2 {
        report(&body, &time.to_string(), &signature).await.assert_ok();
    }
    assert_eq!(status(&harness).await, "delivered");
    assert_eq!(counted(&harness, "otp_receipts_total{result=\"replayed\"}"), "1");
}

#[tokio::test]
async fn nobody_but_a_gateway_that_is_configured_reports_anything() {
    let (harness, _gateway) = with_twilio().await;
    for name in ["vonage", "http", "outbox", "x", "%00", "TWILIO"] {
        let answer = Call::post(&format!("/receipts/{name}"))
            .body("{}")
            .send(&harness.router)
            .await;
        answer.assert_error(ErrorType::NotFound);
    }
    let answer = Call::post("/receipts/twilio")
        .body("x".repeat(20_000))
        .send(&harness.router)
        .await;
    answer.assert_error(ErrorType::PayloadTooLarge);
}

#[tokio::test]
async fn who_waits_is_told_how_far_the_message_is_and_how_long_it_usually_takes() {
    let gateway = FakeGateway::start().await;
    let mut with = arguments("twilio", &gateway.base, &gateway.base);
    with.push("--budget-per-day=0".to_owned());
    let harness = start(&with).await;
    for last in 0..6 {
        ask(&harness, &format!("+1212555014{last}")).await.assert_ok();
    }
    harness.dispatch().await;
    harness.clock.advance(7);
    for (place, given) in gateway.given().iter().enumerate() {
        let callback = given.field("StatusCallback").unwrap();
        twilio_says(&harness, &callback, &sid(place + 1), "delivered").await.assert_ok();
    }
    crate::measuring::measure(&harness.service).await.unwrap();
    let sent = ask(&harness, "+12125550160").await;
    let challenge = sent.json()["challenge_id"].as_str().unwrap().to_owned();
    let answer = harness.delivery(&challenge).await;
    assert_eq!(
        answer.assert_ok().json(),
        json!({"challenge_id": challenge, "delivery": "on_its_way", "sent_at": START + 7, "usual_secs": 7})
    );
    assert_eq!(
        counted(&harness, "otp_usual_delivery_seconds{country=\"US\",gateway=\"twilio\"}"),
        "7.0"
    );
    assert_eq!(
        counted(&harness, "otp_delivered_ratio{country=\"US\",gateway=\"twilio\"}"),
        "1.0"
    );
    // After the code's end nobody waits for a report any more.
    harness.dispatch().await;
    harness.clock.advance(300);
    assert_eq!(told(&harness, &sent).await, "not_reported");
    let unknown = "chal_000000000000000000000000000";
    for id in [unknown, "sms", "chal_x", "%2B12125550142"] {
        harness.delivery(id).await.assert_error(ErrorType::NotFound);
    }
    let path = format!("/v1/auth/otps/{challenge}/delivery");
    Call::get(&path)
        .send(&harness.router)
        .await
        .assert_error(ErrorType::Unauthorized);
    // Nor does anybody learn of another app's messages.
    let other = Call::get(&path).bearer(super::harness::KEY).send(&harness.router).await;
    other.assert_error(ErrorType::Unauthorized);
}

#[tokio::test]
async fn without_reports_nobody_is_promised_one() {
    let gateway = FakeGateway::start().await;
    let mut with = arguments("twilio", &gateway.base, &gateway.base);
    with.retain(|argument| !argument.starts_with("--receipts-url") && !argument.starts_with("--http"));
    let harness = start(&with).await;
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    assert_eq!(gateway.given()[0].field("StatusCallback"), None);
    assert_eq!(told(&harness, &sent).await, "not_reported");
    let answer = Call::post("/receipts/twilio").body("").send(&harness.router).await;
    answer.assert_error(ErrorType::NotFound);
}
