//! Messages on their way to gateways: each fault with its end state, no second message and no lost code.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use edge::clock::{Clock, ManualClock};
use edge::testing::{Answer, Call};
use serde_json::json;
use shared::ErrorType;

use super::TestDatabase;
use super::chores::chore;
use super::fake_gateway::{ACCOUNT, FakeGateway, SECRET, SERVICE, Script, nobody, sid};
use super::harness::{Harness, NUMBER, START};
use crate::commands::hand_over::Claim;
use crate::dispatcher::Dispatcher;
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

async fn start_on(folder: Arc<TestDatabase>, clock: ManualClock, with: &[String]) -> Harness {
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

async fn state(harness: &Harness) -> [String; 4] {
    let mut all = states(harness).await;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn settled(status: &str, reason: &str, gateway: &str) -> [String; 4] {
    [status, reason, gateway, ""].map(str::to_owned)
}

/// What the delivery call says.
pub(super) async fn told(harness: &Harness, sent: &Answer) -> String {
    let challenge = sent.json()["challenge_id"].as_str().unwrap().to_owned();
    let answer = harness.delivery(&challenge).await;
    answer.assert_ok().json()["delivery"].as_str().unwrap().to_owned()
}

/// The code works once.
async fn assert_works(harness: &Harness, sent: &Answer, code: &str) {
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

/// Whatever a gateway does that leaves it open whether it has the message: it is sent once, by one
/// gateway, and its code works (H-02).
#[tokio::test]
async fn of_a_doubtful_answer_nothing_is_sent_again_and_the_code_works_h_02() {
    let redirect = Script::Answer(302, String::new());
    for (script, reason) in [
        (Script::twilio_error(500, 20500), "server_error"),
        (Script::html(503), "server_error"),
        (Script::html(200), "garbled"),
        (Script::html(403), "garbled"),
        (Script::json(201, &json!({"status": "accepted"})), "garbled"),
        (Script::json(201, &json!({"sid": 7})), "garbled"),
        (redirect, "garbled"),
        (Script::Answer(201, "x".repeat(70_000)), "broken_off"),
        (Script::Half, "broken_off"),
        (Script::CutOff, "broken_off"),
    ] {
        let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
        let harness = start(&arguments("twilio,vonage", &first.base, &second.base)).await;
        first.always_plays(script.clone());
        let sent = ask(&harness, NUMBER).await;
        sent.assert_ok();
        harness.dispatch().await;
        harness.clock.advance(40);
        harness.dispatch().await;
        let what = format!("{script:?}");
        assert_eq!((first.given().len(), second.given().len()), (1, 0), "{what}");
        assert_eq!(state(&harness).await, settled("unknown", reason, "twilio"), "{what}");
        assert_eq!(told(&harness, &sent).await, "not_reported", "{what}");
        assert_works(&harness, &sent, &first.given()[0].code()).await;
    }
}

#[tokio::test]
async fn a_gateway_that_hangs_is_given_up_and_its_message_is_unknown_h_01() {
    let gateway = FakeGateway::start().await;
    gateway.always_plays(Script::Silence);
    let with = arguments("twilio", &gateway.base, &gateway.base);
    let (_, clock) = Clock::manual(START);
    let folder = Arc::new(TestDatabase::new());
    let harness = Harness::start_sending(folder, clock, &with, |settings| {
        secrets(settings);
        // The message has to have left, and then nobody wants to wait.
        settings.time_limits.in_all = Duration::from_millis(500);
    })
    .await;
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("unknown", "too_slow", "twilio"));
    assert_eq!(gateway.given().len(), 1);
    assert_works(&harness, &sent, &gateway.given()[0].code()).await;
}

/// The first surely has not taken it: the second one gets it (H-09).
#[tokio::test]
async fn the_second_gateway_gets_what_the_first_surely_has_not_taken_h_09() {
    let down = nobody().await;
    for (address, script) in [
        (Some(down.as_str()), None),
        (Some("https://gateway.invalid"), None),
        (None, Some(Script::twilio_error(429, 20429))),
        (None, Some(Script::html(429))),
        (None, Some(Script::twilio_error(400, 21211))),
        (None, Some(Script::twilio_error(401, 20003))),
    ] {
        let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
        let at = address.unwrap_or(&first.base);
        let harness = start(&arguments("twilio,vonage", at, &second.base)).await;
        if let Some(script) = &script {
            first.always_plays(script.clone());
        }
        let sent = ask(&harness, NUMBER).await;
        harness.dispatch().await;
        let what = format!("{address:?} {script:?}");
        assert_eq!(second.given().len(), 1, "{what}");
        assert!(first.given().len() <= 1, "{what}");
        assert_eq!(state(&harness).await, settled("accepted", "", "vonage"), "{what}");
        assert_works(&harness, &sent, &second.given()[0].code()).await;
        // The person has been sent one message: the next one has to wait.
        harness.clock.advance(20);
        ask(&harness, NUMBER)
            .await
            .assert_error(ErrorType::TooManyRequests);
    }
}

#[tokio::test]
async fn when_both_refuse_the_message_has_failed_and_everything_is_given_back_h_09() {
    let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
    let mut with = arguments("twilio,vonage", &first.base, &second.base);
    with.push("--budget-per-hour=1".to_owned());
    let harness = start(&with).await;
    first.plays(Script::twilio_error(400, 21211));
    second.plays(Script::vonage_error(422, "Invalid sender"));
    let send = || {
        Call::post("/v1/auth/otps/sms/login_or_create")
            .header("idempotency-key", "one")
            .json(&json!({"phone_number": NUMBER, "expires_in": 5}))
    };
    let sent = harness.call(send()).await;
    sent.assert_ok();
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("failed", "refused", "vonage"));
    assert_eq!(told(&harness, &sent).await, "failed");
    // The same request with the same key is a send again, at once and within the budget.
    let again = harness.call(send()).await;
    again.assert_ok();
    harness.dispatch().await;
    assert_eq!((first.given().len(), second.given().len()), (2, 1));
    assert_eq!(states(&harness).await[1], settled("accepted", "", "twilio"));
    assert_eq!(told(&harness, &again).await, "on_its_way");
    assert_works(&harness, &again, &first.given()[1].code()).await;
}

#[tokio::test]
async fn wrong_codes_stay_counted_when_a_send_is_given_back_h_09() {
    let (harness, gateway) = with_twilio().await;
    let sent = ask(&harness, NUMBER).await;
    harness.dispatch().await;
    let wrong = super::harness::wrong(&gateway.given()[0].code(), 1);
    let body = json!({
        "method_id": sent.json()["phone_number_id"], "challenge_id": sent.json()["challenge_id"], "otp": wrong,
    });
    harness.verify(&body).await.assert_error(ErrorType::InvalidOtp);
    harness.clock.advance(60);
    gateway.plays(Script::twilio_error(400, 21610));
    ask(&harness, NUMBER).await.assert_ok();
    harness.dispatch().await;
    assert_eq!(states(&harness).await[1][0], "failed");
    let throttle = harness
        .service
        .database
        .read(|sql| {
            sql.query_one("SELECT failures, sends FROM throttles", &[], |row| {
                Ok((row.int(0)?, row.text(1)?))
            })
        })
        .await
        .unwrap();
    assert_eq!(throttle, Some((1, format!("[{START}]"))));
}

#[tokio::test]
async fn a_send_that_waits_hears_that_nobody_took_its_message_h_09_h_10() {
    let gateway = FakeGateway::start().await;
    let mut with = arguments("twilio", &gateway.base, &gateway.base);
    with.push("--gateway-wait-ms=3000".to_owned());
    let harness = start(&with).await;
    for (script, refused) in [(Some(Script::twilio_error(400, 21211)), true), (None, false)] {
        if let Some(script) = script {
            gateway.plays(script);
        }
        let (stop, told) = tokio::sync::watch::channel(false);
        let dispatching = tokio::spawn(crate::dispatcher::dispatch(
            Arc::clone(&harness.service),
            told,
        ));
        let answer = ask(&harness, NUMBER).await;
        if refused {
            let answer = answer.assert_error(ErrorType::SmsNotSent);
            assert_eq!(answer.json()["retry_after_secs"], 5);
        } else {
            assert_eq!(told_code(&gateway), gateway.given()[1].code());
            answer.assert_ok();
        }
        stop.send_replace(true);
        dispatching.await.unwrap();
    }
    assert_eq!(gateway.given().len(), 2);
}

fn told_code(gateway: &FakeGateway) -> String {
    gateway.given().last().unwrap().code()
}

#[tokio::test]
async fn while_its_gateway_is_ill_a_send_is_refused_at_once_and_leaves_nothing_h_04() {
    let (harness, gateway) = with_twilio().await;
    gateway.always_plays(Script::html(500));
    for last in 0..5 {
        ask(&harness, &format!("+1212555014{last}")).await.assert_ok();
    }
    harness.dispatch().await;
    assert_eq!(gateway.given().len(), 5);
    let refused = ask(&harness, "+12125550149").await;
    let refused = refused.assert_error(ErrorType::SmsNotSent);
    assert_eq!(refused.json()["retry_after_secs"], 5);
    assert_eq!(states(&harness).await.len(), 5);
    // Sessions and codes go on (H-05).
    harness.list_sessions("user_x").await;
    // One message in five seconds, until three were good.
    gateway.behaves();
    for probe in 0..3 {
        harness.clock.advance(5);
        ask(&harness, &format!("+1212555015{probe}")).await.assert_ok();
        harness.dispatch().await;
        assert_eq!(gateway.given().len(), 6 + probe);
    }
    for last in 0..3 {
        ask(&harness, &format!("+1212555016{last}")).await.assert_ok();
    }
    harness.dispatch().await;
    assert_eq!(gateway.given().len(), 11);
}

/// 64 are in flight at a gateway that hangs; the others wait two seconds for it, and then go to the next.
#[tokio::test]
async fn a_gateway_that_hangs_does_not_keep_the_others_from_theirs_h_05() {
    let (first, second) = (FakeGateway::start().await, FakeGateway::start().await);
    let mut with = arguments("twilio,vonage", &first.base, &second.base);
    with.push("--gateway-routes=DE=vonage".to_owned());
    let harness = start(&with).await;
    first.always_plays(Script::Silence);
    for n in 0..70 {
        ask(&harness, &format!("+1212555{:04}", 100 + n)).await.assert_ok();
    }
    ask(&harness, "+4915112345678").await.assert_ok();
    let mut dispatcher = Dispatcher::new(Arc::clone(&harness.service));
    dispatcher.begin().await;
    while (first.given().len(), second.given().len()) != (64, 1) {
        tokio::task::yield_now().await;
    }
    harness.clock.advance(1);
    dispatcher.begin().await;
    harness.clock.advance(1);
    dispatcher.begin().await;
    while second.given().len() < 7 {
        tokio::task::yield_now().await;
    }
    assert_eq!(first.given().len(), 64);
    // Who asks when too many wait hears so at once.
    harness.service.queue.wait(256);
    ask(&harness, "+12125550199")
        .await
        .assert_error(ErrorType::SmsNotSent);
    harness.service.queue.wait(255);
    ask(&harness, "+12125550199").await.assert_ok();
}

#[tokio::test]
async fn what_no_gateway_takes_in_time_is_dropped_and_given_back() {
    let (harness, gateway) = with_twilio().await;
    let sent = ask(&harness, NUMBER).await;
    sent.assert_ok();
    // Thirty seconds are left, then one less.
    harness.clock.advance(271);
    harness.dispatch().await;
    assert!(gateway.given().is_empty());
    assert_eq!(state(&harness).await, settled("failed", "too_late", ""));
    assert_eq!(told(&harness, &sent).await, "failed");
    let throttle = harness.service.database.read(|sql| {
        sql.query_one("SELECT sends FROM throttles", &[], |row| row.text(0))
    });
    assert_eq!(throttle.await.unwrap().as_deref(), Some("[]"));
}

#[tokio::test]
async fn a_queued_message_goes_out_after_a_restart_if_its_code_lives_thirty_seconds_i_05() {
    for (later, goes) in [(30, true), (270, true), (271, false)] {
        let (harness, gateway) = with_twilio().await;
        let sent = ask(&harness, NUMBER).await;
        let (folder, clock) = harness.stop().await;
        clock.advance(later);
        let harness = start_on(folder, clock, &arguments("twilio", &gateway.base, &gateway.base)).await;
        harness.dispatch().await;
        harness.dispatch().await;
        assert_eq!(gateway.given().len(), usize::from(goes), "{later}");
        if goes {
            let lives = gateway.given()[0].field("ValidityPeriod");
            assert_eq!(lives, Some((300 - later).to_string()));
            assert_works(&harness, &sent, &gateway.given()[0].code()).await;
        }
    }
}

/// A process that is gone had taken the message out of the queue.
async fn claim_and_die(harness: &Harness) {
    let ids = harness.service.database.read(|sql| {
        sql.query("SELECT id FROM messages", &[], |row| row.text(0))
    });
    let ids = ids.await.unwrap().into_iter();
    let claim = Claim {
        wanted: ids.map(|id| (id, GatewayKind::Twilio)).collect(),
        holder: "somebody who is gone".to_owned(),
        now: harness.clock.now(),
    };
    let claimed = harness.service.database.write(move |sql| claim.run(sql)).await;
    assert!(claimed.unwrap().iter().all(Option::is_some));
}

#[tokio::test]
async fn a_message_whose_holder_is_gone_is_never_sent_again_h_02() {
    let (harness, gateway) = with_twilio().await;
    let sent = ask(&harness, NUMBER).await;
    claim_and_die(&harness).await;
    // Nobody else takes it, and as long as its holder may live nobody says what became of it.
    harness.clock.advance(29);
    harness.dispatch().await;
    assert_eq!(state(&harness).await[0], "dispatching");
    harness.clock.advance(1);
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("unknown", "abandoned", "twilio"));
    assert_eq!(told(&harness, &sent).await, "not_reported");
    assert!(gateway.given().is_empty());
}

