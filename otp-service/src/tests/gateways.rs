//! Messages on their way to gateways, each in the gateway's own form, and what decides which one gets them.

use std::sync::Arc;

use clap::Parser as _;
use edge::clock::{Clock, ManualClock};
use edge::testing::{Answer, Call};
use serde_json::json;
use shared::ErrorType;

use super::TestDatabase;
use super::chores::chore;
use super::fake_gateway::{ACCOUNT, FakeGateway, SECRET, SERVICE, Script};
use super::harness::{Harness, NUMBER, START};
use crate::{Config, GatewayKind, GatewaySettings};

/// What is set up for the tests of one gateway or of two.
pub(super) fn arguments(gateways: &str, twilio: &str, vonage: &str) -> Vec<String> {
    [
        format!("--gateway={gateways}"),
        "--allowed-countries=US,DE".to_owned(),
        format!("--twilio-account-sid={ACCOUNT}"),
        format!("--twilio-sender={SERVICE},DE=Pipit"),
        format!("--twilio-url={twilio}"),
        "--vonage-api-key=a1b2c3d4".to_owned(),
        "--vonage-sender=Pipit,US=+12125550100".to_owned(),
        format!("--vonage-url={vonage}"),
        format!("--http-gateway-url={twilio}/send"),
        "--http-gateway-sender=Pipit".to_owned(),
        "--http-gateway-id=/message_uuid".to_owned(),
        "--http-gateway-receipts".to_owned(),
        "--receipts-url=https://otp.example.com".to_owned(),
    ]
    .to_vec()
}

pub(super) fn secrets(settings: &mut GatewaySettings) {
    for secret in [
        &mut settings.twilio_auth_token,
        &mut settings.vonage_api_secret,
        &mut settings.vonage_signature_secret,
        &mut settings.http_gateway_secret,
    ] {
        *secret = Some(SECRET.into());
    }
}

pub(super) async fn start(arguments: &[String]) -> Harness {
    let (_, clock) = Clock::manual(START);
    start_on(Arc::new(TestDatabase::new()), clock, arguments).await
}

pub(super) async fn start_on(folder: Arc<TestDatabase>, clock: ManualClock, with: &[String]) -> Harness {
    Harness::start_sending(folder, clock, with, secrets).await
}

/// Twilio alone.
pub(super) async fn with_twilio() -> (Harness, FakeGateway) {
    let gateway = FakeGateway::start().await;
    let harness = start(&arguments("twilio", &gateway.base, &gateway.base)).await;
    (harness, gateway)
}

/// Asks for a code that works for five minutes.
pub(super) async fn ask(harness: &Harness, number: &str) -> Answer {
    let body = json!({"phone_number": number, "expires_in": 5});
    harness.login_or_create(&body).await
}

/// Status, reason, gateway and sealed text of all messages, the oldest first.
pub(super) async fn states(harness: &Harness) -> Vec<[String; 4]> {
    let question = |sql: &storage::Sql<'_>| {
        sql.query(
            "SELECT status, reason, gateway, text FROM messages ORDER BY place",
            &[],
            |row| Ok([row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?]),
        )
    };
    harness.service.database.read(question).await.unwrap()
}

