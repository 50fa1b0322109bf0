//! Codes by e-mail, through a relay that speaks SMTP, and each fault with its end state: no second letter, no
//! lost code (H-02).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use edge::clock::{Clock, ManualClock};
use edge::testing::{Answer, Call, Log};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use shared::ErrorType;
use tokio_rustls::TlsAcceptor;

use super::TestDatabase;
use super::chores::chore;
use super::fake_gateway::FakeGateway;
use super::fake_relay::{FakeRelay, PASSWORD, Play, Step, Tls};
use super::gateways::{arguments, ask, secrets, settled, state, states, told};
use super::harness::{Harness, NUMBER, START};
use crate::GatewaySettings;

const ADDRESS: &str = "ada@example.org";

fn smtp_arguments(relay: &str, sms: &str, gateways: &str) -> Vec<String> {
    let mut all = arguments(gateways, sms, sms);
    all.extend([
        format!("--smtp-address={relay}"),
        "--smtp-from=Pipit <no-reply@example.com>".to_owned(),
        "--smtp-username=pipit".to_owned(),
    ]);
    all
}

fn smtp_secrets(settings: &mut GatewaySettings) {
    secrets(settings);
    settings.smtp.smtp_password = Some(PASSWORD.into());
}

/// A service that sends e-mail by SMTP, and text messages by Twilio.
struct Set {
    harness: Harness,
    relay: FakeRelay,
    sms: FakeGateway,
}

async fn start() -> Set {
    start_with(&[], |_| {}).await
}

async fn start_with(more: &[&str], change: impl FnOnce(&mut GatewaySettings)) -> Set {
    let (_, clock) = Clock::manual(START);
    let folder = Arc::new(TestDatabase::new());
    start_on(folder, clock, FakeRelay::start().await, more, change).await
}

async fn start_on(
    folder: Arc<TestDatabase>,
    clock: ManualClock,
    relay: FakeRelay,
    more: &[&str],
    change: impl FnOnce(&mut GatewaySettings),
) -> Set {
    let sms = FakeGateway::start().await;
    let mut with = smtp_arguments(&relay.address, &sms.base, "twilio,smtp");
    with.extend(more.iter().map(|argument| (*argument).to_owned()));
    let harness = Harness::start_sending(folder, clock, &with, |settings| {
        smtp_secrets(settings);
        change(settings);
    })
    .await;
    Set { harness, relay, sms }
}

async fn ask_by_email(harness: &Harness, address: &str) -> Answer {
    let body = json!({"email": address, "expires_in": 5});
    harness.post("/otps/email/login_or_create", &body).await
}

async fn assert_works(harness: &Harness, sent: &Answer, code: &str) {
    let body = json!({
        "method_id": sent.json()["email_id"], "challenge_id": sent.json()["challenge_id"], "otp": code,
    });
    harness.verify(&body).await.assert_ok();
}

impl Set {
    /// A letter that was handed over, and its code.
    async fn sent(&self) -> Answer {
        let sent = ask_by_email(&self.harness, ADDRESS).await;
        sent.assert_ok();
        self.harness.dispatch().await;
        sent
    }
}

#[tokio::test]
async fn a_code_by_e_mail_goes_through_the_relay_and_one_by_text_message_does_not() {
    let set = start().await;
    let sent = ask_by_email(&set.harness, "Ada@Example.org").await;
    sent.assert_ok();
    assert!(set.relay.received().is_empty(), "it is on disk first (H-10)");
    let [status, .., text] = state(&set.harness).await;
    assert!(status == "queued" && !text.contains("Pipit"), "sealed (E-02)");
    assert_eq!(told(&set.harness, &sent).await, "on_its_way");
    set.harness.dispatch().await;

    let letter = set.relay.received().remove(0);
    assert_eq!(letter.hello, "example.com");
    assert_eq!(letter.account, Some(("pipit".to_owned(), PASSWORD.to_owned())));
    assert_eq!((letter.from.as_str(), letter.to.as_str()), ("FROM:<no-reply@example.com>", "TO:<ada@example.org>"));
    assert_eq!(letter.header("From"), "Pipit <no-reply@example.com>");
    assert_eq!(letter.header("To"), ADDRESS);
    assert_eq!(letter.header("Subject"), "Your Pipit code");
    assert_eq!(letter.header("Date"), "Fri, 15 Jan 2027 08:00:00 +0000");
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    let id = letter.header("Message-ID");
    assert!(id.starts_with("<msg_") && id.ends_with("@example.com>"), "{id}");
    let code = letter.code();
    assert_eq!(
        letter.body(),
        format!(
            "Your Pipit code is {code}. It works for 5 minutes. We never ask you for it.\r\n\r\n\
             If you did not ask for it, you can ignore this e-mail.\r\n\r\n@localhost #{code}"
        )
    );
    assert_eq!(state(&set.harness).await, settled("accepted", "", "smtp"));
    assert_eq!(told(&set.harness, &sent).await, "not_reported", "a relay reports nothing");
    assert_works(&set.harness, &sent, &code).await;
    assert_eq!((set.relay.heard("QUIT"), set.sms.given().len()), (1, 0));

    ask(&set.harness, NUMBER).await.assert_ok();
    set.harness.dispatch().await;
    assert_eq!((set.relay.received().len(), set.sms.given().len()), (1, 1));
}

