//! Messages to Amazon SNS, in its published shapes, and each fault with its end state: no second message, no
//! lost code (H-02).

use std::sync::Arc;
use std::time::Duration;

use edge::clock::Clock;
use edge::testing::{Log, reserved_address};

use super::TestDatabase;
use super::chores::chore;
use super::fake_gateway::{FakeGateway, SECRET, Script};
use super::gateways::{arguments, ask, assert_works, secrets, settled, state, told};
use super::harness::{Harness, NUMBER, START};
use crate::GatewaySettings;

fn sns_arguments(sns: &str, vonage: &str) -> Vec<String> {
    let mut all = arguments("sns,vonage", vonage, vonage);
    all.extend([
        "--sns-region=eu-central-1".to_owned(),
        "--sns-access-key-id=AKIAIOSFODNN7EXAMPLE".to_owned(),
        "--sns-sender=Pipit,US=+12125550100".to_owned(),
        format!("--sns-url={sns}"),
    ]);
    all
}

fn sns_secrets(settings: &mut GatewaySettings) {
    secrets(settings);
    settings.sns.sns_secret_access_key = Some(SECRET.into());
}

/// A service that sends by SNS, and by Vonage where that has not taken it.
async fn start_with(sns: &str, vonage: &str, change: impl FnOnce(&mut GatewaySettings)) -> Harness {
    let (_, clock) = Clock::manual(START);
    let folder = Arc::new(TestDatabase::new());
    Harness::start_sending(folder, clock, &sns_arguments(sns, vonage), |settings| {
        sns_secrets(settings);
        change(settings);
    })
    .await
}

#[tokio::test]
async fn a_message_goes_to_sns_as_one_that_must_not_wait_and_nothing_is_reported() {
    let (sns, vonage) = (FakeGateway::start().await, FakeGateway::start().await);
    let harness = start_with(&sns.base, &vonage.base, |_| {}).await;
    let sent = ask(&harness, NUMBER).await;
    ask(&harness, "+4915112345678").await.assert_ok();
    harness.dispatch().await;
    let given = sns.given();
    let of = |to: &str| given.iter().find(|given| given.field("PhoneNumber").as_deref() == Some(to)).unwrap();
    let message = of(NUMBER);
    assert_eq!((message.method.as_str(), message.path.as_str()), ("POST", "/"));
    assert_eq!(message.field("Action").as_deref(), Some("Publish"));
    assert_eq!(message.field("Version").as_deref(), Some("2010-03-31"));
    let header = |name: &str| message.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(header("x-amz-date"), "20270115T080000Z", "our clock signs");
    let scope = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20270115/eu-central-1/sns/aws4_request, ";
    assert!(header("authorization").starts_with(scope), "{}", header("authorization"));
    let code = message.code();
    assert!(message.text().ends_with(&format!("\n@localhost #{code}")), "A-15");
    for (to, name, value) in [
        (NUMBER, "AWS.SNS.SMS.SMSType", "Transactional"),
        (NUMBER, "AWS.MM.SMS.OriginationNumber", "+12125550100"),
        ("+4915112345678", "AWS.SNS.SMS.SMSType", "Transactional"),
        ("+4915112345678", "AWS.SNS.SMS.SenderID", "Pipit"),
    ] {
        let field = |n: usize, what: &str| of(to).field(&format!("MessageAttributes.entry.{n}.{what}"));
        let found = (1..=2).find(|n| field(*n, "Name").as_deref() == Some(name));
        let n = found.unwrap_or_else(|| panic!("no {name}: {}", of(to).body));
        assert_eq!(field(n, "Value.DataType").as_deref(), Some("String"));
        assert_eq!(field(n, "Value.StringValue").as_deref(), Some(value));
    }
    let states = super::gateways::states(&harness).await;
    assert_eq!(states, vec![settled("accepted", "", "sns"); 2]);
    assert_eq!(told(&harness, &sent).await, "not_reported");
    assert_works(&harness, &sent, &code).await;
    assert_eq!((given.len(), vonage.given().len()), (2, 0));
}

#[tokio::test]
async fn of_a_doubtful_answer_nothing_is_sent_again_and_the_code_works_h_02() {
    let unnamed = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult/></PublishResponse>";
    for (script, reason) in [
        (Script::sns_error(500, "InternalError", "Something broke"), "server_error"),
        (Script::sns_error(503, "ServiceUnavailable", "Later"), "server_error"),
        (Script::html(502), "server_error"),
        (Script::html(200), "garbled"),
        (Script::html(403), "garbled"),
        (Script::Answer(200, unnamed.to_owned()), "garbled"),
        (Script::Answer(302, String::new()), "garbled"),
        (Script::Half, "broken_off"),
        (Script::CutOff, "broken_off"),
    ] {
        let (sns, vonage) = (FakeGateway::start().await, FakeGateway::start().await);
        let harness = start_with(&sns.base, &vonage.base, |_| {}).await;
        sns.always_plays(script.clone());
        let sent = ask(&harness, NUMBER).await;
        harness.dispatch().await;
        harness.clock.advance(40);
        harness.dispatch().await;
        let what = format!("{script:?}");
        assert_eq!((sns.given().len(), vonage.given().len()), (1, 0), "{what}");
        assert_eq!(state(&harness).await, settled("unknown", reason, "sns"), "{what}");
        assert_works(&harness, &sent, &sns.given()[0].code()).await;
    }
}