pub(super) async fn state(harness: &Harness) -> [String; 4] {
    let mut all = states(harness).await;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

pub(super) fn settled(status: &str, reason: &str, gateway: &str) -> [String; 4] {
    [status, reason, gateway, ""].map(str::to_owned)
}

/// What the delivery call says.
pub(super) async fn told(harness: &Harness, sent: &Answer) -> String {
    let challenge = sent.json()["challenge_id"].as_str().unwrap().to_owned();
    let answer = harness.delivery(&challenge).await;
    answer.assert_ok().json()["delivery"].as_str().unwrap().to_owned()
}

/// The code works once.
pub(super) async fn assert_works(harness: &Harness, sent: &Answer, code: &str) {
    let body = json!({
        "method_id": sent.json()["phone_number_id"], "challenge_id": sent.json()["challenge_id"], "otp": code,
    });
    harness.verify(&body).await.assert_ok();
}

#[tokio::test]
async fn a_send_is_answered_when_the_message_is_on_disk_and_twilio_gets_it_after_that_h_10() {
    let (harness, gateway) = with_twilio().await;
    let sent = ask(&harness, NUMBER).await;
    sent.assert_ok();
    assert!(gateway.given().is_empty());
    let [status, .., text] = state(&harness).await;
    assert_eq!(status, "queued");
    assert!(!text.is_empty() && !text.contains("Pipit"), "sealed (E-02)");
    assert_eq!(told(&harness, &sent).await, "on_its_way");
    harness.dispatch().await;

    let given = gateway.given();
    assert_eq!(given.len(), 1);
    let message = &given[0];
    assert_eq!(message.method, "POST");
    assert_eq!(message.path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
    assert_eq!(message.basic(), format!("{ACCOUNT}:{SECRET}"));
    assert_eq!(message.field("To").as_deref(), Some(NUMBER));
    assert_eq!(message.field("MessagingServiceSid").as_deref(), Some(SERVICE));
    assert_eq!(message.field("From"), None);
    assert_eq!(message.field("ValidityPeriod").as_deref(), Some("300"));
    let callback = message.field("StatusCallback").unwrap();
    assert!(callback.starts_with("https://otp.example.com/receipts/twilio?message=msg_"));
    let code = message.code();
    assert!(message.text().ends_with(&format!("\n@localhost #{code}")), "A-15");
    assert_eq!(state(&harness).await, settled("accepted", "", "twilio"));
    assert_eq!(told(&harness, &sent).await, "on_its_way");
    assert_works(&harness, &sent, &code).await;
    harness.dispatch().await;
    assert_eq!(gateway.given().len(), 1);
}

#[tokio::test]
async fn vonage_gets_its_own_form_and_the_sender_of_the_country() {
    let gateway = FakeGateway::start().await;
    let harness = start(&arguments("vonage", &gateway.base, &gateway.base)).await;
    ask(&harness, NUMBER).await.assert_ok();
    ask(&harness, "+4915112345678").await.assert_ok();
    harness.dispatch().await;
    let given = gateway.given();
    let of = |to: &str| given.iter().find(|given| given.json()["to"] == to).unwrap();
    let message = of("12125550142");
    assert_eq!(message.path, "/v1/messages");
    assert_eq!(message.basic(), format!("a1b2c3d4:{SECRET}"));
    let body = message.json();
    assert_eq!(body["from"], "12125550100");
    assert_eq!(
        (&body["channel"], &body["message_type"], &body["ttl"]),
        (&json!("sms"), &json!("text"), &json!(300))
    );
    assert_eq!(body["webhook_url"], "https://otp.example.com/receipts/vonage");
    assert!(body["client_ref"].as_str().unwrap().starts_with("msg_"));
    assert_eq!(of("4915112345678").json()["from"], "Pipit");
    assert_eq!(states(&harness).await, vec![settled("accepted", "", "vonage"); 2]);
}

#[tokio::test]
async fn any_gateway_is_given_what_its_settings_say_signed_with_the_time_g_08() {
    let gateway = FakeGateway::start().await;
    let mut with = arguments("http", &gateway.base, &gateway.base);
    with.push("--http-gateway-body={\"dst\":[\"{to_digits}\"],\"text\":\"{text}\",\"src\":\"{sender}\",\"ref\":\"{id}\"}".to_owned());
    with.push("--http-gateway-method=PUT".to_owned());
    let (_, clock) = Clock::manual(START);
    let folder = Arc::new(TestDatabase::new());
    let harness = Harness::start_sending(folder, clock, &with, |settings| {
        secrets(settings);
        settings.http_gateway_headers = Some("X-Key: 12:34\nAuthorization: Bearer sesame\n".into());
    })
    .await;
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    let given = gateway.given();
    let message = &given[0];
    assert_eq!((message.method.as_str(), message.path.as_str()), ("PUT", "/send"));
    assert_eq!(message.json()["dst"], json!(["12125550142"]));
    assert_eq!(message.json()["src"], "Pipit");
    let header = |name: &str| message.headers[name].to_str().unwrap();
    assert_eq!((header("x-key"), header("authorization")), ("12:34", "Bearer sesame"));
    assert_eq!(header("x-pipit-time"), START.to_string());
    assert_eq!(
        header("x-pipit-signature"),
        super::fake_gateway::own_signature(&message.body, START)
    );
    assert_eq!(state(&harness).await, settled("accepted", "", "http"));
    assert_works(&harness, &sent, &message.code()).await;
}

#[tokio::test]
async fn a_route_says_which_gateways_a_country_has_and_in_which_order() {
    let (twilio, vonage) = (FakeGateway::start().await, FakeGateway::start().await);
    let mut with = arguments("twilio,vonage", &twilio.base, &vonage.base);
    with.push("--gateway-routes=DE=vonage".to_owned());
    let harness = start(&with).await;
    vonage.always_plays(Script::vonage_error(422, "Invalid sender"));
    ask(&harness, "+4915112345678").await.assert_ok();
    ask(&harness, NUMBER).await.assert_ok();
    harness.dispatch().await;
    // Germany has no second one.
    assert_eq!((twilio.given().len(), vonage.given().len()), (1, 1));
    assert_eq!(twilio.given()[0].field("To").as_deref(), Some(NUMBER));
    let mut found = states(&harness).await;
    found.sort();
    assert_eq!(
        found,
        [settled("accepted", "", "twilio"), settled("failed", "refused", "vonage")]
    );
}

#[tokio::test]
async fn a_slow_gateway_gets_less_and_the_next_in_the_route_the_rest() {
    let (twilio, vonage) = (FakeGateway::start().await, FakeGateway::start().await);
    let harness = start(&arguments("twilio,vonage", &twilio.base, &vonage.base)).await;
    // A day's messages to fifteen people: Twilio's all fail later on.
    let number = |n: usize| format!("+1212555{:04}", 100 + n);
    for n in 0..15 {
        ask(&harness, &number(n)).await.assert_ok();
    }
    harness.dispatch().await;
    let fail = |sql: &storage::Sql<'_>| {
        sql.execute("UPDATE messages SET status = 'failed', settled_at = handed_at", &[])
    };
    harness.service.database.write(fail).await.unwrap();
    let weight = |harness: &Harness| {
        let lane = harness.service.gateways.lane(GatewayKind::Twilio).unwrap();
        lane.weight()
    };
    crate::measuring::measure(&harness.service).await.unwrap();
    assert_eq!(weight(&harness), 100, "it is the only one of which something is known");
    let to_vonage = |sql: &storage::Sql<'_>| {
        sql.execute(
            "UPDATE messages SET gateway = 'vonage', status = 'delivered', settled_at = handed_at + 4
             WHERE id IN (SELECT id FROM messages ORDER BY place LIMIT 11)",
            &[],
        )?;
        // Of the four that are left nothing can be said; make them as many as are needed.
        sql.execute(
            "INSERT INTO messages (id, app_id, method_id, challenge_id, address, text, locale, status, created_at, expires_at,
                 gateway, handed_at, settled_at, country)
             SELECT id || 'x', app_id, method_id, challenge_id, address, text, locale, 'failed', created_at, expires_at,
                 'twilio', handed_at, settled_at, country FROM messages",
            &[],
        )
    };
    harness.service.database.write(to_vonage).await.unwrap();
    for expected in [50, 25, 12, 10, 10] {
        crate::measuring::measure(&harness.service).await.unwrap();
        assert_eq!(weight(&harness), expected);
    }
    harness.clock.advance(15 * 60);
    crate::measuring::measure(&harness.service).await.unwrap();
    assert_eq!(weight(&harness), 15, "it creeps back");
    assert_eq!(harness.service.usual.of("US"), Some(4));
}

