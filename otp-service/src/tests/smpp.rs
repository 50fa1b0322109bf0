//! Messages to a message centre that speaks SMPP, its receipts, and each fault with its end state: no
//! second message, no lost code (H-02).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use edge::clock::{Clock, ManualClock};
use edge::testing::{Answer, Log};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio_rustls::TlsAcceptor;

use super::TestDatabase;
use super::chores::chore;
use super::fake_gateway::FakeGateway;
use super::fake_smsc::{Bind, FakeSmsc, OK, Play, QUEUE_FULL, THROTTLED, receipt_fields};
use super::gateways::{arguments, ask, assert_works, secrets, settled, state, states, told};
use super::harness::{Harness, NUMBER, START};
use crate::GatewaySettings;
use crate::reports::take_reports;

const DIGITS: &str = "12125550142";
const PASSWORD: &str = "sesame12";

fn smpp_arguments(smsc: &FakeSmsc, vonage: &str, gateways: &str) -> Vec<String> {
    let mut all = arguments(gateways, vonage, vonage);
    all.extend([
        format!("--smpp-address={}", smsc.address),
        "--smpp-system-id=pipit".to_owned(),
        "--smpp-sender=Pipit,DE=+12125550100".to_owned(),
    ]);
    all
}

fn smpp_secrets(settings: &mut GatewaySettings) {
    secrets(settings);
    settings.smpp.smpp_password = Some(PASSWORD.into());
}

/// A service that sends by SMPP, and by Vonage where that has not taken it.
struct Set {
    harness: Harness,
    smsc: FakeSmsc,
    second: FakeGateway,
}

async fn start() -> Set {
    start_with(&[], |_| {}).await
}

async fn start_with(more: &[&str], change: impl FnOnce(&mut GatewaySettings)) -> Set {
    let (_, clock) = Clock::manual(START);
    let folder = Arc::new(TestDatabase::new());
    start_on(folder, clock, FakeSmsc::start().await, more, change).await
}

async fn start_on(
    folder: Arc<TestDatabase>,
    clock: ManualClock,
    smsc: FakeSmsc,
    more: &[&str],
    change: impl FnOnce(&mut GatewaySettings),
) -> Set {
    let second = FakeGateway::start().await;
    let mut with = smpp_arguments(&smsc, &second.base, "smpp,vonage");
    with.extend(more.iter().map(|argument| (*argument).to_owned()));
    let harness = Harness::start_sending(folder, clock, &with, |settings| {
        smpp_secrets(settings);
        change(settings);
    })
    .await;
    Set { harness, smsc, second }
}

impl Set {
    /// Has receipts written down, as a service that serves does.
    fn listen(&self) {
        let reports = self.harness.service.gateways.listen();
        tokio::spawn(take_reports(Arc::clone(&self.harness.service), reports));
    }

    /// A message that was handed over, and its code.
    async fn sent(&self) -> Answer {
        let sent = ask(&self.harness, NUMBER).await;
        sent.assert_ok();
        self.harness.dispatch().await;
        sent
    }

    fn given(&self) -> (usize, usize) {
        (self.smsc.given().len(), self.second.given().len())
    }
}