#[tokio::test]
async fn the_second_gateway_gets_what_sns_surely_has_not_taken_h_09() {
    let opted_out = "Invalid parameter: PhoneNumber Reason: +12125550142 is opted out";
    let down = format!("http://{}", reserved_address());
    for script in [
        Some(Script::sns_error(400, "Throttling", "Rate exceeded")),
        Some(Script::sns_error(429, "ThrottledException", "Rate exceeded")),
        Some(Script::sns_error(400, "InvalidParameter", opted_out)),
        Some(Script::sns_error(403, "AuthorizationError", "not authorized to perform: SNS:Publish")),
        Some(Script::sns_error(403, "SignatureDoesNotMatch", "The request signature we calculated")),
        None,
    ] {
        let (sns, vonage) = (FakeGateway::start().await, FakeGateway::start().await);
        let at = if script.is_some() { &sns.base } else { &down };
        let harness = start_with(at, &vonage.base, |_| {}).await;
        if let Some(script) = &script {
            sns.always_plays(script.clone());
        }
        let sent = ask(&harness, NUMBER).await;
        harness.dispatch().await;
        let given = (sns.given().len(), vonage.given().len());
        assert_eq!(given, (usize::from(script.is_some()), 1), "{script:?}");
        assert_eq!(state(&harness).await, settled("accepted", "", "vonage"), "{script:?}");
        assert_works(&harness, &sent, &vonage.given()[0].code()).await;
    }
}

#[tokio::test]
async fn an_sns_that_hangs_is_given_up_and_asked_once_h_01() {
    let (sns, vonage) = (FakeGateway::start().await, FakeGateway::start().await);
    sns.always_plays(Script::Silence);
    let harness = start_with(&sns.base, &vonage.base, |settings| {
        // The message has to have left, and then nobody wants to wait.
        settings.time_limits.in_all = Duration::from_millis(500);
    })
    .await;
    ask(&harness, NUMBER).await.assert_ok();
    harness.dispatch().await;
    assert_eq!(state(&harness).await, settled("unknown", "too_slow", "sns"));
    assert_eq!((sns.given().len(), vonage.given().len()), (1, 0));
}

#[tokio::test]
async fn nothing_that_the_sdk_could_log_of_a_message_is_logged_f_01() {
    let log = Log::keep();
    let (sns, vonage) = (FakeGateway::start().await, FakeGateway::start().await);
    let harness = start_with(&sns.base, &vonage.base, |_| {}).await;
    ask(&harness, NUMBER).await.assert_ok();
    harness.dispatch().await;
    let code = sns.given()[0].code();
    let said = log.text();
    assert!(said.contains("\"gateway\":\"sns\""), "{said}");
    for secret in ["2125550142", SECRET, code.as_str(), "AKIA"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

#[tokio::test]
async fn an_operator_tests_sns_and_sees_what_came_back() {
    let sns = FakeGateway::start().await;
    let with = sns_arguments(&sns.base, &sns.base);
    let with = with.iter().map(String::as_str);
    let mut config = <crate::Config as clap::Parser>::try_parse_from(std::iter::once("otp-service").chain(with)).unwrap();
    sns_secrets(&mut config.gateways);
    let test = async || chore(&config, &["gateways", "test", "--to", NUMBER]).await;
    let said = test().await.unwrap();
    for part in ["gateway: sns", "status:  200", "has taken it as 00000000-0000-0000-0000-000000000001"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    sns.plays(Script::sns_error(403, "InvalidClientTokenId", "The security token is invalid"));
    let refused = test().await.unwrap_err();
    assert!(refused.contains("has not taken it: credentials"), "{refused}");
}

#[tokio::test]
async fn settings_of_sns_that_make_no_sense_keep_the_service_from_starting() {
    for (argument, said) in [
        ("--sns-region=Frankfurt", "SNS_REGION"),
        ("--sns-sender=Pipit GmbH", "SNS_SENDER"),
        ("--sns-sender=DE=Pipit", "SNS_SENDER: nobody sends to US"),
        ("--sns-url=http://sns.example.com", "SNS_URL"),
        ("--sns-url=https://169.254.169.254", "GATEWAY_PRIVATE_HOSTS"),
    ] {
        let (name, _) = argument.split_once('=').unwrap();
        let mut with = sns_arguments("http://localhost:1", "http://localhost:1");
        with.retain(|one| !one.starts_with(&format!("{name}=")));
        with.push(argument.to_owned());
        let with = with.iter().map(String::as_str);
        let mut config =
            <crate::Config as clap::Parser>::try_parse_from(std::iter::once("otp-service").chain(with)).unwrap();
        sns_secrets(&mut config.gateways);
        let error = crate::gateways::Gateways::of(&config).map(drop).unwrap_err().to_string();
        assert!(error.contains(said), "{argument}: {error}");
    }
}