#[tokio::test]
async fn with_smtp_alone_live_keys_send_e_mail_and_no_text_messages_and_test_keys_neither_j_11() {
    let (_, clock) = Clock::manual(START);
    let relay = FakeRelay::start().await;
    // Nothing has a country.
    let with = [
        "--gateway=smtp".to_owned(),
        format!("--smtp-address={}", relay.address),
        "--smtp-from=no-reply@example.com".to_owned(),
    ];
    let folder = Arc::new(TestDatabase::new());
    let harness = Harness::start_sending(folder, clock, &with, |_| {}).await;
    let refused = ask(&harness, NUMBER).await;
    refused.assert_error(ErrorType::DestinationNotAllowed);
    let sent = ask_by_email(&harness, ADDRESS).await;
    harness.dispatch().await;
    let letter = relay.received().remove(0);
    assert_eq!(letter.account, None, "the relay knows us without");
    assert_works(&harness, &sent, &letter.code()).await;

    let key = chore(&harness.config(), &["keys", "create"]).await.unwrap();
    for (path, body) in [
        ("email", json!({"email": "eve@example.org"})),
        ("sms", json!({"phone_number": NUMBER})),
    ] {
        let call = Call::post(&format!("/v1/auth/otps/{path}/login_or_create")).bearer(key.trim());
        call.json(&body).send(&harness.router).await.assert_ok();
    }
    harness.dispatch().await;
    assert_eq!(relay.received().len(), 1);
    let by: Vec<_> = states(&harness).await.into_iter().map(|[.., by, _]| by).collect();
    assert_eq!(by, ["smtp", "outbox", "outbox"]);
}

/// A certificate for this machine, and the file of its CA, which is itself.
fn certificate(folder: &TestDatabase) -> (TlsAcceptor, PathBuf) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, made.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), ca_file)
}

#[tokio::test]
async fn over_tls_at_once_or_upgraded_the_relay_is_who_its_certificate_says_it_is() {
    for upgraded in [false, true] {
        for believed in [true, false] {
            let folder = Arc::new(TestDatabase::new());
            let (tls, mut ca_file) = certificate(&folder);
            let tls = if upgraded { Tls::Upgraded(tls) } else { Tls::AtOnce(tls) };
            if !believed {
                (_, ca_file) = certificate(&folder);
            }
            let (_, clock) = Clock::manual(START);
            let relay = FakeRelay::start_with(tls).await;
            let set = start_on(folder, clock, relay, &[], |settings| {
                settings.smtp.smtp_ca_file = Some(ca_file);
            })
            .await;
            set.sent().await;
            let what = format!("upgraded {upgraded}, believed {believed}");
            let (end, letters) = if believed {
                (settled("accepted", "", "smtp"), 1)
            } else {
                (settled("failed", "unreachable", "smtp"), 0)
            };
            assert_eq!(state(&set.harness).await, end, "{what}");
            assert_eq!(set.relay.received().len(), letters, "{what}");
            assert_eq!(set.relay.heard("AUTH"), letters, "{what}");
            assert!(set.relay.received().iter().all(|letter| letter.encrypted), "{what}");
        }
    }
}

/// Where TLS is wanted nothing is said without, whoever has taken the offer out of the answer or put words
/// behind it.
#[tokio::test]
async fn where_tls_is_not_to_be_had_neither_account_nor_letter_leaves() {
    let injected = "220 2.0.0 Ready to start TLS\r\n250-mail.example.org\r\n250 AUTH PLAIN";
    for play in [None, Some(Play::Says("454 4.7.0 Not now")), Some(Play::Says(injected))] {
        let folder = Arc::new(TestDatabase::new());
        let (tls, ca_file) = certificate(&folder);
        let tls = if play.is_some() { Tls::Upgraded(tls) } else { Tls::None };
        let (_, clock) = Clock::manual(START);
        let relay = FakeRelay::start_with(tls).await;
        let set = start_on(folder, clock, relay, &[], |settings| {
            settings.smtp.smtp_ca_file = Some(ca_file);
        })
        .await;
        if let Some(play) = play {
            set.relay.plays(Step::StartTls, play);
        }
        set.sent().await;
        assert_eq!(state(&set.harness).await, settled("failed", "unreachable", "smtp"), "{play:?}");
        for command in ["AUTH", "MAIL", "DATA"] {
            assert_eq!(set.relay.heard(command), 0, "{play:?}: {command}");
        }
    }
}

