//! What keeps a service from starting, and an operator's test of a gateway.

use clap::Parser as _;
use edge::clock::Clock;

use super::chores::chore;
use super::fake_gateway::{SECRET, Script, sid};
use super::gateways::{secrets, sending_config, with_twilio};
use super::harness::{NUMBER, START};
use crate::{Config, GatewaySettings};

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
    let with_smpp: fn(&mut GatewaySettings) = |settings| settings.smpp.smpp_password = Some("sesame12".into());
    let long_password: fn(&mut GatewaySettings) = |settings| settings.smpp.smpp_password = Some(SECRET.into());
    let smpp = ["--gateway=smpp", countries, "--smpp-system-id=pipit", "--smpp-sender=Pipit"];
    let half_account: fn(&mut GatewaySettings) = |settings| settings.smtp.smtp_password = Some(SECRET.into());
    let smtp = ["--gateway=smtp", "--smtp-from=no-reply@example.com"];
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
        (
            &["--gateway=smpp", countries],
            without,
            &["SMPP_ADDRESS", "SMPP_SYSTEM_ID", "SMPP_PASSWORD", "SMPP_SENDER", "docs/gateways.md"],
        ),
        (&[&smpp[..], &["--smpp-address=smsc.example.com"]].concat(), with_smpp, &["SMPP_ADDRESS", "smpps://"]),
        (
            &[&smpp[..], &["--smpp-address=smpp://smsc.example.com"]].concat(),
            with_smpp,
            &["SMPP_ADDRESS", "SMPP_INSECURE"],
        ),
        (
            &[&smpp[..], &["--smpp-address=smpps://localhost", "--smpp-ca-file=/nowhere"]].concat(),
            with_smpp,
            &["SMPP_CA_FILE", "/nowhere"],
        ),
        (&[&smpp[..], &["--smpp-address=smpps://localhost"]].concat(), long_password, &["SMPP_PASSWORD", "8"]),
        (&["--gateway=smtp"], without, &["needs SMTP_ADDRESS, SMTP_FROM,", "docs/gateways.md"]),
        (&[&smtp[..], &["--smtp-address=mail.example.com"]].concat(), without, &["SMTP_ADDRESS", "smtps://"]),
        (
            &[&smtp[..], &["--smtp-address=smtps://10.0.0.1"]].concat(),
            without,
            &["SMTP_ADDRESS", "GATEWAY_PRIVATE_HOSTS"],
        ),
        (
            &[&smtp[..], &["--smtp-address=smtps://localhost", "--smtp-ca-file=/nowhere"]].concat(),
            without,
            &["SMTP_CA_FILE", "/nowhere"],
        ),
        (&[&smtp[..], &["--smtp-address=smtp://localhost"]].concat(), half_account, &["needs SMTP_USERNAME,"]),
        (
            &[&smtp[..], &["--smtp-address=smtp://localhost", "--smtp-username=pipit"]].concat(),
            without,
            &["needs SMTP_PASSWORD,"],
        ),
        (&["--gateway=smtp", "--smtp-address=smtp://localhost", "--smtp-from=Pipit"], without, &["SMTP_FROM: one mailbox"]),
        (&[&twilio[..], &["--gateway-routes=DE=smtp"]].concat(), with_secret, &["GATEWAY_ROUTES", "smtp"]),
        #[cfg(feature = "sns")]
        (
            &["--gateway=sns", countries],
            without,
            &["SNS_REGION", "SNS_ACCESS_KEY_ID", "SNS_SECRET_ACCESS_KEY", "docs/gateways.md"],
        ),
        #[cfg(not(feature = "sns"))]
        (&["--gateway=sns", countries], without, &["built without Amazon SNS"]),
        (&["--gateway=outbox,smtp"], without, &["GATEWAY: name `outbox` alone"]),
        (&["--gateway=outbox,twilio"], without, &["GATEWAY: name `outbox` alone"]),
        (
            &[&twilio[..], &["--gateway-routes=DE=vonage"]].concat(),
            with_secret,
            &["GATEWAY_ROUTES", "vonage"],
        ),
        (
            &["--gateway=twilio", "--allowed-countries=US,FR", "--twilio-account-sid=AC1", "--twilio-sender=US=x"],
            with_secret,
            &["TWILIO_SENDER", "FR"],
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