#[tokio::test]
async fn at_a_start_nobody_holds_a_message_of_a_file_and_others_may_on_a_server_i_05() {
    let (harness, gateway) = with_twilio().await;
    ask(&harness, NUMBER).await.assert_ok();
    claim_and_die(&harness).await;
    let on_a_server = harness.folder.url().is_some();
    let (folder, clock) = harness.stop().await;
    let harness = start_on(folder, clock, &arguments("twilio", &gateway.base, &gateway.base)).await;
    let expected = if on_a_server { "dispatching" } else { "unknown" };
    assert_eq!(state(&harness).await[0], expected);
    harness.clock.advance(30);
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("unknown", "abandoned", "twilio"));
    assert!(gateway.given().is_empty());
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
async fn settings_that_are_not_complete_keep_it_from_starting_and_say_what_is_missing_g_01() {
    let folder = tempfile::tempdir().unwrap();
    let refused = async |arguments: &[&str], set: fn(&mut GatewaySettings)| {
        let arguments = std::iter::once(&"otp-service").chain(arguments);
        let mut config = Config::try_parse_from(arguments).unwrap();
        config.data_dir = folder.path().join("data");
        set(&mut config.gateways);
        let (clock, _) = Clock::manual(START);
        let started = crate::serve::build(&config, clock, crate::Random::system()).await;
        started.map(drop).unwrap_err().to_string()
    };
    let countries = "--allowed-countries=US";
    let url = "--http-gateway-url=https://sms.example.com";
    let with_secret: fn(&mut GatewaySettings) = secrets;
    let without: fn(&mut GatewaySettings) = |_| {};
    let twilio = ["--gateway=twilio", countries, "--twilio-account-sid=AC1", "--twilio-sender=x"];
    for (arguments, set, said) in [
        (&["--gateway=twilio"][..], without, &["ALLOWED_COUNTRIES=US,DE"][..]),
        (
            &["--gateway=twilio", countries],
            without,
            &["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SENDER", "docs/gateways.md"],
        ),
        (&twilio, without, &["needs TWILIO_AUTH_TOKEN,"]),
        (
            &["--gateway=vonage", countries, "--receipts-url=https://otp.example.com"],
            without,
            &["VONAGE_API_KEY", "VONAGE_API_SECRET", "VONAGE_SENDER", "VONAGE_SIGNATURE_SECRET"],
        ),
        (&["--gateway=http", countries], without, &["HTTP_GATEWAY_URL", "HTTP_GATEWAY_SECRET"]),
        (&["--gateway=http", countries, url], with_secret, &["HTTP_GATEWAY_SENDER"]),
        (
            &["--gateway=http", countries, url, "--http-gateway-receipts"],
            with_secret,
            &["RECEIPTS_URL"],
        ),
        (&["--gateway=http", countries, url, "--http-gateway-body={}"], with_secret, &["HTTP_GATEWAY_BODY"]),
        (
            &["--gateway=http", countries, "--http-gateway-url=http://sms.example.com"],
            with_secret,
            &["HTTP_GATEWAY_URL", "https://"],
        ),
        (
            &["--gateway=http", countries, "--http-gateway-url=https://10.0.0.1"],
            with_secret,
            &["GATEWAY_PRIVATE_HOSTS"],
        ),
        (&["--gateway=outbox,twilio"], without, &["GATEWAY: name `outbox` alone"]),
        (
            &[&twilio[..], &["--gateway-routes=DE=vonage"]].concat(),
            with_secret,
            &["GATEWAY_ROUTES", "vonage"],
        ),
        (&["--budget-money-per-day=5"], without, &["PRICES"]),
        (&["--prices=cheap"], without, &["PRICES", "cheap"]),
    ] {
        let error = refused(arguments, set).await;
        for part in said {
            assert!(error.contains(part), "{arguments:?}: {error}");
        }
        assert!(!error.contains(SECRET), "{error}");
    }
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

fn sending_config(harness: &Harness, gateway: &FakeGateway) -> Config {
    let with = arguments("twilio,vonage", &gateway.base, &gateway.base);
    let with = with.iter().map(String::as_str);
    let mut config = Config::try_parse_from(std::iter::once("otp-service").chain(with)).unwrap();
    config.data_dir = harness.config().data_dir;
    config.database_url = harness.config().database_url;
    secrets(&mut config.gateways);
    config
}

#[tokio::test]
async fn an_operator_sends_a_test_message_and_sees_what_came_back() {
    let (harness, gateway) = with_twilio().await;
    let config = sending_config(&harness, &gateway);
    let test = async |words: &[&str]| chore(&config, &[&["gateways", "test"], words].concat()).await;
    let said = test(&["--to", NUMBER]).await.unwrap();
    for part in ["gateway: twilio", "country: US", "status:  201", &sid(1), "has taken it"] {
        assert!(said.contains(part), "{said}");
    }
    let said = test(&["--to", NUMBER, "--gateway", "vonage"]).await.unwrap();
    assert!(said.contains("aaaaaaaa-bbbb-cccc-dddd-000000000002"), "{said}");
    assert_eq!(gateway.given()[0].text(), gateway.given()[1].text());
    gateway.plays(Script::twilio_error(401, 20003));
    let refused = test(&["--to", NUMBER]).await.unwrap_err();
    assert!(refused.contains("has not taken it: credentials"), "{refused}");
    gateway.plays(Script::Half);
    let unknown = test(&["--to", NUMBER]).await.unwrap_err();
    assert!(unknown.contains("not known"), "{unknown}");
    assert!(test(&["--to", "+1900"]).await.is_err());
    assert!(test(&["--to", NUMBER, "--gateway", "http"]).await.is_err());
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