#[tokio::test]
async fn with_a_test_key_nothing_leaves_and_with_a_gateway_there_is_no_outbox_page() {
    let (harness, gateway) = with_twilio().await;
    let made = chore(&sending_config(&harness, &gateway), &["keys", "create"]).await.unwrap();
    let call = Call::post("/v1/auth/otps/sms/login_or_create").bearer(made.trim());
    let sent = call.json(&json!({"phone_number": NUMBER})).send(&harness.router).await;
    sent.assert_ok();
    harness.dispatch().await;
    assert!(gateway.given().is_empty());
    let [status, _, by, _] = state(&harness).await;
    assert_eq!((status.as_str(), by.as_str()), ("delivered", "outbox"));
    for page in ["/outbox", "/outbox/messages"] {
        let answer = Call::get(page).send(&harness.router).await;
        answer.assert_error(ErrorType::NotFound);
    }
    let email = json!({"email": "ada@example.com"});
    let answer = harness.post("/otps/email/login_or_create", &email).await;
    answer.assert_error(ErrorType::DestinationNotAllowed);
}

pub(super) fn sending_config(harness: &Harness, gateway: &FakeGateway) -> Config {
    let with = arguments("twilio,vonage", &gateway.base, &gateway.base);
    let with = with.iter().map(String::as_str);
    let mut config = Config::try_parse_from(std::iter::once("otp-service").chain(with)).unwrap();
    config.data_dir = harness.config().data_dir;
    config.database_url = harness.config().database_url;
    secrets(&mut config.gateways);
    config
}

#[tokio::test]
async fn the_newest_message_is_shown_first_also_within_a_second() {
    let harness = Harness::start_with(&["--first-cool-down-secs=0", "--cool-down-secs=0"]).await;
    let mut sent = Vec::new();
    for _ in 0..5 {
        let sent_now = harness.resent(NUMBER, &format!("other {}", sent.len())).await;
        sent.push(sent_now.code);
    }
    let shown = harness.messages(NUMBER).await;
    let shown: Vec<_> = shown.iter().map(|message| message["id"].clone()).collect();
    let in_order = harness.service.database.read(|sql| {
        sql.query("SELECT id FROM messages ORDER BY place DESC", &[], |row| row.text(0))
    });
    assert_eq!(shown, in_order.await.unwrap());
    let again = harness.messages(NUMBER).await;
    let codes: Vec<_> = again.iter().rev().map(|message| message["code"].clone()).collect();
    assert_eq!(codes, sent);
}