/// Once the dot has left, only an answer tells whether the relay has the letter.
#[tokio::test]
async fn of_a_doubtful_answer_nothing_is_sent_again_and_the_code_works_h_02() {
    for (play, reason) in [
        (Play::Breaks(""), "broken_off"),
        (Play::Breaks("250-2.0.0 Ok"), "broken_off"),
        (Play::Breaks("250-2.0.0 Ok\r\n"), "broken_off"),
        (Play::Says("<!doctype html><title>Welcome</title>"), "garbled"),
        (Play::Says("999 Ok"), "garbled"),
        (Play::Says("354 Go on"), "garbled"),
    ] {
        let set = start().await;
        set.relay.plays(Step::Letter, play);
        let sent = set.sent().await;
        set.harness.clock.advance(40);
        set.harness.dispatch().await;
        assert_eq!(set.relay.received().len(), 1, "{play:?}");
        assert_eq!(state(&set.harness).await, settled("unknown", reason, "smtp"), "{play:?}");
        assert_eq!(told(&set.harness, &sent).await, "not_reported", "{play:?}");
        assert_works(&set.harness, &sent, &set.relay.received()[0].code()).await;
    }
}

/// What was refused counts for nothing, and whoever asks again at once gets a letter (H-09).
#[tokio::test]
async fn a_letter_that_was_surely_not_taken_has_failed_and_everything_is_given_back_h_09() {
    for (step, play, reason) in [
        (Step::Greeting, Play::Says("421 4.3.2 Service shutting down"), "unreachable"),
        (Step::Greeting, Play::Says("554 5.7.1 Go away"), "unreachable"),
        (Step::Greeting, Play::Says("SSH-2.0-OpenSSH_9.2"), "unreachable"),
        (Step::Greeting, Play::Breaks(""), "unreachable"),
        (Step::Account, Play::Says("535 5.7.8 Bad credentials"), "credentials"),
        (Step::Account, Play::Says("454 4.7.0 Later"), "busy"),
        (Step::Mail, Play::Says("451 4.3.0 Later"), "busy"),
        (Step::Mail, Play::Says("421 4.3.2 Closing"), "unreachable"),
        (Step::Mail, Play::Says("530 5.7.0 Who are you"), "credentials"),
        (Step::Rcpt, Play::Says("550 5.1.1 No such mailbox"), "refused"),
        (Step::Rcpt, Play::Says("450 4.2.1 Greylisted"), "busy"),
        (Step::Rcpt, Play::Says("hello"), "unreachable"),
        (Step::Data, Play::Says("554 5.5.1 No"), "refused"),
        (Step::Data, Play::Says("250 2.0.0 Ok"), "unreachable"),
        (Step::Data, Play::Breaks(""), "unreachable"),
        (Step::Letter, Play::Says("550 5.7.1 Spam"), "refused"),
        (Step::Letter, Play::Says("452 4.3.1 No room"), "busy"),
    ] {
        let set = start().await;
        set.relay.plays(step, play);
        let sent = set.sent().await;
        let what = format!("{step:?} {play:?}");
        assert_eq!(state(&set.harness).await, settled("failed", reason, "smtp"), "{what}");
        assert_eq!(told(&set.harness, &sent).await, "failed", "{what}");
        let before = set.relay.received().len();
        set.relay.behaves();
        let again = set.sent().await;
        assert_eq!(set.relay.received().len(), before + 1, "{what}");
        assert_works(&set.harness, &again, &set.relay.received()[before].code()).await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_logged_without_it_and_nothing_of_a_letter_ever_is_f_01() {
    let log = Log::keep();
    let set = start_with(&[], |settings| {
        settings.smtp.smtp_password = Some("another sesame".into());
    })
    .await;
    set.sent().await;
    assert_eq!(state(&set.harness).await, settled("failed", "credentials", "smtp"));
    assert!(set.relay.received().is_empty());
    let set = start().await;
    set.sent().await;
    let code = set.relay.received()[0].code();
    let said = log.text();
    assert!(said.contains("gateway_credentials"), "{said}");
    for secret in [ADDRESS, "sesame", code.as_str()] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

#[tokio::test]
async fn a_relay_that_hangs_is_given_up_and_before_the_dot_it_surely_has_nothing_h_01() {
    for (step, end) in [
        (Step::Greeting, settled("failed", "unreachable", "smtp")),
        (Step::Rcpt, settled("failed", "unreachable", "smtp")),
        (Step::Letter, settled("unknown", "too_slow", "smtp")),
    ] {
        let set = start_with(&[], |settings| {
            // The letter has to get so far, and then nobody wants to wait.
            settings.time_limits.in_all = Duration::from_millis(500);
        })
        .await;
        set.relay.plays(step, Play::Silence);
        set.sent().await;
        assert_eq!(state(&set.harness).await, end, "{step:?}");
        let letters = usize::from(step == Step::Letter);
        assert_eq!(set.relay.received().len(), letters, "{step:?}");
    }
}

#[tokio::test]
async fn while_the_relay_is_ill_e_mails_are_refused_at_once_and_text_messages_go_h_04_h_05() {
    let set = start().await;
    set.relay.plays(Step::Greeting, Play::Says("421 4.3.2 Service shutting down"));
    for n in 0..5 {
        ask_by_email(&set.harness, &format!("ada{n}@example.org")).await.assert_ok();
    }
    set.harness.dispatch().await;
    let refused = ask_by_email(&set.harness, ADDRESS).await;
    let refused = refused.assert_error(ErrorType::SmsNotSent);
    assert_eq!(refused.json()["retry_after_secs"], 5);
    ask(&set.harness, NUMBER).await.assert_ok();
    set.harness.dispatch().await;
    assert_eq!(set.sms.given().len(), 1);
    set.relay.behaves();
    set.harness.clock.advance(5);
    set.sent().await;
    assert_eq!(set.relay.received().len(), 1);
}

#[tokio::test]
async fn a_flood_of_e_mails_ends_with_their_own_budget_and_costs_no_money_g_05() {
    let more = ["--budget-email-per-hour=2", "--budget-per-hour=1", "--prices=0.5", "--budget-money-per-day=0.5"];
    let set = start_with(&more, |_| {}).await;
    for n in 0..2 {
        ask_by_email(&set.harness, &format!("ada{n}@example.org")).await.assert_ok();
    }
    let spent = ask_by_email(&set.harness, ADDRESS).await;
    spent.assert_error(ErrorType::SmsBudgetExhausted);
    ask(&set.harness, NUMBER).await.assert_ok();
    let spent = ask(&set.harness, "+12125550143").await;
    spent.assert_error(ErrorType::SmsBudgetExhausted);
    // What another service on this database takes over is the same.
    let budgets = &set.harness.service.budgets;
    budgets.agree(&set.harness.service.database, set.harness.clock.now()).await.unwrap();
    set.harness.clock.advance(3600);
    ask_by_email(&set.harness, ADDRESS).await.assert_ok();
}

#[tokio::test]
async fn an_operator_sends_a_test_e_mail_and_sees_what_came_back() {
    let set = start().await;
    let with = smtp_arguments(&set.relay.address, &set.sms.base, "twilio,smtp");
    let with = with.iter().map(String::as_str);
    let mut config = <crate::Config as clap::Parser>::try_parse_from(std::iter::once("otp-service").chain(with)).unwrap();
    smtp_secrets(&mut config.gateways);
    let test = async |words: &[&str]| chore(&config, &[&["gateways", "test"], words].concat()).await;
    let said = test(&["--to", ADDRESS]).await.unwrap();
    for part in ["gateway: smtp", "status:  250", "queued as 4XyZ1c0Dw2", "has taken it as msg_"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("country"), "{said}");
    let letter = set.relay.received().remove(0);
    assert_eq!(letter.header("Subject"), "Test message");
    set.relay.plays(Step::Rcpt, Play::Says("550 5.1.1 No such mailbox"));
    let refused = test(&["--to", ADDRESS]).await.unwrap_err();
    assert!(refused.contains("has not taken it: refused"), "{refused}");
    set.relay.plays(Step::Letter, Play::Breaks(""));
    let unknown = test(&["--to", ADDRESS]).await.unwrap_err();
    assert!(unknown.contains("not known"), "{unknown}");
    // Neither gets what is the other's.
    assert!(test(&["--to", ADDRESS, "--gateway", "twilio"]).await.is_err());
    assert!(test(&["--to", NUMBER, "--gateway", "smtp"]).await.is_err());
    assert_eq!((set.relay.received().len(), set.sms.given().len()), (2, 0));
}