#[tokio::test]
async fn a_message_goes_by_smpp_and_its_receipt_says_that_it_has_arrived() {
    let set = start().await;
    set.listen();
    let sent = set.sent().await;
    let bind = Bind {
        system_id: "pipit".to_owned(),
        password: PASSWORD.to_owned(),
        system_type: String::new(),
        version: 0x34,
    };
    assert_eq!(set.smsc.binds(), [bind]);
    let given = set.smsc.given().remove(0);
    assert_eq!(given.source, (5, 0, "Pipit".to_owned()));
    assert_eq!(given.destination, (1, 1, DIGITS.to_owned()));
    assert_eq!((given.esm_class, given.registered, given.coding), (0, 1, 0));
    assert_eq!(given.validity, "000000000500000R");
    assert!(given.text().ends_with(&format!("\n@localhost #{}", given.code())), "A-15");
    assert_eq!(state(&set.harness).await, settled("accepted", "", "smpp"));
    assert_eq!(told(&set.harness, &sent).await, "on_its_way");
    let text = "id:00000001 sub:001 dlvrd:001 submit date:2701150800 done date:2701150801 stat:DELIVRD err:000 text:";
    assert_eq!(set.smsc.reports(DIGITS, text).await, OK);
    assert_eq!(told(&set.harness, &sent).await, "delivered");
    assert_works(&set.harness, &sent, &given.code()).await;
    set.harness.service.gateways.close().await;
    assert_eq!((set.given(), set.smsc.goodbyes()), ((1, 0), 1));
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
async fn over_tls_the_message_centre_is_who_the_certificate_says_it_is() {
    for believed in [true, false] {
        let folder = Arc::new(TestDatabase::new());
        let (tls, ca_file) = certificate(&folder);
        let smsc = FakeSmsc::start_with(Some(tls)).await;
        let (_, clock) = Clock::manual(START);
        let set = start_on(folder, clock, smsc, &[], |settings| {
            settings.smpp.smpp_ca_file = believed.then_some(ca_file);
        })
        .await;
        set.sent().await;
        let (given, gateway) = if believed { ((1, 0), "smpp") } else { ((0, 1), "vonage") };
        assert_eq!(set.given(), given);
        assert_eq!(state(&set.harness).await, settled("accepted", "", gateway));
        assert_eq!(set.smsc.disbelieved() > 0, !believed);
    }
}

#[tokio::test]
async fn of_a_doubtful_answer_nothing_is_sent_again_and_the_code_works_h_02() {
    for (play, reason) in [
        (Play::Status(0x08), "server_error"),
        (Play::Status(0xff), "server_error"),
        (Play::Status(0x400), "garbled"),
        (Play::Nack(OK), "garbled"),
        (Play::Nonsense, "garbled"),
        (Play::Html, "broken_off"),
        (Play::CutOff, "broken_off"),
        (Play::Unbind, "broken_off"),
    ] {
        let set = start().await;
        set.smsc.plays(play.clone());
        let sent = set.sent().await;
        set.harness.clock.advance(40);
        set.harness.dispatch().await;
        assert_eq!(set.given(), (1, 0), "{play:?}");
        assert_eq!(state(&set.harness).await, settled("unknown", reason, "smpp"), "{play:?}");
        assert_eq!(told(&set.harness, &sent).await, "not_reported", "{play:?}");
        assert_works(&set.harness, &sent, &set.smsc.given()[0].code()).await;
    }
}

#[tokio::test]
async fn the_second_gateway_gets_what_the_message_centre_surely_has_not_taken_h_09() {
    for play in [
        Play::Status(THROTTLED),
        Play::Status(QUEUE_FULL),
        Play::Status(0x0b),
        Play::Status(0x45),
        Play::Nack(0x03),
    ] {
        let set = start().await;
        set.smsc.plays(play.clone());
        let sent = set.sent().await;
        assert_eq!(set.given(), (1, 1), "{play:?}");
        assert_eq!(state(&set.harness).await, settled("accepted", "", "vonage"), "{play:?}");
        assert_works(&set.harness, &sent, &set.second.given()[0].code()).await;
    }
}

#[tokio::test]
async fn where_nobody_binds_nothing_has_left_h_09() {
    let log = Log::keep();
    for (status, event) in [(0x0e, "gateway_credentials"), (0x0d, "gateway_credentials"), (0x08, "smpp_not_bound")] {
        let set = start().await;
        set.smsc.answers_binds(status);
        set.sent().await;
        assert_eq!(set.given(), (0, 1), "{status:x}");
        assert_eq!(state(&set.harness).await, settled("accepted", "", "vonage"), "{status:x}");
        assert!(!log.events(event).is_empty(), "{status:x}");
    }
    let long = Duration::from_secs(3600);
    let set = start_with(&[], |settings| {
        settings.smpp.smpp_pauses.first = long;
        settings.smpp.smpp_pauses.longest = long;
    })
    .await;
    set.smsc.answers_binds(0x0e);
    set.sent().await;
    // Meanwhile it waits before it tries again, and whoever comes is told so at once.
    ask(&set.harness, "+12125550143").await.assert_ok();
    set.harness.dispatch().await;
    assert_eq!((set.smsc.binds().len(), set.second.given().len()), (1, 2));
    let text = log.text();
    assert!([PASSWORD, DIGITS, "5550143"].iter().all(|secret| !text.contains(secret)), "F-01");
}

#[tokio::test]
async fn what_was_not_written_when_the_message_centre_said_goodbye_goes_to_another_gateway_h_09() {
    let set = start_with(&["--smpp-window=1"], |_| {}).await;
    set.smsc.plays(Play::Unbind);
    let numbers = [NUMBER, "+12125550143"];
    let mut sent = Vec::new();
    for number in numbers {
        sent.push(ask(&set.harness, number).await);
    }
    set.harness.dispatch().await;
    assert_eq!(set.given(), (1, 1));
    let mut all = states(&set.harness).await;
    all.sort();
    assert_eq!(all, [settled("accepted", "", "vonage"), settled("unknown", "broken_off", "smpp")]);
    let first = set.smsc.given().remove(0);
    let place = numbers.iter().position(|number| number.ends_with(&first.destination.2)).unwrap();
    assert_works(&set.harness, &sent[place], &first.code()).await;
    assert_works(&set.harness, &sent[1 - place], &set.second.given()[0].code()).await;
}

#[tokio::test]
async fn the_window_is_never_exceeded_and_every_message_gets_its_answer() {
    let set = start_with(&["--smpp-window=3"], |_| {}).await;
    for last in 0..9 {
        ask(&set.harness, &format!("+1212555014{last}")).await.assert_ok();
    }
    set.harness.dispatch().await;
    assert_eq!(states(&set.harness).await, vec![settled("accepted", "", "smpp"); 9]);
    let numbers: std::collections::HashSet<_> = set.smsc.given().into_iter().map(|given| given.destination.2).collect();
    assert_eq!((set.given(), numbers.len()), ((9, 0), 9));
}

#[tokio::test]
async fn a_message_centre_that_does_not_answer_leaves_its_message_unknown_h_01() {
    let set = start_with(&[], |settings| {
        // The message has to have left, and then nobody wants to wait.
        settings.time_limits.in_all = Duration::from_millis(500);
    })
    .await;
    set.listen();
    set.smsc.plays(Play::Silence);
    let sent = set.sent().await;
    assert_eq!(state(&set.harness).await, settled("unknown", "too_slow", "smpp"));
    assert_eq!(set.given(), (1, 0));
    assert_works(&set.harness, &sent, &set.smsc.given()[0].code()).await;
}

#[tokio::test]
async fn a_message_centre_that_has_gone_silent_is_bound_to_again() {
    let set = start_with(&[], |settings| {
        settings.time_limits.in_all = Duration::from_secs(1);
        settings.smpp.smpp_pauses.enquire = Some(Duration::from_millis(5));
        settings.smpp.smpp_pauses.longest = Duration::ZERO;
    })
    .await;
    set.smsc.is_deaf_until(2);
    set.listen();
    set.smsc.bound(2).await;
    let sent = set.sent().await;
    assert_works(&set.harness, &sent, &set.smsc.given().last().unwrap().code()).await;
    assert_eq!(set.given(), (1, 0));
}

#[tokio::test]
async fn after_a_cut_between_two_messages_the_next_goes_by_a_new_connection() {
    let set = start().await;
    set.listen();
    set.sent().await;
    set.smsc.hangs_up();
    set.smsc.bound(2).await;
    ask(&set.harness, "+12125550143").await.assert_ok();
    set.harness.dispatch().await;
    assert_eq!(states(&set.harness).await, vec![settled("accepted", "", "smpp"); 2]);
    assert_eq!(set.given(), (2, 0));
}

#[tokio::test]
async fn receipts_move_a_message_on_and_never_back_g_09() {
    for (words, expected) in [
        (&["ENROUTE", "ACCEPTD", "DELIVRD"][..], "delivered"),
        (&["DELIVRD", "ENROUTE", "UNDELIV"], "delivered"),
        (&["EXPIRED", "DELIVRD"], "failed"),
        (&["ENROUTE", "UNKNOWN", "something else"], "accepted"),
    ] {
        let set = start().await;
        set.listen();
        set.sent().await;
        for word in words {
            let text = format!("id:00000001 stat:{word} err:000");
            assert_eq!(set.smsc.reports(DIGITS, &text).await, OK);
        }
        assert_eq!(state(&set.harness).await[0], expected, "{words:?}");
    }
}

#[tokio::test]
async fn receipts_of_strangers_and_what_people_write_change_nothing_and_are_taken() {
    let set = start().await;
    set.listen();
    set.sent().await;
    for (class, from, text, fields) in [
        (4, DIGITS, "id:77777777 stat:DELIVRD", Vec::new()),
        // The name in another spelling, and another number.
        (4, "12125550199", "id:1 stat:DELIVRD", Vec::new()),
        (4, DIGITS, "stat:DELIVRD", Vec::new()),
        (4, DIGITS, "", Vec::new()),
        (0, DIGITS, "STOP id:00000001 stat:DELIVRD", Vec::new()),
        (4, DIGITS, "", receipt_fields("99999999", 2)),
    ] {
        assert_eq!(set.smsc.delivers(class, from, text, &fields).await, OK, "{text}");
        assert_eq!(state(&set.harness).await[0], "accepted", "{text}");
    }
    // Fields alone are enough, and so is another spelling with the right number.
    assert_eq!(set.smsc.delivers(0, DIGITS, "", &receipt_fields("1", 2)).await, OK);
    assert_eq!(state(&set.harness).await[0], "delivered");
}

#[tokio::test]
async fn a_receipt_that_is_faster_than_the_answer_is_not_lost() {
    let set = start().await;
    set.listen();
    set.smsc.plays(Play::ReportFirst);
    let sent = set.sent().await;
    // The report is noted once the answer has named the message; another one goes through the same hands.
    assert_eq!(set.smsc.reports(DIGITS, "id:00000001 stat:ENROUTE").await, OK);
    assert_eq!(told(&set.harness, &sent).await, "delivered");
}

#[tokio::test]
async fn after_a_restart_a_receipt_is_found_by_the_name_on_disk_in_hexadecimal_too() {
    let smsc = FakeSmsc::start().await;
    smsc.calls("499602D2");
    let (_, clock) = Clock::manual(START);
    let folder = Arc::new(TestDatabase::new());
    let set = start_on(Arc::clone(&folder), clock.clone(), smsc.clone(), &[], |_| {}).await;
    set.sent().await;
    set.harness.service.gateways.close().await;
    let (folder, clock) = set.harness.stop().await;
    let set = start_on(folder, clock, smsc, &[], |_| {}).await;
    set.listen();
    set.smsc.bound(2).await;
    assert_eq!(set.smsc.reports("12125550199", "id:1234567890 stat:DELIVRD").await, OK);
    assert_eq!(state(&set.harness).await[0], "accepted", "another number");
    assert_eq!(set.smsc.reports(DIGITS, "id:1234567890 stat:DELIVRD").await, OK);
    assert_eq!(state(&set.harness).await[0], "delivered");
}

#[tokio::test]
async fn a_receipt_that_nobody_can_write_down_is_sent_again() {
    let set = start().await;
    set.sent().await;
    // As in an operator's test of a gateway: nobody listens.
    assert_eq!(set.smsc.reports(DIGITS, "id:00000001 stat:DELIVRD").await, 0x64);
    assert_eq!(state(&set.harness).await[0], "accepted");
}

async fn ask_in_hindi(harness: &Harness) -> Answer {
    let body = json!({"phone_number": NUMBER, "expires_in": 5, "locale": "hi"});
    let sent = harness.login_or_create(&body).await;
    sent.assert_ok();
    sent
}

#[tokio::test]
async fn a_long_message_is_all_of_its_parts() {
    let set = start().await;
    set.listen();
    let sent = ask_in_hindi(&set.harness).await;
    set.harness.dispatch().await;
    let given = set.smsc.given();
    assert_eq!(given.len(), 2);
    for (place, part) in (1..).zip(&given) {
        assert_eq!((part.esm_class, part.coding, part.payload.is_none()), (0x40, 8, true));
        assert_eq!(part.message[..6], [5, 0, 3, given[0].message[3], 2, place]);
        assert!(part.message.len() <= 140);
    }
    let text = given[0].text() + &given[1].text();
    let code = crate::message::code_in(&text).unwrap();
    assert!(text.ends_with(&format!("\n@localhost #{code}")), "{text}");
    assert_eq!(state(&set.harness).await, settled("accepted", "", "smpp"));
    for (name, expected) in [("00000002", "accepted"), ("00000001", "delivered")] {
        assert_eq!(set.smsc.reports(DIGITS, &format!("id:{name} stat:DELIVRD")).await, OK);
        assert_eq!(state(&set.harness).await[0], expected, "{name}");
    }
    assert_works(&set.harness, &sent, code).await;
}

#[tokio::test]
async fn a_long_message_of_which_a_part_is_in_doubt_is_in_doubt_h_02() {
    for (plays, reason) in [
        (Play::Status(THROTTLED), "in_parts"),
        (Play::Status(0x0b), "in_parts"),
        (Play::CutOff, "broken_off"),
    ] {
        let set = start().await;
        // The first part is answered late, the second so.
        set.smsc.plays(Play::ReportFirst);
        set.smsc.plays(plays.clone());
        set.listen();
        ask_in_hindi(&set.harness).await;
        set.harness.dispatch().await;
        assert_eq!(set.given(), (2, 0), "{plays:?}");
        assert_eq!(state(&set.harness).await[..3], ["unknown", reason, "smpp"], "{plays:?}");
    }
    let set = start().await;
    set.smsc.plays(Play::Status(THROTTLED));
    ask_in_hindi(&set.harness).await;
    set.harness.dispatch().await;
    assert_eq!(set.given(), (1, 1), "nothing of it was taken");
}

#[tokio::test]
async fn a_long_message_goes_in_one_piece_where_the_message_centre_cuts_it_up() {
    let set = start_with(&["--smpp-long-messages=payload", "--smpp-receipts=false"], |_| {}).await;
    let sent = ask_in_hindi(&set.harness).await;
    set.harness.dispatch().await;
    let given = set.smsc.given().remove(0);
    assert_eq!((given.esm_class, given.coding, given.message.len(), given.registered), (0, 8, 0, 0));
    assert_eq!(state(&set.harness).await, settled("accepted", "", "smpp"));
    assert_eq!(told(&set.harness, &sent).await, "not_reported", "no receipt was asked for");
    assert_works(&set.harness, &sent, &given.code()).await;
}

#[tokio::test]
async fn an_operator_tests_the_message_centre() {
    let set = start().await;
    let mut config = set.harness.config();
    let other = smpp_arguments(&set.smsc, &set.second.base, "smpp");
    let other = std::iter::once("otp-service").chain(other.iter().map(String::as_str));
    let other = <crate::Config as clap::Parser>::try_parse_from(other).unwrap();
    config.gateway = other.gateway;
    config.allowed_countries = other.allowed_countries;
    config.gateways = other.gateways;
    smpp_secrets(&mut config.gateways);
    let said = chore(&config, &["gateways", "test", "--to", NUMBER]).await.unwrap();
    for part in ["gateway: smpp", "ESME_ROK", "00000001"] {
        assert!(said.contains(part), "{said}");
    }
    set.smsc.plays(Play::Status(THROTTLED));
    let refused = chore(&config, &["gateways", "test", "--to", NUMBER]).await.unwrap_err();
    assert!(refused.contains("has not taken it: busy"), "{refused}");
    assert_eq!(set.smsc.goodbyes(), 2);
}
